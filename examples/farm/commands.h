/* imbytes farm: what the program can be told to do.
 *
 * Each gives the exit status.
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
/* Without Redis: the jobs of --source on this machine, into the folder. */
gint command_local (const Command *command);

/* A job for @source. FALSE with @error set where it is none. */
gboolean command_make_job (const Command *command, const gchar *source,
    Job *job, GError **error);

/* FOLDER/JOB-TIME.EXTENSION, whole or not at all, however often. */
gboolean command_save (const gchar *folder, const gchar *job,
    const gchar *format, GstClockTime time, const guint8 *image, gsize size);

/* Of a worker or collector. Another process of the same number may have had it
 * before, so that there is chance in it: a name is never used twice. Free it. */
gchar *command_make_name (guint index);

/* The template filled in. Free it. */
gchar *command_make_url (const Command *command, const Job *job,
    GstClockTime time);

guint command_count_slots (const Command *command);
