#!/usr/bin/env python3
"""imbytes: pictures of a video as bytes in memory, in Python.

    appsink.py FILE

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import sys

import gi
gi.require_version('Gst', '1.0')
from gi.repository import Gst  # noqa: E402


def on_sample(sink):
    """Called for each picture, in the streaming thread."""
    buffer = sink.emit('pull-sample').get_buffer()
    data = buffer.extract_dup(0, buffer.get_size())  # one JPEG file
    print(len(data), 'bytes')
    return Gst.FlowReturn.OK


if len(sys.argv) != 2:
    sys.exit('appsink.py FILE')
Gst.init(None)
pipeline = Gst.parse_launch(
    'filesrc name=source ! decodebin ! imbytes width=640 quality=90 '
    '! image/jpeg ! appsink name=sink emit-signals=true sync=false')
pipeline.get_by_name('source').set_property('location', sys.argv[1])
pipeline.get_by_name('sink').connect('new-sample', on_sample)
pipeline.set_state(Gst.State.PLAYING)
message = pipeline.get_bus().timed_pop_filtered(
    Gst.CLOCK_TIME_NONE, Gst.MessageType.ERROR | Gst.MessageType.EOS)
pipeline.set_state(Gst.State.NULL)
if message.type == Gst.MessageType.ERROR:
    sys.exit(message.parse_error().gerror.message)
