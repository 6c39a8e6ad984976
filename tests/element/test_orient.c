/* imbytes tests: what video-direction does to pixels and sizes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "common.h"

#include <string.h>

/* As GstVideoOrientationMethod counts them. */
static const gchar *const directions[] = { "identity", "90r", "180", "90l",
  "horiz", "vert", "ul-lr", "ur-ll" };

/* Where pixel @x, @y of the turned picture was in one of @width x @height: what
 * GstVideoOrientationMethod says of each, in words. */
static void
origin (guint direction, gint width, gint height, gint *x, gint *y)
{
  gint right = width - 1, bottom = height - 1, column = *x, row = *y;

  switch (direction) {
    case GST_VIDEO_ORIENTATION_90R:
      *x = row, *y = bottom - column;
      break;
    case GST_VIDEO_ORIENTATION_180:
      *x = right - column, *y = bottom - row;
      break;
    case GST_VIDEO_ORIENTATION_90L:
      *x = right - row, *y = column;
      break;
    case GST_VIDEO_ORIENTATION_HORIZ:
      *x = right - column;
      break;
    case GST_VIDEO_ORIENTATION_VERT:
      *y = bottom - row;
      break;
    case GST_VIDEO_ORIENTATION_UL_LR:
      *x = row, *y = column;
      break;
    case GST_VIDEO_ORIENTATION_UR_LL:
      *x = right - row, *y = bottom - column;
      break;
    default:
      break;
  }
}

static gboolean
is_turned (guint direction)
{
  return direction == GST_VIDEO_ORIENTATION_90R
      || direction == GST_VIDEO_ORIENTATION_90L
      || direction == GST_VIDEO_ORIENTATION_UL_LR
      || direction == GST_VIDEO_ORIENTATION_UR_LL;
}

/* The largest distance of @turned from @upright turned in software. */
static gint
distance (const Picture *upright, const Picture *turned, guint direction)
{
  gint worst = 0;

  fail_unless_equals_int (turned->width,
      is_turned (direction) ? upright->height : upright->width);
  fail_unless_equals_int (turned->height,
      is_turned (direction) ? upright->width : upright->height);
  for (gint y = 0; y < turned->height; y++)
    for (gint x = 0; x < turned->width; x++) {
      gint at_x = x, at_y = y;

      origin (direction, upright->width, upright->height, &at_x, &at_y);
      for (gint c = 0; c < 4; c++)
        worst = MAX (worst,
            ABS (picture_at (turned, x, y)[c]
                - picture_at (upright, at_x, at_y)[c]));
    }
  return worst;
}

static gchar *
caps_of (const gchar *format, gint width, gint height)
{
  return g_strdup_printf ("video/x-raw,format=%s,width=%d,height=%d,"
                          "framerate=30/1",
      format, width, height);
}

static Picture
picture_of (const gchar *launch, const gchar *caps_string, guint32 seed)
{
  Bench bench = bench_new (launch, NULL, caps_string);
  GstCaps *caps = gst_caps_from_string (caps_string);
  GstVideoInfo info;
  GstBuffer *frame, *image;
  Picture picture;

  fail_unless (gst_video_info_from_caps (&info, caps));
  gst_caps_unref (caps);
  frame = frame_new (&info);
  frame_fill_noise (frame, &info, seed);
  image = bench_push (&bench, frame);
  picture = picture_decode (image);
  gst_buffer_unref (image);
  bench_clear (&bench);
  return picture;
}

GST_START_TEST (test_formats_and_sizes)
{
  static const gchar *const formats[] = { "I420", "NV12", "YUY2", "RGB", "BGRA",
    "GRAY8", "P010_10LE", "v210", "RGBA64_LE", "Y42B", "Y41B", "A420", "AYUV",
    "NV12_4L4", "RGB16", "GRAY16_BE", "GBR_10BE" };
  static const gint sizes[][2] = { { 1, 1 }, { 1, 7 }, { 17, 5 }, { 64, 48 },
    { 33, 150 }, { 150, 900 } };

  for (guint f = 0; f < G_N_ELEMENTS (formats); f++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++) {
      gchar *caps = caps_of (formats[f], sizes[s][0], sizes[s][1]);
      Picture upright = picture_of ("imbytes format=png", caps, 7);

      for (guint d = 1; d < G_N_ELEMENTS (directions); d++) {
        gchar *launch =
            g_strdup_printf ("imbytes format=png video-direction=%s",
                directions[d]);
        Picture turned = picture_of (launch, caps, 7);
        gint worst = distance (&upright, &turned, d);

        fail_unless (worst == 0, "%s: %s is off by %d", caps, launch, worst);
        picture_clear (&turned);
        g_free (launch);
      }
      picture_clear (&upright);
      g_free (caps);
    }
}

GST_END_TEST;

