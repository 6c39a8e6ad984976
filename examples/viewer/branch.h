/* imbytes viewer: one encode, `appsrc ! imbytes ! appsink`, for all who ask for
 * the same.
 *
 * Each is a pipeline of its own, so that one comes, goes or fails without the
 * source or the others noticing.
 *
 * Thread-safety: viewer_branch_push () may be called from any thread; all else
 * belongs to the main thread, where watchers are called too.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "picture.h"
#include "request.h"

G_BEGIN_DECLS

typedef struct _ViewerBranch ViewerBranch;

/* There is a new picture; or it is NULL, and @error says why there will not be
 * another. A watcher may leave from within. Pictures that came in the meantime
 * are not told of: only the newest counts. */
typedef void (*ViewerWatcher) (ViewerPicture *picture, const gchar *error,
    gpointer user_data);

/* PTS of frames count from @epoch, as those of pictures do. NULL with @error
 * where elements are missing. */
ViewerBranch *viewer_branch_new (guint number, const ViewerRequest *request,
    gint64 epoch, GError **error);

/* Stops it and waits for the image being made. No watchers may be left. */
void viewer_branch_free (ViewerBranch *self);

/* Gives it a frame. Never waits: where the last is not yet taken, that is
 * dropped and counted. The same frame may come twice. */
void viewer_branch_push (ViewerBranch *self, GstSample *frame);

/* The next frame becomes an image, whether somebody streams or not. */
void viewer_branch_ask (ViewerBranch *self);

/* Every frame is encoded while at least one watcher is a stream; else only those
 * that are asked for. @user_data names the watcher when it leaves. */
void viewer_branch_watch (ViewerBranch *self, gboolean is_stream,
    ViewerWatcher watcher, gpointer user_data);
void viewer_branch_leave (ViewerBranch *self, gpointer user_data);

/* Properties of the running element; the codec stays. Pictures of before are
 * forgotten. */
void viewer_branch_set_request (ViewerBranch *self,
    const ViewerRequest *request);
const ViewerRequest *viewer_branch_get_request (const ViewerBranch *self);

/* The newest picture; NULL before the first. A reference of the caller's. */
ViewerPicture *viewer_branch_get_newest (ViewerBranch *self);
/* Those made so far do not count any more. */
void viewer_branch_forget (ViewerBranch *self);
/* The element's `last-image`; NULL where there is none, or it was forgotten or
 * is older than @max_age microseconds. */
ViewerPicture *viewer_branch_get_last_image (ViewerBranch *self,
    gint64 max_age);

guint viewer_branch_get_number (const ViewerBranch *self);
guint viewer_branch_count_streams (const ViewerBranch *self);
guint viewer_branch_count_watchers (const ViewerBranch *self);
/* Time of g_get_monotonic_time () when the last watcher left. */
gint64 viewer_branch_get_unused_since (const ViewerBranch *self);
/* NULL while all is well. */
const gchar *viewer_branch_get_error (const ViewerBranch *self);
/* The element's `stats`; the caller frees it. @frames_late: how many frames it
 * was too busy to take. */
GstStructure *viewer_branch_get_stats (ViewerBranch *self,
    guint64 *frames_late);

G_END_DECLS
