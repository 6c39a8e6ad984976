/* imbytes: the portable loops behind kernels.h.
 *
 * Included once by each kernels_*.c, which compiles them for its own
 * instruction set: written so that the compiler vectorises every one.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "core/base/compiler.h"
#include "kernels.h"

static inline int16_t
clamp_s16 (int32_t v)
{
  return (int16_t) (v < INT16_MIN ? INT16_MIN : v > INT16_MAX ? INT16_MAX : v);
}

static inline uint8_t
clamp_u8 (int32_t v)
{
  return (uint8_t) (v < 0 ? 0 : v > 255 ? 255 : v);
}

/* Blocks of columns keep the sums in cache whatever the number of taps. */
#define VERTICAL_BLOCK 256

/* From column @x0 on. */
#define VERTICAL_FROM(name, Sample, SHIFT) \
  static inline void name (int16_t *restrict dst, const Sample *const *rows, \
      const int16_t *weight, int taps, int x0, int n) \
  { \
    for (; x0 < n; x0 += VERTICAL_BLOCK) { \
      int count = n - x0 < VERTICAL_BLOCK ? n - x0 : VERTICAL_BLOCK; \
      int32_t sum[VERTICAL_BLOCK]; \
\
      for (int x = 0; x < count; x++) \
        sum[x] = 1 << (SHIFT - 1); \
      for (int t = 0; t < taps; t++) { \
        const Sample *restrict row = rows[t] + x0; \
        int16_t w = weight[t]; \
\
        for (int x = 0; x < count; x++) \
          sum[x] += (int16_t) row[x] * w; \
      } \
      for (int x = 0; x < count; x++) \
        dst[x0 + x] = clamp_s16 (sum[x] >> SHIFT); \
    } \
  }

VERTICAL_FROM (vertical_u8_from, uint8_t, (IM_WEIGHT_SHIFT - IM_Q))
VERTICAL_FROM (vertical_q6_from, int16_t, IM_WEIGHT_SHIFT)

#define CACHE_LINE 64

/* What is ahead of bytes [x, x + n): into the second-level cache. The first
 * is filled by the rows under way, and would lose either. */
static inline void
fetch_ahead (const ImAhead *ahead, int x, int n)
{
  for (int i = 0; i < ahead->n; i++)
    for (int at = x; at < x + n; at += CACHE_LINE)
      im_prefetch (ahead->row[i] + at);
}

/* Whether the sum is one row as it is: of pictures that keep their height. */
static inline bool
is_one_row (const int16_t *weight, int taps)
{
  return taps == 1 && weight[0] == IM_WEIGHT_ONE;
}

static inline void
widen_u8 (int16_t *restrict dst, const uint8_t *restrict row, int n,
    const ImAhead *ahead)
{
  for (int x = 0; x < n; x += VERTICAL_BLOCK) {
    int end = n - x < VERTICAL_BLOCK ? n : x + VERTICAL_BLOCK;

    fetch_ahead (ahead, x, end - x);
    for (int i = x; i < end; i++)
      dst[i] = (int16_t) (row[i] << IM_Q);
  }
}

static inline void
vertical_u8 (int16_t *dst, const uint8_t *const *rows, const int16_t *weight,
    int taps, int n, const ImAhead *ahead)
{
  if (is_one_row (weight, taps)) {
    widen_u8 (dst, rows[0], n, ahead);
    return;
  }
  for (int x = 0; x < n; x += VERTICAL_BLOCK) {
    int end = n - x < VERTICAL_BLOCK ? n : x + VERTICAL_BLOCK;

    fetch_ahead (ahead, x, end - x);
    vertical_u8_from (dst, rows, weight, taps, x, end);
  }
}

static inline void
vertical_q6 (int16_t *dst, const int16_t *const *rows, const int16_t *weight,
    int taps, int n)
{
  vertical_q6_from (dst, rows, weight, taps, 0, n);
}

static inline int16_t
load_word (const uint8_t *src, const ImWords *words)
{
  uint16_t word;

  memcpy (&word, src, sizeof (word));
  return (
      int16_t) ((uint16_t) (word >> words->right << words->left) & words->mask);
}

