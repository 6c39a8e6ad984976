/* imbytes tests: where the rows of a frame lie, and which part of it is shown.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "common.h"

#include <string.h>

#define WIDTH 37
#define HEIGHT 22

/* Made from @frame as its caps alone describe it. */
static GstBuffer *
encode (GstBuffer *frame, const GstVideoInfo *info, const gchar *launch)
{
  GstCaps *caps = gst_video_info_to_caps (info);
  gchar *string = gst_caps_to_string (caps);
  Bench bench = bench_new (launch, NULL, string);
  GstBuffer *image = bench_push (&bench, frame);

  fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_WARNING), 0);
  bench_clear (&bench);
  g_free (string);
  gst_caps_unref (caps);
  return image;
}

/* The rows of @frame, each plane with @gap bytes more between its rows, upside
 * down where @backwards, and between planes and all around poison. */
static GstBuffer *
lay_out (GstBuffer *frame, const GstVideoInfo *info, gint gap,
    gboolean backwards)
{
  gsize offset[GST_VIDEO_MAX_PLANES] = { 0, }, total = 13;
  gint stride[GST_VIDEO_MAX_PLANES] = {
    0,
  };
  GstVideoFrame mapped;
  GstBuffer *laid;

  gst_video_frame_map (&mapped, info, frame, GST_MAP_READ);
  laid = gst_buffer_new_allocate (NULL, info->size * 3 + 4096, NULL);
  gst_buffer_memset (laid, 0, 0xa5, gst_buffer_get_size (laid));
  for (guint p = 0; p < info->finfo->n_planes; p++) {
    gint rows = GST_VIDEO_FRAME_COMP_HEIGHT (&mapped, p);
    gint step = info->stride[p] + gap;

    stride[p] = backwards ? -step : step;
    offset[p] = backwards ? total + (gsize) step * (rows - 1) : total;
    for (gint y = 0; y < rows; y++)
      gst_buffer_fill (laid, offset[p] + (gssize) y * stride[p],
          (guint8 *) mapped.data[p] + y * info->stride[p], info->stride[p]);
    total += (gsize) step * rows + 7;
  }
  gst_video_frame_unmap (&mapped);
  gst_buffer_set_size (laid, total);
  gst_buffer_add_video_meta_full (laid, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_INFO_FORMAT (info), info->width, info->height,
      info->finfo->n_planes, offset, stride);
  return laid;
}

static const GstVideoFormat some_formats[] = { GST_VIDEO_FORMAT_I420,
  GST_VIDEO_FORMAT_NV12, GST_VIDEO_FORMAT_YUY2, GST_VIDEO_FORMAT_RGB,
  GST_VIDEO_FORMAT_GRAY8, GST_VIDEO_FORMAT_GBR, GST_VIDEO_FORMAT_I420_10LE,
  GST_VIDEO_FORMAT_P010_10LE, GST_VIDEO_FORMAT_v210, GST_VIDEO_FORMAT_RGB16 };

static GstBuffer *
noise_frame (const GstVideoInfo *info, guint seed)
{
  GstBuffer *frame = frame_new (info);

  frame_fill_noise (frame, info, seed);
  return frame;
}

static void
check_layout (GstVideoFormat format, gint gap, gboolean backwards)
{
  static const gchar *const launches[] = { "imbytes format=png",
    "imbytes format=jpeg", "imbytes width=20" };
  GstVideoInfo info = video_info (format, WIDTH, HEIGHT);

  for (guint i = 0; i < G_N_ELEMENTS (launches); i++) {
    GstBuffer *frame = noise_frame (&info, format);
    GstBuffer *laid = lay_out (frame, &info, gap, backwards);
    GstBuffer *plain_image = encode (frame, &info, launches[i]);
    GstBuffer *laid_image = encode (laid, &info, launches[i]);

    fail_unless (buffers_are_equal (plain_image, laid_image),
        "%s with %d bytes between rows%s", gst_video_format_to_string (format),
        gap, backwards ? ", upside down" : "");
    gst_buffer_unref (plain_image);
    gst_buffer_unref (laid_image);
  }
}

