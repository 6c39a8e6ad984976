/* imbytes: images whose rows are columns of the frame.
 *
 * Both passes run as they always do, down the frame and then across. The
 * horizontal pass works on columns of 16 rows, which otherwise are turned back
 * into rows; here they are what is asked for, 16 samples of as many rows of the
 * image. So nothing is transposed that would not be anyway.
 *
 * Only some columns of the frame are wanted for some rows of the image, and
 * narrow strips of memory are slow to read: a sheaf of rows is made at once.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "resample_private.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"

/* A sheaf is to stay in the second-level cache. */
#define SHEAF_BYTES (1 << 20)
/* But formats that are unpacked by whole rows are unpacked for each sheaf. */
#define SHEAF_BYTES_UNPACKED (8 << 20)

/* What of the horizontal filters makes the rows of the sheaf. */
typedef struct
{
  ImFilter filter;
  int32_t *start;
} Part;

struct _ImTurned
{
  int n_rows;           /* of a sheaf, at most */
  int first[4], end[4]; /* the rows of each component that are there */
  Part part[2];         /* [chroma] */
  /* A row after the other; the last one: chroma's own alpha. */
  uint8_t *data[5];
  size_t row_size[5]; /* bytes; whole columns of 16 samples fit */
  float *tile;        /* 16 columns of the sheaf */
};

static size_t
tile_size (const ImTurned *turned)
{
  return (size_t) turned->n_rows * IM_LANES;
}

