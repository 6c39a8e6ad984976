/* imbytes tests: video-direction and the image-orientation tag.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "common.h"

#include <gst/tag/tag.h>
#include <string.h>

/* Tags as GStreamer names them, and what they ask for. */
static const struct
{
  const gchar *nick, *tag;
} directions[] = { { "identity", "rotate-0" }, { "90r", "rotate-90" },
  { "180", "rotate-180" }, { "90l", "rotate-270" },
  { "horiz", "flip-rotate-0" }, { "vert", "flip-rotate-180" },
  { "ul-lr", "flip-rotate-270" }, { "ur-ll", "flip-rotate-90" } };

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
                directions[d].nick);
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

#define INPUT "video/x-raw,format=GRAY8,width=64,height=48,framerate=30/1"

static GstEvent *
tag_event (const gchar *orientation, GstTagScope scope)
{
  GstTagList *tags = gst_tag_list_new (GST_TAG_TITLE, "a title", NULL);

  if (orientation != NULL)
    gst_tag_list_add (tags, GST_TAG_MERGE_REPLACE, GST_TAG_IMAGE_ORIENTATION,
        orientation, NULL);
  gst_tag_list_set_scope (tags, scope);
  return gst_event_new_tag (tags);
}

/* What the orientation tag downstream was last; free it. NULL: none came. */
static gchar *
orientation_downstream (Bench *bench)
{
  gchar *found = NULL;
  GstEvent *event;

  while ((event = gst_harness_try_pull_event (bench->harness)) != NULL) {
    GstTagList *tags;
    gchar *value;

    if (GST_EVENT_TYPE (event) == GST_EVENT_TAG) {
      gst_event_parse_tag (event, &tags);
      if (gst_tag_list_get_string (tags, GST_TAG_IMAGE_ORIENTATION, &value)) {
        g_free (found);
        found = value;
      }
    }
    gst_event_unref (event);
  }
  return found;
}

/* One frame whose left half is white; whether it is white at the left, right,
 * top or bottom of the image. */
static const gchar *
push_and_look (Bench *bench)
{
  GstBuffer *frame = frame_new_for_caps (INPUT), *image;
  const gchar *where = "nowhere";
  Picture picture;
  GstMapInfo map;

  gst_buffer_map (frame, &map, GST_MAP_WRITE);
  for (gsize i = 0; i < map.size; i++)
    map.data[i] = i % 64 < 32 ? 255 : 0;
  gst_buffer_unmap (frame, &map);
  image = bench_push (bench, frame);
  picture = picture_decode (image);
  gst_buffer_unref (image);
  fail_unless_equals_int (picture.width, bench_out_int (bench, "width"));
  fail_unless_equals_int (picture.height, bench_out_int (bench, "height"));
  if (picture.width == 64)
    where = picture_at (&picture, 4, 24)[0] > 128 ? "left" : "right";
  else if (picture.width == 48)
    where = picture_at (&picture, 24, 4)[0] > 128 ? "top" : "bottom";
  picture_clear (&picture);
  return where;
}

static void
expect_orientation (Bench *bench, const gchar *expected)
{
  gchar *found = orientation_downstream (bench);

  fail_unless_equals_string (found, expected);
  g_free (found);
}

