/* imbytes: what the steps of a block cost, and their bits.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "quick_private.h"

#define N_LITERALS IM_QUICK_LITERALS
#define N_DISTANCES IM_QUICK_DISTANCES
#define FIRST_LENGTH 257
#define N_LENGTHS 29

#define DISTANCE_BITS 15

/* What a repetition costs where no block has been coded yet that would say it. */
#define USUAL_LENGTH_BITS 6
#define USUAL_DISTANCE_BITS 5
/* What has not occurred costs so much. */
#define RARE_BITS 12
/* And at most so much where the next best step is taken: what is rare because it
 * costs much would stay so. */
#define MOST_LENGTH_BITS 8
#define MOST_DISTANCE_BITS 7

/* So many bytes of as many are counted where there is haste. */
#define SAMPLED 128
#define OF_BYTES 1024

/* RFC 1951, 3.2.5. */
static const uint16_t length_base[N_LENGTHS] = { 3, 4, 5, 6, 7, 8, 9, 10, 11,
  13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258 };
static const uint8_t length_extra[N_LENGTHS] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1,
  1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0 };
static const uint16_t distance_base[N_DISTANCES] = { 1, 2, 3, 4, 5, 7, 9, 13,
  17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073,
  4097, 6145, 8193, 12289, 16385, 24577 };
const uint8_t im_quick_distance_extra[N_DISTANCES] = { 0, 0, 0, 0, 1, 1, 2, 2,
  3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13 };

void
im_quick_fill_symbols (ImQuick *self)
{
  for (int symbol = 0; symbol < N_LENGTHS; symbol++)
    for (int i = length_base[symbol]; i <= IM_QUICK_MAX_MATCH
         && i < length_base[symbol] + (1 << length_extra[symbol]);
         i++)
      self->length_symbol[i] = (uint8_t) symbol;
  for (int symbol = 0; symbol < N_DISTANCES; symbol++)
    for (int i = 0; i < 1 << im_quick_distance_extra[symbol]; i++) {
      int d = distance_base[symbol] - 1 + i;

      self->distance_symbol[d < 256 ? d : 256 + (d >> 7)] = (uint8_t) symbol;
    }
}

/* Four tables: the same byte twice in a row does not wait for itself. */
static void
count_bytes (ImQuick *self, const uint8_t *at, size_t n)
{
  uint32_t *first = self->counts.literal;
  uint32_t (*count)[256] = self->byte_counts;
  size_t i = 0;

  for (; i + 4 <= n; i += 4) {
    first[at[i]]++;
    count[0][at[i + 1]]++;
    count[1][at[i + 2]]++;
    count[2][at[i + 3]]++;
  }
  for (; i < n; i++)
    first[at[i]]++;
}

static void
clear_counts (ImQuick *self)
{
  memset (&self->counts, 0, sizeof (self->counts));
  memset (self->byte_counts, 0, sizeof (self->byte_counts));
}

static void
add_counts (ImQuick *self)
{
  for (int i = 0; i < 256; i++)
    self->counts.literal[i] += self->byte_counts[0][i] + self->byte_counts[1][i]
        + self->byte_counts[2][i];
}

void
im_quick_count_steps (ImQuick *self)
{
  const uint8_t *at = self->data + self->start;

  clear_counts (self);
  for (size_t i = 0; i < self->n_steps; i++) {
    const ImQuickStep *step = &self->steps[i];

    count_bytes (self, at, step->literals);
    at += step->literals + step->length;
    if (step->length == 0)
      continue;
    self->counts.literal[FIRST_LENGTH + self->length_symbol[step->length]]++;
    self->counts
        .distance[im_quick_distance_symbol (self, step->distance + 1)]++;
  }
  self->counts.literal[IM_QUICK_END_OF_BLOCK]++;
  add_counts (self);
}

/* Bytes by a sample of them, and all zeros that repeat. */
void
im_quick_count_sample (ImQuick *self)
{
  const uint8_t *const begin = self->data + self->start;
  size_t size = self->end - self->start, at = 0;

  clear_counts (self);
  for (; at + OF_BYTES <= size; at += OF_BYTES)
    count_bytes (self, begin + at, SAMPLED);
  count_bytes (self, begin + at, size - at < SAMPLED ? size - at : SAMPLED);
  add_counts (self);
  for (int i = 0; i < 256; i++)
    self->counts.literal[i] *= OF_BYTES / SAMPLED;
  for (size_t i = 0; i + 1 < self->n_steps; i++) {
    int symbol = self->length_symbol[self->steps[i].length];

    self->counts.literal[FIRST_LENGTH + symbol]++;
    self->counts.distance[0]++;
  }
  self->counts.literal[IM_QUICK_END_OF_BLOCK]++;
}

static int
cost_of (int bits, int most)
{
  if (bits == 0)
    bits = RARE_BITS;
  return bits < most ? bits : most;
}

