#!/usr/bin/python3
# imbytes tests: images of regions beside crops that OpenCV and Pillow resize.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import io
import os

import report
from imbytes_runner import Gst, GstVideo

import cv2
import numpy as np
from PIL import Image

MEDIA = os.environ.get('IMBYTES_MEDIA', '')
CLIP = os.path.join(MEDIA, 'car-detection.mp4')
WIDTH, HEIGHT = 768, 432

# x, y, width, height.
REGIONS = [(0, 0, 448, 224), (100, 50, 224, 224), (301, 7, 112, 336),
           (544, 208, 224, 224), (13, 99, 150, 77), (700, 400, 224, 224)]


def photograph():
    """Frame 100 of a real clip; a drawn one where there is none."""
    if not os.path.exists(CLIP):
        y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
        return np.dstack([(x * 3 + y) % 256, (x * y // 64) % 256,
                          128 + 100 * np.sin(x / 9) * np.cos(y / 7)]).astype(np.uint8)
    capture = cv2.VideoCapture(CLIP)
    for _ in range(100):
        ok, frame = capture.read()
    return np.ascontiguousarray(frame[..., ::-1])


def images_of(pixels, regions, properties):
    """Decoded images, and the rectangle and type that each one says."""
    pipeline = Gst.parse_launch(
        'appsrc name=source format=time caps=video/x-raw,format=RGB,width=%d,height=%d,'
        'framerate=25/1 ! tee name=t t. ! queue ! imbytes roi=crop format=png %s '
        '! appsink name=sink sync=false t. ! queue ! fakesink sync=false'
        % (pixels.shape[1], pixels.shape[0], properties))
    frame = Gst.Buffer.new_wrapped(pixels.tobytes())
    frame.pts = 0
    for index, region in enumerate(regions):
        meta = GstVideo.buffer_add_video_region_of_interest_meta(
            frame, 'thing%d' % index, *region)
        meta.id = index
    pipeline.set_state(Gst.State.PLAYING)
    pipeline.get_by_name('source').emit('push-buffer', frame)
    pipeline.get_by_name('source').emit('end-of-stream')
    sink, found = pipeline.get_by_name('sink'), []
    while True:
        sample = sink.emit('try-pull-sample', report.PATIENCE * Gst.SECOND)
        if sample is None:
            break
        buffer = sample.get_buffer()
        data = buffer.extract_dup(0, buffer.get_size())
        meta = GstVideo.buffer_get_video_region_of_interest_meta_id(
            buffer, len(found))
        found.append((np.asarray(Image.open(io.BytesIO(data)).convert('RGB')),
                      (meta.x, meta.y, meta.w, meta.h) if meta else None))
    pipeline.set_state(Gst.State.NULL)
    return found


def cut(pixels, region):
    x, y, width, height = region
    return pixels[y:min(y + height, HEIGHT), x:min(x + width, WIDTH)]


def test_crops():
    pixels = photograph()
    found = images_of(pixels, REGIONS, '')
    report.check('crops: as many, each saying which it is',
                 [rectangle for _, rectangle in found] == REGIONS)
    report.check('crops: the same pixels as numpy cuts out',
                 all(np.array_equal(image, cut(pixels, region))
                     for (image, _), region in zip(found, REGIONS)))


def test_area():
    """OpenCV's INTER_AREA at whole ratios is exact, but for its rounding."""
    pixels, worst = photograph(), report.Worst()
    regions = [r for r in REGIONS if r[2] % 112 == 0 and r[3] % 112 == 0][:4]
    for (image, _), region in zip(
            images_of(pixels, regions, 'width=112 height=112 method=area'), regions):
        wanted = cv2.resize(cut(pixels, region), (112, 112),
                            interpolation=cv2.INTER_AREA)
        worst.take(np.abs(image.astype(int) - wanted).max(), str(region))
    report.check('area: within 1 of OpenCV in every pixel',
                 0 <= worst.value <= 1, str(worst))


def test_pillow():
    pixels, worst = photograph(), report.Worst()
    for method, name in (('bilinear', Image.BILINEAR), ('bicubic', Image.BICUBIC),
                         ('lanczos', Image.LANCZOS)):
        found = images_of(pixels, REGIONS, 'width=224 height=224 method=' + method)
        for (image, _), region in zip(found, REGIONS):
            wanted = np.asarray(Image.fromarray(cut(pixels, region))
                                .resize((224, 224), name)).astype(int)
            worst.take(np.abs(image - wanted).mean(), '%s %s' % (method, region))
    report.check('bilinear, bicubic, lanczos: as Pillow resizes the crop',
                 0 <= worst.value <= 0.6, str(worst))


def test_contain():
    pixels = photograph()
    images = [image for image, _ in images_of(
        pixels, REGIONS, 'width=224 height=224 fit=contain background=0xffff0000')]
    held = all(image.shape == (224, 224, 3) for image in images)
    held = held and tuple(images[0][0, 0]) == (255, 0, 0)
    wanted = np.asarray(Image.fromarray(cut(pixels, REGIONS[0]))
                        .resize((224, 112), Image.BILINEAR)).astype(int)
    report.check('contain: borders around the region alone', held
                 and np.abs(images[0][56:168] - wanted).mean() < 0.6)


def moving(pixels, still):
    """The rectangle of what is not as in the @still picture, even where it is cut."""
    difference = cv2.absdiff(cv2.GaussianBlur(pixels, (9, 9), 0), still).max(axis=2)
    mask = cv2.dilate((difference > 40).astype(np.uint8), np.ones((15, 15), np.uint8))
    shapes, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = [cv2.boundingRect(shape) for shape in shapes]
    return max([r for r in found if r[2] * r[3] > 1500], default=None,
               key=lambda r: r[2] * r[3])


def test_live():
    """A detector between a camera that plays a real clip and imbytes, and a branch
    that plays on: each car, when it is there."""
    if not os.path.exists(CLIP):
        report.skip('live', 'no car-detection.mp4 here; set IMBYTES_MEDIA')
        return
    camera = Gst.parse_launch(
        'filesrc location="%s" ! decodebin ! videoconvert ! video/x-raw,format=RGB '
        '! tee name=t t. ! queue ! appsink name=frames max-buffers=100 '
        't. ! queue ! fakesink name=other sync=true' % CLIP)
    cropper = Gst.parse_launch(
        'appsrc name=source is-live=true format=time ! imbytes roi=crop roi-type=car '
        'format=png width=224 height=224 ! appsink name=sink sync=false')
    frames, source = camera.get_by_name('frames'), cropper.get_by_name('source')
    cropper.set_state(Gst.State.PLAYING)
    camera.set_state(Gst.State.PLAYING)
    wanted, still, n = {}, None, 0
    while n < 100:
        sample = frames.emit('try-pull-sample', report.PATIENCE * Gst.SECOND)
        if sample is None:
            break
        n += 1
        source.set_property('caps', sample.get_caps())
        frame = sample.get_buffer().copy_deep()
        pixels = np.frombuffer(frame.extract_dup(0, frame.get_size()), np.uint8
                               ).reshape(HEIGHT, WIDTH, 3)
        if still is None:
            still = cv2.GaussianBlur(pixels, (9, 9), 0)
        region = moving(pixels, still)
        GstVideo.buffer_add_video_region_of_interest_meta(frame, 'sky', 0, 0, WIDTH, 40)
        if region is not None:
            GstVideo.buffer_add_video_region_of_interest_meta(frame, 'car', *region)
            wanted[frame.pts] = cut(pixels, region)
        source.emit('push-buffer', frame)
    source.emit('end-of-stream')
    got = {}
    while True:
        sample = cropper.get_by_name('sink').emit('try-pull-sample', report.PATIENCE * Gst.SECOND)
        if sample is None:
            break
        buffer = sample.get_buffer()
        got[buffer.pts] = np.asarray(Image.open(io.BytesIO(
            buffer.extract_dup(0, buffer.get_size()))).convert('RGB'))
    other = camera.get_by_name('other')
    # The camera goes on until the frames that nobody takes any more fill a queue.
    plays_on = report.becomes(
        lambda: other.get_property('stats').get_uint64('rendered')[1] >= n)
    cropper.set_state(Gst.State.NULL)
    camera.set_state(Gst.State.NULL)
    report.check('live: an image of each car in %d frames, and of nothing else' % n,
                 n == 100 and 10 < len(got) < n and set(got) == set(wanted),
                 '%d images, %d cars' % (len(got), len(wanted)))
    worst = report.Worst()
    for pts in set(got) & set(wanted):
        resized = np.asarray(Image.fromarray(wanted[pts]).resize((224, 224), Image.BILINEAR))
        worst.take(np.abs(got[pts].astype(int) - resized).mean(), '%.2f s' % (pts / Gst.SECOND))
    report.check('... the pixels of that frame', 0 <= worst.value <= 0.6, str(worst))
    report.check('... while the other branch plays on', plays_on)


report.run(test_crops, test_area, test_pillow, test_contain, test_live)
