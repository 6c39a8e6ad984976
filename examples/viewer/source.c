/* imbytes viewer: where frames come from, kept alive.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "source.h"

#include <gst/app/app.h>
#include <gst/video/video.h>

#include "launch.h"
#include "program.h"

#define FIRST_DELAY 500 /* milliseconds */
#define LONGEST_DELAY 10000
#define SHORTEST_LOOP (G_USEC_PER_SEC) /* a picture is a film of one frame */
#define JUMP (500 * GST_MSECOND)

struct _ViewerSource
{
  ViewerSourceKind kind;
  gchar *what;
  gchar *name;
  gint64 timeout; /* microseconds; 0: none */
  gint64 epoch;
  ViewerFrameFunc func;
  gpointer user_data;

  GstElement *pipeline; /* NULL while waiting */
  guint bus_watch;
  guint retry;    /* timer, or 0 */
  guint watchdog; /* timer */
  gint64 retry_at;
  gint64 started_at;
  guint delay; /* milliseconds until the next start, should it fail */
  gchar *message;
  gboolean is_hopeless;
  guint64 loops, restarts;
  guint64 frames_before; /* the pipeline was made */

  GMutex lock; /* for what follows, that each frame changes */
  GstCaps *caps;
  guint64 frames;          /* in all */
  guint64 frames_since;    /* the last start or loop */
  gint64 last_frame;       /* when it came */
  GstClockTimeDiff offset; /* from running time to time since the epoch */
  gboolean has_offset;
  GstClockTime last_pts;
};

static gboolean start (ViewerSource *self, GError **error);

/* Times within a stream are exact as the stream has them: only where it begins
 * or jumps does the time of arrival count. */
static GstClockTime
place_in_time (ViewerSource *self, GstSample *sample)
{
  GstClockTime now =
      (GstClockTime) (g_get_monotonic_time () - self->epoch) * 1000;
  GstClockTime running =
      gst_segment_to_running_time (gst_sample_get_segment (sample),
          GST_FORMAT_TIME, GST_BUFFER_PTS (gst_sample_get_buffer (sample)));
  GstClockTimeDiff time;

  if (!GST_CLOCK_TIME_IS_VALID (running))
    running = now;
  time = (GstClockTimeDiff) running + self->offset;
  if (!self->has_offset || ABS (time - (GstClockTimeDiff) now) > JUMP) {
    self->offset = GST_CLOCK_DIFF (running, now);
    self->has_offset = TRUE;
    time = (GstClockTimeDiff) now;
  }
  if (self->frames > 0)
    time = MAX (time, (GstClockTimeDiff) self->last_pts + 1);
  self->last_pts = (GstClockTime) time;
  return self->last_pts;
}

/* How the camera was held, which no caps say; the caller frees it. */
static gchar *
find_orientation (GstAppSink *out)
{
  GstPad *pad = gst_element_get_static_pad (GST_ELEMENT (out), "sink");
  gchar *orientation = NULL;
  GstTagList *tags;
  GstEvent *event;

  for (guint i = 0; orientation == NULL
       && (event = gst_pad_get_sticky_event (pad, GST_EVENT_TAG, i)) != NULL;
       i++) {
    gst_event_parse_tag (event, &tags);
    gst_tag_list_get_string (tags, GST_TAG_IMAGE_ORIENTATION, &orientation);
    gst_event_unref (event);
  }
  gst_object_unref (pad);
  return orientation;
}

static GstSample *
make_frame (GstBuffer *buffer, GstSample *sample, GstAppSink *out)
{
  gchar *orientation = find_orientation (out);
  GstStructure *info = NULL;

  if (orientation != NULL)
    info = gst_structure_new ("viewer-frame", GST_TAG_IMAGE_ORIENTATION,
        G_TYPE_STRING, orientation, NULL);
  g_free (orientation);
  return gst_sample_new (buffer, gst_sample_get_caps (sample), NULL, info);
}

