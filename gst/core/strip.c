/* imbytes: one strip of a frame, from its rows to its bytes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "strip.h"

#include <stdlib.h>
#include <string.h>

#include "core/rows/colour.h"

struct _ImLane
{
  const ImPlan *plan;
  const ImCodec *codec;
  ImResampler *resampler;
  ImColourStage *colour;
  ImCoder *coder;
  ImBlock block;
  uint8_t *block_data; /* what the resampler fills */
  ImRows rows;
  uint8_t *rows_data; /* what the codec gets */
};

static bool
lane_block (ImLane *lane, const ImResampleTables *tables)
{
  const ImPlan *plan = lane->plan;
  size_t total = 0, used = 0;

  for (int c = 0; c < plan->input.format.n_components; c++)
    if (tables->component[c])
      total += im_resample_row_size (plan, tables, c);
  lane->block_data = im_alloc_array (total, IM_BLOCK_ROWS);
  if (lane->block_data == NULL)
    return false;
  for (int c = 0; c < plan->input.format.n_components; c++)
    for (int i = 0; i < IM_BLOCK_ROWS && tables->component[c]; i++) {
      lane->block.row[c][i] = lane->block_data + used;
      used += im_resample_row_size (plan, tables, c);
    }
  return true;
}

uint8_t *
im_rows_alloc (ImRows *rows, const ImPlan *plan, int n_rows)
{
  int planes = plan->codec == IM_CODEC_PNG ? 1 : plan->n_components;
  size_t height = (size_t) n_rows, total = 0;
  uint8_t *data;

  memset (rows, 0, sizeof (*rows));
  for (int c = 0; c < planes; c++) {
    rows->stride[c] = (ptrdiff_t) im_align (im_codec_row_size (plan, c));
    total += (size_t) rows->stride[c];
  }
  data = im_alloc_array (total, height);
  if (data == NULL)
    return NULL;
  rows->data[0] = data;
  for (int c = 1; c < planes; c++)
    rows->data[c] =
        rows->data[c - 1] + rows->stride[c - 1] * (ptrdiff_t) height;
  rows->n_rows = n_rows;
  return data;
}

ImLane *
im_lane_new (const ImPlan *plan, const ImResampleTables *tables, ImError *error)
{
  ImLane *lane = calloc (1, sizeof (*lane));

  if (lane == NULL) {
    im_error_no_memory (error, "a strip");
    return NULL;
  }
  lane->plan = plan;
  lane->codec = im_codec_get (plan->codec);
  lane->resampler = im_resampler_new (plan, tables);
  lane->colour = im_colour_new (plan, tables->premultiply);
  if (lane->resampler == NULL || lane->colour == NULL
      || !lane_block (lane, tables)
      || !(
          lane->rows_data = im_rows_alloc (&lane->rows, plan, IM_BLOCK_ROWS))) {
    im_error_no_memory (error, "a strip");
    im_lane_free (lane);
    return NULL;
  }
  if (!im_lane_set_codec (lane, error)) {
    im_lane_free (lane);
    return NULL;
  }
  return lane;
}

void
im_lane_free (ImLane *lane)
{
  if (lane == NULL)
    return;
  im_resampler_free (lane->resampler);
  im_colour_free (lane->colour);
  if (lane->coder)
    lane->codec->coder_free (lane->coder);
  free (lane->block_data);
  free (lane->rows_data);
  free (lane);
}

bool
im_lane_set_codec (ImLane *lane, ImError *error)
{
  if (lane->coder)
    lane->codec->coder_free (lane->coder);
  lane->coder = lane->codec->coder_new (lane->plan, error);
  return lane->coder != NULL;
}

ImCoder *
im_lane_coder (ImLane *lane)
{
  return lane->coder;
}

/* Which rows of component @c lie in canvas rows [@y, @y + @n), and where those
 * before canvas row @strip_end end. */
static void
block_rows (ImLane *lane, int c, int y, int n, int strip_end)
{
  const ImPlan *plan = lane->plan;
  bool chroma = plan->input.format.model == IM_MODEL_YCBCR
      && (c == 1 || c == 2);
  int shift = chroma ? plan->chroma_h_shift : 0;
  int top = plan->picture.y >> shift;
  int bottom = im_subsampled (plan->picture.y + plan->picture.height, shift);
  int first = y >> shift, end = im_subsampled (y + n, shift);
  int last = im_subsampled (strip_end, shift);

  if (first < top)
    first = top;
  if (end > bottom)
    end = bottom;
  lane->block.first[c] = first - top;
  lane->block.n[c] = end > first ? end - first : 0;
  lane->block.end[c] = (last < bottom ? last : bottom) - top;
}

/* Canvas rows from @y on, as many as @rows says, of those before @end. */
static void
make_rows (ImLane *lane, int y, int end, const ImRows *rows)
{
  for (int c = 0; c < lane->plan->input.format.n_components; c++)
    block_rows (lane, c, y, rows->n_rows, end);
  im_resampler_block (lane->resampler, &lane->block);
  im_colour_block (lane->colour, &lane->block, y, rows);
}

static int
block_height (int y, int end)
{
  return end - y < IM_BLOCK_ROWS ? end - y : IM_BLOCK_ROWS;
}

bool
im_lane_code (ImLane *lane, const ImImage *frame, int index, ImCodedStrip *out,
    ImError *error)
{
  const ImPlan *plan = lane->plan;
  int y = index * plan->strip_rows;
  int end = plan->height - y < plan->strip_rows ? plan->height
                                                : y + plan->strip_rows;

  im_bytes_reset (&out->bytes);
  im_resampler_start (lane->resampler, frame);
  if (!lane->codec->begin (lane->coder, index, out, error))
    return false;
  for (; y < end; y += lane->rows.n_rows) {
    lane->rows.n_rows = block_height (y, end);
    make_rows (lane, y, end, &lane->rows);
    if (!lane->codec->rows (lane->coder, &lane->rows, error))
      return false;
  }
  return lane->codec->end (lane->coder, error);
}

/* The rows of the block at @y. */
static ImRows
rows_of_whole (const ImPlan *plan, const ImRows *whole, int y, int end)
{
  ImRows rows = *whole;

  for (int c = 0; c < 3; c++)
    if (rows.data[c])
      rows.data[c] += (y >> (c > 0 ? plan->h_shift : 0)) * rows.stride[c];
  rows.n_rows = block_height (y, end);
  return rows;
}

void
im_lane_fill (ImLane *lane, const ImImage *frame, int y, int end,
    const ImRows *whole)
{
  im_resampler_start (lane->resampler, frame);
  for (; y < end; y += IM_BLOCK_ROWS) {
    ImRows rows = rows_of_whole (lane->plan, whole, y, end);

    make_rows (lane, y, end, &rows);
  }
}

bool
im_lane_code_rows (ImLane *lane, const ImRows *whole, ImCodedStrip *out,
    ImError *error)
{
  const ImPlan *plan = lane->plan;

  im_bytes_reset (&out->bytes);
  if (!lane->codec->begin (lane->coder, 0, out, error))
    return false;
  for (int y = 0; y < plan->height; y += IM_BLOCK_ROWS) {
    ImRows rows = rows_of_whole (plan, whole, y, plan->height);

    if (!lane->codec->rows (lane->coder, &rows, error))
      return false;
  }
  return lane->codec->end (lane->coder, error);
}
