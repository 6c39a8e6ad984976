/* imbytes: kernels for AVX2 that have to do with alpha.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <immintrin.h>

#include "kernels_alpha_loops.h"

static inline __m256i
load (const int16_t *src)
{
  return _mm256_loadu_si256 ((const __m256i *) src);
}

static inline void
store (int16_t *dst, __m256i samples)
{
  _mm256_storeu_si256 ((__m256i *) dst, samples);
}

/* Eight pixels: all first bytes, then all second ones and so on. */
static inline __m256i
gather_bytes (const uint8_t *src)
{
  const __m256i order = _mm256_broadcastsi128_si256 (
      _mm_setr_epi8 (0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));

  return _mm256_permutevar8x32_epi32 (_mm256_shuffle_epi8 (_mm256_loadu_si256 (
                                                               (const __m256i *)
                                                                   src),
                                          order),
      _mm256_setr_epi32 (0, 4, 1, 5, 2, 6, 3, 7));
}

/* 16 pixels to words. */
static inline void
gather_words (__m256i words[4], const uint8_t *src)
{
  __m256i first = gather_bytes (src), second = gather_bytes (src + 32);
  __m256i even = _mm256_unpacklo_epi64 (first, second);
  __m256i odd = _mm256_unpackhi_epi64 (first, second);

  words[0] = _mm256_cvtepu8_epi16 (_mm256_castsi256_si128 (even));
  words[1] = _mm256_cvtepu8_epi16 (_mm256_castsi256_si128 (odd));
  words[2] = _mm256_cvtepu8_epi16 (_mm256_extracti128_si256 (even, 1));
  words[3] = _mm256_cvtepu8_epi16 (_mm256_extracti128_si256 (odd, 1));
}

/* (sample - behind) * alpha + behind * 255 is what lay_bytes () adds up: what it
 * comes to fits in 16 bits, whatever is on the way. @back is behind * 255. */
static inline __m256i
lay (__m256i samples, __m256i alpha, __m256i behind, __m256i back)
{
  __m256i sum =
      _mm256_add_epi16 (_mm256_mullo_epi16 (_mm256_sub_epi16 (samples, behind),
                            alpha),
          back);
  __m256i twice =
      _mm256_mulhi_epu16 (sum, _mm256_set1_epi16 ((int16_t) 32897u));

  return _mm256_avg_epu16 (twice, _mm256_setzero_si256 ());
}

/* @alpha is a number that the compiler knows. */
static inline __attribute__ ((always_inline)) int
lay_pixels_at (int16_t *const *rows, const uint8_t *src, const int alpha,
    const uint8_t *behind, int n)
{
  __m256i code[4], back[4];
  int x = 0;

  for (int i = 0; i < 4; i++) {
    code[i] = _mm256_set1_epi16 (behind[i]);
    back[i] = _mm256_set1_epi16 ((int16_t) (behind[i] * 255));
  }
  for (; x + 16 <= n; x += 16) {
    __m256i words[4];

    gather_words (words, src + (ptrdiff_t) x * 4);
    for (int i = 0; i < 4; i++) {
      if (rows[i] == NULL)
        continue;
      store (rows[i] + x,
          i == alpha ? _mm256_slli_epi16 (words[i], IM_Q)
                     : lay (words[i], words[alpha], code[i], back[i]));
    }
  }
  return x;
}

static void
lay_pixels_avx2 (int16_t *const *rows, const uint8_t *src, int alpha,
    const uint8_t *behind, int n)
{
  int16_t *rest[4];
  int x = 0;

  /* Alpha is the first of the four or the last. */
  if (alpha == 0)
    x = lay_pixels_at (rows, src, 0, behind, n);
  else if (alpha == 3)
    x = lay_pixels_at (rows, src, 3, behind, n);
  for (int i = 0; i < 4; i++)
    rest[i] = rows[i] == NULL ? NULL : rows[i] + x;
  lay_pixels (rest, src + (ptrdiff_t) x * 4, alpha, behind, n - x);
}

typedef struct
{
  __m256i ab, c, bias;
} MixVectors;

