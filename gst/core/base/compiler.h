/* imbytes: what C11 leaves to the compiler: GNU C on one side, plain C on the
 * other, and the order of a word's bytes.
 *
 * No other file of the core asks which it is, but for the kernels, whose
 * instruction sets are their own.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdint.h>
#include <string.h>

/* The compiler is to hold a call's arguments against its format, the @a-th. */
#if defined(__MINGW32__)
#define IM_PRINTF_LIKE(a, b) \
  __attribute__ ((format (__MINGW_PRINTF_FORMAT, a, b)))
#elif defined(__GNUC__)
#define IM_PRINTF_LIKE(a, b) __attribute__ ((format (printf, a, b)))
#else
#define IM_PRINTF_LIKE(a, b)
#endif

/* Compilers that cannot say it are those of little-endian machines. */
#if defined(__BYTE_ORDER__) && defined(__ORDER_BIG_ENDIAN__)
#define IM_BIG_ENDIAN (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
#else
#define IM_BIG_ENDIAN 0
#endif

/* @p will be read soon. */
static inline void
im_prefetch (const void *p)
{
#ifdef __GNUC__
  __builtin_prefetch (p, 0, 2);
#else
  (void) p;
#endif
}

/* Which bit of @bits, not 0, is the lowest that is set. */
static inline int
im_lowest_bit_plain (uint64_t bits)
{
  int n = 0;

  for (int width = 32; width > 0; width /= 2)
    if ((bits & ((UINT64_C (1) << width) - 1)) == 0) {
      bits >>= width;
      n += width;
    }
  return n;
}

static inline int
im_lowest_bit (uint64_t bits)
{
#ifdef __GNUC__
  return __builtin_ctzll (bits);
#else
  return im_lowest_bit_plain (bits);
#endif
}

/* How many bits @value has up to the highest that is set; 0 has none. */
static inline int
im_bit_length_plain (uint32_t value)
{
  int n = 0;

  for (; value != 0; value >>= 1)
    n++;
  return n;
}

static inline int
im_bit_length (uint32_t value)
{
#ifdef __GNUC__
  return value != 0 ? 32 - __builtin_clz (value) : 0;
#else
  return im_bit_length_plain (value);
#endif
}

/* Compilers know this as one instruction. */
static inline uint64_t
im_swap64 (uint64_t v)
{
  v = (v >> 8 & UINT64_C (0x00ff00ff00ff00ff))
      | (v & UINT64_C (0x00ff00ff00ff00ff)) << 8;
  v = (v >> 16 & UINT64_C (0x0000ffff0000ffff))
      | (v & UINT64_C (0x0000ffff0000ffff)) << 16;
  return v >> 32 | v << 32;
}

/* Eight bytes, the first the lowest. */
static inline uint64_t
im_load64 (const uint8_t *p)
{
  uint64_t value;

  memcpy (&value, p, sizeof (value));
  return IM_BIG_ENDIAN ? im_swap64 (value) : value;
}

static inline void
im_store64 (uint8_t *p, uint64_t value)
{
  value = IM_BIG_ENDIAN ? im_swap64 (value) : value;
  memcpy (p, &value, sizeof (value));
}
