# imbytes bench: the project's targets, each with its figure.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import os
import re
import subprocess
import sys

import work as works


class Results:
    """Finds figures in the results of works; those of CPU time where @key is
    cpu_ratio, and then nothing else."""

    def __init__(self, results, key='ratio'):
        self._key = key
        if key != 'ratio':
            results = {'works': results['works']}
        self._works = {r['name']: r for r in results['works']}
        self.results = results

    def _contestant(self, work, name):
        for contestant in self._works.get(work.name, {}).get('contestants', ()):
            if contestant['name'] == name and 'ms' in contestant:
                return contestant
        return None

    def faster(self, work, peer):
        """How many times as long as imbytes the peer takes."""
        contestant = self._contestant(work, peer)
        return contestant and contestant[self._key]['median']

    def slower(self, work, peer):
        """How many times as long as the peer imbytes takes."""
        ratio = self.faster(work, peer)
        return ratio and 1 / ratio

    def bytes_against(self, work, peer):
        ours, theirs = (self._contestant(work, name) for name in ('imbytes', peer))
        return ours['bytes'] / theirs['bytes'] \
            if ours and theirs and self._key == 'ratio' else None

    def skipped_us(self):
        skipped = self.results.get('skipped')
        return skipped and skipped['imbytes_us']['median']

    def regions(self):
        rows = self.results.get('regions')
        return max(row['ratio'] for row in rows) if rows else None

    def flatness(self):
        costs = [row['ms_per_megapixel'] for row in self.results.get('scaling', ())]
        return max(costs) / min(costs) if costs else None

    def many(self):
        rows = self.results.get('many') or []
        return rows[-1]['frames_per_second'] / rows[0]['frames_per_second'] \
            if rows else None


AT_MOST, AT_LEAST = '<=', '>='

# What, its figure, which way, the target, its unit.
SPEED = [
    ('1080p I420 -> 640x360 JPEG, 1 thread, against the limit (a JPEG of ready '
     'planes + one read)', lambda r: r.slower(works.MAIN, 'limit'), AT_MOST, 1.12, 'x'),
    ('the same, 2 threads against 1', lambda r: r.faster(works.MAIN_2, 'imbytes-1'),
     AT_LEAST, 1.75, 'x'),
    ('faster than videoconvertscale with right colours ! jpegenc',
     lambda r: r.faster(works.MAIN, 'jpegenc-right'), AT_LEAST, 5, 'x'),
    ('faster than videoscale ! jpegenc (wrong colours, aliased)',
     lambda r: r.faster(works.MAIN, 'jpegenc'), AT_LEAST, 1.8, 'x'),
    ('1080p JPEG at its own size, 1 thread, against libjpeg-turbo alone',
     lambda r: r.slower(works.OWN_SIZE, 'libjpeg'), AT_MOST, 0.68, 'x'),
    ('1080p -> 224x224 JPEG, faster than videoscale ! jpegenc',
     lambda r: r.faster(works.SMALL, 'jpegenc'), AT_LEAST, 1.2, 'x'),
    ('2160p NV12 -> 640x360 JPEG, faster than videoscale ! jpegenc',
     lambda r: r.faster(works.LARGE, 'jpegenc'), AT_LEAST, 1, 'x'),
    ('1080p P010 -> 640x360 JPEG against the limit',
     lambda r: r.slower(works.P010, 'limit'), AT_MOST, 1.5, 'x'),
    ('1080p PNG, 2 threads, faster than videoconvert ! pngenc',
     lambda r: r.faster(works.PNG, 'pngenc-default'), AT_LEAST, 18, 'x'),
    ('the same, bytes against its',
     lambda r: r.bytes_against(works.PNG, 'pngenc-default'), AT_MOST, 0.85, 'x'),
    ('faster than OpenCV, the same I420 frames, AREA',
     lambda r: r.faster(works.MAIN, 'opencv-area'), AT_LEAST, 4, 'x'),
    ('faster than OpenCV, the same I420 frames, LINEAR (aliased)',
     lambda r: r.faster(works.MAIN, 'opencv-linear'), AT_LEAST, 4, 'x'),
    ('faster than OpenCV, RGB and BGR frames, AREA',
     lambda r: r.faster(works.RGB, 'opencv-area'), AT_LEAST, 4, 'x'),
    ('faster than OpenCV, RGB and BGR frames, LINEAR (aliased)',
     lambda r: r.faster(works.RGB, 'opencv-linear'), AT_LEAST, 1.6, 'x'),
    ('faster than Pillow, the same I420 frames',
     lambda r: r.faster(works.MAIN, 'pillow'), AT_LEAST, 15, 'x'),
    ('faster than Pillow, RGB frames',
     lambda r: r.faster(works.RGB, 'pillow'), AT_LEAST, 15, 'x'),
    ('a frame that is not selected', Results.skipped_us, AT_MOST, 2, ' us'),
    ('one of 20 regions of a 1080p frame to 224x224 JPEG, against its middle alone',
     Results.regions, AT_MOST, 1.2, 'x'),
    # Not of one frame against another, so the bounds are for noise.
    ('cost of a megapixel from 480p to 8K, most against least',
     Results.flatness, AT_MOST, 1.15, 'x'),
    ('64 elements in one process, frames a second against 1 element',
     Results.many, AT_LEAST, 0.95, 'x'),
]

# Of pictures, not of time: tests/fidelity has the figures.
FIDELITY = [
    ('colour of flat patches: PNG within 1 of 255, JPEG of quality 100 within 2',
     'colour.py'),
    ("resize against Pillow's filters on photographs: mean difference <= 0.6",
     'resize.py'),
]


def _verdict(figure, way, target):
    if figure is None:
        return 'not measured'
    held = figure <= target if way == AT_MOST else figure >= target
    return 'met' if held else 'missed'


def _run_fidelity(programs, root, script):
    """(figure as text, verdict) of a script of tests/fidelity."""
    path = os.path.join(root, 'tests', 'fidelity', script)
    try:
        answer = subprocess.run(
            [sys.executable, path], stdin=subprocess.DEVNULL, text=True,
            capture_output=True, timeout=600)
    except (OSError, subprocess.TimeoutExpired):
        return 'it did not end', 'not measured'
    counts = re.findall(r'(\d+) passed, (\d+) failed', answer.stdout)
    if not counts:
        return 'it did not run', 'not measured'
    passed, failed = (int(count) for count in counts[-1])
    text = '%d of %d cases' % (passed, passed + failed)
    if passed + failed == 0:
        return text, 'not measured'
    return text, 'met' if failed == 0 else 'missed'


def check(results, programs, root, with_fidelity):
    """[{what, target, figure, in_cpu, verdict}], all of them strings."""
    walls, cpus = Results(results), Results(results, 'cpu_ratio')
    rows = []
    for what, get, way, target, unit in SPEED:
        figure, cpu = get(walls), get(cpus)
        rows.append({
            'what': what, 'target': '%s %g%s' % (way, target, unit),
            'figure': '-' if figure is None else '%.2f%s' % (figure, unit),
            'in_cpu': '-' if cpu is None else '%.2f%s' % (cpu, unit),
            'verdict': _verdict(figure, way, target)})
    for what, script in FIDELITY:
        figure, verdict = _run_fidelity(programs, root, script) \
            if with_fidelity else ('-', 'not measured')
        rows.append({'what': what, 'target': 'all cases', 'figure': figure,
                     'in_cpu': '-', 'verdict': verdict})
    return rows
