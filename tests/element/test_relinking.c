/* imbytes tests: seeks, and elements around it that come and go while it plays.
 *
 * What comes out is looked at by watch.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "watch.h"

/* A pipeline with an element named "i", watched. */
typedef struct
{
  GstElement *pipeline, *element;
  GstBus *bus;
  Watch *watch;
} Player;

static Player
player_new (const gchar *launch)
{
  Player player = { .pipeline = gst_parse_launch (launch, NULL) };

  fail_unless (player.pipeline != NULL, "%s", launch);
  player.element = gst_bin_get_by_name (GST_BIN (player.pipeline), "i");
  player.bus = gst_element_get_bus (player.pipeline);
  player.watch = watch_new (player.element);
  return player;
}

static void
player_wait_for_state (Player *player, GstState state)
{
  gst_element_set_state (player->pipeline, state);
  fail_unless (gst_element_get_state (player->pipeline, NULL, NULL, PATIENCE)
      != GST_STATE_CHANGE_FAILURE);
}

/* Lets some images more through. */
static void
player_go_on (Player *player, guint n)
{
  guint before = watch_images (player->watch);

  fail_unless (BECOMES (watch_images (player->watch) >= before + n),
      "no images come any more");
}

static void
player_clear (Player *player)
{
  GstMessage *error = gst_bus_pop_filtered (player->bus, GST_MESSAGE_ERROR);

  fail_unless (error == NULL, "%" GST_PTR_FORMAT,
      error != NULL ? gst_message_get_structure (error) : NULL);
  gst_element_set_state (player->pipeline, GST_STATE_NULL);
  watch_check_stats (player->watch);
  watch_free (player->watch);
  gst_object_unref (player->bus);
  gst_object_unref (player->element);
  gst_object_unref (player->pipeline);
}

static const gdouble rates[] = { 1.0, -1.0, 2.0, 0.5, -3.0 };
/* The last two can be made only while it plays. */
static const GstSeekFlags seeks[] = { GST_SEEK_FLAG_FLUSH,
  GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE,
  GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_KEY_UNIT | GST_SEEK_FLAG_SNAP_NEAREST,
  GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_SEGMENT,
  GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_TRICKMODE
      | GST_SEEK_FLAG_TRICKMODE_KEY_UNITS,
  GST_SEEK_FLAG_NONE, GST_SEEK_FLAG_SEGMENT };

/* A seek that does not flush waits for the frame under way, and holds the state
 * lock of the pipeline. If the sink still prerolls then, the pipeline cannot go on
 * to PLAYING, and both wait for each other for ever: GStreamer leaves it to the
 * application to wait before. (That it waits in vain once is no failure: a state
 * that is lost meanwhile interrupts it.) */
static void
seek (Player *player, gdouble rate, GstSeekFlags flags, guint from, guint to)
{
  if (!(flags & GST_SEEK_FLAG_FLUSH))
    fail_unless (BECOMES (
        gst_element_get_state (player->pipeline, NULL, NULL, GST_SECOND)
        == GST_STATE_CHANGE_SUCCESS));
  gst_element_seek (player->pipeline, rate, GST_FORMAT_TIME, flags,
      GST_SEEK_TYPE_SET, from * GST_MSECOND, GST_SEEK_TYPE_SET,
      to * GST_MSECOND);
}

/* All rates with all flags, without waiting for what they bring, then one that
 * ends. */
