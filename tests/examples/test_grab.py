#!/usr/bin/python3
# imbytes tests: examples/grab, in C and in Python.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import fcntl
import importlib.util
import io
import os
import re
import signal
import struct
import subprocess
import sys
import termios
import time

import harness
from harness import report

GRAB = harness.program('grab/imbytes-grab')
GRAB_PY = os.path.join(os.path.dirname(__file__), '..', '..', 'examples', 'grab', 'grab.py')
# Python itself is not built for the sanitizers.
PROGRAMS = {'C': [GRAB]}
if 'IMBYTES_SANITIZED' not in os.environ:
    PROGRAMS['Python'] = [sys.executable, GRAB_PY]


def have_modules():
    try:
        import gi  # noqa: F401
        import PIL  # noqa: F401
        import cv2  # noqa: F401
        return True
    except ImportError:
        return False


def run(program, *arguments):
    return subprocess.run(program + list(arguments), capture_output=True, text=True,
                          timeout=harness.GUARD)


def lines_of(process):
    return [line for line in process.stdout.splitlines() if 'bytes' in line]


def test_clip():
    clip = harness.clip()
    if clip is None:
        report.skip('clip', 'no car-detection.mp4 here; set IMBYTES_MEDIA')
        return
    for name, program in PROGRAMS.items():
        done = run(program, clip, '--every', '5', '--width', '320')
        lines = lines_of(done)
        report.check('%s: one every five seconds of the clip' % name,
                     done.returncode == 0 and len(lines) == 7
                     and all('320x180' in line for line in lines), done.stdout + done.stderr)
        done = run(program, clip, '--every', '0', '--count', '30', '--format', 'png',
                   '--width', '64')
        report.check('%s: as many as were asked for' % name,
                     done.returncode == 0 and len(lines_of(done)) == 30
                     and 'image/png' in done.stdout, done.stderr)


def test_bytes():
    from PIL import Image
    folder = harness.folder('grabbed')
    done = run([GRAB], 'test', '--every', '0', '--count', '3', '--output', folder)
    files = sorted(os.listdir(folder))
    sizes = [int(re.search(r'(\d+) bytes', line)[1]) for line in lines_of(done)]
    held = done.returncode == 0 and len(files) == 3
    for file, size in zip(files, sizes):
        with open(os.path.join(folder, file), 'rb') as opened:
            data = opened.read()
        image = Image.open(io.BytesIO(data))
        image.load()
        # The first bar is white.
        held = held and len(data) == size and image.size == (320, 240) \
            and all(abs(v - 255) < 4 for v in image.getpixel((10, 50)))
    report.check('C: files with the bytes it says', held, str(files))
    if 'Python' in PROGRAMS:
        done = run(PROGRAMS['Python'], 'test', '--every', '0', '--count', '2')
        report.check('Python: cv2 and Pillow read them',
                     all('cv2 (240, 320, 3)' in line and 'Pillow RGB (320, 240)' in line
                         for line in lines_of(done)) and len(lines_of(done)) == 2,
                     done.stdout + done.stderr)


def test_no_copy():
    """What Python is given lies where the buffer does."""
    if 'Python' not in PROGRAMS:
        return
    import gi
    gi.require_version('Gst', '1.0')
    from gi.repository import Gst
    Gst.init(None)
    if not hasattr(Gst.MapInfo, '__enter__'):
        report.skip('Python: no copy', "GStreamer's own Python module is not here")
        return
    import numpy
    spec = importlib.util.spec_from_file_location('grab', GRAB_PY)
    grab = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(grab)
    sample = Gst.Sample.new(Gst.Buffer.new_wrapped(b'x' * 5000),
                            Gst.Caps.from_string('image/jpeg'), None, None)
    mapped, info = sample.get_buffer().map(Gst.MapFlags.READ)
    seen = []

    def address(data):
        return numpy.frombuffer(data, numpy.uint8).__array_interface__['data'][0]

    grab.on_image = lambda data, *_: seen.append(address(data))
    taker = grab.Grab.__new__(grab.Grab)
    taker.taken = 0
    taker.take(sample)
    report.check('Python: no copy is made', mapped and seen == [address(info.data)], str(seen))
    sample.get_buffer().unmap(info)


