#!/usr/bin/python3
# imbytes tests: examples/farm, killed and started again, beside others at the same work,
# with videos, names, manifests and servers that are not as they should be.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import hashlib
import json
import os
import pty
import re
import shutil
import signal
import socket
import subprocess

from PIL import Image

import harness
from harness import report
from nginx import Nginx

FARM = harness.program('farm/imbytes-farm')
REQUEST = ('--every', '0.2', '--width', '96')
RECIPES = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'examples', 'farm')


def launch(*words):
    """Without the plugin, which under a sanitizer only its own programs can load."""
    env = {name: value for name, value in os.environ.items() if not name.startswith('GST_')}
    env['GST_REGISTRY_1_0'] = harness.folder() + '/plain.registry'
    subprocess.run(['gst-launch-1.0', '-q', *words], check=True, env=env)


def clips():
    """Videos to work on: real ones, or drawn ones where there are none."""
    real = [harness.clip(name) for name in ('car-detection.mp4', 'bottle-detection.mp4')]
    if all(real):
        return real
    paths = [os.path.join(harness.folder('drawn'), '%d.avi' % i) for i in range(2)]
    for i, path in enumerate(paths):
        if not os.path.exists(path):
            launch('videotestsrc', 'num-buffers=900', 'pattern=%d' % (18 - i * 18), '!', 'jpegenc',
                   '!', 'avimux', '!', 'filesink', 'location=' + path)
    return paths


def short(name, frames=30):
    path = os.path.join(harness.folder('short'), name)
    if not os.path.exists(path):
        launch('videotestsrc', 'num-buffers=%d' % frames, '!', 'jpegenc', '!', 'avimux', '!',
               'filesink', 'location=' + path)
    return path


def farm(*arguments, **options):
    return harness.run([FARM, *arguments], **options)


