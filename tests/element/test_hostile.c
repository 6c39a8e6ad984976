/* imbytes tests: buffers and metas that lie.
 *
 * What they claim is compared with what is there: memories end at pages that may
 * not be touched, and whether a frame is whole is worked out here anew, from
 * GStreamer's own layout of it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <string.h>

#include "common.h"

#define INPUT "video/x-raw,format=I420,width=64,height=48,framerate=30/1"

/* The stream goes on: a whole frame gives an image. */
static void
expect_alive (Bench *bench, const gchar *caps)
{
  gst_buffer_unref (bench_push (bench, frame_new_for_caps (caps)));
}

/* One warning that has @part, one lost frame, no error. */
static void
expect_lost (Bench *bench, GstBuffer *frame, const gchar *part,
    const gchar *caps)
{
  guint64 dropped = bench_stat (bench, "images-dropped");
  GstMessage *message;
  GError *error = NULL;

  fail_unless_equals_int (gst_harness_push (bench->harness, frame),
      GST_FLOW_OK);
  fail_unless (gst_harness_try_pull (bench->harness) == NULL);
  message = bench_message (bench, GST_MESSAGE_WARNING);
  fail_unless (message != NULL, "no warning; wanted: %s", part);
  gst_message_parse_warning (message, &error, NULL);
  fail_unless (strstr (error->message, part) != NULL, "%s", error->message);
  g_error_free (error);
  gst_message_unref (message);
  fail_unless_equals_uint64 (bench_stat (bench, "images-dropped"), dropped + 1);
  fail_unless_equals_int (bench_count (bench, GST_MESSAGE_ERROR), 0);
  expect_alive (bench, caps);
}

static void
expect_no_error (Bench *bench, GstBuffer *frame, const gchar *caps)
{
  GstBuffer *image;

  fail_unless_equals_int (gst_harness_push (bench->harness, frame),
      GST_FLOW_OK);
  image = gst_harness_try_pull (bench->harness);
  if (image != NULL)
    gst_buffer_unref (image);
  fail_unless_equals_int (bench_count (bench, GST_MESSAGE_ERROR), 0);
  expect_alive (bench, caps);
}

static gint
last_format (void)
{
  GEnumClass *klass = g_type_class_ref (GST_TYPE_VIDEO_FORMAT);
  gint last = klass->maximum;

  g_type_class_unref (klass);
  return last;
}

/* One of those that the sink pad takes. */
static gboolean
is_raw_format (GstVideoFormat format)
{
  GstCaps *all =
      gst_caps_from_string (GST_VIDEO_CAPS_MAKE (GST_VIDEO_FORMATS_ALL));
  GstCaps *one = gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING,
      gst_video_format_to_string (format), NULL);
  gboolean is_raw = gst_caps_can_intersect (one, all);

  gst_caps_unref (one);
  gst_caps_unref (all);
  return is_raw;
}

static GstVideoMeta *
add_meta (GstBuffer *frame, GstVideoFormat format, guint width, guint height,
    gint stride)
{
  gsize offset[GST_VIDEO_MAX_PLANES] = { 0 };
  gint strides[GST_VIDEO_MAX_PLANES] = { stride, stride, stride, stride };
  const GstVideoFormatInfo *finfo = gst_video_format_get_info (format);

  return gst_buffer_add_video_meta_full (frame, GST_VIDEO_FRAME_FLAG_NONE,
      format, width, height, GST_VIDEO_FORMAT_INFO_N_PLANES (finfo), offset,
      strides);
}

static void
add_crop (GstBuffer *frame, guint x, guint y, guint width, guint height)
{
  GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (frame);

  crop->x = x;
  crop->y = y;
  crop->width = width;
  crop->height = height;
}

/* Metas that claim more than memory holds, in every format: the size of the
 * frame in the meta, times strides of any size and sign. */
