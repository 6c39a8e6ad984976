/* imbytes tests: what is asked of every element, whatever it does: states,
 * properties of random values, signals at any time, no leaks.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "watch.h"

#include <string.h>

#define INPUT "video/x-raw,format=I420,width=64,height=48,framerate=30/1"

static const GstState states[] = { GST_STATE_NULL, GST_STATE_READY,
  GST_STATE_PAUSED, GST_STATE_PLAYING };

static void
reach (GstElement *element, GstState state)
{
  fail_unless (
      gst_element_set_state (element, state) != GST_STATE_CHANGE_FAILURE);
  fail_unless (gst_element_get_state (element, NULL, NULL, PATIENCE)
      != GST_STATE_CHANGE_FAILURE);
}

/* From each state to each, several times; in PLAYING some images come. In a hurry,
 * nothing is waited for: pipelines of GStreamer's own elements can lose sight of
 * their state then, while data flows. */
static void
visit_states (GstElement *top, Watch *watch, gboolean hurry)
{
  for (guint turn = 0; turn < 3; turn++)
    for (guint from = 0; from < G_N_ELEMENTS (states); from++)
      for (guint to = 0; to < G_N_ELEMENTS (states); to++) {
        if (hurry) {
          gst_element_set_state (top, states[from]);
          gst_element_set_state (top, states[to]);
          continue;
        }
        reach (top, states[from]);
        reach (top, states[to]);
        if (watch != NULL && states[to] == GST_STATE_PLAYING)
          fail_unless (BECOMES (watch_images (watch) > 0));
      }
  reach (top, GST_STATE_NULL);
}

GST_START_TEST (test_states_alone)
{
  GstElement *element = gst_element_factory_make ("imbytes", NULL);

  visit_states (element, NULL, FALSE);
  ASSERT_OBJECT_REFCOUNT (element, "imbytes", 1);
  gst_object_unref (element);
}

GST_END_TEST;

static const gchar *const sources[] = {
  "videotestsrc ! video/x-raw,width=64,height=48 ! ",
  "videotestsrc is-live=true ! video/x-raw,width=64,height=48 ! ",
  "videotestsrc num-buffers=2 ! video/x-raw,width=320,height=480 ! ",
};
static const gchar *const properties[] = { "", "format=png n-threads=3",
  "snapshot=true", "video-direction=auto min-change=0.1",
  "interval=1000000000 metadata=true" };

GST_START_TEST (test_states_with_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (sources) * G_N_ELEMENTS (properties);
       i++) {
    gchar *launch = g_strdup_printf ("%s imbytes name=i %s ! fakesink",
        sources[i / G_N_ELEMENTS (properties)],
        properties[i % G_N_ELEMENTS (properties)]);
    GstElement *pipeline = gst_parse_launch (launch, NULL);
    GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), "i");
    Watch *watch = watch_new (element);

    visit_states (pipeline, watch, FALSE);
    watch_check_stats (watch);
    visit_states (pipeline, watch, TRUE);
    watch_free (watch);
    gst_object_unref (element);
    gst_object_unref (pipeline);
    g_free (launch);
  }
}

GST_END_TEST;

/* A value at random, one of the ends and the default among them. Pictures stay
 * small: large ones are tests of their own, and take long. */
static guint64
draw (GRand *random, guint64 least, guint64 most)
{
  switch (g_rand_int_range (random, 0, 4)) {
    case 0:
      return least;
    case 1:
      return most;
    default:
      return least
          + (((guint64) g_rand_int (random) << 32 | g_rand_int (random))
              % (most - least == G_MAXUINT64 ? G_MAXUINT64 : most - least + 1));
  }
}

