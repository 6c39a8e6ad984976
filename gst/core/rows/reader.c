/* imbytes: the rows of a frame, one component at a time.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "reader_private.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/compiler.h"

/* Rows of bytes are taken apart in groups that may end behind the last pixel. */
#define SLACK 64

/* Code values to what they mean: ITU-R BT.601-7, 2.5.3; BT.709-6, 3.4; the
 * limited range of 8 bits times two for each further bit. */
static void
reader_scale (ImReader *reader, const ImPlan *plan, int c)
{
  const ImFormat *format = &reader->input.format;
  int depth = format->component[c].depth;
  float full = (float) ((1 << depth) - 1), unit = (float) (1 << depth) / 256;
  bool alpha = plan->component[c].is_alpha;
  bool chroma = plan->component[c].is_chroma;
  bool limited = reader->input.colour.range == IM_RANGE_LIMITED && !alpha;
  float range = !limited ? full : chroma ? 224 * unit : 219 * unit;
  float zero = chroma ? 128 * unit : limited ? 16 * unit : 0;

  reader->scale[c] = 1.0f / range;
  reader->offset[c] = -zero / range;
}

/* The background behind flattened samples. What a sample of two bytes of that
 * colour would be in Q6: white of full range is all ones, which is a little more
 * in more bits. */
static void
reader_flat (ImReader *reader, const ImPlan *plan, int c)
{
  const ImFormat *format = &reader->input.format;
  int depth = format->component[c].depth;
  bool chroma = plan->component[c].is_chroma;
  double code = plan->flat_code[c], zero = chroma ? 128.0 : 0.0, scale = 1.0;

  if (reader->input.colour.range == IM_RANGE_FULL)
    scale = (double) ((1 << depth) - 1) / (1 << depth) * 256.0 / 255.0;
  reader->behind[c] = (uint8_t) (int) (code + 0.5);
  reader->flat_q6[c] = (float) ((zero + (code - zero) * scale) * (1 << IM_Q));
}

static bool
reader_alloc_rings (ImReader *reader, size_t sample)
{
  const ImFormat *format = &reader->input.format;

  for (int c = 0; c < format->n_components; c++) {
    const ImReaderSpan *span = &reader->span[c];

    if (!span->in_place && span->rows > 0
        && !im_ring_init (&reader->ring[c], span->rows,
            (size_t) span->last * sample))
      return false;
  }
  return true;
}

static bool
reader_alloc_alpha (ImReader *reader, size_t width)
{
  const ImFormat *format = &reader->input.format;
  bool high_depth = reader->flatten && format->sample_bytes == 2;
  size_t size = width * sizeof (float);

  for (int c = 0; c < 3 && (reader->premultiply || high_depth); c++)
    if (im_reader_is_coarse (format, c) && reader->span[c].rows > 0
        && reader->alpha.data == NULL
        && !im_ring_init (&reader->alpha, reader->span[c].rows, size))
      return false;
  return !high_depth
      || im_ring_init (&reader->fine_alpha, reader->span[0].rows, size);
}

static bool
reader_alloc (ImReader *reader, size_t sample)
{
  size_t width = (size_t) reader->input.width + SLACK;
  size_t row = im_align (width * reader->input.format.sample_bytes);

  if (!reader_alloc_rings (reader, sample) || !im_reader_source_init (reader))
    return false;
  reader->spare_data = im_alloc_array (row, 4);
  for (size_t i = 0; i < 4 && reader->spare_data; i++)
    reader->spare[i] = reader->spare_data + i * row;
  return reader->spare_data != NULL && reader_alloc_alpha (reader, width);
}

/* Components whose bytes take turns, each one in every pixel: they are taken
 * apart together. */