static inline __m256i
weight_pair (int32_t first, int32_t second)
{
  return _mm256_set1_epi32 ((int32_t) ((uint32_t) (second & 0xffff) << 16
      | (uint32_t) (first & 0xffff)));
}

static inline MixVectors
mix_vectors (const ImMix *mix)
{
  return (MixVectors){ weight_pair (mix->weight[0], mix->weight[1]),
    weight_pair (mix->weight[2], 0), _mm256_set1_epi32 (mix->bias) };
}

/* Pairs of a sample of @a and one of @b, as unpacking leaves them, and of @c. */
static inline __m256i
mix_pairs (__m256i ab, __m256i c, const MixVectors *mix)
{
  return _mm256_srai_epi32 (
      _mm256_add_epi32 (_mm256_add_epi32 (_mm256_madd_epi16 (ab, mix->ab),
                            _mm256_madd_epi16 (c, mix->c)),
          mix->bias),
      IM_MIX_SHIFT);
}

/* 16 samples, of which @low has the pairs of 0-3 and 8-11, and @high the others. */
static inline __m256i
mix_channel (const __m256i low[2], const __m256i high[2], const MixVectors *mix)
{
  return _mm256_packs_epi32 (mix_pairs (low[0], low[1], mix),
      mix_pairs (high[0], high[1], mix));
}

/* The bytes of 16 pixels: packed, each half of a register has those of eight. */
static inline void
store_pixels (uint8_t *dst, __m256i red, __m256i green, __m256i blue,
    __m256i alpha)
{
  __m256i rb = _mm256_packus_epi16 (red, blue);
  __m256i ga = _mm256_packus_epi16 (green, alpha);
  __m256i rg = _mm256_unpacklo_epi8 (rb, ga);
  __m256i ba = _mm256_unpackhi_epi8 (rb, ga);
  __m256i first = _mm256_unpacklo_epi16 (rg, ba);
  __m256i second = _mm256_unpackhi_epi16 (rg, ba);

  _mm256_storeu_si256 ((__m256i *) dst,
      _mm256_permute2x128_si256 (first, second, 0x20));
  _mm256_storeu_si256 ((__m256i *) (dst + 32),
      _mm256_permute2x128_si256 (first, second, 0x31));
}

static void
mix_rgba_avx2 (uint8_t *dst, const int16_t *a, const int16_t *b,
    const int16_t *c, const int16_t *alpha, const ImMix *mix, int n)
{
  const MixVectors red = mix_vectors (&mix[0]);
  const MixVectors green = mix_vectors (&mix[1]);
  const MixVectors blue = mix_vectors (&mix[2]);
  const __m256i half = _mm256_set1_epi16 (LEAST_ALPHA);
  const __m256i zero = _mm256_setzero_si256 ();
  int x = 0;

  for (; x + 16 <= n; x += 16) {
    __m256i u = load (a + x), v = load (b + x), w = load (c + x);
    const __m256i low[2] = { _mm256_unpacklo_epi16 (u, v),
      _mm256_unpacklo_epi16 (w, zero) };
    const __m256i high[2] = { _mm256_unpackhi_epi16 (u, v),
      _mm256_unpackhi_epi16 (w, zero) };

    store_pixels (dst + (ptrdiff_t) x * 4, mix_channel (low, high, &red),
        mix_channel (low, high, &green), mix_channel (low, high, &blue),
        _mm256_srai_epi16 (_mm256_adds_epi16 (load (alpha + x), half), IM_Q));
  }
  mix_rgba (dst + (ptrdiff_t) x * 4, a + x, b + x, c + x, alpha + x, mix,
      n - x);
}

/* The loops without a name of their own are the portable ones, which the compiler
 * has vectorised for AVX2 here. */
void
im_kernels_init_avx2_alpha (ImKernels *kernels)
{
  kernels->lay_upon = lay_upon;
  kernels->lay_bytes = lay_bytes;
  kernels->lay_pixels = lay_pixels_avx2;
  kernels->invert_alpha = invert_alpha;
  kernels->mix_q6 = mix_q6;
  kernels->lift = lift;
  kernels->mix_rgba = mix_rgba_avx2;
}
