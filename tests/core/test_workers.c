/* imbytes tests: workers.
 *
 * pthread_create () and realloc () are wrapped by the linker, where it can, so
 * that threads can be had no more.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/base/workers.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>

#include "failing.h"
#include "testing.h"

#define N_CALLERS 100
/* What has to happen happens long before; milliseconds. */
#define PATIENCE 300000

/* How many threads the core may still create; below 0: any number. */
static atomic_int threads_to_give = -1;
static atomic_bool realloc_fails;

typedef void *(*ThreadFunc) (void *data);

#ifdef HAVE_WRAP
int __real_pthread_create (pthread_t *thread, const pthread_attr_t *attr,
    ThreadFunc func, void *data);
int __wrap_pthread_create (pthread_t *thread, const pthread_attr_t *attr,
    ThreadFunc func, void *data);
void *__real_realloc (void *old, size_t size);
void *__wrap_realloc (void *old, size_t size);

int
__wrap_pthread_create (pthread_t *thread, const pthread_attr_t *attr,
    ThreadFunc func, void *data)
{
  if (threads_to_give == 0)
    return EAGAIN;
  if (threads_to_give > 0)
    threads_to_give--;
  return __real_pthread_create (thread, attr, func, data);
}

void *
__wrap_realloc (void *old, size_t size)
{
  return realloc_fails ? NULL : __real_realloc (old, size);
}
#endif

static void
nap (void)
{
  nanosleep (&(struct timespec){ 0, 1000000 }, NULL);
}

/* False where @value has not reached @wanted after a long time. */
static bool
wait_for (atomic_int *value, int wanted)
{
  for (int i = 0; i < PATIENCE; i++) {
    if (atomic_load (value) >= wanted)
      return true;
    nap ();
  }
  return false;
}

/* What a batch is seen to do. CHECK is for one thread alone, so jobs count what
 * goes wrong. */
typedef struct
{
  atomic_int done[1000];
  atomic_int slot_in_use[IM_MAX_SLOTS];
  int n_slots; /* slots must be below */
  atomic_int n_running, most_running, n_wrong;
} Watch;

static void
watched_job (void *data, int index, int slot)
{
  Watch *watch = data;
  int running = atomic_fetch_add (&watch->n_running, 1) + 1;
  int most = atomic_load (&watch->most_running);

  while (running > most
      && !atomic_compare_exchange_weak (&watch->most_running, &most, running))
    ;
  if (slot < 0 || slot >= watch->n_slots) {
    atomic_fetch_add (&watch->n_wrong, 1);
  } else {
    if (atomic_exchange (&watch->slot_in_use[slot], 1) != 0)
      atomic_fetch_add (&watch->n_wrong, 1);
    if (index % 7 == 0)
      sched_yield ();
    atomic_store (&watch->slot_in_use[slot], 0);
  }
  atomic_fetch_add (&watch->done[index], 1);
  atomic_fetch_sub (&watch->n_running, 1);
}

static void
run_watched (int n_jobs, int max_slots)
{
  static Watch watch;
  bool held = true;

  memset (&watch, 0, sizeof (watch));
  watch.n_slots = max_slots < 1  ? 1
      : max_slots > IM_MAX_SLOTS ? IM_MAX_SLOTS
                                 : max_slots;
  im_workers_run (watched_job, &watch, n_jobs, max_slots);
  for (int i = 0; i < 1000; i++)
    held &= CHECK_EQUAL (watch.done[i], i < n_jobs);
  held &= CHECK_EQUAL (watch.n_wrong, 0);
  held &= CHECK_EQUAL (watch.n_running, 0);
  held &= CHECK (watch.most_running <= watch.n_slots);
  if (!held)
    printf ("  %d jobs, %d slots\n", n_jobs, max_slots);
}

static void
test_every_job_once (void)
{
  static const int n_jobs[] = { 0, 1, 2, 3, 7, 64, 65, 1000 };
  static const int slots[] = { 0, 1, 2, 3, 8, 64, 65, 1000 };

  im_workers_ref ();
  for (int turn = 0; turn < 3; turn++)
    for (int j = 0; j < 8; j++)
      for (int l = 0; l < 8; l++)
        run_watched (n_jobs[j], slots[l]);
  im_workers_unref ();
}

