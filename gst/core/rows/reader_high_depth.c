/* imbytes: rows of samples that are more than bytes, and rows of floats.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "reader_private.h"

#include <limits.h>

#include <string.h>

#include "core/base/compiler.h"

static inline void
pick_u16 (float *restrict dst, const uint8_t *restrict src, int step,
    bool big_endian, int shift, int mask, int first, int last)
{
  for (int x = first; x < last; x++)
    dst[x] =
        (float) (im_reader_load_u16 (src + (ptrdiff_t) x * step, big_endian)
                >> shift
            & mask);
}

/* Steps that the compiler knows are ones that it can vectorise. */
static inline void
pick_of_step (float *dst, const uint8_t *src, int step, bool big_endian,
    int shift, int mask, int first, int last)
{
  if (step == 2)
    pick_u16 (dst, src, 2, big_endian, shift, mask, first, last);
  else if (step == 4)
    pick_u16 (dst, src, 4, big_endian, shift, mask, first, last);
  else if (step == 8)
    pick_u16 (dst, src, 8, big_endian, shift, mask, first, last);
  else
    pick_u16 (dst, src, step, big_endian, shift, mask, first, last);
}

/* Components of two bytes. */
static void
pick_words_f32 (const ImReader *reader, int c, const uint8_t *src, float *dst,
    int first, int last)
{
  const ImFormat *format = &reader->input.format;
  const ImComponent *component = &format->component[c];
  int mask = (int) ((1u << component->depth) - 1), shift = component->shift;

  if (format->big_endian)
    pick_of_step (dst, src, component->step, true, shift, mask, first, last);
  else
    pick_of_step (dst, src, component->step, false, shift, mask, first, last);
}

static void
pick_f32 (ImReader *reader, int c, const uint8_t *src, float *dst)
{
  const ImFormat *format = &reader->input.format;
  const ImComponent *component = &format->component[c];
  int first = reader->span[c].first, last = reader->span[c].last;
  int mask = (int) ((1u << component->depth) - 1), shift = component->shift;

  if (format->sample_bytes == 1) {
    const uint8_t *restrict bytes = reader->spare[0];

    im_reader_pick_u8 (reader, c, src, reader->spare[0]);
    for (int x = first; x < last; x++)
      dst[x] = (float) (bytes[x] >> shift & mask);
  } else {
    pick_words_f32 (reader, c, src, dst, first, last);
  }
}

const float *
im_reader_alpha_f32 (ImReader *reader, int c, int y)
{
  const ImFormat *format = &reader->input.format;
  bool held;
  float *dst;

  if (!im_reader_is_coarse (format, c))
    return im_reader_row_f32 (reader, format->n_components - 1, y);
  dst = im_ring_slot (&reader->alpha, y, &held);
  if (!held)
    im_reader_mean_alpha_f32 (reader, c, y, dst);
  return dst;
}

ImWords
im_reader_words (const ImReader *reader, int c)
{
  const ImComponent *component = &reader->input.format.component[c];
  int to_q6 = component->depth + component->shift - 8 - IM_Q;
  unsigned mask = ((1u << component->depth) - 1) << component->shift;

  return (ImWords){ to_q6 > 0 ? to_q6 : 0, to_q6 < 0 ? -to_q6 : 0,
    (uint16_t) (to_q6 > 0 ? mask >> to_q6 : mask << -to_q6) };
}

static void
row_from_words (ImReader *reader, int c, int y, int16_t *dst)
{
  const ImFormat *format = &reader->input.format;
  const int step = format->component[c].step;
  const ImReaderSpan *span = &reader->span[c];
  const uint8_t *src = im_reader_samples (reader, c, y);
  ImWords words = im_reader_words (reader, c);

  reader->kernels->words_q6 (dst + span->first,
      src + (ptrdiff_t) span->first * step, step, format->big_endian, &words,
      span->last - span->first);
}

/* Columns of all components that are as fine as alpha. */
static void
fine_columns (const ImReader *reader, int *first, int *last)
{
  *first = INT_MAX;
  *last = 0;
  for (int c = 0; c < im_reader_alpha (reader); c++) {
    const ImReaderSpan *span = &reader->span[c];

    if (span->rows == 0 || im_reader_is_coarse (&reader->input.format, c))
      continue;
    *first = span->first < *first ? span->first : *first;
    *last = span->last > *last ? span->last : *last;
  }
}

/* Row @y of alpha, 0 to 1, for all components that are as fine: they share it. */
static const float *
alpha_of_words (ImReader *reader, int y)
{
  int a = im_reader_alpha (reader), first, last;
  float scale = reader->scale[a];
  bool held;
  float *dst = im_ring_slot (&reader->fine_alpha, y, &held);

  if (held)
    return dst;
  fine_columns (reader, &first, &last);
  pick_words_f32 (reader, a, im_reader_samples (reader, a, y), dst, first,
      last);
  for (int x = first; x < last; x++)
    dst[x] *= scale;
  return dst;
}

