/* imbytes: repetitions at the latest places where a few bytes were.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "quick_private.h"

#define MAX_KEY 8
/* As long ones are taken, whatever they cost. */
#define MAX_SUMMED 24
#define MAX_REMEMBERED 32
/* Bits for the length and the distance, without those that follow the latter's
 * code: what made photographs smallest. */
#define MATCH_PRICE 12

typedef struct
{
  int gain;
  uint16_t length, distance; /* less one */
} Match;

/* What is looked for: where these bytes begin, and where the block ends. */
typedef struct
{
  const uint8_t *at, *end;
  uint32_t position;
} Place;

/* Where bytes as those at @at were seen before, the first @key of them. */
static inline uint32_t *
seen_at (ImQuick *self, const uint8_t *at, int key, int table)
{
  uint64_t bytes = im_load64 (at) << (64 - 8 * key);
  uint64_t hash = bytes * UINT64_C (0x9e3779b97f4a7c15)
      >> (64 - IM_QUICK_TABLE_BITS);

  return &self->tables->latest[table][hash];
}

/* Bits saved by a repetition, less than 1 if none. Where it is short, the bytes
 * it stands for are added up one by one. */
static inline int
gain (const ImQuick *self, const uint8_t *at, size_t length, uint32_t distance)
{
  int saved = -MATCH_PRICE
      - im_quick_distance_extra[im_quick_distance_symbol (self,
          (int) distance)];

  if (length >= MAX_SUMMED)
    return (int) length;
  for (size_t i = 0; i < length; i++)
    saved += self->cost[at[i]];
  return saved;
}

/* Enters @place into a table, and makes *@best of what was there, if that is
 * better. */
static inline void
try_latest (ImQuick *self, const Place *place, int key, int table, Match *best)
{
  const uint8_t *at = place->at;
  const size_t seen = (size_t) (at - self->data);
  uint32_t *known = seen_at (self, at, key, table);
  uint32_t distance = place->position - *known;
  size_t length, left = (size_t) (place->end - at);
  int bits;

  *known = place->position;
  if (distance - 1 >= IM_QUICK_WINDOW || distance > seen
      || (im_load64 (at) ^ im_load64 (at - distance)) << (64 - 8 * key) != 0)
    return;
  length = im_quick_match_length (at, at - distance,
      left < IM_QUICK_MAX_MATCH ? left : IM_QUICK_MAX_MATCH);
  bits = gain (self, at, length, distance);
  if (bits > best->gain)
    *best = (Match){ bits, (uint16_t) length, (uint16_t) (distance - 1) };
}

/* @keys: bytes that have to agree, in each of two tables; 0: there is one. */
static inline Match
find_match (ImQuick *self, const Place *place, const int keys[2])
{
  Match best = { 0, 0, 0 };

  try_latest (self, place, keys[0], 0, &best);
  if (keys[1] > 0)
    try_latest (self, place, keys[1], 1, &best);
  return best;
}

static inline void
remember (ImQuick *self, const uint8_t *from, const uint8_t *to,
    uint32_t position, const int keys[2])
{
  size_t n = (size_t) (to - from);
  size_t skip = n > MAX_REMEMBERED ? n - MAX_REMEMBERED / 2 : 0;

  if (from >= to)
    return;
  for (from += skip, position += (uint32_t) skip; from < to; from++) {
    *seen_at (self, from, keys[0], 0) = position;
    if (keys[1] > 0)
      *seen_at (self, from, keys[1], 1) = position;
    position++;
  }
}

/* The block into steps. Compiled for each pair of keys. */
static inline void
find_with_keys (ImQuick *self, const int keys[2])
{
  const uint8_t *const begin = self->data + self->start;
  const uint8_t *const end = self->data + self->end;
  const uint8_t *const stop = end - begin > MAX_KEY ? end - MAX_KEY : begin;
  const uint8_t *at = begin, *literals = begin;
  const uint32_t first = self->position;
  Match match = { 0, 0, 0 };
  size_t n = 0;

  while (at < stop) {
    Place place = { at, end, first + (uint32_t) (at - begin) };
    Match next = find_match (self, &place, keys);

    if (match.gain > 0 && next.gain <= match.gain) {
      at--;
    } else if (next.gain <= 0) {
      at += 1 + ((size_t) (at - literals) >> self->effort.skip);
      continue;
    } else {
      match = next;
      /* One byte later it may be longer. */
      if (match.length < MAX_SUMMED && at + 1 < stop) {
        at++;
        continue;
      }
    }
    self->steps[n++] = (ImQuickStep){ (uint32_t) (at - literals), match.length,
      match.distance };
    literals = at + match.length;
    remember (self, at + 1, literals < stop ? literals : stop,
        first + (uint32_t) (at + 1 - begin), keys);
    at = literals;
    match.gain = 0;
  }
  self->steps[n++] = (ImQuickStep){ (uint32_t) (end - literals), 0, 0 };
  self->n_steps = n;
}

void
im_quick_find_by_table (ImQuick *self)
{
  static const int short_and_long[2] = { 3, 6 }, one[2] = { 5, 0 };

  if (self->effort.short_keys)
    find_with_keys (self, short_and_long);
  else
    find_with_keys (self, one);
}
