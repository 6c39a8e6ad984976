/* imbytes bench: what every contestant written in C needs.
 *
 * A contestant loads its frames, says so, and then obeys lines on stdin:
 *
 *   run N             N frames, one after the other, as fast as it can
 *   latency N PERIOD  N frames, one each PERIOD microseconds (0: at once), and
 *                     the time that each one took
 *   save PATH         writes the last image that it made
 *   quit
 *
 * Each is answered with one line of JSON. Arguments are name=value.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Frames in memory, each one aligned to 64 bytes. */
typedef struct
{
  uint8_t *data;
  size_t frame_size, frame_stride; /* bytes of one; from one to the next */
  int n_frames;
} BenchFrames;

typedef struct
{
  int n_frames;
  int period_us;
  double *latency_us; /* n_frames of them to fill in, or NULL */
  uint64_t bytes;     /* of all images; filled in */
} BenchJob;

/* What a contestant is. Both return false after a message on stderr. */
typedef struct
{
  bool (*run) (void *self, BenchJob *job);
  bool (*save) (void *self, const char *path); /* NULL: it cannot */
} BenchContestant;

/* The value of argument @name, or @otherwise where it is not given. */
const char *bench_arg (int argc, char **argv, const char *name,
    const char *otherwise);

/* "640x360" -> two numbers; ends the program where it is something else. */
void bench_arg_size (int argc, char **argv, const char *name, int *width,
    int *height);

/* Never returns. */
void __attribute__ ((noreturn, format (printf, 1, 2)))
bench_die (const char *format, ...);

/* All of the file, as frames of @frame_size bytes; ends the program where
 * there is not one. Every page was touched. */
void bench_frames_load (BenchFrames *frames, const char *path,
    size_t frame_size);

static inline const uint8_t *
bench_frame (const BenchFrames *frames, uint64_t index)
{
  return frames->data
      + (index % (uint64_t) frames->n_frames) * frames->frame_stride;
}

double bench_seconds (void);

/* Sleeps until bench_seconds () is @when. */
void bench_sleep_until (double when);

bool bench_write_file (const char *path, const void *data, size_t size);

/* Reads and answers lines until quit or the end of stdin; the exit status. */
int bench_serve (const BenchContestant *contestant, void *self);
