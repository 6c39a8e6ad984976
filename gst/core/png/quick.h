/* imbytes: a DEFLATE coder for filtered rows of pictures.
 *
 * What remains of a photograph after prediction is noise around zero: good
 * codes for single bytes are nearly everything, and short repetitions from far
 * away cost more bits than the bytes they stand for. General coders take them
 * nevertheless and make files 10 to 25 % larger; this one counts the bits.
 *
 * Thread-safety: one thread at a time for each ImQuick.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/base/bytes.h"

#define IM_QUICK_EFFORTS 3

typedef struct _ImQuick ImQuick;

/* NULL when out of memory. */
ImQuick *im_quick_new (void);
void im_quick_free (ImQuick *self);

/* Starts a part of a stream; its bytes are appended to @out, which the caller
 * keeps alive until end (). @effort: 1 to IM_QUICK_EFFORTS; each takes two to
 * three times as long as the one before. */
void im_quick_begin (ImQuick *self, ImBytes *out, int effort);
/* False when out of memory. The bytes do not depend on how data is cut. */
bool im_quick_feed (ImQuick *self, const uint8_t *data, size_t size);
/* @last: ends the stream; else ends on a byte boundary. */
bool im_quick_end (ImQuick *self, bool last);
