/* imbytes: the kernels for AVX2.
 *
 * The portable loops, compiled for AVX2, and intrinsics where the compiler does
 * not find the instructions: the rounding high multiply, the multiply-add of
 * pairs, transposing and interleaving.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <immintrin.h>
#include <string.h>

#include "kernels_loops.h"

static inline __m256i
load (const int16_t *src)
{
  return _mm256_loadu_si256 ((const __m256i *) src);
}

/* A byte that comes from nowhere, so that shuffled registers can be put together
 * with or. */
#define NONE -128

/* Two weights for pmaddwd. */
static inline __m256i
weight_pair (int32_t first, int32_t second)
{
  return _mm256_set1_epi32 ((int32_t) ((uint32_t) (second & 0xffff) << 16
      | (uint32_t) (first & 0xffff)));
}

/* Samples are weighed in pairs; an odd one has any other for company, which
 * weighs nothing (kernels.h). */
static inline __m256i
load_weight_pair (const int16_t *weight)
{
  int32_t pair;

  memcpy (&pair, weight, sizeof (pair));
  return _mm256_set1_epi32 (pair);
}

/* 32 samples, four sums of eight: 0-3 and 16-19, 4-7 and 20-23 and so on, as
 * unpacking leaves them. */
static inline void
weigh_bytes (__m256i sum[4], const uint8_t *first, const uint8_t *second,
    __m256i weights)
{
  const __m256i zero = _mm256_setzero_si256 ();
  __m256i a = _mm256_loadu_si256 ((const __m256i *) first);
  __m256i b = _mm256_loadu_si256 ((const __m256i *) second);
  __m256i low = _mm256_unpacklo_epi8 (a, b);
  __m256i high = _mm256_unpackhi_epi8 (a, b);

  sum[0] = _mm256_add_epi32 (sum[0],
      _mm256_madd_epi16 (_mm256_unpacklo_epi8 (low, zero), weights));
  sum[1] = _mm256_add_epi32 (sum[1],
      _mm256_madd_epi16 (_mm256_unpackhi_epi8 (low, zero), weights));
  sum[2] = _mm256_add_epi32 (sum[2],
      _mm256_madd_epi16 (_mm256_unpacklo_epi8 (high, zero), weights));
  sum[3] = _mm256_add_epi32 (sum[3],
      _mm256_madd_epi16 (_mm256_unpackhi_epi8 (high, zero), weights));
}

static void
vertical_u8_avx2 (int16_t *dst, const uint8_t *const *rows,
    const int16_t *weight, int taps, int n, const ImAhead *ahead)
{
  const int shift = IM_WEIGHT_SHIFT - IM_Q;
  const __m256i half = _mm256_set1_epi32 (1 << (shift - 1));
  int x = 0;

  if (is_one_row (weight, taps)) {
    widen_u8 (dst, rows[0], n, ahead);
    return;
  }
  for (; x + 32 <= n; x += 32) {
    __m256i sum[4] = { half, half, half, half }, low, high;

    if (x % CACHE_LINE == 0)
      fetch_ahead (ahead, x, CACHE_LINE);
    for (int t = 0; t < taps; t += 2)
      weigh_bytes (sum, rows[t] + x, rows[t + 1 < taps ? t + 1 : t] + x,
          load_weight_pair (weight + t));
    low = _mm256_packs_epi32 (_mm256_srai_epi32 (sum[0], shift),
        _mm256_srai_epi32 (sum[1], shift));
    high = _mm256_packs_epi32 (_mm256_srai_epi32 (sum[2], shift),
        _mm256_srai_epi32 (sum[3], shift));
    _mm256_storeu_si256 ((__m256i *) (dst + x),
        _mm256_permute2x128_si256 (low, high, 0x20));
    _mm256_storeu_si256 ((__m256i *) (dst + x + 16),
        _mm256_permute2x128_si256 (low, high, 0x31));
  }
  vertical_u8_from (dst, rows, weight, taps, x, n);
}

/* Sums of 16 samples, as 32-bit halves in the order that unpacking leaves:
 * lo has samples 0-3 and 8-11, hi the others. Packing undoes it. */
typedef struct
{
  __m256i lo, hi;
} Sums;

