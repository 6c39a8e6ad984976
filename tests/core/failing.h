/* imbytes tests: allocations that fail.
 *
 * The linker puts these in the place of malloc () and its kin in all that is
 * linked statically, the core among it; see failing_link_args in meson.build.
 * Where it is no linker of GNU's kind nothing fails, and tests that need it say
 * FAILING_OR_SKIP.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef HAVE_WRAP
#define FAILING_OR_SKIP \
  do { \
  } while (0)
#else
#define FAILING_OR_SKIP SKIP ("this linker has no --wrap")
#endif

/* Counts down to the allocation that fails; below 0: none does. */
extern atomic_long failing_at;
/* And so do all that come after it; then the count stays at 0. */
extern atomic_bool failing_all;
/* Since the program began. */
extern atomic_long failing_allocations;

/* Neither fails nor counts. */
void *__real_malloc (size_t size);
