/* imbytes: what C11 leaves to the operating system: threads, processors and
 * aligned memory; POSIX on one side, Windows on the other.
 *
 * C11 has threads too, but they are optional, and ThreadSanitizer knows POSIX's.
 * Only workers.c and bytes.c see this.
 *
 * Thread-safety: safe from any thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#ifdef _WIN32
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>
typedef SRWLOCK ImMutex;
typedef CONDITION_VARIABLE ImCond;
typedef HANDLE ImThread;
#define IM_MUTEX_INIT SRWLOCK_INIT
#define IM_COND_INIT CONDITION_VARIABLE_INIT
#else
#include <pthread.h>
typedef pthread_mutex_t ImMutex;
typedef pthread_cond_t ImCond;
typedef pthread_t ImThread;
#define IM_MUTEX_INIT PTHREAD_MUTEX_INITIALIZER
#define IM_COND_INIT PTHREAD_COND_INITIALIZER
#endif

void im_mutex_lock (ImMutex *mutex);
void im_mutex_unlock (ImMutex *mutex);

void im_cond_init (ImCond *cond);
void im_cond_clear (ImCond *cond);
/* May return without a signal. */
void im_cond_wait (ImCond *cond, ImMutex *mutex);
void im_cond_signal (ImCond *cond);
void im_cond_broadcast (ImCond *cond);

/* False where the system gives no more threads. */
bool im_thread_start (ImThread *thread, void (*run) (void));
/* Waits for the end of @thread, once. */
void im_thread_join (ImThread thread);

/* Processors that this process may run on, at least 1. */
int im_system_processors (void);

/* Aligned where the system can free such memory by free (), which Windows
 * cannot. Nothing depends on the alignment but speed. @size: a multiple of
 * @alignment. NULL when out of memory. */
void *im_system_alloc (size_t alignment, size_t size);