static inline Sums
weigh (__m256i a, __m256i b, __m256i weights)
{
  return (Sums){ _mm256_madd_epi16 (_mm256_unpacklo_epi16 (a, b), weights),
    _mm256_madd_epi16 (_mm256_unpackhi_epi16 (a, b), weights) };
}

static inline Sums
add (Sums a, Sums b)
{
  return (Sums){ _mm256_add_epi32 (a.lo, b.lo), _mm256_add_epi32 (a.hi, b.hi) };
}

static inline __m256i
round_q6 (Sums sums)
{
  return _mm256_packs_epi32 (_mm256_srai_epi32 (sums.lo, IM_WEIGHT_SHIFT),
      _mm256_srai_epi32 (sums.hi, IM_WEIGHT_SHIFT));
}

static void
vertical_q6_avx2 (int16_t *dst, const int16_t *const *rows,
    const int16_t *weight, int taps, int n)
{
  const __m256i half = _mm256_set1_epi32 (IM_WEIGHT_ONE / 2);
  int x = 0;

  for (; x + 16 <= n; x += 16) {
    Sums sums = { half, half };

    for (int t = 0; t < taps; t += 2)
      sums = add (sums,
          weigh (load (rows[t] + x), load (rows[t + 1 < taps ? t + 1 : t] + x),
              load_weight_pair (weight + t)));
    _mm256_storeu_si256 ((__m256i *) (dst + x), round_q6 (sums));
  }
  vertical_q6_from (dst, rows, weight, taps, x, n);
}

static void
horizontal_q6_avx2 (int16_t *dst, const int16_t *src, const ImFilter *filter,
    int step)
{
  const int64_t next = (int64_t) step * IM_LANES;
  const __m256i half = _mm256_set1_epi32 (IM_WEIGHT_ONE / 2);

  for (int i = 0; i < filter->n_out; i++) {
    const int16_t *column = src + filter->start[i] * next;
    const int16_t *weight = filter->weight + (int64_t) i * filter->stride;
    int taps = filter->taps[i], t = 0;
    Sums sums = { half, half };

    for (; t + 2 <= taps; t += 2)
      sums = add (sums,
          weigh (load (column + t * next), load (column + (t + 1) * next),
              load_weight_pair (weight + t)));
    if (t < taps)
      sums = add (sums,
          weigh (load (column + t * next), _mm256_setzero_si256 (),
              load_weight_pair (weight + t)));
    _mm256_storeu_si256 ((__m256i *) (dst + (int64_t) i * IM_LANES),
        round_q6 (sums));
  }
}

/* 16 pixels: of each three registers, the bytes of one channel, side by side. */
static inline __m128i
gather_channel (const __m128i part[3], const __m128i from[3])
{
  return _mm_or_si128 (_mm_or_si128 (_mm_shuffle_epi8 (part[0], from[0]),
                           _mm_shuffle_epi8 (part[1], from[1])),
      _mm_shuffle_epi8 (part[2], from[2]));
}

static void
split3_avx2 (uint8_t *const *rows, const uint8_t *src, int n)
{
  __m128i from[3][3];
  int x = 0;

  for (int c = 0; c < 3; c++)
    for (int p = 0; p < 3; p++) {
      int8_t index[16];

      for (int i = 0; i < 16; i++) {
        int byte = 3 * i + c - 16 * p;

        index[i] = (int8_t) (byte >= 0 && byte < 16 ? byte : NONE);
      }
      from[c][p] = _mm_loadu_si128 ((const __m128i *) index);
    }
  for (; x + 16 <= n; x += 16) {
    __m128i part[3];

    for (int p = 0; p < 3; p++)
      part[p] = _mm_loadu_si128 ((const __m128i *) (src + 3 * x + 16 * p));
    for (int c = 0; c < 3; c++)
      _mm_storeu_si128 ((__m128i *) (rows[c] + x),
          gather_channel (part, from[c]));
  }
  split3 ((uint8_t *const[]){ rows[0] + x, rows[1] + x, rows[2] + x },
      src + 3 * x, n - x);
}

