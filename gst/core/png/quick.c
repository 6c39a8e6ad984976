/* imbytes: a DEFLATE coder for filtered rows of pictures.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "quick.h"

#include <stdlib.h>
#include <string.h>

#include "bits.h"
#include "core/base/compiler.h"
#include "huffman.h"

#define WINDOW 32768
/* Bytes with one set of codes: about ten rows. */
#define BLOCK 65536
/* Bytes behind the data that may be read, never used. */
#define PADDING 16

/* 32 KiB at the least effort: the first-level cache. */
#define TABLE_BITS 13
#define MAX_KEY 8
#define MAX_WAYS 4
#define MAX_SUMMED 24
#define MAX_REMEMBERED 32
/* Bits for the length and the distance, without those that follow the latter's
 * code: what made photographs smallest. */
#define MATCH_PRICE 12
#define MIN_MATCH 3
#define MAX_MATCH 258

#define N_LITERALS 286
#define END_OF_BLOCK 256
#define N_DISTANCES 30

/* Four codes, and what is left of a byte before them, fit 64 bits. */
#define LITERAL_BITS 14
#define DISTANCE_BITS 15

/* All codes at their longest, and a header. */
#define MAX_CODED ((size_t) BLOCK * LITERAL_BITS / 8 + 1024)

/* Bytes as they are, then a repetition. */
typedef struct
{
  uint32_t literals;
  uint16_t length; /* 0: only at the end of a block */
  uint16_t distance;
} Step;

/* How repetitions are looked for. */
typedef struct
{
  int key;   /* bytes that have to agree at least */
  int ways;  /* places tried for each */
  int skip;  /* every 2^skip bytes without one, the steps grow */
  bool lazy; /* one byte later it may be longer */
} Effort;

typedef struct
{
  int gain;
  uint16_t length, distance; /* less one */
} Match;

struct _ImQuick
{
  ImBytes *out;
  Effort effort;
  uint32_t position; /* of data[start] in the part, modulo 2^32 */
  size_t start, end; /* what is not coded yet; before it is what was */
  bool warm;         /* costs are those of the block before */
  ImBits writer;     /* between blocks only bits and n_bits count */
  size_t n_steps;

  uint32_t literal_count[4][N_LITERALS + 2], distance_count[N_DISTANCES];
  uint8_t literal_bits[N_LITERALS], distance_bits[N_DISTANCES];
  ImHuffmanCode literal[N_LITERALS], distance[N_DISTANCES];
  uint8_t cost[256]; /* of a byte, in bits */

  uint8_t length_symbol[MAX_MATCH + 1];
  uint8_t distance_symbol[512]; /* below 256: of distance - 1; else / 128 */
  uint32_t table[MAX_WAYS << TABLE_BITS]; /* the latest of each first */
  Step steps[BLOCK / MIN_MATCH + 2];
  uint8_t data[WINDOW + BLOCK + PADDING];
};

/* RFC 1951, 3.2.5. */
static const uint16_t length_base[29] = { 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15,
  17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
  258 };
static const uint8_t length_extra[29] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2,
  2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0 };
static const uint16_t distance_base[N_DISTANCES] = { 1, 2, 3, 4, 5, 7, 9, 13,
  17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073,
  4097, 6145, 8193, 12289, 16385, 24577 };
static const uint8_t distance_extra[N_DISTANCES] = { 0, 0, 0, 0, 1, 1, 2, 2, 3,
  3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13 };

static const Effort efforts[IM_QUICK_EFFORTS] = { { 5, 1, 4, true },
  { 7, 2, 7, true }, { 6, 4, 9, true } };

static inline int
distance_symbol (const ImQuick *self, int distance)
{
  return distance <= 256 ? self->distance_symbol[distance - 1]
                         : self->distance_symbol[256 + ((distance - 1) >> 7)];
}

