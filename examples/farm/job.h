/* imbytes farm: what is asked for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

#define JOB_MAX_SECONDS 1000000
#define JOB_MAX_SIZE 65500

/* One video, and how its images are to be. Owns its strings. */
typedef struct
{
  gchar *id; /* 20 digits of a hash */
  gchar *uri;
  gchar *title;  /* the video's name in up to 40 letters, digits, - and _ */
  gchar *format; /* jpeg or png */
  gchar *url;    /* template of where images go; NULL: into the folder */
  guint64 every; /* nanoseconds between images; 0: every frame */
  gint width, height, quality;
} Job;

/* @source is a file or a URI; @request has all but id, URI and title. FALSE with @error set
 * where that is no job, and then there is nothing to clear. */
gboolean job_make (Job *job, const gchar *source, const Job *request,
    GError **error);
void job_clear (Job *job);

/* FALSE where two images would have the same URL. */
gboolean job_is_template (const gchar *url);

/* What the image of @time, nanoseconds, is called: TITLE-TIME.EXTENSION, in the order of
 * time as names; or its URL. Free it. */
gchar *job_make_name (const Job *job, guint64 time);

/* Two images of one sum are the same. Free it. */
gchar *job_sum_image (const guint8 *data, gsize size);
