/* imbytes farm: what is asked for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "job.h"

#include <gst/gst.h>
#include <string.h>

#define MAX_SIZE 65500

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

static gboolean
set_number (gint *number, const gchar *name, const gchar *value, gint max,
    GError **error)
{
  guint64 parsed;

  if (!g_ascii_string_to_unsigned (value, 10, 0, (guint64) max, &parsed,
          error)) {
    g_prefix_error (error, "%s: ", name);
    return FALSE;
  }
  *number = (gint) parsed;
  return TRUE;
}

static void
set_text (gchar **text, const gchar *value)
{
  g_free (*text);
  *text = g_strdup (value);
}

gboolean
job_set (Job *job, const gchar *name, const gchar *value, GError **error)
{
  if (g_str_equal (name, "job"))
    set_text (&job->id, value);
  else if (g_str_equal (name, "uri"))
    set_text (&job->uri, value);
  else if (g_str_equal (name, "format"))
    set_text (&job->format, value);
  else if (g_str_equal (name, "every"))
    return g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT64, &job->every,
        error);
  else if (g_str_equal (name, "width"))
    return set_number (&job->width, name, value, MAX_SIZE, error);
  else if (g_str_equal (name, "height"))
    return set_number (&job->height, name, value, MAX_SIZE, error);
  else if (g_str_equal (name, "quality"))
    return set_number (&job->quality, name, value, 100, error);
  return TRUE;
}

gboolean
job_check (const Job *job, GError **error)
{
  const gchar *wrong = NULL;

  if (job->id == NULL || job->id[0] == '\0'
      || strspn (job->id, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_")
          != strlen (job->id))
    wrong = "a job has an id of letters, digits, - and _";
  else if (job->uri == NULL || !gst_uri_is_valid (job->uri))
    wrong = "a job has a URI, such as file:///path/film.mp4";
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
