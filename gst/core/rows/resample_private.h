/* imbytes: what the resampler and its tables share.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "kernels.h"
#include "resample.h"

typedef struct _ImTransposed ImTransposed;

struct _ImResampler
{
  const ImPlan *plan;
  const ImResampleTables *tables;
  const ImKernels *kernels;
  ImReader *reader;
  bool
      by_rows[2]; /* [chroma]: the horizontal pass, where rows are not packed */
  ImTransposed *transposed; /* where the plan transposes */

  ImWords words[4];  /* of components that are read in place */
  const void **taps; /* the source rows of one output row */
  /* Between the passes. Deep: one of them. */
  void *intermediate[4][IM_BLOCK_ROWS];
  uint8_t *intermediate_data[4];
  int16_t *columns_in, *columns_out;
  int16_t *spare;  /* where lanes without a row go */
  int16_t *packed; /* a row that is going to be split */
  float *alpha;    /* one output row of chroma's own */
};

/* Output row @y of the frame's vertical pass, of the whole group of component @c:
 * @n samples from @first on. */
void im_resample_vertical_q6 (ImResampler *resampler, int c, int y, int first,
    int n, int16_t *dst);

/* Fills the rows that @block asks for; for plans in bytes or Q6 that do not
 * transpose. */
void im_resample_block_q6 (ImResampler *resampler, const ImBlock *block);

typedef const float *(*ImReadRow) (ImReader *reader, int c, int y);

/* The same and the horizontal pass, which is @across. */
void im_resample_row_f32 (ImResampler *resampler, int c, int y,
    const ImFilter *across, float *dst, ImReadRow read_row);

/* Chroma was filtered with the alpha of its own, coarser samples, @own, and is
 * to be divided by that of the pixels: without this, edges lose their colour. */
bool im_resample_has_coarse_chroma (const ImPlan *plan,
    const ImResampleTables *tables);
void im_resample_exchange_alpha (float *u, float *v, const float *alpha,
    const float *own, int n);

/* NULL when out of memory. */
ImTransposed *im_transposed_new (const ImPlan *plan,
    const ImResampleTables *tables);
void im_transposed_free (ImTransposed *transposed);
void im_transposed_start (ImTransposed *transposed);
void im_transposed_block (ImResampler *resampler, const ImBlock *block);

static inline bool
im_resample_is_chroma (const ImPlan *plan, int c)
{
  return plan->component[c].is_chroma;
}

static inline const ImFilter *
im_resample_filter (const ImPlan *plan, const ImResampleTables *tables, int c,
    ImAxis axis)
{
  return &tables->filter[im_resample_is_chroma (plan, c)][axis];
}

static inline int
im_filter_span (const ImFilter *filter)
{
  return filter->last - filter->first;
}

/* Whether @c lies between others in the rows that the vertical pass reads. */
static inline bool
im_resample_is_packed (const ImResampleTables *tables, int c)
{
  return tables->intermediate[c].step > 1;
}

/* Whether it lies so in the rows that the horizontal pass reads. */
static inline bool
im_resample_stays_packed (const ImResampleTables *tables, int c)
{
  return im_resample_is_packed (tables, c) && !tables->intermediate[c].split;
}

/* Samples from one of @c to the next, and before its first, in a row of the
 * frame. */
static inline int
im_resample_step (const ImPlan *plan, int c)
{
  const ImFormat *format = &plan->input.format;

  return format->component[c].step / format->sample_bytes;
}

static inline int
im_resample_offset (const ImPlan *plan, int c)
{
  const ImFormat *format = &plan->input.format;

  return format->component[c].offset / format->sample_bytes;
}
