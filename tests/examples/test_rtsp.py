#!/usr/bin/python3
# imbytes tests: examples/rtsp, received by GStreamer and by ffmpeg.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import os
import re
import shutil
import signal
import subprocess
import time

import harness
from harness import report

RTSP = harness.program('rtsp/imbytes-rtsp')

try:
    import gi
    gi.require_version('Gst', '1.0')
    from gi.repository import Gst
    import numpy as np
except ImportError as missing:
    report.skip('rtsp', str(missing))
    report.finish()

# Colours of the bars of videotestsrc, from the left.
BARS = [(255, 255, 255), (255, 255, 0), (0, 255, 255), (0, 255, 0), (255, 0, 255),
        (255, 0, 0), (0, 0, 255)]


class Server:
    def __init__(self, *arguments, port=None):
        self.port = port or harness.free_port()
        self.process = harness.start([RTSP, '--port', str(self.port), *arguments])
        harness.wait_for_port(self.port, self.process)
        # Now that there is a registry: Python cannot load a plugin that needs a
        # sanitizer.
        Gst.init(None)
        self.url = 'rtsp://127.0.0.1:%d/live' % self.port

    def stop(self):
        return harness.stop(self.process)


def receive(url, count=3, protocols='tcp'):
    """RGB pictures that rtspsrc receives."""
    pipeline = Gst.parse_launch(
        'rtspsrc location=%s protocols=%s latency=100 ! rtpjpegdepay ! jpegdec '
        '! videoconvert ! video/x-raw,format=RGB ! appsink name=sink sync=false'
        % (url, protocols))
    pipeline.set_state(Gst.State.PLAYING)
    sink, pictures = pipeline.get_by_name('sink'), []
    while len(pictures) < count:
        sample = sink.emit('try-pull-sample', int(15 * harness.PATIENCE) * Gst.SECOND)
        if sample is None:
            break
        caps = report.structure_of(sample.get_caps())
        width, height = caps.get_value('width'), caps.get_value('height')
        buffer = sample.get_buffer()
        data = np.frombuffer(buffer.extract_dup(0, buffer.get_size()), np.uint8)
        stride = buffer.get_size() // height
        pictures.append(data.reshape(height, stride)[:, :width * 3]
                        .reshape(height, width, 3).copy())
    pipeline.set_state(Gst.State.NULL)
    return pictures


def watch(url):
    return harness.start(['gst-launch-1.0', '-q', 'rtspsrc', 'location=' + url, 'protocols=tcp',
                          '!', 'fakesink'])


