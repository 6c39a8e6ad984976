/* imbytes tests: whole pipelines, to everything that takes images.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "common.h"

#include <glib/gstdio.h>
#include <string.h>

#define SOURCE \
  "videotestsrc num-buffers=5 ! " \
  "video/x-raw,format=I420,width=96,height=64,framerate=25/1 ! "

static gchar *directory;

static void
setup (void)
{
  directory = g_dir_make_tmp ("imbytes-XXXXXX", NULL);
  fail_unless (directory != NULL);
}

static void
teardown (void)
{
  GDir *dir = g_dir_open (directory, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    gchar *path = g_build_filename (directory, name, NULL);

    g_unlink (path);
    g_free (path);
  }
  g_dir_close (dir);
  g_rmdir (directory);
  g_free (directory);
}

/* @launch with "DIR" replaced by the directory of this test. */
static void
run_in_directory (const gchar *launch)
{
  gchar **parts = g_strsplit (launch, "DIR", -1);
  gchar *whole = g_strjoinv (directory, parts);

  run_pipeline (whole);
  g_free (whole);
  g_strfreev (parts);
}

static GstBuffer *
read_file (const gchar *name)
{
  gchar *path = g_build_filename (directory, name, NULL), *data;
  GError *error = NULL;
  gsize size;

  fail_unless (g_file_get_contents (path, &data, &size, &error), "%s",
      error != NULL ? error->message : path);
  g_free (path);
  return gst_buffer_new_wrapped (data, size);
}

static void
expect_picture (const gchar *name, gint width, gint height)
{
  GstBuffer *image = read_file (name);
  Picture picture = picture_decode (image);

  fail_unless_equals_int (picture.width, width);
  fail_unless_equals_int (picture.height, height);
  picture_clear (&picture);
  gst_buffer_unref (image);
}

GST_START_TEST (test_files)
{
  run_in_directory (SOURCE "imbytes width=48 ! multifilesink "
                           "location=DIR/%d.jpg");
  for (guint i = 0; i < 5; i++) {
    gchar name[16];

    g_snprintf (name, sizeof (name), "%u.jpg", i);
    expect_picture (name, 48, 32);
  }
}

GST_END_TEST;

/* Endless sources end all the same. */
GST_START_TEST (test_snapshot)
{
  run_in_directory ("videotestsrc ! video/x-raw,width=96,height=64 ! "
                    "imbytes snapshot=true ! filesink location=DIR/a.jpg");
  expect_picture ("a.jpg", 96, 64);
  run_in_directory ("videotestsrc ! video/x-raw,width=96,height=64 ! imbytes "
                    "snapshot=true ! image/png,width=50,height=50 ! "
                    "filesink location=DIR/a.png");
  expect_picture ("a.png", 50, 50);
}

GST_END_TEST;

static void
count_buffer (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer count)
{
  (void) sink;
  (void) buffer;
  (void) pad;
  g_atomic_int_inc ((gint *) count);
}

