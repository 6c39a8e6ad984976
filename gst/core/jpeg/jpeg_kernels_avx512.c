/* imbytes: the kernels of the baseline JPEG coder for AVX-512 with VNNI.
 *
 * Four blocks are transformed at once, one in each quarter of the registers, and
 * a multiply-add adds to a sum. The file's order is two permutations of words, and
 * the mask of a block one comparison. Symbols are AVX2's.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <immintrin.h>

typedef __m512i Vector;
#define V(name) _mm512_##name
#define SHIFT(bits) ((unsigned) (bits))

static inline __m512i
dot (__m512i sums, __m512i pairs, __m512i weights)
{
  return _mm512_dpwssd_epi32 (sums, pairs, weights);
}

static inline __m512i
odd_words (__m512i even, __m512i odd)
{
  return _mm512_mask_blend_epi16 (0xaaaaaaaa, even, odd);
}

#include "jpeg_dct_template.h"
#include "jpeg_kernels.h"

/* Two rows of each of four blocks, as gather_mirrored () takes them. @there: the
 * bytes of a row that exist. */
static inline void
load_mirrored (__m512i v[4], const uint8_t *samples, ptrdiff_t stride,
    __mmask32 there)
{
  __m512i order = _mm512_broadcast_i32x4 (mirrored_order ());
  __m512i side_by_side = _mm512_setr_epi64 (0, 8, 1, 9, 2, 10, 3, 11);
  __m512i e[4];

  for (int i = 0; i < 4; i++) {
    __m256i row = _mm256_maskz_loadu_epi8 (there, samples);
    __m256i next = _mm256_maskz_loadu_epi8 (there, samples + stride);

    e[i] = _mm512_permutex2var_epi64 (_mm512_castsi256_si512 (row),
        side_by_side, _mm512_castsi256_si512 (next));
    e[i] = _mm512_shuffle_epi8 (e[i], order);
    samples += 2 * stride;
  }
  gather_mirrored (v, e);
}

static inline __m512i
load_all (const uint16_t *src)
{
  return _mm512_broadcast_i32x4 (_mm_loadu_si128 ((const __m128i *) src));
}

static inline __m512i
quantise (__m512i row, const ImJpegQuantiser *quantiser, int i)
{
  __m512i a = _mm512_abs_epi16 (row);

  a = _mm512_add_epi16 (a, load_all (quantiser->correction + i));
  a = _mm512_mulhi_epu16 (a, load_all (quantiser->reciprocal + i));
  a = _mm512_mulhi_epu16 (a, load_all (quantiser->scale + i));
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
    __m512i v[4], d[8], top[4], bottom[4];

    load_mirrored (v, samples + 8 * i, stride, bytes);
    transform_rows (d, v);
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
