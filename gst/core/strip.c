/* imbytes: one strip of a frame, from its rows to its bytes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "strip.h"

#include <stdlib.h>
#include <string.h>

#include "colour.h"

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

static bool
lane_rows (ImLane *lane)
{
  const ImPlan *plan = lane->plan;
  int planes = plan->codec == IM_CODEC_PNG ? 1 : plan->n_components;
  size_t total = 0;

  for (int c = 0; c < planes; c++) {
    lane->rows.stride[c] = (ptrdiff_t) im_align (im_codec_row_size (plan, c));
    total += (size_t) lane->rows.stride[c];
  }
  lane->rows_data = im_alloc_array (total, IM_BLOCK_ROWS);
  if (lane->rows_data == NULL)
    return false;
  lane->rows.data[0] = lane->rows_data;
  for (int c = 1; c < planes; c++)
    lane->rows.data[c] =
        lane->rows.data[c - 1] + lane->rows.stride[c - 1] * IM_BLOCK_ROWS;
  return true;
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
      || !lane_block (lane, tables) || !lane_rows (lane)) {
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

/* Which rows of component @c lie in canvas rows [@y, @y + @n). */
static void
block_rows (ImLane *lane, int c, int y, int n)
{
  const ImPlan *plan = lane->plan;
  bool chroma = plan->input.format.model == IM_MODEL_YCBCR
      && (c == 1 || c == 2);
  int shift = chroma ? plan->chroma_h_shift : 0;
  int top = plan->picture.y >> shift;
  int bottom = im_subsampled (plan->picture.y + plan->picture.height, shift);
  int first = y >> shift, end = im_subsampled (y + n, shift);

  if (first < top)
    first = top;
  if (end > bottom)
    end = bottom;
  lane->block.first[c] = first - top;
  lane->block.n[c] = end > first ? end - first : 0;
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
    lane->rows.n_rows = end - y < IM_BLOCK_ROWS ? end - y : IM_BLOCK_ROWS;
    for (int c = 0; c < plan->input.format.n_components; c++)
      block_rows (lane, c, y, lane->rows.n_rows);
    im_resampler_block (lane->resampler, &lane->block);
    im_colour_block (lane->colour, &lane->block, y, &lane->rows);
    if (!lane->codec->rows (lane->coder, &lane->rows, error))
      return false;
  }
  return lane->codec->end (lane->coder, error);
}
