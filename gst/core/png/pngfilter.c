/* imbytes: PNG's row filters.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "pngfilter.h"

#include "png_kernels.h"

void
im_png_filter_row (const ImPngKernels *kernels, ImRowFilter filter,
    uint8_t *out, const uint8_t *row, const uint8_t *above, size_t size,
    int bpp)
{
  static const uint8_t zeros[IM_PNG_MAX_BPP];
  size_t first = size < (size_t) bpp ? size : (size_t) bpp;

  if (above == NULL) /* not read, but has to be an address */
    above = row;
  kernels->filter[filter](out, row, zeros, above, zeros, first);
  kernels->filter[filter](out + first, row + first, row, above + first, above,
      size - first);
}