/* As many rows as a strip has, where they are not too large. */
static int
sheaf_rows (const ImPlan *plan, const ImResampleTables *tables)
{
  size_t most = plan->input.format.unpack ? SHEAF_BYTES_UNPACKED : SHEAF_BYTES;
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
turned_alloc (ImTurned *turned, const ImPlan *plan,
    const ImResampleTables *tables)
{
  size_t n = (size_t) turned->n_rows;

  for (int c = 0; c < plan->input.format.n_components; c++) {
    if (!plan->component[c].is_needed)
      continue;
    turned->row_size[c] = im_resample_row_size (plan, tables, c);
    turned->data[c] = im_alloc_array (n, turned->row_size[c]);
    if (turned->data[c] == NULL)
      return false;
  }
  if (im_resample_has_coarse_chroma (plan, tables)) {
    turned->row_size[4] = turned->row_size[1];
    turned->data[4] = im_alloc_array (n, turned->row_size[4]);
    if (turned->data[4] == NULL)
      return false;
  }
  for (int kind = 0; kind < 2; kind++) {
    turned->part[kind].start = im_alloc_array (n, sizeof (int32_t));
    if (turned->part[kind].start == NULL)
      return false;
  }
  if (plan->samples == IM_SAMPLES_F32)
    turned->tile = im_alloc_array (tile_size (turned), sizeof (float));
  return plan->samples != IM_SAMPLES_F32 || turned->tile != NULL;
}

ImTurned *
im_turned_new (const ImPlan *plan, const ImResampleTables *tables)
{
  ImTurned *turned = calloc (1, sizeof (*turned));

  if (turned == NULL)
    return NULL;
  turned->n_rows = sheaf_rows (plan, tables);
  if (!turned_alloc (turned, plan, tables)) {
    im_turned_free (turned);
    return NULL;
  }
  return turned;
}

void
im_turned_free (ImTurned *turned)
{
  if (turned == NULL)
    return;
  for (int i = 0; i < 5; i++)
    free (turned->data[i]);
  for (int kind = 0; kind < 2; kind++)
    free (turned->part[kind].start);
  free (turned->tile);
  free (turned);
}

void
im_turned_start (ImTurned *turned)
{
  memset (turned->first, 0, sizeof (turned->first));
  memset (turned->end, 0, sizeof (turned->end));
}

static void *
sheaf_row (const ImTurned *turned, int i, int row)
{
  return turned->data[i] + (size_t) row * turned->row_size[i];
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
get_part (ImTurned *turned, const ImPlan *plan, int c)
{
  return &turned->part[im_resample_is_chroma (plan, c)];
}

/* Rows from those of @block on: whole blocks, as many as fit. */
static void
sheaf_range (ImResampler *resampler, const ImBlock *block)
{
  const ImPlan *plan = resampler->plan;
  const ImResampleTables *tables = resampler->tables;
  ImTurned *turned = resampler->turned;
  ImReaderSpan spans[4] = { { 0 } };

  for (int c = 0; c < plan->input.format.n_components; c++) {
    int shift = im_resample_is_chroma (plan, c) ? plan->chroma_h_shift : 0;
    int end = block->first[c] + block->n[c];
    int further = end + ((turned->n_rows - IM_BLOCK_ROWS) >> shift);
    Part *part = get_part (turned, plan, c);

    turned->first[c] = turned->end[c] = 0;
    if (end < block->end[c])
      end = further < block->end[c] ? further : block->end[c];
    if (!plan->component[c].is_needed || end <= block->first[c])
      continue;
    turned->first[c] = block->first[c];
    turned->end[c] = end;
    part_set (part, im_resample_filter (plan, tables, c, IM_AXIS_HORIZONTAL),
        block->first[c], end - block->first[c]);
    spans[c].first = part->filter.first;
    spans[c].last = part->filter.last;
  }
  im_reader_set_columns (resampler->reader, spans);
}

/* Where a component lies in rows that may be packed: samples of its leader's
 * rows. */
static int
first_sample (const ImResampler *resampler, int c)
{
  const ImPlan *plan = resampler->plan;
  int step = resampler->tables->tall[c].step;
  int offset = plan->input.format.component[c].offset;

  return get_part (resampler->turned, plan, c)->filter.first * step
      + (step > 1 ? offset : 0);
}

static int
end_sample (const ImResampler *resampler, int c)
{
  const ImFilter *filter =
      &get_part (resampler->turned, resampler->plan, c)->filter;

  return first_sample (resampler, c)
      + (im_filter_span (filter) - 1) * resampler->tables->tall[c].step + 1;
}

/* 16 samples of each row of the sheaf, from column @x on. */
static void
store_columns (const ImTurned *turned, int c, int x, const int16_t *columns,
    int step, int n)
{
  for (int i = 0; i < n; i++)
    memcpy ((int16_t *) sheaf_row (turned, c, i) + x,
        columns + (ptrdiff_t) i * step * IM_LANES, IM_LANES * sizeof (int16_t));
}

/* Columns [@x, @x + 16) of the rows of all that @leader leads, from @first on,
 * @width samples. */
static void
columns_q6 (ImResampler *resampler, int leader, int x, int first, int width)
{
  const ImPlan *plan = resampler->plan;
  const ImResampleTables *tables = resampler->tables;
  const ImKernels *kernels = resampler->kernels;
  int n_out =
      im_resample_filter (plan, tables, leader, IM_AXIS_VERTICAL)->n_out;
  int offset = im_resample_is_packed (tables, leader)
      ? plan->input.format.component[leader].offset
      : 0;
  const int16_t *in[IM_LANES];

  for (int l = 0; l < IM_LANES; l++) {
    in[l] = resampler->tall[leader][x + l < n_out ? l : 0];
    if (x + l < n_out)
      im_resample_vertical_q6 (resampler, leader, x + l, first - offset, width,
          resampler->tall[leader][l]);
  }
  kernels->columns_from_rows (resampler->columns_in, in, width);
  for (int c = 0; c < plan->input.format.n_components; c++) {
    const ImFilter *filter = &get_part (resampler->turned, plan, c)->filter;
    const int16_t *columns = resampler->columns_in;
    int step = tables->tall[c].step;

    if (!plan->component[c].is_needed || tables->tall[c].leader != leader)
      continue;
    columns += (ptrdiff_t) (first_sample (resampler, c) - first) * IM_LANES;
    if (!filter->identity) {
      kernels->horizontal_q6 (resampler->columns_out, columns, filter, step);
      columns = resampler->columns_out;
      step = 1;
    }
    store_columns (resampler->turned, c, x, columns, step, filter->n_out);
  }
}

static void
sheaf_q6 (ImResampler *resampler, int leader)
{
  const ImPlan *plan = resampler->plan;
  const ImResampleTables *tables = resampler->tables;
  int n_out =
      im_resample_filter (plan, tables, leader, IM_AXIS_VERTICAL)->n_out;
  int first = first_sample (resampler, leader);
  int end = end_sample (resampler, leader);

  for (int c = 0; c < plan->input.format.n_components; c++) {
    if (!plan->component[c].is_needed || tables->tall[c].leader != leader)
      continue;
    if (first_sample (resampler, c) < first)
      first = first_sample (resampler, c);
    if (end_sample (resampler, c) > end)
      end = end_sample (resampler, c);
  }
  for (int x = 0; x < n_out; x += IM_LANES)
    columns_q6 (resampler, leader, x, first, end - first);
}

/* The rows of component @c, or of its alpha, which go to @slot. */
static void
sheaf_f32 (ImResampler *resampler, int c, int slot, ImReadRow read_row)
{
  const ImPlan *plan = resampler->plan;
  ImTurned *turned = resampler->turned;
  const ImFilter *filter = &get_part (turned, plan, c)->filter;
  int n = filter->n_out;
  int n_out =
      im_resample_filter (plan, resampler->tables, c, IM_AXIS_VERTICAL)->n_out;

  for (int x = 0; x < n_out; x += IM_LANES) {
    int lanes = n_out - x < IM_LANES ? n_out - x : IM_LANES;

    for (int l = 0; l < lanes; l++)
      im_resample_row_f32 (resampler, c, x + l, filter, turned->tile + l * n,
          read_row);
    for (int i = 0; i < n; i++) {
      float *row = (float *) sheaf_row (turned, slot, i) + x;

      for (int l = 0; l < lanes; l++)
        row[l] = turned->tile[l * n + i];
    }
  }
}

static void
sheaf_exchange_alpha (ImResampler *resampler)
{
  const ImPlan *plan = resampler->plan;
  ImTurned *turned = resampler->turned;
  int a = plan->input.format.n_components - 1;
  int n =
      im_resample_filter (plan, resampler->tables, 1, IM_AXIS_VERTICAL)->n_out;

  sheaf_f32 (resampler, 1, 4, im_reader_alpha_f32);
  for (int i = 0; i < turned->end[1] - turned->first[1]; i++)
    im_resample_exchange_alpha (sheaf_row (turned, 1, i),
        sheaf_row (turned, 2, i), sheaf_row (turned, a, i),
        sheaf_row (turned, 4, i), n);
}

static void
sheaf_make (ImResampler *resampler, const ImBlock *block)
{
  const ImPlan *plan = resampler->plan;
  const ImResampleTables *tables = resampler->tables;

  sheaf_range (resampler, block);
  for (int c = 0; c < plan->input.format.n_components; c++) {
    if (!plan->component[c].is_needed
        || resampler->turned->first[c] == resampler->turned->end[c])
      continue;
    if (plan->samples == IM_SAMPLES_F32)
      sheaf_f32 (resampler, c, c, im_reader_row_f32);
    else if (tables->tall[c].leader == c)
      sheaf_q6 (resampler, c);
  }
  if (plan->samples == IM_SAMPLES_F32
      && im_resample_has_coarse_chroma (plan, tables))
    sheaf_exchange_alpha (resampler);
}

static bool
sheaf_holds (const ImResampler *resampler, const ImBlock *block)
{
  const ImTurned *turned = resampler->turned;

  for (int c = 0; c < resampler->plan->input.format.n_components; c++)
    if (resampler->plan->component[c].is_needed && block->n[c] > 0
        && (block->first[c] < turned->first[c]
            || block->first[c] + block->n[c] > turned->end[c]))
      return false;
  return true;
}

void
im_turned_block (ImResampler *resampler, const ImBlock *block)
{
  const ImTurned *turned = resampler->turned;

  if (!sheaf_holds (resampler, block))
    sheaf_make (resampler, block);
  for (int c = 0; c < resampler->plan->input.format.n_components; c++)
    for (int i = 0; i < block->n[c] && resampler->plan->component[c].is_needed;
         i++)
      memcpy (block->row[c][i],
          sheaf_row (turned, c, block->first[c] - turned->first[c] + i),
          turned->row_size[c]);
}