static void
draw_value (GRand *random, GParamSpec *pspec, GValue *value)
{
  static const gchar *const words[] = { NULL, "", "face", "\xc3\xa9",
    "a longer one than any that was there before" };

  if (G_IS_PARAM_SPEC_BOOLEAN (pspec)) {
    g_value_set_boolean (value, g_rand_boolean (random));
  } else if (G_IS_PARAM_SPEC_INT (pspec)) {
    GParamSpecInt *range = G_PARAM_SPEC_INT (pspec);

    fail_unless (range->minimum >= 0);
    g_value_set_int (value, draw (random, range->minimum, range->maximum));
  } else if (G_IS_PARAM_SPEC_UINT (pspec)) {
    GParamSpecUInt *range = G_PARAM_SPEC_UINT (pspec);
    gboolean is_size = g_str_equal (pspec->name, "width")
        || g_str_equal (pspec->name, "height");

    g_value_set_uint (value,
        draw (random, range->minimum, is_size ? 200 : range->maximum));
  } else if (G_IS_PARAM_SPEC_UINT64 (pspec)) {
    g_value_set_uint64 (value, draw (random, 0, G_MAXUINT64));
  } else if (G_IS_PARAM_SPEC_DOUBLE (pspec)) {
    g_value_set_double (value, g_rand_double (random));
  } else if (G_IS_PARAM_SPEC_STRING (pspec)) {
    g_value_set_string (value,
        words[g_rand_int_range (random, 0, G_N_ELEMENTS (words))]);
  } else if (G_IS_PARAM_SPEC_ENUM (pspec)) {
    GEnumClass *values = G_PARAM_SPEC_ENUM (pspec)->enum_class;

    g_value_set_enum (value,
        values->values[g_rand_int_range (random, 0, values->n_values)].value);
  } else {
    fail ("%s is of a type that is not drawn here", pspec->name);
  }
}

/* Where only NULL and READY allow it, it is not set later. */
static void
set_some (GstElement *element, GRand *random, gboolean playing)
{
  guint n;
  GParamSpec **all =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);
  guint start = g_rand_int_range (random, 0, n), count = playing ? 3 : n;

  for (guint i = 0; i < count; i++) {
    GParamSpec *pspec = all[(start + 7 * i) % n];
    GValue value = G_VALUE_INIT, found = G_VALUE_INIT;

    if (g_str_equal (pspec->name, "name") || g_str_equal (pspec->name, "parent")
        || !(pspec->flags & G_PARAM_WRITABLE)
        || (playing && pspec->flags & GST_PARAM_MUTABLE_READY))
      continue;
    g_value_init (&value, pspec->value_type);
    draw_value (random, pspec, &value);
    g_object_set_property (G_OBJECT (element), pspec->name, &value);
    g_value_init (&found, pspec->value_type);
    g_object_get_property (G_OBJECT (element), pspec->name, &found);
    fail_unless_equals_int (g_param_values_cmp (pspec, &value, &found), 0);
    g_value_unset (&found);
    g_value_unset (&value);
  }
  g_free (all);
}

static GstBuffer *
new_frame (GRand *random, guint i)
{
  GstBuffer *frame = frame_new_for_caps (INPUT);

  GST_BUFFER_PTS (frame) = i * GST_SECOND / 30;
  GST_BUFFER_DURATION (frame) = GST_SECOND / 30;
  for (gint k = g_rand_int_range (random, -5, 3); k > 0; k--)
    gst_buffer_add_video_region_of_interest_meta (frame, k % 2 ? "face" : "car",
        g_rand_int_range (random, 0, 80), 10, 20, 15);
  return frame;
}

/* Any values that properties take together give images or say why not. */
GST_START_TEST (test_random_properties)
{
  GRand *random = g_rand_new_with_seed (__i__);
  GstElement *element;
  Watch *watch;
  Bench bench;

  bench = bench_new ("imbytes", NULL, NULL);
  element = bench.element;
  gst_harness_set_drop_buffers (bench.harness, TRUE);
  watch = watch_new (element);
  for (guint turn = 0; turn < 4; turn++) {
    gst_element_set_state (bench.harness->element, states[turn % 2]);
    set_some (element, random, FALSE);
    gst_element_set_state (bench.harness->element, states[2 + turn / 2]);
    gst_harness_set_src_caps_str (bench.harness, INPUT);
    for (guint i = 0; i < 60; i++) {
      GstFlowReturn ret =
          gst_harness_push (bench.harness, new_frame (random, i));

      /* Sizes that no picture can have. */
      if (ret == GST_FLOW_NOT_NEGOTIATED)
        fail_unless (bench_count (&bench, GST_MESSAGE_ERROR) <= 1);
      else
        fail_unless_equals_int (ret, GST_FLOW_OK);
      set_some (element, random, TRUE);
    }
  }
  g_object_set (element, "roi", 0, NULL);
  watch_free (watch);
  bench_clear (&bench);
  g_rand_free (random);
}

