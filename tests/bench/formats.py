#!/usr/bin/env python3
# imbytes bench: processor time of every raw format, in that of I420, beside
# videoconvertscale ! jpegenc in right colours.
#
# 1920x1080 to 640x360, one thread, in turns with I420; times are those of the process, so
# that what else runs shows little. The table is Markdown, the slowest first.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import argparse
import glob
import re
import statistics
import time

import gi
gi.require_version('Gst', '1.0')
gi.require_version('GstApp', '1.0')
from gi.repository import Gst, GstApp  # noqa: E402, F401

WIDTH, HEIGHT = 1920, 1080
SMALL = 'width=640,height=360'
PEER = ('videoconvertscale n-threads=1 matrix-mode=full chroma-mode=full method=bilinear2 '
        '! video/x-raw,format=I420,colorimetry=jpeg,%s ! jpegenc' % SMALL)
PHOTOGRAPH = '/usr/share/backgrounds/mate/nature/Garden.jpg'


def formats():
    """Those of imbytes' sink."""
    factory = Gst.ElementFactory.find('imbytes')
    template = next(t for t in factory.get_static_pad_templates()
                    if t.direction == Gst.PadDirection.SINK)
    text = template.get_caps().get_structure(0).to_string()
    return re.search(r'format=\(string\){ ([^}]*) }', text).group(1).split(', ')


def frame_of(format):
    """The bytes of a photograph, or of a test pattern."""
    source = 'filesrc location=%s ! jpegdec' % PHOTOGRAPH if glob.glob(PHOTOGRAPH) \
        else 'videotestsrc num-buffers=1 pattern=smpte'
    pipeline = Gst.parse_launch(
        '%s ! videoconvert ! videoscale add-borders=false ! videoconvert ! %s '
        '! appsink name=sink' % (source, caps_of(format)))
    pipeline.set_state(Gst.State.PLAYING)
    sample = pipeline.get_by_name('sink').emit('pull-sample')
    buffer = sample.get_buffer() if sample else None
    data = buffer.extract_dup(0, buffer.get_size()) if buffer else None
    pipeline.set_state(Gst.State.NULL)
    return data


def caps_of(format):
    return ('video/x-raw,format=%s,width=%d,height=%d,pixel-aspect-ratio=1/1'
            % (format, WIDTH, HEIGHT))


class Pipeline:
    """An element that codes the picture again and again."""

    def __init__(self, chain, format, data):
        self._pipeline = Gst.parse_launch(
            'appsrc name=source format=time max-bytes=0 caps="%s,framerate=30/1" ! %s '
            '! appsink name=sink sync=false' % (caps_of(format), chain))
        self._source, self._sink = map(self._pipeline.get_by_name, ('source', 'sink'))
        self._frame, self._count = Gst.Buffer.new_wrapped(data), 0
        self._pipeline.set_state(Gst.State.PLAYING)

    def __call__(self):
        # Its memory is shared.
        buffer = self._frame.copy()
        buffer.pts, buffer.duration = self._count * Gst.SECOND // 30, Gst.SECOND // 30
        self._count += 1
        self._source.emit('push-buffer', buffer)
        sample = self._sink.emit('pull-sample')
        return sample is not None

    def milliseconds(self, rounds):
        begin = time.process_time()
        for _ in range(rounds):
            self()
        return (time.process_time() - begin) / rounds * 1e3

    def close(self):
        self._pipeline.set_state(Gst.State.NULL)


def measure(format, base, rounds):
    """Milliseconds of it, of I420 meanwhile, and of the peer."""
    data = frame_of(format)
    if data is None:
        return None
    own = Pipeline('imbytes n-threads=1 width=640 height=360', format, data)
    peer = Pipeline(PEER, format, data)
    times = [[], [], []]
    for line in (own, base, peer):
        line()
    for _ in range(rounds):
        for number, line in enumerate((own, base, peer)):
            times[number].append(line.milliseconds(3))
    own.close()
    peer.close()
    return [statistics.median(values) for values in times]


def main():
    parser = argparse.ArgumentParser(prog='tests/bench/run formats', description=__doc__)
    parser.add_argument('--build', help=argparse.SUPPRESS)
    parser.add_argument('--only', default='', help='formats, with commas between')
    parser.add_argument('--rounds', type=int, default=5, help='runs of each')
    settings = parser.parse_args()
    Gst.init(None)
    base = Pipeline('imbytes n-threads=1 width=640 height=360', 'I420', frame_of('I420'))
    rows = []
    for format in settings.only.split(',') if settings.only else formats():
        found = measure(format, base, settings.rounds)
        if found is None:
            print('%s: GStreamer makes no frame of it' % format)
            continue
        own, i420, peer = found
        rows.append((own / i420, format, own, peer / own))
    base.close()
    print('\n| format | ms | times I420 | times as fast as videoconvertscale ! jpegenc |')
    print('|---|---|---|---|')
    for ratio, format, own, faster in sorted(rows, reverse=True):
        print('| %s | %.2f | %.1f | %.1f |' % (format, own, ratio, faster))


main()