/* Alpha of a row that was taken apart: @n samples. */
static void
alpha_of_row (const ImReader *reader, const uint8_t *src, float *dst, int n)
{
  const ImFormat *format = &reader->input.format;
  const ImComponent *alpha = &format->component[im_reader_alpha (reader)];
  int mask = (int) ((1u << alpha->depth) - 1);
  float scale = reader->scale[im_reader_alpha (reader)];

  pick_of_step (dst, src, 2, format->big_endian, alpha->shift, mask, 0, n);
  for (int x = 0; x < n; x++)
    dst[x] *= scale;
}

/* Pixels of four words: row @y of every component. */
static void
flatten_word_pixels (ImReader *reader, int c, int y, int16_t *dst)
{
  const ImFormat *format = &reader->input.format;
  const ImComponent *component = format->component;
  uint16_t *rows[4];
  float *alpha;
  int first, last;
  bool held;

  (void) dst;
  fine_columns (reader, &first, &last);
  for (int i = 0; i < 4; i++)
    rows[i] = (uint16_t *) (void *) reader->spare[i];
  reader->kernels->split4_words (rows,
      im_reader_samples (reader, c, y) - component[c].offset
          + (ptrdiff_t) first * component[c].step,
      last - first);
  alpha = im_ring_slot (&reader->fine_alpha, y, &held);
  alpha_of_row (reader,
      reader->spare[component[im_reader_alpha (reader)].offset / 2],
      alpha + first, last - first);
  for (int i = 0; i < im_reader_alpha (reader); i++) {
    const ImReaderSpan *span = &reader->span[i];
    ImWords words = im_reader_words (reader, i);
    int16_t *row;

    if (span->rows == 0)
      continue;
    row = (int16_t *) im_ring_slot (&reader->ring[i], y, &held) + span->first;
    reader->kernels->words_q6 (row,
        reader->spare[component[i].offset / 2]
            + (ptrdiff_t) (span->first - first) * 2,
        2, format->big_endian, &words, span->last - span->first);
    reader->kernels->lay_upon (row, alpha + span->first, reader->flat_q6[i],
        span->last - span->first);
  }
}

/* Four words of a plane, each one a component of every pixel. */
static bool
has_word_pixels (const ImFormat *format)
{
  for (int c = 0; c < format->n_components; c++)
    if (format->component[c].plane != 0 || format->component[c].step != 8
        || format->component[c].offset % 2 != 0
        || format->component[c].offset > 6 || im_reader_is_coarse (format, c))
      return false;
  return format->n_components == 4 && format->sample_bytes == 2;
}

static void
flatten_words (ImReader *reader, int c, int y, int16_t *dst)
{
  const ImReaderSpan *span = &reader->span[c];
  const float *alpha;

  row_from_words (reader, c, y, dst);
  alpha = im_reader_is_coarse (&reader->input.format, c)
      ? im_reader_alpha_f32 (reader, c, y)
      : alpha_of_words (reader, y);
  reader->kernels->lay_upon (dst + span->first, alpha + span->first,
      reader->flat_q6[c], span->last - span->first);
}

void
im_reader_choose_q6 (ImReader *reader)
{
  bool words = reader->input.format.sample_bytes == 2;
  bool lays = reader->flatten || reader->premultiply;

  for (int c = 0; c < reader->input.format.n_components; c++) {
    bool pixels = reader->n_interleaved[c] == 4;

    if (words && !reader->flatten)
      reader->make_q6[c] = row_from_words;
    else if (words)
      reader->make_q6[c] = has_word_pixels (&reader->input.format)
          ? flatten_word_pixels
          : flatten_words;
    else if (lays)
      reader->make_q6[c] = pixels ? im_reader_lay_pixels : im_reader_lay_row;
    else
      reader->make_q6[c] = pixels ? im_reader_widen_pixels
                                  : im_reader_widen_row;
  }
}

const int16_t *
im_reader_row_q6 (ImReader *reader, int c, int y)
{
  bool held;
  int16_t *dst = im_ring_slot (&reader->ring[c], y, &held);

  if (!held)
    reader->make_q6[c](reader, c, y, dst);
  return dst;
}

const float *
im_reader_row_f32 (ImReader *reader, int c, int y)
{
  const ImFormat *format = &reader->input.format;
  const ImReaderSpan *span = &reader->span[c];
  float scale = reader->scale[c], offset = reader->offset[c];
  bool held;
  float *dst = im_ring_slot (&reader->ring[c], y, &held);

  if (held)
    return dst;
  pick_f32 (reader, c, im_reader_samples (reader, c, y), dst);
  for (int x = span->first; x < span->last; x++)
    dst[x] = dst[x] * scale + offset;
  if (reader->premultiply && c < format->n_components - 1) {
    const float *alpha = im_reader_alpha_f32 (reader, c, y);

    for (int x = span->first; x < span->last; x++)
      dst[x] *= alpha[x];
  }
  return dst;
}
