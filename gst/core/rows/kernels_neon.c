/* imbytes: the kernels for NEON (AArch64).
 *
 * The portable loops, which the compiler does well where samples are split or
 * in floats, and intrinsics where it does not find the instructions: the
 * widening multiply-add, the saturating narrowing shift, adding neighbours and
 * transposing.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <arm_neon.h>
#include <string.h>

#include "kernels_loops.h"

/* Sums of eight samples. */
typedef struct
{
  int32x4_t low, high;
} Sums;

static inline Sums
sums_of (int32x4_t each)
{
  return (Sums){ each, each };
}

static inline Sums
weigh (Sums sums, int16x8_t samples, int16x8_t weight)
{
  return (Sums){ vmlal_s16 (sums.low, vget_low_s16 (samples),
                     vget_low_s16 (weight)),
    vmlal_high_s16 (sums.high, samples, weight) };
}

/* The half that makes the shift round is in the sums from the start, and not
 * in the instruction, so that sums that wrap around do as everywhere else. */
#define ROUND(sums, shift) \
  vqshrn_high_n_s32 (vqshrn_n_s32 ((sums).low, (shift)), (sums).high, (shift))

static inline void
weigh_bytes (Sums sums[2], uint8x16_t bytes, int16x8_t weight)
{
  sums[0] = weigh (sums[0],
      vreinterpretq_s16_u16 (vmovl_u8 (vget_low_u8 (bytes))), weight);
  sums[1] =
      weigh (sums[1], vreinterpretq_s16_u16 (vmovl_high_u8 (bytes)), weight);
}

static void
vertical_u8_neon (int16_t *dst, const uint8_t *const *rows,
    const int16_t *weight, int taps, int n, const ImAhead *ahead)
{
  const int32x4_t half = vdupq_n_s32 (1 << (IM_WEIGHT_SHIFT - IM_Q - 1));
  int x = 0;

  if (is_one_row (weight, taps)) {
    widen_u8 (dst, rows[0], n, ahead);
    return;
  }
  for (; x + 32 <= n; x += 32) {
    Sums sums[4] = { sums_of (half), sums_of (half), sums_of (half),
      sums_of (half) };

    if (x % CACHE_LINE == 0)
      fetch_ahead (ahead, x, CACHE_LINE);
    for (int t = 0; t < taps; t++) {
      const uint8_t *row = rows[t] + x;
      int16x8_t w = vld1q_dup_s16 (weight + t);

      weigh_bytes (sums, vld1q_u8 (row), w);
      weigh_bytes (sums + 2, vld1q_u8 (row + 16), w);
    }
    for (int i = 0; i < 4; i++)
      vst1q_s16 (dst + x + 8 * i, ROUND (sums[i], IM_WEIGHT_SHIFT - IM_Q));
  }
  vertical_u8_from (dst, rows, weight, taps, x, n);
}

static void
vertical_q6_neon (int16_t *dst, const int16_t *const *rows,
    const int16_t *weight, int taps, int n)
{
  const int32x4_t half = vdupq_n_s32 (IM_WEIGHT_ONE / 2);
  int x = 0;

  for (; x + 32 <= n; x += 32) {
    Sums sums[4] = { sums_of (half), sums_of (half), sums_of (half),
      sums_of (half) };

    for (int t = 0; t < taps; t++) {
      const int16_t *row = rows[t] + x;
      int16x8_t w = vld1q_dup_s16 (weight + t);

      for (int i = 0; i < 4; i++)
        sums[i] = weigh (sums[i], vld1q_s16 (row + 8 * i), w);
    }
    for (int i = 0; i < 4; i++)
      vst1q_s16 (dst + x + 8 * i, ROUND (sums[i], IM_WEIGHT_SHIFT));
  }
  vertical_q6_from (dst, rows, weight, taps, x, n);
}

static inline int16x8_t
load_words (const uint8_t *src, int16x8_t shift, uint16x8_t mask)
{
  uint16x8_t words = vreinterpretq_u16_u8 (vld1q_u8 (src));

  return vreinterpretq_s16_u16 (vandq_u16 (vshlq_u16 (words, shift), mask));
}

