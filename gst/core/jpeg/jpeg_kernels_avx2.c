/* imbytes: the kernels of the baseline JPEG coder for AVX2.
 *
 * Two blocks are transformed at once, one in each half of the registers: what
 * AVX2 does within halves it does to both alike. Symbols are the portable loop
 * with the instructions of BMI.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <immintrin.h>

typedef __m256i Vector;
#define V(name) _mm256_##name
#define SHIFT(bits) (bits)

static inline __m256i
dot (__m256i sums, __m256i pairs, __m256i weights)
{
  return _mm256_add_epi32 (sums, _mm256_madd_epi16 (pairs, weights));
}

static inline __m256i
odd_words (__m256i even, __m256i odd)
{
  return _mm256_blend_epi16 (even, odd, 0xaa);
}

#include "jpeg_dct_template.h"
#include "jpeg_symbols.h"

/* The file's order of coefficients as shuffles of bytes: ORDER_q_r takes what
 * quarter q of it has from rows 2r and 2r + 1 of a block; N: what it has from
 * others, which becomes 0. */
#define N -128
#define ORDER_0_0 \
  _mm_setr_epi8 (0, 1, 8, N, 9, 2, 3, 10, N, N, N, N, N, 11, 4, 5)
#define ORDER_0_1 _mm_setr_epi8 (N, N, N, 0, N, N, N, N, 1, 8, N, 9, 2, N, N, N)
#define ORDER_0_2 _mm_setr_epi8 (N, N, N, N, N, N, N, N, N, N, 0, N, N, N, N, N)
#define ORDER_1_0 \
  _mm_setr_epi8 (12, N, N, N, N, N, N, N, N, N, 13, 6, 7, 14, N, N)
#define ORDER_1_1 \
  _mm_setr_epi8 (N, 3, 10, N, N, N, N, N, 11, 4, N, N, N, N, 5, 12)
#define ORDER_1_2 _mm_setr_epi8 (N, N, N, 1, 8, N, 9, 2, N, N, N, N, N, N, N, N)
#define ORDER_1_3 _mm_setr_epi8 (N, N, N, N, N, 0, N, N, N, N, N, N, N, N, N, N)
#define ORDER_2_0 \
  _mm_setr_epi8 (N, N, N, N, N, N, N, N, N, N, 15, N, N, N, N, N)
#define ORDER_2_1 \
  _mm_setr_epi8 (N, N, N, N, N, N, N, N, 13, 6, N, 7, 14, N, N, N)
#define ORDER_2_2 \
  _mm_setr_epi8 (3, 10, N, N, N, N, 11, 4, N, N, N, N, N, 5, 12, N)
#define ORDER_2_3 _mm_setr_epi8 (N, N, 1, 8, 9, 2, N, N, N, N, N, N, N, N, N, 3)
#define ORDER_3_1 \
  _mm_setr_epi8 (N, N, N, N, N, 15, N, N, N, N, N, N, N, N, N, N)
#define ORDER_3_2 \
  _mm_setr_epi8 (N, N, N, 13, 6, N, 7, 14, N, N, N, N, 15, N, N, N)
#define ORDER_3_3 \
  _mm_setr_epi8 (10, 11, 4, N, N, N, N, N, 5, 12, 13, 6, N, 7, 14, 15)

/* Two rows of each of two blocks, as gather_mirrored () takes them, one after
 * the other. @samples: the rows of both blocks, side by side, twice. */
static inline void
load_mirrored (__m256i v[4], const __m256i samples[8])
{
  __m256i order = _mm256_broadcastsi128_si256 (mirrored_order ());
  __m256i e[4];

  for (int i = 0; i < 4; i++) {
    /* Rows 2i and 2i + 1 of the first block, and of the second. */
    __m256d both = _mm256_shuffle_pd (_mm256_castsi256_pd (samples[2 * i]),
        _mm256_castsi256_pd (samples[2 * i + 1]), 12);

    e[i] = _mm256_shuffle_epi8 (_mm256_castpd_si256 (both), order);
  }
  gather_mirrored (v, e);
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

static inline __m256i
or3 (__m256i a, __m256i b, __m256i c)
{
  return _mm256_or_si256 (_mm256_or_si256 (a, b), c);
}

/* Bytes of pairs of rows -> of the file's order. */
static inline void
put_in_order (__m256i out[4], const __m256i rows[4])
{
#define TAKE(g, r) \
  _mm256_shuffle_epi8 (rows[r], _mm256_broadcastsi128_si256 (ORDER_##g##_##r))
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
transform_pair (ImJpegBlock *first, ImJpegBlock *second,
    const __m256i samples[8], const ImJpegQuantiser *quantiser)
{
  __m256i v[4], d[8];

  load_mirrored (v, samples);
  transform_rows (d, v);
  transform_columns (d);
  for (int i = 0; i < 8; i++)
    d[i] = quantise (d[i], quantiser, 8 * i);
  store_pair (first, second, d);
}

static void
transform (ImJpegBlock *blocks, const uint8_t *samples, ptrdiff_t stride, int n,
    const ImJpegQuantiser *quantiser)
{
  __m256i rows[8];
  int i = 0;

  for (; i + 2 <= n; i += 2) {
    for (int y = 0; y < 8; y++)
      rows[y] = _mm256_broadcastsi128_si256 (
          _mm_loadu_si128 ((const __m128i *) (samples + y * stride + 8 * i)));
    transform_pair (&blocks[i], &blocks[i + 1], rows, quantiser);
  }
  /* What lies behind the last block may not be memory of ours. */
  if (i < n) {
    ImJpegBlock none;

    for (int y = 0; y < 8; y++)
      rows[y] = _mm256_broadcastsi128_si256 (
          _mm_loadl_epi64 ((const __m128i *) (samples + y * stride + 8 * i)));
    transform_pair (&blocks[i], &none, rows, quantiser);
  }
}

void
im_jpeg_kernels_init_avx2 (ImJpegKernels *kernels)
{
  kernels->transform = transform;
  kernels->code = code;
}
