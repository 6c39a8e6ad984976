/* imbytes tests: frames that are waited for: in time, clean, warm and with something
 * to see.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <string.h>

#include "common.h"

#define INPUT \
  "video/x-raw,format=GRAY8,width=64,height=36,framerate=30/1," \
  "colorimetry=(string)1:4:0:0"
#define NONE GST_CLOCK_TIME_NONE

typedef enum
{
  CLEAN,
  CORRUPTED,
  BLACK
} Look;

static GstBuffer *
frame_at (GstClockTime pts, Look look)
{
  GstBuffer *frame = frame_new_for_caps (INPUT);

  GST_BUFFER_PTS (frame) = pts;
  if (look == CORRUPTED)
    GST_BUFFER_FLAG_SET (frame, GST_BUFFER_FLAG_CORRUPTED);
  if (look == BLACK)
    gst_buffer_memset (frame, 0, 16, gst_buffer_get_size (frame));
  return frame;
}

/* Whether an image comes of such a frame. */
static gboolean
gives (Bench *bench, GstClockTime pts, Look look)
{
  GstBuffer *image;

  fail_unless_equals_int (gst_harness_push (bench->harness,
                              frame_at (pts, look)),
      GST_FLOW_OK);
  image = gst_harness_try_pull (bench->harness);
  if (image == NULL)
    return FALSE;
  gst_buffer_unref (image);
  return TRUE;
}

static void
request (Bench *bench)
{
  gboolean accepted = FALSE;

  g_signal_emit_by_name (bench->element, "request-image", &accepted);
  fail_unless (accepted);
}

/* @n frames @rate times a second, each up to @jitter early or late. */
static GstClockTime *
jittered (guint n, gdouble rate, GstClockTime jitter, guint32 seed)
{
  GstClockTime *times = g_new (GstClockTime, n);
  GRand *rand = g_rand_new_with_seed (seed);

  for (guint i = 0; i < n; i++) {
    gdouble time = (i + 1) * GST_SECOND / rate;

    time += g_rand_double_range (rand, -1.0, 1.0) * (gdouble) jitter;
    times[i] = (GstClockTime) time;
  }
  g_rand_free (rand);
  return times;
}

/* How many of these frames videorate lets through at @max_rate a second. */
static guint
count_by_videorate (const GstClockTime *times, guint n, gint max_rate)
{
  gchar *launch =
      g_strdup_printf ("videorate drop-only=true max-rate=%d", max_rate);
  GstHarness *harness = gst_harness_new_parse (launch);
  guint count;

  g_free (launch);
  gst_harness_set_src_caps_str (harness,
      "video/x-raw,format=GRAY8,width=64,height=36,framerate=60/1");
  for (guint i = 0; i < n; i++)
    gst_harness_push (harness, frame_at (times[i], CLEAN));
  gst_harness_push_event (harness, gst_event_new_eos ());
  count = gst_harness_buffers_received (harness);
  gst_harness_teardown (harness);
  return count;
}

/* As many images as videorate gives, and no two for one interval: cameras' clocks
 * are never exact. */
GST_START_TEST (test_jitter)
{
  static const gdouble rates[] = { 25, 30000 / 1001.0, 30, 50, 60 };
  static const gint wanted[] = { 1, 5, 10, 25, 30 };
  const guint n = 300;

  if (!have_element ("videorate"))
    return;
  for (guint r = 0; r < G_N_ELEMENTS (rates); r++)
    for (guint w = 0; w < G_N_ELEMENTS (wanted); w++) {
      GstClockTime interval = GST_SECOND / (guint) wanted[w];
      GstClockTime *times = jittered (n, rates[r], 2 * GST_MSECOND, r * 10 + w);
      gchar *launch =
          g_strdup_printf ("imbytes width=16 interval=%" G_GUINT64_FORMAT,
              interval);
      Bench bench = bench_new (launch, NULL, INPUT);
      gdouble expected = n * MIN (1.0, wanted[w] / rates[r]);
      guint count = 0, by_videorate = count_by_videorate (times, n, wanted[w]);

      for (guint i = 0; i < n; i++)
        count += gives (&bench, times[i], CLEAN);
      fail_unless (ABS ((gint) count - (gint) by_videorate) <= 2
              && ABS (count - expected) <= 2.0,
          "%.2f a second, %d wanted: %u images, videorate %u", rates[r],
          wanted[w], count, by_videorate);
      bench_clear (&bench);
      g_free (launch);
      g_free (times);
    }
}

