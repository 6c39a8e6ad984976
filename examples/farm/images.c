/* imbytes farm: a job -> its images, on this machine.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "images.h"

#include <gst/app/gstappsink.h>

/* As many wait for the store at most; the decoder then waits too. */
#define MAX_WAITING 4

static GstElement *
build (const Job *job, GError **error)
{
  /* Only video is decoded. The processors are busy with other jobs already. */
  gchar *description = g_strdup_printf (
      "uridecodebin name=source caps=video/x-raw(ANY) expose-all-streams=false "
      "! queue max-size-buffers=8 ! imbytes name=images n-threads=1 ! image/%s "
      "! appsink name=sink sync=false max-buffers=%d",
      job->format, MAX_WAITING);
  GstElement *pipeline = gst_parse_launch (description, error);

  g_free (description);
  if (pipeline != NULL) {
    GstElement *source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
    GstElement *images = gst_bin_get_by_name (GST_BIN (pipeline), "images");

    g_object_set (source, "uri", job->uri, NULL);
    g_object_set (images, "interval", job->every, "width", job->width, "height",
        job->height, "quality", job->quality, NULL);
    gst_object_unref (source);
    gst_object_unref (images);
  }
  return pipeline;
}

static gboolean
hand_over (GstSample *sample, const ImagesFunctions *functions)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  const GstStructure *caps =
      gst_caps_get_structure (gst_sample_get_caps (sample), 0);
  Image image = { .time = gst_segment_to_stream_time (gst_sample_get_segment (
                                                          sample),
                      GST_FORMAT_TIME, GST_BUFFER_PTS (buffer)) };
  gboolean go_on;
  GstMapInfo map;

  gst_structure_get_int (caps, "width", &image.width);
  gst_structure_get_int (caps, "height", &image.height);
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return FALSE;
  image.data = map.data;
  image.size = map.size;
  go_on = functions->on_image (functions->data, &image);
  gst_buffer_unmap (buffer, &map);
  return go_on;
}

/* A sentence where the pipeline has failed, else NULL. */
static gchar *
find_failure (GstElement *pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  gchar *reason = NULL;

  if (message != NULL) {
    GError *error = NULL;

    gst_message_parse_error (message, &error, NULL);
    reason = g_strdup (error->message);
    g_error_free (error);
    gst_message_unref (message);
  }
  gst_object_unref (bus);
  return reason;
}

static ImagesResult
pull_all (GstElement *pipeline, GstAppSink *sink,
    const ImagesFunctions *functions, gchar **reason)
{
  for (;;) {
    GstSample *sample =
        gst_app_sink_try_pull_sample (sink, functions->patience);
    gboolean go_on;

    if (sample == NULL) {
      *reason = find_failure (pipeline);
      if (*reason != NULL)
        return IMAGES_FAILED;
      if (gst_app_sink_is_eos (sink))
        return IMAGES_DONE;
      go_on = functions->on_wait (functions->data);
    } else {
      go_on = hand_over (sample, functions);
      gst_sample_unref (sample);
    }
    if (!go_on)
      return IMAGES_STOPPED;
  }
}

ImagesResult
images_make (const Job *job, const ImagesFunctions *functions, gchar **reason)
{
  GError *error = NULL;
  GstElement *pipeline = build (job, &error);
  ImagesResult result = IMAGES_FAILED;

  *reason = NULL;
  if (pipeline == NULL) {
    *reason = g_strdup (error->message);
    g_error_free (error);
    return IMAGES_FAILED;
  }
  if (gst_element_set_state (pipeline, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE) {
    *reason = find_failure (pipeline);
    if (*reason == NULL)
      *reason = g_strdup ("the pipeline does not start");
  } else {
    GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");

    result = pull_all (pipeline, GST_APP_SINK (sink), functions, reason);
    gst_object_unref (sink);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  return result;
}
