/* imbytes: the kernels of the baseline JPEG coder for AVX-512.
 *
 * Four blocks are transformed at once, one in each quarter of the registers. The
 * file's order is two permutations of words, and the mask of a block one
 * comparison. Symbols are AVX2's.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <immintrin.h>

#include "jpeg_dct.h"
#include "jpeg_kernels.h"

static inline __m512i
pair (int first, int second)
{
  return _mm512_set1_epi32 (
      (int32_t) ((uint32_t) second << 16 | (uint32_t) (first & 0xffff)));
}

/* 8x8 words of each quarter. */
static inline void
transpose (__m512i r[8])
{
  __m512i a[8], b[8];

  for (int i = 0; i < 4; i++) {
    a[2 * i] = _mm512_unpacklo_epi16 (r[2 * i], r[2 * i + 1]);
    a[2 * i + 1] = _mm512_unpackhi_epi16 (r[2 * i], r[2 * i + 1]);
  }
  for (int i = 0; i < 8; i += 4)
    for (int k = 0; k < 2; k++) {
      b[i + 2 * k] = _mm512_unpacklo_epi32 (a[i + k], a[i + 2 + k]);
      b[i + 2 * k + 1] = _mm512_unpackhi_epi32 (a[i + k], a[i + 2 + k]);
    }
  for (int i = 0; i < 4; i++) {
    r[2 * i] = _mm512_unpacklo_epi64 (b[i], b[i + 4]);
    r[2 * i + 1] = _mm512_unpackhi_epi64 (b[i], b[i + 4]);
  }
}

/* Words of two registers side by side, for multiply-adds. */
typedef struct
{
  __m512i low, high;
} Pairs;

static inline Pairs
pairs_of (__m512i first, __m512i second)
{
  return (Pairs){ _mm512_unpacklo_epi16 (first, second),
    _mm512_unpackhi_epi16 (first, second) };
}

static inline Pairs
weigh (Pairs pairs, int first, int second)
{
  __m512i weights = pair (first, second);

  return (Pairs){ _mm512_madd_epi16 (pairs.low, weights),
    _mm512_madd_epi16 (pairs.high, weights) };
}

static inline Pairs
add (Pairs a, Pairs b)
{
  return (Pairs){ _mm512_add_epi32 (a.low, b.low),
    _mm512_add_epi32 (a.high, b.high) };
}

static inline __m512i
descale (Pairs sums, unsigned bits)
{
  __m512i half = _mm512_set1_epi32 (1 << (bits - 1));

  return _mm512_packs_epi32 (_mm512_srai_epi32 (_mm512_add_epi32 (sums.low,
                                                    half),
                                 bits),
      _mm512_srai_epi32 (_mm512_add_epi32 (sums.high, half), bits));
}

/* As transform_8 () in C; what is multiplied by the same is put together. @d[0]
 * and @d[4] come out as sums, for the pass to scale. */
static inline void
transform_8 (__m512i d[8], unsigned bits)
{
  __m512i s0 = _mm512_add_epi16 (d[0], d[7]),
          d0 = _mm512_sub_epi16 (d[0], d[7]);
  __m512i s1 = _mm512_add_epi16 (d[1], d[6]),
          d1 = _mm512_sub_epi16 (d[1], d[6]);
  __m512i s2 = _mm512_add_epi16 (d[2], d[5]),
          d2 = _mm512_sub_epi16 (d[2], d[5]);
  __m512i s3 = _mm512_add_epi16 (d[3], d[4]),
          d3 = _mm512_sub_epi16 (d[3], d[4]);
  __m512i outer = _mm512_add_epi16 (s0, s3), inner = _mm512_add_epi16 (s1, s2);
  Pairs even = pairs_of (_mm512_sub_epi16 (s0, s3), _mm512_sub_epi16 (s1, s2));
  Pairs odd = pairs_of (_mm512_add_epi16 (d3, d1), _mm512_add_epi16 (d2, d0));
  Pairs odd_3 = weigh (odd, F_1_175 - F_1_961, F_1_175);
  Pairs odd_1 = weigh (odd, F_1_175, F_1_175 - F_0_390);
  Pairs d30 = pairs_of (d3, d0), d21 = pairs_of (d2, d1);

  d[0] = _mm512_add_epi16 (outer, inner);
  d[4] = _mm512_sub_epi16 (outer, inner);
  d[2] = descale (weigh (even, F_0_541 + F_0_765, F_0_541), bits);
  d[6] = descale (weigh (even, F_0_541, F_0_541 - F_1_847), bits);
  d[7] = descale (add (weigh (d30, F_0_298 - F_0_899, -F_0_899), odd_3), bits);
  d[1] = descale (add (weigh (d30, -F_0_899, F_1_501 - F_0_899), odd_1), bits);
  d[5] = descale (add (weigh (d21, F_2_053 - F_2_562, -F_2_562), odd_1), bits);
  d[3] = descale (add (weigh (d21, -F_2_562, F_3_072 - F_2_562), odd_3), bits);
}

/* Samples as they are, 128 too large: of each row that adds 1024 to the sum, and
 * changes nothing else. */
