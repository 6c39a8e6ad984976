/* imbytes: PNG's row filters.
 *
 * Thread-safety: pure functions.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* As they are numbered in the file. */
typedef enum
{
  IM_ROW_NONE,
  IM_ROW_SUB,
  IM_ROW_UP,
  IM_ROW_AVERAGE,
  IM_ROW_PAETH
} ImRowFilter;
#define IM_N_ROW_FILTERS 5

/* Most bytes that a pixel has: RGBA of 16 bits. */
#define IM_PNG_MAX_BPP 8

typedef struct _ImPngKernels ImPngKernels;

/* Writes @size filtered bytes of @row to @out. @above is the row before it
 * and may be NULL for none and sub; @bpp are the bytes of a pixel. @out overlaps
 * neither row. */
void im_png_filter_row (const ImPngKernels *kernels, ImRowFilter filter,
    uint8_t *out, const uint8_t *row, const uint8_t *above, size_t size,
    int bpp);
