#!/usr/bin/python3
# imbytes tests: what files say of themselves, as Pillow, exiftool and jpegparse
# read it.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import datetime
import io
import json
import os
import shutil
import subprocess
import time

import report
from imbytes_runner import Gst

import numpy as np
from PIL import Image

EXIF_IFD, GPS_IFD = 0x8769, 0x8825
DATE_TIME_ORIGINAL, OFFSET, SUBSEC = 0x9003, 0x9011, 0x9291
MEDIA = os.environ.get('IMBYTES_MEDIA', '')

TAGS = ('title="a title"', 'artist="me"', 'comment="gr\u00fc\u00dfe"',
        'copyright="mine"', 'device-model="model 7"',
        'device-manufacturer="maker"',
        'geo-location-latitude=(double)12.5', 'geo-location-longitude=(double)-3.25',
        'geo-location-elevation=(double)100.5')
DATE = 'datetime=(datetime)2024-05-06T07:08:09.25+0230'


def images_of(tags, codec='jpeg', properties='metadata=true', reference=None):
    """The bytes of one image of a stream with @tags; @reference is the name of a
    clock and a time in nanoseconds."""
    pipeline = Gst.parse_launch(
        'appsrc name=source format=time caps=video/x-raw,format=GRAY8,width=64,'
        'height=48,framerate=25/1 ! imbytes %s ! image/%s ! appsink name=sink sync=false'
        % (properties, codec))
    source = pipeline.get_by_name('source')
    pipeline.set_state(Gst.State.PLAYING)
    if tags:
        source.get_static_pad('src').push_event(Gst.Event.new_stream_start('a'))
        taglist = Gst.TagList.new_from_string('taglist, ' + ', '.join(tags))
        source.send_event(Gst.Event.new_tag(taglist))
    frame = Gst.Buffer.new_wrapped(bytes(range(64)) * 48)
    frame.pts = 0
    if reference:
        frame.add_reference_timestamp_meta(
            Gst.Caps.from_string(reference[0]), reference[1], Gst.CLOCK_TIME_NONE)
    source.emit('push-buffer', frame)
    source.emit('end-of-stream')
    sample = pipeline.get_by_name('sink').emit('try-pull-sample', report.PATIENCE * Gst.SECOND)
    pipeline.set_state(Gst.State.NULL)
    buffer = sample.get_buffer()
    return buffer.extract_dup(0, buffer.get_size())


