/* imbytes: the few rows of a picture that were made last.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ring.h"

#include <stdlib.h>

#include "core/base/bytes.h"

bool
im_ring_init (ImRing *ring, int rows, size_t row_size)
{
  ring->n_slots = 1;
  while (ring->n_slots < rows)
    ring->n_slots *= 2;
  ring->row_size = im_align (row_size);
  ring->row = im_alloc_array ((size_t) ring->n_slots, sizeof (*ring->row));
  ring->data = im_alloc_array ((size_t) ring->n_slots, ring->row_size);
  return ring->row != NULL && ring->data != NULL;
}

void
im_ring_clear (ImRing *ring)
{
  free (ring->row);
  free (ring->data);
}

void
im_ring_forget (ImRing *ring)
{
  for (int i = 0; i < ring->n_slots; i++)
    ring->row[i] = -1;
}
