#!/usr/bin/env python3
# imbytes tests: PNG in the fewest bits, beside optipng, and as Pillow, OpenCV, pngcheck and
# Chromium read it: the pixels that went in.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import io
import os
import shutil
import subprocess
import tempfile

import browser
import report
import reference
from imbytes_runner import Frame, caps_of, encode, info_of

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 640, 360
FORMATS = {1: 'GRAY8', 3: 'RGB', 4: 'RGBA'}
LEVELS = (0, 1, 2, 5, 8, 9)
random = np.random.default_rng(182)


def frame_of(pixels):
    """Of height x width x samples, bytes or words."""
    height, width, samples = pixels.shape
    deep = pixels.dtype.itemsize == 2
    name = {1: 'GRAY16_LE', 4: 'RGBA64_LE'}[samples] if deep else FORMATS[samples]
    caps = caps_of(name, width, height)
    stride = info_of(caps).stride[0]
    rows = np.zeros((height, stride), np.uint8)
    data = np.frombuffer(pixels.tobytes(), np.uint8).reshape(height, -1)
    rows[:, :data.shape[1]] = data
    return Frame(caps, rows.tobytes())


def text(smooth):
    image = Image.new('L', (WIDTH, HEIGHT), 255)
    draw = ImageDraw.Draw(image)
    draw.fontmode = 'L' if smooth else '1'
    path = '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'
    font = ImageFont.truetype(path, 14) if os.path.exists(path) else None
    for i in range(20):
        draw.text((8, 4 + 17 * i), 'Each row of this page has words, and number %d.' % i,
                  fill=0, font=font)
    return np.asarray(image)[..., None]


def with_alpha(colours, alpha):
    return np.concatenate([colours, np.broadcast_to(alpha, colours.shape[:2] + (1,))], 2)


def pictures():
    photograph = reference.photographs(WIDTH, HEIGHT, ('LadyBird',)).get('LadyBird')
    if photograph is None:
        photograph = random.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    image = Image.fromarray(photograph)
    circle = ((np.arange(WIDTH) - 320) ** 2 + (np.arange(HEIGHT)[:, None] - 180) ** 2
              < 10000)[..., None]
    dithered = np.asarray(image.convert('1')).astype(np.uint8)[..., None] * 255
    colours = np.asarray(image.quantize(256).convert('RGB'))
    gray = np.asarray(image.convert('L'))[..., None]
    # Black is no colour of the photograph's any more.
    bright = np.maximum(photograph, 1)
    return {
        'a photograph': photograph,
        'text': np.repeat(text(True), 3, 2),
        'text without gray': np.repeat(text(False), 3, 2),
        'dithered': np.repeat(dithered, 3, 2),
        '256 colours': colours,
        '16 colours': np.asarray(image.quantize(16).convert('RGB')),
        '3 colours': np.asarray(image.quantize(3).convert('RGB')),
        'gray as RGB': np.repeat(gray, 3, 2),
        'gray': gray,
        'four grays': gray // 64 * 85,
        'opaque': with_alpha(photograph, np.uint8(255)),
        'opaque gray': with_alpha(np.repeat(gray, 3, 2), np.uint8(255)),
        'cut out': with_alpha(bright * circle, circle.astype(np.uint8) * 255),
        'cut out, colours kept': with_alpha(photograph, circle.astype(np.uint8) * 255),
        'cut out, few colours': with_alpha(colours // 64 * 85, circle.astype(np.uint8) * 255),
        'translucent': with_alpha(photograph, np.arange(WIDTH, dtype=np.uint8)[:, None] // 3),
        'flat': np.full((HEIGHT, WIDTH, 3), 77, np.uint8),
        '16 bits': (gray.astype(np.uint16) << 8) + 3,
        '16 bits that 8 hold': gray.astype(np.uint16) * 257,
        '16 bits, colours that 8 hold':
            with_alpha(photograph, np.uint8(255)).astype(np.uint16) * 257,
    }


def form_of(data):
    """Type and bits of a sample."""
    return data[25], data[24]


def bits_of(data):
    kind, depth = form_of(data)
    return {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind] * depth


def by_optipng(data):
    """Its file of these pixels, with all reductions that it knows."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ('in.png', 'out.png')]
        with open(paths[0], 'wb') as file:
            file.write(data)
        subprocess.run(['optipng', '-quiet', '-o1', '-force', '-out', paths[1], paths[0]],
                       check=True, capture_output=True)
        with open(paths[1], 'rb') as file:
            return file.read()


def test_reductions():
    """As many bits a pixel as optipng takes, or fewer, and the pixels as Pillow reads them."""
    for name, pixels in pictures().items():
        frame = frame_of(pixels)
        plain = encode(frame)
        reduced = encode(frame, png_reduce='true')
        if shutil.which('optipng') is None:
            report.skip('%s beside optipng' % name, 'not installed')
        else:
            theirs = by_optipng(plain)
            report.check('%s: bits of a pixel' % name, bits_of(reduced) <= bits_of(theirs),
                         '%d, optipng %d; %d bytes, optipng %d, unreduced %d' % (
                             bits_of(reduced), bits_of(theirs), len(reduced), len(theirs),
                             len(plain)))
        report.check('%s: no larger' % name, len(reduced) <= len(plain) + 40,
                     '%d, %d' % (len(reduced), len(plain)))
        if pixels.dtype == np.uint8:
            image = Image.open(io.BytesIO(reduced))
            report.check('%s: pixels' % name,
                         (np.asarray(image.convert('RGBA')) == browser.in_rgba(pixels)).all())


def test_levels_and_threads():
    """The same pixels at each level, and the same bytes on one thread."""
    for name in ('text', '256 colours', 'cut out', 'four grays'):
        pixels = pictures()[name]
        for level in LEVELS:
            made = [encode(frame_of(pixels), png_reduce='true', compression_level=level,
                           n_threads=threads) for threads in (1, 4)]
            image = Image.open(io.BytesIO(made[0]))
            report.check('%s, level %d' % (name, level), made[0] == made[1] and
                         (np.asarray(image.convert('RGBA')) == browser.in_rgba(pixels)).all())


def test_readers():
    chromium = browser.open_or_skip()
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, pixels) in enumerate(pictures().items()):
            data = encode(frame_of(pixels), png_reduce='true', compression_level=2)
            with open(os.path.join(folder, '%d.png' % number), 'wb') as file:
                file.write(data)
            if chromium and pixels.dtype == np.uint8:
                why = browser.what_is_wrong(chromium.read(data), browser.in_rgba(pixels))
                report.check('%s in Chromium' % name, why is None, why or '')
        names = [os.path.join(folder, name) for name in os.listdir(folder)]
        if shutil.which('pngcheck') is None:
            report.skip('pngcheck', 'not installed')
        else:
            done = subprocess.run(['pngcheck', '-q'] + names, capture_output=True, text=True)
            report.check('pngcheck of %d files' % len(names), done.returncode == 0,
                         done.stdout[-300:] + done.stderr[-300:])
    if chromium:
        chromium.close()


report.run(test_reductions, test_levels_and_threads, test_readers)
