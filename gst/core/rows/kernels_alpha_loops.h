/* imbytes: the portable loops behind kernels.h that have to do with alpha.
 *
 * Included as kernels_loops.h is.
 *
 * Colours are laid over a code value and not merely multiplied, so that the zero
 * of limited range and of chroma stays where it is: all that is linear takes it
 * along unchanged, and lifting the colours from it again leaves them exactly what
 * they were where they are opaque.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "kernels_loops.h"

static inline void
lay_upon (int16_t *restrict samples, const float *restrict alpha, float behind,
    int n)
{
  for (int x = 0; x < n; x++)
    samples[x] =
        (int16_t) (behind + ((float) samples[x] - behind) * alpha[x] + 0.5f);
}

/* In 16 bits all the way: 32897 / 65536 is 128 / 255, and a little more: near enough
 * to be exact where alpha is 0 or 255. */
static inline void
lay_bytes (int16_t *restrict dst, const uint8_t *restrict bytes,
    const uint8_t *restrict alpha, int behind, int n)
{
  uint16_t code = (uint16_t) behind;

  for (int x = 0; x < n; x++) {
    uint16_t sum = (uint16_t) ((uint16_t) (bytes[x] * alpha[x])
        + (uint16_t) (code * (uint16_t) (255 - alpha[x])));
    uint16_t twice = (uint16_t) ((uint32_t) sum * 32897u >> 16);

    dst[x] = (int16_t) ((uint16_t) (twice + 1) >> 1);
  }
}

static inline void
q6_from_bytes (int16_t *restrict dst, const uint8_t *restrict bytes, int n)
{
  for (int x = 0; x < n; x++)
    dst[x] = (int16_t) (bytes[x] << IM_Q);
}

/* Pixels that are taken apart at a time. */
#define LAY_BLOCK 256

static inline void
lay_pixels (int16_t *const *rows, const uint8_t *src, int alpha,
    const uint8_t *behind, int n)
{
  uint8_t bytes[4][LAY_BLOCK];

  for (int x = 0; x < n; x += LAY_BLOCK) {
    int count = n - x < LAY_BLOCK ? n - x : LAY_BLOCK;

    split4 ((uint8_t *const[]){ bytes[0], bytes[1], bytes[2], bytes[3] },
        src + (ptrdiff_t) x * 4, count);
    for (int i = 0; i < 4; i++) {
      if (rows[i] == NULL)
        continue;
      if (i == alpha)
        q6_from_bytes (rows[i] + x, bytes[i], count);
      else
        lay_bytes (rows[i] + x, bytes[i], bytes[alpha], behind[i], count);
    }
  }
}

/* What has less alpha is stored as wholly transparent. */
#define LEAST_ALPHA (1 << (IM_Q - 1))

static inline void
invert_alpha (float *restrict inverse, const int16_t *restrict alpha, int n)
{
  for (int x = 0; x < n; x++) {
    int a = alpha[x] < LEAST_ALPHA ? LEAST_ALPHA : alpha[x];
    float quotient = (float) (255 << IM_Q) / (float) a;

    inverse[x] = alpha[x] < LEAST_ALPHA ? 0.0f : quotient;
  }
}

static inline int16_t
clamp_q6 (int32_t v)
{
  v = v < INT16_MIN ? INT16_MIN : v;
  return (int16_t) (v > INT16_MAX ? INT16_MAX : v);
}

/* The half that a mix adds to be rounded to bytes is that of Q6 here. */
static inline void
mix_q6 (int16_t *restrict a, int16_t *restrict b, int16_t *restrict c,
    const ImMix *mix, int n)
{
  const int shift = IM_MIX_SHIFT - IM_Q;
  const int32_t less = (1 << (IM_MIX_SHIFT - 1)) - (1 << (shift - 1));
  const ImMix red = mix[0], green = mix[1], blue = mix[2];

  for (int x = 0; x < n; x++) {
    int32_t u = a[x], v = b[x], w = c[x];

    a[x] = clamp_q6 ((u * red.weight[0] + v * red.weight[1] + w * red.weight[2]
                         + (red.bias - less))
        >> shift);
    b[x] = clamp_q6 ((u * green.weight[0] + v * green.weight[1]
                         + w * green.weight[2] + (green.bias - less))
        >> shift);
    c[x] = clamp_q6 ((u * blue.weight[0] + v * blue.weight[1]
                         + w * blue.weight[2] + (blue.bias - less))
        >> shift);
  }
}

/* Rounded as positive numbers: truncating is rounding down for these alone. */
static inline void
lift (int16_t *restrict samples, const float *restrict inverse, int behind,
    int n)
{
  int zero = behind << IM_Q;
  float again = (float) (zero - INT16_MIN) + 0.5f;

  for (int x = 0; x < n; x++) {
    float v = (float) (samples[x] - zero) * inverse[x] + again;

    v = v < 0.0f ? 0.0f : v;
    v = v > 65535.0f ? 65535.0f : v;
    samples[x] = (int16_t) ((int32_t) v + INT16_MIN);
  }
}

static inline void
mix_rgba (uint8_t *restrict dst, const int16_t *restrict a,
    const int16_t *restrict b, const int16_t *restrict c,
    const int16_t *restrict alpha, const ImMix *mix, int n)
{
  const ImMix red = mix[0], green = mix[1], blue = mix[2];

  for (int x = 0; x < n; x++) {
    int32_t u = a[x], v = b[x], w = c[x];

    dst[4 * x] = clamp_u8 (
        (u * red.weight[0] + v * red.weight[1] + w * red.weight[2] + red.bias)
        >> IM_MIX_SHIFT);
    dst[4 * x + 1] = clamp_u8 ((u * green.weight[0] + v * green.weight[1]
                                   + w * green.weight[2] + green.bias)
        >> IM_MIX_SHIFT);
    dst[4 * x + 2] = clamp_u8 ((u * blue.weight[0] + v * blue.weight[1]
                                   + w * blue.weight[2] + blue.bias)
        >> IM_MIX_SHIFT);
    dst[4 * x + 3] = clamp_u8 ((alpha[x] + LEAST_ALPHA) >> IM_Q);
  }
}
