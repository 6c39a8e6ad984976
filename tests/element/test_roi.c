/* imbytes tests: images of regions.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <string.h>

#include "common.h"

#ifdef GST_IM_BYTES_HAVE_ANALYTICS
#include <gst/analytics/analytics.h>
#endif

#define INPUT "video/x-raw,format=RGB,width=320,height=240,framerate=30/1"

static GstBuffer *
noise_frame (void)
{
  GstVideoInfo info = video_info (GST_VIDEO_FORMAT_RGB, 320, 240);
  GstBuffer *frame = frame_new (&info);

  frame_fill_noise (frame, &info, 5);
  GST_BUFFER_PTS (frame) = 7 * GST_SECOND;
  GST_BUFFER_DURATION (frame) = GST_SECOND / 30;
  return frame;
}

static GstVideoRegionOfInterestMeta *
add (GstBuffer *frame, const gchar *type, guint x, guint y, guint w, guint h)
{
  return gst_buffer_add_video_region_of_interest_meta (frame, type, x, y, w, h);
}

static const GstVideoRegionOfInterestMeta *
region_of (GstBuffer *image)
{
  GstMeta *meta =
      gst_buffer_get_meta (image, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE);

  fail_unless (meta != NULL);
  return (const GstVideoRegionOfInterestMeta *) meta;
}

static void
push (Bench *bench, GstBuffer *frame)
{
  fail_unless_equals_int (gst_harness_push (bench->harness, frame),
      GST_FLOW_OK);
}

/* The next image, whose pixels have to be those of @frame at @x, @y. */
static void
expect_crop (Bench *bench, GstBuffer *frame, gint x, gint y, gint w, gint h)
{
  GstBuffer *image = gst_harness_try_pull (bench->harness);
  Picture picture;
  GstMapInfo map;

  fail_unless (image != NULL);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (image), 7 * GST_SECOND);
  picture = picture_decode (image);
  fail_unless_equals_int (picture.width, w);
  fail_unless_equals_int (picture.height, h);
  gst_buffer_map (frame, &map, GST_MAP_READ);
  for (gint j = 0; j < h; j++)
    for (gint i = 0; i < w; i++)
      fail_unless (memcmp (picture_at (&picture, i, j),
                       map.data + (y + j) * 960 + (x + i) * 3, 3)
          == 0);
  gst_buffer_unmap (frame, &map);
  picture_clear (&picture);
  gst_buffer_unref (image);
}

