/* imbytes tests: which frames become images.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <string.h>

#include "choosing.h"

/* Which of the frames at 30 a second come out, by their numbers. */
static void
expect_frames (const gchar *launch, guint n, const guint *expected)
{
  Bench bench = bench_new (launch, NULL, INPUT);

  for (guint i = 0; i < n; i++) {
    gboolean came = gives (&bench, gst_util_uint64_scale (i, GST_SECOND, 30));

    fail_unless_equals_int (came, *expected == i);
    expected += came;
  }
  fail_unless_equals_uint64 (bench_stat (&bench, "frames-in"), n);
  fail_unless_equals_uint64 (bench_stat (&bench, "frames-skipped")
          + bench_stat (&bench, "images-out"),
      n);
  bench_clear (&bench);
}

GST_START_TEST (test_interval)
{
  expect_frames ("imbytes interval=100000000", 12,
      (const guint[]){ 0, 3, 6, 9, 12 });
  /* 7 frames in 3 intervals, without drift: those nearest to where each begins. */
  expect_frames ("imbytes interval=77777777", 15,
      (const guint[]){ 0, 2, 5, 7, 9, 12, 14 });
  /* Shorter than a frame: all. */
  expect_frames ("imbytes interval=1", 4, (const guint[]){ 0, 1, 2, 3 });
  /* Longer than the stream. */
  expect_frames ("imbytes interval=18446744073709551615", 20,
      (const guint[]){ 0, 20 });
}

GST_END_TEST;