GST_START_TEST (test_claims)
{
  static const guint sizes[][2] = { { 100000, 30000 }, { 2147483647, 192 },
    { 192, 2147483647 }, { 65536, 65536 }, { 1u << 30, 1u << 30 },
    { 4294967295u, 4294967295u }, { 262148, 64 }, { 64, 1u << 20 },
    { 268435456, 2 }, { 1u << 31, 48 } };
  static const gint strides[] = { 0, 1, -1, 64, G_MAXINT, G_MININT, 0x10001,
    0x7fff0001, 2 };
  guint n = 0;

  for (gint f = GST_VIDEO_FORMAT_I420; (guint) f < GST_VIDEO_FORMAT_I420 + 200u;
       f++) {
    GstVideoFormat format = (GstVideoFormat) f;
    gchar *caps;
    Bench bench;

    if (!is_raw_format (format))
      continue;
    caps = g_strdup_printf (
        "video/x-raw,format=%s,width=64,height=48,framerate=30/1",
        gst_video_format_to_string (format));
    bench = bench_new ("imbytes width=16 height=16", NULL, caps);
    expect_alive (&bench, caps);
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      for (guint k = 0; k < G_N_ELEMENTS (strides); k++) {
        GstBuffer *frame = gst_buffer_new ();

        gst_buffer_append_memory (frame, memory_fenced (6144, k % 2, 100));
        add_meta (frame, format, sizes[s][0], sizes[s][1], strides[k]);
        add_crop (frame, 50000 % sizes[s][0], 40 % sizes[s][1], 64, 48);
        /* One row is more than there is; of the others, some are whole. */
        if (sizes[s][0] > 6144)
          expect_lost (&bench, frame, "A frame ", caps);
        else
          expect_no_error (&bench, frame, caps);
        n++;
      }
    bench_clear (&bench);
    g_free (caps);
  }
  fail_unless (n >= 100 * G_N_ELEMENTS (sizes) * G_N_ELEMENTS (strides));
}

GST_END_TEST;

/* Every plane cut off by a byte in turn; with all of them it is an image. */
GST_START_TEST (test_cut_planes)
{
  for (gint f = GST_VIDEO_FORMAT_I420; f <= last_format (); f++) {
    const gchar *name = gst_video_format_to_string ((GstVideoFormat) f);
    GstVideoInfo info;
    gchar *caps;
    Bench bench;

    if (!is_raw_format ((GstVideoFormat) f))
      continue;
    info = video_info ((GstVideoFormat) f, 32, 16);
    caps = g_strdup_printf (
        "video/x-raw,format=%s,width=32,height=16,framerate=30/1", name);
    bench = bench_new ("imbytes width=16 height=16", NULL, caps);
    expect_alive (&bench, caps);
    for (guint cut = 0; cut <= GST_VIDEO_INFO_N_PLANES (&info); cut++) {
      GstBuffer *frame = gst_buffer_new ();
      gsize offset = 0, offsets[GST_VIDEO_MAX_PLANES] = { 0 };

      for (guint p = 0; p < GST_VIDEO_INFO_N_PLANES (&info); p++) {
        gsize end = p + 1 < GST_VIDEO_INFO_N_PLANES (&info)
            ? GST_VIDEO_INFO_PLANE_OFFSET (&info, p + 1)
            : GST_VIDEO_INFO_SIZE (&info);
        gsize size = end - GST_VIDEO_INFO_PLANE_OFFSET (&info, p);

        /* So that no other plane can lend it the byte. */
        size -= cut == p ? size / 2 + 1 : 0;
        offsets[p] = offset;
        gst_buffer_append_memory (frame, memory_fenced (size, TRUE, 100));
        offset += size;
      }
      gst_buffer_add_video_meta_full (frame, GST_VIDEO_FRAME_FLAG_NONE,
          (GstVideoFormat) f, 32, 16, GST_VIDEO_INFO_N_PLANES (&info), offsets,
          info.stride);
      if (cut < GST_VIDEO_INFO_N_PLANES (&info)
          && cut + 1 == GST_VIDEO_INFO_N_PLANES (&info))
        expect_lost (&bench, frame, "has too few bytes", caps);
      else if (cut == GST_VIDEO_INFO_N_PLANES (&info))
        gst_buffer_unref (bench_push (&bench, frame));
      else
        gst_buffer_unref (frame);
    }
    bench_clear (&bench);
    g_free (caps);
  }
}

