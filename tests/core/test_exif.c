/* imbytes tests: exif, on data of known entries and on data that is broken.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/jpeg/exif.h"

#include <string.h>

#include "testing.h"

#define VERSION 0x9000
#define POINTER_TO_EXIF 0x8769

static const uint8_t two[2] = { 2, 0 };
static const uint8_t dots[8] = { 72, 0, 0, 0, 1, 0, 0, 0 };

static const ImExifEntry entries[] = {
  { IM_EXIF_PHOTO, VERSION, IM_EXIF_UNDEFINED, 4, "0232", false },
  { IM_EXIF_PHOTO, 0x9291, IM_EXIF_ASCII, 3, "25", false },
  { IM_EXIF_PHOTO, 0x9003, IM_EXIF_ASCII, 20, "2024:05:06 07:08:09", false },
  { IM_EXIF_PHOTO, 0x9011, IM_EXIF_ASCII, 7, "+02:30", false },
  { IM_EXIF_IMAGE, 0x0128, IM_EXIF_SHORT, 1, two, true },
  { IM_EXIF_IMAGE, 0x011a, IM_EXIF_RATIONAL, 1, dots, true },
  { IM_EXIF_IMAGE, 0x010e, IM_EXIF_ASCII, 10, "\xe6\x97\xa5\xe6\x9c\xac!!!",
      false },
};
#define N_ENTRIES ((int) (sizeof (entries) / sizeof (*entries)))

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
check_entry (const ImBytes *tiff, size_t directory, const ImExifEntry *wanted)
{
  static const size_t sizes[] = { 0, 1, 1, 2, 4, 8, 0, 1 };
  size_t entry = find (tiff, directory, wanted->tag);
  size_t size = sizes[wanted->type] * wanted->count, value;

  if (!CHECK (entry > 0))
    return;
  CHECK_EQUAL (u16 (tiff, entry + 2), wanted->type);
  CHECK_EQUAL ((int) u32 (tiff, entry + 4), (int) wanted->count);
  value = size <= 4 ? entry + 8 : u32 (tiff, entry + 8);
  CHECK (value % 2 == 0 && value + size <= tiff->size
      && memcmp (tiff->data + value, wanted->data, size) == 0);
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

/* @others: so many entries that were there before stand beside ours. */
static void
check_all (const ImBytes *tiff, unsigned others)
{
  size_t first = u32 (tiff, 4), pointer = find (tiff, first, POINTER_TO_EXIF);
  size_t exif;

  if (!CHECK (pointer > 0))
    return;
  exif = u32 (tiff, pointer + 8);
  CHECK_EQUAL (u16 (tiff, exif), 4 + others);
  for (int i = 0; i < N_ENTRIES; i++)
    check_entry (tiff, entries[i].directory == IM_EXIF_IMAGE ? first : exif,
        &entries[i]);
}

static void
test_add (void)
{
  for (int with_exif = 0; with_exif < 2; with_exif++)
    for (int odd = 0; odd < 2; odd++) {
      ImBytes tiff = sample (with_exif);
      size_t size;

      if (odd)
        put (&tiff, "x", 1);
      CHECK (im_exif_has (&tiff, IM_EXIF_PHOTO) == with_exif);
      CHECK (im_exif_add (&tiff, entries, N_ENTRIES));
      size = tiff.size;
      /* Twice is as once. */
      CHECK (im_exif_add (&tiff, entries, N_ENTRIES));
      CHECK_EQUAL ((int) tiff.size, (int) size);
      CHECK_EQUAL (u16 (&tiff, u32 (&tiff, 4)), 5);
      CHECK (find (&tiff, u32 (&tiff, 4), 0x010f) > 0);
      CHECK (im_exif_has (&tiff, IM_EXIF_IMAGE)
          && im_exif_has (&tiff, IM_EXIF_PHOTO)
          && !im_exif_has (&tiff, IM_EXIF_GPS));
      check_all (&tiff, with_exif);
      im_bytes_clear (&tiff);
    }
}

/* Nothing becomes a file; a default leaves alone what is there. */
static void
test_empty_and_defaults (void)
{
  static const uint8_t other[2] = { 3, 0 };
  ImExifEntry entry = { IM_EXIF_IMAGE, 0x0128, IM_EXIF_SHORT, 1, other, true };
  ImBytes tiff = { 0 };

  CHECK (im_exif_add (&tiff, entries, N_ENTRIES));
  check_all (&tiff, 0);
  CHECK (im_exif_add (&tiff, &entry, 1));
  check_all (&tiff, 0);
  entry.is_default = false;
  CHECK (im_exif_add (&tiff, &entry, 1));
  check_entry (&tiff, u32 (&tiff, 4), &entry);
  im_bytes_clear (&tiff);
}

static void
test_too_many (void)
{
  ImExifEntry many[IM_EXIF_MAX_ENTRIES + 1];
  ImBytes tiff = { 0 };

  for (int i = 0; i <= IM_EXIF_MAX_ENTRIES; i++)
    many[i] = (ImExifEntry){ IM_EXIF_GPS, (uint16_t) i, IM_EXIF_ASCII, 8,
      "1234567", false };
  CHECK (!im_exif_add (&tiff, many, IM_EXIF_MAX_ENTRIES + 1));
  CHECK_EQUAL ((int) tiff.size, 0);
  CHECK (im_exif_add (&tiff, many, IM_EXIF_MAX_ENTRIES));
  CHECK (im_exif_has (&tiff, IM_EXIF_GPS));
  CHECK (!im_exif_add (&tiff, entries, N_ENTRIES));
  im_bytes_clear (&tiff);
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
    if (!im_exif_add (&tiff, entries, N_ENTRIES))
      CHECK (tiff.size == size
          && (size == 0 || memcmp (tiff.data, whole.data, size) == 0));
    else
      CHECK (size == 0 || size == whole.size || size >= whole.size - 4);
    im_bytes_clear (&tiff);
  }
  for (size_t at = 0; at < whole.size; at++)
    for (int value = 0; value < 256; value += 5) {
      ImBytes tiff = { 0 };

      put (&tiff, whole.data, whole.size);
      tiff.data[at] = (uint8_t) value;
      if (!im_exif_add (&tiff, entries, N_ENTRIES))
        CHECK (tiff.size == whole.size);
      im_bytes_clear (&tiff);
    }
  im_bytes_clear (&whole);
}

static const Test tests[] = { TEST (test_add), TEST (test_empty_and_defaults),
  TEST (test_too_many), TEST (test_broken) };

int
main (void)
{
  return TESTS_RUN (tests);
}