GST_START_TEST (test_crops)
{
  Bench bench = bench_new ("imbytes roi=crop format=png", NULL, INPUT);
  GstBuffer *frame = noise_frame ();

  add (frame, "face", 10, 20, 30, 40);
  add (frame, "car", 0, 0, 320, 240);
  add (frame, "face", 311, 3, 5, 1);
  /* Reach over the edges. */
  add (frame, NULL, 300, 230, 1000, 1000);
  push (&bench, gst_buffer_ref (frame));
  expect_crop (&bench, frame, 10, 20, 30, 40);
  expect_crop (&bench, frame, 0, 0, 320, 240);
  expect_crop (&bench, frame, 311, 3, 5, 1);
  expect_crop (&bench, frame, 300, 230, 20, 10);
  fail_unless (gst_harness_try_pull (bench.harness) == NULL);
  fail_unless_equals_uint64 (bench_stat (&bench, "images-out"), 4);
  fail_unless_equals_uint64 (bench_stat (&bench, "frames-in"), 1);
  gst_buffer_unref (frame);
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_what_they_say)
{
  Bench bench = bench_new ("imbytes roi=crop width=64 height=64 fit=contain",
      NULL, INPUT);
  GstBuffer *frame = noise_frame ();
  guint n_caps = 0;
  GstEvent *event;

  for (guint i = 0; i < 3; i++) {
    GstVideoRegionOfInterestMeta *meta =
        add (frame, "face", 10 * i, 300 - 100 * i, 30 + i, 4000);

    meta->id = 5 + (gint) i;
    meta->parent_id = 77;
    gst_video_region_of_interest_meta_add_param (meta,
        gst_structure_new ("detection", "confidence", G_TYPE_DOUBLE, 0.5 + i,
            NULL));
  }
  push (&bench, frame);
  /* The first lies below the frame. */
  for (guint i = 1; i < 3; i++) {
    GstBuffer *image = gst_harness_try_pull (bench.harness);
    const GstVideoRegionOfInterestMeta *meta = region_of (image);
    GstVideoRegionOfInterestMeta *own = (gpointer) meta;
    gdouble confidence;

    fail_unless_equals_int (gst_buffer_get_n_meta (image,
                                GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE),
        1);
    fail_unless_equals_string (g_quark_to_string (meta->roi_type), "face");
    fail_unless_equals_int (meta->id, 5 + i);
    fail_unless_equals_int (meta->parent_id, 77);
    fail_unless_equals_int (meta->x, 10 * i);
    fail_unless_equals_int (meta->y, 300 - 100 * i);
    fail_unless_equals_int (meta->w, 30 + i);
    fail_unless_equals_int (meta->h, 4000);
    fail_unless (gst_structure_get_double (
        gst_video_region_of_interest_meta_get_param (own, "detection"),
        "confidence", &confidence));
    fail_unless (confidence == 0.5 + i);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (image), 7 * GST_SECOND);
    fail_unless_equals_uint64 (GST_BUFFER_DURATION (image), GST_SECOND / 30);
    fail_if (GST_BUFFER_FLAG_IS_SET (image, GST_BUFFER_FLAG_DELTA_UNIT));
    gst_buffer_unref (image);
  }
  fail_unless_equals_uint64 (bench_stat (&bench, "images-dropped"), 1);
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_WARNING), 1);
  while ((event = gst_harness_try_pull_event (bench.harness)) != NULL) {
    n_caps += GST_EVENT_TYPE (event) == GST_EVENT_CAPS;
    gst_event_unref (event);
  }
  fail_unless_equals_int (n_caps, 1);
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_types)
{
  Bench bench =
      bench_new ("imbytes roi=crop roi-type=face format=png on-request=true",
          NULL, INPUT);
  GstBuffer *frame = noise_frame ();
  gboolean accepted;

  g_signal_emit_by_name (bench.element, "request-image", &accepted);
  /* Neither of these has what was asked for. */
  push (&bench, noise_frame ());
  add (frame, "car", 1, 2, 3, 4);
  push (&bench, gst_buffer_copy (frame));
  fail_unless (gst_harness_try_pull (bench.harness) == NULL);
  fail_unless_equals_uint64 (bench_stat (&bench, "frames-skipped"), 2);
  add (frame, "face", 5, 6, 7, 8);
  push (&bench, gst_buffer_ref (frame));
  expect_crop (&bench, frame, 5, 6, 7, 8);
  fail_unless (gst_harness_try_pull (bench.harness) == NULL);
  /* Answered. */
  push (&bench, gst_buffer_copy (frame));
  fail_unless (gst_harness_try_pull (bench.harness) == NULL);
  g_object_set (bench.element, "roi-type", NULL, "on-request", FALSE, NULL);
  push (&bench, gst_buffer_ref (frame));
  expect_crop (&bench, frame, 1, 2, 3, 4);
  expect_crop (&bench, frame, 5, 6, 7, 8);
  g_object_set (bench.element, "roi", 0, NULL);
  push (&bench, gst_buffer_ref (frame));
  expect_crop (&bench, frame, 0, 0, 320, 240);
  gst_buffer_unref (frame);
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_bad_regions)
{
  static const guint bad[][4] = { { 320, 0, 5, 5 }, { 0, 240, 5, 5 },
    { 3, 3, 0, 5 }, { 3, 3, 5, 0 }, { G_MAXUINT, G_MAXUINT, 1, 1 },
    { G_MAXUINT, 0, G_MAXUINT, G_MAXUINT } };
  Bench bench = bench_new ("imbytes roi=crop format=png", NULL, INPUT);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    GstBuffer *frame = noise_frame ();

    add (frame, "bad", bad[i][0], bad[i][1], bad[i][2], bad[i][3]);
    push (&bench, frame);
    fail_unless (gst_harness_try_pull (bench.harness) == NULL);
  }
  fail_unless_equals_uint64 (bench_stat (&bench, "images-dropped"),
      G_N_ELEMENTS (bad));
  /* One warning for a run of them. */
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_WARNING), 1);
  {
    GstBuffer *frame = noise_frame ();

    add (frame, "huge", 0, 0, G_MAXUINT, G_MAXUINT);
    add (frame, "bad", 320, 240, 1, 1);
    push (&bench, gst_buffer_ref (frame));
    expect_crop (&bench, frame, 0, 0, 320, 240);
    gst_buffer_unref (frame);
  }
  bench_clear (&bench);
}