static void
check_seeks (const gchar *properties, GstState state)
{
  gchar *launch = g_strdup_printf ("videotestsrc pattern=ball ! "
                                   "video/x-raw,width=32,height=24,"
                                   "framerate=100/1 ! imbytes name=i %s ! "
                                   "fakesink sync=false",
      properties);
  Player player = player_new (launch);
  guint n = G_N_ELEMENTS (seeks) - (state == GST_STATE_PLAYING ? 0 : 2);
  GstMessage *end;

  player_wait_for_state (&player, state);
  for (guint turn = 0; turn < 3; turn++)
    for (guint r = 0; r < G_N_ELEMENTS (rates); r++)
      for (guint f = 0; f < n; f++)
        seek (&player, rates[r], seeks[f], 100 * r, 100 * r + 50 * (f + 1));
  seek (&player, 1.0, GST_SEEK_FLAG_FLUSH, 0, 1000);
  gst_element_set_state (player.pipeline, GST_STATE_PLAYING);
  end = gst_bus_timed_pop_filtered (player.bus, PATIENCE,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (end != NULL && GST_MESSAGE_TYPE (end) == GST_MESSAGE_EOS,
      "%s: no end", launch);
  gst_message_unref (end);
  player_clear (&player);
  g_free (launch);
}

GST_START_TEST (test_seeks)
{
  static const gchar *const properties[] = { "", "format=png",
    "interval=50000000", "snapshot=true", "on-request=true",
    "min-change=0.05 max-interval=100000000", "video-direction=auto" };

  for (guint i = 0; i < G_N_ELEMENTS (properties); i++) {
    check_seeks (properties[i], GST_STATE_PAUSED);
    check_seeks (properties[i], GST_STATE_PLAYING);
  }
}

GST_END_TEST;

#define SOURCE "videotestsrc ! video/x-raw,width=32,height=24,framerate=100/1 "

/* What downstream takes, in turn. */
static const gchar *const wanted[] = { "image/jpeg", "image/png",
  "image/jpeg,width=20", "image/png,width=[10,16],height=[10,16]",
  "image/jpeg,sampling=YCbCr-4:4:4", "image/jpeg;image/png" };

static GstCaps *
caps_in_turn (guint turn)
{
  return gst_caps_from_string (wanted[turn % G_N_ELEMENTS (wanted)]);
}

typedef struct
{
  Player *player;
  guint turn;
  gint done;
} Relink;

/* The streaming thread is blocked here, and nothing flows. */
static GstPadProbeReturn
relink (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Relink *step = user_data;
  GstBin *bin = GST_BIN (step->player->pipeline);
  GstElement *old, *sink, *filter;
  GstCaps *caps;

  (void) pad;
  (void) info;
  old = gst_bin_get_by_name (bin, "f");
  sink = gst_bin_get_by_name (bin, "s");
  filter = gst_element_factory_make ("capsfilter", "f");
  caps = caps_in_turn (step->turn);
  gst_element_unlink (step->player->element, old);
  gst_element_unlink (old, sink);
  gst_element_set_state (old, GST_STATE_NULL);
  gst_bin_remove (bin, old);
  g_object_set (filter, "caps", caps, NULL);
  gst_bin_add (bin, filter);
  fail_unless (
      gst_element_link_many (step->player->element, filter, sink, NULL));
  fail_unless (gst_element_sync_state_with_parent (filter));
  gst_caps_unref (caps);
  gst_object_unref (old);
  gst_object_unref (sink);
  g_atomic_int_set (&step->done, 1);
  return GST_PAD_PROBE_REMOVE;
}

GST_START_TEST (test_relink_downstream)
{
  Player player = player_new (SOURCE
      "! imbytes name=i ! capsfilter name=f ! fakesink name=s sync=false "
      "async=false");
  GstPad *pad = gst_element_get_static_pad (player.element, "src");
  /* All of them stay: a probe that comes late still looks at its own. */
  static Relink steps[60];

  player_wait_for_state (&player, GST_STATE_PLAYING);
  player_go_on (&player, 1);
  for (guint turn = 0; turn < G_N_ELEMENTS (steps); turn++) {
    Relink *step = &steps[turn];

    *step = (Relink){ &player, turn, 0 };
    /* Not an idle probe: GStreamer 1.22 can call that from the thread that adds it
     * and, at the same time, from the streaming thread. */
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM, relink, step,
        NULL);
    fail_unless (BECOMES (g_atomic_int_get (&step->done)));
    player_go_on (&player, 2);
  }
  gst_object_unref (pad);
  player_clear (&player);
}

GST_END_TEST;

