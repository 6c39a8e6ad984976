/* imbytes: the two passes, vertical first.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "resample_private.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/compiler.h"

static bool
resampler_reader (ImResampler *resampler)
{
  const ImPlan *plan = resampler->plan;
  const ImResampleTables *tables = resampler->tables;
  ImReaderSpan spans[4] = { { 0 } };
  int most_taps = 1;

  for (int c = 0; c < plan->input.format.n_components; c++) {
    const ImFilter *across =
        im_resample_filter (plan, tables, c, IM_AXIS_HORIZONTAL);
    const ImFilter *down =
        im_resample_filter (plan, tables, c, IM_AXIS_VERTICAL);

    if (!plan->component[c].is_needed)
      continue;
    spans[c] = (ImReaderSpan){ across->first, across->last, down->max_taps,
      im_resample_is_packed (tables, c) };
    if (down->max_taps > most_taps)
      most_taps = down->max_taps;
  }
  resampler->taps =
      im_alloc_array ((size_t) most_taps, sizeof (*resampler->taps));
  resampler->reader = im_reader_new (plan, spans, tables->premultiply);
  return resampler->taps != NULL && resampler->reader != NULL;
}

static bool
resampler_alloc (ImResampler *resampler)
{
  const ImPlan *plan = resampler->plan;
  const ImResampleTables *tables = resampler->tables;
  size_t sample = plan->samples == IM_SAMPLES_F32 ? sizeof (float)
                                                  : sizeof (int16_t);
  size_t most_in = 1, most_out = 1;

  for (int c = 0; c < plan->input.format.n_components; c++) {
    const ImFilter *across =
        im_resample_filter (plan, tables, c, IM_AXIS_HORIZONTAL);
    size_t span = (size_t) tables->intermediate[c].width;
    size_t row = im_align (span * sample);

    if (!plan->component[c].is_needed)
      continue;
    if (span > most_in)
      most_in = span;
    if ((size_t) across->n_out > most_out)
      most_out = (size_t) across->n_out;
    if ((across->identity && !plan->orientation.transpose)
        || tables->intermediate[c].leader != c)
      continue;
    resampler->intermediate_data[c] =
        im_alloc_array (plan->samples == IM_SAMPLES_F32 ? 1 : IM_BLOCK_ROWS,
            row);
    if (resampler->intermediate_data[c] == NULL)
      return false;
    for (int i = 0; i < IM_BLOCK_ROWS; i++)
      resampler->intermediate[c][i] = resampler->intermediate_data[c]
          + (plan->samples == IM_SAMPLES_F32 ? 0 : (size_t) i * row);
  }
  if (plan->samples == IM_SAMPLES_F32) {
    resampler->alpha = im_alloc_array (most_out, sizeof (float));
    return resampler->alpha != NULL;
  }
  resampler->columns_in = im_alloc_array (most_in, IM_LANES * sizeof (int16_t));
  resampler->columns_out =
      im_alloc_array (most_out, IM_LANES * sizeof (int16_t));
  resampler->spare = im_alloc_array (most_out, sizeof (int16_t));
  return resampler->columns_in != NULL && resampler->columns_out != NULL
      && resampler->spare != NULL;
}

ImResampler *
im_resampler_new (const ImPlan *plan, const ImResampleTables *tables)
{
  ImResampler *resampler = calloc (1, sizeof (*resampler));

  if (resampler == NULL)
    return NULL;
  resampler->plan = plan;
  resampler->tables = tables;
  resampler->kernels = im_kernels_get ();
  if (plan->orientation.transpose)
    resampler->transposed = im_transposed_new (plan, tables);
  if (!resampler_reader (resampler) || !resampler_alloc (resampler)
      || (plan->orientation.transpose && resampler->transposed == NULL)) {
    im_resampler_free (resampler);
    return NULL;
  }
  return resampler;
}

void
im_resampler_free (ImResampler *resampler)
{
  if (resampler == NULL)
    return;
  im_reader_free (resampler->reader);
  im_transposed_free (resampler->transposed);
  free (resampler->taps);
  for (int c = 0; c < 4; c++)
    free (resampler->intermediate_data[c]);
  free (resampler->columns_in);
  free (resampler->columns_out);
  free (resampler->spare);
  free (resampler->alpha);
  free (resampler);
}

void
im_resampler_start (ImResampler *resampler, const ImImage *frame)
{
  im_reader_start (resampler->reader, frame);
  if (resampler->transposed)
    im_transposed_start (resampler->transposed);
}

static const void *
source_row (ImResampler *resampler, int c, int y, int first)
{
  if (resampler->plan->samples == IM_SAMPLES_Q6)
    return im_reader_row_q6 (resampler->reader, c, y) + first;
  return im_reader_row_u8 (resampler->reader, c, y) + first;
}

/* Of the first sample that is used, in the rows that the reader gives. */
static int
first_sample (const ImResampler *resampler, int c)
{
  int first = im_resample_filter (resampler->plan, resampler->tables, c,
      IM_AXIS_HORIZONTAL)
                  ->first;

  return first * resampler->tables->intermediate[c].step;
}

