/* imbytes tests: pipelines as people write them who had trouble, and what is right.
 *
 * What they do is said in bytes and pictures where it can be; where a pipeline
 * cannot work, the message has to name both sides and what to do.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "outcome.h"

#include <glib/gstdio.h>
#include <string.h>

#define WIDTH 192
#define HEIGHT 108

/* Raw frames in a file, as recorders and other programs leave them: FILE in the
 * pipelines. */
static gchar *raw_file;

static void
setup (void)
{
  gsize size = 4 * WIDTH * HEIGHT * 4;
  guint8 *data = g_malloc (size);
  GError *error = NULL;

  raw_file = g_build_filename (g_get_tmp_dir (), "imbytes-XXXXXX", NULL);
  g_close (g_mkstemp (raw_file), NULL);
  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (i * 7 + i / WIDTH * 3);
  fail_unless (g_file_set_contents (raw_file, (gchar *) data, (gssize) size,
                   &error),
      "%s", raw_file);
  g_free (data);
}

static void
teardown (void)
{
  g_unlink (raw_file);
  g_free (raw_file);
}

#define RAW_PARSED \
  "filesrc location=FILE ! identity ! rawvideoparse use-sink-caps=false " \
  "format=gray8 width=192 height=108 ! identity"

/* Caps that a person writes by hand, with no more in them than is needed, behind
 * sources that say nothing themselves. */
GST_START_TEST (test_hand_written_caps)
{
  static const gchar *const sources[] = { "filesrc location=FILE blocksize=%u",
    "multifilesrc location=FILE stop-index=0 blocksize=%u", RAW_PARSED };
  static const gchar *const fields[] = { ",framerate=0/1", "",
    ",framerate=25/1", ",framerate=25/1,pixel-aspect-ratio=1/1",
    ",framerate=25/1,interlace-mode=progressive",
    ",framerate=30/1,interlace-mode=interleaved",
    ",framerate=25/1,colorimetry=bt709,multiview-mode=mono" };

  for (guint f = 0; f < G_N_ELEMENTS (fields); f++) {
    gchar *launch = g_strdup_printf ("filesrc location=FILE blocksize=%u ! "
                                     "video/x-raw,format=GRAY8,width=%u,"
                                     "height=%u%s ! imbytes ! fakesink name=s",
        WIDTH * HEIGHT, WIDTH, HEIGHT, fields[f]);

    outcome_expect_images (raw_file, launch, 16, WIDTH, HEIGHT);
    g_free (launch);
  }
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++) {
    gchar *source = g_strdup_printf (sources[i], WIDTH * HEIGHT);
    gchar *launch = g_strdup_printf (
        "%s ! %s imbytes ! image/jpeg ! fakesink name=s num-buffers=3", source,
        i < 2 ? "video/x-raw,format=GRAY8,width=192,height=108,framerate=0/1 !"
              : "");
    Outcome outcome = outcome_run (raw_file, launch);

    fail_unless (outcome.error == NULL && outcome.n_images >= 1, "%s: %s",
        launch, outcome.error);
    outcome_clear (&outcome);
    g_free (source);
    g_free (launch);
  }
}

GST_END_TEST;

/* appsrc with caps from a script: what comes out is what cv2 or Pillow would read. */
GST_START_TEST (test_appsrc_caps)
{
  static const gchar *const caps[] = {
    "video/x-raw,format=BGR,width=64,height=48",
    "video/x-raw,format=BGR,width=64,height=48,framerate=0/1",
    "video/x-raw,format=GRAY8,width=64,height=48,framerate=25/1",
    "video/x-raw,format=RGBA,width=64,height=48,framerate=30000/1001"
  };

  for (guint i = 0; i < G_N_ELEMENTS (caps); i++) {
    GstElement *pipeline =
        gst_parse_launch ("appsrc name=a ! imbytes ! appsink name=b sync=false",
            NULL);
    GstElement *source = gst_bin_get_by_name (GST_BIN (pipeline), "a");
    GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "b");
    GstCaps *parsed = gst_caps_from_string (caps[i]);
    GstBuffer *frame = gst_buffer_new_allocate (NULL,
        64 * 48
            * (i == 2        ? 1
                    : i == 3 ? 4
                             : 3),
        NULL);
    GstSample *sample;
    GstFlowReturn ret;

    gst_buffer_memset (frame, 0, 100, gst_buffer_get_size (frame));
    g_object_set (source, "caps", parsed, "is-live", FALSE, NULL);
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    g_signal_emit_by_name (source, "push-buffer", frame, &ret);
    fail_unless_equals_int (ret, GST_FLOW_OK);
    g_signal_emit_by_name (sink, "try-pull-sample", PATIENCE, &sample);
    fail_unless (sample != NULL, "%s", caps[i]);
    gst_sample_unref (sample);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_buffer_unref (frame);
    gst_caps_unref (parsed);
    gst_object_unref (source);
    gst_object_unref (sink);
    gst_object_unref (pipeline);
  }
}

