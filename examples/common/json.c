/* imbytes examples: JSON, written one member after the other.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "json.h"

#include <math.h>
#include <string.h>

static void
add_text (GString *json, const gchar *text)
{
  gchar *valid = g_utf8_make_valid (text, -1);

  g_string_append_c (json, '"');
  for (const gchar *c = valid; *c != '\0'; c++) {
    if (*c == '"' || *c == '\\')
      g_string_append_printf (json, "\\%c", *c);
    else if ((guchar) *c < 0x20)
      g_string_append_printf (json, "\\u%04x", (guint) *c);
    else
      g_string_append_c (json, *c);
  }
  g_string_append_c (json, '"');
  g_free (valid);
}

static void
add_name (GString *json, const gchar *name)
{
  if (json->len > 0 && strchr ("{[", json->str[json->len - 1]) == NULL)
    g_string_append_c (json, ',');
  if (name != NULL) {
    add_text (json, name);
    g_string_append_c (json, ':');
  }
}

void
json_open (GString *json, const gchar *name, gchar bracket)
{
  add_name (json, name);
  g_string_append_c (json, bracket);
}

void
json_close (GString *json, gchar bracket)
{
  g_string_append_c (json, bracket == '{' ? '}' : ']');
}

void
json_uint (GString *json, const gchar *name, guint64 value)
{
  add_name (json, name);
  g_string_append_printf (json, "%" G_GUINT64_FORMAT, value);
}

void
json_double (GString *json, const gchar *name, gdouble value)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  add_name (json, name);
  if (!isfinite (value)) {
    g_string_append (json, "null");
    return;
  }
  g_string_append (json, g_ascii_formatd (text, sizeof (text), "%.3f", value));
}

void
json_string (GString *json, const gchar *name, const gchar *value)
{
  add_name (json, name);
  if (value != NULL)
    add_text (json, value);
  else
    g_string_append (json, "null");
}
