/* imbytes tests: buffers on their way through, snapshots, statistics.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "common.h"

#define INPUT "video/x-raw,format=I420,width=64,height=48,framerate=30/1"

static guint
images_out (GstElement *imbytes)
{
  GstStructure *stats;
  guint64 n = 0;

  g_object_get (imbytes, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, "images-out", &n);
  gst_structure_free (stats);
  return (guint) n;
}

/* In PAUSED no frame comes, and what was asked for comes with the next. */
GST_START_TEST (test_request_while_paused)
{
  GstElement *pipeline = gst_parse_launch (
      "videotestsrc ! video/x-raw,width=64,height=48,framerate=30/1 ! "
      "imbytes name=imbytes on-request=true ! fakesink sync=true",
      NULL);
  GstElement *imbytes = gst_bin_get_by_name (GST_BIN (pipeline), "imbytes");
  gboolean accepted = FALSE;

  g_signal_emit_by_name (imbytes, "request-image", &accepted);
  fail_unless (accepted);
  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  fail_unless_equals_int (gst_element_get_state (pipeline, NULL, NULL,
                              PATIENCE),
      GST_STATE_CHANGE_SUCCESS);
  fail_unless_equals_int (images_out (imbytes), 1);
  g_signal_emit_by_name (imbytes, "request-image", &accepted);
  fail_unless (accepted);
  g_usleep (100000);
  fail_unless_equals_int (images_out (imbytes), 1);
  /* A flushing seek brings a frame. */
  fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_TIME,
      GST_SEEK_FLAG_FLUSH, 0));
  fail_unless (BECOMES (images_out (imbytes) == 2));
  gst_element_get_state (pipeline, NULL, NULL, PATIENCE);
  g_signal_emit_by_name (imbytes, "request-image", &accepted);
  fail_unless (accepted);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  fail_unless (BECOMES (images_out (imbytes) == 3));
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (imbytes);
  gst_object_unref (pipeline);
}

GST_END_TEST;

static GstBuffer *
timed_frame (GstClockTime pts)
{
  GstBuffer *frame = frame_new_for_caps (INPUT);

  GST_BUFFER_PTS (frame) = pts;
  GST_BUFFER_DURATION (frame) = GST_SECOND / 30;
  return frame;
}

GST_START_TEST (test_times)
{
  static const GstClockTime times[] = { 0, 33333333, 3600 * GST_SECOND,
    3600 * GST_SECOND + 1, GST_CLOCK_TIME_NONE };
  Bench bench = bench_new ("imbytes", NULL, INPUT);

  for (guint i = 0; i < G_N_ELEMENTS (times); i++) {
    GstBuffer *image = bench_push (&bench, timed_frame (times[i]));

    fail_unless_equals_uint64 (GST_BUFFER_PTS (image), times[i]);
    fail_unless_equals_uint64 (GST_BUFFER_DURATION (image), GST_SECOND / 30);
    fail_if (GST_BUFFER_FLAG_IS_SET (image, GST_BUFFER_FLAG_DELTA_UNIT));
    gst_buffer_unref (image);
  }
  bench_clear (&bench);
}

GST_END_TEST;

/* In both codecs, and so that a stricter downstream can rely on it. */
GST_START_TEST (test_memory)
{
  static const gchar *const launches[] = { "imbytes", "imbytes format=png",
    "imbytes progressive=true", "imbytes width=700 format=png" };

  for (guint i = 0; i < G_N_ELEMENTS (launches); i++) {
    Bench bench = bench_new (launches[i], NULL, INPUT);
    GstBuffer *image = bench_push (&bench, timed_frame (0));
    gsize offset, maxsize,
        size = gst_buffer_get_sizes (image, &offset, &maxsize);

    fail_unless_equals_int (gst_buffer_n_memory (image), 1);
    fail_unless_equals_int (offset, 0);
    fail_unless_equals_int (maxsize, size);
    fail_unless (gst_buffer_is_writable (image));
    gst_buffer_unref (image);
    bench_clear (&bench);
  }
}

GST_END_TEST;

GST_START_TEST (test_metas)
{
  Bench bench = bench_new ("imbytes width=32", NULL, INPUT);
  GstCaps *reference = gst_caps_new_empty_simple ("timestamp/x-unix");
  GstBuffer *frame = timed_frame (0), *image;
  GstReferenceTimestampMeta *meta;

  gst_buffer_add_reference_timestamp_meta (frame, reference, 1234, 5);
  gst_buffer_add_video_meta (frame, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_I420, 64, 48);
  gst_buffer_add_video_region_of_interest_meta (frame, "face", 1, 2, 3, 4);
  image = bench_push (&bench, frame);
  meta = gst_buffer_get_reference_timestamp_meta (image, reference);
  fail_unless (meta != NULL);
  fail_unless_equals_uint64 (meta->timestamp, 1234);
  fail_unless (gst_buffer_get_video_meta (image) == NULL);
  fail_unless (
      gst_buffer_get_meta (image, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)
      == NULL);
  gst_caps_unref (reference);
  gst_buffer_unref (image);
  bench_clear (&bench);
}

