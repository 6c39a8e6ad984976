/* imbytes tests: the public surface that can be seen without running it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "surface.h"

#include <string.h>

/* Of the base class and of GstVideoDirection, and promised by the reference. */
static const gchar *const inherited[] = { "qos", "min-force-key-unit-interval",
  "video-direction", NULL };

static GType
type_of_element (void)
{
  GstElement *element = gst_element_factory_make ("imbytes", NULL);
  GType type;

  fail_unless (element != NULL);
  type = G_OBJECT_TYPE (element);
  gst_object_unref (element);
  return type;
}

static GObjectClass *
class_of_element (void)
{
  return g_type_class_peek (type_of_element ());
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (((const GParamSpec *) a)->name,
      ((const GParamSpec *) b)->name);
}

GList *
surface_properties (void)
{
  guint n;
  GParamSpec **all = g_object_class_list_properties (class_of_element (), &n);
  GList *list = NULL;

  for (guint i = 0; i < n; i++)
    if (all[i]->owner_type == type_of_element ()
        || g_strv_contains (inherited, all[i]->name))
      list = g_list_prepend (list, all[i]);
  g_free (all);
  return g_list_sort (list, compare_names);
}

gchar *
surface_value (GParamSpec *pspec, const GValue *value)
{
  if (G_VALUE_HOLDS_ENUM (value))
    return g_strdup (g_enum_get_value (G_PARAM_SPEC_ENUM (pspec)->enum_class,
        g_value_get_enum (value))
                         ->value_nick);
  if (g_str_equal (pspec->name, "background"))
    return g_strdup_printf ("0x%08x", g_value_get_uint (value));
  if (G_VALUE_HOLDS_DOUBLE (value))
    return g_strdup_printf ("%g", g_value_get_double (value));
  if (G_VALUE_HOLDS_BOOLEAN (value))
    return g_strdup (g_value_get_boolean (value) ? "true" : "false");
  if (G_VALUE_HOLDS_INT (value))
    return g_strdup_printf ("%d", g_value_get_int (value));
  if (G_VALUE_HOLDS_UINT (value))
    return g_strdup_printf ("%u", g_value_get_uint (value));
  if (G_VALUE_HOLDS_UINT64 (value))
    return g_strdup_printf ("%" G_GUINT64_FORMAT, g_value_get_uint64 (value));
  if (G_VALUE_HOLDS_STRING (value) && g_value_get_string (value) != NULL)
    return g_strdup (g_value_get_string (value));
  return g_strdup ("NULL");
}

gchar *
surface_range (GParamSpec *pspec)
{
  if (G_IS_PARAM_SPEC_INT (pspec))
    return g_strdup_printf ("%d..%d", G_PARAM_SPEC_INT (pspec)->minimum,
        G_PARAM_SPEC_INT (pspec)->maximum);
  if (G_IS_PARAM_SPEC_DOUBLE (pspec))
    return g_strdup_printf ("%g..%g", G_PARAM_SPEC_DOUBLE (pspec)->minimum,
        G_PARAM_SPEC_DOUBLE (pspec)->maximum);
  if (G_IS_PARAM_SPEC_UINT (pspec)
      && G_PARAM_SPEC_UINT (pspec)->maximum < G_MAXUINT)
    return g_strdup_printf ("%u..%u", G_PARAM_SPEC_UINT (pspec)->minimum,
        G_PARAM_SPEC_UINT (pspec)->maximum);
  /* What is as wide as its type has no other range to say. */
  if (G_IS_PARAM_SPEC_UINT (pspec))
    fail_unless_equals_int (G_PARAM_SPEC_UINT (pspec)->minimum, 0);
  if (G_IS_PARAM_SPEC_UINT64 (pspec)) {
    fail_unless_equals_uint64 (G_PARAM_SPEC_UINT64 (pspec)->minimum, 0);
    fail_unless_equals_uint64 (G_PARAM_SPEC_UINT64 (pspec)->maximum,
        G_MAXUINT64);
  }
  return NULL;
}