static GstFlowReturn
on_new_sample (GstAppSink *out, gpointer user_data)
{
  ViewerSource *self = user_data;
  GstSample *sample = gst_app_sink_pull_sample (out), *frame;
  GstBuffer *buffer;

  if (sample == NULL)
    return GST_FLOW_EOS;
  buffer = gst_buffer_copy (gst_sample_get_buffer (sample));
  g_mutex_lock (&self->lock);
  GST_BUFFER_PTS (buffer) = place_in_time (self, sample);
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  gst_caps_replace (&self->caps, gst_sample_get_caps (sample));
  self->frames++;
  self->frames_since++;
  self->last_frame = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
  frame = make_frame (buffer, sample, out);
  gst_buffer_unref (buffer);
  gst_sample_unref (sample);
  self->func (frame, self->user_data);
  gst_sample_unref (frame);
  return GST_FLOW_OK;
}

static void
shut_down (ViewerSource *self)
{
  if (self->pipeline == NULL)
    return;
  g_source_remove (self->bus_watch);
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_clear_object (&self->pipeline);
}

static void fail (ViewerSource *self, const gchar *message);

static gboolean
on_retry (gpointer user_data)
{
  ViewerSource *self = user_data;
  GError *error = NULL;

  self->retry = 0;
  self->restarts++;
  if (!start (self, &error)) {
    fail (self, error->message);
    g_error_free (error);
  }
  return G_SOURCE_REMOVE;
}

static void
wait_and_retry (ViewerSource *self, guint delay)
{
  self->retry = g_timeout_add (delay, on_retry, self);
  self->retry_at = g_get_monotonic_time () + (gint64) delay * 1000;
}

static void
fail (ViewerSource *self, const gchar *message)
{
  shut_down (self);
  g_free (self->message);
  self->message = g_strdup (message);
  g_printerr ("%s: %s Trying again in %.1f s.\n", self->name, message,
      self->delay / 1000.0);
  wait_and_retry (self, self->delay);
  self->delay = MIN (self->delay * 2, LONGEST_DELAY);
}

static gboolean
is_file (const ViewerSource *self)
{
  return self->kind == VIEWER_URI && g_str_has_prefix (self->what, "file:");
}

static gboolean
is_pointless (ViewerSource *self, GstMessage *message)
{
  gboolean had_frames;

  g_mutex_lock (&self->lock);
  had_frames = self->frames > 0;
  g_mutex_unlock (&self->lock);
  return !had_frames && program_is_pointless (message, is_file (self));
}

static void
give_up (ViewerSource *self, const gchar *message)
{
  shut_down (self);
  g_free (self->message);
  self->message = g_strdup (message);
  self->is_hopeless = TRUE;
  g_printerr ("imbytes-viewer: %s: %s It is not tried again.\n", self->name,
      message);
  program_quit ();
}

static guint64
frames_since_start (ViewerSource *self)
{
  guint64 frames;

  g_mutex_lock (&self->lock);
  frames = self->frames_since;
  g_mutex_unlock (&self->lock);
  return frames;
}

/* Time begins anew, with or without a new pipeline. */
static void
begin (ViewerSource *self)
{
  g_mutex_lock (&self->lock);
  self->has_offset = FALSE;
  self->frames_since = 0;
  g_mutex_unlock (&self->lock);
  self->started_at = g_get_monotonic_time ();
}

static gboolean
rewind_file (gpointer user_data)
{
  ViewerSource *self = user_data;

  self->retry = 0;
  self->loops++;
  begin (self);
  if (gst_element_seek_simple (self->pipeline, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_KEY_UNIT, 0))
    return G_SOURCE_REMOVE;
  /* What cannot be sought in, a picture say, is opened again. */
  gst_element_set_state (self->pipeline, GST_STATE_READY);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  return G_SOURCE_REMOVE;
}

static void
on_end (ViewerSource *self)
{
  gint64 played = g_get_monotonic_time () - self->started_at;

  if (!is_file (self)) {
    fail (self, "The stream has ended.");
  } else if (frames_since_start (self) == 0) {
    fail (self, "There are no pictures in this file.");
  } else {
    self->retry =
        g_timeout_add ((guint) (MAX (0, SHORTEST_LOOP - played) / 1000),
            rewind_file, self);
    self->retry_at = 0;
  }
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  ViewerSource *self = user_data;
  gchar *sentence;

  (void) bus;
  if (self->retry != 0)
    return G_SOURCE_CONTINUE;
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS) {
    on_end (self);
  } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    sentence = program_describe_message (message);
    if (is_pointless (self, message))
      give_up (self, sentence);
    else
      fail (self, sentence);
    g_free (sentence);
  }
  return self->pipeline != NULL ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* Once a second: is it still there, and has it been for long enough that its
 * next failure would be a new one? */
