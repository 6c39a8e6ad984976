/* imbytes tests: PNG's row filters, undone as the specification says.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/png/png_kernels.h"
#include "core/png/pngfilter.h"
#include "testing.h"

static int
paeth (int a, int b, int c)
{
  int p = a + b - c;
  int pa = abs (p - a), pb = abs (p - b), pc = abs (p - c);

  if (pa <= pb && pa <= pc)
    return a;
  return pb <= pc ? b : c;
}

/* A decoder's way, from byte to byte. */
static void
unfilter (int filter, uint8_t *row, const uint8_t *filtered,
    const uint8_t *above, size_t size, int bpp)
{
  for (size_t i = 0; i < size; i++) {
    int a = i >= (size_t) bpp ? row[i - (size_t) bpp] : 0;
    int b = above[i];
    int c = i >= (size_t) bpp ? above[i - (size_t) bpp] : 0;
    int predicted[] = { 0, a, b, (a + b) / 2, paeth (a, b, c) };

    row[i] = (uint8_t) (filtered[i] + predicted[filter]);
  }
}

static bool
round_trip (int filter, size_t width, int bpp, unsigned *seed)
{
  size_t size = width * (size_t) bpp;
  /* Of exactly their size, so that memory checkers see each byte too many. */
  uint8_t *row = malloc (size), *above = malloc (size);
  uint8_t *filtered = malloc (size), *back = malloc (size);
  bool same;

  for (size_t i = 0; i < size; i++) {
    row[i] = (uint8_t) testing_random (seed);
    above[i] = (uint8_t) testing_random (seed);
  }
  im_png_filter_row (im_png_kernels_get (), (ImRowFilter) filter, filtered, row,
      above, size, bpp);
  unfilter (filter, back, filtered, above, size, bpp);
  same = memcmp (row, back, size) == 0;
  free (row);
  free (above);
  free (filtered);
  free (back);
  return same;
}

static void
test_round_trip (void)
{
  static const int bpps[] = { 1, 2, 3, 4, 6, 8 };
  unsigned seed = 1;

  for (int filter = 0; filter < IM_N_ROW_FILTERS; filter++)
    for (size_t b = 0; b < sizeof (bpps) / sizeof (bpps[0]); b++)
      for (size_t width = 1; width < 140; width += width < 40 ? 1 : 13)
        CHECK (round_trip (filter, width, bpps[b], &seed));
}

/* All 2^24 triples at which Paeth decides, one row for each pair. */
static void
test_paeth_exhaustively (void)
{
  uint8_t row[2 * 256], above[2 * 256], filtered[2 * 256];
  int wrong = 0;

  memset (row, 0, sizeof (row));
  for (int a = 0; a < 256; a++)
    for (int b = 0; b < 256; b++) {
      for (int c = 0; c < 256; c++) {
        row[2 * c] = (uint8_t) a;
        above[2 * c] = (uint8_t) c;
        above[2 * c + 1] = (uint8_t) b;
      }
      im_png_filter_row (im_png_kernels_get (), IM_ROW_PAETH, filtered, row,
          above, sizeof (row), 1);
      for (int c = 0; c < 256; c++)
        wrong += filtered[2 * c + 1] != (uint8_t) -paeth (a, b, c);
    }
  CHECK_EQUAL (wrong, 0);
}

static void
test_first_row (void)
{
  static const uint8_t row[6] = { 10, 20, 30, 13, 19, 30 };
  static const uint8_t sub[6] = { 10, 20, 30, 3, 255, 0 };
  uint8_t out[6];

  im_png_filter_row (im_png_kernels_get (), IM_ROW_NONE, out, row, NULL, 6, 3);
  CHECK (memcmp (out, row, 6) == 0);
  im_png_filter_row (im_png_kernels_get (), IM_ROW_SUB, out, row, NULL, 6, 3);
  CHECK (memcmp (out, sub, 6) == 0);
}

static void
test_cost (void)
{
  uint8_t bytes[259];
  uint32_t expected = 0;

  for (int i = 0; i < 259; i++) {
    bytes[i] = (uint8_t) i;
    expected += (uint32_t) abs ((int) (int8_t) bytes[i]);
  }
  CHECK_EQUAL (im_png_kernels_get ()->cost (bytes, 259), expected);
  CHECK_EQUAL (im_png_kernels_get ()->cost (bytes, 0), 0);
}

/* A plain sum; runs end within a register and beyond the loop's own runs. */
static uint32_t
plain_cost (const uint8_t *bytes, size_t size)
{
  uint32_t sum = 0;

  for (size_t i = 0; i < size; i++)
    sum += (uint32_t) abs ((int) (int8_t) bytes[i]);
  return sum;
}

static void
check_kernels (const ImPngKernels *kernels, const ImPngKernels *plain)
{
  enum
  {
    SIZE = 1100
  };
  uint8_t rows[4 * SIZE], ours[SIZE], theirs[SIZE];
  unsigned seed = 4;

  for (size_t size = 0; size <= SIZE; size += size < 140 ? 1 : 29) {
    for (size_t i = 0; i < sizeof (rows); i++)
      rows[i] = (uint8_t) (testing_random (&seed) >> (size & 1 ? 5 : 0));
    for (int filter = 0; filter < IM_N_ROW_FILTERS; filter++) {
      kernels->filter[filter](ours, rows, rows + SIZE, rows + 2 * SIZE,
          rows + 3 * SIZE, size);
      plain->filter[filter](theirs, rows, rows + SIZE, rows + 2 * SIZE,
          rows + 3 * SIZE, size);
      if (!CHECK (memcmp (ours, theirs, size) == 0))
        printf ("  %s, filter %d, %zu bytes\n", kernels->name, filter, size);
    }
    CHECK_EQUAL (kernels->cost (rows, size), plain_cost (rows, size));
    memset (rows, 0x80, size);
    CHECK_EQUAL (kernels->cost (rows, size), 128 * size);
  }
}

static void
test_kernels (void)
{
  for (int set = 0; set < IM_N_PROCESSORS; set++) {
    const ImPngKernels *kernels = im_png_kernels_of ((ImProcessor) set);

    if (kernels != NULL)
      check_kernels (kernels, im_png_kernels_of (IM_PROCESSOR_C));
  }
}

int
main (void)
{
  static const Test tests[] = {
    TEST (test_round_trip),
    TEST (test_paeth_exhaustively),
    TEST (test_first_row),
    TEST (test_cost),
    TEST (test_kernels),
  };

  return TESTS_RUN (tests);
}
