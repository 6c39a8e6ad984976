/* imbytes tests: parts of DEFLATE streams, read back by zlib.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/png/deflate.h"
#include "codecs.h"

#include <zlib.h>

#define SIZE 300000
#define ROW 1931

static uint8_t *
make_data (unsigned seed)
{
  uint8_t *data = malloc (SIZE);

  /* A third each: noise, small numbers, one value. */
  for (int i = 0; i < SIZE; i++) {
    unsigned random = testing_random (&seed);

    data[i] = (uint8_t) (i < SIZE / 3 ? random
            : i < SIZE / 3 * 2        ? random & random >> 5 & 15
                                      : 7);
  }
  return data;
}

static bool
feed_pieces (ImDeflate *deflate, const uint8_t *data, size_t size)
{
  for (size_t done = 0; done < size; done += ROW)
    if (!im_deflate_feed (deflate, data + done,
            size - done < ROW ? size - done : ROW))
      return false;
  return true;
}

static void
check_inflates (const ImBytes *bytes, const uint8_t *data, size_t size)
{
  z_stream zlib = { 0 };
  uint8_t *back = malloc (size + 1);

  inflateInit2 (&zlib, -MAX_WBITS);
  zlib.next_in = bytes->data;
  zlib.avail_in = (uInt) bytes->size;
  zlib.next_out = back;
  zlib.avail_out = (uInt) size + 1;
  CHECK_EQUAL (inflate (&zlib, Z_FINISH), Z_STREAM_END);
  CHECK_EQUAL (zlib.total_out, size);
  CHECK_EQUAL (zlib.avail_in, 0);
  CHECK (memcmp (back, data, size) == 0);
  inflateEnd (&zlib);
  free (back);
}

static void
test_efforts (void)
{
  uint8_t *data = make_data (2);

  for (int effort = 0; effort <= IM_QUICK_LAST_EFFORT; effort++) {
    ImDeflate *deflate = im_deflate_new ((ImQuickEffort) effort, 3);
    ImBytes out = { 0 };

    if (!CHECK (deflate != NULL))
      continue;
    im_deflate_begin (deflate, &out);
    CHECK (feed_pieces (deflate, data, SIZE));
    CHECK (im_deflate_end (deflate, true));
    check_inflates (&out, data, SIZE);
    CHECK_EQUAL (im_deflate_checksum (deflate), adler32 (1, data, SIZE));
    CHECK (
        effort == IM_QUICK_STORED ? out.size > SIZE : out.size < SIZE * 3 / 5);
    im_bytes_clear (&out);
    im_deflate_free (deflate);
  }
  free (data);
}

/* Parts by different objects of different efforts make one stream. */
static void
test_parts (void)
{
  static const size_t cuts[] = { 0, 1, 1, 40000, 100000, 299999, SIZE };
  static const ImQuickEffort efforts[] = { IM_QUICK_ZEROS_ALONE,
    IM_QUICK_CHAINS_128, IM_QUICK_STORED, IM_QUICK_LATEST_3, IM_QUICK_PATHS_64,
    IM_QUICK_LATEST_5 };
  uint8_t *data = make_data (3);
  ImBytes out = { 0 };
  uint32_t checksum = IM_DEFLATE_EMPTY_CHECKSUM;

  for (int i = 0; i < 6; i++) {
    ImDeflate *deflate = im_deflate_new (efforts[i], 3);
    size_t size = cuts[i + 1] - cuts[i];

    im_deflate_begin (deflate, &out);
    CHECK (feed_pieces (deflate, data + cuts[i], size));
    CHECK (im_deflate_end (deflate, i == 5));
    checksum = im_deflate_join_checksums (checksum,
        im_deflate_checksum (deflate), size);
    im_deflate_free (deflate);
  }
  check_inflates (&out, data, SIZE);
  CHECK_EQUAL (checksum, adler32 (1, data, SIZE));
  im_bytes_clear (&out);
  free (data);
}

