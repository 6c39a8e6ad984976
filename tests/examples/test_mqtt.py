#!/usr/bin/python3
# imbytes tests: examples/mqtt with a real broker that dies, stalls and comes back.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

import harness
from harness import report

MQTT = harness.program('mqtt/imbytes-mqtt')
harness.need_programs('mosquitto', 'mosquitto_sub')

try:
    from PIL import Image
except ImportError:
    report.skip('mqtt', 'no Python module PIL here')
    report.finish()


class Broker:
    def __init__(self, *lines):
        self.port = harness.free_port()
        self.config = os.path.join(harness.folder('brokers'), '%d.conf' % self.port)
        with open(self.config, 'w') as file:
            file.write('listener %d 127.0.0.1\n%s\n'
                       % (self.port, '\n'.join(lines or ('allow_anonymous true',))))
        self.start()

    def start(self):
        self.process = harness.start(['mosquitto', '-c', self.config])
        harness.wait_for_port(self.port, self.process)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def get(self, topic, *options, seconds=harness.GUARD):
        """The payload of the next message; at once where it is retained."""
        try:
            return subprocess.run(
                ['mosquitto_sub', '-p', str(self.port), '-t', topic, '-C', '1', '-N', *options],
                capture_output=True, timeout=seconds).stdout
        except subprocess.TimeoutExpired:
            return b''


def publisher(broker, *arguments, env=None):
    process = harness.start([MQTT, 'test', '--port', str(broker.port), '--every', '0.1',
                             '--width', '160', *arguments], env=env)
    harness.wait_until(lambda: 'connected' in harness.log(process), process)
    return process


def is_picture(data):
    try:
        image = Image.open(io.BytesIO(data))
        image.load()
        return image.size == (160, 120) and all(v > 248 for v in image.getpixel((5, 20)))
    except Exception:
        return False


def test_messages():
    broker = Broker()
    process = publisher(broker, '--name', 'door', '--discovery', '--qos', '1')
    report.check('one message is one image', is_picture(broker.get('imbytes/door/jpeg')))
    report.check('the last one is retained', is_picture(
        broker.get('imbytes/door/jpeg', '--retained-only')))
    report.check('availability', broker.get('imbytes/door/availability') == b'online')
    config = broker.get('homeassistant/camera/door/config')
    report.check('Home Assistant is told', b'"topic":"imbytes/door/jpeg"' in config
                 and b'imbytes/door/availability' in config, config.decode())
    device = json.loads(config).get('device', {})
    report.check('... of a device', device.get('identifiers') == 'imbytes_door'
                 and device.get('name') == 'door' and {'manufacturer', 'model', 'sw_version'}
                 <= set(device), config.decode())
    report.check('ends cleanly', harness.stop(process) == 0, harness.log(process))
    report.check('... and says so', broker.get('imbytes/door/availability') == b'offline'
                 and 'images sent' in harness.log(process))
    broker.kill()


def test_last_will():
    broker = Broker()
    process = publisher(broker)
    report.check('online', broker.get('imbytes/camera/availability') == b'online')
    process.kill()
    process.wait()
    report.check('kill -9: the last will says offline', harness.wait_until(
        lambda: broker.get('imbytes/camera/availability') == b'offline'))
    broker.kill()


def test_broker_dies():
    broker = Broker()
    process = publisher(broker)
    broker.kill()
    time.sleep(1)
    broker.start()
    report.check('the broker was killed: the stream goes on', harness.wait_until(
        lambda: is_picture(broker.get('imbytes/camera/jpeg', seconds=2)), process),
        harness.log(process))
    report.check('... available again',
                 broker.get('imbytes/camera/availability') == b'online')
    report.check('... after it was said', 'lost the broker' in harness.log(process))
    harness.stop(process)
    broker.kill()


def test_broker_stalls():
    broker = Broker()
    # Frames as large and as many as to fill any buffer.
    process = publisher(broker, '--every', '0', '--width', '1280', '--quality', '95',
                        '--qos', '1', env=harness.counting_buffers())
    broker.get('imbytes/camera/jpeg')
    broker.process.send_signal(signal.SIGSTOP)
    held = [harness.buffers(process) for _ in range(6) if not time.sleep(1)]
    broker.process.send_signal(signal.SIGCONT)
    sent = harness.wait_until(lambda: len(broker.get('imbytes/camera/jpeg', '-R', seconds=3)))
    harness.stop(process)
    log = harness.log(process)
    if held[0] is None:
        report.skip('the broker stalled: buffers', 'this GStreamer cannot count them')
    else:
        # Three wait and each element has one; two more are libmosquitto's.
        report.check('the broker stalled: what is held is bounded',
                     max(n for n, _ in held) <= 3 + 8, str(held))
    report.check('... it goes on afterwards', bool(sent), log)
    report.check('... what was dropped is said', ' 0 dropped' not in log
                 and 'dropped' in log, log)
    broker.kill()


def test_drip():
    """Brokers that send a byte now and then, before and after they are connected."""
    def serve(listener, greeting):
        def drip(connection):
            try:
                connection.recv(1000)
                connection.sendall(greeting + b'\x30\xff\xff\xff\x7f')
                while True:
                    connection.sendall(b'aaaa')
                    time.sleep(1)
            except OSError:
                pass
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=drip, args=(connection,), daemon=True).start()

    processes = []
    for greeting in b'', b'\x20\x02\x00\x00':
        listener = socket.create_server(('127.0.0.1', 0))
        threading.Thread(target=serve, args=(listener, greeting), daemon=True).start()
        processes.append(harness.start([MQTT, 'test', '--qos', '1', '--port',
                                        str(listener.getsockname()[1])]))
    before, after = processes
    harness.wait_until(lambda: before.poll() is not None)
    report.check('a broker that drips its greeting: it ends', before.returncode == 1
                 and 'does not answer' in harness.log(before), harness.log(before))
    report.check('a broker that drips and takes nothing: it is tried again', harness.wait_until(
        lambda: 'lost the broker (it does not answer)' in harness.log(after), after),
        harness.log(after))
    harness.stop(after)


