/* imbytes: pictures of a video as bytes in memory, in C.
 *
 *   appsink FILE
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/app/gstappsink.h>

/* Called for each picture, in the streaming thread. */
static GstFlowReturn
on_sample (GstAppSink *sink, gpointer user_data)
{
  GstSample *sample = gst_app_sink_pull_sample (sink);
  GstMapInfo map;

  (void) user_data;
  if (sample == NULL)
    return GST_FLOW_EOS;
  if (gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ)) {
    /* map.data is one JPEG file of map.size bytes. */
    g_print ("%" G_GSIZE_FORMAT " bytes\n", map.size);
    gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
  }
  gst_sample_unref (sample);
  return GST_FLOW_OK;
}

int
main (int argc, char **argv)
{
  GstElement *pipeline, *source, *sink;
  GstMessage *message;
  GstBus *bus;
  GError *error = NULL;
  int status = 0;

  gst_init (&argc, &argv);
  pipeline = gst_parse_launch ("filesrc name=source ! decodebin ! "
                               "imbytes width=640 quality=90 ! image/jpeg ! "
                               "appsink name=sink emit-signals=true sync=false",
      &error);
  if (pipeline == NULL || argc != 2) {
    g_printerr ("%s\n", error != NULL ? error->message : "appsink FILE");
    return 2;
  }
  source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  g_object_set (source, "location", argv[1], NULL);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_signal_connect (sink, "new-sample", G_CALLBACK (on_sample), NULL);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  bus = gst_element_get_bus (pipeline);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    g_printerr ("%s\n", error->message);
    g_error_free (error);
    status = 1;
  }

  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_message_unref (message);
  gst_object_unref (bus);
  gst_object_unref (sink);
  gst_object_unref (source);
  gst_object_unref (pipeline);
  return status;
}
