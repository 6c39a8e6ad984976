#!/usr/bin/env python3
# imbytes tests: PQ, HLG and BT.2020 come out as SDR pictures.
#
# What light becomes is documented in gst/core/colourspace.h; here it is written
# down once more, from the standards.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import report
from imbytes_runner import caps_of, frame_of_codes, pictured
import reference

import numpy as np

WHITE = 203.0                   # cd/m2, BT.2408
KNEE = 0.75


def tone(light):
    """Slope 1 up to the knee, then a hyperbola that is 1 at 10000 cd/m2."""
    room, above = 1 - KNEE, 10000 / WHITE - KNEE
    over = np.maximum(light - KNEE, 0)
    rolled = KNEE + over / (1 + over * (1 / room - 1 / above))
    return np.where(light <= KNEE, light, np.minimum(rolled, 1.0))


def shown(nits):
    """cd/m2 in BT.2020 primaries -> sRGB, 0..255. The largest of the three
    goes down the curve and takes the others with it."""
    light = np.maximum(nits / WHITE @ reference.BT709_OF_BT2020.T, 0)
    most = np.maximum(light.max(-1, keepdims=True), 1e-9)
    return reference.srgb_encode(light * tone(most) / most) * 255


COLORIMETRY = {'pq': '2:6:14:7', 'hlg': '2:6:15:7', 'sdr': '2:6:13:7'}
DECODE = {'pq': reference.pq_decode, 'hlg': reference.hlg_decode}


def patches(rgb, kind, format='P010_10LE', depth=10):
    """A frame of one 16x16 patch for each row of @rgb, and its R'G'B' after
    rounding to codes."""
    codes = reference.codes_of_ycbcr(reference.ycbcr_of_rgb(rgb, 'bt2020'),
                                     False, depth)
    planes = []
    for c in range(3):
        side = 8 if c else 16
        planes.append(np.tile(np.repeat(codes[:, c], side), (side, 1)))
    frame = frame_of_codes(caps_of(format, 16 * len(rgb), 16,
                                   colorimetry=COLORIMETRY[kind],
                                   chroma_site='mpeg2'), planes)
    exact = reference.rgb_of_ycbcr(reference.ycbcr_of_codes(
        codes, False, depth), 'bt2020')
    return frame, np.clip(exact, 0, 1)


def seen(picture):
    """Of each patch its middle."""
    return picture[8, 8::16]


def both_codecs(name, frame, want, most_png=1.0, most_jpeg=2.5):
    png = seen(pictured(frame))
    # Luma of the blocks beside it is another, chroma of 4:2:0 in part, too.
    jpeg = seen(pictured(frame, 'jpeg', quality=100, subsampling='4:4:4'))
    report.check(name, np.abs(png - want).max() <= most_png
                 and np.abs(jpeg - want).max() <= most_jpeg,
                 'PNG %.2f, JPEG %.2f' % (np.abs(png - want).max(),
                                          np.abs(jpeg - want).max()))
    return png


def gray_ramps():
    ramp = np.repeat(np.linspace(0, 1, 110)[:, None], 3, 1)
    for kind in ('pq', 'hlg'):
        frame, exact = patches(ramp, kind)
        got = both_codecs('%s gray ramp is as documented' % kind, frame,
                          shown(DECODE[kind](exact)))
        report.check('%s gray is neutral' % kind, np.ptp(got, axis=1).max() <= 1,
                     'apart by %.0f' % np.ptp(got, axis=1).max())
        report.check('%s gray never goes back' % kind,
                     (np.diff(got[:, 1]) >= 0).all()
                     and got[0].max() <= 1 and got[-1].min() >= 250,
                     'from %.0f to %.0f' % (got[0, 1], got[-1, 1]))
        small = pictured(frame, width=440, height=4)[2, 2::4]
        report.check('%s gray ramp, resized' % kind,
                     np.abs(small - got).max() <= 6,
                     'max %.1f' % np.abs(small - got).max())


def reference_white():
    """203 cd/m2: code 0.58 of PQ, 0.75 of HLG."""
    codes = {'pq': float(reference.pq_encode(WHITE)), 'hlg': 0.75}
    want = reference.srgb_encode(tone(np.array(1.0))) * 255
    for kind, code in codes.items():
        frame, _ = patches(np.full((4, 3), code), kind)
        got = seen(pictured(frame))
        report.check('%s reference white is 0.87 of SDR white' % kind,
                     abs(float(tone(np.array(1.0))) - 0.87) < 0.01
                     and np.abs(got - want).max() <= 1.5,
                     '%.1f, %.1f wanted' % (got.mean(), want))


def colours():
    rng = np.random.default_rng(3)
    for kind, most in (('pq', 0.75), ('hlg', 0.95)):
        frame, exact = patches(rng.uniform(0.05, most, (60, 3)), kind)
        both_codecs('%s colours' % kind, frame, shown(DECODE[kind](exact)))


def bt2020_in_sdr():
    """Primaries are converted in linear light; what BT.709 has not is
    clipped."""
    rgb = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.6, 0.3, 0.3],
                    [0.3, 0.6, 0.4], [0.5, 0.5, 0.5], [0.9, 0.8, 0.2],
                    [0.2, 0.3, 0.7]])
    for format, depth in (('P010_10LE', 10), ('I420', 8), ('I420_12LE', 12)):
        frame, exact = patches(rgb, 'sdr', format, depth)
        light = reference.srgb_decode(exact) @ reference.BT709_OF_BT2020.T
        both_codecs('BT.2020 in SDR, %s' % format, frame,
                    reference.srgb_encode(light) * 255)


if __name__ == '__main__':
    report.run(gray_ramps, reference_white, colours, bt2020_in_sdr)
