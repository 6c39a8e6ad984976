/* imbytes fuzzing: any bytes -> a picture and what is to be made of it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "input.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layouts.h"

/* Of the input and of the image: so many small ones a second find more than a
 * large one does. */
#define MOST_PIXELS 40000

unsigned
fuzz_take (FuzzBytes *bytes, unsigned n)
{
  unsigned value = 0;

  for (unsigned most = n - 1; most > 0 && bytes->left > 0; most >>= 8) {
    value = value << 8 | *bytes->at++;
    bytes->left--;
  }
  return value % n;
}

static bool
one_in (FuzzBytes *bytes, unsigned n)
{
  return fuzz_take (bytes, n) == n - 1;
}

/* Any layout of layouts.c, and what is like it. */
static PictureLayout
take_layout (FuzzBytes *bytes)
{
  PictureLayout layout = fuzz_layouts[fuzz_take (bytes, fuzz_n_layouts)];
  ImFormat *format = &layout.format;
  unsigned least, depth, shift, w_shift, h_shift;

  if (format->unpack || !one_in (bytes, 6))
    return layout;
  least = format->sample_bytes == 2 ? 9 : 1;
  depth = least + fuzz_take (bytes, format->sample_bytes * 8u - least + 1);
  shift = fuzz_take (bytes, format->sample_bytes * 8u - depth + 1);
  w_shift = fuzz_take (bytes, 3);
  h_shift = fuzz_take (bytes, 3);
  format->big_endian = format->sample_bytes == 2 && one_in (bytes, 2);
  for (int c = 0; c < format->n_components; c++) {
    ImComponent *component = &format->component[c];

    component->depth = (uint8_t) depth;
    component->shift = (uint8_t) shift;
    if (format->model == IM_MODEL_YCBCR && (c == 1 || c == 2)
        && layout.n_planes >= 3) {
      component->w_shift = (uint8_t) w_shift;
      component->h_shift = (uint8_t) h_shift;
    }
  }
  return layout;
}

/* Around the sizes of blocks, lanes and vectors; now and then one of several
 * strips. */
static int
take_size (FuzzBytes *bytes)
{
  if (one_in (bytes, 64))
    return 1 + (int) fuzz_take (bytes, 700);
  return 1 + (int) fuzz_take (bytes, one_in (bytes, 4) ? 70 : 18);
}

static void
take_info (ImImageInfo *info, FuzzBytes *bytes)
{
  ImColour *colour = &info->colour;

  info->width = take_size (bytes);
  info->height = take_size (bytes);
  info->par_n = info->par_d = 1;
  if (one_in (bytes, 4)) {
    info->par_n = 1 + (int) fuzz_take (bytes, 40);
    info->par_d = 1 + (int) fuzz_take (bytes, 40);
  }
  info->interlaced = one_in (bytes, 4);
  /* Without a byte of its own, which would give the corpora another meaning. */
  info->slow = (info->width ^ info->height) & 1;
  colour->matrix = (ImMatrix) fuzz_take (bytes, IM_MATRIX_FCC + 1);
  colour->range = (ImRange) fuzz_take (bytes, IM_RANGE_FULL + 1);
  colour->h_cosited = one_in (bytes, 2);
  colour->v_cosited = one_in (bytes, 2);
  if (one_in (bytes, 4)) {
    colour->transfer = (ImTransfer) fuzz_take (bytes, IM_TRANSFER_HLG + 1);
    colour->primaries = (ImPrimaries) fuzz_take (bytes, IM_PRIMARIES_FILM + 1);
  }
}

/* Noise, one value, slopes, or what is left of the bytes over and over. */
static void
fill (uint8_t *plane, size_t size, FuzzBytes *bytes)
{
  unsigned kind = fuzz_take (bytes, 4), state = fuzz_take (bytes, 1u << 24);

  for (size_t i = 0; i < size; i++) {
    if (kind == 0)
      state = state * 1664525u + 1013904223u;
    else if (kind == 1)
      state += i % 61 == 0 ? 1u << 18 : 0;
    plane[i] = kind == 3 && bytes->left > 0 ? bytes->at[i % bytes->left]
                                            : (uint8_t) (state >> 16);
  }
}

/* Planes of what has to be unpacked hold what that makes; see layouts.c. */
static void
find_plane_size (const FuzzInput *input, int plane, size_t *row, int *rows)
{
  const ImImageInfo *info = &input->picture.image.info;
  size_t size;

  if (info->format.unpack == NULL) {
    picture_plane_size (&input->picture, plane, row, rows);
    return;
  }
  *row = fuzz_unpacked_columns (info, plane, &size, rows);
  *row *= size;
}

static void
take_plane (FuzzInput *input, int plane, FuzzBytes *bytes)
{
  ImImage *image = &input->picture.image;
  size_t row, stride, size;
  int rows;

  find_plane_size (input, plane, &row, &rows);
  stride = row + (one_in (bytes, 2) ? fuzz_take (bytes, 80) : 0);
  size = stride * (size_t) (rows - 1) + row;
  input->plane[plane] = malloc (size);
  fill (input->plane[plane], size, bytes);
  image->data[plane] = input->plane[plane];
  image->stride[plane] = (ptrdiff_t) stride;
  if (one_in (bytes, 3)) {
    image->data[plane] += stride * (size_t) (rows - 1);
    image->stride[plane] = -(ptrdiff_t) stride;
  }
}

