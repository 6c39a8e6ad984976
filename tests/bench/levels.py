#!/usr/bin/env python3
# imbytes bench: bytes and processor time of PNG at every level, beside pngenc, OpenCV,
# Pillow and the programs that make PNG smaller.
#
# Every picture is coded at 1920x1080 on one thread, in turns; times are those of the
# process, so that what else runs shows little. The tables are Markdown.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import argparse
import glob
import io
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import frontier

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

import gi
gi.require_version('Gst', '1.0')
gi.require_version('GstApp', '1.0')
from gi.repository import Gst, GstApp  # noqa: E402, F401

SIZE = WIDTH, HEIGHT = 1920, 1080
BACKGROUNDS = '/usr/share/backgrounds/mate'
FORMATS = {1: 'GRAY8', 3: 'RGB', 4: 'RGBA'}
# A run lasts so many seconds or one picture.
SECONDS = 0.05
# What takes the pictures of other programs' files, at their thorough settings.
OPTIMISERS = (('oxipng -o4', ['oxipng', '-q', '-o', '4', '-t', '1', '--out', 'OUT', 'IN']),
              ('optipng -o2', ['optipng', '-quiet', '-o2', '-out', 'OUT', 'IN']),
              ('zopflipng', ['zopflipng', '-y', 'IN', 'OUT']))


def covering(path):
    """The middle of a picture, scaled to the size."""
    image = Image.open(path).convert('RGB')
    scale = max(WIDTH / image.width, HEIGHT / image.height)
    image = image.resize((round(image.width * scale), round(image.height * scale)),
                         Image.LANCZOS)
    x, y = (image.width - WIDTH) // 2, (image.height - HEIGHT) // 2
    return np.asarray(image.crop((x, y, x + WIDTH, y + HEIGHT)))