/* Nobody blocks anything: the filter asks for other images while one flows. */
GST_START_TEST (test_renegotiate_downstream)
{
  Player player = player_new (
      SOURCE "! imbytes name=i ! capsfilter name=f caps-change-mode=delayed ! "
             "fakesink sync=false async=false");
  GstElement *filter = gst_bin_get_by_name (GST_BIN (player.pipeline), "f");

  player_wait_for_state (&player, GST_STATE_PLAYING);
  for (guint turn = 0; turn < 200; turn++) {
    GstCaps *caps = caps_in_turn (turn);

    g_object_set (filter, "caps", caps, NULL);
    gst_caps_unref (caps);
    if (turn % 3 == 0)
      player_go_on (&player, 1);
  }
  player_go_on (&player, 20);
  gst_object_unref (filter);
  player_clear (&player);
}

GST_END_TEST;

GST_START_TEST (test_renegotiate_upstream)
{
  static const gchar *const inputs[] = { "video/x-raw,format=I420,width=32",
    "video/x-raw,format=RGB,width=17,height=90",
    "video/x-raw,format=GRAY8,width=90,height=3",
    "video/x-raw,format=v210,width=33,framerate=10/1",
    "video/x-raw,format=AYUV64,pixel-aspect-ratio=2/1" };
  static const gchar *const launches[] = { "imbytes name=i",
    "imbytes name=i format=png width=20 height=20",
    "imbytes name=i video-direction=auto", "imbytes name=i min-change=0.0001" };

  for (guint i = 0; i < G_N_ELEMENTS (launches); i++) {
    gchar *launch = g_strdup_printf (
        "videotestsrc pattern=snow ! capsfilter name=f ! %s ! fakesink "
        "sync=false async=false",
        launches[i]);
    Player player = player_new (launch);
    GstElement *filter = gst_bin_get_by_name (GST_BIN (player.pipeline), "f");

    for (guint turn = 0; turn < 40; turn++) {
      GstCaps *caps =
          gst_caps_from_string (inputs[turn % G_N_ELEMENTS (inputs)]);

      g_object_set (filter, "caps", caps, NULL);
      gst_caps_unref (caps);
      if (turn == 0)
        player_wait_for_state (&player, GST_STATE_PLAYING);
      player_go_on (&player, 2);
    }
    gst_object_unref (filter);
    player_clear (&player);
    g_free (launch);
  }
}

GST_END_TEST;

/* Branches of a tee come and go; the first is watched throughout. */
GST_START_TEST (test_branches_of_a_tee)
{
  Player player = player_new (SOURCE "! tee name=t ! queue ! imbytes name=i ! "
                                     "fakesink sync=false async=false");
  GstElement *tee = gst_bin_get_by_name (GST_BIN (player.pipeline), "t");

  player_wait_for_state (&player, GST_STATE_PLAYING);
  for (guint turn = 0; turn < 30; turn++) {
    GstElement *branch = gst_parse_bin_from_description (
        "queue ! imbytes format=png name=other ! fakesink sync=false async=false",
        TRUE, NULL);
    GstElement *element = gst_bin_get_by_name (GST_BIN (branch), "other");
    Watch *watch = watch_new (element);
    GstPad *source = gst_element_request_pad_simple (tee, "src_%u");
    GstPad *sink = gst_element_get_static_pad (branch, "sink");

    gst_bin_add (GST_BIN (player.pipeline), branch);
    fail_unless (gst_element_sync_state_with_parent (branch));
    fail_unless_equals_int (gst_pad_link (source, sink), GST_PAD_LINK_OK);
    fail_unless (BECOMES (watch_images (watch) >= 2));
    /* A tee's pad may go at any time. */
    gst_element_release_request_pad (tee, source);
    gst_object_unref (source);
    gst_object_unref (sink);
    gst_element_set_state (branch, GST_STATE_NULL);
    watch_check_stats (watch);
    watch_free (watch);
    gst_bin_remove (GST_BIN (player.pipeline), branch);
    gst_object_unref (element);
    player_go_on (&player, 1);
  }
  gst_object_unref (tee);
  player_clear (&player);
}

GST_END_TEST;

static Suite *
relinking_suite (void)
{
  Suite *suite = suite_create ("relinking");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_seeks);
  tcase_add_test (tcase, test_relink_downstream);
  tcase_add_test (tcase, test_renegotiate_downstream);
  tcase_add_test (tcase, test_renegotiate_upstream);
  tcase_add_test (tcase, test_branches_of_a_tee);
  return suite;
}

GST_CHECK_MAIN (relinking);
