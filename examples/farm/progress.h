/* imbytes farm: one line that says how far it is.
 *
 * On a terminal the line is written over, some times a second; elsewhere a new one
 * comes every ten seconds. It goes to stderr.
 *
 * Thread-safety: any thread may call these, but new () and free ().
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

typedef struct _Progress Progress;

/* Of @n_files, @n_slots at a time. */
Progress *progress_new (guint n_files, guint n_slots);
void progress_free (Progress *self);

/* In @slot an image has been made, or was there; @share of its file is done, 0 to 1,
 * or less than 0 where nobody knows. */
void progress_image (Progress *self, guint slot, gdouble share,
    gboolean is_new);
/* In @slot a file is over. Prints @sentence above the line; or NULL. */
void progress_file (Progress *self, guint slot, gboolean failed,
    const gchar *sentence);
/* The last line. */
void progress_end (Progress *self);