static const struct
{
  guint flag;
  const gchar *name;
} flag_names[] = { { G_PARAM_READABLE, "readable" },
  { G_PARAM_WRITABLE, "writable" }, { G_PARAM_CONSTRUCT, "construct" },
  { G_PARAM_CONSTRUCT_ONLY, "construct-only" },
  { G_PARAM_DEPRECATED, "deprecated" },
  { GST_PARAM_CONTROLLABLE, "controllable" },
  { GST_PARAM_MUTABLE_READY, "mutable-ready" },
  { GST_PARAM_MUTABLE_PAUSED, "mutable-paused" },
  { GST_PARAM_MUTABLE_PLAYING, "mutable-playing" },
  { GST_PARAM_CONDITIONALLY_AVAILABLE, "conditionally-available" },
  { GST_PARAM_DOC_SHOW_DEFAULT, "doc-show-default" } };

/* An interface's property has the flags that the interface gave it, and other
 * plugins that this process happens to load add to these. */
static guint
surface_flags (GParamSpec *pspec)
{
  guint flags = pspec->flags;

  if (g_param_spec_get_redirect_target (pspec) != NULL
      || G_TYPE_IS_INTERFACE (pspec->owner_type))
    flags &= ~(GST_PARAM_MUTABLE_READY | GST_PARAM_MUTABLE_PAUSED
        | GST_PARAM_MUTABLE_PLAYING);
  return flags;
}

static void
add_properties (GString *text)
{
  GList *list = surface_properties (), *item;

  for (item = list; item != NULL; item = item->next) {
    GParamSpec *pspec = item->data;
    gchar *range = surface_range (pspec);
    gchar *value =
        surface_value (pspec, g_param_spec_get_default_value (pspec));

    g_string_append_printf (text, "property %s: %s%s%s = %s", pspec->name,
        g_type_name (pspec->value_type), range != NULL ? " " : "",
        range != NULL ? range : "", value);
    for (guint i = 0; i < G_N_ELEMENTS (flag_names); i++)
      if (surface_flags (pspec) & flag_names[i].flag)
        g_string_append_printf (text, ", %s", flag_names[i].name);
    g_string_append_c (text, '\n');
    g_free (value);
    g_free (range);
  }
  g_list_free (list);
}

static void
add_enums (GString *text)
{
  GList *list = surface_properties (), *item;

  for (item = list; item != NULL; item = item->next) {
    GParamSpec *pspec = item->data;
    GEnumClass *values;

    if (!G_IS_PARAM_SPEC_ENUM (pspec))
      continue;
    values = G_PARAM_SPEC_ENUM (pspec)->enum_class;
    for (guint i = 0; i < values->n_values; i++)
      g_string_append_printf (text, "enum %s: %s = %d\n",
          g_type_name (pspec->value_type), values->values[i].value_nick,
          values->values[i].value);
  }
  g_list_free (list);
}

static void
add_signals (GString *text)
{
  guint n;
  guint *ids = g_signal_list_ids (type_of_element (), &n);

  for (guint i = 0; i < n; i++) {
    GSignalQuery query;

    g_signal_query (ids[i], &query);
    g_string_append_printf (text, "signal %s: %s (", query.signal_name,
        g_type_name (query.return_type));
    for (guint p = 0; p < query.n_params; p++)
      g_string_append_printf (text, "%s%s", p > 0 ? ", " : "",
          g_type_name (query.param_types[p]));
    g_string_append_printf (text, ")%s%s%s%s\n",
        query.signal_flags & G_SIGNAL_ACTION ? ", action" : "",
        query.signal_flags & G_SIGNAL_RUN_FIRST ? ", run-first" : "",
        query.signal_flags & G_SIGNAL_RUN_LAST ? ", run-last" : "",
        query.signal_flags & G_SIGNAL_DETAILED ? ", detailed" : "");
  }
  g_free (ids);
}

static void
add_type (GString *text)
{
  GType type = type_of_element ();
  guint n;
  GType *interfaces = g_type_interfaces (type, &n);
  GstElementFactory *factory = gst_element_factory_find ("imbytes");

  g_string_append_printf (text, "element %s: %s, parent %s, rank %u\n",
      GST_OBJECT_NAME (factory), g_type_name (type),
      g_type_name (g_type_parent (type)),
      gst_plugin_feature_get_rank (GST_PLUGIN_FEATURE (factory)));
  g_string_append_printf (text, "klass: %s\n",
      gst_element_factory_get_metadata (factory, GST_ELEMENT_METADATA_KLASS));
  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "interface: %s\n",
        g_type_name (interfaces[i]));
  gst_object_unref (factory);
  g_free (interfaces);
}

