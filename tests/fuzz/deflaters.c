/* imbytes fuzzing: what compresses PNG is used again.
 *
 * Its tables are some hundred kilobytes, and to have them from the system and
 * give them back, with a sanitizer between, takes longer than a small picture
 * from end to end. The linker puts these in the place of im_deflate_new () and
 * im_deflate_free (); im_deflate_begin () forgets all that came before.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <pthread.h>

#include "core/png/deflate.h"

#define MOST_KEPT 16

ImDeflate *__real_im_deflate_new (ImQuickEffort effort, int period);
void __real_im_deflate_free (ImDeflate *self);
ImDeflate *__wrap_im_deflate_new (ImQuickEffort effort, int period);
void __wrap_im_deflate_free (ImDeflate *self);

typedef struct
{
  ImDeflate *deflate; /* NULL: none */
  ImQuickEffort effort;
  int period;
  bool is_used;
} Slot;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Slot slots[MOST_KEPT];

/* One of @effort and @period that is not used, or an empty slot. */
static Slot *
find_slot (ImQuickEffort effort, int period)
{
  Slot *empty = NULL;

  for (int i = 0; i < MOST_KEPT; i++) {
    if (slots[i].deflate != NULL && !slots[i].is_used
        && slots[i].effort == effort && slots[i].period == period)
      return &slots[i];
    if (slots[i].deflate == NULL)
      empty = &slots[i];
  }
  return empty;
}

ImDeflate *
__wrap_im_deflate_new (ImQuickEffort effort, int period)
{
  ImDeflate *deflate;
  Slot *slot;

  pthread_mutex_lock (&lock);
  slot = find_slot (effort, period);
  if (slot == NULL) {
    deflate = __real_im_deflate_new (effort, period);
  } else {
    if (slot->deflate == NULL)
      *slot = (Slot){ __real_im_deflate_new (effort, period), effort, period,
        true };
    slot->is_used = slot->deflate != NULL;
    deflate = slot->deflate;
  }
  pthread_mutex_unlock (&lock);
  return deflate;
}

void
__wrap_im_deflate_free (ImDeflate *self)
{
  bool is_kept = false;

  pthread_mutex_lock (&lock);
  for (int i = 0; i < MOST_KEPT && self != NULL && !is_kept; i++) {
    is_kept = slots[i].deflate == self;
    if (is_kept)
      slots[i].is_used = false;
  }
  pthread_mutex_unlock (&lock);
  if (!is_kept)
    __real_im_deflate_free (self);
}
