#!/usr/bin/env python3
# imbytes tests: planes in tiles, and samples of 10 bits that are packed, make the same files
# as plain planes of the same samples; the tiles are laid out here, plane by plane.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import report
from imbytes_runner import Frame, caps_of, encode, info_of

import numpy as np
from gi.repository import GstVideo

random = np.random.default_rng(128)

# Bytes and rows of a tile, in luma and in chroma; as Linux ("NV12 and tiled formats") and
# GStreamer's video-format documentation give them.
TILES = {'NV12_4L4': ((4, 4), (4, 4)), 'NV12_32L32': ((32, 32), (32, 32)),
         'NV12_64Z32': ((64, 32), (64, 32)), 'NV12_16L32S': ((16, 32), (16, 16)),
         'NV12_8L128': ((8, 128), (8, 128)), 'NV12_10BE_8L128': ((8, 128), (8, 128))}
PACKED = {'NV12_10LE32': 'NV12', 'NV16_10LE32': 'NV16', 'NV12_10LE40': 'NV12',
          'GRAY10_LE32': 'GRAY'}
SIZES = ((64, 48), (2, 2), (1, 1), (61, 33), (322, 270), (200, 131), (640, 97))
OPTIONS = ({}, {'subsampling': '4:4:4'}, {'width': 40, 'height': 30, 'method': 'lanczos'},
           {'video_direction': '90r', 'n_threads': 3}, {'video_direction': 'vert'},
           {'subsampling': 'gray'})


def tiles_in_order(name, across, down):
    """(column, row) of each tile, in the order of memory."""
    if name != 'NV12_64Z32':
        return [(x, y) for y in range(down) for x in range(across)]
    order = []
    for y in range(0, down - 1, 2):
        for x in range(0, across, 2):
            square = [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)]
            order += square if x % 4 == 0 else square[2:] + square[:2]
    if down % 2:
        order += [(x, down - 1) for x in range(across)]
    return order


def big_endian_tens(samples):
    """Rows of samples of 10 bits, each behind the other, the first in the upper bits."""
    bits = (samples[:, :, None] >> np.arange(9, -1, -1) & 1).astype(np.uint8)
    return np.packbits(bits.reshape(samples.shape[0], -1), axis=1)


def little_endian_tens(samples):
    bits = (samples[:, :, None] >> np.arange(10) & 1).astype(np.uint8)
    return np.packbits(bits.reshape(samples.shape[0], -1), axis=1, bitorder='little')


def threes(samples):
    padded = np.pad(samples, ((0, 0), (0, -samples.shape[1] % 3))).astype(np.uint32)
    words = padded[:, 0::3] | padded[:, 1::3] << 10 | padded[:, 2::3] << 20
    return words.astype('<u4').view(np.uint8).reshape(samples.shape[0], -1)


def tiled(name, planes, width, height):
    caps = caps_of(name, width, height)
    info = info_of(caps)
    out = random.integers(0, 256, info.size, np.uint8)
    for plane, samples in enumerate(planes):
        rows = big_endian_tens(samples) if '10BE' in name else samples.astype(np.uint8)
        across, down = info.stride[plane] & 0xffff, info.stride[plane] >> 16
        wide, high = TILES[name][plane]
        whole = np.zeros((max(down * high, rows.shape[0]), across * wide), np.uint8)
        whole[:rows.shape[0], :rows.shape[1]] = rows
        for i, (x, y) in enumerate(tiles_in_order(name, across, down)):
            tile = whole[y * high:(y + 1) * high, x * wide:(x + 1) * wide]
            at = info.offset[plane] + i * wide * high
            out[at:at + wide * high] = tile.ravel()
    return Frame(caps, out.tobytes())


def in_rows(name, rows_of, planes, width, height, **fields):
    caps = caps_of(name, width, height, **fields)
    info = info_of(caps)
    out = np.zeros(info.size, np.uint8)
    for plane, samples in enumerate(planes):
        data = rows_of(samples)
        for y in range(samples.shape[0]):
            at = info.offset[plane] + y * info.stride[plane]
            row = data[y, :min(data.shape[1], info.stride[plane])]
            out[at:at + len(row)] = row[:max(0, info.size - at)]
    return Frame(caps, out.tobytes())


def plain(depth, kind, planes, width, height):
    """The same samples where no unpacker is needed."""
    if kind == 'GRAY':
        return in_rows('GRAY16_LE', as_words(6), planes, width, height, colorimetry='bt601')
    if depth == 8:
        return in_rows('NV12', lambda s: s.astype(np.uint8), planes, width, height)
    if kind == 'NV12':
        return in_rows('P010_10LE', as_words(6), planes, width, height)
    apart = [planes[0], planes[1][:, 0::2], planes[1][:, 1::2]]
    return in_rows('I422_10LE', as_words(0), apart, width, height)


def as_words(shift):
    return lambda samples: (samples << shift).astype('<u2').view(np.uint8).reshape(
        samples.shape[0], -1)


def compare(name, one, other):
    for codec, more in (('jpeg', {}), ('png', {'bit_depth': 8})):
        for options in OPTIONS:
            report.check('%s, %dx%d, %s %s' % (name, one.info.width, one.info.height, codec,
                                               options),
                         encode(one, codec, **options, **more)
                         == encode(other, codec, **options, **more))


def planes_of(kind, depth, width, height):
    across, down = (width + 1) // 2 * 2, height if kind == 'NV16' else (height + 1) // 2
    shapes = [(height, width)] + ([(down, across)] if kind != 'GRAY' else [])
    return [random.integers(0, 1 << depth, shape, np.uint16) for shape in shapes]


def is_known(name):
    return GstVideo.VideoFormat.from_string(name) != GstVideo.VideoFormat.UNKNOWN


def test_tiles(name):
    depth = 10 if '10BE' in name else 8
    for width, height in SIZES:
        planes = planes_of('NV12', depth, width, height)
        compare(name, tiled(name, planes, width, height),
                plain(depth, 'NV12', planes, width, height))


def test_packed(name, kind):
    rows_of = little_endian_tens if '40' in name else threes
    for width, height in SIZES:
        planes = planes_of(kind, 10, width, height)
        # Of limited range, gray of 10 bits is that of 16 whose lower ones are zero.
        fields = {'colorimetry': 'bt601'} if kind == 'GRAY' else {}
        compare(name, in_rows(name, rows_of, planes, width, height, **fields),
                plain(10, kind, planes, width, height))


report.run(*[lambda name=name: test_tiles(name) for name in TILES if is_known(name)],
           *[lambda item=item: test_packed(*item) for item in PACKED.items()
             if is_known(item[0])])
