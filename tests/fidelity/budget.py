#!/usr/bin/python3
# imbytes tests: max-bytes on real clips, live and not, beside a branch that plays
# on.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import io
import os

import report
from imbytes_runner import Gst

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


def check(name, limit, found):
    sizes, qualities, counts = found
    changes = sum(a != b for a, b in zip(qualities, qualities[1:]))
    each = counts['encodings'] / max(1, len(sizes))
    report.check('%s: never larger than %d' % (name, limit),
                 len(sizes) > 40 and max(sizes) <= limit,
                 '%d of them, %d' % (len(sizes), max(sizes, default=0)))
    report.check('%s: under 1.5 codings an image' % name, each < 1.5, '%.2f' % each)
    report.check('%s: quality stays from image to image' % name,
                 changes <= len(sizes) / 10, '%d changes in %d' % (changes, len(sizes)))


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


report.run(test_clips, test_live, test_hopeless)