/* Mostly within the picture. */
static ImRect
take_crop (const ImImageInfo *info, FuzzBytes *bytes)
{
  ImRect crop;

  crop.x = (int) fuzz_take (bytes, (unsigned) info->width + 8) - 4;
  crop.y = (int) fuzz_take (bytes, (unsigned) info->height + 8) - 4;
  crop.width = (int) fuzz_take (bytes, (unsigned) info->width + 2);
  crop.height = (int) fuzz_take (bytes, (unsigned) info->height + 2);
  return crop;
}

static int
take_wanted (FuzzBytes *bytes)
{
  if (one_in (bytes, 2))
    return 0;
  return one_in (bytes, 40) ? (int) fuzz_take (bytes, 70000)
                            : take_size (bytes);
}

static void
take_request (ImRequest *request, const ImImageInfo *info, FuzzBytes *bytes)
{
  unsigned depth;

  request->codec = (ImCodecId) fuzz_take (bytes, IM_CODEC_PNG + 1);
  request->width = take_wanted (bytes);
  request->height = take_wanted (bytes);
  request->fit = (ImFit) fuzz_take (bytes, IM_FIT_INSIDE + 1);
  request->enlarge = !one_in (bytes, 4);
  request->square_pixels = !one_in (bytes, 3);
  request->background = fuzz_take (bytes, 1u << 24)
      | (one_in (bytes, 2) ? 0xff : fuzz_take (bytes, 256)) << 24;
  request->method = (ImMethod) fuzz_take (bytes, IM_METHOD_SPLINE36 + 1);
  if (one_in (bytes, 4))
    request->crop = take_crop (info, bytes);
  if (one_in (bytes, 2))
    request->orientation = (ImOrientation){ one_in (bytes, 2),
      one_in (bytes, 2), one_in (bytes, 2) };
  request->jpeg.quality = (int) fuzz_take (bytes, 101);
  request->jpeg.subsampling =
      (ImSubsampling) fuzz_take (bytes, IM_SUBSAMPLING_GRAY + 1);
  request->jpeg.progressive = one_in (bytes, 4);
  request->jpeg.optimize = one_in (bytes, 4);
  request->jpeg.dct = (ImDct) fuzz_take (bytes, IM_DCT_FLOAT + 1);
  request->png.level = (int) fuzz_take (bytes, 10);
  request->png.filter =
      (ImPngFilter) fuzz_take (bytes, IM_PNG_FILTER_ADAPTIVE + 1);
  depth = fuzz_take (bytes, 6);
  request->png.bit_depth = (int) (depth % 3) * 8;
  request->png.reduce = depth >= 3;
}

static void
take_metadata (FuzzInput *input, FuzzBytes *bytes)
{
  static const uint8_t tiff[14] = { 'I', 'I', '*', 0, 8 };
  ImMetadata *metadata = &input->metadata;
  size_t length;

  if (one_in (bytes, 4)) {
    length = sizeof (tiff) + fuzz_take (bytes, one_in (bytes, 64) ? 65600 : 90);
    metadata->exif = input->exif = calloc (1, length);
    metadata->exif_size = length;
    memcpy (input->exif, tiff, sizeof (tiff));
  }
  if (one_in (bytes, 4)) {
    length = 1 + fuzz_take (bytes, one_in (bytes, 64) ? 65600 : 90);
    metadata->comment = input->comment = malloc (length + 1);
    memset (input->comment, 'a', length);
    input->comment[length] = 0;
  }
}

bool
fuzz_input_init (FuzzInput *input, FuzzBytes *bytes)
{
  ImImageInfo *info = &input->picture.image.info;
  ImPlan plan;

  memset (input, 0, sizeof (*input));
  input->n_threads = 1 + (int) fuzz_take (bytes, 4);
  input->layout = take_layout (bytes);
  input->picture.layout = &input->layout;
  info->format = input->layout.format;
  take_info (info, bytes);
  take_request (&input->request, info, bytes);
  take_metadata (input, bytes);
  if ((int64_t) info->width * info->height > MOST_PIXELS
      || (im_plan_make (&plan, info, &input->request, NULL)
          && (int64_t) plan.width * plan.height > MOST_PIXELS))
    return false;
  for (int plane = 0; plane < input->layout.n_planes; plane++)
    take_plane (input, plane, bytes);
  return true;
}

void
fuzz_input_clear (FuzzInput *input)
{
  for (int p = 0; p < 4; p++)
    free (input->plane[p]);
  free (input->exif);
  free (input->comment);
}

void
fuzz_fail (const FuzzInput *input, const char *format, ...)
{
  const ImImageInfo *info = &input->picture.image.info;
  const ImRequest *request = &input->request;
  va_list args;

  fflush (stdout);
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fprintf (stderr,
      "\n%s of %dx%d, depth %d -> %s of %dx%d, fit %d, method %d, %d threads\n",
      input->layout.name, info->width, info->height,
      info->format.component[0].depth, im_codec_get (request->codec)->name,
      request->width, request->height, (int) request->fit,
      (int) request->method, input->n_threads);
  abort ();
}
