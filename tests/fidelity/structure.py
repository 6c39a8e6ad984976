#!/usr/bin/env python3
# imbytes tests: what is in the files, byte for byte and as Pillow and OpenCV
# read them.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import io
import struct
import zlib

import report
from imbytes_runner import Gst, caps_of, decode, encode, frame_of_codes, \
    info_of, rgb_frame, run
import reference

import cv2
import numpy as np
from PIL import Image

WIDTH, HEIGHT = 333, 217
PIXELS = reference.photographs(WIDTH, HEIGHT, ('LadyBird',)).get(
    'LadyBird', reference.zone_plate(WIDTH, HEIGHT))
RGB = rgb_frame(PIXELS)


def frame_in(format, **fields):
    """Red, green and blue stand for Y', Cb and Cr."""
    caps = caps_of(format, WIDTH, HEIGHT, **fields)
    finfo = info_of(caps).finfo
    planes = []
    for c in range(finfo.n_components):
        part = PIXELS[::1 << finfo.h_sub[c], ::1 << finfo.w_sub[c], c % 3]
        planes.append(part.astype(np.int64) << (finfo.depth[c] - 8))
    return frame_of_codes(caps, planes)


# JPEG ----------------------------------------------------------------------

def segments(data):
    """[(marker, payload)] up to the first scan's data, and then markers found
    between the scans."""
    found, at = [], 2
    while at < len(data) - 1:
        marker = data[at + 1]
        if marker == 0xd9:
            break
        size = struct.unpack('>H', data[at + 2:at + 4])[0]
        found.append((marker, data[at + 4:at + 2 + size]))
        at += 2 + size
        if marker == 0xda:
            while not (data[at] == 0xff and data[at + 1] != 0
                       and not 0xd0 <= data[at + 1] <= 0xd7):
                at += 1
    return found


def markers(data):
    return [marker for marker, _ in segments(data)]


def frame_header(data):
    """(marker, depth, height, width, [(horizontal, vertical)])."""
    for marker, payload in segments(data):
        if 0xc0 <= marker <= 0xc2:
            depth, height, width, n = struct.unpack('>BHHB', payload[:6])
            factors = [payload[6 + 3 * i + 1] for i in range(n)]
            return marker, depth, height, width, [(f >> 4, f & 15)
                                                  for f in factors]
    return None


def is_whole(data):
    return data[:2] == b'\xff\xd8' and data[-2:] == b'\xff\xd9'


def jpeg_from_everything():
    for format in ('I420', 'NV12', 'RGB', 'BGRx', 'RGBA', 'Y444', 'YUY2',
                   'P010_10LE', 'GRAY8', 'GRAY16_LE'):
        data = encode(frame_in(format), 'jpeg')
        image = Image.open(io.BytesIO(data))
        image.load()
        jfif = [p for m, p in segments(data) if m == 0xe0]
        by_opencv = cv2.imdecode(np.frombuffer(data, np.uint8),
                                 cv2.IMREAD_UNCHANGED)
        report.check('JPEG of %s' % format,
                     is_whole(data) and image.size == (WIDTH, HEIGHT)
                     and image.mode == ('L' if 'GRAY' in format else 'RGB')
                     and by_opencv.shape[:2] == (HEIGHT, WIDTH)
                     and len(jfif) == 1 and jfif[0][:5] == b'JFIF\0'
                     and jfif[0][7:12] == b'\0\0\1\0\1'
                     and 0xee not in markers(data), image.mode)


def quantisation():
    for quality in (0, 1, 10, 25, 50, 75, 85, 90, 95, 100):
        # libjpeg takes 0 for 1, and Pillow for "as usual".
        want = Image.open(io.BytesIO(pillow_bytes(max(quality, 1)))).quantization
        got = Image.open(io.BytesIO(encode(RGB, 'jpeg', quality=quality)))
        report.check('quality %d has libjpeg\'s tables' % quality,
                     got.quantization == want)


def pillow_bytes(quality, **options):
    out = io.BytesIO()
    Image.fromarray(PIXELS).save(out, 'JPEG', quality=quality, **options)
    return out.getvalue()


