/* imbytes tests: input pictures in many layouts, and what is inside files.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "pictures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "testing.h"

static void
unpack_ayuv (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  uint8_t *out = (uint8_t *) dest + (ptrdiff_t) first * 4;

  (void) plane;
  for (int x = first; x < last; x++) {
    *out++ = 255;
    *out++ = image->data[0][y * image->stride[0] + x];
    *out++ = image->data[1][(y >> 1) * image->stride[1] + (x >> 1)];
    *out++ = image->data[2][(y >> 1) * image->stride[2] + (x >> 1)];
  }
}

#define PLANAR(shift_w, shift_h) \
  .component = { { 0, 0, 1, 8, 0, 0, 0 }, { 1, 0, 1, 8, 0, shift_w, shift_h }, \
    { 2, 0, 1, 8, 0, shift_w, shift_h }, { 3, 0, 1, 8, 0, 0, 0 } }
#define PLANAR16(bits, shift_w, shift_h) \
  .sample_bytes = 2, \
  .component = { { 0, 0, 2, bits, 0, 0, 0 }, \
    { 1, 0, 2, bits, 0, shift_w, shift_h }, \
    { 2, 0, 2, bits, 0, shift_w, shift_h }, { 3, 0, 2, bits, 0, 0, 0 } }
#define PACKED8(n, a, b, c, d) \
  .component = { { 0, a, n, 8, 0, 0, 0 }, { 0, b, n, 8, 0, 0, 0 }, \
    { 0, c, n, 8, 0, 0, 0 }, { 0, d, n, 8, 0, 0, 0 } }
#define PACKED16(a, b, c, d) \
  .sample_bytes = 2, \
  .component = { { 0, a, 8, 16, 0, 0, 0 }, { 0, b, 8, 16, 0, 0, 0 }, \
    { 0, c, 8, 16, 0, 0, 0 }, { 0, d, 8, 16, 0, 0, 0 } }
#define YCBCR .model = IM_MODEL_YCBCR, .n_components = 3, .sample_bytes = 1
#define RGB .model = IM_MODEL_RGB, .n_components = 3, .sample_bytes = 1
#define ALPHA .n_components = 4, .has_alpha = true
#define GRAY .model = IM_MODEL_GRAY, .n_components = 1, .sample_bytes = 1

#pragma GCC diagnostic push
#ifdef __clang__
#pragma GCC diagnostic ignored "-Winitializer-overrides"
#else
#pragma GCC diagnostic ignored "-Woverride-init"
#endif
const PictureLayout picture_layouts[] = { { "I420", { YCBCR, PLANAR (1, 1) },
                                              3 },
  { "Y42B", { YCBCR, PLANAR (1, 0) }, 3 },
  { "Y444", { YCBCR, PLANAR (0, 0) }, 3 },
  { "Y41B", { YCBCR, PLANAR (2, 0) }, 3 },
  { "YUV9", { YCBCR, PLANAR (2, 2) }, 3 },
  { "A420", { YCBCR, PLANAR (1, 1), ALPHA }, 4 },
  { "NV12",
      { YCBCR,
          .component = { { 0, 0, 1, 8, 0, 0, 0 }, { 1, 0, 2, 8, 0, 1, 1 },
              { 1, 1, 2, 8, 0, 1, 1 } } },
      2 },
  { "YUY2",
      { YCBCR,
          .component = { { 0, 0, 2, 8, 0, 0, 0 }, { 0, 1, 4, 8, 0, 1, 0 },
              { 0, 3, 4, 8, 0, 1, 0 } } },
      1 },
  { "AYUV", { YCBCR, PACKED8 (4, 1, 2, 3, 0), ALPHA }, 1 },
  { "GRAY8", { GRAY, PLANAR (0, 0) }, 1 },
  { "RGB", { RGB, PACKED8 (3, 0, 1, 2, 0) }, 1 },
  { "BGRA", { RGB, PACKED8 (4, 2, 1, 0, 3), ALPHA }, 1 },
  { "GBR",
      { RGB,
          .component = { { 2, 0, 1, 8, 0, 0, 0 }, { 0, 0, 1, 8, 0, 0, 0 },
              { 1, 0, 1, 8, 0, 0, 0 } } },
      3 },
  { "I420_10LE", { YCBCR, PLANAR16 (10, 1, 1) }, 3 },
  { "I422_10BE", { YCBCR, PLANAR16 (10, 1, 0), .big_endian = true }, 3 },
  { "Y444_12LE", { YCBCR, PLANAR16 (12, 0, 0) }, 3 },
  { "Y444_16LE", { YCBCR, PLANAR16 (16, 0, 0) }, 3 },
  { "P010_10LE",
      { YCBCR, .sample_bytes = 2,
          .component = { { 0, 0, 2, 10, 6, 0, 0 }, { 1, 0, 4, 10, 6, 1, 1 },
              { 1, 2, 4, 10, 6, 1, 1 } } },
      2 },
  { "GBR_10BE", { RGB, PLANAR16 (10, 0, 0), .big_endian = true }, 3 },
  { "GRAY16_LE", { GRAY, PLANAR16 (16, 0, 0) }, 1 },
  { "GRAY16_BE", { GRAY, PLANAR16 (16, 0, 0), .big_endian = true }, 1 },
  { "RGBA64_LE", { RGB, PACKED16 (0, 2, 4, 6), ALPHA }, 1 },
  { "ARGB64_BE", { RGB, PACKED16 (2, 4, 6, 0), ALPHA, .big_endian = true }, 1 },
  /* Three planes of I420 that only @unpack may read. */
  { "UNPACK",
      { YCBCR,
          .component = { { 0, 1, 4, 8, 0, 0, 0 }, { 0, 2, 8, 8, 0, 1, 1 },
              { 0, 3, 8, 8, 0, 1, 1 } },
          .unpack = unpack_ayuv },
      3 },
  { NULL, { .n_components = 0 }, 0 } };