GST_START_TEST (test_strides)
{
  for (guint i = 0; i < G_N_ELEMENTS (some_formats); i++) {
    check_layout (some_formats[i], 0, FALSE);
    check_layout (some_formats[i], 1, FALSE);
    check_layout (some_formats[i], 101, FALSE);
  }
}

GST_END_TEST;

GST_START_TEST (test_negative_strides)
{
  for (guint i = 0; i < G_N_ELEMENTS (some_formats); i++) {
    check_layout (some_formats[i], 0, TRUE);
    check_layout (some_formats[i], 5, TRUE);
  }
}

GST_END_TEST;

/* Each plane in a memory of its own. */
GST_START_TEST (test_memories)
{
  GstVideoInfo info = video_info (GST_VIDEO_FORMAT_I420, WIDTH, HEIGHT);
  GstBuffer *frame = noise_frame (&info, 1), *split = gst_buffer_new ();
  GstBuffer *plain_image, *split_image;

  for (guint p = 0; p < 3; p++) {
    gsize end = p < 2 ? info.offset[p + 1] : info.size;
    GstMemory *memory = gst_allocator_alloc (NULL, end - info.offset[p], NULL);
    GstMapInfo map;

    gst_memory_map (memory, &map, GST_MAP_WRITE);
    gst_buffer_extract (frame, info.offset[p], map.data, map.size);
    gst_memory_unmap (memory, &map);
    gst_buffer_append_memory (split, memory);
  }
  gst_buffer_add_video_meta_full (split, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_I420, WIDTH, HEIGHT, 3, info.offset, info.stride);
  plain_image = encode (frame, &info, "imbytes");
  split_image = encode (split, &info, "imbytes");
  fail_unless (buffers_are_equal (plain_image, split_image));
  gst_buffer_unref (plain_image);
  gst_buffer_unref (split_image);
}

GST_END_TEST;

/* The same pixels by a crop of a larger frame, and as a frame of their own. */
static void
check_crop (GstVideoFormat format, gint x, gint y, gint width, gint height)
{
  GstVideoInfo info = video_info (format, WIDTH, HEIGHT);
  GstVideoInfo small = video_info (format, width, height);
  GstBuffer *frame = noise_frame (&info, 7), *image;
  GstVideoCropMeta *crop;
  Picture picture, expected = frame_expected (frame, &info);

  gst_buffer_add_video_meta (frame, GST_VIDEO_FRAME_FLAG_NONE, format, WIDTH,
      HEIGHT);
  crop = gst_buffer_add_video_crop_meta (frame);
  crop->x = x;
  crop->y = y;
  crop->width = width;
  crop->height = height;
  image = encode (frame, &small, "imbytes format=png");
  picture = picture_decode (image);
  fail_unless_equals_int (picture.width, width);
  fail_unless_equals_int (picture.height, height);
  for (gint row = 0; row < height; row++) {
    for (gint column = 0; column < width; column++) {
      const guint8 *have = picture_at (&picture, column, row);
      const guint8 *want = picture_at (&expected, x + column, y + row);

      for (gint c = 0; c < 3; c++)
        if (ABS (have[c] - want[c]) > 1)
          fail ("at %d,%d", column, row);
    }
  }
  picture_clear (&picture);
  picture_clear (&expected);
  gst_buffer_unref (image);
}

GST_START_TEST (test_crop_meta)
{
  check_crop (GST_VIDEO_FORMAT_RGB, 3, 5, 20, 10);
  check_crop (GST_VIDEO_FORMAT_GBR, WIDTH - 1, HEIGHT - 1, 1, 1);
  check_crop (GST_VIDEO_FORMAT_Y444, 7, 1, 13, 21);
  check_crop (GST_VIDEO_FORMAT_Y410, 5, 4, 9, 9);
  /* Up to the last chroma but one: the last may not be written. */
  check_crop (GST_VIDEO_FORMAT_I420, 3, 5, 20, 10);
  check_crop (GST_VIDEO_FORMAT_NV12, 1, 1, 31, 19);
}

GST_END_TEST;

