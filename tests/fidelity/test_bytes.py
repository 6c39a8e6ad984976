# imbytes: the job of cv2.imencode and of Pillow's save, from a file in memory
# to a smaller one, gives their pictures.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import functools
import io
import sys

from fidelity import (Gst, Image, Skipped, decode, difference, encode, media,
                      numpy, photographs, play, run)


def pillow_jpeg(pixels, **options):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, 'JPEG', **options)
    return buffer.getvalue()


def opencv():
    try:
        import cv2
    except ImportError as error:
        raise Skipped(str(error))
    return cv2


def three_ways(method, pillow_filter):
    """One picture, resized to 500x500 by all three, before coding."""
    cv2 = opencv()
    for name, pixels in photographs(size=(1000, 1000)):
        ours = decode(encode(pixels, 'width=500 height=500 method=' + method))
        pillow = numpy.asarray(
            Image.fromarray(pixels).resize((500, 500), pillow_filter))
        assert difference(ours, pillow)[0] <= 0.6, name
        if method == 'area':
            theirs = cv2.resize(pixels, (500, 500), interpolation=cv2.INTER_AREA)
            assert difference(ours, theirs)[0] <= 0.6, name


def jpeg_file_to_jpeg_bytes():
    """filesrc ! jpegdec ! imbytes, against Pillow's decode, resize, save."""
    for name, pixels in photographs(1, size=(1000, 1000)):
        data = pillow_jpeg(pixels, quality=95)
        pipeline = Gst.parse_launch(
            'appsrc name=source ! jpegdec idct-method=islow '
            '! imbytes width=500 height=500 quality=95 '
            '! image/jpeg ! appsink name=sink')
        source = pipeline.get_by_name('source')
        source.set_property('caps', Gst.Caps.from_string('image/jpeg,framerate=1/1'))
        source.emit('push-buffer', Gst.Buffer.new_wrapped(data))
        source.emit('end-of-stream')
        ours, = play(pipeline)
        theirs = pillow_jpeg(numpy.asarray(Image.open(io.BytesIO(data)).resize(
            (500, 500), Image.BILINEAR)), quality=95)
        mean, _ = difference(decode(ours), decode(theirs))
        assert mean <= 1.5, '%s: mean difference %.3f' % (name, mean)
        assert abs(len(ours) - len(theirs)) < 0.1 * len(theirs), (
            '%s: %d bytes, Pillow %d' % (name, len(ours), len(theirs)))


def same_tables(quality):
    """The same quality is the same quantization in all three."""
    cv2 = opencv()
    pixels = next(photographs(1, size=(320, 240)))[1]
    ours = encode(pixels, 'quality=%d' % quality, 'image/jpeg')
    pillow = pillow_jpeg(pixels, quality=quality)
    opened = [Image.open(io.BytesIO(data)) for data in (
        ours, pillow, cv2.imencode('.jpg', pixels,
                                   [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())]
    assert opened[0].quantization == opened[1].quantization
    assert opened[0].quantization == opened[2].quantization
    assert opened[0].layer == opened[1].layer, 'subsampling'
    mean, _ = difference(decode(ours), decode(pillow))
    assert mean <= 1.0, 'mean difference %.3f' % mean


def read_by_all(caps):
    """OpenCV and Pillow read the same picture out of a file of ours."""
    cv2 = opencv()
    for name, pixels in photographs(1):
        data = encode(pixels, 'width=426', caps)
        theirs = cv2.imdecode(numpy.frombuffer(data, 'u1'), cv2.IMREAD_COLOR)
        mean, _ = difference(decode(data), theirs[:, :, ::-1])
        assert mean <= 0.5, '%s: mean difference %.3f' % (name, mean)


def clip(name, size):
    """Frames of real video, small, against Pillow's resizing of the same at
    their own size. Luma alone: chroma of half the size is resized from there,
    and so stays sharper than Pillow can have it."""
    path = media(name)
    if Gst.ElementFactory.find('avdec_h264') is None:
        raise Skipped('no decoder for H.264')
    frames = play(Gst.parse_launch(
        'filesrc location="%s" ! decodebin ! identity eos-after=6 '
        '! imbytes ! image/png ! appsink name=sink' % path))
    small = play(Gst.parse_launch(
        'filesrc location="%s" ! decodebin ! identity eos-after=6 '
        '! imbytes width=%d height=%d ! image/png ! appsink name=sink'
        % (path, *size)))
    assert min(len(frames), len(small)) >= 5, (
        '%d and %d images' % (len(frames), len(small)))
    # More may come when the decoder is drained, with a gap before them.
    for whole, ours in zip(frames[:5], small[:5]):
        theirs = Image.open(io.BytesIO(whole)).resize(size, Image.BILINEAR)
        mean, _ = difference(
            numpy.asarray(Image.open(io.BytesIO(ours)).convert('L')),
            numpy.asarray(theirs.convert('L')))
        assert mean <= 0.6, 'mean difference %.3f' % mean


CASES = [
    ('500x500 three ways, bilinear',
     functools.partial(three_ways, 'bilinear', Image.BILINEAR)),
    ('500x500 three ways, area', functools.partial(three_ways, 'area', Image.BOX)),
    ('a JPEG file to JPEG bytes', jpeg_file_to_jpeg_bytes),
    ('JPEG read by all', functools.partial(read_by_all, 'image/jpeg')),
    ('PNG read by all', functools.partial(read_by_all, 'image/png')),
    ('car-detection.mp4', functools.partial(clip, 'car-detection.mp4', (384, 216))),
    ('bottle-detection.mp4',
     functools.partial(clip, 'bottle-detection.mp4', (320, 180))),
]
for _quality in (10, 75, 85, 95, 100):
    CASES.append(('quality %d has the same tables' % _quality,
                  functools.partial(same_tables, _quality)))

if __name__ == '__main__':
    sys.exit(run(CASES))