/* With and without queues, the other branch gets every frame. */
static void
check_tee (const gchar *queue)
{
  gchar *launch = g_strdup_printf (
      "videotestsrc num-buffers=50 ! "
      "video/x-raw,width=96,height=64 ! tee name=t "
      "t. ! %s ! imbytes snapshot=true ! fakesink name=image "
      "signal-handoffs=true async=false "
      "t. ! %s ! fakesink name=other signal-handoffs=true async=false",
      queue, queue);
  GstElement *pipeline = gst_parse_launch (launch, NULL);
  GstElement *image = gst_bin_get_by_name (GST_BIN (pipeline), "image");
  GstElement *other = gst_bin_get_by_name (GST_BIN (pipeline), "other");
  GstBus *bus = gst_element_get_bus (pipeline);
  gint images = 0, others = 0;
  GstMessage *message;

  g_signal_connect (image, "handoff", G_CALLBACK (count_buffer), &images);
  g_signal_connect (other, "handoff", G_CALLBACK (count_buffer), &others);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, PATIENCE,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (
      message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  fail_unless_equals_int (images, 1);
  fail_unless_equals_int (others, 50);
  gst_object_unref (bus);
  gst_object_unref (image);
  gst_object_unref (other);
  gst_object_unref (pipeline);
  g_free (launch);
}

GST_START_TEST (test_snapshot_behind_tee)
{
  check_tee ("identity");
  check_tee ("queue");
}

GST_END_TEST;

/* Each runs where its elements are there. */
GST_START_TEST (test_sinks)
{
  static const struct
  {
    const gchar *elements, *launch;
  } sinks[] = { { "fakesink", SOURCE "imbytes ! fakesink" },
    { "filesink", SOURCE "imbytes ! filesink location=DIR/all" },
    { "appsink", SOURCE "imbytes ! appsink wait-on-eos=false" },
    { "multipartmux", SOURCE "imbytes ! multipartmux ! fakesink" },
    { "multipartmux tcpserversink",
        SOURCE "imbytes quality=75 ! multipartmux ! "
               "tcpserversink port=0" },
    { "multipartmux", SOURCE "imbytes format=png ! multipartmux ! fakesink" },
    { "rtpjpegpay rtpjpegdepay jpegdec",
        SOURCE "imbytes ! rtpjpegpay ! "
               "rtpjpegdepay ! jpegdec ! fakesink" },
    { "avimux avidemux jpegdec",
        SOURCE "imbytes ! avimux ! avidemux ! jpegdec "
               "! fakesink" },
    { "matroskamux matroskademux jpegdec",
        SOURCE "imbytes ! matroskamux ! "
               "matroskademux ! jpegdec ! fakesink" },
    { "qtmux", SOURCE "imbytes ! qtmux ! fakesink" },
    { "qtmux", SOURCE "imbytes format=png ! qtmux ! fakesink" },
    { "gdppay tcpserversink",
        SOURCE "imbytes ! gdppay ! tcpserversink port=0" },
    { "gdppay gdpdepay pngdec",
        SOURCE "imbytes format=png ! gdppay ! gdpdepay ! "
               "pngdec ! fakesink" },
    { "jpegparse jpegdec", SOURCE "imbytes ! jpegparse ! jpegdec ! fakesink" },
    { "jpegdec", SOURCE "imbytes progressive=true ! jpegdec ! fakesink" },
    { "pngparse pngdec",
        SOURCE "imbytes ! image/png ! pngparse ! pngdec ! "
               "fakesink" },
    { "pngdec", SOURCE "imbytes ! pngdec ! fakesink" },
    { "imagefreeze jpegdec",
        SOURCE "imbytes snapshot=true ! jpegdec ! "
               "imagefreeze num-buffers=2 ! fakesink" },
    { "videocrop videoflip",
        SOURCE "videocrop left=3 top=5 ! videoflip "
               "method=clockwise ! imbytes ! fakesink" },
    { "decodebin jpegdec", SOURCE "imbytes ! decodebin ! fakesink" } };

  for (guint i = 0; i < G_N_ELEMENTS (sinks); i++) {
    gchar **names = g_strsplit (sinks[i].elements, " ", -1);
    gboolean complete = TRUE;

    for (guint n = 0; names[n] != NULL; n++)
      complete = complete && have_element (names[n]);
    if (complete)
      run_in_directory (sinks[i].launch);
    g_strfreev (names);
  }
}

GST_END_TEST;

/* Pipelines written for the old elements, with one word replaced. */
GST_START_TEST (test_in_place_of_others)
{
  static const gchar *const launches[] = {
    SOURCE "%s quality=50 ! multifilesink location=DIR/%%d.jpg",
    SOURCE "videoconvert ! videoscale ! video/x-raw,width=48,height=32 ! "
           "%s snapshot=true ! filesink location=DIR/0.jpg",
    SOURCE "videoconvert ! %s ! image/jpeg,framerate=25/1 ! avimux ! "
           "filesink location=DIR/0.avi",
  };

  for (guint i = 0; i < G_N_ELEMENTS (launches); i++) {
    static const gchar *const names[] = { "jpegenc", "imbytes" };

    for (guint n = 0; n < G_N_ELEMENTS (names); n++) {
      gchar **parts = g_strsplit (launches[i], "%s", 2);
      gchar *launch = g_strjoinv (names[n], parts), **percents;

      percents = g_strsplit (launch, "%%", -1);
      g_free (launch);
      launch = g_strjoinv ("%", percents);
      if (have_element (names[n]))
        run_in_directory (launch);
      g_free (launch);
      g_strfreev (percents);
      g_strfreev (parts);
    }
  }
  expect_picture ("0.jpg", 48, 32);
}

GST_END_TEST;

GST_START_TEST (test_in_place_of_pngenc)
{
  run_in_directory (
      SOURCE "videoconvert ! imbytes snapshot=true "
             "compression-level=9 ! image/png ! filesink location=DIR/a.png");
  expect_picture ("a.png", 96, 64);
}

GST_END_TEST;

/* videocrop passes on a crop in place of a copy, and the picture is right. */
GST_START_TEST (test_videocrop)
{
  GstBuffer *whole, *part;
  Picture a, b;

  if (!have_element ("videocrop"))
    return;
  run_in_directory (SOURCE "imbytes format=png snapshot=true ! filesink "
                           "location=DIR/a.png");
  run_in_directory (SOURCE "videocrop left=3 top=5 ! imbytes format=png "
                           "snapshot=true ! filesink location=DIR/b.png");
  whole = read_file ("a.png");
  part = read_file ("b.png");
  a = picture_decode (whole);
  b = picture_decode (part);
  fail_unless_equals_int (b.width, 93);
  fail_unless_equals_int (b.height, 59);
  for (gint y = 0; y < b.height; y++)
    for (gint x = 0; x < b.width * 4; x++)
      if (ABS (picture_at (&b, 0, y)[x] - picture_at (&a, 3, y + 5)[x]) > 1)
        fail ("at %d,%d", x / 4, y);
  picture_clear (&a);
  picture_clear (&b);
  gst_buffer_unref (whole);
  gst_buffer_unref (part);
}

GST_END_TEST;

/* An effect that knows no strides but the usual ones; the picture is the same as
 * in memory of its own. */
GST_START_TEST (test_effects)
{
  GstBuffer *pool, *own;

  if (!have_element ("solarize"))
    return;
  run_in_directory ("videotestsrc num-buffers=1 ! "
                    "video/x-raw,format=RGBx,width=37,height=30 ! solarize ! "
                    "imbytes format=png ! filesink location=DIR/pool.png");
  run_in_directory ("videotestsrc num-buffers=1 ! "
                    "video/x-raw,format=RGBx,width=37,height=30 ! solarize ! "
                    "identity drop-allocation=true ! "
                    "imbytes format=png ! filesink location=DIR/own.png");
  pool = read_file ("pool.png");
  own = read_file ("own.png");
  fail_unless (buffers_are_equal (pool, own));
  gst_buffer_unref (pool);
  gst_buffer_unref (own);
}

GST_END_TEST;

/* The plugin is there and nothing else picks it unasked. */
GST_START_TEST (test_convert_sample)
{
  GstVideoInfo info = video_info (GST_VIDEO_FORMAT_I420, 32, 32);
  GstCaps *caps = gst_video_info_to_caps (&info);
  GstCaps *to = gst_caps_from_string ("image/jpeg");
  GstBuffer *frame = frame_new (&info);
  GstSample *sample = gst_sample_new (frame, caps, NULL, NULL), *image;
  GError *error = NULL;
  Picture picture;

  if (have_element ("jpegenc")) {
    image = gst_video_convert_sample (sample, to, 10 * GST_SECOND, &error);
    fail_unless (image != NULL, "%s", error != NULL ? error->message : "");
    picture = picture_decode (gst_sample_get_buffer (image));
    fail_unless_equals_int (picture.width, 32);
    picture_clear (&picture);
    gst_sample_unref (image);
  }
  gst_sample_unref (sample);
  gst_buffer_unref (frame);
  gst_caps_unref (caps);
  gst_caps_unref (to);
}

GST_END_TEST;

static void
set_rank (const gchar *element, guint rank)
{
  GstPluginFeature *feature =
      gst_registry_lookup_feature (gst_registry_get (), element);

  if (feature != NULL) {
    gst_plugin_feature_set_rank (feature, rank);
    gst_object_unref (feature);
  }
}

static void
check_size (const gchar *name, gint width, gint height)
{
  GstBuffer *file = read_file (name);
  Picture picture = picture_decode (file);

  fail_unless_equals_int (picture.width, width);
  fail_unless_equals_int (picture.height, height);
  picture_clear (&picture);
  gst_buffer_unref (file);
}

/* With the ranks that the reference names. The size shows who made the image:
 * other encoders cannot resize. */
GST_START_TEST (test_encodebin_by_rank)
{
  if (!have_element ("encodebin") || !have_element ("jifmux"))
    return;
  set_rank ("imbytes", G_MAXINT);
  set_rank ("jpegparse", GST_RANK_NONE);
  set_rank ("pngparse", GST_RANK_NONE);
  run_in_directory (SOURCE "encodebin profile=image/jpeg,width=40,height=30 ! "
                           "multifilesink location=DIR/a.jpg");
  check_size ("a.jpg", 40, 30);
  run_in_directory (SOURCE "encodebin profile=image/png,width=50,height=20 ! "
                           "multifilesink location=DIR/a.png");
  check_size ("a.png", 50, 20);
  set_rank ("imbytes", GST_RANK_NONE);
  set_rank ("pngparse", GST_RANK_PRIMARY);
}

GST_END_TEST;

GST_START_TEST (test_encodebin)
{
  if (have_element ("encodebin") && have_element ("jpegenc"))
    run_in_directory (SOURCE "encodebin profile=image/jpeg ! "
                             "filesink location=DIR/a.jpg");
}

GST_END_TEST;

static Suite *
sinks_suite (void)
{
  Suite *suite = suite_create ("sinks");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, setup, teardown);
  tcase_add_test (tcase, test_files);
  tcase_add_test (tcase, test_snapshot);
  tcase_add_test (tcase, test_snapshot_behind_tee);
  tcase_add_test (tcase, test_sinks);
  tcase_add_test (tcase, test_in_place_of_others);
  tcase_add_test (tcase, test_in_place_of_pngenc);
  tcase_add_test (tcase, test_videocrop);
  tcase_add_test (tcase, test_effects);
  tcase_add_test (tcase, test_convert_sample);
  tcase_add_test (tcase, test_encodebin);
  tcase_add_test (tcase, test_encodebin_by_rank);
  return suite;
}

GST_CHECK_MAIN (sinks);
