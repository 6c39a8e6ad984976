/* imbytes tests: codec, size and the rest of the caps, agreed on both ways.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "common.h"

#include <string.h>

#define INPUT "video/x-raw,format=I420,width=320,height=240,framerate=30/1"

typedef struct
{
  const gchar *launch, *sink_caps;
  const gchar *media_type;
  gint width, height;
} Case;

static void
check_case (const Case *c)
{
  Bench bench = bench_new (c->launch, c->sink_caps, INPUT);
  GstBuffer *image = bench_push (&bench, frame_new_for_caps (INPUT));
  Picture picture = picture_decode (image);
  GstCaps *caps = gst_pad_get_current_caps (bench.harness->sinkpad);

  fail_unless (gst_structure_has_name (gst_caps_get_structure (caps, 0),
                   c->media_type),
      "%s ! %s", c->launch, c->sink_caps);
  fail_unless_equals_int (bench_out_int (&bench, "width"), c->width);
  fail_unless_equals_int (bench_out_int (&bench, "height"), c->height);
  fail_unless_equals_int (picture.width, c->width);
  fail_unless_equals_int (picture.height, c->height);
  gst_caps_unref (caps);
  picture_clear (&picture);
  gst_buffer_unref (image);
  bench_clear (&bench);
}

GST_START_TEST (test_choices)
{
  static const Case cases[] = { { "imbytes", NULL, "image/jpeg", 320, 240 },
    { "imbytes", "ANY", "image/jpeg", 320, 240 },
    { "imbytes", "image/png", "image/png", 320, 240 },
    { "imbytes", "image/png; image/jpeg", "image/jpeg", 320, 240 },
    { "imbytes format=png", "image/jpeg; image/png", "image/png", 320, 240 },
    { "imbytes format=jpeg", "ANY", "image/jpeg", 320, 240 },
    { "imbytes", "image/png,width=500,height=500", "image/png", 500, 500 },
    { "imbytes", "image/jpeg,width=640", "image/jpeg", 640, 480 },
    { "imbytes", "image/jpeg,height=60", "image/jpeg", 80, 60 },
    { "imbytes width=160", "image/jpeg,height=100", "image/jpeg", 160, 100 },
    { "imbytes width=160", "image/jpeg,width=160", "image/jpeg", 160, 120 },
    { "imbytes", "image/jpeg,width=[1,100]", "image/jpeg", 100, 75 },
    { "imbytes", "image/jpeg,width=[1,200],height=[1,75]", "image/jpeg", 100,
        75 },
    { "imbytes", "image/jpeg,width={40,80,160}", "image/jpeg", 160, 120 },
    { "imbytes", "image/jpeg,height=[480,500]", "image/jpeg", 640, 480 },
    { "imbytes", "image/jpeg,width=[1,100],height=[200,300]", "image/jpeg", 100,
        240 },
    { "imbytes", "image/jpeg,width=300; image/png", "image/jpeg", 300, 225 },
    { "imbytes width=200", "image/jpeg,width=300; image/png", "image/png", 200,
        150 },
    { "imbytes fit=inside width=100 height=100", "image/jpeg,height=75",
        "image/jpeg", 100, 75 },
    { "imbytes fit=contain", "image/jpeg,width=99,height=99", "image/jpeg", 99,
        99 },
    { "imbytes enlarge=false width=1000", "image/png", "image/png", 320,
        240 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_case (&cases[i]);
}

GST_END_TEST;

static void
check_refusal (const gchar *launch, const gchar *sink_caps, const gchar *says)
{
  Bench bench = bench_new (launch, sink_caps, INPUT);

  fail_unless_equals_int (gst_harness_push (bench.harness,
                              frame_new_for_caps (INPUT)),
      GST_FLOW_NOT_NEGOTIATED);
  bench_expect_error (&bench, says);
  fail_unless_equals_int (gst_harness_buffers_received (bench.harness), 0);
  bench_clear (&bench);
}

GST_START_TEST (test_contradictions)
{
  check_refusal ("imbytes width=300", "image/jpeg,width=500",
      "width property asks for 300 pixels, but downstream caps ask for "
      "width=500");
  check_refusal ("imbytes height=30", "image/png,height=[40,50]",
      "height property asks for 30 pixels");
  check_refusal ("imbytes fit=inside", "image/png,width=500,height=500",
      "height=500");
  check_refusal ("imbytes enlarge=false", "image/png,width=640", "320x240");
  check_refusal ("imbytes format=png", "image/jpeg",
      "Downstream does not take PNG");
  check_refusal ("imbytes progressive=true", "image/jpeg,sof-marker=0",
      "sof-marker=2");
  check_refusal ("imbytes subsampling=4:4:4", "image/jpeg,sampling=YCbCr-4:2:0",
      "YCbCr-4:4:4");
  check_refusal ("imbytes width=65501", "image/jpeg", "65500");
  check_refusal ("imbytes width=100000", NULL, "65500");
}

GST_END_TEST;

/* Where the user leaves it open, downstream may say what it needs. */
GST_START_TEST (test_sampling_from_caps)
{
  Bench bench = bench_new ("imbytes",
      "image/jpeg,sampling={YCbCr-4:2:2,YCbCr-4:4:4}", INPUT);
  GstBuffer *image = bench_push (&bench, frame_new_for_caps (INPUT));
  GstCaps *caps = gst_pad_get_current_caps (bench.harness->sinkpad);

  fail_unless_equals_string (
      gst_structure_get_string (gst_caps_get_structure (caps, 0), "sampling"),
      "YCbCr-4:2:2");
  gst_caps_unref (caps);
  gst_buffer_unref (image);
  bench_clear (&bench);
}

