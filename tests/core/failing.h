/* imbytes tests: allocations that fail.
 *
 * The linker puts these in the place of malloc () and its kin in all that is
 * linked statically, the core among it; see failing_link_args in meson.build.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Counts down to the allocation that fails; below 0: none does. */
extern atomic_long failing_at;
/* And so do all that come after it; then the count stays at 0. */
extern atomic_bool failing_all;
/* Since the program began. */
extern atomic_long failing_allocations;

/* Neither fails nor counts. */
void *__real_malloc (size_t size);