static void
fill_symbols (ImQuick *self)
{
  for (int symbol = 0; symbol < 29; symbol++)
    for (int i = length_base[symbol]; i <= MAX_MATCH
         && i < length_base[symbol] + (1 << length_extra[symbol]);
         i++)
      self->length_symbol[i] = (uint8_t) symbol;
  for (int symbol = 0; symbol < N_DISTANCES; symbol++)
    for (int i = 0; i < 1 << distance_extra[symbol]; i++) {
      int d = distance_base[symbol] - 1 + i;

      self->distance_symbol[d < 256 ? d : 256 + (d >> 7)] = (uint8_t) symbol;
    }
}

static inline size_t
match_length (const uint8_t *a, const uint8_t *b, size_t most)
{
  size_t n = 0;

  while (n < most) {
    uint64_t difference = im_load64 (a + n) ^ im_load64 (b + n);

    if (difference != 0) {
      n += (size_t) im_lowest_bit (difference) >> 3;
      break;
    }
    n += 8;
  }
  return n < most ? n : most;
}

/* Where bytes as those at @at were seen before. */
static inline uint32_t *
seen_at (ImQuick *self, const uint8_t *at)
{
  uint64_t key = im_load64 (at) << (64 - 8 * self->effort.key);
  uint64_t hash = key * UINT64_C (0x9e3779b97f4a7c15) >> (64 - TABLE_BITS);

  return &self->table[hash * (uint64_t) self->effort.ways];
}

/* Bits saved by a repetition, less than 1 if none. Where it is short, the bytes
 * it stands for are added up one by one. */
static inline int
gain (const ImQuick *self, const uint8_t *at, size_t length, uint32_t distance)
{
  size_t summed = length < MAX_SUMMED ? length : MAX_SUMMED;
  int saved = (int) (length - summed) - MATCH_PRICE
      - distance_extra[distance_symbol (self, (int) distance)];

  for (size_t i = 0; i < summed; i++)
    saved += self->cost[at[i]];
  return saved;
}

/* The best repetition at @at, which is entered into the table. */
static inline Match
find_match (ImQuick *self, const uint8_t *at, const uint8_t *end,
    uint32_t position)
{
  const int shift = 64 - 8 * self->effort.key;
  const size_t seen = (size_t) (at - self->data);
  const size_t most = (size_t) (end - at) < MAX_MATCH ? (size_t) (end - at)
                                                      : MAX_MATCH;
  uint32_t *known = seen_at (self, at), before = position;
  Match best = { 0, 0, 0 };

  for (int way = 0; way < self->effort.ways; way++) {
    uint32_t distance = position - known[way];
    uint32_t swap = known[way];

    known[way] = before;
    before = swap;
    if (distance - 1 < WINDOW && distance <= seen && distance <= position
        && (im_load64 (at) ^ im_load64 (at - distance)) << shift == 0) {
      size_t length = match_length (at, at - distance, most);
      int bits = gain (self, at, length, distance);

      if (bits > best.gain)
        best = (Match){ bits, (uint16_t) length, (uint16_t) (distance - 1) };
    }
  }
  return best;
}

static void
remember (ImQuick *self, const uint8_t *from, const uint8_t *to,
    uint32_t position)
{
  size_t n = (size_t) (to - from);
  size_t skip = n > MAX_REMEMBERED ? n - MAX_REMEMBERED / 2 : 0;

  if (from >= to)
    return;
  for (from += skip, position += (uint32_t) skip; from < to; from++) {
    uint32_t *known = seen_at (self, from);

    for (int way = self->effort.ways - 1; way > 0; way--)
      known[way] = known[way - 1];
    known[0] = position++;
  }
}

