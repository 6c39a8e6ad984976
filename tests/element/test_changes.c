/* imbytes tests: every property that may change while playing does so with the
 * next frame.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <string.h>

#include "common.h"

#define INPUT \
  "video/x-raw,format=I420,width=160,height=120,framerate=30/1," \
  "pixel-aspect-ratio=4/3"

/* How it shows. */
typedef enum
{
  OTHER_BYTES,
  NO_IMAGE,
  ANOTHER_IMAGE, /* where there was none */
  A_MESSAGE
} Effect;

static const struct
{
  const gchar *property, *value;
  const gchar *launch; /* with what it has to be together with */
  Effect effect;
} changes[] = {
  { "width", "40", "", OTHER_BYTES },
  { "height", "40", "", OTHER_BYTES },
  { "fit", "contain", "width=60 height=60", OTHER_BYTES },
  { "enlarge", "false", "width=400", OTHER_BYTES },
  { "square-pixels", "false", "", OTHER_BYTES },
  { "background", "4294901760", "width=60 height=60 fit=contain", OTHER_BYTES },
  { "method", "nearest", "width=70", OTHER_BYTES },
  { "video-direction", "90r", "", OTHER_BYTES },
  { "quality", "30", "", OTHER_BYTES },
  { "subsampling", "4:4:4", "", OTHER_BYTES },
  { "progressive", "true", "", OTHER_BYTES },
  { "optimize", "true", "", OTHER_BYTES },
  { "dct-method", "ifast", "quality=95", OTHER_BYTES },
  { "compression-level", "6", "format=png", OTHER_BYTES },
  { "png-filter", "none", "format=png", OTHER_BYTES },
  { "bit-depth", "16", "format=png", OTHER_BYTES },
  { "png-reduce", "true", "format=png", OTHER_BYTES },
  { "interval", "60000000000", "", NO_IMAGE },
  { "on-request", "true", "", NO_IMAGE },
  { "min-change", "0.5", "min-change=0.000001", NO_IMAGE },
  { "max-interval", "1", "min-change=1", ANOTHER_IMAGE },
  { "skip-corrupted", "false", "interval=1", ANOTHER_IMAGE },
  { "warm-up", "60000000000", "", NO_IMAGE },
  { "min-detail", "0.5", "", NO_IMAGE },
  { "snapshot", "false", "snapshot=true on-request=true", NO_IMAGE },
  { "roi", "crop", "", NO_IMAGE },
  { "roi-type", "other", "roi=crop", NO_IMAGE },
  { "max-bytes", "15000", "quality=95", OTHER_BYTES },
  { "min-quality", "0", "max-bytes=9000 min-quality=95 quality=95",
      ANOTHER_IMAGE },
  { "metadata", "true", "", OTHER_BYTES },
  /* A harness says that it is live. */
  { "wall-clock", "true", "metadata=true", OTHER_BYTES },
  { "post-messages", "true", "", A_MESSAGE },
};

static GstBuffer *
make_frame (guint n, const gchar *property)
{
  GstVideoInfo info = video_info (GST_VIDEO_FORMAT_I420, 160, 120);
  GstBuffer *frame = frame_new (&info);

  frame_fill_noise (frame, &info, 1);
  if (g_str_equal (property, "png-reduce"))
    gst_buffer_memset (frame, 0, 128, gst_buffer_get_size (frame));
  GST_BUFFER_PTS (frame) = n * GST_SECOND;
  GST_BUFFER_DURATION (frame) = GST_SECOND;
  if (g_str_equal (property, "roi-type"))
    gst_buffer_add_video_region_of_interest_meta (frame, "thing", 8, 8, 40, 30);
  if (g_str_equal (property, "skip-corrupted"))
    GST_BUFFER_FLAG_SET (frame, GST_BUFFER_FLAG_CORRUPTED);
  return frame;
}

static GstBuffer *
push (Bench *bench, guint n, const gchar *property)
{
  fail_unless_equals_int (gst_harness_push (bench->harness,
                              make_frame (n, property)),
      GST_FLOW_OK);
  return gst_harness_try_pull (bench->harness);
}

static void
check_effect (guint i, Bench *bench, GstBuffer *before, GstBuffer *after)
{
  const gchar *property = changes[i].property;

  switch (changes[i].effect) {
    case OTHER_BYTES:
      fail_unless (before != NULL && after != NULL, "%s", property);
      fail_if (buffers_are_equal (before, after), "%s", property);
      break;
    case NO_IMAGE:
      fail_unless (after == NULL, "%s", property);
      break;
    case ANOTHER_IMAGE:
      fail_unless (after != NULL, "%s", property);
      break;
    case A_MESSAGE:
      fail_unless_equals_int (bench_count (bench, GST_MESSAGE_ELEMENT), 1);
      break;
  }
}

GST_START_TEST (test_next_frame)
{
  Bench bench;
  gchar *launch = g_strdup_printf ("imbytes %s", changes[__i__].launch);
  const gchar *property = changes[__i__].property;
  GstBuffer *before, *after;

  bench = bench_new (launch, NULL, INPUT);
  gst_harness_push_event (bench.harness,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_COMMENT, "this", NULL)));
  before = push (&bench, 0, property);
  gst_clear_buffer (&before);
  before = push (&bench, 1, property);
  gst_util_set_object_arg (G_OBJECT (bench.element), property,
      changes[__i__].value);
  after = push (&bench, 2, property);
  check_effect (__i__, &bench, before, after);
  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_ERROR), 0);
  gst_clear_buffer (&before);
  gst_clear_buffer (&after);
  g_free (launch);
  bench_clear (&bench);
}

GST_END_TEST;

/* No property is missing above. */
GST_START_TEST (test_all_are_here)
{
  GstElement *element = gst_element_factory_make ("imbytes", NULL);
  guint n;
  GParamSpec **pspecs =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);

  for (guint i = 0; i < n; i++) {
    gboolean found = FALSE;

    if (strcmp (g_type_name (pspecs[i]->owner_type), "GstImBytes") != 0
        || !(pspecs[i]->flags & GST_PARAM_MUTABLE_PLAYING)
        || !(pspecs[i]->flags & G_PARAM_WRITABLE))
      continue;
    for (guint k = 0; k < G_N_ELEMENTS (changes); k++)
      found |= g_str_equal (changes[k].property, pspecs[i]->name);
    fail_unless (found, "%s is not tested", pspecs[i]->name);
  }
  g_free (pspecs);
  gst_object_unref (element);
}

GST_END_TEST;

static Suite *
changes_suite (void)
{
  Suite *suite = suite_create ("changes");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_next_frame, 0, G_N_ELEMENTS (changes));
  tcase_add_test (tcase, test_all_are_here);
  return suite;
}

GST_CHECK_MAIN (changes);
