/* imbytes: filters and compressors for the rows of a PNG strip.
 *
 * Where the user leaves the filter to us, each block of rows is classified
 * (pngkind.h), and its kind decides how it is coded:
 *
 *   photographic   at level 1 the block gets the filter whose output is smallest in
 *                  sum, at others each row does; next to nothing repeats
 *   drawn          screens, charts, test patterns: nearly all pixels are as
 *                  predicted. Long repetitions matter most, which prediction helps or
 *                  breaks up: a few rows are coded both ways to see which
 *   repeated       much smaller without any filter, as dithered pictures are. A few
 *                  rows of each block are coded to see it
 *   indices        of a palette, and pixels of less than a byte: no filter, and all
 *                  repetitions, as PNG recommends (third edition, 12.7)
 *   gray as RGB    repetitions of three bytes may be worth much (noise), or nothing
 *                  (photographs). A few rows are coded to see it
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "pngpack.h"

#include <stdlib.h>
#include <string.h>

#include "deflate.h"
#include "png_kernels.h"
#include "pngkind.h"
#include "quick.h"

/* What is coded with which effort. */
typedef struct
{
  ImQuickEffort usual; /* photographs */
  ImQuickEffort drawn; /* and all that repeats */
  /* Whether each row gets a filter of its own. */
  bool by_rows;
} Level;

static const Level levels[] = {
  { IM_QUICK_STORED, IM_QUICK_STORED, true },
  { IM_QUICK_ZEROS_ALONE, IM_QUICK_LATEST_3, false },
  { IM_QUICK_LATEST_5, IM_QUICK_CHAINS_4, true },
  { IM_QUICK_LATEST_4_SKIP_4, IM_QUICK_CHAINS_8, true },
  { IM_QUICK_LATEST_4_SKIP_5, IM_QUICK_CHAINS_16, true },
  { IM_QUICK_LATEST_4_SKIP_6, IM_QUICK_CHAINS_32, true },
  { IM_QUICK_LATEST_4_SKIP_7, IM_QUICK_CHAINS_64, true },
  { IM_QUICK_LATEST_4_SKIP_8, IM_QUICK_CHAINS_128, true },
  { IM_QUICK_LATEST_4_SKIP_9, IM_QUICK_CHAINS_512, true },
  { IM_QUICK_PATHS_64, IM_QUICK_PATHS_128, true },
};

/* One row of so many is looked at to see what kind a block is. */
#define SAMPLED_ROWS 8

/* The first rows of a block are coded to see which way is smaller; this many blocks
 * are then coded that way. The better one has to take no more than 7/8 of the usual
 * one's bytes to pay for the time. */
#define PROBE_EFFORT IM_QUICK_LATEST_3
#define BLOCKS_BETWEEN_PROBES 4
#define PROBED_ROWS 4
#define WORTH_NUMERATOR 7
#define WORTH_DENOMINATOR 8

/* A filtered row begins behind its filter byte on a boundary of IM_ALIGN. */
#define ROW_START IM_ALIGN

/* The rows of the strip, filtered in one way and compressed. */
typedef struct
{
  ImDeflate *deflate;
  ImBytes out;
  uint32_t checksum;  /* of the parts that have ended */
  uint64_t part_size; /* bytes fed to the part under way */
} Stream;

/* A block that is coded with @filter by @deflate. */
typedef struct
{
  ImDeflate *deflate;
  ImPngFilter filter;
} Choice;

struct _ImPngPack
{
  ImPngOptions options;
  const ImPngKernels *kernels;
  size_t row_size;
  int bpp;
  bool is_index;
  bool has_above;
  uint8_t *above;          /* last row of the block before */
  uint8_t *best, *attempt; /* a filtered row, ROW_START bytes into each */

  const Level *level;
  Stream stream;
  ImDeflate *usual, *drawn; /* stream.deflate is one of these */
  ImDeflate *probe, *usual_probe;
  ImBytes probe_out;
  bool out_of_memory; /* a probe was */
  Choice found;       /* by the latest probes */
  int blocks_left;    /* that go by them */
};

static void
filter_into (const ImPngPack *self, uint8_t *buffer, ImRowFilter filter,
    const uint8_t *row, const uint8_t *above)
{
  buffer[ROW_START - 1] = (uint8_t) filter;
  im_png_filter_row (self->kernels, filter, buffer + ROW_START, row, above,
      self->row_size, self->bpp);
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
    cost = self->kernels->cost (swap + ROW_START, self->row_size);
    if (cost >= best_cost)
      continue;
    best_cost = cost;
    self->attempt = self->best;
    self->best = swap;
  }
}