def bars_are_right(picture):
    height, width = picture.shape[:2]
    return all(np.abs(picture[height // 4, int((i + 0.5) * width / 7)].astype(int)
                      - np.array(bar)).max() < 12 for i, bar in enumerate(BARS))


def test_gstreamer():
    server = Server('test', '--width', '640', '--height', '480')
    for protocols in ('tcp', 'udp'):
        pictures = receive(server.url, protocols=protocols)
        report.check('rtspsrc over %s: the right pictures' % protocols,
                     len(pictures) == 3 and pictures[0].shape == (480, 640, 3)
                     and all(bars_are_right(p) for p in pictures), '%d' % len(pictures))
    report.check('ends cleanly', server.stop() == 0)


def test_ffmpeg():
    if shutil.which('ffmpeg') is None:
        report.skip('ffmpeg', 'not installed')
        return
    # Large enough to have restart markers.
    server = Server('test', '--width', '1280', '--height', '720')
    target = os.path.join(harness.folder(), 'ffmpeg.ppm')
    done = subprocess.run(
        ['ffmpeg', '-v', 'error', '-y', '-rtsp_transport', 'tcp', '-i', server.url,
         '-frames:v', '2', '-update', '1', target], capture_output=True, text=True,
        timeout=harness.GUARD)
    held = done.returncode == 0 and os.path.exists(target)
    if held:
        with open(target, 'rb') as file:
            data = file.read()
        picture = np.frombuffer(data[-1280 * 720 * 3:], np.uint8).reshape(720, 1280, 3)
        # 4:3 bars in the middle of 16:9.
        held = bars_are_right(picture[:, 160:1120])
    report.check('ffmpeg: the right picture, restart markers and all', held, done.stderr[-300:])
    server.stop()


def test_clip():
    clip = harness.clip()
    if clip is None:
        report.skip('clip', 'no car-detection.mp4 here; set IMBYTES_MEDIA')
        return
    server = Server(clip, '--width', '320')
    pictures = receive(server.url, 5)
    # 320x180 is no multiple of 8; the nearest that is.
    report.check('a real clip, in a size that RTP can say',
                 len(pictures) == 5 and pictures[0].shape[1] in (312, 320)
                 and all(side % 8 == 0 for side in pictures[0].shape[:2]),
                 str(pictures[0].shape if pictures else None))
    # Gone, and another one comes.
    report.check('a client that comes back', len(receive(server.url, 2)) == 2)
    server.stop()


def test_restart():
    server = Server('test')
    report.check('before', len(receive(server.url, 1)) == 1)
    server.process.kill()
    server.process.wait()
    again = Server('test', port=server.port)
    report.check('after it was killed and started again', len(receive(again.url, 1)) == 1)
    again.stop()


def test_sharing():
    server = Server('test', '--width', '320')
    watchers = [watch(server.url) for _ in range(4)]
    found = harness.wait_until(lambda: '4 clients' in harness.log(server.process))
    watchers[0].send_signal(signal.SIGKILL)
    gone = harness.wait_until(
        lambda: re.search('4 clients\n3 clients', harness.log(server.process)))
    report.check('four clients, one of them killed', found and gone
                 and len(receive(server.url, 2)) == 2, harness.log(server.process))
    for watcher in watchers:
        harness.stop(watcher)
    server.stop()


def test_stall():
    """One of two clients stands still."""
    server = Server('test', '--width', '1280', '--height', '720', '--quality', '95')
    watchers = [watch(server.url) for _ in range(2)]
    harness.wait_until(lambda: '2 clients' in harness.log(server.process))
    time.sleep(2)
    before = harness.memory(server.process)
    watchers[0].send_signal(signal.SIGSTOP)
    gone = harness.wait_until(
        lambda: '2 clients\n1 clients' in harness.log(server.process))
    grown = harness.memory(server.process) - before
    report.check('a client that stands still: it is let go, memory is bounded',
                 gone and grown < 16 * harness.PATIENCE, '%.1f MB more' % grown)
    report.check('... nobody else notices', watchers[1].poll() is None
                 and len(receive(server.url, 2)) == 2)
    for watcher in watchers:
        harness.stop(watcher, signal.SIGKILL)
    server.stop()


def test_end():
    """One client stays at the end of a film."""
    server = Server(harness.make_clip('short.avi', 30))
    stays = Gst.parse_launch('rtspsrc location=%s protocols=tcp ! fakesink' % server.url)
    stays.set_state(Gst.State.PLAYING)
    stays.get_bus().timed_pop_filtered(int(20 * harness.PATIENCE) * Gst.SECOND,
                                       Gst.MessageType.EOS | Gst.MessageType.ERROR)
    time.sleep(3)
    report.check('the film ended: for the next client it begins anew',
                 len(receive(server.url, 2)) == 2, harness.log(server.process))
    stays.set_state(Gst.State.NULL)
    server.stop()


def test_errors():
    busy = Server('test')
    cases = {'a file that is not there': (['/nowhere.mp4'], 'no file'),
             'a port that is taken': (['test', '--port', str(busy.port)], 'port'),
             'too much quality': (['test', '--quality', '101'], 'quality'),
             'no source': ([], 'SOURCE')}
    for name, (arguments, part) in cases.items():
        done = subprocess.run([RTSP, *arguments], capture_output=True, text=True,
                              timeout=harness.GUARD)
        report.check(name, done.returncode == 1 and part in done.stderr, done.stderr)
    busy.stop()
    odd = Server('test', '--width', '645', '--height', '9999')
    report.check('sizes that RTP has not are rounded, aloud',
                 '--width 645 becomes 640' in harness.log(odd.process)
                 and '--height 9999 becomes 2040' in harness.log(odd.process))
    odd.stop()


report.run(test_gstreamer, test_ffmpeg, test_clip, test_restart, test_sharing, test_stall,
           test_end, test_errors)
