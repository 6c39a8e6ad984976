/* imbytes farm: many videos -> their images, some videos at a time.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "run.h"

#include <string.h>

#include "folder.h"
#include "images.h"
#include "manifest.h"
#include "progress.h"
#include "text.h"

/* How often the manifest is written while a video is under way, or seldom enough for
 * it to take no more than a hundredth of the time. */
#define LEAST_PAUSE G_USEC_PER_SEC
#define PAUSE_FACTOR 100
#define PATIENCE (200 * GST_MSECOND)

typedef struct
{
  const RunOptions *options;
  Progress *progress;
  gint next, failed; /* atomic */
} Run;

/* A thread, and the video it is at. */
typedef struct
{
  Run *run;
  guint index;
  Put *put; /* NULL: images are files */
  Job job;
  Manifest *manifest;
  gchar *folder;
  gint64 next_save;
  gchar *wrong; /* why the video cannot be gone on with; owned */
} Slot;

static gboolean
is_stopped (const Slot *slot)
{
  return g_atomic_int_get (slot->run->options->stop) != 0;
}

static void
go_wrong (Slot *slot, GError *error)
{
  if (slot->wrong == NULL)
    slot->wrong = g_strdup (error->message);
  g_error_free (error);
}

static gboolean
save_manifest (Slot *slot)
{
  gint64 begin = g_get_monotonic_time (), end;
  GError *error = NULL;
  gboolean saved = manifest_save (slot->manifest, &error);

  end = g_get_monotonic_time ();
  slot->next_save = end + MAX (LEAST_PAUSE, (end - begin) * PAUSE_FACTOR);
  if (!saved)
    go_wrong (slot, error);
  return saved;
}

static gboolean
send (Slot *slot, const Image *image, const gchar *url)
{
  switch (put_send (slot->put, url, image->data, image->size)) {
    case PUT_DONE:
      return TRUE;
    case PUT_REFUSED:
      slot->wrong = g_strdup ("the server refuses its images");
      return FALSE;
    default:
      if (!is_stopped (slot))
        slot->wrong = g_strdup_printf ("the server took no image for %d s",
            slot->run->options->put.give_up_seconds);
      return FALSE;
  }
}

static gboolean
save_image (Slot *slot, const Image *image, const gchar *name)
{
  GError *error = NULL;

  if (folder_save (slot->folder, name, image->data, image->size, &error))
    return TRUE;
  go_wrong (slot, error);
  return FALSE;
}

static gboolean
on_image (gpointer data, const Image *image)
{
  Slot *slot = data;
  gchar *name = job_make_name (&slot->job, image->time);
  gboolean saved = slot->put != NULL ? send (slot, image, name)
                                     : save_image (slot, image, name);

  if (!saved) {
    g_free (name);
    return FALSE;
  }
  manifest_add (slot->manifest, image, name);
  progress_image (slot->run->progress, slot->index,
      GST_CLOCK_TIME_IS_VALID (image->duration) && image->duration > 0
          ? (gdouble) image->time / (gdouble) image->duration
          : -1,
      TRUE);
  if (g_get_monotonic_time () >= slot->next_save && !save_manifest (slot))
    return FALSE;
  return !is_stopped (slot);
}

static gboolean
on_wait (gpointer data)
{
  return !is_stopped (data);
}

/* After the images that the manifest has. */
static ImagesResult
make_images (Slot *slot, gchar **reason)
{
  const GArray *images = slot->manifest->images;
  ImagesFunctions functions = { .on_image = on_image,
    .on_wait = on_wait,
    .patience = PATIENCE,
    .stall = slot->run->options->stall,
    .data = slot };
  ImagesMark mark = { 0 };

  for (guint i = 0; i < images->len; i++)
    progress_image (slot->run->progress, slot->index, -1, FALSE);
  if (slot->manifest->complete)
    return IMAGES_DONE;
  if (images->len > 0) {
    const ManifestImage *last =
        &g_array_index (images, ManifestImage, images->len - 1);

    mark = (ImagesMark){ images->len, last->time, g_strdup (last->sum) };
  }
  slot->next_save = g_get_monotonic_time () + LEAST_PAUSE;
  return images_make (&slot->job, &mark, &functions, reason);
}

