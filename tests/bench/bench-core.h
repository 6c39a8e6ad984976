/* imbytes bench: the core's engine, made from a contestant's arguments.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "bench.h"
#include "core/engine.h"

typedef struct _BenchLayout BenchLayout;

typedef struct
{
  const BenchLayout *layout;
  ImImageInfo info;
  ImRequest request;
  int n_threads;
  BenchFrames frames;
} BenchWork;

/* frames=FILE format=I420 in=1920x1080 codec=jpeg|png out=640x360
 * quality=85 level=1 threads=1 matrix=bt601|bt709 orientation=identity|90r|180|
 * 90l|horiz|vert|ul-lr|ur-ll. Ends the program where
 * something of it makes no sense. */
void bench_work_parse (BenchWork *work, int argc, char **argv);

/* Ends the program where the engine does not want @request. */
ImEngine *bench_engine_new (const BenchWork *work, const ImRequest *request);

/* Frame @index, round and round. */
ImImage bench_work_image (const BenchWork *work, uint64_t index);
