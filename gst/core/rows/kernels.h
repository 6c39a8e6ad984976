/* imbytes: the inner loops, in a table for each instruction set.
 *
 * Every table computes the same bits: tests/core/test_kernels.c holds them
 * against each other. Pure functions; any number of threads may call them.
 *
 * Fixed point: a sample is an int16 in Q6 (64 times its 8-bit value), a weight
 * an int16 in Q14 (filter.h). Products are summed in 32 bits and rounded once,
 * to nearest, so that flat areas stay exactly flat. The largest overshoot of any
 * method here (lanczos along both axes) is 1.7 times the range, 27.7 thousand,
 * so that nothing saturates
 * that comes of a picture.
 *
 * The horizontal pass works on columns of 16 rows ("lanes"), so that one
 * multiply-add serves 16 samples with the same weight and nothing is gathered.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/processor.h"
#include "core/base/weights.h"

#define IM_LANES 16
#define IM_Q 6

/* out = clamp ((a * a_weight + b * b_weight + c * c_weight + bias)
 *     >> IM_MIX_SHIFT): from Q6 to 8 bits with weights in Q13, so that 1.0 is
 * 8192 and any weight below 4 fits. */
#define IM_MIX_SHIFT 19
typedef struct
{
  int32_t weight[3];
  int32_t bias;
} ImMix;

/* Rows that will be read some output rows later, from the column on where the
 * kernel begins: it asks for their memory while it works on its own, so that
 * neither waits for the other. */
#define IM_MAX_AHEAD 16
typedef struct
{
  const uint8_t *row[IM_MAX_AHEAD];
  int n;
} ImAhead;

/* How words of two bytes become samples in Q6: (word >> right << left) & mask.
 * At least one of the shifts is 0. */
typedef struct
{
  int right, left;
  uint16_t mask;
} ImWords;

/* Samples of 10 bits in groups of at most 16 bytes: sample i of a group is the upper 10
 * bits of the word at its byte @byte[i], once that is shifted up by @shift[i]. */
typedef struct
{
  int bytes, samples; /* of a group; 8 or 12 samples */
  bool big_endian;
  uint8_t byte[12], shift[12];
} ImTens;

