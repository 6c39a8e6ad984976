#!/usr/bin/env python3
# imbytes tests: resizing gives what Pillow and OpenCV give.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import io

import report
from imbytes_runner import METHODS, caps_of, frame_of_codes, info_of, \
    pictured, rgb_frame
import reference

import cv2
import numpy as np
from PIL import Image

# Pillow and OpenCV round between their passes, so that they differ from the
# exact picture, too, and at sharp edges not by little.
MEAN = 0.6
# From the exact picture, in any sample, rounding included.
MOST = 1
# Down 3x, 1.7x and a little, up 2x, and sizes that fill no vector.
WIDTH, HEIGHT = 480, 320
SIZES = [(160, 107), (282, 188), (467, 311), (960, 640), (1, 1), (17, 11),
         (33, 320), (321, 1), (426, 240)]


def pictures():
    found = {'zone plate': reference.zone_plate(WIDTH, HEIGHT)}
    photographs = reference.photographs(WIDTH, HEIGHT)
    if not photographs:
        report.skip('photographs', 'mate-backgrounds is not installed')
    found.update(photographs)
    return found


PICTURES = pictures()


def distance(worst_mean, worst_max, got, want, where):
    if got.shape != want.shape:
        raise AssertionError('%s: %s, not %s' % (where, got.shape, want.shape))
    difference = np.abs(got - want)
    worst_mean.take(difference.mean(), where)
    worst_max.take(difference.max(), where)


def reference_is_pillow():
    rng = np.random.default_rng(1)
    plane = rng.uniform(0, 255, (53, 71)).astype(np.float32)
    worst = report.Worst()
    for method, pillow in reference.PILLOW.items():
        for width, height in [(24, 18), (71, 53), (100, 31), (1, 1), (150, 99)]:
            want = np.asarray(Image.fromarray(plane).resize((width, height),
                                                           pillow))
            got = reference.resampled(plane, method, width, height)
            worst.take(np.abs(got - want).max(), method)
    report.check('the reference is Pillow', worst.value < 0.001, str(worst))


def compared(name, pixels, method, sizes):
    """Against the formula, and against Pillow where it has that method."""
    image, frame = Image.fromarray(pixels), rgb_frame(pixels)
    exact, mean, most = report.Worst(), report.Worst(), report.Worst()
    ignored = report.Worst()
    for width, height in sizes:
        where = '%dx%d' % (width, height)
        got = pictured(frame, width=width, height=height, method=method)
        want = reference.resampled(pixels.astype(float), method, width, height)
        distance(ignored, exact, got, np.rint(np.clip(want, 0, 255)), where)
        if method in reference.PILLOW:
            theirs = image.resize((width, height), reference.PILLOW[method])
            distance(mean, most, got, np.asarray(theirs, float), where)
    report.check('%s, %s against its formula' % (name, method),
                 exact.value <= MOST, 'max %s' % exact)
    if method in reference.PILLOW:
        report.check('%s, %s against Pillow' % (name, method),
                     mean.value <= MEAN, 'mean %s, max %s' % (mean, most))


def against_pillow():
    for name, pixels in PICTURES.items():
        for method in METHODS:
            # Pillow adds up where it takes its nearest samples from: where one
            # lies exactly between two, it takes now this and now that.
            compared(name, pixels, method, SIZES if method != 'nearest' else
                     [size for size in SIZES if not ties(size)])


def ties(size):
    return any(((np.arange(out) * 2 + 1) * whole % (2 * out) == 0).any()
               for out, whole in zip(size, (WIDTH, HEIGHT)))


def gray():
    """GRAY8 stays gray, and is Pillow's L."""
    for method, pillow in reference.PILLOW.items():
        mean = report.Worst()
        for name, pixels in PICTURES.items():
            luma = pixels[..., 1]
            frame = frame_of_codes(
                caps_of('GRAY8', WIDTH, HEIGHT, colorimetry='1:4:0:0'),
                [luma.astype(int)])
            for size in ((160, 64), (321, 203), (700, 467)):
                if method == 'nearest' and ties(size):
                    continue
                want = np.asarray(Image.fromarray(luma).resize(size, pillow),
                                  float)[..., None]
                got = pictured(frame, width=size[0], height=size[1],
                               method=method)
                distance(mean, report.Worst(), got, want,
                         '%s %dx%d' % ((name,) + size))
        report.check('gray, %s against Pillow' % method,
                     0 <= mean.value <= MEAN, 'mean %s' % mean)


def against_opencv():
    for name, pixels in PICTURES.items():
        mean, most = report.Worst(), report.Worst()
        for ratio in (2, 4, 5, 8):
            size = WIDTH // ratio, HEIGHT // ratio
            want = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
            got = pictured(rgb_frame(pixels), width=size[0], height=size[1],
                           method='area')
            distance(mean, most, got, want.astype(float), '1/%d' % ratio)
        report.check('%s, area against INTER_AREA' % name,
                     mean.value <= MEAN and most.value <= 2,
                     'mean %s, max %s' % (mean, most))
        mean, most = report.Worst(), report.Worst()
        for size in ((960, 640), (700, 467), (WIDTH, HEIGHT)):
            want = cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)
            got = pictured(rgb_frame(pixels), width=size[0], height=size[1],
                           method='bilinear')
            distance(mean, most, got, want.astype(float), '%dx%d' % size)
        report.check('%s, bilinear against INTER_LINEAR, enlarging' % name,
                     mean.value <= MEAN, 'mean %s, max %s' % (mean, most))


