/* imbytes: a growing run of bytes, and memory whose size was checked.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bytes.h"

#include <stdlib.h>
#include <string.h>

#include "system.h"

/* Small pictures fit at once, and allocators keep such sizes at hand. */
#define FIRST_CAPACITY 4096

bool
im_bytes_reserve (ImBytes *bytes, size_t extra)
{
  size_t capacity = bytes->capacity;
  uint8_t *data;

  if (extra <= capacity - bytes->size)
    return true;
  if (extra > SIZE_MAX - bytes->size)
    return false;

  /* Doubling, so that appending n bytes in pieces copies fewer than 2 n. */
  capacity = capacity > SIZE_MAX / 2 ? SIZE_MAX : capacity * 2;
  if (capacity < FIRST_CAPACITY)
    capacity = FIRST_CAPACITY;
  if (capacity < bytes->size + extra)
    capacity = bytes->size + extra;

  data = realloc (bytes->data, capacity);
  if (data == NULL)
    return false;
  bytes->data = data;
  bytes->capacity = capacity;
  return true;
}

bool
im_bytes_append (ImBytes *bytes, const void *data, size_t size)
{
  if (!im_bytes_reserve (bytes, size))
    return false;
  if (size > 0)
    memcpy (bytes->data + bytes->size, data, size);
  bytes->size += size;
  return true;
}

void
im_bytes_reset (ImBytes *bytes)
{
  bytes->size = 0;
}

void
im_bytes_clear (ImBytes *bytes)
{
  free (bytes->data);
  *bytes = (ImBytes){ 0 };
}

size_t
im_align (size_t size)
{
  return (size + IM_ALIGN - 1) / IM_ALIGN * IM_ALIGN;
}

void *
im_alloc_array (size_t count, size_t size)
{
  size_t total = count * size;

  if (size > 0 && count > (SIZE_MAX - IM_ALIGN) / size)
    return NULL;
  /* Zero bytes need not give an address. */
  return im_system_alloc (IM_ALIGN, im_align (total > 0 ? total : 1));
}
