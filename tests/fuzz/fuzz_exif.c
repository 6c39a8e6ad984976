/* imbytes fuzzing: entries added to any bytes that claim to be a TIFF file. What
 * comes out is one, by a walk of its own through TIFF 6.0: sorted directories,
 * values within the file and on even offsets, every entry that was added and
 * every one that was there and is not replaced; or all is as it was.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/jpeg/exif.h"
#include "input.h"

#define MOST_ENTRIES 8
#define POINTER_TO_PHOTO 0x8769
#define POINTER_TO_GPS 0x8825
#define POINTER_TO_INTEROPERABILITY 0xa005

static void __attribute__ ((format (printf, 1, 2), noreturn))
broken (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
  abort ();
}

typedef struct
{
  const uint8_t *data;
  size_t size;
} Tiff;

static uint32_t
number (Tiff tiff, size_t at, unsigned n)
{
  uint32_t value = 0;

  if (at > tiff.size || tiff.size - at < n)
    broken ("%u bytes at %zu of %zu", n, at, tiff.size);
  while (n-- > 0)
    value = value << 8 | tiff.data[at + n];
  return value;
}

static uint64_t
length_of (unsigned type, uint32_t count)
{
  switch (type) {
    case 1: /* BYTE */
    case 2: /* ASCII */
    case 6: /* SBYTE */
    case 7: /* UNDEFINED */
      return count;
    case 3: /* SHORT */
    case 8: /* SSHORT */
      return 2ull * count;
    case 4:  /* LONG */
    case 9:  /* SLONG */
    case 11: /* FLOAT */
      return 4ull * count;
    case 5:  /* RATIONAL */
    case 10: /* SRATIONAL */
    case 12: /* DOUBLE */
      return 8ull * count;
    default:
      return 0;
  }
}

typedef struct
{
  unsigned tag, type;
  uint32_t count;
  uint64_t length;
  size_t values; /* where they lie */
} Entry;

static Entry
entry_at (Tiff tiff, size_t directory, unsigned i)
{
  size_t at = directory + 2 + 12 * (size_t) i;
  Entry entry = { number (tiff, at, 2), number (tiff, at + 2, 2),
    number (tiff, at + 4, 4), 0, at + 8 };

  entry.length = length_of (entry.type, entry.count);
  if (entry.length > 4)
    entry.values = number (tiff, at + 8, 4);
  if (entry.values > tiff.size || tiff.size - entry.values < entry.length)
    broken ("values of tag %#x lie outside", entry.tag);
  return entry;
}

/* Where the directory lies; 0: there is none. */
static size_t
find_directory (Tiff tiff, ImExifDirectory directory)
{
  size_t first = number (tiff, 4, 4), found = 0;
  unsigned tag = directory == IM_EXIF_PHOTO ? POINTER_TO_PHOTO : POINTER_TO_GPS;

  if (directory == IM_EXIF_IMAGE)
    return first;
  for (unsigned i = 0; i < number (tiff, first, 2); i++) {
    Entry entry = entry_at (tiff, first, i);

    if (entry.tag == tag)
      found = number (tiff, entry.values, 4);
  }
  return found;
}

static bool
is_pointer (ImExifDirectory directory, unsigned tag)
{
  return tag == POINTER_TO_INTEROPERABILITY
      || (directory == IM_EXIF_IMAGE
          && (tag == POINTER_TO_PHOTO || tag == POINTER_TO_GPS));
}

static void
check_directory (Tiff tiff, ImExifDirectory directory)
{
  size_t at = find_directory (tiff, directory);
  unsigned n, before = 0;

  if (at == 0)
    return;
  if (at < 8 || at % 2 != 0)
    broken ("a directory at %zu", at);
  n = number (tiff, at, 2);
  if (number (tiff, at + 2 + 12 * (size_t) n, 4) != 0)
    broken ("another directory behind one");
  for (unsigned i = 0; i < n; i++) {
    Entry entry = entry_at (tiff, at, i);

    if (entry.tag < before)
      broken ("tag %#x behind %#x", entry.tag, before);
    if (entry.length > 4 && (entry.values < 8 || entry.values % 2 != 0))
      broken ("values at %zu", entry.values);
    before = entry.tag;
  }
}

/* Whether @tiff has just this entry. */
static bool
has_entry (Tiff tiff, const ImExifEntry *wanted)
{
  size_t at = find_directory (tiff, wanted->directory);

  for (unsigned i = 0; at > 0 && i < number (tiff, at, 2); i++) {
    Entry entry = entry_at (tiff, at, i);

    if (entry.tag == wanted->tag && entry.type == wanted->type
        && entry.count == wanted->count
        && (entry.length == 0
            || memcmp (tiff.data + entry.values, wanted->data, entry.length)
                == 0))
      return true;
  }
  return false;
}