/* A part inflates without those before it. */
static void
test_parts_are_independent (void)
{
  uint8_t *data = make_data (4);

  for (int effort = 0; effort <= IM_QUICK_LAST_EFFORT; effort++) {
    ImDeflate *deflate = im_deflate_new ((ImQuickEffort) effort, 3);
    ImBytes first = { 0 }, second = { 0 };

    im_deflate_begin (deflate, &first);
    CHECK (feed_pieces (deflate, data, SIZE));
    CHECK (im_deflate_end (deflate, false));
    im_deflate_begin (deflate, &second);
    CHECK (feed_pieces (deflate, data, SIZE));
    CHECK (im_deflate_end (deflate, true));
    check_inflates (&second, data, SIZE);
    im_bytes_clear (&first);
    im_bytes_clear (&second);
    im_deflate_free (deflate);
  }
  free (data);
}

/* Neither what went before nor the room in the destination shows. */
static void
test_bytes_depend_on_data_alone (void)
{
  uint8_t *data = make_data (5), *other = make_data (6);

  for (int effort = 0; effort <= IM_QUICK_LAST_EFFORT; effort++) {
    ImDeflate *used = im_deflate_new ((ImQuickEffort) effort, 3),
              *fresh = im_deflate_new ((ImQuickEffort) effort, 3);
    ImBytes a = { 0 }, b = { 0 };

    im_deflate_begin (used, &a);
    CHECK (feed_pieces (used, other, SIZE));
    im_bytes_reset (&a);
    im_deflate_begin (used, &a);
    CHECK (feed_pieces (used, data, SIZE / 2));
    CHECK (im_deflate_end (used, false));

    CHECK (im_bytes_reserve (&b, 3 * SIZE));
    im_deflate_begin (fresh, &b);
    CHECK (feed_pieces (fresh, data, SIZE / 2));
    CHECK (im_deflate_end (fresh, false));
    CHECK (same_bytes (&a, &b));
    im_bytes_clear (&a);
    im_bytes_clear (&b);
    im_deflate_free (used);
    im_deflate_free (fresh);
  }
  free (data);
  free (other);
}

static void
test_out_of_memory (void)
{
  uint8_t *data = make_data (7);

  for (int effort = 0; effort <= IM_QUICK_LAST_EFFORT; effort++) {
    ImDeflate *deflate = im_deflate_new ((ImQuickEffort) effort, 3);
    ImBytes full = full_bytes (), out = { 0 };

    im_deflate_begin (deflate, &full);
    CHECK (
        !(feed_pieces (deflate, data, SIZE) && im_deflate_end (deflate, true)));
    im_deflate_begin (deflate, &out);
    CHECK (feed_pieces (deflate, data, SIZE));
    CHECK (im_deflate_end (deflate, true));
    check_inflates (&out, data, SIZE);
    im_bytes_clear (&out);
    im_deflate_free (deflate);
  }
  free (data);
}

static void
test_zlib_header (void)
{
  for (int level = 0; level <= 9; level++) {
    uint8_t header[2];

    im_deflate_zlib_header (level, header);
    CHECK_EQUAL (header[0], 0x78);
    CHECK_EQUAL ((header[0] * 256 + header[1]) % 31, 0);
    CHECK_EQUAL (header[1] & 0x20, 0);
  }
}

static void
test_join_checksums_of_large_parts (void)
{
  uint8_t *data = make_data (8);
  uint64_t size = SIZE / 4, large = (UINT64_C (65521) << 24) + size;
  uint32_t first = (uint32_t) adler32 (1, data, SIZE / 2);
  uint32_t second = (uint32_t) adler32 (1, data + SIZE / 2, SIZE / 4);

  CHECK_EQUAL (im_deflate_join_checksums (first, second, large),
      adler32 (1, data, SIZE / 2 + SIZE / 4));
  free (data);
}

int
main (void)
{
  static const Test tests[] = {
    TEST (test_efforts),
    TEST (test_parts),
    TEST (test_parts_are_independent),
    TEST (test_bytes_depend_on_data_alone),
    TEST (test_out_of_memory),
    TEST (test_zlib_header),
    TEST (test_join_checksums_of_large_parts),
  };

  return TESTS_RUN (tests);
}