/* Every format that there is, a little one, in both codecs. */
GST_START_TEST (test_all_formats)
{
  GstElement *element = gst_element_factory_make ("imbytes", NULL);
  GstPad *pad = gst_element_get_static_pad (element, "sink");
  GstCaps *templ = gst_pad_get_pad_template_caps (pad);
  const GValue *list =
      gst_structure_get_value (gst_caps_get_structure (templ, 0), "format");

  for (guint i = 0; i < gst_value_list_get_size (list); i++) {
    const gchar *format =
        g_value_get_string (gst_value_list_get_value (list, i));
    gchar *caps = caps_of (format, 37, 29);
    Picture upright = picture_of ("imbytes format=png", caps, 3);
    Picture turned =
        picture_of ("imbytes format=png video-direction=90r", caps, 3);
    Picture jpeg = picture_of ("imbytes video-direction=ur-ll", caps, 3);

    fail_unless_equals_int (distance (&upright, &turned,
                                GST_VIDEO_ORIENTATION_90R),
        0);
    fail_unless_equals_int (jpeg.width, 29);
    fail_unless_equals_int (jpeg.height, 37);
    picture_clear (&jpeg);
    picture_clear (&turned);
    picture_clear (&upright);
    g_free (caps);
  }
  gst_caps_unref (templ);
  gst_object_unref (pad);
  gst_object_unref (element);
}

GST_END_TEST;