/* A crop that reaches beyond the frame shows what there is of it. */
GST_START_TEST (test_crop_beyond)
{
  GstVideoInfo info = video_info (GST_VIDEO_FORMAT_RGB, WIDTH, HEIGHT);
  GstBuffer *frame = noise_frame (&info, 7), *image;
  GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (frame);
  Picture picture;

  crop->x = 30;
  crop->y = 0;
  crop->width = G_MAXUINT;
  crop->height = 100;
  image = encode (frame, &info, "imbytes format=png");
  picture = picture_decode (image);
  fail_unless_equals_int (picture.width, WIDTH - 30);
  fail_unless_equals_int (picture.height, HEIGHT);
  picture_clear (&picture);
  gst_buffer_unref (image);
}

GST_END_TEST;

/* A GstVideoMeta of a larger frame and no crop: caps say what is shown. */
GST_START_TEST (test_padded_frame)
{
  GstVideoInfo padded = video_info (GST_VIDEO_FORMAT_RGB, 64, 32);
  GstVideoInfo info = video_info (GST_VIDEO_FORMAT_RGB, 60, 30);
  GstBuffer *frame = noise_frame (&padded, 3), *image;
  Picture expected = frame_expected (frame, &padded), picture;

  gst_buffer_add_video_meta (frame, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_RGB, 64, 32);
  image = encode (frame, &info, "imbytes format=png");
  picture = picture_decode (image);
  fail_unless_equals_int (picture.width, 60);
  fail_unless_equals_int (picture.height, 30);
  for (gint y = 0; y < 30; y++)
    fail_unless (memcmp (picture_at (&picture, 0, y),
                     picture_at (&expected, 0, y), 60 * 4)
        == 0);
  picture_clear (&picture);
  picture_clear (&expected);
  gst_buffer_unref (image);
}

GST_END_TEST;

static GstBuffer *
encode_fields (const gchar *mode, gboolean flag, gboolean *same)
{
  gchar *caps = g_strdup_printf ("video/x-raw,format=I420,width=32,height=32,"
                                 "framerate=25/1,interlace-mode=%s",
      mode);
  GstVideoInfo info = video_info (GST_VIDEO_FORMAT_I420, 32, 32);
  GstBuffer *frame = frame_new (&info), *image;
  Bench bench = bench_new ("imbytes format=png", NULL, caps);

  /* Chroma rows of the two fields are unlike. */
  gst_buffer_memset (frame, 0, 0x80, info.size);
  for (gint y = 0; y < 16; y += 2)
    gst_buffer_memset (frame, info.offset[1] + y * info.stride[1], 0x40, 16);
  if (flag)
    GST_BUFFER_FLAG_SET (frame, GST_VIDEO_BUFFER_FLAG_INTERLACED);
  image = bench_push (&bench, frame);
  if (same != NULL) {
    Picture picture = picture_decode (image);

    /* Rows of one field take after one another, not after their neighbours. */
    *same =
        memcmp (picture_at (&picture, 8, 10), picture_at (&picture, 8, 12), 4)
            == 0
        && memcmp (picture_at (&picture, 8, 10), picture_at (&picture, 8, 11),
               4)
            != 0;
    picture_clear (&picture);
  }
  bench_clear (&bench);
  g_free (caps);
  return image;
}

/* Chroma of interlaced frames belongs to fields; mixed streams say by flags
 * which frames are. */
GST_START_TEST (test_interlaced)
{
  gboolean woven, progressive_like;
  GstBuffer *interleaved = encode_fields ("interleaved", FALSE, &woven);
  GstBuffer *mixed = encode_fields ("mixed", TRUE, NULL);
  GstBuffer *mixed_plain = encode_fields ("mixed", FALSE, NULL);
  GstBuffer *progressive =
      encode_fields ("progressive", FALSE, &progressive_like);

  fail_unless (woven);
  fail_if (progressive_like);
  fail_unless (buffers_are_equal (interleaved, mixed));
  fail_unless (buffers_are_equal (progressive, mixed_plain));
  fail_if (buffers_are_equal (interleaved, progressive));
  gst_buffer_unref (interleaved);
  gst_buffer_unref (mixed);
  gst_buffer_unref (mixed_plain);
  gst_buffer_unref (progressive);
}

GST_END_TEST;

/* The sampling factors of the first component, from the baseline frame header (ITU-T
 * T.81, B.2.2). */
