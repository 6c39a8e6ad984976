/* imbytes farm: submitting jobs, collecting results, looking on.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "commands.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "program.h"
#include "uri.h"

gboolean
command_make_job (const Command *command, const gchar *source, Job *job,
    GError **error)
{
  *job = command->request;
  job->format = g_strdup (command->request.format);
  job->uri = uri_is_valid (source) ? g_strdup (source)
                                   : gst_filename_to_uri (source, error);
  job->id = job->uri != NULL ? job_make_id (job) : NULL;
  if (job->uri != NULL && job_check (job, error))
    return TRUE;
  job_clear (job);
  return FALSE;
}

static gboolean
save_file (const gchar *folder, const gchar *job, GstClockTime time,
    const gchar *extension, const gchar *data, gsize size)
{
  gchar *name = result_make_name (job, time, extension);
  gchar *path = g_build_filename (folder, name, NULL);
  GError *error = NULL;
  gboolean saved = g_file_set_contents (path, data, (gssize) size, &error);

  if (!saved) {
    g_printerr ("imbytes-farm: %s\n", error->message);
    g_error_free (error);
  }
  g_free (path);
  g_free (name);
  return saved;
}

gboolean
command_save (const gchar *folder, const gchar *job, const gchar *format,
    GstClockTime time, const guint8 *image, gsize size)
{
  return save_file (folder, job, time, result_find_extension (format),
      (const gchar *) image, size);
}

static gboolean
save_url (const gchar *folder, const Result *result)
{
  gchar *text = result_to_json (result);
  gboolean saved = save_file (folder, result->job, result->time, "json", text,
      strlen (text));

  g_free (text);
  return saved;
}

gchar *
command_make_url (const Command *command, const Job *job, GstClockTime time)
{
  GString *url = g_string_new (command->url);
  gchar *when = g_strdup_printf ("%015" G_GUINT64_FORMAT, time);

  g_string_replace (url, "{job}", job->id, 0);
  g_string_replace (url, "{time}", when, 0);
  g_string_replace (url, "{ext}", result_find_extension (job->format), 0);
  g_free (when);
  return g_string_free (url, FALSE);
}

gchar *
command_make_name (guint index)
{
  return g_strdup_printf ("%s-%d-%08x-%u", g_get_host_name (), (int) getpid (),
      g_random_int (), index);
}

guint
command_count_slots (const Command *command)
{
  return command->n_slots > 0 ? command->n_slots : g_get_num_processors ();
}

static Store *
open_store (const Command *command, const gchar *me)
{
  StoreOptions options = command->store;
  GError *error = NULL;
  Store *store;

  options.me = me;
  store = store_new (&options, &error);
  if (store == NULL)
    program_fail (error);
  return store;
}

gint
command_submit (const Command *command)
{
  Store *store = open_store (command, NULL);
  guint added = 0, known = 0;
  gint status = 0;

  if (store == NULL)
    return 1;
  for (gchar **source = command->sources; *source != NULL; source++) {
    GError *error = NULL;
    StoreResult result;
    Job job;

    if (!command_make_job (command, *source, &job, &error)) {
      g_printerr ("imbytes-farm: %s: %s\n", *source,
          error != NULL ? error->message : "this is no file and no URI");
      g_clear_error (&error);
      status = 1;
      continue;
    }
    result = store_submit (store, &job);
    added += result == STORE_OK;
    known += result == STORE_NOTHING;
    if (result == STORE_STOPPED)
      status = 1;
    job_clear (&job);
  }
  g_print ("%u jobs submitted, %u known already\n", added, known);
  store_free (store);
  return status;
}

static gboolean
save_result (gpointer data, const Result *result)
{
  const Command *command = data;

  return result->url != NULL
      ? save_url (command->output, result)
      : command_save (command->output, result->job, result->format,
          result->time, result->data, result->size);
}

/* Once for many files: one by one that takes longer than all else. */
static gboolean
settle (gpointer data)
{
  const Command *command = data;
  int folder = open (command->output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean settled = folder >= 0 && syncfs (folder) == 0;

  if (!settled)
    g_printerr ("imbytes-farm: cannot write %s to the disk: %s\n",
        command->output, g_strerror (errno));
  if (folder >= 0)
    close (folder);
  return settled;
}

static gboolean
make_folder (const gchar *folder)
{
  if (folder == NULL) {
    g_printerr ("imbytes-farm: --output says which folder images go to\n");
    return FALSE;
  }
  if (g_mkdir_with_parents (folder, 0777) == 0)
    return TRUE;
  g_printerr ("imbytes-farm: cannot make the folder %s: %s\n", folder,
      g_strerror (errno));
  return FALSE;
}

gint
command_collect (const Command *command)
{
  StoreFunctions functions = { save_result, settle, (gpointer) command };
  gchar *name = NULL;
  Store *store = NULL;
  StoreResult result;
  guint n;

  if (make_folder (command->output)) {
    name = command_make_name (0);
    store = open_store (command, name);
  }
  if (store == NULL) {
    g_free (name);
    return 1;
  }
  result = store_collect (store,
      command->patience_ms > 0 ? command->patience_ms : G_MAXUINT, &functions,
      &n);
  g_print ("%u images collected\n", n);
  store_leave (store);
  store_free (store);
  g_free (name);
  return result == STORE_OK || g_atomic_int_get (command->store.stop) ? 0 : 1;
}

/* Jobs that are over take as long each as those that are left will. */
static gchar *
describe_status (const StoreStatus *status)
{
  gdouble rate = status->seconds > 0
      ? (gdouble) status->images_lately / status->seconds
      : 0.0;
  gchar *end = NULL, *line;

  if (status->left == 0)
    end = g_strdup ("all over");
  else if (status->over_lately == 0)
    end = g_strdup ("ETA unknown");
  else
    end = g_strdup_printf ("ETA %.0f s",
        status->seconds / (gdouble) status->over_lately
            * (gdouble) status->left);
  line = g_strdup_printf ("%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                          " jobs done, %" G_GINT64_FORMAT
                          " failed, %" G_GINT64_FORMAT
                          " running; %" G_GINT64_FORMAT
                          " images, %.1f MB, %.1f a second, %" G_GINT64_FORMAT
                          " to collect; %s",
      status->done, status->jobs, status->failed, status->running,
      status->images, (gdouble) status->bytes / 1e6, rate, status->uncollected,
      end);
  g_free (end);
  return line;
}

gint
command_status (const Command *command)
{
  Store *store = open_store (command, NULL);
  StoreStatus status;

  if (store == NULL)
    return 1;
  while (!g_atomic_int_get (command->store.stop)
      && store_get_status (store, &status) == STORE_OK) {
    gchar *line = describe_status (&status);

    g_print ("%s%s", command->once ? "" : "\r\033[K", line);
    g_free (line);
    if (command->once)
      break;
    for (guint i = 0; i < 10 && !g_atomic_int_get (command->store.stop); i++)
      g_usleep (100000);
  }
  g_print ("\n");
  store_free (store);
  return 0;
}
