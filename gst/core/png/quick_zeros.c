/* imbytes: zeros, the only repetitions that are worth looking for in haste.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "quick_private.h"

/* Zeros are looked for in groups. */
#define GROUP 32

/* Whether all of a group of bytes are 0. */
static inline bool
is_zero (const uint8_t *at)
{
  uint64_t any = 0;

  for (int i = 0; i < GROUP; i += 8)
    any |= im_load64 (at + i);
  return any == 0;
}

/* The block into steps: bytes as they are, and zeros. */
void
im_quick_find_zeros (ImQuick *self)
{
  const uint8_t *const begin = self->data + self->start;
  const uint8_t *const end = self->data + self->end;
  const uint8_t *at = begin, *literals = begin;
  size_t n = 0;

  for (; end - at >= GROUP; at += GROUP) {
    const uint8_t *run = at;

    if (!is_zero (at) || at == begin || at[-1] != 0)
      continue;
    while (end - at >= GROUP && is_zero (at))
      at += GROUP;
    for (size_t left = (size_t) (at - run), length; left > 0; left -= length) {
      length = left < IM_QUICK_MAX_MATCH + IM_QUICK_MIN_MATCH
          ? left
          : IM_QUICK_MAX_MATCH;
      if (length > IM_QUICK_MAX_MATCH)
        length -= IM_QUICK_MIN_MATCH;
      self->steps[n++] =
          (ImQuickStep){ (uint32_t) (run - literals), (uint16_t) length, 0 };
      run += length;
      literals = run;
    }
    at -= GROUP;
  }
  self->steps[n++] = (ImQuickStep){ (uint32_t) (end - literals), 0, 0 };
  self->n_steps = n;
}
