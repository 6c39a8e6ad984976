/* imbytes viewer: one image for one client.
 *
 * Thread-safety: belongs to the main thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <libsoup/soup.h>

#include "hub.h"

G_BEGIN_DECLS

/* The client was answered, or has gone. */
typedef void (*ViewerSnapshotDone) (gpointer snapshot, gpointer user_data);

/* Answers @message with the `last-image` of the element that makes such images,
 * if that is of this moment, else with one that is asked for. Where none comes,
 * or only one of a frame that is older than @max_age microseconds (0: of any
 * age), with 503 and a sentence. The snapshot, which lives until @done is called; NULL
 * with @error, and nothing answered, where it is not possible. */
gpointer viewer_snapshot_start (SoupServerMessage *message, ViewerHub *hub,
    const ViewerRequest *request, gint64 max_age, ViewerSnapshotDone done,
    gpointer user_data, GError **error);

/* Disconnects a client that does not read. */
void viewer_snapshot_cut_off (gpointer snapshot);
/* The same where it has not been taken in full for @seconds. To be called now and
 * then. */
void viewer_snapshot_check (gpointer snapshot, guint seconds);

/* Answers with 503 and @sentence, a whole one. */
void viewer_snapshot_refuse (gpointer snapshot, const gchar *sentence);

G_END_DECLS
