#!/usr/bin/env python3
# imbytes tests: PNG of every level and filter, of pictures of every kind, as Pillow,
# OpenCV (libpng), Chromium and pngcheck read it: the pixels that went in.
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
from imbytes_runner import Frame, Gst, caps_of, encode, info_of, rgb_frame, run

import cv2
import numpy as np
from PIL import Image, ImageDraw

LEVELS = range(10)
FILTERS = ('auto', 'none', 'sub', 'up', 'average', 'paeth', 'adaptive')
# GStreamer's name, samples, bytes of each.
FORMATS = (('GRAY8', 1, 1), ('RGB', 3, 1), ('RGBA', 4, 1), ('GRAY16_LE', 1, 2),
           ('RGBA64_LE', 4, 2))
random = np.random.default_rng(18)


def smooth(height, width, samples):
    """A photograph: what is near is alike, and there is some noise."""
    coarse = random.integers(0, 256, (height // 8 + 2, width // 8 + 2, samples), np.uint8)
    large = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    noise = random.integers(-3, 4, (height, width, samples))
    return np.clip(large.reshape(height, width, samples) + noise, 0, 255)


def drawn(height, width, samples):
    """Few colours, straight edges, and rows that come again."""
    pixels = np.full((height, width, samples), 255)
    for _ in range(30):
        x, y = random.integers(0, width), random.integers(0, height)
        pixels[y:y + random.integers(1, 40), x:x + random.integers(1, 90)] = \
            random.integers(0, 4, samples) * 85
    return pixels


def dithered(height, width, samples):
    return np.repeat((random.integers(0, 64, (height, width, 1))
                      < np.arange(width)[None, :, None] % 64) * 255, samples, 2)


def gray(height, width, samples):
    return np.repeat(random.integers(0, 256, (height, width, 1)), samples, 2)


def noise(height, width, samples):
    return random.integers(0, 256, (height, width, samples))


def flat(height, width, samples):
    return np.full((height, width, samples), 200)


def mixed(height, width, samples):
    """All of them, each some rows of its own."""
    kinds = (drawn, smooth, gray, flat, dithered, noise)
    parts = [kind(height // 6 + 1, width, samples) for kind in kinds]
    return np.concatenate(parts)[:height]


def frame_of(pixels, format, size):
    height, width, samples = pixels.shape
    caps = caps_of(format, width, height)
    stride = info_of(caps).stride[0]
    rows = np.zeros((height, stride), np.uint8)
    data = pixels.astype(np.uint8 if size == 1 else '<u2').tobytes()
    rows[:, :width * samples * size] = np.frombuffer(data, np.uint8).reshape(height, -1)
    return Frame(caps, rows.tobytes())


def in_order(pixels):
    """Of OpenCV's array."""
    if pixels.ndim == 2:
        return pixels[..., None]
    return pixels[..., [2, 1, 0, 3][:pixels.shape[2]]]


def what_is_wrong(data, pixels, size, chromium):
    by_opencv = in_order(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED))
    if by_opencv.shape != pixels.shape or (by_opencv != pixels).any():
        return 'OpenCV sees other pixels'
    if chromium and size == 1:
        why = browser.what_is_wrong(chromium.read(data), browser.in_rgba(pixels))
        if why:
            return why
    if size == 1 or pixels.shape[2] == 1:
        by_pillow = np.asarray(Image.open(io.BytesIO(data)))
        if (by_pillow.reshape(pixels.shape) != pixels).any():
            return 'Pillow sees other pixels'
    return None


def test_format(format, samples, size, folder, chromium):
    kinds = (smooth, drawn, dithered, gray, noise, flat, mixed)
    for level in LEVELS:
        wrong = []
        for number, filter in enumerate(FILTERS):
            kind = kinds[(level + number) % len(kinds)]
            # Several strips, rows of any size; one that ends with a single row.
            height, width = random.integers(1, 200), random.integers(1, 900)
            if number == 0:
                kind, height, width = mixed, 305, 640
            pixels = kind(height, width, samples)
            if size == 2:
                pixels = pixels * 257 ^ random.integers(0, 8, pixels.shape)
            data = encode(frame_of(pixels, format, size), compression_level=level,
                          png_filter=filter)
            why = what_is_wrong(data, pixels, size, chromium)
            if why:
                wrong.append('%s, %s, %dx%d: %s' % (filter, kind.__name__, width, height, why))
            with open(os.path.join(folder, '%s-%d-%s.png' % (format, level, filter)), 'wb') as out:
                out.write(data)
        report.check('%s, level %d' % (format, level), not wrong, '; '.join(wrong))


def test_all():
    chromium = browser.open_or_skip()
    with tempfile.TemporaryDirectory() as folder:
        for format, samples, size in FORMATS:
            test_format(format, samples, size, folder, chromium)
        if chromium:
            chromium.close()
        if shutil.which('pngcheck') is None:
            report.skip('pngcheck', 'not installed')
            return
        names = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
        done = subprocess.run(['pngcheck', '-q'] + names, capture_output=True, text=True)
        report.check('pngcheck of %d files' % len(names),
                     len(names) == len(LEVELS) * len(FILTERS) * len(FORMATS)
                     and done.returncode == 0, done.stdout[-300:] + done.stderr[-300:])


def page():
    """Black text on white."""
    image = Image.new('RGB', (640, 360), 'white')
    draw = ImageDraw.Draw(image)
    for i in range(30):
        words = ' '.join(chr(97 + (i * j) % 26) * (1 + j % 5) for j in range(28))
        draw.text((8, 4 + 12 * i), words, fill='black')
    return np.asarray(image)


def test_levels():
    """Each level is no larger than the one before, nor than libpng's file at that level,
    which pngenc writes."""
    pictures = {'text': page(), 'drawn': drawn(360, 640, 3).astype(np.uint8)}
    pictures.update(reference.photographs(640, 360, ('LadyBird', 'Garden')))
    for name, pixels in pictures.items():
        frame = rgb_frame(pixels.astype(np.uint8))
        sizes = [len(encode(frame, compression_level=level)) for level in LEVELS]
        report.check('%s: levels get smaller' % name, all(
            later <= before * 1.002 for before, later in zip(sizes, sizes[1:])), str(sizes))
        if Gst.ElementFactory.find('pngenc') is None:
            report.skip('%s beside pngenc' % name, 'not installed')
            continue
        theirs = [len(run('pngenc compression-level=%d' % level, [frame])[0][1])
                  for level in LEVELS]
        report.check('%s: and are no larger than pngenc\'s' % name, all(
            own <= other for own, other in zip(sizes[1:], theirs[1:])), str(theirs))


report.run(test_all, test_levels)
