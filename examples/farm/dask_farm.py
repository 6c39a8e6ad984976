#!/usr/bin/env python3
"""imbytes: images of many videos on the machines of a Dask cluster.

    dask-scheduler                                # on one machine
    dask-worker SCHEDULER:8786 --nthreads 8       # on each, a thread for each processor
    dask_farm.py SCHEDULER:8786 --output /shared/images --every 1 --width 640 /shared/*.mp4

Each video is a task that starts imbytes-farm with the same options. Dask notices machines
that die and gives their videos to others; what a video has images of is not made again.
The folder and the videos are where all machines see them, or --url names a store.

Exit status: 0 all were made, 1 some were not, 2 the command line is wrong, 3 the
scheduler is gone. Started again, it goes on where it was.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import argparse
import asyncio
import logging
import os
import subprocess
import sys
import time

from distributed import Client, as_completed

# Workers that may die of a video before it is given up.
TRIES = 10


def make_images(program, options, video):
    """On a worker: what is wrong with the video, or None."""
    done = subprocess.run([program, '--slots', '1', *options, '--', video],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode == 0:
        return None
    said = [line for line in done.stderr.split('\n') if line.startswith(os.path.basename(program))]
    if done.returncode in (1, 2):
        return '\n'.join(said) or 'status %d' % done.returncode
    # It was killed, and the next worker may have more luck.
    raise RuntimeError('%s ended with %d' % (program, done.returncode))


def show(done, n, failed, begin, is_last=False):
    """One line, written over on a terminal."""
    taken = time.monotonic() - begin
    line = '%d of %d videos' % (done, n)
    if failed:
        line += ', %d failed' % failed
    if not is_last and done:
        line += '; %.0f s left' % (taken / done * (n - done))
    if sys.stderr.isatty():
        print('\r\033[K' + line, end='\n' if is_last else '', file=sys.stderr, flush=True)
    elif is_last or done % 100 == 0:
        print(line, file=sys.stderr, flush=True)


def collect(client, futures, videos):
    """How many videos failed; says why as it becomes known."""
    failed, begin = 0, time.monotonic()
    for done, future in enumerate(as_completed(futures), 1):
        if future.cancelled():
            raise OSError('its tasks are lost')
        error = future.exception()
        wrong = '%s: %s' % (videos[future.key], error) if error else future.result()
        if wrong:
            failed += 1
            print('%s%s' % ('\r\033[K' if sys.stderr.isatty() else '', wrong), file=sys.stderr)
        show(done, len(futures), failed, begin)
    show(len(futures), len(futures), failed, begin, is_last=True)
    return failed


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog='dask_farm.py', allow_abbrev=False,
        description='Options that are not listed here are those of imbytes-farm.')
    parser.add_argument('scheduler', metavar='HOST:PORT')
    parser.add_argument('--output', required=True, metavar='FOLDER',
                        help='where images go, as all machines see it')
    parser.add_argument('--program', default='imbytes-farm', metavar='PATH',
                        help='imbytes-farm on the workers (imbytes-farm)')
    for name in ('every', 'width', 'height', 'format', 'quality', 'url', 'user', 'stall'):
        parser.add_argument('--' + name)
    parser.add_argument('--header', action='append', default=[])
    parser.add_argument('videos', nargs='+', metavar='VIDEO')
    settings = parser.parse_args(arguments)
    options = ['--output', os.path.abspath(settings.output)]
    for name in ('every', 'width', 'height', 'format', 'quality', 'url', 'user', 'stall'):
        value = getattr(settings, name)
        options += ['--%s=%s' % (name, value)] if value is not None else []
    options += ['--header=' + header for header in settings.header]
    return settings, options


def main(arguments):
    settings, options = parse(arguments)
    # One sentence says that the scheduler is gone.
    for name in ('distributed', 'distributed.client', 'distributed.utils'):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    videos = [video if '://' in video else os.path.abspath(video) for video in settings.videos]
    try:
        with Client(settings.scheduler, timeout='30s') as client:
            futures = [client.submit(make_images, settings.program, options, video, pure=False,
                                     retries=TRIES) for video in videos]
            failed = collect(client, futures,
                             {future.key: video for future, video in zip(futures, videos)})
    except (OSError, asyncio.TimeoutError) as error:
        print('dask_farm.py: the scheduler at %s is gone (%s); start this again when it is '
              'back, and it goes on where it was' % (settings.scheduler, error), file=sys.stderr)
        return 3
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
