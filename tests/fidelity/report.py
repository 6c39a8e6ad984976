# imbytes tests: what a script found, as tests/summary.py reads it.
#
# A case is `ok name`, `FAIL name: why` or `skip name: why`; the last line
# counts them. A script without a Python module it needs is one case skipped.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import math
import os
import sys
import time
import traceback

# Seconds. Only a guard against hanging: what is waited for takes a few at most,
# on a machine that has nothing else to do.
PATIENCE = 300

_counts = {'ok': 0, 'FAIL': 0, 'skip': 0}


def _say(verdict, name, why):
    _counts[verdict] += 1
    print('%-4s %s%s' % (verdict, name, ': ' + why if why else ''), flush=True)


def ok(name, figures=''):
    _say('ok', name, figures)


def fail(name, why):
    _say('FAIL', name, why)


def skip(name, why):
    _say('skip', name, why)


def check(name, held, figures=''):
    _say('ok' if held else 'FAIL', name, figures)
    return held


def run(*cases):
    """Calls each of them; one that raises is a failure, and the rest go on."""
    for case in cases:
        try:
            case()
        except Exception as error:  # whatever it is, the others count too
            fail(case.__name__, '%s: %s' % (type(error).__name__, error))
            traceback.print_exc(file=sys.stdout)
    finish()


def finish():
    print('%d passed, %d failed, %d skipped'
          % (_counts['ok'], _counts['FAIL'], _counts['skip']), flush=True)
    sys.exit(1 if _counts['FAIL'] else 0)


def becomes(condition):
    """Whether @condition() has come to hold; waits for it."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def structure_of(caps):
    """A copy of the first. From 1.26 on, GStreamer's own Python module, where it is
    installed, only lends it."""
    structure = caps.get_structure(0)
    if hasattr(structure, '__enter__'):
        structure = structure.__enter__()
    return structure.copy()


def need(*modules):
    """Ends the script here, as skipped, where a module is missing."""
    # Python and the modules take minutes under valgrind before the first of
    # our own instructions; the core and element tests run under it.
    if 'vgpreload' in os.environ.get('LD_PRELOAD', ''):
        skip(os.path.basename(sys.argv[0]), 'not under valgrind')
        finish()
    for module in modules:
        try:
            __import__(module)
        except ImportError:
            skip(os.path.basename(sys.argv[0]),
                 'no Python module %s here' % module)
            finish()


class Worst:
    """The largest of many figures, and where it was. Without any figure, and with
    one that is no number, it is infinite: no upper bound holds then."""

    def __init__(self):
        self._value, self.where = None, 'nothing was compared'

    @property
    def value(self):
        return math.inf if self._value is None else self._value

    def take(self, value, where):
        value = math.inf if math.isnan(value) else float(value)
        if self._value is None or value > self._value:
            self._value, self.where = value, where

    def __str__(self):
        return '%.3f (%s)' % (self.value, self.where)
