/* imbytes tests: events in any order.
 *
 * What comes out is looked at by watch.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "watch.h"

static const gchar *const launches[] = { "imbytes", "imbytes format=png",
  "imbytes snapshot=true", "imbytes interval=100000000",
  "imbytes on-request=true", "imbytes min-change=0.1 max-interval=500000000",
  "imbytes video-direction=auto", "imbytes metadata=true post-messages=true",
  "imbytes max-bytes=900 width=40", "imbytes qos=true" };

static const gchar *const inputs[] = {
  "video/x-raw,format=I420,width=64,height=48,framerate=30/1",
  "video/x-raw,format=RGB,width=30,height=50,framerate=25/1",
  "video/x-raw,format=GRAY8,width=1,height=1,framerate=0/1",
  ("video/x-raw,format=P010_10LE,width=33,height=17,framerate=30/1,"
   "interlace-mode=interleaved"),
};

/* A stream that is driven step by step, each drawn at random. */
typedef struct
{
  Bench bench;
  GRand *random;
  const gchar *caps;
  GstClockTime time;
} Storm;

static void
send (Storm *storm, GstEvent *event)
{
  gst_harness_push_event (storm->bench.harness, event);
}

static void
send_segment (Storm *storm)
{
  static const gdouble rates[] = { 1.0, 1.0, 2.0, 0.5, -1.0 };
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.rate = rates[g_rand_int_range (storm->random, 0, 5)];
  segment.start = g_rand_int_range (storm->random, 0, 3) * (guint64) GST_SECOND;
  segment.stop = g_rand_boolean (storm->random) || segment.rate < 0.0
      ? segment.start + 100 * GST_SECOND
      : GST_CLOCK_TIME_NONE;
  segment.time = segment.start;
  segment.base = storm->time;
  send (storm, gst_event_new_segment (&segment));
}

static void
send_caps (Storm *storm)
{
  GstCaps *caps;

  storm->caps =
      inputs[g_rand_int_range (storm->random, 0, G_N_ELEMENTS (inputs))];
  caps = gst_caps_from_string (storm->caps);
  send (storm, gst_event_new_caps (caps));
  gst_caps_unref (caps);
}

static void
send_tags (Storm *storm)
{
  static const gchar *const turns[] = { "rotate-0", "rotate-90",
    "flip-rotate-180" };

  send (storm,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_IMAGE_ORIENTATION,
          turns[g_rand_int_range (storm->random, 0, 3)], GST_TAG_TITLE, "title",
          NULL)));
}

static void
send_flush (Storm *storm)
{
  send (storm, gst_event_new_flush_start ());
  if (g_rand_boolean (storm->random))
    send (storm, gst_event_new_flush_start ());
  send (storm, gst_event_new_flush_stop (g_rand_boolean (storm->random)));
  send_segment (storm);
}

static void
send_stream (Storm *storm)
{
  gchar *id = g_strdup_printf ("stream %u", g_rand_int (storm->random));

  send (storm, gst_event_new_stream_start (id));
  if (g_rand_boolean (storm->random))
    send_caps (storm);
  send_segment (storm);
  g_free (id);
}

static void
send_from_downstream (Storm *storm)
{
  GstEvent *event = g_rand_boolean (storm->random)
      ? gst_event_new_reconfigure ()
      : gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE,
          g_rand_boolean (storm->random), 7);

  gst_harness_push_upstream_event (storm->bench.harness, event);
}

static void
send_frame (Storm *storm)
{
  GstBuffer *frame = frame_new_for_caps (storm->caps);
  GstFlowReturn ret;

  if (g_rand_int_range (storm->random, 0, 10) > 0)
    GST_BUFFER_PTS (frame) = storm->time;
  if (g_rand_boolean (storm->random))
    GST_BUFFER_DURATION (frame) = GST_SECOND / 30;
  if (g_rand_int_range (storm->random, 0, 20) == 0)
    gst_buffer_set_size (frame, gst_buffer_get_size (frame) / 2);
  storm->time += GST_SECOND / 30;
  ret = gst_harness_push (storm->bench.harness, frame);
  fail_unless (ret == GST_FLOW_OK || ret == GST_FLOW_EOS, "%s",
      gst_flow_get_name (ret));
}

static void
step (Storm *storm)
{
  gboolean accepted;

  switch (g_rand_int_range (storm->random, 0, 24)) {
    case 0:
      send_flush (storm);
      break;
    case 1:
      send_stream (storm);
      break;
    case 2:
      send (storm, gst_event_new_eos ());
      break;
    case 3:
      send_segment (storm);
      break;
    case 4:
      send_caps (storm);
      break;
    case 5:
      send_tags (storm);
      break;
    case 6:
      send (storm, gst_event_new_gap (storm->time, GST_SECOND / 30));
      break;
    case 7:
      send_from_downstream (storm);
      break;
    case 8:
      g_signal_emit_by_name (storm->bench.element, "request-image", &accepted);
      break;
    default:
      send_frame (storm);
      break;
  }
}

GST_START_TEST (test_random_walk)
{
  Storm storm = { .random = g_rand_new_with_seed (__i__), .caps = inputs[0] };
  Watch *watch;

  storm.bench =
      bench_new (launches[__i__ % G_N_ELEMENTS (launches)], NULL, storm.caps);
  gst_harness_set_drop_buffers (storm.bench.harness, TRUE);
  watch = watch_new (storm.bench.element);
  for (guint i = 0; i < 400; i++)
    step (&storm);
  watch_check_stats (watch);
  /* And it is still alive. */
  send_flush (&storm);
  send_stream (&storm);
  send_frame (&storm);
  fail_unless_equals_int (bench_count (&storm.bench, GST_MESSAGE_ERROR), 0);
  watch_check_stats (watch);
  watch_free (watch);
  bench_clear (&storm.bench);
  g_rand_free (storm.random);
}

GST_END_TEST;

static Suite *
storms_suite (void)
{
  Suite *suite = suite_create ("storms");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_random_walk, 0, 100);
  return suite;
}

GST_CHECK_MAIN (storms);
