/* imbytes: a DEFLATE coder for filtered rows of pictures.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "quick.h"

#include <stdlib.h>
#include <string.h>

#include "quick_private.h"

/* Bytes of a stored block. */
#define MAX_STORED ((size_t) 65535)

/* All codes at their longest, and a header. */
#define MAX_CODED ((size_t) IM_QUICK_CHUNK * IM_LITERAL_BITS / 8 + MAX_HEADER)
#define MAX_HEADER ((size_t) 1024)
/* Of a repetition, in bytes: two codes, and what follows them. */
#define MAX_REPETITION ((size_t) 6)

/* Bits of a header, about, which two blocks have and one has once. */
#define HEADER_BITS 600

/* Tables of five and chains of four bytes suit photographs, in which nearly nothing
 * repeats, the others what has been drawn. */
#define TABLE(s, k) \
  { \
    .search = IM_QUICK_TABLE, .skip = (s), .short_keys = (k) \
  }
#define FOURS(s) \
  { \
    .search = IM_QUICK_CHAINS, .depth = 1, .nice = 32, .skip = (s), .least = 2 \
  }
#define CHAINS(d, n, s, p) \
  { \
    .search = IM_QUICK_CHAINS, .depth = (d), .nice = (n), .skip = (s), \
    .short_keys = true, .passes = (p) \
  }
static const ImQuickTask efforts[IM_QUICK_LAST_EFFORT + 1] = {
  { .search = IM_QUICK_NOBODY },
  { .search = IM_QUICK_ZEROS },
  TABLE (4, true),
  TABLE (4, false),
  FOURS (4),
  FOURS (5),
  FOURS (6),
  FOURS (7),
  FOURS (8),
  FOURS (9),
  CHAINS (4, 258, 5, 0),
  CHAINS (8, 258, 6, 0),
  CHAINS (16, 258, 7, 0),
  CHAINS (32, 258, 8, 0),
  CHAINS (64, 258, 9, 0),
  CHAINS (128, 258, 9, 0),
  CHAINS (512, 258, 9, 0),
  CHAINS (64, 128, 8, 2),
  CHAINS (128, 258, 9, 2),
};

/* The first byte of a part has a place beyond the window of any before it. */
#define FIRST_POSITION (IM_QUICK_WINDOW + 1)
/* Parts that begin here are not so long that they come around to old places. */
#define LAST_POSITION (UINT32_C (1) << 31)

static void
slide (ImQuick *self)
{
  self->position += (uint32_t) (self->end - self->start);
  self->start = self->end;
  if (self->end <= IM_QUICK_WINDOW)
    return;
  memmove (self->data, self->data + self->end - IM_QUICK_WINDOW,
      IM_QUICK_WINDOW);
  self->start = self->end = IM_QUICK_WINDOW;
}

/* Up to the next byte after three bits, then how many and their complement
 * (RFC 1951, 3.2.4). */
static void
begin_stored (ImBits *writer, size_t size, bool last)
{
  im_bits_put (writer, last, 3);
  writer->n_bits = (writer->n_bits + 7) & ~7;
  im_bits_flush (writer);
  im_bits_put (writer, (uint64_t) size | ((uint64_t) ~size & 0xffff) << 16, 32);
  im_bits_flush (writer);
}

static void
code_stored (ImQuick *self, bool last)
{
  ImBits *writer = &self->writer;

  do {
    size_t left = self->end - self->start;
    size_t size = left < MAX_STORED ? left : MAX_STORED;

    begin_stored (writer, size, last && size == left);
    memcpy (writer->next, self->data + self->start, size);
    writer->next += size;
    self->start += size;
  } while (self->start < self->end);
  self->start = self->end = 0;
}

static void
code_zeros (ImQuick *self, bool last)
{
  im_quick_find_zeros (self);
  im_quick_count_sample (self);
  im_quick_set_grouped_lengths (self);
  im_quick_write_grouped_steps (self, last);
  self->start = self->end = 0;
}

