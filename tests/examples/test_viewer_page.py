# imbytes tests: the page of examples/viewer in a headless Chromium. What is
# shown is read back from a canvas.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import glob
import os
import shutil
import time

import harness
import report

report.need('PIL', 'selenium')
harness.need_programs('chromium', 'chromedriver')
from PIL import Image  # noqa: E402
from selenium import webdriver  # noqa: E402
from selenium.webdriver.chrome.service import Service  # noqa: E402

from viewing import BARS, VIEWER, Viewer, bars_differ  # noqa: E402

# What the page shows: its size, the middles of the bars, a checksum of the
# lower right corner, where there is noise.
LOOK = '''
const image = document.getElementById ("picture");
if (!image) return null;
const canvas = document.createElement ("canvas");
const w = canvas.width = image.naturalWidth, h = canvas.height = image.naturalHeight;
if (!w) return null;
const g = canvas.getContext ("2d", { willReadFrequently: true });
g.drawImage (image, 0, 0);
const bars = [...Array (7).keys ()].map (
    (i) => [...g.getImageData ((i + 0.5) * w / 7, h / 3, 1, 1).data].slice (0, 3));
const noise = g.getImageData (w * 0.76, h * 0.8, w * 0.2, h * 0.15).data;
return { size: [w, h], bars: bars, noise: noise.reduce ((s, v) => (s * 31 + v) % 1000003, 7) };
'''


def start_browser():
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which('chromium')
    for argument in ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run',
                     '--disable-dev-shm-usage', '--window-size=1280,900',
                     '--disable-background-networking', '--disable-component-update',
                     '--disable-sync', '--user-data-dir=' + harness.folder('chromium'),
                     # Nothing but this machine.
                     '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1']:
        options.add_argument(argument)
    # A page with a stream has never loaded.
    options.page_load_strategy = 'none'
    return webdriver.Chrome(options=options, service=Service(shutil.which('chromedriver')))


class Page:
    def __init__(self, browser, viewer, query=''):
        self.browser, self.viewer = browser, viewer
        browser.get('http://127.0.0.1:%d/%s' % (viewer.port, query))
        # The driver does not wait: until then there is the page of before, or
        # half of this one.
        self.becomes(lambda: self.run(
            'return document.readyState !== "loading" && location.port === arguments[0]',
            str(viewer.port)))

    def run(self, script, *arguments):
        return self.browser.execute_script(script, *arguments)

    def look(self):
        return self.run(LOOK)

    def moves(self):
        """Whether the noise changes several times."""
        seen = set()
        self.becomes(lambda: seen.add((self.look() or {}).get('noise')) or len(seen - {None}) >= 4)
        return len(seen - {None}) >= 4

    def text(self, name):
        return self.run('return document.getElementById (arguments[0])?.textContent || ""', name)

    def stats(self):
        return self.viewer.stats('?id=' + (self.run('return id') or ''))

    def set(self, name, value):
        """As somebody does who uses the control."""
        self.run('const e = document.getElementById (arguments[0]);'
                 'if (e.type === "radio") return e.click ();'
                 'e.value = arguments[1];'
                 'e.dispatchEvent (new Event ("input", { bubbles: true }));'
                 'e.dispatchEvent (new Event ("change", { bubbles: true }));', name, value)

    def becomes(self, condition):
        return harness.wait_until(condition, self.viewer.process)

    def has_size(self, *sizes):
        return self.becomes(lambda: (self.look() or {}).get('size') in [list(s) for s in sizes])


def picture_is_shown(page):
    report.check('page: the picture has the size asked for', page.has_size((640, 360)))
    look = page.look()
    worst = max(abs(a - b) for got, bar in zip(look['bars'], BARS) for a, b in zip(got, bar))
    report.check('page: the right colours', worst <= 6, 'bars within %d of 255' % worst)
    report.check('page: it moves', page.moves())
    report.check('page: says so', page.becomes(lambda: page.text('status') == 'live'))
    report.check('page: nothing is covered', page.run(
        'return document.getElementById ("veil").hidden'))


