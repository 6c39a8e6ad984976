/* imbytes: the inner loops of the PNG coder, in a table for each instruction set.
 *
 * Every table computes the same bytes: tests/core/test_pngfilter.c and
 * test_literals.c hold them against plain loops. Pure functions; any number of
 * threads may call them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/base/processor.h"
#include "literals.h"
#include "pngfilter.h"

struct _ImPngKernels
{
  const char *name;

  /* @size bytes of a row to @out. The pixels around x, as the PNG specification
   * calls them:
   *   c b
   *   a x */
  void (*filter[IM_N_ROW_FILTERS]) (uint8_t *restrict out, const uint8_t *x,
      const uint8_t *a, const uint8_t *b, const uint8_t *c, size_t size);

  /* The sum of the bytes' absolute values, taken as signed: what a row is worth to a
   * coder that knows no repetitions. At most 2^25 bytes. */
  uint32_t (*cost) (const uint8_t *filtered, size_t size);

  /* The codes of @n bytes, behind @to's bits. */
  void (*put_literals) (ImBits *to, const ImLiteralCodes *codes,
      const uint8_t *at, size_t n);
};

/* The table of the best instruction set (im_processor_get ()). */
const ImPngKernels *im_png_kernels_get (void);

/* The table of @set; NULL where this processor does not have it. */
const ImPngKernels *im_png_kernels_of (ImProcessor set);

/* Each writes into @kernels what its instruction set does better;
 * png_kernels_c.c fills all slots. */
void im_png_kernels_init_c (ImPngKernels *kernels);
void im_png_kernels_init_avx2 (ImPngKernels *kernels);
