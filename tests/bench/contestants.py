# imbytes bench: who takes part, and the command line of each.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import ctypes.util
import functools
import importlib.util
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# ffmpeg's quantiser whose bytes are nearest to those of libjpeg's quality.
MJPEG_QUANTISER = {75: 3, 85: 2, 95: 1}


class Programs:
    """The built programs, and what there is on this system."""

    def __init__(self, build):
        self.build = build

    def path(self, name):
        return os.path.join(self.build, 'tests', 'bench', name)

    @functools.lru_cache(maxsize=None)
    def exists(self, element, *properties):
        """Whether GStreamer has the element and it has the property."""
        return subprocess.run(
            [self.path('bench-gst'), '--exists', element, *properties],
            stdin=subprocess.DEVNULL, capture_output=True).returncode == 0

    def gst(self, frames, pipeline, **more):
        return [self.path('bench-gst'), 'frames=' + frames.path,
                'caps=' + frames.caps, 'pipeline=' + pipeline] + [
                    '%s=%s' % item for item in more.items()]

    def imbytes(self, work, threads):
        pipeline = 'imbytes format=%s' % work.codec
        if not work.own_size:
            pipeline += ' width=%d height=%d' % work.out
        pipeline += ' %s=%d' % (
            'quality' if work.codec == 'jpeg' else 'compression-level', work.level)
        if self.exists('imbytes', 'n-threads'):
            pipeline += ' n-threads=%d' % threads
        return pipeline

    def threads(self, element, work):
        """`element n-threads=..`, where it has that."""
        if work.threads > 1 and self.exists(element, 'n-threads'):
            return '%s n-threads=%d' % (element, work.threads)
        return element


def _imbytes(programs, work, frames):
    return programs.gst(frames, programs.imbytes(work, work.threads))


def _imbytes_1(programs, work, frames):
    return programs.gst(frames, programs.imbytes(work, 1))


def _core(program, programs, work, frames, **more):
    arguments = {
        'frames': frames.path, 'format': work.format, 'in': '%dx%d' % work.size,
        'out': '%dx%d' % work.out, 'codec': work.codec, 'threads': work.threads,
        'quality' if work.codec == 'jpeg' else 'level': work.level,
        'matrix': frames.matrix, **more}
    return [programs.path(program)] + ['%s=%s' % item for item in arguments.items()]


def _scaled(programs, work):
    """What users write in front of an encoder."""
    parts = [programs.threads('videoconvert', work)]
    if not work.own_size:
        parts += [programs.threads('videoscale', work),
                  'video/x-raw,width=%d,height=%d' % work.out]
    return ' ! '.join(parts) + ' ! '


def _jpegenc(programs, work, frames):
    return programs.gst(
        frames, _scaled(programs, work) + 'jpegenc quality=%d' % work.level)


def _jpegenc_right(programs, work, frames):
    convert = programs.threads('videoconvertscale', work)
    if not programs.exists('videoconvertscale'):
        convert = '%s ! %s' % (programs.threads('videoconvert', work),
                               programs.threads('videoscale', work))
    return programs.gst(
        frames, '%s ! video/x-raw,format=I420,width=%d,height=%d,'
        'colorimetry=1:4:0:0 ! jpegenc quality=%d'
        % (convert, *work.out, work.level))


def _avenc_mjpeg(programs, work, frames):
    return programs.gst(
        frames, _scaled(programs, work)
        + 'avenc_mjpeg threads=1 qmin=%d qmax=%d'
        % ((MJPEG_QUANTISER[work.level],) * 2))


def _pngenc(level, programs, work, frames):
    if level is None:
        level = work.level
    return programs.gst(
        frames, _scaled(programs, work) + 'pngenc compression-level=%d' % level)


def _peer(what, variant, programs, work, frames):
    return [sys.executable, os.path.join(HERE, 'peers.py'), what] + [
        '%s=%s' % item for item in {
            'variant': variant, 'frames': frames.path, 'format': work.format,
            'in': '%dx%d' % work.size, 'out': '%dx%d' % work.out,
            'codec': work.codec, 'level': work.level, 'threads': work.threads,
            'quantiser': MJPEG_QUANTISER.get(work.level, 3)}.items()]


