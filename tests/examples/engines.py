#!/usr/bin/python3
# imbytes tests: examples/farm on Dask and Slurm, with machines that die, are cut off and
# come back. Each machine is a network namespace with an address of its own, or a node of
# Slurm's. For `tests/run long`: not one of the tests that run each time.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import harness
from harness import report
from test_farm import FARM, clips, farm, files_of

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))
RECIPES = os.path.join(ROOT, 'examples', 'farm')
BRIDGE = 'imb%d' % (os.getpid() % 10000)
NETWORK = '10.213.%d' % (os.getpid() % 250)
HOST = NETWORK + '.254'
REQUEST = ('--every', '0.1', '--width', '320')
# What takes minutes where nobody sets it.
HASTE = {'DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL': '5s',
         'DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP': '12s',
         'DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT': '5s'}


def videos():
    """Each clip five times."""
    place, found = harness.folder('videos'), []
    for i in range(5):
        for clip in clips():
            path = os.path.join(place, '%d %s' % (i, os.path.basename(clip)))
            if not os.path.exists(path):
                shutil.copy(clip, path)
            found.append(path)
    return found


_expected = {}


def expected():
    if not _expected:
        folder = harness.folder('expected')
        done = farm('--output', folder, *REQUEST, *videos())
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        _expected.update(files_of(folder))
    return _expected


def check_all(name, folder, said):
    found, wanted = files_of(folder), expected()
    report.check(name, found == wanted, '%d of %d files; %s' % (
        sum(found.get(path) == data for path, data in wanted.items()), len(wanted), said[-300:]))


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
        ip('-n', name, 'link', 'set', 'lo', 'up')
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


class Cluster:
    """Dask's scheduler on the bridge, and a worker on each machine."""

    def __init__(self, machines):
        self.machines, self.port = machines, harness.free_port()
        self.where = '%s:%d' % (HOST, self.port)
        self.names = [machines.add(i) for i in range(3)]
        self.environment = {**os.environ, **HASTE}
        self.start_scheduler()
        self.workers = [self.start_worker(name) for name in self.names]

    def start_scheduler(self):
        self.scheduler = harness.start(
            ['dask-scheduler', '--host', HOST, '--port', str(self.port), '--no-dashboard'],
            env=self.environment)
        harness.wait_until(lambda: harness.listens(self.port, HOST), self.scheduler)

    def start_worker(self, machine):
        return harness.start(['ip', 'netns', 'exec', machine, 'dask-worker', self.where,
                              '--nthreads', '1', '--no-dashboard'], env=self.environment,
                             cwd=harness.folder('worker-' + machine))

    def start_farm(self, folder):
        return harness.start([sys.executable, RECIPES + '/dask_farm.py', self.where, '--output',
                              folder, '--program', FARM, *REQUEST, *videos()],
                             env=self.environment)

    def end(self):
        for process in [self.scheduler] + self.workers:
            kill(process)