static const ImExifEntry *
find_added (const ImExifEntry *entries, int n, ImExifDirectory directory,
    unsigned tag)
{
  for (int i = 0; i < n; i++)
    if (entries[i].directory == directory && entries[i].tag == tag)
      return &entries[i];
  return NULL;
}

/* What was in @before is in @after, or what replaces it is. */
static void
check_kept (Tiff before, Tiff after, const ImExifEntry *added, int n)
{
  bool had[MOST_ENTRIES] = { false };

  for (int d = IM_EXIF_IMAGE; d <= IM_EXIF_GPS && before.size > 0; d++) {
    size_t at = find_directory (before, (ImExifDirectory) d);

    for (unsigned i = 0; at > 0 && i < number (before, at, 2); i++) {
      Entry old = entry_at (before, at, i);
      const ImExifEntry *by =
          find_added (added, n, (ImExifDirectory) d, old.tag);
      ImExifEntry wanted = { .directory = (ImExifDirectory) d,
        .tag = (uint16_t) old.tag,
        .type = (uint16_t) old.type,
        .count = old.count,
        .data = before.data + old.values };

      if (by != NULL)
        had[by - added] = true;
      if (!is_pointer ((ImExifDirectory) d, old.tag)
          && (by == NULL || by->is_default) && !has_entry (after, &wanted))
        broken ("tag %#x is lost", old.tag);
    }
  }
  for (int i = 0; i < n; i++)
    if (!(added[i].is_default && had[i]) && !has_entry (after, &added[i]))
      broken ("tag %#x was not added", added[i].tag);
}

static int
take_entries (ImExifEntry entries[MOST_ENTRIES], uint8_t values[64],
    FuzzBytes *bytes)
{
  static const uint16_t tags[] = { 0x010e, 0x0112, 0x8298, 0x9000, 0x9003,
    0x9011, 0x9291, 0x9286, 1, 2, 0xffff, 0 };
  static const uint8_t sizes[] = { 0, 1, 1, 2, 4, 8, 1, 1 };
  int n = (int) fuzz_take (bytes, MOST_ENTRIES + 1), kept = 0;

  for (int i = 0; i < 64; i++)
    values[i] = (uint8_t) fuzz_take (bytes, 256);
  for (int i = 0; i < n; i++) {
    unsigned type = 1 + fuzz_take (bytes, 7);
    ImExifEntry entry = { .directory = (ImExifDirectory) fuzz_take (bytes, 3),
      .tag = tags[fuzz_take (bytes, sizeof (tags) / sizeof (*tags))],
      .type = (uint16_t) type,
      .count = fuzz_take (bytes, 64u / sizes[type] + 1),
      .data = values,
      .is_default = fuzz_take (bytes, 2) };

    if (find_added (entries, kept, entry.directory, entry.tag) == NULL)
      entries[kept++] = entry;
  }
  return kept;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const uint8_t head[8] = { 'I', 'I', '*', 0, 8, 0, 0, 0 };
  FuzzBytes bytes = { data, size };
  ImExifEntry entries[MOST_ENTRIES];
  uint8_t values[64];
  bool has_head = fuzz_take (&bytes, 8) > 0;
  int n = take_entries (entries, values, &bytes);
  size_t before_size = bytes.left + (has_head ? sizeof (head) : 0);
  uint8_t *before = malloc (before_size + 1);
  ImBytes tiff = { 0 };

  if (has_head)
    memcpy (before, head, sizeof (head));
  if (bytes.left > 0)
    memcpy (before + before_size - bytes.left, bytes.at, bytes.left);
  im_bytes_append (&tiff, before, before_size);
  if (im_exif_add (&tiff, entries, n)) {
    Tiff after = { tiff.data, tiff.size };

    if (tiff.size < 8 || memcmp (tiff.data, head, 4) != 0)
      broken ("no TIFF any more");
    for (int d = IM_EXIF_IMAGE; d <= IM_EXIF_GPS; d++)
      check_directory (after, (ImExifDirectory) d);
    check_kept ((Tiff){ before, before_size }, after, entries, n);
  } else if (tiff.size != before_size
      || (before_size > 0 && memcmp (tiff.data, before, before_size) != 0)) {
    broken ("refused, and changed");
  }
  for (int d = IM_EXIF_IMAGE; d <= IM_EXIF_GPS; d++)
    im_exif_has (&tiff, (ImExifDirectory) d);
  im_bytes_clear (&tiff);
  free (before);
  return 0;
}
