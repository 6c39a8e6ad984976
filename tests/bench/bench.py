# imbytes bench: runs everyone in turns and says how long each took.
#
# tests/bench/run builds what this needs and starts it; README.md says how to
# read what comes out.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import argparse
import contextlib
import json
import os
import re
import sys
import tempfile
import time

import contestants
import extras
import frames
import machine
import plot
import report
import targets
import work as works
from worker import Failed, Series, Worker, spread, take_turns

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXTRAS = ('scaling', 'many', 'skipped', 'regions', 'latency')


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog='tests/bench/run', description='imbytes against everyone else.')
    parser.add_argument('--build', required=True, help=argparse.SUPPRESS)
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument('--quick', action='store_true',
                        help='only whether it works: figures mean nothing')
    amount.add_argument('--full', action='store_true',
                        help='every size, format, codec and number of threads')
    parser.add_argument('--only', metavar='REGEX', default='',
                        help='works whose names match, and of %s those that do'
                        % ', '.join(EXTRAS))
    parser.add_argument('--rounds', type=int, help='pairs of runs (7)')
    parser.add_argument('--seconds', type=float, help='length of a run (0.1)')
    parser.add_argument('--json', metavar='PATH', help='where the results go')
    parser.add_argument('--svg', metavar='PATH', help='draws the table')
    parser.add_argument('--list', action='store_true', help='names the works')
    settings = parser.parse_args()
    settings.rounds = settings.rounds or (2 if settings.quick else 7)
    settings.seconds = settings.seconds or (0.02 if settings.quick else 0.1)
    settings.json = settings.json or os.path.join(settings.build, 'bench.json')
    return settings


def progress(text):
    print(text, file=sys.stderr, flush=True)


def choose_works(settings):
    if settings.quick:
        found = list(works.QUICK)
    else:
        found = works.full() if settings.full else list(works.DEFAULT)
        found += works.clips(frames.find_clips(ROOT))
    return [w for w in found if re.search(settings.only, w.name)]


class Bench:
    def __init__(self, settings, programs, store):
        self.settings, self.programs, self.store = settings, programs, store

    def _open(self, stack, contestant, work, frame_set):
        worker = stack.enter_context(Worker(
            contestant.command(self.programs, work, frame_set)))
        return Series(worker, self.settings.seconds)

    def work(self, work):
        """The reference in turns with each of the others."""
        frame_set = self.store.get(work.size, work.format, work.source, work.matrix)
        rows = []
        with contextlib.ExitStack() as stack:
            ours = self._open(stack, contestants.IMBYTES, work, frame_set)
            for peer in contestants.peers_of(work, self.programs):
                rows.append(self._peer(peer, ours, work, frame_set))
            if not ours.runs:
                ours.run()
            rows.insert(0, {'name': 'imbytes', 'label': 'imbytes', **ours.summary()})
        return {'name': work.name, 'frames': frame_set.n_frames,
                'threads': work.threads, 'contestants': rows}

    def _peer(self, peer, ours, work, frame_set):
        row = {'name': peer.name, 'label': peer.label}
        try:
            with contextlib.ExitStack() as stack:
                theirs = self._open(stack, peer, work, frame_set)
                walls, cpus = take_turns(ours, theirs, self.settings.rounds)
                row.update(theirs.summary())
                row['ratio'], row['cpu_ratio'] = spread(walls), spread(cpus)
        except Failed as error:
            if ours.worker.ended():
                raise
            row['error'] = str(error)
        return row

    def extra(self, name):
        function = {'scaling': extras.scaling, 'many': extras.many_elements,
                    'skipped': extras.skipped_frames,
                    'regions': extras.regions, 'latency': extras.latency}[name]
        return function(self.programs, self.store, self.settings)


def run_works(bench, chosen, results):
    for i, work in enumerate(chosen):
        progress('%d of %d: %s' % (i + 1, len(chosen), work.name))
        try:
            result = bench.work(work)
        except Failed as error:
            results['failures'].append('%s: %s' % (work.name, error))
            print('%s\n  FAILED: %s\n' % (work.name, error), flush=True)
            continue
        results['works'].append(result)
        print(report.work_table(result), flush=True)


def run_extras(bench, results):
    for name in EXTRAS:
        if not re.search(bench.settings.only, name):
            continue
        progress(name)
        try:
            results[name] = bench.extra(name)
        except Failed as error:
            results['failures'].append('%s: %s' % (name, error))
            print('%s\n  FAILED: %s\n' % (name, error), flush=True)
            continue
        print(getattr(report, name)(results[name]), flush=True)


def write(path, text):
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, 'w') as file:
        file.write(text)
    print('written: ' + path)


def main():
    settings = parse_arguments()
    chosen = choose_works(settings)
    if settings.list:
        print('\n'.join(work.name for work in chosen))
        return 0
    programs = contestants.Programs(settings.build)
    cache = frames.last_level_cache()
    results = {'date': time.strftime('%Y-%m-%d'), 'rounds': settings.rounds,
               'seconds': settings.seconds, 'quick': settings.quick,
               'machine': machine.describe(programs, cache), 'works': [],
               'failures': []}
    print(report.machine(results['machine']), flush=True)
    if not programs.exists('imbytes'):
        print('GStreamer does not find imbytes in %s' % settings.build)
        return 1
    if not programs.exists('imbytes', 'n-threads'):
        print('This imbytes has no n-threads: it always uses its own default.\n')
    wanted = 12 << 20 if settings.quick else min(3 * cache, 256 << 20)
    with tempfile.TemporaryDirectory(prefix='imbytes-bench-') as folder:
        bench = Bench(settings, programs, frames.FrameStore(folder, wanted))
        run_works(bench, chosen, results)
        run_extras(bench, results)
    results['targets'] = targets.check(
        results, programs, ROOT, not settings.quick and not settings.only)
    print(report.targets(results['targets']))
    if settings.quick:
        print('A quick run: these figures mean nothing.')
    write(settings.json, json.dumps(results, indent=1) + '\n')
    if settings.svg:
        write(settings.svg, plot.draw(results))
    for failure in results['failures']:
        print('failed: ' + failure)
    return 1 if results['failures'] else 0


if __name__ == '__main__':
    sys.exit(main())
