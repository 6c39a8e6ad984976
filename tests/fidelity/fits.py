#!/usr/bin/env python3
# imbytes tests: fit=contain, cover and inside are Pillow's ImageOps pad, fit
# and contain; borders, enlarge, pixel aspect ratio.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import report
from imbytes_runner import caps_of, decode, frame_of_codes, pictured, \
    rgb_frame, run
import reference

import numpy as np
from PIL import Image, ImageOps

MEAN = 0.6
BILINEAR = Image.Resampling.BILINEAR
SIZES = [(300, 300), (160, 240), (427, 101), (600, 200), (33, 500), (640, 640)]


def pixels_of(width, height):
    found = reference.photographs(width, height, ('Garden',))
    return found.get('Garden', reference.zone_plate(width, height))


PICTURES = [pixels_of(480, 320), pixels_of(241, 333)]


def every_fit(name, one):
    mean = report.Worst()
    for pixels in PICTURES:
        frame, image = rgb_frame(pixels), Image.fromarray(pixels)
        for width, height in SIZES:
            where = '%dx%d to %dx%d' % (image.size + (width, height))
            got = pictured(frame, fit=name, width=width, height=height)
            mean.take(one(image, got, width, height), where)
    report.check('fit=%s is Pillow\'s' % name, mean.value <= MEAN,
                 'mean %s' % mean)


def same(got, want):
    """The mean distance; never less than any limit where sizes differ."""
    if got.shape != want.shape:
        return 1000.0
    return np.abs(got - want).mean()


def array(image):
    return np.asarray(image, float)


def inside():
    every_fit('inside', lambda image, got, width, height: same(
        got, array(ImageOps.contain(image, (width, height), BILINEAR))))


def cover():
    every_fit('cover', lambda image, got, width, height: same(
        got, array(ImageOps.fit(image, (width, height), BILINEAR))))


def contained(image, got, width, height):
    """Pillow's picture where ours has to be, black around it. Where an odd
    number of pixels is left, ours has the smaller half above or to the left."""
    inner = array(ImageOps.contain(image, (width, height), BILINEAR))
    h, w = inner.shape[:2]
    x, y = (width - w) // 2, (height - h) // 2
    want = np.zeros((height, width, 3))
    want[y:y + h, x:x + w] = inner
    if got.shape != want.shape:
        return 1000.0
    outside = got.copy()
    outside[y:y + h, x:x + w] = 0
    padded = array(ImageOps.pad(image, (width, height), BILINEAR))
    if outside.any() or padded.shape != got.shape:
        return 1000.0
    return max(np.abs(got - want)[y:y + h, x:x + w].mean(),
               np.abs(got - want).mean())


def contain():
    every_fit('contain', contained)


def fill():
    every_fit('fill', lambda image, got, width, height: same(
        got, array(image.resize((width, height), BILINEAR))))


def one_side():
    """The other follows from the aspect ratio."""
    frame, right = rgb_frame(PICTURES[0]), []
    for asked, want in (({'width': 240}, (240, 160)), ({'height': 99}, (149, 99)),
                        ({'width': 961}, (961, 641)), ({}, (480, 320)),
                        ({'width': 960, 'enlarge': False}, (480, 320)),
                        ({'height': 100, 'enlarge': False}, (150, 100)),
                        ({'width': 600, 'height': 600, 'enlarge': False,
                          'fit': 'inside'}, (480, 320))):
        got = pictured(frame, **asked)
        right.append((got.shape[1], got.shape[0]) == want)
    report.check('one side alone, and enlarge=false', all(right), str(right))


def borders():
    """The background's colour, exactly, in both codecs; alpha in PNG."""
    gray = np.full((40, 80, 3), 200, np.uint8)
    frames = {'RGB': rgb_frame(gray), 'I420': frame_of_codes(
        caps_of('I420', 80, 40, colorimetry='bt709'),
        [np.full((40, 80), 188), np.full((20, 40), 128),
         np.full((20, 40), 128)])}
    for name, frame in frames.items():
        for colour in (0xff000000, 0xffffffff, 0xff3366cc):
            rgb = np.array([colour >> 16 & 255, colour >> 8 & 255, colour & 255])
            for format, most in (('png', 0), ('jpeg', 2)):
                got = pictured(frame, format, width=160, height=160,
                               fit='contain', background=colour,
                               **({'quality': 100} if format == 'jpeg' else {}))
                above, middle = got[:32, :, :3], got[56:104, 16:-16, :3]
                worst = max(np.abs(above - rgb).max(),
                            np.abs(got[-32:, :, :3] - rgb).max(),
                            np.abs(middle - 200).max() - (format == 'png'))
                report.check('background %08x of %s in %s'
                             % (colour, name, format), worst <= most,
                             'max %.1f' % worst)
    got = pictured(frames['I420'], width=160, height=160, fit='contain',
                   background=0x80ff0000)
    report.check('transparent borders in PNG', got.shape[2] == 4
                 and (got[:32] == [255, 0, 0, 128]).all()
                 and (got[56:104, ..., 3] == 255).all())


def pixel_aspect():
    """720x576 at 64:45 is shown 1024x576."""
    pixels = pixels_of(360, 288)
    frame = rgb_frame(pixels, pixel_aspect_ratio='64/45')
    got = pictured(frame)
    want = array(Image.fromarray(pixels).resize((512, 288), BILINEAR))
    report.check('pixels are made square', same(got, want) <= MEAN,
                 str(got.shape))
    got = pictured(frame, square_pixels=False)
    report.check('square-pixels=false leaves them', same(got, pixels) == 0)
    got = pictured(frame, fit='contain', width=256, height=256)
    report.check('fits go by the shape that is shown',
                 not got[:55].any() and not got[-55:].any()
                 and got[60:-60].any(axis=(1, 2)).all())


def crop():
    """GstVideoCropMeta by way of videocrop."""
    pixels = PICTURES[0]
    made = run('videocrop left=37 right=80 top=11 bottom=40 ! imbytes '
               'format=png width=200 height=140', [rgb_frame(pixels)])[0][1]
    want = array(Image.fromarray(pixels[11:-40, 37:-80]).resize((200, 140),
                                                               BILINEAR))
    report.check('videocrop ! imbytes', same(decode(made), want) <= MEAN,
                 'mean %.3f' % same(decode(made), want))


if __name__ == '__main__':
    report.run(fill, inside, cover, contain, one_side, borders, pixel_aspect,
               crop)
