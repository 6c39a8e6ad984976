/* imbytes: what the parts of the DEFLATE coder share.
 *
 * quick.c keeps the data and has it taken apart into steps, chunk by chunk, by one of
 * three: quick_zeros.c, which sees zeros alone, quick_table.c, which looks at the
 * latest places where a few bytes were, and quick_chains.c, which looks at all of them.
 * One chunk is a block, with codes of its own, or several are where that is smaller.
 * quick_codes.c makes codes of what occurs, and writes them.
 *
 * Thread-safety: one thread at a time for each ImQuick.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <string.h>

#include "core/base/compiler.h"
#include "huffman.h"
#include "png_kernels.h"
#include "quick.h"

#define IM_QUICK_WINDOW 32768
/* Bytes that are taken apart at once: about ten rows. */
#define IM_QUICK_CHUNK 65536
/* Bytes behind the data that may be read, never used. */
#define IM_QUICK_PADDING 16

#define IM_QUICK_MIN_MATCH 3
#define IM_QUICK_MAX_MATCH 258

#define IM_QUICK_MAX_STEPS (IM_QUICK_CHUNK / IM_QUICK_MIN_MATCH + 2)
/* Chunks become one block where they have no more symbols than these. */
#define IM_QUICK_MOST_JOINED 32768

#define IM_QUICK_LITERALS 286
#define IM_QUICK_DISTANCES 30
#define IM_QUICK_END_OF_BLOCK 256

/* 32 KiB a table: the first-level cache. */
#define IM_QUICK_TABLE_BITS 13

#define IM_QUICK_HEAD_BITS 15

/* Bytes as they are, then a repetition. */
typedef struct
{
  uint32_t literals;
  uint16_t length;   /* 0: only at the end of a chunk */
  uint16_t distance; /* less one */
} ImQuickStep;

/* Who takes a chunk apart. */
typedef enum
{
  IM_QUICK_NOBODY, /* it is stored */
  IM_QUICK_ZEROS,
  IM_QUICK_TABLE,
  IM_QUICK_CHAINS
} ImQuickSearch;

/* How repetitions are looked for. */
typedef struct
{
  ImQuickSearch search;

  int skip; /* every 2^skip bytes without one, the steps grow */

  /* By three and by six bytes; else by five in tables, and along chains by four. */
  bool short_keys;

  /* Along chains: */
  int depth;  /* places tried */
  int nice;   /* a repetition as long as this is good enough */
  int least;  /* one has to save more bits than these */
  int passes; /* over all ways through a chunk; 0: the next best step is taken */
} ImQuickTask;

/* Where bytes were before, by tables: the latest place of those with the same hash.
 * Places are those of ImQuick.position; one of another part is too far away. */
typedef struct
{
  uint32_t latest[2][1 << IM_QUICK_TABLE_BITS];
} ImQuickTables;

/* By chains: for each place also the one before. */
typedef struct
{
  uint32_t head[1 << IM_QUICK_HEAD_BITS], head3[1 << IM_QUICK_HEAD_BITS];
  uint32_t before[IM_QUICK_WINDOW];
  uint32_t run_end; /* a place: of the run that was looked at last */
  /* Of the costs of the bytes before, modulo 2^16. */
  uint16_t sum[IM_QUICK_CHUNK + 1];
} ImQuickChains;

/* How often each symbol occurs. */
typedef struct
{
  uint32_t literal[IM_QUICK_LITERALS + 2], distance[IM_QUICK_DISTANCES];
} ImQuickCounts;

/* Chunks that are written as one block. */
typedef struct
{
  ImQuickCounts counts;
  uint64_t bits; /* by codes of its own */
  size_t n_symbols, n_steps, n_literals;
  uint32_t loose; /* literals behind the last step */
  ImQuickStep steps[IM_QUICK_MOST_JOINED];
  uint8_t literals[IM_QUICK_CHUNK];
} ImQuickBlock;

struct _ImQuick
{
  ImBytes *out;
  ImQuickTask effort;
  uint32_t period; /* bytes of a pixel */
  const ImPngKernels *kernels;
  uint32_t position; /* of data[start] among all bytes, modulo 2^32 */
  size_t start, end; /* what is not coded yet; before it is what was */
  bool warm;         /* costs are those of the block before */
  ImBits writer;     /* between blocks only bits and n_bits count */
  size_t n_steps;

  ImQuickCounts counts; /* of the chunk */
  uint32_t byte_counts[3][256];
  uint8_t literal_bits[IM_QUICK_LITERALS], distance_bits[IM_QUICK_DISTANCES];
  ImHuffmanCode literal[IM_QUICK_LITERALS], distance[IM_QUICK_DISTANCES];
  /* Of a byte, a length and a distance, in bits, the latter with those that
   * follow their codes. */
  uint8_t cost[256], length_cost[IM_QUICK_MAX_MATCH + 1];
  uint8_t distance_cost[IM_QUICK_DISTANCES];

  uint8_t length_symbol[IM_QUICK_MAX_MATCH + 1];
  uint8_t distance_symbol[512]; /* below 256: of distance - 1; else / 128 */
  /* As the effort needs them, else NULL. */
  ImQuickBlock *block;
  ImQuickTables *tables;
  ImQuickChains *chains;
  struct _ImQuickPaths *paths;
  ImQuickStep steps[IM_QUICK_MAX_STEPS];
  uint8_t data[IM_QUICK_WINDOW + IM_QUICK_CHUNK + IM_QUICK_PADDING];
};

extern const uint8_t im_quick_distance_extra[IM_QUICK_DISTANCES];

static inline int
im_quick_distance_symbol (const ImQuick *self, int distance)
{
  return distance <= 256 ? self->distance_symbol[distance - 1]
                         : self->distance_symbol[256 + ((distance - 1) >> 7)];
}

/* How many bytes at @a and @b agree, at most @most; reads 8 at a time. */
static inline size_t
im_quick_match_length (const uint8_t *a, const uint8_t *b, size_t most)
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

/* quick_codes.c: once for each ImQuick. */
void im_quick_fill_symbols (ImQuick *self);

/* Each fills steps[] and n_steps with the chunk. */
void im_quick_find_zeros (ImQuick *self);
void im_quick_find_by_table (ImQuick *self);
void im_quick_find_by_chains (ImQuick *self);
/* The cheapest of all ways through the chunk. */
void im_quick_find_path (ImQuick *self);
/* NULL when out of memory; for free (). */
struct _ImQuickPaths *im_quick_paths_new (void);

/* Sets costs before anything has been coded. */
void im_quick_guess_costs (ImQuick *self);
/* Counts what steps[] consist of; all bytes, or a sample. */
void im_quick_count_steps (ImQuick *self);
void im_quick_count_sample (ImQuick *self);
/* Lengths of codes for what occurs @counts times, and with them costs; or lengths as
 * literals.h has them, of what was counted. */
void im_quick_set_lengths (ImQuick *self, const ImQuickCounts *counts);
void im_quick_set_grouped_lengths (ImQuick *self);
/* Of @counts, by the lengths that were set. */
uint64_t im_quick_count_bits (const ImQuick *self, const ImQuickCounts *counts);
/* Writes a block by the lengths that were set. */
void im_quick_write_block (ImQuick *self, bool last);
void im_quick_write_grouped_steps (ImQuick *self, bool last);
