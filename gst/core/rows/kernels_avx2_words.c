/* imbytes: kernels for AVX2 of samples that are words, in frames and after the
 * vertical pass.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <immintrin.h>
#include <string.h>

#include "kernels_loops.h"

typedef struct
{
  __m128i right, left;
  __m256i mask;
} Shifts;

static inline __m256i
load_words (const uint8_t *src, const Shifts *shifts)
{
  __m256i words = _mm256_loadu_si256 ((const __m256i *) src);

  words = _mm256_srl_epi16 (words, shifts->right);
  return _mm256_and_si256 (_mm256_sll_epi16 (words, shifts->left),
      shifts->mask);
}

static inline __m256i
load_weight_pair (const int16_t *weight)
{
  int32_t pair;

  memcpy (&pair, weight, sizeof (pair));
  return _mm256_set1_epi32 (pair);
}

/* Sums of 16 samples: @sum[0] has samples 0-3 and 8-11, as unpacking leaves them,
 * and @sum[1] the others. An odd last row has any other for company, which weighs
 * nothing (kernels.h). */
static inline void
weigh_words (__m256i sum[2], __m256i a, __m256i b, __m256i weights)
{
  sum[0] = _mm256_add_epi32 (sum[0],
      _mm256_madd_epi16 (_mm256_unpacklo_epi16 (a, b), weights));
  sum[1] = _mm256_add_epi32 (sum[1],
      _mm256_madd_epi16 (_mm256_unpackhi_epi16 (a, b), weights));
}

static inline void
store_rounded (int16_t *dst, const __m256i sum[2])
{
  _mm256_storeu_si256 ((__m256i *) dst,
      _mm256_packs_epi32 (_mm256_srai_epi32 (sum[0], IM_WEIGHT_SHIFT),
          _mm256_srai_epi32 (sum[1], IM_WEIGHT_SHIFT)));
}

static void
vertical_words_avx2 (int16_t *dst, const uint8_t *const *rows,
    const ImWords *words, const int16_t *weight, int taps, int n,
    const ImAhead *ahead)
{
  const Shifts shifts = { _mm_cvtsi32_si128 (words->right),
    _mm_cvtsi32_si128 (words->left),
    _mm256_set1_epi16 ((int16_t) words->mask) };
  const __m256i half = _mm256_set1_epi32 (IM_WEIGHT_ONE / 2);
  int x = 0;

  for (; x + 32 <= n; x += 32) {
    __m256i low[2] = { half, half }, high[2] = { half, half };

    fetch_ahead (ahead, 2 * x, CACHE_LINE);
    for (int t = 0; t < taps; t += 2) {
      const uint8_t *a = rows[t] + 2 * x;
      const uint8_t *b = rows[t + 1 < taps ? t + 1 : t] + 2 * x;
      __m256i weights = load_weight_pair (weight + t);

      weigh_words (low, load_words (a, &shifts), load_words (b, &shifts),
          weights);
      weigh_words (high, load_words (a + 32, &shifts),
          load_words (b + 32, &shifts), weights);
    }
    store_rounded (dst + x, low);
    store_rounded (dst + x + 16, high);
  }
  vertical_words_from (dst, rows, words, weight, taps, x, n);
}

static void
split2_q6_avx2 (int16_t *const *rows, const int16_t *src, int n)
{
  int x = 0;

  for (; x + 16 <= n; x += 16) {
    __m256i a = _mm256_loadu_si256 ((const __m256i *) (src + 2 * x));
    __m256i b = _mm256_loadu_si256 ((const __m256i *) (src + 2 * x + 16));
    __m256i odd = _mm256_packs_epi32 (_mm256_srai_epi32 (a, 16),
        _mm256_srai_epi32 (b, 16));
    __m256i even =
        _mm256_packs_epi32 (_mm256_srai_epi32 (_mm256_slli_epi32 (a, 16), 16),
            _mm256_srai_epi32 (_mm256_slli_epi32 (b, 16), 16));

    _mm256_storeu_si256 ((__m256i *) (rows[0] + x),
        _mm256_permute4x64_epi64 (even, 0xd8));
    _mm256_storeu_si256 ((__m256i *) (rows[1] + x),
        _mm256_permute4x64_epi64 (odd, 0xd8));
  }
  split2_q6 ((int16_t *const[]){ rows[0] + x, rows[1] + x }, src + 2 * x,
      n - x);
}

