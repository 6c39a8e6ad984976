/* imbytes: the few rows of a picture that were made last.
 *
 * Thread-safety: one thread at a time for each ring.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Row y lies in slot y % n_slots; n_slots is a power of two. */
typedef struct
{
  int n_slots;
  int *row;        /* which row a slot holds; -1: none */
  size_t row_size; /* bytes */
  uint8_t *data;
} ImRing;

/* Of at least @rows rows of @row_size bytes, of which it holds none until it is told to
 * forget them. False when out of memory; it has to be cleared all the same. */
bool im_ring_init (ImRing *ring, int rows, size_t row_size);
void im_ring_clear (ImRing *ring);
void im_ring_forget (ImRing *ring);

/* The memory of row @y; *@held says whether it is there already. */
static inline void *
im_ring_slot (ImRing *ring, int y, bool *held)
{
  int slot = y & (ring->n_slots - 1);

  *held = ring->row[slot] == y;
  ring->row[slot] = y;
  return ring->data + (size_t) slot * ring->row_size;
}