/* From column @x0 on. */
static inline void
vertical_words_from (int16_t *restrict dst, const uint8_t *const *rows,
    const ImWords *words, const int16_t *weight, int taps, int x0, int n)
{
  for (; x0 < n; x0 += VERTICAL_BLOCK) {
    int count = n - x0 < VERTICAL_BLOCK ? n - x0 : VERTICAL_BLOCK;
    int32_t sum[VERTICAL_BLOCK];

    for (int x = 0; x < count; x++)
      sum[x] = 1 << (IM_WEIGHT_SHIFT - 1);
    for (int t = 0; t < taps; t++) {
      const uint8_t *restrict row = rows[t] + (ptrdiff_t) x0 * 2;
      int16_t w = weight[t];

      for (int x = 0; x < count; x++)
        sum[x] += load_word (row + (ptrdiff_t) x * 2, words) * w;
    }
    for (int x = 0; x < count; x++)
      dst[x0 + x] = clamp_s16 (sum[x] >> IM_WEIGHT_SHIFT);
  }
}

static inline void
vertical_words (int16_t *dst, const uint8_t *const *rows, const ImWords *words,
    const int16_t *weight, int taps, int n, const ImAhead *ahead)
{
  const ImWords local = *words;

  for (int x = 0; x < n; x += VERTICAL_BLOCK) {
    int end = n - x < VERTICAL_BLOCK ? n : x + VERTICAL_BLOCK;

    fetch_ahead (ahead, 2 * x, 2 * (end - x));
    vertical_words_from (dst, rows, &local, weight, taps, x, end);
  }
}

static inline void
vertical_f32 (float *restrict dst, const float *const *rows,
    const float *weight, int taps, int n)
{
  const float *restrict row = rows[0];
  float w = weight[0];

  for (int x = 0; x < n; x++)
    dst[x] = row[x] * w;
  for (int t = 1; t < taps; t++) {
    row = rows[t];
    w = weight[t];
    for (int x = 0; x < n; x++)
      dst[x] += row[x] * w;
  }
}

static inline void
split2 (uint8_t *const *rows, const uint8_t *restrict src, int n)
{
  uint8_t *restrict a = rows[0], *restrict b = rows[1];

  for (int x = 0; x < n; x++) {
    a[x] = src[2 * x];
    b[x] = src[2 * x + 1];
  }
}

static inline void
split2_q6 (int16_t *const *rows, const int16_t *restrict src, int n)
{
  int16_t *restrict a = rows[0], *restrict b = rows[1];

  for (int x = 0; x < n; x++) {
    a[x] = src[2 * x];
    b[x] = src[2 * x + 1];
  }
}

static inline void
words_q6_steps (int16_t *restrict dst, const uint8_t *restrict src,
    ptrdiff_t step, bool big_endian, ImWords words, int n)
{
  for (int x = 0; x < n; x++) {
    uint16_t word;

    memcpy (&word, src + x * step, sizeof (word));
    if (big_endian != IM_BIG_ENDIAN)
      word = (uint16_t) (word >> 8 | word << 8);
    dst[x] =
        (int16_t) ((uint16_t) (word >> words.right << words.left) & words.mask);
  }
}

/* Steps that the compiler knows are ones that it can vectorise. */
static inline void
words_q6_of_step (int16_t *dst, const uint8_t *src, int step, bool big_endian,
    const ImWords *words, int n)
{
  if (step == 2)
    words_q6_steps (dst, src, 2, big_endian, *words, n);
  else if (step == 4)
    words_q6_steps (dst, src, 4, big_endian, *words, n);
  else if (step == 8)
    words_q6_steps (dst, src, 8, big_endian, *words, n);
  else
    words_q6_steps (dst, src, step, big_endian, *words, n);
}

static inline void
words_q6 (int16_t *dst, const uint8_t *src, int step, bool big_endian,
    const ImWords *words, int n)
{
  if (big_endian)
    words_q6_of_step (dst, src, step, true, words, n);
  else
    words_q6_of_step (dst, src, step, false, words, n);
}

static inline void
split4_words (uint16_t *const *rows, const uint8_t *src, int n)
{
  for (int x = 0; x < n; x++) {
    uint16_t words[4];

    memcpy (words, src + (ptrdiff_t) x * 8, sizeof (words));
    for (int i = 0; i < 4; i++)
      rows[i][x] = words[i];
  }
}

static inline void
split_tens (uint8_t *dst, const uint8_t *src, const ImTens *tens, int n)
{
  for (int x = 0; x < n; x++, src += tens->bytes)
    for (int i = 0; i < tens->samples; i++, dst += sizeof (uint16_t)) {
      const uint8_t *at = src + tens->byte[i];
      unsigned word = tens->big_endian ? (unsigned) at[0] << 8 | at[1]
                                       : (unsigned) at[1] << 8 | at[0];
      uint16_t sample = (uint16_t) (word << tens->shift[i] & 0xffc0);

      memcpy (dst, &sample, sizeof (sample));
    }
}

