/* imbytes tests: what people reported about other ways from video to images, tried
 * here, each with what is right.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "outcome.h"

#include <glib/gstdio.h>

/* A camera that goes from one size to another: the aspect ratio of each. */
GST_START_TEST (test_sizes_take_turns)
{
  static const gint sizes[][2] = { { 2304, 1296 }, { 640, 480 }, { 1296, 2304 },
    { 2304, 1296 } };
  Bench bench = bench_new ("imbytes width=320", NULL,
      "video/x-raw,format=NV12,width=2304,height=1296,framerate=15/1");

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    gint width = sizes[i][0], height = sizes[i][1];
    gchar *caps = g_strdup_printf (
        "video/x-raw,format=NV12,width=%d,height=%d,framerate=15/1", width,
        height);
    GstBuffer *image;
    Picture picture;

    gst_harness_set_src_caps_str (bench.harness, caps);
    image = bench_push (&bench, frame_new_for_caps (caps));
    picture = picture_decode (image);
    fail_unless_equals_int (picture.width, 320);
    fail_unless_equals_int (picture.height, (320 * height + width / 2) / width);
    picture_clear (&picture);
    gst_buffer_unref (image);
    g_free (caps);
  }
  bench_clear (&bench);
}

GST_END_TEST;

/* Recorded as motion JPEG and played: every image, in its size and colour. */
static void
check_recorded (const gchar *path, const gchar *muxer, const gchar *demuxer)
{
  gchar *record = g_strdup_printf (
      "videotestsrc num-buffers=5 pattern=red ! video/x-raw,format=NV12,"
      "width=320,height=240,framerate=25/1 ! imbytes ! %s ! filesink "
      "location=FILE",
      muxer);
  gchar *play =
      g_strdup_printf ("filesrc location=FILE ! %s ! image/jpeg ! "
                       "jpegdec ! imbytes format=png ! fakesink name=s",
          demuxer);
  Outcome outcome = outcome_run (path, record);
  const guint8 *pixel;

  fail_unless (outcome.error == NULL, "%s: %s", record, outcome.error);
  outcome_clear (&outcome);
  outcome = outcome_run (path, play);
  fail_unless (outcome.error == NULL, "%s: %s", play, outcome.error);
  fail_unless (outcome.n_images == 5, "%s: %u images", muxer, outcome.n_images);
  fail_unless_equals_int (outcome.first.width, 320);
  pixel = picture_at (&outcome.first, 160, 120);
  fail_unless (pixel[0] > 248 && pixel[1] < 8 && pixel[2] < 8, "%s: %d %d %d",
      muxer, pixel[0], pixel[1], pixel[2]);
  outcome_clear (&outcome);
  g_free (record);
  g_free (play);
}

