/* imbytes: what kind of picture some rows of a PNG are.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "pngkind.h"

#include "core/base/compiler.h"

/* Drawn: at least 7 of 8 bytes are as Paeth predicts. Smooth photographs have
 * up to 0.75, screens full of text from 0.9. */
#define PREDICTED_NUMERATOR 7
#define PREDICTED_DENOMINATOR 8

/* Repeated: so many of the words looked at were there before. */
#define REPEATED_NUMERATOR 1
#define REPEATED_DENOMINATOR 8
#define WORD_TABLE_BITS 10
/* Gray: of so many pixels at least one is, and is not as the one before. */
#define GRAY_DENOMINATOR 8

/* A word lies on every so many pixels, and is two or three of them; five where they are
 * bytes. */
#define WORD_PIXELS 3

static inline uint64_t
load_word (const uint8_t *at, int bpp)
{
  uint64_t word = im_load64 (at);

  return bpp == 1 ? word & 0xffffffffff : word;
}

typedef struct
{
  const ImPngKernels *kernels;
  size_t zeros, bytes;
  uint64_t cost[IM_N_ROW_FILTERS];
  size_t words, repeated;
  size_t grays;
  uint64_t table[1 << WORD_TABLE_BITS];
} Sample;

static size_t
count_zeros (const uint8_t *at, size_t size)
{
  size_t n = 0;

  for (size_t i = 0; i < size; i++)
    n += at[i] == 0;
  return n;
}

static void
add_words (Sample *sample, const ImPngBlock *block, const uint8_t *row)
{
  size_t step = (size_t) (WORD_PIXELS * block->bpp);

  for (size_t i = 0; i + step + 8 <= block->row_size; i += step) {
    uint64_t word = load_word (row + i, block->bpp);
    uint64_t *seen = &sample->table[word * UINT64_C (0x9e3779b97f4a7c15)
        >> (64 - WORD_TABLE_BITS)];

    /* Where nothing changes, all of it repeats. */
    if (word == load_word (row + i + block->bpp, block->bpp))
      continue;
    sample->repeated += *seen == word;
    sample->words++;
    *seen = word;
  }
}

/* Pixels whose three samples are the same, where they change. */
static void
add_grays (Sample *sample, const ImPngBlock *block, const uint8_t *row)
{
  size_t bpp = (size_t) block->bpp;

  if (bpp != 3 && bpp != 4)
    return;
  for (size_t i = bpp; i + 2 < block->row_size; i += bpp)
    sample->grays += row[i] == row[i + 1] && row[i] == row[i + 2]
        && row[i] != row[i - bpp];
}

static void
add_row (Sample *sample, const ImPngBlock *block, int y, uint8_t *scratch)
{
  const uint8_t *row = block->rows + y * block->stride;
  const uint8_t *above = im_png_block_above (block, y);
  int n = above != NULL ? IM_N_ROW_FILTERS : IM_ROW_SUB + 1;

  for (int filter = 0; filter < n; filter++) {
    im_png_filter_row (sample->kernels, (ImRowFilter) filter, scratch, row,
        above, block->row_size, block->bpp);
    sample->cost[filter] += sample->kernels->cost (scratch, block->row_size);
  }
  sample->zeros += count_zeros (scratch, block->row_size);
  sample->bytes += block->row_size;
  add_words (sample, block, row);
  add_grays (sample, block, row);
}

ImPngKind
im_png_kind (const ImPngKernels *kernels, const ImPngBlock *block, int step,
    uint8_t *scratch)
{
  Sample sample = { .kernels = kernels };
  ImPngKind kind = { .filter = IM_ROW_NONE };
  int n_filters = block->n_rows > 1 || block->above != NULL ? IM_N_ROW_FILTERS
                                                            : IM_ROW_SUB + 1;

  for (int y = block->n_rows > 1 ? 1 : 0; y < block->n_rows; y += step)
    add_row (&sample, block, y, scratch);
  kind.is_drawn = sample.zeros / PREDICTED_NUMERATOR
      >= sample.bytes / PREDICTED_DENOMINATOR;
  kind.is_gray = sample.grays
      > sample.bytes / (size_t) block->bpp / GRAY_DENOMINATOR;
  kind.is_repeated = sample.repeated / REPEATED_NUMERATOR
      > sample.words / REPEATED_DENOMINATOR;
  for (int filter = 1; filter < n_filters; filter++)
    if (sample.cost[filter] < sample.cost[kind.filter])
      kind.filter = (ImRowFilter) filter;
  return kind;
}