def kill(process):
    """It and all that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def has(folder, part):
    return lambda: len(files_of(folder)) >= part * len(expected())


def test_dask():
    """Three machines: one is killed in mid-video, one cut off and comes back."""
    if shutil.which('dask-scheduler') is None:
        report.skip('Dask', 'no dask-scheduler here (Debian: python3-distributed)')
        return
    why = why_no_machines()
    if why:
        report.skip('Dask', why)
        return
    with Machines() as machines:
        cluster = Cluster(machines)
        for name, die in (('nothing dies', lambda: None),
                          ('a worker is killed', lambda: kill(cluster.workers[0])),
                          ('a machine is cut off', lambda: machines.cut(1))):
            folder = harness.folder('dask-' + name.replace(' ', '-'))
            one = cluster.start_farm(folder)
            harness.wait_until(has(folder, 0.2), one)
            die()
            harness.wait_until(lambda one=one: one.poll() is not None)
            report.check('Dask: ' + name, one.returncode == 0
                         and '10 of 10 videos' in harness.log(one), harness.log(one))
            check_all('... all images are there', folder, harness.log(one))
        machines.cut(1, back=True)
        folder = harness.folder('dask-scheduler')
        one = cluster.start_farm(folder)
        harness.wait_until(has(folder, 0.2), one)
        kill(cluster.scheduler)
        harness.wait_until(lambda: one.poll() is not None)
        report.check('Dask: the scheduler is killed: status 3', one.returncode == 3
                     and 'start this again' in harness.log(one), harness.log(one))
        cluster.end()
        cluster.start_scheduler()
        cluster.workers = [cluster.start_worker(name) for name in cluster.names]
        one = cluster.start_farm(folder)
        harness.wait_until(lambda: one.poll() is not None)
        check_all('... it is back, and so are all images', folder, harness.log(one))
        cluster.end()


SLURM = '''ClusterName=imbytes
SlurmctldHost=localhost
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CryptoType=crypto/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldPort={ports[0]}
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SwitchType=switch/none
JobRequeue=1
ReturnToService=2
SlurmdTimeout=4
SlurmctldTimeout=4
SchedulerParameters=batch_sched_delay=0,sched_interval=1
NodeName=one NodeHostname=localhost NodeAddr=127.0.0.1 Port={ports[1]} CPUs=1 State=UNKNOWN
NodeName=two NodeHostname=localhost NodeAddr=127.0.0.1 Port={ports[2]} CPUs=1 State=UNKNOWN
PartitionName=all Nodes=one,two Default=YES State=UP
'''


class Slurm:
    """A controller and two nodes, all here."""

    def __init__(self):
        self.folder = harness.folder('slurm')
        for name in ('state', 'spool-one', 'spool-two', 'munge'):
            harness.folder('slurm/' + name)
        self.environment = {**os.environ, 'SLURM_CONF': self.folder + '/slurm.conf',
                            'PATH': os.environ['PATH'] + ':/usr/sbin:' + os.path.dirname(FARM)}
        with open(self.folder + '/slurm.conf', 'w') as out:
            out.write(SLURM.format(folder=self.folder,
                                   ports=[harness.free_port() for _ in range(3)]))
        key = self.folder + '/munge/key'
        with open(key, 'wb') as out:
            out.write(os.urandom(1024))
        os.chmod(key, 0o400)
        for path in (self.folder, self.folder + '/munge', os.path.dirname(self.folder)):
            os.chmod(path, 0o755)
        self.processes = [self.start('munged', '--foreground', '--force', '--key-file', key,
                                     '--socket', self.folder + '/munge.socket', '--pid-file',
                                     self.folder + '/munge/pid', '--log-file',
                                     self.folder + '/munge/log', '--seed-file',
                                     self.folder + '/munge/seed')]
        harness.wait_until(lambda: os.path.exists(self.folder + '/munge.socket'),
                           self.processes[0])
        self.processes.append(self.start('slurmctld', '-D', '-i'))
        self.nodes = {name: self.start_node(name) for name in ('one', 'two')}

    def start(self, *words):
        return harness.start(list(words), env=self.environment)

    def start_node(self, name):
        return self.start('slurmd', '-D', '-N', name)

    def ask(self, *words):
        return harness.run(words, env=self.environment, cwd=self.folder).stdout

    def is_ready(self):
        return self.ask('sinfo', '-h', '-o', '%D %t').split() == ['2', 'idle']

    def kill_node(self, name):
        """All that runs on it, as a power cut does."""
        kill(self.nodes[name])
        for line in harness.run(['ps', 'axo', 'pid,args']).stdout.split('\n')[1:]:
            pid, _, command = line.strip().partition(' ')
            if re.match(r'(\S*/)?slurmstepd: \[', command) and self.is_on(pid, name):
                children = harness.run(['ps', '-o', 'pid=', '--ppid', pid]).stdout.split()
                os.kill(int(pid), signal.SIGKILL)
                for child in children:
                    subprocess.run(['pkill', '-KILL', '-g', child], check=False)

    @staticmethod
    def is_on(pid, name):
        for child in harness.run(['ps', '-o', 'pid=', '--ppid', pid]).stdout.split():
            try:
                with open('/proc/%s/environ' % child, 'rb') as file:
                    if b'SLURMD_NODENAME=' + name.encode() in file.read().split(b'\0'):
                        return True
            except OSError:
                pass
        return False

    def end(self):
        for process in list(self.nodes.values()) + self.processes[::-1]:
            kill(process)


def test_slurm():
    """An array on two nodes, of which one dies and comes back."""
    for name in ('slurmctld', 'slurmd', 'sbatch', 'munged'):
        if shutil.which(name, path=os.environ['PATH'] + ':/usr/sbin') is None:
            report.skip('Slurm', 'no %s here (Debian: slurm-wlm)' % name)
            return
    if os.geteuid() != 0:
        report.skip('Slurm', 'it takes root')
        return
    slurm = Slurm()
    try:
        if not harness.wait_until(slurm.is_ready, seconds=30 * harness.PATIENCE):
            report.fail('Slurm starts', harness.log(slurm.nodes['one'])[-300:]
                        + harness.log(slurm.processes[1])[-300:])
            return
        with open(slurm.folder + '/videos.txt', 'w') as out:
            out.write('\n'.join(videos()) + '\n')
        for dies in (False, True):
            folder = harness.folder('slurm-images-%d' % dies)
            said = slurm.ask('sbatch', '--array=0-3', RECIPES + '/farm.sbatch', '4', 'videos.txt',
                             '--output', folder, *REQUEST)
            job = said.split()[-1] if said else 'none'
            harness.wait_until(has(folder, 0.2), seconds=60 * harness.PATIENCE)
            if dies:
                slurm.kill_node('one')
                harness.wait_until(lambda: 'down' in slurm.ask('sinfo', '-h', '-n', 'one', '-o',
                                                               '%t'))
                slurm.nodes['one'] = slurm.start_node('one')
            over = harness.wait_until(lambda: not slurm.ask('squeue', '-h', '-j', job).strip())
            report.check('Slurm: %s' % ('a node dies' if dies else 'an array'), over, said)
            check_all('... all images are there', folder, said)
    finally:
        slurm.end()


if __name__ == '__main__':
    report.run(test_dask, test_slurm)
