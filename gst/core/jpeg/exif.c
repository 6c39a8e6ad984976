/* imbytes: entries added to EXIF data that somebody else has written.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "exif.h"

#include <string.h>

#define HEADER_SIZE 8
#define ENTRY_SIZE 12
#define N_DIRECTORIES 3

/* CIPA DC-008, 4.6.3: tags of the first directory that point to the others. */
static const uint16_t pointer_tags
    [N_DIRECTORIES] = { [IM_EXIF_PHOTO] = 0x8769, [IM_EXIF_GPS] = 0x8825 };
#define POINTER_TO_INTEROPERABILITY 0xa005

static const uint8_t header[HEADER_SIZE] = { 'I', 'I', '*', 0, HEADER_SIZE };

/* All entries of a file; with room for the pointers. */
typedef struct
{
  ImExifEntry entry[IM_EXIF_MAX_ENTRIES + N_DIRECTORIES];
  int n;
} List;

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

/* Bytes of the values of an entry, at most 8 * UINT32_MAX; 0 where the type is
 * none of TIFF's (TIFF 6.0, section 2). */
static uint64_t
values_size (unsigned type, uint32_t count)
{
  static const uint8_t sizes[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8 };

  return type < sizeof (sizes) ? (uint64_t) sizes[type] * count : 0;
}

static const ImExifEntry *
find (const ImExifEntry *entries, int n, int directory, unsigned tag)
{
  for (int i = 0; i < n; i++)
    if ((int) entries[i].directory == directory && entries[i].tag == tag)
      return &entries[i];
  return NULL;
}

static bool
append (List *list, const ImExifEntry *entry)
{
  if (list->n >= IM_EXIF_MAX_ENTRIES)
    return false;
  list->entry[list->n++] = *entry;
  return true;
}

/* The entry at @at, whose twelve bytes lie within @tiff. False where its values
 * do not. */
static bool
read_entry (const ImBytes *tiff, size_t at, ImExifEntry *entry)
{
  const uint8_t *bytes = tiff->data + at;
  uint64_t size;

  entry->tag = (uint16_t) get_u16 (bytes);
  entry->type = (uint16_t) get_u16 (bytes + 2);
  entry->count = get_u32 (bytes + 4);
  entry->data = bytes + 8;
  entry->is_default = false;
  size = values_size (entry->type, entry->count);
  if (size > 4) {
    uint32_t offset = get_u32 (bytes + 8);

    if (offset > tiff->size || size > tiff->size - offset)
      return false;
    entry->data = tiff->data + offset;
  }
  return size > 0 || entry->count == 0;
}

static int
pointed_to (const ImExifEntry *entry)
{
  for (int d = 1; d < N_DIRECTORIES; d++)
    if (entry->directory == IM_EXIF_IMAGE && entry->tag == pointer_tags[d])
      return d;
  return 0;
}

/* The entries of the directory at @at, and where those that it points to lie. */
static bool
read_directory (const ImBytes *tiff, int directory, size_t at, List *list,
    size_t pointers[N_DIRECTORIES])
{
  unsigned n;

  if (at < HEADER_SIZE || at > tiff->size || tiff->size - at < 2)
    return false;
  n = get_u16 (tiff->data + at);
  if ((tiff->size - at - 2) / ENTRY_SIZE < n)
    return false;
  for (unsigned i = 0; i < n; i++) {
    ImExifEntry entry = { .directory = (ImExifDirectory) directory };
    int to;

    if (!read_entry (tiff, at + 2 + i * (size_t) ENTRY_SIZE, &entry))
      return false;
    to = pointed_to (&entry);
    if (to > 0) {
      if (entry.type != IM_EXIF_LONG || entry.count != 1)
        return false;
      pointers[to] = get_u32 (entry.data);
    } else if (entry.tag != POINTER_TO_INTEROPERABILITY
        && !append (list, &entry)) {
      return false;
    }
  }
  return true;
}

static bool
read_all (const ImBytes *tiff, List *list)
{
  size_t pointers[N_DIRECTORIES] = { 0 };

  list->n = 0;
  if (tiff->size == 0)
    return true;
  if (tiff->size < HEADER_SIZE || memcmp (tiff->data, header, 4) != 0
      || !read_directory (tiff, IM_EXIF_IMAGE, get_u32 (tiff->data + 4), list,
          pointers))
    return false;
  for (int d = 1; d < N_DIRECTORIES; d++)
    if (pointers[d] > 0
        && !read_directory (tiff, d, pointers[d], list, pointers))
      return false;
  return true;
}

/* Leaves out what @entries replace, and adds them. */
static bool
merge (List *list, const ImExifEntry *entries, int n)
{
  int kept = 0;

  for (int i = 0; i < list->n; i++) {
    const ImExifEntry *by =
        find (entries, n, (int) list->entry[i].directory, list->entry[i].tag);

    if (by == NULL || by->is_default)
      list->entry[kept++] = list->entry[i];
  }
  list->n = kept;
  for (int i = 0; i < n; i++)
    if (!(entries[i].is_default
            && find (list->entry, kept, (int) entries[i].directory,
                entries[i].tag))
        && !append (list, &entries[i]))
      return false;
  return true;
}