static void
take_apart (ImQuick *self)
{
  if (!self->warm)
    im_quick_guess_costs (self);
  if (self->effort.search == IM_QUICK_TABLE)
    im_quick_find_by_table (self);
  else if (self->effort.passes == 0)
    im_quick_find_by_chains (self);
  else
    im_quick_find_path (self);
  self->warm = true;
  im_quick_count_steps (self);
  im_quick_set_lengths (self, &self->counts);
}

static void
clear_block (ImQuickBlock *block)
{
  block->n_symbols = block->n_steps = block->n_literals = block->loose = 0;
}

static bool
write_block (ImQuick *self, bool last)
{
  ImBits *writer = &self->writer;
  const ImQuickBlock *block = self->block;

  if (!im_bytes_reserve (self->out,
          block->n_literals * IM_LITERAL_BITS / 8
              + block->n_steps * MAX_REPETITION + MAX_HEADER))
    return false;
  writer->next = self->out->data + self->out->size;
  im_quick_write_block (self, last);
  self->out->size = (size_t) (writer->next - self->out->data);
  clear_block (self->block);
  return true;
}

/* How many symbols the chunk consists of. */
static size_t
count_symbols (const ImQuick *self)
{
  size_t n = 0;

  for (size_t i = 0; i < self->n_steps; i++)
    n += self->steps[i].literals + 1;
  return n;
}

/* The chunk to the end of the block. */
static void
join (ImQuick *self)
{
  ImQuickBlock *block = self->block;
  const uint8_t *at = self->data + self->start;

  for (size_t i = 0; i < self->n_steps; i++) {
    ImQuickStep step = self->steps[i];

    memcpy (block->literals + block->n_literals, at, step.literals);
    at += step.literals + step.length;
    block->n_literals += step.literals;
    block->loose += step.literals;
    if (step.length == 0)
      continue;
    step.literals = block->loose;
    block->loose = 0;
    block->steps[block->n_steps++] = step;
  }
}

static void
add_counts (ImQuickCounts *sum, const ImQuickCounts *more)
{
  for (int i = 0; i < IM_QUICK_LITERALS; i++)
    sum->literal[i] += more->literal[i];
  sum->literal[IM_QUICK_END_OF_BLOCK] = 1;
  for (int i = 0; i < IM_QUICK_DISTANCES; i++)
    sum->distance[i] += more->distance[i];
}

/* Whether the block and the chunk, which has @bits, are smaller with the same codes,
 * which are then set; else those of the chunk are. */
static bool
is_better_joined (ImQuick *self, uint64_t bits)
{
  ImQuickBlock *block = self->block;
  ImQuickCounts counts = block->counts;
  uint64_t joined;

  add_counts (&counts, &self->counts);
  im_quick_set_lengths (self, &counts);
  joined = im_quick_count_bits (self, &counts);
  if (joined > block->bits + bits + HEADER_BITS) {
    im_quick_set_lengths (self, &self->counts);
    return false;
  }
  block->counts = counts;
  block->bits = joined;
  return true;
}

/* The block before is written first, with codes of its own. */
static bool
end_block_before (ImQuick *self)
{
  if (self->block->n_symbols == 0)
    return true;
  im_quick_set_lengths (self, &self->block->counts);
  if (!write_block (self, false))
    return false;
  im_quick_set_lengths (self, &self->counts);
  return true;
}

static bool
code_repetitions (ImQuick *self, bool last)
{
  ImQuickBlock *block = self->block;
  size_t n_symbols;
  uint64_t bits;

  take_apart (self);
  n_symbols = count_symbols (self);
  bits = im_quick_count_bits (self, &self->counts);
  if (block->n_symbols == 0
      || block->n_symbols + n_symbols > IM_QUICK_MOST_JOINED
      || !is_better_joined (self, bits)) {
    if (!end_block_before (self))
      return false;
    block->counts = self->counts;
    block->bits = bits;
  }
  join (self);
  block->n_symbols += n_symbols;
  slide (self);
  if (last || block->n_symbols > IM_QUICK_MOST_JOINED / 2)
    return write_block (self, last);
  return true;
}