/* The block into steps. */
static void
find_steps (ImQuick *self)
{
  const uint8_t *const begin = self->data + self->start;
  const uint8_t *const end = self->data + self->end;
  const uint8_t *const stop = end - begin > MAX_KEY ? end - MAX_KEY : begin;
  const uint8_t *at = begin, *literals = begin;
  const uint32_t first = self->position;
  Match match = { 0, 0, 0 };
  size_t n = 0;

  while (at < stop) {
    Match next = find_match (self, at, end, first + (uint32_t) (at - begin));

    if (match.gain > 0 && next.gain <= match.gain) {
      at--;
    } else if (next.gain <= 0) {
      at += 1 + ((size_t) (at - literals) >> self->effort.skip);
      continue;
    } else {
      match = next;
      if (self->effort.lazy && match.length < MAX_SUMMED && at + 1 < stop) {
        at++;
        continue;
      }
    }
    self->steps[n++] =
        (Step){ (uint32_t) (at - literals), match.length, match.distance };
    literals = at + match.length;
    remember (self, at + 1, literals < stop ? literals : stop,
        first + (uint32_t) (at + 1 - begin));
    at = literals;
    match.gain = 0;
  }
  self->steps[n++] = (Step){ (uint32_t) (end - literals), 0, 0 };
  self->n_steps = n;
}

/* Four tables: the same byte twice in a row does not wait for itself. */
static void
count_bytes (ImQuick *self, const uint8_t *at, size_t n)
{
  uint32_t (*count)[N_LITERALS + 2] = self->literal_count;
  size_t i = 0;

  for (; i + 4 <= n; i += 4) {
    count[0][at[i]]++;
    count[1][at[i + 1]]++;
    count[2][at[i + 2]]++;
    count[3][at[i + 3]]++;
  }
  for (; i < n; i++)
    count[0][at[i]]++;
}

static void
clear_counts (ImQuick *self)
{
  memset (self->literal_count, 0, sizeof (self->literal_count));
  memset (self->distance_count, 0, sizeof (self->distance_count));
}

static void
add_counts (ImQuick *self)
{
  for (int i = 0; i < 256; i++)
    self->literal_count[0][i] += self->literal_count[1][i]
        + self->literal_count[2][i] + self->literal_count[3][i];
}

static void
count_steps (ImQuick *self)
{
  const uint8_t *at = self->data + self->start;

  clear_counts (self);
  for (size_t i = 0; i < self->n_steps; i++) {
    const Step *step = &self->steps[i];

    count_bytes (self, at, step->literals);
    at += step->literals + step->length;
    if (step->length == 0)
      continue;
    self->literal_count[0][257 + self->length_symbol[step->length]]++;
    self->distance_count[distance_symbol (self, step->distance + 1)]++;
  }
  self->literal_count[0][END_OF_BLOCK]++;
  add_counts (self);
}

static void
set_costs (ImQuick *self)
{
  for (int i = 0; i < 256; i++)
    self->cost[i] = self->literal_bits[i] > 0 ? self->literal_bits[i]
                                              : LITERAL_BITS;
}

/* Before the first block there are no codes that could say what bytes cost. */
static void
guess_costs (ImQuick *self)
{
  clear_counts (self);
  count_bytes (self, self->data + self->start, self->end - self->start);
  add_counts (self);
  im_huffman_lengths (self->literal_count[0], N_LITERALS, LITERAL_BITS,
      self->literal_bits);
  set_costs (self);
}

