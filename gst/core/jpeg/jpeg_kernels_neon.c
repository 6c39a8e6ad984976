/* imbytes: the kernels of the baseline JPEG coder for NEON (AArch64).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "jpeg_symbols.h"

void
im_jpeg_kernels_init_neon (ImJpegKernels *kernels)
{
  kernels->code = code;
}