#pragma GCC diagnostic pop

const PictureLayout *
picture_layout (const char *name)
{
  for (const PictureLayout *l = picture_layouts; l->name; l++)
    if (strcmp (l->name, name) == 0)
      return l;
  printf ("no layout %s\n", name);
  abort ();
}

/* Where a component lies in the picture's own planes. */
static ImComponent
stored_component (const Picture *picture, int c)
{
  ImComponent component = picture->layout->format.component[c];

  if (picture->layout->format.unpack)
    component = picture_layout ("I420")->format.component[c];
  return component;
}

int
picture_width (const Picture *picture, int c)
{
  return im_subsampled (picture->image.info.width,
      stored_component (picture, c).w_shift);
}

int
picture_height (const Picture *picture, int c)
{
  return im_subsampled (picture->image.info.height,
      stored_component (picture, c).h_shift);
}

static void
plane_map (Picture *picture, int plane, size_t row, int rows, bool negative)
{
  size_t page = (size_t) sysconf (_SC_PAGESIZE), stride = row + 13, used, size;
  uint8_t *map, *first;

  used = stride * (size_t) (rows - 1) + row;
  size = (used + page - 1) / page * page + page;
  map = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
      -1, 0);
  if (map == MAP_FAILED)
    abort ();
  memset (map, 0xa5, size - page);
  if (mprotect (map + size - page, page, PROT_NONE) != 0)
    abort ();
  first = map + size - page - used;
  picture->map[plane] = map;
  picture->map_size[plane] = size;
  picture->image.data[plane] = negative ? first + (size_t) (rows - 1) * stride
                                        : first;
  picture->image.stride[plane] = negative ? -(ptrdiff_t) stride
                                          : (ptrdiff_t) stride;
}

void
picture_plane_size (const Picture *picture, int plane, size_t *row, int *rows)
{
  const ImFormat *format = &picture->layout->format;

  *row = 0;
  *rows = 0;
  for (int c = 0; c < format->n_components; c++) {
    ImComponent component = stored_component (picture, c);
    size_t end = component.offset
        + (size_t) (picture_width (picture, c) - 1) * component.step
        + format->sample_bytes;

    if (component.plane != plane)
      continue;
    if (end > *row)
      *row = end;
    *rows = picture_height (picture, c);
  }
}

void
picture_init (Picture *picture, const char *name, int width, int height,
    bool negative)
{
  const PictureLayout *layout = picture_layout (name);
  ImImageInfo *info = &picture->image.info;

  memset (picture, 0, sizeof (*picture));
  picture->layout = layout;
  info->format = layout->format;
  info->width = width;
  info->height = height;
  info->par_n = info->par_d = 1;
  if (layout->format.model == IM_MODEL_RGB)
    info->colour.range = IM_RANGE_FULL;
  for (int plane = 0; plane < layout->n_planes; plane++) {
    size_t row;
    int rows;

    picture_plane_size (picture, plane, &row, &rows);
    plane_map (picture, plane, row, rows, negative);
  }
}

