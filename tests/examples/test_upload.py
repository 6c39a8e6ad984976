#!/usr/bin/python3
# imbytes tests: examples/upload to a real nginx that stalls, dies and comes back,
# and to servers that answer what they should not.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import http.server
import io
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time

import harness
from harness import report
from nginx import Nginx

UPLOAD = harness.program('upload/imbytes-upload')
harness.need_programs('nginx')

try:
    from PIL import Image
except ImportError:
    report.skip('upload', 'no Python module PIL here')
    report.finish()

def run(*arguments, **options):
    return harness.run([UPLOAD, *arguments], **options)


def is_picture(data, size=(160, 120)):
    try:
        image = Image.open(io.BytesIO(data))
        image.load()
        return image.size == size
    except Exception:
        return False


def test_files():
    nginx = Nginx()
    done = run('test', '--every', '0', '--count', '20', '--width', '160',
               '--url', nginx.url('a/b/{n}.jpg'))
    files = nginx.files()
    report.check('nginx: twenty images, each a whole file',
                 done.returncode == 0 and sorted(files) == ['%06d.jpg' % i for i in range(20)]
                 and all(map(is_picture, files.values())), done.stdout + done.stderr)
    report.check('... and as many bytes as it says', '20 uploaded, %d bytes'
                 % sum(map(len, files.values())) in done.stdout, done.stdout)
    done = run('test', '--every', '0', '--count', '3', '--width', '160', '--format', 'png',
               '--url', nginx.url('x/{time}-{ms}-{uuid}.png'))
    report.check('names by time and chance', done.returncode == 0 and len(
        [name for name in nginx.files() if name.endswith('.png') and len(name) > 60]) == 3)
    signed = '\n'.join(nginx.url('signed/%d?signature=s%d' % (i, i)) for i in range(4))
    done = run('test', '--every', '0', '--width', '160', '--urls', '-', input=signed)
    report.check('a presigned URL for each, and no more',
                 '4 uploaded' in done.stdout and 'no URLs are left' in done.stderr
                 and len(os.listdir(nginx.folder + '/files/signed')) == 4,
                 done.stdout + done.stderr)
    clip = harness.clip()
    if clip is None:
        report.skip('clip', 'no car-detection.mp4 here; set IMBYTES_MEDIA')
    else:
        done = run(clip, '--every', '1', '--width', '320', '--url', nginx.url('clip/{n}'))
        names = os.listdir(nginx.folder + '/files/clip')
        report.check('a real clip: nothing of it is lost', done.returncode == 0
                     and len(names) == 31 and ' 0 too many' in done.stdout, done.stdout)
    harness.stop(nginx.process)


def test_death():
    """The server is killed and started again."""
    nginx = Nginx()
    process = harness.start([UPLOAD, 'test', '--every', '0.1', '--width', '160', '--url',
                             nginx.url('{n}.jpg')])
    harness.wait_until(lambda: len(nginx.files()) > 3, process)
    nginx.process.kill()
    nginx.process.wait()
    time.sleep(1.5)
    before = len(nginx.files())
    nginx.start()
    report.check('the server was killed: uploads go on', harness.wait_until(
        lambda: len(nginx.files()) > before + 5, process), harness.log(process))
    status = harness.stop(process)
    log = harness.log(process)
    report.check('... it was said, and that it is over', 'trying again' in log
                 and 'work again' in log and '0 retries' not in log.splitlines()[-1]
                 and status is not None, log)
    report.check('... every file is whole', all(map(is_picture, nginx.files().values())))
    harness.stop(nginx.process)


def test_stall():
    nginx = Nginx()
    process = harness.start([UPLOAD, 'test', '--every', '0', '--width', '1280', '--quality',
                             '95', '--stall', '2', '--url', nginx.url('{n}.jpg')],
                            env=harness.counting_buffers())
    harness.wait_until(lambda: len(nginx.files()) > 3, process)
    nginx.process.send_signal(signal.SIGSTOP)
    held = [harness.buffers(process) for _ in range(7) if not time.sleep(1)]
    nginx.process.send_signal(signal.SIGCONT)
    n = len(nginx.files())
    if held[0] is None:
        report.skip('the server stalled: buffers', 'this GStreamer cannot count them')
    else:
        # Eight wait, one is being sent, and each element has one.
        report.check('the server stalled: what is held is bounded',
                     max(n for n, _ in held) <= 9 + 8, str(held))
    report.check('... it goes on afterwards', harness.wait_until(
        lambda: len(nginx.files()) > n + 5, process), harness.log(process))
    harness.stop(process)
    last = harness.log(process).splitlines()[-1]
    report.check('... what was too many is counted', ' 0 too many' not in last, last)
    harness.stop(nginx.process)


