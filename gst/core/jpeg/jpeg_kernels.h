/* imbytes: the inner loops of the baseline JPEG coder, in a table for each
 * instruction set.
 *
 * Every table computes the same bits: tests/core/test_baseline.c holds them
 * against libjpeg-turbo. Pure functions; any number of threads may call them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/base/processor.h"
#include "jpeg_codes.h"

/* A block of 8x8 samples, transformed and quantised. */
typedef struct
{
  int16_t coefficient[64]; /* row by row */
  /* In the file's order: what ImJpegCodes.ac calls their numbers; and behind
   * the last one what comes there, the end or nothing. */
  uint8_t small[72];
  /* Which of them are not 0, from the lowest bit on; never that of DC. */
  uint64_t mask;
} ImJpegBlock;

/* Division by multiples of a quantisation table's values, of magnitudes, with
 * halves going up: (a + correction) * reciprocal >> 16, * scale >> 16. */
typedef struct
{
  uint16_t correction[64], reciprocal[64], scale[64];
} ImJpegQuantiser;

/* Bits on their way into memory, not aligned to bytes. */
typedef struct
{
  uint64_t bits; /* the lowest n_bits, below 8, are not yet in memory */
  unsigned n_bits;
  uint8_t *next;
} ImJpegWriter;

/* Room that a block takes at most, and that has to be left behind the last: a
 * DC of 9 + 11 bits, 63 times 16 + 10. */
#define IM_JPEG_MAX_BLOCK_BYTES 208
#define IM_JPEG_WRITER_SPARE 8

/* The lowest @n, at most 8, of @bits. */
static inline void
im_jpeg_put_bits (ImJpegWriter *writer, unsigned bits, unsigned n)
{
  writer->bits = writer->bits << n | bits;
  writer->n_bits += n;
  if (writer->n_bits >= 8) {
    writer->n_bits -= 8;
    *writer->next++ = (uint8_t) (writer->bits >> writer->n_bits);
  }
}

/* Each of the blocks of an MCU, in the order of the file. */
typedef struct
{
  const ImJpegBlock *block; /* of the first MCU */
  int step;                 /* blocks to that of the next one */
  int component;
} ImJpegUnit;

#define IM_JPEG_MAX_UNITS 6

typedef struct
{
  const char *name;

  /* @n blocks that lie side by side: forward DCT (as libjpeg's islow),
   * quantised. Reads 8 rows of 8 * @n samples. */
  void (*transform) (ImJpegBlock *blocks, const uint8_t *samples,
      ptrdiff_t stride, int n, const ImJpegQuantiser *quantiser);

  /* @n MCUs; @dc: the last DC of each component, here and afterwards. */
  void (*code) (ImJpegWriter *writer, int dc[3], const ImJpegUnit *units,
      int n_units, int n, const ImJpegCodes codes[2]);

  /* @n bytes behind the writer's bits. */
  void (*append) (ImJpegWriter *writer, const uint8_t *src, size_t n);

  /* How many of @n bytes are 0xff. */
  size_t (*count_ff) (const uint8_t *src, size_t n);

  /* Copies @n bytes, with a 0 behind each 0xff, and says where it ended. */
  uint8_t *(*stuff) (uint8_t *dst, const uint8_t *src, size_t n);
} ImJpegKernels;

/* The table of the best instruction set (im_processor_get ()). */
const ImJpegKernels *im_jpeg_kernels_get (void);

/* The table of @set; NULL where this processor does not have it. */
const ImJpegKernels *im_jpeg_kernels_of (ImProcessor set);

/* Each writes into @kernels what its instruction set does better;
 * jpeg_kernels_c.c fills all slots. */
void im_jpeg_kernels_init_c (ImJpegKernels *kernels);
void im_jpeg_kernels_init_avx2 (ImJpegKernels *kernels);
void im_jpeg_kernels_init_avx512 (ImJpegKernels *kernels);
void im_jpeg_kernels_init_neon (ImJpegKernels *kernels);
