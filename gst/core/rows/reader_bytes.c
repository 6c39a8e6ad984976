/* imbytes: rows in Q6 of samples that are bytes beside alpha.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "reader_private.h"

/* Where row @y of component @c goes, from its first column on; NULL where it is not
 * asked for. */
static int16_t *
row_for (ImReader *reader, int c, int y)
{
  bool held;

  if (reader->ring[c].data == NULL)
    return NULL;
  return (int16_t *) im_ring_slot (&reader->ring[c], y, &held)
      + reader->span[c].first;
}

void
im_reader_lay_pixels (ImReader *reader, int c, int y, int16_t *dst)
{
  const ImComponent *component = reader->input.format.component;
  const ImReaderSpan *span = &reader->span[c];
  const uint8_t *src = im_reader_samples (reader, c, y) - component[c].offset
      + (ptrdiff_t) span->first * component[c].step;
  int16_t *rows[4] = { NULL };
  uint8_t behind[4] = { 0 };

  (void) dst;
  for (int i = 0; i < 4; i++) {
    rows[component[i].offset] = row_for (reader, i, y);
    behind[component[i].offset] = reader->behind[i];
  }
  reader->kernels->lay_pixels (rows, src,
      component[im_reader_alpha (reader)].offset, behind,
      span->last - span->first);
}

static void
widen (int16_t *restrict dst, const uint8_t *restrict src, int n)
{
  for (int x = 0; x < n; x++)
    dst[x] = (int16_t) (src[x] << IM_Q);
}

void
im_reader_widen_pixels (ImReader *reader, int c, int y, int16_t *dst)
{
  const ImFormat *format = &reader->input.format;
  const ImReaderSpan *span = &reader->span[c];

  (void) dst;
  im_reader_split (reader, c, im_reader_samples (reader, c, y), reader->spare);
  for (int i = 0; i < format->n_components; i++) {
    int16_t *row = row_for (reader, i, y);

    if (row != NULL)
      widen (row, reader->spare[format->component[i].offset],
          span->last - span->first);
  }
}

/* Samples of component @c of row @y, one after the other: as they lie, or in @spare. */
static const uint8_t *
bytes_of (ImReader *reader, int c, int y, uint8_t *spare)
{
  const uint8_t *src = im_reader_samples (reader, c, y);

  if (reader->input.format.component[c].step == 1)
    return src;
  im_reader_pick_u8 (reader, c, src, spare);
  return spare;
}

void
im_reader_widen_row (ImReader *reader, int c, int y, int16_t *dst)
{
  const ImReaderSpan *span = &reader->span[c];

  widen (dst + span->first,
      bytes_of (reader, c, y, reader->spare[0]) + span->first,
      span->last - span->first);
}

void
im_reader_lay_row (ImReader *reader, int c, int y, int16_t *dst)
{
  const ImReaderSpan *span = &reader->span[c];
  const int a = im_reader_alpha (reader);
  const int step = reader->input.format.component[a].step;
  const uint8_t *alpha, *sample;
  uint8_t *spare = reader->spare[1];

  if (c == a) {
    im_reader_widen_row (reader, c, y, dst);
    return;
  }
  sample = bytes_of (reader, c, y, reader->spare[0]);
  if (im_reader_is_coarse (&reader->input.format, c)) {
    im_reader_mean_alpha_u8 (reader, c, y, spare);
    alpha = spare;
  } else {
    alpha = im_reader_samples (reader, a, y);
    for (int x = span->first; x < span->last && step > 1; x++)
      spare[x] = alpha[(ptrdiff_t) x * step];
    if (step > 1)
      alpha = spare;
  }
  reader->kernels->lay_bytes (dst + span->first, sample + span->first,
      alpha + span->first, reader->behind[c], span->last - span->first);
}
