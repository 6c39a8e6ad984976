/* imbytes fuzzing: memories of frames and allocators of a downstream, each block
 * on the heap as long as it says.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "element.h"

G_BEGIN_DECLS

/* What an allocator does. */
typedef enum
{
  FUZZ_ALLOCATOR_PLAIN,
  FUZZ_ALLOCATOR_NONE,      /* gives no memory */
  FUZZ_ALLOCATOR_SHORT,     /* gives less than was asked for */
  FUZZ_ALLOCATOR_READ_ONLY, /* gives memory that cannot be written */
  FUZZ_ALLOCATOR_UNMAPPABLE,
  FUZZ_ALLOCATOR_LONG,
  FUZZ_N_ALLOCATORS
} FuzzAllocatorKind;

GstAllocator *fuzz_allocator_new (FuzzAllocatorKind kind);

/* @size bytes of it, filled, which may be a part of a larger one, or read-only, or
 * such as cannot be mapped. */
GstMemory *fuzz_take_memory (FuzzBytes *bytes, gsize size);

G_END_DECLS