/* Holds whoever comes until it is opened. */
typedef struct
{
  pthread_t caller;
  atomic_int open, n_in, n_done, n_by_caller;
} Gate;

static void
job_until_caller_works (void *data, int index, int slot)
{
  Gate *gate = data;

  (void) index;
  (void) slot;
  if (pthread_equal (pthread_self (), gate->caller)) {
    atomic_fetch_add (&gate->n_by_caller, 1);
    atomic_store (&gate->open, 1);
  }
  if (wait_for (&gate->open, 1))
    atomic_fetch_add (&gate->n_done, 1);
}

static void
test_caller_works_too (void)
{
  im_workers_ref ();
  for (int slots = 2; slots < 6; slots++) {
    Gate gate = { .caller = pthread_self () };

    im_workers_run (job_until_caller_works, &gate, slots, slots);
    CHECK (gate.n_by_caller > 0);
    CHECK_EQUAL (gate.n_done, slots);
  }
  im_workers_unref ();
}

static void
job_at_gate (void *data, int index, int slot)
{
  Gate *gate = data;

  (void) index;
  (void) slot;
  atomic_fetch_add (&gate->n_in, 1);
  if (wait_for (&gate->open, 1))
    atomic_fetch_add (&gate->n_done, 1);
}

static void
job_that_meets (void *data, int index, int slot)
{
  Gate *gate = data;

  (void) index;
  (void) slot;
  atomic_fetch_add (&gate->n_in, 1);
  if (wait_for (&gate->n_in, 4))
    atomic_fetch_add (&gate->n_done, 1);
}

/* Jobs that end only when all run at once: threads that sleep have to wake. */
static void
test_threads_wake (void)
{
  im_workers_ref ();
  for (int turn = 0; turn < 20; turn++) {
    Gate gate = { .open = 0 };

    im_workers_run (job_that_meets, &gate, 4, 4);
    if (!CHECK_EQUAL (gate.n_done, 4))
      break;
    nap ();
  }
  im_workers_unref ();
}

static void *
run_at_gate (void *gate)
{
  im_workers_run (job_at_gate, gate, 12, 4);
  return NULL;
}

static void
job_count (void *data, int index, int slot)
{
  (void) index;
  (void) slot;
  atomic_fetch_add ((atomic_int *) data, 1);
}

/* One caller's jobs hold every thread there is; another's batch ends. */
static void
test_no_waiting_for_others (void)
{
  Gate gate = { .open = 0 };
  atomic_int count = 0;
  pthread_t thread;

  im_workers_ref ();
  pthread_create (&thread, NULL, run_at_gate, &gate);
  CHECK (wait_for (&gate.n_in, 4));
  CHECK_EQUAL (im_workers_threads (), 3);
  for (int i = 0; i < 50; i++)
    im_workers_run (job_count, &count, 20, 4);
  CHECK_EQUAL (count, 1000);
  /* Nobody else's slots were given to the batch that waits. */
  CHECK_EQUAL (gate.n_in, 4);
  CHECK_EQUAL (gate.n_done, 0);
  atomic_store (&gate.open, 1);
  pthread_join (thread, NULL);
  CHECK_EQUAL (gate.n_done, 12);
  im_workers_unref ();
}

static void
job_with_batch (void *data, int index, int slot)
{
  (void) index;
  (void) slot;
  im_workers_run (job_count, data, 10, 3);
}

static void
test_batch_in_batch (void)
{
  atomic_int count = 0;

  im_workers_ref ();
  im_workers_run (job_with_batch, &count, 30, 4);
  CHECK_EQUAL (count, 300);
  im_workers_unref ();
}

static int
count_tasks (void)
{
  DIR *dir = opendir ("/proc/self/task");
  int n = 0;

  if (dir == NULL)
    return -1;
  for (struct dirent *entry = readdir (dir); entry; entry = readdir (dir))
    n += entry->d_name[0] != '.';
  closedir (dir);
  return n;
}