def files_of(folder):
    """{path below it: bytes}, without what is not finished."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            if not name.startswith('.imbytes-'):
                path = os.path.join(place, name)
                with open(path, 'rb') as file:
                    found[os.path.relpath(path, folder)] = file.read()
    return found


def images_of(folder):
    return {name: data for name, data in files_of(folder).items() if name.endswith(('jpg', 'png'))}


def manifests_of(folder):
    return {name: json.loads(data) for name, data in files_of(folder).items()
            if name.endswith('images.json')}


_expected = {}


def expected(*arguments):
    """What an undisturbed run makes."""
    if arguments not in _expected:
        folder = harness.folder('expected-%d' % len(_expected))
        done = farm('--output', folder, *arguments)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        _expected[arguments] = files_of(folder)
    return _expected[arguments]


def what_is_wrong(folder):
    """Manifests beside the files they name, which Pillow reads; empty if all is well."""
    for path, manifest in manifests_of(folder).items():
        place = os.path.join(folder, os.path.dirname(path))
        listed = [image['name'] for image in manifest['images']]
        there = sorted(name for name in os.listdir(place) if name.endswith(('jpg', 'png')))
        if sorted(listed) != listed or listed != there:
            return '%s: lists %d, there are %d' % (path, len(listed), len(there))
        for image in manifest['images']:
            with open(os.path.join(place, image['name']), 'rb') as file:
                data = file.read()
            size = Image.open(os.path.join(place, image['name'])).size
            if (len(data) != image['bytes'] or size != (image['width'], image['height'])
                    or hashlib.sha256(data).hexdigest() != image['sha256']
                    or image['time'].zfill(16) not in image['name']):
                return '%s: %s is not as it says' % (path, image['name'])
    return ''


def frame_times(path):
    """Of each frame, by ffprobe, in nanoseconds from the first on."""
    done = harness.run(['ffprobe', '-v', 'error', '-select_streams', 'v', '-show_entries',
                        'frame=pts_time', '-of', 'csv=p=0', path])
    times = [float(line.strip(',')) for line in done.stdout.split() if line.strip(',')]
    return [time - times[0] for time in times]


def test_plain():
    folder = harness.folder('plain')
    done = farm('--output', folder, *REQUEST, *clips())
    wrong = what_is_wrong(folder)
    manifests = list(manifests_of(folder).values())
    report.check('two videos: each a folder, and manifests that say what is there',
                 done.returncode == 0 and not wrong and len(manifests) == 2
                 and all(one['complete'] for one in manifests)
                 and {one['video'] for one in manifests}
                 == {'file://' + os.path.normpath(path) for path in clips()},
                 wrong or done.stderr)
    report.check('... the last line says how many', re.search(
        r'2 of 2 files; %d images, [\d.]+ a second' % len(images_of(folder)), done.stderr),
        done.stderr)
    if shutil.which('ffprobe') is None:
        report.skip('times', 'no ffprobe here')
        return
    for manifest in manifests:
        frames = frame_times(manifest['video'][len('file://'):])
        found = [float(image['time']) for image in manifest['images']]
        # For each fifth of a second one frame, no farther from it than frames are apart.
        apart = max(b - a for a, b in zip(frames, frames[1:])) + 0.001
        report.check('... images of the frames that ffprobe sees: ' + manifest['video'][-20:],
                     len(found) == int(frames[-1] / 0.2 + 1e-6) + 1
                     and all(min(abs(time - frame) for frame in frames) < 0.001 for time in found)
                     and all(abs(time - i * 0.2) <= apart for i, time in enumerate(found)),
                     '%d of %d: %s' % (len(found), len(frames), found[:8]))


def test_again():
    """What the manifest has is not made again; what is gone, or another, is."""
    folder = harness.folder('again')
    farm('--output', folder, *REQUEST, *clips())
    before = {name: os.stat(os.path.join(folder, name)).st_mtime_ns for name in images_of(folder)}
    done = farm('--output', folder, *REQUEST, *clips())
    after = {name: os.stat(os.path.join(folder, name)).st_mtime_ns for name in images_of(folder)}
    report.check('a second run makes nothing', done.returncode == 0 and before == after
                 and '; 0 images and %d from before' % len(before) in done.stderr, done.stderr)
    names = sorted(before)
    kinds = {'an image that is gone': lambda path: os.unlink(path),
             'an image that was cut short': lambda path: os.truncate(path, 10),
             'an image that is a folder': lambda path: (os.unlink(path), os.mkdir(path)),
             'an image that is a link': lambda path: (os.unlink(path),
                                                      os.symlink('/dev/zero', path))}
    for kind, spoil in kinds.items():
        path = os.path.join(folder, names[len(names) // 3])
        spoil(path)
        done = farm('--output', folder, *REQUEST, *clips())
        if kind == 'an image that is a folder':
            report.check('... a folder in its place is said', done.returncode == 1
                         and 'cannot write' in done.stderr, done.stderr)
            os.rmdir(path)
            done = farm('--output', folder, *REQUEST, *clips())
        report.check(kind + ' is made again', done.returncode == 0
                     and files_of(folder) == expected(*REQUEST, *clips()), done.stderr)
    one = [path for path in manifests_of(folder) if 'car' in path or '0' in path][0]
    report.check('another request has a folder of its own',
                 farm('--output', folder, '--every', '5', *clips()[:1]).returncode == 0
                 and len(manifests_of(folder)) == 3 and not what_is_wrong(folder), one)


def test_changed():
    """A video that was replaced is not the one that images are there of."""
    folder, path = harness.folder('changed'), os.path.join(harness.folder('short'), 'changing.avi')
    shutil.copy(short('long.avi', 90), path)
    farm('--output', folder, path)
    shutil.copy(short('short.avi', 30), path)
    done = farm('--output', folder, path)
    manifest = list(manifests_of(folder).values())[0]
    report.check('a video that was replaced is done anew', done.returncode == 0
                 and len(manifest['images']) == 1 and manifest['complete'], done.stderr)


def test_manifests():
    """Whatever images.json holds: the same images in the end."""
    wanted = expected(*REQUEST, *clips()[:1])
    path = [name for name in wanted if name.endswith('images.json')][0]
    good = wanted[path]
    tree = json.loads(good)

    def with_(change):
        copy = json.loads(good)
        change(copy)
        return json.dumps(copy).encode()

    texts = {'empty': b'', 'cut off': good[:len(good) // 2], 'not UTF-8': b'\xff\xfe' + good,
             'an array': b'[' + good + b']', 'a number': b'7', 'nothing': b'null',
             'deep': b'[' * 100000, 'no images': with_(lambda tree: tree.pop('images')),
             'images that are none': with_(lambda tree: tree.update(images={'a': 1})),
             'another video': with_(lambda tree: tree.update(video='file:///other')),
             'no request': with_(lambda tree: tree.pop('request')),
             'a request that is none': with_(lambda tree: tree.update(request='x')),
             'complete, and is not': with_(lambda tree: tree.update(images=tree['images'][:9])),
             'complete as a string': with_(lambda tree: tree.update(complete='yes')),
             'names that lead out': with_(lambda tree: tree['images'][3].update(
                 name='../../../etc/passwd', bytes=os.path.getsize('/etc/passwd'))),
             'a name of another time': with_(lambda tree: tree['images'][3].update(
                 name=tree['images'][4]['name'], bytes=tree['images'][4]['bytes'])),
             'times that go back': with_(lambda tree: tree['images'][3].update(
                 time='0.000000000')),
             'a time that is none': with_(lambda tree: tree['images'][3].update(time='9' * 40)),
             'sizes that are none': with_(lambda tree: tree['images'][3].update(bytes=-1)),
             'sums of others': with_(lambda tree: [image.update(sha256='0')
                                                   for image in tree['images'][-3:]])}
    for name, text in texts.items():
        folder = harness.folder('manifest-' + name.replace(' ', '-'))
        for file, data in wanted.items():
            os.makedirs(os.path.dirname(os.path.join(folder, file)), exist_ok=True)
            with open(os.path.join(folder, file), 'wb') as out:
                out.write(text if file == path else data)
        done = farm('--output', folder, *REQUEST, *clips()[:1])
        found = files_of(folder)
        if name == 'complete, and is not':
            # It is believed, as its images are there: nothing is made, nothing changes.
            report.check('images.json, ' + name, done.returncode == 0
                         and '; 0 images and 9 from before' in done.stderr
                         and {**wanted, path: text} == found, done.stderr)
            continue
        report.check('images.json, ' + name, done.returncode == 0
                     and 'CRITICAL' not in done.stderr
                     and {name: data for name, data in found.items() if name != path}
                     == {name: data for name, data in wanted.items() if name != path}
                     and json.loads(found[path]) == tree, done.stderr[-300:])


def test_kill():
    """Killed at any time, and started again: every image once, to the byte."""
    wanted = expected(*REQUEST, *clips())
    for part in (0.02, 0.3, 0.6, 0.9):
        folder = harness.folder('killed-%d' % (part * 100))
        n = int(part * len(wanted))
        one = harness.start([FARM, '--output', folder, *REQUEST, *clips()])
        harness.wait_until(lambda: len(images_of(folder)) >= n or one.poll() is not None)
        os.killpg(one.pid, signal.SIGKILL)
        one.wait()
        done = farm('--output', folder, *REQUEST, *clips())
        report.check('killed after %d of %d files' % (n, len(wanted)), done.returncode == 0
                     and files_of(folder) == wanted, done.stderr)
    folder = harness.folder('stopped')
    one = harness.start([FARM, '--output', folder, '--every', '0', '--width', '640', *clips()])
    harness.wait_until(lambda: len(images_of(folder)) > 20, one)
    status = harness.stop(one)
    there = len(images_of(folder))
    report.check('SIGTERM: status 3, and manifests of what is there', status == 3
                 and not what_is_wrong(folder)
                 and sum(len(one['images']) for one in manifests_of(folder).values()) == there
                 and not any(one['complete'] for one in manifests_of(folder).values()),
                 harness.log(one) + what_is_wrong(folder))
    done = farm('--output', folder, '--every', '0', '--width', '640', *clips())
    report.check('... and the next run goes on after them', done.returncode == 0
                 and 'images and %d from before' % there in done.stderr
                 and images_of(folder) == {name: data for name, data in expected(
                     '--every', '0', '--width', '640', *clips()).items() if 'json' not in name},
                 done.stderr)


def test_containers():
    """Where the rest of a video begins depends on how its container is sought in."""
    film = clips()[0]
    if not film.endswith('.mp4'):
        report.skip('containers', 'no real clips here')
        return
    folder = harness.folder('containers')
    paths = [film, folder + '/film.mkv', folder + '/film.ts']
    for path, muxer in zip(paths[1:], ('matroskamux', 'mpegtsmux')):
        launch('filesrc', 'location=' + film, '!', 'qtdemux', '!', 'h264parse', '!',
               muxer, '!', 'filesink', 'location=' + path)
    for path in paths:
        for every in ('0.333', '0'):
            request = ('--every', every, '--width', '64', path)
            wanted = expected(*request)
            folder = harness.folder('rest-' + os.path.basename(path) + every)
            manifest = [name for name in wanted if name.endswith('json')][0]
            tree = json.loads(wanted[manifest])
            left = tree['images'][:len(tree['images']) * 2 // 3]
            tree.update(images=left, complete=False)
            os.makedirs(os.path.join(folder, os.path.dirname(manifest)))
            for name, data in wanted.items():
                if os.path.basename(name) in [image['name'] for image in left]:
                    with open(os.path.join(folder, name), 'wb') as out:
                        out.write(data)
            with open(os.path.join(folder, manifest), 'w') as out:
                json.dump(tree, out)
            done = farm('--output', folder, *request)
            report.check('%s, one each %s s: the last third' % (path[-3:], every),
                         done.returncode == 0 and files_of(folder) == wanted
                         and '%d from before' % len(left) in done.stderr, done.stderr)


def test_together():
    """Three at the same work do no harm."""
    folder, wanted = harness.folder('together'), expected(*REQUEST, *clips())
    many = [harness.start([FARM, '--output', folder, *REQUEST, *clips()]) for _ in range(3)]
    ended = [harness.wait_until(lambda one=one: one.poll() is not None) and one.returncode
             for one in many]
    report.check('three at the same work', ended == [0, 0, 0] and files_of(folder) == wanted,
                 ''.join(map(harness.log, many)))


def test_bad_videos():
    """What cannot be done is said, and the rest is done."""
    folder = harness.folder('bad')
    place = harness.folder('bad-videos')
    for name, data in (('text.mp4', b'no video' * 100), ('empty.mp4', b'')):
        with open(os.path.join(place, name), 'wb') as out:
            out.write(data)
    launch('videotestsrc', 'num-buffers=600', '!', 'jpegenc', '!', 'matroskamux', '!', 'filesink',
           'location=%s/cut.mkv' % place)
    os.truncate(place + '/cut.mkv', os.path.getsize(place + '/cut.mkv') // 3)
    launch('audiotestsrc', 'num-buffers=50', '!', 'wavenc', '!', 'filesink',
           'location=%s/sound.wav' % place)
    os.mkfifo(place + '/fifo.mp4')
    bad = {os.path.join(place, 'text.mp4'): '', os.path.join(place, 'empty.mp4'): '',
           os.path.join(place, 'none.mp4'): 'cannot be read',
           place: 'no regular file', os.path.join(place, 'fifo.mp4'): 'no regular file',
           os.path.join(place, 'sound.wav'): 'there is sound in it, and no video',
           'http://127.0.0.1:%d/a.mp4' % harness.free_port(): 'cannot be read',
           'nonsense://x/y': ''}
    done = farm('--output', folder, *REQUEST, *bad, clips()[0])
    said = [line for line in done.stderr.split('\n') if line.startswith('imbytes-farm: ')]
    report.check('of nine videos one can be done: status 1, and a sentence for each other',
                 done.returncode == 1 and len(said) == len(bad)
                 and all(any(name in line and part in line for line in said)
                         for name, part in bad.items())
                 and '1 of 9 files, 8 failed' in done.stderr, done.stderr)
    found = {name: data for name, data in images_of(folder).items()}
    report.check('... and its images are there', found == {
        name: data for name, data in expected(*REQUEST, clips()[0]).items() if 'json' not in name},
        '%d images' % len(found))
    done = farm('--output', folder, place + '/cut.mkv')
    report.check('a video that was cut off: its images, and that it was', done.returncode == 0
                 and not what_is_wrong(folder) and 'has it been cut off?' in done.stderr,
                 done.stderr)
    # A server that takes the question and never answers.
    with socket.create_server(('127.0.0.1', 0)) as server:
        done = farm('--output', folder, '--stall', '0.5',
                    'http://127.0.0.1:%d/a.mp4' % server.getsockname()[1])
    report.check('a video that gives no frame is given up', done.returncode == 1
                 and 'no frame has come of it for 0.5 s' in done.stderr, done.stderr)


def test_names():
    """Videos are called anything, and two of them the same."""
    folder, place = harness.folder('names'), harness.folder('called')
    names = ['a b.avi', "it's.avi", 'say "hi".avi', 'line\nbreak.avi', 'Übung ☃.avi', '-dash.avi',
             '.hidden.avi', 'x' * 200 + '.avi', '%41.avi', '#?.avi', 'noend', '..avi',
             'one/same.avi', 'two/same.avi']
    for name in names:
        os.makedirs(os.path.dirname(os.path.join(place, name)), exist_ok=True)
        shutil.copy(short('a.avi', 300), os.path.join(place, name))
    done = harness.run([FARM, '--output', folder, '--every', '5', '--', *names], cwd=place)
    manifests = manifests_of(folder)
    made = ' '.join(name for name in files_of(folder))
    report.check('any name', done.returncode == 0 and len(manifests) == len(names)
                 and all(len(one['images']) == 2 for one in manifests.values())
                 and re.fullmatch(r'[-A-Za-z0-9_. /]+', made)
                 and not any(part.startswith('-') for part in re.split('[ /]', made)),
                 done.stderr + made[:300])


def test_full():
    """The disk is full: what could be written is whole, and it is said."""
    place = harness.folder('full')
    if os.geteuid() != 0 or subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=256k', 'none',
                                            place], capture_output=True).returncode != 0:
        report.skip('a full disk', 'no tmpfs can be mounted here')
        return
    try:
        done = farm('--output', place, '--every', '0', '--width', '320', clips()[0])
        whole = [Image.open(os.path.join(place, name)).load() is not None
                 for name in images_of(place)]
        report.check('a full disk: status 1, and why', done.returncode == 1
                     and 'No space left' in done.stderr and whole and all(whole), done.stderr)
    finally:
        subprocess.run(['umount', place], check=False)


def test_urls():
    """Images go to a server; a run is killed, and the server is away for a while."""
    if shutil.which('nginx') is None and not os.access('/usr/sbin/nginx', os.X_OK):
        report.skip('urls', 'no nginx here')
        return
    nginx, folder = Nginx(), harness.folder('urls')
    url = nginx.url('{job}-{time}.{ext}')
    one = harness.start([FARM, '--output', folder, '--url', url, *REQUEST, *clips()])
    harness.wait_until(lambda: len(nginx.files()) > 20, one)
    os.killpg(one.pid, signal.SIGKILL)
    one.wait()
    one = harness.start([FARM, '--output', folder, '--url', url, *REQUEST, *clips()])
    harness.wait_until(lambda: len(nginx.files()) > 60, one)
    nginx.process.kill()
    nginx.process.wait()
    harness.wait_until(lambda: 'trying again' in harness.log(one) or one.poll() is not None)
    nginx.start()
    harness.wait_until(lambda: one.poll() is not None)
    wanted = {name: data for name, data in expected(*REQUEST, *clips()).items()
              if 'json' not in name}
    listed = [image for one in manifests_of(folder).values() for image in one['images']]
    files = nginx.files()
    report.check('URLs: a run killed, the server away and back', one.returncode == 0
                 and sorted(files.values()) == sorted(wanted.values()), harness.log(one)[-500:])
    report.check('... and manifests name what is there', len(listed) == len(wanted) and all(
        image['bytes'] == len(files[image['name'].split('/')[-1]]) for image in listed)
        and not images_of(folder), '%d' % len(listed))
    done = farm('--output', folder, '--url', url, *REQUEST, *clips())
    report.check('... which are not made again', done.returncode == 0
                 and '; 0 images and %d from before' % len(wanted) in done.stderr, done.stderr)
    done = farm('--output', folder, *REQUEST, *clips())
    report.check('... nor are they taken for files', done.returncode == 0
                 and files_of(folder) == expected(*REQUEST, *clips()), done.stderr)
    for name in files:
        os.unlink(os.path.join(nginx.folder, 'files', name))
    done = farm('--output', folder, '--url', url, *REQUEST, *clips())
    report.check('... nor files for what is in a store', done.returncode == 0
                 and nginx.files() == files, done.stderr)
    done = farm('--output', harness.folder('gone'), *REQUEST, '--give-up', '1', '--url',
                'http://127.0.0.1:%d/{job}-{time}' % harness.free_port(), clips()[0])
    report.check('a server that is away is given up: status 1, and why', done.returncode == 1
                 and 'took no image for 1 s' in done.stderr, done.stderr)
    done = farm('--output', harness.folder('refused'), *REQUEST, '--url',
                nginx.url('never/{job}/{time}'), clips()[0])
    report.check('a server that refuses: status 1, and why', done.returncode == 1
                 and 'answers 403' in done.stderr and 'refuses' in done.stderr, done.stderr)
    harness.stop(nginx.process)


def run_share(script, words, **variables):
    """A share of the videos, as an engine that numbers its tasks starts it."""
    environment = {**os.environ, **variables,
                   'PATH': os.path.dirname(FARM) + ':' + os.environ['PATH']}
    return harness.run(['sh', '-c', script, *words], env=environment)


def test_shares():
    """Tasks of Slurm and pods of Kubernetes share a list: each video once, whatever it is
    called, and a share can be done again alone."""
    place = harness.folder('shared')
    videos = [os.path.join(place, name) for name in ('a b.avi', "it's.avi", '$x.avi', '-d.avi',
                                                     'e.avi', 'f"g.avi', 'h.avi')]
    for path in videos:
        shutil.copy(short('a.avi', 300), path)
    with open(os.path.join(place, 'videos.txt'), 'w') as out:
        out.write('\n'.join(videos) + '\n')
    wanted = expected('--every', '1', '--width', '640', *videos)
    with open(os.path.join(RECIPES, 'farm.sbatch')) as file:
        sbatch = file.read()
    with open(os.path.join(RECIPES, 'kubernetes.yaml')) as file:
        pods = re.search(r'args:\n +- \|\n((?: {14}.*\n)+)', file.read())[1]
    folder, ended = harness.folder('slurm'), []
    for task in (2, 0, 1, 0):
        done = run_share(sbatch, ['x', '3', place + '/videos.txt', '--output', folder, '--every',
                                  '1', '--width', '640'], SLURM_ARRAY_TASK_ID=str(task))
        ended.append((done.returncode, re.search(r'(\d) of \d files', done.stderr)[1]))
    report.check('three tasks of Slurm, and one again',
                 ended == [(0, '2'), (0, '3'), (0, '2'), (0, '3')]
                 and files_of(folder) == wanted, '%s' % ended)
    done = run_share(sbatch, ['x', '3', place + '/videos.txt'], SLURM_ARRAY_TASK_ID='3')
    report.check('... a fourth is refused', done.returncode == 2 and 'no task 3 of 3'
                 in done.stderr, done.stderr)
    with open(os.path.join(place, 'videos.txt'), 'a') as out:
        out.write('/nowhere.avi\n')
    done = run_share(sbatch, ['x', '3', place + '/videos.txt', '--output', folder],
                     SLURM_ARRAY_TASK_ID='1')
    report.check('... one that fails says so', done.returncode != 0
                 and 'cannot be read' in done.stderr, done.stderr)
    folder = harness.folder('pods')
    pods = pods.replace('/videos/', place + '/').replace('/images', folder)
    with open(os.path.join(place, 'videos.txt'), 'w') as out:
        out.write('\n'.join(videos))
    ended = [run_share(pods, ['x'], JOB_COMPLETION_INDEX=str(i), PODS='4').returncode
             for i in range(4)]
    report.check('four pods of Kubernetes', ended == [0] * 4 and files_of(folder) == wanted,
                 '%s' % ended)


def test_progress():
    """One line: written over on a terminal."""
    master, slave = pty.openpty()
    process = subprocess.Popen([FARM, '--output', harness.folder('shown'), '--every', '0',
                                '--slots', '1', *clips()], stderr=slave, stdin=subprocess.DEVNULL)
    os.close(slave)
    said = b''
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:
            break
        if not part:
            break
        said += part
    process.wait()
    lines = re.split(r'[\r\n]+', re.sub(r'\x1b\[K', '', said.decode()))
    shown = [line for line in lines if line]
    report.check('on a terminal one line is written over', process.returncode == 0
                 and said.count(b'\n') == 1 and '2 of 2 files' in shown[-1]
                 and all(re.fullmatch(r'\d of 2 files; \d+ images, [\d.]+ a second'
                                      r'(; [\d.]+ (s|min|h) left)?', line) for line in shown),
                 '%s' % shown[-3:])


def test_numbers():
    harness.check_numbers([FARM, '--output', harness.folder('numbers'), '/nowhere'], {
        '--every': (0, 1000000, False), '--width': (0, 65500, True), '--height': (0, 65500, True),
        '--quality': (0, 100, True), '--slots': (0, 1024, True), '--stall': (0.5, 1000000, False),
        '--give-up': (0, 1000000, True)})


def test_errors():
    cases = {'no files': ([], 'which files'),
             'no folder': (['x.mp4'], '--output'),
             'times that are none': (['-o', 'x', '--every', 'nan', 'x'], '--every'),
             'a URL for all': (['-o', 'x', '--url', 'http://a/b.jpg', 'x'], '{job} and {time}'),
             'a header of two': (['-o', 'x', '--header', 'a: b\r\nc: d', 'x'], '--header'),
             'a format that is none': (['-o', 'x', '--format', 'gif', 'x'], 'jpeg or png')}
    for name, (arguments, part) in cases.items():
        done = farm(*arguments)
        report.check(name, done.returncode == 2 and part in done.stderr, done.stderr)
    blocked = os.path.join(harness.folder('blocked'), 'file')
    open(blocked, 'w').close()
    done = farm('--output', blocked, clips()[0])
    report.check('a folder that cannot be made', done.returncode == 1
                 and 'cannot make the folder' in done.stderr, done.stderr)
    nowhere = {name: value for name, value in os.environ.items() if not name.startswith('GST_')}
    nowhere.update(GST_PLUGIN_SYSTEM_PATH_1_0='', GST_REGISTRY_1_0=harness.folder() + '/none.bin')
    done = subprocess.run([FARM, '-o', harness.folder('x'), 'x'], capture_output=True, text=True,
                          env=nowhere)
    report.check('a machine without the plugin says so', done.returncode == 1
                 and 'GST_PLUGIN_PATH' in done.stderr, done.stderr)


if __name__ == '__main__':
    report.run(test_plain, test_again, test_changed, test_manifests, test_kill, test_containers,
               test_together, test_bad_videos, test_names, test_full, test_urls, test_shares, test_progress,
               test_numbers, test_errors)