GST_END_TEST;

#define TEST_FRAMES \
  "videotestsrc num-buffers=2 ! video/x-raw,width=64,height=48,framerate=30/1 ! "

#define FULL_CAPS \
  "image/jpeg,width=64,height=48,framerate=30/1,interlace-mode=progressive," \
  "colorimetry=2:4:7:1,pixel-aspect-ratio=1/1"

/* What sinks ask of JPEG that is true of these files. v4l2sink names a transfer
 * function and primaries, and some drivers call the range limited. */
GST_START_TEST (test_caps_of_sinks)
{
  static const gchar *const caps[] = { "image/jpeg", "image/jpeg,parsed=true",
    "image/jpeg,colorimetry=1:4:7:1", "image/jpeg,colorimetry=2:4:7:1",
    "image/jpeg,colorimetry=1:4:0:0", "image/jpeg,colorimetry=0:4:0:1",
    "image/jpeg,colorimetry=(string){bt709\\,2:4:7:1}",
    "image/jpeg,framerate=30/1", "image/jpeg,framerate=[1/1,60/1]",
    "image/jpeg,sampling=YCbCr-4:2:0", "image/jpeg,sampling=YCbCr-4:2:2",
    "image/jpeg,interlace-mode=progressive", "image/jpeg,sof-marker=0",
    "image/jpeg,pixel-aspect-ratio=1/1,colorspace=sYUV", FULL_CAPS };

  for (guint i = 0; i < G_N_ELEMENTS (caps); i++) {
    gchar *launch = g_strdup_printf (TEST_FRAMES
        "imbytes ! capsfilter caps=\"%s\" ! fakesink name=s",
        caps[i]);

    outcome_expect_images (raw_file, launch, 2, 64, 48);
    g_free (launch);
  }
  /* What is not true of them stays refused, and both sides are named. */
  outcome_expect_message (raw_file,
      TEST_FRAMES "imbytes ! image/jpeg,colorimetry=bt709 ! fakesink name=s",
      TRUE, "colorimetry=1:4:0:0|colorimetry=bt709");
  outcome_expect_message (raw_file,
      TEST_FRAMES "imbytes ! image/jpeg,sof-marker=2 ! fakesink name=s", TRUE,
      "sof-marker=0|sof-marker=2|change the properties");
}

GST_END_TEST;

/* The caps say what was asked for, so that the sink finds them fit. */
GST_START_TEST (test_colorimetry_is_kept)
{
  static const gchar *const asked[] = { "1:4:7:1", "2:4:7:1", "1:4:0:0" };

  for (guint i = 0; i < G_N_ELEMENTS (asked); i++) {
    gchar *launch = g_strdup_printf (TEST_FRAMES
        "imbytes ! image/jpeg,colorimetry=%s ! fakesink name=s",
        asked[i]);
    gchar *field = g_strdup_printf ("colorimetry=(string)%s", asked[i]);
    Outcome outcome = outcome_run (raw_file, launch);

    fail_unless (outcome.caps != NULL && strstr (outcome.caps, field) != NULL,
        "%s: %s", launch, outcome.caps);
    outcome_clear (&outcome);
    g_free (launch);
    g_free (field);
  }
}

GST_END_TEST;

