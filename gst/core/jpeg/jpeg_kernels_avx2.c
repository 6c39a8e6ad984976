/* imbytes: the kernels of the baseline JPEG coder for AVX2.
 *
 * Two blocks are transformed at once, one in each half of the registers: what
 * AVX2 does within halves it does to both alike. Symbols are the portable loop
 * with the instructions of BMI.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <immintrin.h>

#include "jpeg_dct.h"
#include "jpeg_symbols.h"

static inline __m256i
pair (int first, int second)
{
  return _mm256_set1_epi32 (
      (int32_t) ((uint32_t) second << 16 | (uint32_t) (first & 0xffff)));
}

/* 8x8 words of each half. */
static inline void
transpose (__m256i r[8])
{
  __m256i a0 = _mm256_unpacklo_epi16 (r[0], r[1]);
  __m256i a1 = _mm256_unpackhi_epi16 (r[0], r[1]);
  __m256i a2 = _mm256_unpacklo_epi16 (r[2], r[3]);
  __m256i a3 = _mm256_unpackhi_epi16 (r[2], r[3]);
  __m256i a4 = _mm256_unpacklo_epi16 (r[4], r[5]);
  __m256i a5 = _mm256_unpackhi_epi16 (r[4], r[5]);
  __m256i a6 = _mm256_unpacklo_epi16 (r[6], r[7]);
  __m256i a7 = _mm256_unpackhi_epi16 (r[6], r[7]);
  __m256i b0 = _mm256_unpacklo_epi32 (a0, a2);
  __m256i b1 = _mm256_unpackhi_epi32 (a0, a2);
  __m256i b2 = _mm256_unpacklo_epi32 (a1, a3);
  __m256i b3 = _mm256_unpackhi_epi32 (a1, a3);
  __m256i b4 = _mm256_unpacklo_epi32 (a4, a6);
  __m256i b5 = _mm256_unpackhi_epi32 (a4, a6);
  __m256i b6 = _mm256_unpacklo_epi32 (a5, a7);
  __m256i b7 = _mm256_unpackhi_epi32 (a5, a7);

  r[0] = _mm256_unpacklo_epi64 (b0, b4);
  r[1] = _mm256_unpackhi_epi64 (b0, b4);
  r[2] = _mm256_unpacklo_epi64 (b1, b5);
  r[3] = _mm256_unpackhi_epi64 (b1, b5);
  r[4] = _mm256_unpacklo_epi64 (b2, b6);
  r[5] = _mm256_unpackhi_epi64 (b2, b6);
  r[6] = _mm256_unpacklo_epi64 (b3, b7);
  r[7] = _mm256_unpackhi_epi64 (b3, b7);
}

/* Words of two registers side by side, for multiply-adds. */
typedef struct
{
  __m256i low, high;
} Pairs;

static inline Pairs
pairs_of (__m256i first, __m256i second)
{
  return (Pairs){ _mm256_unpacklo_epi16 (first, second),
    _mm256_unpackhi_epi16 (first, second) };
}

static inline Pairs
weigh (Pairs pairs, int first, int second)
{
  __m256i weights = pair (first, second);

  return (Pairs){ _mm256_madd_epi16 (pairs.low, weights),
    _mm256_madd_epi16 (pairs.high, weights) };
}

static inline Pairs
add (Pairs a, Pairs b)
{
  return (Pairs){ _mm256_add_epi32 (a.low, b.low),
    _mm256_add_epi32 (a.high, b.high) };
}

static inline __m256i
descale (Pairs sums, int bits)
{
  __m256i half = _mm256_set1_epi32 (1 << (bits - 1));

  return _mm256_packs_epi32 (_mm256_srai_epi32 (_mm256_add_epi32 (sums.low,
                                                    half),
                                 bits),
      _mm256_srai_epi32 (_mm256_add_epi32 (sums.high, half), bits));
}

/* As transform_8 () in C; what is multiplied by the same is put together. @d[0]
 * and @d[4] come out as sums, for the pass to scale. */
