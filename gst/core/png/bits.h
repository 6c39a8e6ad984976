/* imbytes: bits one after the other, the first the lowest, as DEFLATE has them.
 *
 * Thread-safety: one thread at a time for each ImBits.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdint.h>

#include "core/base/compiler.h"

/* All zero is an empty one, but for @next. */
typedef struct
{
  uint64_t bits;
  int n_bits;
  uint8_t *next;
} ImBits;

/* At most 64 may be waiting. */
static inline void
im_bits_put (ImBits *writer, uint64_t bits, int n_bits)
{
  writer->bits |= bits << writer->n_bits;
  writer->n_bits += n_bits;
}

/* Leaves at most 7 bits behind. Writes 8 bytes. */
static inline void
im_bits_flush (ImBits *writer)
{
  im_store64 (writer->next, writer->bits);
  writer->next += writer->n_bits >> 3;
  writer->bits >>= writer->n_bits & ~7;
  writer->n_bits &= 7;
}
