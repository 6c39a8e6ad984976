/* imbytes viewer: one encode, `appsrc ! imbytes ! appsink`, for all who ask for
 * the same.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "branch.h"

#include <gst/app/app.h>

#include "program.h"

/* One frame waits while one is being encoded, and one picture waits to be
 * taken: all that a branch ever holds. */
#define LAUNCH \
  "appsrc name=in is-live=true format=time block=false leaky-type=downstream " \
  "max-buffers=1 max-bytes=0 max-time=0 ! " \
  "imbytes name=imbytes on-request=true video-direction=auto ! image/%s ! " \
  "appsink name=out sync=false max-buffers=1 drop=true"

typedef struct
{
  gboolean is_stream;
  ViewerWatcher func;
  gpointer user_data;
} Watcher;

struct _ViewerBranch
{
  guint number;
  ViewerRequest request;
  gint64 epoch;
  GstElement *pipeline;
  GstElement *imbytes;
  GstAppSrc *in;
  guint bus_watch;
  GArray *watchers; /* of Watcher */
  gint64 unused_since;
  gchar *error;
  gboolean closed; /* what is still on its way to the main thread has no use */

  GMutex lock;            /* for all below */
  ViewerPicture *newest;  /* or NULL */
  GstClockTime last_pts;  /* of frames that were given */
  GstClockTime valid_pts; /* pictures of earlier frames are forgotten */
  guint64 frames;
  gchar *orientation; /* the last that was told to the element, or NULL */
  gboolean told;      /* the main thread has been told of newest */
};

/* Each of these may change while it plays. `format` may not, and is set where the
 * element is made. */
static void
apply (const ViewerRequest *request, GstElement *imbytes)
{
  gst_util_set_object_arg (G_OBJECT (imbytes), "fit", request->fit);
  gst_util_set_object_arg (G_OBJECT (imbytes), "method", request->method);
  g_object_set (imbytes, "width", request->width, "height", request->height,
      "quality", (gint) request->quality, "interval",
      (guint64) request->interval * GST_MSECOND, NULL);
}

static void
branch_clear (gpointer data)
{
  ViewerBranch *self = data;

  viewer_picture_unref (self->newest);
  g_array_unref (self->watchers);
  g_free (self->error);
  g_free (self->orientation);
  g_mutex_clear (&self->lock);
}

static void
branch_unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, branch_clear);
}

/* Backwards, since watchers may leave when they are called. */
static void
call_watchers (ViewerBranch *self, ViewerPicture *picture)
{
  for (guint i = self->watchers->len; i > 0; i--) {
    Watcher watcher = g_array_index (self->watchers, Watcher, i - 1);

    watcher.func (picture, self->error, watcher.user_data);
  }
}

static gboolean
tell_watchers (gpointer data)
{
  ViewerBranch *self = data;
  ViewerPicture *picture;

  g_mutex_lock (&self->lock);
  self->told = FALSE;
  g_mutex_unlock (&self->lock);
  picture = viewer_branch_get_newest (self);
  if (!self->closed && picture != NULL)
    call_watchers (self, picture);
  viewer_picture_unref (picture);
  return G_SOURCE_REMOVE;
}

/* Whether the main thread has to be told. */
static gboolean
take_picture (ViewerBranch *self, ViewerPicture *picture)
{
  gboolean tell = FALSE;

  g_mutex_lock (&self->lock);
  if (picture->pts >= self->valid_pts) {
    viewer_picture_unref (self->newest);
    self->newest = viewer_picture_ref (picture);
    tell = !self->told;
    self->told = TRUE;
  }
  g_mutex_unlock (&self->lock);
  return tell;
}

