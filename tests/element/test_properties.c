/* imbytes tests: what each property does, also while it runs.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "common.h"

#include <string.h>

#define INPUT "video/x-raw,format=I420,width=64,height=48,framerate=30/1"

static GstBuffer *
push (Bench *bench)
{
  return bench_push (bench, frame_new_for_caps (INPUT));
}

static GstBuffer *
encode (const gchar *launch)
{
  Bench bench = bench_new (launch, NULL, INPUT);
  GstBuffer *image = push (&bench);

  bench_clear (&bench);
  return image;
}

/* Where the payload of marker 0xff @marker starts; -1 without one. */
static gssize
find_marker (GstBuffer *image, guint8 marker)
{
  gsize size = gst_buffer_get_size (image), i = 2;
  guint8 head[4];

  while (i + 4 <= size && gst_buffer_extract (image, i, head, 4) == 4
      && head[0] == 0xff) {
    if (head[1] == marker)
      return i + 4;
    if (head[1] == 0xda)
      break;
    i += 2 + GST_READ_UINT16_BE (head + 2);
  }
  return -1;
}

static guint8
byte_at (GstBuffer *image, gsize offset)
{
  guint8 byte = 0;

  fail_unless_equals_int (gst_buffer_extract (image, offset, &byte, 1), 1);
  return byte;
}

GST_START_TEST (test_defaults)
{
  GstElement *element = gst_element_factory_make ("imbytes", NULL);
  static const gchar *const expected[] = { "format=auto", "width=0", "height=0",
    "fit=fill", "enlarge=true", "square-pixels=true", "background=4278190080",
    "method=bilinear", "quality=85", "subsampling=auto", "progressive=false",
    "optimize=false", "dct-method=islow", "compression-level=1",
    "png-filter=auto", "bit-depth=auto", "png-reduce=false", "interval=0",
    "on-request=false", "min-change=0.0", "max-interval=0", "snapshot=false",
    "roi=none", "max-bytes=0", "min-quality=10", "metadata=false",
    "post-messages=false", "n-threads=0" };

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    gchar **pair = g_strsplit (expected[i], "=", 2);
    GParamSpec *pspec =
        g_object_class_find_property (G_OBJECT_GET_CLASS (element), pair[0]);
    GValue value = G_VALUE_INIT, wanted = G_VALUE_INIT;

    fail_unless (pspec != NULL, "%s", pair[0]);
    g_value_init (&value, pspec->value_type);
    g_value_init (&wanted, pspec->value_type);
    g_object_get_property (G_OBJECT (element), pair[0], &value);
    fail_unless (gst_value_deserialize (&wanted, pair[1]), "%s", expected[i]);
    fail_unless_equals_int (gst_value_compare (&value, &wanted),
        GST_VALUE_EQUAL);
    fail_unless (g_param_value_defaults (pspec, &value), "%s", expected[i]);
    fail_unless_equals_int ((pspec->flags & GST_PARAM_MUTABLE_PLAYING) != 0,
        strcmp (pair[0], "format") != 0 && strcmp (pair[0], "n-threads") != 0);
    g_value_unset (&value);
    g_value_unset (&wanted);
    g_strfreev (pair);
  }
  gst_object_unref (element);
}

GST_END_TEST;

