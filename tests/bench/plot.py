# imbytes bench: the table as an SVG picture: for each work, how many times as
# long as imbytes everyone takes, on a logarithmic scale.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import html
import math

from report import figure

WIDTH, LABELS, RIGHT = 1000, 380, 130
ROW, GAP, TOP, FOOT = 17, 30, 64, 78
TICKS = (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)
COLOURS = {'imbytes': '#0b6e4f', 'core': '#7fb8a2', 'imbytes-1': '#7fb8a2',
           'limit': '#8c8c8c', 'libjpeg': '#8c8c8c'}
OTHERS = '#c8553d'


def _text(x, y, text, **more):
    attributes = ''.join(' %s="%s"' % (name.replace('_', '-'), value)
                         for name, value in more.items())
    return '<text x="%.1f" y="%.1f"%s>%s</text>' % (
        x, y, attributes, html.escape(text))


class Scale:
    """Ratios -> x; those past the ends are cut off."""

    def __init__(self, ratios):
        self.low = min([0.8] + [r for r in ratios if r > 0]) * 0.9
        self.high = max([3] + ratios) * 1.1

    def __call__(self, ratio):
        part = math.log(max(ratio, self.low) / self.low) / math.log(
            self.high / self.low)
        return LABELS + part * (WIDTH - LABELS - RIGHT)


def _bar(scale, y, contestant):
    ratio = contestant.get('ratio', {'median': 1, 'q1': 1, 'q3': 1})
    x = scale(ratio['median'])
    label = '%.2gx' % ratio['median'] if ratio['median'] < 10 else \
        '%.0fx' % ratio['median']
    parts = [
        _text(LABELS - 8, y + 11, contestant['label'], text_anchor='end'),
        '<rect x="%.1f" y="%.1f" width="%.1f" height="%d" fill="%s"/>' % (
            LABELS, y + 2, max(x - LABELS, 1), ROW - 5,
            COLOURS.get(contestant['name'], OTHERS)),
        _text(max(x, scale(ratio['q3'])) + 6, y + 11, '%s, %s ms' % (
            label, figure(contestant['ms']['median'])))]
    if ratio['q3'] > ratio['q1']:
        parts.append('<path d="M%.1f %.1fH%.1f" stroke="#222" stroke-width="1.5"/>'
                     % (scale(ratio['q1']), y + 8, scale(ratio['q3'])))
    return parts


def _grid(scale, bottom):
    parts = []
    for tick in TICKS:
        if scale.low <= tick <= scale.high:
            parts.append('<path d="M%.1f %dV%.1f" stroke="%s"/>' % (
                scale(tick), TOP - 6, bottom, '#0b6e4f' if tick == 1 else '#ddd'))
            parts.append(_text(scale(tick), TOP - 10, '%gx' % tick,
                               text_anchor='middle', fill='#555'))
    return parts


def _foot(machine, y):
    there = ['%s %s' % item for item in machine.items()
             if item[1] and item[0] not in ('cpu', 'processors', 'system')]
    lines = ['%s, %s processors, %s' % (
        machine['cpu'], machine['processors'], machine['system'])]
    for i in range(0, len(there), 5):
        lines.append(', '.join(there[i:i + 5]))
    return [_text(16, y + 16 * i, line, fill='#555')
            for i, line in enumerate(lines)]


def draw(results):
    """The SVG as text."""
    works = [(work['name'], [c for c in work['contestants'] if 'ms' in c])
             for work in results['works']]
    scale = Scale([c['ratio']['median'] for _, contestants in works
                   for c in contestants if 'ratio' in c])
    body, y = [], TOP
    for name, contestants in works:
        body.append(_text(16, y + 18, name, font_weight='bold'))
        y += GAP
        for contestant in contestants:
            body += _bar(scale, y, contestant)
            y += ROW
    height = y + FOOT
    head = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" '
        'font-family="sans-serif" font-size="11">' % (WIDTH, height),
        '<rect width="100%" height="100%" fill="white"/>',
        _text(16, 26, "Time for a frame, as a multiple of imbytes'",
              font_size=16, font_weight='bold')]
    return '\n'.join(head + _grid(scale, y + 6) + body
                     + _foot(results['machine'], y + 28) + ['</svg>']) + '\n'
