/* imbytes: what the resampler made -> what the file means. Fixed point.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "colour_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"

/* Code value on the scale of 8 bits = meaning * range + zero. */
static double
code_range (const ImPlan *plan, int c, bool chroma)
{
  if (plan->input.colour.range == IM_RANGE_FULL) {
    /* White is all ones, whose scale is not quite that of 8 bits. */
    int depth = plan->samples == IM_SAMPLES_Q6
        ? plan->input.format.component[c].depth
        : 8;

    return (double) ((1 << depth) - 1) / (1 << depth) * 256.0;
  }
  return chroma ? 224.0 : 219.0;
}

static double
code_zero (const ImColour *colour, bool chroma)
{
  if (chroma)
    return 128.0;
  return colour->range == IM_RANGE_FULL ? 0.0 : 16.0;
}

/* Output = sum of @weight times the inputs' meaning, * 255 + @zero. Components
 * that gray does not have weigh nothing: they have no range to divide by. */
static ImMix
make_mix (const ImPlan *plan, const double weight[3], double zero)
{
  bool ycbcr = plan->input.format.model == IM_MODEL_YCBCR;
  int n_colours = plan->input.format.model == IM_MODEL_GRAY ? 1 : 3;
  const ImColour *colour = &plan->input.colour;
  double bias = zero, one = 1 << (IM_MIX_SHIFT - IM_Q);
  ImMix mix = { { 0 }, 0 };

  for (int i = 0; i < n_colours; i++) {
    bool chroma = ycbcr && i > 0;
    double w = 255.0 * weight[i] / code_range (plan, i, chroma);

    mix.weight[i] = (int32_t) lround (w * one);
    /* Of the rounded weight, so that a component's zero stays where it is. */
    bias -= mix.weight[i] / one * code_zero (colour, chroma);
  }
  mix.bias =
      (int32_t) lround (bias * (1 << IM_MIX_SHIFT)) + (1 << (IM_MIX_SHIFT - 1));
  return mix;
}

static void
stage_mixes (ImColourStage *stage)
{
  const ImPlan *plan = stage->plan;
  static const ImMatrix3 same = { { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } } };
  ImMatrix3 to_rgb = plan->input.format.model == IM_MODEL_YCBCR
      ? im_colour_rgb_from_ycbcr (plan->input.colour.matrix)
      : same;
  ImMatrix3 to_ycbcr =
      im_matrix3_multiply (im_colour_ycbcr_from_rgb (IM_MATRIX_BT601), to_rgb);
  static const double alone[3] = { 1, 0, 0 };

  for (int i = 0; i < 3; i++)
    stage->rgb[i] = make_mix (plan, to_rgb.m[i], 0.0);
  stage->luma = make_mix (plan, stage->gray_in ? alone : to_ycbcr.m[0], 0.0);
  stage->chroma[0] = make_mix (plan, to_ycbcr.m[1], 128.0);
  stage->chroma[1] = make_mix (plan, to_ycbcr.m[2], 128.0);
  stage->cross = stage->luma.weight[1] != 0 || stage->luma.weight[2] != 0;
}

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