/* Eight rows of 16 samples; afterwards row i holds columns i and i + 8. */
static inline void
transpose_8x8_pairs (__m256i r[8])
{
  __m256i a[8], b[8];

  for (int i = 0; i < 4; i++) {
    a[2 * i] = _mm256_unpacklo_epi16 (r[2 * i], r[2 * i + 1]);
    a[2 * i + 1] = _mm256_unpackhi_epi16 (r[2 * i], r[2 * i + 1]);
  }
  for (int i = 0; i < 2; i++) {
    b[4 * i] = _mm256_unpacklo_epi32 (a[4 * i], a[4 * i + 2]);
    b[4 * i + 1] = _mm256_unpackhi_epi32 (a[4 * i], a[4 * i + 2]);
    b[4 * i + 2] = _mm256_unpacklo_epi32 (a[4 * i + 1], a[4 * i + 3]);
    b[4 * i + 3] = _mm256_unpackhi_epi32 (a[4 * i + 1], a[4 * i + 3]);
  }
  for (int i = 0; i < 4; i++) {
    r[2 * i] = _mm256_unpacklo_epi64 (b[i], b[i + 4]);
    r[2 * i + 1] = _mm256_unpackhi_epi64 (b[i], b[i + 4]);
  }
}

/* 16 x 16 samples, in place. */
static inline void
transpose_16x16 (__m256i r[16])
{
  transpose_8x8_pairs (r);
  transpose_8x8_pairs (r + 8);
  for (int i = 0; i < 8; i++) {
    __m256i top = r[i], bottom = r[i + 8];

    r[i] = _mm256_permute2x128_si256 (top, bottom, 0x20);
    r[i + 8] = _mm256_permute2x128_si256 (top, bottom, 0x31);
  }
}

static void
columns_from_rows_avx2 (int16_t *dst, const int16_t *const *rows, int n)
{
  int x = 0;

  for (; x + 16 <= n; x += 16) {
    __m256i r[16];

    for (int l = 0; l < 16; l++)
      r[l] = _mm256_loadu_si256 ((const __m256i *) (rows[l] + x));
    transpose_16x16 (r);
    for (int l = 0; l < 16; l++)
      _mm256_storeu_si256 ((__m256i *) (dst + (x + l) * IM_LANES), r[l]);
  }
  for (; x < n; x++)
    for (int l = 0; l < IM_LANES; l++)
      dst[x * IM_LANES + l] = rows[l][x];
}

static void
rows_from_columns_avx2 (int16_t *const *rows, const int16_t *src, int n)
{
  int x = 0;

  for (; x + 16 <= n; x += 16) {
    __m256i r[16];

    for (int l = 0; l < 16; l++)
      r[l] = _mm256_loadu_si256 ((const __m256i *) (src + (x + l) * IM_LANES));
    transpose_16x16 (r);
    for (int l = 0; l < 16; l++)
      _mm256_storeu_si256 ((__m256i *) (rows[l] + x), r[l]);
  }
  for (; x < n; x++)
    for (int l = 0; l < IM_LANES; l++)
      rows[l][x] = src[x * IM_LANES + l];
}

static inline __m256i
shift_and_pack (Sums sums)
{
  return _mm256_packs_epi32 (_mm256_srai_epi32 (sums.lo, IM_MIX_SHIFT),
      _mm256_srai_epi32 (sums.hi, IM_MIX_SHIFT));
}

/* 32 bytes, of the first 16 samples and the second. */
static inline __m256i
pack_bytes (__m256i first, __m256i second)
{
  return _mm256_permute4x64_epi64 (_mm256_packus_epi16 (first, second), 0xd8);
}

/* Pairs of samples lie in one lane each, and the other one weighs nothing: sums
 * of those at even and at odd places come without a shuffle. */
typedef struct
{
  __m256i even, odd;
} PairWeights;

static inline PairWeights
pair_weights (int32_t weight)
{
  return (PairWeights){ weight_pair (weight, 0), weight_pair (0, weight) };
}

/* 16 samples, of eight pairs that have @rest in common. */
static inline __m256i
mix_pairs (__m256i rest, __m256i a, const PairWeights *weights)
{
  __m256i even = _mm256_add_epi32 (rest, _mm256_madd_epi16 (a, weights->even));
  __m256i odd = _mm256_add_epi32 (rest, _mm256_madd_epi16 (a, weights->odd));

  return _mm256_blend_epi16 (_mm256_srai_epi32 (even, IM_MIX_SHIFT),
      _mm256_srai_epi32 (odd, IM_MIX_SHIFT - 16), 0xaa);
}