def controls_act(page):
    report.check('page: one stream', page.becomes(lambda: page.stats()['clients'] == 1))
    stats = page.stats()
    number = stats['stream']['picture']
    page.set('preset', '320x0')
    report.check('page: size', page.has_size((320, 180)))
    page.set('width', '500')
    page.set('height', '500')
    report.check('page: width and height', page.has_size((500, 500)))
    page.set('fit', 'inside')
    report.check('page: fit', page.has_size((500, 281)))
    page.set('fit', 'contain')
    report.check('page: letterbox has black borders',
                 page.has_size((500, 500)) and page.becomes(lambda: page.run(
                     LOOK.replace('h / 3', '5'))['bars'][0] == [0, 0, 0]))

    def size():
        made = [p for p in page.stats()['pictures'] if p['number'] == number]
        return made[0]['picture'].get('bytes', 0) if made else 0
    before = size()
    page.set('quality', '10')
    report.check('page: quality', page.becomes(lambda: 0 < size() < before * 0.7),
                 '%d, then %d bytes' % (before, size()))
    page.set('interval', '500')
    report.check('page: rate', page.becomes(lambda: page.text('rate') in ('1.9', '2.0', '2.1')),
                 page.text('rate') + ' pictures a second')
    stats = page.stats()
    report.check('page: all that by one running element and one connection',
                 stats['stream']['picture'] == number and stats['clients'] == 1)
    report.check('page: its address says the same',
                 page.browser.current_url.endswith(
                     '/?width=500&height=500&fit=contain&quality=10&interval=500'),
                 page.browser.current_url)
    page.set('interval', '0')
    page.set('png', '')
    page.set('preset', '640x0')
    shown = page.has_size((640, 360)) and page.becomes(
        lambda: page.stats()['pictures'][-1]['request']['format'] == 'png')
    report.check('page: PNG is shown', shown and page.becomes(lambda: all(
        abs(a - b) <= 1 for got, bar in zip(page.look()['bars'], BARS)
        for a, b in zip(got, bar))))
    report.check('page: PNG moves', page.moves())
    page.set('width', '7')
    time.sleep(0.5)
    report.check('page: what cannot be is not asked for, and said',
                 page.stats()['clients'] == 1 and page.has_size((640, 360))
                 and '16 to 4096' in page.text('notice'), page.text('notice'))
    page.set('preset', '640x0')
    page.set('jpeg', '')


def figures_are_shown(page):
    report.check('page: figures', page.becomes(lambda: page.text('size') == '640 × 360'
                 and page.text('bytes').endswith('B') and page.text('time').endswith(' ms')),
                 '%s, %s, %s' % tuple(page.text(n) for n in ('size', 'bytes', 'time')))
    for name in 'bytes-plot', 'time-plot':
        drawn = page.becomes(lambda: page.run(
            'const c = document.getElementById (arguments[0]);'
            'const d = c.getContext ("2d").getImageData (0, 0, c.width, c.height).data;'
            'let n = 0; for (let i = 0; i < d.length; i += 4)'
            '  if (d[i + 3] && Math.abs (d[i] - d[i + 2]) > 40) n++; return n', name) > 50)
        report.check('page: ' + name, drawn)
    unnamed = page.run('''return [
        ...document.querySelectorAll ("input, select, button, canvas, img")]
        .filter ((e) => !(e.labels && e.labels.length) && !e.textContent.trim ()
            && !e.getAttribute ("aria-label") && !e.alt).map ((e) => e.id)''')
    report.check('page: everything has a name', not unnamed, str(unnamed))
    report.check('page: nothing comes from elsewhere', all(
        u.startswith('http://127.0.0.1:%d/' % page.viewer.port) for u in page.run(
            'return performance.getEntriesByType ("resource").map ((e) => e.name)'
            '.filter ((u) => !u.startsWith ("data:") && !u.startsWith ("blob:"))')))
    wide = page.run('return document.documentElement.scrollWidth - innerWidth')
    report.check('page: does not scroll sideways', wide <= 0, str(wide))


def small_pictures_grow(page):
    """Shown, not sent: the picture stays as small as it is."""
    def shown():
        return page.run("""
            const inside = document.getElementById ("picture").getBoundingClientRect ();
            const stage = document.getElementById ("stage").getBoundingClientRect ();
            return [inside.width, inside.height, stage.width, stage.height]""")
    page.set('width', '160')
    page.has_size((160, 90))
    small = shown()
    page.run('document.getElementById ("grow").click ()')
    grown = shown()
    report.check('page: a small picture is shown in its own size', small[:2] == [160, 90],
                 str(small))
    report.check('page: ... and grows into the stage when that is wanted',
                 grown[0] > grown[2] - 4 and grown[1] > grown[3] - 4 and page.has_size((160, 90)),
                 str(grown))
    page.run('document.getElementById ("grow").click ()')
    report.check('page: ... and back', shown()[:2] == [160, 90], str(shown()))
    page.set('width', '640')
    page.has_size((640, 360))


def fits_a_phone(page):
    page.browser.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', {
        'width': 390, 'height': 844, 'deviceScaleFactor': 2, 'mobile': True})
    wide = page.run('return document.documentElement.scrollWidth - innerWidth')
    report.check('phone: does not scroll sideways', wide <= 0, str(wide))
    seen = page.run('''
        scrollTo (0, 1e6);
        const picture = document.getElementById ("stage").getBoundingClientRect ();
        return [scrollY, picture.top, picture.bottom, innerHeight]''')
    report.check('phone: the picture stays in sight while its controls are used',
                 seen[0] > 300 and 0 <= seen[1] < seen[2] <= seen[3] / 2, str(seen))
    page.browser.execute_cdp_cmd('Emulation.clearDeviceMetricsOverride', {})


