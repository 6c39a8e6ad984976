/* imbytes: rows of planes that lie in tiles, or whose samples of 10 bits are packed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "unpack_tiles.h"

#include <string.h>

#include "kernels.h"
#include "unpack_private.h"

/* Of one row in tiles: its place in the first tile of the row of them. */
typedef struct
{
  const uint8_t *row;
  int across, down; /* tiles of the plane */
  int tile_row;
} TileRow;

static inline TileRow
tile_row (const ImImage *image, int plane, int y, int width, int height)
{
  TileRow row = { .across = (int) (image->stride[plane] & 0xffff),
    .down = (int) (image->stride[plane] >> 16),
    .tile_row = y / height };

  row.row = image->data[plane] + y % height * width;
  return row;
}

/* How many tiles lie before the one in column @x. */
static inline ptrdiff_t
linear_index (const TileRow *row, int x)
{
  return (ptrdiff_t) row->tile_row * row->across + x;
}

/* Of a pair of rows, 0 1 6 7 8 9 14 15 and 2 3 4 5 10 11 12 13. */
static inline ptrdiff_t
zigzag_index (const TileRow *row, int x)
{
  int y = row->tile_row;

  if (y % 2 != 0)
    return (ptrdiff_t) (y - 1) * row->across + x + x / 4 * 4 + 2;
  if (y == row->down - 1)
    return linear_index (row, x);
  return (ptrdiff_t) y * row->across + x + (x + 2) / 4 * 4;
}

/* Sizes that the compiler knows: a row of a tile is a few moves. */
static inline void
untile (const ImImage *image, int plane, int y, int first, int last,
    uint8_t *dest, int width, int height, bool zigzag)
{
  const TileRow row = tile_row (image, plane, y, width, height);
  const ptrdiff_t size = width * height;
  int end = last << plane;

  for (int x = (first << plane) / width; x * width < end; x++)
    memcpy (dest + x * width,
        row.row
            + size * (zigzag ? zigzag_index (&row, x) : linear_index (&row, x)),
        (size_t) width);
}

void
im_unpack_4l4 (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  untile (image, plane, y, first, last, dest, 4, 4, false);
}

void
im_unpack_32l32 (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  untile (image, plane, y, first, last, dest, 32, 32, false);
}

void
im_unpack_8l128 (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  untile (image, plane, y, first, last, dest, 8, 128, false);
}

void
im_unpack_16l32s (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  if (plane == 0)
    untile (image, plane, y, first, last, dest, 16, 32, false);
  else
    untile (image, plane, y, first, last, dest, 16, 16, false);
}

void
im_unpack_64z32 (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  untile (image, plane, y, first, last, dest, 64, 32, true);
}

/* Ten tiles of 8 bytes have 64 samples. */
#define BLOCK_TILES 10
#define BLOCK_SAMPLES 64

void
im_unpack_10be_8l128 (const ImImage *image, int plane, int y, int first,
    int last, void *dest)
{
  static const ImTens tens = { .bytes = 10,
    .samples = 8,
    .big_endian = true,
    .byte = { 0, 1, 2, 3, 5, 6, 7, 8 },
    .shift = { 0, 2, 4, 6, 0, 2, 4, 6 } };
  const TileRow row = tile_row (image, plane, y, 8, 128);
  int end = last << plane, end_tile = (end * 10 + 63) / 64;
  uint8_t block[BLOCK_TILES * 8] = { 0 };

  for (int x = (first << plane) / BLOCK_SAMPLES * BLOCK_SAMPLES; x < end;
       x += BLOCK_SAMPLES) {
    int tile = x / BLOCK_SAMPLES * BLOCK_TILES;
    int n = end_tile - tile < BLOCK_TILES ? end_tile - tile : BLOCK_TILES;
    int samples = end - x < BLOCK_SAMPLES ? end - x : BLOCK_SAMPLES;

    for (int i = 0; i < n; i++)
      memcpy (block + i * 8, row.row + 8 * 128 * linear_index (&row, tile + i),
          8);
    im_kernels_get ()->split_tens ((uint8_t *) dest + x * 2, block, &tens,
        (samples + 7) / 8);
  }
}

static inline void
put_three (uint8_t *to, uint32_t word)
{
  im_put_words (to, word << 6 & IM_UPPER_10, word >> 4 & IM_UPPER_10,
      word >> 14 & IM_UPPER_10, 0);
}

void
im_unpack_10le32 (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  static const ImTens tens = { .bytes = 16,
    .samples = 12,
    .byte = { 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14 },
    .shift = { 6, 4, 2, 6, 4, 2, 6, 4, 2, 6, 4, 2 } };
  int word = (first << plane) / 3, end = ((last << plane) + 2) / 3;
  const uint8_t *row = im_unpack_row (image, plane, y);
  uint8_t *to = dest;

  im_kernels_get ()->split_tens (to + word * 6, row + word * 4, &tens,
      (end - word) / 4);
  for (word += (end - word) / 4 * 4; word < end; word++)
    put_three (to + word * 6, im_load_u32 (row + word * 4, false));
}

/* @bytes of a group of five that are there. */
static inline void
put_four (uint8_t *to, const uint8_t *src, int bytes)
{
  uint8_t group[8] = { 0 };
  uint32_t low;

  memcpy (group, src, (size_t) bytes);
  low = im_load_u32 (group, false);
  im_put_words (to, low << 6 & IM_UPPER_10, low >> 4 & IM_UPPER_10,
      low >> 14 & IM_UPPER_10,
      (low >> 24 | (uint32_t) group[4] << 8) & IM_UPPER_10);
}

void
im_unpack_10le40 (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  static const ImTens tens = { .bytes = 10,
    .samples = 8,
    .byte = { 0, 1, 2, 3, 5, 6, 7, 8 },
    .shift = { 6, 4, 2, 0, 6, 4, 2, 0 } };
  int group = (first << plane) / 4, end = last << plane;
  int pairs = (end / 4 - group) / 2;
  const uint8_t *row = im_unpack_row (image, plane, y);
  uint8_t *to = dest;

  im_kernels_get ()->split_tens (to + group * 8, row + group * 5, &tens, pairs);
  for (group += pairs * 2; group < end / 4; group++)
    put_four (to + group * 8, row + group * 5, 5);
  if (end % 4 != 0)
    put_four (to + group * 8, row + group * 5, (end % 4 * 10 + 7) / 8);
}