GST_START_TEST (test_auto_follows_tags)
{
  Bench bench = bench_new ("imbytes video-direction=auto", NULL, INPUT);

  /* No tag, no turn, one caps event. */
  fail_unless_equals_string (push_and_look (&bench), "left");
  gst_harness_push_event (bench.harness,
      tag_event ("rotate-90", GST_TAG_SCOPE_STREAM));
  fail_unless_equals_string (push_and_look (&bench), "top");
  expect_orientation (&bench, "rotate-0");
  gst_harness_push_event (bench.harness,
      tag_event ("rotate-180", GST_TAG_SCOPE_STREAM));
  fail_unless_equals_string (push_and_look (&bench), "right");
  /* The container's gives way to the stream's. */
  gst_harness_push_event (bench.harness,
      tag_event ("rotate-270", GST_TAG_SCOPE_GLOBAL));
  fail_unless_equals_string (push_and_look (&bench), "right");
  /* A list without an orientation takes the stream's back. */
  gst_harness_push_event (bench.harness,
      tag_event (NULL, GST_TAG_SCOPE_STREAM));
  fail_unless_equals_string (push_and_look (&bench), "bottom");
  gst_harness_push_event (bench.harness,
      tag_event ("upside-down, please", GST_TAG_SCOPE_STREAM));
  fail_unless_equals_string (push_and_look (&bench), "bottom");
  gst_harness_push_event (bench.harness,
      tag_event (NULL, GST_TAG_SCOPE_GLOBAL));
  fail_unless_equals_string (push_and_look (&bench), "left");
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_WARNING), 0);
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_ERROR), 0);
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_every_tag)
{
  for (guint i = 0; i < G_N_ELEMENTS (directions); i++) {
    gchar *launch =
        g_strdup_printf ("imbytes video-direction=%s", directions[i].nick);
    Bench asked = bench_new (launch, NULL, INPUT);
    Bench tagged = bench_new ("imbytes video-direction=auto", NULL, INPUT);
    GstBuffer *a, *b;

    gst_harness_push_event (tagged.harness,
        tag_event (directions[i].tag, GST_TAG_SCOPE_STREAM));
    a = bench_push (&asked, frame_new_for_caps (INPUT));
    b = bench_push (&tagged, frame_new_for_caps (INPUT));
    fail_unless (buffers_are_equal (a, b), "%s", directions[i].nick);
    fail_unless_equals_string (push_and_look (&asked), push_and_look (&tagged));
    gst_buffer_unref (a);
    gst_buffer_unref (b);
    bench_clear (&asked);
    bench_clear (&tagged);
    g_free (launch);
  }
}

GST_END_TEST;

/* A tag that was there before the first frame: no caps of another size come
 * first, which some elements downstream would not let change. */
GST_START_TEST (test_caps_come_once)
{
  Bench bench = bench_new ("imbytes video-direction=auto", NULL, INPUT);
  guint n_caps = 0;
  GstEvent *event;

  gst_harness_push_event (bench.harness,
      tag_event ("rotate-90", GST_TAG_SCOPE_STREAM));
  fail_unless_equals_string (push_and_look (&bench), "top");
  while ((event = gst_harness_try_pull_event (bench.harness)) != NULL) {
    n_caps += GST_EVENT_TYPE (event) == GST_EVENT_CAPS;
    gst_event_unref (event);
  }
  fail_unless_equals_int (n_caps, 1);
  bench_clear (&bench);
}

GST_END_TEST;

/* Frames that are not wanted are finished too, and have no caps without this. */
GST_START_TEST (test_auto_before_any_image)
{
  Bench bench =
      bench_new ("imbytes video-direction=auto on-request=true", NULL, INPUT);

  gst_harness_push_event (bench.harness,
      tag_event ("rotate-90", GST_TAG_SCOPE_STREAM));
  fail_unless_equals_int (gst_harness_push (bench.harness,
                              frame_new_for_caps (INPUT)),
      GST_FLOW_OK);
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_ERROR), 0);
  fail_unless_equals_int (bench_out_int (&bench, "width"), 48);
  g_object_set (bench.element, "on-request", FALSE, NULL);
  fail_unless_equals_string (push_and_look (&bench), "top");
  bench_clear (&bench);
}

GST_END_TEST;

/* Downstream hears of it where the property changes. */
GST_START_TEST (test_property_in_mid_stream)
{
  Bench bench = bench_new ("imbytes", NULL, INPUT);

  gst_harness_push_event (bench.harness,
      tag_event ("rotate-90", GST_TAG_SCOPE_STREAM));
  fail_unless_equals_string (push_and_look (&bench), "left");
  expect_orientation (&bench, "rotate-90");
  gst_util_set_object_arg (G_OBJECT (bench.element), "video-direction", "auto");
  fail_unless_equals_string (push_and_look (&bench), "top");
  expect_orientation (&bench, "rotate-0");
  fail_unless_equals_string (push_and_look (&bench), "top");
  expect_orientation (&bench, NULL);
  gst_util_set_object_arg (G_OBJECT (bench.element), "video-direction", "180");
  fail_unless_equals_string (push_and_look (&bench), "right");
  expect_orientation (&bench, "rotate-90");
  gst_util_set_object_arg (G_OBJECT (bench.element), "video-direction", "90l");
  fail_unless_equals_string (push_and_look (&bench), "bottom");
  gst_util_set_object_arg (G_OBJECT (bench.element), "video-direction",
      "identity");
  fail_unless_equals_string (push_and_look (&bench), "left");
  bench_clear (&bench);
}