/* The vertical pass is memory-bound, so it prefetches the rows that it reads so
 * many rows later. A component that shares its plane with the one before it is
 * prefetched with that. */
#define ROWS_AHEAD 8

#define CACHE_LINE 64

/* The kernel prefetches @n bytes in steps of a cache line, from where they begin.
 * These steps can miss the line that the last byte lies in; with few lines, that
 * one matters. */
static inline void
fetch_last_line (const uint8_t *row, int n)
{
  if (((uintptr_t) row + (uintptr_t) n - 1) % CACHE_LINE
      < (uintptr_t) (n - 1) % CACHE_LINE)
    im_prefetch (row + n - 1);
}

static void
look_ahead (const ImResampler *resampler, int c, int y, int first, int width,
    ImAhead *ahead)
{
  const ImPlan *plan = resampler->plan;
  const ImComponent *component = plan->input.format.component;
  const ImFilter *down =
      im_resample_filter (plan, resampler->tables, c, IM_AXIS_VERTICAL);
  int next = y + 1 < down->n_out ? down->start[y + 1] : down->start[y];
  int n = abs (next - down->start[y]);
  int end = down->first + down->start[y] + down->taps[y];

  ahead->n = 0;
  if (n > IM_MAX_AHEAD)
    n = IM_MAX_AHEAD;
  if (c > 0 && component[c].plane == component[c - 1].plane
      && !im_resample_is_packed (resampler->tables, c))
    return;
  ahead->n = im_reader_ahead (resampler->reader, c,
      next < down->start[y] ? end - down->taps[y] - ROWS_AHEAD - n
                            : end + ROWS_AHEAD,
      n, ahead->row);
  for (int i = 0; i < ahead->n; i++) {
    ahead->row[i] += first;
    if (resampler->transposed)
      fetch_last_line (ahead->row[i], width);
  }
}

void
im_resample_vertical_q6 (ImResampler *resampler, int c, int y, int first, int n,
    int16_t *dst)
{
  const ImPlan *plan = resampler->plan;
  const ImFilter *down =
      im_resample_filter (plan, resampler->tables, c, IM_AXIS_VERTICAL);
  const int16_t *weight = down->weight + (size_t) y * (size_t) down->stride;
  int start = down->first + down->start[y], taps = down->taps[y];
  ImAhead ahead;

  for (int t = 0; t < taps; t++)
    resampler->taps[t] = source_row (resampler, c, start + t, first);
  look_ahead (resampler, c, y, first, n, &ahead);
  if (plan->samples == IM_SAMPLES_Q6)
    resampler->kernels->vertical_q6 (dst,
        (const int16_t *const *) resampler->taps, weight, taps, n);
  else
    resampler->kernels->vertical_u8 (dst,
        (const uint8_t *const *) resampler->taps, weight, taps, n, &ahead);
}

/* Up to 16 rows that share a filter, whichever components they are of. */
static void
columns_q6 (ImResampler *resampler, const ImFilter *filter, const int16_t **in,
    int16_t **out, int n)
{
  const ImKernels *kernels = resampler->kernels;

  for (int l = n; l < IM_LANES; l++) {
    in[l] = in[0];
    out[l] = resampler->spare;
  }
  kernels->columns_from_rows (resampler->columns_in, in,
      im_filter_span (filter));
  kernels->horizontal_q6 (resampler->columns_out, resampler->columns_in, filter,
      1);
  kernels->rows_from_columns (out, resampler->columns_out, filter->n_out);
}

