/* imbytes: pictures of a video as bytes in memory, in C.
 *
 *   imbytes-grab [OPTIONS] SOURCE
 *
 * SOURCE is a file, a URI, a camera (/dev/video0) or `test`. An image every so
 * many seconds reaches on_image () as the bytes of one file.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <errno.h>
#include <glib/gstdio.h>
#include <gst/app/gstappsink.h>
#include <gst/video/video.h>
#include <signal.h>

#include "program.h"
#include "text.h"

/* As many images wait for the program at most. */
#define MAX_WAITING 4
#define MAX_SIZE 65500
#define WAIT (100 * GST_MSECOND)

typedef struct
{
  gdouble seconds;
  gint width, height, quality, count;
  gchar *format, *folder;
  const gchar *source;
} Options;

typedef struct
{
  Options options;
  GstElement *pipeline;
  GstAppSink *sink;
  const gint *stop; /* set by Ctrl-C */
  guint taken;
  gboolean failed;
} Grab;

static void
fail (Grab *grab, const gchar *message)
{
  gchar *source = text_without_secrets (grab->options.source);

  /* One error causes others: only the first is printed. */
  if (!grab->failed)
    g_printerr ("imbytes-grab: %s: %s\n", source, message);
  grab->failed = TRUE;
  g_free (source);
}

/* Put your own program's work here. @data is one whole JPEG or PNG file; it is valid
 * until this function returns. The function may take its time. */
static gboolean
on_image (Grab *grab, const guint8 *data, gsize size, GstClockTime time,
    const GstStructure *caps)
{
  const gchar *type = gst_structure_get_name (caps);
  gint width = 0, height = 0;

  gst_structure_get_int (caps, "width", &width);
  gst_structure_get_int (caps, "height", &height);
  g_print ("%" GST_TIME_FORMAT " %dx%d %s %" G_GSIZE_FORMAT " bytes\n",
      GST_TIME_ARGS (time), width, height, type, size);
  if (grab->options.folder != NULL) {
    GError *error = NULL;
    gchar *path = g_strdup_printf ("%s/%05u.%s", grab->options.folder,
        grab->taken, g_str_equal (type, "image/png") ? "png" : "jpg");
    gboolean written =
        g_file_set_contents (path, (const gchar *) data, (gssize) size, &error);

    g_free (path);
    if (!written) {
      fail (grab, error->message);
      g_error_free (error);
      return FALSE;
    }
  }
  return TRUE;
}

/* Calls on_image () with the bytes of @sample, and takes ownership of @sample. */
static gboolean
take (Grab *grab, GstSample *sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  gboolean ok = FALSE;
  GstMapInfo map;

  if (gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    ok = on_image (grab, map.data, map.size, GST_BUFFER_PTS (buffer),
        gst_caps_get_structure (gst_sample_get_caps (sample), 0));
    gst_buffer_unmap (buffer, &map);
    grab->taken++;
  }
  gst_sample_unref (sample);
  return ok;
}

static void
listen_to_bus (Grab *grab)
{
  GstBus *bus = gst_element_get_bus (grab->pipeline);
  GstMessage *message;

  while ((message = gst_bus_pop_filtered (bus,
              GST_MESSAGE_ERROR | GST_MESSAGE_WARNING))
      != NULL) {
    gchar *sentence = program_describe_message (message);

    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
      fail (grab, sentence);
    else
      g_printerr ("imbytes-grab: %s\n", sentence);
    g_free (sentence);
    gst_message_unref (message);
  }
  gst_object_unref (bus);
}

/* The elements that produce the frames of @source, in the syntax of gst-launch-1.0.
 * Free it. */
static gchar *
describe_source (const gchar *source, GError **error)
{
  gboolean is_camera = g_str_has_prefix (source, "/dev/video")
      || g_str_has_prefix (source, "/dev/v4l/");
  gchar *what, *quoted, *description;

  if (g_str_equal (source, "test"))
    return g_strdup ("videotestsrc is-live=true");
  if (!is_camera && !gst_uri_is_valid (source)
      && !program_find_file (source, error))
    return NULL;
  what = is_camera || gst_uri_is_valid (source)
      ? g_strdup (source)
      : gst_filename_to_uri (source, error);
  if (what == NULL)
    return NULL;
  /* Quoted, no character of the name has a meaning for the parser. */
  quoted = text_quote (what);
  description = is_camera
      ? g_strdup_printf ("v4l2src device=\"%s\"", quoted)
      : g_strdup_printf ("uridecodebin uri=\"%s\" ! queue", quoted);
  g_free (quoted);
  g_free (what);
  return description;
}

static GstElement *
build_pipeline (const Options *options, GError **error)
{
  gchar *frames, *description;
  GstElement *pipeline;

  if (!program_find_imbytes (error))
    return NULL;
  frames = describe_source (options->source, error);
  if (frames == NULL)
    return NULL;
  description = g_strdup_printf (
      "%s ! imbytes name=images ! image/%s ! appsink name=sink sync=false "
      "max-buffers=%d",
      frames, options->format, MAX_WAITING);
  pipeline = gst_parse_launch_full (description, NULL,
      GST_PARSE_FLAG_FATAL_ERRORS, error);
  if (pipeline != NULL) {
    GstElement *images = gst_bin_get_by_name (GST_BIN (pipeline), "images");

    g_object_set (images, "interval", (guint64) (options->seconds * GST_SECOND),
        "width", options->width, "height", options->height, "quality",
        options->quality, NULL);
    gst_object_unref (images);
  }
  g_free (description);
  g_free (frames);
  return pipeline;
}