/* Four pixels: all first words, then all second ones and so on. */
static inline __m256i
gather_words (const uint8_t *src)
{
  const __m256i order = _mm256_broadcastsi128_si256 (
      _mm_setr_epi8 (0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15));
  __m256i pairs =
      _mm256_shuffle_epi8 (_mm256_loadu_si256 ((const __m256i *) src), order);

  return _mm256_permutevar8x32_epi32 (pairs,
      _mm256_setr_epi32 (0, 4, 1, 5, 2, 6, 3, 7));
}

static void
split4_words_avx2 (uint16_t *const *rows, const uint8_t *src, int n)
{
  int x = 0;

  for (; x + 8 <= n; x += 8) {
    __m256i a = gather_words (src + (ptrdiff_t) x * 8);
    __m256i b = gather_words (src + (ptrdiff_t) x * 8 + 32);
    __m256i even = _mm256_unpacklo_epi64 (a, b);
    __m256i odd = _mm256_unpackhi_epi64 (a, b);

    _mm_storeu_si128 ((__m128i *) (rows[0] + x), _mm256_castsi256_si128 (even));
    _mm_storeu_si128 ((__m128i *) (rows[1] + x), _mm256_castsi256_si128 (odd));
    _mm_storeu_si128 ((__m128i *) (rows[2] + x),
        _mm256_extracti128_si256 (even, 1));
    _mm_storeu_si128 ((__m128i *) (rows[3] + x),
        _mm256_extracti128_si256 (odd, 1));
  }
  split4_words ((uint16_t *const[]){ rows[0] + x, rows[1] + x, rows[2] + x,
                    rows[3] + x },
      src + (ptrdiff_t) x * 8, n - x);
}

/* Where eight words lie in the 16 bytes of a group, and what shifts them up. */
typedef struct
{
  __m128i order, factor;
} Tens;

static inline Tens
tens_of (const ImTens *tens, int first)
{
  uint8_t order[16] = { 0 };
  uint16_t factor[8] = { 0 };

  for (int i = 0; i < 8 && first + i < tens->samples; i++) {
    int at = tens->byte[first + i];

    order[2 * i] = (uint8_t) (at + tens->big_endian);
    order[2 * i + 1] = (uint8_t) (at + !tens->big_endian);
    factor[i] = (uint16_t) (1u << tens->shift[first + i]);
  }
  return (Tens){ _mm_loadu_si128 ((const __m128i *) order),
    _mm_loadu_si128 ((const __m128i *) factor) };
}

static inline __m128i
take_tens (__m128i group, const Tens *tens)
{
  return _mm_and_si128 (_mm_mullo_epi16 (_mm_shuffle_epi8 (group, tens->order),
                            tens->factor),
      _mm_set1_epi16 ((int16_t) 0xffc0u));
}

/* 16 bytes are read of each group: the last ones, behind which there may be nothing,
 * are left to the portable loop. */
static void
split_tens_avx2 (uint8_t *dst, const uint8_t *src, const ImTens *tens, int n)
{
  const Tens first = tens_of (tens, 0), second = tens_of (tens, 8);
  const ptrdiff_t size = (ptrdiff_t) n * tens->bytes;
  const int step = tens->samples * 2;
  int x = 0;

  for (; (ptrdiff_t) x * tens->bytes + 16 <= size; x++, dst += step) {
    __m128i group =
        _mm_loadu_si128 ((const __m128i *) (src + (ptrdiff_t) x * tens->bytes));

    _mm_storeu_si128 ((__m128i *) dst, take_tens (group, &first));
    if (tens->samples > 8)
      _mm_storel_epi64 ((__m128i *) (dst + 16), take_tens (group, &second));
  }
  split_tens (dst, src + (ptrdiff_t) x * tens->bytes, tens, n - x);
}

void
im_kernels_init_avx2_words (ImKernels *kernels)
{
  kernels->vertical_words = vertical_words_avx2;
  kernels->split2_q6 = split2_q6_avx2;
  kernels->split4_words = split4_words_avx2;
  kernels->split_tens = split_tens_avx2;
  kernels->split_565 = split_565;
  kernels->split_fields = split_fields;
  kernels->words_q6 = words_q6;
}