GST_START_TEST (test_interval_keeps_its_phase)
{
  static const struct
  {
    guint ms;
    gboolean due;
  } frames[] = { { 130, TRUE }, { 150, FALSE }, { 210, TRUE },
    /* A gap in the stream, and early by less than half of it. */
    { 1570, TRUE }, { 1599, FALSE }, { 1640, FALSE },
    /* Late by jitter. */
    { 1638, FALSE }, { 1679, FALSE }, { 1690, FALSE }, { 1700, TRUE } };
  Bench bench = bench_new ("imbytes interval=100000000", NULL, INPUT);

  for (guint i = 0; i < G_N_ELEMENTS (frames); i++)
    fail_unless_equals_int (gives (&bench, frames[i].ms * GST_MSECOND),
        frames[i].due);
  /* Without a time it cannot be told. */
  fail_unless (gives (&bench, NONE));
  fail_unless (gives (&bench, NONE));
  fail_if (gives (&bench, 1705 * GST_MSECOND));
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_interval_and_segments)
{
  Bench bench = bench_new ("imbytes interval=1000000000", NULL, INPUT);

  /* What counts is running time, not the time of the stream. */
  push_segment (&bench, 1.0, 3700 * GST_MSECOND, NONE, 0);
  fail_unless (gives (&bench, 3700 * GST_MSECOND));
  fail_if (gives (&bench, 4100 * GST_MSECOND));
  fail_unless (gives (&bench, 4700 * GST_MSECOND));
  /* On without a flush: running time goes on. */
  push_segment (&bench, 1.0, 90 * GST_SECOND, NONE, 1500 * GST_MSECOND);
  fail_if (gives (&bench, 90 * GST_SECOND));
  fail_unless (gives (&bench, 90500 * GST_MSECOND));
  /* Twice as fast. */
  push_segment (&bench, 2.0, 0, NONE, 3 * GST_SECOND);
  fail_unless (gives (&bench, 0));
  fail_if (gives (&bench, 600 * GST_MSECOND));
  fail_unless (gives (&bench, 2000 * GST_MSECOND));
  /* Outside the segment: not shown, and accounted for. */
  push_segment (&bench, 1.0, 10 * GST_SECOND, 20 * GST_SECOND, 5 * GST_SECOND);
  fail_if (gives (&bench, 5 * GST_SECOND));
  fail_if (gives (&bench, 25 * GST_SECOND));
  fail_unless (gives (&bench, 10 * GST_SECOND));
  fail_unless_equals_uint64 (bench_stat (&bench, "frames-in"),
      bench_stat (&bench, "frames-skipped")
          + bench_stat (&bench, "images-out"));
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_interval_backwards)
{
  Bench bench = bench_new ("imbytes interval=1000000000", NULL, INPUT);
  guint n = 0;

  push_segment (&bench, -1.0, 0, 3 * GST_SECOND, 0);
  for (gint i = 89; i >= 0; i--)
    n += gives (&bench, gst_util_uint64_scale (i, GST_SECOND, 30));
  fail_unless_equals_int (n, 3);
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_interval_after_a_flush)
{
  Bench bench = bench_new ("imbytes interval=10000000000", NULL, INPUT);

  fail_unless (gives (&bench, 5 * GST_SECOND));
  fail_if (gives (&bench, 6 * GST_SECOND));
  gst_harness_push_event (bench.harness, gst_event_new_flush_start ());
  gst_harness_push_event (bench.harness, gst_event_new_flush_stop (TRUE));
  push_segment (&bench, 1.0, 0, NONE, 0);
  fail_unless (gives (&bench, 6 * GST_SECOND));
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_interval_changes)
{
  Bench bench = bench_new ("imbytes interval=1000000000", NULL, INPUT);

  fail_unless (gives (&bench, 0));
  fail_if (gives (&bench, 500 * GST_MSECOND));
  g_object_set (bench.element, "interval", (guint64) 100 * GST_MSECOND, NULL);
  fail_unless (gives (&bench, 600 * GST_MSECOND));
  g_object_set (bench.element, "interval", (guint64) 0, NULL);
  fail_unless (gives (&bench, 601 * GST_MSECOND));
  g_object_set (bench.element, "interval", (guint64) 2 * GST_SECOND, NULL);
  fail_if (gives (&bench, 1000 * GST_MSECOND));
  fail_unless (gives (&bench, 2 * GST_SECOND));
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_gaps)
{
  Bench bench = bench_new ("imbytes on-request=true", NULL, INPUT);
  GstEventType expected[] = { GST_EVENT_STREAM_START, GST_EVENT_CAPS,
    GST_EVENT_SEGMENT, GST_EVENT_TAG, GST_EVENT_GAP };
  GstEvent *event;
  GstClockTime pts, duration;
  guint n = 0, gaps;

  gst_harness_push_event (bench.harness,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_TITLE, "a title", NULL)));
  fail_if (gives (&bench, 70 * GST_MSECOND));
  while ((event = gst_harness_try_pull_event (bench.harness)) != NULL) {
    fail_unless (n < G_N_ELEMENTS (expected));
    fail_unless_equals_int (GST_EVENT_TYPE (event), expected[n++]);
    if (GST_EVENT_TYPE (event) == GST_EVENT_GAP) {
      gst_event_parse_gap (event, &pts, &duration);
      fail_unless_equals_uint64 (pts, 70 * GST_MSECOND);
      fail_unless_equals_uint64 (duration, GST_SECOND / 30);
    }
    gst_event_unref (event);
  }
  fail_unless_equals_int (n, G_N_ELEMENTS (expected));
  /* Ten seconds of nothing: some in a second, not one for each frame. */
  for (guint i = 3; i < 300; i++)
    fail_if (gives (&bench, gst_util_uint64_scale (i, GST_SECOND, 30)));
  fail_unless_equals_int (count_answers (&bench, &gaps), 0);
  fail_unless (gaps >= 50 && gaps <= 110, "%u gaps", gaps);
  bench_clear (&bench);
}

GST_END_TEST;

static void
fill_from (GstBuffer *frame, guint8 level, gsize offset, gsize size)
{
  GstMapInfo map;

  gst_buffer_map (frame, &map, GST_MAP_WRITE);
  memset (map.data, 100, map.size);
  memset (map.data + offset, level, size);
  gst_buffer_unmap (frame, &map);
}

/* The first row of cells at @level, the others as always. */
static gboolean
changed (Bench *bench, GstClockTime pts, guint8 level)
{
  GstBuffer *frame = frame_at (pts), *image;

  fill_from (frame, level, 0, 2 * 64);
  fail_unless_equals_int (gst_harness_push (bench->harness, frame),
      GST_FLOW_OK);
  image = gst_harness_try_pull (bench->harness);
  if (image == NULL)
    return FALSE;
  gst_buffer_unref (image);
  return TRUE;
}

