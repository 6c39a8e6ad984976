# imbytes bench: the programs of examples/ with what stands at either end of them:
# a camera whose pictures say which they are, and what receives the images.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import contextlib
import http.server
import multiprocessing
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import cv2
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'examples'))
import harness  # noqa: E402

SIZE = (1280, 720)
RATE = 30
# Pictures until the camera begins again: more than a second or two can be under way.
N_PICTURES = 256
WIDTH = 640


class Camera(multiprocessing.Process):
    """Motion JPEG over UDP, a datagram for each picture, as some network cameras
    send it. Eight fields along the upper edge are its number in binary."""

    def __init__(self):
        super().__init__(daemon=True)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(('127.0.0.1', 0))
            self.port = probe.getsockname()[1]
        self.sent = multiprocessing.Array('d', N_PICTURES, lock=False)

    @property
    def uri(self):
        return 'udp://127.0.0.1:%d' % self.port

    @staticmethod
    def pictures():
        noise = np.random.default_rng(1).integers(0, 256, (9, 16, 3), dtype=np.uint8)
        scene = cv2.resize(noise, SIZE, interpolation=cv2.INTER_CUBIC)
        for number in range(N_PICTURES):
            for bit in range(8):
                scene[:80, bit * SIZE[0] // 8:(bit + 1) * SIZE[0] // 8] = 255 * (number >> bit & 1)
            yield cv2.imencode('.jpg', scene, (cv2.IMWRITE_JPEG_QUALITY, 50))[1].tobytes()

    def run(self):
        pictures = list(self.pictures())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            start = time.monotonic()
            for count in range(1 << 30):
                time.sleep(max(0.0, start + count / RATE - time.monotonic()))
                self.sent[count % N_PICTURES] = time.monotonic()
                try:
                    out.sendto(pictures[count % N_PICTURES], ('127.0.0.1', self.port))
                except ConnectionRefusedError:
                    pass  # the program does not listen yet


def number_of(image):
    """Which of the camera's pictures @image was."""
    gray = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_GRAYSCALE)
    height, width = gray.shape
    return sum(int(gray[height // 18, (2 * bit + 1) * width // 16] > 127) << bit
               for bit in range(8))


class Images(list):
    """What has arrived: (when, the bytes of one file). Lists only grow at their
    end, so that no lock is needed."""

    def __init__(self):
        super().__init__()
        self.rest = b''

    def take(self, data):
        """Of a stream: any text may stand between the images."""
        self.rest += data
        while True:
            end = self.rest.find(b'\xff\xd9')
            if end < 0:
                return
            begin = self.rest.find(b'\xff\xd8')
            self.append((time.monotonic(), self.rest[begin:end + 2]))
            self.rest = self.rest[end + 2:]


def in_thread(work, *arguments):
    threading.Thread(target=work, args=arguments, daemon=True).start()


def read_pipe(process, images):
    while data := os.read(process.stdout.fileno(), 1 << 18):
        images.take(data)


def read_socket(port, request, images):
    with socket.create_connection(('127.0.0.1', port)) as connection:
        connection.sendall(request)
        while data := connection.recv(1 << 18):
            images.take(data)


@contextlib.contextmanager
def stopped(process):
    process.send_signal(signal.SIGSTOP)
    yield
    process.send_signal(signal.SIGCONT)


class Sink:
    """One of the ways out: start () gives the process that is measured, receive ()
    a list that grows, stall () a context in which the other side takes nothing."""

    def __init__(self, name, clients=1):
        self.name, self.clients, self.others = name, clients, []

    def launch(self, uri, rest):
        return ['gst-launch-1.0', '-q', 'uridecodebin', 'uri=' + uri, '!', 'queue', '!', 'imbytes',
                'width=%d' % WIDTH, '!', 'image/jpeg', '!', *rest.split()]

    def example(self, name, *arguments):
        return [harness.program('%s/imbytes-%s' % (name, name)), *map(str, arguments)]

    def other(self, *command, **options):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   **options)
        self.others.append(process)
        return process

    def receive(self):
        return None

    def stall(self):
        return None

    def close(self):
        for process in self.others:
            process.kill()
            process.wait()


class Grab(Sink):
    def start(self, uri):
        return harness.start(self.example('grab', '--every', 0, '--width', WIDTH, uri))


class Pipe(Sink):
    def start(self, uri):
        self.process = self.other(*self.launch(uri, 'fdsink sync=false'), stdout=subprocess.PIPE)
        return self.process

    def receive(self):
        images = Images()
        in_thread(read_pipe, self.process, images)
        return images


class Multipart(Sink):
    def start(self, uri):
        self.port = harness.free_port()
        process = harness.start(self.launch(
            uri, 'multipartmux ! tcpserversink sync=false host=127.0.0.1 port=%d' % self.port))
        harness.wait_for_port(self.port, process)
        return process

    def receive(self):
        images = Images()
        in_thread(read_socket, self.port, b'', images)
        return images


class Mqtt(Sink):
    def __init__(self, name, qos):
        super().__init__(name)
        self.qos = qos

    def start(self, uri):
        self.port = harness.free_port()
        config = os.path.join(harness.folder('brokers'), '%d.conf' % self.port)
        with open(config, 'w') as file:
            file.write('listener %d 127.0.0.1\nallow_anonymous true\n' % self.port)
        self.broker = harness.start([shutil.which('mosquitto') or '/usr/sbin/mosquitto',
                                     '-c', config])
        harness.wait_for_port(self.port, self.broker)
        self.others.append(self.broker)
        return harness.start(self.example('mqtt', '--port', self.port, '--every', 0, '--qos',
                                          self.qos, '--width', WIDTH, uri))

    def receive(self):
        images = Images()
        process = self.other('mosquitto_sub', '-p', str(self.port), '-q', str(self.qos), '-N',
                             '-t', 'imbytes/camera/jpeg', stdout=subprocess.PIPE)
        in_thread(read_pipe, process, images)
        return images

    def stall(self):
        return stopped(self.broker)


class Upload(Sink):
    def start(self, uri):
        images, go_on = Images(), threading.Event()
        go_on.set()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_PUT(self):
                go_on.wait()
                image = self.rfile.read(int(self.headers['Content-Length']))
                images.append((time.monotonic(), image))
                self.send_response(201)
                self.send_header('Content-Length', '0')
                self.end_headers()

            def log_message(self, *_):
                pass

        self.images, self.go_on = images, go_on
        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        in_thread(self.server.serve_forever)
        return harness.start(self.example(
            'upload', '--every', 0, '--width', WIDTH, '--stall', 600, '--url',
            'http://127.0.0.1:%d/{n}.jpg' % self.server.server_port, uri))

    def receive(self):
        return self.images

    @contextlib.contextmanager
    def stall(self):
        self.go_on.clear()
        yield
        self.go_on.set()

    def close(self):
        self.server.shutdown()
        super().close()


class Rtsp(Sink):
    def __init__(self, name, protocols, clients=1):
        super().__init__(name, clients)
        self.protocols = protocols

    def start(self, uri):
        self.port = harness.free_port()
        process = harness.start(self.example('rtsp', '--port', self.port, '--width', WIDTH,
                                             '--quality', 85, uri))
        harness.wait_for_port(self.port, process)
        return process

    def client(self, end, **options):
        return self.other('gst-launch-1.0', '-q', 'rtspsrc', 'latency=0',
                          'protocols=' + self.protocols,
                          'location=rtsp://127.0.0.1:%d/live' % self.port, '!', 'rtpjpegdepay',
                          '!', end, 'sync=false', **options)

    def receive(self):
        images = Images()
        in_thread(read_pipe, self.client('fdsink', stdout=subprocess.PIPE), images)
        self.rest = [self.client('fakesink') for _ in range(self.clients - 1)]
        return images

    @contextlib.contextmanager
    def stall(self):
        client = self.client('fakesink')
        time.sleep(2)
        with stopped(client):
            yield


class Viewer(Sink):
    def start(self, uri):
        self.port = harness.free_port()
        process = harness.start(self.example('viewer', '--port', self.port, uri))
        harness.wait_for_port(self.port, process)
        return process

    def receive(self):
        lists = [Images() for _ in range(self.clients)]
        for images in lists:
            in_thread(read_socket, self.port,
                      b'GET /stream.mjpg?width=%d HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n' % WIDTH,
                      images)
        return lists[0]

    @contextlib.contextmanager
    def stall(self):
        with socket.create_connection(('127.0.0.1', self.port)) as connection:
            connection.sendall(b'GET /stream.mjpg?width=1280 HTTP/1.1\r\n'
                               b'Host: 127.0.0.1\r\n\r\n')
            yield


ALL = [
    Grab('grab'),
    Pipe('gst-launch, fdsink into a pipe'),
    Multipart('gst-launch, multipartmux ! tcpserversink'),
    Mqtt('MQTT, QoS 0, one subscriber', 0),
    Mqtt('MQTT, QoS 1, one subscriber', 1),
    Upload('upload'),
    Rtsp('RTSP over TCP, one client', 'tcp'),
    Rtsp('RTSP over UDP, one client', 'udp'),
    Rtsp('RTSP over TCP, ten clients', 'tcp', 10),
    Viewer('viewer, one client'),
    Viewer('viewer, ten clients', 10),
]
