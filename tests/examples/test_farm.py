#!/usr/bin/python3
# imbytes tests: examples/farm on a real Redis, with machines that die, are cut off
# and come back. Each machine is a network namespace with an address of its own.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import json
import os
import re
import shutil
import signal
import subprocess
import time

import harness
from harness import report
from nginx import Nginx

FARM = harness.program('farm/imbytes-farm')
harness.need_programs('redis-server', 'redis-cli')

BRIDGE = 'imb%d' % (os.getpid() % 10000)
NETWORK = '10.213.%d' % (os.getpid() % 250)
HOST = NETWORK + '.254'


def clips():
    """Videos to work on: real ones, or drawn ones where there are none."""
    real = [harness.clip(name) for name in ('car-detection.mp4', 'bottle-detection.mp4')]
    if all(real):
        return real
    paths = [os.path.join(harness.folder('drawn'), '%d.avi' % i) for i in range(2)]
    for i, path in enumerate(paths):
        subprocess.run(['gst-launch-1.0', '-q', 'videotestsrc', 'num-buffers=900',
                        'pattern=%d' % (18 - i * 18), '!', 'jpegenc', '!', 'avimux', '!',
                        'filesink', 'location=' + path], check=True)
    return paths


class Redis:
    def __init__(self, address='127.0.0.1'):
        self.address, self.port = address, harness.free_port()
        self.folder = harness.folder('redis-%d' % self.port)
        self.start()

    @property
    def where(self):
        return '%s:%d' % (self.address, self.port)

    def start(self):
        self.process = harness.start(
            ['redis-server', '--port', str(self.port), '--bind', self.address,
             '--appendonly', 'yes', '--appendfsync', 'always', '--save', '',
             '--protected-mode', 'no', '--dir', self.folder], name='redis')
        harness.wait_until(lambda: self.ask('ping') == 'PONG', 15, self.process)

    def ask(self, *words):
        return subprocess.run(
            ['redis-cli', '-h', self.address, '-p', str(self.port), *words],
            capture_output=True, text=True).stdout.strip()

    def kill(self):
        self.process.kill()
        self.process.wait()


def farm(*arguments, timeout=60):
    return subprocess.run([FARM, *map(str, arguments)], capture_output=True, text=True,
                          timeout=timeout * harness.PATIENCE)


def worker(redis, *arguments, machine=None, lease='1'):
    inside = ['ip', 'netns', 'exec', machine] if machine else []
    return harness.start(inside + [FARM, 'work', '--redis', redis.where, '--lease', lease,
                                   '--slots', '1', *arguments], name='worker')


def files_of(folder):
    found = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), 'rb') as file:
            found[name] = file.read()
    return found


REQUEST = ('--every', '0.2', '--width', '96')


def expected():
    """What one machine makes of the same jobs without Redis."""
    folder = harness.folder('local')
    if not os.listdir(folder):
        done = farm('local', '--output', folder, *REQUEST, *clips())
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
    return files_of(folder)


def collected(redis, name):
    folder = harness.folder(name)
    done = farm('collect', '--redis', redis.where, '--output', folder, '--patience', '1')
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
        harness.wait_until(lambda: images_in(redis) > before + 3, 10, one)
        kills += one.poll() is None and not is_over(redis)
        one.kill()
        one.wait()
    report.check('workers were killed in mid-job', kills >= 2, '%d' % kills)
    last = farm('work', '--redis', redis.where, '--lease', '1', '--until-done',
                '--max-tries', '20')
    check_all('kill -9: every image once', redis, 'kill')
    report.check('... and every job done', '2 of 2 jobs done, 0 failed' in farm(
        'status', '--once', '--redis', redis.where).stdout, last.stderr)
    redis.kill()


def test_restart():
    """Redis dies and comes back, with what was written."""
    redis = Redis()
    farm('submit', '--redis', redis.where, *REQUEST, *clips())
    workers = [worker(redis), worker(redis)]
    harness.wait_until(lambda: images_in(redis) > 5, 15, workers[0])
    redis.kill()
    time.sleep(0.5)
    redis.start()
    report.check('workers go on when Redis is back', harness.wait_until(
        lambda: is_over(redis), 40, workers[0]))
    for process in workers:
        status = harness.stop(process)
        report.check('a worker ends cleanly', status == 0,
                     '%s: %s' % (status, harness.log(process)[-300:]))
    report.check('they say what they wait for', any(
        'trying again' in harness.log(process) and 'is back' in harness.log(process)
        for process in workers))
    check_all('Redis restarted: every image once', redis, 'restart')
    redis.kill()


