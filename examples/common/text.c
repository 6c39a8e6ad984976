/* imbytes examples: names from outside, before they become part of anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "text.h"

#include <string.h>

#define NAME G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_"

gboolean
text_is_name (const gchar *text)
{
  gsize size = strspn (text, NAME);

  return size > 0 && size <= TEXT_MAX_NAME && text[size] == '\0';
}

gboolean
text_is_line (const gchar *text)
{
  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (const gchar *c = text; *c != '\0'; c = g_utf8_next_char (c))
    if (g_unichar_iscntrl (g_utf8_get_char (c)))
      return FALSE;
  return TRUE;
}

gboolean
text_is_header (const gchar *text)
{
  gsize size = strspn (text, NAME "!#$%&'*+.^`|~");

  return size > 0 && text[size] == ':' && text_is_line (text);
}

gchar *
text_to_line (const gchar *text)
{
  gchar *valid = g_utf8_make_valid (text, -1);
  GString *line = g_string_new (NULL);

  for (const gchar *c = valid; *c != '\0'; c = g_utf8_next_char (c)) {
    gunichar character = g_utf8_get_char (c);

    g_string_append_unichar (line,
        g_unichar_iscntrl (character) ? '?' : character);
  }
  g_free (valid);
  return g_string_free (line, FALSE);
}

gchar *
text_quote (const gchar *text)
{
  GString *quoted = g_string_new (NULL);

  for (; *text != '\0'; text++) {
    if (*text == '"' || *text == '\\')
      g_string_append_c (quoted, '\\');
    g_string_append_c (quoted, *text);
  }
  return g_string_free (quoted, FALSE);
}