void
picture_clear (Picture *picture)
{
  for (int i = 0; i < 4; i++)
    if (picture->map[i])
      munmap (picture->map[i], picture->map_size[i]);
}

static uint8_t *
sample_address (const Picture *picture, int c, int x, int y)
{
  ImComponent component = stored_component (picture, c);

  return (uint8_t *) picture->image.data[component.plane]
      + y * picture->image.stride[component.plane] + component.offset
      + x * component.step;
}

void
picture_set (Picture *picture, int c, int x, int y, unsigned code)
{
  const ImFormat *format = &picture->image.info.format;
  uint8_t *at = sample_address (picture, c, x, y);
  unsigned shift = format->component[c].shift, word = code << shift;

  if (format->sample_bytes == 1) {
    *at = (uint8_t) word;
    return;
  }
  /* What lies beside the significant bits means nothing. */
  if (shift > 0)
    word |= code & ((1u << shift) - 1);
  else if (format->component[c].depth < 16)
    word |= (code << 15) & 0x8000;
  at[format->big_endian] = (uint8_t) word;
  at[!format->big_endian] = (uint8_t) (word >> 8);
}

unsigned
picture_get (const Picture *picture, int c, int x, int y)
{
  const ImFormat *format = &picture->image.info.format;
  const uint8_t *at = sample_address (picture, c, x, y);
  unsigned word = *at;

  if (format->sample_bytes == 2)
    word = at[format->big_endian] | (unsigned) at[!format->big_endian] << 8;
  return word >> format->component[c].shift
      & ((1u << format->component[c].depth) - 1);
}

void
picture_fill (Picture *picture, int c, unsigned code)
{
  for (int y = 0; y < picture_height (picture, c); y++)
    for (int x = 0; x < picture_width (picture, c); x++)
      picture_set (picture, c, x, y, code);
}

void
picture_random (Picture *picture, unsigned seed)
{
  const ImFormat *format = &picture->image.info.format;

  for (int c = 0; c < format->n_components; c++)
    for (int y = 0; y < picture_height (picture, c); y++)
      for (int x = 0; x < picture_width (picture, c); x++)
        picture_set (picture, c, x, y,
            testing_random (&seed) & ((1u << format->component[c].depth) - 1));
}

typedef struct
{
  double zero, range, low, high;
} CodeRange;

static CodeRange
code_range (const ImImageInfo *info, int c)
{
  const ImFormat *format = &info->format;
  bool alpha = format->has_alpha && c == format->n_components - 1;
  bool chroma = format->model == IM_MODEL_YCBCR && c > 0 && !alpha;
  double full = (1 << format->component[c].depth) - 1;
  double unit = (1 << format->component[c].depth) / 256.0;

  if (info->colour.range == IM_RANGE_FULL || alpha)
    return (CodeRange){ chroma ? 128 * unit : 0, full, 0, full };
  return (CodeRange){ chroma ? 128 * unit : 16 * unit,
    (chroma ? 224 : 219) * unit, 0, full };
}

double
picture_meaning (const ImImageInfo *info, int c, unsigned code)
{
  CodeRange range = code_range (info, c);

  return (code - range.zero) / range.range;
}

double
picture_in_8_bits (const ImImageInfo *info, int c, unsigned code)
{
  return ldexp (code, 8 - info->format.component[c].depth);
}

static void
kr_kb (ImMatrix matrix, double *kr, double *kb)
{
  static const double k[][2] = { { 0.299, 0.114 }, { 0.2126, 0.0722 },
    { 0.2627, 0.0593 }, { 0.212, 0.087 }, { 0.30, 0.11 } };

  *kr = k[matrix][0];
  *kb = k[matrix][1];
}

void
picture_fill_rgb (Picture *picture, const double rgb[3], double alpha)
{
  const ImImageInfo *info = &picture->image.info;
  double v[4] = { rgb[0], rgb[1], rgb[2], alpha }, kr, kb;

  kr_kb (info->colour.matrix, &kr, &kb);
  if (info->format.model == IM_MODEL_YCBCR) {
    v[0] = kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2];
    v[1] = (rgb[2] - v[0]) / (2 * (1 - kb));
    v[2] = (rgb[0] - v[0]) / (2 * (1 - kr));
  }
  for (int c = 0; c < info->format.n_components; c++) {
    CodeRange range = code_range (info, c);
    double code = floor (v[c] * range.range + range.zero + 0.5);

    picture_fill (picture, c,
        (unsigned) fmin (fmax (code, range.low), range.high));
  }
}

