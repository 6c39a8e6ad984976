#!/usr/bin/env python3
# imbytes tests: colours beside alpha of 8 bits are filtered as what is seen of them.
#
# The reference multiplies by alpha, filters and divides again in double precision. Where
# little is seen of a colour, little is known of it: errors are those of what is seen.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import report
from imbytes_runner import Frame, METHODS, caps_of, info_of, pictured
import reference

import numpy as np
from gi.repository import GstVideo

random = np.random.default_rng(8)

# Where R, G, B or Y', Cb, Cr and alpha lie: bytes of a pixel, or planes.
PACKED = {'RGBA': (0, 1, 2, 3), 'ARGB': (1, 2, 3, 0), 'BGRA': (2, 1, 0, 3),
          'ABGR': (3, 2, 1, 0), 'AYUV': (1, 2, 3, 0), 'VUYA': (2, 1, 0, 3)}
PLANES = {'GBRA': (2, 0, 1, 3)}
WIDTH, HEIGHT = 93, 61
SIZES = ((93, 61), (31, 23), (70, 41), (150, 97), (1, 1), (17, 61))
# Of 255: of alpha, and of colours times alpha. Rounded to bytes, both are off by half.
MOST_ALPHA = 0.6
MOST_SEEN = 0.65


def pictures():
    """Name, colours and alpha."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    noise = random.integers(0, 256, (HEIGHT, WIDTH, 4))
    zone = reference.zone_plate(WIDTH, HEIGHT)[:HEIGHT, :WIDTH, :3]
    ramp = (x * 255 // (WIDTH - 1)).astype(int)
    disc = np.where((x - 46) ** 2 + (y - 30) ** 2 < 600, 255, 0)
    return {'noise': (noise[..., :3], noise[..., 3]), 'ramp': (noise[..., :3], ramp),
            'cut out': (zone, disc), 'opaque': (zone, np.full_like(ramp, 255)),
            'faint': (zone, random.integers(0, 9, (HEIGHT, WIDTH)))}


def frame_of(name, colours, alpha):
    caps = caps_of(name, WIDTH, HEIGHT)
    info = info_of(caps)
    samples = [colours[..., i] for i in range(3)] + [alpha]
    out = np.zeros(info.size, np.uint8)
    for component, place in enumerate((PACKED.get(name) or PLANES[name])):
        plane, offset, step = (0, place, 4) if name in PACKED else (place, 0, 1)
        for y in range(HEIGHT):
            at = info.offset[plane] + y * info.stride[plane] + offset
            out[at:at + WIDTH * step:step] = samples[component][y]
    return Frame(caps, out.tobytes())


def rgb_of(name, colours):
    """0 to 255. Small pictures are BT.601 of limited range, where caps do not say."""
    if name not in ('AYUV', 'VUYA'):
        return colours.astype(float)
    meaning = (colours - [16.0, 128.0, 128.0]) / [219.0, 224.0, 224.0]
    return reference.rgb_of_ycbcr(meaning, 'bt601') * 255


def expected(name, colours, alpha, method, width, height):
    part = alpha[..., None] / 255.0
    rgb = rgb_of(name, colours)
    if (width, height) == (WIDTH, HEIGHT):
        return rgb, alpha.astype(float)
    seen = reference.resampled(rgb * part, method, width, height)
    part = reference.resampled(part, method, width, height)
    with np.errstate(divide='ignore', invalid='ignore'):
        return np.where(part > 1e-9, seen / part, 0), part[..., 0] * 255


def test_format(name):
    worst_alpha, worst_seen = report.Worst(), report.Worst()
    for label, (colours, alpha) in pictures().items():
        frame = frame_of(name, colours, alpha)
        for method in METHODS:
            for width, height in SIZES:
                where = '%s, %s, %dx%d' % (label, method, width, height)
                got = pictured(frame, 'png', width=width, height=height, method=method,
                               fit='fill', enlarge=True).astype(float)
                rgb, part = expected(name, colours, alpha, method, width, height)
                part, rgb = np.clip(part, 0, 255), np.clip(rgb, 0, 255)
                opacity = got[..., 3] if got.shape[2] == 4 else np.full(part.shape, 255.0)
                shown = np.abs(got[..., :3] - rgb) * part[..., None] / 255
                # Nothing is left of what is stored as wholly transparent.
                shown[opacity == 0] = 0
                worst_alpha.take(np.abs(opacity - part).max(), where)
                worst_seen.take(shown.max(), where)
    report.check('%s: alpha' % name, worst_alpha.value <= MOST_ALPHA, str(worst_alpha))
    report.check('%s: what is seen' % name, worst_seen.value <= MOST_SEEN, str(worst_seen))


def is_known(name):
    return GstVideo.VideoFormat.from_string(name) != GstVideo.VideoFormat.UNKNOWN


report.run(*[lambda name=name: test_format(name) for name in (*PACKED, *PLANES)
             if is_known(name)])
