/* imbytes: kernels for AVX2 of rows as they lie: of floats, and of those that shrink by
 * two, three, four or six.
 *
 * All outputs of such a row have the same weights, and each begins so many
 * samples after the one before. So one multiply-add weighs neighbouring samples of
 * eight or four outputs as they lie in the row, and no row has to be transposed.
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

/* Pairs of samples 3j + @phase of three registers, j from 0 to 7: each place of a
 * register has that phase in one of the three. */
static inline __m256i
gather_phase (const __m256i part[3], int phase)
{
  if (phase == 0)
    return _mm256_permutevar8x32_epi32 (
        _mm256_blend_epi32 (_mm256_blend_epi32 (part[0], part[1], 0x92),
            part[2], 0x24),
        _mm256_setr_epi32 (0, 3, 6, 1, 4, 7, 2, 5));
  if (phase == 1)
    return _mm256_permutevar8x32_epi32 (
        _mm256_blend_epi32 (_mm256_blend_epi32 (part[0], part[1], 0x24),
            part[2], 0x49),
        _mm256_setr_epi32 (1, 4, 7, 2, 5, 0, 3, 6));
  return _mm256_permutevar8x32_epi32 (
      _mm256_blend_epi32 (_mm256_blend_epi32 (part[0], part[1], 0x49), part[2],
          0x92),
      _mm256_setr_epi32 (2, 5, 0, 3, 6, 1, 4, 7));
}

/* Eight outputs, each six samples after the one before: six taps of them. */
static inline __m256i
weigh_group (__m256i sum, const int16_t *src, const __m256i weights[3])
{
  __m256i part[3];

  for (int p = 0; p < 3; p++)
    part[p] = _mm256_loadu_si256 ((const __m256i *) (src + 16 * p));
  for (int p = 0; p < 3; p++)
    sum = _mm256_add_epi32 (sum,
        _mm256_madd_epi16 (gather_phase (part, p), weights[p]));
  return sum;
}

static inline void
load_pairs (__m256i weights[3], const int16_t *weight)
{
  for (int p = 0; p < 3; p++) {
    int32_t pair;

    memcpy (&pair, weight + 2 * p, sizeof (pair));
    weights[p] = _mm256_set1_epi32 (pair);
  }
}

/* Every other output begins six samples on. @taps: a multiple of six. */
static inline void
weigh_threes (int16_t *dst, const int16_t *src, const int16_t *weight, int taps)
{
  __m256i even = _mm256_set1_epi32 (IM_WEIGHT_ONE / 2), odd = even;
  __m256i weights[3];

  for (int t = 0; t < taps; t += 6) {
    load_pairs (weights, weight + t);
    even = weigh_group (even, src + t, weights);
    odd = weigh_group (odd, src + t + 3, weights);
  }
  _mm256_storeu_si256 ((__m256i *) dst,
      _mm256_shuffle_epi8 (_mm256_packs_epi32 (round_q6 (even), round_q6 (odd)),
          _mm256_broadcastsi128_si256 (_mm_setr_epi8 (0, 1, 8, 9, 2, 3, 10, 11,
              4, 5, 12, 13, 6, 7, 14, 15))));
}

static inline void
weigh_sixes (int16_t *dst, const int16_t *src, const int16_t *weight, int taps)
{
  __m256i first = _mm256_set1_epi32 (IM_WEIGHT_ONE / 2), second = first;
  __m256i weights[3];

  for (int t = 0; t < taps; t += 6) {
    load_pairs (weights, weight + t);
    first = weigh_group (first, src + t, weights);
    second = weigh_group (second, src + t + 48, weights);
  }
  _mm256_storeu_si256 ((__m256i *) dst,
      _mm256_permute4x64_epi64 (_mm256_packs_epi32 (round_q6 (first),
                                    round_q6 (second)),
          0xd8));
}

/* The outputs of filters of @step from even_begin on; where it ended. Multiply-adds
 * read whole steps, the weights of what is too much being 0: but nothing past the
 * last sample. */
