/* imbytes: one strip of a frame, from its rows to its bytes.
 *
 * A row maker and a coder, of one codec, that work hand in hand: a block of
 * IM_BLOCK_ROWS rows is made, and coded while it is in cache.
 *
 * Thread-safety: one thread at a time for each strip coder. Any strip coder of a
 * plan codes any strip of it, to the same bytes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "codec_list.h"
#include "core/rows/row_maker.h"

typedef struct _ImStripCoder ImStripCoder;

/* @plan and @tables have to outlive it. NULL with @error set on failure. */
ImStripCoder *im_strip_coder_new (const ImPlan *plan,
    const ImResampleTables *tables, ImError *error);
void im_strip_coder_free (ImStripCoder *self);

/* Codes strip @index of @frame into @out, which is reset first. */
bool im_strip_coder_code (ImStripCoder *self, const ImImage *frame, int index,
    ImCodedStrip *out, ImError *error);

/* For pictures whose rows are all made before any is coded: im_strip_coder_fill ()
 * makes canvas rows [@y, @end) in @whole, which has memory for every row of the
 * canvas, and once all are made, im_strip_coder_code_rows () codes those of strip
 * @index. */
void im_strip_coder_fill (ImStripCoder *self, const ImImage *frame, int y,
    int end, const ImRows *whole);
bool im_strip_coder_code_rows (ImStripCoder *self, const ImRows *whole,
    int index, ImCodedStrip *out, ImError *error);

/* ImCodec.look () and follow (): before rows of a picture are coded, where the plan has
 * one look first. @looked is the strip coder that did, which may be @self. */
bool im_strip_coder_look (ImStripCoder *self, const ImRows *whole,
    ImError *error);
bool im_strip_coder_follow (ImStripCoder *self, const ImStripCoder *looked,
    ImError *error);

/* For ImCodec.size () and write (). */
ImCoder *im_strip_coder_get (ImStripCoder *self);

/* Takes over codec options that changed while everything else stayed. */
bool im_strip_coder_set_codec (ImStripCoder *self, ImError *error);
