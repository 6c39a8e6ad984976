/* imbytes: filters and compressors for the rows of a PNG strip.
 *
 * Where the user leaves the filter to us, each block of rows is classified, and the
 * class decides how it is coded:
 *
 *   photographic   each row gets the filter whose output is smallest in sum. At
 *                  levels 1 to 3 our own coder takes it
 *   synthetic      screens, charts, test patterns: nearly all pixels are as
 *                  predicted. Long repetitions matter most, and our own coder does
 *                  not search for them thoroughly; zlib does, and is quick on such
 *                  blocks. Prediction helps or breaks up repetitions: both are
 *                  compressed to see which
 *   repetitive     much smaller without any filter, as dithered pictures are: zlib.
 *                  A few rows of each block are compressed to see it
 *   gray as RGB    repetitions of three bytes may be worth much (noise), or
 *                  nothing (photographs). A few rows are compressed by zlib to see
 *
 * From level 4 on zlib takes all blocks. The strip is also coded by our own coder,
 * and by zlib without any filter, and the smallest of the three taken.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "pngpack.h"

#include <stdlib.h>
#include <string.h>

#include "deflate.h"
#include "pngfilter.h"

/* zlib's level where the user asked for less: for synthetic blocks, and for others
 * that our own coder does not suit, which at 6 take too long. */
#define SYNTHETIC_LEVEL 6
#define DENSE_LEVEL 4
/* From here on zlib codes all blocks, and our own coder all of them again. */
#define LEAST_ZLIB_LEVEL 4
#define PROBE_LEVEL 1

/* Synthetic: at least 7 of 8 bytes are as Paeth predicts. Smooth photographs have
 * up to 0.75, screens full of text from 0.9. One row of so many is tested. */
#define PREDICTED_NUMERATOR 7
#define PREDICTED_DENOMINATOR 8
#define SAMPLED_ROWS 4

/* The first rows of a block that is not synthetic are coded to see which way is
 * smaller; this many blocks are then coded that way. The better one has to take no
 * more than 7/8 of the usual one's bytes to pay for the time. */
#define BLOCKS_BETWEEN_PROBES 4
#define PROBED_ROWS 4
#define PROBED_GRAY_ROWS 8
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

/* The whole strip coded in another way; the smallest is taken. */
typedef struct
{
  Stream stream;
  ImPngFilter filter;
} Rival;
#define MAX_RIVALS 2

typedef struct
{
  const uint8_t *rows;
  ptrdiff_t stride;
  int n_rows;
} Block;

/* A block that is coded with @filter by @deflate. */
typedef struct
{
  ImDeflate *deflate;
  ImPngFilter filter;
} Choice;

struct _ImPngPack
{
  ImPngOptions options;
  size_t row_size;
  int bpp;
  bool has_above;
  uint8_t *above;          /* last row of the block before */
  uint8_t *best, *attempt; /* a filtered row, ROW_START bytes into each */

  Stream stream;
  ImDeflate *usual, *synthetic, *dense; /* stream.deflate is one of these */
  ImDeflate *probe, *dense_probe;
  ImBytes probe_out;
  bool out_of_memory;       /* a probe was */
  Rival rivals[MAX_RIVALS]; /* each with a compressor of its own */
  int n_rivals;
  Choice found;    /* by the latest probes */
  int blocks_left; /* that go by them */
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

static int
smaller (int a, int b)
{
  return a < b ? a : b;
}

static bool
is_synthetic (ImPngPack *self, const Block *block)
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
  return predicted / PREDICTED_NUMERATOR >= seen / PREDICTED_DENOMINATOR;
}

/* Bytes that @block takes with @filter. Out of memory it says so in the pack:
 * another choice would be another file. */
