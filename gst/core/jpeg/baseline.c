/* imbytes: baseline JPEG, coded by strips.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "baseline.h"

#include <stdlib.h>
#include <string.h>

/* Blocks that are transformed before they are coded: a multiple of those of any
 * MCU, and few enough for the first-level cache. */
#define CHUNK_BLOCKS 48

/* What stands at the beginning of a strip's bytes; its bits follow. */
typedef struct
{
  ImJpegBlock first[IM_JPEG_MAX_UNITS]; /* MCU */
  int dc[3];                            /* the last ones */
  /* Of the last byte, which is not whole: the lowest n_bits. */
  unsigned n_bits;
  uint8_t bits;
} StripHead;

/* A component, and how it lies in an MCU. */
typedef struct
{
  int across, down;           /* blocks of an MCU */
  int n_blocks, n_block_rows; /* of the picture: those that are not dummies */
  int chunk;                  /* its first block in a chunk */
  const ImJpegQuantiser *quantiser;
  uint8_t *bottom; /* rows of the last MCU row, where the picture ends before */
  ptrdiff_t bottom_stride;
} Component;

struct _ImJpegBaseline
{
  const ImJpegKernels *kernels;
  const ImJpegCodes *codes;
  ImJpegQuantiser quantiser[2];
  int height, n_strips;
  int n_components, w_shift, h_shift;
  int n_mcus;     /* of a row */
  int n_units;    /* blocks of an MCU */
  int chunk_mcus; /* in CHUNK_BLOCKS */
  Component component[3];
  ImJpegBlock *blocks; /* of a chunk */
  uint8_t *bottom;

  /* The strip under way. */
  ImCodedStrip *out;
  ImJpegWriter writer;
  int dc[3];
  int mcu_row, end_mcu_row; /* of the picture */
  bool is_first;            /* MCU of the strip */

  ImBytes joined; /* from size () to write () */
};

bool
im_jpeg_baseline_does (const ImPlan *plan)
{
  return !plan->jpeg.progressive && !plan->jpeg.optimize
      && plan->jpeg.dct == IM_DCT_ISLOW;
}

/* The DCT's results are eight times too large. With the reciprocal 2^r / d, where
 * r is such that it fills 16 bits, the quotient is exact for all that a DCT
 * gives. */
static void
quantiser_init (ImJpegQuantiser *quantiser, const uint16_t quantisation[64])
{
  for (int i = 0; i < 64; i++) {
    uint32_t d = (uint32_t) quantisation[i] << 3, reciprocal, rest;
    uint32_t correction = d / 2;
    int r = 16;

    while (d >> (r - 15) != 0)
      r++;
    reciprocal = (uint32_t) ((UINT64_C (1) << r) / d);
    rest = (uint32_t) ((UINT64_C (1) << r) % d);
    if (rest == 0) {
      /* A power of 2, whose reciprocal would take 17 bits. */
      reciprocal >>= 1;
      r--;
    } else if (rest <= d / 2) {
      correction++;
    } else {
      reciprocal++;
    }
    quantiser->reciprocal[i] = (uint16_t) reciprocal;
    quantiser->correction[i] = (uint16_t) correction;
    quantiser->scale[i] = (uint16_t) (1 << (32 - r));
  }
}

static void
component_init (ImJpegBaseline *self, int c, const ImPlan *plan)
{
  Component *component = &self->component[c];
  int w_shift = c > 0 ? plan->w_shift : 0, h_shift = c > 0 ? plan->h_shift : 0;

  component->across = c > 0 ? 1 : 1 << plan->w_shift;
  component->down = c > 0 ? 1 : 1 << plan->h_shift;
  component->n_blocks = im_subsampled (plan->width, w_shift + 3);
  component->n_block_rows = im_subsampled (plan->height, h_shift + 3);
  component->quantiser = &self->quantiser[c > 0];
  component->bottom_stride = (ptrdiff_t) self->n_mcus * component->across * 8;
  component->chunk = self->n_units; /* times the MCUs of a chunk: below */
  self->n_units += component->across * component->down;
}

