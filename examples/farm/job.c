/* imbytes farm: what is asked for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "job.h"

#include <gst/gst.h>
#include <string.h>

#include "text.h"

#define ID_SIZE 20
#define TITLE_SIZE 40

void
job_clear (Job *job)
{
  g_free (job->id);
  g_free (job->uri);
  g_free (job->title);
  g_free (job->format);
  g_free (job->url);
  memset (job, 0, sizeof (*job));
}

/* Of the URI and the request alone: what is asked for twice is the same job. */
static gchar *
make_id (const Job *job)
{
  gchar *text = g_strdup_printf ("%s %s %" G_GUINT64_FORMAT " %d %d %d",
      job->uri, job->format, job->every, job->width, job->height, job->quality);
  gchar *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  g_free (text);
  sum[ID_SIZE] = '\0';
  return sum;
}

/* The last part of the path, decoded, without what is behind its last dot. */
static gchar *
find_name (const gchar *uri)
{
  gsize size = strcspn (uri, "?#");
  gchar *path = g_strndup (uri, size), *name, *decoded, *dot;

  name = strrchr (path, '/');
  decoded = g_uri_unescape_string (name != NULL ? name + 1 : path, NULL);
  if (decoded == NULL)
    decoded = g_strdup (name != NULL ? name + 1 : path);
  g_free (path);
  dot = strrchr (decoded, '.');
  if (dot != NULL && dot != decoded)
    *dot = '\0';
  return decoded;
}

static gchar *
make_title (const gchar *uri)
{
  gchar *name = find_name (uri), *title;

  g_strcanon (name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_", '_');
  /* Programs take what begins with - for an option. */
  if (name[0] == '-')
    name[0] = '_';
  title = name[0] != '\0' ? g_strndup (name, TITLE_SIZE) : g_strdup ("video");
  g_free (name);
  return title;
}

gboolean
job_make (Job *job, const gchar *source, const Job *request, GError **error)
{
  *job = *request;
  job->id = job->title = NULL;
  job->format = g_strdup (request->format);
  job->url = g_strdup (request->url);
  job->uri = text_is_uri (source) ? g_strdup (source)
                                  : gst_filename_to_uri (source, error);
  if (job->uri == NULL) {
    job_clear (job);
    return FALSE;
  }
  if (!text_is_uri (job->uri)) {
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "it is no file, and no URI of printing characters such as "
        "https://host/film.mp4");
    job_clear (job);
    return FALSE;
  }
  job->id = make_id (job);
  job->title = make_title (job->uri);
  return TRUE;
}

static const gchar *
find_extension (const Job *job)
{
  return g_str_equal (job->format, "png") ? "png" : "jpg";
}

gboolean
job_is_template (const gchar *url)
{
  return (g_str_has_prefix (url, "http://")
             || g_str_has_prefix (url, "https://"))
      && strstr (url, "{job}") != NULL && strstr (url, "{time}") != NULL
      && text_is_uri (url);
}

static gchar *
make_url (const Job *job, guint64 time)
{
  GString *url = g_string_new (job->url);
  gchar *when = g_strdup_printf ("%015" G_GUINT64_FORMAT, time);

  g_string_replace (url, "{job}", job->id, 0);
  g_string_replace (url, "{video}", job->title, 0);
  g_string_replace (url, "{time}", when, 0);
  g_string_replace (url, "{ext}", find_extension (job), 0);
  g_free (when);
  return g_string_free (url, FALSE);
}

gchar *
job_make_name (const Job *job, guint64 time)
{
  if (job->url != NULL)
    return make_url (job, time);
  return g_strdup_printf ("%s-%06" G_GUINT64_FORMAT ".%09" G_GUINT64_FORMAT
                          ".%s",
      job->title, time / GST_SECOND, time % GST_SECOND, find_extension (job));
}

gchar *
job_sum_image (const guint8 *data, gsize size)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, size);
}
