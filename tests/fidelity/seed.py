#!/usr/bin/env python3
# imbytes tests: a JPEG file, resized and coded again: imbytes, OpenCV, Pillow.
#
#   filesrc location=test.jpg ! jpegdec ! imbytes width=500 height=500 ! appsink
#   cv2.imencode (".jpg", cv2.resize (cv2.imread ("test.jpg"), (500, 500)))
#   Image.open ("test.jpg").resize ((500, 500)).save (buf, "JPEG")
#
# OpenCV and Pillow decode with libjpeg's islow, jpegdec with ifast unless it is
# told otherwise, and that alone is 0.7 of 255. So jpegdec is told; as it is, it
# is compared with what Pillow makes of the same decoded picture.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import io
import os
import tempfile

import report
from imbytes_runner import Frame, Gst, codes_of_frame, decode, run
import reference

import cv2
import numpy as np
from PIL import Image

# Before coding, of 255.
MEAN = 0.6
QUALITY = 90


def picture(width, height):
    """A photograph with detail in every pixel, or rings."""
    found = reference.photographs(width, height, ('LadyBird',))
    if not found:
        report.skip('a photograph', 'mate-backgrounds is not installed')
        # Not so fine that it is aliased in the chroma of 4:2:0 already.
        return reference.zone_plate(width * 2, height * 2)[:height, :width]
    return found['LadyBird']


def ours(path, decoder='jpegdec idct-method=islow', **properties):
    words = ' '.join('%s=%s' % item for item in properties.items())
    return run('filesrc location="%s" ! %s ! imbytes width=500 height=500 '
               '%s' % (path, decoder, words))[0][1]


def opencv(path, interpolation):
    image = cv2.resize(cv2.imread(path), (500, 500), interpolation=interpolation)
    _, coded = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return image[..., ::-1].astype(float), coded.tobytes()


def pillow(path, method):
    image = Image.open(path).convert('RGB').resize(
        (500, 500), reference.PILLOW[method])
    out = io.BytesIO()
    image.save(out, 'JPEG', quality=QUALITY)
    return np.asarray(image, float), out.getvalue()


def compare(name, path, method, before, coded):
    got = decode(ours(path, format='png', method=method))
    mean = np.abs(got - before).mean()
    report.check('%s, before coding' % name, got.shape == before.shape
                 and mean <= MEAN, 'mean %.3f, max %.0f'
                 % (mean, np.abs(got - before).max()))
    jpeg = ours(path, format='jpeg', method=method, quality=QUALITY)
    our_psnr = reference.psnr(decode(jpeg), before)
    their_psnr = reference.psnr(decode(coded), before)
    report.check('%s, JPEG quality %d' % (name, QUALITY),
                 our_psnr >= their_psnr - 0.3
                 and len(jpeg) <= len(coded) * 1.05,
                 'imbytes %.2f dB in %d bytes, they %.2f dB in %d bytes, '
                 'between the two %.2f dB'
                 % (our_psnr, len(jpeg), their_psnr, len(coded),
                    reference.psnr(decode(jpeg), decode(coded))))


def as_it_is(name, path, pillow_before):
    """The pipeline to the letter."""
    caps, data = run('filesrc location="%s" ! jpegdec' % path)[0]
    frame = Frame(caps, data)
    info = frame.info
    decoded = reference.rgb_of_planes(
        codes_of_frame(frame), info.width, info.height, 'bilinear', 'bt601',
        True)
    resized = Image.fromarray(np.rint(decoded).astype(np.uint8)).resize(
        (500, 500), reference.PILLOW['bilinear'])
    got = decode(ours(path, 'jpegdec', format='png'))
    mean = np.abs(got - np.asarray(resized, float)).mean()
    report.check('jpegdec with its defaults, %s' % name, mean <= MEAN,
                 'mean %.3f; from Pillow\'s own decoding %.3f'
                 % (mean, np.abs(got - pillow_before).mean()))


def the_three():
    with tempfile.TemporaryDirectory() as folder:
        for width, height in ((1500, 1500), (1333, 901), (300, 250)):
            path = os.path.join(folder, 'test-%d.jpg' % width)
            Image.fromarray(picture(width, height)).save(path, quality=95)
            size = '%dx%d to 500x500' % (width, height)
            for method in ('bilinear', 'bicubic', 'area', 'lanczos'):
                # Where boxes enlarge, the chroma of a JPEG is not boxed a
                # second time.
                if method != 'area' or width > 500:
                    compare('Pillow %s, %s' % (method, size), path, method,
                            *pillow(path, method))
            as_it_is(size, path, pillow(path, 'bilinear')[0])
            if width == 1500:
                compare('OpenCV INTER_AREA, %s' % size, path, 'area',
                        *opencv(path, cv2.INTER_AREA))
            if width == 300:
                compare('OpenCV INTER_LINEAR, %s' % size, path, 'bilinear',
                        *opencv(path, cv2.INTER_LINEAR))


if __name__ == '__main__':
    if Gst.ElementFactory.find('jpegdec') is None:
        report.skip('seed', 'no jpegdec here')
        report.finish()
    # It reads past the end of its own rows, at any size that is not a multiple
    # of 16, and AddressSanitizer would end this test for it.
    if 'asan' in os.environ.get('LD_PRELOAD', ''):
        report.skip('seed', 'jpegdec itself does not get through ASan')
        report.finish()
    report.run(the_three)