def unseen_pages_do_not_stream(page):
    browser, shown = page.browser, page.browser.current_window_handle
    browser.switch_to.new_window('tab')
    report.check('page: one that is not seen takes no stream', page.becomes(
        lambda: page.viewer.stats()['clients'] == 0))
    browser.close()
    browser.switch_to.window(shown)
    report.check('page: one that is seen again does',
                 page.becomes(lambda: page.viewer.stats()['clients'] == 1) and page.moves())


def snapshots_are_saved(page):
    for kind, form in ('jpg', 'JPEG'), ('png', 'PNG'):
        folder = harness.folder('saved-' + kind)
        page.browser.execute_cdp_cmd('Browser.setDownloadBehavior', {
            'behavior': 'allow', 'downloadPath': folder})
        page.run('document.getElementById (arguments[0]).click ()', 'snapshot-' + kind)
        saved = page.becomes(lambda: glob.glob(os.path.join(folder, '*.' + kind)))
        if not report.check('page: saves ' + form, saved, page.text('notice')):
            continue
        image = Image.open(saved[0])
        differ = bars_differ(image)
        report.check('page: the %s is right' % form, image.format == form
                     and image.size == (640, 360) and differ <= 5,
                     '%s, bars within %d of 255' % (image.size, differ))


def slow_rates_are_shown(page):
    """At an image a minute the one that there is shows at once."""
    page.set('preset', '640x0')
    page.set('interval', '60000')
    page.browser.refresh()
    page.becomes(lambda: page.run('return document.readyState !== "loading"'))
    report.check('page: every minute: the first picture is shown', harness.wait_until(
        lambda: (page.look() or {}).get('size') == [640, 360], seconds=45))
    page.set('preset', '320x0')
    report.check('page: every minute: after a change of size, too', harness.wait_until(
        lambda: (page.look() or {}).get('size') == [320, 180], seconds=45))
    page.set('interval', '0')
    page.set('preset', '640x0')
    page.has_size((640, 360))


def loss_is_said(page):
    viewer = page.viewer
    harness.stop(viewer.process)
    report.check('page: says that the connection is lost', harness.wait_until(
        lambda: 'connection' in page.text('veil') and page.text('status') == 'connection lost'))
    report.check('page: figures of before are gone', harness.wait_until(lambda: [
        page.text(name) for name in ('size', 'bytes', 'time', 'rate')] == ['–'] * 4))
    viewer.process = harness.start([VIEWER, '--port', str(viewer.port)])
    back = page.becomes(lambda: page.text('status') == 'live'
                        and viewer.stats()['clients'] == 1)
    report.check('page: comes back by itself', back and page.moves())


def run_page():
    browser = start_browser()
    try:
        with Viewer() as viewer:
            page = Page(browser, viewer, '?width=640&quality=95')
            for case in (picture_is_shown, controls_act, figures_are_shown,
                         small_pictures_grow, fits_a_phone,
                         unseen_pages_do_not_stream, snapshots_are_saved, slow_rates_are_shown,
                         loss_is_said):
                case(page)
        film = os.path.join(harness.folder('film'), 'film.mkv')
        harness.run(['gst-launch-1.0', '-q', 'videotestsrc', 'num-buffers=60', '!', 'jpegenc', '!',
                     'matroskamux', '!', 'filesink', 'location=' + film], check=True)
        with Viewer(film) as viewer:
            page = Page(browser, viewer, '?method=x&fit=inside')
            report.check('page: a file plays, and is not live',
                         page.becomes(lambda: page.text('status') == 'playing'))
            report.check('page: what is no method is said, and the usual one taken',
                         'method cannot be x; it is bilinear' in page.text('notice'),
                         page.text('notice'))
        with Viewer('--pipeline', 'filesrc location=/nonexistent ! decodebin') as viewer:
            page = Page(browser, viewer)
            report.check('page: says that there is no source', page.becomes(
                lambda: 'The source cannot be opened' in page.text('veil')
                and page.text('status') == 'no source'), page.text('veil'))
        with Viewer('--max-pictures', '1') as viewer:
            held = viewer.stream('width=100')
            harness.wait_until(lambda: viewer.stats()['clients'] == 1)
            page = Page(browser, viewer)
            report.check('page: says why it is refused', page.becomes(
                lambda: '1 different pictures' in page.text('veil')
                and page.text('status') == 'refused'), page.text('veil'))
            held.close()
            report.check('page: is let in when there is room', page.has_size((1280, 720))
                         and page.becomes(lambda: page.text('status') == 'live'))
    finally:
        browser.quit()


report.run(run_page)
