/* imbytes viewer: what a client asks for, as its URL says it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "request.h"

#include <gio/gio.h>
#include <string.h>

#define KNOWN "format, width, height, fit, method, quality, interval and id"

static const gchar *const fits[] = { "fill", "contain", "cover", "inside",
  NULL };
static const gchar *const methods[] = { "nearest", "bilinear", "bicubic",
  "area", "lanczos", "spline36", NULL };
static const gchar *const formats[] = { "jpeg", "png", NULL };

static gboolean
is_known (const gchar *name)
{
  /* Pages append t or _ to get past caches. */
  static const gchar *const known[] = { "format", "width", "height", "fit",
    "method", "quality", "interval", "id", "t", "_", NULL };

  return g_strv_contains (known, name);
}

static gboolean
check_names (GHashTable *query, GError **error)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, query);
  while (g_hash_table_iter_next (&iter, &name, NULL)) {
    if (!is_known (name)) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
          "There is no parameter %.40s; there are %s.", (gchar *) name, KNOWN);
      return FALSE;
    }
  }
  return TRUE;
}

/* An empty value counts as none: forms send one for each empty field. */
static const gchar *
lookup (GHashTable *query, const gchar *name)
{
  const gchar *value = g_hash_table_lookup (query, name);

  return value != NULL && *value != '\0' ? value : NULL;
}

static gboolean
take_number (GHashTable *query, const gchar *name, guint least, guint most,
    const gchar *meaning, guint *number, GError **error)
{
  const gchar *value = lookup (query, name);
  guint64 parsed;

  if (value == NULL)
    return TRUE;
  /* The sizes alone may be 0, which is the same as not saying them. */
  if (!g_ascii_string_to_unsigned (value, 10, 0, most, &parsed, NULL)
      || (parsed < least && !(parsed == 0 && *number == 0))) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "%s is %s, a whole number from %u to %u, not '%.40s'.", name, meaning,
        least, most, value);
    return FALSE;
  }
  *number = (guint) parsed;
  return TRUE;
}

static gboolean
take_word (GHashTable *query, const gchar *name, const gchar *const *words,
    const gchar **word, GError **error)
{
  const gchar *value = lookup (query, name);
  gchar *all;

  if (value == NULL)
    return TRUE;
  for (guint i = 0; words[i] != NULL; i++) {
    if (strcmp (value, words[i]) == 0) {
      *word = words[i];
      return TRUE;
    }
  }
  all = g_strjoinv (", ", (gchar **) words);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
      "%s is one of %s, not '%.40s'.", name, all, value);
  g_free (all);
  return FALSE;
}

static gboolean
take_format (GHashTable *query, ViewerPurpose purpose, gboolean *png,
    GError **error)
{
  const gchar *format = purpose == VIEWER_FOR_PNG ? "png" : "jpeg";
  const gchar *asked = format;

  if (!take_word (query, "format", formats, &asked, error))
    return FALSE;
  if (purpose != VIEWER_FOR_STREAM && strcmp (asked, format) != 0) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "format=%s contradicts the address, which says %s.", asked, format);
    return FALSE;
  }
  *png = strcmp (asked, "png") == 0;
  return TRUE;
}

static gboolean
check_id (GHashTable *query, GError **error)
{
  const gchar *id = lookup (query, "id");
  gsize length = id != NULL ? strlen (id) : 0;

  for (gsize i = 0; i < length; i++) {
    if (length > VIEWER_MAX_ID || !(g_ascii_isalnum (id[i]) || id[i] == '-')) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
          "id is up to %d letters, digits and hyphens.", VIEWER_MAX_ID);
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
viewer_request_parse (ViewerRequest *request, GHashTable *query,
    ViewerPurpose purpose, guint max_side, GError **error)
{
  *request = (ViewerRequest){ .png = purpose == VIEWER_FOR_PNG,
    .fit = fits[0],
    .method = methods[1],
    .quality = 85 };
  if (query == NULL)
    return TRUE;
  return check_names (query, error) && check_id (query, error)
      && take_format (query, purpose, &request->png, error)
      && take_number (query, "width", VIEWER_MIN_SIDE, max_side,
          "the picture's width in pixels", &request->width, error)
      && take_number (query, "height", VIEWER_MIN_SIDE, max_side,
          "the picture's height in pixels", &request->height, error)
      && take_word (query, "fit", fits, &request->fit, error)
      && take_word (query, "method", methods, &request->method, error)
      && take_number (query, "quality", 1, 100, "the quality of JPEG",
          &request->quality, error)
      && take_number (query, "interval", 0, VIEWER_MAX_INTERVAL,
          "the milliseconds from one picture to the next", &request->interval,
          error);
}

gboolean
viewer_request_same_picture (const ViewerRequest *a, const ViewerRequest *b)
{
  /* Quality means nothing to PNG, and fit nothing without both sides. */
  gboolean fitted = a->width > 0 && a->height > 0;

  return a->png == b->png && a->width == b->width && a->height == b->height
      && (!fitted || a->fit == b->fit) && a->method == b->method
      && (a->png || a->quality == b->quality);
}

gboolean
viewer_request_equal (const ViewerRequest *a, const ViewerRequest *b)
{
  return viewer_request_same_picture (a, b) && a->interval == b->interval;
}