GST_END_TEST;

static void
check_output_caps (const gchar *launch, const gchar *input,
    const gchar *expected)
{
  Bench bench = bench_new (launch, NULL, input);
  GstBuffer *image = bench_push (&bench, frame_new_for_caps (input));
  GstCaps *caps = gst_pad_get_current_caps (bench.harness->sinkpad);
  GstCaps *wanted = gst_caps_from_string (expected);

  fail_unless (gst_caps_is_equal (caps, wanted), "%s", expected);
  gst_caps_unref (wanted);
  gst_caps_unref (caps);
  gst_buffer_unref (image);
  bench_clear (&bench);
}

GST_START_TEST (test_output_caps)
{
  check_output_caps ("imbytes", INPUT,
      "image/jpeg, width=320, height=240, pixel-aspect-ratio=1/1, "
      "interlace-mode=progressive, framerate=30/1, parsed=true, sof-marker=0, "
      "colorspace=sYUV, sampling=YCbCr-4:2:0, colorimetry=1:4:0:0");
  check_output_caps ("imbytes progressive=true",
      "video/x-raw,format=GRAY8,width=8,height=4,framerate=0/1",
      "image/jpeg, width=8, height=4, pixel-aspect-ratio=1/1, "
      "interlace-mode=progressive, framerate=0/1, parsed=true, sof-marker=2, "
      "colorspace=GRAY, sampling=GRAYSCALE, colorimetry=1:4:0:0");
  check_output_caps ("imbytes format=png",
      "video/x-raw,format=Y42B,width=8,height=4,framerate=5/1,"
      "pixel-aspect-ratio=2/1",
      "image/png, width=16, height=4, pixel-aspect-ratio=1/1, "
      "interlace-mode=progressive, framerate=5/1");
  check_output_caps ("imbytes format=png square-pixels=false",
      "video/x-raw,format=Y42B,width=8,height=4,framerate=5/1,"
      "pixel-aspect-ratio=2/1",
      "image/png, width=8, height=4, pixel-aspect-ratio=2/1, "
      "interlace-mode=progressive, framerate=5/1");
  check_output_caps ("imbytes subsampling=4:4:4",
      "video/x-raw,format=RGB,width=8,height=4,framerate=0/1,"
      "max-framerate=25/1",
      "image/jpeg, width=8, height=4, pixel-aspect-ratio=1/1, "
      "interlace-mode=progressive, framerate=0/1, max-framerate=25/1, "
      "parsed=true, sof-marker=0, colorspace=sYUV, sampling=YCbCr-4:4:4, "
      "colorimetry=1:4:0:0");
}

