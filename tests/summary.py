#!/usr/bin/env python3
# imbytes: adds up the test cases in a log of `meson test`.
#
# Meson counts programs. Each program of ours counts its cases, in its last
# line or, for gst-check, in a line of its own; a program that ended badly
# without saying so is one failure more.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import json
import re
import sys

OURS = re.compile(r'^(\d+) passed, (\d+) failed, (\d+) skipped$', re.M)
CHECK = re.compile(r'^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)$', re.M)
SKIPPED = re.compile(r'^skipped: (.*)$', re.M)
SKIPPED_CASE = re.compile(r'^skip (.*: .*)$', re.M)


def cases(test):
    """(passed, failed, skipped) of one program."""
    output = test.get('stdout') or ''
    total = [0, 0, 0]
    for found in OURS.findall(output):
        total = [a + int(b) for a, b in zip(total, found)]
    for checks, failures, errors in CHECK.findall(output):
        failed = int(failures) + int(errors)
        skipped = len(SKIPPED.findall(output))
        total[0] += int(checks) - failed - skipped
        total[1] += failed
        total[2] += skipped
    if test['result'] in ('SKIP', 'EXPECTEDFAIL') and not any(total):
        total[2] = 1
    elif test['result'] != 'OK' and test['result'] != 'SKIP' and not total[1]:
        total[1] = 1
    elif not any(total):
        total[0 if test['returncode'] == 0 else 1] = 1
    return total


def report(test):
    """What a program that failed had to say."""
    print('\n--- %s (%s)' % (test['name'], test['result']))
    lines = ((test.get('stdout') or '') + (test.get('stderr') or '')).splitlines()
    shown = [line for line in lines if not line.startswith('ok ')]
    print('\n'.join(shown[-60:]))


def skips(test):
    """What a program skipped, and why."""
    output = test.get('stdout') or ''
    return ['%s: %s' % (test['name'], why)
            for why in SKIPPED.findall(output) + SKIPPED_CASE.findall(output)]


def main(paths):
    total = [0, 0, 0]
    programs = 0
    skipped = []
    for path in paths:
        try:
            with open(path, encoding='utf-8', errors='replace') as log:
                tests = [json.loads(line) for line in log]
        except OSError:
            continue
        for test in tests:
            programs += 1
            counted = cases(test)
            total = [a + b for a, b in zip(total, counted)]
            skipped += skips(test)
            if counted[1]:
                report(test)
    if programs == 0:
        print('no test has run')
        total[1] = 1
    if skipped:
        print('\n--- skipped')
        print('\n'.join(skipped))
    print('\n%d test programs' % programs)
    print('%d passed, %d failed, %d skipped' % tuple(total))
    return 1 if total[1] else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
