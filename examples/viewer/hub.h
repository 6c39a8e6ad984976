/* imbytes viewer: the branches there are, and the frame that all of them get.
 *
 * Who asks for what somebody else has asked for joins that branch; a branch
 * that nobody watches any more stays for a moment, for who comes back, and
 * costs nothing meanwhile.
 *
 * Thread-safety: viewer_hub_push () may be called from any thread, the rest from
 * the main thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "branch.h"

G_BEGIN_DECLS

typedef struct _ViewerHub ViewerHub;

ViewerHub *viewer_hub_new (guint max_branches);
/* Nobody may watch any more, and nothing be pushed. */
void viewer_hub_free (ViewerHub *self);

/* What PTS count from, a time of g_get_monotonic_time (). */
gint64 viewer_hub_get_epoch (const ViewerHub *self);

/* Gives all branches a frame; never waits for them. Its PTS counts from the
 * epoch. */
void viewer_hub_push (ViewerHub *self, GstSample *frame);

/* The branch that makes what @request says, joined by a watcher; NULL with @error
 * (G_IO_ERROR_BUSY: too many). Streams share a branch if they ask for the same
 * in the same interval, a snapshot shares one of any interval. */
ViewerBranch *viewer_hub_join (ViewerHub *self, const ViewerRequest *request,
    gboolean is_stream, ViewerWatcher watcher, gpointer user_data,
    GError **error);
void viewer_hub_leave (ViewerHub *self, ViewerBranch *branch,
    gpointer user_data);

/* A stream asks for something else: a branch of its own is changed as it runs,
 * else the stream is moved to another. The branch it is on then; on error NULL,
 * and it stays where it was. */
ViewerBranch *viewer_hub_move (ViewerHub *self, ViewerBranch *branch,
    const ViewerRequest *request, ViewerWatcher watcher, gpointer user_data,
    GError **error);

/* An image of the newest frame, from the element that makes them. */
void viewer_hub_ask (ViewerHub *self, ViewerBranch *branch);

/* Ends branches that were unused for long enough; to be called now and then. */
void viewer_hub_sweep (ViewerHub *self);

/* In order of their numbers; the array is the hub's. */
const GPtrArray *viewer_hub_get_branches (const ViewerHub *self);

G_END_DECLS
