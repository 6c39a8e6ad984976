/* imbytes farm: what is asked for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

/* Fields of a job in Redis are pairs of a name and a value. */
#define JOB_N_FIELDS 7

#define JOB_MAX_SECONDS 1000000
#define JOB_MAX_SIZE 65500

/* Owns its strings. */
typedef struct
{
  gchar *id; /* as text_is_name () has it */
  gchar *uri;
  gchar *format; /* jpeg or png */
  guint64 every; /* nanoseconds between images; 0: every frame */
  gint width, height, quality;
} Job;

/* A string from a queue. A zero byte follows it, and may be in it. */
typedef struct
{
  const gchar *data; /* NULL where something else came */
  gsize size;
} Text;

void job_clear (Job *job);

/* The string; NULL where it is none, or a part of it would be lost. */
const gchar *text_get (const Text *text);

/* The value of the field @name of @n texts, names and values by turns; NULL where
 * there is none. */
const Text *text_find (const Text *texts, gsize n, const gchar *name);

/* Reads the number of the field @name, from 0 to @max, into *@number, which stays as
 * it is where there is no such field. FALSE with @error set where it is none. */
gboolean text_read_number (const Text *texts, gsize n, const gchar *name,
    guint64 max, guint64 *number, GError **error);

/* Reads the @n texts of an entry, names and values by turns, into @job, which the
 * caller clears whatever comes of it. FALSE with @error set where that is no job.
 * Unknown fields are left to a later version. */
gboolean job_read (Job *job, const Text *texts, gsize n, GError **error);

/* FALSE with @error set where something is missing or out of bounds. */
gboolean job_check (const Job *job, GError **error);

/* The value of field @i of JOB_N_FIELDS, and its name in *@name. */
gchar *job_get (const Job *job, guint i, const gchar **name);

/* Made of the URI and the request alone, so that what is submitted twice is the
 * same job. */
gchar *job_make_id (const Job *job);