class Moody(http.server.BaseHTTPRequestHandler):
    """Answers as the path says, the first times."""
    seen = {}

    def do_PUT(self):
        data = self.rfile.read(int(self.headers['Content-Length']))
        times = self.seen[self.path] = self.seen.get(self.path, 0) + 1
        self.log.append((self.path, time.monotonic(), len(data), dict(self.headers)))
        mood = self.path.split('/')[1]
        if mood == 'slow':
            time.sleep(0.2)
        status = {'broken': 500 if times < 3 else 201, 'busy': 429 if times < 2 else 200,
                  'closed': 503, 'never': 403}.get(mood, 200)
        self.send_response(status)
        if status == 429:
            self.send_header('Retry-After', '2')
        if status == 503:
            self.send_header('Retry-After', '3600')
        self.send_header('Content-Length', '0')
        self.end_headers()

    def do_GET(self):
        """Half of a film, and then nothing more, however often it is asked for."""
        with open(self.film, 'rb') as file:
            data = file.read()
        times = self.seen[self.path] = self.seen.get(self.path, 0) + 1
        if times == 1:
            self.send_response(200)
            self.send_header('Content-Length', str(len(data)))
            self.end_headers()
            self.wfile.write(data[:len(data) // 2])
            self.wfile.flush()
            time.sleep(1.5)
        self.close_connection = True

    def log_message(self, *_):
        pass


def serve_moods():
    Moody.log = []
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Moody)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, 'http://127.0.0.1:%d/' % server.server_port


def test_source():
    """A film that breaks off while images wait for a slow server."""
    server, url = serve_moods()
    Moody.film = harness.make_clip('film.avi', 100)
    try:
        done = run(url + 'film.avi', '--every', '0', '--url', url + 'slow/{n}')
    except subprocess.TimeoutExpired:
        report.check('a source that fails while images wait: it ends', False, 'it does not')
    else:
        sent = re.search(r'(\d+) uploaded', done.stdout)
        report.check('a source that fails while images wait: it ends', done.returncode == 1
                     and '/film.avi: ' in done.stderr and sent and int(sent[1]) >= 8,
                     done.stdout + done.stderr)
    server.shutdown()


def test_moods():
    server, url = serve_moods()
    done = run('test', '--count', '1', '--url', url + 'broken/{n}')
    report.check('500 is tried again', done.returncode == 0 and '1 uploaded' in done.stdout
                 and '2 retries' in done.stdout, done.stdout + done.stderr)
    done = run('test', '--count', '1', '--url', url + 'busy/{n}')
    times = [when for path, when, _, _ in Moody.log if 'busy' in path]
    report.check('429 is tried again when Retry-After says', done.returncode == 0
                 and 1.9 < times[1] - times[0] < 200, str(times))
    done = run('test', '--count', '2', '--every', '0', '--url', url + 'never/{n}?signature=secret')
    report.check('403 is not, and is counted', done.returncode == 1 and '2 refused' in done.stdout
                 and Moody.seen['/never/000000?signature=secret'] == 1, done.stdout)
    report.check('... and no signature is said aloud', '403' in done.stderr
                 and 'secret' not in done.stderr, done.stderr)
    began = time.monotonic()
    done = run('test', '--count', '1', '--give-up', '2', '--url', url + 'closed/{n}')
    report.check('Retry-After beyond --give-up: not asked again before that', done.returncode == 1
                 and '1 given up' in done.stdout and time.monotonic() - began >= 2
                 and Moody.seen['/closed/000000'] == 1, done.stdout + done.stderr)
    done = run('test', '--count', '1', '--url', url + 'ok/{n}', '--header', 'X-Camera: 3',
               env=dict(os.environ, UPLOAD_USER='me:word'))
    headers = Moody.log[-1][3]
    report.check('headers', headers.get('Content-Type') == 'image/jpeg'
                 and headers.get('X-Camera') == '3' and 'Authorization' in headers
                 and 'Transfer-Encoding' not in headers, str(headers))
    server.shutdown()


def test_tls():
    if shutil.which('openssl') is None:
        report.skip('TLS', 'no openssl here')
        return
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Moody)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*harness.certificate('a'))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, certificate, status, part in (('TLS', 'a', 0, '1 uploaded'),
                                            ('... with the wrong certificate', 'b', 1, '1 refused')):
        done = run('test', '--count', '1', '--ca-file', harness.certificate(certificate)[0],
                   '--url', 'https://127.0.0.1:%d/ok/{n}' % server.server_port)
        report.check(name, done.returncode == status and part in done.stdout
                     and ('certificate' in done.stderr) == bool(status),
                     done.stdout + done.stderr)
    server.shutdown()