def in_seconds(text):
    """Of hours, minutes and seconds, or seconds alone."""
    return sum(float(part) * 60 ** i for i, part in enumerate(text.split(b':')[::-1]))


class Stalled:
    """A program whose output is not read, but for the first lines: it stands still in
    the middle of an image."""

    def __init__(self, program, *arguments):
        self.out, pipe = os.pipe()
        fcntl.fcntl(pipe, 1031, 4096)  # F_SETPIPE_SZ: some lines fill it
        env = harness.counting_buffers()
        self.process = subprocess.Popen(program + list(arguments), stdout=pipe, env=env)
        self.buffers_path = env['GST_DEBUG_FILE']
        os.close(pipe)
        self.text = b''
        while self.text.count(b'bytes') < 10:
            self.text += os.read(self.out, 256) or b'bytes ' * 10
        # What it wants to write has no room.
        harness.wait_until(self.is_full, self.process)

    def is_full(self):
        before = self.waiting()
        time.sleep(1.5)
        return before > 0 and self.waiting() == before

    def waiting(self):
        return struct.unpack('i', fcntl.ioctl(self.out, termios.FIONREAD, b'0000'))[0]

    def held(self):
        return harness.buffers(self.process, self.buffers_path)

    def gaps(self, until):
        """Between the images that come when it is read from again, up to @until of
        them is true."""
        text = b''
        os.set_blocking(self.out, False)

        def look():
            nonlocal text
            try:
                text += os.read(self.out, 65536)
            except BlockingIOError:
                pass
            times = [in_seconds(line.split()[0]) for line in text.split(b'\n')[1:-1]
                     if b'bytes' in line]
            gaps = [b - a for a, b in zip(times, times[1:])]
            return gaps if until(gaps) else []

        return harness.wait_until(look, self.process)

    def stop(self):
        self.process.terminate()
        status = self.process.wait(harness.GUARD)
        os.close(self.out)
        return status


# Those that wait for the program, one in each element before, and, of a file, what the
# queue behind the decoder takes: 200 buffers, or 10 MB of them, and a second of film that
# is not decoded yet.
MOST_HELD = {'live': (12, 2e6), 'file': (260, 20e6)}


def test_stall():
    """A program that stands still: nothing piles up, and the newest are next."""
    clip = harness.make_clip('long.avi', 600)
    stalled = {name: {kind: Stalled(program, source, '--every', '0', '--width', '1280')
                      for kind, source in (('live', 'test'), ('file', clip))}
               for name, program in PROGRAMS.items()}
    for name, both in stalled.items():
        for kind, one in both.items():
            held = [one.held() for _ in range(5) if not time.sleep(0.5)]
            if held[0] is None:
                report.skip('%s, stalled: buffers' % name, 'this GStreamer cannot count them')
                continue
            most, most_bytes = MOST_HELD[kind]
            report.check('%s, stalled: what is held of a %s source is bounded' % (name, kind),
                         max(n for n, _ in held) <= most
                         and max(size for _, size in held) <= most_bytes, str(held))
    for name, both in stalled.items():
        gaps = both['live'].gaps(lambda gaps: gaps and max(gaps) > 2)
        report.check('%s: a live source goes on, and the newest are next' % name, bool(gaps),
                     str(gaps))
        report.check('%s: it ends' % name, both['live'].stop() == 0)
        gaps = both['file'].gaps(lambda gaps: len(gaps) > 100)
        report.check('%s: a file waits, and nothing of it is lost' % name,
                     gaps and max(gaps) < 0.04, str(gaps))
        report.check('%s: it ends, too' % name, both['file'].stop() == 0)


def test_numbers():
    for name, program in PROGRAMS.items():
        harness.check_numbers([*program, '/nowhere'], {
            '--every': (0, 1e9, False), '--width': (0, 65500, True), '--height': (0, 65500, True),
            '--quality': (0, 100, True), '--count': (0, 2**31 - 1, True)}, (1, 2))


def test_names():
    """A name with characters that gst-launch-1.0 takes for its own."""
    target = os.path.join(harness.folder(), 'written')
    for name, program in PROGRAMS.items():
        for source in ('http://127.0.0.1:1/"! fakesink videotestsrc num-buffers=1 ! filesink '
                       'location=%s name="x' % target,
                       '/dev/video99" ! fakesink videotestsrc num-buffers=1 ! filesink '
                       'location=%s name="x' % target):
            done = run(program, source)
            report.check('%s: a source with quotes is a source' % name, done.returncode == 1
                         and not os.path.exists(target), done.stderr[-200:])


