#!/usr/bin/env python3
# imbytes tests: video-direction against Pillow's transpose and videoflip.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import os
import struct
import tempfile

import report
from imbytes_runner import Frame, Gst, caps_of, chain_of, decode, \
    frame_of_codes, pictured, rgb_frame, run
import reference

import gi
import numpy as np
from PIL import Image

T = Image.Transpose
DIRECTIONS = {'90r': T.ROTATE_270, '180': T.ROTATE_180, '90l': T.ROTATE_90,
              'horiz': T.FLIP_LEFT_RIGHT, 'vert': T.FLIP_TOP_BOTTOM,
              'ul-lr': T.TRANSPOSE, 'ur-ll': T.TRANSVERSE}
TURNED = ('90r', '90l', 'ul-lr', 'ur-ll')
CLIPS = ('car-detection.mp4', 'bottle-detection.mp4')
BILINEAR = Image.Resampling.BILINEAR


def turned(pixels, direction):
    """By Pillow, component by component, whatever their type."""
    planes = [np.asarray(Image.fromarray(pixels[..., c].astype(np.float32))
                         .transpose(DIRECTIONS[direction]))
              for c in range(pixels.shape[2])]
    return np.stack(planes, 2).astype(float)


def apart(got, want):
    """Mean and largest distance; never within any limit where sizes differ."""
    if got.shape != want.shape:
        return 1000.0, 1000.0
    difference = np.abs(got - want)
    return difference.mean(), difference.max()


def photograph(width=480, height=321):
    found = reference.photographs(width, height, ('Garden',))
    return found.get('Garden', reference.zone_plate(width, height))


def yuv_frame(format, pixels):
    shifts = {'I420': (1, 1), 'NV12': (1, 1), 'YUY2': (1, 0), 'Y42B': (1, 0),
              'v210': (1, 0), 'P010_10LE': (1, 1)}[format]
    deep = 2 if format in ('v210', 'P010_10LE') else 0
    height, width = pixels.shape[:2]
    codes = reference.codes_of_ycbcr(
        reference.ycbcr_of_rgb(pixels / 255.0, 'bt709'), False, 8 + deep)
    codes = [np.rint(codes[..., c]).astype(int) for c in range(3)]
    for c in (1, 2):
        codes[c] = codes[c][::1 << shifts[1], ::1 << shifts[0]]
    return frame_of_codes(caps_of(format, width, height, colorimetry='bt709'),
                          codes)


def frames():
    pixels = photograph()
    found = {'RGB': rgb_frame(pixels)}
    for format in ('I420', 'NV12', 'YUY2', 'Y42B', 'P010_10LE', 'v210'):
        found[format] = yuv_frame(format, pixels)
    return found


def resized():
    """Every direction is Pillow's transpose of the picture that was not turned,
    to the last bit: the passes over the frame are the same."""
    for name, frame in frames().items():
        mean, most = report.Worst(), report.Worst()
        for width, height in ((160, 107), (333, 200), (480, 321), (700, 600)):
            for method in ('bilinear', 'lanczos', 'nearest', 'area'):
                plain = pictured(frame, width=width, height=height,
                                 method=method)
                for direction in DIRECTIONS:
                    size = (height, width) if direction in TURNED \
                        else (width, height)
                    got = pictured(frame, width=size[0], height=size[1],
                                   method=method, video_direction=direction)
                    where = '%s %s %dx%d' % (direction, method, *size)
                    figures = apart(got, turned(plain, direction))
                    mean.take(figures[0], where)
                    most.take(figures[1], where)
        report.check('%s resized and turned' % name, most.value == 0,
                     'mean %s, max %s' % (mean, most))


def against_pillow():
    """Without imbytes' own picture to compare with: Pillow's resize of Pillow's
    transpose, within what Pillow's resize alone is allowed."""
    pixels, mean = photograph(), report.Worst()
    for direction, method in DIRECTIONS.items():
        image = Image.fromarray(pixels).transpose(method)
        for size in ((200, 200), (150, 333)):
            want = np.asarray(image.resize(size, BILINEAR), float)
            got = pictured(rgb_frame(pixels), width=size[0], height=size[1],
                           video_direction=direction)
            mean.take(apart(got, want)[0], '%s %dx%d' % (direction, *size))
    report.check('as Pillow turns and resizes', mean.value <= 0.6,
                 'mean %s' % mean)


def jpeg():
    """Turned blocks are not coded to turned samples; but as near to the picture
    as those that were not turned, by PNG's account of it."""
    for name, frame in frames().items():
        options = {'quality': 90, 'subsampling': '4:4:4'}
        exact, ratio = pictured(frame), report.Worst()
        error = apart(pictured(frame, 'jpeg', **options), exact)[0]
        for direction in DIRECTIONS:
            got = pictured(frame, 'jpeg', video_direction=direction, **options)
            ratio.take(apart(got, turned(exact, direction))[0] / error,
                       direction)
        report.check('%s to JPEG' % name, ratio.value <= 1.02,
                     'error %.3f, times %s' % (error, ratio))


def deep():
    """16 bits and alpha, through floating point."""
    pixels = photograph(240, 161).astype(np.uint32) * 257
    alpha = np.tile(np.linspace(0, 65535, 240).astype(np.uint32), (161, 1))
    frame = frame_of_codes(caps_of('RGBA64_LE', 240, 161),
                           [pixels[..., c] for c in range(3)] + [alpha])
    plain, most = pictured(frame, width=150, height=90), report.Worst()
    for direction in DIRECTIONS:
        size = (90, 150) if direction in TURNED else (150, 90)
        got = pictured(frame, width=size[0], height=size[1],
                       video_direction=direction)
        most.take(apart(got, turned(plain, direction))[1], direction)
    # Of 65535, on the scale of 255.
    report.check('16 bits with alpha', most.value < 1e-4, 'max %s' % most)