static inline void
transform_rows (__m512i d[8])
{
  transform_8 (d, CONSTANT_BITS - PASS_BITS);
  d[0] =
      _mm512_slli_epi16 (_mm512_sub_epi16 (d[0], _mm512_set1_epi16 (8 * 128)),
          PASS_BITS);
  d[4] = _mm512_slli_epi16 (d[4], PASS_BITS);
}

static inline void
transform_columns (__m512i d[8])
{
  __m512i half = _mm512_set1_epi16 (1 << (PASS_BITS - 1));

  transform_8 (d, CONSTANT_BITS + PASS_BITS);
  d[0] = _mm512_srai_epi16 (_mm512_add_epi16 (d[0], half), PASS_BITS);
  d[4] = _mm512_srai_epi16 (_mm512_add_epi16 (d[4], half), PASS_BITS);
}

static inline __m512i
load_four_times (const uint16_t *src)
{
  return _mm512_broadcast_i32x4 (_mm_loadu_si128 ((const __m128i *) src));
}

static inline __m512i
quantise (__m512i row, const ImJpegQuantiser *quantiser, int i)
{
  __m512i a = _mm512_abs_epi16 (row);

  a = _mm512_add_epi16 (a, load_four_times (quantiser->correction + i));
  a = _mm512_mulhi_epu16 (a, load_four_times (quantiser->reciprocal + i));
  a = _mm512_mulhi_epu16 (a, load_four_times (quantiser->scale + i));
  return _mm512_mask_sub_epi16 (a, _mm512_movepi16_mask (row),
      _mm512_setzero_si512 (), a);
}

/* Four rows of four blocks -> these rows of each block. */
static inline void
gather_blocks (__m512i block[4], const __m512i row[4])
{
  __m512i t0 = _mm512_shuffle_i32x4 (row[0], row[1], 0x44);
  __m512i t1 = _mm512_shuffle_i32x4 (row[2], row[3], 0x44);
  __m512i t2 = _mm512_shuffle_i32x4 (row[0], row[1], 0xee);
  __m512i t3 = _mm512_shuffle_i32x4 (row[2], row[3], 0xee);

  block[0] = _mm512_shuffle_i32x4 (t0, t1, 0x88);
  block[1] = _mm512_shuffle_i32x4 (t0, t1, 0xdd);
  block[2] = _mm512_shuffle_i32x4 (t2, t3, 0x88);
  block[3] = _mm512_shuffle_i32x4 (t2, t3, 0xdd);
}

static inline __m512i
load_order (int i)
{
  return _mm512_cvtepu8_epi16 (
      _mm256_loadu_si256 ((const __m256i *) (im_jpeg_natural_order + 32 * i)));
}

/* @top, @bottom: the block row by row. */
static inline void
store (ImJpegBlock *block, __m512i top, __m512i bottom)
{
  __m512i first = _mm512_permutex2var_epi16 (top, load_order (0), bottom);
  __m512i last = _mm512_permutex2var_epi16 (top, load_order (1), bottom);
  __m512i origin = _mm512_set1_epi8 (IM_JPEG_SMALL_ORIGIN);
  __m512i small = _mm512_inserti64x4 (_mm512_castsi256_si512 (
                                          _mm512_cvtsepi16_epi8 (first)),
      _mm512_cvtsepi16_epi8 (last), 1);
  uint64_t mask;

  small = _mm512_min_epi8 (small, _mm512_set1_epi8 (IM_JPEG_MOST_SMALL));
  small = _mm512_max_epi8 (small, _mm512_set1_epi8 (-IM_JPEG_MOST_SMALL));
  small = _mm512_add_epi8 (small, origin);
  mask = _mm512_cmpneq_epi8_mask (small, origin);
  _mm512_storeu_si512 (block->coefficient, top);
  _mm512_storeu_si512 (block->coefficient + 32, bottom);
  _mm512_storeu_si512 (block->small, small);
  block->mask = mask & ~UINT64_C (1);
  block->small[64] = mask >> 63 ? IM_JPEG_NOTHING : IM_JPEG_END;
}

static void
transform (ImJpegBlock *blocks, const uint8_t *samples, ptrdiff_t stride, int n,
    const ImJpegQuantiser *quantiser)
{
  for (int i = 0; i < n; i += 4) {
    int there = n - i < 4 ? n - i : 4;
    __mmask32 bytes = (__mmask32) (UINT32_MAX >> (32 - 8 * there));
    __m512i d[8], top[4], bottom[4];

    for (int y = 0; y < 8; y++)
      d[y] = _mm512_cvtepu8_epi16 (
          _mm256_maskz_loadu_epi8 (bytes, samples + y * stride + 8 * i));
    transpose (d);
    transform_rows (d);
    transpose (d);
    transform_columns (d);
    for (int y = 0; y < 8; y++)
      d[y] = quantise (d[y], quantiser, 8 * y);
    gather_blocks (top, d);
    gather_blocks (bottom, d + 4);
    for (int k = 0; k < there; k++)
      store (&blocks[i + k], top[k], bottom[k]);
  }
}

void
im_jpeg_kernels_init_avx512 (ImJpegKernels *kernels)
{
  kernels->transform = transform;
}