static guint
sampling_of (GstBuffer *image)
{
  GstMapInfo map;
  guint sampling = 0;

  fail_unless (gst_buffer_map (image, &map, GST_MAP_READ));
  for (gsize i = 0; i + 12 < map.size && sampling == 0; i++) {
    if (map.data[i] == 0xff && map.data[i + 1] == 0xc0)
      sampling = map.data[i + 11];
  }
  gst_buffer_unmap (image, &map);
  gst_buffer_unref (image);
  return sampling;
}

/* What caps say of the sampling holds for every frame, woven or not. */
GST_START_TEST (test_sampling_of_fields)
{
  static const struct
  {
    const gchar *mode;
    guint sampling;
  } cases[] = { { "progressive", 0x22 }, { "mixed", 0x22 },
    { "interleaved", 0x21 } };
  GstVideoInfo info = video_info (GST_VIDEO_FORMAT_I420, 32, 32);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    gchar *caps = g_strdup_printf ("video/x-raw,format=I420,width=32,height=32,"
                                   "framerate=25/1,interlace-mode=%s",
        cases[i].mode);
    Bench bench = bench_new ("imbytes", NULL, caps);

    for (guint k = 0; k < 4; k++) {
      GstBuffer *frame = frame_new (&info);

      gst_buffer_memset (frame, 0, 0x80, info.size);
      if (k % 2 == 1)
        GST_BUFFER_FLAG_SET (frame, GST_VIDEO_BUFFER_FLAG_INTERLACED);
      fail_unless_equals_int_hex (sampling_of (bench_push (&bench, frame)),
          cases[i].sampling);
    }
    bench_clear (&bench);
    g_free (caps);
  }
}

GST_END_TEST;

static GstBuffer *
encode_sited (const gchar *fields)
{
  gchar *caps = g_strdup_printf ("video/x-raw,format=I420,width=32,height=32,"
                                 "framerate=25/1%s",
      fields);
  GstVideoInfo info = video_info (GST_VIDEO_FORMAT_I420, 32, 32);
  GstBuffer *frame = frame_new (&info), *image;
  Bench bench = bench_new ("imbytes format=png", NULL, caps);

  gst_buffer_memset (frame, 0, 0x80, info.size);
  for (gint y = 0; y < 16; y++)
    gst_buffer_memset (frame, info.offset[1] + y * info.stride[1] + 8, 0x40, 8);
  image = bench_push (&bench, frame);
  bench_clear (&bench);
  g_free (caps);
  return image;
}

/* Also where caps say nothing of colorimetry, in which case GStreamer's own
 * reading of them loses it. */
GST_START_TEST (test_chroma_site)
{
  GstBuffer *jpeg = encode_sited (",chroma-site=jpeg");
  GstBuffer *mpeg2 = encode_sited (",chroma-site=mpeg2");
  GstBuffer *tagged =
      encode_sited (",chroma-site=mpeg2,colorimetry=(string)bt601");

  fail_if (buffers_are_equal (jpeg, mpeg2));
  fail_unless (buffers_are_equal (mpeg2, tagged));
  gst_buffer_unref (jpeg);
  gst_buffer_unref (mpeg2);
  gst_buffer_unref (tagged);
}

GST_END_TEST;

/* A plane somewhere, with some stride: mostly as it should be. */
static void
random_plane (GRand *rand, const GstVideoInfo *usual, guint plane, gsize size,
    gsize *offset, gint *stride)
{
  gint rows = GST_VIDEO_INFO_COMP_HEIGHT (usual, plane > 0 ? 1 : 0);

  *offset = usual->offset[plane];
  *stride = usual->stride[plane];
  switch (g_rand_int_range (rand, 0, 9)) {
    case 0:
      *stride += g_rand_int_range (rand, -8, 40);
      break;
    case 1:
      *offset += (gsize) ABS (*stride) * (gsize) (rows - 1);
      *stride = -*stride;
      break;
    case 2:
      *offset = (gsize) g_rand_int_range (rand, 0, (gint) size + 10);
      break;
    case 3:
      *stride = g_rand_int_range (rand, -300, 300);
      break;
    default:
      break;
  }
}

