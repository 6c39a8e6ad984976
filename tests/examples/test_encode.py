#!/usr/bin/python3
# imbytes tests: examples/grab/encode.py, against what Pillow and OpenCV make and read.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import io
import os
import resource
import subprocess
import sys
import threading
import time
import warnings

import harness
from harness import report

if 'IMBYTES_SANITIZED' in os.environ:
    report.skip('encode', 'Python itself is not built for the sanitizers')
    report.finish()
report.need('gi', 'numpy', 'PIL', 'cv2')

import cv2
import numpy
from PIL import Image

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      '..', '..', 'examples', 'grab')
sys.path.insert(0, FOLDER)
import encode as module
from encode import Encoder, EncodeError, encode


def picture(height=90, width=121, channels=3, kind=numpy.uint8):
    """Smooth, with every channel different, and no symmetry."""
    y, x = numpy.mgrid[0:height, 0:width].astype(float)
    planes = [numpy.sin(x / (9 + 4 * c) + c) * numpy.cos(y / (13 - 2 * c)) for c in range(4)]
    scaled = [(plane + 1) / 2 * numpy.iinfo(kind).max for plane in planes[:channels]]
    array = numpy.stack(scaled, axis=-1).round().astype(kind)
    return array[:, :, 0] if channels == 1 else array


def by_pillow(data):
    return numpy.asarray(Image.open(io.BytesIO(data)))


def by_cv2(data):
    return cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_UNCHANGED)


def differ(one, other):
    return float('inf') if one.shape != other.shape \
        else numpy.abs(one.astype(float) - other.astype(float)).max()


def test_kinds():
    for name, array in {'gray': picture(channels=1), 'RGB': picture(), 'RGBA': picture(channels=4),
                        'gray of 16 bits': picture(channels=1, kind=numpy.uint16)}.items():
        data = encode(array, 'png')
        want = array if array.ndim == 2 else cv2.cvtColor(
            array, cv2.COLOR_RGB2BGR if array.shape[2] == 3 else cv2.COLOR_RGBA2BGRA)
        report.check('PNG of %s holds the pixels, as OpenCV reads it' % name,
                     differ(by_cv2(data), want) == 0)
        report.check('PNG of %s holds the pixels, as Pillow reads it' % name,
                     differ(by_pillow(data), array) == 0)


def test_order():
    array = picture()
    report.check("bgr=True is OpenCV's order",
                 encode(array, 'png') == encode(array[:, :, ::-1].copy(), 'png', bgr=True)
                 and differ(by_cv2(encode(array, 'png', bgr=True)), array) == 0)


def test_layouts():
    array = picture(60, 81)
    wide = picture(60, 81, 1, numpy.uint16)
    views = {'a slice': array[3:40, 5:60], 'every second pixel': array[::2, ::2],
             'upside down': array[::-1], 'turned': array.transpose(1, 0, 2),
             "Fortran's order": numpy.asfortranarray(array), 'read only': array[1:].copy(),
             'one pixel': array[:1, :1], 'height x width x 1': array[:, :, :1],
             'other endian': wide.astype(wide.dtype.newbyteorder()), 'gray slice': wide[:, 1:78]}
    views['read only'].flags.writeable = False
    for name, view in views.items():
        want = view[:, :, 0] if view.ndim == 3 and view.shape[2] == 1 else view
        report.check('%s is encoded as it is' % name,
                     differ(by_pillow(encode(view, 'png')), want) == 0)
    for width in range(1, 9):
        narrow = picture(7, width)
        report.check('rows of %d pixels' % width,
                     differ(by_pillow(encode(narrow, 'png')), narrow) == 0)
    report.check('a Pillow image is an array, too',
                 encode(Image.fromarray(array), 'png') == encode(array, 'png'))


def test_resize():
    array = picture(360, 640)
    for method, filter in (('bicubic', Image.BICUBIC), ('bilinear', Image.BILINEAR),
                           ('lanczos', Image.LANCZOS), ('area', Image.BOX)):
        want = numpy.asarray(Image.fromarray(array).resize((160, 90), filter))
        report.check('%s is what Pillow makes' % method, differ(by_pillow(encode(
            array, 'png', width=160, height=90, method=method)), want) <= 1)
    want = cv2.resize(array, (160, 90), interpolation=cv2.INTER_AREA)
    report.check("area is OpenCV's INTER_AREA", differ(by_pillow(encode(
        array, 'png', width=160, height=90, method='area')), want) <= 1)