GST_START_TEST (test_min_change)
{
  Bench bench = bench_new ("imbytes min-change=0.1", NULL, INPUT);
  GstClockTime t = 0;

  fail_unless (changed (&bench, t++, 100));
  fail_if (changed (&bench, t++, 100));
  fail_if (changed (&bench, t++, 125));
  fail_unless (changed (&bench, t++, 126));
  /* Against the last image, so that slow changes add up. */
  fail_if (changed (&bench, t++, 150));
  fail_unless (changed (&bench, t++, 152));
  fail_unless (changed (&bench, t++, 100));
  /* What was asked for comes, and is what the next are compared with. */
  fail_unless (request (&bench));
  fail_unless (changed (&bench, t++, 110));
  fail_if (changed (&bench, t++, 130));
  fail_unless (changed (&bench, t++, 136));
  fail_unless_equals_uint64 (bench_stat (&bench, "frames-skipped"), 4);
  /* Off and on again. */
  g_object_set (bench.element, "min-change", 0.0, NULL);
  fail_unless (changed (&bench, t++, 136));
  g_object_set (bench.element, "min-change", 0.5, NULL);
  fail_unless (changed (&bench, t++, 136));
  fail_if (changed (&bench, t++, 140));
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_max_interval)
{
  Bench bench = bench_new (
      "imbytes min-change=0.1 interval=1000000000 max-interval=3000000000",
      NULL, INPUT);
  guint expected[] = { 0, 3, 6 }, n = 0;

  for (guint i = 0; i < 8; i++) {
    gboolean came = changed (&bench, i * GST_SECOND, 100);

    fail_unless_equals_int (came, n < 3 && expected[n] == i);
    n += came;
    fail_if (changed (&bench, i * GST_SECOND + 1, 200));
  }
  fail_unless (changed (&bench, 8 * GST_SECOND, 200));
  bench_clear (&bench);
}

GST_END_TEST;

static GstSample *
last_image (GstElement *element)
{
  GstSample *sample;

  g_object_get (element, "last-image", &sample, NULL);
  return sample;
}

/* Preroll without a single image, and the other branch plays on. */
static void
preroll (const gchar *source)
{
  gchar *launch = g_strdup_printf (
      "%s ! video/x-raw,width=64,height=36,framerate=30/1 ! tee name=t "
      "t. ! queue ! imbytes on-request=true name=i ! fakesink name=s "
      "t. ! queue ! fakesink name=other signal-handoffs=true",
      source);
  GstElement *pipeline = gst_parse_launch (launch, NULL);
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), "i");
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  GstBus *bus = gst_element_get_bus (pipeline);
  gboolean accepted = FALSE;
  GstSample *sample;
  GstMessage *eos;

  g_object_set (sink, "sync", TRUE, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  fail_unless (gst_element_get_state (pipeline, NULL, NULL, PATIENCE)
      != GST_STATE_CHANGE_ASYNC);
  fail_unless (last_image (element) == NULL);
  g_signal_emit_by_name (element, "request-image", &accepted);
  fail_unless (accepted);
  fail_unless (BECOMES ((sample = last_image (element)) != NULL));
  gst_sample_unref (sample);
  /* The stream has no end of its own, which would come first on a machine that
   * is busy with other things. */
  gst_element_send_event (pipeline, gst_event_new_eos ());
  eos = gst_bus_timed_pop_filtered (bus, PATIENCE, GST_MESSAGE_EOS);
  fail_unless (eos != NULL);
  gst_message_unref (eos);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (sink);
  gst_object_unref (element);
  gst_object_unref (pipeline);
  g_free (launch);
}

GST_START_TEST (test_preroll)
{
  preroll ("videotestsrc");
  preroll ("videotestsrc is-live=true");
}

GST_END_TEST;

/* A mixer waits for each of its inputs. */
GST_START_TEST (test_mixer_does_not_wait)
{
  if (!have_element ("compositor") || !have_element ("jpegdec"))
    return;
  run_pipeline (
      "videotestsrc num-buffers=90 ! video/x-raw,width=64,height=36,"
      "framerate=30/1 ! tee name=t "
      "t. ! queue max-size-buffers=20 ! imbytes interval=10000000000 ! jpegdec "
      "! compositor name=c ! fakesink "
      "t. ! queue max-size-buffers=20 ! c.");
}

GST_END_TEST;

static Suite *
select_suite (void)
{
  Suite *suite = suite_create ("select");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_interval);
  tcase_add_test (tcase, test_interval_keeps_its_phase);
  tcase_add_test (tcase, test_interval_and_segments);
  tcase_add_test (tcase, test_interval_backwards);
  tcase_add_test (tcase, test_interval_after_a_flush);
  tcase_add_test (tcase, test_interval_changes);
  tcase_add_test (tcase, test_gaps);
  tcase_add_test (tcase, test_min_change);
  tcase_add_test (tcase, test_max_interval);
  tcase_add_test (tcase, test_preroll);
  tcase_add_test (tcase, test_mixer_does_not_wait);
  return suite;
}

GST_CHECK_MAIN (select);