GST_END_TEST;

/* Planes that reach from one memory into the next are whole all the same, and
 * give what the frame in one memory gives. */
GST_START_TEST (test_split_anywhere)
{
  static const gsize cuts[] = { 1, 63, 64, 1000, 64 * 48, 64 * 48 + 1,
    64 * 48 * 5 / 4, 64 * 48 * 3 / 2 - 1 };
  Bench bench = bench_new ("imbytes", NULL, INPUT);
  GstVideoInfo info = video_info (GST_VIDEO_FORMAT_I420, 64, 48);

  for (guint with_meta = 0; with_meta < 2; with_meta++)
    for (guint i = 0; i < G_N_ELEMENTS (cuts); i++) {
      GstBuffer *whole = frame_new (&info), *parts, *image, *expected;

      frame_fill_noise (whole, &info, i);
      parts = gst_buffer_copy_region (whole,
          GST_BUFFER_COPY_MEMORY | GST_BUFFER_COPY_DEEP, 0, cuts[i]);
      parts = gst_buffer_append (parts,
          gst_buffer_copy_region (whole,
              GST_BUFFER_COPY_MEMORY | GST_BUFFER_COPY_DEEP, cuts[i], -1));
      fail_unless_equals_int (gst_buffer_n_memory (parts), 2);
      if (with_meta)
        gst_buffer_add_video_meta_full (parts, GST_VIDEO_FRAME_FLAG_NONE,
            GST_VIDEO_FORMAT_I420, 64, 48, 3, info.offset, info.stride);
      expected = bench_push (&bench, whole);
      image = bench_push (&bench, parts);
      fail_unless (buffers_are_equal (image, expected));
      gst_buffer_unref (image);
      gst_buffer_unref (expected);
    }
  bench_clear (&bench);
}

GST_END_TEST;

/* Crops that show nothing, and those that reach over the edge, which show what
 * lies within. */
GST_START_TEST (test_crops)
{
  static const guint lost[][4] = { { 64, 0, 64, 48 }, { 0, 48, 64, 48 },
    { 4294967295u, 0, 64, 48 }, { 0, 4294967295u, 2, 2 }, { 0, 0, 0, 48 },
    { 0, 0, 64, 0 }, { 200000, 200000, 1, 1 } };
  static const guint cut_off[][4] = { { 10, 8, 64, 48 }, { 63, 47, 4000, 4000 },
    { 1, 1, 4294967295u, 4294967295u } };

  for (guint with_meta = 0; with_meta < 2; with_meta++) {
    Bench bench = bench_new ("imbytes", NULL, INPUT);

    for (guint i = 0; i < G_N_ELEMENTS (lost); i++) {
      GstBuffer *frame = frame_new_for_caps (INPUT);
      GstVideoInfo info = video_info (GST_VIDEO_FORMAT_I420, 64, 48);

      if (with_meta)
        gst_buffer_add_video_meta_full (frame, GST_VIDEO_FRAME_FLAG_NONE,
            GST_VIDEO_FORMAT_I420, 64, 48, 3, info.offset, info.stride);
      add_crop (frame, lost[i][0], lost[i][1], lost[i][2], lost[i][3]);
      expect_lost (&bench, frame, "shows nothing of its 64x48", INPUT);
    }
    for (guint i = 0; i < G_N_ELEMENTS (cut_off); i++) {
      GstBuffer *frame = frame_new_for_caps (INPUT), *image;
      Picture picture;

      add_crop (frame, cut_off[i][0], cut_off[i][1], cut_off[i][2],
          cut_off[i][3]);
      image = bench_push (&bench, frame);
      picture = picture_decode (image);
      fail_unless_equals_int (picture.width, 64 - (gint) cut_off[i][0]);
      fail_unless_equals_int (picture.height, 48 - (gint) cut_off[i][1]);
      picture_clear (&picture);
      gst_buffer_unref (image);
    }
    bench_clear (&bench);
  }
}