/* Every value that is set is there to be read. */
GST_START_TEST (test_set_and_get)
{
  GstElement *element = gst_element_factory_make ("imbytes", NULL);
  guint n;
  GParamSpec **pspecs =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);

  for (guint i = 0; i < n; i++) {
    GValue value = G_VALUE_INIT;

    if (strcmp (g_type_name (pspecs[i]->owner_type), "GstImBytes") != 0
        || !(pspecs[i]->flags & G_PARAM_WRITABLE))
      continue;
    g_value_init (&value, pspecs[i]->value_type);
    if (G_IS_PARAM_SPEC_ENUM (pspecs[i]))
      g_value_set_enum (&value,
          G_PARAM_SPEC_ENUM (pspecs[i])->enum_class->maximum);
    else if (G_IS_PARAM_SPEC_BOOLEAN (pspecs[i]))
      g_value_set_boolean (&value,
          !G_PARAM_SPEC_BOOLEAN (pspecs[i])->default_value);
    else if (G_IS_PARAM_SPEC_UINT (pspecs[i]))
      g_value_set_uint (&value, G_PARAM_SPEC_UINT (pspecs[i])->maximum);
    else if (G_IS_PARAM_SPEC_UINT64 (pspecs[i]))
      g_value_set_uint64 (&value, G_PARAM_SPEC_UINT64 (pspecs[i])->maximum);
    else if (G_IS_PARAM_SPEC_STRING (pspecs[i]))
      g_value_set_string (&value, "something");
    else if (G_IS_PARAM_SPEC_DOUBLE (pspecs[i]))
      g_value_set_double (&value, G_PARAM_SPEC_DOUBLE (pspecs[i])->maximum);
    else
      g_value_set_int (&value, G_PARAM_SPEC_INT (pspecs[i])->minimum);
    g_object_set_property (G_OBJECT (element), pspecs[i]->name, &value);
    fail_if (g_param_value_defaults (pspecs[i], &value));
    {
      GValue got = G_VALUE_INIT;

      g_value_init (&got, pspecs[i]->value_type);
      g_object_get_property (G_OBJECT (element), pspecs[i]->name, &got);
      fail_unless_equals_int (gst_value_compare (&value, &got),
          GST_VALUE_EQUAL);
      g_value_unset (&got);
    }
    g_value_unset (&value);
  }
  g_free (pspecs);
  gst_object_unref (element);
}

GST_END_TEST;

GST_START_TEST (test_jpeg_properties)
{
  GstBuffer *usual = encode ("imbytes"), *image;
  gssize at;

  image = encode ("imbytes quality=20");
  fail_unless (gst_buffer_get_size (image) < gst_buffer_get_size (usual));
  gst_buffer_unref (image);
  image = encode ("imbytes progressive=true");
  fail_unless (find_marker (image, 0xc2) > 0);
  fail_unless (find_marker (usual, 0xc0) > 0);
  gst_buffer_unref (image);
  image = encode ("imbytes optimize=true");
  fail_unless (gst_buffer_get_size (image) < gst_buffer_get_size (usual));
  gst_buffer_unref (image);
  image = encode ("imbytes subsampling=gray");
  at = find_marker (image, 0xc0);
  fail_unless_equals_int (byte_at (image, at + 5), 1);
  gst_buffer_unref (image);
  image = encode ("imbytes subsampling=4:2:2");
  at = find_marker (image, 0xc0);
  fail_unless_equals_int (byte_at (image, at + 7), 0x21);
  gst_buffer_unref (image);
  at = find_marker (usual, 0xc0);
  fail_unless_equals_int (byte_at (usual, at + 7), 0x22);
  gst_buffer_unref (usual);
}

GST_END_TEST;

GST_START_TEST (test_png_properties)
{
  GstBuffer *fast = encode ("imbytes format=png compression-level=0");
  GstBuffer *small = encode ("imbytes format=png compression-level=9");
  GstBuffer *none = encode ("imbytes format=png png-filter=none");
  GstBuffer *paeth = encode ("imbytes format=png png-filter=paeth");
  GstBuffer *deep = encode ("imbytes format=png bit-depth=16");
  Picture picture = picture_decode (deep);

  fail_unless (gst_buffer_get_size (small) < gst_buffer_get_size (fast));
  fail_if (buffers_are_equal (none, paeth));
  fail_unless_equals_int (picture.bits, 16);
  picture_clear (&picture);
  picture = picture_decode (small);
  fail_unless_equals_int (picture.bits, 8);
  picture_clear (&picture);
  gst_buffer_unref (fast);
  gst_buffer_unref (small);
  gst_buffer_unref (none);
  gst_buffer_unref (paeth);
  gst_buffer_unref (deep);
}

GST_END_TEST;

static guint8
red_at (const gchar *launch, gint x, gint y)
{
  GstBuffer *image = encode (launch);
  Picture picture = picture_decode (image);
  guint8 red = picture_at (&picture, x, y)[0];

  picture_clear (&picture);
  gst_buffer_unref (image);
  return red;
}