static void
write_literals (ImBits *restrict to, const ImHuffmanCode *restrict codes,
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

static void
write_match (const ImQuick *self, ImBits *writer, const Step *step)
{
  int length = self->length_symbol[step->length];
  int distance = distance_symbol (self, step->distance + 1);

  im_bits_put_code (writer, self->literal[257 + length]);
  im_bits_put (writer, (uint64_t) step->length - length_base[length],
      length_extra[length]);
  im_bits_put_code (writer, self->distance[distance]);
  im_bits_flush (writer);
  im_bits_put (writer, (uint64_t) step->distance + 1 - distance_base[distance],
      distance_extra[distance]);
  im_bits_flush (writer);
}

static void
write_steps (ImQuick *self, ImBits *writer)
{
  const uint8_t *at = self->data + self->start;

  for (size_t i = 0; i < self->n_steps; i++) {
    const Step *step = &self->steps[i];

    write_literals (writer, self->literal, at, step->literals);
    at += step->literals + step->length;
    if (step->length > 0)
      write_match (self, writer, step);
  }
  im_bits_put_code (writer, self->literal[END_OF_BLOCK]);
  im_bits_flush (writer);
}

static void
slide (ImQuick *self)
{
  self->position += (uint32_t) (self->end - self->start);
  self->start = self->end;
  if (self->end <= WINDOW)
    return;
  memmove (self->data, self->data + self->end - WINDOW, WINDOW);
  self->start = self->end = WINDOW;
}

static bool
code_block (ImQuick *self, bool last)
{
  ImBits *writer = &self->writer;

  if (!im_bytes_reserve (self->out, MAX_CODED))
    return false;
  writer->next = self->out->data + self->out->size;
  memset (self->data + self->end, 0, PADDING);
  if (!self->warm)
    guess_costs (self);
  find_steps (self);
  count_steps (self);
  im_huffman_lengths (self->literal_count[0], N_LITERALS, LITERAL_BITS,
      self->literal_bits);
  im_huffman_lengths (self->distance_count, N_DISTANCES, DISTANCE_BITS,
      self->distance_bits);
  set_costs (self);
  self->warm = true;
  im_huffman_codes (self->literal_bits, N_LITERALS, self->literal);
  im_huffman_codes (self->distance_bits, N_DISTANCES, self->distance);
  im_bits_put (writer, last, 1);
  im_huffman_write_header (writer, self->literal_bits, N_LITERALS,
      self->distance_bits, N_DISTANCES);
  write_steps (self, writer);
  self->out->size = (size_t) (writer->next - self->out->data);
  slide (self);
  return true;
}

ImQuick *
im_quick_new (void)
{
  ImQuick *self = im_alloc_array (1, sizeof (ImQuick));

  if (self == NULL)
    return NULL;
  memset (self, 0, sizeof (*self));
  fill_symbols (self);
  return self;
}

void
im_quick_free (ImQuick *self)
{
  free (self);
}

void
im_quick_begin (ImQuick *self, ImBytes *out, int effort)
{
  self->out = out;
  self->effort = efforts[effort - 1];
  self->position = 0;
  self->start = self->end = 0;
  self->warm = false;
  self->writer = (ImBits){ 0 };
  memset (self->table, 0,
      sizeof (*self->table) * (size_t) self->effort.ways << TABLE_BITS);
}

bool
im_quick_feed (ImQuick *self, const uint8_t *data, size_t size)
{
  while (size > 0) {
    size_t room = self->start + BLOCK - self->end;
    size_t part = size < room ? size : room;

    memcpy (self->data + self->end, data, part);
    self->end += part;
    data += part;
    size -= part;
    if (part == room && !code_block (self, false))
      return false;
  }
  return true;
}

/* An empty stored block: three bits, up to the next byte, a length of 0 and its
 * complement. */
static void
write_sync (ImBits *writer)
{
  im_bits_put (writer, 0, 3);
  writer->n_bits = (writer->n_bits + 7) & ~7;
  im_bits_flush (writer);
  im_bits_put (writer, UINT64_C (0xffff0000), 32);
  im_bits_flush (writer);
}

bool
im_quick_end (ImQuick *self, bool last)
{
  ImBits *writer = &self->writer;

  if ((last || self->end > self->start) && !code_block (self, last))
    return false;
  if (!im_bytes_reserve (self->out, 64))
    return false;
  writer->next = self->out->data + self->out->size;
  if (last) {
    writer->n_bits = (writer->n_bits + 7) & ~7;
    im_bits_flush (writer);
  } else {
    write_sync (writer);
  }
  self->out->size = (size_t) (writer->next - self->out->data);
  return true;
}
