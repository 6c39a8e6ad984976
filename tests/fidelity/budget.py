#!/usr/bin/python3
# imbytes tests: max-bytes, against the largest quality that fits, which is found by
# coding each frame at every quality; and on real clips, live and not, beside a
# branch that plays on.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import io
import os

import report
from imbytes_runner import Frame, Gst, caps_of, feed

import numpy as np
from PIL import Image

MEDIA = os.environ.get('IMBYTES_MEDIA', '')


def images_of(source, properties, frames=10 ** 9):
    """Sizes in bytes, qualities, and the element's statistics."""
    pipeline = Gst.parse_launch(
        '%s ! tee name=t t. ! queue ! imbytes name=images post-messages=true %s '
        '! image/jpeg ! appsink name=sink sync=false t. ! queue ! fakesink sync=false'
        % (source, properties))
    sink, sizes = pipeline.get_by_name('sink'), []
    pipeline.set_state(Gst.State.PLAYING)
    while len(sizes) < frames:
        sample = sink.emit('try-pull-sample', report.PATIENCE * Gst.SECOND)
        if sample is None:
            break
        buffer = sample.get_buffer()
        sizes.append(buffer.get_size())
        if len(sizes) == 20:
            Image.open(io.BytesIO(buffer.extract_dup(0, buffer.get_size()))).load()
    bus, qualities = pipeline.get_bus(), []
    while True:
        message = bus.pop_filtered(Gst.MessageType.ELEMENT)
        if message is None:
            break
        if message.get_structure().get_name() == 'imbytes-image':
            qualities.append(message.get_structure().get_int('quality')[1])
    stats = pipeline.get_by_name('images').get_property('stats')
    counts = {name: stats.get_uint64(name)[1]
              for name in ('frames-in', 'images-out', 'images-dropped', 'encodings')}
    pipeline.set_state(Gst.State.NULL)
    return sizes, qualities, counts


QUICK = bool(os.environ.get('IMBYTES_TEST_QUICK'))
FRAMES = 14 if QUICK else 26
LEAST, MOST = 10, 92


def clouds(random, height, width, power):
    """Gray noise whose spectrum falls as photographs' do, mean 0, deviation 1."""
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width))
    frequency[0, 0] = 1
    waves = np.fft.rfft2(random.normal(size=(height, width))) / frequency ** power
    made = np.fft.irfft2(waves, (height, width))
    return (made - made.mean()) / made.std()


