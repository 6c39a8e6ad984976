/* imbytes: one strip of a frame, from its rows to its bytes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "strip.h"

#include <stdlib.h>

struct _ImStripCoder
{
  const ImPlan *plan;
  const ImCodec *codec;
  ImRowMaker *maker;
  ImCoder *coder;
  ImRows rows; /* from the one to the other */
  uint8_t *rows_data;
};

ImStripCoder *
im_strip_coder_new (const ImPlan *plan, const ImResampleTables *tables,
    ImError *error)
{
  ImStripCoder *self = calloc (1, sizeof (*self));

  if (self == NULL) {
    im_error_no_memory (error, "a strip");
    return NULL;
  }
  self->plan = plan;
  self->codec = im_codec_get (plan->codec);
  self->maker = im_row_maker_new (plan, tables);
  self->rows_data = im_rows_alloc (&self->rows, plan, IM_BLOCK_ROWS);
  if (self->maker == NULL || self->rows_data == NULL)
    im_error_no_memory (error, "a strip");
  else if (im_strip_coder_set_codec (self, error))
    return self;
  im_strip_coder_free (self);
  return NULL;
}

void
im_strip_coder_free (ImStripCoder *self)
{
  if (self == NULL)
    return;
  im_row_maker_free (self->maker);
  if (self->coder)
    self->codec->coder_free (self->coder);
  free (self->rows_data);
  free (self);
}

bool
im_strip_coder_set_codec (ImStripCoder *self, ImError *error)
{
  if (self->coder)
    self->codec->coder_free (self->coder);
  self->coder = self->codec->coder_new (self->plan, error);
  return self->coder != NULL;
}

ImCoder *
im_strip_coder_get (ImStripCoder *self)
{
  return self->coder;
}

static int
block_height (int y, int end)
{
  return end - y < IM_BLOCK_ROWS ? end - y : IM_BLOCK_ROWS;
}

bool
im_strip_coder_code (ImStripCoder *self, const ImImage *frame, int index,
    ImCodedStrip *out, ImError *error)
{
  const ImPlan *plan = self->plan;
  int y = im_plan_band_begin (plan->height, plan->n_strips, index);
  int end = im_plan_band_begin (plan->height, plan->n_strips, index + 1);

  im_bytes_reset (&out->bytes);
  im_row_maker_start (self->maker, frame);
  if (!self->codec->begin (self->coder, index, out, error))
    return false;
  for (; y < end; y += self->rows.n_rows) {
    self->rows.n_rows = block_height (y, end);
    im_row_maker_make (self->maker, y, end, &self->rows);
    if (!self->codec->rows (self->coder, &self->rows, error))
      return false;
  }
  return self->codec->end (self->coder, error);
}

/* The rows of the block at @y. */
static ImRows
rows_of_whole (const ImPlan *plan, const ImRows *whole, int y, int end)
{
  ImRows rows = *whole;

  for (int c = 0; c < plan->layout.n_planes; c++)
    rows.data[c] += (y >> plan->layout.plane[c].h_shift) * rows.stride[c];
  rows.n_rows = block_height (y, end);
  return rows;
}

void
im_strip_coder_fill (ImStripCoder *self, const ImImage *frame, int y, int end,
    const ImRows *whole)
{
  im_row_maker_start (self->maker, frame);
  for (; y < end; y += IM_BLOCK_ROWS) {
    ImRows rows = rows_of_whole (self->plan, whole, y, end);

    im_row_maker_make (self->maker, y, end, &rows);
  }
}

bool
im_strip_coder_look (ImStripCoder *self, const ImRows *whole, ImError *error)
{
  return self->codec->look (self->coder, whole, error);
}

bool
im_strip_coder_follow (ImStripCoder *self, const ImStripCoder *looked,
    ImError *error)
{
  return self == looked
      || self->codec->follow (self->coder, looked->coder, error);
}

bool
im_strip_coder_code_rows (ImStripCoder *self, const ImRows *whole, int index,
    ImCodedStrip *out, ImError *error)
{
  const ImPlan *plan = self->plan;
  int y = im_plan_band_begin (plan->height, plan->n_strips, index);
  int end = im_plan_band_begin (plan->height, plan->n_strips, index + 1);

  im_bytes_reset (&out->bytes);
  if (!self->codec->begin (self->coder, index, out, error))
    return false;
  for (; y < end; y += IM_BLOCK_ROWS) {
    ImRows rows = rows_of_whole (plan, whole, y, end);

    if (!self->codec->rows (self->coder, &rows, error))
      return false;
  }
  return self->codec->end (self->coder, error);
}
