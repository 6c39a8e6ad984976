/* imbytes: what the resampler made -> what the file means. Floating point.
 *
 * Rows of floats become R'G'B' (or gray) as the file means it, in place, with
 * alpha divided out or flattened; then they are rounded, once. Y'CbCr whose
 * chroma is at the file's own subsampling never passes through R'G'B'.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "colour_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/compiler.h"

/* fminf () and fmaxf () are calls, for the sake of NaN, which none of these can
 * be. */
static inline float
between (float x, float least, float most)
{
  x = x < least ? least : x;
  return x > most ? most : x;
}

static inline float
lut_get (const ImLut *lut, float x)
{
  float position = between (x, 0.0f, 1.0f) * IM_LUT_SIZE;
  int i = (int) position;

  return lut->value[i]
      + (lut->value[i + 1] - lut->value[i]) * (position - (float) i);
}

static void
light_luts (ImLight *light, ImTransfer transfer)
{
  for (int i = 0; i < IM_LUT_SIZE + 2; i++) {
    double x = fmin ((double) i / IM_LUT_SIZE, 1.0);

    light->decode.value[i] = (float) im_colour_decode (transfer, x);
    light->encode.value[i] = (float) im_colour_encode_srgb (x * x);
    light->gain.value[i] = (float) im_colour_hlg_gain (x * x);
  }
}

static bool
stage_light (ImColourStage *stage)
{
  const ImColour *colour = &stage->plan->input.colour;
  ImMatrix3 m = im_colour_bt709_from_primaries (colour->primaries);
  ImMatrix3 ycbcr = im_colour_ycbcr_from_rgb (
      colour->primaries == IM_PRIMARIES_BT2020 ? IM_MATRIX_BT2020
                                               : IM_MATRIX_BT709);
  ImLight *light = calloc (1, sizeof (*light));

  stage->light = light;
  if (light == NULL)
    return false;
  light_luts (light, colour->transfer);
  light->tone_bend = (float) im_colour_tone_bend ();
  light->convert_primaries = colour->primaries != IM_PRIMARIES_BT709;
  for (int i = 0; i < 3; i++) {
    light->luminance[i] = (float) ycbcr.m[0][i];
    for (int j = 0; j < 3; j++)
      light->primaries[i][j] = (float) m.m[i][j];
  }
  return true;
}

static inline uint8_t
round_u8 (float v)
{
  v = v * 255.0f + 0.5f;
  v = v < 0.0f ? 0.0f : v;
  return (uint8_t) (int) (v > 255.0f ? 255.0f : v);
}

static inline uint16_t
round_u16 (float v)
{
  v = v * 65535.0f + 0.5f;
  v = v < 0.0f ? 0.0f : v;
  return (uint16_t) (int) (v > 65535.0f ? 65535.0f : v);
}

static void
divide_alpha (float *const v[3], int n_colours, const float *alpha, int n)
{
  for (int x = 0; x < n; x++) {
    /* Resampling leaves dust where there was nothing. */
    float inverse = alpha[x] > 1e-5f ? 1.0f / alpha[x] : 0.0f;

    for (int c = 0; c < n_colours; c++)
      v[c][x] *= inverse;
  }
}

static void
rgb_from_ycbcr (const ImColourStage *stage, float *restrict a,
    float *restrict b, float *restrict c, int n)
{
  float m[3][3];

  memcpy (m, stage->to_rgb, sizeof (m));
  for (int x = 0; x < n; x++) {
    float y = a[x], cb = b[x], cr = c[x];

    a[x] = y + m[0][2] * cr;
    b[x] = y + m[1][1] * cb + m[1][2] * cr;
    c[x] = y + m[2][1] * cb;
  }
}

/* im_colour_tone () of the largest of the three, and the others along with it,
 * so that hues stay. */
static inline void
tone_pixel (const ImLight *l, float light[3])
{
  float most = light[0] > light[1] ? light[0] : light[1];
  float above;

  most = light[2] > most ? light[2] : most;
  above = most - (float) IM_TONE_KNEE;
  if (above > 0.0f) {
    float toned = (float) IM_TONE_KNEE + above / (1.0f + above * l->tone_bend);
    float scale = (toned < 1.0f ? toned : 1.0f) / most;

    for (int i = 0; i < 3; i++)
      light[i] *= scale;
  }
}

static inline float
positive (float x)
{
  return x < 0.0f ? 0.0f : x;
}

static inline void
light_pixel (const ImColourStage *stage, float v[3])
{
  const ImLight *l = stage->light;
  ImTransfer transfer = stage->plan->input.colour.transfer;
  float light[3], out[3];

  for (int i = 0; i < 3; i++)
    light[i] = lut_get (&l->decode, v[i]);
  if (transfer == IM_TRANSFER_HLG) {
    float luminance = l->luminance[0] * light[0] + l->luminance[1] * light[1]
        + l->luminance[2] * light[2];
    float gain = lut_get (&l->gain, sqrtf (luminance));

    for (int i = 0; i < 3; i++)
      light[i] *= gain;
  }
  for (int i = 0; i < 3; i++)
    out[i] = !l->convert_primaries
        ? light[i]
        : positive (l->primaries[i][0] * light[0]
            + l->primaries[i][1] * light[1] + l->primaries[i][2] * light[2]);
  if (transfer == IM_TRANSFER_PQ || transfer == IM_TRANSFER_HLG)
    tone_pixel (l, out);
  for (int i = 0; i < 3; i++)
    v[i] = lut_get (&l->encode, sqrtf (out[i]));
}

