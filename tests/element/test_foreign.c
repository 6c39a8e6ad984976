/* imbytes tests: other threads do to a stream what they like while it flows.
 *
 * Under ThreadSanitizer, each access of the plugin that is not in order shows.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "common.h"

#define INPUT "video/x-raw,format=I420,width=64,height=48,framerate=30/1"
#define N_FRAMES 400

/* As the stream lock of a source: what is in order with the stream, in it and in
 * the other thread. */
static GMutex in_order;

/* One element, its stream in a thread of its own, and one of those who meddle. */
typedef struct
{
  Bench bench;
  GThread *thread;
  void (*meddle) (GstElement *element, GstHarness *harness, guint turn);
  gint running;
  gint n_turns;
} Meeting;

static GstBuffer *
new_frame (guint i)
{
  GstBuffer *frame = frame_new_for_caps (INPUT);

  GST_BUFFER_PTS (frame) = i * GST_SECOND / 30;
  GST_BUFFER_DURATION (frame) = GST_SECOND / 30;
  if (i % 3 == 0)
    gst_buffer_add_video_region_of_interest_meta (frame, "face", 1, 2, 30, 20);
  return frame;
}

static gpointer
meddle (gpointer user_data)
{
  Meeting *meeting = user_data;

  while (g_atomic_int_get (&meeting->running))
    meeting->meddle (meeting->bench.element, meeting->bench.harness,
        (guint) g_atomic_int_add (&meeting->n_turns, 1));
  return NULL;
}

static void
push_segment (GstHarness *harness)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (harness, gst_event_new_segment (&segment));
}

static void
push_tags (GstHarness *harness, guint i)
{
  static const gchar *const turns[] = { "rotate-0", "rotate-90" };

  gst_harness_push_event (harness,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_IMAGE_ORIENTATION,
          turns[i % 2], GST_TAG_TITLE, "title", NULL)));
}

/* A stream, with what comes in one from upstream. */
static void
stream (GstHarness *harness, guint first, guint n)
{
  for (guint i = first; i < first + n; i++) {
    GstFlowReturn ret;

    g_mutex_lock (&in_order);
    ret = gst_harness_push (harness, new_frame (i));
    fail_unless (ret == GST_FLOW_OK || ret == GST_FLOW_FLUSHING
            || ret == GST_FLOW_EOS,
        "%s", gst_flow_get_name (ret));
    if (i % 7 == 0)
      push_tags (harness, i);
    if (i % 31 == 0 || ret == GST_FLOW_EOS)
      push_segment (harness);
    g_mutex_unlock (&in_order);
  }
}

/* Goes on until the other thread has had its turns, too. */
static void
meet (const gchar *launch,
    void (*do_meddle) (GstElement *element, GstHarness *harness, guint turn))
{
  Meeting meeting = { .bench = bench_new (launch, NULL, INPUT),
    .meddle = do_meddle,
    .running = TRUE };
  GstHarness *harness = meeting.bench.harness;

  gst_harness_set_drop_buffers (harness, TRUE);
  meeting.thread = g_thread_new ("meddler", meddle, &meeting);
  for (guint i = 0; i < N_FRAMES || g_atomic_int_get (&meeting.n_turns) == 0;
       i += 20)
    stream (harness, i, 20);
  g_atomic_int_set (&meeting.running, FALSE);
  g_thread_join (meeting.thread);
  fail_unless (meeting.n_turns > 0);
  fail_unless_equals_int (bench_count (&meeting.bench, GST_MESSAGE_ERROR), 0);
  bench_clear (&meeting.bench);
}

static const gchar *const launches[] = { "imbytes", "imbytes on-request=true",
  "imbytes interval=50000000 min-change=0.1 post-messages=true",
  "imbytes roi=crop max-bytes=2000 metadata=true",
  "imbytes snapshot=true video-direction=auto" };

static void
meet_all (
    void (*do_meddle) (GstElement *element, GstHarness *harness, guint turn))
{
  for (guint i = 0; i < G_N_ELEMENTS (launches); i++)
    meet (launches[i], do_meddle);
}

/* flush-start breaks into the stream; flush-stop waits for it. */
static void
flush (GstElement *element, GstHarness *harness, guint turn)
{
  (void) element;
  gst_harness_push_event (harness, gst_event_new_flush_start ());
  g_mutex_lock (&in_order);
  gst_harness_push_event (harness, gst_event_new_flush_stop (turn % 2));
  push_segment (harness);
  g_mutex_unlock (&in_order);
}

GST_START_TEST (test_flush)
{
  meet_all (flush);
}

GST_END_TEST;

/* What an application sends an element that is no source goes downstream. */
static void
send_events (GstElement *element, GstHarness *harness, guint turn)
{
  (void) harness;
  switch (turn % 4) {
    case 0:
      gst_element_send_event (element,
          gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE,
              TRUE, turn));
      break;
    case 1:
      gst_element_send_event (element,
          gst_event_new_seek (1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
              GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, 0));
      break;
    case 2:
      gst_element_send_event (element,
          gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 1.1, 1, 0));
      break;
    default:
      gst_element_send_event (element, gst_event_new_latency (turn));
      break;
  }
}

