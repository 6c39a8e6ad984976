/* imbytes tests: growing runs of bytes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/base/bytes.h"
#include "testing.h"

static void
test_append (void)
{
  ImBytes bytes = { 0 };
  uint8_t piece[998];
  size_t n = 0;

  for (int i = 0; i < 500; i++) {
    memset (piece, i, sizeof (piece));
    if (!CHECK (im_bytes_append (&bytes, piece, (size_t) i * 2)))
      break;
    n += (size_t) i * 2;
    CHECK_EQUAL (bytes.size, n);
    CHECK (bytes.capacity >= bytes.size);
  }
  n = 0;
  for (int i = 0; i < 500; i++)
    for (int k = 0; k < i * 2; k++, n++)
      if (bytes.data[n] != (uint8_t) i) {
        CHECK_EQUAL (bytes.data[n], (uint8_t) i);
        goto done;
      }
done:
  im_bytes_clear (&bytes);
  CHECK (bytes.data == NULL && bytes.size == 0 && bytes.capacity == 0);
}

static void
test_reset_keeps_memory (void)
{
  ImBytes bytes = { 0 };
  const uint8_t *data;
  size_t capacity;

  CHECK (im_bytes_reserve (&bytes, 100000));
  data = bytes.data;
  capacity = bytes.capacity;
  CHECK (capacity >= 100000 && bytes.size == 0);
  bytes.size = 100000;
  im_bytes_reset (&bytes);
  CHECK (im_bytes_reserve (&bytes, 100000));
  CHECK (bytes.data == data && bytes.capacity == capacity);
  im_bytes_clear (&bytes);
}

static void
test_empty_append (void)
{
  ImBytes bytes = { 0 };

  CHECK (im_bytes_append (&bytes, NULL, 0));
  CHECK_EQUAL (bytes.size, 0);
  im_bytes_clear (&bytes);
}

static void
test_overflow_changes_nothing (void)
{
  ImBytes bytes = { 0 }, before;

  CHECK (im_bytes_append (&bytes, "abc", 3));
  before = bytes;
  CHECK (!im_bytes_reserve (&bytes, SIZE_MAX));
  CHECK (!im_bytes_reserve (&bytes, SIZE_MAX - 2));
  CHECK (bytes.data == before.data && bytes.size == 3);
  CHECK (bytes.capacity == before.capacity);
  CHECK (memcmp (bytes.data, "abc", 3) == 0);
  im_bytes_clear (&bytes);
}

static void
test_alloc_array (void)
{
  static const size_t sizes[] = { 0, 1, 63, 64, 65, 4097 };

  for (size_t i = 0; i < sizeof (sizes) / sizeof (sizes[0]); i++) {
    uint8_t *array = im_alloc_array (sizes[i], 3);

    if (!CHECK (array != NULL))
      continue;
    CHECK_EQUAL ((uintptr_t) array % IM_ALIGN, 0);
    memset (array, 0xa5, sizes[i] * 3);
    free (array);
  }
  /* Through a variable: the compiler warns of what is meant to fail. */
  volatile size_t huge = SIZE_MAX;

  CHECK (im_alloc_array (huge, 2) == NULL);
  CHECK (im_alloc_array (huge, 1) == NULL);
  CHECK (im_alloc_array (huge / 2 + 1, 2) == NULL);
}

static void
test_align (void)
{
  CHECK_EQUAL (im_align (0), 0);
  CHECK_EQUAL (im_align (1), 64);
  CHECK_EQUAL (im_align (64), 64);
  CHECK_EQUAL (im_align (65), 128);
}

int
main (void)
{
  static const Test tests[] = {
    TEST (test_append),
    TEST (test_reset_keeps_memory),
    TEST (test_empty_append),
    TEST (test_overflow_changes_nothing),
    TEST (test_alloc_array),
    TEST (test_align),
  };

  return TESTS_RUN (tests);
}
