# imbytes: what the fidelity tests share: pictures into imbytes and out again,
# and a table of cases.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import io
import os
import sys
import traceback

try:
    import gi
    gi.require_version('Gst', '1.0')
    from gi.repository import Gst
    import numpy
    from PIL import Image
except (ImportError, ValueError) as error:
    print('skipped: %s' % error)
    print('0 passed, 0 failed, 1 skipped')
    sys.exit(77)

PHOTOGRAPHS = '/usr/share/backgrounds/mate/nature'


class Skipped(Exception):
    """A case that cannot run here; the text says why."""


def media(name):
    """Path of a clip, or Skipped."""
    folder = os.environ.get('IMBYTES_MEDIA') or os.path.join(
        os.path.dirname(__file__), '..', '..', '..', 'shared', 'media')
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        raise Skipped('no %s in %s' % (name, folder))
    return path


def photographs(limit=3, size=(1600, 1000)):
    """RGB arrays of photographs, middle parts of one size, or Skipped."""
    try:
        names = sorted(name for name in os.listdir(PHOTOGRAPHS)
                       if name.endswith('.jpg'))
    except OSError:
        names = []
    if not names:
        raise Skipped('no photographs in ' + PHOTOGRAPHS)
    for name in names[:limit]:
        picture = Image.open(os.path.join(PHOTOGRAPHS, name)).convert('RGB')
        left = max(0, (picture.width - size[0]) // 2)
        top = max(0, (picture.height - size[1]) // 2)
        box = (left, top, min(picture.width, left + size[0]),
               min(picture.height, top + size[1]))
        yield name, numpy.asarray(picture.crop(box))


def play(pipeline):
    """The images that come out of the appsink called `sink`, as bytes."""
    sink = pipeline.get_by_name('sink')
    images = []

    def on_sample(sink):
        buffer = sink.emit('pull-sample').get_buffer()
        images.append(buffer.extract_dup(0, buffer.get_size()))
        return Gst.FlowReturn.OK

    sink.set_property('emit-signals', True)
    sink.set_property('sync', False)
    sink.connect('new-sample', on_sample)
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(
        60 * Gst.SECOND, Gst.MessageType.ERROR | Gst.MessageType.EOS)
    pipeline.set_state(Gst.State.NULL)
    if message is None:
        raise AssertionError('no end of stream within a minute')
    if message.type == Gst.MessageType.ERROR:
        raise AssertionError(message.parse_error().gerror.message)
    return images


def padded(pixels):
    """Bytes of @pixels with rows of a multiple of 4 bytes, as GStreamer has
    them without a GstVideoMeta."""
    rows = numpy.ascontiguousarray(pixels).reshape(pixels.shape[0], -1).view('u1')
    missing = -rows.shape[1] % 4
    return numpy.pad(rows, ((0, 0), (0, missing))).tobytes()


def encode(pixels, properties, caps='image/png', colorimetry=None):
    """One RGB or gray array through imbytes: the file, as bytes."""
    height, width = pixels.shape[:2]
    pipeline = Gst.parse_launch(
        'appsrc name=source format=time ! imbytes %s ! %s ! appsink name=sink'
        % (properties, caps))
    source = pipeline.get_by_name('source')
    text = 'video/x-raw,format=%s,width=%d,height=%d,framerate=1/1' % (
        'GRAY8' if pixels.ndim == 2 else 'RGB', width, height)
    if colorimetry:
        text += ',colorimetry=' + colorimetry
    source.set_property('caps', Gst.Caps.from_string(text))
    buffer = Gst.Buffer.new_wrapped(padded(pixels))
    buffer.pts = 0
    buffer.duration = Gst.SECOND
    source.emit('push-buffer', buffer)
    source.emit('end-of-stream')
    images = play(pipeline)
    assert len(images) == 1, '%d images of one frame' % len(images)
    return images[0]


def decode(data):
    """Pixels of a JPEG or PNG file."""
    return numpy.asarray(Image.open(io.BytesIO(data)))


def difference(a, b):
    """Mean and largest absolute difference."""
    assert a.shape == b.shape, '%s is not %s' % (a.shape, b.shape)
    apart = numpy.abs(a.astype(int) - b.astype(int))
    return apart.mean(), apart.max()


def run(cases):
    """Runs (name, function) pairs; the exit code of the program."""
    Gst.init(None)
    passed = failed = skipped = 0
    for name, case in cases:
        try:
            case()
            print('ok  ', name)
            passed += 1
        except Skipped as why:
            print('skipped: %s: %s' % (name, why))
            skipped += 1
        except Exception:  # a case that fails must not hide the others
            print('FAIL', name)
            traceback.print_exc(file=sys.stdout)
            failed += 1
    print('%d passed, %d failed, %d skipped' % (passed, failed, skipped))
    return 1 if failed else 0
