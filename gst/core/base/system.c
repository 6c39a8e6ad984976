/* imbytes: what C11 leaves to the operating system.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#if !defined(_WIN32) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* sched_getaffinity, pthread_setname_np */
#endif
#include "system.h"

#include <stdint.h>
#include <stdlib.h>

#ifdef _WIN32

void
im_mutex_lock (ImMutex *mutex)
{
  AcquireSRWLockExclusive (mutex);
}

void
im_mutex_unlock (ImMutex *mutex)
{
  ReleaseSRWLockExclusive (mutex);
}

void
im_cond_init (ImCond *cond)
{
  InitializeConditionVariable (cond);
}

void
im_cond_clear (ImCond *cond)
{
  (void) cond;
}

void
im_cond_wait (ImCond *cond, ImMutex *mutex)
{
  SleepConditionVariableSRW (cond, mutex, INFINITE, 0);
}

void
im_cond_signal (ImCond *cond)
{
  WakeConditionVariable (cond);
}

void
im_cond_broadcast (ImCond *cond)
{
  WakeAllConditionVariable (cond);
}

static DWORD WINAPI
thread_main (void *data)
{
  void (*run) (void) = (void (*) (void)) (uintptr_t) data;

  run ();
  return 0;
}

bool
im_thread_start (ImThread *thread, void (*run) (void))
{
  *thread =
      CreateThread (NULL, 0, thread_main, (void *) (uintptr_t) run, 0, NULL);
  return *thread != NULL;
}

void
im_thread_join (ImThread thread)
{
  WaitForSingleObject (thread, INFINITE);
  CloseHandle (thread);
}

int
im_system_processors (void)
{
  DWORD_PTR ours, all;
  int n = 0;

  if (!GetProcessAffinityMask (GetCurrentProcess (), &ours, &all))
    return 1;
  for (; ours != 0; ours &= ours - 1)
    n++;
  /* Of more than 64 processors a process may be on several groups, and then
   * both masks are 0. */
  return n > 0 ? n : (int) GetActiveProcessorCount (ALL_PROCESSOR_GROUPS);
}

void *
im_system_alloc (size_t alignment, size_t size)
{
  (void) alignment;
  return malloc (size);
}

#else

#include <sched.h>
#include <unistd.h>

void
im_mutex_lock (ImMutex *mutex)
{
  pthread_mutex_lock (mutex);
}

void
im_mutex_unlock (ImMutex *mutex)
{
  pthread_mutex_unlock (mutex);
}

void
im_cond_init (ImCond *cond)
{
  pthread_cond_init (cond, NULL);
}

void
im_cond_clear (ImCond *cond)
{
  pthread_cond_destroy (cond);
}

void
im_cond_wait (ImCond *cond, ImMutex *mutex)
{
  pthread_cond_wait (cond, mutex);
}

void
im_cond_signal (ImCond *cond)
{
  pthread_cond_signal (cond);
}

void
im_cond_broadcast (ImCond *cond)
{
  pthread_cond_broadcast (cond);
}

static void *
thread_main (void *data)
{
  void (*run) (void) = (void (*) (void)) (uintptr_t) data;

#if defined(__APPLE__)
  pthread_setname_np ("imbytes");
#elif defined(__linux__)
  pthread_setname_np (pthread_self (), "imbytes");
#endif
  run ();
  return NULL;
}

bool
im_thread_start (ImThread *thread, void (*run) (void))
{
  return pthread_create (thread, NULL, thread_main, (void *) (uintptr_t) run)
      == 0;
}

void
im_thread_join (ImThread thread)
{
  pthread_join (thread, NULL);
}

int
im_system_processors (void)
{
  long n;

#ifdef __linux__
  cpu_set_t set;

  if (sched_getaffinity (0, sizeof (set), &set) == 0 && CPU_COUNT (&set) > 0)
    return CPU_COUNT (&set);
#endif
  n = sysconf (_SC_NPROCESSORS_ONLN);
  return n > 0 ? (int) n : 1;
}

void *
im_system_alloc (size_t alignment, size_t size)
{
  return aligned_alloc (alignment, size);
}

#endif