static GstFlowReturn
on_new_sample (GstAppSink *out, gpointer user_data)
{
  ViewerBranch *self = user_data;
  GstSample *sample = gst_app_sink_pull_sample (out);
  ViewerPicture *picture;

  if (sample == NULL)
    return GST_FLOW_EOS;
  picture = viewer_picture_new (sample, self->epoch);
  gst_sample_unref (sample);
  if (picture == NULL)
    return GST_FLOW_OK;
  if (take_picture (self, picture))
    g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, tell_watchers,
        g_atomic_rc_box_acquire (self), branch_unref);
  viewer_picture_unref (picture);
  return GST_FLOW_OK;
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  ViewerBranch *self = user_data;

  (void) bus;
  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR || self->error != NULL)
    return G_SOURCE_CONTINUE;
  self->error = program_describe_message (message);
  call_watchers (self, NULL);
  return G_SOURCE_CONTINUE;
}

ViewerBranch *
viewer_branch_new (guint number, const ViewerRequest *request, gint64 epoch,
    GError **error)
{
  gchar *launch = g_strdup_printf (LAUNCH, request->png ? "png" : "jpeg");
  GstElement *pipeline =
      gst_parse_launch_full (launch, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
  GstAppSinkCallbacks callbacks = { .new_sample = on_new_sample };
  ViewerBranch *self;
  GstElement *out;
  GstBus *bus;

  g_free (launch);
  if (pipeline == NULL)
    return NULL;
  self = g_atomic_rc_box_new0 (ViewerBranch);
  g_mutex_init (&self->lock);
  self->number = number;
  self->request = *request;
  self->epoch = epoch;
  self->watchers = g_array_new (FALSE, FALSE, sizeof (Watcher));
  self->unused_since = g_get_monotonic_time ();
  self->pipeline = pipeline;
  self->in = GST_APP_SRC (gst_bin_get_by_name (GST_BIN (pipeline), "in"));
  self->imbytes = gst_bin_get_by_name (GST_BIN (pipeline), "imbytes");
  apply (request, self->imbytes);

  out = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  gst_app_sink_set_callbacks (GST_APP_SINK (out), &callbacks, self, NULL);
  gst_object_unref (out);
  bus = gst_element_get_bus (pipeline);
  self->bus_watch = gst_bus_add_watch (bus, on_message, self);
  gst_object_unref (bus);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return self;
}

void
viewer_branch_free (ViewerBranch *self)
{
  g_return_if_fail (self->watchers->len == 0);

  self->closed = TRUE;
  g_source_remove (self->bus_watch);
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->imbytes);
  gst_object_unref (self->in);
  gst_object_unref (self->pipeline);
  branch_unref (self);
}

/* Tags do not pass from one pipeline to another by themselves. */
static void
pass_orientation (ViewerBranch *self, GstSample *frame)
{
  const GstStructure *info = gst_sample_get_info (frame);
  const gchar *orientation = info != NULL
      ? gst_structure_get_string (info, GST_TAG_IMAGE_ORIENTATION)
      : NULL;

  if (g_strcmp0 (orientation, self->orientation) == 0)
    return;
  g_free (self->orientation);
  self->orientation = g_strdup (orientation);
  gst_element_send_event (GST_ELEMENT (self->in),
      gst_event_new_tag (gst_tag_list_new (GST_TAG_IMAGE_ORIENTATION,
          orientation != NULL ? orientation : "rotate-0", NULL)));
}

/* A frame that comes again has to come later, or nobody could tell the picture
 * that was asked for from the one before. */
void
viewer_branch_push (ViewerBranch *self, GstSample *frame)
{
  GstBuffer *buffer = gst_buffer_ref (gst_sample_get_buffer (frame));

  g_mutex_lock (&self->lock);
  if (self->frames > 0 && GST_BUFFER_PTS (buffer) <= self->last_pts) {
    buffer = gst_buffer_make_writable (buffer);
    GST_BUFFER_PTS (buffer) = self->last_pts + 1;
  }
  self->last_pts = GST_BUFFER_PTS (buffer);
  self->frames++;
  pass_orientation (self, frame);
  gst_app_src_set_caps (self->in, gst_sample_get_caps (frame));
  gst_app_src_push_buffer (self->in, buffer);
  g_mutex_unlock (&self->lock);
}

