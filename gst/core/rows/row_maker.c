/* imbytes: a frame -> rows of the canvas: read, resample, colour.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "row_maker.h"

#include <stdlib.h>
#include <string.h>

#include "colour.h"
#include "core/base/bytes.h"

struct _ImRowMaker
{
  const ImPlan *plan;
  ImResampler *resampler;
  ImColourStage *colour;
  ImBlock block; /* from the one to the other */
  uint8_t *block_data;
};

uint8_t *
im_rows_alloc (ImRows *rows, const ImPlan *plan, int n_rows)
{
  const ImRowLayout *layout = &plan->layout;
  size_t height = (size_t) n_rows, total = 0;
  uint8_t *data;

  memset (rows, 0, sizeof (*rows));
  for (int c = 0; c < layout->n_planes; c++) {
    rows->stride[c] = (ptrdiff_t) im_align (layout->plane[c].row_size);
    total += (size_t) rows->stride[c];
  }
  data = im_alloc_array (total, height);
  if (data == NULL)
    return NULL;
  rows->data[0] = data;
  for (int c = 1; c < layout->n_planes; c++)
    rows->data[c] =
        rows->data[c - 1] + rows->stride[c - 1] * (ptrdiff_t) height;
  rows->n_rows = n_rows;
  return data;
}

static bool
maker_block (ImRowMaker *maker, const ImResampleTables *tables)
{
  const ImPlan *plan = maker->plan;
  size_t total = 0, used = 0;

  for (int c = 0; c < plan->input.format.n_components; c++)
    if (plan->component[c].is_needed)
      total += im_resample_row_size (plan, tables, c);
  maker->block_data = im_alloc_array (total, IM_BLOCK_ROWS);
  if (maker->block_data == NULL)
    return false;
  for (int c = 0; c < plan->input.format.n_components; c++)
    for (int i = 0; i < IM_BLOCK_ROWS && plan->component[c].is_needed; i++) {
      maker->block.row[c][i] = maker->block_data + used;
      used += im_resample_row_size (plan, tables, c);
    }
  return true;
}

ImRowMaker *
im_row_maker_new (const ImPlan *plan, const ImResampleTables *tables)
{
  ImRowMaker *maker = calloc (1, sizeof (*maker));

  if (maker == NULL)
    return NULL;
  maker->plan = plan;
  maker->resampler = im_resampler_new (plan, tables);
  maker->colour = im_colour_new (plan, tables->premultiply);
  if (maker->resampler == NULL || maker->colour == NULL
      || !maker_block (maker, tables)) {
    im_row_maker_free (maker);
    return NULL;
  }
  return maker;
}

void
im_row_maker_free (ImRowMaker *maker)
{
  if (maker == NULL)
    return;
  im_resampler_free (maker->resampler);
  im_colour_free (maker->colour);
  free (maker->block_data);
  free (maker);
}

void
im_row_maker_start (ImRowMaker *maker, const ImImage *frame)
{
  im_resampler_start (maker->resampler, frame);
}

/* Which rows of component @c lie in canvas rows [@y, @y + @n), and where those
 * before canvas row @strip_end end. */
static void
block_rows (ImRowMaker *maker, int c, int y, int n, int strip_end)
{
  const ImPlan *plan = maker->plan;
  int shift = plan->component[c].h_shift;
  int top = plan->picture.y >> shift;
  int bottom = im_subsampled (plan->picture.y + plan->picture.height, shift);
  int first = y >> shift, end = im_subsampled (y + n, shift);
  int last = im_subsampled (strip_end, shift);

  if (first < top)
    first = top;
  if (end > bottom)
    end = bottom;
  maker->block.first[c] = first - top;
  maker->block.n[c] = end > first ? end - first : 0;
  maker->block.end[c] = (last < bottom ? last : bottom) - top;
}

void
im_row_maker_make (ImRowMaker *maker, int y, int end, const ImRows *rows)
{
  for (int c = 0; c < maker->plan->input.format.n_components; c++)
    block_rows (maker, c, y, rows->n_rows, end);
  im_resampler_block (maker->resampler, &maker->block);
  im_colour_block (maker->colour, &maker->block, y, rows);
}
