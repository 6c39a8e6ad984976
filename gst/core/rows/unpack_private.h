/* imbytes: what unpackers share.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <string.h>

#include "core/base/compiler.h"
#include "core/base/image.h"

/* The upper 10 bits of a word. */
#define IM_UPPER_10 0xffc0u

/* Rows are written as bytes, which may be anything's: what loops depend on is copied, so
 * that it need not be read again. */
static inline const uint8_t *
im_unpack_row (const ImImage *image, int plane, int y)
{
  return image->data[plane] + y * image->stride[plane];
}

static inline uint32_t
im_load_u32 (const uint8_t *at, bool big_endian)
{
  uint32_t word;

  memcpy (&word, at, sizeof (word));
  if (big_endian == IM_BIG_ENDIAN)
    return word;
  return word >> 24 | (word >> 8 & 0xff00) | (word & 0xff00) << 8 | word << 24;
}

/* Four words at once, the first of them first in memory. */
static inline void
im_put_words (uint8_t *to, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
  uint64_t words = IM_BIG_ENDIAN ? a << 48 | b << 32 | c << 16 | d
                                 : a | b << 16 | c << 32 | d << 48;

  memcpy (to, &words, sizeof (words));
}
