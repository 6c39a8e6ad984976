/* imbytes farm: the folder of a job, and files in it that are whole or not there.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

#include "job.h"

/* The folder of @job below @output, TITLE-ID, which is made where it is missing. What a
 * run that was killed has left half written is removed. NULL with @error set; free it. */
gchar *folder_open (const gchar *output, const Job *job, GError **error);

/* Writes FOLDER/NAME under another name first, so that nobody sees a part of it. FALSE
 * with @error set. */
gboolean folder_save (const gchar *folder, const gchar *name, const void *data,
    gsize size, GError **error);

/* All that was saved is on the disk then: once for many files, since one by one that
 * takes longer than all else. FALSE with @error set. */
gboolean folder_settle (const gchar *folder, GError **error);
