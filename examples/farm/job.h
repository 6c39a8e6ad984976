/* imbytes farm: what is asked for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

/* Fields of a job in Redis are pairs of a name and a value. */
#define JOB_N_FIELDS 7

/* Owns its strings. */
typedef struct
{
  gchar *id; /* letters, digits, - and _ */
  gchar *uri;
  gchar *format; /* jpeg or png */
  guint64 every; /* nanoseconds between images; 0: every frame */
  gint width, height, quality;
} Job;

void job_clear (Job *job);

/* Takes one field; FALSE with @error set where its value is none. Unknown ones are
 * left to a later version. */
gboolean job_set (Job *job, const gchar *name, const gchar *value,
    GError **error);

/* FALSE with @error set where something is missing or out of bounds. */
gboolean job_check (const Job *job, GError **error);

/* The value of field @i of JOB_N_FIELDS, and its name in *@name. */
gchar *job_get (const Job *job, guint i, const gchar **name);

/* Made of the URI and the request alone, so that what is submitted twice is the
 * same job. */
gchar *job_make_id (const Job *job);
