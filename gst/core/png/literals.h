/* imbytes: codes for bytes that vector registers can look up.
 *
 * A register looks up 16 entries, not 256. So the bytes around zero, which most
 * of a filtered row consists of, have codes of their own, -16 to 15; of the others
 * each 16 in a row have codes of one length, which differ in their last bits. As
 * such bytes are rare, and about as rare as their neighbours, that costs less than
 * a hundredth of the bytes.
 *
 * Thread-safety: pure functions, but for what they write to.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "huffman.h"

/* Of a byte's code, in bits. Four of them, and what is left of a byte before
 * them, fit 64 bits. */
#define IM_LITERAL_BITS 14

typedef struct
{
  ImHuffmanCode code[256];

  /* The same for registers: of the bytes 0 to 15 and 240 to 255, lengths and the
   * two bytes of the codes; */
  uint8_t own_bits[2][16], own_code[2][2][16];
  /* of each group of 16: the length; the lowest four bits of the first code; the
   * bits above them, as they are and one more, in two bytes; and 1 shifted to
   * where the four bits go, in two bytes. */
  uint8_t group_bits[16], group_first[16], group_prefix[2][2][16],
      group_place[2][16];
} ImLiteralCodes;

/* Lengths for @n symbols, the first 256 of which are bytes, that occur @frequency
 * times; every byte gets a code, and those of a group have the same length, at
 * most IM_LITERAL_BITS. Symbols above the bytes that never occur get none. */
void im_literal_lengths (const uint32_t *frequency, int n, uint8_t *lengths);

/* @codes of these lengths, which may have more symbols behind the bytes. */
void im_literal_codes (const uint8_t *lengths, const ImHuffmanCode *all,
    ImLiteralCodes *codes);
