/* imbytes: the portable kernels of the baseline JPEG coder, which say what all
 * others compute.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "jpeg_dct.h"
#include "jpeg_symbols.h"

static inline int16_t
descale (int32_t value, int bits)
{
  return (int16_t) ((value + (1 << (bits - 1))) >> bits);
}

/* Eight transforms of eight values; @in[8 * x + i] is value x of the i-th. */
static inline void
transform_8 (int16_t out[64], const int16_t in[64], int bits)
{
  for (int i = 0; i < 8; i++) {
    int32_t s0 = in[8 * 0 + i] + in[8 * 7 + i],
            d0 = in[8 * 0 + i] - in[8 * 7 + i];
    int32_t s1 = in[8 * 1 + i] + in[8 * 6 + i],
            d1 = in[8 * 1 + i] - in[8 * 6 + i];
    int32_t s2 = in[8 * 2 + i] + in[8 * 5 + i],
            d2 = in[8 * 2 + i] - in[8 * 5 + i];
    int32_t s3 = in[8 * 3 + i] + in[8 * 4 + i],
            d3 = in[8 * 3 + i] - in[8 * 4 + i];
    int32_t even = (s1 - s2 + s0 - s3) * F_0_541;
    int32_t odd = (d3 + d1 + d2 + d0) * F_1_175;
    int32_t odd_1 = odd - (d2 + d0) * F_0_390;
    int32_t odd_3 = odd - (d3 + d1) * F_1_961;

    out[8 * 0 + i] = descale ((s0 + s3 + s1 + s2) * 8192, bits);
    out[8 * 4 + i] = descale ((s0 + s3 - s1 - s2) * 8192, bits);
    out[8 * 2 + i] = descale (even + (s0 - s3) * F_0_765, bits);
    out[8 * 6 + i] = descale (even - (s1 - s2) * F_1_847, bits);
    out[8 * 7 + i] = descale (d3 * F_0_298 - (d3 + d0) * F_0_899 + odd_3, bits);
    out[8 * 5 + i] = descale (d2 * F_2_053 - (d2 + d1) * F_2_562 + odd_1, bits);
    out[8 * 3 + i] = descale (d1 * F_3_072 - (d2 + d1) * F_2_562 + odd_3, bits);
    out[8 * 1 + i] = descale (d0 * F_1_501 - (d3 + d0) * F_0_899 + odd_1, bits);
  }
}

static inline void
transpose (int16_t out[64], const int16_t in[64])
{
  for (int y = 0; y < 8; y++)
    for (int x = 0; x < 8; x++)
      out[8 * x + y] = in[8 * y + x];
}

static inline void
quantise (int16_t out[64], const int16_t in[64],
    const ImJpegQuantiser *quantiser)
{
  for (int i = 0; i < 64; i++) {
    uint16_t a = (uint16_t) (in[i] < 0 ? -in[i] : in[i]);

    a = (uint16_t) (a + quantiser->correction[i]);
    a = (uint16_t) ((uint32_t) a * quantiser->reciprocal[i] >> 16);
    a = (uint16_t) ((uint32_t) a * quantiser->scale[i] >> 16);
    out[i] = (int16_t) (in[i] < 0 ? -a : a);
  }
}

static inline int
clamp_small (int value)
{
  if (value > IM_JPEG_MOST_SMALL)
    return IM_JPEG_MOST_SMALL;
  return value < -IM_JPEG_MOST_SMALL ? -IM_JPEG_MOST_SMALL : value;
}

/* The block in the file's order. */
static inline void
put_in_order (ImJpegBlock *block)
{
  uint64_t mask = 0;

  for (int i = 0; i < 64; i++) {
    int value = block->coefficient[im_jpeg_natural_order[i]];

    block->small[i] = (uint8_t) (clamp_small (value) + IM_JPEG_SMALL_ORIGIN);
    mask |= (uint64_t) (value != 0) << i;
  }
  block->mask = mask & ~UINT64_C (1);
  block->small[64] = mask >> 63 ? IM_JPEG_NOTHING : IM_JPEG_END;
}

static void
transform (ImJpegBlock *blocks, const uint8_t *samples, ptrdiff_t stride, int n,
    const ImJpegQuantiser *quantiser)
{
  for (int i = 0; i < n; i++) {
    int16_t a[64], b[64];

    for (int y = 0; y < 8; y++)
      for (int x = 0; x < 8; x++)
        a[8 * x + y] = (int16_t) (samples[y * stride + 8 * i + x] - 128);
    transform_8 (b, a, CONSTANT_BITS - PASS_BITS);
    transpose (a, b);
    transform_8 (b, a, CONSTANT_BITS + PASS_BITS);
    quantise (blocks[i].coefficient, b, quantiser);
    put_in_order (&blocks[i]);
  }
}

static void
append (ImJpegWriter *writer, const uint8_t *src, size_t n)
{
  unsigned right = writer->n_bits, left = 8 - right;
  uint8_t *out = writer->next;

  if (n == 0)
    return;
  out[0] = (uint8_t) (writer->bits << left | src[0] >> right);
  for (size_t i = 1; i < n; i++)
    out[i] = (uint8_t) (src[i - 1] << left | src[i] >> right);
  writer->bits = src[n - 1];
  writer->next += n;
}

static size_t
count_ff (const uint8_t *src, size_t n)
{
  size_t sum = 0;

  while (n > 0) {
    size_t part = n < 255 ? n : 255;
    uint8_t count = 0;

    for (size_t i = 0; i < part; i++)
      count = (uint8_t) (count + (src[i] == 0xff));
    sum += count;
    src += part;
    n -= part;
  }
  return sum;
}

/* Whether one of eight bytes is 0xff. */
static inline bool
has_ff (uint64_t bytes)
{
  return (~bytes - UINT64_C (0x0101010101010101)) & bytes
      & UINT64_C (0x8080808080808080);
}

static uint8_t *
stuff (uint8_t *dst, const uint8_t *src, size_t n)
{
  while (n > 0) {
    size_t part = n < 8 ? n : 8;

    if (part == 8) {
      uint64_t bytes = im_load64 (src);

      if (!has_ff (bytes)) {
        im_store64 (dst, bytes);
        dst += 8, src += 8, n -= 8;
        continue;
      }
    }
    for (size_t i = 0; i < part; i++) {
      *dst++ = src[i];
      if (src[i] == 0xff)
        *dst++ = 0;
    }
    src += part;
    n -= part;
  }
  return dst;
}

void
im_jpeg_kernels_init_c (ImJpegKernels *kernels)
{
  kernels->transform = transform;
  kernels->code = code;
  kernels->append = append;
  kernels->count_ff = count_ff;
  kernels->stuff = stuff;
}
