/* imbytes: the two passes in Q6, vertical first.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "resample_private.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/compiler.h"

static const void *
source_row (ImResampler *resampler, int c, int y, int first)
{
  ImReader *reader = resampler->reader;

  if (resampler->tables->intermediate[c].in_place)
    return im_reader_row_in_place (reader, c, y)
        + (ptrdiff_t) first * resampler->plan->input.format.sample_bytes;
  if (resampler->plan->samples == IM_SAMPLES_Q6)
    return im_reader_row_q6 (reader, c, y) + first;
  return im_reader_row_u8 (reader, c, y) + first;
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
  int bytes = plan->input.format.sample_bytes;
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
    ahead->row[i] += (ptrdiff_t) first * bytes;
    if (resampler->transposed)
      fetch_last_line (ahead->row[i], width * bytes);
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
  bool words = resampler->tables->intermediate[c].in_place
      && plan->samples == IM_SAMPLES_Q6;
  ImAhead ahead;

  for (int t = 0; t < taps; t++)
    resampler->taps[t] = source_row (resampler, c, start + t, first);
  look_ahead (resampler, c, y, first, n, &ahead);
  if (words)
    resampler->kernels->vertical_words (dst,
        (const uint8_t *const *) resampler->taps, &resampler->words[c], weight,
        taps, n, &ahead);
  else if (plan->samples == IM_SAMPLES_Q6 && taps == 1
      && weight[0] == IM_WEIGHT_ONE)
    memcpy (dst, resampler->taps[0], (size_t) n * sizeof (*dst));
  else if (plan->samples == IM_SAMPLES_Q6)
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

/* The components of one group, whose rows are transposed into columns once. */
static void
packed_columns_q6 (ImResampler *resampler, const ImBlock *block, int group)
{
  const ImPlan *plan = resampler->plan;
  const ImResampleTables *tables = resampler->tables;
  const ImKernels *kernels = resampler->kernels;
  const int16_t *in[IM_LANES];
  int n = block->n[group];

  for (int l = 0; l < IM_LANES; l++)
    in[l] = resampler->intermediate[group][l < n ? l : 0];
  kernels->columns_from_rows (resampler->columns_in, in,
      tables->intermediate[group].width);
  for (int c = 0; c < plan->input.format.n_components; c++) {
    const ImIntermediate *intermediate = &tables->intermediate[c];
    const ImFilter *filter =
        im_resample_filter (plan, tables, c, IM_AXIS_HORIZONTAL);
    int16_t *out[IM_LANES];

    if (!plan->component[c].is_needed || intermediate->group != group)
      continue;
    for (int l = 0; l < IM_LANES; l++)
      out[l] = l < n ? block->row[c][l] : resampler->spare;
    kernels->horizontal_q6 (resampler->columns_out,
        resampler->columns_in + intermediate->column * IM_LANES, filter,
        intermediate->step);
    kernels->rows_from_columns (out, resampler->columns_out, filter->n_out);
  }
}

/* The components that one filter serves and whose rows go through columns one by
 * one: they are neither packed nor finished already. */
static void
planar_columns_q6 (ImResampler *resampler, const ImBlock *block, bool chroma)
{
  const ImPlan *plan = resampler->plan;
  const ImFilter *filter =
      &resampler->tables->filter[chroma][IM_AXIS_HORIZONTAL];
  const int16_t *in[IM_LANES];
  int16_t *out[IM_LANES];
  int n = 0;

  for (int c = 0; c < plan->input.format.n_components; c++) {
    if (!plan->component[c].is_needed
        || im_resample_is_chroma (plan, c) != chroma
        || im_resample_stays_packed (resampler->tables, c))
      continue;
    for (int i = 0; i < block->n[c]; i++) {
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
    if (!tables->filter[kind][IM_AXIS_HORIZONTAL].identity
        && !resampler->by_rows[kind])
      planar_columns_q6 (resampler, block, kind);
  for (int c = 0; c < plan->input.format.n_components; c++)
    if (plan->component[c].is_needed && im_resample_stays_packed (tables, c)
        && tables->intermediate[c].group == c && block->n[c] > 0)
      packed_columns_q6 (resampler, block, c);
}

static bool
goes_by_rows (const ImResampler *resampler, int c)
{
  return resampler->by_rows[im_resample_is_chroma (resampler->plan, c)]
      && !im_resample_stays_packed (resampler->tables, c);
}

/* Where row @i of component @c goes from the vertical pass. */
static int16_t *
intermediate_row (const ImResampler *resampler, const ImBlock *block, int c,
    int i)
{
  const ImFilter *across = im_resample_filter (resampler->plan,
      resampler->tables, c, IM_AXIS_HORIZONTAL);

  if (across->identity)
    return block->row[c][i];
  return resampler->intermediate[c][goes_by_rows (resampler, c) ? 0 : i];
}

/* The vertical pass has made it: the horizontal pass, where it is by rows. */
static void
finish_row (const ImResampler *resampler, const ImBlock *block, int c, int i)
{
  const ImFilter *across = im_resample_filter (resampler->plan,
      resampler->tables, c, IM_AXIS_HORIZONTAL);
  const int16_t *row = resampler->intermediate[c][0];

  if (!goes_by_rows (resampler, c))
    return;
  if (across->reversed)
    reverse (block->row[c][i], row, across->n_out);
  else
    resampler->kernels->horizontal_row_q6 (block->row[c][i], row, across);
}

/* The vertical pass of two components that alternate, @c the first of them. */
static void
split_row (ImResampler *resampler, const ImBlock *block, int c, int i)
{
  const ImIntermediate *intermediate = resampler->tables->intermediate;
  int other = c;

  for (int k = 0; k < resampler->plan->input.format.n_components; k++)
    if (k != c && intermediate[k].split && intermediate[k].group == c)
      other = k;
  im_resample_vertical_q6 (resampler, c, block->first[c] + i,
      first_sample (resampler, c), intermediate[c].width, resampler->packed);
  resampler->kernels
      ->split2_q6 ((int16_t *const[]){ intermediate_row (resampler, block, c,
                                           i),
                       intermediate_row (resampler, block, other, i) },
          resampler->packed, intermediate[c].width / 2);
  finish_row (resampler, block, c, i);
  finish_row (resampler, block, other, i);
}

static void
whole_row (ImResampler *resampler, const ImBlock *block, int c, int i)
{
  im_resample_vertical_q6 (resampler, c, block->first[c] + i,
      first_sample (resampler, c), resampler->tables->intermediate[c].width,
      intermediate_row (resampler, block, c, i));
  finish_row (resampler, block, c, i);
}

void
im_resample_block_q6 (ImResampler *resampler, const ImBlock *block)
{
  const ImPlan *plan = resampler->plan;
  const ImResampleTables *tables = resampler->tables;

  /* Row by row over all components: those of packed formats lie together. */
  for (int i = 0; i < IM_BLOCK_ROWS; i++)
    for (int c = 0; c < plan->input.format.n_components; c++) {
      if (!plan->component[c].is_needed || i >= block->n[c]
          || tables->intermediate[c].group != c)
        continue;
      if (tables->intermediate[c].split)
        split_row (resampler, block, c, i);
      else
        whole_row (resampler, block, c, i);
    }
  horizontal_pass (resampler, block);
}
