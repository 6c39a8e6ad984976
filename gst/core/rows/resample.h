/* imbytes: the two passes, vertical first.
 *
 * "Vertical" is along the columns of the frame in memory, whatever the image's
 * orientation. Mirroring is part of the tables of weights. A transposed image
 * takes the columns that the passes make as its rows.
 *
 * The vertical pass reads source rows and makes rows that are as wide as the
 * source; the horizontal pass makes those as wide as the output. Nothing is
 * rounded to 8 bits in between or afterwards: samples leave in Q6 (kernels.h),
 * those of the float path as floats (reader.h).
 *
 * Each output row depends on the frame alone, so that a picture comes out the
 * same in one piece and in strips.
 *
 * Thread-safety: ImResampleTables never change once built and are shared; a
 * resampler is used by one thread at a time.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/plan/filter.h"
#include "reader.h"
#include "block.h"

/* Intermediate rows: what the vertical pass makes and the horizontal pass reads,
 * as wide as the source. Components that are packed are one group: the vertical
 * pass goes over all their samples at once. A component that is not packed is a
 * group of its own. The horizontal pass takes the rows of a group as they are, or
 * finds them split into those of its components. */
typedef struct
{
  int group;     /* the first component of its group, which has the rows */
  int width;     /* samples of its rows; 0 where another component has them */
  int column;    /* of its first sample that is used */
  int step;      /* from one of its samples to the next */
  bool split;    /* before the horizontal pass */
  bool in_place; /* the vertical pass reads the rows of the frame */
} ImIntermediate;

/* One filter for each axis of the frame in memory, for luma (or R'G'B', gray,
 * alpha) and for chroma. */
typedef struct
{
  ImFilter filter[2][2]; /* [chroma][axis] */
  ImIntermediate intermediate[4];
  bool premultiply; /* rows come multiplied by alpha */
} ImResampleTables;

/* False when out of memory, and then @tables are empty. They have to be all
 * zero or built before. */
bool im_resample_tables_build (ImResampleTables *tables, const ImPlan *plan);
void im_resample_tables_clear (ImResampleTables *tables);

typedef struct _ImResampler ImResampler;

/* @plan and @tables have to outlive it. NULL when out of memory. */
ImResampler *im_resampler_new (const ImPlan *plan,
    const ImResampleTables *tables);
void im_resampler_free (ImResampler *resampler);

/* Bytes of one row of component @c in a block. */
size_t im_resample_row_size (const ImPlan *plan, const ImResampleTables *tables,
    int c);

void im_resampler_start (ImResampler *resampler, const ImImage *frame);

/* Fills the rows that @block asks for. */
void im_resampler_block (ImResampler *resampler, const ImBlock *block);
