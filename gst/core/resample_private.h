/* imbytes: what the resampler and its tables share.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "resample.h"

static inline bool
im_resample_is_chroma (const ImPlan *plan, int c)
{
  return plan->input.format.model == IM_MODEL_YCBCR && (c == 1 || c == 2);
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

/* Whether the bytes of @c are taken apart by the horizontal pass. */
static inline bool
im_resample_is_packed (const ImResampleTables *tables, int c)
{
  return tables->tall[c].step > 1;
}