static bool
code_chunk (ImQuick *self, bool last)
{
  ImBits *writer = &self->writer;

  memset (self->data + self->end, 0, IM_QUICK_PADDING);
  if (self->block != NULL)
    return code_repetitions (self, last);
  if (!im_bytes_reserve (self->out, MAX_CODED))
    return false;
  writer->next = self->out->data + self->out->size;
  if (self->effort.search == IM_QUICK_NOBODY)
    code_stored (self, last);
  else
    code_zeros (self, last);
  self->out->size = (size_t) (writer->next - self->out->data);
  return true;
}

/* Cleared, since what was never entered is looked at: its place is 0, too far away. */
static void *
new_places (size_t size)
{
  void *places = im_alloc_array (1, size);

  if (places != NULL)
    memset (places, 0, size);
  return places;
}

static bool
open_search (ImQuick *self)
{
  if (self->effort.search >= IM_QUICK_TABLE) {
    self->block = im_alloc_array (1, sizeof (ImQuickBlock));
    if (self->block == NULL)
      return false;
  }
  switch (self->effort.search) {
    case IM_QUICK_TABLE:
      self->tables = new_places (sizeof (ImQuickTables));
      return self->tables != NULL;
    case IM_QUICK_CHAINS:
      self->chains = new_places (sizeof (ImQuickChains));
      if (self->effort.passes > 0)
        self->paths = im_quick_paths_new ();
      return self->chains != NULL
          && (self->effort.passes == 0 || self->paths != NULL);
    default:
      return true;
  }
}

ImQuick *
im_quick_new (ImQuickEffort effort, int period)
{
  ImQuick *self = im_alloc_array (1, sizeof (ImQuick));

  if (self == NULL)
    return NULL;
  self->effort = efforts[effort];
  self->period = (uint32_t) period;
  self->kernels = im_png_kernels_get ();
  self->block = NULL;
  self->tables = NULL;
  self->chains = NULL;
  self->paths = NULL;
  self->position = FIRST_POSITION;
  self->start = self->end = 0;
  im_quick_fill_symbols (self);
  if (open_search (self))
    return self;
  im_quick_free (self);
  return NULL;
}

void
im_quick_free (ImQuick *self)
{
  if (self == NULL)
    return;
  free (self->block);
  free (self->tables);
  free (self->chains);
  free (self->paths);
  free (self);
}

/* What parts before entered need not be cleared: it is too far away, until places
 * begin anew. */
static void
begin_places (ImQuick *self)
{
  self->position += (uint32_t) (self->end - self->start) + FIRST_POSITION;
  if (self->position < LAST_POSITION)
    return;
  self->position = FIRST_POSITION;
  if (self->tables != NULL)
    memset (self->tables, 0, sizeof (*self->tables));
  if (self->chains != NULL)
    memset (self->chains, 0, sizeof (*self->chains));
}

void
im_quick_begin (ImQuick *self, ImBytes *out)
{
  begin_places (self);
  self->out = out;
  self->start = self->end = 0;
  self->warm = false;
  if (self->block != NULL)
    clear_block (self->block);
  self->writer = (ImBits){ 0 };
}

bool
im_quick_feed (ImQuick *self, const uint8_t *data, size_t size)
{
  while (size > 0) {
    size_t room = self->start + IM_QUICK_CHUNK - self->end;
    size_t part = size < room ? size : room;

    memcpy (self->data + self->end, data, part);
    self->end += part;
    data += part;
    size -= part;
    if (part == room && !code_chunk (self, false))
      return false;
  }
  return true;
}

bool
im_quick_end (ImQuick *self, bool last)
{
  ImBits *writer = &self->writer;

  if ((last || self->end > self->start) && !code_chunk (self, last))
    return false;
  if (self->block != NULL && self->block->n_symbols > 0
      && !write_block (self, false))
    return false;
  if (!im_bytes_reserve (self->out, 64))
    return false;
  writer->next = self->out->data + self->out->size;
  if (last) {
    writer->n_bits = (writer->n_bits + 7) & ~7;
    im_bits_flush (writer);
  } else {
    /* An empty one, which ends with a byte. */
    begin_stored (writer, 0, false);
  }
  self->out->size = (size_t) (writer->next - self->out->data);
  return true;
}