GST_END_TEST;

/* The bytes of @n images of regions that differ, all behind one another. */
static GBytes *
bytes_of (const gchar *launch, guint n)
{
  Bench bench = bench_new (launch, NULL, INPUT);
  GByteArray *all = g_byte_array_new ();
  GstBuffer *frame = noise_frame (), *image;
  guint count = 0;

  for (guint i = 0; i < n; i++)
    add (frame, "thing", i * 7 % 250, i * 5 % 190, 20 + i % 50, 10 + i % 40);
  push (&bench, frame);
  while ((image = gst_harness_try_pull (bench.harness)) != NULL) {
    GstMapInfo map;

    gst_buffer_map (image, &map, GST_MAP_READ);
    g_byte_array_append (all, map.data, (guint) map.size);
    gst_buffer_unmap (image, &map);
    gst_buffer_unref (image);
    count++;
  }
  fail_unless_equals_int (count, n);
  fail_unless_equals_uint64 (bench_stat (&bench, "images-out"), n);
  bench_clear (&bench);
  return g_byte_array_free_to_bytes (all);
}

GST_START_TEST (test_threads_and_many)
{
  static const gchar *const launches[] = { "width=40 height=40", "width=33",
    "width=224 height=224 fit=contain", "max-bytes=900 width=40 height=40",
    "format=png width=20 height=30" };

  for (guint i = 0; i < G_N_ELEMENTS (launches); i++) {
    GBytes *first = NULL;

    for (guint threads = 1; threads <= 8; threads = threads * 2 + threads / 4) {
      gchar *launch = g_strdup_printf ("imbytes roi=crop n-threads=%u %s",
          threads, launches[i]);
      GBytes *bytes = bytes_of (launch, i == 0 ? 1000 : 60);

      if (first == NULL)
        first = g_bytes_ref (bytes);
      fail_unless (g_bytes_equal (first, bytes), "%s", launch);
      g_bytes_unref (bytes);
      g_free (launch);
    }
    g_bytes_unref (first);
  }
}

GST_END_TEST;

GST_START_TEST (test_snapshot_of_regions)
{
  Bench bench =
      bench_new ("imbytes roi=crop snapshot=true format=png", NULL, INPUT);
  GstBuffer *frame = noise_frame ();

  push (&bench, noise_frame ());
  add (frame, "a", 1, 2, 3, 4);
  add (frame, "b", 5, 6, 7, 8);
  push (&bench, gst_buffer_ref (frame));
  push (&bench, gst_buffer_ref (frame));
  expect_crop (&bench, frame, 1, 2, 3, 4);
  expect_crop (&bench, frame, 5, 6, 7, 8);
  fail_unless (gst_harness_try_pull (bench.harness) == NULL);
  gst_buffer_unref (frame);
  bench_clear (&bench);
}

GST_END_TEST;

/* In a frame that is cropped itself, regions are still in the frame's pixels. */
GST_START_TEST (test_cropped_frame)
{
  Bench bench = bench_new ("imbytes roi=crop format=png", NULL,
      "video/x-raw,format=RGB,width=100,height=100,framerate=30/1");
  GstBuffer *frame = noise_frame ();
  GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (frame);

  gst_buffer_add_video_meta (frame, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_RGB, 320, 240);
  crop->x = 50;
  crop->y = 60;
  crop->width = crop->height = 100;
  add (frame, "inside", 70, 80, 10, 10);
  add (frame, "half", 40, 50, 20, 20);
  add (frame, "outside", 0, 0, 50, 60);
  push (&bench, gst_buffer_ref (frame));
  expect_crop (&bench, frame, 70, 80, 10, 10);
  expect_crop (&bench, frame, 50, 60, 10, 10);
  fail_unless_equals_uint64 (bench_stat (&bench, "images-dropped"), 1);
  gst_buffer_unref (frame);
  bench_clear (&bench);
}

