#!/usr/bin/python3
# imbytes tests: what each program and script answers about itself, and to a command
# line that is wrong.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import glob
import os
import re
import sys

import harness
from harness import report

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
NAMES = ('farm', 'grab', 'mqtt', 'rtsp', 'upload', 'viewer')
PROGRAMS = [([path], os.path.basename(path))
            for path in sorted(glob.glob(os.path.join(harness.BUILD, '*', 'imbytes-*')))
            if os.access(path, os.X_OK) and os.path.isfile(path)] \
    + [([sys.executable, os.path.join(ROOT, 'examples', 'grab', 'grab.py')], 'grab.py')]

with open(os.path.join(ROOT, 'meson.build'), encoding='utf-8') as file:
    VERSION = re.search(r"version : '([\d.]+)'", file.read())[1]


def test_programs():
    for command, name in PROGRAMS:
        said = harness.run([*command, '--version'])
        report.check('%s --version' % name, said.returncode == 0
                     and said.stdout == '%s %s\n' % (name, VERSION), said.stdout + said.stderr)
        said = harness.run([*command, '--help'])
        report.check('%s --help' % name, said.returncode == 0 and '--version' in said.stdout,
                     said.stdout + said.stderr)
        said = harness.run([*command, '--nonsense'])
        report.check('%s: an unknown option is status 2' % name, said.returncode == 2
                     and said.stderr, '%d %s' % (said.returncode, said.stderr))


def test_scripts():
    """Nothing is installed or built for these, so that they answer at once."""
    for words, status, part in (
            (('examples/run', '--help'), 0, 'examples/run'),
            (('examples/run', '--version'), 0, 'imbytes %s\n' % VERSION),
            (('examples/run', '--nonsense'), 2, 'usage'),
            (('examples/run', 'nonsense', 'x'), 2, 'usage'),
            (('tests/run', '--help'), 0, 'tests/run')):
        said = harness.run(['/bin/bash', os.path.join(ROOT, words[0]), *words[1:]])
        report.check(' '.join(words), said.returncode == status
                     and part in said.stdout + said.stderr,
                     '%d %s' % (said.returncode, said.stdout + said.stderr))
    help_text = harness.run(['/bin/bash', os.path.join(ROOT, 'examples/run'), '--help']).stdout
    report.check('examples/run --help names the programs',
                 all(re.search(r'^ +%s  ' % name, help_text, re.M) for name in NAMES), help_text)
    for name in NAMES + ('grab.py',):
        said = harness.run(['/bin/bash', os.path.join(ROOT, 'examples/run'), name, '--help'])
        report.check('examples/run %s --help' % name, said.returncode == 0
                     and '--' in said.stdout and 'installing' not in said.stdout + said.stderr,
                     said.stdout[:300] + said.stderr)


report.run(test_programs, test_scripts)