GST_END_TEST;

static GstTagList *
received_tags (Bench *bench)
{
  GstTagList *tags = NULL;
  GstEvent *event;

  while ((event = gst_harness_try_pull_event (bench->harness)) != NULL) {
    if (GST_EVENT_TYPE (event) == GST_EVENT_TAG) {
      g_clear_pointer (&tags, gst_tag_list_unref);
      gst_event_parse_tag (event, &tags);
      gst_tag_list_ref (tags);
    }
    gst_event_unref (event);
  }
  return tags;
}

GST_START_TEST (test_tags)
{
  Bench bench = bench_new ("imbytes", NULL, INPUT);
  GstTagList *tags;
  gchar *title = NULL;

  gst_harness_push_event (bench.harness,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_TITLE, "a title", NULL)));
  gst_buffer_unref (bench_push (&bench, timed_frame (0)));
  tags = received_tags (&bench);
  fail_unless (tags != NULL);
  fail_unless (gst_tag_list_get_string (tags, GST_TAG_TITLE, &title));
  fail_unless_equals_string (title, "a title");
  g_free (title);
  gst_tag_list_unref (tags);
  bench_clear (&bench);
}

GST_END_TEST;

static gboolean
saw_eos (Bench *bench)
{
  gboolean eos = FALSE;
  GstEvent *event;

  while ((event = gst_harness_try_pull_event (bench->harness)) != NULL) {
    eos |= GST_EVENT_TYPE (event) == GST_EVENT_EOS;
    gst_event_unref (event);
  }
  return eos;
}

/* One image and the end; frames that still come are swallowed, until a flush
 * or another stream begins anew. */
GST_START_TEST (test_snapshot)
{
  Bench bench = bench_new ("imbytes snapshot=true", NULL, INPUT);
  GstEvent *eos;
  guint32 seqnum;

  gst_buffer_unref (bench_push (&bench, timed_frame (0)));
  fail_unless (saw_eos (&bench));
  for (guint i = 1; i < 5; i++)
    fail_unless_equals_int (gst_harness_push (bench.harness,
                                timed_frame (i * GST_SECOND)),
        GST_FLOW_OK);
  fail_unless_equals_int (gst_harness_buffers_received (bench.harness), 1);
  fail_unless_equals_int (bench_stat (&bench, "frames-in"), 5);
  fail_unless_equals_int (bench_stat (&bench, "images-out"), 1);
  fail_unless_equals_int (bench_stat (&bench, "frames-skipped"), 4);

  gst_harness_push_event (bench.harness, gst_event_new_flush_start ());
  gst_harness_push_event (bench.harness, gst_event_new_flush_stop (TRUE));
  {
    GstSegment segment;
    GstEvent *event;

    gst_segment_init (&segment, GST_FORMAT_TIME);
    event = gst_event_new_segment (&segment);
    seqnum = gst_event_get_seqnum (event);
    gst_harness_push_event (bench.harness, event);
  }
  gst_buffer_unref (bench_push (&bench, timed_frame (0)));
  eos = gst_pad_get_sticky_event (bench.harness->sinkpad, GST_EVENT_EOS, 0);
  fail_unless (eos != NULL);
  fail_unless_equals_int (gst_event_get_seqnum (eos), seqnum);
  gst_event_unref (eos);
  bench_clear (&bench);
}

GST_END_TEST;

/* The image in hand, at any time, and downstream's buffer stays its own. */
GST_START_TEST (test_last_image)
{
  Bench bench = bench_new ("imbytes", NULL, INPUT);
  GstSample *sample = NULL;
  GstBuffer *image, *last;
  GstCaps *caps;

  g_object_get (bench.element, "last-image", &sample, NULL);
  fail_unless (sample == NULL);
  image = bench_push (&bench, timed_frame (7));
  fail_unless (gst_buffer_is_writable (image));
  g_object_get (bench.element, "last-image", &sample, NULL);
  fail_unless (sample != NULL);
  last = gst_sample_get_buffer (sample);
  fail_unless (buffers_are_equal (image, last));
  fail_unless_equals_uint64 (GST_BUFFER_PTS (last), 7);
  fail_unless (
      gst_buffer_peek_memory (image, 0) == gst_buffer_peek_memory (last, 0));
  caps = gst_pad_get_current_caps (bench.harness->sinkpad);
  fail_unless (gst_caps_is_equal (gst_sample_get_caps (sample), caps));
  fail_unless_equals_int (gst_sample_get_segment (sample)->format,
      GST_FORMAT_TIME);
  gst_caps_unref (caps);
  /* Writing to one does not reach the other. */
  gst_buffer_memset (image, 0, 0, 10);
  fail_if (buffers_are_equal (image, last));
  gst_sample_unref (sample);
  gst_buffer_unref (image);
  bench_clear (&bench);
}

GST_END_TEST;

