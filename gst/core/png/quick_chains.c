/* imbytes: repetitions along chains of all places where a few bytes were.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdlib.h>

#include "quick_private.h"

/* Bytes that are hashed and compared at once. */
#define MAX_KEY 8

/* Of bytes that are those a pixel later. Longer than the longest repetition by one,
 * whose end is seen. */
#define SHORTEST_RUN 4
#define LONGEST_RUN 259

/* Of a place, at most; of a block, so many times its bytes. */
#define MAX_FOUND 8

/* Steps of literals that do not repeat grow by one for so many, as far as that. */
#define LONGEST_STRIDE 16

/* Of the bytes that a repetition stands for the last so many can be found again,
 * or all where the search is thorough. */
#define MOST_ENTERED 32
#define THOROUGH_DEPTH 16

typedef struct
{
  uint16_t length, distance; /* less one */
} Match;

/* Ways through a block: the cheapest to each byte, and its last step. */
struct _ImQuickPaths
{
  int32_t cost[IM_QUICK_CHUNK + 1];
  uint32_t last[IM_QUICK_CHUNK + 1];  /* length and distance, as in Match */
  uint32_t first[IM_QUICK_CHUNK + 1]; /* of a byte, in found */
  Match found[MAX_FOUND * IM_QUICK_CHUNK];
  int32_t length_cost[IM_QUICK_MAX_MATCH + 1];
  ImQuickStep steps[IM_QUICK_MAX_STEPS]; /* those of another try */
  size_t n_steps;
};

struct _ImQuickPaths *
im_quick_paths_new (void)
{
  return im_alloc_array (1, sizeof (struct _ImQuickPaths));
}

static inline uint32_t
hash (uint64_t bytes)
{
  return (uint32_t) (bytes * UINT64_C (0x9e3779b97f4a7c15)
      >> (64 - IM_QUICK_HEAD_BITS));
}

/* Where bytes with the same keys were last. */
typedef struct
{
  uint32_t three; /* bytes, where keys are short */
  uint32_t more;  /* six of them, else four */
} Latest;

/* What of @bytes is looked for along chains. */
static inline uint64_t
key_bytes (uint64_t bytes, bool threes)
{
  return threes ? bytes << 16 : bytes << 32;
}

/* How many bytes from @at on are the same as those a pixel later. */
static inline uint32_t
run_at (ImQuick *self, const uint8_t *at, uint32_t position)
{
  ImQuickChains *chains = self->chains;
  size_t left = (size_t) (self->data + self->end - at);

  if ((int32_t) (chains->run_end - position) <= 0) {
    chains->run_end = position;
    if (left > self->period)
      chains->run_end += (uint32_t) im_quick_match_length (at,
          at + self->period, left - self->period);
  }
  return chains->run_end - position;
}

/* Within pixels of one colour all bytes are the same; there only those are worth a try
 * where as many of them follow. */
static inline uint64_t
key_in_run (ImQuick *self, const uint8_t *at, uint32_t position)
{
  uint64_t key = key_bytes (im_load64 (at), true);
  uint32_t run = run_at (self, at, position);

  if (run >= SHORTEST_RUN)
    key ^= run < LONGEST_RUN ? run : LONGEST_RUN;
  return key;
}

/* Enters @at, and says where the same bytes were before. */
static inline Latest
enter (ImQuick *self, const uint8_t *at, uint32_t position, bool threes)
{
  ImQuickChains *chains = self->chains;
  uint64_t bytes = im_load64 (at);
  uint64_t key = threes ? key_in_run (self, at, position)
                        : key_bytes (bytes, false);
  uint32_t *head = &chains->head[hash (key)];
  Latest latest = { .more = *head };

  *head = position;
  chains->before[position % IM_QUICK_WINDOW] = latest.more;
  if (threes) {
    uint32_t *head3 = &chains->head3[hash (bytes << 40)];

    latest.three = *head3;
    *head3 = position;
  }
  return latest;
}

