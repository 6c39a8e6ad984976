/* imbytes: a small picture in place of a large one.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "sample.h"

#include <stdlib.h>
#include <string.h>

#include "core/rows/row_maker.h"

/* A piece: longer ones would be fewer and differ more, and in shorter ones the
 * DC of the first MCU, which is far from the one before it, would count more. */
#define TILE_MCUS 4
/* One tile of so many is taken, but no fewer than this in all, and no more than
 * fit into the height of a JPEG. */
#define SPARSE 8
#define LEAST_TILES 14
#define MOST_TILES 2000
/* Each row of tiles begins so many further on: all columns come to be looked at. */
#define ROW_OFFSET 3

struct _ImSample
{
  ImPlan plan; /* of the small picture */
  int tile_width, tile_height;
  int across, down; /* whole tiles of the large picture */
  int step;         /* every which is taken */
  double scale;     /* of the large picture's area to the small one's */
  size_t fixed;     /* bytes of a file that are not picture */
  ImRows rows;
  uint8_t *rows_data;
  ImCodedStrip strip;
};

static int
choose_step (int n_tiles)
{
  int step = n_tiles / LEAST_TILES;

  if (step > SPARSE)
    step = SPARSE;
  if (step < n_tiles / MOST_TILES + 1)
    step = n_tiles / MOST_TILES + 1;
  return step;
}

static void
lay_out_tiles (ImSample *self, const ImPlan *plan)
{
  self->tile_width = TILE_MCUS * 8 << plan->w_shift;
  self->tile_height = 8 << plan->h_shift;
  self->across = plan->width / self->tile_width;
  self->down = plan->height / self->tile_height;
  self->step = choose_step (self->across * self->down);
}

bool
im_sample_is_worth_it (const ImPlan *plan)
{
  ImSample tiles;

  if (plan->codec != IM_CODEC_JPEG)
    return false;
  lay_out_tiles (&tiles, plan);
  return tiles.step > 1;
}

/* The first tile of a row of them. */
static int
first_tile (const ImSample *self, int row)
{
  return (self->step - row * ROW_OFFSET % self->step) % self->step;
}

static int
count_tiles (const ImSample *self)
{
  int n = 0;

  for (int row = 0; row < self->down; row++) {
    int first = first_tile (self, row);

    if (first < self->across)
      n += (self->across - first - 1) / self->step + 1;
  }
  return n;
}

/* The small picture: one tile below the other. */
static void
plan_small (ImSample *self, const ImPlan *plan, int n_tiles)
{
  self->plan = *plan;
  self->plan.width = self->tile_width;
  self->plan.height = n_tiles * self->tile_height;
  self->plan.band_rows = self->plan.strip_rows = self->plan.height;
  self->plan.n_bands = self->plan.n_strips = 1;
  im_plan_lay_out_rows (&self->plan);
}

static ImRows
rows_at (const ImSample *self, int y)
{
  ImRows rows = self->rows;

  for (int c = 0; c < self->plan.layout.n_planes; c++)
    rows.data[c] += (y >> self->plan.layout.plane[c].h_shift) * rows.stride[c];
  rows.n_rows = self->plan.height - y < IM_BLOCK_ROWS ? self->plan.height - y
                                                      : IM_BLOCK_ROWS;
  return rows;
}

/* The file that the first @height rows make. */
static bool
code_small (ImSample *self, int height, size_t *size, ImError *error)
{
  static const ImMetadata none = { NULL, 0, NULL };
  const ImCodec *codec = im_codec_get (self->plan.codec);
  int whole_height = self->plan.height;
  ImCoder *coder;
  bool done;

  self->plan.height = self->plan.strip_rows = self->plan.band_rows = height;
  coder = codec->coder_new (&self->plan, error);
  im_bytes_reset (&self->strip.bytes);
  done = coder != NULL && codec->begin (coder, 0, &self->strip, error);
  for (int y = 0; done && y < height; y += IM_BLOCK_ROWS) {
    ImRows rows = rows_at (self, y);

    done = codec->rows (coder, &rows, error);
  }
  done = done && codec->end (coder, error)
      && codec->size (coder, &self->strip, 1, &none, size, error);
  if (coder != NULL)
    codec->coder_free (coder);
  self->plan.height = self->plan.strip_rows = self->plan.band_rows =
      whole_height;
  return done;
}

/* What a file has without any picture: that of one gray tile. */
static bool
measure_fixed (ImSample *self, ImError *error)
{
  const ImRowLayout *layout = &self->plan.layout;

  for (int c = 0; c < layout->n_planes; c++)
    memset (self->rows.data[c], 128,
        (size_t) self->rows.stride[c]
            * (size_t) (self->tile_height >> layout->plane[c].h_shift));
  return code_small (self, self->tile_height, &self->fixed, error);
}

ImSample *
im_sample_new (const ImPlan *plan, ImError *error)
{
  ImSample *self = calloc (1, sizeof (*self));
  int n_tiles;

  if (self == NULL) {
    im_error_no_memory (error, "a sample of a picture");
    return NULL;
  }
  lay_out_tiles (self, plan);
  n_tiles = count_tiles (self);
  plan_small (self, plan, n_tiles);
  self->scale = (double) plan->width * plan->height
      / ((double) self->plan.width * self->plan.height);
  self->rows_data = im_rows_alloc (&self->rows, &self->plan, self->plan.height);
  if (self->rows_data == NULL)
    im_error_no_memory (error, "a sample of a picture");
  else if (measure_fixed (self, error))
    return self;
  im_sample_free (self);
  return NULL;
}

void
im_sample_free (ImSample *self)
{
  if (self == NULL)
    return;
  free (self->rows_data);
  im_bytes_clear (&self->strip.bytes);
  free (self);
}

static void
copy_tile (ImSample *self, const ImRows *whole, int column, int row, int n)
{
  for (int c = 0; c < self->plan.layout.n_planes; c++) {
    int w_shift = self->plan.layout.plane[c].w_shift;
    int height = self->tile_height >> self->plan.layout.plane[c].h_shift;
    size_t width = (size_t) self->tile_width >> w_shift;
    const uint8_t *src = whole->data[c]
        + (ptrdiff_t) row * height * whole->stride[c] + (size_t) column * width;
    uint8_t *dst =
        self->rows.data[c] + (ptrdiff_t) n * height * self->rows.stride[c];

    for (int y = 0; y < height; y++)
      memcpy (dst + y * self->rows.stride[c], src + y * whole->stride[c],
          width);
  }
}

void
im_sample_take (ImSample *self, const ImRows *whole)
{
  int n = 0;

  for (int row = 0; row < self->down; row++)
    for (int column = first_tile (self, row); column < self->across;
         column += self->step)
      copy_tile (self, whole, column, row, n++);
}

bool
im_sample_code (ImSample *self, const ImPlan *plan, size_t *size,
    ImError *error)
{
  size_t small;
  double estimate;

  self->plan.jpeg = plan->jpeg;
  if (!code_small (self, self->plan.height, &small, error))
    return false;
  estimate = small > self->fixed ? (double) (small - self->fixed) : 0.0;
  *size = self->fixed + (size_t) (estimate * self->scale);
  return true;
}
