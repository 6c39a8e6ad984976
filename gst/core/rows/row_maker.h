/* imbytes: a frame -> rows of the canvas: read, resample, colour.
 *
 * The one place that sees the three stages: it hands a block of IM_BLOCK_ROWS rows
 * from one to the next, small enough to stay in cache all the way. It knows no
 * codec; the plan says how rows are to lie.
 *
 * Thread-safety: one thread at a time for each maker. Any maker of a plan makes
 * the same rows.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/base/rows.h"
#include "resample.h"

/* Memory for @n_rows rows of the canvas, in the plan's layout:
 * free () what it gives, which is NULL when out of memory. */
uint8_t *im_rows_alloc (ImRows *rows, const ImPlan *plan, int n_rows);

typedef struct _ImRowMaker ImRowMaker;

/* @plan and @tables have to outlive it. NULL when out of memory. */
ImRowMaker *im_row_maker_new (const ImPlan *plan,
    const ImResampleTables *tables);
void im_row_maker_free (ImRowMaker *maker);

/* Begins with @frame, which has to stay until the last row was made. */
void im_row_maker_start (ImRowMaker *maker, const ImImage *frame);

/* Makes canvas rows [@y, @y + rows->n_rows), at most IM_BLOCK_ROWS, into @rows.
 * @y is a multiple of IM_BLOCK_ROWS; further rows up to @end will be asked for. */
void im_row_maker_make (ImRowMaker *maker, int y, int end, const ImRows *rows);