static void
light_row (const ImColourStage *stage, float *const v[3], bool gray, int n)
{
  for (int x = 0; x < n; x++) {
    float pixel[3] = { v[0][x], v[gray ? 0 : 1][x], v[gray ? 0 : 2][x] };

    light_pixel (stage, pixel);
    v[0][x] = pixel[0];
    if (!gray) {
      v[1][x] = pixel[1];
      v[2][x] = pixel[2];
    }
  }
}

static void
flatten (const ImColourStage *stage, float *const v[3], bool gray,
    const float *alpha, int n)
{
  for (int c = 0; c < (gray ? 1 : 3); c++) {
    float background = stage->background[gray ? 3 : c];

    for (int x = 0; x < n; x++)
      v[c][x] = v[c][x] * alpha[x] + background * (1.0f - alpha[x]);
  }
}

/* Row @i of the block, in place, to what the file means. */
static void
finish_row (const ImColourStage *stage, const ImBlock *block, int i, int n)
{
  const ImPlan *plan = stage->plan;
  bool gray = stage->gray_in;
  float *v[3] = { block->row[0][i], block->row[gray ? 0 : 1][i],
    block->row[gray ? 0 : 2][i] };
  const float *alpha = stage->alpha < 0 ? NULL : block->row[stage->alpha][i];

  if (stage->premultiplied && alpha)
    divide_alpha (v, gray ? 1 : 3, alpha, n);
  if (!gray && plan->input.format.model == IM_MODEL_YCBCR)
    rgb_from_ycbcr (stage, v[0], v[1], v[2], n);
  if (stage->light)
    light_row (stage, v, gray, n);
  if (alpha && !plan->has_alpha)
    flatten (stage, v, gray, alpha, n);
}

static void
finish_rows (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows)
{
  int n = im_colour_place (stage, block, 0, y).n;

  (void) rows;
  for (int i = 0; i < block->n[0]; i++)
    finish_row (stage, block, i, n);
}

static void
store_8_bits (uint8_t *dst, int pixel_size, const float *v, int n)
{
  for (int x = 0; x < n; x++)
    dst[(size_t) x * (size_t) pixel_size] = round_u8 (v[x]);
}

/* Samples that are rounded at a time, before they are put where they belong. */
#define STORE_BLOCK 256

/* Network byte order (PNG, 7.1). */
static void
store_16_bits (uint8_t *dst, int pixel_size, const float *v, int n)
{
  uint16_t codes[STORE_BLOCK];

  for (int x = 0; x < n; x += STORE_BLOCK) {
    int count = n - x < STORE_BLOCK ? n - x : STORE_BLOCK;

    for (int i = 0; i < count; i++) {
      uint16_t code = round_u16 (v[x + i]);

      codes[i] = IM_BIG_ENDIAN ? code : (uint16_t) (code << 8 | code >> 8);
    }
    for (int i = 0; i < count; i++, dst += pixel_size)
      memcpy (dst, &codes[i], sizeof (codes[i]));
  }
}

/* Alpha of a file that has it for the sake of its borders. */
static void
store_opaque (uint8_t *dst, int pixel_size, int size, int n)
{
  for (int x = 0; x < n; x++)
    memset (dst + (size_t) x * (size_t) pixel_size, 255, (size_t) size);
}

static void
interleaved_row (const ImColourStage *stage, const ImBlock *block, int i,
    uint8_t *dst, int n)
{
  const ImPlan *plan = stage->plan;
  int size = plan->bit_depth / 8, pixel_size = plan->layout.plane[0].pixel_size;
  int n_colours = plan->n_components - plan->has_alpha;

  for (int c = 0; c < n_colours; c++)
    stage->store (dst + c * size, pixel_size, block->row[c][i], n);
  dst += n_colours * size;
  if (plan->has_alpha && stage->alpha >= 0)
    stage->store (dst, pixel_size, block->row[stage->alpha][i], n);
  else if (plan->has_alpha)
    store_opaque (dst, pixel_size, size, n);
}

static void
interleaved_pixels (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows)
{
  ImPlace place = im_colour_place (stage, block, 0, y);
  int left = place.column * stage->plan->layout.plane[0].pixel_size;

  for (int i = 0; i < block->n[0]; i++)
    interleaved_row (stage, block, i,
        rows->data[0] + (place.row + i) * rows->stride[0] + left, place.n);
}