def text():
    """A page of print in three columns."""
    image = Image.new('RGB', SIZE, 'white')
    draw = ImageDraw.Draw(image)
    fonts = glob.glob('/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf')
    font = ImageFont.truetype(fonts[0], 18) if fonts else ImageFont.load_default()
    with open('/usr/share/common-licenses/GPL-3') as file:
        lines = file.read().split('\n')
    for i in range(138):
        draw.text((10 + i // 46 * 640, 10 + i % 46 * 23), lines[i], fill='black', font=font)
    return np.asarray(image)


def pattern(name):
    pipeline = Gst.parse_launch(
        'videotestsrc num-buffers=1 pattern=%s ! video/x-raw,format=RGB,width=%d,height=%d '
        '! appsink name=sink' % (name, WIDTH, HEIGHT))
    pipeline.set_state(Gst.State.PLAYING)
    sample = pipeline.get_by_name('sink').emit('pull-sample')
    data = sample.get_buffer().extract_dup(0, WIDTH * HEIGHT * 3)
    pipeline.set_state(Gst.State.NULL)
    return np.frombuffer(data, np.uint8).reshape(HEIGHT, WIDTH, 3)


def pictures():
    """{group: {name: array}}"""
    photographs = {os.path.basename(path)[:-4]: covering(path) for path in
                   sorted(glob.glob(BACKGROUNDS + '/nature/*.jpg'))[:12]}
    drawn = {'text': text()}
    for name in ('Gulp', 'Flow', 'Silk'):
        path = '%s/abstract/%s.png' % (BACKGROUNDS, name)
        if os.path.exists(path):
            drawn[name] = covering(path)
    for name in ('smpte', 'pinwheel'):
        drawn[name] = pattern(name)
    if not photographs:
        sys.exit('%s has no photographs (Debian: mate-backgrounds)' % BACKGROUNDS)
    one = next(iter(photographs.values()))
    ramp = np.broadcast_to(np.linspace(0, 255, WIDTH, dtype=np.uint8)[None, :, None],
                           (HEIGHT, WIDTH, 1))
    return {'photographs': photographs, 'drawn': drawn,
            'gray': {'gray': cv2.cvtColor(one, cv2.COLOR_RGB2GRAY)[..., None]},
            'RGBA': {'RGBA': np.concatenate([one, ramp], 2)}}


class Pipeline:
    """An element that codes the picture again and again."""

    def __init__(self, chain, pixels):
        self._pipeline = Gst.parse_launch(
            'appsrc name=source format=time max-bytes=0 caps="video/x-raw,format=%s,width=%d,'
            'height=%d,framerate=30/1" ! %s ! appsink name=sink sync=false'
            % (FORMATS[pixels.shape[2]], WIDTH, HEIGHT, chain))
        self._source, self._sink = map(self._pipeline.get_by_name, ('source', 'sink'))
        self._frame, self._count = Gst.Buffer.new_wrapped(pixels.tobytes()), 0
        self._pipeline.set_state(Gst.State.PLAYING)

    def __call__(self):
        # Its memory is shared.
        buffer = self._frame.copy()
        buffer.pts, buffer.duration = self._count * Gst.SECOND // 30, Gst.SECOND // 30
        self._count += 1
        self._source.emit('push-buffer', buffer)
        return self._sink.emit('pull-sample').get_buffer().get_size()

    def close(self):
        self._pipeline.set_state(Gst.State.NULL)


def opencv(level, pixels):
    order = {1: None, 3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}[pixels.shape[2]]
    own = pixels if order is None else cv2.cvtColor(pixels, order)
    return lambda: len(cv2.imencode('.png', own, [cv2.IMWRITE_PNG_COMPRESSION, level])[1])


def pillow(level, pixels):
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)

    def code():
        out = io.BytesIO()
        image.save(out, 'PNG', compress_level=level)
        return out.tell()
    return code


def coders(level, pixels):
    return {'imbytes': Pipeline('imbytes format=png n-threads=1 compression-level=%d' % level,
                                pixels),
            'pngenc': Pipeline('pngenc compression-level=%d' % level, pixels),
            'OpenCV': opencv(level, pixels), 'Pillow': pillow(level, pixels)}


def milliseconds(code, rounds):
    """Of the process, for one picture."""
    begin = time.process_time()
    for _ in range(rounds):
        code()
    return (time.process_time() - begin) / rounds * 1e3


def measure(level, pixels, rounds):
    """{coder: (ms, bytes)}"""
    all_coders = coders(level, pixels)
    sizes = {name: code() for name, code in all_coders.items()}
    counts, times = {}, {name: [] for name in all_coders}
    for name, code in all_coders.items():
        once = milliseconds(code, 1)
        counts[name] = max(1, int(SECONDS * 1e3 / max(once, 0.1)))
        times[name].append(once)
    for _ in range(rounds):
        for name, code in all_coders.items():
            # What takes seconds does not vary by more than it is long.
            if times[name][0] < 2000:
                times[name].append(milliseconds(code, counts[name]))
    for code in all_coders.values():
        if isinstance(code, Pipeline):
            code.close()
    return {name: (statistics.median(values), sizes[name]) for name, values in times.items()}


def table(group, images, levels, rounds):
    names = ('imbytes', 'pngenc', 'OpenCV', 'Pillow')
    print()
    print('| %s (%d), ms and kB | %s | time of pngenc\'s | bytes of pngenc\'s |' % (
        group, len(images), ' | '.join(names)))
    print('|---' * (len(names) + 3) + '|')
    for level in levels:
        found = [measure(level, pixels, rounds) for pixels in images.values()]
        cells = ['%.1f, %.0f' % tuple(
            statistics.mean(one[name][i] for one in found) / (1, 1e3)[i] for i in (0, 1))
            for name in names]
        ratios = [[one['imbytes'][i] / one['pngenc'][i] for one in found] for i in (0, 1)]
        cells += ['%.2f (%.2f to %.2f)' % (statistics.geometric_mean(ratio), min(ratio),
                                           max(ratio)) for ratio in ratios]
        print('| %d | %s |' % (level, ' | '.join(cells)), flush=True)


def optimise(arguments, data):
    """Seconds of the processors, and bytes."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: os.path.join(folder, name + '.png') for name in ('IN', 'OUT')}
        with open(paths['IN'], 'wb') as file:
            file.write(data)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([paths.get(word, word) for word in arguments], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        out = paths['OUT'] if os.path.exists(paths['OUT']) else paths['IN']
        return seconds, os.path.getsize(out)


def optimisers(groups):
    there = [(name, words) for name, words in OPTIMISERS if shutil.which(words[0])]
    print('\n| picture | imbytes, level 9: s, kB | %s |' % ' | '.join(
        '%s: s, kB' % name for name, _ in there))
    print('|---' * (len(there) + 2) + '|')
    for images in groups.values():
        for name, pixels in images.items():
            code = Pipeline('imbytes format=png n-threads=1 compression-level=9', pixels)
            cells = ['%.1f, %.0f' % (milliseconds(code, 1) / 1e3, code() / 1e3)]
            code.close()
            out = io.BytesIO()
            Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels).save(
                out, 'PNG')
            for _, words in there:
                seconds, size = optimise(words, out.getvalue())
                cells.append('%.1f, %.0f' % (seconds, size / 1e3))
            print('| %s | %s |' % (name, ' | '.join(cells)), flush=True)


def main():
    parser = argparse.ArgumentParser(prog='tests/bench/run levels', description=__doc__)
    parser.add_argument('--build', help=argparse.SUPPRESS)
    parser.add_argument('--levels', default='1,2,3,4,5,6,7,8,9', help='which of them')
    parser.add_argument('--rounds', type=int, default=5, help='runs of each')
    parser.add_argument('--optimisers', action='store_true',
                        help='level 9 beside programs that make PNG smaller; takes minutes')
    parser.add_argument('--picture', nargs=2, metavar=('TABLES', 'SVG'),
                        help='measures nothing: draws what a run has printed')
    settings = parser.parse_args()
    if settings.picture:
        with open(settings.picture[0]) as file:
            frontier.write(settings.picture[1], file.read())
        return
    Gst.init(None)
    cv2.setNumThreads(1)
    groups = pictures()
    if settings.optimisers:
        optimisers(groups)
        return
    for group, images in groups.items():
        table(group, images, [int(level) for level in settings.levels.split(',')],
              settings.rounds)


main()
