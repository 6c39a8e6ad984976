/* imbytes: codes for bytes that vector registers can look up.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "literals.h"

#include <string.h>

/* Groups with one length: bytes of 16 to 239. */
#define FIRST_GROUP 1
#define END_GROUP 15
/* What tells the bytes of a group apart. */
#define GROUP_BITS 4

static int
is_own (int byte)
{
  return byte < 16 * FIRST_GROUP || byte >= 16 * END_GROUP;
}

/* A group is one symbol, below which there is a tree of 16 leaves. */
void
im_literal_lengths (const uint32_t *frequency, int n, uint8_t *lengths)
{
  uint32_t merged[IM_HUFFMAN_MAX_SYMBOLS];
  uint8_t bits[IM_HUFFMAN_MAX_SYMBOLS];

  memcpy (merged, frequency, sizeof (*merged) * (size_t) n);
  for (int byte = 0; byte < 256; byte++) {
    if (is_own (byte)) {
      merged[byte] += merged[byte] == 0;
    } else {
      merged[byte] = 0;
      merged[byte & 0xf0] += frequency[byte];
    }
  }
  for (int group = FIRST_GROUP; group < END_GROUP; group++) {
    uint32_t *sum = &merged[16 * group];

    /* The loop above has begun with the group's own first byte at 0. */
    *sum += *sum == 0;
  }
  im_huffman_lengths (merged, n, IM_LITERAL_BITS - GROUP_BITS, bits);
  for (int symbol = 0; symbol < n; symbol++)
    lengths[symbol] = symbol >= 256 || is_own (symbol)
        ? bits[symbol]
        : (uint8_t) (bits[symbol & 0xf0] + GROUP_BITS);
}

static void
set_bytes (uint8_t table[2][16], int i, unsigned value)
{
  table[0][i] = (uint8_t) value;
  table[1][i] = (uint8_t) (value >> 8);
}

static unsigned
reversed (unsigned value, int bits)
{
  unsigned result = 0;

  for (int i = 0; i < bits; i++)
    result |= (value >> i & 1) << (bits - 1 - i);
  return result;
}

void
im_literal_codes (const uint8_t *lengths, const ImHuffmanCode *all,
    ImLiteralCodes *codes)
{
  memset (codes, 0, sizeof (*codes));
  memcpy (codes->code, all, sizeof (codes->code));
  for (int i = 0; i < 16; i++) {
    codes->own_bits[0][i] = lengths[i];
    codes->own_bits[1][i] = lengths[240 + i];
    set_bytes (codes->own_code[0], i, all[i].code);
    set_bytes (codes->own_code[1], i, all[240 + i].code);
  }
  for (int group = FIRST_GROUP; group < END_GROUP; group++) {
    int bits = lengths[16 * group], above = bits - GROUP_BITS;
    unsigned first = reversed (all[16 * group].code, bits);

    codes->group_bits[group] = (uint8_t) bits;
    codes->group_first[group] = first & 15;
    set_bytes (codes->group_prefix[0], group, reversed (first >> 4, above));
    set_bytes (codes->group_prefix[1], group,
        reversed ((first >> 4) + 1, above));
    set_bytes (codes->group_place, group, 1u << above);
  }
}
