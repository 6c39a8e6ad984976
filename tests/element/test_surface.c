/* imbytes tests: what users and programs rely on changes only on purpose.
 *
 * The whole public surface is written down in surface.txt, a fact in each line;
 * see surface.h. docs/reference.md has to name all of it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "surface.h"

#include <string.h>

static gchar *
read_file (const gchar *variable)
{
  const gchar *path = g_getenv (variable);
  GError *error = NULL;
  gchar *text = NULL;

  fail_unless (path != NULL, "%s is not set; run `meson test surface`",
      variable);
  if (!g_file_get_contents (path, &text, NULL, &error))
    fail ("%s", error->message);
  return text;
}

static gboolean
has_line (gchar **lines, const gchar *line)
{
  return g_strv_contains ((const gchar *const *) lines, line);
}

/* Each line is a fact of its own, so that sets of them can be compared. */
static guint
print_missing (const gchar *sign, gchar **lines, gchar **from)
{
  guint n = 0;

  for (; *lines != NULL; lines++) {
    if (has_line (from, *lines))
      continue;
    g_print ("%s%s\n", sign, *lines);
    n++;
  }
  return n;
}

GST_START_TEST (test_file)
{
  gchar *now = surface_dump (), *before;
  gchar **lines_now, **lines_before;
  guint n;

  if (g_getenv ("IMBYTES_UPDATE_SURFACE") != NULL)
    fail_unless (
        g_file_set_contents (g_getenv ("IMBYTES_SURFACE"), now, -1, NULL));
  before = read_file ("IMBYTES_SURFACE");
  lines_now = g_strsplit (now, "\n", -1);
  lines_before = g_strsplit (before, "\n", -1);
  n = print_missing ("-", lines_before, lines_now);
  n += print_missing ("+", lines_now, lines_before);
  fail_unless (n == 0 && g_str_equal (now, before),
      "the public surface has changed. Where that is meant, renew the list with "
      "`IMBYTES_UPDATE_SURFACE=1 meson test surface` and say so in CHANGELOG.md");
  g_strfreev (lines_before);
  g_strfreev (lines_now);
  g_free (before);
  g_free (now);
}

GST_END_TEST;

/* The row of the table of properties that @name stands in first: a cell for the
 * names, the type, the default. Some rows have two properties. */
static gchar **
find_row (gchar **lines, const gchar *name)
{
  gchar *quoted = g_strdup_printf ("`%s`", name);
  gchar **cells = NULL;

  for (; *lines != NULL && cells == NULL; lines++) {
    cells = g_strsplit (*lines, "|", -1);
    if (!g_str_has_prefix (*lines, "| ") || g_strv_length (cells) < 5
        || strstr (cells[1], quoted) == NULL)
      g_clear_pointer (&cells, g_strfreev);
  }
  g_free (quoted);
  return cells;
}

static gboolean
says (const gchar *text, const gchar *word)
{
  gchar *quoted = g_strdup_printf ("`%s`", word);
  gboolean found = strstr (text, quoted) != NULL;

  g_free (quoted);
  return found;
}

static void
check_row (GParamSpec *pspec, gchar **row)
{
  const GValue *value = g_param_spec_get_default_value (pspec);
  gchar *text = surface_value (pspec, value);
  gchar *range = surface_range (pspec);
  gchar *given = g_strdelimit (g_strdup (row[3]), "`", ' ');
  gboolean start = (pspec->flags & GST_PARAM_MUTABLE_READY) != 0;

  if (pspec->flags & G_PARAM_WRITABLE)
    fail_unless (g_str_equal (g_strstrip (given), text),
        "%s: the default is %s, not %s", pspec->name, text, given);
  fail_unless (range == NULL || strstr (row[2], range) != NULL,
      "%s: the range is %s, not %s", pspec->name, range, row[2]);
  fail_unless ((strstr (row[1], "*start*") != NULL) == start,
      "%s: *start* is wrong", pspec->name);
  g_free (given);
  g_free (range);
  g_free (text);
}

static void
check_nicks (GParamSpec *pspec, gchar **row)
{
  GEnumClass *values;

  if (!G_IS_PARAM_SPEC_ENUM (pspec))
    return;
  values = G_PARAM_SPEC_ENUM (pspec)->enum_class;
  /* Those of method have a table of their own. */
  for (guint i = 0; i < values->n_values && strstr (row[2], "see [") == NULL;
       i++)
    fail_unless (says (row[2], values->values[i].value_nick),
        "%s: no word of %s", pspec->name, values->values[i].value_nick);
}

GST_START_TEST (test_properties_are_documented)
{
  gchar *text = read_file ("IMBYTES_REFERENCE");
  gchar **lines = g_strsplit (text, "\n", -1);
  GList *pspecs = surface_properties (), *item;

  for (item = pspecs; item != NULL; item = item->next) {
    GParamSpec *pspec = item->data;
    gchar **row = find_row (lines, pspec->name);

    fail_unless (row != NULL, "%s is not in the table", pspec->name);
    check_row (pspec, row);
    check_nicks (pspec, row);
    g_strfreev (row);
  }
  g_list_free (pspecs);
  g_strfreev (lines);
  g_free (text);
}

GST_END_TEST;

/* Every name in the dump: fields, nicks, signals, interfaces, codes. */
GST_START_TEST (test_names_are_documented)
{
  gchar *text = read_file ("IMBYTES_REFERENCE");
  GPtrArray *names = surface_names ();
  guint n_missing = 0;

  for (guint i = 0; i < names->len; i++) {
    const gchar *name = g_ptr_array_index (names, i);

    if (says (text, name))
      continue;
    g_print ("no `%s` in docs/reference.md\n", name);
    n_missing++;
  }
  fail_unless_equals_int (n_missing, 0);
  fail_unless (names->len > 60);
  g_ptr_array_unref (names);
  g_free (text);
}

GST_END_TEST;

/* They differ by version of GStreamer; that all are taken does not. */
GST_START_TEST (test_formats)
{
  GstElement *element = gst_element_factory_make ("imbytes", NULL);
  GstCaps *caps = gst_pad_template_get_caps (
      gst_element_get_pad_template (element, "sink"));
  const GValue *taken =
      gst_structure_get_value (gst_caps_get_structure (caps, 0), "format");
  gchar **all = g_strsplit_set (GST_VIDEO_FORMATS_ALL, "{}, ", -1);
  guint n = 0;

  for (guint i = 0; all[i] != NULL; i++) {
    gboolean found = FALSE;

    for (guint k = 0; k < gst_value_list_get_size (taken); k++)
      found |= g_str_equal (all[i],
          g_value_get_string (gst_value_list_get_value (taken, k)));
    fail_unless (found || all[i][0] == '\0', "%s is not taken", all[i]);
    n += all[i][0] != '\0';
  }
  fail_unless_equals_int (gst_value_list_get_size (taken), n);
  fail_unless (n > 80);
  g_strfreev (all);
  gst_caps_unref (caps);
  gst_object_unref (element);
}

GST_END_TEST;

static Suite *
surface_suite (void)
{
  Suite *suite = suite_create ("surface");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_file);
  tcase_add_test (tcase, test_properties_are_documented);
  tcase_add_test (tcase, test_names_are_documented);
  tcase_add_test (tcase, test_formats);
  return suite;
}

GST_CHECK_MAIN (surface);