GST_END_TEST;

#ifdef GST_IM_BYTES_HAVE_ANALYTICS

static void
detect (GstAnalyticsRelationMeta *meta, const gchar *type, gint x, gint y,
    gint w, gint h, gfloat confidence)
{
  GstAnalyticsODMtd detection;

  fail_unless (gst_analytics_relation_meta_add_od_mtd (meta,
      type != NULL ? g_quark_from_string (type) : 0, x, y, w, h, confidence,
      &detection));
}

/* @image is of a detection, and says so. */
static void
expect_description (GstBuffer *image, const gchar *type, gint id, guint x,
    guint y, guint w, guint h, gdouble confidence)
{
  GstVideoRegionOfInterestMeta *meta = (gpointer) region_of (image);
  gdouble said;

  fail_unless_equals_string (g_quark_to_string (meta->roi_type), type);
  fail_unless_equals_int (meta->id, id);
  fail_unless_equals_int (meta->x, x);
  fail_unless_equals_int (meta->y, y);
  fail_unless_equals_int (meta->w, w);
  fail_unless_equals_int (meta->h, h);
  fail_unless (gst_structure_get_double (
      gst_video_region_of_interest_meta_get_param (meta, "detection"),
      "confidence", &said));
  fail_unless (ABS (said - confidence) < 1e-6);
}

/* What else a detector attaches is no region: a class, a track. A box that both
 * metas say is one image. */
GST_START_TEST (test_detections)
{
  Bench bench = bench_new ("imbytes roi=crop format=png", NULL, INPUT);
  GstBuffer *frame = noise_frame ();
  GstAnalyticsRelationMeta *meta;
  GstAnalyticsClsMtd class;
  GstAnalyticsTrackingMtd track;

  add (frame, "car", 100, 50, 20, 20);
  add (frame, "face", 10, 20, 30, 40);
  meta = gst_buffer_add_analytics_relation_meta (frame);
  detect (meta, "face", 10, 20, 30, 40, 0.5F);
  fail_unless (gst_analytics_relation_meta_add_one_cls_mtd (meta, 0.25F,
      g_quark_from_string ("smile"), &class));
  detect (meta, "person", 10, 20, 30, 40, 0.5F);
  fail_unless (
      gst_analytics_relation_meta_add_tracking_mtd (meta, 9, 0, &track));
  detect (meta, "face", 11, 20, 30, 40, 0.5F);
  push (&bench, gst_buffer_ref (frame));
  expect_crop (&bench, frame, 100, 50, 20, 20);
  expect_crop (&bench, frame, 10, 20, 30, 40);
  expect_crop (&bench, frame, 10, 20, 30, 40);
  expect_crop (&bench, frame, 11, 20, 30, 40);
  fail_unless (gst_harness_try_pull (bench.harness) == NULL);
  g_object_set (bench.element, "roi-type", "person", NULL);
  push (&bench, gst_buffer_ref (frame));
  expect_crop (&bench, frame, 10, 20, 30, 40);
  fail_unless (gst_harness_try_pull (bench.harness) == NULL);
  g_object_set (bench.element, "roi-type", "tree", NULL);
  push (&bench, frame);
  fail_unless (gst_harness_try_pull (bench.harness) == NULL);
  fail_unless_equals_uint64 (bench_stat (&bench, "frames-skipped"), 1);
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_what_detections_say)
{
  Bench bench =
      bench_new ("imbytes roi=crop format=png width=8 height=8", NULL, INPUT);
  GstBuffer *frame = noise_frame (), *image;
  GstAnalyticsRelationMeta *meta =
      gst_buffer_add_analytics_relation_meta (frame);

  detect (meta, "left", -20, -10, 50, 40, 0.75F);
  detect (meta, NULL, 300, 200, G_MAXINT, G_MAXINT, 1);
  detect (meta, "everything", G_MININT, G_MININT, G_MAXINT, G_MAXINT, 0.1F);
  detect (meta, "flat", 5, 5, 0, 5, 0.1F);
  detect (meta, "negative", 50, 50, -20, -20, 0.1F);
  detect (meta, "right", 320, 0, 5, 5, 0.1F);
  push (&bench, frame);
  image = gst_harness_try_pull (bench.harness);
  expect_description (image, "left", 0, 0, 0, 30, 30, 0.75);
  gst_buffer_unref (image);
  image = gst_harness_try_pull (bench.harness);
  expect_description (image, NULL, 1, 300, 200, G_MAXINT, G_MAXINT, 1);
  gst_buffer_unref (image);
  fail_unless (gst_harness_try_pull (bench.harness) == NULL);
  fail_unless_equals_uint64 (bench_stat (&bench, "images-dropped"), 4);
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_WARNING), 1);
  bench_clear (&bench);
}

