/* imbytes: what the resampler made -> what the file means. What all of it shares.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "colour_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int
background_channel (uint32_t background, int shift)
{
  return (int) (background >> shift & 255);
}

/* The background is sRGB, and so are R'G'B' in PNG and, behind the matrix of
 * BT.601, Y'CbCr in JPEG. */
static void
stage_background (ImColourStage *stage)
{
  const ImPlan *plan = stage->plan;
  ImMatrix3 m = im_colour_ycbcr_from_rgb (IM_MATRIX_BT601);
  double rgb[3], ycbcr[3];
  uint8_t value[4];
  int n = 0;

  for (int i = 0; i < 3; i++)
    rgb[i] = background_channel (plan->background, 16 - 8 * i);
  for (int i = 0; i < 3; i++) {
    ycbcr[i] = m.m[i][0] * rgb[0] + m.m[i][1] * rgb[1] + m.m[i][2] * rgb[2]
        + (i > 0 ? 128.0 : 0.0);
    stage->background[i] = (float) (rgb[i] / 255.0);
  }
  stage->background[3] = (float) (ycbcr[0] / 255.0);
  for (int i = 0; i < 3; i++) {
    double v = plan->model == IM_MODEL_RGB ? rgb[i] : ycbcr[i];

    value[i] = (uint8_t) fmin (fmax (floor (v + 0.5), 0.0), 255.0);
  }
  if (plan->has_alpha)
    value[plan->n_components - 1] =
        (uint8_t) background_channel (plan->background, 24);
  /* An 8-bit value in 16 bits is that value twice (PNG, 12.4). */
  for (int c = 0; c < plan->n_components; c++)
    for (int byte = 0; byte < plan->bit_depth / 8; byte++)
      stage->border[n++] = value[c];
}

ImColourStage *
im_colour_new (const ImPlan *plan, bool premultiplied)
{
  const ImFormat *format = &plan->input.format;
  ImColourStage *stage = calloc (1, sizeof (*stage));

  if (stage == NULL)
    return NULL;
  stage->plan = plan;
  stage->kernels = im_kernels_get ();
  stage->premultiplied = premultiplied;
  stage->gray_in = format->model == IM_MODEL_GRAY || plan->luma_only;
  stage->alpha = format->has_alpha ? format->n_components - 1 : -1;
  stage_background (stage);
  if (plan->samples == IM_SAMPLES_F32 ? im_colour_float_init (stage)
                                      : im_colour_fixed_init (stage))
    return stage;
  im_colour_free (stage);
  return NULL;
}

void
im_colour_free (ImColourStage *stage)
{
  if (stage == NULL)
    return;
  for (int i = 0; i < 3; i++) {
    free (stage->mean[i]);
    free (stage->mean_f[i]);
  }
  free (stage->inverse);
  free (stage->opaque);
  free (stage->light);
  free (stage);
}

ImPlace
im_colour_place (const ImColourStage *stage, const ImBlock *block, int c, int y)
{
  const ImPlan *plan = stage->plan;
  int w_shift = plan->component[c].w_shift;
  int h_shift = plan->component[c].h_shift;
  const ImRect *picture = &plan->picture;

  return (ImPlace){ block->first[c] + (picture->y >> h_shift) - (y >> h_shift),
    picture->x >> w_shift,
    im_subsampled (picture->x + picture->width, w_shift)
        - (picture->x >> w_shift) };
}

static void
fill_pixels (uint8_t *dst, const uint8_t *pixel, int size, int n)
{
  if (size == 1) {
    memset (dst, *pixel, (size_t) n);
    return;
  }
  for (int x = 0; x < n; x++)
    memcpy (dst + (size_t) x * (size_t) size, pixel, (size_t) size);
}

/* Whole rows, where any of it is border: the picture is written over it. */
static void
draw_borders (const ImColourStage *stage, const ImBlock *block,
    const ImRows *rows)
{
  const ImPlan *plan = stage->plan;
  const uint8_t *pixel = stage->border;

  if (plan->picture.width == plan->width && block->n[0] == rows->n_rows)
    return;
  for (int c = 0; c < plan->layout.n_planes; c++) {
    int size = plan->layout.plane[c].pixel_size;
    int width = im_subsampled (plan->width, plan->layout.plane[c].w_shift);
    int height = im_subsampled (rows->n_rows, plan->layout.plane[c].h_shift);

    for (int i = 0; i < height; i++)
      fill_pixels (rows->data[c] + i * rows->stride[c], pixel, size, width);
    pixel += size;
  }
}

ImChromaArea
im_colour_chroma_area (const ImPlan *plan, ImPlace place, int n_rows)
{
  int first = place.column >> plan->w_shift;

  return (ImChromaArea){ place.row >> plan->h_shift,
    n_rows == 0 ? 0 : im_subsampled (place.row + n_rows, plan->h_shift), first,
    im_subsampled (place.column + place.n, plan->w_shift) - first };
}

ImRowsUnder
im_colour_rows_under (const ImPlan *plan, ImPlace luma, int n_rows, int row)
{
  int top = (row << plan->h_shift) - luma.row, bottom = top + plan->h_shift;

  return (
      ImRowsUnder){ top < 0 ? 0 : top, bottom < n_rows ? bottom : n_rows - 1 };
}

void
im_colour_neutral_chroma (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows)
{
  ImChromaArea area = im_colour_chroma_area (stage->plan,
      im_colour_place (stage, block, 0, y), block->n[0]);

  for (int c = 1; c < 3; c++)
    for (int row = area.first_row; row < area.end_row; row++)
      memset (rows->data[c] + row * rows->stride[c] + area.first, 128,
          (size_t) area.n);
}

void
im_colour_block (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows)
{
  draw_borders (stage, block, rows);
  for (int i = 0; i < IM_COLOUR_STEPS && stage->step[i] != NULL; i++)
    stage->step[i](stage, block, y, rows);
}
