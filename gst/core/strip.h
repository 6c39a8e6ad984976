/* imbytes: one strip of a frame, from its rows to its bytes.
 *
 * The only place that sees reader, resampler, colour and codec: it hands them a
 * block of IM_BLOCK_ROWS rows at a time, small enough to stay in cache all the
 * way.
 *
 * Thread-safety: one thread at a time for each lane. Any lane made for a plan
 * codes any strip of it, to the same bytes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "codec_list.h"
#include "core/rows/resample.h"

/* Memory for @n_rows rows of the canvas, for the codec's use: free () what it
 * gives, which is NULL when out of memory. */
uint8_t *im_rows_alloc (ImRows *rows, const ImPlan *plan, int n_rows);

typedef struct _ImLane ImLane;

/* @plan and @tables have to outlive it. NULL with @error set on failure. */
ImLane *im_lane_new (const ImPlan *plan, const ImResampleTables *tables,
    ImError *error);
void im_lane_free (ImLane *lane);

/* Codes strip @index of @frame into @out, which is reset first. */
bool im_lane_code (ImLane *lane, const ImImage *frame, int index,
    ImCodedStrip *out, ImError *error);

/* For pictures that the codec has to see whole: im_lane_fill () makes canvas
 * rows [@y, @end) in @whole, which has memory for every row of the canvas, and
 * once all are made, im_lane_code_rows () codes them. */
void im_lane_fill (ImLane *lane, const ImImage *frame, int y, int end,
    const ImRows *whole);
bool im_lane_code_rows (ImLane *lane, const ImRows *whole, ImCodedStrip *out,
    ImError *error);

/* For ImCodec.wrap (). */
ImCoder *im_lane_coder (ImLane *lane);

/* Takes over codec options that changed while everything else stayed. */
bool im_lane_set_codec (ImLane *lane, ImError *error);
