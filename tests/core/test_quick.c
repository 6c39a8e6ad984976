/* imbytes tests: our own DEFLATE coder, read back by zlib.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/png/quick.h"
#include "codecs.h"

#include <zlib.h>

#define SIZE 400000

typedef enum
{
  NOISE,
  SMALL, /* small numbers, as after prediction */
  FLAT,
  LADDER, /* repetitions of every length, from every distance */
  SKEWED, /* a few bytes so rare that their codes are the longest */
  N_KINDS
} Kind;

static void
make_ladder (uint8_t *data, unsigned seed)
{
  for (size_t i = 0; i < SIZE;) {
    size_t length = 1 + i % 300;
    size_t back = 1 + testing_random (&seed) % 40000;

    for (size_t k = 0; k < length && i < SIZE; k++, i++)
      data[i] = back <= i ? data[i - back] : (uint8_t) testing_random (&seed);
    if (i < SIZE)
      data[i++] = (uint8_t) testing_random (&seed);
  }
}

static uint8_t *
make_data (Kind kind, unsigned seed)
{
  uint8_t *data = malloc (SIZE);

  if (kind == LADDER)
    make_ladder (data, seed);
  for (int i = 0; i < SIZE && kind != LADDER; i++) {
    unsigned random = testing_random (&seed);
    unsigned zeros = random == 0 ? 15 : (unsigned) __builtin_ctz (random);

    data[i] = (uint8_t) (kind == NOISE ? random
            : kind == SMALL            ? (random & random >> 7 & 7) - 2
            : kind == FLAT             ? 0
                                       : zeros * (1 + (i & 1u)));
  }
  return data;
}

/* Fed in pieces of @piece bytes. */
static ImBytes
code (ImQuick *quick, const uint8_t *data, size_t size, size_t piece, bool last)
{
  ImBytes out = { 0 };

  im_quick_begin (quick, &out);
  for (size_t done = 0; done < size; done += piece)
    CHECK (im_quick_feed (quick, data + done,
        size - done < piece ? size - done : piece));
  CHECK (im_quick_end (quick, last));
  return out;
}

static void
check_inflates (const ImBytes *bytes, const uint8_t *data, size_t size,
    bool last)
{
  z_stream zlib = { 0 };
  uint8_t *back = malloc (size + 1);
  int result;

  inflateInit2 (&zlib, -MAX_WBITS);
  zlib.next_in = bytes->data;
  zlib.avail_in = (uInt) bytes->size;
  zlib.next_out = back;
  zlib.avail_out = (uInt) size + 1;
  result = inflate (&zlib, Z_SYNC_FLUSH);
  CHECK_EQUAL (result, last ? Z_STREAM_END : Z_OK);
  CHECK_EQUAL (zlib.total_out, size);
  CHECK_EQUAL (zlib.avail_in, 0);
  CHECK (memcmp (back, data, size) == 0);
  inflateEnd (&zlib);
  free (back);
}

static void
test_round_trip (void)
{
  static const size_t sizes[] = { 1, 2, 7, 8, 9, 257, 65535, 65536, 65537,
    131072, SIZE };

  for (int effort = 0; effort <= IM_QUICK_LAST_EFFORT; effort++) {
    ImQuick *quick = im_quick_new ((ImQuickEffort) effort, 3);

    for (int kind = 0; kind < N_KINDS; kind++) {
      uint8_t *data = make_data ((Kind) kind, 3);

      for (size_t i = 0; i < sizeof (sizes) / sizeof (sizes[0]); i++)
        for (int last = 0; last < 2; last++) {
          ImBytes out;

          if (testing_left_out ())
            continue;
          out = code (quick, data, sizes[i], 5761, last);
          check_inflates (&out, data, sizes[i], last);
          im_bytes_clear (&out);
        }
      free (data);
    }
    im_quick_free (quick);
  }
}

/* Nothing between begin () and end () is a part, too. */
static void
test_empty (void)
{
  static const uint8_t sync[] = { 0, 0, 0, 0xff, 0xff };
  static const uint8_t nothing[1];

  for (int effort = 0; effort <= IM_QUICK_LAST_EFFORT; effort++) {
    ImQuick *quick = im_quick_new ((ImQuickEffort) effort, 3);
    ImBytes out = code (quick, nothing, 0, 1, false);

    CHECK_EQUAL (out.size, sizeof (sync));
    CHECK (memcmp (out.data, sync, sizeof (sync)) == 0);
    im_bytes_clear (&out);
    out = code (quick, nothing, 0, 1, true);
    check_inflates (&out, nothing, 0, true);
    im_bytes_clear (&out);
    im_quick_free (quick);
  }
}

/* Nor does what the coder did before. */
static void
test_cuts_do_not_show (void)
{
  for (int effort = 0; effort <= IM_QUICK_LAST_EFFORT; effort++) {
    ImQuick *quick = im_quick_new ((ImQuickEffort) effort, 3);

    for (int kind = 0; kind < N_KINDS; kind++) {
      ImQuick *fresh;
      uint8_t *data;
      ImBytes a, b;

      if (testing_left_out ())
        continue;
      fresh = im_quick_new ((ImQuickEffort) effort, 3);
      data = make_data ((Kind) kind, 5);
      a = code (fresh, data, SIZE, SIZE, true);
      b = code (quick, data, SIZE, 4999, true);
      CHECK (same_bytes (&a, &b));
      im_bytes_clear (&a);
      im_bytes_clear (&b);
      im_quick_free (fresh);
      free (data);
    }
    im_quick_free (quick);
  }
}

