/* imbytes: the rows of a PNG strip -> filtered and deflated bytes.
 *
 * Decides which filter each row gets and, at the quick levels, which of two
 * compressors a block of rows goes to.
 *
 * Thread-safety: one thread at a time for each ImPngPack.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/base/bytes.h"
#include "core/plan/plan.h"

typedef struct _ImPngPack ImPngPack;

/* Rows of @row_size bytes, pixels of @bpp bytes. @is_index: numbers of colours, or
 * several pixels a byte, which no filter predicts. NULL when out of memory. */
ImPngPack *im_png_pack_new (const ImPngOptions *options, size_t row_size,
    int bpp, bool is_index);
void im_png_pack_free (ImPngPack *self);

/* @first: the part that begins the zlib stream, with its header. False when out
 * of memory. */
bool im_png_pack_begin (ImPngPack *self, bool first);
/* A block of rows, at most IM_BLOCK_ROWS. False when out of memory. */
bool im_png_pack_rows (ImPngPack *self, const uint8_t *rows, ptrdiff_t stride,
    int n_rows);
/* A part of a zlib stream, owned by @self, and the Adler-32 of the filtered
 * rows. @last: the part that ends the stream, all but its checksum, which is
 * over all parts. NULL when out of memory. */
ImBytes *im_png_pack_end (ImPngPack *self, bool last, uint32_t *checksum);
