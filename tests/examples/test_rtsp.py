#!/usr/bin/python3
# imbytes tests: examples/rtsp, received by GStreamer and by ffmpeg.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import os
import re
import shutil
import signal
import socket
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
    def __init__(self, *arguments, port=None, env=None):
        self.port = port or harness.free_port()
        self.process = harness.start([RTSP, '--port', str(self.port), *arguments], env=env)
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
        sample = sink.emit('try-pull-sample', int(harness.GUARD) * Gst.SECOND)
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
    server = Server('test', '--width', '1280', '--height', '720', '--quality', '95',
                    env=harness.counting_buffers())
    watchers = [watch(server.url) for _ in range(2)]
    harness.wait_until(lambda: '2 clients' in harness.log(server.process))
    time.sleep(2)
    watchers[0].send_signal(signal.SIGSTOP)
    most = []

    def look():
        most.append(harness.buffers(server.process))
        return '2 clients\n1 clients' in harness.log(server.process)
    gone = harness.wait_until(
        look)
    report.check('a client that stands still: it is let go', gone, harness.log(server.process))
    if most[0] is None:
        report.skip('... buffers', 'this GStreamer cannot count them')
    else:
        after = harness.wait_until(lambda: [held for held in [harness.buffers(server.process)]
                                            if held[1] <= 4e6])
        report.check('... what is held for it is bounded, and gone with it',
                     max(size for _, size in most) < 40e6 and after, '%s, then %s' % (most, after))
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
    stays.get_bus().timed_pop_filtered(int(harness.GUARD) * Gst.SECOND,
                                       Gst.MessageType.EOS | Gst.MessageType.ERROR)
    time.sleep(3)
    report.check('the film ended: for the next client it begins anew',
                 len(receive(server.url, 2)) == 2, harness.log(server.process))
    stays.set_state(Gst.State.NULL)
    server.stop()


def test_idle_connections():
    """Those that only connect, or drip, keep nobody out, and end."""
    server = Server('test', '--max-clients', '2')
    idle = []
    for i in range(100):
        idle.append(socket.create_connection(('127.0.0.1', server.port)))
        if i % 2:
            idle[-1].sendall(b'OPTIONS ')
    report.check('100 connections that ask nothing: a visitor gets pictures',
                 len(receive(server.url, 2)) == 2)
    left = set(idle)

    def drip():
        for connection in list(left):
            connection.setblocking(False)
            try:
                connection.send(b'a')
                if connection.recv(100) == b'':
                    left.discard(connection)
            except BlockingIOError:
                pass
            except OSError:
                left.discard(connection)
        time.sleep(0.3)
        return not left
    began = time.monotonic()
    report.check('... and they end', harness.wait_until(drip),
                 '%d left after %.0f s' % (len(left), time.monotonic() - began))
    for connection in idle:
        connection.close()
    report.check('... it goes on', len(receive(server.url, 1)) == 1 and server.stop() == 0)


def test_numbers():
    harness.check_numbers([RTSP, '/nowhere'], {
        '--port': (0, 65535, True), '--width': (0, 65500, True), '--height': (0, 65500, True),
        '--quality': (1, 100, True), '--rate': (0, 1e6, False),
        '--max-clients': (1, 10000, True)})
    for option, value in (('--port', '80000'), ('--rate', '1e-300'), ('--path', '/a b'),
                          ('--path', 'live'), ('--path', '/a\nb')):
        done = harness.run([RTSP, 'test', option, value])
        report.check('%s %r is refused' % (option, value), done.returncode == 2
                     and option in done.stderr, done.stderr)


def test_errors():
    busy = Server('test')
    cases = {'a file that is not there': (['/nowhere.mp4'], 'no file'),
             'a port that is taken': (['test', '--port', str(busy.port)], 'port'),
             'too much quality': (['test', '--quality', '101'], 'quality'),
             'no source': ([], 'SOURCE')}
    for name, (arguments, part) in cases.items():
        done = subprocess.run([RTSP, *arguments], capture_output=True, text=True,
                              timeout=harness.GUARD)
        report.check(name, done.returncode == (1 if name.startswith('a ') else 2)
                     and part in done.stderr, done.stderr)
    busy.stop()
    odd = Server('test', '--width', '645', '--height', '9999')
    report.check('sizes that RTP has not are rounded, aloud',
                 '--width 645 becomes 640' in harness.log(odd.process)
                 and '--height 9999 becomes 2040' in harness.log(odd.process))
    odd.stop()


report.run(test_gstreamer, test_ffmpeg, test_clip, test_restart, test_sharing, test_stall,
           test_end, test_idle_connections, test_numbers, test_errors)
