# imbytes bench: other libraries as contestants; see bench.h for the lines that
# they obey.
#
#   peers.py opencv|pillow|vips|ffmpeg name=value...
#
# A variant that ends in `ready` gets its frames as RGB or BGR before the clock
# starts; the others convert each frame, as a script has to that gets video.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import ctypes
import ctypes.util
import io
import json
import os
import re
import resource
import subprocess
import sys
import time

YUV_ROWS = {'I420': 1.5, 'NV12': 1.5}


class Request:
    """The arguments; sizes are (width, height)."""

    def __init__(self, arguments):
        values = dict(argument.split('=', 1) for argument in arguments)
        self.frames, self.format = values['frames'], values['format']
        self.size = tuple(int(side) for side in values['in'].split('x'))
        self.out = tuple(int(side) for side in values['out'].split('x'))
        self.codec, self.level = values['codec'], int(values['level'])
        self.threads = int(values['threads'])
        self.quantiser = int(values['quantiser'])
        method, _, ready = values['variant'].partition('-')
        self.method = method
        self.ready = ready == 'ready' or method == 'ready'


def load(request):
    """All frames, in the shapes that OpenCV takes."""
    import numpy
    width, height = request.size
    shape = {'I420': (height * 3 // 2, width), 'NV12': (height * 3 // 2, width),
             'YUY2': (height, width, 2), 'RGB': (height, width, 3)}[request.format]
    data = numpy.fromfile(request.frames, 'uint8')
    return data.reshape((-1,) + shape)


def converter(request, order):
    """A function: frame -> RGB or BGR, as @order says."""
    import cv2
    if request.format == 'RGB':
        return lambda frame: cv2.cvtColor(frame, cv2.COLOR_RGB2BGR) \
            if order == 'BGR' else frame
    code = getattr(cv2, 'COLOR_YUV2%s_%s' % (order, request.format))
    return lambda frame: cv2.cvtColor(frame, code)


def frames_and_step(request, order):
    """The frames, and what is to be done to each of them with the clock on."""
    frames, convert = load(request), converter(request, order)
    # Of RGB frames the order of the channels is no work that video makes.
    if request.ready or request.format == 'RGB':
        return [convert(frame) for frame in frames], lambda frame: frame
    return frames, convert


def opencv(request):
    import cv2
    # 0 is OpenCV's word for no threads of its own.
    cv2.setNumThreads(request.threads if request.threads > 1 else 0)
    frames, convert = frames_and_step(request, 'BGR')
    method = cv2.INTER_AREA if request.method == 'area' else cv2.INTER_LINEAR
    suffix, option = {'jpeg': ('.jpg', cv2.IMWRITE_JPEG_QUALITY),
                      'png': ('.png', cv2.IMWRITE_PNG_COMPRESSION)}[request.codec]

    def encode(frame):
        picture = convert(frame)
        if request.size != request.out:
            picture = cv2.resize(picture, request.out, interpolation=method)
        return len(cv2.imencode(suffix, picture, [option, request.level])[1])
    return frames, encode


def pillow(request):
    import cv2
    from PIL import Image
    cv2.setNumThreads(0)
    frames, convert = frames_and_step(request, 'RGB')
    options = {'quality': request.level} if request.codec == 'jpeg' else \
        {'compress_level': request.level}

    def encode(frame):
        picture = Image.fromarray(convert(frame))
        if request.size != request.out:
            picture = picture.resize(request.out, Image.BILINEAR)
        buffer = io.BytesIO()
        picture.save(buffer, request.codec, **options)
        return buffer.tell()
    return frames, encode


SRGB = 22               # VIPS_INTERPRETATION_sRGB
SIZE_FORCE = 3          # VIPS_SIZE_FORCE


def vips(request):
    os.environ['VIPS_CONCURRENCY'] = str(request.threads)
    lib = ctypes.CDLL(ctypes.util.find_library('vips'))
    glib = ctypes.CDLL(ctypes.util.find_library('gobject-2.0'))
    lib.vips_image_new_from_memory.restype = ctypes.c_void_p
    if lib.vips_init(b'bench') != 0:
        raise RuntimeError('libvips does not start')
    # Nothing is to be remembered from one frame to the next.
    lib.vips_cache_set_max(0)
    frames, _ = frames_and_step(request, 'RGB')
    end = ctypes.c_void_p(None)

    def check(status):
        if status != 0:
            lib.vips_error_buffer.restype = ctypes.c_char_p
            raise RuntimeError(lib.vips_error_buffer().decode())

    def drop(*images):
        for image in images:
            glib.g_object_unref(image)

    def encode(frame):
        height, width = frame.shape[:2]
        source = ctypes.c_void_p(lib.vips_image_new_from_memory(
            ctypes.c_void_p(frame.ctypes.data), ctypes.c_size_t(frame.nbytes),
            width, height, 3, 0))
        coloured, small = ctypes.c_void_p(), ctypes.c_void_p()
        data, length = ctypes.c_void_p(), ctypes.c_size_t()
        check(lib.vips_copy(source, ctypes.byref(coloured), b'interpretation',
                            SRGB, end))
        check(lib.vips_thumbnail_image(
            coloured, ctypes.byref(small), request.out[0], b'height',
            request.out[1], b'size', SIZE_FORCE, end))
        check(lib.vips_jpegsave_buffer(
            small, ctypes.byref(data), ctypes.byref(length), b'Q', request.level,
            end))
        glib.g_free(data)
        drop(small, coloured, source)
        return length.value
    return frames, encode


PIXEL_FORMATS = {'I420': 'yuv420p', 'NV12': 'nv12', 'YUY2': 'yuyv422',
                 'P010_10LE': 'p010le'}


def ffmpeg_run(request, count):
    """A process for each run; its own clock starts when it begins to decode,
    and its frames come from the page cache."""
    scale = 'scale=%d:%d:flags=%s:out_range=full:out_color_matrix=bt601' % (
        *request.out, request.method)
    answer = subprocess.run(
        ['ffmpeg', '-hide_banner', '-nostdin', '-benchmark', '-threads', '1',
         '-filter_threads', '1', '-stream_loop', '-1', '-f', 'rawvideo',
         '-pix_fmt', PIXEL_FORMATS[request.format],
         '-video_size', '%dx%d' % request.size, '-color_range', 'tv',
         '-colorspace', 'bt709', '-i', request.frames, '-frames:v', str(count),
         '-vf', scale + ',format=yuvj420p', '-c:v', 'mjpeg', '-threads', '1',
         '-qmin', '1', '-q:v', str(request.quantiser), '-f', 'null', '-'],
        stdin=subprocess.DEVNULL, capture_output=True, text=True)
    times = re.search(r'bench: utime=([\d.]+)s stime=([\d.]+)s rtime=([\d.]+)s',
                      answer.stderr)
    size = re.search(r'video:(\d+)kB', answer.stderr)
    if answer.returncode != 0 or not times or not size:
        raise RuntimeError(answer.stderr.strip().splitlines()[-1])
    user, system, wall = (float(value) for value in times.groups())
    return {'frames': count, 'wall': max(wall, 0.001), 'cpu': user + system,
            'bytes': int(size.group(1)) * 1024, 'peak_kb': 0}


def peak_kb():
    with open('/proc/self/status') as file:
        return int(re.search(r'VmHWM:\s*(\d+)', file.read()).group(1))


def forget_peak():
    try:
        with open('/proc/self/clear_refs', 'w') as file:
            file.write('5')
    except OSError:
        pass


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def library_runner(what, request):
    frames, encode = {'opencv': opencv, 'pillow': pillow, 'vips': vips}[what](request)
    position = 0

    def run(count):
        nonlocal position
        wall, cpu, size = time.perf_counter(), cpu_seconds(), 0
        for _ in range(count):
            size += encode(frames[position % len(frames)])
            position += 1
        return {'frames': count, 'wall': time.perf_counter() - wall,
                'cpu': cpu_seconds() - cpu, 'bytes': size, 'peak_kb': peak_kb()}
    return run


def main():
    what, request = sys.argv[1], Request(sys.argv[2:])
    if what == 'ffmpeg':
        def run(count):
            return ffmpeg_run(request, count)
    else:
        run = library_runner(what, request)
    forget_peak()
    print(json.dumps({'ready': True, 'peak_kb': peak_kb()}), flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[:1] == ['quit']:
            break
        if len(words) != 2 or words[0] != 'run':
            sys.exit('not understood: ' + line)
        print(json.dumps(run(int(words[1]))), flush=True)


if __name__ == '__main__':
    main()