static inline void
transform_8 (__m256i d[8], int bits)
{
  __m256i s0 = _mm256_add_epi16 (d[0], d[7]),
          d0 = _mm256_sub_epi16 (d[0], d[7]);
  __m256i s1 = _mm256_add_epi16 (d[1], d[6]),
          d1 = _mm256_sub_epi16 (d[1], d[6]);
  __m256i s2 = _mm256_add_epi16 (d[2], d[5]),
          d2 = _mm256_sub_epi16 (d[2], d[5]);
  __m256i s3 = _mm256_add_epi16 (d[3], d[4]),
          d3 = _mm256_sub_epi16 (d[3], d[4]);
  __m256i outer = _mm256_add_epi16 (s0, s3), inner = _mm256_add_epi16 (s1, s2);
  Pairs even = pairs_of (_mm256_sub_epi16 (s0, s3), _mm256_sub_epi16 (s1, s2));
  Pairs odd = pairs_of (_mm256_add_epi16 (d3, d1), _mm256_add_epi16 (d2, d0));
  Pairs odd_3 = weigh (odd, F_1_175 - F_1_961, F_1_175);
  Pairs odd_1 = weigh (odd, F_1_175, F_1_175 - F_0_390);
  Pairs d30 = pairs_of (d3, d0), d21 = pairs_of (d2, d1);

  d[0] = _mm256_add_epi16 (outer, inner);
  d[4] = _mm256_sub_epi16 (outer, inner);
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
transform_rows (__m256i d[8])
{
  transform_8 (d, CONSTANT_BITS - PASS_BITS);
  d[0] =
      _mm256_slli_epi16 (_mm256_sub_epi16 (d[0], _mm256_set1_epi16 (8 * 128)),
          PASS_BITS);
  d[4] = _mm256_slli_epi16 (d[4], PASS_BITS);
}

static inline void
transform_columns (__m256i d[8])
{
  __m256i half = _mm256_set1_epi16 (1 << (PASS_BITS - 1));

  transform_8 (d, CONSTANT_BITS + PASS_BITS);
  d[0] = _mm256_srai_epi16 (_mm256_add_epi16 (d[0], half), PASS_BITS);
  d[4] = _mm256_srai_epi16 (_mm256_add_epi16 (d[4], half), PASS_BITS);
}

static inline __m256i
load_twice (const uint16_t *src)
{
  return _mm256_broadcastsi128_si256 (_mm_loadu_si128 ((const __m128i *) src));
}

static inline __m256i
quantise (__m256i row, const ImJpegQuantiser *quantiser, int i)
{
  __m256i a = _mm256_abs_epi16 (row);

  a = _mm256_add_epi16 (a, load_twice (quantiser->correction + i));
  a = _mm256_mulhi_epu16 (a, load_twice (quantiser->reciprocal + i));
  a = _mm256_mulhi_epu16 (a, load_twice (quantiser->scale + i));
  return _mm256_sign_epi16 (a, row);
}

/* A shuffle that takes what a quarter of the file's order has from two rows of
 * the block; N: what it has from others, which becomes 0. */
#define N -128
#define ORDER(...) _mm256_broadcastsi128_si256 (_mm_setr_epi8 (__VA_ARGS__))
#define ORDER_0_0 ORDER (0, 1, 8, N, 9, 2, 3, 10, N, N, N, N, N, 11, 4, 5)
#define ORDER_0_1 ORDER (N, N, N, 0, N, N, N, N, 1, 8, N, 9, 2, N, N, N)
#define ORDER_0_2 ORDER (N, N, N, N, N, N, N, N, N, N, 0, N, N, N, N, N)
#define ORDER_1_0 ORDER (12, N, N, N, N, N, N, N, N, N, 13, 6, 7, 14, N, N)
#define ORDER_1_1 ORDER (N, 3, 10, N, N, N, N, N, 11, 4, N, N, N, N, 5, 12)
#define ORDER_1_2 ORDER (N, N, N, 1, 8, N, 9, 2, N, N, N, N, N, N, N, N)
#define ORDER_1_3 ORDER (N, N, N, N, N, 0, N, N, N, N, N, N, N, N, N, N)
#define ORDER_2_0 ORDER (N, N, N, N, N, N, N, N, N, N, 15, N, N, N, N, N)
#define ORDER_2_1 ORDER (N, N, N, N, N, N, N, N, 13, 6, N, 7, 14, N, N, N)
#define ORDER_2_2 ORDER (3, 10, N, N, N, N, 11, 4, N, N, N, N, N, 5, 12, N)
#define ORDER_2_3 ORDER (N, N, 1, 8, 9, 2, N, N, N, N, N, N, N, N, N, 3)
#define ORDER_3_1 ORDER (N, N, N, N, N, 15, N, N, N, N, N, N, N, N, N, N)
#define ORDER_3_2 ORDER (N, N, N, 13, 6, N, 7, 14, N, N, N, N, 15, N, N, N)
#define ORDER_3_3 ORDER (10, 11, 4, N, N, N, N, N, 5, 12, 13, 6, N, 7, 14, 15)

static inline __m256i
or3 (__m256i a, __m256i b, __m256i c)
{
  return _mm256_or_si256 (_mm256_or_si256 (a, b), c);
}

/* Bytes of pairs of rows -> of the file's order. */
static inline void
put_in_order (__m256i out[4], const __m256i rows[4])
{
#define TAKE(g, r) _mm256_shuffle_epi8 (rows[r], ORDER_##g##_##r)
  out[0] = or3 (TAKE (0, 0), TAKE (0, 1), TAKE (0, 2));
  out[1] = _mm256_or_si256 (or3 (TAKE (1, 0), TAKE (1, 1), TAKE (1, 2)),
      TAKE (1, 3));
  out[2] = _mm256_or_si256 (or3 (TAKE (2, 0), TAKE (2, 1), TAKE (2, 2)),
      TAKE (2, 3));
  out[3] = or3 (TAKE (3, 1), TAKE (3, 2), TAKE (3, 3));
#undef TAKE
}

static inline __m256i
small_of (__m256i first, __m256i second)
{
  __m256i most = _mm256_set1_epi8 (IM_JPEG_MOST_SMALL);
  __m256i least = _mm256_set1_epi8 (-IM_JPEG_MOST_SMALL);
  __m256i bytes = _mm256_packs_epi16 (first, second);

  bytes = _mm256_max_epi8 (_mm256_min_epi8 (bytes, most), least);
  return _mm256_add_epi8 (bytes, _mm256_set1_epi8 (IM_JPEG_SMALL_ORIGIN));
}

/* @low, @high: the file's order, 32 bytes each. */
static inline void
store_small (ImJpegBlock *block, __m256i low, __m256i high)
{
  __m256i zero = _mm256_set1_epi8 (IM_JPEG_SMALL_ORIGIN);
  uint32_t zeros_low =
      (uint32_t) _mm256_movemask_epi8 (_mm256_cmpeq_epi8 (low, zero));
  uint32_t zeros_high =
      (uint32_t) _mm256_movemask_epi8 (_mm256_cmpeq_epi8 (high, zero));
  uint64_t mask = ~(zeros_low | (uint64_t) zeros_high << 32);

  _mm256_storeu_si256 ((__m256i *) block->small, low);
  _mm256_storeu_si256 ((__m256i *) (block->small + 32), high);
  block->mask = mask & ~UINT64_C (1);
  block->small[64] = mask >> 63 ? IM_JPEG_NOTHING : IM_JPEG_END;
}

static inline void
store_pair (ImJpegBlock *first, ImJpegBlock *second, const __m256i d[8])
{
  __m256i rows[4], small[4];

  for (int i = 0; i < 8; i++) {
    _mm_storeu_si128 ((__m128i *) (first->coefficient + 8 * i),
        _mm256_castsi256_si128 (d[i]));
    _mm_storeu_si128 ((__m128i *) (second->coefficient + 8 * i),
        _mm256_extracti128_si256 (d[i], 1));
  }
  for (int i = 0; i < 4; i++)
    rows[i] = small_of (d[2 * i], d[2 * i + 1]);
  put_in_order (small, rows);
  store_small (first, _mm256_permute2x128_si256 (small[0], small[1], 0x20),
      _mm256_permute2x128_si256 (small[2], small[3], 0x20));
  store_small (second, _mm256_permute2x128_si256 (small[0], small[1], 0x31),
      _mm256_permute2x128_si256 (small[2], small[3], 0x31));
}

static inline void
transform_pair (ImJpegBlock *first, ImJpegBlock *second, __m256i d[8],
    const ImJpegQuantiser *quantiser)
{
  transpose (d);
  transform_rows (d);
  transpose (d);
  transform_columns (d);
  for (int i = 0; i < 8; i++)
    d[i] = quantise (d[i], quantiser, 8 * i);
  store_pair (first, second, d);
}

static void
transform (ImJpegBlock *blocks, const uint8_t *samples, ptrdiff_t stride, int n,
    const ImJpegQuantiser *quantiser)
{
  __m256i d[8];
  int i = 0;

  for (; i + 2 <= n; i += 2) {
    for (int y = 0; y < 8; y++)
      d[y] = _mm256_cvtepu8_epi16 (
          _mm_loadu_si128 ((const __m128i *) (samples + y * stride + 8 * i)));
    transform_pair (&blocks[i], &blocks[i + 1], d, quantiser);
  }
  if (i < n) {
    ImJpegBlock none;

    for (int y = 0; y < 8; y++)
      d[y] = _mm256_cvtepu8_epi16 (
          _mm_loadl_epi64 ((const __m128i *) (samples + y * stride + 8 * i)));
    transform_pair (&blocks[i], &none, d, quantiser);
  }
}

void
im_jpeg_kernels_init_avx2 (ImJpegKernels *kernels)
{
  kernels->transform = transform;
  kernels->code = code;
}
