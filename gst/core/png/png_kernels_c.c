/* imbytes: the inner loops of the PNG coder in plain C, for any processor.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "png_loops.h"

static void
put_literals (ImBits *to, const ImLiteralCodes *codes, const uint8_t *at,
    size_t n)
{
  im_bits_put_bytes (to, codes->code, at, n);
}

void
im_png_kernels_init_c (ImPngKernels *kernels)
{
  init_loops (kernels);
  kernels->put_literals = put_literals;
}
