/* imbytes tests: budgets, and messages about images.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <string.h>

#include "common.h"

#define INPUT "video/x-raw,format=I420,width=320,height=240,framerate=30/1"

static GstBuffer *
noise_frame (guint32 seed, GstClockTime pts)
{
  GstVideoInfo info = video_info (GST_VIDEO_FORMAT_I420, 320, 240);
  GstBuffer *frame = frame_new (&info);

  frame_fill_noise (frame, &info, seed);
  GST_BUFFER_PTS (frame) = pts;
  GST_BUFFER_DURATION (frame) = GST_SECOND / 30;
  return frame;
}

/* The size of the image; 0 where there is none. */
static gsize
push_noise (Bench *bench, guint32 seed)
{
  GstBuffer *image;
  gsize size;

  fail_unless_equals_int (gst_harness_push (bench->harness,
                              noise_frame (seed, seed)),
      GST_FLOW_OK);
  image = gst_harness_try_pull (bench->harness);
  if (image == NULL)
    return 0;
  size = gst_buffer_get_size (image);
  gst_buffer_unref (image);
  return size;
}

static gint
last_quality (Bench *bench)
{
  GstStructure *stats;
  gint quality;

  g_object_get (bench->element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_int (stats, "last-quality", &quality));
  gst_structure_free (stats);
  return quality;
}

GST_START_TEST (test_budget)
{
  static const gchar *const launches[] = { "imbytes", "imbytes n-threads=1",
    "imbytes progressive=true", "imbytes optimize=true subsampling=4:4:4",
    "imbytes width=640", "imbytes subsampling=gray" };

  for (guint i = 0; i < G_N_ELEMENTS (launches); i++) {
    Bench bench = bench_new (launches[i], NULL, INPUT);
    gsize free_size = push_noise (&bench, 1);
    guint64 encodings;

    fail_unless_equals_int (last_quality (&bench), 85);
    g_object_set (bench.element, "max-bytes", (guint) (free_size / 2), NULL);
    for (guint k = 0; k < 20; k++) {
      gsize size = push_noise (&bench, k);

      fail_unless (size > free_size / 4 && size <= free_size / 2);
      fail_unless (last_quality (&bench) < 85);
    }
    /* Steady: once for each. */
    encodings = bench_stat (&bench, "encodings");
    for (guint k = 0; k < 20; k++)
      fail_unless (push_noise (&bench, k) > 0);
    fail_unless (bench_stat (&bench, "encodings") - encodings <= 22);
    g_object_set (bench.element, "max-bytes", 0, NULL);
    fail_unless_equals_uint64 (push_noise (&bench, 1), free_size);
    fail_unless_equals_int (last_quality (&bench), 85);
    fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_WARNING), 0);
    bench_clear (&bench);
  }
}

GST_END_TEST;

static void
expect_warning (Bench *bench, const gchar *part)
{
  GstMessage *message = bench_message (bench, GST_MESSAGE_WARNING);
  GError *error = NULL;

  fail_unless (message != NULL);
  gst_message_parse_warning (message, &error, NULL);
  fail_unless (strstr (error->message, part) != NULL, "%s", error->message);
  g_error_free (error);
  gst_message_unref (message);
}

GST_START_TEST (test_too_large)
{
  Bench bench = bench_new ("imbytes max-bytes=10", NULL, INPUT);

  fail_unless_equals_uint64 (push_noise (&bench, 1), 0);
  expect_warning (&bench, "quality 10");
  /* Said once. */
  fail_unless_equals_uint64 (push_noise (&bench, 2), 0);
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_WARNING), 0);
  fail_unless_equals_uint64 (bench_stat (&bench, "images-dropped"), 2);
  fail_unless_equals_uint64 (bench_stat (&bench, "images-out"), 0);
  g_object_set (bench.element, "max-bytes", 1000000, NULL);
  fail_unless (push_noise (&bench, 3) > 10);
  g_object_set (bench.element, "max-bytes", 1, "min-quality", 100, NULL);
  fail_unless_equals_uint64 (push_noise (&bench, 4), 0);
  expect_warning (&bench, "quality 85");
  bench_clear (&bench);

  bench = bench_new ("imbytes format=png max-bytes=1000", NULL, INPUT);
  fail_unless_equals_uint64 (push_noise (&bench, 1), 0);
  expect_warning (&bench, "PNG");
  g_object_set (bench.element, "width", 8, NULL);
  fail_unless (push_noise (&bench, 1) > 0);
  fail_unless_equals_int (last_quality (&bench), -1);
  bench_clear (&bench);
}