static void
mix1_avx2 (uint8_t *dst, const int16_t *a, const ImMix *mix, int n)
{
  const PairWeights weights = pair_weights (mix->weight[0]);
  const __m256i bias = _mm256_set1_epi32 (mix->bias);
  int x = 0;

  for (; x + 32 <= n; x += 32)
    _mm256_storeu_si256 ((__m256i *) (dst + x),
        pack_bytes (mix_pairs (bias, load (a + x), &weights),
            mix_pairs (bias, load (a + x + 16), &weights)));
  mix1 (dst + x, a + x, mix, n - x);
}

typedef struct
{
  __m256i ab, c, bias;
} MixVectors;

static inline MixVectors
mix_vectors (const ImMix *mix)
{
  return (MixVectors){ weight_pair (mix->weight[0], mix->weight[1]),
    weight_pair (mix->weight[2], 0), _mm256_set1_epi32 (mix->bias) };
}

static inline __m256i
mix3_16 (__m256i a, __m256i b, __m256i c, const MixVectors *mix)
{
  Sums sums =
      add (weigh (a, b, mix->ab), weigh (c, _mm256_setzero_si256 (), mix->c));

  return shift_and_pack (add (sums, (Sums){ mix->bias, mix->bias }));
}

/* Eight samples of luma in each half, so that each meets its own half of the
 * chroma. */
static inline __m256i
load_halves (const int16_t *low, const int16_t *high)
{
  return _mm256_inserti128_si256 (_mm256_castsi128_si256 (
                                      _mm_loadu_si128 ((const __m128i *) low)),
      _mm_loadu_si128 ((const __m128i *) high), 1);
}

/* 16 samples of chroma serve 32 of luma. */
static void
mix3_half_avx2 (uint8_t *dst, const int16_t *a, const int16_t *b,
    const int16_t *c, const ImMix *mix, int n)
{
  const PairWeights luma = pair_weights (mix->weight[0]);
  const __m256i chroma = weight_pair (mix->weight[1], mix->weight[2]);
  const __m256i bias = _mm256_set1_epi32 (mix->bias);
  const Sums biases = { bias, bias };
  int x = 0;

  for (; x + 32 <= n; x += 32) {
    Sums rest =
        add (weigh (load (b + x / 2), load (c + x / 2), chroma), biases);
    __m256i first = mix_pairs (rest.lo, load_halves (a + x, a + x + 16), &luma);
    __m256i second =
        mix_pairs (rest.hi, load_halves (a + x + 8, a + x + 24), &luma);

    _mm256_storeu_si256 ((__m256i *) (dst + x),
        _mm256_packus_epi16 (first, second));
  }
  mix3 (dst + x, a + x, b + x / 2, c + x / 2, 1, 0, mix, n - x);
}

static void
mix3_avx2 (uint8_t *dst, const int16_t *a, const int16_t *b, const int16_t *c,
    int shift, int phase, const ImMix *mix, int n)
{
  const MixVectors vectors = mix_vectors (mix);
  int x = 0;

  if (shift > 0) {
    if (phase > 0)
      mix3 (dst++, a++, b++, c++, 1, 1, mix, 1), n--;
    mix3_half_avx2 (dst, a, b, c, mix, n);
    return;
  }
  for (; x + 32 <= n; x += 32) {
    __m256i first =
        mix3_16 (load (a + x), load (b + x), load (c + x), &vectors);
    __m256i second = mix3_16 (load (a + x + 16), load (b + x + 16),
        load (c + x + 16), &vectors);

    _mm256_storeu_si256 ((__m256i *) (dst + x), pack_bytes (first, second));
  }
  mix3 (dst + x, a + x, b + x, c + x, 0, 0, mix, n - x);
}

