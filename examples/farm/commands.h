/* imbytes farm: the commands of the program.
 *
 * Each command_ function that has a Command alone runs one, and returns the exit status.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "put.h"
#include "store.h"

typedef struct
{
  StoreOptions store;
  Job request;     /* without id and URI */
  gchar **sources; /* files and URIs */
  gchar *output;   /* folder */
  gchar *url; /* work: template of where images are put; NULL: into Redis */
  PutOptions put;
  gchar **allowed;          /* work: see uri_is_allowed () */
  guint n_slots;            /* jobs at once; 0: one for each processor */
  gboolean is_idle_the_end; /* work: end when there is nothing left to do */
  GstClockTime stall;       /* a video without a frame for so long has failed */
  gboolean once;            /* status: say it once */
  guint patience_ms; /* collect: end when nothing comes for so long; 0: never */
} Command;

gint command_submit (const Command *command);
gint command_work (const Command *command);
gint command_status (const Command *command);
gint command_collect (const Command *command);
/* Does the jobs of all sources on this machine, without Redis. Writes the images into
 * the folder of --output. */
gint command_local (const Command *command);

/* Makes a job for @source; clear it. FALSE with @error set if @source is no file and no
 * URI, or if the job has a value out of range. */
gboolean command_make_job (const Command *command, const gchar *source,
    Job *job, GError **error);

/* Writes FOLDER/JOB-TIME.EXTENSION. The file is replaced atomically: a reader never sees
 * a part of it. Prints an error and returns FALSE if that fails. */
gboolean command_save (const gchar *folder, const gchar *job,
    const gchar *format, GstClockTime time, const guint8 *image, gsize size);

/* A unique name for a worker or a collector. Process ids are reused, so a random number
 * is part of it. Free it. */
gchar *command_make_name (guint index);

/* The URL of an image: the template of --url with its fields replaced. Free it. */
gchar *command_make_url (const Command *command, const Job *job,
    GstClockTime time);

guint command_count_slots (const Command *command);
