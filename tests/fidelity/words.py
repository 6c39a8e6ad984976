#!/usr/bin/env python3
# imbytes tests: packed formats of words and of bits of words make the same files as planes
# with the same samples, which are laid out here.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import report
from imbytes_runner import Frame, caps_of, encode, info_of, rgb_frame

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
    words = np.zeros((height, width * 4 // order.count('Y')), endian + 'u2')
    for slot, letter in enumerate(order):
        if letter != 'A':
            samples = planes['YUV'.index(letter)]
            if letter == 'Y' and order.count('Y') == 2:
                samples = samples[:, order[:slot].count('Y')::2]
            words[:, slot::4] = samples << (16 - depth)
    rows = np.zeros((height, info_of(caps).stride[0]), np.uint8)
    data = words.view(np.uint8).reshape(height, -1)
    rows[:, :data.shape[1]] = data
    return Frame(caps, rows.tobytes())


def of_words(name, words, endian, width):
    """Rows of words of 32 bits, each with zeros up to its stride."""
    caps = caps_of(name, width, words.shape[0])
    stride = info_of(caps).stride[0]
    rows = np.zeros((words.shape[0], stride), np.uint8)
    data = words.astype(endian + 'u4').view(np.uint8).reshape(words.shape[0], -1)
    rows[:, :data.shape[1]] = data[:, :stride]
    return Frame(caps, rows.tobytes())


def v210(planes, width, height):
    """Six pixels in four words; Apple's document again."""
    groups = -(-width // 6)
    y, u, v = (np.zeros((height, groups * n), np.uint32) for n in (6, 3, 3))
    y[:, :width], u[:, :planes[1].shape[1]], v[:, :planes[2].shape[1]] = planes
    order = [u[:, 0::3], y[:, 0::6], v[:, 0::3], y[:, 1::6], u[:, 1::3], y[:, 2::6],
             v[:, 1::3], y[:, 3::6], u[:, 2::3], y[:, 4::6], v[:, 2::3], y[:, 5::6]]
    words = np.zeros((height, groups * 4), np.uint32)
    for i in range(4):
        words[:, i::4] = (order[3 * i] | order[3 * i + 1] << 10 | order[3 * i + 2] << 20)
    return of_words('v210', words, '<', width)


def uyvp(planes, width, height):
    """Two pixels in 40 bits, the first in the upper ones; SMPTE ST 2110-20."""
    y, u, v = (plane.astype(np.uint64) for plane in planes)
    pairs = u << 30 | y[:, 0::2] << 20 | v << 10 | y[:, 1::2]
    caps = caps_of('UYVP', width, height)
    rows = np.zeros((height, info_of(caps).stride[0]), np.uint8)
    for i in range(5):
        rows[:, i:width // 2 * 5:5] = pairs >> (32 - 8 * i) & 255
    return Frame(caps, rows.tobytes())


def test_pairs():
    for width, height in ((64, 48), (2, 2), (6, 1), (640, 30), (34, 20)):
        planes = [random.integers(0, 1024, (height, w), np.uint32)
                  for w in (width, width // 2, width // 2)]
        other = planar_frame('I422_10LE', planes, width, height)
        compare('v210', v210(planes, width, height), other)
        compare('UYVP', uyvp(planes, width, height), other)


# Where each component begins in a word of 32 bits, the plane's format, and the order there.
FIELDS = {'Y410': ((10, 0, 20), '<', 'Y444_10LE', (0, 1, 2)),
          'r210': ((20, 10, 0), '>', 'GBR_10LE', (1, 2, 0)),
          'RGB10A2_LE': ((0, 10, 20, 30), '<', 'GBRA_10LE', (1, 2, 0, 3)),
          'BGR10A2_LE': ((20, 10, 0, 30), '<', 'GBRA_10LE', (1, 2, 0, 3))}


def test_fields():
    for name, (places, endian, planar, order) in FIELDS.items():
        for width, height in SIZES:
            samples = [random.integers(0, 1 << (2 if place == 30 else 10), (height, width),
                                       np.uint32) for place in places]
            words = sum(sample << place for sample, place in zip(samples, places))
            # Two bits of alpha are thirds of 1023 as well.
            planes = [samples[i] * (341 if i == 3 else 1) for i in order]
            compare(name, of_words(name, words, endian, width),
                    planar_frame(planar, planes, width, height))


def test_565():
    """Bits come again below: 31 of 31 is 255 of 255."""
    for name in ('RGB16', 'BGR16'):
        for width, height in SIZES:
            pixels = random.integers(0, 1 << 16, (height, width), np.uint16)
            caps = caps_of(name, width, height)
            rows = np.zeros((height, info_of(caps).stride[0]), np.uint8)
            rows[:, :width * 2] = pixels.view(np.uint8).reshape(height, -1)
            five = [(pixels >> shift & 31) * 33 >> 2 for shift in (11, 0)]
            green = (pixels >> 5 & 63) * 65 >> 4
            order = five if name == 'RGB16' else five[::-1]
            compare(name, Frame(caps, rows.tobytes()), rgb_frame(
                np.stack([order[0], green, order[1]], 2).astype(np.uint8)))


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


def compare(name, one, other):
    for codec in ('jpeg', 'png'):
        for options in OPTIONS:
            report.check('%s, %dx%d, %s %s' % (name, one.info.width, one.info.height, codec,
                                               options),
                         encode(one, codec, **options) == encode(other, codec, **options))


def test_format(name):
    order, _, depth = FORMATS[name]
    for width, height in SIZES:
        # GStreamer's rows of an odd width have no room for the last pair.
        if order != 'UYVA' and width % 2:
            continue
        chroma = (width + 1) // 2 if order != 'UYVA' else width
        planes = [random.integers(0, 1 << depth, (height, w), np.uint16)
                  for w in (width, chroma, chroma)]
        compare(name, packed_frame(name, planes, width, height),
                planar_frame(PLANES[order, depth], planes, width, height))


report.run(*[lambda name=name: test_format(name) for name in FORMATS], test_pairs,
           test_fields, test_565)
