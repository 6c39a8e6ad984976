#!/usr/bin/python3
# imbytes tests: which frames of real clips become images.
#
# Beside a branch that plays on, and with another one that gets every frame.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import os

import report
from imbytes_runner import Gst

MEDIA = os.environ.get('IMBYTES_MEDIA', '')

# Seconds of car-detection.mp4 in which nothing moves, and in which a car passes
# through all of it.
QUIET = (1, 2, 3, 10, 11, 12, 21, 22, 23, 24)
BUSY = (5, 6, 7, 15, 16, 17, 18, 26)
FRAMES_PER_SECOND = 12.5


def images_of(clip, properties):
    """Seconds at which images came, and the element's statistics."""
    pipeline = Gst.parse_launch(
        'filesrc location="%s" ! decodebin ! tee name=t '
        't. ! queue ! imbytes name=images width=160 %s ! appsink name=sink sync=false '
        't. ! queue ! fakesink name=other sync=false' % (clip, properties))
    sink, times = pipeline.get_by_name('sink'), []
    pipeline.set_state(Gst.State.PLAYING)
    while True:
        sample = sink.emit('try-pull-sample', report.PATIENCE * Gst.SECOND)
        if sample is None:
            break
        times.append(sample.get_buffer().pts / Gst.SECOND)
    bus = pipeline.get_bus()
    message = bus.timed_pop_filtered(report.PATIENCE * Gst.SECOND,
                                     Gst.MessageType.EOS | Gst.MessageType.ERROR)
    stats = pipeline.get_by_name('images').get_property('stats')
    pipeline.set_state(Gst.State.NULL)
    ended = message is not None and message.type == Gst.MessageType.EOS
    return times, {name: stats.get_uint64(name)[1] for name in
                   ('frames-in', 'frames-skipped', 'images-out')}, ended


def clip_or_skip(name, case):
    path = os.path.join(MEDIA, name)
    if os.path.exists(path):
        return path
    report.skip(case, 'no %s here; set IMBYTES_MEDIA' % name)
    return None


def test_interval():
    clip = clip_or_skip('car-detection.mp4', 'interval')
    if clip is None:
        return
    times, stats, ended = images_of(clip, 'interval=2000000000')
    slots = [int(time // 2) for time in times]
    report.check('interval: one in each two seconds, the earliest',
                 ended and slots == list(range(len(slots)))
                 and all(time % 2 < 1 / FRAMES_PER_SECOND + 1e-6 for time in times),
                 '%d images' % len(times))
    report.check('interval: every frame accounted for',
                 stats['frames-in'] == stats['frames-skipped'] + len(times))


def test_min_change():
    clip = clip_or_skip('car-detection.mp4', 'min-change')
    if clip is None:
        return
    times, stats, ended = images_of(clip, 'min-change=0.08')
    in_second = [sum(int(time) == second for time in times) for second in range(31)]
    share = stats['frames-skipped'] / stats['frames-in']
    report.check('min-change: nothing moves, nothing comes',
                 ended and sum(in_second[s] for s in QUIET) <= len(QUIET) / 2,
                 str([in_second[s] for s in QUIET]))
    report.check('min-change: no car is missed',
                 all(in_second[s] >= 10 for s in BUSY),
                 str([in_second[s] for s in BUSY]))
    report.check('min-change: most frames of this clip show nothing new',
                 0.5 < share < 0.7, '%.0f %%' % (100 * share))


def test_snapshot():
    clip = clip_or_skip('bottle-detection.mp4', 'snapshot')
    if clip is None:
        return
    times, stats, ended = images_of(clip, 'snapshot=true')
    report.check('snapshot: one image, and the other branch plays to its end',
                 ended and len(times) == 1 and stats['frames-in'] > 1000,
                 '%d frames' % stats['frames-in'])


report.run(test_interval, test_min_change, test_snapshot)
