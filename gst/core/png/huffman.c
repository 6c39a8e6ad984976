/* imbytes: Huffman codes of limited length, and how a block tells them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "huffman.h"

#include <string.h>

#define MAX_BITS 15
#define SYMBOL_BITS 9

#define DYNAMIC_BLOCK 2
#define LEAST_LITERALS 257
/* The codes that code lengths have themselves. */
#define N_HEADER 19
#define HEADER_BITS 7

/* By the bits from @shift on, all others in the order they have. */
static void
sort_by (int shift, const uint64_t *from, int n, uint64_t *to)
{
  int place[256] = { 0 }, next = 0;

  for (int i = 0; i < n; i++)
    place[from[i] >> shift & 255]++;
  for (int i = 0; i < 256; i++) {
    int count = place[i];

    place[i] = next;
    next += count;
  }
  for (int i = 0; i < n; i++)
    to[place[from[i] >> shift & 255]++] = from[i];
}

/* Symbols that occur, the rarest first, with their frequencies above them. */
static int
sort_symbols (const uint32_t *frequency, int n, uint64_t *sorted)
{
  uint64_t swap[IM_HUFFMAN_MAX_SYMBOLS];
  uint32_t any = 0;
  int used = 0;

  for (int i = 0; i < n; i++)
    if (frequency[i] > 0) {
      sorted[used++] = (uint64_t) frequency[i] << SYMBOL_BITS | (unsigned) i;
      any |= frequency[i];
    }
  for (int shift = 0; shift < 32 && any >> shift != 0; shift += 16) {
    sort_by (SYMBOL_BITS + shift, sorted, used, swap);
    sort_by (SYMBOL_BITS + shift + 8, swap, used, sorted);
  }
  return used;
}

/* How deep each leaf of the Huffman tree lies, counted by depth up to
 * @max_bits. Leaves and inner nodes are two queues, each in rising order. */
static void
count_depths (const uint64_t *sorted, int used, int max_bits, int *count)
{
  uint32_t weight[2 * IM_HUFFMAN_MAX_SYMBOLS];
  int parent[2 * IM_HUFFMAN_MAX_SYMBOLS], depth[2 * IM_HUFFMAN_MAX_SYMBOLS];
  int leaf = 0, inner = used, root = 2 * used - 2;

  for (int i = 0; i < used; i++)
    weight[i] = (uint32_t) (sorted[i] >> SYMBOL_BITS);
  for (int made = used; made <= root; made++) {
    weight[made] = 0;
    for (int child = 0; child < 2; child++) {
      int least = leaf < used
              && (inner == made || weight[leaf] <= weight[inner])
          ? leaf++
          : inner++;

      weight[made] += weight[least];
      parent[least] = made;
    }
  }
  depth[root] = 0;
  for (int i = root - 1; i >= 0; i--) {
    depth[i] = depth[parent[i]] + 1;
    if (i < used)
      count[depth[i] < max_bits ? depth[i] : max_bits]++;
  }
}

/* Cutting the deepest leaves off at @max_bits promised more codes than there
 * are. Each step makes a shorter code one bit longer, which frees a place beside
 * it for one of the longest. */
static void
limit_depths (int max_bits, int *count)
{
  uint32_t taken = 0;

  for (int bits = 1; bits <= max_bits; bits++)
    taken += (uint32_t) count[bits] << (max_bits - bits);
  while (taken > 1u << max_bits) {
    int bits = max_bits - 1;

    while (count[bits] == 0)
      bits--;
    count[bits]--;
    count[bits + 1] += 2;
    count[max_bits]--;
    taken--;
  }
}

void
im_huffman_lengths (const uint32_t *frequency, int n, int max_bits,
    uint8_t *lengths)
{
  uint64_t sorted[IM_HUFFMAN_MAX_SYMBOLS];
  int count[MAX_BITS + 1] = { 0 };
  int used = sort_symbols (frequency, n, sorted);

  for (int i = 0; i < n; i++)
    lengths[i] = 0;
  if (used == 0)
    return;
  if (used == 1) {
    count[1] = 1;
  } else {
    count_depths (sorted, used, max_bits, count);
    limit_depths (max_bits, count);
  }
  for (int bits = max_bits, next = 0; bits > 0; bits--)
    for (int i = 0; i < count[bits]; i++, next++)
      lengths[sorted[next] & ((1 << SYMBOL_BITS) - 1)] = (uint8_t) bits;
}

/* The lowest @bits, at most 16, of @code in reverse: halves of all 16 change
 * places, quarters, and so on. */