void
viewer_branch_ask (ViewerBranch *self)
{
  gboolean accepted;

  g_signal_emit_by_name (self->imbytes, "request-image", &accepted);
}

static void
update_on_request (ViewerBranch *self)
{
  g_object_set (self->imbytes, "on-request",
      viewer_branch_count_streams (self) == 0, NULL);
}

void
viewer_branch_watch (ViewerBranch *self, gboolean is_stream,
    ViewerWatcher watcher, gpointer user_data)
{
  Watcher entry = { is_stream, watcher, user_data };

  g_array_append_val (self->watchers, entry);
  update_on_request (self);
}

void
viewer_branch_leave (ViewerBranch *self, gpointer user_data)
{
  for (guint i = 0; i < self->watchers->len; i++) {
    if (g_array_index (self->watchers, Watcher, i).user_data == user_data) {
      g_array_remove_index_fast (self->watchers, i);
      break;
    }
  }
  if (self->watchers->len == 0)
    self->unused_since = g_get_monotonic_time ();
  update_on_request (self);
}

void
viewer_branch_set_request (ViewerBranch *self, const ViewerRequest *request)
{
  self->request = *request;
  apply (request, self->imbytes);
  viewer_branch_forget (self);
}

const ViewerRequest *
viewer_branch_get_request (const ViewerBranch *self)
{
  return &self->request;
}

ViewerPicture *
viewer_branch_get_newest (ViewerBranch *self)
{
  ViewerPicture *picture = NULL;

  g_mutex_lock (&self->lock);
  if (self->newest != NULL)
    picture = viewer_picture_ref (self->newest);
  g_mutex_unlock (&self->lock);
  return picture;
}

void
viewer_branch_forget (ViewerBranch *self)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->newest, viewer_picture_unref);
  self->valid_pts = self->frames > 0 ? self->last_pts + 1 : 0;
  g_mutex_unlock (&self->lock);
}

ViewerPicture *
viewer_branch_get_last_image (ViewerBranch *self, gint64 max_age)
{
  GstSample *sample = NULL;
  ViewerPicture *picture = NULL;

  g_object_get (self->imbytes, "last-image", &sample, NULL);
  if (sample == NULL)
    return NULL;
  picture = viewer_picture_new (sample, self->epoch);
  gst_sample_unref (sample);
  if (picture == NULL)
    return NULL;
  if (viewer_picture_get_age (picture, self->epoch) > max_age
      || picture->pts < self->valid_pts)
    g_clear_pointer (&picture, viewer_picture_unref);
  return picture;
}

guint
viewer_branch_get_number (const ViewerBranch *self)
{
  return self->number;
}

guint
viewer_branch_count_streams (const ViewerBranch *self)
{
  guint count = 0;

  for (guint i = 0; i < self->watchers->len; i++)
    count += g_array_index (self->watchers, Watcher, i).is_stream ? 1 : 0;
  return count;
}

guint
viewer_branch_count_watchers (const ViewerBranch *self)
{
  return self->watchers->len;
}

gint64
viewer_branch_get_unused_since (const ViewerBranch *self)
{
  return self->unused_since;
}

const gchar *
viewer_branch_get_error (const ViewerBranch *self)
{
  return self->error;
}

GstStructure *
viewer_branch_get_stats (ViewerBranch *self, guint64 *frames_late)
{
  GstStructure *stats = NULL;
  guint64 taken = 0, waiting;

  g_object_get (self->imbytes, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, "frames-in", &taken);
  waiting = gst_app_src_get_current_level_buffers (self->in);
  g_mutex_lock (&self->lock);
  *frames_late = self->frames > taken + waiting ? self->frames - taken - waiting
                                                : 0;
  g_mutex_unlock (&self->lock);
  return stats;
}
