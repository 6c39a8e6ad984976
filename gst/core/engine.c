/* imbytes: plan in, frame in, bytes out.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "engine.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"
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
  ImRows whole; /* all rows, where they are made before any is coded */
  uint8_t *whole_data;
  bool has_rows;        /* of a frame, for im_engine_code_rows () */
  ImSample *sample;     /* made when first used */
  bool is_sampled;      /* it is of those rows */
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

/* In a file, their markers among it. */
static size_t
metadata_size (const ImMetadata *metadata)
{
  return metadata->exif_size + (metadata->exif ? 10 : 0)
      + (metadata->comment ? strlen (metadata->comment) + 4 : 0);
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
  engine->has_rows = false;
  im_sample_free (engine->sample);
  engine->sample = NULL;
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

/* Whether all rows are made before any is coded. On one thread there is nothing to make
 * in parallel. */
static bool
is_made_first (const ImEngine *engine)
{
  return im_plan_looks_first (&engine->plan)
      || (engine->plan.n_strips == 1 && engine->plan.n_bands > 1
          && engine->n_threads > 1);
}

static bool
engine_whole (ImEngine *engine, ImError *error)
{
  if (engine->whole_data == NULL)
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

  if (atomic_load (&engine->failed))
    return;
  if (!get_coder (engine, slot, &engine->errors[slot]))
    atomic_store (&engine->failed, true);
  else
    im_strip_coder_fill (engine->coders[slot], engine->frame,
        im_plan_band_begin (plan->height, plan->n_bands, index),
        im_plan_band_begin (plan->height, plan->n_bands, index + 1),
        &engine->whole);
}

/* Of this picture, what coder 0 has found by looking at all of it. */
static bool
follow (const ImEngine *engine, int slot, ImError *error)
{
  return !im_plan_looks_first (&engine->plan)
      || im_strip_coder_follow (engine->coders[slot], engine->coders[0], error);
}

/* One strip of rows that are made, on whichever thread. */
static void
code_strip_rows (void *data, int index, int slot)
{
  ImEngine *engine = data;
  ImError *error = &engine->errors[slot];

  if (atomic_load (&engine->failed))
    return;
  if (!get_coder (engine, slot, error) || !follow (engine, slot, error)
      || !im_strip_coder_code_rows (engine->coders[slot], &engine->whole, index,
          &engine->strips[index], error))
    atomic_store (&engine->failed, true);
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

/* @work for each of @n strips or bands, on all threads. */
static bool
run (ImEngine *engine, void (*work) (void *data, int index, int slot), int n,
    ImError *error)
{
  atomic_store (&engine->failed, false);
  for (int i = 0; i < IM_MAX_SLOTS; i++)
    engine->errors[i].code = IM_ERROR_NONE;
  im_workers_run (work, engine, n, engine->n_threads);
  return !atomic_load (&engine->failed) || report_error (engine, error);
}

static bool
check_frame (const ImEngine *engine, const ImImage *frame, ImError *error)
{
  if (engine->configured
      && im_image_info_equal (&frame->info, &engine->plan.input))
    return true;
  return im_error_set (error, IM_ERROR_INVALID,
      "The frame is not of the kind that was configured.");
}

/* The file's size, all strips being coded. */
static bool
measure (ImEngine *engine, size_t *size, ImError *error)
{
  static const ImMetadata none = { NULL, 0, NULL };
  const ImMetadata *metadata = engine->metadata ? engine->metadata : &none;

  return check_metadata (metadata, error)
      && im_codec_get (engine->plan.codec)
             ->size (im_strip_coder_get (engine->coders[0]), engine->strips,
                 engine->n_strips, metadata, size, error);
}

bool
im_engine_make_rows (ImEngine *engine, const ImImage *frame, ImError *error)
{
  bool done;

  if (!check_frame (engine, frame, error) || !engine_whole (engine, error))
    return false;
  engine->frame = frame;
  done = run (engine, fill_band, engine->plan.n_bands, error);
  engine->frame = NULL;
  engine->has_rows = done;
  engine->is_sampled = false;
  return done;
}

static bool
check_rows (const ImEngine *engine, ImError *error)
{
  return engine->has_rows
      || im_error_set (error, IM_ERROR_INVALID, "There are no rows to code.");
}

bool
im_engine_code_rows (ImEngine *engine, size_t *size, ImError *error)
{
  return check_rows (engine, error)
      && (!im_plan_looks_first (&engine->plan)
          || im_strip_coder_look (engine->coders[0], &engine->whole, error))
      && run (engine, code_strip_rows, engine->plan.n_strips, error)
      && measure (engine, size, error);
}

bool
im_engine_can_estimate (const ImEngine *engine)
{
  return engine->configured && im_sample_is_worth_it (&engine->plan);
}

bool
im_engine_estimate (ImEngine *engine, size_t *size, ImError *error)
{
  if (!check_rows (engine, error))
    return false;
  if (engine->sample == NULL)
    engine->sample = im_sample_new (&engine->plan, error);
  if (engine->sample == NULL)
    return false;
  if (!engine->is_sampled)
    im_sample_take (engine->sample, &engine->whole);
  engine->is_sampled = true;
  if (!im_sample_code (engine->sample, &engine->plan, size, error))
    return false;
  if (engine->metadata)
    *size += metadata_size (engine->metadata);
  return true;
}

static bool
code_strips (ImEngine *engine, const ImImage *frame, ImError *error)
{
  bool done;

  engine->frame = frame;
  done = run (engine, code_strip, engine->plan.n_strips, error);
  engine->frame = NULL;
  return done;
}

bool
im_engine_encode (ImEngine *engine, const ImImage *frame, size_t *size,
    ImError *error)
{
  if (!check_frame (engine, frame, error))
    return false;
  if (is_made_first (engine))
    return im_engine_make_rows (engine, frame, error)
        && im_engine_code_rows (engine, size, error);
  return code_strips (engine, frame, error) && measure (engine, size, error);
}

void
im_engine_write (const ImEngine *engine, uint8_t *out)
{
  im_codec_get (engine->plan.codec)
      ->write (im_strip_coder_get (engine->coders[0]), engine->strips,
          engine->n_strips, out);
}
