/* imbytes: entries added to EXIF data that somebody else has written.
 *
 * EXIF is a TIFF file (CIPA DC-008, 4.5): directories of 12-byte entries, sorted
 * by tag, that point to each other and to values by offsets from its start. All
 * entries are read, and the file is written anew: little-endian, each value on
 * an even offset, nothing in it that nothing points to.
 *
 * Thread-safety: functions on their arguments alone.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/base/bytes.h"

typedef enum
{
  IM_EXIF_IMAGE, /* the first directory, "IFD0" */
  IM_EXIF_PHOTO, /* the Exif directory that it points to */
  IM_EXIF_GPS    /* the GPS directory that it points to */
} ImExifDirectory;

/* CIPA DC-008, 4.6.2. */
typedef enum
{
  IM_EXIF_BYTE = 1,
  IM_EXIF_ASCII = 2,
  IM_EXIF_SHORT = 3,
  IM_EXIF_LONG = 4,
  IM_EXIF_RATIONAL = 5,
  IM_EXIF_UNDEFINED = 7
} ImExifType;

typedef struct
{
  ImExifDirectory directory;
  uint16_t tag;
  uint16_t type;
  uint32_t count; /* of values of that type; of text, its final zero counted */
  const void *data; /* the values, little-endian; not NULL where count > 0 */
  bool is_default;  /* only where the directory has no entry of that tag */
} ImExifEntry;

/* More entries than this, old and new, are refused. */
#define IM_EXIF_MAX_ENTRIES 256

/* UTF-8, as readers take it, though the standard has ASCII there. */
ImExifEntry im_exif_text (ImExifDirectory directory, unsigned tag,
    const char *text);

/* Whether the directory is there, in a TIFF that im_exif_add () takes. */
bool im_exif_has (const ImBytes *tiff, ImExifDirectory directory);

/* Puts @entries, no two of the same directory and tag, into @tiff in place of
 * those of the same tags that are there; an empty @tiff becomes one. Directories
 * but the three, such as a thumbnail's, are left out. False, with @tiff as it
 * was, where that is no little-endian TIFF of whole directories, has too many
 * entries, or out of memory. */
bool im_exif_add (ImBytes *tiff, const ImExifEntry *entries, int n);
