# imbytes bench: what is not one frame against one frame. How the cost grows with
# the size, many elements, frames that are not selected, latency.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import contextlib
import statistics

from worker import Series, Worker, spread
from work import MAIN, SIZES, Work

HOUR = 3600 * 10 ** 9


def scaling(programs, store, settings):
    """JPEG at its own size, one thread: milliseconds for a megapixel. The
    picture has as much detail in every pixel at every size."""
    sizes = list(SIZES.items())
    if settings.quick:
        sizes = [item for item in sizes if item[0] in ('480p', '1080p')]
    with contextlib.ExitStack() as stack:
        series = []
        for name, size in sizes:
            work = Work(size, 'I420', size, 'jpeg', 85)
            # 709 at every size: the same arithmetic.
            frames = store.get(size, 'I420', 'tile', 'bt709')
            worker = stack.enter_context(Worker(
                programs.gst(frames, programs.imbytes(work, 1))))
            series.append((name, size, Series(worker, settings.seconds)))
        for _ in range(settings.rounds):
            for _, _, runs in series:
                runs.run()
        rows = []
        for name, size, runs in series:
            megapixels = size[0] * size[1] / 1e6
            rows.append({'size': name, 'ms': runs.summary()['ms']['median'],
                         'ms_per_megapixel':
                         runs.summary()['ms']['median'] / megapixels,
                         'peak_mb': runs.summary()['peak_mb']})
    return rows


def many_elements(programs, store, settings):
    """Frames a second of all elements together, in one process."""
    counts = (1, 4) if settings.quick else (1, 2, 4, 8, 16, 32, 64)
    frames = store.get(MAIN.size, MAIN.format)
    pipeline = programs.imbytes(MAIN, 0)
    rows = []
    with contextlib.ExitStack() as stack:
        series = []
        for count in counts:
            worker = stack.enter_context(Worker(
                programs.gst(frames, pipeline, elements=count)))
            # Each element has frames to do, and enough that starting its
            # thread does not count.
            runs = Series(worker, settings.seconds * 2)
            runs.count = max(runs.count, count * (3 if settings.quick else 9))
            series.append((count, runs))
        for _ in range(settings.rounds):
            for _, runs in series:
                runs.run()
        for count, runs in series:
            summary = runs.summary()
            rows.append({'elements': count,
                         'frames_per_second': 1e3 / summary['ms']['median'],
                         'cpu_ms': summary['cpu_ms'],
                         'peak_mb': summary['peak_mb']})
    return rows


def skipped_frames(programs, store, settings):
    """Microseconds for a frame that does not become an image; None where the
    element cannot select."""
    if not programs.exists('imbytes', 'interval'):
        return None
    frames = store.get(MAIN.size, MAIN.format)
    pipeline = programs.imbytes(MAIN, 1) + ' interval=%d' % HOUR
    # What a buffer costs on its way through an element that does nothing.
    pipelines = {'imbytes': pipeline, 'identity': 'identity'}
    result = {}
    with contextlib.ExitStack() as stack:
        series = {}
        for name, description in pipelines.items():
            worker = stack.enter_context(Worker(
                programs.gst(frames, description, skips=1)))
            # Below, an hour of frames never passes within one run.
            worker.run(1)
            series[name] = worker
        times = {name: [] for name in series}
        for _ in range(settings.rounds):
            for name, worker in series.items():
                answer = worker.run(2000 if settings.quick else 10000)
                times[name].append(answer['wall'] / answer['frames'] * 1e6)
        for name, values in times.items():
            result[name + '_us'] = spread(values)
    return result


N_REGIONS = 20


def regions(programs, store, settings):
    """Milliseconds for 20 regions of a 1080p frame, of other sizes in every frame,
    and for its middle alone, all to 224x224 JPEG; None where the element cannot."""
    if not programs.exists('imbytes', 'roi'):
        return None
    frames = store.get(MAIN.size, MAIN.format)
    result = {}
    for threads in (1, 2):
        pipeline = 'imbytes roi=crop width=224 height=224 n-threads=%d' % threads
        with contextlib.ExitStack() as stack:
            series = {count: Series(stack.enter_context(Worker(
                programs.gst(frames, pipeline, regions=count))), settings.seconds)
                for count in (1, N_REGIONS)}
            for _ in range(settings.rounds):
                for runs in series.values():
                    runs.run()
            result[threads] = {count: runs.summary()['ms']['median']
                               for count, runs in series.items()}
    return [{'threads': threads, 'one_ms': ms[1], 'all_ms': ms[N_REGIONS],
             'ratio': ms[N_REGIONS] / ms[1] / N_REGIONS}
            for threads, ms in result.items()]


def _percentile(values, part):
    values = sorted(values)
    return values[min(int(len(values) * part), len(values) - 1)]


def latency(programs, store, settings):
    """From a buffer pushed into the element to its image coming out, as fast as
    it goes and at 30 frames a second."""
    frames = store.get(MAIN.size, MAIN.format)
    rows = []
    for threads in (1, 2):
        with Worker(programs.gst(frames, programs.imbytes(MAIN, threads))) as worker:
            worker.run(8)
            for period, count in ((0, 40), (5000, 20)) if settings.quick else \
                    ((0, 1000), (33333, 150)):
                times = worker.ask('latency %d %d' % (count, period))['latency_us']
                rows.append({
                    'threads': threads, 'period_us': period, 'frames': count,
                    'median_us': statistics.median(times),
                    'p99_us': _percentile(times, 0.99), 'max_us': max(times)})
    return rows