static bool
alloc_buffers (ImJpegBaseline *self)
{
  size_t size = 0;
  uint8_t *next;

  self->blocks = im_alloc_array (CHUNK_BLOCKS, sizeof (ImJpegBlock));
  for (int c = 0; c < self->n_components; c++)
    size += (size_t) self->component[c].bottom_stride * 8
        * (size_t) self->component[c].down;
  next = self->bottom = im_alloc_array (1, size);
  if (self->blocks == NULL || self->bottom == NULL)
    return false;
  for (int c = 0; c < self->n_components; c++) {
    Component *component = &self->component[c];

    component->bottom = next;
    next += (size_t) component->bottom_stride * 8 * (size_t) component->down;
  }
  return true;
}

ImJpegBaseline *
im_jpeg_baseline_new (const ImPlan *plan, const uint16_t *const quantisation[3],
    const ImJpegKernels *kernels, ImError *error)
{
  ImJpegBaseline *self = calloc (1, sizeof (*self));

  if (self == NULL) {
    im_error_no_memory (error, "the JPEG coder");
    return NULL;
  }
  self->kernels = kernels;
  self->codes = im_jpeg_codes_get ();
  self->height = plan->height;
  self->n_strips = plan->n_strips;
  /* Gray, or Y'CbCr. */
  self->n_components = plan->n_components == 1 ? 1 : 3;
  self->w_shift = plan->w_shift;
  self->h_shift = plan->h_shift;
  self->n_mcus = im_subsampled (plan->width, 3 + plan->w_shift);
  component_init (self, 0, plan);
  quantiser_init (&self->quantiser[0], quantisation[0]);
  for (int c = 1; c < self->n_components; c++) {
    component_init (self, c, plan);
    quantiser_init (&self->quantiser[1], quantisation[c]);
  }
  self->chunk_mcus = CHUNK_BLOCKS / self->n_units;
  for (int c = 0; c < self->n_components; c++)
    self->component[c].chunk *= self->chunk_mcus;
  if (alloc_buffers (self))
    return self;
  im_error_no_memory (error, "the JPEG coder");
  im_jpeg_baseline_free (self);
  return NULL;
}

void
im_jpeg_baseline_free (ImJpegBaseline *self)
{
  if (self == NULL)
    return;
  free (self->blocks);
  free (self->bottom);
  im_bytes_clear (&self->joined);
  free (self);
}

bool
im_jpeg_baseline_begin (ImJpegBaseline *self, int index, ImCodedStrip *out,
    ImError *error)
{
  int mcu_shift = 3 + self->h_shift;

  if (!im_bytes_reserve (&out->bytes, sizeof (StripHead)))
    return im_error_no_memory (error, "the JPEG picture");
  out->bytes.size = sizeof (StripHead);
  self->out = out;
  self->writer.bits = 0;
  self->writer.n_bits = 0;
  self->mcu_row = im_plan_band_begin (self->height, self->n_strips, index)
      >> mcu_shift;
  self->end_mcu_row = im_subsampled (im_plan_band_begin (self->height,
                                         self->n_strips, index + 1),
      mcu_shift);
  self->is_first = true;
  return true;
}

/* Blocks that the picture does not have, but its last MCUs do: as libjpeg has
 * them, nothing but the DC of the block coded before them. */
static void
make_dummy (ImJpegBlock *block, const ImJpegBlock *before)
{
  block->coefficient[0] = before->coefficient[0];
  block->mask = 0;
  block->small[64] = IM_JPEG_END;
}