static void
vertical_words_neon (int16_t *dst, const uint8_t *const *rows,
    const ImWords *words, const int16_t *weight, int taps, int n,
    const ImAhead *ahead)
{
  const int32x4_t half = vdupq_n_s32 (IM_WEIGHT_ONE / 2);
  const uint16x8_t mask = vdupq_n_u16 (words->mask);
  /* Less than 0: to the right. */
  const int16x8_t shift = vdupq_n_s16 ((int16_t) (words->left - words->right));
  int x = 0;

  for (; x + 32 <= n; x += 32) {
    Sums sums[4] = { sums_of (half), sums_of (half), sums_of (half),
      sums_of (half) };

    fetch_ahead (ahead, 2 * x, CACHE_LINE);
    for (int t = 0; t < taps; t++) {
      const uint8_t *row = rows[t] + (ptrdiff_t) 2 * x;
      int16x8_t w = vld1q_dup_s16 (weight + t);

      for (int i = 0; i < 4; i++)
        sums[i] = weigh (sums[i], load_words (row + 16 * i, shift, mask), w);
    }
    for (int i = 0; i < 4; i++)
      vst1q_s16 (dst + x + 8 * i, ROUND (sums[i], IM_WEIGHT_SHIFT));
  }
  vertical_words_from (dst, rows, words, weight, taps, x, n);
}

static void
split2_q6_neon (int16_t *const *rows, const int16_t *src, int n)
{
  int x = 0;

  for (; x + 8 <= n; x += 8) {
    int16x8x2_t pairs = vld2q_s16 (src + 2 * x);

    vst1q_s16 (rows[0] + x, pairs.val[0]);
    vst1q_s16 (rows[1] + x, pairs.val[1]);
  }
  split2_q6 ((int16_t *const[]){ rows[0] + x, rows[1] + x }, src + 2 * x,
      n - x);
}

static void
horizontal_q6_neon (int16_t *dst, const int16_t *src, const ImFilter *filter,
    int step)
{
  const int64_t next = (int64_t) step * IM_LANES;
  const int32x4_t half = vdupq_n_s32 (IM_WEIGHT_ONE / 2);

  for (int i = 0; i < filter->n_out; i++) {
    const int16_t *column = src + filter->start[i] * next;
    const int16_t *weight = filter->weight + (int64_t) i * filter->stride;
    Sums top = sums_of (half), bottom = sums_of (half);

    for (int t = 0; t < filter->taps[i]; t++, column += next) {
      int16x8_t w = vld1q_dup_s16 (weight + t);

      top = weigh (top, vld1q_s16 (column), w);
      bottom = weigh (bottom, vld1q_s16 (column + 8), w);
    }
    vst1q_s16 (dst, ROUND (top, IM_WEIGHT_SHIFT));
    vst1q_s16 (dst + 8, ROUND (bottom, IM_WEIGHT_SHIFT));
    dst += IM_LANES;
  }
}

/* Exchanges the odd elements of the one with the even elements of the other:
 * one step of transposing, for elements of 32 and 64 bits. */
static inline void
exchange_32 (int16x8_t *a, int16x8_t *b)
{
  int32x4_t p = vreinterpretq_s32_s16 (*a), q = vreinterpretq_s32_s16 (*b);

  *a = vreinterpretq_s16_s32 (vtrn1q_s32 (p, q));
  *b = vreinterpretq_s16_s32 (vtrn2q_s32 (p, q));
}

static inline void
exchange_64 (int16x8_t *a, int16x8_t *b)
{
  int64x2_t p = vreinterpretq_s64_s16 (*a), q = vreinterpretq_s64_s16 (*b);

  *a = vreinterpretq_s16_s64 (vtrn1q_s64 (p, q));
  *b = vreinterpretq_s16_s64 (vtrn2q_s64 (p, q));
}

/* 8 x 8 samples, in place. */
static inline void
transpose_8x8 (int16x8_t r[8])
{
  for (int i = 0; i < 8; i += 2) {
    int16x8_t even = r[i], odd = r[i + 1];

    r[i] = vtrn1q_s16 (even, odd);
    r[i + 1] = vtrn2q_s16 (even, odd);
  }
  for (int i = 0; i < 8; i += 4) {
    exchange_32 (&r[i], &r[i + 2]);
    exchange_32 (&r[i + 1], &r[i + 3]);
  }
  for (int i = 0; i < 4; i++)
    exchange_64 (&r[i], &r[i + 4]);
}