GST_END_TEST;

GST_START_TEST (test_corrupted)
{
  static const gchar *const launches[] = { "imbytes snapshot=true",
    "imbytes interval=10000000000", "imbytes min-detail=0.01",
    "imbytes min-change=0.01" };

  for (guint i = 0; i < G_N_ELEMENTS (launches); i++) {
    Bench bench = bench_new (launches[i], NULL, INPUT);

    fail_if (gives (&bench, 0, CORRUPTED), "%s", launches[i]);
    fail_if (gives (&bench, GST_SECOND, CORRUPTED), "%s", launches[i]);
    fail_unless (gives (&bench, 2 * GST_SECOND, CLEAN), "%s", launches[i]);
    fail_unless_equals_uint64 (bench_stat (&bench, "frames-corrupted"), 2);
    fail_unless_equals_uint64 (bench_stat (&bench, "frames-skipped"), 2);
    bench_clear (&bench);
  }
}

GST_END_TEST;

GST_START_TEST (test_corrupted_and_requests)
{
  Bench bench = bench_new ("imbytes on-request=true", NULL, INPUT);

  request (&bench);
  fail_if (gives (&bench, 0, CORRUPTED));
  fail_unless (gives (&bench, GST_SECOND, CLEAN));
  fail_if (gives (&bench, 2 * GST_SECOND, CLEAN));
  g_object_set (bench.element, "skip-corrupted", FALSE, NULL);
  request (&bench);
  fail_unless (gives (&bench, 3 * GST_SECOND, CORRUPTED));
  bench_clear (&bench);
}

GST_END_TEST;

/* Where every frame is wanted, each becomes an image, and answers no request. */
GST_START_TEST (test_corrupted_and_all)
{
  Bench bench = bench_new ("imbytes", NULL, INPUT);

  request (&bench);
  fail_unless (gives (&bench, 0, CORRUPTED));
  fail_unless (gives (&bench, GST_SECOND, CORRUPTED));
  g_object_set (bench.element, "on-request", TRUE, NULL);
  fail_unless (gives (&bench, 2 * GST_SECOND, CLEAN));
  fail_if (gives (&bench, 3 * GST_SECOND, CLEAN));
  fail_unless_equals_uint64 (bench_stat (&bench, "frames-corrupted"), 0);
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_nothing_clean)
{
  Bench bench = bench_new ("imbytes snapshot=true", NULL, INPUT);
  GstMessage *message;
  GError *error = NULL;

  for (guint i = 0; i < 100; i++)
    fail_if (gives (&bench, i * GST_SECOND / 10, CORRUPTED));
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_WARNING), 0);
  fail_if (gives (&bench, 10 * GST_SECOND, CORRUPTED));
  message = bench_message (&bench, GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
  gst_message_parse_warning (message, &error, NULL);
  fail_unless (strstr (error->message, "10 s") != NULL
          && strstr (error->message, "skip-corrupted=false") != NULL,
      "%s", error->message);
  g_error_free (error);
  gst_message_unref (message);
  for (guint i = 101; i < 300; i++)
    fail_if (gives (&bench, i * GST_SECOND / 10, CORRUPTED));
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_WARNING), 0);
  fail_unless (gives (&bench, 31 * GST_SECOND, CLEAN));
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_warm_up)
{
  Bench bench = bench_new ("imbytes warm-up=1500000000", NULL, INPUT);

  request (&bench);
  for (guint s = 100; s < 102; s++)
    fail_if (gives (&bench, s * GST_SECOND, CLEAN));
  fail_unless (gives (&bench, 102 * GST_SECOND, CLEAN));
  fail_unless (gives (&bench, 103 * GST_SECOND, CLEAN));
  /* The camera was away. */
  gst_harness_push_event (bench.harness, gst_event_new_flush_start ());
  gst_harness_push_event (bench.harness, gst_event_new_flush_stop (TRUE));
  {
    GstSegment segment;

    gst_segment_init (&segment, GST_FORMAT_TIME);
    gst_harness_push_event (bench.harness, gst_event_new_segment (&segment));
  }
  fail_if (gives (&bench, 5 * GST_SECOND, CLEAN));
  fail_if (gives (&bench, 6 * GST_SECOND, CLEAN));
  fail_unless (gives (&bench, 6500 * GST_MSECOND, CLEAN));
  /* Without a time it cannot be told. */
  fail_unless (gives (&bench, NONE, CLEAN));
  fail_unless_equals_uint64 (bench_stat (&bench, "frames-skipped"), 4);
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_warm_up_and_the_rest)
{
  Bench bench =
      bench_new ("imbytes warm-up=1000000000 on-request=true snapshot=true",
          NULL, INPUT);

  request (&bench);
  fail_if (gives (&bench, 0, CLEAN));
  fail_if (gives (&bench, 999 * GST_MSECOND, CLEAN));
  fail_unless (gives (&bench, GST_SECOND, CLEAN));
  fail_if (gives (&bench, 2 * GST_SECOND, CLEAN));
  bench_clear (&bench);
}

