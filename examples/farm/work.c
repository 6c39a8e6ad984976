/* imbytes farm: a worker, which is a number of slots with a job each.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "commands.h"

#include <string.h>
#include <unistd.h>

typedef struct
{
  const Command *command;
  Store *store;
  gchar *name;
  guint index;
  GThread *thread;

  /* Of the job under way. */
  const Claim *claim;
  StoreResult said;
  guint n_images;
} Slot;

static gboolean
is_stopped (const Slot *slot)
{
  return g_atomic_int_get (slot->command->store.stop);
}

/* While nobody collects, the decoder waits; the job stays this worker's. */
static gboolean
on_image (gpointer data, const Image *image)
{
  Slot *slot = data;

  slot->n_images++;
  do {
    slot->said = store_put (slot->store, slot->claim, image);
    if (slot->said == STORE_FULL)
      g_usleep (100000);
  } while (slot->said == STORE_FULL && !is_stopped (slot));
  return (slot->said == STORE_OK || slot->said == STORE_NOTHING)
      && !is_stopped (slot);
}

static gboolean
on_wait (gpointer data)
{
  Slot *slot = data;

  slot->said = store_beat (slot->store, slot->claim);
  return slot->said == STORE_OK && !is_stopped (slot);
}

static void
do_job (Slot *slot, const Claim *claim)
{
  ImagesFunctions functions = { on_image, on_wait,
    slot->command->store.lease_ms * GST_MSECOND / 4, slot };
  StoreResult result = STORE_STOPPED;
  gchar *reason;

  slot->claim = claim;
  slot->n_images = 0;
  slot->said = STORE_OK;
  switch (images_make (&claim->job, &functions, &reason)) {
    case IMAGES_DONE:
      result = store_finish (slot->store, claim, slot->n_images);
      if (result == STORE_NOTHING)
        g_printerr ("%s: Redis has lost images of %s; it runs again\n",
            slot->name, claim->job.id);
      else if (result == STORE_OK)
        g_print ("%s: %s, %u images\n", slot->name, claim->job.uri,
            slot->n_images);
      break;
    case IMAGES_FAILED:
      g_printerr ("%s: %s (try %u): %s\n", slot->name, claim->job.uri,
          claim->tries, reason);
      store_fail (slot->store, claim, reason);
      break;
    case IMAGES_STOPPED:
      if (slot->said == STORE_LOST)
        g_printerr ("%s: %s is somebody else's by now\n", slot->name,
            claim->job.id);
      break;
  }
  g_free (reason);
}

/* What was not finished because the worker has to go is given back: not by the
 * store that has been stopped. */
static void
hand_back (const Slot *slot, const Claim *claim)
{
  StoreOptions options = slot->command->store;
  Store *store;

  options.stop = NULL;
  options.me = slot->name;
  store = store_new (&options, NULL);
  if (store != NULL)
    store_release (store, claim);
  store_free (store);
}

static gboolean
nothing_is_left (Slot *slot)
{
  StoreStatus status;

  return store_get_status (slot->store, &status) != STORE_OK
      || status.jobs == status.done + status.failed;
}

static gpointer
run_slot (gpointer data)
{
  Slot *slot = data;

  while (!is_stopped (slot)) {
    Claim claim;
    StoreResult result = store_take (slot->store, &claim);

    if (result == STORE_OK) {
      do_job (slot, &claim);
      if (is_stopped (slot))
        hand_back (slot, &claim);
      claim_clear (&claim);
    } else if (result == STORE_STOPPED
        || (slot->command->is_idle_the_end && nothing_is_left (slot))) {
      break;
    }
  }
  return NULL;
}

static gboolean
open_slot (Slot *slot, const Command *command, guint index)
{
  StoreOptions options = command->store;
  GError *error = NULL;

  slot->command = command;
  slot->index = index;
  /* Another process of the same number may have had it before: a name is never
   * used twice. */
  slot->name = g_strdup_printf ("%s-%d-%08x-%u", g_get_host_name (),
      (int) getpid (), g_random_int (), index);
  options.me = slot->name;
  slot->store = store_new (&options, &error);
  if (slot->store != NULL)
    return TRUE;
  g_printerr ("imbytes-farm: %s\n", error->message);
  g_error_free (error);
  return FALSE;
}

gint
command_work (const Command *command)
{
  guint n = command_count_slots (command);
  Slot *slots = g_new0 (Slot, n);
  gint status = 0;

  for (guint i = 0; i < n && status == 0; i++)
    status = open_slot (&slots[i], command, i) ? 0 : 1;
  for (guint i = 0; i < n && status == 0; i++)
    slots[i].thread = g_thread_new (slots[i].name, run_slot, &slots[i]);
  for (guint i = 0; i < n; i++) {
    if (slots[i].thread != NULL)
      g_thread_join (slots[i].thread);
    store_free (slots[i].store);
    g_free (slots[i].name);
  }
  g_free (slots);
  return status;
}
