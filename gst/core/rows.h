/* imbytes: rows on their way from one stage to the next.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "plan.h"

/* What the resampler makes and the colour stage takes: rows of the picture, for
 * each component that the output needs. row[c][i] is row first[c] + i of that
 * component, i < n[c] <= IM_BLOCK_ROWS. Elements are int16_t in Q6, or float on
 * the deep path. Further blocks up to row end[c] are going to be asked for. */
typedef struct
{
  void *row[4][IM_BLOCK_ROWS];
  int first[4], n[4], end[4];
} ImBlock;

/* What the colour stage makes and the codec takes: up to IM_BLOCK_ROWS rows of
 * the canvas.
 *
 * JPEG: one plane for each component, 8 bits, data[1] and data[2] with
 * im_subsampled (n_rows, h_shift) rows. PNG: data[0] alone, interleaved,
 * 16-bit samples in big-endian order.
 *
 * The codec may write past the end of each row, up to im_codec_row_size ()
 * bytes from its start, to fill whole MCUs; it changes nothing else. */
typedef struct
{
  uint8_t *data[3];
  ptrdiff_t stride[3]; /* bytes */
  int n_rows;          /* luma rows */
} ImRows;