/* Nor does what was in its memory, which glibc fills for us. */
static void
test_memory_does_not_show (void)
{
#ifdef M_PERTURB
  for (int effort = 0; effort <= IM_QUICK_LAST_EFFORT; effort++)
    for (int kind = 0; kind < N_KINDS; kind++) {
      uint8_t *data;
      ImBytes out[2];

      if (testing_left_out ())
        continue;
      data = make_data ((Kind) kind, 13);
      for (int i = 0; i < 2; i++) {
        ImQuick *quick;

        /* Zeros, which look like costs that are low, and large numbers. */
        mallopt (M_PERTURB, i == 0 ? 0xff : 0x11);
        quick = im_quick_new ((ImQuickEffort) effort, 1 + kind);
        mallopt (M_PERTURB, 0);
        out[i] = code (quick, data, SIZE, SIZE, true);
        im_quick_free (quick);
      }
      CHECK (same_bytes (&out[0], &out[1]));
      check_inflates (&out[0], data, SIZE, true);
      im_bytes_clear (&out[0]);
      im_bytes_clear (&out[1]);
      free (data);
    }
#endif
}

/* Bits a byte. Small numbers have an entropy of 2.43, the skewed of 2 where their
 * order is not seen through; flat data takes two bits for each 258 bytes. */
static void
test_sizes (void)
{
  static const double usual[N_KINDS] = { [NOISE] = 8.04,
    [SMALL] = 2.5,
    [FLAT] = 0.02,
    [LADDER] = 2.5,
    [SKEWED] = 2.4 };
  /* In haste codes are made of a sample, in groups, and zeros alone repeat. */
  static const double hasty[N_KINDS] = { [NOISE] = 8.04,
    [SMALL] = 2.6,
    [FLAT] = 0.02,
    [LADDER] = 8.1,
    [SKEWED] = 2.5 };
  static const double stored[N_KINDS] = { 8.002, 8.002, 8.002, 8.002, 8.002 };

  for (int effort = 0; effort <= IM_QUICK_LAST_EFFORT; effort++) {
    const double *bits = effort == IM_QUICK_STORED ? stored
        : effort == IM_QUICK_ZEROS_ALONE           ? hasty
                                                   : usual;
    ImQuick *quick = im_quick_new ((ImQuickEffort) effort, 3);

    for (int kind = 0; kind < N_KINDS; kind++) {
      uint8_t *data = make_data ((Kind) kind, 7);
      ImBytes out = code (quick, data, SIZE, 5761, true);

      if (!CHECK ((double) out.size * 8 < bits[kind] * SIZE))
        printf ("  effort %d, kind %d: %.3f bits\n", effort, kind,
            (double) out.size * 8 / SIZE);
      im_bytes_clear (&out);
      free (data);
    }
    im_quick_free (quick);
  }
}

/* Pixels as drawn: a few colours in runs, and rows that come again. */
static void
make_rows (uint8_t *data, unsigned seed)
{
  enum
  {
    ROW = 4001
  };

  for (size_t i = 0; i < SIZE; i++) {
    size_t x = i % ROW;

    if (i >= ROW && testing_random (&seed) % 64 != 0)
      data[i] = data[i - ROW];
    else
      data[i] = (uint8_t) (x / 8 % 3 * 40 + (testing_random (&seed) & 1));
  }
}

/* No file is larger than zlib's of the level at which it is used. */
static void
test_sizes_against_zlib (void)
{
  static const int levels[] = { [IM_QUICK_CHAINS_4] = 2,
    [IM_QUICK_CHAINS_8] = 3,
    [IM_QUICK_CHAINS_16] = 4,
    [IM_QUICK_CHAINS_32] = 5,
    [IM_QUICK_CHAINS_64] = 6,
    [IM_QUICK_CHAINS_128] = 7,
    [IM_QUICK_CHAINS_512] = 8,
    [IM_QUICK_PATHS_64] = 9,
    [IM_QUICK_PATHS_128] = 9 };
  uLong bound = compressBound (SIZE);
  uint8_t *data = malloc (SIZE), *theirs = malloc (bound);

  make_rows (data, 11);
  for (size_t i = 1; i < sizeof (levels) / sizeof (levels[0]); i++) {
    ImQuick *quick;
    ImBytes out;
    uLongf size = bound;

    if (levels[i] == 0)
      continue;
    quick = im_quick_new ((ImQuickEffort) i, 3);
    out = code (quick, data, SIZE, SIZE, true);
    CHECK_EQUAL (compress2 (theirs, &size, data, SIZE, levels[i]), Z_OK);
    if (!CHECK (out.size <= size))
      printf ("  effort %zu: %zu bytes, zlib's level %d: %lu\n", i, out.size,
          levels[i], size);
    im_bytes_clear (&out);
    im_quick_free (quick);
  }
  free (theirs);
  free (data);
}

static void
test_out_of_memory (void)
{
  uint8_t *data = make_data (SMALL, 9);

  for (int effort = 0; effort <= IM_QUICK_LAST_EFFORT; effort++) {
    ImQuick *quick = im_quick_new ((ImQuickEffort) effort, 3);
    ImBytes full = full_bytes (), out;

    im_quick_begin (quick, &full);
    CHECK (!im_quick_feed (quick, data, SIZE));
    im_quick_begin (quick, &full);
    CHECK (im_quick_feed (quick, data, 100));
    CHECK (!im_quick_end (quick, true));
    out = code (quick, data, SIZE, SIZE, true);
    check_inflates (&out, data, SIZE, true);
    im_bytes_clear (&out);
    im_quick_free (quick);
  }
  free (data);
}

int
main (void)
{
  static const Test tests[] = {
    TEST (test_round_trip),
    TEST (test_empty),
    TEST (test_cuts_do_not_show),
    TEST (test_memory_does_not_show),
    TEST (test_sizes),
    TEST (test_sizes_against_zlib),
    TEST (test_out_of_memory),
  };

  return TESTS_RUN (tests);
}