def ip(*words, check=True):
    return subprocess.run(['ip', *words], capture_output=True, check=check).returncode == 0


class Machines:
    """Namespaces on a bridge."""

    def __enter__(self):
        ip('link', 'add', BRIDGE, 'type', 'bridge')
        ip('addr', 'add', HOST + '/24', 'dev', BRIDGE)
        ip('link', 'set', BRIDGE, 'up')
        self.names = []
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


def can_make_machines():
    if os.geteuid() != 0:
        return False
    try:
        made = ip('netns', 'add', BRIDGE + 't', check=False)
    except FileNotFoundError:
        return False
    if made:
        ip('netns', 'del', BRIDGE + 't', check=False)
    return made


def test_machines():
    """Three machines: one is killed in mid-job, one cut off and comes back."""
    if not can_make_machines():
        report.skip('machines', 'network namespaces need root and iproute2')
        return
    with Machines() as machines:
        redis = Redis(HOST)
        farm('submit', '--redis', redis.where, *REQUEST, *clips())
        names = [machines.add(i) for i in range(3)]
        first = [worker(redis, '--max-tries', '20', machine=name) for name in names[:2]]
        harness.wait_until(lambda: images_in(redis) > 10, 15, first[0])
        os.killpg(first[0].pid, signal.SIGKILL)
        machines.cut(1)
        third = worker(redis, '--max-tries', '20', machine=names[2])
        # It takes over both jobs; meanwhile the other one is back.
        time.sleep(2.5)
        machines.cut(1, back=True)
        over = harness.wait_until(lambda: is_over(redis), 60, third)
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
    done = farm('work', '--redis', redis.where, '--lease', '0.5', '--until-done')
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
    harness.wait_until(lambda: images_in(redis) >= 10, 15, one)
    time.sleep(2)
    report.check('nobody collects: the worker waits, and keeps its job',
                 redis.ask('xlen', 'farm:results') == '10' and one.poll() is None)
    found, n = collected(redis, 'pressure')
    report.check('somebody collects: it goes on', n > 10, '%d' % n)
    harness.stop(one)
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
    first = worker(redis, '--url', url)
    harness.wait_until(lambda: images_in(redis) > 5, 15, first)
    first.kill()
    first.wait()
    second = worker(redis, '--url', url)
    harness.wait_until(lambda: images_in(redis) > 30, 15, second)
    nginx.process.kill()
    nginx.process.wait()
    time.sleep(3)
    third = worker(redis, '--url', url)
    time.sleep(1)
    nginx.start()
    over = harness.wait_until(lambda: is_over(redis), 60, second)
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
    done = farm('work', '--redis', redis.where, '--lease', '0.5', '--max-tries', '1',
                '--until-done', '--url', nginx.url('never/{job}/{time}'))
    report.check('a server that refuses: the job has failed, with the reason',
                 'refuses http' in redis.ask('xrange', 'farm:failed', '-', '+')
                 and 'answers 403' in done.stderr, done.stderr)
    harness.stop(nginx.process)
    redis.kill()


def test_errors():
    cases = {'no Redis': (['work', '--redis', '127.0.0.1:1'], 'no Redis at'),
             'no command': ([], 'submit, work'),
             'no files': (['submit'], 'which files'),
             'no folder': (['collect'], '--output'),
             'a URL for all': (['work', '--url', 'http://a/b.jpg'], '{job} and {time}'),
             'a format that is none': (['local', '--format', 'gif', 'x'], 'jpeg or png')}
    for name, (arguments, part) in cases.items():
        done = farm(*arguments)
        report.check(name, done.returncode == 1 and part in done.stderr, done.stderr)


report.run(test_plain, test_kill, test_restart, test_machines, test_bad_jobs,
           test_back_pressure, test_urls, test_errors)