def fits():
    """The upright picture is what is fitted. Its passes are in the other order
    where it is transposed, and each rounds to 1/64."""
    pixels = photograph()
    for direction in DIRECTIONS:
        upright = rgb_frame(turned(pixels, direction).astype(np.uint8))
        for fit in ('contain', 'cover', 'inside', 'fill'):
            got = pictured(rgb_frame(pixels), width=200, height=170, fit=fit,
                           video_direction=direction)
            figures = apart(got, pictured(upright, width=200, height=170,
                                          fit=fit))
            report.check('fit=%s, %s' % (fit, direction), figures[0] <= 0.05
                         and figures[1] <= 1, 'mean %.3f, max %g' % figures)


def have(*names):
    missing = [name for name in names if Gst.ElementFactory.find(name) is None]
    if missing:
        report.skip('videoflip', 'no element %s here' % ', '.join(missing))
    return not missing


def against_videoflip():
    """Where videoflip only moves samples, the picture is the same one."""
    if not have('videoflip'):
        return
    for name, frame in (('RGB', rgb_frame(photograph())),
                        ('I420', yuv_frame('I420', photograph(480, 320)))):
        for direction in DIRECTIONS:
            flip = 'videoflip video-direction=%s ! imbytes format=png' % direction
            want = decode(run(flip, [frame])[0][1])
            got = pictured(frame, video_direction=direction)
            figures = apart(got, want)
            report.check('videoflip %s %s' % (direction, name), figures[1] == 0,
                         'mean %.3f, max %g' % figures)


def controlled():
    """A control source turns the first frames, and the others stay."""
    try:
        gi.require_version('GstController', '1.0')
        from gi.repository import GstController
    except (ImportError, ValueError):
        report.skip('controlled', 'no GstController for Python here')
        return
    pipeline = Gst.parse_launch(
        'videotestsrc num-buffers=6 ! video/x-raw,width=64,height=48,'
        'framerate=1/1 ! imbytes name=imbytes ! appsink name=sink sync=false')
    source = GstController.InterpolationControlSource()
    source.props.mode = GstController.InterpolationMode.NONE
    # Of 0..1 over the values of the enum, of which 90r is the second of ten.
    for time, value in ((0, 0.12), (3 * Gst.SECOND, 0.0)):
        source.set(time, value)
    imbytes = pipeline.get_by_name('imbytes')
    imbytes.add_control_binding(GstController.DirectControlBinding.new(
        imbytes, 'video-direction', source))
    pipeline.set_state(Gst.State.PLAYING)
    sink, widths = pipeline.get_by_name('sink'), []
    while True:
        sample = sink.emit('try-pull-sample', report.PATIENCE * Gst.SECOND)
        if sample is None:
            break
        widths.append(report.structure_of(sample.get_caps()).get_int('width')[1])
    pipeline.set_state(Gst.State.NULL)
    report.check('controlled', widths == [48] * 3 + [64] * 3, str(widths))


def held(path, orientation, folder):
    """The clip with another matrix in its track headers (ISO/IEC 14496-12,
    8.3.2), as phones write it."""
    a, b, c, d = {'rotate-0': (1, 0, 0, 1), 'rotate-90': (0, 1, -1, 0),
                  'rotate-180': (-1, 0, 0, -1),
                  'rotate-270': (0, -1, 1, 0)}[orientation]
    matrix = struct.pack('>9i', a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0,
                         1 << 30)
    with open(path, 'rb') as file:
        data = bytearray(file.read())
    at = data.find(b'tkhd')
    while at >= 0:
        begin = at + (56 if data[at + 4] == 1 else 44)
        data[begin:begin + len(matrix)] = matrix
        at = data.find(b'tkhd', at + 4)
    out = os.path.join(folder, orientation + '.mp4')
    with open(out, 'wb') as file:
        file.write(data)
    return out


def clips():
    """A clip that says how it was held comes out upright, as with videoflip."""
    for name in CLIPS:
        path = reference.media(name)
        if path is None:
            report.skip(name, 'not in IMBYTES_MEDIA or ../shared/media')
            continue
        if not have('videoflip', 'qtdemux', 'avdec_h264'):
            return
        with tempfile.TemporaryDirectory() as folder:
            for orientation in ('rotate-0', 'rotate-90', 'rotate-180',
                                'rotate-270'):
                one_clip(name, orientation, held(path, orientation, folder))


def one_clip(name, orientation, path):
    source = 'filesrc location="%s" ! decodebin ! ' % path

    def pictures(chain):
        return [decode(data) for _, data in run(source + chain, wanted=3)]

    upright = pictures(chain_of('png', {}))
    got = pictures(chain_of('png', {'video_direction': 'auto'}))
    want = pictures('videoflip video-direction=auto ! ' + chain_of('png', {}))
    direction = {'rotate-90': '90r', 'rotate-180': '180',
                 'rotate-270': '90l'}.get(orientation)
    most = max(apart(a, turned(b, direction) if direction else b)[1]
               for a, b in zip(got, upright))
    mean = max(apart(a, b)[0] for a, b in zip(got, want))
    # videoflip leaves the site of chroma as it was, although that is turned
    # too: chroma is half a pixel off there.
    report.check('%s, %s' % (name, orientation), len(got) == 3 and most == 0
                 and mean <= 0.8, 'max %g, videoflip\'s %.3f, %dx%d'
                 % (most, mean, got[0].shape[1], got[0].shape[0]))


if __name__ == '__main__':
    report.run(resized, against_pillow, jpeg, deep, fits, against_videoflip,
               controlled, clips)
