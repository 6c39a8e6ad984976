/* imbytes: rows of the canvas, on their way to a codec.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Rows that the stages pass on at a time: two MCU rows of 4:4:4, one of 4:2:0,
 * and one vector of int16 in AVX2. */
#define IM_BLOCK_ROWS 16

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
