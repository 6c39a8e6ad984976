# imbytes tests: examples/viewer with plain HTTP clients, many of them, one of
# them stalled, and with sources that fail. The page is in test_viewer_page.py.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import io
import locale
import os
import socket
import subprocess
import threading
import time

import harness
import report

report.need('PIL')
from PIL import Image  # noqa: E402
from viewing import VIEWER, Viewer, bars_differ, read_all  # noqa: E402


def stream_is_right():
    with Viewer() as viewer:
        stream = viewer.stream('width=320&quality=95')
        read_all([stream], harness.GUARD, lambda: len(stream.parts) >= 10, keep=True)
        head = stream.headers
        report.check('stream: headers', head.startswith('HTTP/1.1 200')
                     and 'Content-Type: multipart/x-mixed-replace; boundary=imbytes' in head
                     and 'Cache-Control: no-store' in head, head)
        images = [Image.open(io.BytesIO(i)) for i in stream.images]
        report.check('stream: size', {i.size for i in images} == {(320, 180)}
                     and {i.format for i in images} == {'JPEG'})
        worst = max(bars_differ(i) for i in images)
        report.check('stream: colours', worst <= 4, 'bars within %d of 255' % worst)
        times = [t for t, _ in stream.parts]
        steps = sorted(b - a for a, b in zip(times[1:], times[2:]))
        # Of whole frames, but where a busy machine was late and time was taken anew.
        report.check('stream: X-Timestamp is now and goes on by frames',
                     abs(times[-1] - stream.arrivals[-1]) < 30 and steps[0] > 0
                     and steps[len(steps) // 2] > 0.039, 'steps %s' % steps)
        report.check('stream: pictures move', len(set(stream.images)) == len(stream.images))
        slow = viewer.stream('width=320&interval=500')
        read_all([slow], harness.GUARD, lambda: len(slow.parts) >= 5)
        steps = [b[0] - a[0] for a, b in zip(slow.parts[1:], slow.parts[2:])]
        # On a busy machine the first frame of an interval can be one that was left out.
        report.check('stream: interval', sorted(steps)[len(steps) // 2] > 0.3,
                     '500 ms: %s' % steps)


def snapshots_are_right():
    with Viewer() as viewer:
        for path, kind, size, most in [
                ('/snapshot.jpg?width=640&quality=95', 'JPEG', (640, 360), 3),
                ('/snapshot.png', 'PNG', (1280, 720), 1),
                ('/snapshot.png?width=500&height=500&fit=contain', 'PNG', (500, 500), 2),
                ('/snapshot.jpg?width=500&height=500&fit=inside', 'JPEG', (500, 281), 4)]:
            status, headers, body = viewer.get(path)
            image = Image.open(io.BytesIO(body))
            differ = bars_differ(image)
            report.check(path, status == 200 and image.format == kind and image.size == size
                         and differ <= most and int(headers['Content-Length']) == len(body)
                         and headers['Content-Type'] == 'image/' + kind.lower()
                         and headers['Cache-Control'] == 'no-store'
                         and abs(float(headers['X-Timestamp']) - time.time()) < 30,
                         '%s, bars within %d of 255' % (image.size, differ))
        # One that a stream makes anyway is not made again.
        stream = viewer.stream('width=640&quality=95')
        read_all([stream], harness.GUARD, lambda: len(stream.parts) >= 3)
        before = len(viewer.stats()['pictures'])
        status = viewer.get('/snapshot.jpg?width=640&quality=95')[0]
        report.check('a snapshot shares the encode of a stream',
                     status == 200 and len(viewer.stats()['pictures']) == before)


def bad_requests_are_answered():
    with Viewer('--max-side', '2000') as viewer:
        for query, word in [('width=15', '16 to 2000'), ('height=2001', '16 to 2000'),
                            ('width=1e3', 'whole number'), ('width=-640', 'whole number'),
                            ('width=99999999999999999999', 'whole number'),
                            ('quality=0', '1 to 100'), ('quality=101', '1 to 100'),
                            ('fit=round', 'fill, contain, cover, inside'),
                            ('method=magic', 'bilinear'), ('interval=3600001', 'milliseconds'),
                            ('format=gif', 'jpeg, png'), ('colour=red', 'colour'),
                            ('id=a%0d%0aSet-Cookie:x', 'letters')]:
            for path in '/stream.mjpg', '/snapshot.jpg':
                status, headers, body = viewer.get('%s?%s' % (path, query))
                report.check('%s?%s' % (path, query), status == 400
                             and word in body.decode() and body.decode().endswith('.\n')
                             and headers['Content-Type'].startswith('text/plain'),
                             '%d %s' % (status, body.decode().strip()))
        report.check('a format that contradicts the address',
                     viewer.get('/snapshot.jpg?format=png')[0] == 400)
        for method, path, wanted in [('GET', '/nothing', 404), ('GET', '/stream.mjpg/x', 404),
                                     ('POST', '/stream.mjpg', 405), ('GET', '/control', 405),
                                     ('DELETE', '/', 405), ('POST', '/control?id=nobody', 404),
                                     ('POST', '/control', 404), ('HEAD', '/stream.mjpg', 200),
                                     ('HEAD', '/', 200), ('HEAD', '/snapshot.jpg', 200)]:
            status = viewer.get(path, method)[0]
            report.check('%s %s' % (method, path), status == wanted, str(status))
        report.check('bad requests make nothing', viewer.stats()['clients'] == 0)
        page = viewer.get('/')
        report.check('the page', page[1]['Content-Type'] == 'text/html; charset=utf-8'
                     and b'</html>' in page[2])
        report.check('the page works under any path of a reverse proxy',
                     b'"stream.mjpg?' in page[2] and b'"/' not in page[2])


def controls_act_on_the_stream():
    with Viewer() as viewer:
        def becomes(stream, *wanted):
            """Whether its pictures become of a size or format, and stay so."""
            def latest():
                image = Image.open(io.BytesIO(stream.images[-1]))
                return image.size in wanted or image.format in wanted
            read_all([stream], harness.GUARD, keep=True,
                     until=lambda: stream.images and latest())
            read_all([stream], 0.2, keep=True)
            return bool(stream.images) and latest()
        first = viewer.stream('id=a&width=320')
        report.check('control: before', becomes(first, (320, 180)))
        number = viewer.stats('?id=a')['stream']['picture']
        status = viewer.get('/control?id=a&width=400&quality=20', 'POST')[0]
        report.check('control: the stream goes on in another size',
                     status == 200 and becomes(first, (400, 225)))
        report.check('control: by the same element',
                     viewer.stats('?id=a')['stream']['picture'] == number)
        second = viewer.stream('id=b&width=400&quality=20')
        report.check('control: two share one encode', becomes(second, (400, 225))
                     and len(viewer.stats()['pictures']) == 1)
        viewer.get('/control?id=a&width=200', 'POST')
        report.check('control: one of two is moved', becomes(first, (200, 112), (200, 113)))
        report.check('control: the other stays', becomes(second, (400, 225)))
        viewer.get('/control?id=a&width=200&format=png', 'POST')
        report.check('control: PNG in the same stream', becomes(first, 'PNG'))
        report.check('control: bad values change nothing',
                     viewer.get('/control?id=a&width=1', 'POST')[0] == 400
                     and becomes(first, 'PNG'))
        # An image now, though the next frame that is due is an hour away.
        started = time.time()
        viewer.get('/control?id=a&width=96&interval=3600000', 'POST')
        shown = becomes(first, (96, 54))
        report.check('control: acts at once',
                     shown and time.time() - started < 600)


def many_clients_and_a_stalled_one():
    with Viewer(env=harness.counting_buffers()) as viewer:
        stalled = viewer.stream('width=640', receive_buffer=4096)
        others = [viewer.stream('width=640') for _ in range(49)]
        read_all(others, harness.GUARD, lambda: all(len(s.parts) >= 5 for s in others))
        before = viewer.stats()
        for stream in others:
            del stream.parts[:]
        # However busy the machine is: nobody starves, and nobody waits for the other.
        read_all(others, harness.GUARD, lambda: all(len(s.parts) >= 60 for s in others))
        after = viewer.stats()
        frames = after['source']['frames'] - before['source']['frames']
        counts = [len(s.parts) for s in others]
        report.check('50 clients: 49 go on while one is stalled', min(counts) >= 60,
                     '%d to %d pictures of %d frames' % (min(counts), max(counts), frames))
        report.check('50 clients: one encode', len(after['pictures']) == 1
                     and after['clients'] == 50 and after['pictures'][0]['streams'] == 50)
        made = after['pictures'][0]['imbytes']['encodings'] \
            - before['pictures'][0]['imbytes']['encodings']
        report.check('50 clients: one image for each frame', 0 < made <= frames + 2,
                     '%d images, %d frames' % (made, frames))
        held = harness.buffers(viewer.process)
        if held is None:
            report.skip('50 clients: buffers', 'this GStreamer cannot count them')
        else:
            # One image on its way to each at most, the newest, and some frames.
            report.check('50 clients: what is held is bounded', held[0] <= 50 + 16,
                         '%d buffers, %d bytes' % held)
        resumed = time.time()
        read_all([stalled], harness.GUARD, lambda: stalled.parts
                         and stalled.parts[-1][0] > resumed)
        old = [size for at, size in stalled.parts if at < resumed - 0.2]
        report.check('a stalled client gets the newest picture when it reads again',
                     stalled.parts[-1][0] > resumed and 0 < sum(old) < 400000,
                     '%d old ones, %d bytes, of %d' % (len(old), sum(old), frames))
        for stream in others + [stalled]:
            stream.close()
        gone = harness.wait_until(lambda: viewer.stats()['clients'] == 0)
        freed = harness.wait_until(lambda: not viewer.stats()['pictures'])
        report.check('clients that go away free what they held', gone and freed)


def a_slow_client_is_up_to_date():
    """What waits in the kernel gets old: 5 to 9 s, if nothing limits it. A busy machine
    makes any picture late now and then, but not each time."""
    with Viewer() as viewer:
        for _ in range(5):
            slow = viewer.stream('')
            end = time.monotonic() + 6
            while time.monotonic() < end:
                # A quarter of what is made; buffers of the system's would fill up.
                slow.take(most=20000)
                time.sleep(0.05)
            ages = [a - p[0] for a, p in zip(slow.arrivals, slow.parts)]
            late = max(ages[len(ages) // 2:]) if len(ages) > 10 else 1e9
            slow.close()
            if late < 1.25:
                break
        skipped = viewer.stats()['images-skipped']
        report.check('a slow client gets pictures of now, and fewer', late < 1.25
                     and skipped > 50, '%d pictures, at most %.2f s old, %d left out'
                     % (len(ages), late, skipped))


def ask_for_a_large_snapshot(viewer):
    """Larger than what the kernel holds; the answer is not read."""
    asking = socket.socket()
    asking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    asking.connect(('127.0.0.1', viewer.port))
    asking.sendall(b'GET /snapshot.png?width=4096 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
    return asking


def dead_clients_are_cut_off():
    with Viewer('--stall-timeout', '2', '--test-pattern', 'snow') as viewer:
        stalled = viewer.stream('', receive_buffer=4096)
        reads = viewer.stream('interval=3000')
        harness.wait_until(lambda: viewer.stats()['clients'] == 2)
        read_all([reads], harness.GUARD, lambda: viewer.stats()['clients'] == 1)
        report.check('who takes nothing is cut off, who waits for pictures is not',
                     viewer.stats()['clients'] == 1 and not reads.closed)
        stalled.close()
        reads.close()
        harness.wait_until(lambda: viewer.stats()['clients'] == 0)
        # A machine under load may not make so large a picture in time, and is told so.
        for _ in range(5):
            stuck = ask_for_a_large_snapshot(viewer)
            harness.wait_until(lambda: viewer.stats()['snapshots-open'] == 1)
            over = harness.wait_until(lambda: viewer.stats()['snapshots-open'] == 0)
            with stuck.makefile('rb') as answer:
                status, got, wanted = answer.readline(), 0, 0
                for line in iter(answer.readline, b''):
                    if line == b'\r\n':
                        break
                    if line.startswith(b'Content-Length: '):
                        wanted = int(line[16:])
                try:
                    got = len(answer.read())
                except ConnectionError:
                    pass
            if b' 200 ' in status:
                break
            stuck.close()
        if b' 200 ' in status:
            report.check('a snapshot that is not read is cut off', over and got < wanted,
                         '%d of %d bytes' % (got, wanted))
        else:
            report.skip('a snapshot that is not read is cut off',
                        'no such picture was made in time: %r' % status)
        stuck.close()
        # Nothing is written to this one for hours.
        waits = viewer.stream('id=w&interval=3600000')
        read_all([waits], harness.GUARD, lambda: waits.parts)
        before = viewer.stats()['clients']
        report.check('images are counted', harness.wait_until(
            lambda: viewer.stats('?id=w')['stream']['images-sent'] == 1),
            str(viewer.stats('?id=w')['stream']))
        waits.socket.sendall(b'GET / HTTP/1.1\r\n')  # it has asked enough
        waits.close()
        report.check('a client that goes while nothing is sent is noticed', before == 1
                     and harness.wait_until(lambda: viewer.stats()['clients'] == 0))


def strangers_names_are_refused():
    def calls(viewer, host):
        answer = viewer.ask(b'GET /stats.json HTTP/1.1\r\nHost: %s\r\n\r\n' % host)
        return answer[9:12].decode(), answer.split(b'\r\n\r\n', 1)[1]
    with Viewer('--host', 'camera.example') as viewer:
        for host in (b'127.0.0.1', b'localhost', b'LocalHost:8080', b'[::1]:80', b'a.localhost',
                     b'192.168.1.7:80', b'Camera.example'):
            report.check('called ' + host.decode(), calls(viewer, host)[0] == '200')
        for host in (b'rebound.example', b'rebound.example:8080', b'localhost.example',
                     b'127.0.0.1.example', b'xlocalhost'):
            status, body = calls(viewer, host)
            report.check('called ' + host.decode(), status == '403' and body.endswith(b'.\n')
                         and b'--host ' + host.split(b':')[0] in body, body.decode().strip())
        for path in b'/', b'/stream.mjpg', b'/snapshot.jpg', b'/snapshot.png':
            answer = viewer.ask(b'GET %s HTTP/1.1\r\nHost: rebound.example\r\n\r\n' % path)
            report.check('a stranger\'s name: ' + path.decode(), answer[9:12] == b'403')
        answer = viewer.ask(b'GET /snapshot.jpg?width=64&quality=50 HTTP/1.0\r\n\r\n')
        body = answer.split(b'\r\n\r\n', 1)[1]
        report.check('HTTP/1.0 names no host', answer[9:12] == b'200'
                     and Image.open(io.BytesIO(body)).size == (64, 36))
    with Viewer('--address', '0.0.0.0') as viewer:
        report.check('who lets everybody in may be called anything',
                     calls(viewer, b'rebound.example')[0] == '200')


def connections_end():
    """Nothing of them stays, and those that say nothing let others in."""
    with Viewer('--max-clients', '4', '--stall-timeout', '3') as viewer:
        files = '/proc/%d/fd' % viewer.process.pid
        viewer.get('/snapshot.jpg')  # what is opened once is open then
        harness.wait_until(lambda: not viewer.stats()['pictures'])
        before = len(os.listdir(files))
        # As many keep their connection, if they may, as go before the answer comes.
        for path in ['/stats.json', '/snapshot.jpg', '/nothing', '/stream.mjpg'] * 10:
            with socket.create_connection(('127.0.0.1', viewer.port)) as asking:
                asking.sendall(b'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n' % path.encode())
                asking.recv(100)
            socket.create_connection(('127.0.0.1', viewer.port)).close()
        left = harness.wait_until(lambda: len(os.listdir(files)) <= before + 10)
        report.check('80 connections leave nothing behind', left,
                     '%d files open, then %d' % (before, len(os.listdir(files))))
        silent = []
        for _ in range(100):
            silent.append(socket.create_connection(('127.0.0.1', viewer.port)))
            time.sleep(0.005)
        report.check('connections are bounded', harness.wait_until(
            lambda: len(os.listdir(files)) <= before + 4 + 64 + 10),
            '%d files for 100 connections' % (len(os.listdir(files)) - before))
        silent[0].settimeout(harness.GUARD)
        report.check('who asks nothing is disconnected', silent[0].recv(1) == b''
                     and viewer.get('/stats.json')[0] == 200)
        for connection in silent:
            connection.close()


def status_of(answer):
    return answer[9:12].decode()


def try_to_visit(viewer):
    """A visitor's request and how it was answered: the status, or what went wrong."""
    try:
        return status_of(viewer.ask(b'GET /stats.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'))
    except OSError as error:
        return str(error)


def drippers_keep_nobody_out():
    """More connections than there may be, each of which sends or takes a byte now and
    then: of a header, of a body, and of an answer."""
    kinds = {'headers': b'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ',
             'a body': b'POST /control HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 60000\r\n\r\n',
             'an address': b'GET /?t='}
    for kind, request in kinds.items():
        with Viewer('--request-timeout', '3') as viewer:
            connections, visits, ended = [], [], threading.Event()
            alive = set()

            def drip():
                while not ended.is_set():
                    for connection in list(alive):
                        try:
                            connection.sendall(b'a')
                        except OSError:
                            alive.discard(connection)
                    time.sleep(0.2)

            dripping = threading.Thread(target=drip)
            dripping.start()
            for _ in range(260):
                connections.append(socket.create_connection(('127.0.0.1', viewer.port)))
                connections[-1].sendall(request)
                alive.add(connections[-1])

            def visit():
                visits.append(try_to_visit(viewer))
                time.sleep(0.2)
                return not alive and len(visits) >= 5
            over = harness.wait_until(visit)
            ended.set()
            dripping.join()
            report.check('260 drip %s: visitors are answered' % kind,
                         len(visits) >= 5 and set(visits) == {'200'}, str(visits[:20]))
            report.check('260 drip %s: their time ends' % kind, over, '%d are left' % len(alive))
            for connection in connections:
                connection.close()
    with Viewer('--stall-timeout', '3', '--test-pattern', 'snow') as viewer:
        # The kernel's buffers are full of the first pictures; a byte of the next then and now.
        slow = [viewer.stream('', receive_buffer=65536), ask_for_a_large_snapshot(viewer)]
        harness.wait_until(lambda: viewer.stats()['clients'] + viewer.stats()['snapshots-open'] == 2)
        slow[0].socket.settimeout(0.2)
        slow[1].settimeout(0.2)

        def take():
            for taking in (slow[0].socket, slow[1]):
                try:
                    taking.recv(20000)
                except OSError:
                    pass
            time.sleep(0.2)
            stats = viewer.stats()
            return stats['clients'] == stats['snapshots-open'] == 0
        report.check('who takes a little now and then is cut off', harness.wait_until(take),
                     str(viewer.stats()['clients']))


def odd_requests_are_refused():
    head = b' HTTP/1.1\r\nHost: 127.0.0.1\r\n'
    cases = [('two hosts', b'GET /' + head + b'Host: 127.0.0.1\r\n\r\n', '400'),
             ('two hosts, one a stranger\'s', b'GET /' + head + b'Host: a.example\r\n\r\n', '400'),
             ('no host', b'GET / HTTP/1.1\r\n\r\n', '400'),
             ('an address of another host', b'GET http://a.example/' + head + b'\r\n', '403'),
             ('a host that the address hides', b'GET http://127.0.0.1/ HTTP/1.1\r\n'
              b'Host: a.example\r\n\r\n', '403'),
             ('an address of 5000 bytes', b'GET /' + b'a' * 5000 + head + b'\r\n', '414'),
             ('a query of 3000 bytes', b'GET /?t=' + b'a' * 3000 + head + b'\r\n', '400'),
             ('40 parameters', b'GET /?' + b'&'.join(b't%d=1' % i for i in range(40)) + head
              + b'\r\n', '400'),
             ('half a %', b'GET /stats.json?id=%4' + head + b'\r\n', '400'),
             ('a zero byte', b'GET /stats.json?id=%00' + head + b'\r\n', '400'),
             ('no UTF-8', b'GET /stats.json?id=%ff' + head + b'\r\n', '400'),
             ('a header of 20000 bytes', b'GET /' + head + b'X: ' + b'a' * 20000 + b'\r\n\r\n', '431'),
             ('200 headers', b'GET /' + head + b'X: a\r\n' * 200 + b'\r\n', '431'),
             ('a body of 70000 bytes', b'POST /control' + head + b'Content-Length: 70000\r\n\r\n'
              + b'a' * 70000, '413')]
    cases += [('host %r' % host, b'GET / HTTP/1.1\r\nHost: ' + host + b'\r\n\r\n', '400')
              for host in (b'a b', b'127.0.0.1:65536', b'127.0.0.1:-1', b'127.0.0.1:x', b'a@127.0.0.1',
                           b'127.0.0.1/x', b'127.0.0.1, 127.0.0.1', b'[::1', b'a' * 300)]
    with Viewer() as viewer:
        for name, request, wanted in cases:
            status = status_of(viewer.ask(request))
            report.check('refused: ' + name, status == wanted, status)
        for name, request in (('a header of 3 MB', b'GET /' + head + b'X: ' + b'a' * (3 << 20)),
                              ('an address of 3 MB', b'GET /' + b'a' * (3 << 20)),
                              ('a body of 3 MB', b'POST /control' + head
                               + b'Transfer-Encoding: chunked\r\n\r\n' + b'100000\r\n'
                               + b'a' * (1 << 20) + b'\r\n200000\r\n' + b'a' * (1 << 21))):
            try:
                status = status_of(viewer.ask(request + b'\r\n\r\n'))
            except OSError:
                status = ''
            report.check('not even answered: ' + name, status != '200', status)
        report.check('... and the next one is', try_to_visit(viewer) == '200')


def other_origins_do_not_control():
    with Viewer('--host', 'camera.example') as viewer:
        stream = viewer.stream('id=a&width=64')
        read_all([stream], harness.GUARD, lambda: stream.parts)
        own = '127.0.0.1:%d' % viewer.port

        def control(*headers, host=own):
            answer = viewer.ask(('POST /control?id=a&width=96 HTTP/1.1\r\nHost: %s\r\n%s'
                                 'Content-Length: 0\r\n\r\n' % (host, ''.join(
                                     header + '\r\n' for header in headers))).encode())
            return status_of(answer)
        for headers, host, wanted in [
                ((), own, '200'), (('Origin: http://' + own,), own, '200'),
                (('Origin: HTTP://' + own,), own, '403'),
                (('Origin: https://camera.example',), own, '200'),
                (('Origin: https://camera.example',), 'camera.example', '200'),
                (('Origin: http://localhost:8080',), 'LocalHost:8080', '200'),
                (('Origin: http://evil.example',), own, '403'), (('Origin: null',), own, '403'),
                (('Origin:',), own, '403'), (('Origin: http://127.0.0.1',), own, '403'),
                (('Origin: http://%s.evil.example' % own,), own, '403'),
                (('Origin: http://%s@evil.example' % own,), own, '403'),
                (('Origin: http://evil.example/' + own,), own, '403'),
                (('Origin: http://camera.example:81',), own, '403'),
                (('Origin: http://xcamera.example',), own, '403'),
                (('Origin: ftp://' + own,), own, '403'),
                (('Origin: http://' + own, 'Origin: http://evil.example'), own, '403')]:
            status = control(*headers, host=host)
            report.check('control called %s, %s' % (host, headers), status == wanted, status)


def numbers_are_checked():
    seconds = (1, 86400, True)
    harness.check_numbers([VIEWER, '/nowhere'], {
        '--port': (0, 65535, True), '--max-clients': (1, 100000, True),
        '--max-pictures': (1, 1000, True), '--max-side': (16, 65500, True),
        '--source-timeout': (0, 86400, True), '--stall-timeout': seconds,
        '--request-timeout': seconds})


def limits_are_kept():
    with Viewer('--max-clients', '4', '--max-pictures', '2') as viewer:
        held = [viewer.stream('width=100'), viewer.stream('width=200')]
        read_all(held, harness.GUARD, lambda: all(s.parts for s in held))
        for path in '/stream.mjpg?width=300', '/snapshot.jpg?width=300':
            status, headers, body = viewer.get(path)
            report.check('%s: one picture too many' % path, status == 503
                         and b'2 different pictures' in body and headers['Retry-After'],
                         body.decode().strip())
        held += [viewer.stream('width=100'), viewer.stream('width=200')]
        harness.wait_until(lambda: viewer.stats()['clients'] == 4)
        status, headers, body = viewer.get('/stream.mjpg?width=100')
        report.check('one client too many', status == 503 and b'4 clients' in body,
                     body.decode().strip())
        held[0].close()
        held[2].close()
        # The branch that nobody uses makes room at once.
        harness.wait_until(lambda: viewer.stats()['clients'] == 2)
        report.check('an unused picture makes room',
                     viewer.get('/snapshot.jpg?width=300')[0] == 200)


def sources_come_back():
    with Viewer('--pipeline', 'videotestsrc num-buffers=30 is-live=true') as viewer:
        stream = viewer.stream('width=160')
        read_all([stream], harness.GUARD, lambda: len(stream.parts) > 70)
        stats = viewer.stats()
        times = [t for t, _ in stream.parts]
        report.check('a source that ends is started again, and the stream goes on',
                     len(times) > 70 and stats['source']['restarts'] >= 2
                     and times == sorted(times) and not stream.closed,
                     '%(restarts)d restarts: %(message)s' % stats['source'])
    path = os.path.join(harness.folder(), 'absent.mp4')
    with Viewer('file://' + path) as viewer:
        source = harness.wait_until(lambda: [s for s in [viewer.stats()['source']]
                                             if s['message']])[0]
        status, _, body = viewer.get('/snapshot.jpg')
        report.check('a source that is not there is said to be so',
                     status == 503 and source['state'] != 'playing', source['message'])
        stream = viewer.stream('width=160')
        make_clip(path)
        read_all([stream], harness.GUARD, lambda: len(stream.parts) > 60)
        stats = viewer.stats()['source']
        times = [t for t, _ in stream.parts]
        report.check('it is taken when it comes, and played again and again',
                     len(times) > 60 and stats['loops'] >= 1 and times == sorted(times),
                     '%d loops, %d pictures' % (stats['loops'], len(times)))
        report.check('a file that loops is not started anew', stats['state'] == 'playing')
    photo = os.path.join(harness.folder(), 'photo.png')
    Image.new('RGB', (200, 100), (10, 200, 30)).save(photo)
    with Viewer(photo) as viewer:
        harness.wait_until(lambda: viewer.stats()['source']['frames'])
        image = Image.open(io.BytesIO(viewer.get('/snapshot.png?width=100')[2]))
        report.check('a picture is a source too', image.size == (100, 50)
                     and image.getpixel((50, 25)) == (10, 200, 30), str(image.getpixel((50, 25))))
    held = harness.folder() + '/upright.jpg'
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned by 90 degrees to the right
    Image.linear_gradient('L').resize((200, 100)).convert('RGB').save(held, exif=exif)
    with Viewer('--pipeline', 'filesrc location=%s ! jpegparse ! jpegdec ! imagefreeze'
                ' is-live=true' % held) as viewer:
        harness.wait_until(lambda: viewer.stats()['source']['frames'])
        image = Image.open(io.BytesIO(viewer.get('/snapshot.jpg')[2])).convert('L')
        report.check('a picture is shown as it was held', image.size == (100, 200)
                     and image.getpixel((5, 100)) > 200 > 50 > image.getpixel((95, 100)),
                     str(image.size))
    with Viewer('--source-timeout', '1', '--pipeline',
                'videotestsrc num-buffers=1 ! identity sleep-time=4000000') as viewer:
        said = harness.wait_until(lambda: 'No picture came' in
                                  viewer.stats()['source']['message'])
        report.check('a source that falls silent is started again', said)


def snapshots_are_not_of_long_ago():
    path = os.path.join(harness.folder(), 'taken-away.mp4')
    make_clip(path)
    with Viewer('--source-timeout', '1', '--pipeline',
                'filesrc location=%s ! decodebin' % path) as viewer:
        status = viewer.get('/snapshot.jpg?width=64')[0]
        report.check('a snapshot while the source plays', status == 200, str(status))
        os.unlink(path)
        harness.wait_until(lambda: viewer.stats()['source']['state'] == 'waiting')
        time.sleep(1.5)
        status, _, body = viewer.get('/snapshot.jpg?width=64')
        report.check('no snapshot of what was there long ago', status == 503, body.decode().strip()
                     if status == 503 else str(status))
        make_clip(path)
        report.check('one when it is back', harness.wait_until(
            lambda: viewer.get('/snapshot.jpg?width=64')[0] == 200))


def secrets_are_not_shown():
    for given, shown in [('rtsp://user:p@ss@127.0.0.1:1/a?key=b', 'rtsp://127.0.0.1:1/a'),
                         ('http://127.0.0.1:1/a@b.mp4', 'http://127.0.0.1:1/a@b.mp4'),
                         ('http://127.0.0.1:1?token=a@b', 'http://127.0.0.1:1')]:
        with Viewer(given) as viewer:
            source = harness.wait_until(lambda: [s for s in [viewer.stats()['source']]
                                                 if s['message']])[0]
            report.check('called ' + shown, source['name'] == shown and not any(
                word in source['message'] + harness.log(viewer.process)
                for word in ('p@ss', 'key', 'token')), str(source))


def make_clip(path):
    # A tool that was not built for sanitizers cannot load what was.
    environment = dict(os.environ, GST_REGISTRY=harness.folder() + '/clip.registry')
    environment.pop('GST_PLUGIN_PATH_1_0', None)
    subprocess.run(['gst-launch-1.0', '-q', 'videotestsrc', 'num-buffers=40', '!',
                    'video/x-raw,format=I420,width=320,height=240,framerate=25/1', '!',
                    'jpegenc', '!', 'qtmux', '!', 'filesink', 'location=' + path + '.part'],
                   check=True, env=environment)
    os.rename(path + '.part', path)


def comes_again_and_again(port, ended):
    """A client that connects anew whenever its stream ends."""
    while not ended.is_set():
        try:
            with socket.create_connection(('127.0.0.1', port), 2) as asking:
                asking.sendall(b'GET /stream.mjpg?width=64 HTTP/1.1\r\n'
                               b'Host: 127.0.0.1\r\n\r\n')
                while asking.recv(1 << 16) and not ended.is_set():
                    pass
        except OSError:
            time.sleep(0.001)


def stops_although_clients_come_again():
    for attempt in range(3):  # who comes in between is a matter of luck
        viewer = Viewer()
        ended = threading.Event()
        clients = [threading.Thread(target=comes_again_and_again, args=(viewer.port, ended))
                   for _ in range(20)]
        for client in clients:
            client.start()
        harness.wait_until(lambda: viewer.stats()['clients'] == 20)
        status = harness.stop(viewer.process)
        ended.set()
        for client in clients:
            client.join()
        report.check('SIGTERM ends it though clients connect anew', status == 0, str(status))


def stops_when_told():
    viewer = Viewer('--test-pattern', 'snow')
    stuck = ask_for_a_large_snapshot(viewer)
    harness.wait_until(lambda: viewer.stats()['snapshots-open'] == 1)
    reading = viewer.stream('width=320')
    stalled = viewer.stream('', receive_buffer=4096)
    read_all([reading], harness.GUARD, lambda: len(reading.parts) > 20)
    started = time.monotonic()
    status = harness.stop(viewer.process)
    report.check('SIGTERM ends it, and its streams', status == 0, 'status %s after %.2f s'
                 % (status, time.monotonic() - started))
    read_all([reading], 5)
    report.check('the stream has an end', reading.closed)
    stalled.close()
    stuck.close()
    other = Viewer()
    second = harness.start([VIEWER, '--port', str(other.port)])
    second.wait(harness.GUARD)
    report.check('a port that is taken is said to be so',
                 second.returncode == 1 and 'Cannot listen on port' in harness.log(second),
                 harness.log(second).strip())
    harness.stop(other.process)
    text = os.path.join(harness.folder(), 'letter.txt')
    with open(text, 'w') as file:
        file.write('this is no video\n' * 1000)
    for arguments, word in [(['--port', '70000'], '--port'), (['/no/such/file'], 'no file'),
                            (['--address', 'nowhere'], '--address'),
                            (['--test-pattern', 'plaid'], 'no pattern'),
                            (['--pipeline', 'nosuchelement'], 'nosuchelement'),
                            (['--camera', '/dev/video0', '--test-pattern', 'ball'], 'One source'),
                            ([text], 'It is not tried again'),
                            (['--max-clients', '0'], '--max-clients')]:
        bad = harness.start([VIEWER, '--port', str(harness.free_port())] + arguments)
        bad.wait(harness.GUARD)
        usage = arguments[0].startswith('--') and arguments[0] != '--pipeline'
        report.check(' '.join(arguments), bad.returncode == (2 if usage else 1)
                     and 'imbytes-viewer: ' in harness.log(bad)
                     and word in harness.log(bad), harness.log(bad).strip())


def arguments_are_in_the_users_encoding():
    """The program takes the user's locale: in another one, GLib refuses these bytes."""
    try:
        locale.setlocale(locale.LC_CTYPE, 'C.UTF-8')
    except locale.Error:
        report.skip('names that are not ASCII', 'no locale C.UTF-8 here')
        return
    done = harness.run([VIEWER, '--port', '0', '--test-pattern', 'größer'],
                       env=dict(os.environ, LC_ALL='C.UTF-8'))
    report.check('names that are not ASCII', done.returncode == 2
                 and "no pattern 'größer'" in done.stderr, done.stderr)


report.run(stream_is_right, snapshots_are_right, bad_requests_are_answered,
           controls_act_on_the_stream, many_clients_and_a_stalled_one,
           a_slow_client_is_up_to_date, dead_clients_are_cut_off, limits_are_kept,
           drippers_keep_nobody_out, odd_requests_are_refused, other_origins_do_not_control,
           numbers_are_checked, strangers_names_are_refused, connections_end, sources_come_back,
           snapshots_are_not_of_long_ago, secrets_are_not_shown,
           arguments_are_in_the_users_encoding, stops_although_clients_come_again, stops_when_told)