GST_END_TEST;

/* Sinks wait for the first buffer or gap. */
GST_START_TEST (test_preroll_of_nothing)
{
  run_pipeline ("videotestsrc num-buffers=30 ! imbytes max-bytes=1 ! "
                "fakesink sync=true");
  run_pipeline ("videotestsrc num-buffers=30 ! imbytes roi=crop ! fakesink");
}

GST_END_TEST;

GST_START_TEST (test_messages)
{
  Bench bench = bench_new ("imbytes width=64 quality=40", NULL, INPUT);
  GstMessage *message;
  const GstStructure *structure;
  guint64 size, timestamp, time;
  gint width, height, quality;
  gsize expected;

  push_noise (&bench, 1);
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_ELEMENT), 0);
  g_object_set (bench.element, "post-messages", TRUE, NULL);
  expected = push_noise (&bench, 7);
  message = bench_message (&bench, GST_MESSAGE_ELEMENT);
  fail_unless (message != NULL);
  structure = gst_message_get_structure (message);
  fail_unless (gst_structure_has_name (structure, "imbytes-image"));
  fail_unless (gst_structure_get (structure, "size", G_TYPE_UINT64, &size,
      "timestamp", G_TYPE_UINT64, &timestamp, "encode-time", G_TYPE_UINT64,
      &time, "width", G_TYPE_INT, &width, "height", G_TYPE_INT, &height,
      "quality", G_TYPE_INT, &quality, NULL));
  fail_unless_equals_uint64 (size, expected);
  fail_unless_equals_uint64 (timestamp, 7);
  fail_unless (time > 0);
  fail_unless_equals_int (width, 64);
  fail_unless_equals_int (height, 48);
  fail_unless_equals_int (quality, 40);
  fail_unless_equals_string (gst_structure_get_string (structure, "format"),
      "image/jpeg");
  fail_unless_equals_uint64 (g_value_get_uint64 (
                                 gst_structure_get_value (structure,
                                     "running-time")),
      7);
  gst_message_unref (message);
  /* None for what is skipped. */
  g_object_set (bench.element, "on-request", TRUE, NULL);
  push_noise (&bench, 8);
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_ELEMENT), 0);
  bench_clear (&bench);
}

GST_END_TEST;

static void
count_notify (GObject *object, GParamSpec *pspec, gpointer count)
{
  (void) object, (void) pspec;
  ++*(guint *) count;
}

GST_START_TEST (test_no_storm_of_notifications)
{
  Bench bench = bench_new ("imbytes", NULL, INPUT);
  guint n = 0;

  g_signal_connect (bench.element, "notify::stats", G_CALLBACK (count_notify),
      &n);
  for (guint i = 0; i < 50; i++)
    push_noise (&bench, i);
  fail_unless_equals_int (n, 0);
  bench_clear (&bench);
}

GST_END_TEST;

static Suite *
limits_suite (void)
{
  Suite *suite = suite_create ("limits");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_budget);
  tcase_add_test (tcase, test_too_large);
  tcase_add_test (tcase, test_preroll_of_nothing);
  tcase_add_test (tcase, test_messages);
  tcase_add_test (tcase, test_no_storm_of_notifications);
  return suite;
}

GST_CHECK_MAIN (limits);