/* Before any test, and after a first thread has come and gone: qemu and the
 * sanitizers have threads of their own, which some start with the first of ours. */
static int tasks_at_start;

static void
count_tasks_at_start (void)
{
  atomic_int count = 0;

  im_workers_ref ();
  im_workers_run (job_count, &count, 10, 2);
  im_workers_unref ();
  tasks_at_start = count_tasks ();
  for (int i = 0; i < 200; i++) {
    int n = count_tasks ();

    if (n < tasks_at_start)
      tasks_at_start = n;
    nap ();
  }
}

/* A thread that was joined may be listed for a moment still. */
static bool
tasks_become (int n)
{
  for (int i = 0; i < PATIENCE; i++) {
    if (count_tasks () == n)
      return true;
    nap ();
  }
  return false;
}

static void
test_threads_come_and_go (void)
{
  atomic_int count = 0;
  int before = tasks_at_start;

  if (before < 0)
    SKIP ("there is no /proc/self/task");
  /* Threads that earlier tests have joined are gone. */
  CHECK (tasks_become (before));
  im_workers_run (job_count, &count, 10, 4);
  CHECK_EQUAL (im_workers_threads (), 0);
  im_workers_ref ();
  im_workers_ref ();
  im_workers_run (job_count, &count, 10, 1);
  im_workers_run (job_count, &count, 1, 8);
  im_workers_run (job_count, &count, 0, 8);
  CHECK_EQUAL (im_workers_threads (), 0);
  CHECK (tasks_become (before));
  im_workers_run (job_count, &count, 10, 3);
  CHECK_EQUAL (im_workers_threads (), 2);
  im_workers_run (job_count, &count, 5, 8);
  CHECK_EQUAL (im_workers_threads (), 4);
  im_workers_run (job_count, &count, 10, 8);
  im_workers_run (job_count, &count, 10, 2);
  CHECK_EQUAL (im_workers_threads (), 7);
  CHECK (tasks_become (before + 7));
  im_workers_unref ();
  CHECK_EQUAL (im_workers_threads (), 7);
  im_workers_unref ();
  CHECK_EQUAL (im_workers_threads (), 0);
  CHECK (tasks_become (before));
  CHECK_EQUAL (count, 56);
}

static void *
come_and_go (void *data)
{
  atomic_int *n_wrong = data;

  for (int i = 0; i < 150; i++) {
    atomic_int count = 0;

    im_workers_ref ();
    im_workers_run (job_count, &count, 9, 2 + i % 4);
    if (count != 9)
      atomic_fetch_add (n_wrong, 1);
    im_workers_unref ();
  }
  return NULL;
}

static void
test_users_come_and_go (void)
{
  atomic_int n_wrong = 0;
  pthread_t threads[8];

  for (int i = 0; i < 8; i++)
    pthread_create (&threads[i], NULL, come_and_go, &n_wrong);
  for (int i = 0; i < 8; i++)
    pthread_join (threads[i], NULL);
  CHECK_EQUAL (n_wrong, 0);
  CHECK_EQUAL (im_workers_threads (), 0);
}

/* A hundred callers and one thread of the pool between them. Each caller is
 * held in a job of its own, so that the thread alone gets ahead. */
#define TURNS 20
static struct
{
  Gate gate;
  atomic_int n_served, largest_lead;
  atomic_int served[N_CALLERS];
} queue;

static void
job_in_queue (void *data, int index, int slot)
{
  int caller = (int) ((atomic_int *) data - queue.served), least = TURNS, lead;

  (void) index;
  if (slot == 0) {
    atomic_fetch_add (&queue.gate.n_in, 1);
    wait_for (&queue.gate.open, 1);
    return;
  }
  wait_for (&queue.gate.n_in, N_CALLERS);
  atomic_fetch_add (&queue.served[caller], 1);
  for (int i = 0; i < N_CALLERS; i++)
    if (queue.served[i] < least)
      least = queue.served[i];
  lead = queue.served[caller] - least;
  if (lead > queue.largest_lead)
    queue.largest_lead = lead;
  if (atomic_fetch_add (&queue.n_served, 1) + 1 == N_CALLERS * TURNS)
    atomic_store (&queue.gate.open, 1);
}