/* Both ways, the pointers are copied: only then does the compiler keep them in
 * registers while it stores samples. */
static void
columns_from_rows_neon (int16_t *dst, const int16_t *const *rows, int n)
{
  const int16_t *row[IM_LANES];
  int x = 0;

  memcpy (row, rows, sizeof (row));
  for (; x + 8 <= n; x += 8)
    for (int half = 0; half < IM_LANES; half += 8) {
      int16x8_t r[8];

      for (int i = 0; i < 8; i++)
        r[i] = vld1q_s16 (row[half + i] + x);
      transpose_8x8 (r);
      for (int i = 0; i < 8; i++)
        vst1q_s16 (dst + (x + i) * IM_LANES + half, r[i]);
    }
  for (; x < n; x++)
    for (int l = 0; l < IM_LANES; l++)
      dst[x * IM_LANES + l] = rows[l][x];
}

static void
rows_from_columns_neon (int16_t *const *rows, const int16_t *src, int n)
{
  int16_t *row[IM_LANES];
  int x = 0;

  memcpy (row, rows, sizeof (row));
  for (; x + 8 <= n; x += 8)
    for (int half = 0; half < IM_LANES; half += 8) {
      int16x8_t r[8];

      for (int i = 0; i < 8; i++)
        r[i] = vld1q_s16 (src + (x + i) * IM_LANES + half);
      transpose_8x8 (r);
      for (int i = 0; i < 8; i++)
        vst1q_s16 (row[half + i] + x, r[i]);
    }
  for (; x < n; x++)
    for (int l = 0; l < IM_LANES; l++)
      rows[l][x] = src[x * IM_LANES + l];
}

static inline int32x4_t
sum_2x2 (const int16_t *top, const int16_t *bottom)
{
  return vpadalq_s16 (vpaddlq_s16 (vld1q_s16 (top)), vld1q_s16 (bottom));
}

static void
mean_2x2_neon (int16_t *dst, const int16_t *top, const int16_t *bottom, int n)
{
  int x = 0;

  for (; x + 8 <= n; x += 8) {
    int32x4_t low = sum_2x2 (top + 2 * x, bottom + 2 * x);
    int32x4_t high = sum_2x2 (top + 2 * x + 8, bottom + 2 * x + 8);

    vst1q_s16 (dst + x, vrshrn_high_n_s32 (vrshrn_n_s32 (low, 2), high, 2));
  }
  mean_2x2 (dst + x, top + 2 * x, bottom + 2 * x, n - x);
}

/* Shifts by IM_MIX_SHIFT and clamps: the upper halves are the sums shifted by
 * 16, and the narrowing shift does the rest. */
static inline uint8x8_t
round_mix (Sums sums)
{
  return vqshrun_n_s16 (vuzp2q_s16 (vreinterpretq_s16_s32 (sums.low),
                            vreinterpretq_s16_s32 (sums.high)),
      IM_MIX_SHIFT - 16);
}

/* ImMix, as the multiplication takes it. */
typedef struct
{
  int16x8_t weight[3];
  int32x4_t bias;
} MixWeights;

static inline MixWeights
mix_weights (const ImMix *mix)
{
  MixWeights weights = { .bias = vdupq_n_s32 (mix->bias) };

  for (int i = 0; i < 3; i++)
    weights.weight[i] = vdupq_n_s16 ((int16_t) mix->weight[i]);
  return weights;
}

static void
mix1_neon (uint8_t *dst, const int16_t *a, const ImMix *mix, int n)
{
  const MixWeights weights = mix_weights (mix);
  const Sums bias = sums_of (weights.bias);
  int x = 0;

  for (; x + 16 <= n; x += 16) {
    Sums low = weigh (bias, vld1q_s16 (a + x), weights.weight[0]);
    Sums high = weigh (bias, vld1q_s16 (a + x + 8), weights.weight[0]);

    vst1q_u8 (dst + x, vcombine_u8 (round_mix (low), round_mix (high)));
  }
  mix1 (dst + x, a + x, mix, n - x);
}

