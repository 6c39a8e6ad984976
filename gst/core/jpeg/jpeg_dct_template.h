/* imbytes: the transform of blocks, for the vectors of x86.
 *
 * A vector holds words of several blocks, one block in each 128 bits; nothing
 * crosses from one to another. AVX2 and AVX-512 include this file and define, as
 * their own:
 *
 *   Vector        the type of a vector
 *   V(name)       its intrinsic of that name, such as add_epi16
 *   dot ()        adds to 32-bit sums the products of pairs of words
 *   odd_words ()  even words of the first argument, odd ones of the second
 *   SHIFT(bits)   a count of bits, as its shifts take it
 *
 * It transforms as jpeg_kernels_c.c does, to the same bits; what is multiplied by
 * the same constant is put together.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdint.h>

#include "jpeg_dct.h"

/* Words of two vectors side by side, or 32-bit sums of such pairs. */
typedef struct
{
  Vector low, high;
} Pairs;

static inline Pairs
pairs_of (Vector first, Vector second)
{
  return (Pairs){ V (unpacklo_epi16) (first, second),
    V (unpackhi_epi16) (first, second) };
}

/* @sums and first * @a + second * @b of each pair. */
static inline Pairs
weigh (Pairs sums, Pairs pairs, int a, int b)
{
  Vector weights =
      V (set1_epi32) ((int32_t) ((uint32_t) b << 16 | (uint32_t) (a & 0xffff)));

  return (Pairs){ dot (sums.low, pairs.low, weights),
    dot (sums.high, pairs.high, weights) };
}

static inline Vector
shift_down (Pairs sums, int bits)
{
  return V (packs_epi32) (V (srai_epi32) (sums.low, SHIFT (bits)),
      V (srai_epi32) (sums.high, SHIFT (bits)));
}

/* The transform of eight values. The two that are sums alone are words, which
 * each pass scales in its way; all others have 32 bits and half a unit added. */
typedef struct
{
  Vector d0, d4;
  Pairs d1, d2, d3, d5, d6, d7;
} Transformed;

/* @s, @d: the sums and the differences of values x and 7 - x. */
static inline Transformed
transform_8 (const Vector s[4], const Vector d[4], int bits)
{
  Vector half = V (set1_epi32) (1 << (bits - 1));
  Vector outer = V (add_epi16) (s[0], s[3]);
  Vector inner = V (add_epi16) (s[1], s[2]);
  Pairs halves = { half, half };
  Pairs even =
      pairs_of (V (sub_epi16) (s[0], s[3]), V (sub_epi16) (s[1], s[2]));
  Pairs odd = pairs_of (V (add_epi16) (d[3], d[1]), V (add_epi16) (d[2], d[0]));
  Pairs odd_3 = weigh (halves, odd, F_1_175 - F_1_961, F_1_175);
  Pairs odd_1 = weigh (halves, odd, F_1_175, F_1_175 - F_0_390);
  Pairs d30 = pairs_of (d[3], d[0]), d21 = pairs_of (d[2], d[1]);
  Transformed out;

  out.d0 = V (add_epi16) (outer, inner);
  out.d4 = V (sub_epi16) (outer, inner);
  out.d2 = weigh (halves, even, F_0_541 + F_0_765, F_0_541);
  out.d6 = weigh (halves, even, F_0_541, F_0_541 - F_1_847);
  out.d7 = weigh (odd_3, d30, F_0_298 - F_0_899, -F_0_899);
  out.d1 = weigh (odd_1, d30, -F_0_899, F_1_501 - F_0_899);
  out.d5 = weigh (odd_1, d21, F_2_053 - F_2_562, -F_2_562);
  out.d3 = weigh (odd_3, d21, -F_2_562, F_3_072 - F_2_562);
  return out;
}

/* Words of two results side by side: the lower 16 bits of each sum shifted
 * down. */
static inline Pairs
interleave (Pairs first, Pairs second, int bits)
{
  return (Pairs){ odd_words (V (srli_epi32) (first.low, SHIFT (bits)),
                      V (slli_epi32) (second.low, SHIFT (16 - bits))),
    odd_words (V (srli_epi32) (first.high, SHIFT (bits)),
        V (slli_epi32) (second.high, SHIFT (16 - bits))) };
}

/* 8x8 words of each block; words of rows 2i and 2i + 1 lie side by side
 * already. */