static size_t
probe (ImPngPack *self, ImDeflate *deflate, const Block *block,
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
feed_stream (ImPngPack *self, Stream *stream, const Block *block,
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

/* All three colours alike, in the middle row. */
static bool
is_gray (const ImPngPack *self, const Block *block)
{
  const uint8_t *row = block->rows + block->n_rows / 2 * block->stride;
  uint8_t differences = 0;

  if (self->bpp != 3 && self->bpp != 4)
    return false;
  for (size_t i = 0; i + 2 < self->row_size; i += (size_t) self->bpp)
    differences |= (row[i] ^ row[i + 1]) | (row[i] ^ row[i + 2]);
  return differences == 0;
}

static bool
is_worth_it (size_t size, size_t against)
{
  return size / WORTH_NUMERATOR < against / WORTH_DENOMINATOR;
}

static Choice
choose_synthetic (ImPngPack *self, const Block *block)
{
  Choice choice = { self->synthetic, IM_PNG_FILTER_ADAPTIVE };

  if (probe (self, self->probe, block, IM_PNG_FILTER_NONE)
      <= probe (self, self->probe, block, choice.filter))
    choice.filter = IM_PNG_FILTER_NONE;
  return choice;
}

static Choice
choose_gray (ImPngPack *self, const Block *rows)
{
  size_t usual = probe (self, self->probe, rows, IM_PNG_FILTER_ADAPTIVE);
  size_t dense = probe (self, self->dense_probe, rows, IM_PNG_FILTER_ADAPTIVE);
  size_t unfiltered = probe (self, self->dense_probe, rows, IM_PNG_FILTER_NONE);

  if (is_worth_it (unfiltered, usual) && unfiltered <= dense)
    return (Choice){ self->dense, IM_PNG_FILTER_NONE };
  if (is_worth_it (dense, usual))
    return (Choice){ self->dense, IM_PNG_FILTER_ADAPTIVE };
  return (Choice){ self->usual, IM_PNG_FILTER_ADAPTIVE };
}

static Choice
choose_rich (ImPngPack *self, const Block *rows)
{
  if (is_worth_it (probe (self, self->probe, rows, IM_PNG_FILTER_NONE),
          probe (self, self->probe, rows, IM_PNG_FILTER_ADAPTIVE)))
    return (Choice){ self->dense, IM_PNG_FILTER_NONE };
  return (Choice){ self->usual, IM_PNG_FILTER_ADAPTIVE };
}

static Choice
choose (ImPngPack *self, const Block *block)
{
  bool gray = is_gray (self, block);
  Block rows = *block;

  if (is_synthetic (self, block))
    return choose_synthetic (self, block);
  if (self->dense == self->usual)
    return (Choice){ self->usual, IM_PNG_FILTER_ADAPTIVE };
  if (self->blocks_left == 0) {
    rows.n_rows = smaller (rows.n_rows, gray ? PROBED_GRAY_ROWS : PROBED_ROWS);
    self->found = gray ? choose_gray (self, &rows) : choose_rich (self, &rows);
    self->blocks_left = BLOCKS_BETWEEN_PROBES;
  }
  self->blocks_left--;
  return self->found;
}

static bool
pack_adaptively (ImPngPack *self, const Block *block)
{
  Choice choice;

  self->out_of_memory = false;
  choice = choose (self, block);
  if (self->out_of_memory)
    return false;
  for (int i = 0; i < self->n_rivals; i++) {
    Rival *rival = &self->rivals[i];

    if (!feed_stream (self, &rival->stream, block, rival->filter))
      return false;
  }
  return switch_to (self, choice.deflate)
      && feed_stream (self, &self->stream, block, choice.filter);
}

static bool
is_adaptive (const ImPngOptions *options)
{
  return options->filter == IM_PNG_FILTER_AUTO && options->level > 0;
}

static bool
add_rival (ImPngPack *self, int level, ImPngFilter filter)
{
  Rival *rival = &self->rivals[self->n_rivals++];

  rival->filter = filter;
  rival->stream.deflate = im_deflate_new (level);
  return rival->stream.deflate != NULL;
}

/* One that has @least at least. */
static ImDeflate *
open_least (ImPngPack *self, int least)
{
  return self->options.level >= least ? self->usual : im_deflate_new (least);
}

static bool
open_compressors (ImPngPack *self)
{
  int level = self->options.level;

  self->usual = im_deflate_new (level);
  if (self->usual == NULL || !is_adaptive (&self->options))
    return self->usual != NULL;
  self->synthetic = open_least (self, SYNTHETIC_LEVEL);
  self->dense = open_least (self, DENSE_LEVEL);
  self->probe = im_deflate_new (PROBE_LEVEL);
  self->dense_probe = im_deflate_new (DENSE_LEVEL);
  if (self->synthetic == NULL || self->dense == NULL || self->probe == NULL
      || self->dense_probe == NULL)
    return false;
  return level < LEAST_ZLIB_LEVEL
      || (add_rival (self, LEAST_ZLIB_LEVEL - 1, IM_PNG_FILTER_ADAPTIVE)
          && add_rival (self, level, IM_PNG_FILTER_NONE));
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
  if (self->synthetic != self->usual)
    im_deflate_free (self->synthetic);
  if (self->dense != self->usual)
    im_deflate_free (self->dense);
  im_deflate_free (self->usual);
  im_deflate_free (self->probe);
  im_deflate_free (self->dense_probe);
  for (int i = 0; i < self->n_rivals; i++) {
    im_deflate_free (self->rivals[i].stream.deflate);
    im_bytes_clear (&self->rivals[i].stream.out);
  }
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
  for (int i = 0; i < self->n_rivals; i++) {
    Stream *stream = &self->rivals[i].stream;

    if (!begin_stream (self, stream, stream->deflate, first))
      return false;
  }
  return begin_stream (self, &self->stream, self->usual, first);
}

bool
im_png_pack_rows (ImPngPack *self, const uint8_t *rows, ptrdiff_t stride,
    int n_rows)
{
  Block block = { .rows = rows, .stride = stride, .n_rows = n_rows };
  bool fine = is_adaptive (&self->options)
      ? pack_adaptively (self, &block)
      : feed_stream (self, &self->stream, &block, self->options.filter);

  memcpy (self->above, rows + (n_rows - 1) * stride, self->row_size);
  self->has_above = true;
  return fine;
}

ImBytes *
im_png_pack_end (ImPngPack *self, bool last, uint32_t *checksum)
{
  Stream *best = &self->stream;

  if (!end_part (best, last))
    return NULL;
  for (int i = 0; i < self->n_rivals; i++) {
    Stream *stream = &self->rivals[i].stream;

    if (!end_part (stream, last))
      return NULL;
    if (stream->out.size < best->out.size)
      best = stream;
  }
  *checksum = best->checksum;
  return &best->out;
}