void
picture_rgb (const Picture *picture, int x, int y, double rgba[4])
{
  const ImImageInfo *info = &picture->image.info;
  const ImFormat *format = &info->format;
  double v[4] = { 0, 0, 0, 1 }, kr, kb;

  for (int c = 0; c < format->n_components; c++)
    v[c] = picture_meaning (info, c,
        picture_get (picture, c, x >> stored_component (picture, c).w_shift,
            y >> stored_component (picture, c).h_shift));
  kr_kb (info->colour.matrix, &kr, &kb);
  memcpy (rgba, v, sizeof (v));
  if (format->model == IM_MODEL_GRAY) {
    rgba[1] = rgba[2] = v[0];
    rgba[3] = 1;
  } else if (format->model == IM_MODEL_YCBCR) {
    rgba[0] = v[0] + 2 * (1 - kr) * v[2];
    rgba[2] = v[0] + 2 * (1 - kb) * v[1];
    rgba[1] = (v[0] - kr * rgba[0] - kb * rgba[2]) / (1 - kr - kb);
  }
}

ImImageInfo
picture_info (const char *layout, int width, int height, int par_n, int par_d)
{
  ImImageInfo info;

  memset (&info, 0, sizeof (info));
  info.format = picture_layout (layout)->format;
  info.width = width;
  info.height = height;
  info.par_n = par_n;
  info.par_d = par_d;
  return info;
}

ImRequest
request_plain (ImCodecId codec)
{
  ImRequest request;

  memset (&request, 0, sizeof (request));
  request.codec = codec;
  request.enlarge = request.square_pixels = true;
  request.background = 0xff000000;
  request.method = IM_METHOD_BILINEAR;
  request.jpeg.quality = 100;
  request.png.level = 1;
  return request;
}

static double
pi_sinc (double x)
{
  return x == 0 ? 1 : sin (acos (-1.0) * x) / (acos (-1.0) * x);
}

/* The kernels once more, as their definitions have them. */
static double
kernel (ImMethod method, double x)
{
  double a = fabs (x);

  switch (method) {
    case IM_METHOD_BILINEAR:
      return a < 1 ? 1 - a : 0;
    case IM_METHOD_BICUBIC:
      return a < 1 ? 1.5 * a * a * a - 2.5 * a * a + 1
          : a < 2  ? -0.5 * (a * a * a - 5 * a * a + 8 * a - 4)
                   : 0;
    case IM_METHOD_LANCZOS:
      return a < 3 ? pi_sinc (a) * pi_sinc (a / 3) : 0;
    case IM_METHOD_SPLINE36:
      return a < 1
          ? 13. / 11 * a * a * a - 453. / 209 * a * a - 3. / 209 * a + 1
          : a < 2 ? -6. / 11 * pow (a - 1, 3) + 270. / 209 * pow (a - 1, 2)
              - 156. / 209 * (a - 1)
          : a < 3 ? 1. / 11 * pow (a - 2, 3) - 45. / 209 * pow (a - 2, 2)
              + 26. / 209 * (a - 2)
                  : 0;
    default:
      return x > -0.5 && x <= 0.5;
  }
}

void
reference_weights (ImMethod method, double centre, double scale, int min,
    int max, int *start, int *taps, double *weight)
{
  static const double supports[] = { 0.5, 1, 2, 0.5, 3, 3 };
  double filter_scale = scale > 1 ? scale : 1, sum = 0;
  double support = supports[method] * filter_scale;
  double first = floor (centre - support + 0.5);
  double end = floor (centre + support + 0.5);

  if (method == IM_METHOD_NEAREST)
    first = floor (centre), end = first + 1;
  first = fmin (fmax (first, min), max - 1);
  end = fmax (fmin (end, max), first + 1);
  *start = (int) first;
  *taps = (int) (end - first);
  for (int t = 0; t < *taps; t++) {
    weight[t] = *taps == 1
        ? 1
        : kernel (method, (first + t + 0.5 - centre) / filter_scale);
    sum += weight[t];
  }
  for (int t = 0; t < *taps; t++)
    weight[t] /= sum;
}

double
reference_sample (ImMethod method, double centre, double scale, int min,
    int max, PictureSample get, const void *user)
{
  double *weight = calloc ((size_t) (max - min) + 1, sizeof (*weight));
  double sum = 0;
  int start, taps;

  reference_weights (method, centre, scale, min, max, &start, &taps, weight);
  for (int t = 0; t < taps; t++)
    sum += weight[t] * get (user, start + t);
  free (weight);
  return sum;
}
