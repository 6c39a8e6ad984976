/* imbytes: what the resampler made -> what the file means.
 *
 * JPEG means full-range BT.601 (JFIF, ITU-T T.871), PNG sRGB-coded R'G'B'.
 * Matrix, range and rounding are one step; a change of transfer function or
 * primaries, and alpha of more than bytes, go by way of floating point
 * (IM_SAMPLES_F32).
 *
 * Between two Y'CbCr matrices the new chroma does not depend on luma, so that
 * chroma is converted at the file's own subsampling; what luma takes from
 * chroma it takes from the sample that covers it.
 *
 * Thread-safety: one thread at a time for each stage.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>

#include "block.h"
#include "core/plan/plan.h"

typedef struct _ImColourStage ImColourStage;

/* @plan has to outlive it. @premultiplied: the rows come multiplied by alpha,
 * as the reader multiplies them. NULL when out of memory. */
ImColourStage *im_colour_new (const ImPlan *plan, bool premultiplied);
void im_colour_free (ImColourStage *stage);

/* Fills canvas rows [@y, @y + @rows->n_rows): the picture's samples from
 * @block, whose rows may be changed, and the background around them. */
void im_colour_block (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows);