static int
weigh_steps (int16_t *dst, const int16_t *src, const ImFilter *filter, int step)
{
  int i = filter->even_begin, taps = filter->taps[i];
  int unit = step == 3 ? 6 : step, whole = (taps + unit - 1) / unit * unit;
  int n_src = filter->last - filter->first;
  int16_t weight[MOST_TAPS] = { 0 };
  int end = i + (n_src - filter->start[i] - whole) / step + 1;

  end = end < filter->even_end ? end : filter->even_end;
  if (whole > MOST_TAPS || end - i < N_AT_ONCE)
    return i;
  memcpy (weight, filter->weight + (ptrdiff_t) i * filter->stride,
      (size_t) taps * sizeof (*weight));
  while (i < end) {
    const int16_t *from;

    /* The last ones are some of those before once more. */
    if (i > end - N_AT_ONCE)
      i = end - N_AT_ONCE;
    from = src + filter->start[i];
    if (step == 2)
      weigh_twos (dst + i, from, weight, whole);
    else if (step == 3)
      weigh_threes (dst + i, from, weight, whole);
    else if (step == 6)
      weigh_sixes (dst + i, from, weight, whole);
    else
      weigh_fours (dst + i, from, weight, whole);
    i += N_AT_ONCE;
  }
  return end;
}

static void
horizontal_row_q6_avx2 (int16_t *dst, const int16_t *src,
    const ImFilter *filter)
{
  int i = filter->even_begin;

  horizontal_row_from (dst, src, filter, 0, i);
  if (filter->step == 2)
    i = weigh_steps (dst, src, filter, 2);
  else if (filter->step == 3)
    i = weigh_steps (dst, src, filter, 3);
  else if (filter->step == 4)
    i = weigh_steps (dst, src, filter, 4);
  else if (filter->step == 6)
    i = weigh_steps (dst, src, filter, 6);
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

/* Products of four taps of one output, from tap @t on: those that it does not have are
 * zero, and nothing is read for them. */
static inline __m128
multiply (const float *sample, const float *weight, int taps, int t)
{
  __m128i there =
      _mm_cmpgt_epi32 (_mm_set1_epi32 (taps - t), _mm_setr_epi32 (0, 1, 2, 3));

  return _mm_mul_ps (_mm_maskload_ps (sample + t, there),
      _mm_maskload_ps (weight + t, there));
}

static inline int
most_taps (const int32_t taps[4])
{
  int first = taps[0] > taps[1] ? taps[0] : taps[1];
  int second = taps[2] > taps[3] ? taps[2] : taps[3];

  return first > second ? first : second;
}

/* Four outputs at once, tap by tap in their order: sums come to the same bits. */
static void
horizontal_f32_avx2 (float *dst, const float *src, const ImFilter *filter)
{
  ImFilter rest = *filter;
  int i = 0;

  for (; i + 4 <= filter->n_out; i += 4) {
    const float *weight = filter->weight_f + (ptrdiff_t) i * filter->stride;
    const int32_t *start = filter->start + i, *taps = filter->taps + i;
    int most = most_taps (taps);
    __m128 sum = _mm_setzero_ps ();

    for (int t = 0; t < most; t += 4) {
      __m128 a = multiply (src + start[0], weight, taps[0], t);
      __m128 b = multiply (src + start[1], weight + filter->stride, taps[1], t);
      __m128 c =
          multiply (src + start[2], weight + 2 * filter->stride, taps[2], t);
      __m128 d =
          multiply (src + start[3], weight + 3 * filter->stride, taps[3], t);

      _MM_TRANSPOSE4_PS (a, b, c, d);
      sum = _mm_add_ps (_mm_add_ps (sum, a), b);
      sum = _mm_add_ps (_mm_add_ps (sum, c), d);
    }
    _mm_storeu_ps (dst + i, sum);
  }
  rest.n_out -= i;
  rest.start += i;
  rest.taps += i;
  rest.weight_f += (ptrdiff_t) i * filter->stride;
  horizontal_f32 (dst + i, src, &rest);
}

void
im_kernels_init_avx2_rows (ImKernels *kernels)
{
  kernels->horizontal_f32 = horizontal_f32_avx2;
  kernels->horizontal_row_q6 = horizontal_row_q6_avx2;
  kernels->row_steps = 1u << 2 | 1u << 3 | 1u << 4 | 1u << 6;
  kernels->mean_2x2 = mean_2x2_avx2;
}
