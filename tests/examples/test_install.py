#!/usr/bin/python3
# imbytes tests: what is installed with the programs: man pages, completion for bash.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import glob
import os
import re
import shutil
import subprocess

import harness
from harness import report

COMPLETION = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                          '..', '..', 'examples', 'completion.bash')
PROGRAMS = sorted(path for path in glob.glob(os.path.join(harness.BUILD, '*', 'imbytes-*'))
                  if os.access(path, os.X_OK) and os.path.isfile(path))


def options_of(program):
    said = harness.run([program, '--help'], env=dict(os.environ, LC_ALL='C.UTF-8')).stdout
    return re.findall(r'^  (?:-\w, )?(--[\w-]+)', said.split('Application Options:')[1], re.M)


def test_pages():
    if shutil.which('man') is None:
        report.skip('man pages', 'no man here')
        return
    for program in PROGRAMS:
        name = os.path.basename(program)
        path = os.path.join(harness.BUILD, name + '.1')
        if not os.path.exists(path):
            report.skip(name + '.1', 'programs cannot be run while they are built')
            continue
        environment = dict(os.environ, LC_ALL='C.UTF-8', MANWIDTH='100')
        done = harness.run(['man', '--warnings', '-l', path], env=environment)
        plain = re.sub('.\b', '', done.stdout)
        missing = [option for option in options_of(program)
                   if not re.search(re.escape(option) + r'\b', plain)]
        report.check('%s.1: no warning' % name, done.returncode == 0 and not done.stderr, done.stderr)
        report.check('%s.1: each option that --help has' % name, not missing
                     and len(options_of(program)) > 4, str(missing))
        report.check('%s.1: its sections' % name, all(
            section in plain for section in ('NAME', 'SYNOPSIS', 'DESCRIPTION', 'OPTIONS',
                                             'EXIT STATUS', 'SEE ALSO')), plain[:300])
        done = harness.run(['lexgrog', path])
        report.check('%s.1: apropos finds it' % name,
                     done.returncode == 0 and '"%s - ' % name in done.stdout, done.stdout)


def completed(program, *words):
    """What a person who presses Tab after @words is offered."""
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
              '_imbytes "$1" "${COMP_WORDS[COMP_CWORD]}"; printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(['bash', '-c', script, 'bash', COMPLETION, program, *words],
                          capture_output=True, text=True, cwd=harness.folder('completion'),
                          timeout=harness.GUARD)
    return [line for line in done.stdout.split('\n') if line], done.stderr


def test_completion():
    with open(os.path.join(harness.folder('completion'), 'my film.mp4'), 'w'):
        pass
    for program in PROGRAMS:
        name = os.path.basename(program)
        offered, said = completed(program, '--')
        report.check('%s --<Tab>: the options that --help has' % name,
                     [each.rstrip('=') for each in offered if each not in (
                         '--help', '--help-all', '--help-gst')] == options_of(program) and not said,
                     str(offered) + said)
        offered, said = completed(program, 'my')
        report.check('%s my<Tab>: a file' % name, offered == ['my film.mp4'] and not said,
                     str(offered) + said)
        registered = harness.run(['bash', '-c', 'source "$1"; complete -p "$2"', 'bash',
                                  COMPLETION, name])
        report.check('%s: bash asks for it' % name, '_imbytes' in registered.stdout,
                     registered.stderr)
    grab = os.path.join(harness.BUILD, 'grab', 'imbytes-grab')
    for words, want in ((('--format', ''), ['jpeg', 'png']), (('--format', '=', 'j'), ['jpeg']),
                        (('--format', '='), ['jpeg', 'png']), (('--wi',), ['--width='])):
        offered, said = completed(grab, *words)
        report.check('imbytes-grab %s<Tab>' % ' '.join(words), offered == want and not said,
                     str(offered) + said)
    offered, said = completed(grab, '--test-pattern', 'sm')
    report.check('--test-pattern <Tab>: those of videotestsrc',
                 'smpte' in offered and 'smpte75' in offered and 'ball' not in offered,
                 str(offered) + said)


if not PROGRAMS or 'IMBYTES_SANITIZED' in os.environ:
    report.skip('install', 'looked at where all is built, without sanitizers')
    report.finish()
report.run(test_pages, test_completion)
