/* imbytes: filters and compressors for the rows of a PNG strip.
 *
 * Where the user leaves the filter to us, each block of rows is looked at:
 *
 *   photographic   predicting each pixel from its neighbours (Paeth; from
 *                  level 2 the best of all filters) is worth far more than
 *                  finding repetitions, so at levels 1 to 3 the quick
 *                  compressor takes it
 *   drawn          screens, charts, test patterns: nearly all pixels are as
 *                  predicted. It is all about long repetitions, which the quick
 *                  compressor codes three times as large as it could; the
 *                  thorough one is quick here too. Whether prediction helps or
 *                  breaks up repetitions is found out by compressing both.
 *
 * At level 9 the strip is also coded without any filter, and the smaller of the
 * two taken.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "pngpack.h"

#include <stdlib.h>
#include <string.h>

#include "deflate.h"
#include "pngfilter.h"

/* The level of the thorough compressor where the user asked for less. */
#define THOROUGH_LEVEL 6
#define LEAST_THOROUGH_LEVEL 6
#define LEAST_ADAPTIVE_LEVEL 2
#define PROBE_LEVEL 1
#define SMALLEST_LEVEL 9

/* Drawn: at least 7 of 8 bytes are as Paeth predicts. Smooth photographs have
 * up to 0.75, screens full of text from 0.9. One row in so many is looked at. */
#define DRAWN_NUMERATOR 7
#define DRAWN_DENOMINATOR 8
#define SAMPLED_ROWS 4

/* A filtered row begins behind its filter byte on a boundary of IM_ALIGN. */
#define ROW_START IM_ALIGN

/* The same rows in one way of filtering. */
typedef struct
{
  ImDeflate *deflate;
  ImBytes out;
  uint32_t checksum;  /* of the parts that have ended */
  uint64_t part_size; /* bytes fed to the part under way */
} Lane;

typedef struct
{
  const uint8_t *rows;
  ptrdiff_t stride;
  int n_rows;
} Block;

struct _ImPngPack
{
  ImPngOptions options;
  size_t row_size;
  int bpp;
  bool has_above;
  uint8_t *above;          /* last row of the block before */
  uint8_t *best, *attempt; /* a filtered row, ROW_START bytes into each */

  Lane lane;
  ImDeflate *quick, *thorough; /* lane.deflate is one of these */
  ImDeflate *probe;
  ImBytes probe_out;
  Lane unfiltered; /* level 9 alone */
};

static const uint8_t *
row_above (const ImPngPack *self, const Block *block, int y)
{
  if (y > 0)
    return block->rows + (y - 1) * block->stride;
  return self->has_above ? self->above : NULL;
}

static void
filter_into (const ImPngPack *self, uint8_t *buffer, ImRowFilter filter,
    const uint8_t *row, const uint8_t *above)
{
  buffer[ROW_START - 1] = (uint8_t) filter;
  im_png_filter_row (filter, buffer + ROW_START, row, above, self->row_size,
      self->bpp);
}

/* Into self->best, the filter whose output is smallest in sum. */
static void
filter_adaptively (ImPngPack *self, const uint8_t *row, const uint8_t *above)
{
  int n = above != NULL ? IM_N_ROW_FILTERS : IM_ROW_SUB + 1;
  uint32_t best_cost = UINT32_MAX;

  for (int filter = 0; filter < n; filter++) {
    uint8_t *swap = self->attempt;
    uint32_t cost;

    filter_into (self, swap, (ImRowFilter) filter, row, above);
    cost = im_png_filter_cost (swap + ROW_START, self->row_size);
    if (cost >= best_cost)
      continue;
    best_cost = cost;
    self->attempt = self->best;
    self->best = swap;
  }
}

