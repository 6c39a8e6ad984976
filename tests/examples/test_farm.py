#!/usr/bin/python3
# imbytes tests: examples/farm on a real Redis, with machines that die, are cut off
# and come back. Each machine is a network namespace with an address of its own.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import http.server
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
from nginx import Nginx

FARM = harness.program('farm/imbytes-farm')
harness.need_programs('redis-server', 'redis-cli')

BRIDGE = 'imb%d' % (os.getpid() % 10000)
NETWORK = '10.213.%d' % (os.getpid() % 250)
HOST = NETWORK + '.254'


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
        launch('videotestsrc', 'num-buffers=900', 'pattern=%d' % (18 - i * 18), '!', 'jpegenc',
               '!', 'avimux', '!', 'filesink', 'location=' + path)
    return paths


class Redis:
    def __init__(self, address='127.0.0.1', *options):
        self.address, self.port, self.options = address, harness.free_port(), options
        self.folder = harness.folder('redis-%d' % self.port)
        self.start()

    @property
    def where(self):
        return '%s:%d' % (self.address, self.port)

    def start(self):
        self.process = harness.start(
            ['redis-server', '--port', str(self.port), '--bind', self.address,
             '--appendonly', 'yes', '--appendfsync', 'always', '--save', '',
             '--protected-mode', 'no', '--dir', self.folder, *self.options], name='redis')
        harness.wait_until(lambda: self.ask('ping') == 'PONG', self.process)

    def ask(self, *words):
        return subprocess.run(
            ['redis-cli', '-h', self.address, '-p', str(self.port), *words],
            capture_output=True, text=True, errors='replace').stdout.strip()

    def kill(self):
        self.process.kill()
        self.process.wait()


def farm(*arguments):
    return harness.run([FARM, *arguments])


# A worker on a busy machine may be silent for longer than a short lease, and lose its job
# again and again: only the tests of tries count them.
OFTEN = ('--max-tries', '1000000')


def worker(redis, *arguments, machine=None, lease='1'):
    inside = ['ip', 'netns', 'exec', machine] if machine else []
    return harness.start(inside + [FARM, 'work', '--redis', redis.where, '--lease', lease,
                                   '--slots', '1', *OFTEN, *arguments], name='worker')


def files_of(folder):
    found = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), 'rb') as file:
            found[name] = file.read()
    return found


def one_job(redis, path, *request):
    """What `local` makes of it, after it was submitted to an empty Redis, too."""
    folder = harness.folder('one')
    shutil.rmtree(folder)
    redis.ask('flushall')
    farm('submit', '--redis', redis.where, *request, path)
    done = farm('local', '--output', folder, *request, path)
    return files_of(folder), done


REQUEST = ('--every', '0.2', '--width', '96')


def expected():
    """What one machine makes of the same jobs without Redis."""
    folder = harness.folder('local')
    if not os.listdir(folder):
        done = farm('local', '--output', folder, *REQUEST, *clips())
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
    return files_of(folder)


def collected(redis, name, patience='0.3'):
    folder = harness.folder(name)
    done = farm('collect', '--redis', redis.where, '--output', folder, '--patience', patience)
    n = int(re.search(r'(\d+) images collected', done.stdout)[1])
    return files_of(folder), n


def check_all(name, redis, folder):
    """Every image is there, once, to the byte."""
    wanted = expected()
    found, n = collected(redis, folder)
    report.check(name, found == wanted and n == len(wanted),
                 '%d images, %d of them different files; %d wanted'
                 % (n, len(found), len(wanted)))


def images_in(redis):
    return int(redis.ask('hget', 'farm:stats', 'images') or 0)


def is_over(redis):
    return 'all over' in farm('status', '--once', '--redis', redis.where).stdout


def test_plain():
    redis = Redis()
    done = farm('submit', '--redis', redis.where, *REQUEST, *clips())
    again = farm('submit', '--redis', redis.where, *REQUEST, *clips())
    report.check('submitted twice is once', '2 jobs submitted' in done.stdout
                 and '0 jobs submitted, 2 known' in again.stdout, again.stdout)
    done = farm('work', '--redis', redis.where, '--until-done')
    status = farm('status', '--once', '--redis', redis.where).stdout
    report.check('progress of the whole farm on one line', status.count('\n') == 1
                 and '2 of 2 jobs done' in status and 'a second' in status
                 and 'all over' in status, status)
    check_all('one worker: the same images as without Redis', redis, 'plain')
    redis.kill()


def test_kill():
    """kill -9 in mid-job, again and again."""
    redis = Redis()
    farm('submit', '--redis', redis.where, *REQUEST, *clips())
    kills = 0
    for _ in range(4):
        one, before = worker(redis), images_in(redis)
        harness.wait_until(lambda: images_in(redis) > before + 3 or is_over(redis), one)
        kills += one.poll() is None and not is_over(redis)
        one.kill()
        one.wait()
    report.check('workers were killed in mid-job', kills >= 2, '%d' % kills)
    last = farm('work', '--redis', redis.where, '--lease', '1', '--until-done', *OFTEN)
    check_all('kill -9: every image once', redis, 'kill')
    report.check('... and nothing is left of it', not redis.ask('keys', 'farm:mark:*')
                 and redis.ask('xlen', 'farm:jobs') == '0')
    report.check('... and every job done', '2 of 2 jobs done, 0 failed' in farm(
        'status', '--once', '--redis', redis.where).stdout, last.stderr)
    redis.kill()


