/* imbytes: plan in, frame in, bytes out.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "engine.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "strip.h"
#include "core/base/workers.h"

struct _ImEngine
{
  bool configured;
  ImPlan plan;
  ImResampleTables tables;
  int n_threads; /* at most */
  const ImMetadata *metadata;
  /* Made when first used, by the thread that uses it. */
  ImStripCoder *coders[IM_MAX_SLOTS];
  ImCodedStrip *strips; /* plan.n_strips of them */
  int n_strips;
  ImRows whole; /* of pictures that are coded whole */
  uint8_t *whole_data;
  const ImImage *frame; /* while it is being coded */
  atomic_bool failed;
  ImError errors[IM_MAX_SLOTS];
};

ImEngine *
im_engine_new (void)
{
  ImEngine *engine = calloc (1, sizeof (*engine));

  if (engine == NULL)
    return NULL;
  im_workers_ref ();
  im_engine_set_threads (engine, 0);
  return engine;
}

void
im_engine_set_threads (ImEngine *engine, int n_threads)
{
  engine->n_threads = n_threads > 0 ? n_threads : im_workers_processors ();
}

void
im_engine_set_metadata (ImEngine *engine, const ImMetadata *metadata)
{
  engine->metadata = metadata;
}

static bool
check_metadata (const ImMetadata *metadata, ImError *error)
{
  if (metadata->exif_size > IM_MAX_EXIF)
    return im_error_set (error, IM_ERROR_TOO_LARGE,
        "EXIF of %lu bytes does not fit into a picture; %d do.",
        (unsigned long) metadata->exif_size, IM_MAX_EXIF);
  if (metadata->comment && strlen (metadata->comment) > IM_MAX_COMMENT)
    return im_error_set (error, IM_ERROR_TOO_LARGE,
        "A comment of %lu bytes does not fit into a picture; %d do.",
        (unsigned long) strlen (metadata->comment), IM_MAX_COMMENT);
  return true;
}

static void
engine_free_strips (ImEngine *engine)
{
  for (int i = 0; i < engine->n_strips; i++)
    im_bytes_clear (&engine->strips[i].bytes);
  free (engine->strips);
  engine->strips = NULL;
  engine->n_strips = 0;
}

static void
engine_unconfigure (ImEngine *engine)
{
  engine->configured = false;
  for (int i = 0; i < IM_MAX_SLOTS; i++) {
    im_strip_coder_free (engine->coders[i]);
    engine->coders[i] = NULL;
  }
  free (engine->whole_data);
  engine->whole_data = NULL;
  im_resample_tables_clear (&engine->tables);
}

void
im_engine_free (ImEngine *engine)
{
  if (engine == NULL)
    return;
  engine_unconfigure (engine);
  engine_free_strips (engine);
  im_workers_unref ();
  free (engine);
}

static bool
engine_strips (ImEngine *engine, ImError *error)
{
  if (engine->n_strips == engine->plan.n_strips)
    return true;
  engine_free_strips (engine);
  engine->strips =
      calloc ((size_t) engine->plan.n_strips, sizeof (*engine->strips));
  if (engine->strips == NULL)
    return im_error_no_memory (error, "the strips of a picture");
  engine->n_strips = engine->plan.n_strips;
  return true;
}

static bool
engine_rebuild (ImEngine *engine, ImError *error)
{
  if (!im_resample_tables_build (&engine->tables, &engine->plan))
    return im_error_no_memory (error, "the resampling tables");
  engine->coders[0] =
      im_strip_coder_new (&engine->plan, &engine->tables, error);
  return engine->coders[0] != NULL;
}

/* On one thread there is nothing to make in parallel. */
static bool
is_made_in_bands (const ImEngine *engine)
{
  return engine->plan.n_strips == 1 && engine->plan.n_bands > 1
      && engine->n_threads > 1;
}

static bool
engine_whole (ImEngine *engine, ImError *error)
{
  if (!is_made_in_bands (engine) || engine->whole_data != NULL)
    return true;
  engine->whole_data =
      im_rows_alloc (&engine->whole, &engine->plan, engine->plan.height);
  return engine->whole_data != NULL
      || im_error_no_memory (error, "a whole picture");
}

static bool
engine_set_codec (ImEngine *engine, ImError *error)
{
  for (int i = 0; i < IM_MAX_SLOTS; i++)
    if (engine->coders[i]
        && !im_strip_coder_set_codec (engine->coders[i], error))
      return false;
  return true;
}

