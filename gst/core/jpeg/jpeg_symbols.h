/* imbytes: blocks -> bits, for the kernels of every instruction set. Each
 * includes it and compiles it for itself.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <string.h>

#include "core/base/compiler.h"
#include "jpeg_kernels.h"

/* Symbols that are put together before they are written, and bits that these may
 * have: 7 more wait in the writer. */
#define GROUP 4
#define MAX_GROUP_BITS 57

/* @length, from 1 to 57 bits. */
static inline void
put (ImJpegWriter *writer, uint64_t bits, unsigned length)
{
  writer->bits = writer->bits << length | bits;
  writer->n_bits += length;
  im_store64 (writer->next, im_swap64 (writer->bits << (64 - writer->n_bits)));
  writer->next += writer->n_bits >> 3;
  writer->n_bits &= 7;
}

static inline void
put_entry (ImJpegWriter *writer, uint32_t entry)
{
  put (writer, entry >> IM_JPEG_LENGTH_BITS, entry & IM_JPEG_LENGTH_MASK);
}

/* How far a block has been coded. */
typedef struct
{
  uint64_t left; /* which coefficients are still to come */
  int at;        /* where the last one was; 64: the end was coded */
} Place;

/* An AC coefficient, whatever its size and distance. */
static inline void
put_coefficient (ImJpegWriter *writer, int distance, int value,
    const ImJpegCodes *codes)
{
  int run = distance - 1, magnitude = value < 0 ? -value : value;
  int size = im_bit_length ((uint32_t) magnitude);
  uint32_t symbol, bits;

  for (; run > 15; run -= 16)
    put_entry (writer, codes->symbol[0xf0]);
  symbol = codes->symbol[run << 4 | size];
  bits = (uint32_t) (value < 0 ? value + (1 << size) - 1 : value);
  put (writer, symbol >> IM_JPEG_LENGTH_BITS << size | bits,
      (symbol & IM_JPEG_LENGTH_MASK) + (unsigned) size);
}

/* The next @n symbols of AC from @place on, fewer at the block's end: one at a
 * time, whatever they are. */
static void
code_singly (ImJpegWriter *writer, const ImJpegBlock *block, Place place, int n,
    const ImJpegCodes *codes)
{
  for (int i = 0; i < n && place.at < 63; i++) {
    uint32_t entry;
    int next;

    if (place.left == 0) {
      put_entry (writer, codes->symbol[0]);
      return;
    }
    next = im_lowest_bit (place.left);
    entry = codes->ac[(next - place.at) * IM_JPEG_N_SMALL + block->small[next]];
    if (entry != IM_JPEG_NO_ENTRY)
      put_entry (writer, entry);
    else
      put_coefficient (writer, next - place.at,
          block->coefficient[im_jpeg_natural_order[next]], codes);
    place.left &= place.left - 1;
    place.at = next;
  }
}

/* The entry of the next symbol of AC. Behind the last coefficient it is that of
 * the block's end, and then nothing, as often as it is asked for: so that symbols
 * are taken by groups, and few branches depend on how many there are. */
static inline uint32_t
take_entry (const ImJpegBlock *block, Place *place, const ImJpegCodes *codes)
{
  int next = place->left != 0 ? im_lowest_bit (place->left) : 64;
  int distance = next - place->at;

  place->left &= place->left - 1;
  place->at = next;
  return codes->ac[distance * IM_JPEG_N_SMALL + block->small[next]];
}

static inline unsigned
entry_length (uint32_t entry)
{
  return entry & IM_JPEG_LENGTH_MASK;
}

static inline uint64_t
entry_code (uint32_t entry)
{
  return entry >> IM_JPEG_LENGTH_BITS;
}

/* False where they have too many bits, or one of them is none. */
static inline bool
put_group (ImJpegWriter *writer, const uint32_t entry[GROUP])
{
  unsigned length_3 = entry_length (entry[3]);
  unsigned length_23 = entry_length (entry[2]) + length_3;
  unsigned length_1 = entry_length (entry[1]);
  unsigned length = entry_length (entry[0]) + length_1 + length_23;
  uint64_t first, last;

  if (length > MAX_GROUP_BITS)
    return false;
  first = entry_code (entry[0]) << length_1 | entry_code (entry[1]);
  last = entry_code (entry[2]) << length_3 | entry_code (entry[3]);
  put (writer, first << length_23 | last, length);
  return true;
}

static inline void
code_block (ImJpegWriter *writer, const ImJpegBlock *block, int difference,
    const ImJpegCodes *codes)
{
  Place start = { block->mask, 0 }, place = start;
  uint32_t entry[GROUP];

  entry[0] = codes->dc[difference + IM_JPEG_DC_ORIGIN];
  for (int i = 1; i < GROUP; i++)
    entry[i] = take_entry (block, &place, codes);
  if (!put_group (writer, entry)) {
    put_entry (writer, entry[0]);
    code_singly (writer, block, start, GROUP - 1, codes);
  }
  /* Behind coefficient 63 no end is coded. */
  while (place.at < 63) {
    start = place;
    for (int i = 0; i < GROUP; i++)
      entry[i] = take_entry (block, &place, codes);
    if (!put_group (writer, entry))
      code_singly (writer, block, start, GROUP, codes);
  }
}

static void
code (ImJpegWriter *writer, int dc[3], const ImJpegUnit *units, int n_units,
    int n, const ImJpegCodes codes[2])
{
  ImJpegWriter own = *writer;

  for (int i = 0; i < n; i++)
    for (int u = 0; u < n_units; u++) {
      const ImJpegBlock *block = units[u].block + i * units[u].step;
      int component = units[u].component;

      code_block (&own, block, block->coefficient[0] - dc[component],
          &codes[component > 0]);
      dc[component] = block->coefficient[0];
    }
  *writer = own;
}
