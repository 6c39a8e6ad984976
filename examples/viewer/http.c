/* imbytes viewer: texts of an HTTP request, read.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "http.h"

#include <gio/gio.h>
#include <string.h>

/* As forms write it: + is a space. NULL where it is none. */
static gchar *
decode (const gchar *text, gsize size)
{
  gchar *encoded = g_strndup (text, size), *decoded;

  for (gchar *c = encoded; *c != '\0'; c++)
    if (*c == '+')
      *c = ' ';
  decoded = strlen (encoded) == size ? g_uri_unescape_string (encoded, NULL)
                                     : NULL;
  g_free (encoded);
  if (decoded != NULL && !g_utf8_validate (decoded, -1, NULL))
    g_clear_pointer (&decoded, g_free);
  return decoded;
}

static gboolean
take_parameter (GHashTable *query, const gchar *text, gsize size)
{
  const gchar *equals = memchr (text, '=', size);
  gsize name_size = equals != NULL ? (gsize) (equals - text) : size;
  gchar *name = decode (text, name_size);
  gchar *value = equals != NULL ? decode (equals + 1, size - name_size - 1)
                                : g_strdup ("");

  if (name != NULL && value != NULL) {
    g_hash_table_replace (query, name, value);
    return TRUE;
  }
  g_free (name);
  g_free (value);
  return FALSE;
}

GHashTable *
viewer_http_read_query (const gchar *query, GError **error)
{
  GHashTable *read =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  const gchar *wrong = NULL;
  guint n = 0;

  if (strlen (query) > VIEWER_MAX_QUERY)
    wrong = "What stands behind the ? has " G_STRINGIFY (
        VIEWER_MAX_QUERY) " bytes at most.";
  while (wrong == NULL && *query != '\0') {
    gsize size = strcspn (query, "&");

    if (size > 0 && ++n > VIEWER_MAX_PARAMETERS)
      wrong = "There are " G_STRINGIFY (
          VIEWER_MAX_PARAMETERS) " parameters at most.";
    else if (size > 0 && !take_parameter (read, query, size))
      wrong = "In parameters two digits follow each %, and all is UTF-8.";
    query += size;
    query += *query == '&';
  }
  if (wrong == NULL)
    return read;
  g_hash_table_unref (read);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, wrong);
  return NULL;
}

/* Where the name of @host ends and its port, or nothing, begins; NULL where it has no
 * name, or one with characters that no name or address has. */
static const gchar *
find_port (const gchar *host)
{
  gsize size;

  if (host[0] == '[') {
    size = strspn (host + 1, G_CSET_DIGITS "abcdefABCDEF:.");
    return size > 0 && host[size + 1] == ']' ? host + size + 2 : NULL;
  }
  size = strspn (host, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-._");
  return size > 0 ? host + size : NULL;
}

gchar *
viewer_http_read_host (const gchar *host)
{
  gboolean brackets = host[0] == '[';
  const gchar *port = find_port (host);

  if (port == NULL || strlen (host) > VIEWER_MAX_HOST
      || (*port != '\0' && *port != ':')
      || (*port == ':'
          && !g_ascii_string_to_unsigned (port + 1, 10, 0, 65535, NULL, NULL)))
    return NULL;
  return g_strndup (host + brackets, (gsize) (port - host) - 2 * brackets);
}

gboolean
viewer_http_is_own_origin (const gchar *origin, const gchar *host,
    const gchar *const *names)
{
  const gchar *authority = strstr (origin, "://");
  gchar *name;

  if (!g_str_has_prefix (origin, "http://")
      && !g_str_has_prefix (origin, "https://"))
    return FALSE;
  authority += 3;
  name = viewer_http_read_host (authority);
  if (name == NULL)
    return FALSE;
  g_free (name);
  if (host != NULL && g_ascii_strcasecmp (authority, host) == 0)
    return TRUE;
  for (; names != NULL && *names != NULL; names++)
    if (g_ascii_strcasecmp (authority, *names) == 0)
      return TRUE;
  return FALSE;
}
