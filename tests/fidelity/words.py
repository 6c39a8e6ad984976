#!/usr/bin/env python3
# imbytes tests: packed formats of words, whose samples are read where they lie, make the
# same files as planes with the same samples, which are laid out here.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import report
from imbytes_runner import Frame, caps_of, encode, info_of

import numpy as np

random = np.random.default_rng(210)

# Words of two pixels, or of one, in order: Microsoft's "10-bit and 16-bit YUV Video Formats",
# and of v216 Apple's "Uncompressed Y'CbCr Video in QuickTime Files". Bits are the upper ones.
FORMATS = {'Y210': ('YUYV', '<', 10), 'Y212_LE': ('YUYV', '<', 12),
           'Y212_BE': ('YUYV', '>', 12), 'v216': ('UYVY', '<', 12),
           'Y412_LE': ('UYVA', '<', 12), 'Y412_BE': ('UYVA', '>', 12)}
PLANES = {('YUYV', 10): 'I422_10LE', ('YUYV', 12): 'I422_12LE', ('UYVY', 12): 'I422_12LE',
          ('UYVA', 12): 'Y444_12LE'}
SIZES = ((64, 48), (2, 2), (630, 30), (61, 33), (1, 5))
OPTIONS = ({}, {'subsampling': '4:4:4'}, {'width': 40, 'height': 30, 'method': 'lanczos'},
           {'video_direction': '90r'}, {'subsampling': 'gray'})


def packed_frame(name, planes, width, height):
    order, endian, depth = FORMATS[name]
    caps = caps_of(name, width, height)
    info = info_of(caps)
    # Room for what the last pair of an odd row has behind it.
    words = np.zeros((height, (width + 1) * 4), endian + 'u2')
    for slot, letter in enumerate(order):
        if letter != 'A':
            samples = planes['YUV'.index(letter)]
            if letter == 'Y' and order.count('Y') == 2:
                samples = samples[:, order[:slot].count('Y')::2]
            target = words[:, slot::4]
            target[:, :samples.shape[1]] = samples << (16 - depth)
    rows = words.view(np.uint8).reshape(height, -1)
    out = np.zeros(info.size + 16, np.uint8)
    for y in range(height):
        row = rows[y, :min(rows.shape[1], len(out) - y * info.stride[0])]
        out[y * info.stride[0]:y * info.stride[0] + len(row)] = row
    return Frame(caps, out[:info.size].tobytes())


def planar_frame(name, planes, width, height):
    caps = caps_of(name, width, height)
    info = info_of(caps)
    out = np.zeros(info.size, np.uint8)
    for plane, samples in enumerate(planes):
        data = samples.astype('<u2').view(np.uint8).reshape(samples.shape[0], -1)
        for y in range(samples.shape[0]):
            at = info.offset[plane] + y * info.stride[plane]
            out[at:at + data.shape[1]] = data[y]
    return Frame(caps, out.tobytes())


def test_format(name):
    order, _, depth = FORMATS[name]
    for width, height in SIZES:
        # What an odd row lacks in memory is no matter of imbytes'.
        if order != 'UYVA' and width % 2:
            continue
        chroma = (width + 1) // 2 if order != 'UYVA' else width
        planes = [random.integers(0, 1 << depth, (height, w), np.uint16)
                  for w in (width, chroma, chroma)]
        frames = [packed_frame(name, planes, width, height),
                  planar_frame(PLANES[order, depth], planes, width, height)]
        for codec in ('jpeg', 'png'):
            for options in OPTIONS:
                made = [encode(frame, codec, **options) for frame in frames]
                report.check('%s, %dx%d, %s %s' % (name, width, height, codec, options),
                             made[0] == made[1])


report.run(*[lambda name=name: test_format(name) for name in FORMATS])