/* Rates that do not meet. */
GST_START_TEST (test_rates)
{
  static const gchar *const muxers[] = { "avimux", "matroskamux", "qtmux",
    "multipartmux" };

  outcome_expect_message (raw_file,
      TEST_FRAMES "imbytes ! image/jpeg,framerate=1/1 ! fakesink name=s", TRUE,
      "framerate=30/1|framerate=1/1|videorate|interval");
  outcome_expect_message (raw_file,
      TEST_FRAMES "imbytes ! image/png,framerate=[50/1,60/1] ! fakesink name=s",
      TRUE, "framerate=30/1|framerate=[ 50/1, 60/1 ]|videorate");
  outcome_expect_message (raw_file,
      "filesrc location=FILE blocksize=20736 ! "
      "video/x-raw,format=GRAY8,width=192,height=108,framerate=0/1 ! "
      "imbytes ! avimux ! fakesink",
      TRUE, "192x108|0/1|videorate");
  /* Sources and converters with a choice take the rate that is asked for. */
  outcome_expect_images (raw_file,
      "videotestsrc num-buffers=2 ! imbytes ! image/jpeg,framerate=7/1,"
      "width=64,height=48 ! fakesink name=s",
      2, 64, 48);
  outcome_expect_images (raw_file,
      TEST_FRAMES "videorate ! imbytes ! image/jpeg,framerate=60/1 ! "
                  "fakesink name=s",
      3, 64, 48);
  for (guint i = 0; i < G_N_ELEMENTS (muxers); i++) {
    gchar *launch =
        g_strdup_printf (TEST_FRAMES "imbytes ! %s ! fakesink", muxers[i]);
    Outcome outcome = outcome_run (raw_file, launch);

    fail_unless (outcome.error == NULL, "%s: %s", launch, outcome.error);
    outcome_clear (&outcome);
    g_free (launch);
  }
}

GST_END_TEST;

/* Rows that GStreamer would pad and a script did not: what was expected, what came,
 * what to do; and what to do does it. */
GST_START_TEST (test_tight_rows)
{
  outcome_expect_message (raw_file,
      "filesrc location=FILE blocksize=9207 num-buffers=1 ! "
      "video/x-raw,format=BGR,width=31,height=99,framerate=0/1 ! "
      "imbytes ! fakesink name=s",
      FALSE,
      "9207 bytes|9504|BGR, 31x99, rows of 96 bytes|GstVideoMeta|"
      "rawvideoparse");
  outcome_expect_images (raw_file,
      "filesrc location=FILE num-buffers=1 blocksize=9207 ! "
      "rawvideoparse format=bgr width=31 height=99 plane-strides=<93> "
      "plane-offsets=<0> frame-size=9207 ! imbytes ! fakesink name=s",
      OUTCOME_SOME, 31, 99);
}

GST_END_TEST;

/* Frames that lie where no processor reads them. */
GST_START_TEST (test_other_memory)
{
  static const gchar *const cases[][2] = { { "memory:DMABuf", "vapostproc" },
    { "memory:GLMemory", "gldownload" },
    { "memory:CUDAMemory", "cudadownload" },
    { "memory:NVMM", "nvvideoconvert" }, { "memory:VAMemory", "vapostproc" },
    { "memory:Unheard", "system memory" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    gchar *words = g_strdup_printf ("%s|%s", cases[i][0], cases[i][1]);
    gchar *launch = g_strdup_printf (
        "appsrc name=a num-buffers=1 caps=\"video/x-raw(%s),format=NV12,width=64,"
        "height=48,framerate=25/1\" ! imbytes ! fakesink",
        cases[i][0]);
    GstElement *pipeline = gst_parse_launch (launch, NULL);
    GstElement *source = gst_bin_get_by_name (GST_BIN (pipeline), "a");
    GstBus *bus = gst_element_get_bus (pipeline);
    GstBuffer *frame = gst_buffer_new_allocate (NULL, 64 * 48 * 3 / 2, NULL);
    gchar **parts = g_strsplit (words, "|", -1), *text;
    GstMessage *message;
    GstFlowReturn ret;

    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    g_signal_emit_by_name (source, "push-buffer", frame, &ret);
    message = gst_bus_timed_pop_filtered (bus, PATIENCE,
        GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
    fail_unless (message != NULL);
    text = outcome_text (message);
    fail_unless (strstr (text, parts[0]) != NULL
            && strstr (text, parts[1]) != NULL,
        "%s: %s", launch, text);
    gst_message_unref (message);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_buffer_unref (frame);
    gst_object_unref (bus);
    gst_object_unref (source);
    gst_object_unref (pipeline);
    g_strfreev (parts);
    g_free (text);
    g_free (words);
    g_free (launch);
  }
}

GST_END_TEST;

static Suite *
situations_suite (void)
{
  Suite *suite = suite_create ("situations");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, setup, teardown);
  tcase_add_test (tcase, test_hand_written_caps);
  tcase_add_test (tcase, test_appsrc_caps);
  tcase_add_test (tcase, test_caps_of_sinks);
  tcase_add_test (tcase, test_colorimetry_is_kept);
  tcase_add_test (tcase, test_rates);
  tcase_add_test (tcase, test_tight_rows);
  tcase_add_test (tcase, test_other_memory);
  return suite;
}

GST_CHECK_MAIN (situations);
