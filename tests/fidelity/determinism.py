#!/usr/bin/env python3
# imbytes tests: the same frame gives the same bytes, in every process, whatever
# was in memory before: nothing in a file comes from memory that was not written.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import hashlib
import os
import subprocess
import sys

import report
from imbytes_runner import Frame, caps_of, chain_of, info_of, run

import numpy as np

WIDTHS = (1, 17, 33, 321, 426)
FORMATS = ('I420', 'NV12', 'RGB', 'YUY2', 'RGBA', 'GRAY8', 'P010_10LE', 'v210')
POISON = ('0', '1', '85', '170', '255')
OPTIONS = {
    'jpeg': [{}, {'quality': 100, 'subsampling': '4:4:4'},
             {'subsampling': '4:2:2'}, {'progressive': True}],
    'png': [{}, {'compression_level': 6}, {'compression_level': 3,
                                           'png_filter': 'adaptive'}],
}
SIZES = [{}, {'width': 33, 'height': 17}, {'width': 321, 'height': 77},
         {'width': 426, 'height': 240, 'fit': 'contain'}]


def frame_of(format, width):
    """Every byte of the buffer is random, padding and all, and the same in
    each process."""
    caps = caps_of(format, width, width * 3 // 4 + 1, colorimetry='bt709') \
        if 'RGB' not in format and format != 'GRAY8' else \
        caps_of(format, width, width * 3 // 4 + 1)
    rng = np.random.default_rng(width)
    return Frame(caps, rng.integers(0, 256, info_of(caps).size,
                                    np.uint8).tobytes())


def child():
    for format in FORMATS:
        for width in WIDTHS:
            frame = frame_of(format, width)
            for codec, options in OPTIONS.items():
                digest = hashlib.sha256()
                for k, option in enumerate(options):
                    size = SIZES[(k + width) % len(SIZES)]
                    # The second frame goes through memory that is not fresh.
                    made = run(chain_of(codec, dict(option, **size)),
                               [frame, frame])
                    digest.update(made[0][1])
                    if made[0][1] != made[1][1]:
                        digest.update(b'second is another')
                print(format, width, codec, digest.hexdigest())


def one_process(poison):
    # Slices of GLib's own are never poisoned.
    # Nor is memory that malloc () maps.
    environment = dict(os.environ, MALLOC_PERTURB_=poison, MALLOC_MMAP_MAX_='0',
                       G_SLICE='always-malloc')
    made = subprocess.run([sys.executable, __file__, '--child'],
                          env=environment, stdout=subprocess.PIPE, text=True,
                          timeout=report.PATIENCE, check=True)
    return {tuple(words[:3]): words[3] for words in
            (line.split() for line in made.stdout.splitlines())}


def same_bytes():
    runs = {poison: one_process(poison) for poison in POISON}
    first = runs[POISON[0]]
    for format in FORMATS:
        for codec in OPTIONS:
            apart = ['width %d with MALLOC_PERTURB_=%s' % (width, poison)
                     for width in WIDTHS for poison, found in runs.items()
                     if found[format, str(width), codec]
                     != first[format, str(width), codec]]
            report.check('%s to %s in %d processes'
                         % (format, codec, len(POISON)), not apart,
                         ', '.join(apart))


def padding_is_not_seen():
    """What lies between the end of a row and the next row's start."""
    seen = []
    for format in FORMATS:
        for width in WIDTHS:
            frame = frame_of(format, width)
            info = frame.info
            if format in ('v210', 'YUY2'):
                continue
            other = bytearray(frame.data)
            for plane in range(info.finfo.n_planes):
                fill_padding(other, info, plane)
            files = [run(chain_of(codec, {}), [f])[0][1]
                     for codec in OPTIONS for f in (frame,
                                                    Frame(frame.caps, other))]
            if files[0] != files[1] or files[2] != files[3]:
                seen.append('%s %d wide' % (format, width))
    report.check('padding of rows is never seen', not seen, ', '.join(seen))


def fill_padding(data, info, plane):
    finfo = info.finfo
    c = [c for c in range(finfo.n_components) if finfo.plane[c] == plane][0]
    columns = (info.width + (1 << finfo.w_sub[c]) - 1) >> finfo.w_sub[c]
    rows = (info.height + (1 << finfo.h_sub[c]) - 1) >> finfo.h_sub[c]
    used, stride = columns * finfo.pixel_stride[c], info.stride[plane]
    for y in range(rows):
        start = info.offset[plane] + y * stride
        data[start + used:start + stride] = bytes(stride - used)


if __name__ == '__main__':
    if '--child' in sys.argv:
        child()
    else:
        report.run(same_bytes, padding_is_not_seen)