class Contestant:
    def __init__(self, name, label, command, codecs='jpeg png', formats='',
                 threads=(1, 2), there=lambda programs: True, usual=False):
        self.name, self.label, self.command = name, label, command
        self._codecs, self._formats, self._threads = codecs, formats, threads
        self._there, self.usual = there, usual

    def can(self, programs, work):
        return (work.codec in self._codecs.split()
                and (not self._formats or work.format in self._formats.split())
                and work.threads in self._threads and self._there(programs))


def _part(function, *arguments):
    return functools.partial(function, *arguments)


def _module(*names):
    return lambda programs: all(importlib.util.find_spec(n) for n in names)


def _element(*names):
    return lambda programs: all(programs.exists(n) for n in names)


CV_FORMATS = 'I420 NV12 YUY2 RGB'


def _opencv(name, label, variant, **more):
    return Contestant(name, label, _part(_peer, 'opencv', variant),
                      formats=CV_FORMATS, there=_module('cv2', 'numpy'), **more)


def _pillow(name, label, variant, **more):
    return Contestant(name, label, _part(_peer, 'pillow', variant),
                      formats=CV_FORMATS, there=_module('cv2', 'numpy', 'PIL'),
                      **more)


def _ffmpeg(name, flags):
    return Contestant(name, 'ffmpeg scale=flags=%s, mjpeg (process)' % flags,
                      _part(_peer, 'ffmpeg', flags), codecs='jpeg', threads=(1,),
                      formats='I420 NV12 YUY2 P010_10LE',
                      there=lambda programs: shutil.which('ffmpeg'))


IMBYTES = Contestant('imbytes', 'imbytes', _imbytes)

ALL = [
    IMBYTES,
    Contestant('imbytes-1', 'imbytes, 1 thread', _imbytes_1, threads=(2,),
               usual=True),
    Contestant('core', "imbytes' core, without GStreamer",
               _part(_core, 'bench-core')),
    Contestant('limit', 'limit: libjpeg-turbo on ready planes + one read',
               lambda p, w, f: _core('bench-limit', p, w, f, read=1),
               codecs='jpeg', threads=(1,), usual=True),
    Contestant('libjpeg', 'libjpeg-turbo on ready planes',
               lambda p, w, f: _core('bench-limit', p, w, f, read=0),
               codecs='jpeg', threads=(1,)),
    Contestant('jpegenc', 'videoconvert ! videoscale ! jpegenc', _jpegenc,
               codecs='jpeg', there=_element('jpegenc'), usual=True),
    Contestant('jpegenc-right', 'videoconvertscale, right colours ! jpegenc',
               _jpegenc_right, codecs='jpeg', there=_element('jpegenc'),
               usual=True),
    Contestant('avenc_mjpeg', 'videoconvert ! videoscale ! avenc_mjpeg',
               _avenc_mjpeg, codecs='jpeg', threads=(1,),
               there=_element('avenc_mjpeg')),
    Contestant('pngenc-default', 'videoconvert ! pngenc (its own level, 6)',
               _part(_pngenc, 6), codecs='png', there=_element('pngenc')),
    Contestant('pngenc', 'videoconvert ! pngenc, the same level',
               _part(_pngenc, None), codecs='png', there=_element('pngenc'),
               usual=True),
    _opencv('opencv-area', 'OpenCV resize (AREA) + imencode', 'area', usual=True),
    _opencv('opencv-linear', 'OpenCV resize (LINEAR) + imencode', 'linear'),
    _opencv('opencv-area-bgr', 'the same, AREA, frames in BGR before', 'area-ready'),
    _opencv('opencv-linear-bgr', 'the same, LINEAR, frames in BGR before',
            'linear-ready'),
    _pillow('pillow', 'Pillow resize (BILINEAR) + save', 'bilinear', usual=True),
    _pillow('pillow-rgb', 'the same, frames in RGB before', 'bilinear-ready'),
    Contestant('vips-rgb', 'libvips thumbnail + jpegsave, frames in RGB before',
               _part(_peer, 'vips', 'ready'), codecs='jpeg', formats=CV_FORMATS,
               there=lambda p: ctypes.util.find_library('vips')
               and _module('cv2', 'numpy')(p)),
    _ffmpeg('ffmpeg-area', 'area'),
    _ffmpeg('ffmpeg-bilinear', 'bilinear'),
]


def peers_of(work, programs):
    """In the order of the list; those that cannot do it are left out."""
    return [c for c in ALL[1:] if c.can(programs, work)
            and (c.name in work.peers if work.peers else c.usual)]
