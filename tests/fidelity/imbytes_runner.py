# imbytes tests: numpy arrays -> frames -> imbytes -> bytes -> numpy arrays.
#
# A Frame is caps and the bytes of one buffer, laid out as GstVideoInfo says.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import io
import os
import sys

import report

report.need('gi', 'numpy', 'PIL.Image', 'cv2')

import gi
gi.require_version('Gst', '1.0')
gi.require_version('GstVideo', '1.0')
from gi.repository import Gst, GstVideo

import cv2
import numpy as np
from PIL import Image

Gst.init(None)

TIMEOUT = report.PATIENCE * Gst.SECOND

if Gst.ElementFactory.find('imbytes') is None:
    report.fail(os.path.basename(sys.argv[0]),
                'GStreamer does not find imbytes; is GST_PLUGIN_PATH set?')
    report.finish()

METHODS = tuple(value.value_nick for value in Gst.ElementFactory.make('imbytes').find_property(
    'method').enum_class.__enum_values__.values())


def caps_of(format, width, height, **fields):
    text = 'video/x-raw,format=%s,width=%d,height=%d,framerate=25/1' % (
        format, width, height)
    for name, value in fields.items():
        text += ',%s=%s' % (name.replace('_', '-'), value)
    return text


def info_of(caps):
    return GstVideo.VideoInfo.new_from_caps(Gst.Caps.from_string(caps))


class Frame:
    def __init__(self, caps, data):
        self.caps, self.data = caps, bytes(data)

    @property
    def info(self):
        return info_of(self.caps)


def failure_of(pipeline):
    """The error on the bus; None without one."""
    message = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
    if message is None:
        return None
    error, debug = message.parse_error()
    return '%s (%s)' % (error.message, debug)


def run(chain, frames=(), wanted=None):
    """[(caps, bytes)] of the buffers that @chain makes of @frames, or of what
    its own source makes when there are none. No more than @wanted."""
    source = 'appsrc name=src format=time is-live=false ! ' if frames else ''
    pipeline = Gst.parse_launch(
        source + chain + ' ! appsink name=sink sync=false max-buffers=8')
    sink, found = pipeline.get_by_name('sink'), []
    try:
        if frames:
            feed(pipeline.get_by_name('src'), frames, pipeline)
        else:
            pipeline.set_state(Gst.State.PLAYING)
        while wanted is None or len(found) < wanted:
            sample = sink.emit('try-pull-sample', TIMEOUT)
            if sample is None:
                break
            found.append((sample.get_caps().to_string(), sample))
        why = failure_of(pipeline)
        if why is not None:
            raise RuntimeError(why)
        return [(caps, contents(sample)) for caps, sample in found]
    finally:
        pipeline.set_state(Gst.State.NULL)


def feed(source, frames, pipeline):
    source.set_property('caps', Gst.Caps.from_string(frames[0].caps))
    source.set_property('max-bytes', 0)
    pipeline.set_state(Gst.State.PLAYING)
    for i, frame in enumerate(frames):
        buffer = Gst.Buffer.new_wrapped(frame.data)
        buffer.pts = i * Gst.SECOND // 25
        buffer.duration = Gst.SECOND // 25
        source.emit('push-buffer', buffer)
    source.emit('end-of-stream')


def contents(sample):
    """The bytes of a buffer; of raw video, as its caps alone would lay them
    out, whatever its GstVideoMeta says."""
    buffer, caps = sample.get_buffer(), sample.get_caps()
    data = buffer.extract_dup(0, buffer.get_size())
    meta = GstVideo.buffer_get_video_meta(buffer)
    if meta is None or report.structure_of(caps).get_name() != 'video/x-raw':
        return data
    info = GstVideo.VideoInfo.new_from_caps(caps)
    if info.finfo.flags & GstVideo.VideoFormatFlags.TILED:
        # Strides mean something else there, and nothing pads them here.
        return data
    out = bytearray(info.size)
    for plane in range(info.finfo.n_planes):
        stride, own = meta.stride[plane], info.stride[plane]
        ends = list(info.offset[:info.finfo.n_planes]) + [info.size]
        rows = (ends[plane + 1] - ends[plane]) // own
        for y in range(rows):
            start = meta.offset[plane] + y * stride
            row = data[start:start + min(own, stride)]
            out[ends[plane] + y * own:ends[plane] + y * own + len(row)] = row
    return bytes(out)


def chain_of(format, properties):
    words = ['imbytes', 'format=' + format]
    for name, value in properties.items():
        if isinstance(value, bool):
            value = 'true' if value else 'false'
        words.append('%s=%s' % (name.replace('_', '-'), value))
    return ' '.join(words)


def encode(frame, format='png', **properties):
    """One frame's file."""
    made = run(chain_of(format, properties), [frame])
    if len(made) != 1:
        raise RuntimeError('%d images of one frame' % len(made))
    return made[0][1]