static void
reverse (int16_t *restrict dst, const int16_t *restrict src, int n)
{
  for (int x = 0; x < n; x++)
    dst[x] = src[n - 1 - x];
}

/* All that @leader leads: its rows are transposed into columns once. */
static void
packed_columns_q6 (ImResampler *resampler, const ImBlock *block, int leader)
{
  const ImPlan *plan = resampler->plan;
  const ImResampleTables *tables = resampler->tables;
  const ImKernels *kernels = resampler->kernels;
  const int16_t *in[IM_LANES];
  int n = block->n[leader];

  for (int l = 0; l < IM_LANES; l++)
    in[l] = resampler->intermediate[leader][l < n ? l : 0];
  kernels->columns_from_rows (resampler->columns_in, in,
      tables->intermediate[leader].width);
  for (int c = 0; c < plan->input.format.n_components; c++) {
    const ImIntermediate *intermediate = &tables->intermediate[c];
    const ImFilter *filter =
        im_resample_filter (plan, tables, c, IM_AXIS_HORIZONTAL);
    int16_t *out[IM_LANES];

    if (!plan->component[c].is_needed || intermediate->leader != leader)
      continue;
    for (int l = 0; l < IM_LANES; l++)
      out[l] = l < n ? block->row[c][l] : resampler->spare;
    kernels->horizontal_q6 (resampler->columns_out,
        resampler->columns_in + intermediate->column * IM_LANES, filter,
        intermediate->step);
    kernels->rows_from_columns (out, resampler->columns_out, filter->n_out);
  }
}

/* Whether the kernels weigh most of a row's outputs at once as they lie. */
static bool
is_for_rows (const ImKernels *kernels, const ImFilter *filter)
{
  return filter->step > 0 && filter->step < 32
      && (kernels->row_steps >> filter->step & 1)
      && filter->even_end - filter->even_begin > filter->n_out / 4 * 3;
}

/* Those of one filter that lie in rows of their own. */
static void
planar_columns_q6 (ImResampler *resampler, const ImBlock *block, bool chroma)
{
  const ImPlan *plan = resampler->plan;
  const ImResampleTables *tables = resampler->tables;
  const ImFilter *filter = &tables->filter[chroma][IM_AXIS_HORIZONTAL];
  const int16_t *in[IM_LANES];
  bool for_rows = is_for_rows (resampler->kernels, filter);
  int16_t *out[IM_LANES];
  int n = 0;

  for (int c = 0; c < plan->input.format.n_components; c++) {
    if (!plan->component[c].is_needed
        || im_resample_is_chroma (plan, c) != chroma
        || im_resample_is_packed (tables, c))
      continue;
    for (int i = 0; i < block->n[c] && filter->reversed; i++)
      reverse (block->row[c][i], resampler->intermediate[c][i], filter->n_out);
    for (int i = 0; i < block->n[c] && for_rows; i++)
      resampler->kernels->horizontal_row_q6 (block->row[c][i],
          resampler->intermediate[c][i], filter);
    for (int i = 0; i < block->n[c] && !filter->reversed && !for_rows; i++) {
      in[n] = resampler->intermediate[c][i];
      out[n++] = block->row[c][i];
      if (n == IM_LANES) {
        columns_q6 (resampler, filter, in, out, n);
        n = 0;
      }
    }
  }
  if (n > 0)
    columns_q6 (resampler, filter, in, out, n);
}

static void
horizontal_pass (ImResampler *resampler, const ImBlock *block)
{
  const ImPlan *plan = resampler->plan;
  const ImResampleTables *tables = resampler->tables;

  for (int kind = 0; kind < 2; kind++)
    if (!tables->filter[kind][IM_AXIS_HORIZONTAL].identity)
      planar_columns_q6 (resampler, block, kind);
  for (int c = 0; c < plan->input.format.n_components; c++)
    if (plan->component[c].is_needed && im_resample_is_packed (tables, c)
        && tables->intermediate[c].leader == c && block->n[c] > 0)
      packed_columns_q6 (resampler, block, c);
}

