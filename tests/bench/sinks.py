# imbytes bench: what the ways out of a process cost. A live camera of 1280x720
# goes into each of the programs in examples/, 30 times a second, and a JPEG 640
# pixels wide comes out of its other end.
#
# For each: processor time of the program for a frame, decoding the camera's included;
# what it takes more than the first, which only looks at the bytes; its memory; and the
# time from a picture that the camera sends to its image that the receiver has whole.
# With --stall, also by how much memory grows while the other side takes nothing.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import argparse
import os
import re
import statistics
import sys
import time

import sinkends
from sinkends import harness

TICKS = os.sysconf('SC_CLK_TCK')


def processor_ms(process):
    """Of all its threads, so far."""
    with open('/proc/%d/stat' % process.pid) as file:
        fields = file.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / TICKS


def latencies_ms(images, camera):
    """Of @images, which arrived within the last seconds."""
    return [(when - camera.sent[sinkends.number_of(image)]) * 1000 for when, image in images]


def stalled_mb(sink, process, seconds):
    """By how much the memory of @process grew at most; None where it has no other
    side that could stall."""
    context = sink.stall()
    if not seconds or context is None:
        return None
    before = most = harness.memory(process)
    with context:
        end = time.monotonic() + seconds
        while time.monotonic() < end and process.poll() is None:
            most = max(most, harness.memory(process))
            time.sleep(0.25)
    return most - before


def measure(sink, seconds, stall):
    camera = sinkends.Camera()
    camera.start()
    process = sink.start(camera.uri)
    try:
        images = sink.receive()
        if images is not None and not harness.wait_until(lambda: len(images) > 0, 30, process):
            raise RuntimeError('%s: no images came' % sink.name)
        # It has to find out what the camera sends; then what that took is done.
        time.sleep(4)
        first, before = len(images or ()), processor_ms(process)
        times, start = [], time.monotonic()
        for _ in range(seconds):
            time.sleep(1)
            # Soon, before the numbers of pictures begin again.
            if images is not None:
                last = len(images)
                times += latencies_ms(images[first:last], camera)
                first = last
        frames = (time.monotonic() - start) * sinkends.RATE
        return {'cpu': (processor_ms(process) - before) / frames,
                'memory': harness.memory(process), 'arrived': len(times) / frames,
                'latency': times, 'stall': stalled_mb(sink, process, stall)}
    finally:
        camera.kill()
        harness.stop(process)
        sink.close()


def row(name, base, got):
    times = sorted(got['latency'])
    cells = [name, '%.2f' % got['cpu'], '%+.2f' % (got['cpu'] - base), '%.0f' % got['memory']]
    cells += ['%.1f' % statistics.median(times), '%.1f' % times[int(len(times) * 0.99)],
              '%.0f' % (100 * got['arrived'])] if times else ['', '', '']
    cells.append('' if got['stall'] is None else '%.1f' % got['stall'])
    return '%-42s' % cells[0] + ''.join('%10s' % cell for cell in cells[1:])


def main():
    parser = argparse.ArgumentParser(prog='tests/bench/run sinks',
                                     description='What the ways out of a process cost.')
    parser.add_argument('--build', required=True, help=argparse.SUPPRESS)
    parser.add_argument('--seconds', type=int, default=20, help='for each (20)')
    parser.add_argument('--stall', type=int, default=0, metavar='SECONDS',
                        help='also let the other side stall for so long (0)')
    parser.add_argument('--only', default='', metavar='REGEX', help='those whose names match')
    options = parser.parse_args()
    base, harness.BUILD = None, os.path.join(options.build, 'examples')

    print('%-42s' % '' + ''.join('%10s' % head for head in (
        'CPU ms', 'more', 'MB', 'ms', '99 %', 'arrived %', 'stall MB')), flush=True)
    for sink in sinkends.ALL:
        if not re.search(options.only, sink.name):
            continue
        got = measure(sink, options.seconds, options.stall)
        base = got['cpu'] if base is None else base
        print(row(sink.name, base, got), flush=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())
