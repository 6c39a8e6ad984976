/* imbytes: entries added to EXIF data that somebody else has written.
 *
 * EXIF is a TIFF file (CIPA DC-008, 4.5): directories of 12-byte entries, sorted
 * by tag, that point to each other and to values by offsets from its start. A
 * directory with further entries is written behind all that there is, and what
 * pointed to the old one points there.
 *
 * Thread-safety: functions on their arguments alone.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "bytes.h"

/* CIPA DC-008, table 4 and following. */
typedef enum
{
  IM_EXIF_VERSION = 0x9000,
  IM_EXIF_DATE_TIME_ORIGINAL = 0x9003,
  IM_EXIF_OFFSET_TIME_ORIGINAL = 0x9011,
  IM_EXIF_SUBSEC_TIME_ORIGINAL = 0x9291
} ImExifTag;

/* ASCII, its final zero counted; IM_EXIF_VERSION is four characters without. */
typedef struct
{
  ImExifTag tag;
  const char *text;
} ImExifEntry;

/* Puts @entries, which are sorted by tag, into the Exif directory of @tiff, in
 * place of any of the same tag that are there; makes the directory where there
 * is none. False, with @tiff as it was, where that is no little-endian TIFF of
 * whole directories, or out of memory. */
bool im_exif_add (ImBytes *tiff, const ImExifEntry *entries, int n);
