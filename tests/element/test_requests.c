/* imbytes tests: images that somebody asks for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <string.h>

#include "choosing.h"

GST_START_TEST (test_on_request)
{
  Bench bench = bench_new ("imbytes on-request=true", NULL, INPUT);

  /* Before the first frame; many are one. */
  fail_unless (request (&bench));
  fail_unless (request (&bench));
  fail_unless (gives (&bench, 0));
  fail_if (gives (&bench, GST_SECOND));
  fail_if (gives (&bench, NONE));
  fail_unless (request (&bench));
  fail_unless (gives (&bench, NONE));
  fail_if (gives (&bench, 2 * GST_SECOND));
  g_object_set (bench.element, "on-request", FALSE, NULL);
  fail_unless (gives (&bench, 3 * GST_SECOND));
  fail_unless_equals_uint64 (bench_stat (&bench, "frames-skipped"), 3);
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_WARNING), 0);
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_request_between_intervals)
{
  Bench bench = bench_new ("imbytes interval=1000000000", NULL, INPUT);

  fail_unless (gives (&bench, 0));
  fail_unless (request (&bench));
  fail_unless (gives (&bench, 300 * GST_MSECOND));
  fail_if (gives (&bench, 500 * GST_MSECOND));
  fail_unless (gives (&bench, 1000 * GST_MSECOND));
  bench_clear (&bench);
}

GST_END_TEST;

static void
expect_refusal (Bench *bench, const gchar *part)
{
  GstMessage *message;
  GError *error = NULL;

  fail_if (request (bench));
  message = bench_message (bench, GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
  gst_message_parse_warning (message, &error, NULL);
  fail_unless (strstr (error->message, part) != NULL, "%s", error->message);
  g_error_free (error);
  gst_message_unref (message);
}

GST_START_TEST (test_refusals)
{
  Bench bench =
      bench_new ("imbytes snapshot=true on-request=true", NULL, INPUT);

  fail_if (gives (&bench, 0));
  fail_unless (request (&bench));
  fail_unless (gives (&bench, 1));
  expect_refusal (&bench, "snapshot");
  fail_if (gives (&bench, 2));
  /* Another stream, another snapshot. */
  gst_harness_push_event (bench.harness, gst_event_new_stream_start ("other"));
  gst_harness_set_src_caps_str (bench.harness, INPUT);
  push_segment (&bench, 1.0, 0, NONE, 0);
  fail_unless (request (&bench));
  fail_unless (gives (&bench, 3));
  bench_clear (&bench);

  bench = bench_new ("imbytes", NULL, INPUT);
  fail_unless (gives (&bench, 0));
  gst_harness_push_event (bench.harness, gst_event_new_eos ());
  expect_refusal (&bench, "ended");
  bench_clear (&bench);
}

GST_END_TEST;

/* A frame that is broken is not an answer. */
GST_START_TEST (test_request_survives_a_broken_frame)
{
  Bench bench = bench_new ("imbytes on-request=true", NULL, INPUT);

  fail_if (gives (&bench, 0));
  fail_unless (request (&bench));
  gst_harness_push (bench.harness, gst_buffer_new_allocate (NULL, 7, NULL));
  fail_unless (gst_harness_try_pull (bench.harness) == NULL);
  fail_unless (gives (&bench, GST_SECOND));
  fail_if (gives (&bench, 2 * GST_SECOND));
  bench_clear (&bench);
}

GST_END_TEST;

/* Downstream's key units, and the answer that encoders give. */
GST_START_TEST (test_force_key_unit)
{
  Bench bench = bench_new ("imbytes on-request=true", NULL, INPUT);
  guint gaps;

  fail_if (gives (&bench, 0));
  gst_harness_push_upstream_event (bench.harness,
      gst_video_event_new_upstream_force_key_unit (NONE, TRUE, 1));
  fail_unless (gives (&bench, GST_SECOND));
  fail_unless_equals_int (count_answers (&bench, &gaps), 1);
  /* For a time to come. */
  gst_harness_push_upstream_event (bench.harness,
      gst_video_event_new_upstream_force_key_unit (3 * GST_SECOND, FALSE, 2));
  fail_if (gives (&bench, 2 * GST_SECOND));
  fail_unless_equals_int (count_answers (&bench, &gaps), 0);
  fail_unless (gives (&bench, 3 * GST_SECOND));
  fail_unless_equals_int (count_answers (&bench, &gaps), 1);
  /* From upstream, in the stream. */
  gst_harness_push_event (bench.harness,
      gst_video_event_new_downstream_force_key_unit (4 * GST_SECOND,
          4 * GST_SECOND, 4 * GST_SECOND, FALSE, 3));
  fail_unless (gives (&bench, 4 * GST_SECOND));
  fail_unless_equals_int (count_answers (&bench, &gaps), 1);
  fail_if (gives (&bench, 5 * GST_SECOND));
  bench_clear (&bench);
}

GST_END_TEST;

/* In order: what describes the stream, then that there is nothing of it yet. */
static gpointer
ask_often (gpointer element)
{
  gboolean accepted;

  for (guint i = 0; i < 200; i++)
    g_signal_emit_by_name (element, "request-image", &accepted);
  return NULL;
}

GST_START_TEST (test_ten_threads)
{
  Bench bench = bench_new ("imbytes on-request=true", NULL, INPUT);
  GThread *threads[10];
  guint n = 0;

  for (guint i = 0; i < 10; i++)
    threads[i] = g_thread_new ("asks", ask_often, bench.element);
  for (guint i = 0; i < 100; i++)
    n += gives (&bench, i * GST_MSECOND);
  for (guint i = 0; i < 10; i++)
    g_thread_join (threads[i]);
  n += gives (&bench, GST_SECOND);
  fail_unless (n >= 1);
  fail_if (gives (&bench, 2 * GST_SECOND));
  fail_unless_equals_uint64 (bench_stat (&bench, "images-out"), n);
  bench_clear (&bench);
}

GST_END_TEST;

static Suite *
requests_suite (void)
{
  Suite *suite = suite_create ("requests");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_on_request);
  tcase_add_test (tcase, test_request_between_intervals);
  tcase_add_test (tcase, test_refusals);
  tcase_add_test (tcase, test_request_survives_a_broken_frame);
  tcase_add_test (tcase, test_force_key_unit);
  tcase_add_test (tcase, test_ten_threads);
  return suite;
}

GST_CHECK_MAIN (requests);
