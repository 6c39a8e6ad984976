/* imbytes: Huffman codes as DEFLATE wants them (RFC 1951, 3.2.2).
 *
 * Thread-safety: pure functions.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdint.h>

#define IM_HUFFMAN_MAX_SYMBOLS 288

/* Lengths in bits, at most @max_bits, for @n symbols that occur @frequency
 * times; 0 for those that never do. A single symbol gets one bit. The sum of
 * the frequencies fits 32 bits, and 2^@max_bits >= @n. */
void im_huffman_lengths (const uint32_t *frequency, int n, int max_bits,
    uint8_t *lengths);

/* The canonical codes of these lengths, first bit lowest. */
void im_huffman_codes (const uint8_t *lengths, int n, uint16_t *codes);
