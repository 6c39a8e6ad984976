/* imbytes: the kernels of the baseline JPEG coder for NEON.
 *
 * Symbols are the portable loop: arm64 has all its instructions anyway.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <arm_neon.h>

#include "jpeg_dct.h"
#include "jpeg_kernels.h"

/* 8x8 words. */
static inline void
transpose (int16x8_t r[8])
{
  for (int i = 0; i < 8; i += 2) {
    int16x8_t even = vtrn1q_s16 (r[i], r[i + 1]);

    r[i + 1] = vtrn2q_s16 (r[i], r[i + 1]);
    r[i] = even;
  }
  for (int i = 0; i < 8; i += i & 1 ? 3 : 1) {
    int32x4_t a = vreinterpretq_s32_s16 (r[i]);
    int32x4_t b = vreinterpretq_s32_s16 (r[i + 2]);

    r[i] = vreinterpretq_s16_s32 (vtrn1q_s32 (a, b));
    r[i + 2] = vreinterpretq_s16_s32 (vtrn2q_s32 (a, b));
  }
  for (int i = 0; i < 4; i++) {
    int64x2_t a = vreinterpretq_s64_s16 (r[i]);
    int64x2_t b = vreinterpretq_s64_s16 (r[i + 4]);

    r[i] = vreinterpretq_s16_s64 (vtrn1q_s64 (a, b));
    r[i + 4] = vreinterpretq_s16_s64 (vtrn2q_s64 (a, b));
  }
}

/* Eight sums of 32 bits. */
typedef struct
{
  int32x4_t low, high;
} Sums;

static inline Sums
multiply (int16x8_t a, int16_t weight)
{
  return (Sums){ vmull_n_s16 (vget_low_s16 (a), weight),
    vmull_n_s16 (vget_high_s16 (a), weight) };
}

static inline Sums
multiply_add (Sums sums, int16x8_t a, int16_t weight)
{
  return (Sums){ vmlal_n_s16 (sums.low, vget_low_s16 (a), weight),
    vmlal_n_s16 (sums.high, vget_high_s16 (a), weight) };
}

static inline Sums
add (Sums a, Sums b)
{
  return (Sums){ vaddq_s32 (a.low, b.low), vaddq_s32 (a.high, b.high) };
}

/* With the rounding shift, whose count has to be a constant. */
#define DESCALE(sums, bits) \
  vcombine_s16 (vrshrn_n_s32 ((sums).low, bits), \
      vrshrn_n_s32 ((sums).high, bits))

/* As transform_8 () in C; what is multiplied by the same is put together. @d[0]
 * and @d[4] come out as sums, for the pass to scale. */
#define TRANSFORM_8(d, bits) \
  do { \
    int16x8_t s0 = vaddq_s16 (d[0], d[7]), d0 = vsubq_s16 (d[0], d[7]); \
    int16x8_t s1 = vaddq_s16 (d[1], d[6]), d1 = vsubq_s16 (d[1], d[6]); \
    int16x8_t s2 = vaddq_s16 (d[2], d[5]), d2 = vsubq_s16 (d[2], d[5]); \
    int16x8_t s3 = vaddq_s16 (d[3], d[4]), d3 = vsubq_s16 (d[3], d[4]); \
    int16x8_t outer = vaddq_s16 (s0, s3), inner = vaddq_s16 (s1, s2); \
    int16x8_t even_0 = vsubq_s16 (s0, s3), even_1 = vsubq_s16 (s1, s2); \
    int16x8_t odd_31 = vaddq_s16 (d3, d1), odd_20 = vaddq_s16 (d2, d0); \
    Sums even = multiply_add (multiply (even_0, F_0_541), even_1, F_0_541); \
    Sums odd_3 = \
        multiply_add (multiply (odd_31, F_1_175 - F_1_961), odd_20, F_1_175); \
    Sums odd_1 = \
        multiply_add (multiply (odd_31, F_1_175), odd_20, F_1_175 - F_0_390); \
    Sums d30 = multiply_add (multiply (d3, -F_0_899), d0, -F_0_899); \
    Sums d21 = multiply_add (multiply (d2, -F_2_562), d1, -F_2_562); \
    Sums out_7 = multiply_add (add (d30, odd_3), d3, F_0_298); \
    Sums out_1 = multiply_add (add (d30, odd_1), d0, F_1_501); \
    Sums out_5 = multiply_add (add (d21, odd_1), d2, F_2_053); \
    Sums out_3 = multiply_add (add (d21, odd_3), d1, F_3_072); \
    Sums out_2 = multiply_add (even, even_0, F_0_765); \
    Sums out_6 = multiply_add (even, even_1, -F_1_847); \
\
    d[0] = vaddq_s16 (outer, inner); \
    d[4] = vsubq_s16 (outer, inner); \
    d[2] = DESCALE (out_2, bits); \
    d[6] = DESCALE (out_6, bits); \
    d[7] = DESCALE (out_7, bits); \
    d[1] = DESCALE (out_1, bits); \
    d[5] = DESCALE (out_5, bits); \
    d[3] = DESCALE (out_3, bits); \
  } while (0)