static bool
stage_mean_rows (ImColourStage *stage)
{
  size_t n = (size_t) stage->plan->width + 2;

  for (int i = 0; i < 3; i++) {
    if (stage->plan->samples == IM_SAMPLES_F32)
      stage->mean_f[i] = im_alloc_array (n, sizeof (float));
    else
      stage->mean[i] = im_alloc_array (n, sizeof (int16_t));
    if (stage->mean[i] == NULL && stage->mean_f[i] == NULL)
      return false;
  }
  return true;
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
  stage_mixes (stage);
  stage_background (stage);
  if (!stage_mean_rows (stage)
      || (plan->samples == IM_SAMPLES_F32 && !im_colour_float_init (stage))) {
    im_colour_free (stage);
    return NULL;
  }
  return stage;
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
im_colour_neutral_chroma (const ImColourStage *stage, const ImBlock *block,
    int y, const ImRows *rows)
{
  ImChromaArea area = im_colour_chroma_area (stage->plan,
      im_colour_place (stage, block, 0, y), block->n[0]);

  for (int c = 1; c < 3; c++)
    for (int row = area.first_row; row < area.end_row; row++)
      memset (rows->data[c] + row * rows->stride[c] + area.first, 128,
          (size_t) area.n);
}

static void
jpeg_luma (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows)
{
  const ImPlan *plan = stage->plan;
  ImPlace place = im_colour_place (stage, block, 0, y);
  bool chroma = plan->input.format.model == IM_MODEL_YCBCR;

  for (int i = 0; i < block->n[0]; i++) {
    int row = place.row + i, shift = chroma ? plan->chroma_w_shift : 0;
    uint8_t *dst = rows->data[0] + row * rows->stride[0] + place.column;
    int other = i;

    if (!stage->cross) {
      stage->kernels->mix1 (dst, block->row[0][i], &stage->luma, place.n);
      continue;
    }
    if (chroma)
      other = (row >> plan->chroma_h_shift)
          - im_colour_place (stage, block, 1, y).row;
    stage->kernels->mix3 (dst, block->row[0][i], block->row[1][other],
        block->row[2][other], shift, place.column & shift, &stage->luma,
        place.n);
  }
}

static void
jpeg_chroma (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows)
{
  ImPlace place = im_colour_place (stage, block, 1, y);
  const ImKernels *kernels = stage->kernels;

  for (int i = 0; i < block->n[1]; i++)
    for (int c = 1; c < 3; c++) {
      const ImMix *mix = &stage->chroma[c - 1];
      ImMix alone = { { mix->weight[c], 0, 0 }, mix->bias };
      uint8_t *dst =
          rows->data[c] + (place.row + i) * rows->stride[c] + place.column;

      if (stage->cross)
        kernels->mix3 (dst, block->row[0][0], block->row[1][i],
            block->row[2][i], 0, 0, mix, place.n);
      else
        kernels->mix1 (dst, block->row[c][i], &alone, place.n);
    }
}

/* The mean of what lies under each chroma sample, of the picture alone: a
 * sample that is half border takes the colour of its picture half. @phase: 1
 * where the first sample has but one pixel. */
static void
mean_q6 (const ImKernels *kernels, int16_t *dst, const int16_t *top,
    const int16_t *bottom, int phase, int n)
{
  if (phase > 0) {
    *dst++ = (int16_t) ((*top++ + *bottom++ + 1) >> 1);
    n--;
  }
  kernels->mean_2x2 (dst, top, bottom, n / 2);
  if (n & 1)
    dst[n / 2] = (int16_t) ((top[n - 1] + bottom[n - 1] + 1) >> 1);
}

/* From R'G'B', whose rows are all those of luma. */
static void
jpeg_chroma_from_rgb (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows)
{
  const ImPlan *plan = stage->plan;
  ImPlace place = im_colour_place (stage, block, 0, y);
  ImChromaArea area = im_colour_chroma_area (plan, place, block->n[0]);

  for (int row = area.first_row; row < area.end_row; row++) {
    ImRowsUnder under = im_colour_rows_under (plan, place, block->n[0], row);
    const int16_t *rgb[3];

    for (int c = 0; c < 3; c++) {
      rgb[c] = stage->mean[c];
      if (plan->w_shift == 0)
        rgb[c] = block->row[c][under.top];
      else
        mean_q6 (stage->kernels, stage->mean[c], block->row[c][under.top],
            block->row[c][under.bottom], place.column & plan->w_shift, place.n);
    }
    for (int c = 1; c < 3; c++)
      stage->kernels->mix3 (rows->data[c] + row * rows->stride[c] + area.first,
          rgb[0], rgb[1], rgb[2], 0, 0, &stage->chroma[c - 1], area.n);
  }
}

static void
jpeg_block (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows)
{
  jpeg_luma (stage, block, y, rows);
  if (stage->plan->model == IM_MODEL_GRAY)
    return;
  if (stage->gray_in)
    im_colour_neutral_chroma (stage, block, y, rows);
  else if (stage->plan->input.format.model == IM_MODEL_RGB)
    jpeg_chroma_from_rgb (stage, block, y, rows);
  else
    jpeg_chroma (stage, block, y, rows);
}

static void
png_block (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows)
{
  ImPlace place = im_colour_place (stage, block, 0, y);
  int pixel = stage->plan->layout.plane[0].pixel_size;

  for (int i = 0; i < block->n[0]; i++) {
    uint8_t *dst = rows->data[0] + (place.row + i) * rows->stride[0]
        + place.column * pixel;

    if (stage->gray_in)
      stage->kernels->mix1 (dst, block->row[0][i], &stage->luma, place.n);
    else
      stage->kernels->mix_rgb (dst, block->row[0][i], block->row[1][i],
          block->row[2][i], stage->rgb, place.n);
  }
}

void
im_colour_block (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows)
{
  draw_borders (stage, block, rows);
  if (stage->plan->samples == IM_SAMPLES_F32)
    im_colour_float_block (stage, block, y, rows);
  else if (stage->plan->layout.interleaved)
    png_block (stage, block, y, rows);
  else
    jpeg_block (stage, block, y, rows);
}