/* The bytes that a repetition stands for. */
static void
enter_all (ImQuick *self, const uint8_t *from, const uint8_t *to,
    uint32_t position)
{
  const bool threes = self->effort.short_keys;
  const bool all = self->effort.depth >= THOROUGH_DEPTH;

  if (!all && to - from > MOST_ENTERED) {
    position += (uint32_t) (to - from) - MOST_ENTERED;
    from = to - MOST_ENTERED;
  }
  for (; from < to; from++)
    enter (self, from, position++, threes);
}

/* The last bytes of the block before: what they begin was not there yet. */
static void
enter_left_over (ImQuick *self)
{
  const uint8_t *begin = self->data + self->start;

  self->chains->run_end = self->position - MAX_KEY;
  if (self->start >= MAX_KEY)
    enter_all (self, begin - MAX_KEY, begin, self->position - MAX_KEY);
}

/* Repetitions at @at, none shorter than those before it. */
static inline int
find_matches (ImQuick *self, const uint8_t *at, const uint8_t *end,
    uint32_t position, bool threes, Match *found)
{
  const size_t seen = (size_t) (at - self->data);
  const size_t left = (size_t) (end - at);
  const size_t most = left < IM_QUICK_MAX_MATCH ? left : IM_QUICK_MAX_MATCH;
  const uint64_t bytes = im_load64 (at);
  uint32_t furthest = IM_QUICK_WINDOW, place;
  Latest latest;
  size_t longest = IM_QUICK_MIN_MATCH - 1;
  int n = 0;

  if (furthest > seen)
    furthest = (uint32_t) seen;
  latest = enter (self, at, position, threes);
  place = latest.more;
  if (threes) {
    uint32_t distance = position - latest.three;

    if (distance - 1 < furthest
        && (im_load64 (at - distance) ^ bytes) << 40 == 0) {
      longest = im_quick_match_length (at, at - distance, most);
      found[n++] = (Match){ (uint16_t) longest, (uint16_t) (distance - 1) };
    }
    /* Pixels of one colour; the nearer place may be the dearer one. */
    if (self->period <= furthest) {
      size_t length = im_quick_match_length (at, at - self->period, most);

      if (length >= longest && length >= IM_QUICK_MIN_MATCH) {
        longest = length;
        found[n++] =
            (Match){ (uint16_t) length, (uint16_t) (self->period - 1) };
      }
    }
    if (longest == most)
      return n;
  }
  for (int depth = self->effort.depth; depth > 0 && n < MAX_FOUND; depth--) {
    uint32_t distance = position - place;
    const uint8_t *there = at - distance;

    if (distance - 1 >= furthest)
      break;
    place = self->chains->before[place % IM_QUICK_WINDOW];
    if (there[longest] == at[longest]
        && key_bytes (im_load64 (there) ^ bytes, threes) == 0) {
      size_t length = im_quick_match_length (at, there, most);

      if (length > longest) {
        longest = length;
        found[n++] = (Match){ (uint16_t) length, (uint16_t) (distance - 1) };
        if ((int) length >= self->effort.nice || length == most)
          break;
      }
    }
    if (position - place <= distance)
      break;
  }
  return n;
}

/* Compiled with and without those of three bytes. */
static inline int
find (ImQuick *self, const uint8_t *at, const uint8_t *end, uint32_t position,
    Match *found)
{
  return self->effort.short_keys
      ? find_matches (self, at, end, position, true, found)
      : find_matches (self, at, end, position, false, found);
}

static inline int
price (const ImQuick *self, Match match)
{
  return self->length_cost[match.length]
      + self->distance_cost[im_quick_distance_symbol (self,
          match.distance + 1)];
}

/* Of @n repetitions at byte @i the one that saves most bits; how many, 0 if it is not
 * worth it. */
static inline int
choose (const ImQuick *self, size_t i, const Match *found, int n, Match *best)
{
  const uint16_t *sum = self->chains->sum;
  int most = self->effort.least;

  for (int k = 0; k < n; k++) {
    int saved = (int) (uint16_t) (sum[i + found[k].length] - sum[i])
        - price (self, found[k]);

    if (saved > most) {
      most = saved;
      *best = found[k];
    }
  }
  return most > self->effort.least ? most : 0;
}