static void
add_pad (GString *text, GstPadTemplate *templ)
{
  const gchar *name = GST_PAD_TEMPLATE_NAME_TEMPLATE (templ);
  GstCaps *caps = gst_pad_template_get_caps (templ);

  g_string_append_printf (text, "pad %s: %s, %s\n", name,
      GST_PAD_TEMPLATE_DIRECTION (templ) == GST_PAD_SRC ? "source" : "sink",
      GST_PAD_TEMPLATE_PRESENCE (templ) == GST_PAD_ALWAYS ? "always"
                                                          : "not always");
  for (guint i = 0; i < gst_caps_get_size (caps); i++) {
    GstStructure *structure =
        gst_structure_copy (gst_caps_get_structure (caps, i));
    gchar *where = g_strdup_printf ("pad %s, %s", name,
        gst_structure_get_name (structure));

    /* Formats differ by version; test_surface looks at them. */
    gst_structure_remove_field (structure, "format");
    surface_add_structure (text, where, structure, TRUE);
    g_free (where);
    gst_structure_free (structure);
  }
  gst_caps_unref (caps);
}

static void
add_pads (GString *text)
{
  GstElementClass *klass = GST_ELEMENT_CLASS (class_of_element ());

  add_pad (text, gst_element_class_get_pad_template (klass, "sink"));
  add_pad (text, gst_element_class_get_pad_template (klass, "src"));
  fail_unless_equals_int (g_list_length (
                              gst_element_class_get_pad_template_list (klass)),
      2);
}

static void
add_presets (GString *text)
{
  gchar *path =
      g_build_filename (g_getenv ("GST_PRESET_PATH"), "GstImBytes.prs", NULL);
  GKeyFile *file = g_key_file_new ();
  gchar **groups;

  fail_unless (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL),
      "%s", path);
  groups = g_key_file_get_groups (file, NULL);
  /* The first says what the file is. */
  fail_unless_equals_string (groups[0], "_presets_");
  for (guint g = 1; groups[g] != NULL; g++) {
    gchar **keys = g_key_file_get_keys (file, groups[g], NULL, NULL);

    for (guint k = 0; keys[k] != NULL; k++) {
      gchar *value = g_key_file_get_value (file, groups[g], keys[k], NULL);

      /* Comments are prose. */
      if (!g_str_has_prefix (keys[k], "_meta/"))
        g_string_append_printf (text, "preset %s: %s=%s\n", groups[g], keys[k],
            value);
      g_free (value);
    }
    g_strfreev (keys);
  }
  g_strfreev (groups);
  g_key_file_free (file);
  g_free (path);
}

gchar *
surface_dump (void)
{
  GString *text = g_string_new (NULL);

  add_type (text);
  add_pads (text);
  add_properties (text);
  add_enums (text);
  add_signals (text);
  add_presets (text);
  surface_add_running (text);
  return g_string_free (text, FALSE);
}

/* Of "KIND NAME: ..." or "KIND WHERE: NAME ...", the NAME; NULL where it is none
 * that the reference has to say. */
static gchar *
find_name (const gchar *line)
{
  static const gchar *const first[] = { "property ", "signal ", "preset " };
  const gchar *colon = strstr (line, ": ");

  if (colon == NULL || g_str_has_prefix (line, "pad ")
      || g_str_has_prefix (line, "element "))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (first); i++)
    if (g_str_has_prefix (line, first[i]))
      return g_strndup (line + strlen (first[i]),
          (gsize) (colon - line) - strlen (first[i]));
  return g_strndup (colon + 2, strcspn (colon + 2, " ="));
}

GPtrArray *
surface_names (void)
{
  gchar *text = surface_dump ();
  gchar **lines = g_strsplit (text, "\n", -1);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; lines[i] != NULL; i++) {
    gchar *name = find_name (lines[i]);

    if (name != NULL)
      g_ptr_array_add (names, name);
  }
  g_strfreev (lines);
  g_free (text);
  return names;
}