def decode(data):
    """Height x width x components, 0..255, 16-bit files as fractions; colours
    in the order R, G, B."""
    if data[:2] == b'\xff\xd8' or data[24] == 8:
        pixels = np.asarray(Image.open(io.BytesIO(data))).astype(np.float64)
        return pixels if pixels.ndim == 3 else pixels[..., None]
    # Pillow reads 16-bit colours as 8 bits.
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    pixels = pixels.astype(np.float64) / 257.0
    if pixels.ndim == 2:
        return pixels[..., None]
    order = [2, 1, 0, 3][:pixels.shape[2]]
    return pixels[..., order]


def pictured(frame, format='png', **properties):
    return decode(encode(frame, format, **properties))


def rgb_frame(pixels, **fields):
    """Of height x width x 3 bytes."""
    height, width = pixels.shape[:2]
    frame = Frame(caps_of('RGB', width, height, **fields), b'')
    info = frame.info
    out = np.zeros((height, info.stride[0]), np.uint8)
    out[:, :width * 3] = np.ascontiguousarray(pixels).reshape(height, -1)
    frame.data = out.tobytes()
    return frame


def in_place(finfo):
    """Every component is a run of bytes or 16-bit words, and where GStreamer's
    own table says; of VYUY it has Cb and Cr the wrong way round."""
    n = finfo.n_components
    places = {(finfo.plane[c], finfo.poffset[c]) for c in range(n)}
    return (len(places) == n and finfo.name != 'VYUY' and not finfo.flags
            & (GstVideo.VideoFormatFlags.COMPLEX
               | GstVideo.VideoFormatFlags.TILED
               | GstVideo.VideoFormatFlags.PALETTE)
            and all(finfo.depth[c] >= 8 and finfo.pixel_stride[c]
                    * 8 >= finfo.depth[c] for c in range(n)))


def component_size(info, c):
    finfo = info.finfo
    return ((info.height + (1 << finfo.h_sub[c]) - 1) >> finfo.h_sub[c],
            (info.width + (1 << finfo.w_sub[c]) - 1) >> finfo.w_sub[c])


def component_view(info, buffer, c):
    """Component @c of a numpy byte buffer, in place."""
    finfo = info.finfo
    wide = finfo.depth[c] > 8
    offset = finfo.poffset[c]
    # P010 and its like count words here.
    if wide and offset % 2:
        offset *= 2
    little = finfo.flags & GstVideo.VideoFormatFlags.LE \
        or finfo.name in ('v216', 'Y210', 'Y410')
    kind = np.dtype(('<u2' if little else '>u2') if wide else 'u1')
    return np.ndarray(component_size(info, c), kind, buffer,
                      info.offset[finfo.plane[c]] + offset,
                      (info.stride[finfo.plane[c]], finfo.pixel_stride[c]))


def frame_of_codes(caps, codes):
    """@codes: of each component, at its own resolution, integers of its own
    depth. Formats that are not rows of samples are packed by videoconvert."""
    info = info_of(caps)
    finfo = info.finfo
    if not in_place(finfo):
        return packed_by_gstreamer(caps, info, codes)
    buffer = np.zeros(info.size, np.uint8)
    for c in range(finfo.n_components):
        component_view(info, buffer, c)[...] = \
            codes[c].astype(np.uint16) << finfo.shift[c]
    return Frame(caps, buffer.tobytes())


def codes_of_frame(frame):
    """The reverse, for formats in place."""
    info = frame.info
    buffer = np.frombuffer(frame.data, np.uint8)
    return [component_view(info, buffer, c).astype(np.int64)
            >> info.finfo.shift[c] for c in range(info.finfo.n_components)]


def wide_caps(caps, finfo):
    """The same picture in 16 bits a sample and 4:4:4."""
    structure = report.structure_of(Gst.Caps.from_string(caps))
    flags = finfo.flags
    wide = 'ARGB64_LE' if flags & GstVideo.VideoFormatFlags.RGB else \
        'GRAY16_LE' if flags & GstVideo.VideoFormatFlags.GRAY else 'AYUV64'
    structure.set_value('format', wide)
    return structure.to_string()


CONVERT = 'videoconvert dither=none chroma-mode=none matrix-mode=none ' \
    'gamma-mode=none primaries-mode=none n-threads=1 ! '


def converted(frame, caps):
    made = run(CONVERT + 'capsfilter caps="%s"' % caps.replace('"', '\\"'),
               [frame])
    return Frame(caps, made[0][1])


def packed_by_gstreamer(caps, info, codes):
    finfo = info.finfo
    wide = info_of(wide_caps(caps, finfo))
    buffer = np.full(wide.size, 255, np.uint8)
    for c in range(finfo.n_components):
        whole = codes[c].repeat(1 << finfo.h_sub[c], 0).repeat(
            1 << finfo.w_sub[c], 1)[:info.height, :info.width]
        depth = finfo.depth[c]
        code = whole.astype(np.uint32) << (16 - depth)
        component_view(wide, buffer, c)[...] = code | code >> depth
    return converted(Frame(wide_caps(caps, finfo), buffer.tobytes()), caps)


def unpacked_by_gstreamer(frame):
    """Of each component, at luma's resolution, integers of its own depth."""
    finfo = frame.info.finfo
    wide = converted(frame, wide_caps(frame.caps, finfo))
    return [code >> (16 - finfo.depth[c])
            for c, code in enumerate(codes_of_frame(wide))
            if c < finfo.n_components]
