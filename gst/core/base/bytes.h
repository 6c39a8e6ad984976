/* imbytes: a growing run of bytes, and memory whose size was checked.
 *
 * Thread-safety: one thread at a time for each ImBytes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero is an empty one. The memory survives im_bytes_reset (), so that in
 * the steady state nothing is allocated. */
typedef struct
{
  uint8_t *data;
  size_t size;     /* bytes in use */
  size_t capacity; /* bytes allocated */
} ImBytes;

/* Makes room for @extra bytes after those in use; false when out of memory,
 * and then nothing has changed. */
bool im_bytes_reserve (ImBytes *bytes, size_t extra);
bool im_bytes_append (ImBytes *bytes, const void *data, size_t size);
void im_bytes_reset (ImBytes *bytes);
void im_bytes_clear (ImBytes *bytes);

/* Every buffer that vector code touches starts on such a boundary. */
#define IM_ALIGN 64

/* @count elements of @size bytes, aligned to IM_ALIGN; NULL when out of memory
 * or where the product does not fit a size_t. Free with free (). */
void *im_alloc_array (size_t count, size_t size);
/* Rounded up to a multiple of IM_ALIGN. */
size_t im_align (size_t size);
