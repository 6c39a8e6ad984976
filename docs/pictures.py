#!/usr/bin/env python3
"""imbytes: draws the pictures of docs/wishes.md, with imbytes itself.

    meson devenv -C build/release python3 ../../docs/pictures.py [FOLDER]

Writes fits.png, methods.png and quality.png into docs/ or that folder, always the same.
All that is in them is drawn here.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import io
import os
import sys

import numpy
from PIL import Image, ImageDraw, ImageFont

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'examples', 'grab'))
from encode import encode  # noqa: E402

GAP, LABEL = 8, 16
PAPER, INK = (255, 255, 255), (40, 40, 40)


def scene(width, height):
    """A landscape with a round sun, a tree, fine lines and a little noise."""
    y, x = numpy.mgrid[0:height, 0:width] / height
    sky = numpy.stack([90 + 120 * y, 140 + 70 * y, 230 - 20 * y], axis=-1)
    hill = y > 0.72 + 0.1 * numpy.sin(x * 3.5)
    sky[hill] = numpy.stack([60 + 60 * y, 130 + 40 * numpy.sin(x * 90), 50 + 30 * y],
                            axis=-1)[hill]
    noise = numpy.random.default_rng(1).normal(0, 4, sky.shape)
    image = Image.fromarray((sky + noise).clip(0, 255).astype(numpy.uint8))
    draw = ImageDraw.Draw(image)
    unit = height / 90

    def at(*numbers):
        return [number * unit for number in numbers]

    draw.ellipse(at(104, 10, 132, 38), fill=(255, 215, 60))
    draw.rectangle(at(30, 45, 35, 74), fill=(90, 60, 35))
    draw.ellipse(at(14, 16, 50, 54), fill=(30, 95, 40))
    for number in range(12):
        draw.line(at(62 + 3 * number, 50, 56 + 5 * number, 88), fill=(245, 245, 235),
                  width=max(1, round(unit / 3)))
    return image


def zone_plate(size):
    """Rings, the finer the farther out: what aliases makes rings of its own."""
    y, x = numpy.mgrid[0:size, 0:size] - size / 2
    rings = 127.5 + 127.5 * numpy.cos((x * x + y * y) * (numpy.pi / size))
    return rings.round().astype(numpy.uint8)


def opened(data):
    return Image.open(io.BytesIO(data)).convert('RGB')


def sheet(tiles, columns):
    """Pictures with a line below each."""
    width = max(image.width for image, _ in tiles)
    height = max(image.height for image, _ in tiles)
    rows = -(-len(tiles) // columns)
    paper = Image.new('RGB', (columns * (width + GAP) + GAP,
                              rows * (height + LABEL + GAP) + GAP), PAPER)
    draw = ImageDraw.Draw(paper)
    for number, (image, label) in enumerate(tiles):
        left = GAP + number % columns * (width + GAP)
        top = GAP + number // columns * (height + LABEL + GAP)
        paper.paste(image, (left, top))
        draw.text((left, top + height + 3), label, fill=INK, font=ImageFont.load_default())
    return paper


def save(name, image, colours=None):
    """As a small PNG, of so many colours at most."""
    if colours:
        image = image.quantize(colours, dither=Image.Dither.NONE)
    image.save(os.path.join(sys.argv[1] if len(sys.argv) > 1 else HERE, name), optimize=True)


def fits():
    source = scene(640, 360)
    tiles = []
    for fit in ('fill', 'contain', 'cover', 'inside'):
        image = opened(encode(source, 'png', width=150, height=150, fit=fit, method='bicubic',
                              background=0xff888888))
        tiles.append((image, 'fit=%s: %dx%d' % (fit, *image.size)))
    save('fits.png', sheet(tiles, 4), 128)


def methods():
    source = zone_plate(800)
    tiles = []
    for method in ('nearest', 'bilinear', 'bicubic', 'area', 'lanczos', 'spline36'):
        image = opened(encode(source, 'png', width=200, method=method))
        tiles.append((image, 'method=' + method))
    save('methods.png', sheet(tiles, 3), 32)


def quality():
    source = scene(640, 360)
    tiles = []
    for quality in (10, 30, 50, 75, 85, 95):
        data = encode(source, quality=quality)
        # A part of it, each pixel as two by two.
        part = opened(data).crop((230, 180, 350, 300)).resize((240, 240), Image.NEAREST)
        tiles.append((part, 'quality=%d: %.1f kB' % (quality, len(data) / 1000)))
    save('quality.png', sheet(tiles, 3), 128)


def main():
    fits()
    methods()
    quality()


if __name__ == '__main__':
    main()