static bool
comes_before (const ImExifEntry *a, const ImExifEntry *b)
{
  if (a->directory != b->directory)
    return a->directory < b->directory;
  return a->tag < b->tag;
}

/* Stable, so that entries of the same tag keep their order. */
static void
sort (List *list)
{
  for (int i = 1; i < list->n; i++) {
    ImExifEntry entry = list->entry[i];
    int k = i;

    for (; k > 0 && comes_before (&entry, &list->entry[k - 1]); k--)
      list->entry[k] = list->entry[k - 1];
    list->entry[k] = entry;
  }
}

/* Values of more than four bytes lie behind their directory, on even offsets. */
static uint64_t
outside_size (const ImExifEntry *entry)
{
  uint64_t size = values_size (entry->type, entry->count);

  return size > 4 ? size + (size & 1) : 0;
}

/* Bytes of each directory with its values; 0 where it has no entries. */
static void
measure (const List *list, uint64_t sizes[N_DIRECTORIES])
{
  memset (sizes, 0, N_DIRECTORIES * sizeof (*sizes));
  for (int i = 0; i < list->n; i++) {
    uint64_t *size = &sizes[list->entry[i].directory];

    *size +=
        (*size == 0 ? 2 + 4 : 0) + ENTRY_SIZE + outside_size (&list->entry[i]);
  }
}

/* Entries in the first directory that point to the others; their values are in
 * @offsets. */
static void
add_pointers (List *list, uint8_t offsets[N_DIRECTORIES][4])
{
  uint64_t sizes[N_DIRECTORIES], at;

  measure (list, sizes);
  for (int d = 1; d < N_DIRECTORIES; d++)
    if (sizes[d] > 0)
      list->entry[list->n++] = (ImExifEntry){ .tag = pointer_tags[d],
        .type = IM_EXIF_LONG,
        .count = 1,
        .data = offsets[d] };
  sort (list);
  measure (list, sizes);
  at = HEADER_SIZE;
  for (int d = 0; d < N_DIRECTORIES; d++) {
    put_u32 (offsets[d], (uint32_t) at);
    at += sizes[d];
  }
}

/* Entries [@first, @end), which make a directory at @at. */
static void
write_directory (uint8_t *out, size_t at, const List *list, int first, int end)
{
  size_t values = at + 2 + (size_t) (end - first) * ENTRY_SIZE + 4;

  put_u16 (out + at, (unsigned) (end - first));
  at += 2;
  for (int i = first; i < end; i++, at += ENTRY_SIZE) {
    const ImExifEntry *entry = &list->entry[i];
    size_t size = (size_t) values_size (entry->type, entry->count);

    put_u16 (out + at, entry->tag);
    put_u16 (out + at + 2, entry->type);
    put_u32 (out + at + 4, entry->count);
    if (size > 4)
      put_u32 (out + at + 8, (uint32_t) values);
    if (size > 0)
      memcpy (out + (size > 4 ? values : at + 8), entry->data, size);
    values += (size_t) outside_size (entry);
  }
}

static bool
write_all (ImBytes *tiff, List *list)
{
  uint8_t offsets[N_DIRECTORIES][4];
  uint64_t sizes[N_DIRECTORIES], total = HEADER_SIZE;

  add_pointers (list, offsets);
  measure (list, sizes);
  if (sizes[IM_EXIF_IMAGE] == 0)
    sizes[IM_EXIF_IMAGE] = 2 + 4; /* an empty one, but a directory */
  for (int d = 0; d < N_DIRECTORIES; d++)
    total += sizes[d];
  if (total > INT32_MAX || !im_bytes_reserve (tiff, (size_t) total))
    return false;
  memset (tiff->data, 0, (size_t) total);
  tiff->size = (size_t) total;
  memcpy (tiff->data, header, HEADER_SIZE);
  for (int first = 0, end; first < list->n; first = end) {
    int d = (int) list->entry[first].directory;

    for (end = first; end < list->n && (int) list->entry[end].directory == d;)
      end++;
    write_directory (tiff->data, get_u32 (offsets[d]), list, first, end);
  }
  return true;
}

ImExifEntry
im_exif_text (ImExifDirectory directory, unsigned tag, const char *text)
{
  return (ImExifEntry){ .directory = directory,
    .tag = (uint16_t) tag,
    .type = IM_EXIF_ASCII,
    .count = (uint32_t) strlen (text) + 1,
    .data = text };
}

bool
im_exif_has (const ImBytes *tiff, ImExifDirectory directory)
{
  List list;

  if (!read_all (tiff, &list))
    return false;
  for (int i = 0; i < list.n; i++)
    if (list.entry[i].directory == directory)
      return true;
  return false;
}

bool
im_exif_add (ImBytes *tiff, const ImExifEntry *entries, int n)
{
  ImBytes out = { 0 };
  List list;

  /* What was read still points into @tiff. */
  if (!read_all (tiff, &list) || !merge (&list, entries, n)
      || !write_all (&out, &list)) {
    im_bytes_clear (&out);
    return false;
  }
  im_bytes_clear (tiff);
  *tiff = out;
  return true;
}