static void
add_costs (ImQuick *self)
{
  const uint8_t *at = self->data + self->start;
  size_t size = self->end - self->start;
  uint16_t *sum = self->chains->sum;

  sum[0] = 0;
  for (size_t i = 0; i < size; i++)
    sum[i + 1] = (uint16_t) (sum[i] + self->cost[at[i]]);
}

static size_t
searchable (const ImQuick *self)
{
  size_t size = self->end - self->start;

  return size > MAX_KEY ? size - MAX_KEY : 0;
}

void
im_quick_find_by_chains (ImQuick *self)
{
  const uint8_t *const begin = self->data + self->start;
  const uint8_t *const end = self->data + self->end;
  const size_t stop = searchable (self);
  const uint32_t first = self->position;
  size_t i = 0, literals = 0, n = 0;
  int saved = 0; /* by @match, which begins a byte earlier */
  Match found[MAX_FOUND + 1], match = { 0 }, next = { 0 };

  add_costs (self);
  enter_left_over (self);
  while (i < stop) {
    int n_found = find (self, begin + i, end, first + (uint32_t) i, found);
    int more = choose (self, i, found, n_found, &next);

    if (saved > 0 && more <= saved) {
      i--;
    } else if (more <= 0) {
      size_t stride = 1 + ((i - literals) >> self->effort.skip);

      i += stride < LONGEST_STRIDE ? stride : LONGEST_STRIDE;
      continue;
    } else {
      match = next;
      saved = more;
      if (match.length < self->effort.nice && i + 1 < stop) {
        i++;
        continue;
      }
    }
    self->steps[n++] = (ImQuickStep){ (uint32_t) (i - literals), match.length,
      match.distance };
    literals = i + match.length;
    /* The byte behind the first has been entered, where it was tried. */
    i += saved == more && match.length >= self->effort.nice ? 1 : 2;
    if (literals > i)
      enter_all (self, begin + i, begin + (literals < stop ? literals : stop),
          first + (uint32_t) i);
    i = literals;
    saved = 0;
  }
  self->steps[n++] =
      (ImQuickStep){ (uint32_t) (self->end - self->start - literals), 0, 0 };
  self->n_steps = n;
}

/* All repetitions in the block that count. Where one is good enough, the bytes it
 * stands for are not looked at. */
static void
find_all (ImQuick *self)
{
  struct _ImQuickPaths *paths = self->paths;
  const uint8_t *const begin = self->data + self->start;
  const size_t size = self->end - self->start, stop = searchable (self);
  uint32_t n = 0;

  enter_left_over (self);
  for (size_t i = 0; i < size; i++) {
    Match *found = &paths->found[n];
    int n_found = 0;

    paths->first[i] = n;
    if (i < stop)
      n_found = find (self, begin + i, self->data + self->end,
          self->position + (uint32_t) i, found);
    n += (uint32_t) n_found;
    if (n_found > 0 && found[n_found - 1].length >= self->effort.nice) {
      size_t to = i + found[n_found - 1].length;

      enter_all (self, begin + i + 1, begin + (to < stop ? to : stop),
          self->position + (uint32_t) i + 1);
      while (++i < to)
        paths->first[i] = n;
      i--;
    }
  }
  paths->first[size] = n;
}

/* Steps that cost @cost and more with their length, from the byte before @costs on, of
 * @from to @to bytes. Without a branch, so that the compiler makes it several at once. */
static inline void
offer (int32_t *restrict costs, uint32_t *restrict last,
    const int32_t *restrict length_cost, int32_t cost, uint32_t distance,
    int from, int to)
{
  for (int length = from; length <= to; length++) {
    int32_t now = cost + length_cost[length];
    bool better = now < costs[length];

    costs[length] = better ? now : costs[length];
    last[length] = better ? distance << 16 | (uint32_t) length : last[length];
  }
}