def frame_of(luma, chroma):
    height, width = luma.shape
    planes = [luma, chroma[:height // 2, :width // 2], -chroma[-height // 2:, -width // 2:]]
    return Frame(caps_of('I420', width, height), b''.join(
        np.clip(np.rint(plane + 128), 0, 255).astype(np.uint8).tobytes() for plane in planes))


def steady(random, height, width):
    """One scene under a camera's noise."""
    luma, chroma = (60 * clouds(random, height, width, 1.2),
                    20 * clouds(random, height, width, 1.6))
    return [frame_of(luma + random.normal(size=luma.shape), chroma)
            for _ in range(FRAMES)]


def slow(random, height, width):
    """It comes into focus while the camera moves across it."""
    wide = width + 4 * FRAMES
    soft, sharp = (50 * clouds(random, height, wide, 2.0),
                   20 * clouds(random, height, wide, 0.7))
    chroma = 20 * clouds(random, height, wide, 1.6)
    return [frame_of(soft[:, 4 * i:4 * i + width]
                     + sharp[:, 4 * i:4 * i + width] * i / FRAMES,
                     chroma[:, 4 * i:4 * i + width]) for i in range(FRAMES)]


def wild(random, height, width):
    """Each frame is of another scene."""
    return [frame_of(random.uniform(20, 70)
                     * clouds(random, height, width, random.uniform(0.9, 1.8)),
                     20 * clouds(random, height, width, 1.6)) for _ in range(FRAMES)]


def hard(random, height, width):
    """An easy scene, and every now and then three frames of snow."""
    easy, snow = steady(random, height, width), random.normal(size=(height, width))
    return [frame_of(70 * np.roll(snow, i, 1), 0 * snow) if i % 12 in (5, 6, 7) else frame
            for i, frame in enumerate(easy)]


def coded(frames, properties):
    """Sizes and qualities of each frame's image, None where there is none; and how
    many encodings that took."""
    pipeline = Gst.parse_launch(
        'appsrc name=src format=time ! imbytes name=images post-messages=true %s ! '
        'appsink name=sink sync=false' % properties)
    sink, images = pipeline.get_by_name('sink'), {}
    feed(pipeline.get_by_name('src'), frames, pipeline)
    while True:
        sample = sink.emit('try-pull-sample', report.PATIENCE * Gst.SECOND)
        if sample is None:
            break
        buffer = sample.get_buffer()
        images[buffer.pts * 25 // Gst.SECOND] = buffer.get_size()
    bus, qualities = pipeline.get_bus(), {}
    while True:
        message = bus.pop_filtered(Gst.MessageType.ELEMENT)
        if message is None:
            break
        structure = message.get_structure()
        if structure.get_name() == 'imbytes-image':
            time = structure.get_value('running-time')
            qualities[time * 25 // Gst.SECOND] = structure.get_int('quality')[1]
    stats = pipeline.get_by_name('images').get_property('stats')
    encodings = stats.get_uint64('encodings')[1]
    pipeline.set_state(Gst.State.NULL)
    everywhere = range(len(frames))
    return [images.get(i) for i in everywhere], \
        [qualities.get(i) for i in everywhere], encodings


def compare(name, frames, ladder, limit, options):
    sizes, qualities, encodings = coded(
        frames, 'quality=%d max-bytes=%d min-quality=%d %s' % (MOST, limit, LEAST, options))
    losses, right = [], True
    for i, (size, quality) in enumerate(zip(sizes, qualities)):
        fitting = [q for q in ladder if ladder[q][i] <= limit]
        if size is None or not fitting:
            right = right and size is None and not fitting
            continue
        right = right and size <= limit and size == ladder[quality][i]
        losses.append(max(fitting) - quality)
    report.check('%s: never larger than %d, and what it says' % (name, limit),
                 right and len(losses) > 0)
    mean = float(np.mean(losses)) if losses else float('inf')
    report.check('%s: within 2 of the largest quality that fits %d' % (name, limit),
                 mean <= 2, 'mean %.2f, most %d; %.2f encodings an image'
                 % (mean, max(losses, default=0), encodings / max(1, len(losses))))
    return qualities


def test_brute_force():
    for height, width, options in ((360, 640, ''), (184, 328, ''), (90, 120, ''),
                                   (360, 640, 'subsampling=4:4:4'),
                                   (360, 640, 'progressive=true')):
        for make in (steady, slow, wild, hard):
            frames = make(np.random.default_rng(7), height, width)
            ladder = {q: coded(frames, 'quality=%d %s' % (q, options))[0]
                      for q in range(LEAST, MOST + 1)}
            for part in (30, 60, 85):
                limit = int(np.median(ladder[part]))
                name = '%s %dx%d %s' % (make.__name__, width, height, options)
                qualities = compare(name.strip(), frames, ladder, limit, options)
                if make is steady:
                    steps = np.abs(np.diff(qualities[1:]))
                    report.check('%s: no flicker' % name.strip(), steps.max() <= 2,
                                 'steps of %d at most, %d in %d images'
                                 % (steps.max(), np.count_nonzero(steps), len(steps)))


def check(name, limit, found):
    sizes, qualities, counts = found
    leaps = sum(abs(a - b) > 2 for a, b in zip(qualities, qualities[1:]))
    each = counts['encodings'] / max(1, len(sizes))
    report.check('%s: never larger than %d' % (name, limit),
                 len(sizes) > 40 and max(sizes) <= limit,
                 '%d of them, %d' % (len(sizes), max(sizes, default=0)))
    report.check('%s: under 1.5 codings an image' % name, each < 1.5, '%.2f' % each)
    report.check('%s: quality stays, or goes step by step' % name,
                 leaps <= len(sizes) / 4, '%d leaps in %d' % (leaps, len(sizes)))


def test_clips():
    for clip, limit in (('car-detection.mp4', 12000), ('bottle-detection.mp4', 8000)):
        path = os.path.join(MEDIA, clip)
        if not os.path.exists(path):
            report.skip(clip, 'not here; set IMBYTES_MEDIA')
            continue
        check(clip, limit, images_of('filesrc location="%s" ! decodebin' % path,
                                     'max-bytes=%d' % limit))


def test_live():
    check('live', 12000, images_of(
        'videotestsrc is-live=true ! '
        'video/x-raw,format=I420,width=640,height=360,framerate=30/1', 'max-bytes=12000', 60))


def test_hopeless():
    sizes, _, counts = images_of('videotestsrc pattern=snow num-buffers=50',
                                 'max-bytes=10')
    report.check('ten bytes: all dropped, all counted', sizes == []
                 and counts['images-dropped'] == counts['frames-in'] == 50, str(counts))


report.run(test_brute_force, test_clips, test_live, test_hopeless)