static void
set_costs (ImQuick *self)
{
  bool exact = self->effort.passes > 0;
  int most_length = exact ? RARE_BITS : MOST_LENGTH_BITS;
  int most_distance = exact ? RARE_BITS : MOST_DISTANCE_BITS;

  for (int i = 0; i < 256; i++)
    self->cost[i] = self->literal_bits[i] > 0 ? self->literal_bits[i]
                                              : IM_LITERAL_BITS;
  for (int i = IM_QUICK_MIN_MATCH; i <= IM_QUICK_MAX_MATCH; i++) {
    int symbol = self->length_symbol[i];

    self->length_cost[i] =
        (uint8_t) (cost_of (self->literal_bits[FIRST_LENGTH + symbol],
                       most_length)
            + length_extra[symbol]);
  }
  for (int i = 0; i < N_DISTANCES; i++)
    self->distance_cost[i] =
        (uint8_t) (cost_of (self->distance_bits[i], most_distance)
            + im_quick_distance_extra[i]);
}

void
im_quick_set_lengths (ImQuick *self, const ImQuickCounts *counts)
{
  im_huffman_lengths (counts->literal, N_LITERALS, IM_LITERAL_BITS,
      self->literal_bits);
  im_huffman_lengths (counts->distance, N_DISTANCES, DISTANCE_BITS,
      self->distance_bits);
  set_costs (self);
}

void
im_quick_set_grouped_lengths (ImQuick *self)
{
  im_literal_lengths (self->counts.literal, N_LITERALS, self->literal_bits);
  im_huffman_lengths (self->counts.distance, N_DISTANCES, DISTANCE_BITS,
      self->distance_bits);
}

uint64_t
im_quick_count_bits (const ImQuick *self, const ImQuickCounts *counts)
{
  uint64_t bits = 0;

  for (int i = 0; i < N_LITERALS; i++) {
    int extra = i < FIRST_LENGTH ? 0 : length_extra[i - FIRST_LENGTH];

    bits += (uint64_t) counts->literal[i]
        * (uint64_t) (self->literal_bits[i] + extra);
  }
  for (int i = 0; i < N_DISTANCES; i++)
    bits += (uint64_t) counts->distance[i]
        * (uint64_t) (self->distance_bits[i] + im_quick_distance_extra[i]);
  return bits;
}

void
im_quick_guess_costs (ImQuick *self)
{
  clear_counts (self);
  count_bytes (self, self->data + self->start, self->end - self->start);
  add_counts (self);
  im_huffman_lengths (self->counts.literal, N_LITERALS, IM_LITERAL_BITS,
      self->literal_bits);
  memset (self->literal_bits + FIRST_LENGTH, USUAL_LENGTH_BITS, N_LENGTHS);
  memset (self->distance_bits, USUAL_DISTANCE_BITS, N_DISTANCES);
  set_costs (self);
}

static void
write_match (const ImQuick *self, ImBits *writer, const ImQuickStep *step)
{
  int length = self->length_symbol[step->length];
  int distance = im_quick_distance_symbol (self, step->distance + 1);

  im_bits_put_code (writer, self->literal[FIRST_LENGTH + length]);
  im_bits_put (writer, (uint64_t) step->length - length_base[length],
      length_extra[length]);
  im_bits_put_code (writer, self->distance[distance]);
  im_bits_flush (writer);
  im_bits_put (writer, (uint64_t) step->distance + 1 - distance_base[distance],
      im_quick_distance_extra[distance]);
  im_bits_flush (writer);
}

static void
begin_block (ImQuick *self, bool last)
{
  ImBits *writer = &self->writer;

  im_huffman_codes (self->literal_bits, N_LITERALS, self->literal);
  im_huffman_codes (self->distance_bits, N_DISTANCES, self->distance);
  im_bits_put (writer, last, 1);
  im_huffman_write_header (writer, self->literal_bits, N_LITERALS,
      self->distance_bits, N_DISTANCES);
}

static void
end_block (ImQuick *self)
{
  im_bits_put_code (&self->writer, self->literal[IM_QUICK_END_OF_BLOCK]);
  im_bits_flush (&self->writer);
}

void
im_quick_write_block (ImQuick *self, bool last)
{
  const ImQuickBlock *block = self->block;
  const uint8_t *at = block->literals;

  begin_block (self, last);
  for (size_t i = 0; i < block->n_steps; i++) {
    const ImQuickStep *step = &block->steps[i];

    im_bits_put_bytes (&self->writer, self->literal, at, step->literals);
    at += step->literals;
    write_match (self, &self->writer, step);
  }
  im_bits_put_bytes (&self->writer, self->literal, at, block->loose);
  end_block (self);
}

void
im_quick_write_grouped_steps (ImQuick *self, bool last)
{
  const uint8_t *at = self->data + self->start;
  ImLiteralCodes codes;

  begin_block (self, last);
  im_literal_codes (self->literal_bits, self->literal, &codes);
  for (size_t i = 0; i < self->n_steps; i++) {
    const ImQuickStep *step = &self->steps[i];

    self->kernels->put_literals (&self->writer, &codes, at, step->literals);
    at += step->literals + step->length;
    if (step->length > 0)
      write_match (self, &self->writer, step);
  }
  end_block (self);
}
