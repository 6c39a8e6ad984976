/* imbytes: the kernels for AVX-512 with VNNI.
 *
 * The two passes of the resampler, whose multiply-add of pairs and sum are one
 * instruction here. The processors that have it do not slow down for wide
 * registers.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <immintrin.h>
#include <string.h>

#include "kernels_alpha_loops.h"

static inline __m512i
load_weight_pair (const int16_t *weight)
{
  int32_t pair;

  memcpy (&pair, weight, sizeof (pair));
  return _mm512_set1_epi32 (pair);
}

/* 64 samples of two rows, in four sums of sixteen as unpacking leaves them. */
static inline void
weigh_bytes (__m512i sum[4], __m512i a, __m512i b, __m512i weights)
{
  const __m512i zero = _mm512_setzero_si512 ();
  __m512i low = _mm512_unpacklo_epi8 (a, b);
  __m512i high = _mm512_unpackhi_epi8 (a, b);

  sum[0] =
      _mm512_dpwssd_epi32 (sum[0], _mm512_unpacklo_epi8 (low, zero), weights);
  sum[1] =
      _mm512_dpwssd_epi32 (sum[1], _mm512_unpackhi_epi8 (low, zero), weights);
  sum[2] =
      _mm512_dpwssd_epi32 (sum[2], _mm512_unpacklo_epi8 (high, zero), weights);
  sum[3] =
      _mm512_dpwssd_epi32 (sum[3], _mm512_unpackhi_epi8 (high, zero), weights);
}

/* 64 sums to 64 samples in their own order again. */
static inline void
round_bytes (const __m512i sum[4], __m512i out[2])
{
  const int shift = IM_WEIGHT_SHIFT - IM_Q;
  const __m512i first = _mm512_setr_epi64 (0, 1, 8, 9, 2, 3, 10, 11);
  const __m512i second = _mm512_setr_epi64 (4, 5, 12, 13, 6, 7, 14, 15);
  __m512i low = _mm512_packs_epi32 (_mm512_srai_epi32 (sum[0], shift),
      _mm512_srai_epi32 (sum[1], shift));
  __m512i high = _mm512_packs_epi32 (_mm512_srai_epi32 (sum[2], shift),
      _mm512_srai_epi32 (sum[3], shift));

  out[0] = _mm512_permutex2var_epi64 (low, first, high);
  out[1] = _mm512_permutex2var_epi64 (low, second, high);
}

/* The last samples of a row are loaded and stored under a mask: nothing past
 * them is touched. */
static void
vertical_u8_avx512 (int16_t *dst, const uint8_t *const *rows,
    const int16_t *weight, int taps, int n, const ImAhead *ahead)
{
  const __m512i half = _mm512_set1_epi32 (1 << (IM_WEIGHT_SHIFT - IM_Q - 1));

  if (is_one_row (weight, taps)) {
    widen_u8 (dst, rows[0], n, ahead);
    return;
  }
  for (int x = 0; x < n; x += 64) {
    __mmask64 mask = n - x >= 64 ? ~(__mmask64) 0
                                 : ((__mmask64) 1 << (n - x)) - 1;
    __m512i sum[4] = { half, half, half, half }, out[2];

    fetch_ahead (ahead, x, CACHE_LINE);
    for (int t = 0; t < taps; t += 2)
      weigh_bytes (sum, _mm512_maskz_loadu_epi8 (mask, rows[t] + x),
          _mm512_maskz_loadu_epi8 (mask, rows[t + 1 < taps ? t + 1 : t] + x),
          load_weight_pair (weight + t));
    round_bytes (sum, out);
    _mm512_mask_storeu_epi16 (dst + x, (__mmask32) mask, out[0]);
    _mm512_mask_storeu_epi16 (dst + x + 32, (__mmask32) (mask >> 32), out[1]);
  }
}

static inline __m512i
load_columns (const int16_t *first, const int16_t *second)
{
  return _mm512_inserti64x4 (_mm512_castsi256_si512 (
                                 _mm256_loadu_si256 ((const __m256i *) first)),
      _mm256_loadu_si256 ((const __m256i *) second), 1);
}

/* Two columns of 16 samples, one after the other, become 16 pairs. */
static inline void
horizontal_q6_steps (int16_t *dst, const int16_t *src, const ImFilter *filter,
    int64_t next)
{
  const __m512i pairs = _mm512_set_epi16 (31, 15, 30, 14, 29, 13, 28, 12, 27,
      11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1,
      16, 0);
  const __m512i half = _mm512_set1_epi32 (IM_WEIGHT_ONE / 2);

  for (int i = 0; i < filter->n_out; i++) {
    const int16_t *column = src + filter->start[i] * next;
    const int16_t *weight = filter->weight + (int64_t) i * filter->stride;
    int taps = filter->taps[i], t = 0;
    __m512i sum = half;

    for (; t + 2 <= taps; t += 2)
      sum = _mm512_dpwssd_epi32 (sum,
          _mm512_permutexvar_epi16 (pairs,
              next == IM_LANES
                  ? _mm512_loadu_si512 (column + t * next)
                  : load_columns (column + t * next, column + (t + 1) * next)),
          load_weight_pair (weight + t));
    if (t < taps)
      sum = _mm512_dpwssd_epi32 (sum,
          _mm512_permutexvar_epi16 (pairs,
              _mm512_maskz_loadu_epi16 (0xffff, column + t * next)),
          load_weight_pair (weight + t));
    _mm256_storeu_si256 ((__m256i *) (dst + (int64_t) i * IM_LANES),
        _mm512_cvtsepi32_epi16 (_mm512_srai_epi32 (sum, IM_WEIGHT_SHIFT)));
  }
}

static void
horizontal_q6_avx512 (int16_t *dst, const int16_t *src, const ImFilter *filter,
    int step)
{
  if (step == 1)
    horizontal_q6_steps (dst, src, filter, IM_LANES);
  else
    horizontal_q6_steps (dst, src, filter, (int64_t) step * IM_LANES);
}

void
im_kernels_init_avx512 (ImKernels *kernels)
{
  kernels->vertical_u8 = vertical_u8_avx512;
  kernels->horizontal_q6 = horizontal_q6_avx512;
  kernels->vertical_f32 = vertical_f32;
  kernels->split2 = split2;
  kernels->split4 = split4;
  kernels->words_q6 = words_q6;
  kernels->lay_upon = lay_upon;
  kernels->invert_alpha = invert_alpha;
  kernels->lift = lift;
}