def subsampling():
    factors = {'4:2:0': [(2, 2), (1, 1), (1, 1)],
               '4:2:2': [(2, 1), (1, 1), (1, 1)],
               '4:4:4': [(1, 1)] * 3, 'gray': [(1, 1)]}
    auto = {'RGB': '4:2:0', 'I420': '4:2:0', 'Y42B': '4:2:2', 'YUY2': '4:2:2',
            'Y444': '4:4:4', 'GRAY8': 'gray', 'P010_10LE': '4:2:0',
            'NV24': '4:4:4', 'UYVY': '4:2:2'}
    for format, own in auto.items():
        for asked in ('auto', '4:2:0', '4:2:2', '4:4:4', 'gray'):
            data = encode(frame_in(format), 'jpeg', subsampling=asked)
            want = factors[own if asked == 'auto' else asked]
            got = frame_header(data)
            report.check('subsampling=%s of %s' % (asked, format),
                         got[1:4] == (8, HEIGHT, WIDTH) and got[4] == want,
                         str(got[4]))


def coding():
    plain = encode(RGB, 'jpeg')
    report.check('baseline by default', frame_header(plain)[0] == 0xc0)
    data = encode(RGB, 'jpeg', progressive=True)
    image = Image.open(io.BytesIO(data))
    report.check('progressive', frame_header(data)[0] == 0xc2
                 and image.info.get('progressive') == 1
                 and markers(data).count(0xda) > 1)
    report.check('progressive has the same pixels',
                 (decode(data) == decode(plain)).all())
    small = encode(RGB, 'jpeg', optimize=True)
    report.check('optimize is smaller and the same', len(small) < len(plain)
                 and (decode(small) == decode(plain)).all(),
                 '%d, %d bytes' % (len(small), len(plain)))

    def huffman(data):
        return [payload for marker, payload in segments(data) if marker == 0xc4]
    report.check('standard Huffman tables',
                 b''.join(huffman(plain)) == b''.join(huffman(pillow_bytes(85))))
    for method in ('islow', 'ifast', 'float'):
        got = decode(encode(RGB, 'jpeg', quality=95, dct_method=method))
        report.check('dct-method=%s' % method,
                     reference.psnr(got, decode(plain)) > 25)


def like_pillow():
    """The same picture in the same tables and sampling: nearly the same
    numbers, and as near to the original."""
    for quality in (50, 75, 90):
        for sampling, number in (('4:4:4', 0), ('4:2:2', 1), ('4:2:0', 2)):
            ours = encode(RGB, 'jpeg', quality=quality, subsampling=sampling)
            theirs = pillow_bytes(quality, subsampling=number)
            a, b = (reference.psnr(decode(d), PIXELS) for d in (ours, theirs))
            report.check('quality %d %s beside Pillow' % (quality, sampling),
                         a > b - 0.1 and len(ours) < len(theirs) * 1.02,
                         '%.2f dB in %d bytes, %.2f dB in %d bytes'
                         % (a, len(ours), b, len(theirs)))


def large():
    """Many strips, as other decoders read them; no restart markers."""
    pixels = reference.zone_plate(1601, 1203)
    data = encode(rgb_frame(pixels), 'jpeg', quality=95, subsampling='4:4:4')
    by_pillow = decode(data)
    by_opencv = cv2.imdecode(np.frombuffer(data, np.uint8), 1)[..., ::-1]
    report.check('1601x1203', reference.psnr(by_pillow, pixels) > 30
                 and np.abs(by_pillow - by_opencv).max() <= 2
                 and 0xdd not in markers(data),
                 '%.1f dB' % reference.psnr(by_pillow, pixels))
    png = encode(rgb_frame(pixels))
    report.check('1601x1203 PNG', (decode(png) == pixels).all())


# PNG -----------------------------------------------------------------------

def chunks(data):
    """[(name, payload)]; raises where a checksum is wrong."""
    found, at = [], 8
    while at < len(data):
        size, name = struct.unpack('>I4s', data[at:at + 8])
        payload = data[at + 8:at + 8 + size]
        crc = struct.unpack('>I', data[at + 8 + size:at + 12 + size])[0]
        if crc != zlib.crc32(name + payload):
            raise ValueError('checksum of %s' % name)
        found.append((name.decode(), payload))
        at += 12 + size
    return found


COLOUR_TYPE = {0: 'gray', 2: 'RGB', 4: 'gray+alpha', 6: 'RGBA'}


