/* imbytes tests: the presets that ship, and those that users save.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <glib/gstdio.h>

#include "common.h"

static void
expect (GstElement *element, const gchar *preset, const gchar *const *values)
{
  fail_unless (gst_preset_load_preset (GST_PRESET (element), preset), "%s",
      preset);
  for (; *values != NULL; values++) {
    gchar **pair = g_strsplit (*values, "=", 2), *text;
    GParamSpec *pspec =
        g_object_class_find_property (G_OBJECT_GET_CLASS (element), pair[0]);
    GValue value = G_VALUE_INIT;

    fail_unless (pspec != NULL, "%s", pair[0]);
    g_value_init (&value, pspec->value_type);
    g_object_get_property (G_OBJECT (element), pair[0], &value);
    text = gst_value_serialize (&value);
    fail_unless (g_str_equal (text, pair[1]), "%s: %s, not %s", preset, text,
        *values);
    g_free (text);
    g_value_unset (&value);
    g_strfreev (pair);
  }
}

GST_START_TEST (test_shipped)
{
  static const struct
  {
    const gchar *name, *values[8];
  } presets[] = {
    { "thumbnail",
        { "width=320", "height=320", "fit=inside", "enlarge=false",
            "quality=80" } },
    { "inference-224", { "width=224", "height=224", "fit=cover" } },
    { "cctv",
        { "width=1280", "interval=1000000000", "max-interval=60000000000",
            "metadata=true" } },
    { "archive-png",
        { "format=png", "compression-level=9", "png-reduce=true" } },
  };
  GstElement *element = gst_element_factory_make ("imbytes", NULL);
  gchar **names = gst_preset_get_preset_names (GST_PRESET (element));

  fail_unless (g_strv_length (names) >= G_N_ELEMENTS (presets));
  for (guint i = 0; i < G_N_ELEMENTS (presets); i++) {
    gchar *comment = NULL;

    fail_unless (
        g_strv_contains ((const gchar *const *) names, presets[i].name));
    expect (element, presets[i].name, presets[i].values);
    fail_unless (gst_preset_get_meta (GST_PRESET (element), presets[i].name,
        "comment", &comment));
    g_free (comment);
  }
  g_strfreev (names);
  gst_object_unref (element);
}

GST_END_TEST;

/* In mid-stream, from the next frame on. */
GST_START_TEST (test_while_playing)
{
  Bench bench = bench_new ("imbytes", NULL,
      "video/x-raw,format=I420,width=640,height=360,framerate=30/1");
  GstBuffer *image;

  image = bench_push (&bench,
      frame_new_for_caps (
          "video/x-raw,format=I420,width=640,height=360,framerate=30/1"));
  gst_buffer_unref (image);
  fail_unless_equals_int (bench_out_int (&bench, "width"), 640);
  fail_unless (
      gst_preset_load_preset (GST_PRESET (bench.element), "thumbnail"));
  image = bench_push (&bench,
      frame_new_for_caps (
          "video/x-raw,format=I420,width=640,height=360,framerate=30/1"));
  gst_buffer_unref (image);
  fail_unless_equals_int (bench_out_int (&bench, "width"), 320);
  fail_unless_equals_int (bench_out_int (&bench, "height"), 180);
  bench_clear (&bench);
}

GST_END_TEST;

GST_START_TEST (test_saved)
{
  GstElement *element = gst_element_factory_make ("imbytes", NULL);
  guint64 interval;
  gchar *type;
  gint fit;

  g_object_set (element, "interval", (guint64) 123456789012, "fit", 2,
      "roi-type", "face", NULL);
  fail_unless (gst_preset_save_preset (GST_PRESET (element), "mine"));
  g_object_set (element, "interval", (guint64) 0, "fit", 0, "roi-type", "car",
      NULL);
  fail_unless (gst_preset_load_preset (GST_PRESET (element), "mine"));
  g_object_get (element, "interval", &interval, "fit", &fit, "roi-type", &type,
      NULL);
  fail_unless_equals_uint64 (interval, 123456789012);
  fail_unless_equals_int (fit, 2);
  fail_unless_equals_string (type, "face");
  g_free (type);
  fail_unless (gst_preset_delete_preset (GST_PRESET (element), "mine"));
  fail_if (gst_preset_load_preset (GST_PRESET (element), "mine"));
  gst_object_unref (element);
}

GST_END_TEST;

static Suite *
presets_suite (void)
{
  Suite *suite = suite_create ("presets");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_shipped);
  tcase_add_test (tcase, test_while_playing);
  tcase_add_test (tcase, test_saved);
  return suite;
}

/* What users save goes into their own folder: here, one that is new and gone
 * afterwards. */
int
main (int argc, char **argv)
{
  gchar *home = g_dir_make_tmp ("imbytes-presets-XXXXXX", NULL);
  gchar *folder = g_build_filename (home, "gstreamer-1.0", NULL);
  gchar *presets = g_build_filename (folder, "presets", NULL);
  gchar *file = g_build_filename (presets, "GstImBytes.prs", NULL);
  gchar *backup = g_strconcat (file, ".bak", NULL);
  int failed;

  g_setenv ("XDG_DATA_HOME", home, TRUE);
  gst_check_init (&argc, &argv);
  failed = gst_check_run_suite (presets_suite (), "presets", __FILE__);
  g_unlink (backup);
  g_unlink (file);
  g_rmdir (presets);
  g_rmdir (folder);
  g_rmdir (home);
  g_free (backup);
  g_free (file);
  g_free (presets);
  g_free (folder);
  g_free (home);
  return failed;
}
