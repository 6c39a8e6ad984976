/* imbytes bench: arguments, frames, clocks and the lines on stdin.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

void
bench_die (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
  exit (1);
}

const char *
bench_arg (int argc, char **argv, const char *name, const char *otherwise)
{
  size_t length = strlen (name);

  for (int i = 1; i < argc; i++) {
    if (strncmp (argv[i], name, length) == 0 && argv[i][length] == '=')
      return argv[i] + length + 1;
  }
  if (otherwise == NULL)
    bench_die ("%s: %s=... is missing", argv[0], name);
  return otherwise;
}

void
bench_arg_size (int argc, char **argv, const char *name, int *width,
    int *height)
{
  const char *text = bench_arg (argc, argv, name, NULL);

  if (sscanf (text, "%dx%d", width, height) != 2 || *width < 1 || *height < 1
      || *width > 65535 || *height > 65535)
    bench_die ("%s: %s=%s is not a size", argv[0], name, text);
}

static int
count_frames (FILE *file, const char *path, size_t frame_size)
{
  long length;

  if (fseek (file, 0, SEEK_END) != 0 || (length = ftell (file)) < 0)
    bench_die ("%s: cannot tell its length", path);
  rewind (file);
  if ((size_t) length / frame_size < 1)
    bench_die ("%s: not one frame of %zu bytes", path, frame_size);
  return (int) ((size_t) length / frame_size);
}

void
bench_frames_load (BenchFrames *frames, const char *path, size_t frame_size)
{
  FILE *file = fopen (path, "rb");

  if (file == NULL)
    bench_die ("%s: cannot open", path);
  frames->frame_size = frame_size;
  frames->frame_stride = (frame_size + 63) & ~(size_t) 63;
  frames->n_frames = count_frames (file, path, frame_size);
  frames->data =
      aligned_alloc (64, frames->frame_stride * (size_t) frames->n_frames);
  if (frames->data == NULL)
    bench_die ("%s: out of memory", path);
  for (int i = 0; i < frames->n_frames; i++) {
    uint8_t *frame = frames->data + frames->frame_stride * (size_t) i;

    if (fread (frame, 1, frame_size, file) != frame_size)
      bench_die ("%s: cannot read", path);
  }
  fclose (file);
}

double
bench_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

void
bench_sleep_until (double when)
{
  struct timespec time = { .tv_sec = (time_t) when };

  time.tv_nsec = (long) ((when - (double) time.tv_sec) * 1e9);
  while (clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0)
    continue;
}

bool
bench_write_file (const char *path, const void *data, size_t size)
{
  FILE *file = fopen (path, "wb");
  bool written;

  if (file == NULL)
    return false;
  written = fwrite (data, 1, size, file) == size;
  return fclose (file) == 0 && written;
}

/* Of all threads, also those that ended. */
static double
cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

/* Not getrusage (), whose figure begins with that of the parent. */
static long
peak_kilobytes (void)
{
  FILE *file = fopen ("/proc/self/status", "r");
  char line[256];
  long peak = 0;

  while (file != NULL && fgets (line, sizeof (line), file) != NULL) {
    if (sscanf (line, "VmHWM: %ld", &peak) == 1)
      break;
  }
  if (file != NULL)
    fclose (file);
  return peak;
}

/* The peak so far was of loading. */
static void
forget_peak (void)
{
  FILE *file = fopen ("/proc/self/clear_refs", "w");

  if (file == NULL)
    return;
  fputc ('5', file);
  fclose (file);
}

static bool
run_job (const BenchContestant *contestant, void *self, BenchJob *job)
{
  double wall = bench_seconds (), cpu = cpu_seconds ();

  if (!contestant->run (self, job))
    return false;
  wall = bench_seconds () - wall;
  cpu = cpu_seconds () - cpu;
  printf ("{\"frames\": %d, \"wall\": %.9f, \"cpu\": %.6f, \"bytes\": %llu, "
          "\"peak_kb\": %ld",
      job->n_frames, wall, cpu, (unsigned long long) job->bytes,
      peak_kilobytes ());
  if (job->latency_us != NULL) {
    printf (", \"latency_us\": [");
    for (int i = 0; i < job->n_frames; i++)
      printf ("%s%.2f", i > 0 ? ", " : "", job->latency_us[i]);
    printf ("]");
  }
  printf ("}\n");
  return true;
}

static bool
obey (const BenchContestant *contestant, void *self, const char *line)
{
  BenchJob job = { 0 };
  char path[4096];
  bool good;

  if (sscanf (line, "run %d", &job.n_frames) == 1 && job.n_frames > 0)
    return run_job (contestant, self, &job);
  if (sscanf (line, "latency %d %d", &job.n_frames, &job.period_us) == 2
      && job.n_frames > 0) {
    job.latency_us = calloc ((size_t) job.n_frames, sizeof (double));
    good = job.latency_us != NULL && run_job (contestant, self, &job);
    free (job.latency_us);
    return good;
  }
  if (sscanf (line, "save %4095[^\n]", path) == 1 && contestant->save != NULL) {
    good = contestant->save (self, path);
    printf ("{\"saved\": %s}\n", good ? "true" : "false");
    return good;
  }
  fprintf (stderr, "not understood: %s", line);
  return false;
}

int
bench_serve (const BenchContestant *contestant, void *self)
{
  char line[4200];

  forget_peak ();
  printf ("{\"ready\": true, \"peak_kb\": %ld}\n", peak_kilobytes ());
  fflush (stdout);
  while (fgets (line, sizeof (line), stdin) != NULL) {
    if (strncmp (line, "quit", 4) == 0)
      break;
    if (!obey (contestant, self, line))
      return 1;
    fflush (stdout);
  }
  return 0;
}
