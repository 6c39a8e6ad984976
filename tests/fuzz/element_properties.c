/* imbytes fuzzing: properties of the element, each by what its GParamSpec allows.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "element.h"

/* Sizes stay small, and times are on the scale of those of frames. */
static guint64
take_unsigned (FuzzBytes *bytes, const gchar *name, guint64 most)
{
  guint64 value = fuzz_take_odd (bytes);

  if (g_str_equal (name, "n-threads"))
    return value % 4;
  if (g_str_equal (name, "max-bytes"))
    return fuzz_take (bytes, 6000);
  if (g_str_has_suffix (name, "interval") && fuzz_one_in (bytes, 2))
    return fuzz_take (bytes, 20) * 20 * GST_MSECOND;
  return most == G_MAXUINT64 ? value : value % (most + 1);
}

static void
take_enum (GValue *value, FuzzBytes *bytes)
{
  GEnumClass *class = g_type_class_ref (G_VALUE_TYPE (value));

  g_value_set_enum (value,
      class->values[fuzz_take (bytes, class->n_values)].value);
  g_type_class_unref (class);
}

/* FALSE where properties of its kind are not set. */
static gboolean
take_value (GValue *value, GParamSpec *spec, FuzzBytes *bytes)
{
  static const gchar *const types[] = { "face", "car", "", "a;b" };

  if (G_IS_PARAM_SPEC_ENUM (spec))
    take_enum (value, bytes);
  else if (G_IS_PARAM_SPEC_BOOLEAN (spec))
    g_value_set_boolean (value, fuzz_one_in (bytes, 2));
  else if (G_IS_PARAM_SPEC_UINT (spec))
    g_value_set_uint (value,
        (guint) take_unsigned (bytes, spec->name,
            G_PARAM_SPEC_UINT (spec)->maximum));
  else if (G_IS_PARAM_SPEC_UINT64 (spec))
    g_value_set_uint64 (value,
        take_unsigned (bytes, spec->name, G_PARAM_SPEC_UINT64 (spec)->maximum));
  else if (G_IS_PARAM_SPEC_INT (spec))
    g_value_set_int (value,
        (gint) fuzz_take (bytes, (guint) G_PARAM_SPEC_INT (spec)->maximum + 1));
  else if (G_IS_PARAM_SPEC_DOUBLE (spec))
    g_value_set_double (value, fuzz_take (bytes, 256) / 255.0);
  else if (G_IS_PARAM_SPEC_STRING (spec))
    g_value_set_string (value,
        fuzz_one_in (bytes, 4) ? NULL : types[fuzz_take (bytes, 4)]);
  else
    return FALSE;
  g_param_value_validate (spec, value);
  return TRUE;
}

/* From a value of another type, which GLib changes into the property's. */
static void
set_from_other (GstElement *element, GParamSpec *spec, FuzzBytes *bytes)
{
  GValue value = G_VALUE_INIT, changed = G_VALUE_INIT;

  g_value_set_int (g_value_init (&value, G_TYPE_INT),
      (gint) fuzz_take_odd (bytes));
  g_value_init (&changed, spec->value_type);
  /* What is out of range is GLib's to complain of, and not looked at here. */
  if (!g_str_equal (spec->name, "n-threads") && !G_IS_PARAM_SPEC_STRING (spec)
      && g_value_type_transformable (G_TYPE_INT, spec->value_type)
      && g_value_transform (&value, &changed)
      && !g_param_value_validate (spec, &changed))
    g_object_set_property (G_OBJECT (element), spec->name, &value);
  g_value_unset (&changed);
  g_value_unset (&value);
}

void
fuzz_set_property (Fuzz *fuzz)
{
  guint n;
  GParamSpec **specs =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (fuzz->element), &n);
  GParamSpec *spec = specs[fuzz_take (&fuzz->bytes, n)];
  GValue value = G_VALUE_INIT;

  g_free (specs);
  if (!(spec->flags & G_PARAM_WRITABLE) || g_str_equal (spec->name, "name")
      || g_str_equal (spec->name, "parent"))
    return;
  if (fuzz_one_in (&fuzz->bytes, 16) && !g_str_equal (spec->name, "roi")) {
    set_from_other (fuzz->element, spec, &fuzz->bytes);
    return;
  }
  g_value_init (&value, spec->value_type);
  fuzz->has_had_regions |= g_str_equal (spec->name, "roi");
  if (take_value (&value, spec, &fuzz->bytes))
    g_object_set_property (G_OBJECT (fuzz->element), spec->name, &value);
  g_value_unset (&value);
}

void
fuzz_read_properties (Fuzz *fuzz)
{
  guint n;
  GParamSpec **specs =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (fuzz->element), &n);

  for (guint i = 0; i < n; i++) {
    GValue value = G_VALUE_INIT;

    if (!(specs[i]->flags & G_PARAM_READABLE))
      continue;
    g_value_init (&value, specs[i]->value_type);
    g_object_get_property (G_OBJECT (fuzz->element), specs[i]->name, &value);
    g_value_unset (&value);
  }
  g_free (specs);
}
