/* imbytes: one pool of threads for the whole process.
 *
 * It knows nothing of what its jobs are. A batch is a number of jobs that may
 * run in any order; its caller works on it too, so that a batch is finished
 * even where no thread can be had, and no caller ever waits for another's
 * batch. Threads take one job at a time, from the batches in turn: a hundred
 * callers share the processors evenly.
 *
 * Threads start when a batch first has use for them and end with the last user.
 *
 * Thread-safety: safe from any thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

/* Most jobs of one batch that ever run at once. */
#define IM_MAX_SLOTS 64

/* A user keeps the threads alive between its batches. The last one to leave
 * waits until they have ended; it must not have a batch running. */
void im_workers_ref (void);
void im_workers_unref (void);

/* Runs @job for each index in [0, @n_jobs), at most @max_slots (and never more
 * than IM_MAX_SLOTS) at once, and returns when all are done. @slot is below
 * that, and no two jobs that run at once have the same. One slot is always
 * there: the caller's own, 0. A job may run a batch itself. */
void im_workers_run (void (*job) (void *data, int index, int slot), void *data,
    int n_jobs, int max_slots);

/* Processors that this process may run on. */
int im_workers_processors (void);

/* Threads of the pool that exist now; the callers are not counted. */
int im_workers_threads (void);