static int
count_interleaved (const ImFormat *format, int c)
{
  const ImComponent *component = &format->component[c];
  int step = component->step, n = 0;

  if (step < 2 || step > 4 || format->sample_bytes != 1)
    return 0;
  for (int i = 0; i < format->n_components; i++) {
    const ImComponent *other = &format->component[i];

    if (other->plane != component->plane)
      continue;
    if (other->step != step || other->offset >= step
        || other->w_shift != component->w_shift
        || other->h_shift != component->h_shift)
      return 0;
    n++;
  }
  return n > 1 ? step : 0;
}

/* What is taken apart together has the same columns. */
static void
reader_join_spans (ImReader *reader)
{
  const ImFormat *format = &reader->input.format;

  for (int c = 0; c < format->n_components; c++)
    for (int i = 0; i < format->n_components; i++) {
      ImReaderSpan *a = &reader->span[c], *b = &reader->span[i];

      if (reader->n_interleaved[c] == 0 || a->rows == 0 || b->rows == 0
          || format->component[c].plane != format->component[i].plane)
        continue;
      a->first = b->first = a->first < b->first ? a->first : b->first;
      a->last = b->last = a->last > b->last ? a->last : b->last;
    }
}

ImReader *
im_reader_new (const ImPlan *plan, const ImReaderSpan *spans, bool premultiply)
{
  const ImFormat *format = &plan->input.format;
  ImReader *reader = calloc (1, sizeof (*reader));

  if (reader == NULL)
    return NULL;
  reader->input = plan->input;
  reader->kernels = im_kernels_get ();
  reader->premultiply = premultiply && format->has_alpha;
  reader->flatten = plan->flatten;
  for (int c = 0; c < 3; c++)
    if (plan->flatten)
      reader_flat (reader, plan, c);
    else
      reader->behind[c] = plan->component[c].is_chroma   ? 128
          : plan->input.colour.range == IM_RANGE_LIMITED ? 16
                                                         : 0;
  for (int c = 0; c < format->n_components; c++) {
    reader->span[c] = spans[c];
    reader->n_interleaved[c] = count_interleaved (format, c);
    reader_scale (reader, plan, c);
  }
  reader_join_spans (reader);
  im_reader_choose_q6 (reader);
  if (!reader_alloc (reader, im_samples_size (plan->samples))) {
    im_reader_free (reader);
    return NULL;
  }
  return reader;
}

void
im_reader_free (ImReader *reader)
{
  if (reader == NULL)
    return;
  for (int c = 0; c < 4; c++)
    im_ring_clear (&reader->ring[c]);
  im_reader_source_clear (reader);
  im_ring_clear (&reader->alpha);
  im_ring_clear (&reader->fine_alpha);
  free (reader->spare_data);
  free (reader);
}

void
im_reader_start (ImReader *reader, const ImImage *frame)
{
  reader->frame = *frame;
  for (int c = 0; c < 4; c++)
    im_ring_forget (&reader->ring[c]);
  im_reader_source_restart (reader);
  im_ring_forget (&reader->alpha);
  im_ring_forget (&reader->fine_alpha);
}

void
im_reader_set_columns (ImReader *reader, const ImReaderSpan *spans)
{
  for (int c = 0; c < reader->input.format.n_components; c++) {
    reader->span[c].first = spans[c].first;
    reader->span[c].last = spans[c].last;
    im_ring_forget (&reader->ring[c]);
  }
  im_ring_forget (&reader->alpha);
  im_ring_forget (&reader->fine_alpha);
  reader_join_spans (reader);
  im_reader_source_restart (reader);
}

#define CACHE_LINE 64

static void
prefetch_row (const uint8_t *row, int begin, int end)
{
  for (int x = begin; x < end; x += CACHE_LINE)
    im_prefetch (row + x);
}

