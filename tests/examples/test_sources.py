# imbytes tests: sources that never give a picture. The programs that start a source again
# do so where it may come, stop where it never will, and say which.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import http.server
import os
import shutil
import subprocess
import threading
import wave

import harness
import report

BROKER = harness.free_port()
PROGRAMS = {
    'viewer': lambda source: ['--port', str(harness.free_port()), source],
    'mqtt': lambda source: ['--port', str(BROKER), source],
    'upload': lambda source: ['--loop', '--url', 'http://127.0.0.1:9/{n}.jpg', source],
}


class Refusal(http.server.BaseHTTPRequestHandler):
    """Answers each path with the status that it names."""

    def do_GET(self):
        self.send_response(int(self.path.strip('/').split('.')[0]))
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *_):
        pass


def make_sources():
    """Yields name, source, whether trying again is pointless."""
    text = os.path.join(harness.folder(), 'letter.mp4')
    with open(text, 'w') as file:
        file.write('this is no video\n' * 1000)
    sound = os.path.join(harness.folder(), 'sound.wav')
    with wave.open(sound, 'wb') as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16000))
    yield 'text', text, True
    yield 'sound', sound, True
    yield 'no device', '/dev/video199', False
    yield 'nobody listens', 'rtsp://127.0.0.1:9/cam', False
    if subprocess.run(['gst-inspect-1.0', '--exists', 'souphttpsrc']).returncode != 0:
        report.skip('HTTP', 'no souphttpsrc here')
        return
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Refusal)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for status in (401, 403, 404, 503):
        yield ('HTTP %d' % status, 'http://127.0.0.1:%d/%d.mp4' % (server.server_port, status),
               status in (401, 403))


def start_broker():
    """FALSE where there is none."""
    broker = shutil.which('mosquitto', path='/usr/sbin:/usr/bin')
    if broker is not None:
        harness.wait_for_port(BROKER, harness.start([broker, '-p', str(BROKER)]))
    return broker is not None


def test_sources():
    programs = {name: (path, arguments) for name, arguments in PROGRAMS.items()
                if os.access(path := '%s/%s/imbytes-%s' % (harness.BUILD, name, name), os.X_OK)}
    if not programs:
        report.skip('sources', 'no program was built')
        return
    if 'mqtt' in programs and not start_broker():
        report.skip('mqtt', 'no mosquitto here')
        del programs['mqtt']
    sources = list(make_sources())
    for program, (path, arguments) in programs.items():
        for name, source, pointless in sources:
            process = harness.start([path] + arguments(source))
            if pointless:
                process.wait(harness.GUARD)
                right = process.returncode == 1 and (
                    name != 'sound' or 'no video in it' in harness.log(process)) and 'not tried again' in harness.log(process).lower()
            else:
                right = harness.wait_until(
                    lambda: harness.log(process).lower().count('trying again') >= 2, process)
                harness.stop(process)
            report.check('%s, %s: %s' % (program, name, 'it ends' if pointless else 'it goes on'),
                         right, '%s %s' % (process.returncode, harness.log(process).strip()))


report.run(test_sources)
