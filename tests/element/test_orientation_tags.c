/* imbytes tests: video-direction and the image-orientation tag, upstream and down.
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

static Suite *
orientation_tags_suite (void)
{
  Suite *s = suite_create ("orientation tags");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_auto_follows_tags);
  tcase_add_test (tc, test_every_tag);
  tcase_add_test (tc, test_caps_come_once);
  tcase_add_test (tc, test_auto_before_any_image);
  tcase_add_test (tc, test_property_in_mid_stream);
  tcase_add_test (tc, test_new_stream);
  tcase_add_test (tc, test_custom);
  tcase_add_test (tc, test_metadata);
  return s;
}

GST_CHECK_MAIN (orientation_tags);