static gpointer
read_outcomes (gpointer element)
{
  for (guint i = 0; i < 300; i++) {
    GstSample *sample = NULL;
    GstStructure *stats = NULL;

    g_object_get (element, "last-image", &sample, "stats", &stats, NULL);
    if (sample != NULL) {
      Picture picture = picture_decode (gst_sample_get_buffer (sample));

      picture_clear (&picture);
      gst_sample_unref (sample);
    }
    gst_structure_free (stats);
  }
  return NULL;
}

GST_START_TEST (test_outcomes_from_a_thread)
{
  Bench bench = bench_new ("imbytes", NULL, INPUT);
  GThread *thread = g_thread_new ("reader", read_outcomes, bench.element);

  for (guint i = 0; i < 300; i++)
    gst_buffer_unref (bench_push (&bench, timed_frame (i)));
  g_thread_join (thread);
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_stats)
{
  Bench bench = bench_new ("imbytes", NULL, INPUT);
  guint64 bytes = 0;

  for (guint i = 0; i < 3; i++) {
    GstBuffer *image = bench_push (&bench, timed_frame (i));

    bytes += gst_buffer_get_size (image);
    gst_buffer_unref (image);
  }
  fail_unless_equals_uint64 (bench_stat (&bench, "frames-in"), 3);
  fail_unless_equals_uint64 (bench_stat (&bench, "images-out"), 3);
  fail_unless_equals_uint64 (bench_stat (&bench, "bytes-out"), bytes);
  fail_unless (bench_stat (&bench, "average-encode-time") > 0);
  fail_unless (bench_stat (&bench, "last-encode-time") > 0);
  bench_clear (&bench);
}

GST_END_TEST;

/* Late frames are left out where that was asked for. GStreamer 1.26 takes no sink for
 * more than a second late. */
GST_START_TEST (test_qos)
{
  Bench bench = bench_new ("imbytes qos=true", NULL, INPUT);

  gst_buffer_unref (bench_push (&bench, timed_frame (0)));
  gst_harness_push_upstream_event (bench.harness,
      gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 2.0, 10 * GST_SECOND, 0));
  fail_unless_equals_int (gst_harness_push (bench.harness,
                              timed_frame (GST_SECOND / 2)),
      GST_FLOW_OK);
  fail_unless_equals_int (gst_harness_buffers_received (bench.harness), 1);
  fail_unless_equals_int (bench_stat (&bench, "frames-skipped"), 1);
  gst_buffer_unref (bench_push (&bench, timed_frame (60 * GST_SECOND)));
  bench_clear (&bench);
}

GST_END_TEST;

/* The same bytes from any element, at any time, after any other frame. */
GST_START_TEST (test_same_bytes)
{
  static const gchar *const launches[] = { "imbytes", "imbytes format=png",
    "imbytes width=17 height=33", "imbytes width=321",
    "imbytes width=426 optimize=true" };

  for (guint i = 0; i < G_N_ELEMENTS (launches); i++) {
    Bench one = bench_new (launches[i], NULL, INPUT);
    Bench other = bench_new (launches[i], NULL, INPUT);
    GstBuffer *start = bench_push (&one, timed_frame (0)), *again, *elsewhere;

    gst_harness_push (one.harness, frame_new (&(GstVideoInfo){ .size = 4608 }));
    gst_buffer_unref (gst_harness_pull (one.harness));
    again = bench_push (&one, timed_frame (0));
    elsewhere = bench_push (&other, timed_frame (0));
    fail_unless (buffers_are_equal (start, again), "%s", launches[i]);
    fail_unless (buffers_are_equal (start, elsewhere), "%s", launches[i]);
    gst_buffer_unref (start);
    gst_buffer_unref (again);
    gst_buffer_unref (elsewhere);
    bench_clear (&one);
    bench_clear (&other);
  }
}

GST_END_TEST;

GST_START_TEST (test_restart)
{
  GstElement *element = gst_element_factory_make ("imbytes", NULL);

  for (guint i = 0; i < 3; i++) {
    GstHarness *harness = gst_harness_new_with_element (element, "sink", "src");

    gst_harness_set_src_caps_str (harness, INPUT);
    gst_harness_push (harness, timed_frame (0));
    gst_buffer_unref (gst_harness_pull (harness));
    gst_harness_teardown (harness);
    gst_element_set_state (element, GST_STATE_NULL);
  }
  gst_object_unref (element);
}

GST_END_TEST;

static Suite *
lifecycle_suite (void)
{
  Suite *suite = suite_create ("lifecycle");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_times);
  tcase_add_test (tcase, test_request_while_paused);
  tcase_add_test (tcase, test_memory);
  tcase_add_test (tcase, test_metas);
  tcase_add_test (tcase, test_tags);
  tcase_add_test (tcase, test_snapshot);
  tcase_add_test (tcase, test_last_image);
  tcase_add_test (tcase, test_outcomes_from_a_thread);
  tcase_add_test (tcase, test_stats);
  tcase_add_test (tcase, test_qos);
  tcase_add_test (tcase, test_same_bytes);
  tcase_add_test (tcase, test_restart);
  return suite;
}

GST_CHECK_MAIN (lifecycle);
