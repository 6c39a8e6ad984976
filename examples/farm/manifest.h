/* imbytes farm: images.json, which says what has been made of a video.
 *
 *   {
 *     "video": "file:///films/a.mp4",
 *     "state": "1234567 1700000000.5",     size and time of change; "" where unknown
 *     "request": { "every": "1.000000000", "width": 320, "height": 0, "format": "jpeg",
 *       "quality": 85 },
 *     "complete": true,                     the video has no more images
 *     "images": [
 *       { "name": "a-000000.000000000.jpg", "time": "0.000000000",
 *         "width": 320, "height": 180,
 *         "bytes": 9876, "sha256": "..." }, ...
 *     ]
 *   }
 *
 * Times are seconds in strings, with nine digits behind the point: a number of JSON
 * would lose the last of them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

#include "images.h"

#define MANIFEST_NAME "images.json"

typedef struct
{
  gchar *name; /* in the folder of the job, or the URL */
  gchar *sum;  /* job_sum_image () */
  GstClockTime time;
  gint width, height;
  guint64 size;
} ManifestImage;

typedef struct
{
  const Job *job; /* outlives it */
  gchar *folder, *state;
  GArray *images; /* of ManifestImage */
  gboolean complete;
} Manifest;

/* Reads what @folder says of @job. Images are left out from the first on that is called
 * otherwise than job_make_name () has it, and of files that is not there or not of its
 * size; so are the last files whose sum is another. All of them are left out where the
 * request is another, the video has changed, or the file is none of ours. Always makes
 * one; free it. */
Manifest *manifest_open (const gchar *folder, const Job *job);
void manifest_free (Manifest *self);

/* Takes @name over. */
void manifest_add (Manifest *self, const Image *image, gchar *name);

/* As it is written, and as it is read. Free it. */
gchar *manifest_to_text (const Manifest *self, gsize *size);
void manifest_read (Manifest *self, const gchar *text, gsize size);

/* FALSE with @error set. */
gboolean manifest_save (const Manifest *self, GError **error);