def test_refusals():
    broker = Broker('allow_anonymous false')
    process = harness.start([MQTT, 'test', '--port', str(broker.port)])
    process.wait(harness.GUARD)
    report.check('a broker that refuses', process.returncode == 1
                 and 'refuses' in harness.log(process), harness.log(process))
    broker.kill()
    tls = Broker('certfile %s\nkeyfile %s\nallow_anonymous true' % harness.certificate('a')) \
        if shutil.which('openssl') else None
    if tls is None:
        report.skip('TLS', 'no openssl here')
    else:
        for name, arguments, status, part in (
                ('TLS', ['--ca-file', harness.certificate('a')[0]], 0, '1 images sent'),
                ('... with the wrong certificate', ['--ca-file', harness.certificate('b')[0]], 1,
                 'certificate'),
                ('... with none', [], 1, 'cannot reach')):
            done = subprocess.run([MQTT, 'test', '--port', str(tls.port), '--count', '1',
                                   *arguments], capture_output=True, text=True,
                                  timeout=harness.GUARD)
            report.check(name, done.returncode == status and part in done.stdout + done.stderr,
                         done.stdout + done.stderr)
        tls.kill()
    for name, arguments, part in (
            ('no broker', ['test', '--port', str(harness.free_port())], 'broker'),
            ('no source', [], 'SOURCE'), ('a file that is not there', ['/nowhere'], 'no file'),
            ('a topic that is none', ['test', '--name', 'a/b'], '--name'),
            ('a name that is none', ['test', '--name', 'a b', '--discovery'], '--name'),
            ('no such certificate', ['test', '--ca-file', '/nowhere'], '--ca-file')):
        done = subprocess.run([MQTT, *arguments], capture_output=True, text=True,
                              timeout=harness.GUARD)
        report.check(name, part in done.stderr and done.returncode == (
            1 if name in ('no broker', 'a file that is not there') else 2), done.stderr)


def test_options():
    harness.check_numbers([MQTT, '/nowhere'], {
        '--every': (0, 1e9, False), '--width': (0, 65500, True), '--height': (0, 65500, True),
        '--quality': (0, 100, True), '--count': (0, 1000000000, True),
        '--port': (1, 65535, True), '--qos': (0, 2, True)})
    for option in ('--name', '--prefix'):
        for value in ('', 'a+b', 'a#', 'a"b', 'a\\b', 'a\nb', '$SYS', 'a' * 201, '\x7f'):
            done = harness.run([MQTT, 'test', '--port', '1', option, value])
            report.check('%s %r is refused' % (option, value[:9]), done.returncode == 2
                         and '--name' in done.stderr and 'broker' not in done.stderr, done.stderr)
    # JSON of what is allowed, however odd.
    broker = Broker()
    process = publisher(broker, '--name', 'door', '--prefix', "caf\u00e9's {} house", '--discovery')
    config = json.loads(broker.get('homeassistant/camera/door/config'))
    report.check('what Home Assistant is told is JSON', config['topic']
                 == "caf\u00e9's {} house/door/jpeg", str(config))
    harness.stop(process)
    broker.kill()


def test_source():
    """A file that is looped, goes away and comes back."""
    broker = Broker()
    clip = harness.make_clip('looped.avi', 15)
    process = harness.start([MQTT, clip, '--port', str(broker.port), '--every', '2'])
    harness.wait_until(lambda: 'connected' in harness.log(process), process)
    time.sleep(3)
    os.rename(clip, clip + '.away')
    report.check('the source went away: not available', harness.wait_until(
        lambda: broker.get('imbytes/camera/availability') == b'offline')
        and 'trying again' in harness.log(process), harness.log(process))
    os.rename(clip + '.away', clip)
    report.check('... it is back', harness.wait_until(
        lambda: broker.get('imbytes/camera/availability') == b'online'))
    seconds = time.monotonic() - process.began
    harness.stop(process)
    sent = re.search(r'(\d+) images sent', harness.log(process))
    # One for each half second of film would be four times as many.
    report.check('a clip shorter than the interval comes no more often',
                 sent and 2 <= int(sent[1]) <= seconds / 2 + 2, harness.log(process))
    broker.kill()


def test_clip():
    clip = harness.clip('bottle-detection.mp4')
    if clip is None:
        report.skip('clip', 'no bottle-detection.mp4 here; set IMBYTES_MEDIA')
        return
    broker = Broker()
    done = subprocess.run([MQTT, clip, '--port', str(broker.port), '--every', '0.2', '--count',
                           '5', '--width', '160'], capture_output=True, text=True,
                          timeout=harness.GUARD)
    image = Image.open(io.BytesIO(broker.get('imbytes/camera/jpeg')))
    report.check('a real clip', done.returncode == 0 and '5 images sent' in done.stdout
                 and image.size == (160, 90), done.stdout + done.stderr)
    broker.kill()


report.run(test_messages, test_last_will, test_broker_dies, test_broker_stalls,
           test_drip, test_refusals, test_options, test_source, test_clip)
