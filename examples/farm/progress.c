/* imbytes farm: one line that says how far it is.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "progress.h"

#include <string.h>
#include <unistd.h>

#define TERMINAL_PAUSE (G_USEC_PER_SEC / 5)
#define OTHER_PAUSE (10 * G_USEC_PER_SEC)
/* Before that nobody can say how long it takes. */
#define FIRST_GUESS (2 * G_USEC_PER_SEC)

struct _Progress
{
  GMutex lock;
  gboolean is_terminal, is_on_line;
  guint n_files, n_slots, n_done, n_failed;
  guint64 n_images, n_known; /* made, and there before */
  gint64 start, next;
  gdouble *share; /* of each slot's file */
};

Progress *
progress_new (guint n_files, guint n_slots)
{
  Progress *self = g_new0 (Progress, 1);

  g_mutex_init (&self->lock);
  self->is_terminal = isatty (STDERR_FILENO);
  self->n_files = n_files;
  self->n_slots = n_slots;
  self->share = g_new0 (gdouble, n_slots);
  self->start = g_get_monotonic_time ();
  self->next = self->start + (self->is_terminal ? TERMINAL_PAUSE : OTHER_PAUSE);
  return self;
}

void
progress_free (Progress *self)
{
  g_mutex_clear (&self->lock);
  g_free (self->share);
  g_free (self);
}

/* Files weigh the same, however long they are. NULL where it is too early. */
static gchar *
describe_rest (const Progress *self, gint64 taken)
{
  gdouble done = self->n_done + self->n_failed, left;

  for (guint i = 0; i < self->n_slots; i++)
    done += MAX (self->share[i], 0);
  if (taken < FIRST_GUESS || done <= 0)
    return NULL;
  left = (gdouble) taken / G_USEC_PER_SEC * (self->n_files - done) / done;
  return left < 100 ? g_strdup_printf ("%.0f s left", left)
      : left < 6000 ? g_strdup_printf ("%.0f min left", left / 60)
                    : g_strdup_printf ("%.1f h left", left / 3600);
}

static void
clear_line (Progress *self)
{
  if (self->is_on_line)
    g_printerr ("\r\033[K");
  self->is_on_line = FALSE;
}

static void
say (Progress *self, gboolean is_last)
{
  gint64 taken = g_get_monotonic_time () - self->start;
  gchar *rest = is_last ? NULL : describe_rest (self, taken);
  GString *line = g_string_new (NULL);

  g_string_printf (line, "%u of %u files", self->n_done, self->n_files);
  if (self->n_failed > 0)
    g_string_append_printf (line, ", %u failed", self->n_failed);
  g_string_append_printf (line, "; %" G_GUINT64_FORMAT " images",
      self->n_images);
  if (self->n_known > 0)
    g_string_append_printf (line, " and %" G_GUINT64_FORMAT " from before",
        self->n_known);
  g_string_append_printf (line, ", %.1f a second",
      (gdouble) self->n_images * G_USEC_PER_SEC / (gdouble) MAX (taken, 1));
  if (rest != NULL)
    g_string_append_printf (line, "; %s", rest);
  clear_line (self);
  self->is_on_line = self->is_terminal && !is_last;
  g_printerr ("%s%s", line->str, self->is_on_line ? "" : "\n");
  g_string_free (line, TRUE);
  g_free (rest);
}

static void
say_in_time (Progress *self)
{
  gint64 now = g_get_monotonic_time ();

  if (now < self->next)
    return;
  self->next = now + (self->is_terminal ? TERMINAL_PAUSE : OTHER_PAUSE);
  say (self, FALSE);
}

void
progress_image (Progress *self, guint slot, gdouble share, gboolean is_new)
{
  g_mutex_lock (&self->lock);
  self->share[slot] = CLAMP (share, 0, 1);
  self->n_images += is_new;
  self->n_known += !is_new;
  say_in_time (self);
  g_mutex_unlock (&self->lock);
}

void
progress_file (Progress *self, guint slot, gboolean failed,
    const gchar *sentence)
{
  g_mutex_lock (&self->lock);
  self->share[slot] = 0;
  self->n_done += !failed;
  self->n_failed += failed;
  if (sentence != NULL) {
    clear_line (self);
    g_printerr ("imbytes-farm: %s\n", sentence);
  }
  say_in_time (self);
  g_mutex_unlock (&self->lock);
}

void
progress_end (Progress *self)
{
  g_mutex_lock (&self->lock);
  say (self, TRUE);
  g_mutex_unlock (&self->lock);
}
