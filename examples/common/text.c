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

static gsize
scheme_size (const gchar *uri)
{
  gsize size = g_ascii_isalpha (uri[0])
      ? strspn (uri, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "+-.")
      : 0;

  return uri[size] == ':' ? size : 0;
}

gboolean
text_is_uri (const gchar *text)
{
  gsize size = scheme_size (text);
  const gchar *c = text;

  while (*c > ' ' && *c < 0x7f && *c != '\\' && c - text < TEXT_MAX_URI)
    c++;
  return size > 0 && text[size + 1] != '\0' && *c == '\0';
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
text_without_secrets (const gchar *url)
{
  const gchar *host = strstr (url, "://"), *at;
  gsize size = strcspn (url, "?#");
  gchar *bare, *line;

  if (host == NULL || host > url + size)
    return text_to_line (url);
  host += 3;
  at = g_strrstr_len (host, (gssize) strcspn (host, "/?#"), "@");
  if (at == NULL)
    at = host - 1;
  bare = g_strdup_printf ("%.*s%.*s", (int) (host - url), url,
      (int) (url + size - (at + 1)), at + 1);
  line = text_to_line (bare);
  g_free (bare);
  return line;
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