static inline uint8x8_t
mix_8 (int16x8_t a, int16x8_t b, int16x8_t c, const MixWeights *weights)
{
  Sums sums = weigh (sums_of (weights->bias), a, weights->weight[0]);

  sums = weigh (sums, b, weights->weight[1]);
  return round_mix (weigh (sums, c, weights->weight[2]));
}

/* Eight samples of chroma serve 16 of luma. */
static void
mix3_half_neon (uint8_t *dst, const int16_t *a, const int16_t *b,
    const int16_t *c, const ImMix *mix, int n)
{
  const MixWeights weights = mix_weights (mix);
  int x = 0;

  for (; x + 16 <= n; x += 16) {
    Sums rest = weigh (weigh (sums_of (weights.bias), vld1q_s16 (b + x / 2),
                           weights.weight[1]),
        vld1q_s16 (c + x / 2), weights.weight[2]);
    Sums low = { vzip1q_s32 (rest.low, rest.low),
      vzip2q_s32 (rest.low, rest.low) };
    Sums high = { vzip1q_s32 (rest.high, rest.high),
      vzip2q_s32 (rest.high, rest.high) };

    low = weigh (low, vld1q_s16 (a + x), weights.weight[0]);
    high = weigh (high, vld1q_s16 (a + x + 8), weights.weight[0]);
    vst1q_u8 (dst + x, vcombine_u8 (round_mix (low), round_mix (high)));
  }
  mix3 (dst + x, a + x, b + x / 2, c + x / 2, 1, 0, mix, n - x);
}

static void
mix3_neon (uint8_t *dst, const int16_t *a, const int16_t *b, const int16_t *c,
    int shift, int phase, const ImMix *mix, int n)
{
  const MixWeights weights = mix_weights (mix);
  int x = 0;

  if (shift > 0) {
    if (phase > 0)
      mix3 (dst++, a++, b++, c++, 1, 1, mix, 1), n--;
    mix3_half_neon (dst, a, b, c, mix, n);
    return;
  }
  for (; x + 16 <= n; x += 16)
    vst1q_u8 (dst + x,
        vcombine_u8 (mix_8 (vld1q_s16 (a + x), vld1q_s16 (b + x),
                         vld1q_s16 (c + x), &weights),
            mix_8 (vld1q_s16 (a + x + 8), vld1q_s16 (b + x + 8),
                vld1q_s16 (c + x + 8), &weights)));
  mix3 (dst + x, a + x, b + x, c + x, 0, 0, mix, n - x);
}

static void
mix_rgb_neon (uint8_t *dst, const int16_t *a, const int16_t *b,
    const int16_t *c, const ImMix *mix, int n)
{
  const MixWeights red = mix_weights (&mix[0]);
  const MixWeights green = mix_weights (&mix[1]);
  const MixWeights blue = mix_weights (&mix[2]);
  int x = 0;

  for (; x + 8 <= n; x += 8) {
    int16x8_t u = vld1q_s16 (a + x), v = vld1q_s16 (b + x);
    int16x8_t w = vld1q_s16 (c + x);
    uint8x8x3_t rgb = { { mix_8 (u, v, w, &red), mix_8 (u, v, w, &green),
        mix_8 (u, v, w, &blue) } };

    vst3_u8 (dst + 3 * x, rgb);
  }
  mix_rgb (dst + 3 * x, a + x, b + x, c + x, mix, n - x);
}

void
im_kernels_init_neon (ImKernels *kernels)
{
  kernels->vertical_u8 = vertical_u8_neon;
  kernels->vertical_q6 = vertical_q6_neon;
  kernels->vertical_words = vertical_words_neon;
  kernels->split2_q6 = split2_q6_neon;
  kernels->columns_from_rows = columns_from_rows_neon;
  kernels->rows_from_columns = rows_from_columns_neon;
  kernels->horizontal_q6 = horizontal_q6_neon;
  kernels->mean_2x2 = mean_2x2_neon;
  kernels->mix1 = mix1_neon;
  kernels->mix3 = mix3_neon;
  kernels->mix_rgb = mix_rgb_neon;
}
