/* imbytes: how much a frame differs from another.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "change.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/rows/row_maker.h"

/* So many rows of the frame for each row of cells say as much as all of them, in
 * a fraction of the time. */
#define ROWS_PER_CELL 8

typedef struct
{
  uint8_t cell[IM_CHANGE_ROWS][IM_CHANGE_COLUMNS];
} Thumbnail;

struct _ImChange
{
  bool configured, kept, seen_one;
  ImPlan plan;
  ImResampleTables tables;
  ImRowMaker *maker;
  ImRows rows;
  uint8_t *rows_data;
  Thumbnail seen, reference;
};

ImChange *
im_change_new (void)
{
  return calloc (1, sizeof (ImChange));
}

static void
change_unconfigure (ImChange *change)
{
  change->configured = false;
  im_row_maker_free (change->maker);
  change->maker = NULL;
  im_resample_tables_clear (&change->tables);
  free (change->rows_data);
  change->rows_data = NULL;
}

void
im_change_free (ImChange *change)
{
  if (change == NULL)
    return;
  change_unconfigure (change);
  free (change);
}

static bool
change_build (ImChange *change, ImError *error)
{
  if (!im_resample_tables_build (&change->tables, &change->plan))
    return im_error_no_memory (error, "the resampling tables");
  change->maker = im_row_maker_new (&change->plan, &change->tables);
  change->rows_data =
      im_rows_alloc (&change->rows, &change->plan, IM_BLOCK_ROWS);
  return (change->maker != NULL && change->rows_data != NULL)
      || im_error_no_memory (error, "a thumbnail");
}

/* Gray rows as JPEG would have them: full-range luma. */
static bool
change_configure (ImChange *change, const ImImageInfo *input, ImRect crop,
    ImError *error)
{
  ImRequest request = { .codec = IM_CODEC_JPEG,
    .width = IM_CHANGE_COLUMNS,
    .height = IM_CHANGE_ROWS,
    .fit = IM_FIT_FILL,
    .enlarge = true,
    .background = 0xff000000,
    .method = IM_METHOD_AREA,
    .crop = crop,
    .jpeg = { .quality = 85, .subsampling = IM_SUBSAMPLING_GRAY } };
  ImPlan plan;

  if (!im_plan_make (&plan, input, &request, error))
    return false;
  if (change->configured && im_plan_equal (&plan, &change->plan))
    return true;
  change_unconfigure (change);
  change->plan = plan;
  change->configured = change_build (change, error);
  if (!change->configured)
    change_unconfigure (change);
  return change->configured;
}

/* @frame with only one in so many of its rows, and @crop of that. Formats that
 * are unpacked find their rows themselves. */
static ImImage
thin_out (const ImImage *frame, ImRect *crop)
{
  ImImage thin = *frame;
  int height = crop->height > 0 ? crop->height : frame->info.height;
  int step = height / (IM_CHANGE_ROWS * ROWS_PER_CELL);

  if (frame->info.format.unpack != NULL || step < 2
      || frame->info.height / step < 1)
    return thin;
  thin.info.height = frame->info.height / step;
  for (int p = 0; p < 4; p++)
    thin.stride[p] *= step;
  crop->y /= step;
  crop->height /= step;
  return thin;
}

static double
largest_difference (const Thumbnail *a, const Thumbnail *b)
{
  int largest = 0;

  for (int y = 0; y < IM_CHANGE_ROWS; y++)
    for (int x = 0; x < IM_CHANGE_COLUMNS; x++) {
      int difference = abs (a->cell[y][x] - b->cell[y][x]);

      if (difference > largest)
        largest = difference;
    }
  return largest / 255.0;
}

/* The block of rows of cells at @y. */
static void
make_cells (ImChange *change, int y)
{
  const ImRows *rows = &change->rows;

  change->rows.n_rows = IM_CHANGE_ROWS - y < IM_BLOCK_ROWS ? IM_CHANGE_ROWS - y
                                                           : IM_BLOCK_ROWS;
  im_row_maker_make (change->maker, y, IM_CHANGE_ROWS, rows);
  for (int i = 0; i < rows->n_rows; i++)
    memcpy (change->seen.cell[y + i], rows->data[0] + i * rows->stride[0],
        IM_CHANGE_COLUMNS);
}

bool
im_change_look (ImChange *change, const ImImage *frame, ImRect crop,
    double *difference, ImError *error)
{
  ImImage thin = thin_out (frame, &crop);

  if (!change_configure (change, &thin.info, crop, error))
    return false;
  im_row_maker_start (change->maker, &thin);
  for (int y = 0; y < IM_CHANGE_ROWS; y += IM_BLOCK_ROWS)
    make_cells (change, y);
  change->seen_one = true;
  *difference = change->kept
      ? largest_difference (&change->seen, &change->reference)
      : 1.0;
  return true;
}

double
im_change_detail (const ImChange *change)
{
  const double n = IM_CHANGE_ROWS * IM_CHANGE_COLUMNS;
  double sum = 0, squares = 0, variance;

  for (int y = 0; y < IM_CHANGE_ROWS; y++)
    for (int x = 0; x < IM_CHANGE_COLUMNS; x++) {
      double cell = change->seen.cell[y][x];

      sum += cell;
      squares += cell * cell;
    }
  variance = squares / n - sum / n * (sum / n);
  return variance > 0 ? sqrt (variance) / 255.0 : 0.0;
}

void
im_change_keep (ImChange *change)
{
  change->reference = change->seen;
  change->kept = change->seen_one;
}

void
im_change_forget (ImChange *change)
{
  change->kept = change->seen_one = false;
}