static uint16_t
reversed (unsigned code, int bits)
{
  code = (code >> 8 & 0x00ff) | (code & 0x00ff) << 8;
  code = (code >> 4 & 0x0f0f) | (code & 0x0f0f) << 4;
  code = (code >> 2 & 0x3333) | (code & 0x3333) << 2;
  code = (code >> 1 & 0x5555) | (code & 0x5555) << 1;
  return (uint16_t) (code >> (16 - bits));
}

void
im_huffman_codes (const uint8_t *lengths, int n, ImHuffmanCode *codes)
{
  unsigned next[MAX_BITS + 2] = { 0 };
  int count[MAX_BITS + 1] = { 0 };

  for (int i = 0; i < n; i++)
    count[lengths[i]]++;
  count[0] = 0;
  for (int bits = 1; bits <= MAX_BITS; bits++)
    next[bits + 1] = (next[bits] + (unsigned) count[bits]) << 1;
  for (int i = 0; i < n; i++) {
    int bits = lengths[i];

    codes[i] = (ImHuffmanCode){ bits > 0 ? reversed (next[bits]++, bits) : 0,
      (uint16_t) bits };
  }
}

static int
last_used (const uint8_t *lengths, int n, int least)
{
  while (n > least && lengths[n - 1] == 0)
    n--;
  return n;
}

/* Runs of code lengths: symbols with their extra bits above them. */
static int
pack_lengths (const uint8_t *lengths, int n, uint16_t *packed)
{
  int n_packed = 0;

  for (int i = 0; i < n;) {
    int run = 1, value = lengths[i];

    while (i + run < n && lengths[i + run] == value)
      run++;
    i += run;
    if (value != 0) {
      packed[n_packed++] = (uint16_t) value;
      run--;
    }
    while (run >= 3) {
      int most = value != 0 ? 6 : run > 10 ? 138 : 10;
      int part = run < most ? run : most;

      packed[n_packed++] = (uint16_t) (value != 0 ? 16 | (part - 3) << 8
              : part > 10                         ? 18 | (part - 11) << 8
                                                  : 17 | (part - 3) << 8);
      run -= part;
    }
    while (run-- > 0)
      packed[n_packed++] = (uint16_t) value;
  }
  return n_packed;
}

static void
write_packed (ImBits *to, const uint16_t *packed, int n_packed)
{
  static const uint8_t order[N_HEADER] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11,
    4, 12, 3, 13, 2, 14, 1, 15 };
  static const uint8_t extra[3] = { 2, 3, 7 };
  uint32_t count[N_HEADER] = { 0 };
  uint8_t lengths[N_HEADER];
  ImHuffmanCode codes[N_HEADER];
  int n = N_HEADER;

  for (int i = 0; i < n_packed; i++)
    count[packed[i] & 255]++;
  im_huffman_lengths (count, N_HEADER, HEADER_BITS, lengths);
  im_huffman_codes (lengths, N_HEADER, codes);
  while (n > 4 && lengths[order[n - 1]] == 0)
    n--;
  im_bits_put (to, (uint64_t) n - 4, 4);
  im_bits_flush (to);
  for (int i = 0; i < n; i++) {
    im_bits_put (to, lengths[order[i]], 3);
    im_bits_flush (to);
  }
  for (int i = 0; i < n_packed; i++) {
    int symbol = packed[i] & 255;

    im_bits_put (to, codes[symbol].code, codes[symbol].bits);
    if (symbol >= 16)
      im_bits_put (to, packed[i] >> 8, extra[symbol - 16]);
    im_bits_flush (to);
  }
}

void
im_huffman_write_header (ImBits *to, const uint8_t *literals, int n_literals,
    const uint8_t *distances, int n_distances)
{
  uint8_t lengths[2 * IM_HUFFMAN_MAX_SYMBOLS];
  uint16_t packed[2 * IM_HUFFMAN_MAX_SYMBOLS];

  n_literals = last_used (literals, n_literals, LEAST_LITERALS);
  n_distances = last_used (distances, n_distances, 1);
  memcpy (lengths, literals, (size_t) n_literals);
  memcpy (lengths + n_literals, distances, (size_t) n_distances);
  im_bits_put (to, DYNAMIC_BLOCK, 2);
  im_bits_put (to, (uint64_t) n_literals - LEAST_LITERALS, 5);
  im_bits_put (to, (uint64_t) n_distances - 1, 5);
  im_bits_flush (to);
  write_packed (to, packed,
      pack_lengths (lengths, n_literals + n_distances, packed));
}
