/* imbytes: rows of formats whose samples are bits of words, as words of 16 bits or bytes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "unpack.h"

#include <string.h>

#include "core/base/compiler.h"

/* The upper 10 bits of a word. */
#define MASK_10 0xffc0u
#define MASK_2 0xc000u

/* Rows are written as bytes, which may be anything's: what loops depend on is copied, so
 * that it need not be read again. */
static inline const uint8_t *
row_of (const ImImage *image, int y)
{
  return image->data[0] + y * image->stride[0];
}

static inline uint32_t
load_u32 (const uint8_t *at, bool big_endian)
{
  uint32_t word;

  memcpy (&word, at, sizeof (word));
  if (big_endian == IM_BIG_ENDIAN)
    return word;
  return word >> 24 | (word >> 8 & 0xff00) | (word & 0xff00) << 8 | word << 24;
}

/* Four words at once, the first of them first in memory. */
static inline void
put_words (uint8_t *to, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
  uint64_t words = IM_BIG_ENDIAN ? a << 48 | b << 32 | c << 16 | d
                                 : a | b << 16 | c << 32 | d << 48;

  memcpy (to, &words, sizeof (words));
}

/* Bits @low to @low + 9 to the top of a word. */
static inline uint32_t
field (uint32_t word, int low)
{
  return (low < 6 ? word << (6 - low) : word >> (low - 6)) & MASK_10;
}

void
im_unpack_v210 (const ImImage *image, int y, void *dest)
{
  const uint8_t *restrict src = row_of (image, y);
  const int width = image->info.width;
  uint8_t *restrict to = dest;

  for (int x = 0; x < width; x += 6, src += 16, to += 24) {
    uint32_t a = load_u32 (src, false), b = load_u32 (src + 4, false);
    uint32_t c = load_u32 (src + 8, false), d = load_u32 (src + 12, false);

    put_words (to, field (a, 10), field (a, 0), field (b, 0), field (a, 20));
    put_words (to + 8, field (b, 20), field (b, 10), field (c, 10),
        field (c, 0));
    put_words (to + 16, field (d, 0), field (c, 20), field (d, 20),
        field (d, 10));
  }
}

void
im_unpack_uyvp (const ImImage *image, int y, void *dest)
{
  const uint8_t *restrict src = row_of (image, y);
  const int width = image->info.width;
  uint8_t *restrict to = dest;

  for (int x = 0; x < width; x += 2, src += 5, to += 8) {
    uint32_t four = load_u32 (src, true);

    put_words (to, four >> 6 & MASK_10, four >> 16 & MASK_10,
        (four << 14 | (uint32_t) src[4] << 6) & MASK_10, four << 4 & MASK_10);
  }
}

/* @first, @second and @third: the lowest bits of the three samples. */
static inline void
unpack_fields (const ImImage *image, int y, uint8_t *restrict to,
    bool big_endian, int first, int second, int third)
{
  const uint8_t *restrict src = row_of (image, y);
  const int width = image->info.width;

  for (int x = 0; x < width; x++, src += 4, to += 8) {
    uint32_t word = load_u32 (src, big_endian);

    put_words (to, word >> 16 & MASK_2, field (word, first),
        field (word, second), field (word, third));
  }
}

void
im_unpack_rgb10a2 (const ImImage *image, int y, void *dest)
{
  unpack_fields (image, y, dest, false, 0, 10, 20);
}

void
im_unpack_bgr10a2 (const ImImage *image, int y, void *dest)
{
  unpack_fields (image, y, dest, false, 20, 10, 0);
}

void
im_unpack_y410 (const ImImage *image, int y, void *dest)
{
  unpack_fields (image, y, dest, false, 10, 0, 20);
}

void
im_unpack_r210 (const ImImage *image, int y, void *dest)
{
  unpack_fields (image, y, dest, true, 20, 10, 0);
}

/* Four bytes, the first of them first in memory. */
static inline void
put_bytes (uint8_t *to, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
  uint32_t bytes = IM_BIG_ENDIAN ? a << 24 | b << 16 | c << 8 | d
                                 : a | b << 8 | c << 16 | d << 24;

  memcpy (to, &bytes, sizeof (bytes));
}

static inline void
unpack_565 (const ImImage *image, int y, uint8_t *restrict to, bool red_first)
{
  const uint8_t *restrict src = row_of (image, y);
  const int width = image->info.width;

  for (int x = 0; x < width; x++, src += 2, to += 4) {
    uint16_t word;
    uint32_t upper, green, lower;

    memcpy (&word, src, sizeof (word));
    upper = (word >> 8 & 0xf8) | word >> 13;
    green = (word >> 3 & 0xfc) | (word >> 9 & 3);
    lower = (word << 3 & 0xf8) | (word >> 2 & 7);
    put_bytes (to, 255, red_first ? upper : lower, green,
        red_first ? lower : upper);
  }
}

void
im_unpack_rgb16 (const ImImage *image, int y, void *dest)
{
  unpack_565 (image, y, dest, true);
}

void
im_unpack_bgr16 (const ImImage *image, int y, void *dest)
{
  unpack_565 (image, y, dest, false);
}
