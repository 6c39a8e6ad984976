/* imbytes examples: images of a source, handed to a thread that may be slow.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "camera.h"

#include <gst/app/gstappsink.h>

#include "program.h"
#include "text.h"

#define FIRST_PAUSE (G_USEC_PER_SEC / 2)
#define LONGEST_PAUSE (10 * G_USEC_PER_SEC)

struct _Camera
{
  CameraOptions options;
  gchar *description;
  GstElement *pipeline;
  gint64 again; /* when to start the source again */
  gint64 pause; /* microseconds to wait after the next failure */

  GMutex lock;
  GCond changed;
  GQueue waiting; /* CameraImage */
  guint64 dropped;
  gboolean live, stopping, had_image;
  gint64 due; /* when a file that loops may deliver its next first image */

  gboolean over;
  gchar *failure;
};

void
camera_image_clear (CameraImage *image)
{
  gst_clear_buffer (&image->buffer);
}

static void
free_image (CameraImage *image)
{
  camera_image_clear (image);
  g_free (image);
}

/* A camera cannot wait, so its oldest image is dropped. A file waits until there is room
 * in the queue. FALSE if the source is being stopped. */
static gboolean
make_room (Camera *camera)
{
  while (camera->waiting.length >= camera->options.max_waiting
      && !camera->stopping) {
    if (camera->live || camera->options.loop) {
      free_image (g_queue_pop_head (&camera->waiting));
      camera->dropped++;
    } else {
      g_cond_wait (&camera->changed, &camera->lock);
    }
  }
  return !camera->stopping;
}

static GstFlowReturn
on_sample (GstAppSink *sink, gpointer user_data)
{
  Camera *camera = user_data;
  GstSample *sample = gst_app_sink_pull_sample (sink);
  CameraImage *image;
  gboolean taken;

  if (sample == NULL)
    return GST_FLOW_EOS;
  image = g_new0 (CameraImage, 1);
  image->buffer = gst_buffer_ref (gst_sample_get_buffer (sample));
  image->time = gst_segment_to_running_time (gst_sample_get_segment (sample),
      GST_FORMAT_TIME, GST_BUFFER_PTS (image->buffer));
  image->taken = g_get_real_time ();
  gst_sample_unref (sample);
  g_mutex_lock (&camera->lock);
  taken = make_room (camera);
  if (taken) {
    g_queue_push_tail (&camera->waiting, image);
    camera->pause = FIRST_PAUSE;
    camera->had_image = TRUE;
    camera->due = g_get_monotonic_time ()
        + (gint64) (camera->options.seconds * G_USEC_PER_SEC);
    g_cond_broadcast (&camera->changed);
  }
  g_mutex_unlock (&camera->lock);
  if (!taken)
    free_image (image);
  return taken ? GST_FLOW_OK : GST_FLOW_FLUSHING;
}

/* Quoted, no character of @name has a meaning for the parser. */
static gchar *
describe (const gchar *elements, const gchar *name)
{
  gchar *quoted = text_quote (name);
  GString *description = g_string_new (elements);

  g_string_replace (description, "%s", quoted, 1);
  g_free (quoted);
  return g_string_free (description, FALSE);
}

gchar *
camera_describe_source (const gchar *source, GError **error)
{
  gchar *uri, *description;

  if (!program_find_imbytes (error))
    return NULL;
  if (g_str_equal (source, "test"))
    return g_strdup ("videotestsrc is-live=true");
  if (g_str_has_prefix (source, "/dev/video")
      || g_str_has_prefix (source, "/dev/v4l/"))
    return describe ("v4l2src device=\"%s\"", source);
  if (!gst_uri_is_valid (source) && !program_find_file (source, error))
    return NULL;
  uri = gst_uri_is_valid (source) ? g_strdup (source)
                                  : gst_filename_to_uri (source, error);
  if (uri == NULL)
    return NULL;
  description = describe ("uridecodebin uri=\"%s\" ! queue", uri);
  g_free (uri);
  return description;
}

/* Only camera_pull () reads the bus, and hours may pass between two calls. Messages that
 * nobody reads would fill the memory, so they are dropped here. */
static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer camera)
{
  (void) bus, (void) camera;
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR
      || GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS)
    return GST_BUS_PASS;
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static gboolean
start (Camera *camera, GError **error)
{
  GstAppSinkCallbacks callbacks = { .new_sample = on_sample };
  const CameraOptions *options = &camera->options;
  GstElement *images, *sink;
  GstBus *bus;
  gboolean live;

  camera->pipeline = gst_parse_launch_full (camera->description, NULL,
      GST_PARSE_FLAG_FATAL_ERRORS, error);
  if (camera->pipeline == NULL)
    return FALSE;
  images = gst_bin_get_by_name (GST_BIN (camera->pipeline), "images");
  sink = gst_bin_get_by_name (GST_BIN (camera->pipeline), "sink");
  g_object_set (images, "interval", (guint64) (options->seconds * GST_SECOND),
      "width", options->width, "height", options->height, "quality",
      options->quality, NULL);
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, camera, NULL);
  bus = gst_element_get_bus (camera->pipeline);
  gst_bus_set_sync_handler (bus, on_message, NULL, NULL);
  gst_object_unref (bus);
  live = gst_element_set_state (camera->pipeline, GST_STATE_PAUSED)
      == GST_STATE_CHANGE_NO_PREROLL;
  /* A file that loops plays at its own speed, as a camera does. A camera sets the pace
   * itself; a sink that waited for the clock would add 20 ms of latency. */
  g_object_set (sink, "sync", options->loop && !live, NULL);
  g_mutex_lock (&camera->lock);
  camera->live = live;
  camera->stopping = FALSE;
  g_mutex_unlock (&camera->lock);
  gst_element_set_state (camera->pipeline, GST_STATE_PLAYING);
  gst_object_unref (images);
  gst_object_unref (sink);
  return TRUE;
}