GST_END_TEST;

/* What a broken frame claims is not put to downstream: no size of its own is
 * asked for, refused or made into an error, whatever else is set. */
GST_START_TEST (test_broken_before_negotiation)
{
  static const gchar *const launches[] = { "imbytes", "imbytes width=32",
    "imbytes format=png", "imbytes roi=crop", "imbytes min-change=0.1",
    "imbytes video-direction=auto", "imbytes video-direction=90r",
    "imbytes on-request=true" };

  for (guint i = 0; i < G_N_ELEMENTS (launches); i++)
    for (guint later = 0; later < 2; later++) {
      gboolean roi = strstr (launches[i], "roi") != NULL;
      Bench bench = bench_new (launches[i], NULL, INPUT);
      GstBuffer *frame = gst_buffer_new_allocate (NULL, 9216, NULL);
      gboolean accepted;

      if (later && !roi && strstr (launches[i], "request") == NULL)
        expect_alive (&bench, INPUT);
      if (strstr (launches[i], "request") != NULL)
        g_signal_emit_by_name (bench.element, "request-image", &accepted);
      add_meta (frame, GST_VIDEO_FORMAT_I420, 200000, 48, 200000);
      add_crop (frame, 0, 0, 200000, 48);
      if (roi)
        gst_buffer_add_video_region_of_interest_meta (frame, "face", 4, 4, 8,
            8);
      fail_unless_equals_int (gst_harness_push (bench.harness, frame),
          GST_FLOW_OK);
      fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_WARNING), 1);
      fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_ERROR), 0);
      fail_unless_equals_uint64 (bench_stat (&bench, "images-dropped"), 1);
      /* The request was not answered, and is still there. */
      if (!roi)
        expect_alive (&bench, INPUT);
      bench_clear (&bench);
    }
}

GST_END_TEST;

/* Caps of more pixels than a stride can say. */
GST_START_TEST (test_caps)
{
  static const gchar *const caps[] = {
    "video/x-raw,format=NV12_4L4,width=2147483647,height=192,framerate=30/1",
    "video/x-raw,format=NV12_4L4,width=262148,height=64,framerate=30/1",
    "video/x-raw,format=RGBA,width=2147483647,height=2147483647,framerate=30/1",
    "video/x-raw,format=GRAY8,width=2147483647,height=1,framerate=30/1"
  };

  for (guint i = 0; i < G_N_ELEMENTS (caps); i++) {
    Bench bench = bench_new ("imbytes width=16 height=16", NULL, INPUT);
    GstCaps *large = gst_caps_from_string (caps[i]);

    expect_alive (&bench, INPUT);
    gst_harness_push_event (bench.harness, gst_event_new_caps (large));
    gst_caps_unref (large);
    fail_unless (gst_harness_push (bench.harness,
                     gst_buffer_new_allocate (NULL, 6144, NULL))
        < GST_FLOW_OK);
    fail_unless (bench_count (&bench, GST_MESSAGE_ERROR) <= 1);
    bench_clear (&bench);
  }
}

GST_END_TEST;

