#!/usr/bin/env python3
# imbytes tests: flat patches keep their colour, in every format there is.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import report
from imbytes_runner import Frame, GstVideo, caps_of, decode, \
    frame_of_codes, info_of, pictured, rgb_frame, run, unpacked_by_gstreamer
import reference

import numpy as np

FULL_RANGE = 1                  # GST_VIDEO_COLOR_RANGE_0_255, which has no Python name
PNG_MOST, JPEG_MOST = 1.0, 2.0

# R'G'B' in 255ths.
PATCHES = np.array([
    [255, 255, 255], [0, 0, 0], [128, 128, 128], [255, 0, 0], [0, 255, 0],
    [0, 0, 255], [180, 120, 90], [20, 40, 60], [250, 240, 10],
    [60, 170, 210]]) / 255.0

# The middle third of a patch begins and ends on a block of 4:2:0 JPEG, both
# as it is and resized, so that it has nothing of its neighbours.
BAND, HEIGHT = 96, 48
SIZES = [{}, {'width': BAND // 2 * len(PATCHES), 'height': 32}]


def bands(values, shift_x=0, shift_y=0):
    """One patch beside the other: @values, one for each."""
    row = np.repeat(values, BAND >> shift_x)
    return np.tile(row, (HEIGHT >> shift_y, 1))


def patches_of(picture):
    """What each patch shows: the pixels of its middle, n x pixels x c."""
    band = picture.shape[1] // len(PATCHES)
    return np.stack([picture[:, i * band + band // 3:(i + 1) * band - band // 3]
                     .reshape(-1, picture.shape[2])
                     for i in range(len(PATCHES))])


def farthest(picture, want):
    """@want: n x components, 0..255."""
    return np.abs(patches_of(picture) - want[:, None]).max()


def check_frame(name, frame, want):
    """PNG and JPEG, as it is and resized. @want: n x 1 or 3, 0..255."""
    png, jpeg = report.Worst(), report.Worst()
    for size in SIZES:
        where = '%dx%d' % tuple(size.values()) if size else 'own size'
        picture = pictured(frame, 'png', **size)
        png.take(farthest(picture[..., :want.shape[1]], want), where)
        if picture.shape[2] in (2, 4):
            png.take(farthest(picture[..., -1:], np.full((len(want), 1), 255)),
                     'alpha, ' + where)
        jpeg.take(farthest(pictured(frame, 'jpeg', quality=100, **size), want),
                  where)
    report.check(name, png.value <= PNG_MOST and jpeg.value <= JPEG_MOST,
                 'PNG %s, JPEG %s' % (png, jpeg))


# Every format --------------------------------------------------------------

def palette_frame():
    caps = caps_of('RGB8P', BAND * len(PATCHES), HEIGHT)
    info = info_of(caps)
    data = bytearray(info.size)
    rows = bands(np.arange(len(PATCHES))).astype(np.uint8)
    for y in range(HEIGHT):
        start = info.offset[0] + y * info.stride[0]
        data[start:start + rows.shape[1]] = rows[y].tobytes()
    for i, colour in enumerate(np.rint(PATCHES * 255).astype(int)):
        # Words of 0xAARRGGBB in the machine's order.
        word = 255 << 24 | int(colour[0]) << 16 | int(colour[1]) << 8 \
            | int(colour[2])
        at = info.offset[1] + 4 * i
        data[at:at + 4] = np.uint32(word).tobytes()
    return Frame(caps, data)


def codes_of_patches(finfo, info):
    """Of each patch and component, integers of the format's own depth."""
    depth = [finfo.depth[c] for c in range(finfo.n_components)]
    flags = finfo.flags
    if flags & GstVideo.VideoFormatFlags.RGB:
        colours = [np.rint(PATCHES[:, c] * ((1 << depth[c]) - 1))
                   for c in range(3)]
    else:
        full = info.colorimetry.range == FULL_RANGE
        ycbcr = reference.ycbcr_of_rgb(PATCHES, 'bt709')
        codes = reference.codes_of_ycbcr(ycbcr, full, depth[0])
        colours = [codes[:, c] for c in range(min(3, finfo.n_components))]
    if len(depth) > len(colours):
        colours.append(np.full(len(PATCHES), (1 << depth[-1]) - 1))
    return [c.astype(np.int64) for c in colours]


def rgb_of_codes(codes, finfo, info):
    """0..255, of the codes as GStreamer itself reads them."""
    depth, flags = finfo.depth, finfo.flags
    if flags & GstVideo.VideoFormatFlags.RGB:
        return np.stack([codes[c] / ((1 << depth[c]) - 1) * 255
                         for c in range(3)], -1)
    full = info.colorimetry.range == FULL_RANGE
    if flags & GstVideo.VideoFormatFlags.GRAY:
        unit = 1 << (depth[0] - 8)
        luma = codes[0] / ((1 << depth[0]) - 1) if full else \
            (codes[0] - 16 * unit) / (219 * unit)
        return np.clip(luma, 0, 1)[:, None] * 255
    ycbcr = reference.ycbcr_of_codes(np.stack(codes[:3], -1), full, depth[0])
    return np.clip(reference.rgb_of_ycbcr(ycbcr, 'bt709'), 0, 1) * 255


def whole_frame(caps, info, finfo, codes):
    planes = [bands(values, finfo.w_sub[c], finfo.h_sub[c])
              for c, values in enumerate(codes)]
    return frame_of_codes(caps, planes)


def one_format(format):
    finfo = GstVideo.VideoFormat.get_info(format)
    fields = {} if finfo.flags & GstVideo.VideoFormatFlags.RGB else {
        'colorimetry': '1:4:0:0' if finfo.flags
        & GstVideo.VideoFormatFlags.GRAY else 'bt709'}
    caps = caps_of(finfo.name, BAND * len(PATCHES), HEIGHT, **fields)
    info = info_of(caps)
    if finfo.flags & GstVideo.VideoFormatFlags.PALETTE:
        check_frame('format ' + finfo.name, palette_frame(), PATCHES * 255)
        return
    codes = codes_of_patches(finfo, info)
    frame = whole_frame(caps, info, finfo, codes)
    # Not what was meant but what GStreamer reads back, so that nothing rests
    # on how this file lays samples out.
    read = [patches_of(code[..., None])[:, 0, 0]
            for code in unpacked_by_gstreamer(frame)]
    if not all((a == b).all() for a, b in zip(codes, read)):
        report.fail('format ' + finfo.name, 'the frame is not what was meant')
    check_frame('format ' + finfo.name, frame,
                rgb_of_codes(read, finfo, info))


def every_format():
    for format in GstVideo.video_formats_raw():
        name = GstVideo.VideoFormat.get_info(format).name
        try:
            one_format(format)
        except Exception as error:  # the other formats count, too
            report.fail('format ' + name, str(error))


# Matrices and ranges -------------------------------------------------------

YCBCR = ('I420', 'NV12', 'Y444', 'AYUV', 'YUY2', 'I420_10LE', 'P010_10LE',
         'Y444_12LE', 'Y444_16LE', 'v210')


def every_matrix():
    for format in YCBCR:
        finfo = GstVideo.VideoFormat.get_info(
            GstVideo.VideoFormat.from_string(format))
        png, jpeg = report.Worst(), report.Worst()
        for name, number in reference.MATRIX_NUMBER.items():
            for full in (False, True):
                one_matrix(format, finfo, name, number, full, png, jpeg)
        report.check('%s in every matrix and range' % format,
                     png.value <= PNG_MOST and jpeg.value <= JPEG_MOST,
                     'PNG %s, JPEG %s' % (png, jpeg))


def one_matrix(format, finfo, name, number, full, png, jpeg):
    depth = finfo.depth[0]
    codes = reference.codes_of_ycbcr(
        reference.ycbcr_of_rgb(PATCHES, name), full, depth)
    want = np.clip(reference.rgb_of_ycbcr(reference.ycbcr_of_codes(
        codes, full, depth), name), 0, 1) * 255
    caps = caps_of(format, BAND * len(PATCHES), HEIGHT,
                   colorimetry='%d:%d:5:1' % (1 if full else 2, number))
    parts = [codes[:, 0], codes[:, 1], codes[:, 2],
             np.full(len(codes), (1 << depth) - 1)][:finfo.n_components]
    frame = whole_frame(caps, info_of(caps), finfo, parts)
    for size in SIZES:
        where = '%s %s%s' % (name, 'full' if full else 'limited',
                             ' resized' if size else '')
        png.take(farthest(pictured(frame, 'png', **size)[..., :3], want), where)
        jpeg.take(farthest(pictured(frame, 'jpeg', quality=100, **size), want),
                  where)


def untagged():
    """GStreamer's own defaults: BT.601 for SD, BT.709 for HD."""
    for width, height, name in ((320, 240, 'bt601'), (1280, 720, 'bt709')):
        codes = [np.full((height >> s, width >> s), v)
                 for s, v in ((0, 120), (1, 90), (1, 200))]
        want = np.clip(reference.rgb_of_ycbcr(reference.ycbcr_of_codes(
            np.array([120, 90, 200]), False, 8), name), 0, 1) * 255
        got = pictured(frame_of_codes(caps_of('I420', width, height), codes))
        report.check('untagged %dx%d is %s' % (width, height, name),
                     np.abs(got - want).max() <= PNG_MOST)


# Deep, gray, alpha ---------------------------------------------------------

def sixteen_bits():
    """16-bit RGB and gray keep every bit in PNG."""
    rng = np.random.default_rng(2)
    for format in ('ARGB64_LE', 'RGBA64_BE', 'GRAY16_LE', 'GRAY16_BE'):
        caps = caps_of(format, 33, 9, **(
            {'colorimetry': '1:4:0:0'} if 'GRAY' in format else {}))
        n = info_of(caps).finfo.n_components
        codes = [rng.integers(0, 65536, (9, 33)) for _ in range(n)]
        if n == 4:
            codes[3][:] = 65535
        got = pictured(frame_of_codes(caps, codes)) * 257
        want = np.stack(codes, -1)
        report.check('%s keeps 16 bits' % format, got.shape == want.shape
                     and np.abs(got - want).max() <= 1,
                     'max %.2f of 65535' % np.abs(got - want).max()
                     if got.shape == want.shape else str(got.shape))


def rounded_not_truncated():
    """Every code of 10-bit full-range luma, as 8 bits."""
    luma = np.arange(1024).reshape(8, 128)
    frame = frame_of_codes(
        caps_of('I420_10LE', 128, 8, colorimetry='1:4:5:1'),
        [luma, np.full((4, 64), 512), np.full((4, 64), 512)])
    got = pictured(frame)
    # In 10 bits full range the middle is 512, half a code below which would be
    # no colour at all to 8 bits.
    want = np.rint(luma / 1023 * 255)
    worst = np.abs(got - want[..., None]).max()
    report.check('10 bits are rounded to 8', (got[..., 1] == want).mean() > 0.99
                 and worst <= 1, 'max %.1f' % worst)


def white_is_white():
    codes = [np.full((48 >> s, 64 >> s), v) for s, v in
             ((0, 235), (1, 128), (1, 128))]
    frame = frame_of_codes(caps_of('I420', 64, 48, colorimetry='bt709'), codes)
    ours = [pictured(frame, f, **q) for f, q in (('png', {}),
                                                 ('jpeg', {'quality': 90}))]
    figures = ['PNG %.0f, JPEG %.0f' % tuple(o.mean() for o in ours)]
    for chain in ('jpegenc', 'videoconvert ! jpegenc'):
        try:
            theirs = decode(run(chain, [frame])[0][1])
            figures.append('%s %.0f' % (chain, theirs.mean()))
        except Exception:
            figures.append('%s not here' % chain)
    report.check('white is 255', all((o == 255).all() for o in ours),
                 ', '.join(figures))


def alpha():
    """Half transparent colours: kept by PNG, laid on the background by JPEG."""
    opaque = np.repeat(np.rint(PATCHES * 255), 2, 0)[::2]
    planes = [bands(opaque[:, c]).astype(int) for c in range(3)]
    planes.append(np.full_like(planes[0], 128))
    frame = frame_of_codes(caps_of('RGBA', BAND * len(PATCHES), HEIGHT), planes)
    ground = np.array([0x20, 0x80, 0xe0])
    want = opaque * (128 / 255) + ground * (127 / 255)
    for size in SIZES:
        name = 'resized' if size else 'own size'
        png = pictured(frame, 'png', background=0xff2080e0, **size)
        worst = farthest(png, np.hstack([opaque, np.full((len(opaque), 1), 128)]))
        report.check('alpha in PNG, ' + name, worst <= PNG_MOST,
                     'max %.2f' % worst)
        jpeg = pictured(frame, 'jpeg', background=0xff2080e0, quality=100,
                        **size)
        worst = farthest(jpeg, want)
        report.check('alpha flattened for JPEG, ' + name, worst <= JPEG_MOST,
                     'max %.2f' % worst)


def alpha_edges():
    """What is invisible lends no colour to what is beside it."""
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[:, :32] = [0, 255, 0, 0]
    pixels[:, 32:] = [255, 0, 0, 255]
    frame = frame_of_codes(caps_of('RGBA', 64, 64),
                           [pixels[..., c].astype(int) for c in range(4)])
    for method in ('bilinear', 'area', 'bicubic', 'lanczos'):
        got = pictured(frame, width=21, height=21, method=method)
        seen = got[got[..., 3] > 2]
        report.check('no fringe from transparent pixels, ' + method,
                     len(seen) > 0 and seen[:, 1].max() <= 1
                     and seen[:, 0].min() >= 254,
                     'green up to %.0f' % seen[:, 1].max())


def fields_apart():
    """Lines in turn red and blue: of interlaced 4:2:0, rows of chroma alternate as they do."""
    red, blue = (81, 90, 240), (41, 240, 110)
    for format in ('I420', 'NV12', 'YV12', 'P010_10LE', 'I420_10LE'):
        for direction in ('identity', 'vert', '90r'):
            caps = caps_of(format, 64, 48, colorimetry='bt601', interlace_mode='interleaved')
            info = info_of(caps)
            unit = 4 if '10' in format else 1
            codes = [np.zeros((48, 64), int), np.zeros((24, 32), int), np.zeros((24, 32), int)]
            for c in range(3):
                codes[c][0::2], codes[c][1::2] = red[c] * unit, blue[c] * unit
            got = pictured(frame_of_codes(caps, codes), 'jpeg', quality=100,
                           video_direction=direction).astype(int)
            if direction == '90r':
                got = got.swapaxes(0, 1)
            lines = got if direction == 'identity' else got[::-1]
            want = np.zeros((48, 64, 3), int)
            want[0::2], want[1::2] = (254, 0, 0), (0, 0, 255)
            report.check('fields of %s, %s' % (format, direction),
                         np.abs(lines - want).max() <= 8,
                         'off by %d' % np.abs(lines - want).max())


def gray_from_colour():
    """subsampling=gray is luma."""
    frame = rgb_frame(np.stack([bands(PATCHES[:, c] * 255) for c in range(3)],
                               -1).round().astype(np.uint8))
    want = np.rint(PATCHES * 255) @ reference.matrix('bt601')[0]
    got = pictured(frame, 'jpeg', quality=100, subsampling='gray')
    worst = farthest(got, want[:, None])
    report.check('gray JPEG is BT.601 luma', got.shape[2] == 1
                 and worst <= JPEG_MOST, 'max %.2f' % worst)


if __name__ == '__main__':
    report.run(every_format, every_matrix, untagged, sixteen_bits,
               rounded_not_truncated, white_is_white, alpha, alpha_edges,
               fields_apart, gray_from_colour)