/* In one or two memories, too short or not, with metas that fit or do not. */
static GstBuffer *
random_frame (GRand *rand, const GstVideoInfo *info)
{
  gint width = info->width + g_rand_int_range (rand, 0, 20);
  gint height = info->height + g_rand_int_range (rand, 0, 20);
  GstVideoInfo usual = video_info (GST_VIDEO_INFO_FORMAT (info), width, height);
  gsize offset[GST_VIDEO_MAX_PLANES], size = usual.size, cut;
  gint stride[GST_VIDEO_MAX_PLANES];
  GstBuffer *frame = gst_buffer_new ();

  if (g_rand_int_range (rand, 0, 4) == 0)
    size = (gsize) g_rand_int_range (rand, 1, (gint) size + 300);
  cut = g_rand_boolean (rand) ? (gsize) g_rand_int_range (rand, 0, (gint) size)
                              : 0;
  if (cut > 0)
    gst_buffer_append_memory (frame,
        memory_fenced (cut, g_rand_boolean (rand), 0x5a));
  gst_buffer_append_memory (frame,
      memory_fenced (size - cut, g_rand_boolean (rand), 0xa5));
  for (guint p = 0; p < usual.finfo->n_planes; p++)
    random_plane (rand, &usual, p, size, &offset[p], &stride[p]);
  if (g_rand_int_range (rand, 0, 6) > 0)
    gst_buffer_add_video_meta_full (frame, GST_VIDEO_FRAME_FLAG_NONE,
        GST_VIDEO_INFO_FORMAT (info), (guint) width, (guint) height,
        usual.finfo->n_planes, offset, stride);
  if (g_rand_int_range (rand, 0, 4) == 0) {
    GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (frame);

    crop->x = (guint) g_rand_int_range (rand, 0, width + 5);
    crop->y = (guint) g_rand_int_range (rand, 0, height + 5);
    crop->width = (guint) g_rand_int_range (rand, 0, width + 5);
    crop->height = (guint) g_rand_int_range (rand, 0, height + 5);
  }
  return frame;
}

/* Whatever a frame and its metas say, nothing beside its memory is read, and it
 * either becomes an image or is counted as lost. */
GST_START_TEST (test_any_layout)
{
  static const gchar *const launches[] = { "imbytes",
    "imbytes format=png width=20", "imbytes video-direction=90r width=33",
    "imbytes min-change=0.001" };
  guint n;
  const GstVideoFormat *formats = gst_video_formats_raw (&n);

  for (guint seed = 1; seed <= 500; seed++) {
    GRand *rand = g_rand_new_with_seed (seed);
    GstVideoInfo info =
        video_info (formats[g_rand_int_range (rand, 0, (gint) n)],
            g_rand_int_range (rand, 1, 90), g_rand_int_range (rand, 1, 70));
    GstCaps *caps = gst_video_info_to_caps (&info);
    gchar *string = gst_caps_to_string (caps);
    Bench bench =
        bench_new (launches[seed % G_N_ELEMENTS (launches)], NULL, string);

    GST_INFO ("seed %u: %s", seed, string);
    for (guint i = 0; i < 3; i++)
      fail_unless_equals_int (gst_harness_push (bench.harness,
                                  random_frame (rand, &info)),
          GST_FLOW_OK);
    fail_unless_equals_int (bench_stat (&bench, "images-out")
            + bench_stat (&bench, "images-dropped")
            + bench_stat (&bench, "frames-skipped"),
        3);
    fail_unless_equals_int (bench_count (&bench, GST_MESSAGE_ERROR), 0);
    bench_clear (&bench);
    g_free (string);
    gst_caps_unref (caps);
    g_rand_free (rand);
  }
}

GST_END_TEST;

static Suite *
layouts_suite (void)
{
  Suite *suite = suite_create ("layouts");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_strides);
  tcase_add_test (tcase, test_negative_strides);
  tcase_add_test (tcase, test_memories);
  tcase_add_test (tcase, test_crop_meta);
  tcase_add_test (tcase, test_crop_beyond);
  tcase_add_test (tcase, test_padded_frame);
  tcase_add_test (tcase, test_interlaced);
  tcase_add_test (tcase, test_sampling_of_fields);
  tcase_add_test (tcase, test_any_layout);
  tcase_add_test (tcase, test_chroma_site);
  return suite;
}

GST_CHECK_MAIN (layouts);
