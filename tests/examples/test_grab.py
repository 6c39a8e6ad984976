#!/usr/bin/python3
# imbytes tests: examples/grab, in C and in Python.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import io
import os
import re
import signal
import subprocess
import sys
import time

import harness
from harness import report

GRAB = harness.program('grab/imbytes-grab')
GRAB_PY = os.path.join(os.path.dirname(__file__), '..', '..', 'examples', 'grab', 'grab.py')
# Python itself is not built for the sanitizers.
PROGRAMS = {'C': [GRAB]}
if 'IMBYTES_SANITIZED' not in os.environ:
    PROGRAMS['Python'] = [sys.executable, GRAB_PY]


def have_modules():
    try:
        import gi  # noqa: F401
        import PIL  # noqa: F401
        import cv2  # noqa: F401
        return True
    except ImportError:
        return False


def run(program, *arguments):
    return subprocess.run(program + list(arguments), capture_output=True, text=True,
                          timeout=60 * harness.PATIENCE)


def lines_of(process):
    return [line for line in process.stdout.splitlines() if 'bytes' in line]


def test_clip():
    clip = harness.clip()
    if clip is None:
        report.skip('clip', 'no car-detection.mp4 here; set IMBYTES_MEDIA')
        return
    for name, program in PROGRAMS.items():
        done = run(program, clip, '--every', '5', '--width', '320')
        lines = lines_of(done)
        report.check('%s: one every five seconds of the clip' % name,
                     done.returncode == 0 and len(lines) == 7
                     and all('320x180' in line for line in lines), done.stdout + done.stderr)
        done = run(program, clip, '--every', '0', '--count', '30', '--format', 'png',
                   '--width', '64')
        report.check('%s: as many as were asked for' % name,
                     done.returncode == 0 and len(lines_of(done)) == 30
                     and 'image/png' in done.stdout, done.stderr)


def test_bytes():
    from PIL import Image
    folder = harness.folder('grabbed')
    done = run([GRAB], 'test', '--every', '0', '--count', '3', '--output', folder)
    files = sorted(os.listdir(folder))
    sizes = [int(re.search(r'(\d+) bytes', line)[1]) for line in lines_of(done)]
    held = done.returncode == 0 and len(files) == 3
    for file, size in zip(files, sizes):
        with open(os.path.join(folder, file), 'rb') as opened:
            data = opened.read()
        image = Image.open(io.BytesIO(data))
        image.load()
        # The first bar is white.
        held = held and len(data) == size and image.size == (320, 240) \
            and all(abs(v - 255) < 4 for v in image.getpixel((10, 50)))
    report.check('C: files with the bytes it says', held, str(files))
    if 'Python' in PROGRAMS:
        done = run(PROGRAMS['Python'], 'test', '--every', '0', '--count', '2')
        report.check('Python: cv2 and Pillow read them where they lie',
                     all('cv2 (240, 320, 3)' in line and 'Pillow RGB (320, 240)' in line
                         for line in lines_of(done)) and len(lines_of(done)) == 2,
                     done.stdout + done.stderr)


def test_errors():
    nonsense = os.path.join(harness.folder(), 'nonsense.mp4')
    with open(nonsense, 'wb') as file:
        file.write(b'this is no video ' * 1000)
    cases = {'a file that is not there': ('/nowhere/at-all.mp4',),
             'a file that is no video': (nonsense,),
             'a folder that is not there': ('test', '--output', '/nowhere/at/all'),
             'no source': (), 'a negative width': ('test', '--width', '-1'),
             'an unknown format': ('test', '--format', 'gif'),
             'too much quality': ('test', '--quality', '101')}
    for program_name, program in PROGRAMS.items():
        for name, arguments in cases.items():
            if program_name == 'Python' and '--output' in arguments:
                continue
            done = run(program, *arguments)
            report.check('%s: %s' % (program_name, name),
                         done.returncode != 0 and len(done.stderr) > 20
                         and 'Traceback' not in done.stderr, done.stderr[-200:])


def test_signal():
    for name, program in PROGRAMS.items():
        process = harness.start(program + ['test', '--every', '0.1'])
        seen = harness.wait_until(lambda: harness.log(process).count('bytes') > 1
                                  or not time.sleep(0.1) and process.poll() is not None, 20)
        status = harness.stop(process, signal.SIGINT)
        report.check('%s: ends cleanly on Ctrl-C' % name, seen and status == 0,
                     '%s: %s' % (status, harness.log(process)[-200:]))


if not have_modules():
    report.skip('grab', 'no Python modules gi, PIL, cv2 here')
    report.finish()
report.run(test_clip, test_bytes, test_errors, test_signal)
