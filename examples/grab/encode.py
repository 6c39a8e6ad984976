#!/usr/bin/env python3
"""imbytes: a numpy array becomes the bytes of a JPEG or PNG file, resized on the way.

    from encode import encode
    data = encode(array, width=640, quality=90)

Copy this file into your program. It needs GStreamer's Python bindings (Debian:
python3-gi, gir1.2-gstreamer-1.0, python3-gst-1.0) and numpy.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import os
import sys
import threading
import warnings
import weakref

import gi
import numpy
gi.require_version('Gst', '1.0')
from gi.repository import GLib, GObject, Gst  # noqa: E402

# GStreamer's name for an array of this type and number of channels.
FORMATS = {('uint8', 1): 'GRAY8', ('uint16', 1): 'GRAY16',
           ('uint8', 3): 'RGB', ('uint8', 4): 'RGBA'}
# How long one wait for an image lasts before errors are looked for.
WAIT = Gst.SECOND // 20


class EncodeError(RuntimeError):
    """imbytes could not make the image; the text says why."""


class Encoder:
    """Keeps one pipeline for many arrays. Any thread may call encode(); the calls of
    one Encoder follow one another, those of several run at the same time."""

    def __init__(self, format='jpeg'):
        if format not in ('jpeg', 'png'):
            raise ValueError("format is 'jpeg' or 'png', not %r" % (format,))
        Gst.init(None)
        self._format, self._lock, self._pid = format, threading.Lock(), os.getpid()
        self._pipeline, self._set, self._count = None, {}, 0

    def encode(self, array, bgr=False, **properties):
        """The bytes of one file. @array is gray (height x width, uint8 or uint16), RGB
        or RGBA (height x width x 3 or 4, uint8); @bgr says that the channels are in
        OpenCV's order. @properties are those of imbytes, with _ in place of -."""
        if os.getpid() != self._pid:
            raise EncodeError('GStreamer does not work after fork; start processes with '
                              "multiprocessing's method 'spawn', or make an Encoder in each")
        array = numpy.asarray(array)
        caps = caps_of(array, bgr)
        with self._lock:
            try:
                self._start()
                self._set_properties(properties)
                return self._encode(array, caps)
            except EncodeError:
                # After an error a pipeline is of no more use.
                self._stop()
                raise

    def close(self):
        """Frees the pipeline; encode() makes a new one."""
        with self._lock:
            self._stop()

    def _start(self):
        if self._pipeline is not None:
            return
        try:
            self._pipeline = Gst.parse_launch(
                'appsrc name=source format=time ! imbytes name=images ! image/%s '
                '! appsink name=sink sync=false async=false' % self._format)
        except GLib.Error as error:
            raise EncodeError(error.message) from None
        self._source, self._images, self._sink, self._bus = (
            *map(self._pipeline.get_by_name, ('source', 'images', 'sink')),
            self._pipeline.get_bus())
        self._set, self._count = {}, 0
        # When nobody has the Encoder any longer, and when Python ends.
        self._end = weakref.finalize(self, self._pipeline.set_state, Gst.State.NULL)
        self._pipeline.set_state(Gst.State.PLAYING)

    def _stop(self):
        if self._pipeline is not None:
            self._end()
        self._pipeline = None

    def _set_properties(self, properties):
        """What an earlier call has set and this one has not goes back to its default."""
        if properties == self._set:
            return
        wanted = {name: check_property(self._images, name, value)
                  for name, value in properties.items()}
        for name in self._set.keys() - wanted.keys():
            spec = self._images.find_property(name.replace('_', '-'))
            self._images.set_property(spec.name, spec.default_value)
        for name, value in wanted.items():
            self._images.set_property(name.replace('_', '-'), value)
        self._set = dict(properties)

    def _encode(self, array, caps):
        self._warn()
        left_out = self._left_out()
        buffer = buffer_of(array)
        buffer.pts = self._count * Gst.SECOND
        self._count += 1
        self._source.emit('push-sample', Gst.Sample.new(buffer, caps, None, None))
        while True:
            sample = self._sink.emit('try-pull-sample', WAIT)
            if sample is not None:
                image = sample.get_buffer()
                return bytes(image.extract_dup(0, image.get_size()))
            why = self._message(0)
            if not why and (self._sink.get_property('eos') or self._left_out() != left_out):
                # imbytes counts first, and posts its message then.
                why = self._message(2 * WAIT)
                why = why or 'imbytes left the picture out, as its properties say'
            if why:
                raise EncodeError(why)

    def _message(self, timeout):
        """The text of the next error or warning."""
        message = self._bus.timed_pop_filtered(
            timeout, Gst.MessageType.ERROR | Gst.MessageType.WARNING)
        if message is None:
            return None
        if message.type == Gst.MessageType.ERROR:
            return message.parse_error()[0].message
        return message.parse_warning()[0].message

    def _left_out(self):
        stats = self._images.get_property('stats')
        return stats.get_value('frames-skipped'), stats.get_value('images-dropped')

    def _warn(self):
        """What was posted with an image that came all the same."""
        while (why := self._message(0)) is not None:
            warnings.warn(why, stacklevel=4)


