# imbytes bench: the machine that it ran on, and the versions of everything.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import ctypes
import ctypes.util
import importlib
import os
import platform
import re
import shutil
import subprocess


def _first_line(*command):
    try:
        answer = subprocess.run(command, stdin=subprocess.DEVNULL, text=True,
                                capture_output=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = answer.stdout.splitlines()
    return lines[0].strip() if answer.returncode == 0 and lines else None


def _cpu():
    with open('/proc/cpuinfo') as file:
        text = file.read()
    found = re.search(r'^model name\s*:\s*(.+)$', text, re.MULTILINE)
    return found.group(1) if found else platform.machine()


def _module(name):
    try:
        return getattr(importlib.import_module(name), '__version__', 'there')
    except ImportError:
        return None


def _vips():
    path = ctypes.util.find_library('vips')
    if not path:
        return None
    lib = ctypes.CDLL(path)
    lib.vips_version_string.restype = ctypes.c_char_p
    return lib.vips_version_string().decode()


def _system():
    try:
        return platform.freedesktop_os_release()['PRETTY_NAME']
    except (OSError, AttributeError, KeyError):
        return platform.system()


def _libjpeg():
    folder = _first_line('pkg-config', '--variable=includedir', 'libjpeg')
    for directory in (folder, '/usr/include'):
        for root, _, names in os.walk(directory or '/nowhere'):
            if 'jconfig.h' in names:
                with open(os.path.join(root, 'jconfig.h')) as file:
                    found = re.search(r'LIBJPEG_TURBO_VERSION\s+(\S+)', file.read())
                if found:
                    return found.group(1)
    return _first_line('pkg-config', '--modversion', 'libjpeg')


def describe(programs, cache):
    """A dictionary of short strings; None for what is not there."""
    ffmpeg = shutil.which('ffmpeg') and _first_line('ffmpeg', '-version')
    return {
        'cpu': _cpu(),
        'processors': str(len(os.sched_getaffinity(0))),
        'last-level cache': '%d MiB' % (cache >> 20),
        'system': '%s, %s' % (_system(), platform.machine()),
        'GStreamer': (_first_line(programs.path('bench-gst'), '--version')
                      or '').replace('GStreamer ', '') or None,
        'libjpeg-turbo': _libjpeg(),
        'libpng': _first_line('pkg-config', '--modversion', 'libpng'),
        'ISA-L': _first_line('pkg-config', '--modversion', 'libisal'),
        'OpenCV': _module('cv2'),
        'Pillow': _module('PIL'),
        'libvips': _vips(),
        'ffmpeg': ffmpeg.split()[2] if ffmpeg else None,
    }
