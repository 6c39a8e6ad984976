/* imbytes farm: what is asked for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "job.h"

#include <string.h>

#include "text.h"
#include "uri.h"

#define MAX_EVERY (JOB_MAX_SECONDS * G_GUINT64_CONSTANT (1000000000))

static const gchar *const names[JOB_N_FIELDS] = { "job", "uri", "format",
  "every", "width", "height", "quality" };

void
job_clear (Job *job)
{
  g_free (job->id);
  g_free (job->uri);
  g_free (job->format);
  memset (job, 0, sizeof (*job));
}

const gchar *
text_get (const Text *text)
{
  return text != NULL && text->data != NULL && strlen (text->data) == text->size
      ? text->data
      : NULL;
}

const Text *
text_find (const Text *texts, gsize n, const gchar *name)
{
  for (gsize i = 0; i + 1 < n; i += 2)
    if (g_strcmp0 (text_get (&texts[i]), name) == 0)
      return &texts[i + 1];
  return NULL;
}

gboolean
text_read_number (const Text *texts, gsize n, const gchar *name, guint64 max,
    guint64 *number, GError **error)
{
  const Text *text = text_find (texts, n, name);
  const gchar *value = text_get (text);

  if (text == NULL
      || (value != NULL
          && g_ascii_string_to_unsigned (value, 10, 0, max, number, NULL)))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
      "%s goes from 0 to %" G_GUINT64_FORMAT ", and cannot be '%.40s'", name,
      max, value != NULL ? value : "");
  return FALSE;
}

static gboolean
read_int (const Text *texts, gsize n, const gchar *name, guint64 max,
    gint *number, GError **error)
{
  guint64 value = 0;

  if (!text_read_number (texts, n, name, max, &value, error))
    return FALSE;
  *number = (gint) value;
  return TRUE;
}

gboolean
job_read (Job *job, const Text *texts, gsize n, GError **error)
{
  memset (job, 0, sizeof (*job));
  job->id = g_strdup (text_get (text_find (texts, n, "job")));
  job->uri = g_strdup (text_get (text_find (texts, n, "uri")));
  job->format = g_strdup (text_get (text_find (texts, n, "format")));
  return text_read_number (texts, n, "every", MAX_EVERY, &job->every, error)
      && read_int (texts, n, "width", JOB_MAX_SIZE, &job->width, error)
      && read_int (texts, n, "height", JOB_MAX_SIZE, &job->height, error)
      && read_int (texts, n, "quality", 100, &job->quality, error)
      && job_check (job, error);
}

gboolean
job_check (const Job *job, GError **error)
{
  const gchar *wrong = NULL;

  if (job->id == NULL || !text_is_name (job->id))
    wrong = "a job has an id of up to 64 letters, digits, - and _";
  else if (job->uri == NULL || !uri_is_valid (job->uri))
    wrong = "a job has a URI of printing characters, such as "
            "file:///path/film.mp4";
  else if (job->format == NULL
      || (!g_str_equal (job->format, "jpeg")
          && !g_str_equal (job->format, "png")))
    wrong = "the format of a job is jpeg or png";
  if (wrong != NULL)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        wrong);
  return wrong == NULL;
}

gchar *
job_get (const Job *job, guint i, const gchar **name)
{
  *name = names[i];
  switch (i) {
    case 0:
      return g_strdup (job->id);
    case 1:
      return g_strdup (job->uri);
    case 2:
      return g_strdup (job->format);
    case 3:
      return g_strdup_printf ("%" G_GUINT64_FORMAT, job->every);
    case 4:
      return g_strdup_printf ("%d", job->width);
    case 5:
      return g_strdup_printf ("%d", job->height);
    default:
      return g_strdup_printf ("%d", job->quality);
  }
}

gchar *
job_make_id (const Job *job)
{
  gchar *text = g_strdup_printf ("%s %s %" G_GUINT64_FORMAT " %d %d %d",
      job->uri, job->format, job->every, job->width, job->height, job->quality);
  gchar *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  g_free (text);
  sum[20] = '\0';
  return sum;
}