static gboolean
on_watchdog (gpointer user_data)
{
  ViewerSource *self = user_data;
  gint64 now = g_get_monotonic_time (), since;
  gchar *message;

  if (self->pipeline == NULL || self->retry != 0)
    return G_SOURCE_CONTINUE;
  g_mutex_lock (&self->lock);
  since = MAX (self->last_frame, self->started_at);
  if (self->frames_since > 0 && now - self->started_at > 5 * G_USEC_PER_SEC)
    self->delay = FIRST_DELAY;
  g_mutex_unlock (&self->lock);
  if (self->timeout > 0 && now - since > self->timeout) {
    message = g_strdup_printf ("No picture came for %d seconds.",
        (gint) (self->timeout / G_USEC_PER_SEC));
    fail (self, message);
    g_free (message);
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
start (ViewerSource *self, GError **error)
{
  GstAppSinkCallbacks callbacks = { .new_sample = on_new_sample };
  GstElement *out;
  GstBus *bus;

  self->pipeline = viewer_launch_source (self->kind, self->what, error);
  if (self->pipeline == NULL)
    return FALSE;
  out = gst_bin_get_by_name (GST_BIN (self->pipeline), "out");
  gst_app_sink_set_callbacks (GST_APP_SINK (out), &callbacks, self, NULL);
  gst_object_unref (out);
  bus = gst_element_get_bus (self->pipeline);
  self->bus_watch = gst_bus_add_watch (bus, on_message, self);
  gst_object_unref (bus);
  begin (self);
  self->frames_before = self->frames;
  /* Where this fails, the bus has the reason. */
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  return TRUE;
}

ViewerSource *
viewer_source_new (const ViewerOptions *options, gint64 epoch,
    ViewerFrameFunc func, gpointer user_data, GError **error)
{
  ViewerSource *self = g_new0 (ViewerSource, 1);

  g_mutex_init (&self->lock);
  self->kind = options->kind;
  self->what = g_strdup (options->what);
  self->name = viewer_describe_source (options->kind, options->what);
  self->timeout = (gint64) options->timeout * G_USEC_PER_SEC;
  self->epoch = epoch;
  self->func = func;
  self->user_data = user_data;
  self->delay = FIRST_DELAY;
  self->message = g_strdup ("");
  self->watchdog = g_timeout_add_seconds (1, on_watchdog, self);
  if (!start (self, error))
    g_clear_pointer (&self, viewer_source_free);
  return self;
}

void
viewer_source_free (ViewerSource *self)
{
  if (self->retry != 0)
    g_source_remove (self->retry);
  g_source_remove (self->watchdog);
  shut_down (self);
  gst_clear_caps (&self->caps);
  g_mutex_clear (&self->lock);
  g_free (self->message);
  g_free (self->name);
  g_free (self->what);
  g_free (self);
}

gboolean
viewer_source_is_hopeless (const ViewerSource *self)
{
  return self->is_hopeless;
}

void
viewer_source_get_status (ViewerSource *self, ViewerSourceStatus *status)
{
  GstVideoInfo info;

  *status = (ViewerSourceStatus){ .name = self->name,
    .message = self->message,
    .is_file = self->kind == VIEWER_URI
        && g_str_has_prefix (self->what, "file:"),
    .loops = self->loops,
    .restarts = self->restarts };
  g_mutex_lock (&self->lock);
  status->frames = self->frames;
  status->state = self->frames > self->frames_before ? VIEWER_PLAYING
                                                     : VIEWER_STARTING;
  if (self->caps != NULL && gst_video_info_from_caps (&info, self->caps)) {
    status->width = info.width;
    status->height = info.height;
    status->format = info.finfo->name;
    status->framerate = info.fps_d > 0 ? (gdouble) info.fps_n / info.fps_d
                                       : 0.0;
  }
  g_mutex_unlock (&self->lock);
  if (self->pipeline == NULL) {
    status->state = VIEWER_WAITING;
    status->retry_in = MAX (0, self->retry_at - g_get_monotonic_time ()) / 1000;
  }
}
