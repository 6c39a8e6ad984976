/* imbytes tests: broken frames and other mishaps.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "common.h"

#define INPUT "video/x-raw,format=I420,width=64,height=48,framerate=30/1"

static void
push_short (Bench *bench, gsize size)
{
  GstBuffer *frame = frame_new_for_caps (INPUT);

  gst_buffer_set_size (frame, size);
  fail_unless_equals_int (gst_harness_push (bench->harness, frame),
      GST_FLOW_OK);
}

static void
push_whole (Bench *bench)
{
  gst_buffer_unref (bench_push (bench, frame_new_for_caps (INPUT)));
}

/* One warning for as long as it lasts; the stream goes on. */
GST_START_TEST (test_short_frames)
{
  Bench bench = bench_new ("imbytes", NULL, INPUT);

  push_short (&bench, 100);
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_WARNING), 1);
  push_short (&bench, 0);
  push_short (&bench, 64 * 48 * 3 / 2 - 1);
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_WARNING), 0);
  push_whole (&bench);
  push_short (&bench, 64);
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_WARNING), 1);
  push_whole (&bench);
  fail_unless_equals_int (gst_harness_buffers_received (bench.harness), 2);
  fail_unless_equals_int (bench_stat (&bench, "frames-in"), 6);
  fail_unless_equals_int (bench_stat (&bench, "images-out"), 2);
  fail_unless_equals_int (bench_stat (&bench, "images-dropped"), 4);
  fail_unless_equals_int (bench_stat (&bench, "frames-skipped"), 0);
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_ERROR), 0);
  bench_clear (&bench);
}

GST_END_TEST;

/* A GstVideoMeta that promises more than there is. */
static void
check_broken_meta (GstVideoFormat format, gint width, gint height,
    gsize last_offset, gint last_stride)
{
  Bench bench = bench_new ("imbytes", NULL, INPUT);
  GstBuffer *frame = frame_new_for_caps (INPUT);
  gsize offset[4] = { 0, 64 * 48, last_offset, 0 };
  gint stride[4] = { 64, 32, last_stride, 0 };

  gst_buffer_add_video_meta_full (frame, GST_VIDEO_FRAME_FLAG_NONE, format,
      width, height, 3, offset, stride);
  fail_unless_equals_int (gst_harness_push (bench.harness, frame), GST_FLOW_OK);
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_WARNING), 1);
  fail_unless_equals_int (gst_harness_buffers_received (bench.harness), 0);
  push_whole (&bench);
  bench_clear (&bench);
}

GST_START_TEST (test_broken_metas)
{
  gsize v = 64 * 48 * 5 / 4;

  check_broken_meta (GST_VIDEO_FORMAT_I420, 64, 48, v, 33);
  check_broken_meta (GST_VIDEO_FORMAT_I420, 64, 48, v + 1, 32);
  check_broken_meta (GST_VIDEO_FORMAT_I420, 64, 48, v * 10, 32);
  check_broken_meta (GST_VIDEO_FORMAT_I420, 64, 48, 100, -32);
  check_broken_meta (GST_VIDEO_FORMAT_I420, 63, 48, v, 32);
  check_broken_meta (GST_VIDEO_FORMAT_I420, 64, 47, v, 32);
  check_broken_meta (GST_VIDEO_FORMAT_YV12, 64, 48, v, 32);
}

GST_END_TEST;

GST_START_TEST (test_short_first_frame)
{
  Bench bench = bench_new ("imbytes", NULL, INPUT);

  push_short (&bench, 1);
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_ERROR), 0);
  push_whole (&bench);
  bench_clear (&bench);
}

GST_END_TEST;

/* A change to settings that downstream cannot take ends the stream in words. */
GST_START_TEST (test_refused_in_playing)
{
  Bench bench = bench_new ("imbytes", "image/jpeg,width=[1,100]", INPUT);

  push_whole (&bench);
  g_object_set (bench.element, "width", 200, NULL);
  fail_unless_equals_int (gst_harness_push (bench.harness,
                              frame_new_for_caps (INPUT)),
      GST_FLOW_NOT_NEGOTIATED);
  bench_expect_error (&bench, "width property asks for 200");
  bench_clear (&bench);
}

GST_END_TEST;

/* Larger than JPEG can be, after all was well. */
GST_START_TEST (test_too_large_in_playing)
{
  Bench bench = bench_new ("imbytes", NULL, INPUT);

  push_whole (&bench);
  g_object_set (bench.element, "width", 65501, NULL);
  fail_unless_equals_int (gst_harness_push (bench.harness,
                              frame_new_for_caps (INPUT)),
      GST_FLOW_NOT_NEGOTIATED);
  bench_expect_error (&bench, "65500");
  g_object_set (bench.element, "width", 65, NULL);
  push_whole (&bench);
  fail_unless_equals_int (bench_out_int (&bench, "width"), 65);
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_frame_before_caps)
{
  Bench bench = bench_new ("imbytes", NULL, NULL);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (bench.harness, gst_event_new_stream_start ("s"));
  gst_harness_push_event (bench.harness, gst_event_new_segment (&segment));
  fail_unless_equals_int (gst_pad_push (bench.harness->srcpad,
                              frame_new_for_caps (INPUT)),
      GST_FLOW_NOT_NEGOTIATED);
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_ERROR), 1);
  bench_clear (&bench);
}

GST_END_TEST;

/* What downstream returns goes upstream, and is no error of this element. */
GST_START_TEST (test_downstream_flow)
{
  Bench bench = bench_new ("imbytes", NULL, INPUT);

  push_whole (&bench);
  gst_pad_set_active (bench.harness->sinkpad, FALSE);
  fail_unless_equals_int (gst_harness_push (bench.harness,
                              frame_new_for_caps (INPUT)),
      GST_FLOW_FLUSHING);
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_ERROR), 0);
  bench_clear (&bench);
}

GST_END_TEST;

/* With video-direction=auto, downstream is asked when the first frame comes, also
 * where that is only skipped. */
GST_START_TEST (test_refused_before_any_image)
{
  static const gchar *const launches[] = {
    "imbytes video-direction=auto width=100",
    "imbytes video-direction=auto width=100 on-request=true"
  };

  for (guint i = 0; i < G_N_ELEMENTS (launches); i++) {
    Bench bench = bench_new (launches[i], "image/jpeg,width=50", INPUT);

    for (guint k = 0; k < 3; k++)
      fail_unless_equals_int (gst_harness_push (bench.harness,
                                  frame_new_for_caps (INPUT)),
          GST_FLOW_NOT_NEGOTIATED);
    bench_expect_error (&bench, "width=50");
    bench_clear (&bench);
  }
}

GST_END_TEST;

static Suite *
errors_suite (void)
{
  Suite *suite = suite_create ("errors");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_short_frames);
  tcase_add_test (tcase, test_broken_metas);
  tcase_add_test (tcase, test_short_first_frame);
  tcase_add_test (tcase, test_refused_in_playing);
  tcase_add_test (tcase, test_too_large_in_playing);
  tcase_add_test (tcase, test_frame_before_caps);
  tcase_add_test (tcase, test_refused_before_any_image);
  tcase_add_test (tcase, test_downstream_flow);
  return suite;
}

GST_CHECK_MAIN (errors);
