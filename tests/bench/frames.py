# imbytes bench: the frames that all contestants work on, as files.
#
# A set of frames is larger than the last-level cache, so that each of them
# comes from memory, as a camera's or a decoder's frames do.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import dataclasses
import glob
import math
import os
import re
import subprocess

PHOTOGRAPHS = '/usr/share/backgrounds/mate/nature'
PREFERRED = ('Garden.jpg', 'Wood.jpg', 'LadyBird.jpg')
BYTES_PER_PIXEL = {'I420': 1.5, 'NV12': 1.5, 'YUY2': 2, 'RGB': 3, 'P010_10LE': 3}
# Of all the sets that are kept in files at once.
MAX_KEPT = 1 << 30


@dataclasses.dataclass(frozen=True)
class FrameSet:
    path: str
    format: str
    size: tuple
    matrix: str
    n_frames: int

    @property
    def frame_bytes(self):
        return int(self.size[0] * self.size[1] * BYTES_PER_PIXEL[self.format])

    @property
    def bytes(self):
        return self.n_frames * self.frame_bytes

    @property
    def caps(self):
        return ('video/x-raw,format=%s,width=%d,height=%d,framerate=30/1,'
                'interlace-mode=progressive,pixel-aspect-ratio=1/1%s'
                % (self.format, *self.size, '' if self.format == 'RGB' else
                   ',colorimetry=' + self.matrix))


def last_level_cache():
    """Bytes; 32 MiB where the system does not say."""
    sizes = []
    for path in glob.glob('/sys/devices/system/cpu/cpu0/cache/index*/size'):
        with open(path) as file:
            number, unit = re.match(r'(\d+)([KM]?)', file.read()).groups()
        sizes.append(int(number) << {'': 0, 'K': 10, 'M': 20}[unit])
    return max(sizes, default=32 << 20)


def find_photographs():
    paths = [os.path.join(PHOTOGRAPHS, name) for name in PREFERRED]
    paths = [path for path in paths if os.path.exists(path)]
    return paths or sorted(glob.glob(PHOTOGRAPHS + '/*.jpg'))[:3]


def synthetic_photograph(numpy):
    """Noise whose spectrum falls as that of photographs does, with edges."""
    height, width = 1600, 2560
    random = numpy.random.default_rng(1)
    rows = numpy.fft.fftfreq(height)[:, None]
    columns = numpy.fft.rfftfreq(width)[None, :]
    falloff = 1 / numpy.maximum(numpy.hypot(rows, columns), 1 / width) ** 1.2
    shape = falloff.shape
    planes = []
    for _ in range(3):
        phase = numpy.exp(2j * math.pi * random.random(shape))
        plane = numpy.fft.irfft2(falloff * phase, (height, width))
        planes.append(plane / plane.std())
    luma, red, blue = planes
    # Where one slow noise is above zero another object is in front.
    luma = luma + numpy.where(red > 0, 1.0, -0.2)
    rgb = numpy.stack([luma + 0.3 * red, luma, luma + 0.3 * blue], axis=2)
    return numpy.clip(rgb * 45 + 120, 0, 255).astype('uint8')