def exif_of(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    exif = image.getexif()
    return (dict(exif), dict(exif.get_ifd(EXIF_IFD)), dict(exif.get_ifd(GPS_IFD)), image)


def test_tags():
    for codec in ('jpeg', 'png'):
        first, exif, gps, image = exif_of(
            images_of(TAGS + (DATE, 'image-orientation="rotate-90"'), codec))
        report.check('%s: tags of the stream' % codec, (
            first.get(0x010e), first.get(0x013b), first.get(0x8298), first.get(0x0110),
            first.get(0x010f)) == ('a title', 'me', 'mine', 'model 7', 'maker'), str(first))
        report.check('%s: orientation that was not applied' % codec,
                     first.get(0x0112) == 6)
        report.check('%s: place' % codec, gps.get(1) == 'N' and gps.get(3) == 'W'
                     and [float(v) for v in gps[2]] == [12, 30, 0]
                     and [float(v) for v in gps[4]] == [3, 15, 0], str(gps))
        report.check('%s: capture time with its fraction and offset' % codec, (
            exif.get(DATE_TIME_ORIGINAL), exif.get(SUBSEC), exif.get(OFFSET),
            exif.get(0x9000)) == ('2024:05:06 07:08:09', '250000', '+02:30', b'0232'),
            str(exif))
        comment = image.info.get('comment' if codec == 'jpeg' else 'Comment')
        comment = comment.decode() if isinstance(comment, bytes) else comment
        report.check('%s: comment' % codec, comment == 'gr\u00fc\u00dfe', repr(comment))


def test_time():
    # 2026-11-24T01:02:03.5 UTC.
    unix = 1795482123500000000
    for name, clock in (('UNIX', ('timestamp/x-unix', unix)),
                        ('NTP', ('timestamp/x-ntp', unix + 2208988800 * Gst.SECOND))):
        _, exif, _, _ = exif_of(images_of((DATE,), reference=clock))
        report.check("the frame's own %s time, before that of the tags" % name, (
            exif.get(DATE_TIME_ORIGINAL), exif.get(SUBSEC), exif.get(OFFSET))
            == ('2026:11:24 01:02:03', '500000', '+00:00'), str(exif))
    _, exif, _, _ = exif_of(images_of(
        ('title="x"',), reference=('timestamp/x-other', unix)))
    report.check('never an invented time', DATE_TIME_ORIGINAL not in exif, str(exif))
    first, exif, _, _ = exif_of(images_of(('date=(date)2021-02-03',)))
    report.check('a day alone: its time is blank',
                 exif.get(DATE_TIME_ORIGINAL) == '2021:02:03   :  :  '
                 and SUBSEC not in exif and OFFSET not in exif, str(exif))


def seconds_of(data):
    """Its capture time in seconds since 1970; None where it says none."""
    exif = exif_of(data)[1]
    if DATE_TIME_ORIGINAL not in exif:
        return None
    stamp = '%s.%s %s' % (exif[DATE_TIME_ORIGINAL], exif[SUBSEC], exif[OFFSET])
    return datetime.datetime.strptime(stamp, '%Y:%m:%d %H:%M:%S.%f %z').timestamp()


def live_images(source, properties):
    """(presentation time in seconds, capture time or None) of each image."""
    pipeline = Gst.parse_launch(
        source + ' ! video/x-raw,width=64,height=48,framerate=10/1 ! queue '
        '! identity name=slow sleep-time=200000 ! imbytes name=imbytes %s ! image/jpeg '
        '! appsink name=sink sync=false' % properties)
    if properties == '':
        pipeline.get_by_name('imbytes').load_preset('cctv')
        pipeline.get_by_name('imbytes').set_property('interval', 0)
        pipeline.get_by_name('imbytes').set_property('min-change', 0)
    sink, found = pipeline.get_by_name('sink'), []
    pipeline.set_state(Gst.State.PLAYING)
    while True:
        sample = sink.emit('try-pull-sample', report.PATIENCE * Gst.SECOND)
        if sample is None:
            break
        buffer = sample.get_buffer()
        found.append((buffer.pts / Gst.SECOND,
                      seconds_of(buffer.extract_dup(0, buffer.get_size()))))
    pipeline.set_state(Gst.State.NULL)
    return found


def test_wall_clock():
    live = 'videotestsrc is-live=true num-buffers=8 pattern=ball'
    for properties in ('metadata=true wall-clock=true', ''):
        before = time.time()
        found = live_images(live, properties)
        after = time.time()
        # Each frame waits longer for its turn than the one before it.
        offsets = [stamp - pts for pts, stamp in found if stamp is not None]
        name = properties or 'the preset cctv'
        report.check('%s: when a live source captured it' % name,
                     len(found) == len(offsets) == 8
                     and before - 0.1 <= found[0][1] <= after
                     and max(offsets) - min(offsets) < 0.4, str(found))
    report.check('a live source without wall-clock says no time',
                 [stamp for _, stamp in live_images(live, 'metadata=true')] == [None] * 8)
    report.check('a source that is not live says no time', [
        stamp for _, stamp in live_images('videotestsrc num-buffers=3',
                                          'metadata=true wall-clock=true')] == [None] * 3)
    unix = 1795482123500000000
    report.check("the frame's own time comes first", seconds_of(images_of(
        (), properties='metadata=true wall-clock=true',
        reference=('timestamp/x-unix', unix))) == unix / Gst.SECOND)


def test_text():
    """UTF-8, as Pillow and exiftool read it."""
    for text in ('plain', 'na\u00efve', '\u65e5\u672c\u8a9e', '\U0001f4f7 \u0438'):
        for name, tag, exiftool in (
                ('description', 0x010e, 'ImageDescription'), ('artist', 0x013b, 'Artist'),
                ('copyright', 0x8298, 'Copyright'), ('device-model', 0x0110, 'Model'),
                ('device-manufacturer', 0x010f, 'Make'),
                ('application-name', 0x0131, 'Software')):
            for codec in ('jpeg', 'png'):
                data = images_of(('%s="%s"' % (name, text),), codec)
                first = exif_of(data)[0]
                read = first.get(tag, '')
                # Pillow decodes as Latin-1 what is UTF-8.
                try:
                    read = read.encode('latin-1').decode('utf-8')
                except UnicodeError:
                    pass
                report.check('%s (%s): %s' % (name, codec, text), read == text, repr(read))
                if shutil.which('exiftool'):
                    read = subprocess.run(
                        ['exiftool', '-s3', '-IFD0:' + exiftool, '-'], input=data,
                        stdout=subprocess.PIPE, check=True).stdout.decode().strip()
                    report.check('%s (%s), as exiftool reads it: %s' % (name, codec, text),
                                 read == text, repr(read))


def test_valid():
    """What CIPA DC-008 wants in every file is there."""
    if not shutil.which('exiftool'):
        report.skip('exiftool -validate', 'there is no exiftool')
        return
    places = TAGS[-3:]
    for name, tags in (('one text', TAGS[:1]), ('everything', TAGS + (DATE,)),
                       ('a place', places), ('a time', (DATE,))):
        for codec in ('jpeg', 'png'):
            for properties in ('metadata=true', 'metadata=true width=500',
                               'metadata=true subsampling=4:4:4'):
                data = images_of(tags, codec, properties)
                said = subprocess.run(
                    ['exiftool', '-s', '-a', '-validate', '-warning', '-error', '-'],
                    input=data, stdout=subprocess.PIPE, check=True).stdout.decode()
                report.check('exiftool -validate, %s (%s, %s)' % (name, codec, properties),
                             said.split() == ['Validate', ':', 'OK'], said)


def test_nothing():
    plain = images_of((), properties='')
    report.check('metadata=false: not a byte of it',
                 images_of(TAGS + (DATE,), properties='') == plain)
    report.check('nothing to say: nothing said', images_of(()) == plain)


def test_absurd():
    cases = {'a place that is none': ('geo-location-latitude=(double)1e9',
                                      'geo-location-longitude=(double)-1e300'),
             'a long text': ('title="%s"' % ('x' * 60000),),
             'texts too long by far': ('title="%s"' % ('x' * 200000),
                                       'comment="%s"' % ('y' * 200000)),
             'the year 1': ('datetime=(datetime)0001-01-01T00:00:00Z',),
             'the year 9999': ('datetime=(datetime)9999-12-31T23:59:59Z',)}
    for name, tags in cases.items():
        for codec in ('jpeg', 'png'):
            first, exif, gps, image = exif_of(images_of(tags, codec))
            report.check('%s (%s): still a picture' % (name, codec),
                         image.size == (64, 48)
                         and np.asarray(image).std() > 0 and 2 not in gps)
    _, exif, _, _ = exif_of(images_of(
        ('title="x"',), reference=('timestamp/x-unix', 2 ** 63 + 5)))
    report.check('a time past every calendar: a picture', True)


def test_exiftool():
    if shutil.which('exiftool') is None:
        report.skip('exiftool', 'not installed')
        return
    for codec in ('jpeg', 'png'):
        data = images_of(TAGS + (DATE,), codec)
        said = json.loads(subprocess.run(
            ['exiftool', '-json', '-n', '-validate', '-warning', '-a', '-'],
            input=data, capture_output=True, check=True).stdout)[0]
        said = json.loads(subprocess.run(
            ['exiftool', '-json', '-n', '-'], input=data, capture_output=True,
            check=True).stdout)[0] | said
        report.check('exiftool (%s): reads it all' % codec, (
            said.get('ImageDescription'), said.get('Artist'), said.get('Model'),
            said.get('DateTimeOriginal'), said.get('SubSecTimeOriginal'),
            said.get('OffsetTimeOriginal')) == (
                'a title', 'me', 'model 7', '2024:05:06 07:08:09', 250000, '+02:30')
            and abs(said['GPSLatitude'] - 12.5) < 1e-6
            and abs(said['GPSLongitude'] + 3.25) < 1e-6
            and said.get('Comment') == 'gr\u00fc\u00dfe', str(said))
        report.check('exiftool (%s): no complaint' % codec,
                     'Warning' not in said and 'Error' not in said,
                     str(said.get('Warning')))


def test_jpegparse():
    """Tags come back out of a JPEG in GStreamer, and RTP still takes it."""
    data = images_of(TAGS + (DATE,))
    pipeline = Gst.parse_launch(
        'appsrc name=source caps=image/jpeg ! jpegparse ! tee name=t '
        't. ! queue ! rtpjpegpay ! rtpjpegdepay ! jpegdec ! fakesink '
        't. ! queue ! fakesink')
    pipeline.set_state(Gst.State.PLAYING)
    source, found = pipeline.get_by_name('source'), {}
    source.emit('push-buffer', Gst.Buffer.new_wrapped(data))
    source.emit('end-of-stream')
    bus, ended = pipeline.get_bus(), False
    while True:
        message = bus.timed_pop_filtered(
            report.PATIENCE * Gst.SECOND, Gst.MessageType.TAG | Gst.MessageType.EOS | Gst.MessageType.ERROR)
        if message is None or message.type != Gst.MessageType.TAG:
            ended = message is not None and message.type == Gst.MessageType.EOS
            break
        tags = message.parse_tag()
        for index in range(tags.n_tags()):
            name = tags.nth_tag_name(index)
            found[name] = tags.get_value_index(name, 0)
    pipeline.set_state(Gst.State.NULL)
    report.check('jpegparse and rtpjpegpay take it', ended)
    report.check('jpegparse gives the tags back', found.get('artist') == 'me'
                 and found.get('description') == 'a title'
                 and abs(found.get('geo-location-latitude', 0) - 12.5) < 1e-6, str(found))


def test_clip():
    """Tags of a real file, in a tee beside a branch that plays on."""
    path = os.path.join(MEDIA, 'car-detection.mp4')
    if not os.path.exists(path):
        report.skip('clip', 'no car-detection.mp4 here; set IMBYTES_MEDIA')
        return
    pipeline = Gst.parse_launch(
        'filesrc location="%s" ! decodebin ! taginject name=inject ! tee name=t t. ! queue '
        '! imbytes metadata=true interval=5000000000 ! appsink name=sink sync=false '
        't. ! queue ! fakesink sync=false' % path)
    pipeline.get_by_name('inject').set_property('tags', 'title="street",artist="camera 3"')
    pipeline.set_state(Gst.State.PLAYING)
    sink, titles = pipeline.get_by_name('sink'), []
    while True:
        sample = sink.emit('try-pull-sample', report.PATIENCE * Gst.SECOND)
        if sample is None:
            break
        buffer = sample.get_buffer()
        first, exif, _, _ = exif_of(buffer.extract_dup(0, buffer.get_size()))
        titles.append((first.get(0x010e), first.get(0x013b)))
    pipeline.set_state(Gst.State.NULL)
    report.check('clip: every image has them', len(titles) >= 6
                 and set(titles) == {('street', 'camera 3')}, str(titles[:2]))


report.run(test_tags, test_time, test_wall_clock, test_text, test_valid, test_nothing,
           test_absurd, test_exiftool, test_jpegparse, test_clip)