def test_drip():
    """A server that says something now and then, and never all of it."""
    listener = socket.create_server(('127.0.0.1', 0))
    seen = []

    def drip(connection):
        seen.append(connection)
        try:
            connection.sendall(b'HTTP/1.1 200 OK\r\nX: ')
            while True:
                connection.sendall(b'aaaa')
                time.sleep(0.2)
        except OSError:
            pass

    def serve():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=drip, args=(connection,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    began = time.monotonic()
    process = harness.start([UPLOAD, 'test', '--count', '1', '--give-up', '4', '--url',
                             'http://127.0.0.1:%d/{n}' % listener.getsockname()[1]])
    ended = harness.wait_until(lambda: process.poll() is not None)
    report.check('an answer that drips: the image is given up', ended and process.returncode == 1
                 and '1 given up' in harness.log(process) and seen
                 and time.monotonic() - began >= 4, harness.log(process)[-300:])
    harness.stop(process)
    listener.close()


def test_numbers():
    harness.check_numbers([UPLOAD, '/nowhere'], {
        '--every': (0, 1e9, False), '--width': (0, 65500, True), '--height': (0, 65500, True),
        '--quality': (0, 100, True), '--count': (0, 1000000000, True),
        '--stall': (1, 86400, True), '--give-up': (0, 86400, True)})


def test_urls():
    """Lines that are no URLs, from whoever signs them."""
    done = run('test', '--every', '0', '--urls', '-', input='http://127.0.0.1:1/' + 'a' * 20000)
    report.check('a line without an end is refused', done.returncode == 1
                 and 'longer than the' in done.stderr and '0 uploaded' in done.stdout, done.stderr)
    done = run('test', '--every', '0', '--urls', '-', input='file:///etc/passwd\n\x1b[2J\nx y\n')
    report.check('... and what is none is, too', done.returncode == 1 and '3 refused' in done.stdout
                 and '\x1b' not in done.stderr, done.stderr)
    for option, value in (('--header', 'a: b\r\nc: d'), ('--header', 'none'),
                          ('--url', 'http://127.0.0.1:1/\n')):
        done = run('test', '--count', '1', option, value, *(
            ['--url', 'http://127.0.0.1:1/'] if option != '--url' else []), '--give-up', '1')
        report.check('%s %r is refused' % (option, value), done.returncode == 2
                     and option in done.stderr and 'uploaded' not in done.stdout, done.stderr)


def test_signal():
    """While it waits for a URL that does not come."""
    read, write = os.pipe()
    process = subprocess.Popen([UPLOAD, 'test', '--every', '0', '--urls', '-'], stdin=read,
                               stdout=subprocess.DEVNULL)
    time.sleep(1)
    process.terminate()
    try:
        ended = process.wait(harness.GUARD) == 1
    except subprocess.TimeoutExpired:
        process.kill()
        ended = False
    report.check('SIGTERM while it waits for a URL', ended)
    os.close(read)
    os.close(write)


def test_errors():
    port = harness.free_port()
    done = run('test', '--count', '1', '--give-up', '2', '--url', 'http://127.0.0.1:%d/' % port)
    report.check('no server: given up, counted and said', done.returncode == 1
                 and '1 given up' in done.stdout and 'trying again' in done.stderr,
                 done.stdout + done.stderr)
    for name, arguments, part in (
            ('no place', ['test'], '--url'), ('no source', ['--url', 'http://x/'], 'SOURCE'),
            ('no such file', ['/nowhere', '--url', 'http://x/'], 'no file'),
            ('another protocol', ['test', '--url', 'ftp://x/'], 'http'),
            ('a field that is none', ['test', '--url', 'http://x/{name}.jpg'], '{uuid}'),
            ('a brace alone', ['test', '--url', 'http://x/{n'], '{uuid}'),
            ('a folder', ['/', '--url', 'http://x/'], 'is a folder'),
            ('what is below a file', ['/etc/passwd/x', '--url', 'http://x/'], 'Not a directory'),
            ('no such certificate', ['test', '--url', 'https://x/', '--ca-file', '/nowhere'],
             '--ca-file'),
            ('no number', ['test', '--url', 'http://x/', '--every', 'nan'], '--every')):
        done = run(*arguments)
        report.check(name, done.returncode == (
            1 if name in ('no such file', 'a folder', 'what is below a file') else 2)
                     and part in done.stderr, done.stderr)


    done = run('test', '--count', '1', '--url', 'http://me:secret@127.0.0.1:1 x/{n}')
    report.check('a URL that is none is refused, and its password not said',
                 done.returncode == 1 and '1 refused' in done.stdout
                 and 'secret' not in done.stderr and 'URL' in done.stderr, done.stderr)


report.run(test_files, test_death, test_stall, test_source, test_moods, test_drip, test_urls,
           test_numbers, test_tls, test_signal, test_errors)
