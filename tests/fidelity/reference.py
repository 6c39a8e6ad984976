# imbytes tests: what pictures should look like, in double precision.
#
# Written from the standards and from Pillow's description of its filters, not
# from imbytes; resize.py first shows that `resampled` is what Pillow does.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import glob
import os

import numpy as np
from PIL import Image

KR_KB = {'bt601': (0.299, 0.114), 'bt709': (0.2126, 0.0722),
         'bt2020': (0.2627, 0.0593), 'smpte240m': (0.212, 0.087),
         'fcc': (0.30, 0.11)}
# As they are numbered in the long form of a colorimetry.
MATRIX_NUMBER = {'fcc': 2, 'bt709': 3, 'bt601': 4, 'smpte240m': 5, 'bt2020': 6}


# Resampling ---------------------------------------------------------------

def _bicubic(x):
    x = np.abs(x)
    return np.where(x < 1, (1.5 * x - 2.5) * x * x + 1,
                    np.where(x < 2, ((-0.5 * x + 2.5) * x - 4) * x + 2, 0))


def _spline36(x):
    """The polynomials whose values at whole numbers are 1, 0, 0, 0 and whose
    slopes and curvatures agree where they meet."""
    x = np.abs(x)
    y, z = x - 1, x - 2
    return np.where(
        x < 1, ((13 / 11 * x - 453 / 209) * x - 3 / 209) * x + 1,
        np.where(x < 2, ((-6 / 11 * y + 270 / 209) * y - 156 / 209) * y,
                 np.where(x < 3, ((1 / 11 * z - 45 / 209) * z + 26 / 209) * z,
                          0)))


KERNEL = {
    'bilinear': (1, lambda x: np.maximum(1 - np.abs(x), 0)),
    'bicubic': (2, _bicubic),
    'area': (0.5, lambda x: ((x > -0.5) & (x <= 0.5)) * 1.0),
    'lanczos': (3, lambda x: np.where(np.abs(x) < 3,
                                      np.sinc(x) * np.sinc(x / 3), 0)),
    'spline36': (3, _spline36),
}
PILLOW = {'nearest': Image.Resampling.NEAREST,
          'bilinear': Image.Resampling.BILINEAR,
          'bicubic': Image.Resampling.BICUBIC,
          'area': Image.Resampling.BOX,
          'lanczos': Image.Resampling.LANCZOS}


def weights(method, n_in, n_out, begin, size):
    """For each output sample the first source sample and the weights from it
    on, n_out x taps. [begin, begin + size) of the input becomes the output."""
    scale = size / n_out
    centre = begin + (np.arange(n_out) + 0.5) * scale
    if method == 'nearest':
        return np.clip(np.floor(centre), 0, n_in - 1).astype(int), \
            np.ones((n_out, 1))
    support, kernel = KERNEL[method]
    stretch = max(scale, 1.0)
    low = np.clip(np.floor(centre - support * stretch + 0.5), 0, n_in - 1)
    high = np.clip(np.floor(centre + support * stretch + 0.5), low + 1, n_in)
    k = low[:, None] + np.arange(int((high - low).max()))
    w = kernel((k + 0.5 - centre[:, None]) / stretch) * (k < high[:, None])
    return low.astype(int), w / w.sum(1, keepdims=True)


def weighted(picture, start, weight):
    """Along the first axis."""
    out = np.zeros((len(start),) + picture.shape[1:])
    shape = (-1,) + (1,) * (picture.ndim - 1)
    for t in range(weight.shape[1]):
        taken = np.minimum(start + t, len(picture) - 1)
        out += picture[taken] * weight[:, t].reshape(shape)
    return out


def smooth(method, enlarged):
    """Boxes are for shrinking; chroma that has to be enlarged is not to show
    its samples."""
    return 'bilinear' if enlarged and method == 'area' else method


def resampled(picture, method, width, height, box=None, chroma=(False, False)):
    """@box: (x, y, width, height) of the input that is shown. @chroma: fewer
    samples than luma, across and down."""
    x, y, w, h = box or (0.0, 0.0, picture.shape[1], picture.shape[0])
    tall = weighted(picture, *weights(
        smooth(method, chroma[1] and h < height), picture.shape[0], height, y,
        h))
    across = weights(smooth(method, chroma[0] and w < width),
                     picture.shape[1], width, x, w)
    return weighted(tall.swapaxes(0, 1), *across).swapaxes(0, 1)


# Colour -------------------------------------------------------------------

def matrix(name):
    """Y', Cb, Cr = matrix @ R', G', B'."""
    kr, kb = KR_KB[name]
    luma = np.array([kr, 1 - kr - kb, kb])
    return np.array([luma, (np.array([0, 0, 1]) - luma) / (2 * (1 - kb)),
                     (np.array([1, 0, 0]) - luma) / (2 * (1 - kr))])


def ycbcr_of_rgb(rgb, name):
    return rgb @ matrix(name).T


def rgb_of_ycbcr(ycbcr, name):
    return ycbcr @ np.linalg.inv(matrix(name)).T


def codes_of_ycbcr(ycbcr, full, depth):
    """Y' 0..1, chroma -0.5..0.5 -> integers."""
    top, unit = (1 << depth) - 1, 1 << (depth - 8)
    half = 128 * unit
    if full:
        scaled = ycbcr * top + [0, half, half]
    else:
        scaled = ycbcr * [219 * unit, 224 * unit, 224 * unit] + [
            16 * unit, half, half]
    return np.clip(np.rint(scaled), 0, top).astype(np.int64)