static void *
call_in_queue (void *served)
{
  im_workers_run (job_in_queue, served, TURNS + 1, 2);
  return NULL;
}

static void
test_turns (void)
{
  pthread_t threads[N_CALLERS];

  im_workers_ref ();
  for (int i = 0; i < N_CALLERS; i++)
    pthread_create (&threads[i], NULL, call_in_queue, &queue.served[i]);
  for (int i = 0; i < N_CALLERS; i++)
    pthread_join (threads[i], NULL);
  CHECK_EQUAL (im_workers_threads (), 1);
  CHECK_EQUAL (queue.n_served, N_CALLERS * TURNS);
  /* Two: the first served was so before the others stood behind it. */
  CHECK (queue.largest_lead <= 2);
  im_workers_unref ();
}

static void *
call_often (void *data)
{
  atomic_int count = 0;

  for (int i = 0; i < 40; i++)
    im_workers_run (job_count, &count, 1 + i % 9, 1 + i % 8);
  atomic_store ((atomic_int *) data, count);
  return NULL;
}

static void
test_hundred_callers (void)
{
  pthread_t threads[N_CALLERS];
  atomic_int counts[N_CALLERS];
  int expected = 0;

  for (int i = 0; i < 40; i++)
    expected += 1 + i % 9;
  im_workers_ref ();
  for (int i = 0; i < N_CALLERS; i++)
    pthread_create (&threads[i], NULL, call_often, &counts[i]);
  for (int i = 0; i < N_CALLERS; i++)
    pthread_join (threads[i], NULL);
  for (int i = 0; i < N_CALLERS; i++)
    CHECK_EQUAL (counts[i], expected);
  CHECK (im_workers_threads () <= 7);
  im_workers_unref ();
}

static void
test_no_threads_to_be_had (void)
{
  FAILING_OR_SKIP;
  im_workers_ref ();
  realloc_fails = true;
  run_watched (40, 8);
  CHECK_EQUAL (im_workers_threads (), 0);
  realloc_fails = false;
  threads_to_give = 0;
  run_watched (40, 8);
  CHECK_EQUAL (im_workers_threads (), 0);
  threads_to_give = 2;
  run_watched (40, 8);
  CHECK_EQUAL (im_workers_threads (), 2);
  realloc_fails = true;
  run_watched (40, 8);
  CHECK_EQUAL (im_workers_threads (), 2);
  realloc_fails = false;
  threads_to_give = -1;
  run_watched (40, 8);
  CHECK_EQUAL (im_workers_threads (), 7);
  im_workers_unref ();
}

static void
test_processors (void)
{
#ifndef __linux__
  CHECK (im_workers_processors () >= 1);
#else
  cpu_set_t all, one;

  CHECK_EQUAL (sched_getaffinity (0, sizeof (all), &all), 0);
  CHECK_EQUAL (im_workers_processors (), CPU_COUNT (&all));
  CPU_ZERO (&one);
  for (int i = 0; i < CPU_SETSIZE && CPU_COUNT (&one) == 0; i++)
    if (CPU_ISSET (i, &all))
      CPU_SET (i, &one);
  CHECK_EQUAL (sched_setaffinity (0, sizeof (one), &one), 0);
  CHECK_EQUAL (im_workers_processors (), 1);
  CHECK_EQUAL (sched_setaffinity (0, sizeof (all), &all), 0);
#endif
}

static const Test tests[] = { TEST (test_every_job_once),
  TEST (test_caller_works_too), TEST (test_threads_wake),
  TEST (test_no_waiting_for_others), TEST (test_batch_in_batch),
  TEST (test_threads_come_and_go), TEST (test_users_come_and_go),
  TEST (test_turns), TEST (test_hundred_callers),
  TEST (test_no_threads_to_be_had), TEST (test_processors) };

int
main (void)
{
  count_tasks_at_start ();
  return TESTS_RUN (tests);
}