def caps_of(array, bgr):
    """GStreamer's description of the array, or an exception that says what it may be."""
    channels = array.shape[2] if array.ndim == 3 else 1
    format = FORMATS.get((array.dtype.name, channels))
    if array.ndim not in (2, 3) or format is None:
        raise TypeError('an array is height x width of uint8 or uint16, or height x width x '
                        '3 or 4 of uint8, not %s of %s' % (
                            ' x '.join(map(str, array.shape)) or 'one number', array.dtype))
    height, width = array.shape[:2]
    if not 0 < width < 2**31 or not 0 < height < 2**31:
        raise ValueError('an array of %d x %d is no picture' % (height, width))
    if format == 'GRAY16':
        format += '_LE' if sys.byteorder == 'little' else '_BE'
    elif bgr:
        format = format.replace('RGB', 'BGR')
    return Gst.Caps.from_string('video/x-raw,format=%s,width=%d,height=%d,framerate=0/1'
                                % (format, width, height))


def buffer_of(array):
    """A copy of the pixels, each row as long as GStreamer has it: a multiple of four
    bytes. Slices and arrays turned upside down need no other copy."""
    height, width = array.shape[:2]
    samples = array.reshape(height, -1) if array.flags.c_contiguous else array
    used = array[0].size * array.itemsize
    row = (used + 3) // 4 * 4
    buffer = Gst.Buffer.new_allocate(None, row * height, None)
    if buffer is None:
        raise MemoryError('no memory for %d x %d pixels' % (width, height))
    mapped, info = buffer.map(Gst.MapFlags.WRITE)
    if mapped and isinstance(info.data, memoryview):
        pixels = numpy.frombuffer(info.data, numpy.uint8).reshape(height, row)[:, :used]
        numpy.copyto(pixels.view(array.dtype.newbyteorder('=')).reshape(samples.shape), samples)
        del pixels
        buffer.unmap(info)
        return buffer
    if mapped:
        buffer.unmap(info)
    # Without GStreamer's own Python module nothing can be written in place.
    pixels = numpy.zeros((height, row), numpy.uint8)
    flat = array.astype(array.dtype.newbyteorder('=')).reshape(height, -1)
    pixels[:, :used] = numpy.ascontiguousarray(flat).view(numpy.uint8)
    buffer.fill(0, pixels.tobytes())
    return buffer


def check_property(images, name, value):
    """The value, where imbytes takes it: GStreamer only prints a warning where not."""
    spec = images.find_property(name.replace('_', '-'))
    if spec is None or not spec.flags & GObject.ParamFlags.WRITABLE \
            or name in ('format', 'snapshot'):
        raise TypeError("imbytes has no property '%s' to set here" % name)
    if hasattr(spec, 'enum_class'):
        nicks = [each.value_nick for each in spec.enum_class.__enum_values__.values()]
        if value not in nicks:
            raise ValueError('%s is one of %s, not %r' % (name, ', '.join(nicks), value))
    elif hasattr(spec, 'minimum') and not isinstance(value, (int, float, numpy.number)):
        raise TypeError('%s is a number, not %r' % (name, value))
    elif hasattr(spec, 'minimum') and not spec.minimum <= value <= spec.maximum:
        raise ValueError('%s goes from %s to %s, and cannot be %r'
                         % (name, spec.minimum, spec.maximum, value))
    return value


_encoders, _lock = {}, threading.Lock()


def encode(array, format='jpeg', bgr=False, **properties):
    """As Encoder.encode(), on one Encoder of the program for each format."""
    with _lock:
        encoder = _encoders.get(format)
        if encoder is None:
            encoder = _encoders[format] = Encoder(format)
    return encoder.encode(array, bgr, **properties)