/* The filter byte and the filtered bytes of row @y; @filter is not AUTO. */
static const uint8_t *
filter_row (ImPngPack *self, const Block *block, int y, ImPngFilter filter)
{
  const uint8_t *row = block->rows + y * block->stride;
  const uint8_t *above = row_above (self, block, y);

  if (filter == IM_PNG_FILTER_ADAPTIVE) {
    filter_adaptively (self, row, above);
  } else {
    ImRowFilter chosen = (ImRowFilter) (filter - IM_PNG_FILTER_NONE);

    /* Strips do not see each other's rows. */
    if (above == NULL && chosen != IM_ROW_NONE)
      chosen = IM_ROW_SUB;
    filter_into (self, self->best, chosen, row, above);
  }
  return self->best + ROW_START - 1;
}

static bool
feed_block (ImPngPack *self, ImDeflate *deflate, const Block *block,
    ImPngFilter filter)
{
  for (int y = 0; y < block->n_rows; y++) {
    if (!im_deflate_feed (deflate, filter_row (self, block, y, filter),
            self->row_size + 1))
      return false;
  }
  return true;
}

static bool
is_drawn (ImPngPack *self, const Block *block)
{
  size_t predicted = 0, seen = 0;

  for (int y = block->n_rows > 1 ? 1 : 0; y < block->n_rows;
       y += SAMPLED_ROWS) {
    const uint8_t *filtered =
        filter_row (self, block, y, IM_PNG_FILTER_PAETH) + 1;

    for (size_t i = 0; i < self->row_size; i++)
      predicted += filtered[i] == 0;
    seen += self->row_size;
  }
  return predicted / DRAWN_NUMERATOR >= seen / DRAWN_DENOMINATOR;
}

/* Bytes that @block takes with @filter; SIZE_MAX when out of memory. */
static size_t
probe (ImPngPack *self, const Block *block, ImPngFilter filter)
{
  im_bytes_reset (&self->probe_out);
  im_deflate_begin (self->probe, &self->probe_out);
  if (!feed_block (self, self->probe, block, filter)
      || !im_deflate_end (self->probe, true))
    return SIZE_MAX;
  return self->probe_out.size;
}

static void
begin_part (Lane *lane, ImDeflate *deflate)
{
  lane->deflate = deflate;
  lane->part_size = 0;
  im_deflate_begin (deflate, &lane->out);
}

static bool
end_part (Lane *lane, bool last)
{
  if (!im_deflate_end (lane->deflate, last))
    return false;
  lane->checksum = im_deflate_join_checksums (lane->checksum,
      im_deflate_checksum (lane->deflate), lane->part_size);
  return true;
}

static bool
begin_lane (const ImPngPack *self, Lane *lane, ImDeflate *deflate, bool first)
{
  uint8_t header[2];

  im_bytes_reset (&lane->out);
  lane->checksum = IM_DEFLATE_EMPTY_CHECKSUM;
  im_deflate_zlib_header (self->options.level, header);
  if (first && !im_bytes_append (&lane->out, header, sizeof (header)))
    return false;
  begin_part (lane, deflate);
  return true;
}

static bool
feed_lane (ImPngPack *self, Lane *lane, const Block *block, ImPngFilter filter)
{
  lane->part_size += (self->row_size + 1) * (uint64_t) block->n_rows;
  return feed_block (self, lane->deflate, block, filter);
}

/* Compressors cannot hand over their state: one part of the stream ends and
 * another begins, at a cost of some tens of bytes. */
static bool
switch_to (ImPngPack *self, ImDeflate *deflate)
{
  Lane *lane = &self->lane;

  if (deflate == lane->deflate)
    return true;
  if (lane->part_size > 0 && !end_part (lane, false))
    return false;
  begin_part (lane, deflate);
  return true;
}

static bool
pack_looked_at (ImPngPack *self, const Block *block)
{
  bool drawn = is_drawn (self, block);
  ImPngFilter filter = self->options.level >= LEAST_ADAPTIVE_LEVEL
      ? IM_PNG_FILTER_ADAPTIVE
      : IM_PNG_FILTER_PAETH;

  if (drawn
      && probe (self, block, IM_PNG_FILTER_NONE) <= probe (self, block, filter))
    filter = IM_PNG_FILTER_NONE;
  if (!switch_to (self, drawn ? self->thorough : self->quick))
    return false;
  if (self->options.level == SMALLEST_LEVEL
      && !feed_lane (self, &self->unfiltered, block, IM_PNG_FILTER_NONE))
    return false;
  return feed_lane (self, &self->lane, block, filter);
}

