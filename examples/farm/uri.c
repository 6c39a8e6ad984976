/* imbytes farm: which URIs a worker opens.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "uri.h"

#include <string.h>

/* Of a URI, without what lies between them. */
typedef struct
{
  const gchar *uri;
  gsize scheme;           /* characters */
  const gchar *authority; /* user, host and port; NULL where there is no // */
  gsize authority_size;
  gchar *path; /* decoded, from its / on; owned */
} Parts;

static gsize
scheme_size (const gchar *uri)
{
  gsize size = g_ascii_isalpha (uri[0])
      ? strspn (uri, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "+-.")
      : 0;

  return uri[size] == ':' ? size : 0;
}

gboolean
uri_is_valid (const gchar *uri)
{
  gsize size = scheme_size (uri);
  const gchar *c = uri;

  while (*c > ' ' && *c < 0x7f && *c != '\\' && c - uri < URI_MAX)
    c++;
  return size > 0 && uri[size + 1] != '\0' && *c == '\0';
}

/* NULL where a % is followed by no two digits, or is one of a character that ends a
 * string. */
static gchar *
decode (const gchar *text, gsize size)
{
  GString *decoded = g_string_new (NULL);

  for (gsize i = 0; i < size; i++) {
    gint byte = (guchar) text[i];

    if (byte == '%') {
      if (i + 2 >= size || !g_ascii_isxdigit (text[i + 1])
          || !g_ascii_isxdigit (text[i + 2])) {
        g_string_free (decoded, TRUE);
        return NULL;
      }
      byte = g_ascii_xdigit_value (text[i + 1]) * 16
          + g_ascii_xdigit_value (text[i + 2]);
      i += 2;
    }
    if (byte == '\0') {
      g_string_free (decoded, TRUE);
      return NULL;
    }
    g_string_append_c (decoded, (gchar) byte);
  }
  return g_string_free (decoded, FALSE);
}

/* A part of it that leads out of a folder, wherever parts end. */
static gboolean
leads_out (const gchar *path)
{
  static const gchar ends[] = "/\\?#;";

  while (*path != '\0') {
    gsize size = strcspn (path, ends);

    if (size == 2 && path[0] == '.' && path[1] == '.')
      return TRUE;
    path += size;
    path += strspn (path, ends);
  }
  return FALSE;
}

static gboolean
has_scheme (const Parts *parts, const gchar *scheme)
{
  return strlen (scheme) == parts->scheme
      && g_ascii_strncasecmp (parts->uri, scheme, parts->scheme) == 0;
}

/* FALSE where it is none that is compared. What a query says is the server's
 * business; a file has none. */
static gboolean
split (const gchar *uri, Parts *parts)
{
  const gchar *rest;
  gsize size;

  *parts = (Parts){ .uri = uri, .scheme = scheme_size (uri) };
  rest = uri + parts->scheme + 1;
  if (parts->scheme == 0 || !g_str_has_prefix (rest, "//"))
    return FALSE;
  parts->authority = rest + 2;
  parts->authority_size = strcspn (parts->authority, "/\\?#");
  rest = parts->authority + parts->authority_size;
  size = has_scheme (parts, "http") || has_scheme (parts, "https")
      ? strcspn (rest, "?#")
      : strlen (rest);
  parts->path = decode (rest, size);
  if (parts->path != NULL && !leads_out (parts->path))
    return TRUE;
  g_clear_pointer (&parts->path, g_free);
  return FALSE;
}

const gchar *
uri_find_wrong (const gchar *allowed)
{
  const gchar *wrong = NULL;
  Parts parts;

  if (!uri_is_valid (allowed) || !split (allowed, &parts))
    return "begins as a URI does, such as file:///videos/ or https://host/, "
           "without ..";
  if (has_scheme (&parts, "file") && parts.authority_size > 0)
    wrong = "of files has three slashes, such as file:///videos/";
  else if (parts.authority_size == 0 && parts.path[0] != '\0'
      && !has_scheme (&parts, "file"))
    wrong = "has a host between its second slash and the third, or nothing "
            "behind the second";
  g_free (parts.path);
  return wrong;
}

/* A folder, or the whole of it. */
static gboolean
is_below (const gchar *path, const gchar *allowed)
{
  gsize size = strlen (allowed);

  return g_str_has_prefix (path, allowed)
      && (size == 0 || allowed[size - 1] == '/' || path[size] == '\0');
}

static gboolean
matches (const Parts *uri, const gchar *allowed)
{
  gboolean same;
  Parts parts;

  if (!split (allowed, &parts))
    return FALSE;
  same = uri->scheme == parts.scheme
      && g_ascii_strncasecmp (uri->uri, allowed, parts.scheme) == 0
      && is_below (uri->path, parts.path)
      /* SCHEME:// alone is any host. */
      && ((parts.authority_size == 0 && parts.path[0] == '\0')
          || (uri->authority_size == parts.authority_size
              && g_ascii_strncasecmp (uri->authority, parts.authority,
                     parts.authority_size)
                  == 0));
  g_free (parts.path);
  return same;
}

gboolean
uri_is_allowed (const gchar *uri, const gchar *const *allowed)
{
  gboolean found = FALSE;
  Parts parts;

  if (!uri_is_valid (uri) || !split (uri, &parts))
    return FALSE;
  for (; allowed != NULL && *allowed != NULL && !found; allowed++)
    found = matches (&parts, *allowed);
  g_free (parts.path);
  return found;
}
