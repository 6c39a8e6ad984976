/* imbytes: Huffman codes of limited length.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "huffman.h"

#include <stdlib.h>

#define MAX_BITS 15
#define SYMBOL_BITS 9

static int
compare (const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;

  return x < y ? -1 : x > y;
}

/* Symbols that occur, the rarest first, with their frequencies above them. */
static int
sort_symbols (const uint32_t *frequency, int n, uint64_t *sorted)
{
  int used = 0;

  for (int i = 0; i < n; i++)
    if (frequency[i] > 0)
      sorted[used++] = (uint64_t) frequency[i] << SYMBOL_BITS | (unsigned) i;
  qsort (sorted, (size_t) used, sizeof (*sorted), compare);
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
      int least = leaf < used && (inner == made || weight[leaf] <= weight[inner])
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

static uint16_t
reversed (unsigned code, int bits)
{
  unsigned result = 0;

  for (int i = 0; i < bits; i++)
    result |= (code >> i & 1) << (bits - 1 - i);
  return (uint16_t) result;
}

void
im_huffman_codes (const uint8_t *lengths, int n, uint16_t *codes)
{
  unsigned next[MAX_BITS + 2] = { 0 };
  int count[MAX_BITS + 1] = { 0 };

  for (int i = 0; i < n; i++)
    count[lengths[i]]++;
  count[0] = 0;
  for (int bits = 1; bits <= MAX_BITS; bits++)
    next[bits + 1] = (next[bits] + (unsigned) count[bits]) << 1;
  for (int i = 0; i < n; i++)
    codes[i] = lengths[i] == 0 ? 0 : reversed (next[lengths[i]]++, lengths[i]);
}
