/* imbytes tests: every raw format, in both codecs and at odd sizes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "common.h"

#include <stdlib.h>
#include <string.h>

/* Those that can be written here too. */
static const GstVideoFormat *
formats (guint *n)
{
  return gst_video_formats_raw (n);
}

static gboolean
can_write (GstVideoFormat format)
{
  return gst_video_format_get_info (format)->pack_func != NULL;
}

/* One element does them all: the format changes with every frame. */
static Picture
encode (Bench *bench, GstBuffer *frame, const GstVideoInfo *info)
{
  GstCaps *caps = gst_video_info_to_caps (info);
  GstBuffer *image;
  Picture picture;

  gst_harness_set_src_caps (bench->harness, caps);
  image = bench_push (bench, gst_buffer_ref (frame));
  picture = picture_decode (image);
  fail_unless_equals_int (bench_count (bench, GST_MESSAGE_WARNING), 0);
  gst_buffer_unref (image);
  return picture;
}

static void
expect_alike (const Picture *picture, const Picture *expected, gint most,
    gboolean with_alpha, const gchar *what)
{
  fail_unless_equals_int (picture->width, expected->width);
  fail_unless_equals_int (picture->height, expected->height);
  for (gint y = 0; y < picture->height; y++) {
    for (gint x = 0; x < picture->width; x++) {
      const guint8 *have = picture_at (picture, x, y);
      const guint8 *want = picture_at (expected, x, y);

      for (gint c = 0; c < 3 + with_alpha; c++)
        if (abs (have[c] - want[c]) > most)
          fail ("%s: at %d,%d component %d of %dx%d is %d, not %d", what, x, y,
              c, picture->width, picture->height, have[c], want[c]);
    }
  }
}

/* Within the gamut: what lies outside is cut off, and by a JPEG decoder in
 * another place. */
static const guint16 rgb_words[][4] = { { 0xffff, 0xffff, 0x0000, 0x0000 },
  { 0xffff, 0x0000, 0xffff, 0x0000 }, { 0xffff, 0x0000, 0x0000, 0xffff },
  { 0xffff, 0xffff, 0xffff, 0xffff }, { 0xffff, 0x0000, 0x0000, 0x0000 },
  { 0xffff, 0x2040, 0x80a0, 0xe0c0 } };
static const guint16 yuv_words[][4] = { { 0xffff, 0x1000, 0x8000, 0x8000 },
  { 0xffff, 0xeb00, 0x8000, 0x8000 }, { 0xffff, 0x5200, 0x5b00, 0xee00 },
  { 0xffff, 0x9100, 0x3700, 0x2400 }, { 0xffff, 0x2a00, 0xee00, 0x6f00 },
  { 0xffff, 0x8040, 0x7040, 0x9040 } };

static void
check_flat (Bench *bench, GstVideoFormat format, gint most)
{
  GstVideoInfo info = video_info (format, 48, 34);

  for (guint i = 0; i < G_N_ELEMENTS (rgb_words); i++) {
    GstBuffer *frame = frame_new (&info);
    Picture expected, picture;

    frame_fill (frame, &info,
        GST_VIDEO_INFO_IS_RGB (&info) ? rgb_words[i] : yuv_words[i]);
    expected = frame_expected (frame, &info);
    picture = encode (bench, frame, &info);
    expect_alike (&picture, &expected, most, FALSE,
        gst_video_format_to_string (format));
    picture_clear (&picture);
    picture_clear (&expected);
    gst_buffer_unref (frame);
  }
}

GST_START_TEST (test_flat_png)
{
  guint n;
  const GstVideoFormat *all = formats (&n);
  Bench bench = bench_new ("imbytes format=png", NULL, NULL);

  for (guint i = 0; i < n; i++) {
    if (can_write (all[i]))
      check_flat (&bench, all[i], 1);
  }
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_flat_jpeg)
{
  guint n;
  const GstVideoFormat *all = formats (&n);
  Bench bench = bench_new ("imbytes format=jpeg quality=100", NULL, NULL);

  for (guint i = 0; i < n; i++) {
    if (can_write (all[i]))
      check_flat (&bench, all[i], 2);
  }
  bench_clear (&bench);
}

GST_END_TEST;

/* Every sample comes from where it lies: no two pixels are alike. Widths are
 * even because some of the packers leave the last chroma of odd rows unwritten. */
GST_START_TEST (test_noise_png)
{
  static const gint sizes[][2] = { { 1, 1 }, { 34, 17 }, { 322, 5 },
    { 64, 64 } };
  guint n;
  const GstVideoFormat *all = formats (&n);
  Bench bench = bench_new ("imbytes", "image/png", NULL);

  for (guint i = 0; i < n * G_N_ELEMENTS (sizes); i++) {
    const gint *size = sizes[i / n];
    GstVideoFormat format = all[i % n];
    GstVideoInfo info = video_info (format, size[0], size[1]);
    GstBuffer *frame;
    Picture expected, picture;

    if (!can_write (format))
      continue;
    frame = frame_new (&info);
    frame_fill_noise (frame, &info, i);
    expected = frame_expected (frame, &info);
    picture = encode (&bench, frame, &info);
    expect_alike (&picture, &expected, 1, TRUE,
        gst_video_format_to_string (format));
    fail_unless_equals_int (picture.channels % 2 == 0, frame_has_alpha (&info));
    fail_unless_equals_int (picture.channels < 3,
        GST_VIDEO_INFO_IS_GRAY (&info));
    picture_clear (&picture);
    picture_clear (&expected);
    gst_buffer_unref (frame);
  }
  bench_clear (&bench);
}

GST_END_TEST;

