/* imbytes viewer: the branches there are, and the frame that all of them get.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "hub.h"

#include <gio/gio.h>

/* Long enough for a page to be loaded anew. */
#define UNUSED_TIME (3 * G_USEC_PER_SEC)

struct _ViewerHub
{
  guint max_branches;
  guint last_number;
  gint64 epoch;

  GMutex lock;         /* for what follows; changed in the main thread alone */
  GPtrArray *branches; /* of ViewerBranch */
  GstSample *frame;    /* the newest, or NULL; changed where it comes from */
};

ViewerHub *
viewer_hub_new (guint max_branches)
{
  ViewerHub *self = g_new0 (ViewerHub, 1);

  self->max_branches = max_branches;
  self->epoch = g_get_monotonic_time ();
  self->branches = g_ptr_array_new ();
  g_mutex_init (&self->lock);
  return self;
}

static void
remove_branch (ViewerHub *self, ViewerBranch *branch)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_remove (self->branches, branch);
  g_mutex_unlock (&self->lock);
  viewer_branch_free (branch);
}

void
viewer_hub_free (ViewerHub *self)
{
  while (self->branches->len > 0)
    remove_branch (self, g_ptr_array_index (self->branches, 0));
  g_ptr_array_unref (self->branches);
  g_clear_pointer (&self->frame, gst_sample_unref);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gint64
viewer_hub_get_epoch (const ViewerHub *self)
{
  return self->epoch;
}

void
viewer_hub_push (ViewerHub *self, GstSample *frame)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->frame, gst_sample_unref);
  self->frame = gst_sample_ref (frame);
  for (guint i = 0; i < self->branches->len; i++)
    viewer_branch_push (g_ptr_array_index (self->branches, i), frame);
  g_mutex_unlock (&self->lock);
}

void
viewer_hub_ask (ViewerHub *self, ViewerBranch *branch)
{
  viewer_branch_ask (branch);
  g_mutex_lock (&self->lock);
  if (self->frame != NULL)
    viewer_branch_push (branch, self->frame);
  g_mutex_unlock (&self->lock);
}

static ViewerBranch *
find (ViewerHub *self, const ViewerRequest *request, gboolean is_stream)
{
  for (guint i = 0; i < self->branches->len; i++) {
    ViewerBranch *branch = g_ptr_array_index (self->branches, i);
    const ViewerRequest *made = viewer_branch_get_request (branch);

    if (viewer_branch_get_error (branch) == NULL
        && (is_stream ? viewer_request_equal (made, request)
                      : viewer_request_same_picture (made, request)))
      return branch;
  }
  return NULL;
}

static void
make_room (ViewerHub *self)
{
  for (guint i = 0; i < self->branches->len; i++) {
    ViewerBranch *branch = g_ptr_array_index (self->branches, i);

    if (viewer_branch_count_watchers (branch) == 0) {
      remove_branch (self, branch);
      return;
    }
  }
}

static ViewerBranch *
add (ViewerHub *self, const ViewerRequest *request, GError **error)
{
  ViewerBranch *branch;

  if (self->branches->len >= self->max_branches)
    make_room (self);
  if (self->branches->len >= self->max_branches) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY,
        "%u different pictures are being made already, as many as this server "
        "allows: ask for one that others ask for, see /stats.json, or try "
        "again later.",
        self->max_branches);
    return NULL;
  }
  branch =
      viewer_branch_new (self->last_number + 1, request, self->epoch, error);
  if (branch == NULL)
    return NULL;
  self->last_number++;
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->branches, branch);
  g_mutex_unlock (&self->lock);
  return branch;
}

ViewerBranch *
viewer_hub_join (ViewerHub *self, const ViewerRequest *request,
    gboolean is_stream, ViewerWatcher watcher, gpointer user_data,
    GError **error)
{
  ViewerBranch *branch = find (self, request, is_stream);

  if (branch == NULL)
    branch = add (self, request, error);
  if (branch == NULL)
    return NULL;
  /* What it made while nobody streamed may be long ago. */
  if (is_stream && viewer_branch_count_streams (branch) == 0) {
    viewer_branch_forget (branch);
    viewer_branch_watch (branch, TRUE, watcher, user_data);
    viewer_hub_ask (self, branch);
  } else {
    viewer_branch_watch (branch, is_stream, watcher, user_data);
  }
  return branch;
}

void
viewer_hub_leave (ViewerHub *self, ViewerBranch *branch, gpointer user_data)
{
  (void) self;
  viewer_branch_leave (branch, user_data);
}

static gboolean
may_change_in_place (ViewerBranch *branch, const ViewerRequest *request)
{
  return viewer_branch_count_watchers (branch) == 1
      && viewer_branch_get_error (branch) == NULL
      && viewer_branch_get_request (branch)->png == request->png;
}

ViewerBranch *
viewer_hub_move (ViewerHub *self, ViewerBranch *branch,
    const ViewerRequest *request, ViewerWatcher watcher, gpointer user_data,
    GError **error)
{
  ViewerBranch *other = find (self, request, TRUE);

  if (other == branch)
    return branch;
  if (other == NULL && may_change_in_place (branch, request)) {
    viewer_branch_set_request (branch, request);
    viewer_hub_ask (self, branch);
    return branch;
  }
  other = viewer_hub_join (self, request, TRUE, watcher, user_data, error);
  if (other != NULL)
    viewer_hub_leave (self, branch, user_data);
  return other;
}

void
viewer_hub_sweep (ViewerHub *self)
{
  gint64 now = g_get_monotonic_time ();

  for (guint i = self->branches->len; i > 0; i--) {
    ViewerBranch *branch = g_ptr_array_index (self->branches, i - 1);

    if (viewer_branch_count_watchers (branch) == 0
        && (viewer_branch_get_error (branch) != NULL
            || now - viewer_branch_get_unused_since (branch) >= UNUSED_TIME))
      remove_branch (self, branch);
  }
}

const GPtrArray *
viewer_hub_get_branches (const ViewerHub *self)
{
  return self->branches;
}
