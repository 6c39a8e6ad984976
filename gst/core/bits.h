/* imbytes: bits one after the other, the first the lowest, as DEFLATE has them.
 *
 * Thread-safety: one thread at a time for each ImBits.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdint.h>
#include <string.h>

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
  uint64_t bits = writer->bits;

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  bits = __builtin_bswap64 (bits);
#endif
  memcpy (writer->next, &bits, sizeof (bits));
  writer->next += writer->n_bits >> 3;
  writer->bits >>= writer->n_bits & ~7;
  writer->n_bits &= 7;
}
