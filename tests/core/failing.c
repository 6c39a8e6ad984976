/* imbytes tests: allocations that fail.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "failing.h"

#include <stdlib.h>

/* Relaxed, so that counting puts the threads that allocate in no order. */
atomic_long failing_at = -1;
atomic_bool failing_all;
atomic_long failing_allocations;

#ifndef HAVE_WRAP

void *
__real_malloc (size_t size)
{
  return malloc (size);
}

#else

static bool
fails (void)
{
  long left = atomic_load_explicit (&failing_at, memory_order_relaxed);
  bool all = atomic_load_explicit (&failing_all, memory_order_relaxed);

  atomic_fetch_add_explicit (&failing_allocations, 1, memory_order_relaxed);
  while (left >= 0
      && !atomic_compare_exchange_weak_explicit (&failing_at, &left,
          all && left == 0 ? 0 : left - 1, memory_order_relaxed,
          memory_order_relaxed))
    ;
  return left == 0;
}

void *__real_calloc (size_t count, size_t size);
void *__real_realloc (void *old, size_t size);
void *__real_aligned_alloc (size_t alignment, size_t size);
void *__wrap_malloc (size_t size);
void *__wrap_calloc (size_t count, size_t size);
void *__wrap_realloc (void *old, size_t size);
void *__wrap_aligned_alloc (size_t alignment, size_t size);

void *
__wrap_malloc (size_t size)
{
  return fails () ? NULL : __real_malloc (size);
}

void *
__wrap_calloc (size_t count, size_t size)
{
  return fails () ? NULL : __real_calloc (count, size);
}

void *
__wrap_realloc (void *old, size_t size)
{
  return fails () ? NULL : __real_realloc (old, size);
}

void *
__wrap_aligned_alloc (size_t alignment, size_t size)
{
  return fails () ? NULL : __real_aligned_alloc (alignment, size);
}

#endif