static inline void
transpose_pairs (Vector r[8], const Pairs p[4])
{
  for (int i = 0; i < 2; i++) {
    Vector first = i ? p[0].high : p[0].low, second = i ? p[1].high : p[1].low;
    Vector third = i ? p[2].high : p[2].low, fourth = i ? p[3].high : p[3].low;
    Vector a = V (unpacklo_epi32) (first, second);
    Vector b = V (unpackhi_epi32) (first, second);
    Vector c = V (unpacklo_epi32) (third, fourth);
    Vector d = V (unpackhi_epi32) (third, fourth);

    r[4 * i] = V (unpacklo_epi64) (a, c);
    r[4 * i + 1] = V (unpackhi_epi64) (a, c);
    r[4 * i + 2] = V (unpacklo_epi64) (b, d);
    r[4 * i + 3] = V (unpackhi_epi64) (b, d);
  }
}

/* @e: bytes 0, 7, 1, 6, 2, 5, 3, 4 of rows 2i and 2i + 1, those of both rows at x
 * beside each other -> bytes x and 7 - x of all rows in order, for x from 0 to
 * 3. */
static inline void
gather_mirrored (Vector v[4], const Vector e[4])
{
  Vector f[4];

  f[0] = V (unpacklo_epi32) (e[0], e[1]);
  f[1] = V (unpackhi_epi32) (e[0], e[1]);
  f[2] = V (unpacklo_epi32) (e[2], e[3]);
  f[3] = V (unpackhi_epi32) (e[2], e[3]);
  v[0] = V (unpacklo_epi64) (f[0], f[2]);
  v[1] = V (unpackhi_epi64) (f[0], f[2]);
  v[2] = V (unpacklo_epi64) (f[1], f[3]);
  v[3] = V (unpackhi_epi64) (f[1], f[3]);
}

/* The order of bytes in two rows of a block that gather_mirrored () wants. */
static inline __m128i
mirrored_order (void)
{
  return _mm_setr_epi8 (0, 7, 8, 15, 1, 6, 9, 14, 2, 5, 10, 13, 3, 4, 11, 12);
}

/* @v as gather_mirrored () leaves it -> columns of the rows' transforms. Samples
 * are taken as they are, 128 too large: that adds 1024 to the sum of each row, and
 * changes nothing else. */
static inline void
transform_rows (Vector out[8], const Vector v[4])
{
  enum
  {
    BITS = CONSTANT_BITS - PASS_BITS
  };
  Vector offset = V (set1_epi16) (8 * 128), s[4], d[4];
  Pairs pairs[4];
  Transformed t;

  for (int i = 0; i < 4; i++) {
    s[i] = V (maddubs_epi16) (v[i], V (set1_epi16) (0x0101));
    d[i] = V (maddubs_epi16) (v[i], V (set1_epi16) ((int16_t) 0xff01));
  }
  t = transform_8 (s, d, BITS);
  t.d0 = V (slli_epi16) (V (sub_epi16) (t.d0, offset), PASS_BITS);
  t.d4 = V (slli_epi16) (t.d4, PASS_BITS);
  pairs[0] = pairs_of (t.d0, shift_down (t.d1, BITS));
  pairs[1] = interleave (t.d2, t.d3, BITS);
  pairs[2] = pairs_of (t.d4, shift_down (t.d5, BITS));
  pairs[3] = interleave (t.d6, t.d7, BITS);
  transpose_pairs (out, pairs);
}

static inline void
transform_columns (Vector r[8])
{
  enum
  {
    BITS = CONSTANT_BITS + PASS_BITS
  };
  Vector half = V (set1_epi16) (1 << (PASS_BITS - 1)), s[4], d[4];
  Transformed t;

  for (int i = 0; i < 4; i++) {
    s[i] = V (add_epi16) (r[i], r[7 - i]);
    d[i] = V (sub_epi16) (r[i], r[7 - i]);
  }
  t = transform_8 (s, d, BITS);
  r[0] = V (srai_epi16) (V (add_epi16) (t.d0, half), PASS_BITS);
  r[1] = shift_down (t.d1, BITS);
  r[2] = shift_down (t.d2, BITS);
  r[3] = shift_down (t.d3, BITS);
  r[4] = V (srai_epi16) (V (add_epi16) (t.d4, half), PASS_BITS);
  r[5] = shift_down (t.d5, BITS);
  r[6] = shift_down (t.d6, BITS);
  r[7] = shift_down (t.d7, BITS);
}