GST_END_TEST;

static gboolean
request (GstElement *element)
{
  gboolean accepted = FALSE;

  g_signal_emit_by_name (element, "request-image", &accepted);
  return accepted;
}

/* In each state, on the way there and back, while nothing or much flows. */
GST_START_TEST (test_signals)
{
  GstElement *pipeline =
      gst_parse_launch ("videotestsrc ! video/x-raw,width=64,height=48 ! "
                        "imbytes name=i on-request=true ! fakesink",
          NULL);
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), "i");
  Watch *watch = watch_new (element);

  for (guint turn = 0; turn < 3; turn++)
    for (guint i = 0; i < 2 * G_N_ELEMENTS (states) - 1; i++) {
      guint at = i < G_N_ELEMENTS (states) ? i
                                           : 2 * G_N_ELEMENTS (states) - 2 - i;

      fail_unless (request (element));
      reach (pipeline, states[at]);
      fail_unless (request (element));
      if (states[at] == GST_STATE_PLAYING)
        for (guint k = 0; k < 5; k++) {
          guint before = watch_images (watch);

          fail_unless (request (element));
          fail_unless (BECOMES (watch_images (watch) > before));
        }
    }
  reach (pipeline, GST_STATE_NULL);
  watch_check_stats (watch);
  watch_free (watch);
  gst_object_unref (element);
  gst_object_unref (pipeline);
}

GST_END_TEST;

/* An error, then READY, and all is well again; the end, a flush, and so on. */
GST_START_TEST (test_again)
{
  Bench bench = bench_new ("imbytes", "image/jpeg,width=[1,100]", INPUT);
  GstElement *top = bench.harness->element;
  Watch *watch = watch_new (bench.element);
  GstBuffer *frame = frame_new_for_caps (INPUT);

  GST_BUFFER_PTS (frame) = 0;
  gst_harness_set_drop_buffers (bench.harness, TRUE);
  for (guint turn = 0; turn < 10; turn++) {
    GstSegment segment;

    g_object_set (bench.element, "width", 200, NULL);
    fail_unless_equals_int (gst_harness_push (bench.harness,
                                gst_buffer_ref (frame)),
        GST_FLOW_NOT_NEGOTIATED);
    bench_expect_error (&bench, "200");
    gst_element_set_state (top, GST_STATE_READY);
    g_object_set (bench.element, "width", 50, NULL);
    gst_element_set_state (top, GST_STATE_PLAYING);
    gst_harness_set_src_caps_str (bench.harness, INPUT);
    for (guint i = 0; i < 3; i++) {
      fail_unless_equals_int (gst_harness_push (bench.harness,
                                  gst_buffer_ref (frame)),
          GST_FLOW_OK);
      gst_harness_push_event (bench.harness, gst_event_new_eos ());
      fail_unless_equals_int (gst_harness_push (bench.harness,
                                  gst_buffer_ref (frame)),
          GST_FLOW_EOS);
      gst_harness_push_event (bench.harness, gst_event_new_flush_start ());
      gst_harness_push_event (bench.harness, gst_event_new_flush_stop (TRUE));
      gst_segment_init (&segment, GST_FORMAT_TIME);
      gst_harness_push_event (bench.harness, gst_event_new_segment (&segment));
    }
    fail_unless_equals_int (watch_images (watch), 3);
    watch_check_stats (watch);
  }
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_ERROR), 0);
  gst_buffer_unref (frame);
  watch_free (watch);
  bench_clear (&bench);
}

GST_END_TEST;

