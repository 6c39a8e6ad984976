/* imbytes farm: a worker, which is a number of slots with a job each.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "commands.h"

#include <string.h>

#include "program.h"
#include "uri.h"

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
  guint64 n_images;
  Put *put; /* where images go to URLs */
  gint64 next_beat;
  gchar *refused; /* the URL that a server will not have */
} Slot;

static gboolean
is_stopped (const Slot *slot)
{
  return g_atomic_int_get (slot->command->store.stop);
}

/* FALSE when it is time to ask again: while nobody collects, the decoder waits,
 * and the job stays this worker's. */
static gboolean
has_answer (const Slot *slot)
{
  if (slot->said == STORE_FULL)
    g_usleep (100000);
  return slot->said != STORE_FULL || is_stopped (slot);
}

static gboolean
store_image (Slot *slot, const Image *image, const gchar *url)
{
  do
    slot->said = store_put (slot->store, slot->claim, image, url);
  while (!has_answer (slot));
  return slot->said == STORE_OK || slot->said == STORE_NOTHING;
}

/* A worker that dies between the two leaves a file that the next one writes again,
 * with the same bytes. */
static gboolean
put_and_store (Slot *slot, const Image *image)
{
  gchar *url = command_make_url (slot->command, &slot->claim->job, image->time);
  PutResult result = put_send (slot->put, url, image->data, image->size);
  gboolean stored = result == PUT_DONE && store_image (slot, image, url);

  if (result == PUT_REFUSED)
    slot->refused = g_steal_pointer (&url);
  g_free (url);
  return stored;
}

static gboolean
on_image (gpointer data, const Image *image)
{
  Slot *slot = data;
  gboolean stored;

  slot->n_images = image->index + 1;
  if (slot->put == NULL) {
    stored = store_image (slot, image, NULL);
  } else {
    do
      slot->said = store_wants (slot->store, slot->claim, image->index);
    while (!has_answer (slot));
    stored = slot->said == STORE_NOTHING
        || (slot->said == STORE_OK && put_and_store (slot, image));
  }
  return stored && !is_stopped (slot);
}

static gboolean
on_wait (gpointer data)
{
  Slot *slot = data;

  slot->said = store_beat (slot->store, slot->claim);
  return slot->said == STORE_OK && !is_stopped (slot);
}

static void
on_resume (gpointer data)
{
  const Slot *slot = data;
  const ImagesMark *mark = &slot->claim->mark;

  g_print ("%s: %s goes on after %" G_GUINT64_FORMAT " images, at %.1f s\n",
      slot->name, slot->claim->job.uri, mark->n,
      (gdouble) mark->time / GST_SECOND);
}

/* While a server is slow or away, the job stays this worker's too. */
static gboolean
on_put_waits (gpointer data)
{
  Slot *slot = data;
  gint64 now = g_get_monotonic_time ();

  if (now < slot->next_beat)
    return TRUE;
  slot->next_beat = now + slot->command->store.lease_ms * 1000LL / 4;
  return on_wait (slot);
}

static void
open_put (Slot *slot)
{
  PutOptions options = slot->command->put;

  options.content_type =
      g_str_equal (slot->claim->job.format, "png") ? "image/png" : "image/jpeg";
  options.stop = slot->command->store.stop;
  options.on_wait = on_put_waits;
  options.data = slot;
  slot->put = put_new (&options);
}

static void
fail (Slot *slot, const gchar *reason)
{
  const Claim *claim = slot->claim;

  g_printerr ("%s: %s (try %u): %s\n", slot->name, claim->job.uri, claim->tries,
      reason);
  store_fail (slot->store, claim, reason);
}

/* Tries of others would not make it better: all workers of a farm had better allow
 * the same. */
static void
refuse (Slot *slot)
{
  static const gchar reason[] = "this URI is not among those that the worker's "
                                "--allow names";

  g_printerr ("%s: %s: %s\n", slot->name, slot->claim->job.uri, reason);
  store_refuse (slot->store, slot->claim, reason);
}

/* The job is left to the next who takes it. */
static void
say_lost (const Slot *slot)
{
  g_printerr ("%s: Redis has lost images of %s; it runs again\n", slot->name,
      slot->claim->job.id);
}

/* In the middle of the job. */
static void
say_why (Slot *slot)
{
  if (slot->refused != NULL) {
    gchar *reason = g_strdup_printf ("the server refuses %s", slot->refused);

    fail (slot, reason);
    g_free (reason);
  } else if (slot->said == STORE_LOST) {
    g_printerr ("%s: %s is somebody else's by now\n", slot->name,
        slot->claim->job.id);
  } else if (slot->said == STORE_GAP) {
    say_lost (slot);
  }
}

static void
do_job (Slot *slot, const Claim *claim)
{
  ImagesFunctions functions = { on_image, on_wait, on_resume,
    slot->command->store.lease_ms * GST_MSECOND / 4, slot->command->stall, TRUE,
    slot };
  StoreResult result = STORE_STOPPED;
  gchar *reason;

  slot->claim = claim;
  slot->n_images = claim->mark.n;
  slot->said = STORE_OK;
  if (!uri_is_allowed (claim->job.uri,
          (const gchar *const *) slot->command->allowed)) {
    refuse (slot);
    return;
  }
  if (slot->command->url != NULL)
    open_put (slot);
  switch (images_make (&claim->job, &claim->mark, &functions, &reason)) {
    case IMAGES_DONE:
      result = store_finish (slot->store, claim, slot->n_images);
      if (result == STORE_NOTHING)
        say_lost (slot);
      else if (result == STORE_OK)
        g_print ("%s: %s, %" G_GUINT64_FORMAT " images%s%s\n", slot->name,
            claim->job.uri, slot->n_images, reason != NULL ? "; " : "",
            reason != NULL ? reason : "");
      break;
    case IMAGES_FAILED:
      fail (slot, reason);
      break;
    case IMAGES_STOPPED:
      say_why (slot);
      break;
  }
  g_free (reason);
  g_clear_pointer (&slot->refused, g_free);
  g_clear_pointer (&slot->put, put_free);
}

/* What was not finished because the worker has to go is given back: not by the
 * store that has been stopped. */
static void
hand_back (const Slot *slot, const Claim *claim)
{
  StoreOptions options = slot->command->store;
  Store *store;

  options.stop = NULL;
  options.once = TRUE;
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
      || status.left == 0;
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
  store_leave (slot->store);
  return NULL;
}

static gboolean
open_slot (Slot *slot, const Command *command, guint index)
{
  StoreOptions options = command->store;
  GError *error = NULL;

  slot->command = command;
  slot->index = index;
  slot->name = command_make_name (index);
  options.me = slot->name;
  slot->store = store_new (&options, &error);
  if (slot->store == NULL)
    program_fail (error);
  return slot->store != NULL;
}

gint
command_work (const Command *command)
{
  guint n = command_count_slots (command);
  GError *error = NULL;
  gint status = 0;
  Slot *slots;

  /* A worker without the plugin would make all jobs fail. */
  if (!program_find_imbytes (&error))
    return program_fail (error);
  slots = g_new0 (Slot, n);
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
