/* imbytes: rows of formats whose samples are bits of words, as words of 16 bits or bytes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "unpack.h"

#include "kernels.h"
#include "unpack_private.h"

/* Bits @low to @low + 9 to the top of a word. */
static inline uint32_t
field (uint32_t word, int low)
{
  return (low < 6 ? word << (6 - low) : word >> (low - 6)) & IM_UPPER_10;
}

void
im_unpack_v210 (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  const uint8_t *restrict src =
      im_unpack_row (image, plane, y) + first / 6 * 16;
  uint8_t *restrict to = (uint8_t *) dest + first / 6 * 24;

  for (int x = first / 6 * 6; x < last; x += 6, src += 16, to += 24) {
    uint32_t a = im_load_u32 (src, false), b = im_load_u32 (src + 4, false);
    uint32_t c = im_load_u32 (src + 8, false),
             d = im_load_u32 (src + 12, false);

    im_put_words (to, field (a, 10), field (a, 0), field (b, 0), field (a, 20));
    im_put_words (to + 8, field (b, 20), field (b, 10), field (c, 10),
        field (c, 0));
    im_put_words (to + 16, field (d, 0), field (c, 20), field (d, 20),
        field (d, 10));
  }
}

void
im_unpack_uyvp (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  const uint8_t *restrict src = im_unpack_row (image, plane, y) + first / 2 * 5;
  uint8_t *restrict to = (uint8_t *) dest + first / 2 * 8;

  for (int x = first / 2 * 2; x < last; x += 2, src += 5, to += 8) {
    uint32_t four = im_load_u32 (src, true);

    im_put_words (to, four >> 6 & IM_UPPER_10, four >> 16 & IM_UPPER_10,
        (four << 14 | (uint32_t) src[4] << 6) & IM_UPPER_10,
        four << 4 & IM_UPPER_10);
  }
}

/* @low: where the three samples begin. */
static void
unpack_fields (const ImImage *image, int plane, int y, int first, int last,
    uint8_t *dest, bool big_endian, const int low[3])
{
  im_kernels_get ()->split_fields (dest + first * 8,
      im_unpack_row (image, plane, y) + first * 4, big_endian, low,
      last - first);
}

void
im_unpack_rgb10a2 (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  unpack_fields (image, plane, y, first, last, dest, false,
      (const int[3]){ 0, 10, 20 });
}

void
im_unpack_bgr10a2 (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  unpack_fields (image, plane, y, first, last, dest, false,
      (const int[3]){ 20, 10, 0 });
}

void
im_unpack_y410 (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  unpack_fields (image, plane, y, first, last, dest, false,
      (const int[3]){ 10, 0, 20 });
}

void
im_unpack_r210 (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  unpack_fields (image, plane, y, first, last, dest, true,
      (const int[3]){ 20, 10, 0 });
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
unpack_565 (const uint8_t *restrict src, uint8_t *restrict to, int n,
    bool red_first)
{
  for (int x = 0; x < n; x++, src += 2, to += 4) {
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
im_unpack_rgb16 (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  unpack_565 (im_unpack_row (image, plane, y) + first * 2,
      (uint8_t *) dest + first * 4, last - first, true);
}

void
im_unpack_bgr16 (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  unpack_565 (im_unpack_row (image, plane, y) + first * 2,
      (uint8_t *) dest + first * 4, last - first, false);
}