/* Sizes, fit and pixel aspect ratio are about what is upright. */
GST_START_TEST (test_sizes)
{
  static const struct
  {
    const gchar *launch, *input;
    gint width, height, par_n, par_d;
  } cases[] = {
    { "imbytes width=640 video-direction=90r", "width=1920,height=1080", 640,
        1138, 1, 1 },
    { "imbytes height=640 video-direction=90l", "width=1920,height=1080", 360,
        640, 1, 1 },
    { "imbytes width=300 height=300 fit=inside video-direction=ul-lr",
        "width=320,height=240", 225, 300, 1, 1 },
    { "imbytes width=300 height=300 fit=contain video-direction=ur-ll",
        "width=320,height=240", 300, 300, 1, 1 },
    { "imbytes width=300 height=100 fit=cover video-direction=90r",
        "width=320,height=240", 300, 100, 1, 1 },
    { "imbytes enlarge=false width=300 video-direction=90r",
        "width=320,height=240", 240, 320, 1, 1 },
    { "imbytes video-direction=90r",
        "width=720,height=576,pixel-aspect-ratio=16/15", 576, 768, 1, 1 },
    { "imbytes video-direction=180",
        "width=720,height=576,pixel-aspect-ratio=16/15", 768, 576, 1, 1 },
    { "imbytes square-pixels=false video-direction=90r",
        "width=720,height=576,pixel-aspect-ratio=16/15", 576, 720, 15, 16 },
    { "imbytes square-pixels=false width=100 height=100 video-direction=90r",
        "width=720,height=576,pixel-aspect-ratio=16/15", 100, 100, 27, 36 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    gchar *caps = g_strdup_printf ("video/x-raw,format=I420,framerate=30/1,%s",
        cases[i].input);
    Bench bench = bench_new (cases[i].launch, NULL, caps);
    GstBuffer *image = bench_push (&bench, frame_new_for_caps (caps));
    GstCaps *out = gst_pad_get_current_caps (bench.harness->sinkpad);
    Picture picture = picture_decode (image);
    gint n, d;

    fail_unless (gst_structure_get_fraction (gst_caps_get_structure (out, 0),
        "pixel-aspect-ratio", &n, &d));
    fail_unless (picture.width == cases[i].width
            && picture.height == cases[i].height
            && n * cases[i].par_d == d * cases[i].par_n,
        "%s: %dx%d, %d/%d", cases[i].launch, picture.width, picture.height, n,
        d);
    fail_unless_equals_int (bench_out_int (&bench, "width"), cases[i].width);
    picture_clear (&picture);
    gst_caps_unref (out);
    gst_buffer_unref (image);
    bench_clear (&bench);
    g_free (caps);
  }
}

GST_END_TEST;

/* What a crop leaves is turned; it is given in pixels of the frame. */
GST_START_TEST (test_crop)
{
  static const gchar *const formats[] = { "RGB", "I420", "YUY2", "v210" };

  for (guint f = 0; f < G_N_ELEMENTS (formats); f++)
    for (guint d = 1; d < G_N_ELEMENTS (directions); d++) {
      gchar *launch = g_strdup_printf ("imbytes format=png video-direction=%s",
          directions[d]);
      gchar *caps = caps_of (formats[f], 30, 20);
      GstVideoInfo info =
          video_info (gst_video_format_from_string (formats[f]), 64, 48);
      Picture pictures[2];
      gint worst;

      for (guint i = 0; i < 2; i++) {
        Bench bench = bench_new (i ? launch : "imbytes format=png", NULL, caps);
        GstBuffer *frame = frame_new (&info), *image;
        GstVideoCropMeta *crop;

        frame_fill_noise (frame, &info, 5);
        gst_buffer_add_video_meta_full (frame, 0, GST_VIDEO_INFO_FORMAT (&info),
            64, 48, GST_VIDEO_INFO_N_PLANES (&info), info.offset, info.stride);
        crop = gst_buffer_add_video_crop_meta (frame);
        crop->x = 10;
        crop->y = 6;
        crop->width = 30;
        crop->height = 20;
        image = bench_push (&bench, frame);
        pictures[i] = picture_decode (image);
        gst_buffer_unref (image);
        bench_clear (&bench);
      }
      worst = distance (&pictures[0], &pictures[1], d);
      fail_unless (worst == 0, "%s %s: off by %d", formats[f], directions[d],
          worst);
      picture_clear (&pictures[0]);
      picture_clear (&pictures[1]);
      g_free (launch);
      g_free (caps);
    }
}

GST_END_TEST;

GST_START_TEST (test_threads)
{
  static const gchar *const formats[] = { "I420", "BGRA", "v210", "P010_10LE" };
  static const gchar *const options[] = { "", "format=png", "progressive=true",
    "width=200 method=lanczos" };

  for (guint f = 0; f < G_N_ELEMENTS (formats); f++)
    for (guint o = 0; o < G_N_ELEMENTS (options); o++)
      for (guint d = GST_VIDEO_ORIENTATION_90R; d <= GST_VIDEO_ORIENTATION_180;
           d++) {
        static const guint threads[] = { 1, 2, 3, 8 };
        GstBuffer *first = NULL;

        for (guint t = 0; t < G_N_ELEMENTS (threads); t++) {
          gchar *launch =
              g_strdup_printf ("imbytes video-direction=%s n-threads=%u %s",
                  directions[d], threads[t], options[o]);
          gchar *caps = caps_of (formats[f], 642, 1201);
          Bench bench = bench_new (launch, NULL, caps);
          GstVideoInfo info =
              video_info (gst_video_format_from_string (formats[f]), 642, 1201);
          GstBuffer *frame = frame_new (&info), *image;

          frame_fill_noise (frame, &info, 11);
          image = bench_push (&bench, frame);
          if (first == NULL)
            first = gst_buffer_ref (image);
          fail_unless (buffers_are_equal (first, image), "%s: %s", caps,
              launch);
          gst_buffer_unref (image);
          bench_clear (&bench);
          g_free (caps);
          g_free (launch);
        }
        gst_buffer_unref (first);
      }
}

GST_END_TEST;

/* Regions are given in pixels of the frame, and come out upright. */
GST_START_TEST (test_regions)
{
  static const gchar caps[] = "video/x-raw,format=RGB,width=320,height=240,"
                              "framerate=30/1";
  static const guint regions[][4] = { { 10, 20, 100, 50 }, { 200, 7, 33, 99 } };
  GstVideoInfo info = video_info (GST_VIDEO_FORMAT_RGB, 320, 240);

  for (guint d = 1; d < G_N_ELEMENTS (directions); d++) {
    gchar *launch =
        g_strdup_printf ("imbytes format=png roi=crop video-direction=%s",
            directions[d]);
    Bench benches[2] = { bench_new ("imbytes format=png roi=crop", NULL, caps),
      bench_new (launch, NULL, caps) };

    for (guint b = 0; b < 2; b++) {
      GstBuffer *frame = frame_new (&info);

      frame_fill_noise (frame, &info, 9);
      for (guint r = 0; r < 2; r++)
        gst_buffer_add_video_region_of_interest_meta (frame, "face",
            regions[r][0], regions[r][1], regions[r][2], regions[r][3]);
      fail_unless_equals_int (gst_harness_push (benches[b].harness, frame),
          GST_FLOW_OK);
    }
    for (guint r = 0; r < 2; r++) {
      GstBuffer *upright = gst_harness_pull (benches[0].harness);
      GstBuffer *turned = gst_harness_pull (benches[1].harness);
      Picture a = picture_decode (upright), b = picture_decode (turned);

      fail_unless_equals_int (a.width, (gint) regions[r][2]);
      fail_unless_equals_int (distance (&a, &b, d), 0);
      picture_clear (&a);
      picture_clear (&b);
      gst_buffer_unref (upright);
      gst_buffer_unref (turned);
    }
    bench_clear (&benches[0]);
    bench_clear (&benches[1]);
    g_free (launch);
  }
}

GST_END_TEST;

static Suite *
orient_suite (void)
{
  Suite *s = suite_create ("orient");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_formats_and_sizes);
  tcase_add_test (tc, test_all_formats);
  tcase_add_test (tc, test_sizes);
  tcase_add_test (tc, test_crop);
  tcase_add_test (tc, test_regions);
  tcase_add_test (tc, test_threads);
  return s;
}

GST_CHECK_MAIN (orient);