def test_jpeg():
    array = picture(360, 640)
    for quality in (50, 85, 95):
        kept = io.BytesIO()
        Image.fromarray(array).save(kept, 'JPEG', quality=quality)
        data = encode(array, quality=quality)
        report.check('JPEG of quality %d is as large as what Pillow saves, and looks alike' % quality,
                     abs(len(data) / len(kept.getvalue()) - 1) < 0.05
                     and numpy.abs(by_pillow(data).astype(float)
                                   - by_pillow(kept.getvalue())).mean() < 1,
                     '%d bytes, Pillow %d' % (len(data), len(kept.getvalue())))


def test_changes():
    """One pipeline through other sizes, types and properties, each as from a new one."""
    encoder, held, wrong = Encoder('png'), None, []
    for round in range(3):
        for array in (picture(), picture(33, 44, 4), picture(200, 10, 1),
                      picture(65, 99, 1, numpy.uint16), picture(33, 44, 4)):
            for properties in ({}, {'width': 40}, {'width': 50, 'height': 50, 'fit': 'contain',
                                                   'background': 0xff336699}, {}):
                got = encoder.encode(array, **properties)
                fresh = Encoder('png')
                if got != fresh.encode(array, **properties):
                    wrong.append((round, array.shape, properties))
                fresh.close()
        held = held or encoder._pipeline
    report.check('one pipeline for many arrays', not wrong and encoder._pipeline is held, str(wrong))
    encoder.close()
    report.check('after close() it begins anew', differ(
        by_pillow(encoder.encode(picture())), picture()) == 0)


def raised(kind, *words, **call):
    arguments = dict({'array': picture()}, **call)
    began = time.monotonic()
    try:
        encode(**arguments)
        return 'nothing was raised'
    except kind as error:
        missing = [word for word in words if word not in str(error)]
        if missing:
            return '%s: without %s' % (error, missing)
    except Exception as error:
        return '%s: %s' % (type(error).__name__, error)
    # What is wrong is known at once: no wait ran out.
    return '' if time.monotonic() - began < 60 else 'it took too long'


def test_errors():
    rgb = picture()
    cases = {
        'an array of floats': (TypeError, ['float64', 'uint8'], {'array': rgb / 255.}),
        'two channels': (TypeError, ['90 x 121 x 2'], {'array': rgb[:, :, :2]}),
        'one row of numbers': (TypeError, ['121'], {'array': rgb[0, :, 0]}),
        'no array': (TypeError, ['one number'], {'array': None}),
        'no pixels': (ValueError, ['0 x 121'], {'array': rgb[:0]}),
        'another format': (ValueError, ['gif'], {'format': 'gif'}),
        'no such property': (TypeError, ['colour'], {'colour': 3}),
        'a property that is read': (TypeError, ['stats'], {'stats': 3}),
        'snapshot': (TypeError, ['snapshot'], {'snapshot': True}),
        'too much quality': (ValueError, ['0', '100', '101'], {'quality': 101}),
        'no number': (TypeError, ['width', "'wide'"], {'width': 'wide'}),
        'no such fit': (ValueError, ['cover', "'zoom'"], {'fit': 'zoom'}),
        'more pixels than JPEG has': (EncodeError, ['65500'], {'width': 70000, 'height': 10}),
        'fewer bytes than can be': (EncodeError, ['max-bytes=100'], {'max_bytes': 100}),
        'fewer bytes, once more': (EncodeError, [], {'max_bytes': 100}),
        'a frame that was not asked for': (EncodeError, ['left'], {'on_request': True})}
    for name, (kind, words, call) in cases.items():
        why = raised(kind, *words, **call)
        report.check('%s: an exception that says so' % name, not why, why)
        report.check('%s: the next array is encoded' % name,
                     differ(by_pillow(encode(rgb, 'png')), rgb) == 0
                     and by_pillow(encode(rgb)).shape == rgb.shape)


