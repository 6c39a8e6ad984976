#!/usr/bin/env python3
# imbytes bench: what min-change misses, and what it takes for a change.
#
# Draws a street seen by a camera, with numpy alone: blurred noise for walls and
# ground, upright figures of one level against it, and what cameras do: noise,
# flicker, shake. For each threshold it counts the figures that give no image, and
# the frames without any that do.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import argparse
import sys

import numpy as np

import gi
gi.require_version('Gst', '1.0')
gi.require_version('GstApp', '1.0')
from gi.repository import Gst, GstApp  # noqa: E402, F401

WIDTH, HEIGHT = 768, 432
THRESHOLDS = (0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.08)
FIGURES = ((8, 22), (12, 34), (20, 56), (40, 112))
CONTRASTS = (20, 40, 80)
PLACES = 40
# What happens between two frames: name, noise's deviation, flicker in percent,
# shake in pixels.
CAMERAS = (('noise, deviation 3', 3, 0, 0), ('noise, deviation 6', 6, 0, 0),
           ('noise, deviation 12', 12, 0, 0), ('flicker of 1 %', 3, 1, 0),
           ('flicker of 3 %', 3, 3, 0), ('shake of 1 pixel', 3, 0, 1),
           ('shake of 3 pixels', 3, 0, 3))


def blurred(noise, size):
    """Means of @size by @size, by sums along both axes."""
    for axis in (0, 1):
        total = np.cumsum(noise, axis=axis)
        noise = (np.roll(total, -size, axis) - total) / size
        noise = noise[:-size] if axis == 0 else noise[:, :-size]
    return noise


def street(rng):
    """Larger than the picture by what shakes: levels from some 60 to 200."""
    scene = np.zeros((HEIGHT + 16, WIDTH + 16))
    for size, weight in ((64, 1.0), (16, 0.5), (4, 0.25)):
        part = blurred(rng.normal(size=(HEIGHT + 16 + size, WIDTH + 16 + size)), size)
        scene += weight * part / part.std()
    return np.clip(130 + 30 * scene / scene.std(), 40, 215)


def seen(scene, rng, noise, flicker, shake):
    """A frame of the scene."""
    x, y = (8 + rng.integers(-shake, shake + 1) for _ in range(2))
    frame = scene[y:y + HEIGHT, x:x + WIDTH]
    frame = frame * (1 + rng.uniform(-flicker, flicker) / 100)
    frame = frame + rng.normal(scale=noise, size=frame.shape)
    return np.clip(np.rint(frame), 0, 255).astype(np.uint8)


def with_figure(scene, rng, size, contrast):
    """The scene with a figure that differs from what is behind it."""
    width, height = size
    x = int(rng.integers(16, WIDTH - width - 16))
    y = int(rng.integers(16, HEIGHT - height - 16))
    scene = scene.copy()
    part = scene[y:y + height, x:x + width]
    sign = -1 if part.mean() > 127 else 1
    part[:] = np.clip(part.mean() + sign * contrast, 0, 255)
    return scene


def images_of(frames, threshold):
    """Which of the frames become images."""
    pipeline = Gst.parse_launch(
        'appsrc name=source format=time caps=video/x-raw,format=GRAY8,width=%d,'
        'height=%d,framerate=25/1 ! imbytes width=32 min-change=%g ! image/jpeg ! '
        'appsink name=sink sync=false' % (WIDTH, HEIGHT, threshold))
    source, sink = (pipeline.get_by_name(name) for name in ('source', 'sink'))
    pipeline.set_state(Gst.State.PLAYING)
    for i, frame in enumerate(frames):
        buffer = Gst.Buffer.new_wrapped(frame.tobytes())
        buffer.pts, buffer.duration = i * 40 * Gst.MSECOND, 40 * Gst.MSECOND
        source.emit('push-buffer', buffer)
    source.emit('end-of-stream')
    found = set()
    while True:
        sample = sink.emit('pull-sample')
        if sample is None:
            break
        found.add(sample.get_buffer().pts // (40 * Gst.MSECOND))
    pipeline.set_state(Gst.State.NULL)
    return found


def misses(scene, size, contrast):
    """Percent of the figures that give no image, for each threshold."""
    rng = np.random.default_rng(size[0] * 1000 + contrast)
    frames = []
    for _ in range(PLACES):
        frames.append(seen(scene, rng, 3, 0, 0))
        frames.append(seen(with_figure(scene, rng, size, contrast), rng, 3, 0, 0))
    return [100 - 100 * sum(1 for i in images_of(frames, t) if i % 2) / PLACES
            for t in THRESHOLDS]


def alarms(scene, camera):
    """Percent of frames after the first that give an image though nothing moves."""
    rng = np.random.default_rng(7)
    frames = [seen(scene, rng, *camera[1:]) for _ in range(2 * PLACES)]
    return [100 * (len(images_of(frames, t)) - 1) / (len(frames) - 1) for t in THRESHOLDS]


def row(name, values):
    return '| %s | %s |' % (name, ' | '.join('%.0f' % value for value in values))


def main():
    parser = argparse.ArgumentParser(description='What min-change misses and mistakes.')
    parser.add_argument('--build', help='not used: the plugin is in GST_PLUGIN_PATH_1_0')
    parser.parse_args()
    Gst.init(None)
    if Gst.ElementFactory.find('imbytes') is None:
        sys.exit('imbytes is not there; run tests/bench/run change')
    scene = street(np.random.default_rng(1))
    head = '| min-change | ' + ' | '.join('%g' % t for t in THRESHOLDS) + ' |\n|---' \
        + '|---' * len(THRESHOLDS) + '|'
    print('Figures in %dx%d that give no image, percent:\n' % (WIDTH, HEIGHT))
    print(head)
    for size in FIGURES:
        for contrast in CONTRASTS:
            print(row('%dx%d pixels, %d levels' % (*size, contrast),
                      misses(scene, size, contrast)), flush=True)
    print('\nFrames in which nothing moves that give an image, percent:\n')
    print(head)
    for camera in CAMERAS:
        print(row(camera[0], alarms(scene, camera)), flush=True)


main()
