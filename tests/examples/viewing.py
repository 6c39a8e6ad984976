# imbytes tests: examples/viewer started, and clients of its streams.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import json
import re
import select
import socket
import time
import urllib.error
import urllib.request

import harness

VIEWER = harness.program('viewer/imbytes-viewer')

_HEAD = re.compile(rb'Content-Length: (\d+)\r\nX-Timestamp: (\d+\.\d{6})\r\n\r\n')


class Stream:
    """One connection. Reads only when it is told to."""

    def __init__(self, port, query='', receive_buffer=0):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF,
                                   receive_buffer)
        self.socket.connect(('127.0.0.1', port))
        self.socket.sendall(b'GET /stream.mjpg?%s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
                            % query.encode())
        self.data = b''
        self.headers = ''
        self.parts = []      # (time by the server's stamp, bytes of the image)
        self.arrivals = []   # when each was there
        self.images = []     # the images, if they are to be kept
        self.closed = False

    def fileno(self):
        return self.socket.fileno()

    def close(self):
        self.socket.close()

    def take(self, keep=False, most=1 << 18):
        """One read of what has come."""
        try:
            got = self.socket.recv(most)
        except ConnectionError:
            got = b''
        if not got:
            self.closed = True
        self.data += got
        if not self.headers and b'\r\n\r\n' in self.data:
            head, self.data = self.data.split(b'\r\n\r\n', 1)
            self.headers = head.decode()
        while self.headers and self._take_part(keep):
            pass

    def _take_part(self, keep):
        head = _HEAD.search(self.data)
        if head is None:
            return False
        size = int(head.group(1))
        end = head.end() + size
        # An image is there when the boundary behind it is.
        if len(self.data) < end + len(b'\r\n--imbytes\r\n'):
            return False
        if self.data[end:end + 13] != b'\r\n--imbytes\r\n':
            raise ValueError('no boundary after %d bytes' % size)
        if keep:
            self.images.append(self.data[head.end():end])
        self.parts.append((float(head.group(2)), size))
        self.arrivals.append(time.time())
        self.data = self.data[end + 2:]
        return True


def read_all(streams, seconds=0.0, until=None, keep=False):
    """Reads from all of them for so long, or until @until() is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not (until and until()):
        open_ones = [s for s in streams if not s.closed]
        if not open_ones:
            return
        for stream in select.select(open_ones, [], [], 0.1)[0]:
            stream.take(keep)


# videotestsrc's bars, of 100 %, from left to right.
BARS = [(255, 255, 255), (255, 255, 0), (0, 255, 255), (0, 255, 0),
        (255, 0, 255), (255, 0, 0), (0, 0, 255)]


class Viewer:
    """A viewer on a port of its own."""

    def __init__(self, *arguments, env=None):
        self.port = harness.free_port()
        self.process = harness.start([VIEWER, '--port', str(self.port), *arguments], env=env)
        harness.wait_for_port(self.port, self.process)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        harness.stop(self.process)

    def get(self, path, method='GET'):
        """Status, headers, body."""
        request = urllib.request.Request(
            'http://127.0.0.1:%d%s' % (self.port, path), method=method)
        try:
            with urllib.request.urlopen(request, timeout=harness.GUARD) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def ask(self, request):
        """All that is answered to a request of these bytes."""
        with socket.create_connection(('127.0.0.1', self.port), harness.GUARD) as asking:
            asking.sendall(request)
            return b''.join(iter(lambda: asking.recv(1 << 16), b''))

    def stats(self, query=''):
        return json.loads(self.get('/stats.json' + query)[2])

    def stream(self, query='', **options):
        return Stream(self.port, query, **options)


def bars_differ(image):
    """The largest difference of a bar's middle from what it should be."""
    width, height = image.size
    image = image.convert('RGB')
    return max(abs(a - b) for i, bar in enumerate(BARS)
               for a, b in zip(bar, image.getpixel(
                   (int((i + 0.5) * width / 7), height // 3))))