/* A type that no region has is not made one by asking for it. */
GST_START_TEST (test_region_types)
{
  Bench bench = bench_new ("imbytes roi=crop", NULL, INPUT);
  GstBuffer *frame;
  gchar *type;

  for (guint i = 0; i < 1000; i++) {
    gchar *name = g_strdup_printf ("never seen %u", i);

    g_object_set (bench.element, "roi-type", name, NULL);
    g_object_get (bench.element, "roi-type", &type, NULL);
    fail_unless_equals_string (type, name);
    frame = frame_new_for_caps (INPUT);
    gst_buffer_add_video_region_of_interest_meta (frame, "seen", 0, 0, 9, 9);
    fail_unless_equals_int (gst_harness_push (bench.harness, frame),
        GST_FLOW_OK);
    fail_unless_equals_int (g_quark_try_string (name), 0);
    g_free (name);
    g_free (type);
  }
  fail_unless_equals_int (gst_harness_buffers_received (bench.harness), 0);
  /* One that comes to be known later is found. */
  frame = frame_new_for_caps (INPUT);
  gst_buffer_add_video_region_of_interest_meta (frame, "never seen 999", 0, 0,
      9, 9);
  gst_buffer_unref (bench_push (&bench, frame));
  g_object_set (bench.element, "roi-type", NULL, NULL);
  frame = frame_new_for_caps (INPUT);
  gst_buffer_add_video_region_of_interest_meta (frame, "any", 0, 0, 9, 9);
  gst_buffer_unref (bench_push (&bench, frame));
  bench_clear (&bench);
}

GST_END_TEST;

/* One warning for each run, however often somebody asks. */
GST_START_TEST (test_requests_after_the_end)
{
  Bench bench = bench_new ("imbytes", NULL, INPUT);
  gboolean accepted;

  for (guint run = 0; run < 3; run++) {
    expect_alive (&bench, INPUT);
    gst_harness_push_event (bench.harness, gst_event_new_eos ());
    for (guint i = 0; i < 1000; i++) {
      g_signal_emit_by_name (bench.element, "request-image", &accepted);
      fail_unless (!accepted);
    }
    fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_WARNING), 1);
    gst_harness_push_event (bench.harness, gst_event_new_flush_start ());
    gst_harness_push_event (bench.harness, gst_event_new_flush_stop (TRUE));
    gst_harness_push_event (bench.harness,
        gst_event_new_segment (
            &GST_VIDEO_ENCODER (bench.element)->input_segment));
    g_signal_emit_by_name (bench.element, "request-image", &accepted);
    fail_unless (accepted);
  }
  bench_clear (&bench);
}

GST_END_TEST;

/* A flood of requests for times to come: all are answered, most by the next
 * frame, and none is kept for ever. */
GST_START_TEST (test_request_flood)
{
  Bench bench = bench_new ("imbytes on-request=true", NULL, INPUT);

  for (guint i = 0; i < 5000; i++)
    gst_harness_push_upstream_event (bench.harness,
        gst_video_event_new_upstream_force_key_unit (GST_SECOND + i, TRUE, i));
  for (guint i = 0; i < 4; i++) {
    GstBuffer *frame = frame_new_for_caps (INPUT);

    GST_BUFFER_PTS (frame) = i * GST_SECOND;
    fail_unless_equals_int (gst_harness_push (bench.harness, frame),
        GST_FLOW_OK);
  }
  fail_unless_equals_int (gst_harness_buffers_received (bench.harness), 3);
  bench_clear (&bench);
}

GST_END_TEST;

static Suite *
hostile_suite (void)
{
  Suite *suite = suite_create ("hostile");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_claims);
  tcase_add_test (tcase, test_cut_planes);
  tcase_add_test (tcase, test_split_anywhere);
  tcase_add_test (tcase, test_crops);
  tcase_add_test (tcase, test_broken_before_negotiation);
  tcase_add_test (tcase, test_caps);
  tcase_add_test (tcase, test_region_types);
  tcase_add_test (tcase, test_requests_after_the_end);
  tcase_add_test (tcase, test_request_flood);
  return suite;
}

GST_CHECK_MAIN (hostile);
