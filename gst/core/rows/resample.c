/* imbytes: the resampler, and its two passes in floats.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "resample_private.h"

#include <stdlib.h>

#include "core/base/bytes.h"

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
      tables->intermediate[c].in_place };
    if (down->max_taps > most_taps)
      most_taps = down->max_taps;
  }
  resampler->taps =
      im_alloc_array ((size_t) most_taps, sizeof (*resampler->taps));
  resampler->reader = im_reader_new (plan, spans, tables->premultiply);
  if (resampler->taps == NULL || resampler->reader == NULL)
    return false;
  for (int c = 0; c < plan->input.format.n_components; c++)
    resampler->words[c] = im_reader_words (resampler->reader, c);
  return true;
}

/* Component @c's own rows between the passes: @width samples. */
static bool
alloc_intermediate (ImResampler *resampler, int c, size_t width)
{
  bool one = resampler->plan->samples == IM_SAMPLES_F32;
  size_t row = im_align (width * (one ? sizeof (float) : sizeof (int16_t)));

  resampler->intermediate_data[c] =
      im_alloc_array (one ? 1 : IM_BLOCK_ROWS, row);
  for (size_t i = 0; i < IM_BLOCK_ROWS && resampler->intermediate_data[c]; i++)
    resampler->intermediate[c][i] =
        resampler->intermediate_data[c] + (one ? 0 : i * row);
  return resampler->intermediate_data[c] != NULL;
}

static bool
resampler_alloc (ImResampler *resampler)
{
  const ImPlan *plan = resampler->plan;
  const ImResampleTables *tables = resampler->tables;
  size_t most_in = 1, most_out = 1;

  for (int c = 0; c < plan->input.format.n_components; c++) {
    const ImFilter *across =
        im_resample_filter (plan, tables, c, IM_AXIS_HORIZONTAL);
    const ImIntermediate *intermediate = &tables->intermediate[c];
    size_t width = (size_t) (intermediate->split ? im_filter_span (across)
                                                 : intermediate->width);

    if (!plan->component[c].is_needed)
      continue;
    if ((size_t) intermediate->width > most_in)
      most_in = (size_t) intermediate->width;
    if ((size_t) across->n_out > most_out)
      most_out = (size_t) across->n_out;
    if ((across->identity && !plan->orientation.transpose)
        || (intermediate->group != c && !intermediate->split))
      continue;
    if (!alloc_intermediate (resampler, c, width))
      return false;
  }
  if (plan->samples == IM_SAMPLES_F32) {
    resampler->alpha = im_alloc_array (most_out, sizeof (float));
    return resampler->alpha != NULL;
  }
  resampler->columns_in = im_alloc_array (most_in, IM_LANES * sizeof (int16_t));
  resampler->columns_out =
      im_alloc_array (most_out, IM_LANES * sizeof (int16_t));
  resampler->spare = im_alloc_array (most_out, sizeof (int16_t));
  resampler->packed = im_alloc_array (most_in, sizeof (int16_t));
  return resampler->columns_in != NULL && resampler->columns_out != NULL
      && resampler->spare != NULL && resampler->packed != NULL;
}

/* Whether the horizontal pass takes each row as it leaves the vertical pass, in
 * cache still: it reverses it, or has kernels that weigh most of its outputs at
 * once. */
static bool
is_by_rows (const ImKernels *kernels, const ImFilter *filter)
{
  /* A single sample is both. */
  if (filter->identity || filter->reversed)
    return !filter->identity;
  return filter->step > 0 && filter->step < 32
      && (kernels->row_steps >> filter->step & 1)
      && filter->even_end - filter->even_begin > filter->n_out / 4 * 3;
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
  for (int kind = 0; kind < 2; kind++)
    resampler->by_rows[kind] = is_by_rows (resampler->kernels,
        &tables->filter[kind][IM_AXIS_HORIZONTAL]);
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
  free (resampler->packed);
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
    im_resample_block_q6 (resampler, block);
}