/* @n MCUs from @mcu on of one component, whose rows are those of the MCU row. */
static void
transform_component (ImJpegBaseline *self, int c, const uint8_t *samples,
    ptrdiff_t stride, int mcu, int n)
{
  const Component *component = &self->component[c];
  int first = mcu * component->across, n_blocks = n * component->across;
  int there = component->n_blocks - first < n_blocks
      ? component->n_blocks - first
      : n_blocks;
  int row = self->mcu_row * component->down;
  ImJpegBlock *blocks = self->blocks + component->chunk;

  for (int y = 0; y < component->down; y++) {
    if (row + y < component->n_block_rows) {
      self->kernels->transform (blocks, samples + 8 * (ptrdiff_t) first, stride,
          there, component->quantiser);
      if (there < n_blocks)
        make_dummy (&blocks[there], &blocks[there - 1]);
    } else {
      const ImJpegBlock *above = blocks - self->chunk_mcus * component->across;

      for (int i = 0; i < n_blocks; i++)
        make_dummy (&blocks[i], &above[i | (component->across - 1)]);
    }
    samples += 8 * stride;
    blocks += self->chunk_mcus * component->across;
  }
}

static int
list_units (const ImJpegBaseline *self, ImJpegUnit units[IM_JPEG_MAX_UNITS])
{
  int n = 0;

  for (int c = 0; c < self->n_components; c++) {
    const Component *component = &self->component[c];

    for (int y = 0; y < component->down; y++)
      for (int x = 0; x < component->across; x++)
        units[n++] = (ImJpegUnit){ self->blocks + component->chunk
              + y * self->chunk_mcus * component->across + x,
          component->across, c };
  }
  return n;
}

/* The strip's first MCU is kept in its head. */
static void
keep_first (ImJpegBaseline *self, ImJpegUnit *units)
{
  StripHead head;

  memset (&head, 0, sizeof (head));
  for (int u = 0; u < self->n_units; u++) {
    head.first[u] = *units[u].block;
    self->dc[units[u].component] = units[u].block->coefficient[0];
    units[u].block += units[u].step;
  }
  memcpy (self->out->bytes.data, &head, sizeof (head));
  self->is_first = false;
}

static bool
code_chunk (ImJpegBaseline *self, int n)
{
  ImJpegUnit units[IM_JPEG_MAX_UNITS];
  ImBytes *bytes = &self->out->bytes;

  list_units (self, units);
  if (self->is_first) {
    keep_first (self, units);
    n--;
  }
  if (!im_bytes_reserve (bytes,
          CHUNK_BLOCKS * IM_JPEG_MAX_BLOCK_BYTES + IM_JPEG_WRITER_SPARE))
    return false;
  self->writer.next = bytes->data + bytes->size;
  self->kernels->code (&self->writer, self->dc, units, self->n_units, n,
      self->codes);
  bytes->size = (size_t) (self->writer.next - bytes->data);
  return true;
}

/* From luma row @y of @rows on. */
static bool
code_mcu_row (ImJpegBaseline *self, const ImRows *rows, int y)
{
  for (int mcu = 0; mcu < self->n_mcus; mcu += self->chunk_mcus) {
    int n = self->n_mcus - mcu < self->chunk_mcus ? self->n_mcus - mcu
                                                  : self->chunk_mcus;

    for (int c = 0; c < self->n_components; c++)
      transform_component (self, c,
          rows->data[c] + (y >> (c > 0 ? self->h_shift : 0)) * rows->stride[c],
          rows->stride[c], mcu, n);
    if (!code_chunk (self, n))
      return false;
  }
  self->mcu_row++;
  return true;
}

/* Copies the rows from luma row @y on, and the last one again until the MCU row
 * is full. */
static ImRows
fill_bottom (ImJpegBaseline *self, const ImRows *rows, int y)
{
  ImRows full = { .n_rows = 8 << self->h_shift };

  for (int c = 0; c < self->n_components; c++) {
    Component *component = &self->component[c];
    int h_shift = c > 0 ? self->h_shift : 0;
    int last = im_subsampled (rows->n_rows, h_shift) - 1, first = y >> h_shift;

    full.data[c] = component->bottom;
    full.stride[c] = component->bottom_stride;
    for (int i = 0; i < 8 * component->down; i++)
      memcpy (full.data[c] + i * full.stride[c],
          rows->data[c]
              + (first + i < last ? first + i : last) * rows->stride[c],
          (size_t) full.stride[c]);
  }
  return full;
}