/* 48 bytes of 16 pixels. */
static inline void
store_interleaved (uint8_t *dst, __m128i r, __m128i g, __m128i b)
{
  const __m128i r0 = _mm_setr_epi8 (0, NONE, NONE, 1, NONE, NONE, 2, NONE, NONE,
      3, NONE, NONE, 4, NONE, NONE, 5);
  const __m128i g0 = _mm_setr_epi8 (NONE, 0, NONE, NONE, 1, NONE, NONE, 2, NONE,
      NONE, 3, NONE, NONE, 4, NONE, NONE);
  const __m128i b0 = _mm_setr_epi8 (NONE, NONE, 0, NONE, NONE, 1, NONE, NONE, 2,
      NONE, NONE, 3, NONE, NONE, 4, NONE);
  const __m128i r1 = _mm_setr_epi8 (NONE, NONE, 6, NONE, NONE, 7, NONE, NONE, 8,
      NONE, NONE, 9, NONE, NONE, 10, NONE);
  const __m128i g1 = _mm_setr_epi8 (5, NONE, NONE, 6, NONE, NONE, 7, NONE, NONE,
      8, NONE, NONE, 9, NONE, NONE, 10);
  const __m128i b1 = _mm_setr_epi8 (NONE, 5, NONE, NONE, 6, NONE, NONE, 7, NONE,
      NONE, 8, NONE, NONE, 9, NONE, NONE);
  const __m128i r2 = _mm_setr_epi8 (NONE, 11, NONE, NONE, 12, NONE, NONE, 13,
      NONE, NONE, 14, NONE, NONE, 15, NONE, NONE);
  const __m128i g2 = _mm_setr_epi8 (NONE, NONE, 11, NONE, NONE, 12, NONE, NONE,
      13, NONE, NONE, 14, NONE, NONE, 15, NONE);
  const __m128i b2 = _mm_setr_epi8 (10, NONE, NONE, 11, NONE, NONE, 12, NONE,
      NONE, 13, NONE, NONE, 14, NONE, NONE, 15);

  _mm_storeu_si128 ((__m128i *) dst,
      _mm_or_si128 (_mm_or_si128 (_mm_shuffle_epi8 (r, r0),
                        _mm_shuffle_epi8 (g, g0)),
          _mm_shuffle_epi8 (b, b0)));
  _mm_storeu_si128 ((__m128i *) (dst + 16),
      _mm_or_si128 (_mm_or_si128 (_mm_shuffle_epi8 (r, r1),
                        _mm_shuffle_epi8 (g, g1)),
          _mm_shuffle_epi8 (b, b1)));
  _mm_storeu_si128 ((__m128i *) (dst + 32),
      _mm_or_si128 (_mm_or_si128 (_mm_shuffle_epi8 (r, r2),
                        _mm_shuffle_epi8 (g, g2)),
          _mm_shuffle_epi8 (b, b2)));
}

static inline __m128i
mix_channel (__m256i a, __m256i b, __m256i c, const MixVectors *mix)
{
  __m256i words = mix3_16 (a, b, c, mix);

  return _mm256_castsi256_si128 (pack_bytes (words, words));
}

static void
mix_rgb_avx2 (uint8_t *dst, const int16_t *a, const int16_t *b,
    const int16_t *c, const ImMix *mix, int n)
{
  const MixVectors red = mix_vectors (&mix[0]);
  const MixVectors green = mix_vectors (&mix[1]);
  const MixVectors blue = mix_vectors (&mix[2]);
  int x = 0;

  for (; x + 16 <= n; x += 16) {
    __m256i u = load (a + x), v = load (b + x), w = load (c + x);

    store_interleaved (dst + 3 * x, mix_channel (u, v, w, &red),
        mix_channel (u, v, w, &green), mix_channel (u, v, w, &blue));
  }
  mix_rgb (dst + 3 * x, a + x, b + x, c + x, mix, n - x);
}

/* The loops without a name of their own are the portable ones, which the compiler
 * has vectorised for AVX2 here. */
void
im_kernels_init_avx2 (ImKernels *kernels)
{
  kernels->vertical_u8 = vertical_u8_avx2;
  kernels->vertical_q6 = vertical_q6_avx2;
  kernels->vertical_f32 = vertical_f32;
  kernels->split2 = split2;
  kernels->split3 = split3_avx2;
  kernels->split4 = split4;
  kernels->columns_from_rows = columns_from_rows_avx2;
  kernels->rows_from_columns = rows_from_columns_avx2;
  kernels->horizontal_q6 = horizontal_q6_avx2;
  kernels->mix1 = mix1_avx2;
  kernels->mix3 = mix3_avx2;
  kernels->mix_rgb = mix_rgb_avx2;
}