class FrameStore:
    """Makes sets of frames, and forgets the oldest when there are too many."""

    def __init__(self, folder, bytes_wanted):
        self.folder = folder
        self.bytes_wanted = bytes_wanted
        self._sets = {}
        self._photographs = None

    def get(self, size, format, source='photo', matrix='bt709'):
        """@source: photo (a pan over photographs that fill the frame), tile
        (the same, but never resized: as much detail in every pixel at every
        size) or the path of a clip."""
        key = (size, format, source, matrix)
        if key in self._sets:
            self._sets[key] = self._sets.pop(key)
            return self._sets[key]
        self._make_room()
        path = os.path.join(self.folder, 'frames-%d' % len(os.listdir(self.folder)))
        while os.path.exists(path):
            path += '+'
        each = size[0] * size[1] * BYTES_PER_PIXEL[format]
        count = min(max(math.ceil(self.bytes_wanted / each), 4), 240)
        if source in ('photo', 'tile'):
            self._from_photographs(path, size, format, count, source, matrix)
        else:
            _from_clip(path, size, format, count, source)
        count = int(os.path.getsize(path) // each)
        if count < 1:
            raise RuntimeError('no frames of %s could be made' % source)
        self._sets[key] = FrameSet(path, format, size, matrix, count)
        return self._sets[key]

    def _make_room(self):
        while sum(s.bytes for s in self._sets.values()) > MAX_KEPT:
            oldest = next(iter(self._sets))
            os.unlink(self._sets.pop(oldest).path)

    def photographs(self):
        import numpy
        if self._photographs is None:
            self._photographs = []
            try:
                from PIL import Image
                for path in find_photographs():
                    self._photographs.append(
                        numpy.asarray(Image.open(path).convert('RGB')))
            except ImportError:
                pass
            if not self._photographs:
                self._photographs = [synthetic_photograph(numpy)]
        return self._photographs

    def _from_photographs(self, path, size, format, count, mode, matrix):
        pictures = self.photographs()
        if mode == 'photo':
            pictures = [_fit(picture, size) for picture in pictures]
        with open(path, 'wb') as file:
            if format == 'RGB':
                for frame in _pan(pictures, size, count):
                    file.write(frame)
                return
            command = _launch(
                'fdsrc fd=0 blocksize=%d ! rawvideoparse format=rgb width=%d '
                'height=%d framerate=30/1 ! videoconvert n-threads=2 ! '
                'video/x-raw,format=%s,colorimetry=%s ! fdsink fd=1'
                % (size[0] * size[1] * 3, *size, format, matrix))
            with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=file) as run:
                for frame in _pan(pictures, size, count):
                    run.stdin.write(frame)
                run.stdin.close()
                if run.wait() != 0:
                    raise RuntimeError('gst-launch-1.0 could not make frames')


def _launch(description):
    return ['gst-launch-1.0', '-q'] + description.split()


def _fit(picture, size):
    """Resized to cover the frame and a quarter more, which the pan is over."""
    scale = max(size[0] / picture.shape[1], size[1] / picture.shape[0]) * 1.25
    target = tuple(math.ceil(side * scale) for side in (picture.shape[1],
                                                        picture.shape[0]))
    try:
        import cv2
        kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        return cv2.resize(picture, target, interpolation=kind)
    except ImportError:
        pass
    try:
        import numpy
        from PIL import Image
        return numpy.asarray(Image.fromarray(picture).resize(target))
    except ImportError:
        return picture


def _pan(pictures, size, count):
    """@count frames as bytes: ways across the pictures, a frame of each in turn,
    so that few frames are of all of them. A picture that is too small is
    mirrored at its edges."""
    import numpy
    each = math.ceil(count / len(pictures))
    for i in range(count):
        picture = pictures[i % len(pictures)]
        height, width = picture.shape[:2]
        way = i // len(pictures) / max(each - 1, 1)
        x = int(way * (width - size[0])) if width > size[0] else int(way * width)
        y = int(way * (height - size[1])) if height > size[1] else int(way * height)
        columns = _mirror(numpy.arange(x, x + size[0]), width)
        rows = _mirror(numpy.arange(y, y + size[1]), height)
        yield numpy.ascontiguousarray(picture[rows][:, columns]).tobytes()


def _mirror(positions, length):
    positions = positions % (2 * length)
    positions[positions >= length] = 2 * length - 1 - positions[positions >= length]
    return positions


def _from_clip(path, size, format, count, clip):
    command = ['gst-launch-1.0', '-q', 'filesrc', 'location=' + clip] + (
        '! decodebin ! identity eos-after=%d ! videoconvert ! videoscale ! '
        'video/x-raw,format=%s,width=%d,height=%d ! filesink location=%s'
        % (count + 1, format, *size, path)).split()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=300)


def find_clips(root):
    """[(path, (width, height))] of what can be decoded here."""
    folder = os.environ.get('IMBYTES_MEDIA') or os.path.join(
        root, '..', 'shared', 'media')
    found = []
    for path in sorted(glob.glob(os.path.join(os.path.abspath(folder), '*.mp4'))):
        size = _clip_size(path)
        if size and size[0] % 4 == 0 and size[1] % 2 == 0:
            found.append((path, size))
    return found


def _clip_size(path):
    command = ['gst-launch-1.0', '-v', 'filesrc', 'location=' + path] + (
        '! decodebin ! videoconvert ! fakesink num-buffers=1').split()
    try:
        text = subprocess.run(command, stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, timeout=60).stdout
    except subprocess.TimeoutExpired:
        return None
    found = re.findall(r'fakesink.*video/x-raw.*width=\(int\)(\d+).*?'
                       r'height=\(int\)(\d+)', text)
    return tuple(int(side) for side in found[-1]) if found else None