GST_END_TEST;

/* What upstream is told: framerates of downstream, none of its sizes. */
GST_START_TEST (test_sink_caps)
{
  Bench bench = bench_new ("imbytes",
      "image/png,width=10,height=10,framerate=[1/1,5/1]", NULL);
  GstCaps *caps = gst_pad_peer_query_caps (bench.harness->srcpad, NULL);
  GstCaps *fits = gst_caps_from_string ("video/x-raw,format=NV12,width=1920,"
                                        "height=1080,framerate=5/1");
  GstCaps *too_fast = gst_caps_from_string (
      "video/x-raw,format=NV12,"
      "width=1920,height=1080,framerate=6/1");
  guint n;
  const GstVideoFormat *formats = gst_video_formats_raw (&n);
  const GValue *listed =
      gst_structure_get_value (gst_caps_get_structure (caps, 0), "format");

  fail_unless (gst_caps_can_intersect (caps, fits));
  fail_if (gst_caps_can_intersect (caps, too_fast));
  fail_unless_equals_int (gst_value_list_get_size (listed), n);
  for (guint i = 0; i < n; i++) {
    GValue name = G_VALUE_INIT;

    g_value_init (&name, G_TYPE_STRING);
    g_value_set_static_string (&name, gst_video_format_to_string (formats[i]));
    fail_unless (gst_value_is_subset (&name, listed), "%s",
        gst_video_format_to_string (formats[i]));
    g_value_unset (&name);
  }
  gst_caps_unref (caps);
  gst_caps_unref (fits);
  gst_caps_unref (too_fast);
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_input_refused)
{
  static const gchar *const refused[] = {
    "video/x-raw(memory:DMABuf),format=I420,width=8,height=8,framerate=1/1",
    "video/x-raw,format=I420,width=8,height=8,interlace-mode=fields",
    "video/x-raw,format=I420,width=0,height=8,framerate=1/1",
    "image/jpeg,width=8,height=8"
  };

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    Bench bench = bench_new ("imbytes", NULL, NULL);
    GstCaps *caps = gst_caps_from_string (refused[i]);

    fail_if (gst_pad_peer_query_accept_caps (bench.harness->srcpad, caps), "%s",
        refused[i]);
    gst_caps_unref (caps);
    bench_clear (&bench);
  }
}

GST_END_TEST;

/* Frames of another size, format, colour and shape, from one to the next. */
GST_START_TEST (test_input_changes)
{
  static const struct
  {
    const gchar *caps;
    gint width, height;
  } inputs[] = { { "video/x-raw,format=I420,width=64,height=48,framerate=30/1",
                     64, 48 },
    { "video/x-raw,format=I420,width=33,height=17,framerate=30/1", 33, 17 },
    { "video/x-raw,format=RGBA,width=33,height=17,framerate=30/1", 33, 17 },
    { "video/x-raw,format=v210,width=33,height=17,framerate=30/1", 33, 17 },
    { "video/x-raw,format=v210,width=33,height=17,framerate=30/1,"
      "colorimetry=bt709",
        33, 17 },
    { "video/x-raw,format=GRAY8,width=1,height=1,framerate=5/1", 1, 1 },
    { "video/x-raw,format=I420,width=720,height=576,framerate=25/1,"
      "pixel-aspect-ratio=16/15",
        768, 576 } };
  Bench bench = bench_new ("imbytes", NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (inputs); i++) {
    GstBuffer *image;
    Picture picture;

    gst_harness_set_src_caps_str (bench.harness, inputs[i].caps);
    image = bench_push (&bench, frame_new_for_caps (inputs[i].caps));
    picture = picture_decode (image);
    fail_unless_equals_int (picture.width, inputs[i].width);
    fail_unless_equals_int (picture.height, inputs[i].height);
    fail_unless_equals_int (bench_out_int (&bench, "width"), inputs[i].width);
    picture_clear (&picture);
    gst_buffer_unref (image);
  }
  bench_clear (&bench);
}

