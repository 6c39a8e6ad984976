/* imbytes: entries added to EXIF data that somebody else has written.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "exif.h"

#include <string.h>

#define HEADER_SIZE 8
#define ENTRY_SIZE 12
#define POINTER_TO_EXIF 0x8769

#define TYPE_ASCII 2
#define TYPE_LONG 4
#define TYPE_UNDEFINED 7

/* Where a directory lies. */
typedef struct
{
  size_t at; /* 0: nowhere */
  unsigned n;
} Directory;

static unsigned
get_u16 (const uint8_t *from)
{
  return (unsigned) (from[0] | from[1] << 8);
}

static uint32_t
get_u32 (const uint8_t *from)
{
  return get_u16 (from) | (uint32_t) get_u16 (from + 2) << 16;
}

static void
put_u16 (uint8_t *to, unsigned value)
{
  to[0] = (uint8_t) value;
  to[1] = (uint8_t) (value >> 8);
}

static void
put_u32 (uint8_t *to, uint32_t value)
{
  put_u16 (to, value & 0xffff);
  put_u16 (to + 2, value >> 16);
}

static bool
append_zeros (ImBytes *tiff, size_t n)
{
  if (!im_bytes_reserve (tiff, n))
    return false;
  memset (tiff->data + tiff->size, 0, n);
  tiff->size += n;
  return true;
}

/* False where it does not lie within @tiff. */
static bool
find_directory (const ImBytes *tiff, size_t at, Directory *directory)
{
  if (at < HEADER_SIZE || at > tiff->size || tiff->size - at < 2)
    return false;
  directory->at = at;
  directory->n = get_u16 (tiff->data + at);
  return (tiff->size - at - 2) / ENTRY_SIZE >= directory->n
      && tiff->size - at - 2 - directory->n * (size_t) ENTRY_SIZE >= 4;
}

static const uint8_t *
entry_at (const ImBytes *tiff, const Directory *directory, unsigned i)
{
  return tiff->data + directory->at + 2 + i * (size_t) ENTRY_SIZE;
}

/* Offset of the entry for @tag; 0 where there is none. */
static size_t
find_entry (const ImBytes *tiff, const Directory *directory, unsigned tag)
{
  for (unsigned i = 0; directory->at > 0 && i < directory->n; i++)
    if (get_u16 (entry_at (tiff, directory, i)) == tag)
      return (size_t) (entry_at (tiff, directory, i) - tiff->data);
  return 0;
}

/* A directory of @n entries, all zero, on an even offset behind all else; 0 when
 * out of memory. */
static size_t
new_directory (ImBytes *tiff, size_t n)
{
  size_t at;

  if (!append_zeros (tiff, tiff->size & 1))
    return 0;
  at = tiff->size;
  if (n > UINT16_MAX || !append_zeros (tiff, 2 + n * ENTRY_SIZE + 4))
    return 0;
  put_u16 (tiff->data + at, (unsigned) n);
  return at;
}

static bool
is_replaced (unsigned tag, const ImExifEntry *entries, int n)
{
  for (int i = 0; i < n; i++)
    if ((unsigned) entries[i].tag == tag)
      return true;
  return false;
}

/* The entry at @at; a value of more than four bytes goes behind all else. */
static bool
write_text (ImBytes *tiff, size_t at, const ImExifEntry *entry)
{
  bool ascii = entry->tag != IM_EXIF_VERSION;
  size_t size = strlen (entry->text) + ascii, value = at + 8;

  if (size > 4) {
    if (!append_zeros (tiff, tiff->size & 1))
      return false;
    value = tiff->size;
    if (value > UINT32_MAX - size || !append_zeros (tiff, size))
      return false;
    put_u32 (tiff->data + at + 8, (uint32_t) value);
  }
  put_u16 (tiff->data + at, (unsigned) entry->tag);
  put_u16 (tiff->data + at + 2, ascii ? TYPE_ASCII : TYPE_UNDEFINED);
  put_u32 (tiff->data + at + 4, (uint32_t) size);
  memcpy (tiff->data + value, entry->text, size);
  return true;
}

/* Both sorted, and @entries in place of those of the same tags. */
static bool
merge (ImBytes *tiff, size_t to, const Directory *old,
    const ImExifEntry *entries, int n)
{
  unsigned i = 0;
  int k = 0;

  for (to += 2; k < n || i < old->n; to += ENTRY_SIZE) {
    unsigned tag;

    while (i < old->n
        && is_replaced (get_u16 (entry_at (tiff, old, i)), entries, n))
      i++;
    if (i >= old->n && k >= n)
      break;
    tag = i < old->n ? get_u16 (entry_at (tiff, old, i)) : UINT16_MAX + 1;
    if (k < n && (unsigned) entries[k].tag < tag) {
      if (!write_text (tiff, to, &entries[k++]))
        return false;
    } else {
      memcpy (tiff->data + to, entry_at (tiff, old, i++), ENTRY_SIZE);
    }
  }
  return true;
}

/* Moves the first directory to where it has room for a pointer to the Exif
 * directory at @exif. */
static bool
point_to_exif (ImBytes *tiff, const Directory *first, size_t exif)
{
  size_t to = new_directory (tiff, first->n + 1u), from = first->at + 2;
  size_t before = 0;

  if (to == 0)
    return false;
  put_u32 (tiff->data + 4, (uint32_t) to);
  while (before < first->n
      && get_u16 (tiff->data + from + before * ENTRY_SIZE) < POINTER_TO_EXIF)
    before++;
  to += 2;
  memcpy (tiff->data + to, tiff->data + from, before * ENTRY_SIZE);
  to += before * ENTRY_SIZE;
  put_u16 (tiff->data + to, POINTER_TO_EXIF);
  put_u16 (tiff->data + to + 2, TYPE_LONG);
  put_u32 (tiff->data + to + 4, 1);
  put_u32 (tiff->data + to + 8, (uint32_t) exif);
  memcpy (tiff->data + to + ENTRY_SIZE, tiff->data + from + before * ENTRY_SIZE,
      (first->n - before) * ENTRY_SIZE + 4);
  return true;
}

static bool
add (ImBytes *tiff, const ImExifEntry *entries, int n)
{
  Directory first, old = { 0, 0 };
  size_t pointer, to, n_kept = 0;

  if (tiff->size < HEADER_SIZE || memcmp (tiff->data, "II*\0", 4) != 0
      || !find_directory (tiff, get_u32 (tiff->data + 4), &first))
    return false;
  pointer = find_entry (tiff, &first, POINTER_TO_EXIF);
  if (pointer > 0
      && !find_directory (tiff, get_u32 (tiff->data + pointer + 8), &old))
    return false;
  for (unsigned i = 0; i < old.n; i++)
    n_kept += !is_replaced (get_u16 (entry_at (tiff, &old, i)), entries, n);
  to = new_directory (tiff, n_kept + (size_t) n);
  if (to == 0 || to > UINT32_MAX || !merge (tiff, to, &old, entries, n))
    return false;
  if (pointer == 0)
    return point_to_exif (tiff, &first, to);
  put_u32 (tiff->data + pointer + 8, (uint32_t) to);
  return true;
}

bool
im_exif_add (ImBytes *tiff, const ImExifEntry *entries, int n)
{
  size_t size = tiff->size;

  if (add (tiff, entries, n))
    return true;
  /* What was written behind it is not pointed to. */
  tiff->size = size;
  return false;
}