/* What came of the video is in the manifest, whatever that is. A sentence for the user
 * in *@sentence, or NULL. */
static gboolean
do_job (Slot *slot, gchar **sentence)
{
  GError *error = NULL;
  gchar *reason = NULL;
  ImagesResult result;
  gboolean known;

  slot->folder = folder_open (slot->run->options->output, &slot->job, &error);
  if (slot->folder == NULL) {
    *sentence = g_strdup (error->message);
    g_error_free (error);
    return FALSE;
  }
  slot->manifest = manifest_open (slot->folder, &slot->job);
  known = slot->manifest->complete;
  result = make_images (slot, &reason);
  slot->manifest->complete = result == IMAGES_DONE;
  if (!known)
    save_manifest (slot);
  if (slot->wrong != NULL)
    result = IMAGES_STOPPED;
  *sentence = slot->wrong != NULL ? g_steal_pointer (&slot->wrong)
                                  : g_steal_pointer (&reason);
  g_free (reason);
  manifest_free (slot->manifest);
  return result == IMAGES_DONE;
}

static void
do_source (Slot *slot, const gchar *source)
{
  gchar *shown = text_without_secrets (source), *sentence = NULL, *line = NULL;
  GError *error = NULL;
  gboolean done = FALSE;

  slot->folder = slot->wrong = NULL;
  if (job_make (&slot->job, source, &slot->run->options->request, &error)) {
    done = do_job (slot, &sentence);
    g_free (slot->folder);
    job_clear (&slot->job);
  } else {
    sentence = g_strdup (error->message);
    g_error_free (error);
  }
  if (sentence != NULL)
    line = g_strdup_printf ("%s: %s", shown, sentence);
  /* A video that is stopped has not failed. */
  if (done || sentence != NULL || !is_stopped (slot))
    progress_file (slot->run->progress, slot->index, !done, line);
  if (!done && !is_stopped (slot))
    g_atomic_int_set (&slot->run->failed, 1);
  g_free (line);
  g_free (sentence);
  g_free (shown);
}

static gpointer
run_slot (gpointer data)
{
  Slot *slot = data;
  Run *run = slot->run;
  gint n = (gint) g_strv_length (run->options->sources), i;

  while (!is_stopped (slot) && (i = g_atomic_int_add (&run->next, 1)) < n)
    do_source (slot, run->options->sources[i]);
  return NULL;
}

static Put *
open_put (Slot *slot)
{
  PutOptions options = slot->run->options->put;

  options.content_type = g_str_equal (slot->run->options->request.format, "png")
      ? "image/png"
      : "image/jpeg";
  options.stop = slot->run->options->stop;
  return put_new (&options);
}

RunStatus
run (const RunOptions *options)
{
  guint n_sources = g_strv_length (options->sources);
  guint n = options->n_slots > 0 ? (guint) options->n_slots
                                 : g_get_num_processors ();
  Run run = { .options = options };
  GThread **threads;
  Slot *slots;

  n = MIN (n, n_sources);
  run.progress = progress_new (n_sources, n);
  slots = g_new0 (Slot, n);
  threads = g_new0 (GThread *, n);
  for (guint i = 0; i < n; i++) {
    slots[i] = (Slot){ .run = &run, .index = i };
    if (options->request.url != NULL)
      slots[i].put = open_put (&slots[i]);
    threads[i] = g_thread_new ("video", run_slot, &slots[i]);
  }
  for (guint i = 0; i < n; i++) {
    g_thread_join (threads[i]);
    if (slots[i].put != NULL)
      put_free (slots[i].put);
  }
  progress_end (run.progress);
  progress_free (run.progress);
  g_free (slots);
  g_free (threads);
  if (g_atomic_int_get (options->stop))
    return RUN_STOPPED;
  return run.failed ? RUN_FAILED : RUN_DONE;
}