GST_END_TEST;

/* A frame of two halves: the standard deviation is half of their distance. */
static GstBuffer *
halves (GstClockTime pts, guint8 left, guint8 right)
{
  GstBuffer *frame = frame_at (pts, BLACK);
  GstMapInfo map;

  fail_unless (gst_buffer_map (frame, &map, GST_MAP_WRITE));
  for (gsize i = 0; i < 64 * 36; i++)
    map.data[i] = i % 64 < 32 ? left : right;
  gst_buffer_unmap (frame, &map);
  return frame;
}

GST_START_TEST (test_min_detail)
{
  Bench bench = bench_new ("imbytes min-detail=0.1", NULL, INPUT);

  for (guint right = 16; right <= 235; right++) {
    gdouble detail = (right - 16) / 255.0 / 2.0;
    GstBuffer *image;

    gst_harness_push (bench.harness,
        halves (right * GST_SECOND, 16, (guint8) right));
    image = gst_harness_try_pull (bench.harness);
    /* The cells are of whole levels. */
    if (detail < 0.098)
      fail_unless (image == NULL, "detail %f", detail);
    if (detail > 0.102)
      fail_unless (image != NULL, "detail %f", detail);
    gst_clear_buffer (&image);
  }
  fail_unless_equals_uint64 (bench_stat (&bench, "frames-flat"),
      bench_stat (&bench, "frames-skipped"));
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_min_detail_waits)
{
  Bench bench =
      bench_new ("imbytes min-detail=0.05 snapshot=true", NULL, INPUT);

  request (&bench);
  fail_if (gives (&bench, 0, BLACK));
  fail_if (gives (&bench, GST_SECOND, BLACK));
  fail_unless (gives (&bench, 2 * GST_SECOND, CLEAN));
  bench_clear (&bench);
  /* A blank frame uses up no interval. */
  bench =
      bench_new ("imbytes min-detail=0.05 interval=60000000000", NULL, INPUT);
  fail_if (gives (&bench, 0, BLACK));
  fail_unless (gives (&bench, GST_SECOND, CLEAN));
  fail_if (gives (&bench, 2 * GST_SECOND, CLEAN));
  bench_clear (&bench);
}

GST_END_TEST;

static Suite *
fitness_suite (void)
{
  Suite *suite = suite_create ("fitness");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_jitter);
  tcase_add_test (tcase, test_corrupted);
  tcase_add_test (tcase, test_corrupted_and_requests);
  tcase_add_test (tcase, test_corrupted_and_all);
  tcase_add_test (tcase, test_nothing_clean);
  tcase_add_test (tcase, test_warm_up);
  tcase_add_test (tcase, test_warm_up_and_the_rest);
  tcase_add_test (tcase, test_min_detail);
  tcase_add_test (tcase, test_min_detail_waits);
  return suite;
}

GST_CHECK_MAIN (fitness);
