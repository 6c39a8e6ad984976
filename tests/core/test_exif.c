/* imbytes tests: exif, on data of known entries and on data that is broken.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/exif.h"

#include <string.h>

#include "testing.h"

static const ImExifEntry entries[] = { { IM_EXIF_VERSION, "0232" },
  { IM_EXIF_DATE_TIME_ORIGINAL, "2024:05:06 07:08:09" },
  { IM_EXIF_OFFSET_TIME_ORIGINAL, "+02:30" },
  { IM_EXIF_SUBSEC_TIME_ORIGINAL, "25" } };

static unsigned
u16 (const ImBytes *tiff, size_t at)
{
  return CHECK (at + 2 <= tiff->size)
      ? (unsigned) (tiff->data[at] | tiff->data[at + 1] << 8)
      : 0;
}

static size_t
u32 (const ImBytes *tiff, size_t at)
{
  return u16 (tiff, at) | (size_t) u16 (tiff, at + 2) << 16;
}

/* Offset of the entry for @tag in the directory at @at; 0 without one. Its tags
 * have to rise. */
static size_t
find (const ImBytes *tiff, size_t at, unsigned tag)
{
  unsigned n = u16 (tiff, at), before = 0;
  size_t found = 0;

  CHECK (at % 2 == 0);
  for (unsigned i = 0; i < n; i++) {
    size_t entry = at + 2 + 12 * (size_t) i;

    CHECK (i == 0 || u16 (tiff, entry) > before);
    before = u16 (tiff, entry);
    if (before == tag)
      found = entry;
  }
  return found;
}

static void
check_text (const ImBytes *tiff, size_t directory, const ImExifEntry *wanted)
{
  size_t entry = find (tiff, directory, (unsigned) wanted->tag);
  size_t size = strlen (wanted->text) + (wanted->tag != IM_EXIF_VERSION);
  size_t value;

  if (!CHECK (entry > 0))
    return;
  CHECK_EQUAL (u16 (tiff, entry + 2), wanted->tag == IM_EXIF_VERSION ? 7 : 2);
  CHECK_EQUAL ((int) u32 (tiff, entry + 4), (int) size);
  value = size <= 4 ? entry + 8 : u32 (tiff, entry + 8);
  CHECK (value + size <= tiff->size
      && memcmp (tiff->data + value, wanted->text, size) == 0);
}

static void
put (ImBytes *tiff, const void *data, size_t size)
{
  CHECK (im_bytes_append (tiff, data, size));
}

/* One directory with a make in it and, @with_exif, an Exif directory with a
 * version and another entry. */
static ImBytes
sample (bool with_exif)
{
  static const uint8_t plain[] = { 'I', 'I', '*', 0, 8, 0, 0, 0, 1, 0, 0x0f, 1,
    2, 0, 4, 0, 0, 0, 'a', 'b', 'c', 0, 0, 0, 0, 0 };
  static const uint8_t full[] = { 'I', 'I', '*', 0, 8, 0, 0, 0, 2, 0, 0x0f, 1,
    2, 0, 4, 0, 0, 0, 'a', 'b', 'c', 0, 0x69, 0x87, 4, 0, 1, 0, 0, 0, 38, 0, 0,
    0, 0, 0, 0, 0, 2, 0, 0, 0x90, 7, 0, 4, 0, 0, 0, '0', '2', '3', '0', 1, 0xa0,
    3, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0 };
  ImBytes tiff = { 0 };

  if (with_exif)
    put (&tiff, full, sizeof (full));
  else
    put (&tiff, plain, sizeof (plain));
  return tiff;
}

static void
test_add (void)
{
  for (int with_exif = 0; with_exif < 2; with_exif++)
    for (int odd = 0; odd < 2; odd++) {
      ImBytes tiff = sample (with_exif);
      size_t first, pointer, exif;

      if (odd)
        put (&tiff, "x", 1);
      /* Twice is as once. */
      CHECK (im_exif_add (&tiff, entries, 4));
      CHECK (im_exif_add (&tiff, entries, 4));
      first = u32 (&tiff, 4);
      CHECK_EQUAL (u16 (&tiff, first), 2);
      CHECK (find (&tiff, first, 0x010f) > 0);
      pointer = find (&tiff, first, 0x8769);
      CHECK (pointer > 0);
      exif = u32 (&tiff, pointer + 8);
      CHECK_EQUAL (u16 (&tiff, exif), with_exif ? 5 : 4);
      for (int i = 0; i < 4; i++)
        check_text (&tiff, exif, &entries[i]);
      CHECK ((find (&tiff, exif, 0xa001) > 0) == with_exif);
      im_bytes_clear (&tiff);
    }
}

/* Cut off anywhere, or with any byte changed: either refused and as before, or
 * nothing outside of it is touched (the sanitizers see to that). */
static void
test_broken (void)
{
  ImBytes whole = sample (true);

  for (size_t size = 0; size <= whole.size; size++) {
    ImBytes tiff = { 0 };

    put (&tiff, whole.data, size);
    if (!im_exif_add (&tiff, entries, 4))
      CHECK (tiff.size == size
          && (size == 0 || memcmp (tiff.data, whole.data, size) == 0));
    else
      CHECK (size == whole.size);
    im_bytes_clear (&tiff);
  }
  for (size_t at = 0; at < whole.size; at++)
    for (int value = 0; value < 256; value += 5) {
      ImBytes tiff = { 0 };

      put (&tiff, whole.data, whole.size);
      tiff.data[at] = (uint8_t) value;
      if (!im_exif_add (&tiff, entries, 4))
        CHECK (tiff.size == whole.size);
      im_bytes_clear (&tiff);
    }
  im_bytes_clear (&whole);
}

static const Test tests[] = { TEST (test_add), TEST (test_broken) };

int
main (void)
{
  return TESTS_RUN (tests);
}