GST_END_TEST;

/* Downstream changes its mind in PLAYING. */
GST_START_TEST (test_downstream_changes)
{
  Bench bench = bench_new ("imbytes", "image/jpeg,width=64", INPUT);
  GstBuffer *image = bench_push (&bench, frame_new_for_caps (INPUT));

  fail_unless_equals_int (bench_out_int (&bench, "width"), 64);
  gst_buffer_unref (image);
  gst_harness_set_sink_caps_str (bench.harness, "image/png,width=32");
  gst_harness_push_upstream_event (bench.harness, gst_event_new_reconfigure ());
  image = bench_push (&bench, frame_new_for_caps (INPUT));
  fail_unless_equals_int (bench_out_int (&bench, "width"), 32);
  fail_unless_equals_int (gst_buffer_memcmp (image, 1, "PNG", 3), 0);
  gst_buffer_unref (image);
  bench_clear (&bench);
}

GST_END_TEST;

/* Frames of proposed pools have the usual layout, for upstream that knows no
 * other, in memory on 64 bytes; crops are taken. */
GST_START_TEST (test_allocation)
{
  Bench bench = bench_new ("imbytes", NULL,
      "video/x-raw,format=RGB,width=37,height=20,framerate=1/1");
  GstCaps *caps = gst_pad_get_current_caps (bench.harness->srcpad);
  GstQuery *query = gst_query_new_allocation (caps, TRUE);
  GstBufferPool *pool;
  GstVideoMeta *meta;
  GstBuffer *frame;
  GstMapInfo map;
  guint size;

  fail_unless (gst_pad_peer_query (bench.harness->srcpad, query));
  fail_unless (
      gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL));
  fail_unless (gst_query_find_allocation_meta (query,
      GST_VIDEO_CROP_META_API_TYPE, NULL));
  gst_query_parse_nth_allocation_pool (query, 0, &pool, &size, NULL, NULL);
  fail_unless (pool != NULL);
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  fail_unless_equals_int (gst_buffer_pool_acquire_buffer (pool, &frame, NULL),
      GST_FLOW_OK);
  meta = gst_buffer_get_video_meta (frame);
  fail_unless (meta != NULL);
  fail_unless_equals_int (meta->stride[0], 112);
  fail_unless_equals_int (size, 112 * 20);
  fail_unless (gst_buffer_map (frame, &map, GST_MAP_READ));
  fail_unless_equals_int ((guintptr) map.data % 64, 0);
  gst_buffer_unmap (frame, &map);
  gst_buffer_unref (bench_push (&bench, frame));
  gst_buffer_pool_set_active (pool, FALSE);
  gst_object_unref (pool);
  gst_query_unref (query);
  gst_caps_unref (caps);
  bench_clear (&bench);
}

GST_END_TEST;

static Suite *
negotiation_suite (void)
{
  Suite *suite = suite_create ("negotiation");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_choices);
  tcase_add_test (tcase, test_contradictions);
  tcase_add_test (tcase, test_sampling_from_caps);
  tcase_add_test (tcase, test_output_caps);
  tcase_add_test (tcase, test_sink_caps);
  tcase_add_test (tcase, test_input_refused);
  tcase_add_test (tcase, test_input_changes);
  tcase_add_test (tcase, test_downstream_changes);
  tcase_add_test (tcase, test_allocation);
  return suite;
}

GST_CHECK_MAIN (negotiation);