bool
im_engine_configure (ImEngine *engine, const ImImageInfo *input,
    const ImRequest *request, ImError *error)
{
  ImPlan plan;
  bool done;

  if (!im_plan_make (&plan, input, request, error)) {
    engine_unconfigure (engine);
    return false;
  }
  if (engine->configured && im_plan_equal (&plan, &engine->plan))
    return true;
  /* Quality and the like touch nothing but the coders. */
  if (engine->configured && im_plan_equal_but_options (&engine->plan, &plan)) {
    engine->plan = plan;
    done = engine_set_codec (engine, error);
  } else {
    engine_unconfigure (engine);
    engine->plan = plan;
    done = engine_rebuild (engine, error);
  }
  if (!done || !engine_strips (engine, error)) {
    engine_unconfigure (engine);
    return false;
  }
  engine->configured = true;
  return true;
}

const ImPlan *
im_engine_plan (const ImEngine *engine)
{
  return engine->configured ? &engine->plan : NULL;
}

static ImStripCoder *
get_coder (ImEngine *engine, int slot, ImError *error)
{
  if (engine->coders[slot] == NULL)
    engine->coders[slot] =
        im_strip_coder_new (&engine->plan, &engine->tables, error);
  return engine->coders[slot];
}

/* One strip, on whichever thread. */
static void
code_strip (void *data, int index, int slot)
{
  ImEngine *engine = data;
  ImError *error = &engine->errors[slot];

  if (atomic_load (&engine->failed))
    return;
  if (!get_coder (engine, slot, error)
      || !im_strip_coder_code (engine->coders[slot], engine->frame, index,
          &engine->strips[index], error))
    atomic_store (&engine->failed, true);
}

/* One band, on whichever thread. */
static void
fill_band (void *data, int index, int slot)
{
  ImEngine *engine = data;
  const ImPlan *plan = &engine->plan;
  int y = index * plan->band_rows;

  if (atomic_load (&engine->failed))
    return;
  if (!get_coder (engine, slot, &engine->errors[slot]))
    atomic_store (&engine->failed, true);
  else
    im_strip_coder_fill (engine->coders[slot], engine->frame, y,
        index + 1 < plan->n_bands ? y + plan->band_rows : plan->height,
        &engine->whole);
}

/* The first thing that went wrong on any thread. */
static bool
report_error (const ImEngine *engine, ImError *error)
{
  for (int i = 0; i < IM_MAX_SLOTS; i++)
    if (engine->errors[i].code != IM_ERROR_NONE && error != NULL) {
      *error = engine->errors[i];
      break;
    }
  return false;
}

static bool
code_strips (ImEngine *engine, const ImImage *frame, ImError *error)
{
  const ImPlan *plan = &engine->plan;

  engine->frame = frame;
  atomic_store (&engine->failed, false);
  for (int i = 0; i < IM_MAX_SLOTS; i++)
    engine->errors[i].code = IM_ERROR_NONE;
  if (is_made_in_bands (engine))
    im_workers_run (fill_band, engine, plan->n_bands, engine->n_threads);
  else
    im_workers_run (code_strip, engine, plan->n_strips, engine->n_threads);
  engine->frame = NULL;
  if (atomic_load (&engine->failed))
    return report_error (engine, error);
  return !is_made_in_bands (engine)
      || im_strip_coder_code_rows (engine->coders[0], &engine->whole,
          &engine->strips[0], error);
}

bool
im_engine_encode (ImEngine *engine, const ImImage *frame, size_t *size,
    ImError *error)
{
  static const ImMetadata none = { NULL, 0, NULL };
  const ImMetadata *metadata = engine->metadata ? engine->metadata : &none;
  const ImCodec *codec = im_codec_get (engine->plan.codec);

  if (!engine->configured
      || !im_image_info_equal (&frame->info, &engine->plan.input))
    return im_error_set (error, IM_ERROR_INVALID,
        "The frame is not of the kind that was agreed on.");
  if (!check_metadata (metadata, error) || !engine_whole (engine, error)
      || !code_strips (engine, frame, error))
    return false;
  return codec->size (im_strip_coder_get (engine->coders[0]), engine->strips,
      engine->n_strips, metadata, size, error);
}

void
im_engine_write (const ImEngine *engine, uint8_t *out)
{
  im_codec_get (engine->plan.codec)
      ->write (im_strip_coder_get (engine->coders[0]), engine->strips,
          engine->n_strips, out);
}