/* Formats that GStreamer only reads: whatever bytes there are. */
GST_START_TEST (test_formats_read_only)
{
  guint n;
  const GstVideoFormat *all = formats (&n);
  Bench bench = bench_new ("imbytes", "image/png", NULL);

  for (guint i = 0; i < n; i++) {
    GstVideoInfo info = video_info (all[i], 40, 24);
    GstBuffer *frame;
    Picture expected, picture;

    if (can_write (all[i]))
      continue;
    frame = frame_new (&info);
    gst_buffer_memset (frame, 0, 0x77, info.size);
    expected = frame_expected (frame, &info);
    picture = encode (&bench, frame, &info);
    expect_alike (&picture, &expected, 1, FALSE,
        gst_video_format_to_string (all[i]));
    picture_clear (&picture);
    picture_clear (&expected);
    gst_buffer_unref (frame);
  }
  bench_clear (&bench);
}

GST_END_TEST;

/* Every format decodes in JPEG, at every awkward size, shrunk and enlarged. */
GST_START_TEST (test_sizes)
{
  static const gint sizes[][2] = { { 1, 1 }, { 2, 1 }, { 1, 3 }, { 17, 9 },
    { 426, 3 } };
  static const gchar *const launches[] = { "imbytes format=jpeg",
    "imbytes format=png width=7 height=5",
    "imbytes format=jpeg width=64 height=33 method=lanczos" };
  guint n;
  const GstVideoFormat *all = formats (&n);

  for (guint l = 0; l < G_N_ELEMENTS (launches); l++) {
    Bench bench = bench_new (launches[l], NULL, NULL);

    for (guint i = 0; i < n * G_N_ELEMENTS (sizes); i++) {
      const gint *size = sizes[i / n];
      GstVideoInfo info = video_info (all[i % n], size[0], size[1]);
      GstBuffer *frame = frame_new (&info);
      Picture picture = encode (&bench, frame, &info);

      fail_unless_equals_int (picture.width,
          l == 0       ? size[0]
              : l == 1 ? 7
                       : 64);
      fail_unless_equals_int (picture.height,
          l == 0       ? size[1]
              : l == 1 ? 5
                       : 33);
      picture_clear (&picture);
      gst_buffer_unref (frame);
    }
    bench_clear (&bench);
  }
}

GST_END_TEST;

static void
check_colorimetry (Bench *png, Bench *jpeg, const gchar *colorimetry,
    GstVideoFormat format)
{
  GstVideoInfo info = video_info (format, 32, 32);
  static const guint16 words[4] = { 0xffff, 0x9100, 0x7000, 0x9800 };
  GstBuffer *frame = frame_new (&info);
  Picture expected, picture;

  fail_unless (
      gst_video_colorimetry_from_string (&info.colorimetry, colorimetry));
  frame_fill (frame, &info, words);
  expected = frame_expected (frame, &info);
  picture = encode (png, frame, &info);
  expect_alike (&picture, &expected, 1, FALSE, colorimetry);
  picture_clear (&picture);
  picture = encode (jpeg, frame, &info);
  fail_unless (abs (picture_at (&picture, 3, 3)[0]
                   - picture_at (&expected, 3, 3)[0])
          <= 2,
      "%s", colorimetry);
  picture_clear (&picture);
  picture_clear (&expected);
  gst_buffer_unref (frame);
}

/* range:matrix:transfer:primaries */
GST_START_TEST (test_colorimetry)
{
  static const gchar *const colorimetries[] = { "2:4:5:1", "1:4:5:1", "2:3:5:1",
    "1:3:5:1", "2:6:5:1", "1:6:5:1", "2:5:5:1", "2:2:5:1", "1:2:5:1",
    "1:4:0:0" };

  static const GstVideoFormat some[] = { GST_VIDEO_FORMAT_I420,
    GST_VIDEO_FORMAT_Y444_10LE, GST_VIDEO_FORMAT_v210 };
  Bench png = bench_new ("imbytes format=png", NULL, NULL);
  Bench jpeg =
      bench_new ("imbytes width=20 quality=100 subsampling=4:4:4", NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (colorimetries); i++) {
    for (guint k = 0; k < G_N_ELEMENTS (some); k++)
      check_colorimetry (&png, &jpeg, colorimetries[i], some[k]);
  }
  bench_clear (&png);
  bench_clear (&jpeg);
}

GST_END_TEST;

/* Nothing is read behind a frame, by GStreamer's unpackers neither. */
GST_START_TEST (test_end_of_frame)
{
  static const gint widths[] = { 1, 3, 7, 19, 21, 33, 57, 63 };
  Bench bench = bench_new ("imbytes", NULL, NULL);
  guint n;
  const GstVideoFormat *all = formats (&n);

  for (guint i = 0; i < n; i++) {
    for (guint w = 0; w < G_N_ELEMENTS (widths); w++) {
      GstVideoInfo info = video_info (all[i], widths[w], 3);
      GstBuffer *frame = gst_buffer_new ();
      Picture picture;

      gst_buffer_append_memory (frame, memory_fenced (info.size, TRUE, 0));
      picture = encode (&bench, frame, &info);
      picture_clear (&picture);
      gst_buffer_unref (frame);
    }
  }
  bench_clear (&bench);
}

GST_END_TEST;

static Suite *
formats_suite (void)
{
  Suite *suite = suite_create ("formats");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_flat_png);
  tcase_add_test (tcase, test_flat_jpeg);
  tcase_add_test (tcase, test_noise_png);
  tcase_add_test (tcase, test_formats_read_only);
  tcase_add_test (tcase, test_sizes);
  tcase_add_test (tcase, test_end_of_frame);
  tcase_add_test (tcase, test_colorimetry);
  return suite;
}

GST_CHECK_MAIN (formats);