/* From byte @i on, by each repetition that begins there, whole and cut short. */
static inline void
offer_matches (ImQuick *self, size_t i)
{
  struct _ImQuickPaths *paths = self->paths;
  int length = IM_QUICK_MIN_MATCH;

  for (uint32_t k = paths->first[i]; k < paths->first[i + 1]; k++) {
    Match match = paths->found[k];
    int32_t cost = paths->cost[i]
        + self->distance_cost[im_quick_distance_symbol (self,
            match.distance + 1)];

    if (match.length >= self->effort.nice)
      length = match.length;
    offer (paths->cost + i, paths->last + i, paths->length_cost, cost,
        match.distance, length, match.length);
    length = match.length + 1;
  }
}

/* The cheapest way into steps, from its end on. */
static void
take_path (ImQuick *self)
{
  struct _ImQuickPaths *paths = self->paths;
  size_t size = self->end - self->start, n = 0, literals = 0, i = size;

  /* Marked in cost, which is not needed any more: where steps begin. */
  while (i > 0) {
    size_t length = paths->last[i] & 0xffff;
    size_t from = i - (length > 0 ? length : 1);

    paths->cost[from] = (int32_t) i;
    i = from;
  }
  while (i < size) {
    size_t to = (size_t) paths->cost[i];
    uint32_t step = paths->last[to];

    if (step > 0) {
      self->steps[n++] = (ImQuickStep){ (uint32_t) (i - literals),
        (uint16_t) step, (uint16_t) (step >> 16) };
      literals = to;
    }
    i = to;
  }
  self->steps[n++] = (ImQuickStep){ (uint32_t) (size - literals), 0, 0 };
  self->n_steps = n;
}

static void
find_path (ImQuick *self)
{
  struct _ImQuickPaths *paths = self->paths;
  const uint8_t *begin = self->data + self->start;
  size_t size = self->end - self->start;

  for (int i = IM_QUICK_MIN_MATCH; i <= IM_QUICK_MAX_MATCH; i++)
    paths->length_cost[i] = self->length_cost[i];
  memset (paths->cost, 0x7f, sizeof (*paths->cost) * (size + 1));
  paths->cost[0] = 0;
  for (size_t i = 0; i < size; i++) {
    int32_t literal = paths->cost[i] + self->cost[begin[i]];

    if (literal < paths->cost[i + 1]) {
      paths->cost[i + 1] = literal;
      paths->last[i + 1] = 0;
    }
    offer_matches (self, i);
  }
  take_path (self);
}

/* The cheapest way by the costs as they are, which become those of what it consists
 * of; the bits that it takes. */
static uint64_t
try_path (ImQuick *self)
{
  find_path (self);
  im_quick_count_steps (self);
  im_quick_set_lengths (self, &self->counts);
  return im_quick_count_bits (self, &self->counts);
}

static void
keep_steps (ImQuick *self)
{
  struct _ImQuickPaths *paths = self->paths;

  memcpy (paths->steps, self->steps, sizeof (*self->steps) * self->n_steps);
  paths->n_steps = self->n_steps;
}

static void
take_kept_steps (ImQuick *self)
{
  struct _ImQuickPaths *paths = self->paths;

  memcpy (self->steps, paths->steps, sizeof (*self->steps) * paths->n_steps);
  self->n_steps = paths->n_steps;
  im_quick_count_steps (self);
  im_quick_set_lengths (self, &self->counts);
}

/* Costs confirm themselves: where repetitions seem dear few are taken, and their
 * codes stay long. So there are two ways to begin, with the costs of the block before
 * and with those of an ordinary one; the better is gone on with. */
void
im_quick_find_path (ImQuick *self)
{
  uint64_t least = UINT64_MAX;

  find_all (self);
  if (self->warm) {
    least = try_path (self);
    keep_steps (self);
  }
  im_quick_guess_costs (self);
  for (int pass = 0; pass < self->effort.passes; pass++) {
    uint64_t bits = try_path (self);

    if (bits < least) {
      least = bits;
      keep_steps (self);
    } else {
      take_kept_steps (self);
    }
  }
}
