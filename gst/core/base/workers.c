/* imbytes: one pool of threads for the whole process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "workers.h"

#include <stdint.h>
#include <stdlib.h>

#include "compiler.h"
#include "system.h"

/* Lives on its caller's stack, and in the list until its last job is done. */
typedef struct _Batch Batch;
struct _Batch
{
  Batch *next;
  void (*job) (void *data, int index, int slot);
  void *data;
  int n_jobs, next_job, n_running;
  uint64_t free_slots;
  ImCond done;
};

static struct
{
  ImMutex lifecycle; /* held while threads are being ended */
  ImMutex lock;      /* guards all below */
  ImCond work;
  Batch *batches; /* the next one to serve comes first */
  int n_users;
  ImThread *threads;
  int n_threads;
  bool ending;
} pool = {
  .lifecycle = IM_MUTEX_INIT,
  .lock = IM_MUTEX_INIT,
  .work = IM_COND_INIT,
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

/* The next batch with a job and a slot to spare, moved behind all others. */
static Batch *
take_turn (void)
{
  for (Batch *batch = pool.batches; batch; batch = batch->next)
    if (batch->next_job < batch->n_jobs && batch->free_slots != 0) {
      remove_batch (batch);
      append_batch (batch);
      return batch;
    }
  return NULL;
}

/* Called with the lock held, and gives it up while the job runs. */
static void
run_one (Batch *batch, int slot)
{
  int index = batch->next_job++;

  batch->n_running++;
  im_mutex_unlock (&pool.lock);
  batch->job (batch->data, index, slot);
  im_mutex_lock (&pool.lock);
  batch->n_running--;
}

static void
serve (void)
{
  im_mutex_lock (&pool.lock);
  while (!pool.ending) {
    Batch *batch = take_turn ();
    int slot;

    if (batch == NULL) {
      im_cond_wait (&pool.work, &pool.lock);
      continue;
    }
    slot = im_lowest_bit (batch->free_slots);
    batch->free_slots &= ~(UINT64_C (1) << slot);
    run_one (batch, slot);
    batch->free_slots |= UINT64_C (1) << slot;
    if (batch->next_job == batch->n_jobs && batch->n_running == 0)
      im_cond_signal (&batch->done);
  }
  im_mutex_unlock (&pool.lock);
}

/* As many threads as @wanted, where the system gives them. */
static void
start_threads (int wanted)
{
  ImThread *threads;

  if (wanted <= pool.n_threads || pool.n_users == 0)
    return;
  threads = realloc (pool.threads, (size_t) wanted * sizeof (*threads));
  if (threads == NULL)
    return;
  pool.threads = threads;
  while (pool.n_threads < wanted) {
    if (!im_thread_start (&threads[pool.n_threads], serve))
      return;
    pool.n_threads++;
  }
}

void
im_workers_ref (void)
{
  im_mutex_lock (&pool.lifecycle);
  im_mutex_lock (&pool.lock);
  pool.n_users++;
  im_mutex_unlock (&pool.lock);
  im_mutex_unlock (&pool.lifecycle);
}

void
im_workers_unref (void)
{
  ImThread *threads = NULL;
  int n_threads = 0;

  im_mutex_lock (&pool.lifecycle);
  im_mutex_lock (&pool.lock);
  if (--pool.n_users == 0) {
    threads = pool.threads;
    n_threads = pool.n_threads;
    pool.threads = NULL;
    pool.n_threads = 0;
    pool.ending = true;
    im_cond_broadcast (&pool.work);
  }
  im_mutex_unlock (&pool.lock);
  for (int i = 0; i < n_threads; i++)
    im_thread_join (threads[i]);
  free (threads);
  im_mutex_lock (&pool.lock);
  pool.ending = false;
  im_mutex_unlock (&pool.lock);
  im_mutex_unlock (&pool.lifecycle);
}

static void
run_batch (Batch *batch, int slots)
{
  im_cond_init (&batch->done);
  im_mutex_lock (&pool.lock);
  append_batch (batch);
  start_threads (slots - 1);
  for (int i = 1; i < slots; i++)
    im_cond_signal (&pool.work);
  while (batch->next_job < batch->n_jobs)
    run_one (batch, 0);
  while (batch->n_running > 0)
    im_cond_wait (&batch->done, &pool.lock);
  remove_batch (batch);
  im_mutex_unlock (&pool.lock);
  im_cond_clear (&batch->done);
}

void
im_workers_run (void (*job) (void *data, int index, int slot), void *data,
    int n_jobs, int max_slots)
{
  int slots = max_slots < n_jobs ? max_slots : n_jobs;

  if (slots > IM_MAX_SLOTS)
    slots = IM_MAX_SLOTS;
  if (slots <= 1) {
    for (int i = 0; i < n_jobs; i++)
      job (data, i, 0);
    return;
  }
  /* The caller's own slot is 0. */
  run_batch (&(Batch){ .job = job,
                 .data = data,
                 .n_jobs = n_jobs,
                 .free_slots = (UINT64_MAX >> (IM_MAX_SLOTS - slots))
                     & ~UINT64_C (1) },
      slots);
}

int
im_workers_processors (void)
{
  return im_system_processors ();
}

int
im_workers_threads (void)
{
  int n;

  im_mutex_lock (&pool.lock);
  n = pool.n_threads;
  im_mutex_unlock (&pool.lock);
  return n;
}