GST_START_TEST (test_recorded)
{
  static const gchar *const ways[][2] = { { "avimux", "avidemux" },
    { "matroskamux", "matroskademux" }, { "qtmux", "qtdemux" },
    { "multipartmux", "multipartdemux" } };
  gchar *path = g_build_filename (g_get_tmp_dir (), "imbytes-XXXXXX", NULL);

  g_close (g_mkstemp (path), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    if (have_element (ways[i][0]) && have_element (ways[i][1])
        && have_element ("jpegdec"))
      check_recorded (path, ways[i][0], ways[i][1]);
  g_unlink (path);
  g_free (path);
}

GST_END_TEST;

/* Pictures, numbered, through one pipeline: all of them come, not the first alone. */
GST_START_TEST (test_numbered_pictures)
{
  GError *error = NULL;
  gchar *folder = g_dir_make_tmp ("imbytes-XXXXXX", &error);
  gchar *launch;

  fail_unless (folder != NULL);
  launch = g_strdup_printf ("videotestsrc num-buffers=4 ! "
                            "video/x-raw,width=64,height=48 ! imbytes "
                            "format=png ! multifilesink location=%s/%%02d.png",
      folder);
  run_pipeline (launch);
  g_free (launch);
  if (have_element ("pngdec")) {
    launch = g_strdup_printf ("multifilesrc location=%s/%%02d.png "
                              "caps=image/png,framerate=5/1 stop-index=3 ! "
                              "pngdec ! imbytes width=32 ! fakesink name=s",
        folder);
    outcome_expect_images ("", launch, 4, 32, 24);
    g_free (launch);
  }
  for (guint i = 0; i < 4; i++) {
    gchar *path = g_strdup_printf ("%s/%02u.png", folder, i);

    fail_unless_equals_int (g_unlink (path), 0);
    g_free (path);
  }
  g_rmdir (folder);
  g_free (folder);
}

GST_END_TEST;

/* Machine-vision and thermal cameras. */
GST_START_TEST (test_other_cameras)
{
  outcome_expect_images ("",
      "videotestsrc num-buffers=2 ! video/x-raw,format=GRAY16_LE,width=160,"
      "height=120 ! imbytes ! image/jpeg ! fakesink name=s",
      2, 160, 120);
  outcome_expect_images ("",
      "videotestsrc num-buffers=2 ! video/x-raw,format=GRAY16_LE,width=160,"
      "height=120 ! imbytes ! image/png ! fakesink name=s",
      2, 160, 120);
  if (have_element ("rgb2bayer") && have_element ("bayer2rgb"))
    outcome_expect_images ("",
        "videotestsrc num-buffers=2 ! video/x-raw,format=ARGB,width=160,"
        "height=120 ! rgb2bayer ! video/x-bayer,format=bggr ! bayer2rgb ! "
        "imbytes width=80 ! fakesink name=s",
        2, 80, 60);
}

GST_END_TEST;

/* One picture of a stream of one picture, and of one that is held for ever. */
GST_START_TEST (test_stills)
{
  outcome_expect_images ("",
      "videotestsrc num-buffers=1 ! imbytes snapshot=true ! fakesink name=s", 1,
      320, 240);
  /* Not imagefreeze: that one warns of a division by zero where it is stopped while it
   * pushes, once in twenty times on a busy machine (GStreamer 1.22). */
  outcome_expect_images ("",
      "videotestsrc pattern=solid-color ! imbytes snapshot=true ! "
      "fakesink name=s",
      1, 320, 240);
  if (have_element ("videorate"))
    outcome_expect_images ("",
        "videotestsrc num-buffers=50 ! video/x-raw,framerate=25/1 ! videorate ! "
        "video/x-raw,framerate=1/1 ! imbytes ! fakesink name=s",
        OUTCOME_SOME, 320, 240);
}

GST_END_TEST;

/* A branch that takes one picture ends; the branch that shows the film does not. */
GST_START_TEST (test_branches)
{
  outcome_expect_images ("",
      "videotestsrc num-buffers=30 ! tee name=t ! queue ! imbytes width=64 ! "
      "fakesink name=s t. ! queue ! imbytes snapshot=true ! fakesink sync=false",
      30, 64, 48);
}

GST_END_TEST;

/* One image a second of four seconds, recorded: they are played at the same times, in
 * AVI, too, where times are not kept but a rate is. */
static void
check_sparse (const gchar *path, const gchar *muxer, const gchar *demuxer)
{
  gchar *record = g_strdup_printf (
      "videotestsrc num-buffers=100 ! video/x-raw,framerate=25/1,width=64,"
      "height=48 ! imbytes interval=1000000000 ! %s ! filesink location=FILE",
      muxer);
  gchar *play = g_strdup_printf (
      "filesrc location=FILE ! %s ! image/jpeg ! fakesink name=s", demuxer);
  Outcome outcome = outcome_run (path, record);

  fail_unless (outcome.error == NULL, "%s: %s", record, outcome.error);
  outcome_clear (&outcome);
  outcome = outcome_run (path, play);
  fail_unless (outcome.error == NULL, "%s: %s", play, outcome.error);
  fail_unless (outcome.n_images == 4, "%s: %u images", muxer, outcome.n_images);
  fail_unless (outcome.last == 3 * GST_SECOND,
      "%s: the last at %" GST_TIME_FORMAT, muxer, GST_TIME_ARGS (outcome.last));
  outcome_clear (&outcome);
  g_free (record);
  g_free (play);
}

GST_START_TEST (test_sparse_recorded)
{
  static const gchar *const ways[][2] = { { "matroskamux", "matroskademux" },
    { "qtmux", "qtdemux" },
    { "capssetter caps=image/jpeg,framerate=1/1 ! avimux", "avidemux" } };
  gchar *path = g_build_filename (g_get_tmp_dir (), "imbytes-XXXXXX", NULL);

  g_close (g_mkstemp (path), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    if (have_element (ways[i][1]) && have_element ("capssetter"))
      check_sparse (path, ways[i][0], ways[i][1]);
  g_unlink (path);
  g_free (path);
}

GST_END_TEST;

/* Images beside a recording of the same camera: both are there. */
GST_START_TEST (test_beside_a_recording)
{
  gchar *path = g_build_filename (g_get_tmp_dir (), "imbytes-XXXXXX", NULL);
  Outcome outcome;

  if (!have_element ("splitmuxsink") || !have_element ("avidemux"))
    return;
  g_close (g_mkstemp (path), NULL);
  outcome_expect_images (path,
      "videotestsrc num-buffers=50 ! video/x-raw,framerate=25/1 ! tee name=t ! "
      "queue ! imbytes interval=1000000000 width=160 ! fakesink name=s t. ! "
      "queue ! jpegenc ! splitmuxsink muxer=avimux location=FILE",
      2, 160, 120);
  outcome = outcome_run (path,
      "filesrc location=FILE ! avidemux ! image/jpeg ! fakesink name=s");
  fail_unless (outcome.error == NULL, "%s", outcome.error);
  fail_unless_equals_int (outcome.n_images, 50);
  outcome_clear (&outcome);
  g_unlink (path);
  g_free (path);
}

GST_END_TEST;

/* Recorders that store half of the columns and do not say so: the pixel aspect ratio is
 * said for them, or the size. The picture is as wide as the scene. */
GST_START_TEST (test_half_of_the_columns)
{
  static const gchar *const ways[] = {
    "capssetter caps=video/x-raw,pixel-aspect-ratio=2/1 ! imbytes",
    "capssetter caps=video/x-raw,pixel-aspect-ratio=2/1 ! imbytes width=1920",
    "capssetter caps=video/x-raw,pixel-aspect-ratio=2/1 ! imbytes height=1080",
    "imbytes width=1920 height=1080",
    "imbytes ! image/jpeg,width=1920,height=1080",
  };

  if (!have_element ("capssetter"))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++) {
    gchar *launch = g_strdup_printf (
        "videotestsrc num-buffers=1 ! video/x-raw,format=I420,width=960,"
        "height=1080 ! %s ! fakesink name=s",
        ways[i]);

    outcome_expect_images ("", launch, 1, 1920, 1080);
    g_free (launch);
  }
}

GST_END_TEST;

static Suite *
reports_suite (void)
{
  Suite *suite = suite_create ("reports");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_sizes_take_turns);
  tcase_add_test (tcase, test_recorded);
  tcase_add_test (tcase, test_numbered_pictures);
  tcase_add_test (tcase, test_other_cameras);
  tcase_add_test (tcase, test_stills);
  tcase_add_test (tcase, test_branches);
  tcase_add_test (tcase, test_sparse_recorded);
  tcase_add_test (tcase, test_beside_a_recording);
  tcase_add_test (tcase, test_half_of_the_columns);
  return suite;
}

GST_CHECK_MAIN (reports);
