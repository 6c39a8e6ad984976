/* imbytes: Huffman codes as DEFLATE wants them (RFC 1951, 3.2.2).
 *
 * Thread-safety: pure functions, but for what they write to.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>

#include "bits.h"

#define IM_HUFFMAN_MAX_SYMBOLS 288

/* Lengths in bits, at most @max_bits, for @n symbols that occur @frequency
 * times; 0 for those that never do. A single symbol gets one bit. The sum of
 * the frequencies fits 32 bits, and 2^@max_bits >= @n. */
void im_huffman_lengths (const uint32_t *frequency, int n, int max_bits,
    uint8_t *lengths);

/* Bits of a code, the first the lowest, and how many. */
typedef struct
{
  uint16_t code;
  uint16_t bits;
} ImHuffmanCode;

/* The canonical codes of these lengths. */
void im_huffman_codes (const uint8_t *lengths, int n, ImHuffmanCode *codes);

/* What begins a block with codes of its own (3.2.7), all but the bit that says
 * whether it is the last. At least 512 bytes of room. */
void im_huffman_write_header (ImBits *to, const uint8_t *literals,
    int n_literals, const uint8_t *distances, int n_distances);

static inline void
im_bits_put_code (ImBits *writer, ImHuffmanCode code)
{
  im_bits_put (writer, code.code, code.bits);
}

/* The codes of @n bytes, at most 14 bits each: four of them, and what is left of a byte
 * before them, fit 64 bits. */
static inline void
im_bits_put_bytes (ImBits *restrict to, const ImHuffmanCode *restrict codes,
    const uint8_t *restrict at, size_t n)
{
  ImBits writer = *to;
  size_t i = 0;

  for (; i + 4 <= n; i += 4) {
    im_bits_put_code (&writer, codes[at[i]]);
    im_bits_put_code (&writer, codes[at[i + 1]]);
    im_bits_put_code (&writer, codes[at[i + 2]]);
    im_bits_put_code (&writer, codes[at[i + 3]]);
    im_bits_flush (&writer);
  }
  for (; i < n; i++) {
    im_bits_put_code (&writer, codes[at[i]]);
    im_bits_flush (&writer);
  }
  *to = writer;
}