def test_warnings():
    """What imbytes warns of with an image is Python's warning at the next call."""
    encoder = Encoder()
    encoder.encode(picture(), video_direction='custom')
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter('always')
        encoder.encode(picture(), video_direction='custom')
    report.check('warnings', any('custom' in str(each.message) for each in said), str(said))


def test_threads():
    wrong = []

    def work(number):
        array = picture(40 + number, 60)
        want = array if number % 2 else array[:, :, ::-1]
        for _ in range(50):
            got = by_pillow(encode(array, 'png', bgr=not number % 2))
            if differ(got, want) != 0:
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(harness.GUARD)
    report.check('eight threads at once', not wrong and not any(
        thread.is_alive() for thread in threads), str(wrong))


def test_memory():
    """None of an array stays: each has 6 MB."""
    array = picture(1080, 1920)

    def resident():
        with open('/proc/self/statm') as file:
            return int(file.read().split()[1]) * resource.getpagesize() / 1e6

    for _ in range(20):
        encode(array, width=64)
    before = resident()
    for _ in range(150):
        encode(array, width=64)
    grown = resident() - before
    report.check('900 MB of arrays leave nothing behind', grown < 60, '%.0f MB' % grown)


def script(text):
    return subprocess.run([sys.executable, '-c', text], capture_output=True, text=True,
                          timeout=harness.GUARD, env=dict(os.environ, PYTHONPATH=FOLDER))


def test_end():
    done = script('import numpy, encode\n'
                  'one = encode.Encoder()\n'
                  'one.encode(numpy.zeros((8, 8), "u1"))\n'
                  'encode.encode(numpy.zeros((8, 8), "u1"))\n')
    report.check('a script that only encodes ends, and says nothing',
                 done.returncode == 0 and not done.stderr and not done.stdout, done.stderr)


def test_fork():
    done = script('import numpy, encode, os\n'
                  'encode.encode(numpy.zeros((8, 8), "u1"))\n'
                  'if os.fork() == 0:\n'
                  '  try: encode.encode(numpy.zeros((8, 8), "u1"))\n'
                  '  except encode.EncodeError as error: print(error, flush=True)\n'
                  '  os._exit(0)\n'
                  'os.wait()\n')
    report.check("after fork an exception says to use 'spawn'",
                 'spawn' in done.stdout and done.returncode == 0, done.stdout + done.stderr)


def test_without_module():
    """Without GStreamer's own Python module a map is a copy, and read only."""
    gst, made = module.Gst, []

    class Plain:
        """A buffer as Python has it without that module."""
        def __init__(self, real):
            self.real = real

        def map(self, flags):
            mapped, info = self.real.map(gst.MapFlags.READ)
            self.info = info
            return mapped, type('Info', (), {'data': b''})()

        def unmap(self, _):
            self.real.unmap(self.info)

        def fill(self, offset, data):
            return self.real.fill(offset, data)

    class Buffers:
        @staticmethod
        def new_allocate(*arguments):
            made.append(gst.Buffer.new_allocate(*arguments))
            return Plain(made[-1])

    wrong = []
    fake = type('Gst', (), {'Buffer': Buffers, 'MapFlags': gst.MapFlags})
    for array in (picture(9, 7), picture(9, 7)[::-1, 1:], picture(9, 7, 1, numpy.uint16),
                  picture(9, 7, 1, numpy.dtype('>u2')), picture(9, 7, 4).transpose(1, 0, 2)):
        module.Gst = fake
        try:
            module.buffer_of(array)
        finally:
            module.Gst = gst
        want = module.buffer_of(array)
        got = made[-1].extract_dup(0, made[-1].get_size())
        row = len(got) // array.shape[0]
        used = array[0].size * array.itemsize
        for y in range(array.shape[0]):
            if got[y * row:y * row + used] != want.extract_dup(y * row, used):
                wrong.append((array.shape, y))
    report.check("the same frames without GStreamer's own Python module",
                 len(made) == 5 and not wrong, str(wrong))


report.run(test_kinds, test_order, test_layouts, test_resize, test_jpeg, test_changes,
           test_errors, test_warnings, test_threads, test_memory, test_end, test_fork,
           test_without_module)
