/* imbytes: images whose rows are columns of the frame (quarter turns).
 *
 * Both passes run as always, down the frame and then across. The horizontal pass
 * makes columns of 16 samples. For an upright image they are transposed into
 * rows; here they already are 16 samples of rows of the image, and stay as they
 * are.
 *
 * A few rows of the image need a few columns of the frame. Memory is slow to read
 * in narrow columns, so the rows of a whole batch are made at once.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "resample_private.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"

/* Keeps a batch in the second-level cache. */
#define BATCH_BYTES (1 << 20)
/* Formats that are unpacked by whole rows are unpacked anew for each batch: few
 * large batches cost less than the cache saves. */
#define BATCH_BYTES_UNPACKED (8 << 20)

/* The slice of a horizontal filter that makes the rows of the batch. */
typedef struct
{
  ImFilter filter;
  int32_t *start;
} Part;

struct _ImTransposed
{
  int n_rows;           /* of a batch, at most */
  int first[4], end[4]; /* the rows of each component that are there */
  Part part[2];         /* [chroma] */
  /* Rows of each component; of data[4], alpha at the resolution of chroma. */
  uint8_t *data[5];
  size_t row_size[5]; /* bytes; whole columns of 16 samples fit */
  float *tile;        /* 16 columns of the batch */
};

static size_t
tile_size (const ImTransposed *transposed)
{
  return (size_t) transposed->n_rows * IM_LANES;
}

/* As many rows as a strip has, where they are not too large. */
static int
batch_rows (const ImPlan *plan, const ImResampleTables *tables)
{
  size_t most = plan->input.format.unpacks_whole_rows ? BATCH_BYTES_UNPACKED
                                                      : BATCH_BYTES;
  size_t row = 0, n;

  for (int c = 0; c < plan->input.format.n_components; c++)
    if (plan->component[c].is_needed)
      row += im_resample_row_size (plan, tables, c);
  n = row > 0 ? most / row / IM_BLOCK_ROWS * IM_BLOCK_ROWS : 0;
  if (n > (size_t) plan->band_rows)
    n = (size_t) plan->band_rows;
  return n < IM_BLOCK_ROWS ? IM_BLOCK_ROWS : (int) n;
}

static bool
transposed_alloc (ImTransposed *transposed, const ImPlan *plan,
    const ImResampleTables *tables)
{
  size_t n = (size_t) transposed->n_rows;

  for (int c = 0; c < plan->input.format.n_components; c++) {
    if (!plan->component[c].is_needed)
      continue;
    transposed->row_size[c] = im_resample_row_size (plan, tables, c);
    transposed->data[c] = im_alloc_array (n, transposed->row_size[c]);
    if (transposed->data[c] == NULL)
      return false;
  }
  if (im_resample_has_coarse_chroma (plan, tables)) {
    transposed->row_size[4] = transposed->row_size[1];
    transposed->data[4] = im_alloc_array (n, transposed->row_size[4]);
    if (transposed->data[4] == NULL)
      return false;
  }
  for (int kind = 0; kind < 2; kind++) {
    transposed->part[kind].start = im_alloc_array (n, sizeof (int32_t));
    if (transposed->part[kind].start == NULL)
      return false;
  }
  if (plan->samples == IM_SAMPLES_F32)
    transposed->tile = im_alloc_array (tile_size (transposed), sizeof (float));
  return plan->samples != IM_SAMPLES_F32 || transposed->tile != NULL;
}

ImTransposed *
im_transposed_new (const ImPlan *plan, const ImResampleTables *tables)
{
  ImTransposed *transposed = calloc (1, sizeof (*transposed));

  if (transposed == NULL)
    return NULL;
  transposed->n_rows = batch_rows (plan, tables);
  if (!transposed_alloc (transposed, plan, tables)) {
    im_transposed_free (transposed);
    return NULL;
  }
  return transposed;
}

void
im_transposed_free (ImTransposed *transposed)
{
  if (transposed == NULL)
    return;
  for (int i = 0; i < 5; i++)
    free (transposed->data[i]);
  for (int kind = 0; kind < 2; kind++)
    free (transposed->part[kind].start);
  free (transposed->tile);
  free (transposed);
}

void
im_transposed_start (ImTransposed *transposed)
{
  memset (transposed->first, 0, sizeof (transposed->first));
  memset (transposed->end, 0, sizeof (transposed->end));
}

static void *
batch_row (const ImTransposed *transposed, int i, int row)
{
  return transposed->data[i] + (size_t) row * transposed->row_size[i];
}

