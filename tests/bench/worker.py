# imbytes bench: contestants as processes, and runs that take turns.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import json
import os
import select
import statistics
import subprocess
import tempfile

PATIENCE = 300  # seconds, for one answer
# Runs are a multiple of so many frames: one of each photograph, or two.
TURN = 3
# For the length of the images everyone codes the same ones.
SAME_FRAMES = 2 * TURN
# A slow contestant gets fewer rounds, but never fewer than these.
MOST_SECONDS, LEAST_ROUNDS = 8, 3


class Failed(Exception):
    """A contestant that could not do it, and what it said."""


class Worker:
    """A process that obeys lines; see bench.h."""

    def __init__(self, argv, env=None):
        self._log = tempfile.TemporaryFile('w+')
        self._process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log,
            text=True, env={**os.environ, **(env or {})})
        self.before_kb = self._answer()['peak_kb']

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _answer(self):
        ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE)
        line = self._process.stdout.readline() if ready else ''
        try:
            return json.loads(line)
        except ValueError:
            self._process.kill()
            self._process.wait()
            self._log.seek(0)
            said = [line] + self._log.read().splitlines()
            said = [line for line in said if line.strip()]
            raise Failed(said[-1].strip() if said else 'it said nothing') from None

    def ask(self, line):
        try:
            self._process.stdin.write(line + '\n')
            self._process.stdin.flush()
        except BrokenPipeError:
            pass
        return self._answer()

    def run(self, count):
        return self.ask('run %d' % count)

    def ended(self):
        return self._process.poll() is not None

    def close(self):
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._log.close()


def spread(values):
    """Median, lower and upper quartile, least and most."""
    values = sorted(values)
    quartiles = statistics.quantiles(values, n=4, method='inclusive') \
        if len(values) > 1 else [values[0]] * 3
    return {'median': quartiles[1], 'q1': quartiles[0], 'q3': quartiles[2],
            'min': values[0], 'max': values[-1], 'n': len(values)}


def calibrate(worker, seconds):
    """How many frames take about @seconds."""
    count, taken = TURN, worker.run(TURN)['wall']
    while taken < seconds / 4 and count < 100000:
        count *= 4
        taken = worker.run(count)['wall']
    return max(1, round(seconds / taken * count / TURN)) * TURN


class Series:
    """The runs of one contestant."""

    def __init__(self, worker, seconds):
        self.worker = worker
        first = worker.run(SAME_FRAMES)
        self.bytes = first['bytes'] / first['frames']
        self.count = calibrate(worker, seconds)
        self.runs = []

    def run(self):
        """Seconds for a frame, of the clock and of the processors."""
        answer = self.worker.run(self.count)
        self.runs.append(answer)
        return (answer['wall'] / answer['frames'],
                answer['cpu'] / answer['frames'])

    def summary(self):
        peak = self.runs[-1].get('peak_kb')
        return {
            'ms': spread([run['wall'] / run['frames'] * 1e3 for run in self.runs]),
            'cpu_ms': statistics.median(
                run['cpu'] / run['frames'] * 1e3 for run in self.runs),
            'bytes': self.bytes,
            'peak_mb': None if not peak else (peak - self.worker.before_kb) / 1024,
        }


def take_turns(reference, peer, rounds):
    """Pairs of runs, now the one first and now the other. How many times as long
    @peer took in each pair, and how many times the CPU time."""
    walls, cpus = [], []
    spent = 0
    for i in range(rounds):
        if i >= LEAST_ROUNDS and spent > MOST_SECONDS:
            break
        if i % 2:
            theirs, ours = peer.run(), reference.run()
        else:
            ours, theirs = reference.run(), peer.run()
        spent += theirs[0] * peer.count
        walls.append(theirs[0] / ours[0])
        cpus.append(theirs[1] / max(ours[1], 1e-9))
    return walls, cpus
