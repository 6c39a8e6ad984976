/* imbytes: rows of the canvas, on their way to a codec.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rows that the stages pass on at a time: two MCU rows of 4:4:4, one of 4:2:0,
 * and one vector of int16 in AVX2. */
#define IM_BLOCK_ROWS 16

/* How rows lie in memory: the plan says so for the codec that takes them. */
typedef struct
{
  /* The samples of a pixel follow each other in the only plane, those of 16 bits
   * in big-endian order. Else each component has a plane of its own, of bytes. */
  bool interleaved;
  int n_planes;
  struct
  {
    int w_shift, h_shift; /* log2 of the subsampling against the canvas */
    int pixel_size;       /* bytes from one pixel to the next */
    size_t row_size;      /* bytes of memory that each row has to have */
  } plane[3];
} ImRowLayout;

/* What the colour stage makes and the codec takes: up to IM_BLOCK_ROWS rows of
 * the canvas, in planes of im_subsampled (n_rows, h_shift) rows each.
 *
 * The codec may write past the last pixel of each row, up to row_size bytes from
 * the row's start, to fill whole MCUs; it changes nothing else. */
typedef struct
{
  uint8_t *data[3];
  ptrdiff_t stride[3]; /* bytes */
  int n_rows;          /* luma rows */
} ImRows;