/* A camera does not wait: when the appsink is full, it drops its oldest image. A file
 * waits, and the program gets every image. */
static void
start (Grab *grab)
{
  GstStateChangeReturn live =
      gst_element_set_state (grab->pipeline, GST_STATE_PAUSED);

  if (live == GST_STATE_CHANGE_NO_PREROLL)
    gst_app_sink_set_drop (grab->sink, TRUE);
  gst_element_set_state (grab->pipeline, GST_STATE_PLAYING);
}

/* This thread may be slow: it pulls images from the appsink's queue. A callback of the
 * appsink would block the pipeline meanwhile, and a live source would fill the queues
 * before it. */
static void
take_images (Grab *grab)
{
  gint count = grab->options.count;

  while (!g_atomic_int_get (grab->stop)
      && (count <= 0 || grab->taken < (guint) count)) {
    GstSample *sample = gst_app_sink_try_pull_sample (grab->sink, WAIT);

    listen_to_bus (grab);
    if (sample == NULL && (grab->failed || gst_app_sink_is_eos (grab->sink)))
      return;
    if (sample != NULL && !take (grab, sample))
      return;
  }
}

static gint
run (Grab *grab)
{
  grab->sink =
      GST_APP_SINK (gst_bin_get_by_name (GST_BIN (grab->pipeline), "sink"));
  start (grab);
  take_images (grab);
  gst_element_set_state (grab->pipeline, GST_STATE_NULL);
  if (!grab->failed && grab->taken == 0)
    fail (grab, "there was no picture in it");
  gst_object_unref (grab->sink);
  return grab->failed ? 1 : 0;
}

static gboolean
check_options (const Options *options, GError **error)
{
  const gchar *wrong = NULL;

  if (!g_str_equal (options->format, "jpeg")
      && !g_str_equal (options->format, "png"))
    wrong = "--format is jpeg or png";
  return wrong == NULL || program_refuse (error, "%s", wrong);
}

/* Before the source is opened, so that a folder that cannot be made is known at
 * once. */
static gboolean
make_folder (const gchar *folder, GError **error)
{
  gint code;

  if (folder == NULL || g_mkdir_with_parents (folder, 0777) == 0)
    return TRUE;
  code = errno;
  g_set_error (error, G_FILE_ERROR, (gint) g_file_error_from_errno (code),
      "cannot make the folder %s: %s", folder, g_strerror (code));
  return FALSE;
}

static gboolean
parse_options (Options *options, int argc, char **argv, GError **error)
{
  Number numbers[] = { { "every", 'e', 0, 1e9, NULL, &options->seconds },
    { "width", 0, 0, MAX_SIZE, &options->width, NULL },
    { "height", 0, 0, MAX_SIZE, &options->height, NULL },
    { "quality", 'q', 0, 100, &options->quality, NULL },
    { "count", 'n', 0, G_MAXINT, &options->count, NULL },
    { NULL, 0, 0, 0, NULL, NULL } };
  GOptionEntry entries[] = {
    NUMBER_ENTRY ("every", 'e',
        "An image every so many seconds, 0 for every frame (1)", "SECONDS"),
    NUMBER_ENTRY ("width", 0,
        "Width; with one of width and height the other follows", "PIXELS"),
    NUMBER_ENTRY ("height", 0, "Height", "PIXELS"),
    { "format", 'f', 0, G_OPTION_ARG_STRING, &options->format,
        "jpeg or png (jpeg)", "FORMAT" },
    NUMBER_ENTRY ("quality", 'q', "JPEG quality (85)", "0..100"),
    NUMBER_ENTRY ("count", 'n', "End after so many images (0: all)", "N"),
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options->folder,
        "Also write them into this folder, which is made if it is not there",
        "FOLDER" },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };
  const Program program = { "imbytes-grab",
    "SOURCE - pictures of a video as bytes", PROGRAM_SOURCE, entries, numbers,
    &options->source };

  return program_start (&program, argc, argv, error)
      && check_options (options, error) && make_folder (options->folder, error);
}

int
main (int argc, char **argv)
{
  Grab grab = { .options = { .seconds = 1.0, .quality = 85 } };
  GError *error = NULL;
  gint status;

  grab.stop = program_catch_signals ();
  /* `imbytes-grab ... | head` ends when head has read enough. */
  signal (SIGPIPE, SIG_DFL);
  grab.options.format = g_strdup ("jpeg");
  if (parse_options (&grab.options, argc, argv, &error))
    grab.pipeline = build_pipeline (&grab.options, &error);
  status = error == NULL ? run (&grab) : program_fail (error);
  g_clear_pointer (&grab.pipeline, gst_object_unref);
  g_free (grab.options.format);
  g_free (grab.options.folder);
  return status;
}
