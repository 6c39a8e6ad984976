/* imbytes tests: compiler, what plain C makes beside what the compiler makes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/base/compiler.h"

#include "testing.h"

static void
test_lowest_bit (void)
{
  for (int low = 0; low < 64; low++)
    for (int high = low; high < 64; high++) {
      uint64_t bits = UINT64_C (1) << low | UINT64_C (1) << high;

      CHECK_EQUAL (im_lowest_bit_plain (bits), low);
      CHECK_EQUAL (im_lowest_bit (bits), low);
      CHECK_EQUAL (im_lowest_bit_plain (UINT64_MAX << low), low);
    }
}

static void
test_bit_length (void)
{
  CHECK_EQUAL (im_bit_length (0), 0);
  CHECK_EQUAL (im_bit_length_plain (0), 0);
  for (int n = 1; n <= 32; n++) {
    uint32_t least = UINT32_C (1) << (n - 1), most = least | (least - 1);

    CHECK_EQUAL (im_bit_length (least), n);
    CHECK_EQUAL (im_bit_length (most), n);
    CHECK_EQUAL (im_bit_length_plain (least), n);
    CHECK_EQUAL (im_bit_length_plain (most), n);
  }
}

static void
test_byte_order (void)
{
  static const uint8_t bytes[8] = { 1, 2, 3, 4, 5, 6, 7, 0xf8 };
  const uint64_t value = UINT64_C (0xf807060504030201);
  uint8_t stored[10] = { 0 };

  CHECK_EQUAL (im_swap64 (value), UINT64_C (0x01020304050607f8));
  CHECK_EQUAL (im_load64 (bytes), value);
  im_store64 (stored + 1, value);
  CHECK (memcmp (stored + 1, bytes, 8) == 0);
  CHECK (stored[0] == 0 && stored[9] == 0);
}

int
main (void)
{
  static const Test tests[] = {
    TEST (test_lowest_bit),
    TEST (test_bit_length),
    TEST (test_byte_order),
  };

  return TESTS_RUN (tests);
}
