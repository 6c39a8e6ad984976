# imbytes bench: the tables of levels.py as an SVG picture: bytes against time, a line for
# each coder with a point for each level. Down and left is better.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import html
import math
import re

WIDTH, HEIGHT = 480, 360
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 40, 44
COLUMNS, LEGEND = 2, 28
COLOURS = ('#0b6e4f', '#c8553d', '#3a6ea5', '#8c6bb1')
TICKS = [digit * 10 ** power for power in range(5) for digit in (1, 2, 5)]


def read_tables(text):
    """[(title, {coder: [(level, ms, kB)]})] of Markdown."""
    tables, coders = [], None
    for line in text.split('\n'):
        cells = [cell.strip() for cell in line.strip().strip('|').split('|')]
        if 'imbytes' in cells and 'pngenc' in cells and not line.startswith('|--'):
            names = cells[1:5]
            coders = {name: [] for name in names}
            tables.append((cells[0], coders))
        elif coders is not None and re.fullmatch(r'\d', cells[0]):
            for name, cell in zip(names, cells[1:5]):
                ms, size = (float(number) for number in cell.split(','))
                coders[name].append((int(cells[0]), ms, size))
        elif not line.startswith('|'):
            coders = None
    return tables


class Panel:
    def __init__(self, number, title, coders):
        points = [point for line in coders.values() for point in line]
        self._x0 = number % COLUMNS * WIDTH + LEFT
        self._y0 = number // COLUMNS * HEIGHT + LEGEND
        self._low = min(ms for _, ms, _ in points) * 0.8
        self._high = max(ms for _, ms, _ in points) * 1.25
        self._most = max(size for _, _, size in points) * 1.05
        self._title, self._coders = title, coders

    def _x(self, ms):
        part = math.log(ms / self._low) / math.log(self._high / self._low)
        return self._x0 + part * (WIDTH - LEFT - RIGHT)

    def _y(self, size):
        return self._y0 + HEIGHT - BOTTOM - size / self._most * (HEIGHT - TOP - BOTTOM)

    def _axes(self):
        top, bottom = self._y0 + TOP, self._y0 + HEIGHT - BOTTOM
        right = self._x0 + WIDTH - LEFT - RIGHT
        parts = ['<text x="%d" y="%d" font-weight="bold">%s</text>'
                 % (self._x0, top - 12, html.escape(self._title))]
        for tick in TICKS:
            if self._low <= tick <= self._high:
                parts.append('<path d="M%.1f %dV%d" stroke="#ddd"/>'
                             % (self._x(tick), top, bottom))
                parts.append('<text x="%.1f" y="%d" text-anchor="middle">%d</text>'
                             % (self._x(tick), bottom + 15, tick))
        step = 10 ** math.floor(math.log10(self._most / 2))
        step *= 1 if self._most / step < 6 else 2 if self._most / step < 12 else 5
        for number in range(int(self._most / step) + 1):
            y = self._y(number * step)
            parts.append('<path d="M%d %.1fH%.1f" stroke="#ddd"/>' % (self._x0, y, right))
            parts.append('<text x="%d" y="%.1f" text-anchor="end">%d</text>'
                         % (self._x0 - 6, y + 4, number * step))
        parts.append('<text x="%.1f" y="%d" text-anchor="end">ms</text>' % (right, bottom + 31))
        parts.append('<text x="%d" y="%d" text-anchor="end">kB</text>' % (self._x0 - 6, top - 12))
        return parts

    def _line(self, colour, points):
        corners = [(self._x(ms), self._y(size)) for _, ms, size in points]
        parts = ['<polyline points="%s" fill="none" stroke="%s" stroke-width="1.5"/>' % (
            ' '.join('%.1f,%.1f' % corner for corner in corners), colour)]
        for (level, _, _), (x, y) in zip(points, corners):
            parts.append('<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>' % (x, y, colour))
            if level in (points[0][0], 6, points[-1][0]):
                parts.append('<text x="%.1f" y="%.1f" fill="%s" text-anchor="middle">%d</text>'
                             % (x, y - 7, colour, level))
        return parts

    def draw(self):
        parts = self._axes()
        for colour, points in zip(COLOURS, self._coders.values()):
            parts += self._line(colour, points)
        return parts


def write(path, text):
    tables = read_tables(text)
    width = WIDTH * min(len(tables), COLUMNS)
    height = HEIGHT * math.ceil(len(tables) / COLUMNS) + LEGEND
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
             'viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">'
             % (width, height, width, height),
             '<rect width="100%" height="100%" fill="#fff"/>']
    for number, (title, coders) in enumerate(tables):
        parts += Panel(number, title, coders).draw()
    for number, (colour, name) in enumerate(zip(COLOURS, tables[0][1])):
        parts.append('<text x="%d" y="18" fill="%s" font-weight="bold">%s</text>'
                     % (LEFT + 90 * number, colour, name))
    with open(path, 'w') as file:
        file.write('\n'.join(parts) + '\n</svg>\n')
