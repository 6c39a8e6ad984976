# imbytes: flat patches come out in the colour that they went in with.
#
# Every matrix and range, in planar and semi-planar formats of 8 to 16 bits:
# the code values of a patch are turned into R'G'B' here, in floating point and
# from the standards' own Kr and Kb, and have to be what a reader of the file
# sees: within 1 of 255 in PNG, within 2 in JPEG.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import functools
import sys

from fidelity import Gst, decode, numpy, play, run

# Kr, Kb, and GStreamer's number in colorimetry.
MATRICES = {
    'bt601': (0.299, 0.114, 4),
    'bt709': (0.2126, 0.0722, 3),
    'fcc': (0.30, 0.11, 2),
    'smpte240m': (0.212, 0.087, 5),
    'bt2020': (0.2627, 0.0593, 6),
}
RANGES = {'full': 1, 'limited': 2}

# Bits, bits below them in the word, chroma shifts, chroma interleaved.
FORMATS = {
    'I420': (8, 0, 1, 1, False),
    'Y42B': (8, 0, 1, 0, False),
    'Y444': (8, 0, 0, 0, False),
    'NV12': (8, 0, 1, 1, True),
    'I420_10LE': (10, 0, 1, 1, False),
    'I422_10LE': (10, 0, 1, 0, False),
    'Y444_12LE': (12, 0, 0, 0, False),
    'Y444_16LE': (16, 0, 0, 0, False),
    'P010_10LE': (10, 6, 1, 1, True),
}

PATCHES = [(0, 0, 0), (255, 255, 255), (128, 128, 128), (255, 0, 0), (0, 255, 0),
           (0, 0, 255), (200, 30, 120), (17, 99, 180), (250, 200, 10)]
SIZE = 32


def code_values(rgb, matrix, limited, bits):
    """Y', Cb, Cr as a camera would store them."""
    kr, kb, _ = MATRICES[matrix]
    r, g, b = (value / 255 for value in rgb)
    y = kr * r + (1 - kr - kb) * g + kb * b
    u, v = (b - y) / (2 - 2 * kb), (r - y) / (2 - 2 * kr)
    top = (1 << bits) - 1
    if limited:
        scale = 1 << (bits - 8)
        values = ((16 + 219 * y) * scale, (128 + 224 * u) * scale,
                  (128 + 224 * v) * scale)
    else:
        half = 1 << (bits - 1)
        values = (y * top, u * top + half, v * top + half)
    return [int(min(max(round(value), 0), top)) for value in values]


def shown(codes, matrix, limited, bits):
    """What such values look like: R'G'B', 0 to 255, not rounded."""
    kr, kb, _ = MATRICES[matrix]
    top, half = (1 << bits) - 1, 1 << (bits - 1)
    if limited:
        scale = 1 << (bits - 8)
        y = (codes[0] / scale - 16) / 219
        u, v = ((code / scale - 128) / 224 for code in codes[1:])
    else:
        y = codes[0] / top
        u, v = ((code - half) / top for code in codes[1:])
    r, b = y + (2 - 2 * kr) * v, y + (2 - 2 * kb) * u
    g = (y - kr * r - kb * b) / (1 - kr - kb)
    return [min(max(value, 0), 1) * 255 for value in (r, g, b)]


def frame(format_name, codes):
    """A flat frame of SIZE x SIZE, with GStreamer's default strides."""
    bits, shift, w_shift, h_shift, interleaved = FORMATS[format_name]
    kind = 'u1' if bits == 8 else '<u2'
    y, u, v = (numpy.array(code << shift, kind) for code in codes)
    chroma = (SIZE >> h_shift, SIZE >> w_shift)
    planes = [numpy.full((SIZE, SIZE), y, kind)]
    if interleaved:
        planes.append(numpy.broadcast_to(numpy.array([u, v], kind), chroma + (2,)))
    else:
        planes += [numpy.full(chroma, u, kind), numpy.full(chroma, v, kind)]
    return b''.join(numpy.ascontiguousarray(plane).tobytes() for plane in planes)


def patches(format_name, matrix, range_name, caps, properties, limit):
    bits = FORMATS[format_name][0]
    limited = range_name == 'limited'
    pipeline = Gst.parse_launch(
        'appsrc name=source format=time ! imbytes %s ! %s ! appsink name=sink'
        % (properties, caps))
    source = pipeline.get_by_name('source')
    # The transfer and primaries of BT.709: the matrix is what is looked at.
    source.set_property('caps', Gst.Caps.from_string(
        'video/x-raw,format=%s,width=%d,height=%d,framerate=25/1,'
        'colorimetry=%d:%d:5:1' % (format_name, SIZE, SIZE, RANGES[range_name],
                                   MATRICES[matrix][2])))
    wanted = []
    for i, patch in enumerate(PATCHES):
        codes = code_values(patch, matrix, limited, bits)
        wanted.append(shown(codes, matrix, limited, bits))
        buffer = Gst.Buffer.new_wrapped(frame(format_name, codes))
        buffer.pts = i * Gst.SECOND // 25
        source.emit('push-buffer', buffer)
    source.emit('end-of-stream')
    images = play(pipeline)
    assert len(images) == len(wanted), '%d images' % len(images)
    for patch, want, image in zip(PATCHES, wanted, images):
        apart = numpy.abs(decode(image).astype(float) - want).max()
        assert apart <= limit, '%s is %.2f off' % (patch, apart)


CASES = []
for _format in FORMATS:
    for _matrix in MATRICES:
        for _range in RANGES:
            _name = '%s %s %s' % (_format, _matrix, _range)
            CASES += [
                (_name + ' PNG', functools.partial(
                    patches, _format, _matrix, _range, 'image/png', '', 1)),
                (_name + ' PNG resized', functools.partial(
                    patches, _format, _matrix, _range, 'image/png',
                    'width=21 height=50', 1)),
                (_name + ' JPEG', functools.partial(
                    patches, _format, _matrix, _range, 'image/jpeg',
                    'quality=100', 2)),
            ]

if __name__ == '__main__':
    sys.exit(run(CASES))
