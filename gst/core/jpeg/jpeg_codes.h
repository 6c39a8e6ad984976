/* imbytes: the standard Huffman codes of JPEG (ITU-T T.81, K.3.3), laid out for
 * a coder that asks as little as it can.
 *
 * An entry is code << 6 | length: what is written for a value, both the Huffman
 * code and the bits behind it that tell the value apart from others of its size.
 *
 * Thread-safety: safe from any thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define IM_JPEG_LENGTH_BITS 6
#define IM_JPEG_LENGTH_MASK 63u
/* The length of an entry that does not have what to write. */
#define IM_JPEG_NO_ENTRY 63u

/* Differences of DC lie within -2047 and 2047. */
#define IM_JPEG_DC_ORIGIN 2048

/* AC coefficients from -30 to 30 have entries; larger ones are 31 or -31 here.
 * The number of each is itself + 32, which leaves 0 for "nothing". */
#define IM_JPEG_MOST_SMALL 31
#define IM_JPEG_SMALL_ORIGIN 32
#define IM_JPEG_N_SMALL 64
#define IM_JPEG_END IM_JPEG_SMALL_ORIGIN
#define IM_JPEG_NOTHING 0

typedef struct
{
  uint32_t dc[2 * IM_JPEG_DC_ORIGIN];
  /* By how far the coefficient is from the last one that was not 0, and by its
   * number. A coefficient 0 means the end of the block, wherever it stands. At
   * no distance, and for number 0, there is nothing to write. */
  uint32_t ac[65 * IM_JPEG_N_SMALL];
  /* Of AC, by run << 4 | size: the Huffman codes alone. */
  uint32_t symbol[256];
} ImJpegCodes;

/* As a file's DHT segment has them. */
typedef struct
{
  uint8_t n_codes[16]; /* of 1 to 16 bits */
  const uint8_t *symbols;
} ImJpegHuffman;

/* Of luma and of chroma; DC and AC. */
extern const ImJpegHuffman im_jpeg_huffman[2][2];

/* Where in a block, row by row, the coefficients stand that come one after the
 * other in a file (ITU-T T.81, figure A.6). */
extern const uint8_t im_jpeg_natural_order[64];

/* Two of them, of luma and of chroma. Made once for the process. */
const ImJpegCodes *im_jpeg_codes_get (void);