int
im_reader_ahead (const ImReader *reader, int c, int y, int n,
    const uint8_t **rows)
{
  const ImComponent *component = &reader->input.format.component[c];
  const ImReaderSpan *span = &reader->span[c];
  ptrdiff_t stride = reader->frame.stride[component->plane];
  int height = im_subsampled (reader->input.height, component->h_shift);
  int found = 0;

  /* Memory without a cache cannot be fetched into one; where it has one after all,
   * asking for rows ahead gains nothing beside the copy. */
  if (reader->input.format.unpack || reader->input.slow)
    return 0;
  for (int i = y < 0 ? 0 : y; i < y + n && i < height; i++) {
    const uint8_t *row = reader->frame.data[component->plane] + i * stride;

    if (reader->span[c].in_place)
      rows[found++] = row + component->offset;
    else
      prefetch_row (row, span->first * component->step,
          span->last * component->step);
  }
  return found;
}

static inline void
pick_u8 (uint8_t *restrict dst, const uint8_t *restrict src, int step,
    int first, int last)
{
  for (int x = first; x < last; x++)
    dst[x] = src[(ptrdiff_t) x * step];
}

void
im_reader_pick_u8 (const ImReader *reader, int c, const uint8_t *src,
    uint8_t *dst)
{
  const ImReaderSpan *span = &reader->span[c];
  int step = reader->input.format.component[c].step;

  /* A step that the compiler knows is one that it can vectorise. */
  if (step == 1)
    pick_u8 (dst, src, 1, span->first, span->last);
  else if (step == 2)
    pick_u8 (dst, src, 2, span->first, span->last);
  else if (step == 4)
    pick_u8 (dst, src, 4, span->first, span->last);
  else
    pick_u8 (dst, src, step, span->first, span->last);
}

/* The last pixel by its samples alone: what lies between them and the next pixel
 * need not be there behind the last. */
static void
split_last (const ImReader *reader, int c, const uint8_t *src,
    uint8_t *const *rows, int x)
{
  const ImFormat *format = &reader->input.format;

  for (int i = 0; i < format->n_components; i++) {
    const ImComponent *component = &format->component[i];

    if (component->plane == format->component[c].plane)
      rows[component->offset][x] = src[component->offset];
  }
}

void
im_reader_split (const ImReader *reader, int c, const uint8_t *src,
    uint8_t *const *rows)
{
  const ImReaderSpan *span = &reader->span[c];
  int step = reader->n_interleaved[c], n = span->last - span->first - 1;

  if (n < 0)
    return;
  src +=
      (ptrdiff_t) span->first * step - reader->input.format.component[c].offset;
  if (step == 2)
    reader->kernels->split2 (rows, src, n);
  else if (step == 3)
    reader->kernels->split3 (rows, src, n);
  else
    reader->kernels->split4 (rows, src, n);
  split_last (reader, c, src + (ptrdiff_t) n * step, rows, n);
}

/* Row @y of all components that share the plane of @c. Those that are read in
 * place, or not at all, have no ring. */
static void
split_row (ImReader *reader, int c, int y, const uint8_t *src)
{
  const ImFormat *format = &reader->input.format;
  uint8_t *rows[4];

  memcpy (rows, reader->spare, sizeof (rows));
  for (int i = 0; i < format->n_components; i++) {
    bool held;

    if (format->component[i].plane == format->component[c].plane
        && reader->ring[i].data != NULL)
      rows[format->component[i].offset] =
          (uint8_t *) im_ring_slot (&reader->ring[i], y, &held)
          + reader->span[c].first;
  }
  im_reader_split (reader, c, src, rows);
}

const uint8_t *
im_reader_row_in_place (ImReader *reader, int c, int y)
{
  return im_reader_samples (reader, c, y);
}

const uint8_t *
im_reader_row_u8 (ImReader *reader, int c, int y)
{
  const uint8_t *src;
  uint8_t *dst;
  bool held;

  dst = im_ring_slot (&reader->ring[c], y, &held);
  if (held)
    return dst;
  src = im_reader_samples (reader, c, y);
  if (reader->n_interleaved[c] > 0)
    split_row (reader, c, y, src);
  else
    im_reader_pick_u8 (reader, c, src, dst);
  return dst;
}