static inline void
split_565_of (uint8_t *restrict dst, const uint8_t *restrict src,
    bool upper_first, int n)
{
  for (int x = 0; x < n; x++) {
    uint16_t word;
    uint32_t first, second, third, pixel;

    memcpy (&word, src + (ptrdiff_t) x * 2, sizeof (word));
    first = (word >> 8 & 0xf8u) | (uint32_t) word >> 13;
    second = (word >> 3 & 0xfcu) | (word >> 9 & 3u);
    third = ((uint32_t) word << 3 & 0xf8u) | (word >> 2 & 7u);
    if (!upper_first) {
      uint32_t other = first;

      first = third;
      third = other;
    }
    pixel = IM_BIG_ENDIAN ? 255u << 24 | first << 16 | second << 8 | third
                          : 255u | first << 8 | second << 16 | third << 24;
    memcpy (dst + (ptrdiff_t) x * 4, &pixel, sizeof (pixel));
  }
}

static inline void
split_565 (uint8_t *dst, const uint8_t *src, bool upper_first, int n)
{
  if (upper_first)
    split_565_of (dst, src, true, n);
  else
    split_565_of (dst, src, false, n);
}

static inline void
split_fields_of (uint8_t *restrict dst, const uint8_t *restrict src,
    bool swapped, const int low[3], int n)
{
  const int first = low[0], second = low[1], third = low[2];

  for (int x = 0; x < n; x++) {
    uint32_t word;
    uint64_t bits, a, b, c, d, words;

    memcpy (&word, src + (ptrdiff_t) x * 4, sizeof (word));
    if (swapped)
      word = word >> 24 | (word >> 8 & 0xff00) | (word & 0xff00) << 8
          | word << 24;
    /* Six more bits below: ten of them end where a word of 16 does. */
    bits = (uint64_t) word << 6;
    a = bits >> 22 & 0xc000;
    b = bits >> first & 0xffc0;
    c = bits >> second & 0xffc0;
    d = bits >> third & 0xffc0;
    words = IM_BIG_ENDIAN ? a << 48 | b << 32 | c << 16 | d
                          : a | b << 16 | c << 32 | d << 48;
    memcpy (dst + (ptrdiff_t) x * 8, &words, sizeof (words));
  }
}

static inline void
split_fields (uint8_t *dst, const uint8_t *src, bool big_endian,
    const int low[3], int n)
{
  if (big_endian != IM_BIG_ENDIAN)
    split_fields_of (dst, src, true, low, n);
  else
    split_fields_of (dst, src, false, low, n);
}

static inline void
split3 (uint8_t *const *rows, const uint8_t *restrict src, int n)
{
  uint8_t *restrict a = rows[0], *restrict b = rows[1], *restrict c = rows[2];

  for (int x = 0; x < n; x++) {
    a[x] = src[3 * x];
    b[x] = src[3 * x + 1];
    c[x] = src[3 * x + 2];
  }
}

static inline void
split4 (uint8_t *const *rows, const uint8_t *restrict src, int n)
{
  uint8_t *restrict a = rows[0], *restrict b = rows[1];
  uint8_t *restrict c = rows[2], *restrict d = rows[3];

  for (int x = 0; x < n; x++) {
    a[x] = src[4 * x];
    b[x] = src[4 * x + 1];
    c[x] = src[4 * x + 2];
    d[x] = src[4 * x + 3];
  }
}

static inline void
columns_from_rows (int16_t *restrict dst, const int16_t *const *rows, int n)
{
  for (int x = 0; x < n; x++)
    for (int l = 0; l < IM_LANES; l++)
      dst[x * IM_LANES + l] = rows[l][x];
}

static inline void
rows_from_columns (int16_t *const *rows, const int16_t *restrict src, int n)
{
  for (int l = 0; l < IM_LANES; l++) {
    int16_t *restrict row = rows[l];

    for (int x = 0; x < n; x++)
      row[x] = src[x * IM_LANES + l];
  }
}

static inline void
horizontal_q6 (int16_t *restrict dst, const int16_t *restrict src,
    const ImFilter *filter, int step)
{
  int64_t next = (int64_t) step * IM_LANES;

  for (int i = 0; i < filter->n_out; i++) {
    const int16_t *column = src + filter->start[i] * next;
    const int16_t *weight = filter->weight + (int64_t) i * filter->stride;
    int32_t sum[IM_LANES];

    for (int l = 0; l < IM_LANES; l++)
      sum[l] = IM_WEIGHT_ONE / 2;
    for (int t = 0; t < filter->taps[i]; t++)
      for (int l = 0; l < IM_LANES; l++)
        sum[l] += column[t * next + l] * weight[t];
    for (int l = 0; l < IM_LANES; l++)
      dst[(int64_t) i * IM_LANES + l] = clamp_s16 (sum[l] >> IM_WEIGHT_SHIFT);
  }
}

