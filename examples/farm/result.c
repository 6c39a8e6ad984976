/* imbytes farm: what a queue says has come of a job.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "result.h"

#include <string.h>

#include "json.h"
#include "text.h"
#include "uri.h"

static const gchar *
find_wrong (const Result *result)
{
  if (result->job == NULL || !text_is_name (result->job))
    return "a result names its job by up to 64 letters, digits, - and _";
  if (result->format == NULL
      || (!g_str_equal (result->format, "jpeg")
          && !g_str_equal (result->format, "png")))
    return "the format of a result is jpeg or png";
  if (result->url == NULL && (result->data == NULL || result->size == 0))
    return "a result has an image or a URL";
  if (result->url != NULL
      && (!uri_is_valid (result->url)
          || (g_ascii_strncasecmp (result->url, "http://", 7) != 0
              && g_ascii_strncasecmp (result->url, "https://", 8) != 0)))
    return "the URL of a result begins with http:// or https://, and has "
           "printing characters alone";
  return NULL;
}

gboolean
result_read (Result *result, const Text *texts, gsize n, GError **error)
{
  const Text *url = text_find (texts, n, "url");
  const Text *image = text_find (texts, n, "image");
  guint64 width = 0, height = 0;
  const gchar *wrong;

  memset (result, 0, sizeof (*result));
  if (!text_read_number (texts, n, "time", G_MAXINT64, &result->time, error)
      || !text_read_number (texts, n, "width", JOB_MAX_SIZE, &width, error)
      || !text_read_number (texts, n, "height", JOB_MAX_SIZE, &height, error)
      || !text_read_number (texts, n, "bytes", G_MAXINT64, &result->size,
          error))
    return FALSE;
  result->job = text_get (text_find (texts, n, "job"));
  result->format = text_get (text_find (texts, n, "format"));
  result->url = url != NULL && text_get (url) == NULL ? "" : text_get (url);
  result->width = (gint) width;
  result->height = (gint) height;
  if (url == NULL && image != NULL) {
    result->data = (const guint8 *) image->data;
    result->size = image->size;
  }
  wrong = find_wrong (result);
  if (wrong != NULL)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        wrong);
  return wrong == NULL;
}

const gchar *
result_find_extension (const gchar *format)
{
  return g_str_equal (format, "png") ? "png" : "jpg";
}

gchar *
result_make_name (const gchar *job, guint64 time, const gchar *extension)
{
  g_return_val_if_fail (text_is_name (job), NULL);
  return g_strdup_printf ("%s-%015" G_GUINT64_FORMAT ".%s", job, time,
      extension);
}

gchar *
result_to_json (const Result *result)
{
  GString *json = g_string_new (NULL);

  json_open (json, NULL, '{');
  json_string (json, "job", result->job);
  json_uint (json, "time", result->time);
  json_string (json, "format", result->format);
  json_uint (json, "width", (guint64) result->width);
  json_uint (json, "height", (guint64) result->height);
  json_uint (json, "bytes", result->size);
  json_string (json, "url", result->url);
  json_close (json, '{');
  g_string_append_c (json, '\n');
  return g_string_free (json, FALSE);
}
