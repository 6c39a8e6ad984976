/* imbytes: rows in, bytes out.
 *
 * The one interface of every codec. A codec knows the plan and its own library
 * and nothing else: no GStreamer, no scaling, no threads.
 *
 * A picture is one or more strips. Each strip is coded alone, from begin () by
 * way of rows () to end (), by any coder made for the same plan; afterwards
 * size () says how many bytes the file has, and write () writes it. The bytes
 * depend on the plan and the rows alone, never on which coder coded which strip.
 *
 * Thread-safety: a coder is used by one thread at a time; different coders are
 * independent.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "plan.h"
#include "core/base/rows.h"

/* What a file says besides the picture. It changes with every frame and is no
 * part of the plan. */
typedef struct
{
  const uint8_t *exif; /* a TIFF, without the "Exif" before it; or NULL */
  size_t exif_size;
  const char *comment; /* UTF-8; or NULL */
} ImMetadata;

/* Longest EXIF and comment of a JPEG, whose segments hold no more (ITU-T T.81,
 * B.1.1.4); PNG takes the same. */
#define IM_MAX_EXIF 65527
#define IM_MAX_COMMENT 65533

/* A strip that was coded. */
typedef struct
{
  ImBytes bytes;
  /* PNG: Adler-32 and length of what was deflated. */
  uint32_t checksum;
  uint64_t raw_size;
} ImCodedStrip;

typedef struct _ImCoder ImCoder;

typedef struct
{
  const char *name;       /* "JPEG" */
  const char *media_type; /* "image/jpeg" */

  /* NULL with @error set when out of memory or refused by the library. */
  ImCoder *(*coder_new) (const ImPlan *plan, ImError *error);
  void (*coder_free) (ImCoder *coder);

  /* For plans of which im_plan_looks_first () says so, before any strip is begun: one
   * coder looks at all rows that are going to be coded, and those of the other strips
   * follow it. NULL where there are no such plans. False with @error set. */
  bool (*look) (ImCoder *coder, const ImRows *whole, ImError *error);
  bool (*follow) (ImCoder *coder, const ImCoder *looked, ImError *error);

  /* Starts strip @index; bytes are appended to @out, which the caller has
   * reset and keeps alive until end (). After any failure the coder may begin
   * anew. */
  bool (*begin) (ImCoder *coder, int index, ImCodedStrip *out, ImError *error);
  /* The next rows, IM_BLOCK_ROWS at a time; fewer only at the strip's end. */
  bool (*rows) (ImCoder *coder, const ImRows *rows, ImError *error);
  bool (*end) (ImCoder *coder, ImError *error);

  /* How many bytes the file of @strips has, which are all of the picture. Any
   * coder of the plan; it keeps what write () needs. */
  bool (*size) (ImCoder *coder, const ImCodedStrip *strips, int n_strips,
      const ImMetadata *metadata, size_t *size, ImError *error);
  /* The file that size () has just measured, into @out: just so many bytes. */
  void (*write) (const ImCoder *coder, const ImCodedStrip *strips, int n_strips,
      uint8_t *out);
} ImCodec;