GST_START_TEST (test_fit)
{
  /* The slope starts dark, the border is not. */
  fail_unless_equals_int (red_at ("imbytes format=png width=64 height=96 "
                                  "fit=contain background=0xffc80000",
                              32, 0),
      200);
  fail_unless (red_at ("imbytes format=png width=64 height=96 fit=contain "
                       "background=0xffc80000",
                   0, 48)
      < 60);
  /* Cover shows the middle half of it, fill all. */
  fail_unless (red_at ("imbytes format=png width=24 height=48 fit=cover", 0, 0)
      > 20 + red_at ("imbytes format=png width=24 height=48", 0, 0));
}

GST_END_TEST;

/* An edge tells every kernel from every other. */
static GstBuffer *
encode_edge (const gchar *launch)
{
  Bench bench = bench_new (launch, NULL, INPUT);
  GstBuffer *frame = frame_new_for_caps (INPUT), *image;

  gst_buffer_memset (frame, 0, 16, 64 * 21);
  gst_buffer_memset (frame, 64 * 21, 235, 64 * 27);
  image = bench_push (&bench, frame);
  bench_clear (&bench);
  return image;
}

GST_START_TEST (test_methods_differ)
{
  static const gchar *const methods[] = { "nearest", "bilinear", "bicubic",
    "area", "lanczos", "spline36" };
  GstBuffer *images[G_N_ELEMENTS (methods)];

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++) {
    gchar *launch =
        g_strdup_printf ("imbytes format=png width=23 height=19 method=%s",
            methods[i]);

    images[i] = encode_edge (launch);
    g_free (launch);
    for (guint k = 0; k < i; k++)
      fail_if (buffers_are_equal (images[i], images[k]), "%s, %s", methods[i],
          methods[k]);
  }
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    gst_buffer_unref (images[i]);
}

GST_END_TEST;

/* In PLAYING, from one frame to the next, and the caps with them. */
GST_START_TEST (test_changes_in_playing)
{
  Bench bench = bench_new ("imbytes", NULL, INPUT);
  GstBuffer *usual = push (&bench), *image;

  g_object_set (bench.element, "quality", 10, NULL);
  image = push (&bench);
  fail_unless (gst_buffer_get_size (image) < gst_buffer_get_size (usual));
  gst_buffer_unref (image);
  g_object_set (bench.element, "quality", 85, "width", 32, NULL);
  gst_buffer_unref (push (&bench));
  fail_unless_equals_int (bench_out_int (&bench, "width"), 32);
  fail_unless_equals_int (bench_out_int (&bench, "height"), 24);
  g_object_set (bench.element, "width", 0, "progressive", TRUE, NULL);
  gst_buffer_unref (push (&bench));
  fail_unless_equals_int (bench_out_int (&bench, "sof-marker"), 2);
  g_object_set (bench.element, "progressive", FALSE, NULL);
  image = push (&bench);
  fail_unless (buffers_are_equal (image, usual));
  gst_buffer_unref (image);
  gst_buffer_unref (usual);
  bench_clear (&bench);
}

GST_END_TEST;

/* Settings in another thread while frames flow. */
static gpointer
change_settings (gpointer element)
{
  for (guint i = 0; i < 400; i++)
    g_object_set (element, "width", 1 + i % 90, "quality", i % 100, "fit",
        i % 4, "method", i % 6, NULL);
  return NULL;
}

GST_START_TEST (test_changes_from_a_thread)
{
  Bench bench = bench_new ("imbytes", NULL, INPUT);
  GThread *thread = g_thread_new ("settings", change_settings, bench.element);

  for (guint i = 0; i < 200; i++) {
    GstBuffer *image = push (&bench);
    Picture picture = picture_decode (image);

    fail_unless_equals_int (picture.width, bench_out_int (&bench, "width"));
    picture_clear (&picture);
    gst_buffer_unref (image);
  }
  g_thread_join (thread);
  bench_clear (&bench);
}

GST_END_TEST;

static Suite *
properties_suite (void)
{
  Suite *suite = suite_create ("properties");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_defaults);
  tcase_add_test (tcase, test_set_and_get);
  tcase_add_test (tcase, test_jpeg_properties);
  tcase_add_test (tcase, test_png_properties);
  tcase_add_test (tcase, test_fit);
  tcase_add_test (tcase, test_methods_differ);
  tcase_add_test (tcase, test_changes_in_playing);
  tcase_add_test (tcase, test_changes_from_a_thread);
  return suite;
}

GST_CHECK_MAIN (properties);
