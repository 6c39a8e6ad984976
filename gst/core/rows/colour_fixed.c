/* imbytes: what the resampler made -> what the file means. Fixed point.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "colour_private.h"

#include <math.h>

#include "core/base/bytes.h"

/* Code value on the scale of 8 bits = meaning * range + zero. */
static double
code_range (const ImPlan *plan, int c, bool chroma)
{
  if (plan->input.colour.range == IM_RANGE_FULL) {
    /* White is all ones, whose scale is not quite that of 8 bits. */
    int depth = plan->input.format.component[c].depth;

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
}

static uint8_t *
samples_at (const ImRows *rows, int c, ImPlace place, int i)
{
  return rows->data[c] + (place.row + i) * rows->stride[c] + place.column;
}

/* Luma that takes nothing from the other components. */
static void
luma_alone (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows)
{
  ImPlace place = im_colour_place (stage, block, 0, y);

  for (int i = 0; i < block->n[0]; i++)
    stage->kernels->mix1 (samples_at (rows, 0, place, i), block->row[0][i],
        &stage->luma, place.n);
}

/* Luma of R'G'B', or of Y'CbCr of another matrix. */
static void
luma_mixed (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows)
{
  const ImPlan *plan = stage->plan;
  ImPlace place = im_colour_place (stage, block, 0, y);
  int first_other = im_colour_place (stage, block, 1, y).row;
  int shift = plan->chroma_w_shift;

  for (int i = 0; i < block->n[0]; i++) {
    int other = ((place.row + i) >> plan->chroma_h_shift) - first_other;

    stage->kernels->mix3 (samples_at (rows, 0, place, i), block->row[0][i],
        block->row[1][other], block->row[2][other], shift, place.column & shift,
        &stage->luma, place.n);
  }
}

/* Chroma of the same matrix. */
static void
chroma_alone (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows)
{
  ImPlace place = im_colour_place (stage, block, 1, y);

  for (int c = 1; c < 3; c++) {
    const ImMix *mix = &stage->chroma[c - 1];
    ImMix alone = { { mix->weight[c], 0, 0 }, mix->bias };

    for (int i = 0; i < block->n[1]; i++)
      stage->kernels->mix1 (samples_at (rows, c, place, i), block->row[c][i],
          &alone, place.n);
  }
}

/* Chroma of another matrix. Luma takes no part in it, and any row stands for it. */
static void
chroma_mixed (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows)
{
  ImPlace place = im_colour_place (stage, block, 1, y);

  for (int i = 0; i < block->n[1]; i++)
    for (int c = 1; c < 3; c++)
      stage->kernels->mix3 (samples_at (rows, c, place, i), block->row[0][0],
          block->row[1][i], block->row[2][i], 0, 0, &stage->chroma[c - 1],
          place.n);
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
chroma_from_rgb (ImColourStage *stage, const ImBlock *block, int y,
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
rgb_pixels (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows)
{
  ImPlace place = im_colour_place (stage, block, 0, y);

  place.column *= stage->plan->layout.plane[0].pixel_size;
  for (int i = 0; i < block->n[0]; i++)
    stage->kernels->mix_rgb (samples_at (rows, 0, place, i), block->row[0][i],
        block->row[1][i], block->row[2][i], stage->rgb, place.n);
}

/* Colours of row @i of the block, which were multiplied by alpha, to what they are
 * on their own; to R'G'B' before that, since dividing can take a colour far out of its
 * range, which only R'G'B' can be clamped to. What it gives is what is left to do. */
static const ImMix *
lift_row (ImColourStage *stage, const ImBlock *block, int i, int n)
{
  const ImImageInfo *input = &stage->plan->input;
  bool mixed = input->format.model == IM_MODEL_YCBCR;
  int behind = mixed ? 0 : (int) code_zero (&input->colour, false);

  if (mixed)
    stage->kernels->mix_q6 (block->row[0][i], block->row[1][i],
        block->row[2][i], stage->rgb, n);
  stage->kernels->invert_alpha (stage->inverse, block->row[stage->alpha][i], n);
  for (int c = 0; c < 3; c++)
    stage->kernels->lift (block->row[c][i], stage->inverse, behind, n);
  return mixed ? stage->same : stage->rgb;
}

static void
rgba_pixels (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows)
{
  ImPlace place = im_colour_place (stage, block, 0, y);

  place.column *= stage->plan->layout.plane[0].pixel_size;
  for (int i = 0; i < block->n[0]; i++) {
    const int16_t *alpha = stage->alpha < 0 ? stage->opaque
                                            : block->row[stage->alpha][i];
    const ImMix *mixes =
        stage->premultiplied ? lift_row (stage, block, i, place.n) : stage->rgb;

    stage->kernels->mix_rgba (samples_at (rows, 0, place, i), block->row[0][i],
        block->row[1][i], block->row[2][i], alpha, mixes, place.n);
  }
}

static bool
init_rgba (ImColourStage *stage)
{
  size_t width = (size_t) stage->plan->width;

  stage->step[0] = rgba_pixels;
  for (int i = 0; i < 3; i++) {
    stage->same[i].weight[i] = 1 << (IM_MIX_SHIFT - IM_Q);
    stage->same[i].bias = 1 << (IM_MIX_SHIFT - 1);
  }
  stage->inverse = im_alloc_array (width, sizeof (*stage->inverse));
  stage->opaque = im_alloc_array (width, sizeof (*stage->opaque));
  for (size_t x = 0; x < width && stage->opaque; x++)
    stage->opaque[x] = 255 << IM_Q;
  return stage->inverse != NULL && stage->opaque != NULL;
}

bool
im_colour_fixed_init (ImColourStage *stage)
{
  const ImPlan *plan = stage->plan;
  bool cross;

  stage_mixes (stage);
  if (plan->has_alpha)
    return init_rgba (stage);
  cross = stage->luma.weight[1] != 0 || stage->luma.weight[2] != 0;
  if (plan->model == IM_MODEL_RGB) {
    stage->step[0] = rgb_pixels;
    return true;
  }
  stage->step[0] = cross ? luma_mixed : luma_alone;
  if (plan->model == IM_MODEL_GRAY)
    return true;
  stage->step[1] = stage->gray_in ? im_colour_neutral_chroma
      : !plan->keeps_chroma       ? chroma_from_rgb
      : cross                     ? chroma_mixed
                                  : chroma_alone;
  for (int i = 0; i < 3; i++) {
    stage->mean[i] =
        im_alloc_array ((size_t) plan->width + 2, sizeof (*stage->mean[i]));
    if (stage->mean[i] == NULL)
      return false;
  }
  return true;
}