static void
block_q6 (ImResampler *resampler, const ImBlock *block)
{
  const ImPlan *plan = resampler->plan;
  const ImResampleTables *tables = resampler->tables;

  /* Row by row over all components: those of packed formats lie together. */
  for (int i = 0; i < IM_BLOCK_ROWS; i++)
    for (int c = 0; c < plan->input.format.n_components; c++) {
      bool identity =
          im_resample_filter (plan, tables, c, IM_AXIS_HORIZONTAL)->identity;

      if (plan->component[c].is_needed && i < block->n[c]
          && tables->intermediate[c].leader == c)
        im_resample_vertical_q6 (resampler, c, block->first[c] + i,
            first_sample (resampler, c), tables->intermediate[c].width,
            identity ? block->row[c][i] : resampler->intermediate[c][i]);
    }
  horizontal_pass (resampler, block);
}

void
im_resample_row_f32 (ImResampler *resampler, int c, int y,
    const ImFilter *across, float *dst, ImReadRow read_row)
{
  const ImFilter *down = im_resample_filter (resampler->plan, resampler->tables,
      c, IM_AXIS_VERTICAL);
  const float **rows = (const float **) resampler->taps;
  const float *weight = down->weight_f + (size_t) y * (size_t) down->stride;
  int start = down->first + down->start[y], taps = down->taps[y];
  float *intermediate = across->identity ? dst : resampler->intermediate[c][0];

  for (int t = 0; t < taps; t++)
    rows[t] = read_row (resampler->reader, c, start + t) + across->first;
  resampler->kernels->vertical_f32 (intermediate, rows, weight, taps,
      im_filter_span (across));
  if (!across->identity)
    resampler->kernels->horizontal_f32 (dst, intermediate, across);
}

void
im_resample_exchange_alpha (float *u, float *v, const float *alpha,
    const float *own, int n)
{
  for (int x = 0; x < n; x++) {
    float scale = own[x] > 1e-5f ? alpha[x] / own[x] : 0.0f;

    u[x] *= scale;
    v[x] *= scale;
  }
}

bool
im_resample_has_coarse_chroma (const ImPlan *plan,
    const ImResampleTables *tables)
{
  const ImComponent *chroma = &plan->input.format.component[1];

  return tables->premultiply && plan->component[1].is_needed
      && im_resample_is_chroma (plan, 1)
      && (chroma->w_shift > 0 || chroma->h_shift > 0);
}

static void
rows_exchange_alpha (ImResampler *resampler, const ImBlock *block, int i)
{
  const ImPlan *plan = resampler->plan;
  int a = plan->input.format.n_components - 1;
  const ImFilter *across =
      im_resample_filter (plan, resampler->tables, 1, IM_AXIS_HORIZONTAL);

  im_resample_row_f32 (resampler, 1, block->first[1] + i, across,
      resampler->alpha, im_reader_alpha_f32);
  im_resample_exchange_alpha (block->row[1][i], block->row[2][i],
      block->row[a][i], resampler->alpha, across->n_out);
}

static void
block_f32 (ImResampler *resampler, const ImBlock *block)
{
  const ImPlan *plan = resampler->plan;
  const ImResampleTables *tables = resampler->tables;
  bool exchange = im_resample_has_coarse_chroma (plan, tables);

  for (int i = 0; i < IM_BLOCK_ROWS; i++) {
    for (int c = 0; c < plan->input.format.n_components; c++)
      if (plan->component[c].is_needed && i < block->n[c])
        im_resample_row_f32 (resampler, c, block->first[c] + i,
            im_resample_filter (plan, tables, c, IM_AXIS_HORIZONTAL),
            block->row[c][i], im_reader_row_f32);
    if (exchange && i < block->n[1])
      rows_exchange_alpha (resampler, block, i);
  }
}

void
im_resampler_block (ImResampler *resampler, const ImBlock *block)
{
  if (resampler->transposed)
    im_transposed_block (resampler, block);
  else if (resampler->plan->samples == IM_SAMPLES_F32)
    block_f32 (resampler, block);
  else
    block_q6 (resampler, block);
}
