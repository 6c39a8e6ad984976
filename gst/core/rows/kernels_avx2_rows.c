/* imbytes: kernels for AVX2 of rows that shrink by two or by four.
 *
 * Multiply-adds of neighbours do most of it. The outputs of such rows have the same weights, and begin two or four samples
 * after each other: one instruction weighs those of eight outputs, or four, as the
 * row has them, and nothing has to be turned into columns.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <immintrin.h>
#include <stddef.h>
#include <string.h>

#include "kernels_loops.h"

/* Outputs of one step of the loops, and taps that may be weighed so. */
#define N_AT_ONCE 16
#define MOST_TAPS 32

static inline __m256i
weigh (__m256i sum, const int16_t *src, __m256i weights)
{
  return _mm256_add_epi32 (sum,
      _mm256_madd_epi16 (_mm256_loadu_si256 ((const __m256i *) src), weights));
}

static inline __m256i
round_q6 (__m256i sum)
{
  return _mm256_srai_epi32 (sum, IM_WEIGHT_SHIFT);
}

static inline void
store_in_order (int16_t *dst, __m256i samples, __m256i order)
{
  _mm256_storeu_si256 ((__m256i *) dst,
      _mm256_permutevar8x32_epi32 (samples, order));
}

/* Pairs of samples are an output's. @taps: an even number. */
static inline void
weigh_twos (int16_t *dst, const int16_t *src, const int16_t *weight, int taps)
{
  __m256i low = _mm256_set1_epi32 (IM_WEIGHT_ONE / 2), high = low;

  for (int t = 0; t < taps; t += 2) {
    int32_t pair;
    __m256i weights;

    memcpy (&pair, weight + t, sizeof (pair));
    weights = _mm256_set1_epi32 (pair);
    low = weigh (low, src + t, weights);
    high = weigh (high, src + t + 16, weights);
  }
  store_in_order (dst, _mm256_packs_epi32 (round_q6 (low), round_q6 (high)),
      _mm256_setr_epi32 (0, 1, 4, 5, 2, 3, 6, 7));
}

/* Two pairs of samples are an output's. @taps: a multiple of four. */
static inline void
weigh_fours (int16_t *dst, const int16_t *src, const int16_t *weight, int taps)
{
  /* In one of the two pairs. */
  __m256i half = _mm256_set1_epi64x (IM_WEIGHT_ONE / 2);
  __m256i sum[4] = { half, half, half, half };

  for (int t = 0; t < taps; t += 4) {
    int64_t four;
    __m256i weights;

    memcpy (&four, weight + t, sizeof (four));
    weights = _mm256_set1_epi64x (four);
    for (int i = 0; i < 4; i++)
      sum[i] = weigh (sum[i], src + t + 16 * i, weights);
  }
  sum[0] = round_q6 (_mm256_hadd_epi32 (sum[0], sum[1]));
  sum[2] = round_q6 (_mm256_hadd_epi32 (sum[2], sum[3]));
  store_in_order (dst, _mm256_packs_epi32 (sum[0], sum[2]),
      _mm256_setr_epi32 (0, 4, 1, 5, 2, 6, 3, 7));
}

/* The outputs of filters of @step from even_begin on; where it ended. Multiply-adds
 * read whole steps, the weights of what is too much being 0: but nothing past the
 * last sample. */
static int
weigh_steps (int16_t *dst, const int16_t *src, const ImFilter *filter, int step)
{
  int i = filter->even_begin, taps = filter->taps[i];
  int whole = (taps + step - 1) / step * step;
  int n_src = filter->last - filter->first;
  int16_t weight[MOST_TAPS] = { 0 };

  if (whole > MOST_TAPS)
    return i;
  memcpy (weight, filter->weight + (ptrdiff_t) i * filter->stride,
      (size_t) taps * sizeof (*weight));
  for (; i + N_AT_ONCE <= filter->even_end; i += N_AT_ONCE) {
    const int16_t *from = src + filter->start[i];

    if (filter->start[i] + step * (N_AT_ONCE - 1) + whole > n_src)
      break;
    if (step == 2)
      weigh_twos (dst + i, from, weight, whole);
    else
      weigh_fours (dst + i, from, weight, whole);
  }
  return i;
}

static void
horizontal_row_q6_avx2 (int16_t *dst, const int16_t *src,
    const ImFilter *filter)
{
  int i = filter->even_begin;

  horizontal_row_from (dst, src, filter, 0, i);
  if (filter->step == 2)
    i = weigh_steps (dst, src, filter, 2);
  else if (filter->step == 4)
    i = weigh_steps (dst, src, filter, 4);
  horizontal_row_from (dst, src, filter, i, filter->n_out);
}

/* The means of eight squares. */
static inline __m256i
mean_8 (const int16_t *top, const int16_t *bottom)
{
  const __m256i ones = _mm256_set1_epi16 (1);
  __m256i sum = weigh (weigh (_mm256_set1_epi32 (2), top, ones), bottom, ones);

  return _mm256_srai_epi32 (sum, 2);
}

static void
mean_2x2_avx2 (int16_t *dst, const int16_t *top, const int16_t *bottom, int n)
{
  int x = 0;

  for (; x + 16 <= n; x += 16)
    store_in_order (dst + x,
        _mm256_packs_epi32 (mean_8 (top + 2 * x, bottom + 2 * x),
            mean_8 (top + 2 * x + 16, bottom + 2 * x + 16)),
        _mm256_setr_epi32 (0, 1, 4, 5, 2, 3, 6, 7));
  mean_2x2 (dst + x, top + 2 * x, bottom + 2 * x, n - x);
}

void
im_kernels_init_avx2_rows (ImKernels *kernels)
{
  kernels->horizontal_row_q6 = horizontal_row_q6_avx2;
  kernels->row_steps = 1u << 2 | 1u << 4;
  kernels->mean_2x2 = mean_2x2_avx2;
}
