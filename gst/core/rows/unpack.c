/* imbytes: rows of formats whose samples are bits of words, as words of 16 bits or bytes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "unpack.h"

#include "kernels.h"
#include "unpack_private.h"

void
im_unpack_v210 (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  static const ImTens tens = { .bytes = 16,
    .samples = 12,
    .byte = { 1, 0, 4, 2, 6, 5, 9, 8, 12, 10, 14, 13 },
    .shift = { 4, 6, 6, 2, 2, 4, 4, 6, 6, 2, 2, 4 } };
  int group = first / 6;

  im_kernels_get ()->split_tens ((uint8_t *) dest + group * 24,
      im_unpack_row (image, plane, y) + group * 16, &tens,
      (last + 5) / 6 - group);
}

/* Two pixels in 40 bits. */
static void
unpack_pair (const uint8_t *src, uint8_t *to)
{
  uint32_t four = im_load_u32 (src, true);

  im_put_words (to, four >> 6 & IM_UPPER_10, four >> 16 & IM_UPPER_10,
      (four << 14 | (uint32_t) src[4] << 6) & IM_UPPER_10,
      four << 4 & IM_UPPER_10);
}

void
im_unpack_uyvp (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  static const ImTens tens = { .bytes = 10,
    .samples = 8,
    .big_endian = true,
    .byte = { 1, 0, 3, 2, 6, 5, 8, 7 },
    .shift = { 2, 0, 6, 4, 2, 0, 6, 4 } };
  const uint8_t *row = im_unpack_row (image, plane, y);
  int group = first / 4, n = last / 4 - group, pair = (group + n) * 2;
  uint8_t *to = dest;

  im_kernels_get ()->split_tens (to + group * 16, row + group * 10, &tens, n);
  if (pair * 2 < last)
    unpack_pair (row + pair * 5, to + pair * 8);
  if (pair * 2 + 2 < last)
    unpack_pair (row + pair * 5 + 5, to + pair * 8 + 8);
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

void
im_unpack_rgb16 (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  im_kernels_get ()->split_565 ((uint8_t *) dest + first * 4,
      im_unpack_row (image, plane, y) + first * 2, true, last - first);
}

void
im_unpack_bgr16 (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  im_kernels_get ()->split_565 ((uint8_t *) dest + first * 4,
      im_unpack_row (image, plane, y) + first * 2, false, last - first);
}