/* The filter byte and the filtered bytes of row @y; @filter is not AUTO. */
static const uint8_t *
filter_row (ImPngPack *self, const ImPngBlock *block, int y, ImPngFilter filter)
{
  const uint8_t *row = block->rows + y * block->stride;
  const uint8_t *above = im_png_block_above (block, y);

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
feed_block (ImPngPack *self, ImDeflate *deflate, const ImPngBlock *block,
    ImPngFilter filter)
{
  for (int y = 0; y < block->n_rows; y++) {
    if (!im_deflate_feed (deflate, filter_row (self, block, y, filter),
            self->row_size + 1))
      return false;
  }
  return true;
}

/* Bytes that @block takes with @filter. Out of memory it says so in the pack:
 * another choice would be another file. */
static size_t
probe (ImPngPack *self, ImDeflate *deflate, const ImPngBlock *block,
    ImPngFilter filter)
{
  im_bytes_reset (&self->probe_out);
  im_deflate_begin (deflate, &self->probe_out);
  if (!feed_block (self, deflate, block, filter)
      || !im_deflate_end (deflate, true))
    self->out_of_memory = true;
  return self->probe_out.size;
}

static void
begin_part (Stream *stream, ImDeflate *deflate)
{
  stream->deflate = deflate;
  stream->part_size = 0;
  im_deflate_begin (deflate, &stream->out);
}

static bool
end_part (Stream *stream, bool last)
{
  if (!im_deflate_end (stream->deflate, last))
    return false;
  stream->checksum = im_deflate_join_checksums (stream->checksum,
      im_deflate_checksum (stream->deflate), stream->part_size);
  return true;
}

static bool
begin_stream (const ImPngPack *self, Stream *stream, ImDeflate *deflate,
    bool first)
{
  uint8_t header[2];

  im_bytes_reset (&stream->out);
  stream->checksum = IM_DEFLATE_EMPTY_CHECKSUM;
  im_deflate_zlib_header (self->options.level, header);
  if (first && !im_bytes_append (&stream->out, header, sizeof (header)))
    return false;
  begin_part (stream, deflate);
  return true;
}

static bool
feed_stream (ImPngPack *self, Stream *stream, const ImPngBlock *block,
    ImPngFilter filter)
{
  stream->part_size += (self->row_size + 1) * (uint64_t) block->n_rows;
  return feed_block (self, stream->deflate, block, filter);
}

/* Compressors cannot hand over their state: one part of the stream ends and
 * another begins, at a cost of some tens of bytes. */
static bool
switch_to (ImPngPack *self, ImDeflate *deflate)
{
  Stream *stream = &self->stream;

  if (deflate == stream->deflate)
    return true;
  if (stream->part_size > 0 && !end_part (stream, false))
    return false;
  begin_part (stream, deflate);
  return true;
}

static bool
is_worth_it (size_t size, size_t against)
{
  return size / WORTH_NUMERATOR < against / WORTH_DENOMINATOR;
}

static ImPngFilter
block_filter (const ImPngKind *kind)
{
  return (ImPngFilter) (IM_PNG_FILTER_NONE + (int) kind->filter);
}

/* The filter of a block, or of each of its rows, unless the user has chosen it. */
static ImPngFilter
filter_for (const ImPngPack *self, const ImPngKind *kind)
{
  if (self->options.filter != IM_PNG_FILTER_AUTO)
    return self->options.filter;
  return self->level->by_rows ? IM_PNG_FILTER_ADAPTIVE : block_filter (kind);
}

static bool
may_choose (const ImPngPack *self)
{
  return self->options.filter == IM_PNG_FILTER_AUTO;
}

/* No filter, one for all rows or one for each: rows that come again are only found where
 * their filters are the same. */
static Choice
choose_drawn (ImPngPack *self, const ImPngBlock *rows, ImPngFilter filter,
    const ImPngKind *kind)
{
  const ImPngFilter tries[] = { IM_PNG_FILTER_NONE, block_filter (kind),
    filter };
  Choice choice = { self->drawn, filter };
  size_t least = SIZE_MAX;

  for (int i = 0; i < 3 && may_choose (self); i++) {
    size_t size;

    if (i > 0 && tries[i] == tries[i - 1])
      continue;
    size = probe (self, self->probe, rows, tries[i]);
    if (size >= least)
      continue;
    least = size;
    choice.filter = tries[i];
  }
  return choice;
}

/* Whether repetitions are worth their time, and a filter what it breaks up. */
static Choice
choose_repeated (ImPngPack *self, const ImPngBlock *rows, ImPngFilter filter)
{
  size_t usual = probe (self, self->usual_probe, rows, filter);
  size_t filtered = probe (self, self->probe, rows, filter);
  size_t unfiltered = may_choose (self)
      ? probe (self, self->probe, rows, IM_PNG_FILTER_NONE)
      : filtered;

  if (is_worth_it (unfiltered, usual) && unfiltered < filtered)
    return (Choice){ self->drawn, IM_PNG_FILTER_NONE };
  if (is_worth_it (filtered, usual))
    return (Choice){ self->drawn, filter };
  return (Choice){ self->usual, filter };
}

static Choice
choose (ImPngPack *self, const ImPngBlock *block)
{
  ImPngKind kind =
      im_png_kind (self->kernels, block, SAMPLED_ROWS, self->attempt);
  ImPngFilter filter = filter_for (self, &kind);
  ImPngBlock rows = *block;

  if (rows.n_rows > PROBED_ROWS)
    rows.n_rows = PROBED_ROWS;
  if (!kind.is_drawn && !kind.is_gray && !kind.is_repeated) {
    self->blocks_left = 0;
    return (Choice){ self->usual, filter };
  }
  if (self->blocks_left == 0) {
    self->found = kind.is_drawn ? choose_drawn (self, &rows, filter, &kind)
                                : choose_repeated (self, &rows, filter);
    self->blocks_left = BLOCKS_BETWEEN_PROBES;
  }
  self->blocks_left--;
  return self->found;
}

static Choice
choose_for_indices (const ImPngPack *self)
{
  return (Choice){ self->drawn,
    may_choose (self) ? IM_PNG_FILTER_NONE : self->options.filter };
}

static bool
pack_adaptively (ImPngPack *self, const ImPngBlock *block)
{
  Choice choice;

  self->out_of_memory = false;
  choice = self->is_index ? choose_for_indices (self) : choose (self, block);
  if (self->out_of_memory)
    return false;
  return switch_to (self, choice.deflate)
      && feed_stream (self, &self->stream, block, choice.filter);
}

static bool
open_compressors (ImPngPack *self)
{
  const Level *level = self->level;

  self->usual = im_deflate_new (level->usual, self->bpp);
  if (self->usual == NULL || self->options.level == 0)
    return self->usual != NULL;
  self->drawn = level->drawn == level->usual
      ? self->usual
      : im_deflate_new (level->drawn, self->bpp);
  self->probe = im_deflate_new (PROBE_EFFORT, self->bpp);
  self->usual_probe = im_deflate_new (IM_QUICK_ZEROS_ALONE, self->bpp);
  return self->drawn != NULL && self->probe != NULL
      && self->usual_probe != NULL;
}

ImPngPack *
im_png_pack_new (const ImPngOptions *options, size_t row_size, int bpp,
    bool is_index)
{
  ImPngPack *self = im_alloc_array (1, sizeof (ImPngPack));

  if (self == NULL)
    return NULL;
  memset (self, 0, sizeof (*self));
  self->options = *options;
  self->kernels = im_png_kernels_get ();
  self->level = &levels[options->level];
  self->row_size = row_size;
  self->bpp = bpp;
  self->is_index = is_index;
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
  if (self->drawn != self->usual)
    im_deflate_free (self->drawn);
  im_deflate_free (self->usual);
  im_deflate_free (self->probe);
  im_deflate_free (self->usual_probe);
  im_bytes_clear (&self->stream.out);
  im_bytes_clear (&self->probe_out);
  free (self->above);
  free (self->best);
  free (self->attempt);
  free (self);
}

bool
im_png_pack_begin (ImPngPack *self, bool first)
{
  self->has_above = false;
  self->blocks_left = 0;
  return begin_stream (self, &self->stream, self->usual, first);
}

bool
im_png_pack_rows (ImPngPack *self, const uint8_t *rows, ptrdiff_t stride,
    int n_rows)
{
  ImPngBlock block = { .rows = rows,
    .stride = stride,
    .n_rows = n_rows,
    .above = self->has_above ? self->above : NULL,
    .row_size = self->row_size,
    .bpp = self->bpp };
  bool fine = self->options.level > 0
      ? pack_adaptively (self, &block)
      : feed_stream (self, &self->stream, &block, self->options.filter);

  memcpy (self->above, rows + (n_rows - 1) * stride, self->row_size);
  self->has_above = true;
  return fine;
}

ImBytes *
im_png_pack_end (ImPngPack *self, bool last, uint32_t *checksum)
{
  if (!end_part (&self->stream, last))
    return NULL;
  *checksum = self->stream.checksum;
  return &self->stream.out;
}
