# imbytes bench: what is to be done, and which of it by default.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
import dataclasses

SIZES = {'480p': (848, 480), '720p': (1280, 720), '1080p': (1920, 1080),
         '1440p': (2560, 1440), '2160p': (3840, 2160), '4320p': (7680, 4320)}
FORMATS = ('I420', 'NV12', 'YUY2', 'RGB', 'P010_10LE')
OUTPUTS = (None, (640, 360), (320, 180), (224, 224))


@dataclasses.dataclass(frozen=True)
class Work:
    """A frame that becomes an image."""
    size: tuple                 # of the frames
    format: str
    out: tuple
    codec: str                  # jpeg or png
    level: int                  # quality, or PNG compression level
    threads: int = 1
    source: str = 'photo'       # or the path of a clip
    peers: tuple = ()           # names of contestants; (): the usual ones

    @property
    def own_size(self):
        return self.size == self.out

    @property
    def matrix(self):
        """GStreamer's own choice for frames of this size."""
        return 'bt709' if self.size[1] >= 720 else 'bt601'

    @property
    def name(self):
        names = {size: name for name, size in SIZES.items()}
        size = names.get(self.size, '%dx%d' % self.size)
        if self.source != 'photo':
            size = '%s %s' % (self.source.rsplit('/', 1)[-1], size)
        out = 'own size' if self.own_size else '%dx%d' % self.out
        return '%s %s -> %s %s %d, %d thread%s' % (
            size, self.format.split('_')[0], out, self.codec.upper(), self.level,
            self.threads, '' if self.threads == 1 else 's')


def work(size, format, out, codec, level, threads=1, **more):
    size = SIZES[size]
    return Work(size, format, out or size, codec, level, threads, **more)


# The targets of docs are looked up by these.
MAIN = work('1080p', 'I420', (640, 360), 'jpeg', 85, peers=(
    'limit', 'core', 'jpegenc', 'jpegenc-right', 'avenc_mjpeg', 'opencv-area',
    'opencv-linear', 'opencv-area-bgr', 'opencv-linear-bgr', 'pillow',
    'pillow-rgb', 'vips-rgb', 'ffmpeg-area', 'ffmpeg-bilinear'))
MAIN_2 = work('1080p', 'I420', (640, 360), 'jpeg', 85, 2, peers=(
    'imbytes-1', 'jpegenc', 'jpegenc-right', 'opencv-area', 'vips-rgb'))
OWN_SIZE = work('1080p', 'I420', None, 'jpeg', 85, peers=(
    'libjpeg', 'core', 'jpegenc', 'jpegenc-right', 'avenc_mjpeg', 'opencv-area',
    'pillow', 'ffmpeg-bilinear'))
OWN_SIZE_2 = work('1080p', 'I420', None, 'jpeg', 85, 2, peers=(
    'imbytes-1', 'jpegenc', 'jpegenc-right', 'opencv-area'))
PNG = work('1080p', 'I420', None, 'png', 1, 2, peers=(
    'imbytes-1', 'pngenc-default', 'pngenc', 'opencv-area', 'pillow'))
RGB = work('1080p', 'RGB', (640, 360), 'jpeg', 85, peers=(
    'limit', 'core', 'jpegenc', 'jpegenc-right', 'opencv-area', 'opencv-linear',
    'pillow', 'vips-rgb'))
P010 = work('1080p', 'P010_10LE', (640, 360), 'jpeg', 85)
SMALL = work('1080p', 'I420', (224, 224), 'jpeg', 95)
LARGE = work('2160p', 'NV12', (640, 360), 'jpeg', 85)

DEFAULT = [
    MAIN, MAIN_2, OWN_SIZE, OWN_SIZE_2, PNG, RGB,
    work('480p', 'I420', (320, 180), 'jpeg', 75),
    work('480p', 'NV12', (224, 224), 'jpeg', 85),
    work('1080p', 'NV12', (640, 360), 'jpeg', 85),
    work('1080p', 'YUY2', (640, 360), 'jpeg', 85),
    P010, SMALL,
    work('1080p', 'I420', (640, 360), 'png', 1),
    work('1080p', 'RGB', None, 'png', 6, 2, peers=('imbytes-1', 'pngenc')),
    LARGE,
    work('2160p', 'I420', None, 'jpeg', 85, 2),
]

QUICK = [
    dataclasses.replace(MAIN, peers=('limit', 'core', 'jpegenc',
                                     'jpegenc-right', 'opencv-area', 'pillow')),
    MAIN_2,
    dataclasses.replace(PNG, peers=('pngenc-default',)),
]


def full():
    """All of DEFAULT, and the product of everything at one quality; the other
    qualities with one input."""
    works = list(DEFAULT)
    for size in ('480p', '1080p', '2160p'):
        for format in FORMATS:
            for out in OUTPUTS:
                for codec, level in (('jpeg', 85), ('png', 1)):
                    for threads in (1, 2):
                        works.append(work(size, format, out, codec, level, threads))
    for out in OUTPUTS:
        for codec, level in (('jpeg', 75), ('jpeg', 95), ('png', 6)):
            works.append(work('1080p', 'I420', out, codec, level))
    seen = set()
    return [w for w in works if not (w.name in seen or seen.add(w.name))]


def clips(found):
    """@found: paths and sizes of clips."""
    for path, size in found:
        yield Work(size, 'I420', size, 'jpeg', 85, 1, path)
        yield Work(size, 'I420', (320, 180), 'jpeg', 85, 1, path)