static void
stop (Camera *camera)
{
  if (camera->pipeline == NULL)
    return;
  /* The pipeline cannot stop while its thread waits for room in the queue. */
  g_mutex_lock (&camera->lock);
  camera->stopping = TRUE;
  g_cond_broadcast (&camera->changed);
  g_mutex_unlock (&camera->lock);
  gst_element_set_state (camera->pipeline, GST_STATE_NULL);
  g_clear_pointer (&camera->pipeline, gst_object_unref);
}

Camera *
camera_new (const CameraOptions *options, GError **error)
{
  gchar *frames = camera_describe_source (options->source, error);
  Camera *camera;

  if (frames == NULL)
    return NULL;
  camera = g_new0 (Camera, 1);
  camera->options = *options;
  camera->pause = FIRST_PAUSE;
  camera->description = g_strdup_printf (
      "%s ! imbytes name=images ! image/%s ! appsink name=sink max-buffers=1",
      frames, options->format);
  g_mutex_init (&camera->lock);
  g_cond_init (&camera->changed);
  g_queue_init (&camera->waiting);
  g_free (frames);
  if (start (camera, error))
    return camera;
  camera_free (camera);
  return NULL;
}

void
camera_free (Camera *camera)
{
  if (camera == NULL)
    return;
  stop (camera);
  g_queue_clear_full (&camera->waiting, (GDestroyNotify) free_image);
  g_mutex_clear (&camera->lock);
  g_cond_clear (&camera->changed);
  g_free (camera->description);
  g_free (camera->failure);
  g_free (camera);
}

/* The message that ends the pipeline; NULL while it runs. */
static GstMessage *
pop_end (Camera *camera)
{
  GstBus *bus = gst_element_get_bus (camera->pipeline);
  GstMessage *message =
      gst_bus_pop_filtered (bus, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

  gst_object_unref (bus);
  return message;
}

/* Whether a source that failed with @message is to be started again. */
static gboolean
is_worth_it (Camera *camera, GstMessage *message)
{
  const gchar *source = camera->options.source;
  gboolean had_image;

  g_mutex_lock (&camera->lock);
  had_image = camera->had_image;
  g_mutex_unlock (&camera->lock);
  return camera->options.loop
      && (had_image
          || !program_is_pointless (message,
              !gst_uri_is_valid (source)
                  || g_str_has_prefix (source, "file:")));
}

static void
describe_failure (Camera *camera, GstMessage *message, gboolean again)
{
  gchar *source = text_without_secrets (camera->options.source);
  const gchar *end = camera->options.loop ? "; it is not tried again" : "";

  g_free (camera->failure);
  camera->failure = program_describe_message (message);
  g_printerr ("%s: %s%s\n", source, camera->failure,
      again ? "; trying again" : end);
  g_free (source);
}

static void
end (Camera *camera, GstMessage *message)
{
  gboolean failed = GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR;
  gboolean again = failed ? is_worth_it (camera, message)
                          : camera->options.loop;

  if (failed)
    describe_failure (camera, message, again);
  stop (camera);
  if (!again) {
    camera->over = TRUE;
    return;
  }
  /* A file that is shorter than the interval, such as a picture, must not deliver
   * images more often than the interval says. */
  camera->again = failed ? g_get_monotonic_time () + camera->pause
                         : camera->due;
  camera->pause = MIN (camera->pause * 2, LONGEST_PAUSE);
}

static void
look_after (Camera *camera)
{
  GstMessage *message;

  if (camera->over)
    return;
  if (camera->pipeline == NULL) {
    if (g_get_monotonic_time () >= camera->again)
      start (camera, NULL);
    return;
  }
  message = pop_end (camera);
  if (message != NULL) {
    end (camera, message);
    gst_message_unref (message);
  }
}

gboolean
camera_pull (Camera *camera, gint64 timeout_us, CameraImage *image)
{
  gint64 until = g_get_monotonic_time () + timeout_us;
  CameraImage *found;

  look_after (camera);
  g_mutex_lock (&camera->lock);
  while (camera->waiting.length == 0 && !camera->over
      && g_cond_wait_until (&camera->changed, &camera->lock, until))
    ;
  found = g_queue_pop_head (&camera->waiting);
  g_cond_broadcast (&camera->changed);
  g_mutex_unlock (&camera->lock);
  if (found == NULL)
    return FALSE;
  *image = *found;
  g_free (found);
  if (camera->options.loop)
    g_clear_pointer (&camera->failure, g_free);
  return TRUE;
}

gboolean
camera_is_over (Camera *camera)
{
  gboolean over;

  g_mutex_lock (&camera->lock);
  over = camera->over && camera->waiting.length == 0;
  g_mutex_unlock (&camera->lock);
  return over;
}

guint64
camera_dropped (Camera *camera)
{
  guint64 dropped;

  g_mutex_lock (&camera->lock);
  dropped = camera->dropped;
  g_mutex_unlock (&camera->lock);
  return dropped;
}

const gchar *
camera_failure (Camera *camera)
{
  return camera->failure;
}