/* All that GStreamer's tracer has seen made and not seen freed. */
static guint
count_live (void)
{
  GList *tracers = gst_tracing_get_active_tracers (), *item;
  gboolean found = FALSE;
  guint n = 0;

  for (item = tracers; item != NULL; item = item->next) {
    GstStructure *live = NULL;

    if (g_signal_lookup ("get-live-objects", G_OBJECT_TYPE (item->data)) == 0)
      continue;
    g_signal_emit_by_name (item->data, "get-live-objects", &live);
    n = gst_value_list_get_size (
        gst_structure_get_value (live, "live-objects-list"));
    gst_structure_free (live);
    found = TRUE;
  }
  fail_unless (found, "no tracer of leaks: run `meson test generic`");
  g_list_free_full (tracers, gst_object_unref);
  return n;
}

/* One life, as long as it goes well, and with mishaps. */
static void
live_once (guint i)
{
  static const gchar *const launches[] = { "imbytes",
    "imbytes format=png metadata=true post-messages=true", "imbytes roi=crop",
    "imbytes max-bytes=10", "imbytes snapshot=true",
    "imbytes video-direction=auto min-change=0.1", "imbytes width=65501" };
  Bench bench = bench_new (launches[i % G_N_ELEMENTS (launches)], NULL, INPUT);
  GstSample *sample;

  gst_harness_push_event (bench.harness,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_TITLE, "title",
          GST_TAG_IMAGE_ORIENTATION, "rotate-90", NULL)));
  for (guint k = 0; k < 4; k++) {
    GstBuffer *frame = frame_new_for_caps (INPUT);

    gst_buffer_add_video_region_of_interest_meta (frame, "face", 1, 2, 30, 20);
    if (k == 2)
      gst_buffer_set_size (frame, 100);
    gst_harness_push (bench.harness, frame);
    request (bench.element);
  }
  g_object_get (bench.element, "last-image", &sample, NULL);
  g_clear_pointer (&sample, gst_sample_unref);
  if (i % 2)
    gst_harness_push_event (bench.harness, gst_event_new_eos ());
  gst_element_set_state (bench.harness->element, states[i % 4]);
  gst_bus_set_flushing (bench.bus, TRUE);
  bench_clear (&bench);
}

GST_START_TEST (test_leaks)
{
  guint before;

  /* The first makes what stays for good, such as quarks and classes. */
  for (guint i = 0; i < 28; i++)
    live_once (i);
  before = count_live ();
  for (guint i = 0; i < 56; i++)
    live_once (i);
  fail_unless_equals_int (count_live (), before);
}

GST_END_TEST;

static void
is_gone (gpointer gone, GObject *where)
{
  (void) where;
  *(guint *) gone += 1;
}

/* Many at a time, put away in whichever state they had come to. */
GST_START_TEST (test_copies)
{
  guint n_gone = 0;

  for (guint turn = 0; turn < 20; turn++) {
    GstElement *copies[50];

    for (guint i = 0; i < G_N_ELEMENTS (copies); i++) {
      copies[i] = gst_element_factory_make ("imbytes", NULL);
      fail_unless (g_object_is_floating (copies[i]));
      gst_object_ref_sink (copies[i]);
      ASSERT_OBJECT_REFCOUNT (copies[i], "imbytes", 1);
      g_object_weak_ref (G_OBJECT (copies[i]), is_gone, &n_gone);
      reach (copies[i], states[i % 4]);
    }
    for (guint i = 0; i < G_N_ELEMENTS (copies); i++) {
      /* GstElement asks for it of whoever puts one away. */
      gst_element_set_state (copies[i], GST_STATE_NULL);
      gst_object_unref (copies[i]);
    }
    fail_unless_equals_int (n_gone, (turn + 1) * G_N_ELEMENTS (copies));
  }
}

GST_END_TEST;

static Suite *
generic_suite (void)
{
  Suite *suite = suite_create ("generic");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_states_alone);
  tcase_add_test (tcase, test_states_with_data);
  tcase_add_loop_test (tcase, test_random_properties, 0, 40);
  tcase_add_test (tcase, test_signals);
  tcase_add_test (tcase, test_again);
  tcase_add_test (tcase, test_leaks);
  tcase_add_test (tcase, test_copies);
  return suite;
}

GST_CHECK_MAIN (generic);
