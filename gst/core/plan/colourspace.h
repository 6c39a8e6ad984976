/* imbytes: the formulas of colour, in double precision.
 *
 * Pure functions; they make the tables and coefficients of colour.c and never
 * see a row of pixels.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/base/image.h"

/* m[row][column]; the output is m times the input. */
typedef struct
{
  double m[3][3];
} ImMatrix3;

ImMatrix3 im_matrix3_multiply (ImMatrix3 a, ImMatrix3 b);
ImMatrix3 im_matrix3_invert (ImMatrix3 a);

/* Y' 0..1, Cb and Cr -0.5..0.5 -> R'G'B' 0..1. Kr and Kb of BT.601-7, BT.709-6,
 * BT.2020-2 (non-constant luminance), SMPTE 240M and FCC (47 CFR 73.682). */
ImMatrix3 im_colour_rgb_from_ycbcr (ImMatrix matrix);
ImMatrix3 im_colour_ycbcr_from_rgb (ImMatrix matrix);

/* The code values, on the scale of 8 bits, that pictures like @info have for the
 * sRGB colour 0xRRGGBB: gray (in the first), Y'CbCr or R'G'B'. */
void im_colour_code (const ImImageInfo *info, uint32_t rgb, double code[3]);

/* Linear light in @primaries -> linear light in BT.709's, whites adapted by
 * Bradford's matrix where they differ. */
ImMatrix3 im_colour_bt709_from_primaries (ImPrimaries primaries);

/* Code value 0..1 -> light. 1.0 is SDR white (sRGB's for IM_TRANSFER_SDR); for
 * PQ it is the reference white of BT.2408, 203 cd/m2, so that values reach 49;
 * for HLG the light of the scene, 0..1, still without the system gamma. */
double im_colour_decode (ImTransfer transfer, double code);

/* Light 0..1 -> sRGB code value, IEC 61966-2-1. */
double im_colour_encode_srgb (double light);

/* HLG's system gamma for a display of 1000 cd/m2 (BT.2100-2, table 5): what
 * scene light has to be multiplied by, at the scene luminance @luminance, to be
 * display light in units of reference white. */
double im_colour_hlg_gain (double luminance);

/* Light above this is rolled off towards SDR white rather than clipped. */
#define IM_TONE_KNEE 0.75
/* Display light in units of reference white -> 0..1. Slope 1 up to the knee,
 * then a hyperbola that reaches 1 at 10000 cd/m2: reference white becomes 0.87,
 * 1000 cd/m2 0.98. */
double im_colour_tone (double light);
/* What bends it: above the knee k, light l becomes k + (l - k) / (1 + (l - k) *
 * bend), and 1 at most. */
double im_colour_tone_bend (void);
