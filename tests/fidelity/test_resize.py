# imbytes: resized pictures are those of Pillow and OpenCV.
#
# Photographs go in as RGB and come out as PNG, so that nothing but resizing
# stands between the two.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import functools
import sys

from fidelity import (Image, Skipped, decode, difference, encode, numpy,
                      photographs, run)

LIMIT = 0.6

FILTERS = {
    'bilinear': Image.BILINEAR,
    'bicubic': Image.BICUBIC,
    'area': Image.BOX,
    'lanczos': Image.LANCZOS,
}

SIZES = [(640, 400), (500, 500), (333, 217), (64, 40), (1600, 1000), (1999, 1301)]


def same_as_pillow(method, size):
    for name, pixels in photographs():
        ours = decode(encode(pixels, 'width=%d height=%d method=%s'
                             % (*size, method)))
        theirs = numpy.asarray(
            Image.fromarray(pixels).resize(size, FILTERS[method]))
        mean, _ = difference(ours, theirs)
        assert mean <= LIMIT, '%s: mean difference %.3f' % (name, mean)


def same_gray(method):
    for name, pixels in photographs(1):
        gray = numpy.asarray(Image.fromarray(pixels).convert('L'))
        ours = decode(encode(gray, 'width=301 height=203 method=%s' % method))
        theirs = numpy.asarray(
            Image.fromarray(gray).resize((301, 203), FILTERS[method]))
        mean, _ = difference(ours, theirs)
        assert mean <= LIMIT, '%s: mean difference %.3f' % (name, mean)


def area_as_opencv(factor):
    try:
        import cv2
    except ImportError as error:
        raise Skipped(str(error))
    for name, pixels in photographs():
        height, width = (side // factor * factor for side in pixels.shape[:2])
        pixels = pixels[:height, :width]
        size = (width // factor, height // factor)
        ours = decode(encode(pixels, 'width=%d height=%d method=area' % size))
        theirs = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        mean, most = difference(ours, theirs)
        assert mean <= LIMIT and most <= 2, (
            '%s: mean difference %.3f, largest %d' % (name, mean, most))


def unchanged():
    for name, pixels in photographs():
        _, most = difference(decode(encode(pixels, '')), pixels)
        assert most == 0, '%s: up to %d apart at its own size' % (name, most)


CASES = [('own size is untouched', unchanged)]
for _method in FILTERS:
    CASES.append(('gray %s' % _method, functools.partial(same_gray, _method)))
    for _size in SIZES:
        CASES.append(('%s %dx%d as Pillow' % (_method, *_size),
                      functools.partial(same_as_pillow, _method, _size)))
for _factor in (2, 3, 4, 8):
    CASES.append(('area 1/%d as OpenCV' % _factor,
                  functools.partial(area_as_opencv, _factor)))

if __name__ == '__main__':
    sys.exit(run(CASES))