/* Samples as they are, 128 too large: of each row that adds 1024 to the sum, and
 * changes nothing else. */
static inline void
transform_rows (int16x8_t d[8])
{
  TRANSFORM_8 (d, CONSTANT_BITS - PASS_BITS);
  d[0] = vshlq_n_s16 (vsubq_s16 (d[0], vdupq_n_s16 (8 * 128)), PASS_BITS);
  d[4] = vshlq_n_s16 (d[4], PASS_BITS);
}

static inline void
transform_columns (int16x8_t d[8])
{
  TRANSFORM_8 (d, CONSTANT_BITS + PASS_BITS);
  d[0] = vrshrq_n_s16 (d[0], PASS_BITS);
  d[4] = vrshrq_n_s16 (d[4], PASS_BITS);
}

/* The upper halves of the products. */
static inline uint16x8_t
multiply_high (uint16x8_t a, uint16x8_t b)
{
  uint32x4_t low = vmull_u16 (vget_low_u16 (a), vget_low_u16 (b));
  uint32x4_t high = vmull_high_u16 (a, b);

  return vuzp2q_u16 (vreinterpretq_u16_u32 (low), vreinterpretq_u16_u32 (high));
}

static inline int16x8_t
quantise (int16x8_t row, const ImJpegQuantiser *quantiser, int i)
{
  uint16x8_t a = vreinterpretq_u16_s16 (vabsq_s16 (row));
  int16x8_t sign = vshrq_n_s16 (row, 15);

  a = vaddq_u16 (a, vld1q_u16 (quantiser->correction + i));
  a = multiply_high (a, vld1q_u16 (quantiser->reciprocal + i));
  a = multiply_high (a, vld1q_u16 (quantiser->scale + i));
  return vsubq_s16 (veorq_s16 (vreinterpretq_s16_u16 (a), sign), sign);
}

static inline uint8x16_t
small_of (int16x8_t first, int16x8_t second)
{
  int8x16_t bytes = vcombine_s8 (vqmovn_s16 (first), vqmovn_s16 (second));

  bytes = vminq_s8 (bytes, vdupq_n_s8 (IM_JPEG_MOST_SMALL));
  bytes = vmaxq_s8 (bytes, vdupq_n_s8 (-IM_JPEG_MOST_SMALL));
  return vreinterpretq_u8_s8 (
      vaddq_s8 (bytes, vdupq_n_s8 (IM_JPEG_SMALL_ORIGIN)));
}

/* A bit for each of 64 bytes that is not that of 0. */
static inline uint64_t
mask_of (const uint8x16_t small[4])
{
  static const uint8_t bits[16] = { 1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16,
    32, 64, 128 };
  uint8x16_t weights = vld1q_u8 (bits);
  uint8x16_t zero = vdupq_n_u8 (IM_JPEG_SMALL_ORIGIN), part[4];

  for (int i = 0; i < 4; i++)
    part[i] = vbicq_u8 (weights, vceqq_u8 (small[i], zero));
  part[0] =
      vpaddq_u8 (vpaddq_u8 (part[0], part[1]), vpaddq_u8 (part[2], part[3]));
  part[0] = vpaddq_u8 (part[0], part[0]);
  return vgetq_lane_u64 (vreinterpretq_u64_u8 (part[0]), 0);
}

static inline void
store (ImJpegBlock *block, const int16x8_t d[8])
{
  uint8x16x4_t rows;
  uint8x16_t small[4];
  uint64_t mask;

  for (int i = 0; i < 8; i++)
    vst1q_s16 (block->coefficient + 8 * i, d[i]);
  for (int i = 0; i < 4; i++)
    rows.val[i] = small_of (d[2 * i], d[2 * i + 1]);
  for (int i = 0; i < 4; i++) {
    small[i] = vqtbl4q_u8 (rows, vld1q_u8 (im_jpeg_natural_order + 16 * i));
    vst1q_u8 (block->small + 16 * i, small[i]);
  }
  mask = mask_of (small);
  block->mask = mask & ~UINT64_C (1);
  block->small[64] = mask >> 63 ? IM_JPEG_NOTHING : IM_JPEG_END;
}

static void
transform (ImJpegBlock *blocks, const uint8_t *samples, ptrdiff_t stride, int n,
    const ImJpegQuantiser *quantiser)
{
  for (int i = 0; i < n; i++) {
    int16x8_t d[8];

    for (int y = 0; y < 8; y++)
      d[y] = vreinterpretq_s16_u16 (
          vmovl_u8 (vld1_u8 (samples + y * stride + 8 * i)));
    transpose (d);
    transform_rows (d);
    transpose (d);
    transform_columns (d);
    for (int y = 0; y < 8; y++)
      d[y] = quantise (d[y], quantiser, 8 * y);
    store (&blocks[i], d);
  }
}

void
im_jpeg_kernels_init_neon (ImJpegKernels *kernels)
{
  kernels->transform = transform;
}