static bool
looks (const ImPngOptions *options)
{
  return options->filter == IM_PNG_FILTER_AUTO && options->level > 0;
}

static bool
open_compressors (ImPngPack *self)
{
  int level = self->options.level;

  self->quick = im_deflate_new (level);
  if (self->quick == NULL || !looks (&self->options))
    return self->quick != NULL;
  self->thorough = level >= LEAST_THOROUGH_LEVEL
      ? self->quick
      : im_deflate_new (THOROUGH_LEVEL);
  self->probe = im_deflate_new (PROBE_LEVEL);
  if (level == SMALLEST_LEVEL) {
    self->unfiltered.deflate = im_deflate_new (level);
    if (self->unfiltered.deflate == NULL)
      return false;
  }
  return self->thorough != NULL && self->probe != NULL;
}

ImPngPack *
im_png_pack_new (const ImPngOptions *options, size_t row_size, int bpp)
{
  ImPngPack *self = im_alloc_array (1, sizeof (ImPngPack));

  if (self == NULL)
    return NULL;
  memset (self, 0, sizeof (*self));
  self->options = *options;
  self->row_size = row_size;
  self->bpp = bpp;
  /* What is stored as it is gains nothing from a filter. */
  if (options->filter == IM_PNG_FILTER_AUTO && options->level == 0)
    self->options.filter = IM_PNG_FILTER_NONE;
  self->above = im_alloc_array (row_size, 1);
  self->best = im_alloc_array (row_size + ROW_START, 1);
  self->attempt = im_alloc_array (row_size + ROW_START, 1);
  if (self->above != NULL && self->best != NULL && self->attempt != NULL
      && open_compressors (self))
    return self;
  im_png_pack_free (self);
  return NULL;
}

void
im_png_pack_free (ImPngPack *self)
{
  if (self == NULL)
    return;
  if (self->thorough != self->quick)
    im_deflate_free (self->thorough);
  im_deflate_free (self->quick);
  im_deflate_free (self->probe);
  im_deflate_free (self->unfiltered.deflate);
  im_bytes_clear (&self->lane.out);
  im_bytes_clear (&self->unfiltered.out);
  im_bytes_clear (&self->probe_out);
  free (self->above);
  free (self->best);
  free (self->attempt);
  free (self);
}

bool
im_png_pack_begin (ImPngPack *self, bool first)
{
  Lane *unfiltered = &self->unfiltered;

  self->has_above = false;
  return begin_lane (self, &self->lane, self->quick, first)
      && (unfiltered->deflate == NULL
          || begin_lane (self, unfiltered, unfiltered->deflate, first));
}

bool
im_png_pack_rows (ImPngPack *self, const uint8_t *rows, ptrdiff_t stride,
    int n_rows)
{
  Block block = { .rows = rows, .stride = stride, .n_rows = n_rows };
  bool fine = looks (&self->options)
      ? pack_looked_at (self, &block)
      : feed_lane (self, &self->lane, &block, self->options.filter);

  memcpy (self->above, rows + (n_rows - 1) * stride, self->row_size);
  self->has_above = true;
  return fine;
}

ImBytes *
im_png_pack_end (ImPngPack *self, bool last, uint32_t *checksum)
{
  Lane *lane = &self->lane;

  if (!end_part (lane, last))
    return NULL;
  if (self->unfiltered.deflate != NULL) {
    if (!end_part (&self->unfiltered, last))
      return NULL;
    if (self->unfiltered.out.size < lane->out.size)
      lane = &self->unfiltered;
  }
  *checksum = lane->checksum;
  return &lane->out;
}
