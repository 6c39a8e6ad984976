/* imbytes farm: what a queue says has come of a job.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "job.h"

/* Owns nothing. */
typedef struct
{
  const gchar *job, *format; /* as those of a Job */
  const gchar *url; /* where the image is, or NULL: it is here, in data */
  const guint8 *data;
  guint64 size; /* bytes of the image, here or there */
  guint64 time; /* nanoseconds */
  gint width, height;
} Result;

/* Reads the @n texts of an entry, names and values by turns, into @result, which
 * points into them. FALSE with @error set where that is no result. */
gboolean result_read (Result *result, const Text *texts, gsize n,
    GError **error);

/* JOB-TIME.EXTENSION, and never with a / in it. Free it. */
gchar *result_make_name (const gchar *job, guint64 time,
    const gchar *extension);

/* One line, of an image that is somewhere else. Free it. */
gchar *result_to_json (const Result *result);

/* png or jpg. */
const gchar *result_find_extension (const gchar *format);
