/* imbytes fuzzing: memories of frames and allocators of a downstream.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "element_memory.h"

#include <stdlib.h>
#include <string.h>

typedef struct
{
  GstMemory memory;
  guint8 *data;
} FuzzMemory;

typedef struct
{
  GstAllocator parent;
  FuzzAllocatorKind kind;
} FuzzAllocator;

typedef GstAllocatorClass FuzzAllocatorClass;

GType fuzz_allocator_get_type (void);
G_DEFINE_TYPE (FuzzAllocator, fuzz_allocator, GST_TYPE_ALLOCATOR)

static GstMemory *
fuzz_allocator_alloc (GstAllocator *allocator, gsize size,
    GstAllocationParams *params)
{
  FuzzAllocatorKind kind = ((FuzzAllocator *) allocator)->kind;
  GstMemoryFlags flags = params->flags;
  FuzzMemory *memory;
  gsize whole;

  if (kind == FUZZ_ALLOCATOR_NONE)
    return NULL;
  if (kind == FUZZ_ALLOCATOR_SHORT)
    size -= MIN (size, 1 + size / 3);
  else if (kind == FUZZ_ALLOCATOR_LONG)
    size += 7;
  else if (kind == FUZZ_ALLOCATOR_READ_ONLY)
    flags |= GST_MEMORY_FLAG_READONLY;
  whole = params->prefix + size + params->padding;
  memory = g_new0 (FuzzMemory, 1);
  memory->data = malloc (whole);
  gst_memory_init (GST_MEMORY_CAST (memory), flags, allocator, NULL, whole, 0,
      params->prefix, size);
  return GST_MEMORY_CAST (memory);
}

static void
fuzz_allocator_free (GstAllocator *allocator, GstMemory *memory)
{
  FuzzMemory *self = (FuzzMemory *) memory;

  (void) allocator;
  if (memory->parent == NULL)
    free (self->data);
  g_free (self);
}

static gpointer
map (GstMemory *memory, gsize size, GstMapFlags flags)
{
  (void) size;
  (void) flags;
  return ((FuzzAllocator *) memory->allocator)->kind
          == FUZZ_ALLOCATOR_UNMAPPABLE
      ? NULL
      : ((FuzzMemory *) memory)->data;
}

static void
unmap (GstMemory *memory)
{
  (void) memory;
}

static GstMemory *
share (GstMemory *memory, gssize offset, gssize size)
{
  GstMemory *parent = memory->parent != NULL ? memory->parent : memory;
  FuzzMemory *part = g_new0 (FuzzMemory, 1);

  if (size == -1)
    size = (gssize) memory->size - offset;
  part->data = ((FuzzMemory *) memory)->data;
  gst_memory_init (GST_MEMORY_CAST (part),
      GST_MINI_OBJECT_FLAGS (parent) | GST_MINI_OBJECT_FLAG_LOCK_READONLY,
      memory->allocator, parent, memory->maxsize, memory->align,
      memory->offset + (gsize) offset, (gsize) size);
  return GST_MEMORY_CAST (part);
}

static void
fuzz_allocator_class_init (FuzzAllocatorClass *klass)
{
  klass->alloc = fuzz_allocator_alloc;
  klass->free = fuzz_allocator_free;
}

static void
fuzz_allocator_init (FuzzAllocator *self)
{
  GstAllocator *allocator = GST_ALLOCATOR_CAST (self);

  allocator->mem_type = "fuzz";
  allocator->mem_map = map;
  allocator->mem_unmap = unmap;
  allocator->mem_share = share;
  GST_OBJECT_FLAG_SET (allocator, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

GstAllocator *
fuzz_allocator_new (FuzzAllocatorKind kind)
{
  FuzzAllocator *self = g_object_new (fuzz_allocator_get_type (), NULL);

  gst_object_ref_sink (self);
  self->kind = kind;
  return GST_ALLOCATOR_CAST (self);
}

/* Noise, slopes, one value, or what is left of the bytes over and over. */
static void
fill (guint8 *data, gsize size, FuzzBytes *bytes)
{
  guint kind = fuzz_take (bytes, 4), state = fuzz_take (bytes, 1u << 24);

  for (gsize i = 0; i < size; i++) {
    if (kind == 0)
      state = state * 1664525u + 1013904223u;
    else if (kind == 1)
      state += i % 61 == 0 ? 1u << 18 : 0;
    data[i] = kind == 3 && bytes->left > 0 ? bytes->at[i % bytes->left]
                                           : (guint8) (state >> 16);
  }
}

static GstMemory *
take_unmappable (gsize size)
{
  GstAllocator *allocator = fuzz_allocator_new (FUZZ_ALLOCATOR_UNMAPPABLE);
  GstMemory *memory = gst_allocator_alloc (allocator, size, NULL);

  gst_object_unref (allocator);
  return memory;
}

GstMemory *
fuzz_take_memory (FuzzBytes *bytes, gsize size)
{
  gsize before = fuzz_one_in (bytes, 4) ? fuzz_take (bytes, 40) : 0;
  GstMemoryFlags flags = fuzz_one_in (bytes, 4) ? GST_MEMORY_FLAG_READONLY : 0;
  GstMemory *memory, *part;
  guint8 *data;

  if (fuzz_one_in (bytes, 64))
    return take_unmappable (size);
  data = malloc (before + size);
  fill (data, before + size, bytes);
  memory = gst_memory_new_wrapped (flags, data, before + size, before, size,
      data, free);
  if (!fuzz_one_in (bytes, 8))
    return memory;
  part = gst_memory_share (memory, 0, -1);
  gst_memory_unref (memory);
  return part;
}
