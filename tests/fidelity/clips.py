#!/usr/bin/env python3
# imbytes tests: frames of real clips, against pictures made of the same planes.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import io

import report
from imbytes_runner import Frame, Gst, GstVideo, chain_of, codes_of_frame, \
    decode, run
import reference

import numpy as np
from PIL import Image, ImageOps

MEAN = 0.6
FRAMES = 3
CLIPS = ('car-detection.mp4', 'bottle-detection.mp4')
MATRICES = {GstVideo.VideoColorMatrix.BT709: 'bt709',
            GstVideo.VideoColorMatrix.BT601: 'bt601',
            GstVideo.VideoColorMatrix.FCC: 'fcc',
            GstVideo.VideoColorMatrix.SMPTE240M: 'smpte240m',
            GstVideo.VideoColorMatrix.BT2020: 'bt2020'}
FULL_RANGE = 1                  # GST_VIDEO_COLOR_RANGE_0_255


class Clip:
    def __init__(self, name, path):
        self.name = name
        self.source = 'filesrc location="%s" ! decodebin ! ' % path
        self.frames = [Frame(*made) for made in run(
            self.source + 'capsfilter caps=video/x-raw,format=I420',
            wanted=FRAMES)]
        if len(self.frames) < FRAMES:
            raise RuntimeError('%d frames of %s' % (len(self.frames), name))
        self.info = self.frames[0].info

    def size(self):
        return self.info.width, self.info.height

    def exact(self, i, width, height, method='bilinear', box=None):
        # VideoInfo loses the site of caps that say nothing of colorimetry.
        caps = report.structure_of(Gst.Caps.from_string(self.frames[0].caps))
        named = caps.get_string('chroma-site')
        site = GstVideo.VideoChromaSite.from_string(named) \
            if named else self.info.chroma_site
        cosited = (bool(site & GstVideo.VideoChromaSite.H_COSITED),
                   bool(site & GstVideo.VideoChromaSite.V_COSITED))
        colour = self.info.colorimetry
        return reference.rgb_of_planes(
            codes_of_frame(self.frames[i]), width, height, method,
            MATRICES[colour.matrix], int(colour.range) == FULL_RANGE, 8,
            (1, 1), cosited, box)

    def pictures(self, format='png', **properties):
        """From decoder to bytes in one pipeline, as a user has it."""
        return [decode(data) for _, data in run(
            self.source + chain_of(format, properties), wanted=FRAMES)]


def compare(clip, name, want, **properties):
    """@want: function of the frame's number."""
    mean, most = report.Worst(), report.Worst()
    got = clip.pictures(**properties)
    for i in range(FRAMES):
        exact = np.rint(want(i))
        if exact.shape != got[i].shape:
            report.fail('%s, %s' % (clip.name, name), 'size %s, not %s'
                        % (got[i].shape, exact.shape))
            return
        difference = np.abs(got[i] - exact)
        mean.take(difference.mean(), 'frame %d' % i)
        most.take(difference.max(), 'frame %d' % i)
    report.check('%s, %s' % (clip.name, name), mean.value <= MEAN
                 and most.value <= 2, 'mean %s, max %s' % (mean, most))


def sizes(clip):
    for width, height in ((640, 360), (320, 180), (1280, 720), (321, 201),
                          clip.size()):
        compare(clip, 'PNG %dx%d' % (width, height),
                lambda i: clip.exact(i, width, height), width=width,
                height=height)
    for method in ('bicubic', 'area', 'lanczos', 'spline36', 'nearest'):
        compare(clip, 'PNG 300x170 ' + method,
                lambda i: clip.exact(i, 300, 170, method), width=300,
                height=170, method=method)


def fits(clip):
    width, height = 400, 400
    w, h = ImageOps.contain(Image.new('L', clip.size()), (width, height)).size
    compare(clip, 'inside', lambda i: clip.exact(i, w, h), width=width,
            height=height, fit='inside')

    def bordered(i):
        out = np.zeros((height, width, 3))
        x, y = (width - w) // 2, (height - h) // 2
        out[y:y + h, x:x + w] = clip.exact(i, w, h)
        return out
    compare(clip, 'contain', bordered, width=width, height=height,
            fit='contain')
    side = min(clip.size())
    box = ((clip.info.width - side) / 2, (clip.info.height - side) / 2, side,
           side)
    compare(clip, 'cover', lambda i: clip.exact(i, width, height, box=box),
            width=width, height=height, fit='cover')


def jpeg(clip):
    """As near to the exact picture as Pillow's file of it."""
    got = clip.pictures('jpeg', width=640, height=360, quality=90)
    ours, theirs = [], []
    for i in range(FRAMES):
        exact = clip.exact(i, 640, 360)
        out = io.BytesIO()
        Image.fromarray(np.rint(exact).astype(np.uint8)).save(
            out, 'JPEG', quality=90, subsampling=2)
        ours.append(reference.psnr(got[i], exact))
        theirs.append(reference.psnr(np.asarray(Image.open(out)), exact))
    report.check('%s, JPEG 640x360' % clip.name,
                 min(np.array(ours) - theirs) > -0.3,
                 '%.2f dB, Pillow %.2f dB' % (np.mean(ours), np.mean(theirs)))


def every_clip():
    for name in CLIPS:
        path = reference.media(name)
        if path is None:
            report.skip(name, 'no such clip; IMBYTES_MEDIA says where they are')
            continue
        try:
            clip = Clip(name, path)
        except RuntimeError as error:
            report.skip(name, 'cannot be decoded here: %s' % error)
            continue
        sizes(clip)
        fits(clip)
        jpeg(clip)


if __name__ == '__main__':
    report.run(every_clip)