/* The part of @across that makes rows [@first, @first + @n). */
static void
part_set (Part *part, const ImFilter *across, int first, int n)
{
  ImFilter *filter = &part->filter;
  int begin = across->last - across->first, end = 0;

  for (int i = first; i < first + n; i++) {
    if (across->start[i] < begin)
      begin = across->start[i];
    if (across->start[i] + across->taps[i] > end)
      end = across->start[i] + across->taps[i];
  }
  *filter = *across;
  filter->n_out = n;
  filter->first = across->first + begin;
  filter->last = across->first + end;
  filter->start = part->start;
  for (int i = 0; i < n; i++)
    filter->start[i] = across->start[first + i] - begin;
  filter->taps += first;
  filter->weight += (size_t) first * (size_t) across->stride;
  filter->weight_f += (size_t) first * (size_t) across->stride;
}

static Part *
get_part (ImTransposed *transposed, const ImPlan *plan, int c)
{
  return &transposed->part[im_resample_is_chroma (plan, c)];
}

/* Rows from those of @block on: whole blocks, as many as fit. */
static void
batch_range (ImResampler *resampler, const ImBlock *block)
{
  const ImPlan *plan = resampler->plan;
  const ImResampleTables *tables = resampler->tables;
  ImTransposed *transposed = resampler->transposed;
  ImReaderSpan spans[4] = { { 0 } };

  for (int c = 0; c < plan->input.format.n_components; c++) {
    int shift = im_resample_is_chroma (plan, c) ? plan->chroma_h_shift : 0;
    int end = block->first[c] + block->n[c];
    int further = end + ((transposed->n_rows - IM_BLOCK_ROWS) >> shift);
    Part *part = get_part (transposed, plan, c);

    transposed->first[c] = transposed->end[c] = 0;
    if (end < block->end[c])
      end = further < block->end[c] ? further : block->end[c];
    if (!plan->component[c].is_needed || end <= block->first[c])
      continue;
    transposed->first[c] = block->first[c];
    transposed->end[c] = end;
    part_set (part, im_resample_filter (plan, tables, c, IM_AXIS_HORIZONTAL),
        block->first[c], end - block->first[c]);
    spans[c].first = part->filter.first;
    spans[c].last = part->filter.last;
  }
  im_reader_set_columns (resampler->reader, spans);
}

/* Where the component begins in the rows of its group: samples. */
static int
first_sample (const ImResampler *resampler, int c)
{
  const ImPlan *plan = resampler->plan;
  int step = resampler->tables->intermediate[c].step;
  int offset = im_resample_offset (plan, c);

  return get_part (resampler->transposed, plan, c)->filter.first * step
      + (step > 1 ? offset : 0);
}

static int
end_sample (const ImResampler *resampler, int c)
{
  const ImFilter *filter =
      &get_part (resampler->transposed, resampler->plan, c)->filter;

  return first_sample (resampler, c)
      + (im_filter_span (filter) - 1) * resampler->tables->intermediate[c].step
      + 1;
}

/* 16 samples of each row of the batch, from column @x on. */
static void
store_columns (const ImTransposed *transposed, int c, int x,
    const int16_t *columns, int step, int n)
{
  for (int i = 0; i < n; i++)
    memcpy ((int16_t *) batch_row (transposed, c, i) + x,
        columns + (ptrdiff_t) i * step * IM_LANES, IM_LANES * sizeof (int16_t));
}

/* Columns [@x, @x + 16) of the transposed rows of a group: @width samples of its
 * rows, from @first on. */
static void
columns_q6 (ImResampler *resampler, int group, int x, int first, int width)
{
  const ImPlan *plan = resampler->plan;
  const ImResampleTables *tables = resampler->tables;
  const ImKernels *kernels = resampler->kernels;
  int n_out = im_resample_filter (plan, tables, group, IM_AXIS_VERTICAL)->n_out;
  int offset = im_resample_is_packed (tables, group)
      ? im_resample_offset (plan, group)
      : 0;
  const int16_t *in[IM_LANES];

  for (int l = 0; l < IM_LANES; l++) {
    in[l] = resampler->intermediate[group][x + l < n_out ? l : 0];
    if (x + l < n_out)
      im_resample_vertical_q6 (resampler, group, x + l, first - offset, width,
          resampler->intermediate[group][l]);
  }
  kernels->columns_from_rows (resampler->columns_in, in, width);
  for (int c = 0; c < plan->input.format.n_components; c++) {
    const ImFilter *filter = &get_part (resampler->transposed, plan, c)->filter;
    const int16_t *columns = resampler->columns_in;
    int step = tables->intermediate[c].step;

    if (!plan->component[c].is_needed || tables->intermediate[c].group != group)
      continue;
    columns += (ptrdiff_t) (first_sample (resampler, c) - first) * IM_LANES;
    if (!filter->identity) {
      kernels->horizontal_q6 (resampler->columns_out, columns, filter, step);
      columns = resampler->columns_out;
      step = 1;
    }
    store_columns (resampler->transposed, c, x, columns, step, filter->n_out);
  }
}