GST_END_TEST;

/* Another stream begins without the tags of the last one. */
GST_START_TEST (test_new_stream)
{
  Bench bench = bench_new ("imbytes video-direction=auto", NULL, INPUT);

  gst_harness_push_event (bench.harness,
      tag_event ("rotate-90", GST_TAG_SCOPE_GLOBAL));
  fail_unless_equals_string (push_and_look (&bench), "top");
  gst_harness_push_event (bench.harness, gst_event_new_stream_start ("other"));
  fail_unless_equals_string (push_and_look (&bench), "left");
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_custom)
{
  Bench bench = bench_new ("imbytes video-direction=custom", NULL, INPUT);

  fail_unless_equals_string (push_and_look (&bench), "left");
  fail_unless_equals_string (push_and_look (&bench), "left");
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_WARNING), 1);
  fail_unless (GST_IS_VIDEO_DIRECTION (bench.element));
  bench_clear (&bench);
}

GST_END_TEST;

/* What a crop leaves is turned; it is given in pixels of the frame. */
GST_START_TEST (test_crop)
{
  static const gchar *const formats[] = { "RGB", "I420", "YUY2", "v210" };

  for (guint f = 0; f < G_N_ELEMENTS (formats); f++)
    for (guint d = 1; d < G_N_ELEMENTS (directions); d++) {
      gchar *launch = g_strdup_printf ("imbytes format=png video-direction=%s",
          directions[d].nick);
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
      fail_unless (worst == 0, "%s %s: off by %d", formats[f],
          directions[d].nick, worst);
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
                  directions[d].nick, threads[t], options[o]);
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

/* What the viewer still has to do stands in the file, and nothing else. */
GST_START_TEST (test_metadata)
{
  static const struct
  {
    const gchar *direction, *orientation; /* as tags name it; NULL: none */
  } cases[] = { { "identity", "rotate-90" }, { "auto", NULL },
    { "90r", NULL } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    gchar *launch = g_strdup_printf ("imbytes metadata=true video-direction=%s",
        cases[i].direction);
    Bench bench = bench_new (launch, NULL, INPUT);
    gchar *found = NULL;
    GstTagList *tags;
    GstBuffer *image, *exif;
    GstMapInfo map;

    gst_harness_push_event (bench.harness,
        tag_event ("rotate-90", GST_TAG_SCOPE_STREAM));
    image = bench_push (&bench, frame_new_for_caps (INPUT));
    gst_buffer_map (image, &map, GST_MAP_READ);
    /* SOI, APP0 of 16 bytes, then APP1: marker, length, "Exif". */
    fail_unless_equals_int (map.data[21], 0xe1);
    fail_unless (memcmp (map.data + 24, "Exif\0\0", 6) == 0);
    exif = gst_buffer_copy_region (image, GST_BUFFER_COPY_MEMORY, 30,
        map.data[22] * 256 + map.data[23] - 8);
    gst_buffer_unmap (image, &map);
    tags = gst_tag_list_from_exif_buffer_with_tiff_header (exif);
    gst_tag_list_get_string (tags, GST_TAG_IMAGE_ORIENTATION, &found);
    fail_unless_equals_string (found, cases[i].orientation);
    g_free (found);
    gst_tag_list_unref (tags);
    gst_buffer_unref (exif);
    gst_buffer_unref (image);
    bench_clear (&bench);
    g_free (launch);
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
            directions[d].nick);
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
  tcase_set_timeout (tc, 240);
  tcase_add_test (tc, test_formats_and_sizes);
  tcase_add_test (tc, test_all_formats);
  tcase_add_test (tc, test_sizes);
  tcase_add_test (tc, test_auto_follows_tags);
  tcase_add_test (tc, test_every_tag);
  tcase_add_test (tc, test_caps_come_once);
  tcase_add_test (tc, test_auto_before_any_image);
  tcase_add_test (tc, test_property_in_mid_stream);
  tcase_add_test (tc, test_new_stream);
  tcase_add_test (tc, test_custom);
  tcase_add_test (tc, test_crop);
  tcase_add_test (tc, test_metadata);
  tcase_add_test (tc, test_regions);
  tcase_add_test (tc, test_threads);
  return s;
}

GST_CHECK_MAIN (orient);