bool
im_jpeg_baseline_rows (ImJpegBaseline *self, const ImRows *rows, ImError *error)
{
  int mcu_height = 8 << self->h_shift;
  bool done = true;

  for (int y = 0; y < rows->n_rows && done; y += mcu_height) {
    if (self->mcu_row == self->end_mcu_row)
      return im_error_set (error, IM_ERROR_CODEC,
          "A JPEG strip got more rows than it has, %d of %d rows of MCUs.",
          self->mcu_row, self->end_mcu_row);
    if (rows->n_rows - y >= mcu_height) {
      done = code_mcu_row (self, rows, y);
    } else {
      ImRows full = fill_bottom (self, rows, y);

      done = code_mcu_row (self, &full, 0);
    }
  }
  return done || im_error_no_memory (error, "the JPEG picture");
}

bool
im_jpeg_baseline_end (ImJpegBaseline *self, ImError *error)
{
  StripHead head;

  if (self->mcu_row < self->end_mcu_row)
    return im_error_set (error, IM_ERROR_CODEC,
        "A JPEG strip lacks %d of its rows of MCUs.",
        self->end_mcu_row - self->mcu_row);
  memcpy (&head, self->out->bytes.data, sizeof (head));
  memcpy (head.dc, self->dc, sizeof (head.dc));
  head.n_bits = self->writer.n_bits;
  head.bits = (uint8_t) (self->writer.bits & ((1u << head.n_bits) - 1));
  memcpy (self->out->bytes.data, &head, sizeof (head));
  return true;
}

/* A strip behind those that were joined, the last of which left @dc. */
static bool
join (ImJpegBaseline *self, ImJpegWriter *writer, int dc[3],
    const ImBytes *strip)
{
  ImJpegUnit units[IM_JPEG_MAX_UNITS];
  size_t n_bytes = strip->size - sizeof (StripHead);
  StripHead head;

  memcpy (&head, strip->data, sizeof (head));
  if (!im_bytes_reserve (&self->joined,
          IM_JPEG_MAX_UNITS * IM_JPEG_MAX_BLOCK_BYTES + n_bytes
              + 2 * IM_JPEG_WRITER_SPARE))
    return false;
  writer->next = self->joined.data + self->joined.size;
  list_units (self, units);
  for (int u = 0; u < self->n_units; u++)
    units[u].block = &head.first[u];
  self->kernels->code (writer, dc, units, self->n_units, 1, self->codes);
  self->kernels->append (writer, strip->data + sizeof (head), n_bytes);
  im_jpeg_put_bits (writer, head.bits, head.n_bits);
  memcpy (dc, head.dc, sizeof (head.dc));
  self->joined.size = (size_t) (writer->next - self->joined.data);
  return true;
}

bool
im_jpeg_baseline_size (ImJpegBaseline *self, const ImCodedStrip *strips,
    int n_strips, size_t *size, ImError *error)
{
  ImJpegWriter writer = { 0, 0, NULL };
  int dc[3] = { 0, 0, 0 };
  unsigned missing;

  im_bytes_reset (&self->joined);
  for (int i = 0; i < n_strips; i++)
    if (!join (self, &writer, dc, &strips[i].bytes))
      return im_error_no_memory (error, "the JPEG picture");
  /* Ones to the end of the last byte (ITU-T T.81, F.1.2.3). */
  missing = (8 - writer.n_bits) % 8;
  im_jpeg_put_bits (&writer, (1u << missing) - 1, missing);
  self->joined.size = (size_t) (writer.next - self->joined.data);
  *size = self->joined.size
      + self->kernels->count_ff (self->joined.data, self->joined.size);
  return true;
}

uint8_t *
im_jpeg_baseline_write (const ImJpegBaseline *self, uint8_t *out)
{
  return self->kernels->stuff (out, self->joined.data, self->joined.size);
}