def ycbcr_of_codes(codes, full, depth):
    top, unit = (1 << depth) - 1, 1 << (depth - 8)
    half = 128 * unit
    if full:
        return (codes - np.array([0, half, half])) / top
    return (codes - np.array([16 * unit, half, half])) / np.array(
        [219 * unit, 224 * unit, 224 * unit])


def rgb_of_planes(planes, width, height, method='bilinear', name='bt709',
                  full=False, depth=8, shifts=(1, 1), cosited=(False, False),
                  box=None):
    """0..255, unrounded: planes of Y'CbCr codes -> a picture of @width x
    @height. @shifts: of chroma against luma, across and down. @box: (x, y,
    width, height) in luma samples."""
    x, y, w, h = box or (0.0, 0.0, planes[0].shape[1], planes[0].shape[0])
    parts = []
    for c, plane in enumerate(planes[:3]):
        step_x, step_y = (1 << shifts[0], 1 << shifts[1]) if c else (1, 1)
        # A sample that lies on a luma sample rather than in the middle of
        # several has its centre where the first of them has it.
        shift_x = 0.5 - 0.5 / step_x if cosited[0] else 0.0
        shift_y = 0.5 - 0.5 / step_y if cosited[1] else 0.0
        parts.append(resampled(
            plane.astype(float), method, width, height,
            (x / step_x + shift_x, y / step_y + shift_y, w / step_x,
             h / step_y), (step_x > 1, step_y > 1)))
    ycbcr = ycbcr_of_codes(np.stack(parts, -1), full, depth)
    return np.clip(rgb_of_ycbcr(ycbcr, name), 0, 1) * 255


# Light --------------------------------------------------------------------

def srgb_encode(light):
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92,
                    1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)


def srgb_decode(code):
    code = np.maximum(code, 0)
    return np.where(code <= 0.04045, code / 12.92,
                    ((code + 0.055) / 1.055) ** 2.4)


def pq_decode(code):
    """SMPTE ST 2084, cd/m2."""
    m1, m2 = 0.1593017578125, 78.84375
    c1, c2, c3 = 0.8359375, 18.8515625, 18.6875
    p = np.maximum(code, 0) ** (1 / m2)
    return 10000 * (np.maximum(p - c1, 0) / (c2 - c3 * p)) ** (1 / m1)


def pq_encode(nits):
    m1, m2 = 0.1593017578125, 78.84375
    c1, c2, c3 = 0.8359375, 18.8515625, 18.6875
    p = (np.asarray(nits) / 10000) ** m1
    return ((c1 + c2 * p) / (1 + c3 * p)) ** m2


def hlg_decode(rgb):
    """BT.2100 for a display of 1000 cd/m2 in BT.2020 primaries, cd/m2."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    rgb = np.clip(rgb, 0, 1)
    scene = np.where(rgb <= 0.5, rgb * rgb / 3, (np.exp((rgb - c) / a) + b) / 12)
    luminance = scene @ [0.2627, 0.6780, 0.0593]
    return 1000 * luminance[..., None] ** 0.2 * scene


def xyz_of_primaries(red, green, blue, white):
    xyz = np.array([[x / y, 1, (1 - x - y) / y]
                    for x, y in (red, green, blue)]).T
    x, y = white
    amounts = np.linalg.solve(xyz, [x / y, 1, (1 - x - y) / y])
    return xyz * amounts


D65 = (0.3127, 0.3290)
XYZ_OF_709 = xyz_of_primaries((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), D65)
XYZ_OF_2020 = xyz_of_primaries((0.708, 0.292), (0.170, 0.797),
                               (0.131, 0.046), D65)
BT709_OF_BT2020 = np.linalg.inv(XYZ_OF_709) @ XYZ_OF_2020


# Pictures -----------------------------------------------------------------

def zone_plate(width=720, height=480):
    """Rings that get finer outwards, in three colours out of step."""
    y, x = np.mgrid[0:height, 0:width]
    r2 = (x - width / 2) ** 2 + (y - height / 2) ** 2
    waves = [np.cos(r2 * np.pi / width * 0.9 + phase) for phase in (0, 2, 4)]
    return np.rint(127.5 + 127.5 * np.stack(waves, -1)).astype(np.uint8)


def photographs(width=720, height=480, names=('Garden', 'LadyBird', 'Wood')):
    """{name: pixels} of Debian's mate-backgrounds; empty without them."""
    found = {}
    for name in names:
        for path in glob.glob('/usr/share/backgrounds/mate/nature/%s.jpg' % name):
            image = Image.open(path).convert('RGB')
            scale = max(width / image.width, height / image.height) * 1.3
            # Finer than the picture that a viewer shows, coarser than the
            # file, so that there is detail up to the last pixel.
            image = image.resize((round(image.width * scale),
                                  round(image.height * scale)),
                                 Image.Resampling.LANCZOS)
            found[name] = np.asarray(image)[:height, :width]
    return found


def media(name):
    """The path of a clip; None when it is not there."""
    here = os.path.dirname(os.path.abspath(__file__))
    folder = os.environ.get('IMBYTES_MEDIA') or os.path.join(
        here, '..', '..', '..', 'shared', 'media')
    path = os.path.join(folder, name)
    return os.path.abspath(path) if os.path.exists(path) else None


def psnr(a, b):
    error = np.mean((np.asarray(a, float) - np.asarray(b, float)) ** 2)
    return 99.0 if error == 0 else 10 * np.log10(255 ** 2 / error)
