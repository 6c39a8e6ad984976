/* imbytes viewer: one image for one client.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "snapshot.h"

#include "answer.h"

/* A source that plays sends a frame within this time, or is about to die. */
#define PATIENCE 5 /* seconds */

/* Younger than this an image is of now. */
#define FRESH (100 * 1000) /* microseconds */

typedef struct
{
  SoupServerMessage *message;
  ViewerHub *hub;
  ViewerBranch *branch;
  gint64 max_age; /* microseconds; 0: any */
  ViewerSnapshotDone done;
  gpointer user_data;
  guint timer;       /* or 0 */
  gboolean answered; /* the image, or why there is none, is on its way */
  gint64 began;      /* since then, monotonic */
} Snapshot;

static void
answer_picture (SoupServerMessage *message, ViewerPicture *picture)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_response_headers (message);

  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_replace (headers, "Content-Type", picture->type);
  soup_message_headers_replace (headers, "X-Timestamp", picture->timestamp);
  soup_message_body_append_bytes (soup_server_message_get_response_body (
                                      message),
      picture->image);
}

static void
stop_waiting (Snapshot *self)
{
  if (self->timer != 0)
    g_source_remove (self->timer);
  self->timer = 0;
  if (self->branch != NULL)
    viewer_hub_leave (self->hub, self->branch, self);
  self->branch = NULL;
}

static void
go_on (Snapshot *self)
{
  self->answered = TRUE;
  self->began = g_get_monotonic_time ();
  stop_waiting (self);
  soup_server_message_unpause (self->message);
}

void
viewer_snapshot_refuse (gpointer snapshot, const gchar *sentence)
{
  Snapshot *self = snapshot;

  if (self->answered)
    return;
  viewer_answer_text (self->message, SOUP_STATUS_SERVICE_UNAVAILABLE, sentence);
  go_on (self);
}

static void
on_picture (ViewerPicture *picture, const gchar *error, gpointer user_data)
{
  Snapshot *self = user_data;

  if (picture == NULL) {
    viewer_answer_text (self->message, SOUP_STATUS_INTERNAL_SERVER_ERROR,
        error);
  } else if (self->max_age > 0
      && viewer_picture_get_age (picture, viewer_hub_get_epoch (self->hub))
          > self->max_age) {
    /* The source died long ago, and may be back in a moment. */
    viewer_branch_ask (self->branch);
    return;
  } else {
    answer_picture (self->message, picture);
  }
  go_on (self);
}

static gboolean
on_timeout (gpointer user_data)
{
  Snapshot *self = user_data;

  self->timer = 0;
  viewer_snapshot_refuse (self,
      "No picture has come from the source; /stats.json says how it is.");
  return G_SOURCE_REMOVE;
}

static void
on_finished (SoupServerMessage *message, gpointer user_data)
{
  Snapshot *self = user_data;

  g_signal_handlers_disconnect_by_data (message, self);
  stop_waiting (self);
  self->done (self, self->user_data);
  g_object_unref (self->message);
  g_free (self);
}

gpointer
viewer_snapshot_start (SoupServerMessage *message, ViewerHub *hub,
    const ViewerRequest *request, gint64 max_age, ViewerSnapshotDone done,
    gpointer user_data, GError **error)
{
  Snapshot *self = g_new0 (Snapshot, 1);
  ViewerPicture *picture;

  self->branch = viewer_hub_join (hub, request, FALSE, on_picture, self, error);
  if (self->branch == NULL) {
    g_free (self);
    return NULL;
  }
  self->message = g_object_ref (message);
  self->hub = hub;
  self->max_age = max_age;
  self->done = done;
  self->user_data = user_data;
  g_signal_connect (message, "finished", G_CALLBACK (on_finished), self);
  soup_server_message_pause (message);
  picture = viewer_branch_get_last_image (self->branch, FRESH);
  if (picture != NULL) {
    on_picture (picture, NULL, self);
    viewer_picture_unref (picture);
  } else {
    self->timer = g_timeout_add_seconds (PATIENCE, on_timeout, self);
    viewer_hub_ask (hub, self->branch);
  }
  return self;
}

void
viewer_snapshot_cut_off (gpointer snapshot)
{
  Snapshot *self = snapshot;

  viewer_answer_cut_off (self->message);
}

void
viewer_snapshot_check (gpointer snapshot, guint seconds)
{
  const Snapshot *self = snapshot;

  if (self->answered
      && g_get_monotonic_time () - self->began
          > seconds * (gint64) G_USEC_PER_SEC)
    viewer_snapshot_cut_off (snapshot);
}
