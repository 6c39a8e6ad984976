/* imbytes: one pool of threads for the whole process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sched_getaffinity, pthread_setname_np */
#endif
#include "workers.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

/* Lives on its caller's stack, and in the list until its last job is done. */
typedef struct _Batch Batch;
struct _Batch
{
  Batch *next;
  void (*job) (void *data, int index, int lane);
  void *data;
  int n_jobs, next_job, n_running;
  uint64_t free_lanes;
  pthread_cond_t done;
};

static struct
{
  pthread_mutex_t lifecycle; /* held while threads are being ended */
  pthread_mutex_t lock;      /* guards all below */
  pthread_cond_t work;
  Batch *batches; /* the next one to serve comes first */
  int n_users;
  pthread_t *threads;
  int n_threads;
  bool ending;
} pool = {
  .lifecycle = PTHREAD_MUTEX_INITIALIZER,
  .lock = PTHREAD_MUTEX_INITIALIZER,
  .work = PTHREAD_COND_INITIALIZER,
};

static void
append_batch (Batch *batch)
{
  Batch **end = &pool.batches;

  while (*end)
    end = &(*end)->next;
  batch->next = NULL;
  *end = batch;
}

static void
remove_batch (Batch *batch)
{
  Batch **link = &pool.batches;

  while (*link != batch)
    link = &(*link)->next;
  *link = batch->next;
}

/* The next batch with a job and a lane to spare, moved behind all others. */
static Batch *
take_turn (void)
{
  for (Batch *batch = pool.batches; batch; batch = batch->next)
    if (batch->next_job < batch->n_jobs && batch->free_lanes != 0) {
      remove_batch (batch);
      append_batch (batch);
      return batch;
    }
  return NULL;
}

/* Called with the lock held, and gives it up while the job runs. */
static void
run_one (Batch *batch, int lane)
{
  int index = batch->next_job++;

  batch->n_running++;
  pthread_mutex_unlock (&pool.lock);
  batch->job (batch->data, index, lane);
  pthread_mutex_lock (&pool.lock);
  batch->n_running--;
}

static void *
thread_main (void *unused)
{
  (void) unused;
  pthread_setname_np (pthread_self (), "imbytes");
  pthread_mutex_lock (&pool.lock);
  while (!pool.ending) {
    Batch *batch = take_turn ();
    int lane;

    if (batch == NULL) {
      pthread_cond_wait (&pool.work, &pool.lock);
      continue;
    }
    lane = __builtin_ctzll (batch->free_lanes);
    batch->free_lanes &= ~(UINT64_C (1) << lane);
    run_one (batch, lane);
    batch->free_lanes |= UINT64_C (1) << lane;
    if (batch->next_job == batch->n_jobs && batch->n_running == 0)
      pthread_cond_signal (&batch->done);
  }
  pthread_mutex_unlock (&pool.lock);
  return NULL;
}

/* As many threads as @wanted, where the system gives them. */
static void
start_threads (int wanted)
{
  pthread_t *threads;

  if (wanted <= pool.n_threads || pool.n_users == 0)
    return;
  threads = realloc (pool.threads, (size_t) wanted * sizeof (*threads));
  if (threads == NULL)
    return;
  pool.threads = threads;
  while (pool.n_threads < wanted) {
    if (pthread_create (&threads[pool.n_threads], NULL, thread_main, NULL))
      return;
    pool.n_threads++;
  }
}

void
im_workers_ref (void)
{
  pthread_mutex_lock (&pool.lifecycle);
  pthread_mutex_lock (&pool.lock);
  pool.n_users++;
  pthread_mutex_unlock (&pool.lock);
  pthread_mutex_unlock (&pool.lifecycle);
}

void
im_workers_unref (void)
{
  pthread_t *threads = NULL;
  int n_threads = 0;

  pthread_mutex_lock (&pool.lifecycle);
  pthread_mutex_lock (&pool.lock);
  if (--pool.n_users == 0) {
    threads = pool.threads;
    n_threads = pool.n_threads;
    pool.threads = NULL;
    pool.n_threads = 0;
    pool.ending = true;
    pthread_cond_broadcast (&pool.work);
  }
  pthread_mutex_unlock (&pool.lock);
  for (int i = 0; i < n_threads; i++)
    pthread_join (threads[i], NULL);
  free (threads);
  pthread_mutex_lock (&pool.lock);
  pool.ending = false;
  pthread_mutex_unlock (&pool.lock);
  pthread_mutex_unlock (&pool.lifecycle);
}

static void
run_batch (Batch *batch, int lanes)
{
  pthread_cond_init (&batch->done, NULL);
  pthread_mutex_lock (&pool.lock);
  append_batch (batch);
  start_threads (lanes - 1);
  for (int i = 1; i < lanes; i++)
    pthread_cond_signal (&pool.work);
  while (batch->next_job < batch->n_jobs)
    run_one (batch, 0);
  while (batch->n_running > 0)
    pthread_cond_wait (&batch->done, &pool.lock);
  remove_batch (batch);
  pthread_mutex_unlock (&pool.lock);
  pthread_cond_destroy (&batch->done);
}

void
im_workers_run (void (*job) (void *data, int index, int lane), void *data,
    int n_jobs, int max_lanes)
{
  int lanes = max_lanes < n_jobs ? max_lanes : n_jobs;

  if (lanes > IM_MAX_LANES)
    lanes = IM_MAX_LANES;
  if (lanes <= 1) {
    for (int i = 0; i < n_jobs; i++)
      job (data, i, 0);
    return;
  }
  /* The caller's own lane is 0. */
  run_batch (&(Batch){ .job = job,
                 .data = data,
                 .n_jobs = n_jobs,
                 .free_lanes = (UINT64_MAX >> (IM_MAX_LANES - lanes))
                     & ~UINT64_C (1) },
      lanes);
}

int
im_workers_processors (void)
{
  cpu_set_t set;
  long n;

  if (sched_getaffinity (0, sizeof (set), &set) == 0 && CPU_COUNT (&set) > 0)
    return CPU_COUNT (&set);
  n = sysconf (_SC_NPROCESSORS_ONLN);
  return n > 0 ? (int) n : 1;
}

int
im_workers_threads (void)
{
  int n;

  pthread_mutex_lock (&pool.lock);
  n = pool.n_threads;
  pthread_mutex_unlock (&pool.lock);
  return n;
}
