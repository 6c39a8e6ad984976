/* imbytes: PNG's row filters as loops, which each instruction set compiles for
 * itself.
 *
 * Each filter is one loop without branches over four runs of bytes, so that
 * the compiler makes vector code of it: an encoder knows all its inputs, only a
 * decoder has to go from pixel to pixel.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <string.h>

#include "png_kernels.h"

static void
filter_none (uint8_t *restrict out, const uint8_t *x, const uint8_t *a,
    const uint8_t *b, const uint8_t *c, size_t size)
{
  (void) a, (void) b, (void) c;
  memcpy (out, x, size);
}

static void
filter_sub (uint8_t *restrict out, const uint8_t *x, const uint8_t *a,
    const uint8_t *b, const uint8_t *c, size_t size)
{
  (void) b, (void) c;
  for (size_t i = 0; i < size; i++)
    out[i] = (uint8_t) (x[i] - a[i]);
}

static void
filter_up (uint8_t *restrict out, const uint8_t *x, const uint8_t *a,
    const uint8_t *b, const uint8_t *c, size_t size)
{
  (void) a, (void) c;
  for (size_t i = 0; i < size; i++)
    out[i] = (uint8_t) (x[i] - b[i]);
}

static void
filter_average (uint8_t *restrict out, const uint8_t *x, const uint8_t *a,
    const uint8_t *b, const uint8_t *c, size_t size)
{
  (void) c;
  for (size_t i = 0; i < size; i++)
    out[i] = (uint8_t) (x[i] - ((a[i] + b[i]) >> 1));
}

static inline int16_t
distance (int16_t difference)
{
  int16_t negative = (int16_t) -difference;

  return difference > negative ? difference : negative;
}

/* All in 16 bits, the width in which SSE2 and NEON compare and select; and all
 * three neighbours are loaded before anything is chosen, or the choice becomes
 * a branch. */
static inline void
filter_paeth (uint8_t *restrict out, const uint8_t *x, const uint8_t *a,
    const uint8_t *b, const uint8_t *c, size_t size)
{
  for (size_t i = 0; i < size; i++) {
    int16_t left = a[i], up = b[i], corner = c[i];
    int16_t to_left = (int16_t) (up - corner);
    int16_t to_up = (int16_t) (left - corner);
    int16_t pa = distance (to_left);
    int16_t pb = distance (to_up);
    int16_t pc = distance ((int16_t) (to_left + to_up));
    int16_t best = pb <= pc ? up : corner;
    int16_t least = pb <= pc ? pb : pc;

    best = pa <= least ? left : best;
    out[i] = (uint8_t) (x[i] - best);
  }
}

/* So many of at most 128 fit 16 bits, and sums in 16 bits have twice as many
 * lanes as in 32. */
#define COST_RUN 496

static uint16_t
run_cost (const uint8_t *filtered, size_t size)
{
  uint16_t sum = 0;

  for (size_t i = 0; i < size; i++) {
    uint8_t value = filtered[i];
    uint8_t negative = (uint8_t) -value;

    sum = (uint16_t) (sum + (value < negative ? value : negative));
  }
  return sum;
}

static uint32_t
cost (const uint8_t *filtered, size_t size)
{
  uint32_t sum = 0;

  for (; size > COST_RUN; filtered += COST_RUN, size -= COST_RUN)
    sum += run_cost (filtered, COST_RUN);
  return sum + run_cost (filtered, size);
}

static inline void
init_loops (ImPngKernels *kernels)
{
  kernels->filter[IM_ROW_NONE] = filter_none;
  kernels->filter[IM_ROW_SUB] = filter_sub;
  kernels->filter[IM_ROW_UP] = filter_up;
  kernels->filter[IM_ROW_AVERAGE] = filter_average;
  kernels->filter[IM_ROW_PAETH] = filter_paeth;
  kernels->cost = cost;
}
