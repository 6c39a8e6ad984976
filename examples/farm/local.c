/* imbytes farm: the same jobs without Redis, on this machine.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "commands.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "program.h"

typedef struct
{
  const Command *command;
  GMutex lock;
  guint next, n_done, n_failed, n_images;
  gint64 start;
} Local;

typedef struct
{
  Local *local;
  const Job *job;
  gboolean saved;
} Run;

static gboolean
on_image (gpointer data, const Image *image)
{
  Run *run = data;
  const Command *command = run->local->command;

  run->saved = command_save (command->output, run->job->id, run->job->format,
      image->time, image->data, image->size);
  g_mutex_lock (&run->local->lock);
  run->local->n_images += run->saved;
  g_mutex_unlock (&run->local->lock);
  return run->saved && !g_atomic_int_get (command->store.stop);
}

static gboolean
on_wait (gpointer data)
{
  Run *run = data;

  return !g_atomic_int_get (run->local->command->store.stop);
}

static void
report (Local *local, const gchar *source, gboolean done, const gchar *reason)
{
  guint n = g_strv_length (local->command->sources);
  gdouble seconds;
  guint over;

  g_mutex_lock (&local->lock);
  local->n_done += done;
  local->n_failed += !done;
  over = local->n_done + local->n_failed;
  seconds = (gdouble) (g_get_monotonic_time () - local->start) / 1e6;
  if (reason != NULL)
    g_printerr ("imbytes-farm: %s: %s\n", source, reason);
  g_print ("%u of %u jobs done, %u failed; %u images, %.1f a second; ETA %.0f "
           "s\n",
      local->n_done, n, local->n_failed, local->n_images,
      local->n_images / seconds, seconds / over * (n - over));
  g_mutex_unlock (&local->lock);
}

static void
do_source (Local *local, const gchar *source)
{
  Run run = { .local = local, .saved = TRUE };
  ImagesFunctions functions = { on_image, on_wait, NULL, 200 * GST_MSECOND,
    local->command->stall, FALSE, &run };
  gchar *reason = NULL;
  GError *error = NULL;
  ImagesResult result;
  Job job;

  if (!command_make_job (local->command, source, &job, &error)) {
    report (local, source, FALSE, error->message);
    g_error_free (error);
    return;
  }
  run.job = &job;
  result = images_make (&job, NULL, &functions, &reason);
  if (!g_atomic_int_get (local->command->store.stop))
    report (local, source, result == IMAGES_DONE, reason);
  g_free (reason);
  job_clear (&job);
}

static gpointer
run_slot (gpointer data)
{
  Local *local = data;
  guint n = g_strv_length (local->command->sources);

  for (;;) {
    guint index;

    g_mutex_lock (&local->lock);
    index = local->next++;
    g_mutex_unlock (&local->lock);
    if (index >= n || g_atomic_int_get (local->command->store.stop))
      return NULL;
    do_source (local, local->command->sources[index]);
  }
}

gint
command_local (const Command *command)
{
  guint n = command_count_slots (command);
  Local local = { .command = command, .start = g_get_monotonic_time () };
  GError *error = NULL;
  GThread **threads;

  if (!program_find_imbytes (&error))
    return program_fail (error);
  if (command->output == NULL
      || g_mkdir_with_parents (command->output, 0777) != 0) {
    g_printerr ("imbytes-farm: --output has to name a folder that can be made: "
                "%s\n",
        command->output == NULL ? "it is missing" : g_strerror (errno));
    return 1;
  }
  threads = g_new0 (GThread *, n);
  g_mutex_init (&local.lock);
  for (guint i = 0; i < n; i++)
    threads[i] = g_thread_new ("slot", run_slot, &local);
  for (guint i = 0; i < n; i++)
    g_thread_join (threads[i]);
  g_mutex_clear (&local.lock);
  g_free (threads);
  return local.n_failed > 0 ? 1 : 0;
}