static void
batch_q6 (ImResampler *resampler, int group)
{
  const ImPlan *plan = resampler->plan;
  const ImResampleTables *tables = resampler->tables;
  int n_out = im_resample_filter (plan, tables, group, IM_AXIS_VERTICAL)->n_out;
  int first = first_sample (resampler, group);
  int end = end_sample (resampler, group);

  for (int c = 0; c < plan->input.format.n_components; c++) {
    if (!plan->component[c].is_needed || tables->intermediate[c].group != group)
      continue;
    if (first_sample (resampler, c) < first)
      first = first_sample (resampler, c);
    if (end_sample (resampler, c) > end)
      end = end_sample (resampler, c);
  }
  for (int x = 0; x < n_out; x += IM_LANES)
    columns_q6 (resampler, group, x, first, end - first);
}

/* The rows of component @c, or of its alpha, which go to @slot. */
static void
batch_f32 (ImResampler *resampler, int c, int slot, ImReadRow read_row)
{
  const ImPlan *plan = resampler->plan;
  ImTransposed *transposed = resampler->transposed;
  const ImFilter *filter = &get_part (transposed, plan, c)->filter;
  int n = filter->n_out;
  int n_out =
      im_resample_filter (plan, resampler->tables, c, IM_AXIS_VERTICAL)->n_out;

  for (int x = 0; x < n_out; x += IM_LANES) {
    int lanes = n_out - x < IM_LANES ? n_out - x : IM_LANES;

    for (int l = 0; l < lanes; l++)
      im_resample_row_f32 (resampler, c, x + l, filter,
          transposed->tile + l * n, read_row);
    for (int i = 0; i < n; i++) {
      float *row = (float *) batch_row (transposed, slot, i) + x;

      for (int l = 0; l < lanes; l++)
        row[l] = transposed->tile[l * n + i];
    }
  }
}

static void
batch_exchange_alpha (ImResampler *resampler)
{
  const ImPlan *plan = resampler->plan;
  ImTransposed *transposed = resampler->transposed;
  int a = plan->input.format.n_components - 1;
  int n =
      im_resample_filter (plan, resampler->tables, 1, IM_AXIS_VERTICAL)->n_out;

  batch_f32 (resampler, 1, 4, im_reader_alpha_f32);
  for (int i = 0; i < transposed->end[1] - transposed->first[1]; i++)
    im_resample_exchange_alpha (batch_row (transposed, 1, i),
        batch_row (transposed, 2, i), batch_row (transposed, a, i),
        batch_row (transposed, 4, i), n);
}

static void
batch_make (ImResampler *resampler, const ImBlock *block)
{
  const ImPlan *plan = resampler->plan;
  const ImResampleTables *tables = resampler->tables;

  batch_range (resampler, block);
  for (int c = 0; c < plan->input.format.n_components; c++) {
    if (!plan->component[c].is_needed
        || resampler->transposed->first[c] == resampler->transposed->end[c])
      continue;
    if (plan->samples == IM_SAMPLES_F32)
      batch_f32 (resampler, c, c, im_reader_row_f32);
    else if (tables->intermediate[c].group == c)
      batch_q6 (resampler, c);
  }
  if (plan->samples == IM_SAMPLES_F32
      && im_resample_has_coarse_chroma (plan, tables))
    batch_exchange_alpha (resampler);
}

static bool
batch_holds (const ImResampler *resampler, const ImBlock *block)
{
  const ImTransposed *transposed = resampler->transposed;

  for (int c = 0; c < resampler->plan->input.format.n_components; c++)
    if (resampler->plan->component[c].is_needed && block->n[c] > 0
        && (block->first[c] < transposed->first[c]
            || block->first[c] + block->n[c] > transposed->end[c]))
      return false;
  return true;
}

void
im_transposed_block (ImResampler *resampler, const ImBlock *block)
{
  const ImTransposed *transposed = resampler->transposed;

  if (!batch_holds (resampler, block))
    batch_make (resampler, block);
  for (int c = 0; c < resampler->plan->input.format.n_components; c++)
    for (int i = 0; i < block->n[c] && resampler->plan->component[c].is_needed;
         i++)
      memcpy (block->row[c][i],
          batch_row (transposed, c, block->first[c] - transposed->first[c] + i),
          transposed->row_size[c]);
}