GST_START_TEST (test_events)
{
  meet_all (send_events);
}

GST_END_TEST;

/* The end, and a flush that opens the stream again. */
static void
end (GstElement *element, GstHarness *harness, guint turn)
{
  g_mutex_lock (&in_order);
  gst_harness_push_event (harness, gst_event_new_eos ());
  g_mutex_unlock (&in_order);
  flush (element, harness, turn);
}

GST_START_TEST (test_end)
{
  meet_all (end);
}

GST_END_TEST;

static void
ask_from_downstream (GstElement *element, GstHarness *harness, guint turn)
{
  GstQuery *query = gst_query_new_latency ();

  (void) element;
  gst_harness_push_upstream_event (harness, gst_event_new_reconfigure ());
  gst_harness_push_upstream_event (harness,
      gst_video_event_new_upstream_force_key_unit (turn * GST_MSECOND, FALSE,
          turn));
  gst_harness_push_upstream_event (harness, gst_event_new_latency (turn));
  gst_pad_peer_query (harness->sinkpad, query);
  gst_query_unref (query);
}

GST_START_TEST (test_downstream)
{
  meet_all (ask_from_downstream);
}

GST_END_TEST;

static void
read_all (GstElement *element, GstHarness *harness, guint turn)
{
  guint n;
  GParamSpec **all =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);

  (void) harness;
  (void) turn;
  for (guint i = 0; i < n; i++) {
    GValue value = G_VALUE_INIT;

    if (!(all[i]->flags & G_PARAM_READABLE))
      continue;
    g_value_init (&value, all[i]->value_type);
    g_object_get_property (G_OBJECT (element), all[i]->name, &value);
    g_value_unset (&value);
  }
  g_free (all);
}

GST_START_TEST (test_read)
{
  meet_all (read_all);
}

GST_END_TEST;

/* Each property to values that it takes while it plays. */
static void
set_properties (GstElement *element, GstHarness *harness, guint turn)
{
  static const gchar *const types[] = { "face", NULL, "car" };

  (void) harness;
  g_object_set (element, "width", turn % 3 * 20, "height", turn % 2 * 30, "fit",
      turn % 4, "quality", turn % 101, "method", turn % 6, "subsampling",
      turn % 5, "progressive", turn % 2, "optimize", turn % 3 == 0, "interval",
      (guint64) (turn % 5 * 40 * GST_MSECOND), "min-change", turn % 4 / 8.0,
      "on-request", turn % 5 == 0, "roi", turn % 2, "roi-type", types[turn % 3],
      "max-bytes", turn % 3 * 1500, "metadata", turn % 2, "video-direction",
      turn % 9, "background", turn * 12345, "snapshot", turn % 7 == 0, NULL);
}

GST_START_TEST (test_set)
{
  meet_all (set_properties);
}

GST_END_TEST;

static void
request (GstElement *element, GstHarness *harness, guint turn)
{
  gboolean accepted;

  (void) harness;
  (void) turn;
  g_signal_emit_by_name (element, "request-image", &accepted);
}

GST_START_TEST (test_request)
{
  meet_all (request);
}

GST_END_TEST;

/* All at once. */
static void
do_all (GstElement *element, GstHarness *harness, guint turn)
{
  static void (*const all[]) (GstElement *, GstHarness *, guint) = { flush,
    send_events, end, ask_from_downstream, read_all, set_properties, request };

  all[turn % G_N_ELEMENTS (all)](element, harness, turn);
}

GST_START_TEST (test_all)
{
  meet_all (do_all);
}

GST_END_TEST;

static gpointer
stop_and_start (gpointer element)
{
  for (guint i = 0; i < 20; i++) {
    gst_element_set_state (element, GST_STATE_READY);
    gst_element_set_state (element, GST_STATE_PLAYING);
  }
  return NULL;
}

/* The pipeline is stopped by another thread than the one that started it. */
GST_START_TEST (test_stop)
{
  GstElement *pipeline = gst_parse_launch (
      "videotestsrc ! video/x-raw,width=64,height=48 ! imbytes name=i ! "
      "fakesink async=false",
      NULL);
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), "i");
  GThread *thread;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  thread = g_thread_new ("stopper", stop_and_start, pipeline);
  for (guint turn = 0; turn < 500; turn++) {
    request (element, NULL, turn);
    read_all (element, NULL, turn);
    send_events (element, NULL, 4 * turn);
  }
  g_thread_join (thread);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (element);
  gst_object_unref (pipeline);
}

GST_END_TEST;

static Suite *
foreign_suite (void)
{
  Suite *suite = suite_create ("foreign");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_flush);
  tcase_add_test (tcase, test_events);
  tcase_add_test (tcase, test_end);
  tcase_add_test (tcase, test_downstream);
  tcase_add_test (tcase, test_read);
  tcase_add_test (tcase, test_set);
  tcase_add_test (tcase, test_request);
  tcase_add_test (tcase, test_all);
  tcase_add_test (tcase, test_stop);
  return suite;
}

GST_CHECK_MAIN (foreign);
