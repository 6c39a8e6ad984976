/* imbytes: one part of a DEFLATE stream (RFC 1951) and its checksum.
 *
 * A stream is made of parts that are coded alone, on any thread, and joined:
 * each ends on a byte boundary, none refers to what is in another, and only the
 * last one ends the stream. quick.h codes it.
 *
 * The bytes depend on the effort and the data alone, not on how the data was cut
 * into calls of feed () nor on what the object did before.
 *
 * Thread-safety: one thread at a time for each ImDeflate.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "quick.h"

typedef struct _ImDeflate ImDeflate;

/* @period: bytes of a pixel. NULL when out of memory. */
ImDeflate *im_deflate_new (ImQuickEffort effort, int period);
void im_deflate_free (ImDeflate *self);

/* Starts a part; its bytes are appended to @out, which the caller keeps alive
 * until end (). Whatever was going on is given up. */
void im_deflate_begin (ImDeflate *self, ImBytes *out);

/* False when out of memory, and then only begin () may follow. */
bool im_deflate_feed (ImDeflate *self, const void *data, size_t size);
/* @last: this part ends the stream. */
bool im_deflate_end (ImDeflate *self, bool last);

/* Adler-32 of what was fed since begin (). */
uint32_t im_deflate_checksum (const ImDeflate *self);

/* Of two runs of bytes, the second @second_size long, one after the other. */
uint32_t im_deflate_join_checksums (uint32_t first, uint32_t second,
    uint64_t second_size);
#define IM_DEFLATE_EMPTY_CHECKSUM 1u

/* What makes a zlib stream (RFC 1950) of a DEFLATE stream: these two bytes
 * before it, the checksum in big-endian order after it. */
void im_deflate_zlib_header (int level, uint8_t header[2]);
