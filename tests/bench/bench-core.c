/* imbytes bench: the core alone, without GStreamer around it. What the element
 * costs is its time less this one's.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench-core.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct
{
  BenchWork work;
  ImEngine *engine;
  uint64_t next;  /* frame */
  uint8_t *image; /* the last one */
  size_t size;
} Core;

static bool
encode_one (Core *self)
{
  ImImage frame = bench_work_image (&self->work, self->next++);
  ImError error;

  if (!im_engine_encode (self->engine, &frame, &self->size, &error)) {
    fprintf (stderr, "%s\n", error.message);
    return false;
  }
  /* As the element: new memory for every image. */
  free (self->image);
  self->image = malloc (self->size);
  if (self->image == NULL)
    return false;
  im_engine_write (self->engine, self->image);
  return true;
}

static bool
core_run (void *data, BenchJob *job)
{
  Core *self = data;
  double start = bench_seconds ();

  for (int i = 0; i < job->n_frames; i++) {
    double before;

    if (job->period_us > 0)
      bench_sleep_until (start + (double) i * job->period_us * 1e-6);
    before = bench_seconds ();
    if (!encode_one (self))
      return false;
    if (job->latency_us != NULL)
      job->latency_us[i] = (bench_seconds () - before) * 1e6;
    job->bytes += self->size;
  }
  return true;
}

static bool
core_save (void *data, const char *path)
{
  Core *self = data;

  return self->image != NULL
      && bench_write_file (path, self->image, self->size);
}

int
main (int argc, char **argv)
{
  static const BenchContestant contestant = { core_run, core_save };
  Core self = { .next = 0 };
  int status;

  bench_work_parse (&self.work, argc, argv);
  self.engine = bench_engine_new (&self.work, &self.work.request);
  status = bench_serve (&contestant, &self);
  im_engine_free (self.engine);
  free (self.image);
  free (self.work.frames.data);
  return status;
}
