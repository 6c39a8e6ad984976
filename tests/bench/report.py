# imbytes bench: results as text.
#
# SPDX-License-Identifier: LGPL-2.1-or-later


def table(rows, head, right=()):
    """Columns as wide as they have to be; those in @right flush right."""
    rows = [head] + [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = []
    for row in rows:
        cells = [cell.rjust(width) if i in right else cell.ljust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]
        lines.append('  ' + '  '.join(cells).rstrip())
    return '\n'.join(lines)


def figure(value):
    """Three digits that count."""
    if value is None:
        return '-'
    return '%.0f' % value if value >= 100 else '%.*f' % (
        1 if value >= 10 else 2 if value >= 1 else 3, value)


def ratio(value):
    return '%s (%s..%s)' % tuple(
        '%.2f' % value[key] if value[key] < 10 else '%.1f' % value[key]
        for key in ('median', 'q1', 'q3'))


def work_table(result):
    rows, failed = [], []
    for contestant in result['contestants']:
        if 'error' in contestant:
            failed.append('  %s: %s' % (contestant['label'], contestant['error']))
            continue
        times = contestant['ms']
        rows.append([
            contestant['label'], figure(times['median']),
            '%s..%s' % (figure(times['q1']), figure(times['q3'])),
            figure(contestant['cpu_ms']), figure(contestant['bytes'] / 1e3),
            figure(contestant['peak_mb']),
            ratio(contestant['ratio']) if 'ratio' in contestant else '1',
            figure(contestant['cpu_ratio']['median'])
            if 'cpu_ratio' in contestant else '1'])
    return '\n'.join(
        [result['name'] + ', %d frames' % result['frames'],
         table(rows, ['', 'ms', 'quartiles', 'CPU ms', 'kB', 'peak MB',
                      "times imbytes'",
                      'in CPU'], range(1, 8))] + failed) + '\n'


def machine(description):
    width = max(len(name) for name in description)
    return '\n'.join('  %-*s  %s' % (width, name, value or 'not there')
                     for name, value in description.items()) + '\n'


def scaling(rows):
    return 'JPEG at its own size, 1 thread\n' + table(
        [[row['size'], figure(row['ms']), figure(row['ms_per_megapixel']),
          figure(row['peak_mb'])] for row in rows],
        ['', 'ms', 'ms a megapixel', 'peak MB'], (1, 2, 3)) + '\n'


def many(rows):
    return 'Elements in one process, 1080p I420 -> 640x360 JPEG\n' + table(
        [[row['elements'], figure(row['frames_per_second']), figure(row['cpu_ms']),
          figure(row['peak_mb'])] for row in rows],
        ['elements', 'frames a second', 'CPU ms a frame', 'peak MB'],
        range(4)) + '\n'


def skipped(result):
    if result is None:
        return ('A frame that is not selected: this imbytes cannot select '
                '(no property `interval`)\n')
    return ('A frame that is not selected: %s us (an identity element: %s us)\n'
            % (figure(result['imbytes_us']['median']),
               figure(result['identity_us']['median'])))


def regions(rows):
    if rows is None:
        return 'Regions: this imbytes makes no images of them (no property `roi`)\n'
    return '20 regions of a 1080p frame to 224x224 JPEG, and its middle alone\n' + table(
        [['%d thread%s' % (row['threads'], '' if row['threads'] == 1 else 's'),
          figure(row['one_ms']), figure(row['all_ms']),
          '%.2f' % row['ratio']] for row in rows],
        ['', 'the middle, ms', '20 regions, ms', 'one of them, times the middle'],
        (1, 2, 3)) + '\n'


def latency(rows):
    return 'Latency, 1080p I420 -> 640x360 JPEG, buffer in to buffer out\n' + table(
        [['%d thread%s, %s' % (row['threads'], '' if row['threads'] == 1 else 's',
                               'one frame after the other' if not row['period_us']
                               else '%.0f frames a second' % (1e6 / row['period_us'])),
          figure(row['median_us'] / 1e3), figure(row['p99_us'] / 1e3),
          figure(row['max_us'] / 1e3)] for row in rows],
        ['', 'median ms', '99 % ms', 'most ms'], (1, 2, 3)) + '\n'


def targets(rows):
    return 'Targets\n' + table(
        [[row['verdict'], row['figure'], row['in_cpu'], row['target'], row['what']]
         for row in rows], ['', 'figure', 'in CPU', 'target', ''], (1, 2, 3))
