/* imbytes tests: codes that registers look up, read back by zlib; and every
 * instruction set writes the bits that plain code writes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/png/literals.h"
#include "core/png/png_kernels.h"
#include "testing.h"

#include <zlib.h>

/* Bytes, the end of a block, and the codes for lengths. */
#define N_SYMBOLS 286
#define END_OF_BLOCK 256
#define N_DISTANCES 30

#define MOST 700
/* Their codes, a header, and what a flush writes beyond. */
#define ROOM (MOST * 2 + 1024)

typedef enum
{
  SMALL,   /* around zero, as after prediction */
  NOISE,   /* all as often */
  DISTANT, /* those in groups alone */
  ONE,     /* a single one */
  STEEP,   /* each half as often as the one before */
  NOTHING, /* none at all was counted */
  N_KINDS
} Kind;

static uint8_t
byte_of (Kind kind, unsigned *seed)
{
  unsigned random = testing_random (seed);

  switch (kind) {
    case SMALL:
      return (uint8_t) ((int) (random & 15 & random >> 8)
          - (int) (random >> 12 & 7 & random >> 16));
    case DISTANT:
      return (uint8_t) (16 + random % 224);
    case ONE:
      return 77;
    case STEEP:
      return (uint8_t) (7 * __builtin_ctz (random | 1u << 20));
    default:
      return (uint8_t) random;
  }
}

static void
make_lengths (Kind kind, unsigned *seed, uint8_t *lengths)
{
  uint32_t frequency[N_SYMBOLS] = { [END_OF_BLOCK] = 1 };

  for (int i = 0; i < 20000 && kind != NOTHING; i++)
    frequency[byte_of (kind, seed)]++;
  im_literal_lengths (frequency, N_SYMBOLS, lengths);
}

static void
test_lengths (void)
{
  unsigned seed = 1;

  for (int kind = 0; kind < N_KINDS; kind++) {
    uint8_t lengths[N_SYMBOLS];
    unsigned sum = 0;

    make_lengths ((Kind) kind, &seed, lengths);
    for (int i = 0; i < N_SYMBOLS; i++)
      sum += lengths[i] > 0 ? 1u << (IM_LITERAL_BITS - lengths[i]) : 0;
    /* Kraft: a complete code. */
    CHECK_EQUAL (sum, 1u << IM_LITERAL_BITS);
    for (int i = 0; i < 256; i++) {
      CHECK (lengths[i] > 0 && lengths[i] <= IM_LITERAL_BITS);
      if (i >= 16 && i < 240)
        CHECK_EQUAL (lengths[i], lengths[i & 0xf0]);
    }
    for (int i = END_OF_BLOCK; i < N_SYMBOLS; i++)
      CHECK_EQUAL (lengths[i] > 0, i == END_OF_BLOCK);
  }
}

/* A block of @n bytes by @kernels' loop; how many bytes it takes. */
static size_t
write_block (const ImPngKernels *kernels, const uint8_t *lengths,
    const uint8_t *bytes, size_t n, uint8_t *out)
{
  static const uint8_t distances[N_DISTANCES];
  ImHuffmanCode all[N_SYMBOLS];
  ImLiteralCodes codes;
  ImBits writer = { .next = out };

  im_huffman_codes (lengths, N_SYMBOLS, all);
  im_literal_codes (lengths, all, &codes);
  im_bits_put (&writer, 1, 1);
  im_huffman_write_header (&writer, lengths, N_SYMBOLS, distances, N_DISTANCES);
  kernels->put_literals (&writer, &codes, bytes, n);
  im_bits_put_code (&writer, all[END_OF_BLOCK]);
  writer.n_bits = (writer.n_bits + 7) & ~7;
  im_bits_flush (&writer);
  return (size_t) (writer.next - out);
}

static bool
inflates (uint8_t *coded, size_t size, const uint8_t *bytes, size_t n)
{
  uint8_t back[MOST + 1];
  z_stream zlib = { .next_in = coded,
    .avail_in = (uInt) size,
    .next_out = back,
    .avail_out = sizeof (back) };
  bool held;

  inflateInit2 (&zlib, -MAX_WBITS);
  held = inflate (&zlib, Z_FINISH) == Z_STREAM_END && zlib.total_out == n
      && zlib.avail_in == 0 && memcmp (back, bytes, n) == 0;
  inflateEnd (&zlib);
  return held;
}

/* Every byte, and every number of bytes, with codes made for others as well. */
static void
test_every_byte (void)
{
  const ImPngKernels *plain = im_png_kernels_of (IM_PROCESSOR_C);
  unsigned seed = 2;

  for (int kind = 0; kind < N_KINDS; kind++)
    for (size_t n = 0; n <= MOST; n += n < 140 ? 1 : 37) {
      uint8_t lengths[N_SYMBOLS], bytes[MOST + 1];
      uint8_t expected[ROOM];
      size_t size;

      make_lengths ((Kind) kind, &seed, lengths);
      for (size_t i = 0; i < n; i++)
        bytes[i] = n >= 256 && i < 256 ? (uint8_t) (i * 37)
                                       : byte_of ((Kind) (n % N_KINDS), &seed);
      size = write_block (plain, lengths, bytes, n, expected);
      CHECK (inflates (expected, size, bytes, n));
      for (int set = 0; set < IM_N_PROCESSORS; set++) {
        const ImPngKernels *kernels = im_png_kernels_of ((ImProcessor) set);
        uint8_t coded[ROOM];

        if (kernels == NULL)
          continue;
        if (!CHECK_EQUAL (write_block (kernels, lengths, bytes, n, coded), size)
            || !CHECK (memcmp (coded, expected, size) == 0))
          printf ("  %s, kind %d, %zu bytes\n", kernels->name, kind, n);
      }
    }
}

int
main (void)
{
  static const Test tests[] = {
    TEST (test_lengths),
    TEST (test_every_byte),
  };

  return TESTS_RUN (tests);
}