def png_from_everything():
    want = {'RGB': (8, 'RGB', 'RGB'), 'I420': (8, 'RGB', 'RGB'),
            'GRAY8': (8, 'gray', 'L'), 'RGBA': (8, 'RGBA', 'RGBA'),
            'AYUV': (8, 'RGBA', 'RGBA'), 'P010_10LE': (8, 'RGB', 'RGB'),
            'GRAY16_LE': (16, 'gray', 'I'), 'ARGB64_LE': (16, 'RGBA', 'RGBA'),
            'Y444_16LE': (8, 'RGB', 'RGB'), 'BGRx': (8, 'RGB', 'RGB'),
            'GBR_10LE': (8, 'RGB', 'RGB')}
    for format, (depth, kind, mode) in want.items():
        data = encode(frame_in(format))
        found = chunks(data)
        header = struct.unpack('>IIBBBBB', found[0][1])
        image = Image.open(io.BytesIO(data))
        image.load()
        names = [name for name, _ in found]
        # Gray of 16 bits is I;16 to Pillow from 11 on.
        modes = (mode, 'I;16') if mode == 'I' else (mode,)
        report.check('PNG of %s' % format,
                     header == (WIDTH, HEIGHT, depth, header[3], 0, 0, 0)
                     and COLOUR_TYPE[header[3]] == kind and image.mode in modes
                     and names[0] == 'IHDR' and names[-1] == 'IEND'
                     and names.count('sRGB') == 1 and 'pHYs' not in names,
                     '%d bits, %s, %s' % (header[2], COLOUR_TYPE[header[3]],
                                          ' '.join(names)))


def png_stream():
    """The IDATs are one zlib stream that ends where it should, for every level
    and filter, and hold the same pixels."""
    for level in range(10):
        data = encode(RGB, compression_level=level)
        stream = zlib.decompressobj()
        raw = stream.decompress(b''.join(p for n, p in chunks(data)
                                         if n == 'IDAT'))
        report.check('compression-level=%d' % level, stream.eof
                     and not stream.unused_data
                     and len(raw) == HEIGHT * (1 + 3 * WIDTH)
                     and (decode(data) == PIXELS).all(), '%d bytes' % len(data))
    for kind in ('auto', 'none', 'sub', 'up', 'average', 'paeth', 'adaptive'):
        data = encode(RGB, png_filter=kind)
        by_opencv = cv2.imdecode(np.frombuffer(data, np.uint8), 1)[..., ::-1]
        report.check('png-filter=%s' % kind, (decode(data) == PIXELS).all()
                     and (by_opencv == PIXELS).all(), '%d bytes' % len(data))


def bit_depth():
    data = encode(RGB, bit_depth=16)
    report.check('bit-depth=16 of 8-bit RGB', data[24] == 16
                 and np.abs(decode(data) - PIXELS).max() < 0.01)
    data = encode(frame_in('ARGB64_LE'), bit_depth=8)
    report.check('bit-depth=8 of 16-bit RGB', data[24] == 8)
    deep = encode(frame_in('I420_10LE', colorimetry='bt709'), bit_depth=16)
    flat = encode(frame_in('I420_10LE', colorimetry='bt709'))
    report.check('bit-depth=16 of 10-bit video', deep[24] == 16 and
                 np.abs(decode(deep) - decode(flat)).max() <= 0.51)


def physical_size():
    frame = rgb_frame(PIXELS, pixel_aspect_ratio='4/3')
    data = encode(frame, square_pixels=False)
    found = dict(chunks(data)).get('pHYs')
    # Samples a metre; pixels wider than high are fewer across.
    x, y, unit = struct.unpack('>IIB', found) if found else (0, 0, 0)
    report.check('pHYs where pixels are not square',
                 found is not None and unit == 0 and x * 4 == y * 3,
                 '%d:%d' % (x, y))
    data = encode(frame, 'jpeg', square_pixels=False)
    x, y = struct.unpack('>HH', dict(segments(data))[0xe0][8:12])
    report.check('JFIF density where pixels are not square', x * 4 == y * 3,
                 '%d:%d' % (x, y))


# Buffers -------------------------------------------------------------------

def output_caps():
    for chain, want in (
            ('imbytes ! image/png', 'image/png'),
            ('imbytes ! image/jpeg,width=100,height=50', 'image/jpeg'),
            ('imbytes', 'image/jpeg')):
        caps, data = run(chain, [RGB])[0]
        structure = report.structure_of(Gst.Caps.from_string(caps))
        size = Image.open(io.BytesIO(data)).size
        report.check('caps of `%s`' % chain, structure.get_name() == want
                     and size == (structure.get_int('width')[1],
                                  structure.get_int('height')[1])
                     and (size == (100, 50)) == ('100' in chain), caps[:60])


if __name__ == '__main__':
    report.run(jpeg_from_everything, quantisation, subsampling, coding,
               like_pillow, large, png_from_everything, png_stream, bit_depth,
               physical_size, output_caps)