def test_restart():
    """Redis dies and comes back, with what was written."""
    redis = Redis()
    farm('submit', '--redis', redis.where, *REQUEST, *clips())
    workers = [worker(redis), worker(redis)]
    harness.wait_until(lambda: images_in(redis) > 5, workers[0])
    redis.kill()
    time.sleep(0.5)
    redis.start()
    report.check('workers go on when Redis is back', harness.wait_until(
        lambda: is_over(redis), workers[0]))
    for process in workers:
        status = harness.stop(process)
        report.check('a worker ends cleanly', status == 0,
                     '%s: %s' % (status, harness.log(process)[-300:]))
    report.check('they say what they wait for', any(
        'trying again' in harness.log(process) and 'is back' in harness.log(process)
        for process in workers))
    check_all('Redis restarted: every image once', redis, 'restart')
    redis.kill()


def test_resume():
    """A job goes on where it was left, if that leads to the same images."""
    redis = Redis()
    film, folder = clips()[0], harness.folder('containers')
    paths = [film]
    if film.endswith('.mp4'):
        paths += [folder + '/film.mkv', folder + '/film.ts']
        for path, muxer in zip(paths[1:], ('matroskamux', 'mpegtsmux')):
            launch('filesrc', 'location=' + film, '!', 'qtdemux', '!', 'h264parse', '!',
                   muxer, '!', 'filesink', 'location=' + path)
    for path in paths:
        for every in ('0.333', '0') if path == film else ('0.333',):
            name = '%s, one each %s s' % (os.path.splitext(path)[1][1:], every)
            wanted, _ = one_job(redis, path, '--every', every, '--width', '64')
            first = worker(redis, '--max-results', str(len(wanted) * 2 // 3))
            harness.wait_until(lambda: images_in(redis) == len(wanted) * 2 // 3, first)
            first.kill()
            first.wait()
            done = farm('work', '--redis', redis.where, '--lease', '0.5', '--until-done', *OFTEN)
            found, n = collected(redis, 'resumed-' + os.path.basename(path) + every)
            report.check('%s: the same images after a kill' % name,
                         found == wanted and n == len(wanted), '%d of %d' % (n, len(wanted)))
            if not path.endswith('.ts'):
                report.check('... without the first half',
                             'goes on after %d images' % (len(wanted) * 2 // 3) in done.stdout,
                             done.stdout + done.stderr)
    redis.kill()


def test_lost_tail():
    """Redis comes back without what it wrote last."""
    redis = Redis()
    farm('submit', '--redis', redis.where, *REQUEST, *clips())
    one = worker(redis, '--max-results', '150')
    harness.wait_until(lambda: images_in(redis) == 150, one)
    # It would make again what was lost before that is looked at.
    one.send_signal(signal.SIGSTOP)
    redis.kill()
    log = [os.path.join(redis.folder, 'appendonlydir', name)
           for name in os.listdir(redis.folder + '/appendonlydir') if '.incr.' in name]
    if not log:
        report.skip('a Redis that lost its end', 'another kind of log')
        one.send_signal(signal.SIGCONT)
        return
    os.truncate(log[0], os.path.getsize(log[0]) * 2 // 3)
    redis.start()
    left = images_in(redis)
    one.send_signal(signal.SIGCONT)
    collector = harness.start([FARM, 'collect', '--redis', redis.where, '--output',
                               harness.folder('tail')])
    over = harness.wait_until(lambda: is_over(redis)
                              and redis.ask('xlen', 'farm:results') == '0', one)
    harness.stop(collector)
    report.check('a Redis that lost %d images: they are made again' % (150 - left),
                 over and left < 150 and files_of(harness.folder('tail')) == expected(),
                 harness.log(one))
    harness.stop(one)
    redis.kill()


def ip(*words, check=True):
    return subprocess.run(['ip', *words], capture_output=True, check=check).returncode == 0


class Machines:
    """Namespaces on a bridge."""

    def __init__(self):
        self.names = []

    def __enter__(self):
        try:
            ip('link', 'add', BRIDGE, 'type', 'bridge')
            ip('addr', 'add', HOST + '/24', 'dev', BRIDGE)
            ip('link', 'set', BRIDGE, 'up')
        except subprocess.CalledProcessError:
            self.__exit__()
            raise
        return self

    def add(self, i):
        name = '%sn%d' % (BRIDGE, i)
        outside, inside = '%so%d' % (BRIDGE, i), '%si%d' % (BRIDGE, i)
        ip('netns', 'add', name)
        self.names.append(name)
        ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', inside)
        ip('link', 'set', inside, 'netns', name)
        ip('link', 'set', outside, 'master', BRIDGE)
        ip('link', 'set', outside, 'up')
        ip('-n', name, 'addr', 'add', '%s.%d/24' % (NETWORK, i + 1), 'dev', inside)
        ip('-n', name, 'link', 'set', inside, 'up')
        return name

    def cut(self, i, back=False):
        ip('link', 'set', '%so%d' % (BRIDGE, i), 'up' if back else 'down')

    def __exit__(self, *_):
        for name in self.names:
            ip('netns', 'del', name, check=False)
        ip('link', 'del', BRIDGE, check=False)


def why_no_machines():
    """Empty where all that a machine needs can be made: containers often allow some of
    it."""
    if os.geteuid() != 0 or shutil.which('ip') is None:
        return 'network namespaces need root and iproute2'
    try:
        with Machines() as machines:
            name = machines.add(0)
            if not ip('netns', 'exec', name, FARM, '--help', check=False):
                return 'a program cannot run in a network namespace here'
            if not ip('netns', 'exec', name, 'ip', 'route', 'get', HOST, check=False):
                return 'a network namespace cannot reach another here'
    except subprocess.CalledProcessError as error:
        return '%s: %s' % (' '.join(error.cmd), error.stderr.decode().strip())
    return ''


def test_machines():
    """Three machines: one is killed in mid-job, one cut off and comes back."""
    why = why_no_machines()
    if why:
        report.skip('machines', why)
        return
    with Machines() as machines:
        redis = Redis(HOST)
        farm('submit', '--redis', redis.where, *REQUEST, *clips())
        names = [machines.add(i) for i in range(3)]
        first = [worker(redis, machine=name) for name in names[:2]]
        harness.wait_until(lambda: images_in(redis) > 10, first[0])
        os.killpg(first[0].pid, signal.SIGKILL)
        machines.cut(1)
        third = worker(redis, machine=names[2])
        # It takes over both jobs; meanwhile the other one is back.
        time.sleep(2.5)
        machines.cut(1, back=True)
        over = harness.wait_until(lambda: is_over(redis), third)
        report.check('three machines, one killed, one cut off and back: all over', over,
                     harness.log(third) + harness.log(first[1]))
        check_all('... and every image once', redis, 'machines')
        for process in (first[1], third):
            harness.stop(process)
        redis.kill()


def test_bad_jobs():
    redis = Redis()
    broken = os.path.join(harness.folder(), 'broken.mp4')
    with open(broken, 'wb') as file:
        file.write(b'no video at all ' * 500)
    farm('submit', '--redis', redis.where, broken)
    redis.ask('xadd', 'farm:jobs', '*', 'job', 'x', 'uri', 'file:///a', 'format', 'gif')
    redis.ask('xadd', 'farm:jobs', '*', 'nonsense', 'yes')
    redis.ask('hincrby', 'farm:stats', 'jobs', '2')
    done = farm('work', '--redis', redis.where, '--lease', '3', '--until-done')
    reasons = redis.ask('xrange', 'farm:failed', '-', '+')
    report.check('jobs that cannot be done end with a reason',
                 redis.ask('xlen', 'farm:failed') == '3' and 'jpeg or png' in reasons
                 and 'a job has an id' in reasons, reasons + done.stderr)
    report.check('... after three tries', 'try 3' in done.stderr, done.stderr)
    redis.kill()


def test_back_pressure():
    redis = Redis()
    farm('submit', '--redis', redis.where, *REQUEST, *clips())
    one = worker(redis, '--max-results', '10')
    harness.wait_until(lambda: images_in(redis) >= 10, one)
    time.sleep(2)
    report.check('nobody collects: the worker waits, and keeps its job',
                 redis.ask('xlen', 'farm:results') == '10' and one.poll() is None)
    found, n = collected(redis, 'pressure', patience='2')
    report.check('somebody collects: it goes on', n > 10, '%d' % n)
    harness.stop(one)
    redis.kill()


def test_full():
    """Redis has no memory left: workers wait until somebody has collected."""
    redis = Redis()
    request = ('--every', '0.5', '--width', '640', '--quality', '95')
    wanted, _ = one_job(redis, clips()[0], *request)
    used = int(re.search(r'used_memory:(\d+)', redis.ask('info', 'memory'))[1])
    room = sum(map(len, wanted.values())) // 3
    if room < 500000:
        report.skip('no memory left', 'images of drawn clips are too small')
        redis.kill()
        return
    redis.ask('config', 'set', 'maxmemory', str(used + room))
    one = worker(redis)
    before = -1
    while before < (now := images_in(redis)):
        before = now
        time.sleep(3 * harness.PATIENCE)
    used = int(re.search(r'used_memory:(\d+)', redis.ask('info', 'memory'))[1]) - used
    report.check('no memory left: the worker waits, and keeps its job', 0 < now < len(wanted)
                 and used < room + 300000 and redis.ask('xlen', 'farm:jobs') == '1',
                 '%d of %d images, %d bytes' % (now, len(wanted), used))
    found, n = collected(redis, 'full', patience='2')
    report.check('... and goes on when somebody collects', found == wanted,
                 '%d of %d' % (n, len(wanted)) + harness.log(one))
    harness.stop(one)
    redis.kill()


def test_many_pending():
    """A dead worker's job is found behind those of many that are alive."""
    redis = Redis()
    for i in range(30):
        farm('submit', '--redis', redis.where, '--width', str(16 + i), '--every', '10',
             clips()[0])
    redis.ask('xreadgroup', 'group', 'workers', 'somebody', 'count', '30', 'streams',
              'farm:jobs', '>')
    last = redis.ask('xrevrange', 'farm:jobs', '+', '-', 'count', '1').split()[0]
    redis.ask('xclaim', 'farm:jobs', 'workers', 'dead', '0', last, 'idle', '100000')
    one = worker(redis, lease='90')
    report.check('the last of 30 jobs is taken over when only that one has to be',
                 harness.wait_until(lambda: redis.ask('hget', 'farm:stats', 'done') == '1', one), harness.log(one))
    harness.stop(one)
    redis.kill()


def test_endings():
    """SIGTERM ends everything, and a job that was given back has not been tried."""
    redis = Redis()
    farm('submit', '--redis', redis.where, *REQUEST, clips()[0])
    for i in range(5):
        one = worker(redis, '--max-results', '5', lease='60')
        harness.wait_until(lambda: images_in(redis) == 5 and one.pid and redis.ask(
            'xpending', 'farm:jobs', 'workers').startswith('1'), one)
        time.sleep(0.3)
        harness.stop(one)
    tries = redis.ask('xpending', 'farm:jobs', 'workers', '-', '+', '1').split()[-1]
    done = farm('work', '--redis', redis.where, '--until-done')
    report.check('a job that was given back five times is done', '151 images' in done.stdout
                 or len(expected()) != 351 and 'images' in done.stdout,
                 'tries %s, %s' % (tries, done.stderr))
    report.check('... and workers that ended have left', redis.ask(
        'xinfo', 'consumers', 'farm:jobs', 'workers').count('name') <= 1)
    for words in (['collect', '--output', harness.folder('endless')], ['status'], ['work']):
        process = harness.start([FARM, words[0], '--redis', redis.where, *words[1:]])
        time.sleep(0.5)
        report.check('SIGTERM ends %s' % words[0], harness.stop(process) == 0)
    redis.kill()


def test_collectors():
    """Two at a time share the results; what one had that died is the other's."""
    redis = Redis()
    farm('submit', '--redis', redis.where, *REQUEST, *clips())
    farm('work', '--redis', redis.where, '--until-done')
    folders = [harness.folder('shared-%d' % i) for i in range(2)]
    redis.ask('xreadgroup', 'group', 'collectors', 'dead', 'count', '7', 'streams',
              'farm:results', '>')
    both = [harness.start([FARM, 'collect', '--redis', redis.where, '--output', folder,
                           '--lease', '10', '--patience', '0.5']) for folder in folders]
    ended = [process.wait(harness.GUARD) for process in both]
    parts = [files_of(folder) for folder in folders]
    report.check('two collectors: each image in one of their folders', ended == [0, 0]
                 and not set(parts[0]) & set(parts[1])
                 and {**parts[0], **parts[1]} == expected(),
                 '%d and %d, %d in both' % (len(parts[0]), len(parts[1]),
                                            len(set(parts[0]) & set(parts[1]))))
    redis.kill()


def test_times():
    """Images without a time of their own in a file of nothing but JPEGs."""
    redis = Redis()
    path = harness.folder() + '/stills.mjpeg'
    launch('videotestsrc', 'num-buffers=30', 'pattern=ball', '!', 'jpegenc', '!', 'filesink',
           'location=' + path)
    wanted, done = one_job(redis, path, '--every', '0')
    work = farm('work', '--redis', redis.where, '--lease', '5', '--until-done')
    found, n = collected(redis, 'times')
    report.check('frames without times are images, all of them', len(wanted) == 30
                 and found == wanted and n == 30, '%d, %d, %s' % (len(wanted), n, work.stderr))
    redis.kill()


def test_sources():
    """What users will try that is no video, or only part of one."""
    folder = harness.folder('sources')
    launch('audiotestsrc', 'num-buffers=50', '!', 'wavenc', '!', 'filesink',
           'location=%s/sound.wav' % folder)
    launch('videotestsrc', 'num-buffers=600', '!', 'jpegenc', '!', 'matroskamux', '!', 'filesink',
           'location=%s/short.mkv' % folder)
    launch('videotestsrc', 'num-buffers=0', '!', 'jpegenc', '!', 'avimux', '!', 'filesink',
           'location=%s/none.avi' % folder)
    os.truncate(folder + '/short.mkv', os.path.getsize(folder + '/short.mkv') // 3)
    cases = {folder + '/sound.wav': 'there is sound in it, and no video',
             folder + '/short.mkv': 'has it been cut off?',
             folder + '/none.avi': 'none.avi: ', folder + '/nowhere.mp4': 'it cannot be read',
             'http://127.0.0.1:1/a.mp4': 'it cannot be read', 'ftp2://a/b': 'ftp2'}
    for source, part in cases.items():
        done = farm('local', '--output', folder + '/out', source)
        report.check('local says what is wrong with %s' % os.path.basename(source),
                     part in done.stderr and done.returncode == (not source.endswith('.mkv')),
                     done.stderr + done.stdout)
    done = farm('--output', folder + '/out2', '--local', folder + '/short.mkv')
    report.check('--local may stand anywhere', '1 of 1 jobs done' in done.stdout, done.stderr)


def test_silence():
    """A server that sends the beginning of a video, and then nothing more."""
    path = harness.folder() + '/whole.mkv'
    launch('videotestsrc', 'num-buffers=100', '!', 'jpegenc', '!', 'matroskamux', '!', 'filesink',
           'location=' + path)
    with open(path, 'rb') as file:
        part = file.read()
    listener = socket.create_server(('127.0.0.1', 0))

    def serve():
        while True:
            connection, _ = listener.accept()
            connection.recv(4096)
            connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: video/x-matroska\r\n'
                               b'Content-Length: %d\r\n\r\n' % len(part)
                               + part[:len(part) // 2])
            kept.append(connection)

    kept = []
    threading.Thread(target=serve, daemon=True).start()
    url = 'http://127.0.0.1:%d/video.mkv' % listener.getsockname()[1]
    redis = Redis()
    farm('submit', '--redis', redis.where, url)
    done = farm('work', '--redis', redis.where, '--stall', '2', '--lease', '20', '--max-tries',
                '1', '--until-done', '--allow', url.rsplit('/', 1)[0] + '/')
    status = farm('status', '--once', '--redis', redis.where).stdout
    report.check('a video that stands still fails, and keeps no worker',
                 'no frame has come of it for 2.0 s' in done.stderr and '1 failed' in status,
                 done.stderr + status)
    redis.kill()


def test_again():
    """A job that has failed may be submitted again when it can be done."""
    redis = Redis()
    path = harness.folder() + '/later.avi'
    once = ['work', '--redis', redis.where, '--lease', '5', '--max-tries', '1', '--until-done']
    farm('submit', '--redis', redis.where, path)
    farm(*once)
    launch('videotestsrc', 'num-buffers=10', '!', 'jpegenc', '!', 'avimux', '!', 'filesink',
           'location=' + path)
    again = farm('submit', '--redis', redis.where, path)
    farm(*once)
    status = farm('status', '--once', '--redis', redis.where).stdout
    report.check('what has failed may be submitted again', '1 jobs submitted' in again.stdout
                 and '1 of 2 jobs done, 1 failed' in status and 'all over' in status, status)
    redis.kill()


def test_password():
    os.environ['REDISCLI_AUTH'] = 'secret'
    redis = Redis('127.0.0.1', '--requirepass', 'secret')
    del os.environ['REDISCLI_AUTH']
    without = farm('status', '--once', '--redis', redis.where)
    os.environ['REDISCLI_AUTH'] = 'wrong'
    wrong = farm('status', '--once', '--redis', redis.where)
    os.environ['REDISCLI_AUTH'] = 'secret'
    fine = farm('status', '--once', '--redis', redis.where)
    redis.ask('set', 'other:jobs', '1')
    other = farm('status', '--once', '--redis', redis.where, '--farm', 'other')
    del os.environ['REDISCLI_AUTH']
    report.check('a Redis with a password says so', without.returncode == 1 and wrong.returncode == 1
                 and 'REDISCLI_AUTH' in without.stderr and 'REDISCLI_AUTH' in wrong.stderr,
                 without.stderr + wrong.stderr)
    report.check('... and takes it from REDISCLI_AUTH', fine.returncode == 0, fine.stderr)
    report.check("keys that are somebody else's", other.returncode == 1
                 and '--farm' in other.stderr, other.stderr)
    redis.kill()


def test_urls():
    """Images go to a server and only their URLs into Redis; a worker is killed,
    and the server is away for longer than the lease."""
    if shutil.which('nginx') is None and not os.access('/usr/sbin/nginx', os.X_OK):
        report.skip('urls', 'no nginx here')
        return
    redis, nginx = Redis(), Nginx()
    url = nginx.url('{job}-{time}.{ext}')
    farm('submit', '--redis', redis.where, *REQUEST, *clips())
    first = worker(redis, '--url', url, lease='5')
    harness.wait_until(lambda: images_in(redis) > 5, first)
    first.kill()
    first.wait()
    second = worker(redis, '--url', url, lease='5')
    harness.wait_until(lambda: images_in(redis) > 30, second)
    nginx.process.kill()
    nginx.process.wait()
    time.sleep(6)
    third = worker(redis, '--url', url, lease='5')
    time.sleep(1)
    nginx.start()
    over = harness.wait_until(lambda: is_over(redis), second)
    report.check('URLs: a worker killed, the server away and back: all over', over,
                 harness.log(second) + harness.log(third))
    report.check('... a worker that waits for the server keeps its job',
                 "somebody else's" not in harness.log(second) + harness.log(third)
                 and 'trying again' in harness.log(second), harness.log(second))
    report.check('... every image is on the server, to the byte',
                 nginx.files() == expected(), '%d files' % len(nginx.files()))
    found, n = collected(redis, 'urls')
    entries = [json.loads(text) for text in found.values()]
    report.check('... and collected once, with where it is and how large', n == len(expected())
                 and {entry['url'] for entry in entries} == set(map(nginx.url, expected()))
                 and all(entry['bytes'] == len(expected()[entry['url'].split('/')[-1]])
                         and entry['width'] == 96 for entry in entries), '%d' % n)
    for process in (second, third):
        harness.stop(process)
    redis.ask('flushall')
    farm('submit', '--redis', redis.where, *REQUEST, *clips()[:1])
    done = farm('work', '--redis', redis.where, '--lease', '5', '--max-tries', '1',
                '--until-done', '--url', nginx.url('never/{job}/{time}'))
    report.check('a server that refuses: the job has failed, with the reason',
                 'refuses http' in redis.ask('xrange', 'farm:failed', '-', '+')
                 and 'answers 403' in done.stderr, done.stderr)
    harness.stop(nginx.process)
    redis.kill()


def test_hostile_results():
    """Whatever is written into the results: files appear in the folder alone, and JSON
    is JSON."""
    redis = Redis()
    root = harness.folder('hostile')
    for name in ('out', 'victim'):
        os.makedirs('%s/%s' % (root, name), exist_ok=True)
    fine = {'job': 'good', 'time': '5', 'format': 'jpeg', 'width': '64', 'height': '48',
            'bytes': '4', 'image': 'data'}
    elsewhere = dict(fine, job='there', url='http://store/a"b,"c":{}.jpg')
    del elsewhere['image']
    bad = {'job': ['../victim/owned', '/tmp/owned', '..', '.', '', 'a/b', 'a' * 65, 'a\nb',
                   'a"b', 'a b', 'a.b', '\u00e9', 'a\\0'],
           'format': ['', 'gif', '../x', 'jpeg/../../victim/x', 'JPEG'],
           'time': ['-1', '1e9', '', 'nan', '99999999999999999999', '../../victim/x'],
           'width': ['-1', '65501', 'x', '4294967297'], 'height': ['-1', '65501', 'x'],
           'bytes': ['-1', '99999999999999999999', 'many'],
           'url': ['', 'file:///etc/passwd', 'ftp://a/', 'http://a b/', 'http://a\nb/',
                   'javascript:alert(1)', '/etc/passwd', 'http://' + 'a' * 5000]}
    n = 0
    for entry in (fine, elsewhere):
        redis.ask('xadd', 'farm:results', '*', *[word for pair in entry.items() for word in pair])
        for field, values in bad.items():
            for value in values if field in entry else ():
                changed = dict(entry, **{field: value})
                redis.ask('xadd', 'farm:results', '*',
                          *[word for pair in changed.items() for word in pair])
                n += 1
        for field in set(entry) & {'job', 'format', 'image', 'url'}:
            redis.ask('xadd', 'farm:results', '*', *[
                word for pair in entry.items() if pair[0] != field for word in pair])
            n += 1
    redis.ask('xadd', 'farm:results', '*', 'nonsense', 'yes')
    done = farm('collect', '--redis', redis.where, '--output', root + '/out', '--patience', '0.3')
    found = files_of(root + '/out')
    everything = sorted(os.path.join(folder, name)[len(root):]
                        for folder, _, names in os.walk(root) for name in names)
    report.check('%d hostile results: no file but the good ones' % (n + 1),
                 done.returncode == 0 and everything == [
                     '/out/good-000000000000005.jpg', '/out/there-000000000000005.json']
                 and not os.path.exists('/tmp/owned-000000000000005.jpg'),
                 str(everything) + done.stderr[-300:])
    report.check('... each is said, and none comes again', redis.ask('xlen', 'farm:results') == '0'
                 and done.stderr.count('a result is left out') == n + 1,
                 '%d of %d' % (done.stderr.count('a result is left out'), n + 1))
    text = found.get('there-000000000000005.json', b'{}').decode()
    report.check('... and JSON has the URL as it was', json.loads(text).get('url')
                 == elsewhere['url'] and text.count('\n') == 1, text)
    redis.kill()


class Counting(http.server.BaseHTTPRequestHandler):
    """Leads to /target, and says who came there."""

    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path == '/redirect.avi':
            self.send_response(302)
            self.send_header('Location', '/target/film.avi')
            self.end_headers()
        else:
            self.send_error(404)

    def log_message(self, *_):
        pass


def test_allow():
    """A worker opens what its operator allows, and nothing that this leads to."""
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Counting)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = '127.0.0.1:%d' % server.server_port
    root = harness.folder('allow')
    os.makedirs(root + '/videos/in', exist_ok=True)
    os.makedirs(root + '/videos-not', exist_ok=True)
    for path in ('videos/a.avi', 'videos/in/b c.avi', 'secret.avi', 'videos-not/a.avi'):
        launch('videotestsrc', 'num-buffers=3', '!', 'jpegenc', '!', 'avimux', '!', 'filesink',
               'location=%s/%s' % (root, path))
    with open(root + '/videos/list.m3u8', 'w') as file:
        file.write('#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://%s/target/playlist.ts\n'
                   '#EXT-X-ENDLIST\n' % host)
    os.mkfifo(root + '/videos/pipe.avi')
    base = 'file://' + root
    allowed = [base + '/videos/a.avi', base + '/videos/in/b%20c.avi', base + '/videos/%61.avi',
               'FILE' + base[4:] + '/videos/a.avi']
    refused = [base + '/secret.avi', base + '/videos-not/a.avi', base + '/videos/../secret.avi',
               base + '/videos/%2e%2e/secret.avi', base + '/videos/in/..%2F../secret.avi',
               base + '/videos/.%2e/secret.avi', base + '/videos/a?/../../secret.avi',
               base + '/videos', 'file://localhost' + root + '/videos/a.avi',
               base + '//videos/a.avi', 'http://127.0.0.1:1/x/a.avi', 'http://%s/target/x' % host,
               'http://127.0.0.1:1@%s/in/a.avi' % host, 'http://%s@127.0.0.1:1/in/a' % host,
               'http://%s.example/in/a.avi' % host, 'https://%s/in/a.avi' % host,
               'http://%s/in/../target/a' % host, 'v4l2:///dev/video0', 'dvb://channel',
               'rtsp://%s/in/' % host, 'videotestsrc://', 'data:video/x-msvideo;base64,AAAA']
    failing = {base + '/videos/list.m3u8': '', base + '/videos/pipe.avi': 'no regular file',
               'http://%s/redirect.avi' % host: '', 'http://%s/in/a.avi' % host: ''}
    invalid = ['file:///a b', 'file:///a\tb', 'nothing', 'http://a\\@b/', 'file:///\u00e9',
               'file:///' + 'a' * 5000]
    redis = Redis()
    redis.ask('ping')
    for i, uri in enumerate(allowed + refused + list(failing) + invalid):
        redis.ask('xadd', 'farm:jobs', '*', 'job', 'j%d' % i, 'uri', uri, 'format', 'jpeg',
                  'every', '0', 'width', '32', 'height', '0', 'quality', '85')
    done = farm('work', '--redis', redis.where, '--lease', '20', '--max-tries', '1',
                '--until-done', '--stall', '10', '--allow', base + '/videos/', '--allow',
                'http://%s/in/' % host, '--allow', 'http://%s/redirect.avi' % host)
    lines = redis.ask('xrange', 'farm:failed', '-', '+').split('\n')
    reasons = {lines[i + 1]: lines[i + 5] for i, line in enumerate(lines) if line == 'job'}
    number = 0
    for kind, uris, part in (('allowed', allowed, None), ('refused', refused, '--allow'),
                             ('failing', list(failing), ''), ('invalid', invalid, 'has a URI')):
        wrong = []
        for uri in uris:
            reason = reasons.get('j%d' % number)
            wanted = failing.get(uri, part)
            held = reason is None if wanted is None else reason is not None and wanted in reason
            wrong += [] if held else [(uri[:90], reason)]
            number += 1
        report.check('%d %s URIs' % (len(uris), kind), not wrong, str(wrong) + done.stderr[-200:]
                     * bool(wrong))
    report.check('... nothing was opened that an allowed one leads to', not [
        path for path in server.asked if path.startswith('/target')], str(server.asked))
    # Files, unless it is said.
    redis.ask('flushall')
    farm('submit', '--redis', redis.where, root + '/videos/a.avi', 'http://%s/target/a' % host)
    done = farm('work', '--redis', redis.where, '--until-done')
    report.check('without --allow: files, and no servers', '3 images' not in done.stderr
                 and '1 images' in done.stdout and redis.ask('xlen', 'farm:failed') == '1'
                 and '--allow' in redis.ask('xrange', 'farm:failed', '-', '+')
                 and '/target/a' not in server.asked, done.stdout + done.stderr)
    for value in ('videos', 'file://host/', 'http:///x', '', 'file:///a/../b', 'file:///a b'):
        done = farm('work', '--redis', redis.where, '--allow', value)
        report.check('--allow %r is none' % value, done.returncode == 1
                     and '--allow' in done.stderr, done.stderr)
    server.shutdown()
    redis.kill()


# Of other shapes and types than what was asked for, and some that are none.
SHAPES = [b':1\r\n', b'$-1\r\n', b'*-1\r\n', b'*0\r\n', b'*1\r\n:1\r\n', b'$0\r\n\r\n',
          b'*1\r\n*0\r\n', b'*1\r\n*1\r\n$1\r\na\r\n', b'*2\r\n*-1\r\n*1\r\n:5\r\n',
          b'*1\r\n*2\r\n$1\r\na\r\n:1\r\n', b'*1\r\n*2\r\n:1\r\n*2\r\n:1\r\n:2\r\n',
          b'*1\r\n*2\r\n$1\r\nk\r\n*1\r\n*2\r\n$3\r\n0-1\r\n*3\r\n:1\r\n:2\r\n:3\r\n',
          b'*1\r\n*2\r\n$1\r\nk\r\n*1\r\n*2\r\n:7\r\n*2\r\n$3\r\njob\r\n$-1\r\n',
          b'*1\r\n*4\r\n:1\r\n:2\r\n:3\r\n:-9223372036854775808\r\n',
          b'*9\r\n' + b'$20\r\n-9223372036854775808\r\n' * 9,
          b'*9\r\n' + b':9223372036854775807\r\n' * 9, b'-ERR \x1b[2J\r\n', b'+OK\r\n',
          b'+full\r\n', b'+lost\r\n', b'!nonsense\r\n', b'*99999999\r\n']


def test_shapes():
    """A Redis that answers something else."""
    for i, shape in enumerate(SHAPES):
        listener = socket.create_server(('127.0.0.1', 0))

        def answer(connection, shape=shape):
            asked = 0
            try:
                while connection.recv(1 << 16):
                    # The first two make its groups.
                    asked += 1
                    connection.sendall(b'+OK\r\n' if asked <= 2 else shape)
            except OSError:
                pass

        def serve(listener=listener, answer=answer):
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        where = '127.0.0.1:%d' % listener.getsockname()[1]
        processes = [harness.start([FARM, *words, '--redis', where]) for words in (
            ['work', '--slots', '1', '--until-done'], ['status', '--once'],
            ['collect', '--patience', '0.2', '--output', harness.folder('shapes')],
            ['submit', '/nowhere.avi'])]
        time.sleep(0.7)
        ended = [harness.stop(process) for process in processes]
        logs = ''.join(map(harness.log, processes))
        report.check('an answer of another shape: %r' % shape[:40], all(
            status in (0, 1, -signal.SIGTERM) for status in ended) and '\x1b[2J' not in logs
            and 'CRITICAL' not in logs and 'Sanitizer' not in logs and 'runtime error' not in logs,
            '%s %s' % (ended, logs[-300:]))
        listener.close()


def test_numbers():
    seconds = (0.5, 1000000, False)
    harness.check_numbers([FARM, 'local', '/nowhere'], {
        '--every': (0, 1000000, False), '--width': (0, 65500, True), '--height': (0, 65500, True),
        '--quality': (0, 100, True), '--slots': (0, 1024, True), '--lease': seconds,
        '--stall': seconds, '--patience': (0, 1000000, False), '--max-tries': (1, 1000000, True),
        '--max-results': (1, 1000000000, True)})
    for port in ('0', '65536', '80000', '-1', '9' * 30):
        done = farm('status', '--once', '--redis', '127.0.0.1:' + port)
        report.check('--redis with port ' + port[:9], done.returncode == 1
                     and 'HOST:PORT' in done.stderr, done.stderr)
    for option, value in (('--farm', 'a:b'), ('--farm', ''), ('--farm', 'a\nb'),
                          ('--header', 'a: b\r\nc: d'), ('--header', 'none')):
        done = farm('work', '--redis', '127.0.0.1:1', option, value)
        report.check('%s %r is refused' % (option, value), done.returncode == 1
                     and option in done.stderr and 'no Redis' not in done.stderr, done.stderr)


def test_errors():
    cases = {'no Redis': (['work', '--redis', '127.0.0.1:1'], 'no Redis at'),
             'a port that is none': (['status', '--redis', 'localhost:x'], 'HOST:PORT'),
             'times that are none': (['local', '--every', 'nan', 'x'], '--every'),
             'no command': ([], 'submit, work'),
             'no files': (['submit'], 'which files'),
             'no folder': (['collect'], '--output'),
             'a URL for all': (['work', '--url', 'http://a/b.jpg'], '{job} and {time}'),
             'a format that is none': (['local', '--format', 'gif', 'x'], 'jpeg or png')}
    for name, (arguments, part) in cases.items():
        done = farm(*arguments)
        report.check(name, done.returncode == 1 and part in done.stderr, done.stderr)
    nowhere = {name: value for name, value in os.environ.items() if not name.startswith('GST_')}
    nowhere.update(GST_PLUGIN_SYSTEM_PATH_1_0='', GST_REGISTRY_1_0=harness.folder() + '/none.bin')
    done = subprocess.run([FARM, 'work', '--redis', '127.0.0.1:1'], capture_output=True,
                          text=True, env=nowhere)
    report.check('a machine without the plugin takes no jobs', done.returncode == 1
                 and 'GST_PLUGIN_PATH' in done.stderr, done.stderr)


report.run(test_plain, test_kill, test_resume, test_restart, test_lost_tail, test_machines,
           test_many_pending, test_endings, test_collectors, test_bad_jobs, test_silence, test_again,
           test_times, test_back_pressure, test_full, test_urls, test_sources, test_password,
           test_hostile_results, test_allow, test_shapes, test_numbers, test_errors)