def test_errors():
    nonsense = os.path.join(harness.folder(), 'nonsense.mp4')
    with open(nonsense, 'wb') as file:
        file.write(b'this is no video ' * 1000)
    cases = {'a file that is not there': ('/nowhere/at-all.mp4',),
             'a file that is no video': (nonsense,),
             'a folder that is not there': ('test', '--output', '/etc/passwd/all'),
             'no source': (), 'a negative width': ('test', '--width', '-1'),
             'an unknown format': ('test', '--format', 'gif'),
             'too much quality': ('test', '--quality', '101'),
             'no time': ('test', '--every', 'nan'),
             'a camera that is not there': ('/dev/video99',)}
    for program_name, program in PROGRAMS.items():
        for name, arguments in cases.items():
            if program_name == 'Python' and '--output' in arguments:
                continue
            done = run(program, *arguments)
            report.check('%s: %s' % (program_name, name),
                         done.returncode != 0 and len(done.stderr) > 20
                         and 'Traceback' not in done.stderr, done.stderr[-200:])
        # Taken for a camera, not for a file.
        done = run(program, '/dev/v4l/by-id/none')
        report.check('%s: a camera by its name' % program_name, done.returncode != 0
                     and "device '/dev/v4l/by-id/none'" in done.stderr, done.stderr[-200:])


def test_folder():
    """It is made; where it cannot be, that is said before the source is opened."""
    folder = os.path.join(harness.folder(), 'a', 'b')
    done = run(PROGRAMS['C'], 'test', '--count', '2', '--every', '0', '--output', folder)
    report.check('C: the folder of --output is made', done.returncode == 0
                 and sorted(os.listdir(folder)) == ['00000.jpg', '00001.jpg'], done.stderr)
    done = run(PROGRAMS['C'], '/dev/video99', '--output', '/etc/passwd/all')
    report.check('C: a folder that cannot be made', done.returncode == 1
                 and 'cannot make the folder /etc/passwd/all: Not a directory' in done.stderr,
                 done.stderr)


def test_causes():
    """What was wrong with what could not be opened."""
    port = harness.free_port()
    for name, program in PROGRAMS.items():
        cases = [('rtsp://me:secret@127.0.0.1:%d/x' % port, '127.0.0.1')]
        if name == 'C':
            cases += [('rtsp://me:secret@127.0.0.1:%d/x' % port, 'connect'),
                      ('/', 'is a folder'), ('/etc/passwd/x', 'Not a directory')]
        for source, part in cases:
            done = run(program, source)
            report.check('%s: %s, %s' % (name, source.split('@')[-1][:9], part),
                         done.returncode == 1 and part in done.stderr
                         and 'secret' not in done.stderr, done.stderr)


def test_no_plugin():
    env = {name: value for name, value in os.environ.items() if 'PLUGIN_PATH' not in name}
    env['GST_REGISTRY'] = os.path.join(harness.folder(), 'without.registry')
    for name, program in PROGRAMS.items():
        done = subprocess.run(program + ['test', '--count', '1'], env=env, capture_output=True,
                              text=True, timeout=harness.GUARD)
        # It may be installed.
        report.check('%s: no imbytes to be found' % name, done.returncode == 0 or (
            'imbytes' in done.stderr and 'CRITICAL' not in done.stderr), done.stderr)


def test_signal():
    for name, program in PROGRAMS.items():
        process = harness.start(program + ['test', '--every', '0.1'])
        seen = harness.wait_until(lambda: harness.log(process).count('bytes') > 1
                                  or not time.sleep(0.1) and process.poll() is not None)
        status = harness.stop(process, signal.SIGINT)
        report.check('%s: ends cleanly on Ctrl-C' % name, seen and status == 0,
                     '%s: %s' % (status, harness.log(process)[-200:]))


if not have_modules():
    report.skip('grab', 'no Python modules gi, PIL, cv2 here')
    report.finish()
report.run(test_clip, test_bytes, test_no_copy, test_stall, test_numbers, test_names,
           test_errors, test_folder, test_causes, test_no_plugin, test_signal)
