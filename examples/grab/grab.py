#!/usr/bin/env python3
"""imbytes: pictures of a video as bytes in memory, in Python.

SOURCE is a file, a URI, a camera (/dev/video0) or `test`. An image every so many
seconds reaches on_image() as the bytes of one file, where they lie.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import argparse
import io
import re
import signal
import sys

import gi
gi.require_version('Gst', '1.0')
from gi.repository import GLib, Gst  # noqa: E402

MAX_WAITING = 4
MAX_SIZE = 65500


def on_image(data, time, caps):
    """What a program of your own does; it may take its time. `data` is one whole
    file: with GStreamer's own Python module a memoryview of it, not a copy, and gone
    afterwards, so decode it here or keep bytes(data); without, a copy."""
    line = '%.3f s %dx%d %s %d bytes' % (
        time / Gst.SECOND, caps.get_value('width'), caps.get_value('height'),
        caps.get_name(), len(data))
    try:
        import numpy
        import cv2
        pixels = cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_COLOR)
        line += ', cv2 %s' % (pixels.shape,)
    except ImportError:
        pass
    try:
        from PIL import Image
        # Pillow reads files, and BytesIO copies the few bytes of one.
        image = Image.open(io.BytesIO(data))
        image.load()
        line += ', Pillow %s %s' % (image.mode, image.size)
    except ImportError:
        pass
    print(line, flush=True)


def structure_of(caps):
    """From 1.26 on, GStreamer's own Python module lends it; else it is given."""
    structure = caps.get_structure(0)
    return structure.__enter__() if hasattr(structure, '__enter__') else structure


class Grab:
    def __init__(self, options):
        self.options, self.taken, self.error, self.stopped = options, 0, None, False
        self.pipeline = Gst.parse_launch(
            '%s ! imbytes name=images ! image/%s ! appsink name=sink sync=false '
            'max-buffers=%d' % (source_of(options.source), options.format, MAX_WAITING))
        images = self.pipeline.get_by_name('images')
        images.set_property('interval', int(options.every * Gst.SECOND))
        images.set_property('width', options.width)
        images.set_property('height', options.height)
        images.set_property('quality', options.quality)
        self.sink = self.pipeline.get_by_name('sink')

    def take(self, sample):
        """What is mapped is unmapped before it returns."""
        buffer = sample.get_buffer()
        mapped, info = buffer.map(Gst.MapFlags.READ)
        if not mapped:
            raise RuntimeError('an image cannot be read')
        try:
            caps = sample.get_caps()
            on_image(info.data, buffer.pts, structure_of(caps))
        finally:
            buffer.unmap(info)
        self.taken += 1

    def listen(self):
        bus = self.pipeline.get_bus()
        kinds = Gst.MessageType.ERROR | Gst.MessageType.WARNING
        while (message := bus.pop_filtered(kinds)) is not None:
            if message.type == Gst.MessageType.WARNING:
                print('grab.py: ' + message.parse_warning()[0].message, file=sys.stderr)
            elif self.error is None:
                self.error = '%s: %s' % (without_password(self.options.source),
                                         message.parse_error()[0].message)

    def take_images(self):
        """Fetches images, and may be slow, from the queue that the appsink is. Were
        they taken in a callback of it, the pipeline would stand still for as long,
        and a source that does not would fill what lies before."""
        while not self.stopped and not 0 < self.options.count <= self.taken:
            sample = self.sink.emit('try-pull-sample', Gst.SECOND // 10)
            self.listen()
            if sample is not None:
                self.take(sample)
            elif self.error or self.sink.get_property('eos'):
                return

    def stop(self, number, _frame):
        self.stopped = True
        # Whoever asks twice is not kept waiting.
        signal.signal(number, signal.SIG_DFL)

    def run(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.stop)
        # A camera does not wait: what is not taken in time gives way to what is
        # newer. A file does, and nothing of it is lost.
        if self.pipeline.set_state(Gst.State.PAUSED) == Gst.StateChangeReturn.NO_PREROLL:
            self.sink.set_property('drop', True)
        self.pipeline.set_state(Gst.State.PLAYING)
        try:
            self.take_images()
        finally:
            self.pipeline.set_state(Gst.State.NULL)
        if self.error is None and self.taken == 0:
            self.error = self.options.source + ': there was no picture in it'
        return 'grab.py: ' + self.error if self.error else 0


def quote(text):
    """No character in it has a meaning for the parser."""
    return '"%s"' % text.replace('\\', '\\\\').replace('"', '\\"')


def source_of(source):
    """What gives its frames, as gst-launch-1.0 would have it."""
    if source == 'test':
        return 'videotestsrc is-live=true'
    if source.startswith(('/dev/video', '/dev/v4l/')):
        return 'v4l2src device=' + quote(source)
    uri = source if Gst.uri_is_valid(source) else Gst.filename_to_uri(source)
    return 'uridecodebin uri=%s ! queue' % quote(uri)


def number(kind, least, most):
    """Of a command line: any other is refused, with what it is and may be."""
    def parse(text):
        try:
            value = kind(text)
        except (ValueError, OverflowError):
            value = None
        # False for nan, too.
        if value is None or not least <= value <= most:
            raise argparse.ArgumentTypeError(
                "goes from %.10g to %.10g%s, and cannot be '%.40s'"
                % (least, most, ' in whole numbers' if kind is int else '', text))
        return value
    return parse


def without_password(uri):
    """For a line that is printed."""
    return re.sub(r'://[^/?#]*@', '://', uri)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('source', metavar='SOURCE',
                        help='file, URI, /dev/video0 or `test`')
    parser.add_argument('-e', '--every', type=number(float, 0, 1e9), default=1.0,
                        metavar='SECONDS',
                        help='an image every so many seconds, 0 for every frame (1)')
    parser.add_argument('--width', type=number(int, 0, MAX_SIZE), default=0)
    parser.add_argument('--height', type=number(int, 0, MAX_SIZE), default=0)
    parser.add_argument('-f', '--format', choices=('jpeg', 'png'), default='jpeg')
    parser.add_argument('-q', '--quality', type=number(int, 0, 100), default=85)
    parser.add_argument('-n', '--count', type=number(int, 0, 2**31 - 1), default=0,
                        help='end after so many images (0: all)')
    parser.add_argument('--version', action='version', version='grab.py 0.1.0')
    options = parser.parse_args()
    # As of any program whose output nobody reads any longer.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    Gst.init(None)
    try:
        return Grab(options).run()
    except GLib.Error as error:
        return 'grab.py: ' + error.message


if __name__ == '__main__':
    sys.exit(main())
