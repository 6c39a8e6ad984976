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

/* What repetitions are looked for, and how long: the higher, the longer. */
typedef enum
{
  IM_QUICK_STORED,          /* none: bytes as they are */
  IM_QUICK_ZEROS_ALONE,     /* a byte takes less than a nanosecond */
  IM_QUICK_LATEST_3,        /* the latest places of three and six bytes, */
  IM_QUICK_LATEST_5,        /* of five, */
  IM_QUICK_LATEST_4_SKIP_4, /* of four. Where nothing repeats, the bytes that are */
  IM_QUICK_LATEST_4_SKIP_5, /* left out grow by one every 2^4 to 2^9 */
  IM_QUICK_LATEST_4_SKIP_6,
  IM_QUICK_LATEST_4_SKIP_7,
  IM_QUICK_LATEST_4_SKIP_8,
  IM_QUICK_LATEST_4_SKIP_9,
  IM_QUICK_CHAINS_4, /* so many places of six bytes, the latest of three */
  IM_QUICK_CHAINS_8,
  IM_QUICK_CHAINS_16,
  IM_QUICK_CHAINS_32,
  IM_QUICK_CHAINS_64,
  IM_QUICK_CHAINS_128,
  IM_QUICK_CHAINS_512,
  IM_QUICK_PATHS_64, /* and the cheapest way through all of them */
  IM_QUICK_PATHS_128,
  IM_QUICK_LAST_EFFORT = IM_QUICK_PATHS_128
} ImQuickEffort;

typedef struct _ImQuick ImQuick;

/* @period: bytes of a pixel, after which runs of one colour repeat, from 1 to 8. NULL
 * when out of memory. */
ImQuick *im_quick_new (ImQuickEffort effort, int period);
void im_quick_free (ImQuick *self);

/* Starts a part of a stream; its bytes are appended to @out, which the caller
 * keeps alive until end (). */
void im_quick_begin (ImQuick *self, ImBytes *out);
/* False when out of memory. The bytes do not depend on how data is cut. */
bool im_quick_feed (ImQuick *self, const uint8_t *data, size_t size);
/* @last: ends the stream; else ends on a byte boundary. */
bool im_quick_end (ImQuick *self, bool last);
