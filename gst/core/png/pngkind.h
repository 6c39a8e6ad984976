/* imbytes: what kind of picture some rows of a PNG are.
 *
 * Thread-safety: pure functions, but for what they write to.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "png_kernels.h"

/* A block of rows, at most IM_BLOCK_ROWS. */
typedef struct
{
  const uint8_t *rows;
  ptrdiff_t stride;
  int n_rows;
  const uint8_t *above; /* the row before the first; NULL: none */
  size_t row_size;
  int bpp;
} ImPngBlock;

/* The row before row @y, or NULL. */
static inline const uint8_t *
im_png_block_above (const ImPngBlock *block, int y)
{
  return y > 0 ? block->rows + (y - 1) * block->stride : block->above;
}

typedef struct
{
  bool
      is_drawn; /* nearly all is as its neighbours let expect: screens, charts */
  bool is_gray; /* of many pixels the three samples are the same */
  bool
      is_repeated; /* a few pixels in a row come again, as where it is dithered */
  ImRowFilter filter; /* whose output is smallest in sum */
} ImPngKind;

/* Looks at one row of @step. @scratch: a row's bytes. */
ImPngKind im_png_kind (const ImPngKernels *kernels, const ImPngBlock *block,
    int step, uint8_t *scratch);