/* @v are R'G'B', or Y'CbCr, or gray alone. */
static void
mix_row (const ImColourStage *stage, uint8_t *dst, const float *const v[3],
    int c, int shift, int phase, int n)
{
  const float *m = stage->to_ycbcr[c];
  float zero = c > 0 ? 128.0f / 255.0f : 0.0f;

  for (int x = 0; x < n; x++) {
    int k = (x + phase) >> shift;

    dst[x] = round_u8 (m[0] * v[0][x] + m[1] * v[1][k] + m[2] * v[2][k] + zero);
  }
}

static void
gray_luma (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows)
{
  ImPlace place = im_colour_place (stage, block, 0, y);

  for (int i = 0; i < block->n[0]; i++)
    store_8_bits (rows->data[0] + (place.row + i) * rows->stride[0]
            + place.column,
        1, block->row[0][i], place.n);
}

static void
mixed_luma (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows)
{
  const ImPlan *plan = stage->plan;
  ImPlace place = im_colour_place (stage, block, 0, y);
  int first_other = im_colour_place (stage, block, 1, y).row;

  for (int i = 0; i < block->n[0]; i++) {
    int row = place.row + i;
    int other = (row >> plan->chroma_h_shift) - first_other;

    mix_row (stage, rows->data[0] + row * rows->stride[0] + place.column,
        (const float *const[]){ block->row[0][i], block->row[1][other],
            block->row[2][other] },
        0, plan->chroma_w_shift, place.column & plan->chroma_w_shift, place.n);
  }
}

static void
mean_f32 (float *dst, const float *top, const float *bottom, int w_shift,
    int phase, int n)
{
  for (int x = 0, k = 0; x < n; k++) {
    int end = w_shift == 0 || (k == 0 && phase > 0) ? x + 1 : x + 2;
    float sum = 0.0f;
    int first = x;

    if (end > n)
      end = n;
    for (; x < end; x++)
      sum += top[x] + bottom[x];
    dst[k] = sum / (float) (2 * (end - first));
  }
}

static void
chroma_from_rgb (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows)
{
  const ImPlan *plan = stage->plan;
  ImPlace place = im_colour_place (stage, block, 0, y);
  ImChromaArea area = im_colour_chroma_area (plan, place, block->n[0]);

  for (int row = area.first_row; row < area.end_row; row++) {
    ImRowsUnder under = im_colour_rows_under (plan, place, block->n[0], row);

    for (int c = 0; c < 3; c++)
      mean_f32 (stage->mean_f[c], block->row[c][under.top],
          block->row[c][under.bottom], plan->w_shift,
          place.column & plan->w_shift, place.n);
    for (int c = 1; c < 3; c++)
      mix_row (stage, rows->data[c] + row * rows->stride[c] + area.first,
          (const float *const *) stage->mean_f, c, 0, 0, area.n);
  }
}

static void
kept_chroma (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows)
{
  ImPlace place = im_colour_place (stage, block, 1, y);

  /* Luma takes no part in chroma, and any row stands for it. */
  for (int i = 0; i < block->n[1]; i++)
    for (int c = 1; c < 3; c++)
      mix_row (stage,
          rows->data[c] + (place.row + i) * rows->stride[c] + place.column,
          (const float *const[]){ block->row[1][i], block->row[1][i],
              block->row[2][i] },
          c, 0, 0, place.n);
}

static void
stage_matrices (ImColourStage *stage)
{
  const ImPlan *plan = stage->plan;
  ImMatrix3 to_rgb = im_colour_rgb_from_ycbcr (plan->input.colour.matrix);
  ImMatrix3 to_ycbcr = im_colour_ycbcr_from_rgb (IM_MATRIX_BT601);

  if (plan->keeps_chroma)
    to_ycbcr = im_matrix3_multiply (to_ycbcr, to_rgb);
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) {
      stage->to_rgb[i][j] = (float) to_rgb.m[i][j];
      stage->to_ycbcr[i][j] = (float) to_ycbcr.m[i][j];
    }
}

/* To the planes of a JPEG. */
static void
choose_plane_steps (ImColourStage *stage, ImColourStep *step)
{
  const ImPlan *plan = stage->plan;

  *step++ = stage->gray_in ? gray_luma : mixed_luma;
  if (plan->model != IM_MODEL_GRAY)
    *step = stage->gray_in   ? im_colour_neutral_chroma
        : plan->keeps_chroma ? kept_chroma
                             : chroma_from_rgb;
}

bool
im_colour_float_init (ImColourStage *stage)
{
  const ImPlan *plan = stage->plan;
  ImColourStep *step = stage->step;

  if (!plan->keeps_chroma)
    *step++ = finish_rows;
  if (plan->layout.interleaved)
    *step = interleaved_pixels;
  else
    choose_plane_steps (stage, step);
  stage->store = plan->bit_depth == 16 ? store_16_bits : store_8_bits;
  stage_matrices (stage);
  for (int i = 0; i < 3; i++) {
    stage->mean_f[i] =
        im_alloc_array ((size_t) plan->width + 2, sizeof (*stage->mean_f[i]));
    if (stage->mean_f[i] == NULL)
      return false;
  }
  return !plan->linear_light || stage_light (stage);
}