GST_END_TEST;

/* Their rectangles are in pixels of the frame, which the image no longer has. */
GST_START_TEST (test_detections_stay_behind)
{
  Bench bench = bench_new ("imbytes width=32", NULL, INPUT);
  GstBuffer *frame = noise_frame (), *image;

  detect (gst_buffer_add_analytics_relation_meta (frame), "car", 1, 2, 3, 4, 1);
  push (&bench, frame);
  image = gst_harness_try_pull (bench.harness);
  fail_unless (image != NULL);
  fail_unless (gst_buffer_get_analytics_relation_meta (image) == NULL);
  gst_buffer_unref (image);
  bench_clear (&bench);
}

GST_END_TEST;

/* Detections and metas that say the same boxes give the same images. */
GST_START_TEST (test_detections_are_regions)
{
  GRand *random = g_rand_new_with_seed (3);

  for (guint round = 0; round < 60; round++) {
    Bench ours = bench_new ("imbytes roi=crop", NULL, INPUT);
    Bench theirs = bench_new ("imbytes roi=crop", NULL, INPUT);
    GstBuffer *detected = noise_frame (), *marked = noise_frame ();
    GstAnalyticsRelationMeta *meta =
        gst_buffer_add_analytics_relation_meta (detected);
    GstBuffer *a, *b;

    for (gint n = g_rand_int_range (random, 1, 9); n > 0; n--) {
      gint x = g_rand_int_range (random, 0, 340);
      gint y = g_rand_int_range (random, 0, 260);
      gint w = g_rand_int_range (random, 0, 200);
      gint h = g_rand_int_range (random, 0, 200);

      detect (meta, "thing", x, y, w, h, 0.5F);
      add (marked, "thing", (guint) x, (guint) y, (guint) w, (guint) h);
    }
    push (&ours, detected);
    push (&theirs, marked);
    while ((b = gst_harness_try_pull (theirs.harness)) != NULL) {
      GstMapInfo map;

      a = gst_harness_try_pull (ours.harness);
      fail_unless (a != NULL);
      gst_buffer_map (b, &map, GST_MAP_READ);
      fail_unless (gst_buffer_get_size (a) == map.size
          && gst_buffer_memcmp (a, 0, map.data, map.size) == 0);
      gst_buffer_unmap (b, &map);
      gst_buffer_unref (a);
      gst_buffer_unref (b);
    }
    fail_unless (gst_harness_try_pull (ours.harness) == NULL);
    fail_unless_equals_uint64 (bench_stat (&ours, "images-dropped"),
        bench_stat (&theirs, "images-dropped"));
    bench_clear (&ours);
    bench_clear (&theirs);
  }
  g_rand_free (random);
}

GST_END_TEST;

#endif

static Suite *
roi_suite (void)
{
  Suite *suite = suite_create ("roi");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_crops);
  tcase_add_test (tcase, test_what_they_say);
  tcase_add_test (tcase, test_types);
  tcase_add_test (tcase, test_bad_regions);
  tcase_add_test (tcase, test_threads_and_many);
  tcase_add_test (tcase, test_snapshot_of_regions);
  tcase_add_test (tcase, test_cropped_frame);
#ifdef GST_IM_BYTES_HAVE_ANALYTICS
  tcase_add_test (tcase, test_detections);
  tcase_add_test (tcase, test_what_detections_say);
  tcase_add_test (tcase, test_detections_stay_behind);
  tcase_add_test (tcase, test_detections_are_regions);
#endif
  return suite;
}

GST_CHECK_MAIN (roi);