# Y'CbCr -------------------------------------------------------------------

def planes_of(pixels, name, full, depth, shifts):
    """Codes of Y', Cb, Cr, chroma averaged; what matters is that imbytes and
    the reference start from the same."""
    ycbcr = reference.ycbcr_of_rgb(pixels / 255.0, name)
    step_x, step_y = 1 << shifts[0], 1 << shifts[1]
    height, width = pixels.shape[:2]
    padded = np.pad(ycbcr, ((0, -height % step_y), (0, -width % step_x),
                            (0, 0)), mode='edge')
    small = padded.reshape(padded.shape[0] // step_y, step_y,
                           padded.shape[1] // step_x, step_x, 3).mean((1, 3))
    luma = reference.codes_of_ycbcr(ycbcr, full, depth)[..., 0]
    chroma = reference.codes_of_ycbcr(small, full, depth)
    return [luma, chroma[..., 1], chroma[..., 2]]


def colorimetry_of(name, full):
    return '%d:%d:5:1' % (1 if full else 2, reference.MATRIX_NUMBER[name])


SITES = {'jpeg': (False, False), 'mpeg2': (True, False),
         'cosited': (True, True)}

YCBCR = [('I420', 'bt709', False, 'mpeg2'), ('NV12', 'bt709', False, 'jpeg'),
         ('I420', 'bt601', True, 'jpeg'), ('YUY2', 'bt709', False, 'mpeg2'),
         ('Y444', 'bt2020', False, 'jpeg'), ('NV12', 'bt709', False, 'cosited'),
         ('UYVY', 'smpte240m', False, 'jpeg'), ('Y42B', 'fcc', True, 'mpeg2'),
         ('Y41B', 'bt601', False, 'jpeg'), ('YUV9', 'bt601', False, 'jpeg'),
         ('I420_10LE', 'bt2020', False, 'mpeg2'),
         ('P010_10LE', 'bt709', False, 'mpeg2'),
         ('Y444_12LE', 'bt709', True, 'jpeg')]


def ycbcr_frame(pixels, format, name, full, site):
    height, width = pixels.shape[:2]
    caps = caps_of(format, width, height, chroma_site=site,
                   colorimetry=colorimetry_of(name, full))
    finfo = info_of(caps).finfo
    shifts = finfo.w_sub[1], finfo.h_sub[1]
    planes = planes_of(pixels, name, full, finfo.depth[0], shifts)
    return frame_of_codes(caps, planes), planes, finfo.depth[0], shifts


def from_ycbcr():
    photograph = list(PICTURES.values())[-1]
    for format, name, full, site in YCBCR:
        mean, most = report.Worst(), report.Worst()
        for pixels in (photograph, photograph[:233, :327]):
            frame, planes, depth, shifts = ycbcr_frame(pixels, format, name,
                                                       full, site)
            height, width = pixels.shape[:2]
            for method, size in [
                    ('bilinear', (160, 107)), ('lanczos', (321, 201)),
                    ('bicubic', (426, 182)), ('area', (200, 200)),
                    ('bilinear', (600, 400)), ('bilinear', (width, height)),
                    ('spline36', (100, 400)), ('bilinear', (1, 17))]:
                want = np.rint(reference.rgb_of_planes(
                    planes, *size, method, name, full, depth, shifts,
                    SITES[site]))
                got = pictured(frame, width=size[0], height=size[1],
                               method=method)
                distance(mean, most, got, want, '%s %dx%d' % ((method,) + size))
        report.check('%s %s %s %s to RGB' % (
            format, name, 'full' if full else 'limited', site),
            mean.value <= 0.2 and most.value <= 4,
            'mean %s, max %s' % (mean, most))


def to_jpeg():
    """What is in the file, against what Pillow writes of the exact picture."""
    photograph = list(PICTURES.values())[-1]
    for format, name, full, site in YCBCR[:4] + YCBCR[-3:]:
        frame, planes, depth, shifts = ycbcr_frame(photograph, format, name,
                                                   full, site)
        for size in ((213, 142), (WIDTH, HEIGHT)):
            exact = reference.rgb_of_planes(planes, *size, 'bilinear', name,
                                            full, depth, shifts, SITES[site])
            got = pictured(frame, 'jpeg', width=size[0], height=size[1],
                           quality=95, subsampling='4:4:4')
            theirs = pillow_jpeg(exact, 95, 0)
            ours, pillow = reference.psnr(got, exact), reference.psnr(theirs,
                                                                      exact)
            report.check('JPEG of %s %s at %dx%d' % ((format, site) + size),
                         ours >= pillow - 0.25,
                         '%.2f dB, Pillow %.2f dB' % (ours, pillow))


def pillow_jpeg(pixels, quality, subsampling):
    out = io.BytesIO()
    Image.fromarray(np.rint(pixels).astype(np.uint8)).save(
        out, 'JPEG', quality=quality, subsampling=subsampling)
    return np.asarray(Image.open(out), float)


def every_method_is_here():
    report.check('every method has a reference',
                 set(METHODS) == set(reference.PILLOW) | {'spline36'})


if __name__ == '__main__':
    report.run(reference_is_pillow, every_method_is_here, against_pillow,
               gray, against_opencv, from_ycbcr, to_jpeg)