typedef struct
{
  const char *name;

  /* @dst[x] = sum of @rows[t][x] * @weight[t] over @taps, in Q6, @n samples.
   * Weights may be read in pairs: an odd number is followed by a zero. */
  void (*vertical_u8) (int16_t *dst, const uint8_t *const *rows,
      const int16_t *weight, int taps, int n, const ImAhead *ahead);
  /* The same from rows that are in Q6 already. */
  void (*vertical_q6) (int16_t *dst, const int16_t *const *rows,
      const int16_t *weight, int taps, int n);
  /* The same from rows of words in the processor's order of bytes, which may begin
   * at any address. */
  void (*vertical_words) (int16_t *dst, const uint8_t *const *rows,
      const ImWords *words, const int16_t *weight, int taps, int n,
      const ImAhead *ahead);
  void (*vertical_f32) (float *dst, const float *const *rows,
      const float *weight, int taps, int n);

  /* @n groups of 2, 3 or 4 interleaved bytes or samples -> as many rows. */
  void (*split2) (uint8_t *const *rows, const uint8_t *src, int n);
  void (*split3) (uint8_t *const *rows, const uint8_t *src, int n);
  void (*split4) (uint8_t *const *rows, const uint8_t *src, int n);

  /* The same of words, as they are, at any address. */
  void (*split4_words) (uint16_t *const *rows, const uint8_t *src, int n);

  void (*split2_q6) (int16_t *const *rows, const int16_t *src, int n);

  /* @n words of 32 bits, at any address, to four of 16 in the processor's order of
   * bytes: their two upper bits, and from each of the bits @low on ten; at the top of
   * the words, above zeros. */
  void (*split_fields) (uint8_t *dst, const uint8_t *src, bool big_endian,
      const int low[3], int n);

  /* @n groups to words in the processor's order of bytes, samples at their top, above
   * zeros. */
  void (*split_tens) (uint8_t *dst, const uint8_t *src, const ImTens *tens,
      int n);
  /* @n words of 5, 6 and 5 bits to four bytes: 255, the upper five bits, six and five;
   * or the lower five before the upper. Upper bits come again below. */
  void (*split_565) (uint8_t *dst, const uint8_t *src, bool upper_first, int n);

  /* @n words, each @step bytes behind the last, at any address, as samples in Q6. */
  void (*words_q6) (int16_t *dst, const uint8_t *src, int step, bool big_endian,
      const ImWords *words, int n);
  /* Bytes to Q6, each over @behind as its alpha says:
   * (byte * alpha + behind * (255 - alpha)) / 255, within three quarters of a unit,
   * and exactly where alpha is 0 or 255. */
  void (*lay_bytes) (int16_t *dst, const uint8_t *bytes, const uint8_t *alpha,
      int behind, int n);
  /* The same of @n pixels of four bytes, whose byte @alpha is alpha: byte i of
   * each over @behind[i] to @rows[i], alpha as it is. Rows that are NULL are left
   * out. */
  void (*lay_pixels) (int16_t *const *rows, const uint8_t *src, int alpha,
      const uint8_t *behind, int n);
  /* @inverse[x] = opaque / @alpha[x], both in Q6; 0 where alpha is less than half
   * of a code value, and becomes 0 in the file. */
  void (*invert_alpha) (float *inverse, const int16_t *alpha, int n);
  /* Three planes to R, G, B in Q6, in place; saturated. */
  void (*mix_q6) (int16_t *a, int16_t *b, int16_t *c, const ImMix *mix, int n);
  /* What samples were before they were laid over @behind, in place. */
  void (*lift) (int16_t *samples, const float *inverse, int behind, int n);
  /* Each sample over @behind, in Q6, as its alpha of 0 to 1 says. */
  void (*lay_upon) (int16_t *samples, const float *alpha, float behind, int n);

  /* 16 rows of @n samples <-> @n columns of 16. */
  void (*columns_from_rows) (int16_t *dst, const int16_t *const *rows, int n);
  void (*rows_from_columns) (int16_t *const *rows, const int16_t *src, int n);

  /* @dst: filter->n_out columns; @src: those of the samples from filter->first
   * on, each @step columns after the last. */
  void (*horizontal_q6) (int16_t *dst, const int16_t *src,
      const ImFilter *filter, int step);
  /* One row, as it is. */
  void (*horizontal_row_q6) (int16_t *dst, const int16_t *src,
      const ImFilter *filter);
  /* Bit s: rows of filters of step s are quicker so than as columns. */
  unsigned row_steps;
  /* The float path is not transposed. */
  void (*horizontal_f32) (float *dst, const float *src, const ImFilter *filter);

  /* Each output is the mean of two pairs of samples: @n outputs. */
  void (*mean_2x2) (int16_t *dst, const int16_t *top, const int16_t *bottom,
      int n);

  /* @n samples of one plane. */
  void (*mix1) (uint8_t *dst, const int16_t *a, const ImMix *mix, int n);
  /* @n samples of three; @b and @c at half the width where @shift is 1, and
   * then their first sample serves 2 - @phase samples of @a. */
  void (*mix3) (uint8_t *dst, const int16_t *a, const int16_t *b,
      const int16_t *c, int shift, int phase, const ImMix *mix, int n);
  /* Three planes to R, G, B bytes. */
  void (*mix_rgb) (uint8_t *dst, const int16_t *a, const int16_t *b,
      const int16_t *c, const ImMix *mix, int n);
  /* The same, and alpha as the fourth byte. */
  void (*mix_rgba) (uint8_t *dst, const int16_t *a, const int16_t *b,
      const int16_t *c, const int16_t *alpha, const ImMix *mix, int n);
} ImKernels;

/* The table of the best instruction set (im_processor_get ()). */
const ImKernels *im_kernels_get (void);

/* The table of @set; NULL where this processor does not have it. */
const ImKernels *im_kernels_of (ImProcessor set);

/* Each writes into @kernels what its instruction set does; those of x86 are
 * written over each other, the wider ones last. kernels_c.c fills all slots. */
void im_kernels_init_c (ImKernels *kernels);
void im_kernels_init_avx2 (ImKernels *kernels);
void im_kernels_init_avx2_alpha (ImKernels *kernels);
void im_kernels_init_avx2_rows (ImKernels *kernels);
void im_kernels_init_avx2_words (ImKernels *kernels);
void im_kernels_init_avx512 (ImKernels *kernels);
void im_kernels_init_neon (ImKernels *kernels);