/* Outputs [@begin, @end). */
static inline void
horizontal_row_from (int16_t *dst, const int16_t *src, const ImFilter *filter,
    int begin, int end)
{
  for (int i = begin; i < end; i++) {
    const int16_t *weight = filter->weight + (int64_t) i * filter->stride;
    int32_t sum = IM_WEIGHT_ONE / 2;

    for (int t = 0; t < filter->taps[i]; t++)
      sum += src[filter->start[i] + t] * weight[t];
    dst[i] = clamp_s16 (sum >> IM_WEIGHT_SHIFT);
  }
}

static inline void
horizontal_row_q6 (int16_t *dst, const int16_t *src, const ImFilter *filter)
{
  horizontal_row_from (dst, src, filter, 0, filter->n_out);
}

static inline void
horizontal_f32 (float *restrict dst, const float *restrict src,
    const ImFilter *filter)
{
  for (int i = 0; i < filter->n_out; i++) {
    const float *sample = src + filter->start[i];
    const float *weight = filter->weight_f + (int64_t) i * filter->stride;
    float sum = 0.0f;

    for (int t = 0; t < filter->taps[i]; t++)
      sum += sample[t] * weight[t];
    dst[i] = sum;
  }
}

static inline void
mean_2x2 (int16_t *restrict dst, const int16_t *top, const int16_t *bottom,
    int n)
{
  for (int x = 0; x < n; x++)
    dst[x] = (int16_t) ((top[2 * x] + top[2 * x + 1] + bottom[2 * x]
                            + bottom[2 * x + 1] + 2)
        >> 2);
}

static inline void
mix1 (uint8_t *restrict dst, const int16_t *restrict a, const ImMix *mix, int n)
{
  int32_t weight = mix->weight[0], bias = mix->bias;

  for (int x = 0; x < n; x++)
    dst[x] = clamp_u8 ((a[x] * weight + bias) >> IM_MIX_SHIFT);
}

static inline uint8_t
mix3_sample (int16_t a, int32_t wa, int32_t rest)
{
  return clamp_u8 ((a * wa + rest) >> IM_MIX_SHIFT);
}

static inline void
mix3 (uint8_t *restrict dst, const int16_t *restrict a,
    const int16_t *restrict b, const int16_t *restrict c, int shift, int phase,
    const ImMix *mix, int n)
{
  int32_t wa = mix->weight[0], wb = mix->weight[1], wc = mix->weight[2];
  int32_t bias = mix->bias;

  if (shift == 0) {
    for (int x = 0; x < n; x++)
      dst[x] = mix3_sample (a[x], wa, b[x] * wb + c[x] * wc + bias);
    return;
  }
  if (phase > 0) {
    *dst++ = mix3_sample (*a++, wa, *b++ * wb + *c++ * wc + bias);
    n--;
  }
  for (int k = 0; k < n / 2; k++) {
    int32_t rest = b[k] * wb + c[k] * wc + bias;

    dst[2 * k] = mix3_sample (a[2 * k], wa, rest);
    dst[2 * k + 1] = mix3_sample (a[2 * k + 1], wa, rest);
  }
  if (n & 1)
    dst[n - 1] =
        mix3_sample (a[n - 1], wa, b[n / 2] * wb + c[n / 2] * wc + bias);
}

static inline void
mix_rgb (uint8_t *restrict dst, const int16_t *restrict a,
    const int16_t *restrict b, const int16_t *restrict c, const ImMix *mix,
    int n)
{
  const ImMix red = mix[0], green = mix[1], blue = mix[2];

  for (int x = 0; x < n; x++) {
    int32_t u = a[x], v = b[x], w = c[x];

    dst[3 * x] = clamp_u8 (
        (u * red.weight[0] + v * red.weight[1] + w * red.weight[2] + red.bias)
        >> IM_MIX_SHIFT);
    dst[3 * x + 1] = clamp_u8 ((u * green.weight[0] + v * green.weight[1]
                                   + w * green.weight[2] + green.bias)
        >> IM_MIX_SHIFT);
    dst[3 * x + 2] = clamp_u8 ((u * blue.weight[0] + v * blue.weight[1]
                                   + w * blue.weight[2] + blue.bias)
        >> IM_MIX_SHIFT);
  }
}
