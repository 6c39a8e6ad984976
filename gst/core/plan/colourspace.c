/* imbytes: the formulas of colour, in double precision.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "colourspace.h"

#include <math.h>

#include "core/base/maths.h"

/* BT.2408-7, 3.1. */
#define REFERENCE_WHITE 203.0
#define PQ_PEAK 10000.0
#define HLG_PEAK 1000.0

ImMatrix3
im_matrix3_multiply (ImMatrix3 a, ImMatrix3 b)
{
  ImMatrix3 out;

  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      out.m[i][j] =
          a.m[i][0] * b.m[0][j] + a.m[i][1] * b.m[1][j] + a.m[i][2] * b.m[2][j];
  return out;
}

ImMatrix3
im_matrix3_invert (ImMatrix3 a)
{
  ImMatrix3 out;
  double determinant = 0.0;

  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) {
      int r0 = (j + 1) % 3, r1 = (j + 2) % 3;
      int c0 = (i + 1) % 3, c1 = (i + 2) % 3;

      out.m[i][j] = a.m[r0][c0] * a.m[r1][c1] - a.m[r0][c1] * a.m[r1][c0];
    }
  for (int j = 0; j < 3; j++)
    determinant += a.m[0][j] * out.m[j][0];
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      out.m[i][j] /= determinant;
  return out;
}

static const struct
{
  double kr, kb;
} luma_weights[] = {
  [IM_MATRIX_BT601] = { 0.299, 0.114 },
  [IM_MATRIX_BT709] = { 0.2126, 0.0722 },
  [IM_MATRIX_BT2020] = { 0.2627, 0.0593 },
  [IM_MATRIX_SMPTE240M] = { 0.212, 0.087 },
  [IM_MATRIX_FCC] = { 0.30, 0.11 },
};

ImMatrix3
im_colour_ycbcr_from_rgb (ImMatrix matrix)
{
  double kr = luma_weights[matrix].kr, kb = luma_weights[matrix].kb;
  double kg = 1.0 - kr - kb;
  double cb = 0.5 / (1.0 - kb), cr = 0.5 / (1.0 - kr);

  return (ImMatrix3){ {
      { kr, kg, kb },
      { -kr * cb, -kg * cb, 0.5 },
      { 0.5, -kg * cr, -kb * cr },
  } };
}

ImMatrix3
im_colour_rgb_from_ycbcr (ImMatrix matrix)
{
  return im_matrix3_invert (im_colour_ycbcr_from_rgb (matrix));
}

void
im_colour_code (const ImImageInfo *info, uint32_t rgb, double code[3])
{
  bool full = info->colour.range == IM_RANGE_FULL;
  ImMatrix3 m = im_colour_ycbcr_from_rgb (info->format.model == IM_MODEL_YCBCR
          ? info->colour.matrix
          : IM_MATRIX_BT601);
  double in[3];

  for (int i = 0; i < 3; i++)
    in[i] = (rgb >> (16 - 8 * i) & 255) / 255.0;
  for (int i = 0; i < 3; i++) {
    bool chroma = info->format.model != IM_MODEL_RGB && i > 0;
    double range = full ? 255.0 : chroma ? 224.0 : 219.0;
    double zero = chroma ? 128.0 : full ? 0.0 : 16.0;
    double value = info->format.model == IM_MODEL_RGB
        ? in[i]
        : m.m[i][0] * in[0] + m.m[i][1] * in[1] + m.m[i][2] * in[2];

    code[i] = fmin (value * range + zero, 255.0);
  }
}

typedef struct
{
  double x, y;
} Chromaticity;

static const struct
{
  Chromaticity red, green, blue, white;
} primary_colours[] = {
  [IM_PRIMARIES_BT709] = { { 0.640, 0.330 }, { 0.300, 0.600 }, { 0.150, 0.060 },
      { 0.3127, 0.3290 } },
  [IM_PRIMARIES_BT2020] = { { 0.708, 0.292 }, { 0.170, 0.797 },
      { 0.131, 0.046 }, { 0.3127, 0.3290 } },
  [IM_PRIMARIES_ADOBE_RGB] = { { 0.640, 0.330 }, { 0.210, 0.710 },
      { 0.150, 0.060 }, { 0.3127, 0.3290 } },
  [IM_PRIMARIES_DCI_P3] = { { 0.680, 0.320 }, { 0.265, 0.690 },
      { 0.150, 0.060 }, { 0.314, 0.351 } },
  [IM_PRIMARIES_DISPLAY_P3] = { { 0.680, 0.320 }, { 0.265, 0.690 },
      { 0.150, 0.060 }, { 0.3127, 0.3290 } },
  [IM_PRIMARIES_FILM] = { { 0.681, 0.319 }, { 0.243, 0.692 }, { 0.145, 0.049 },
      { 0.310, 0.316 } },
};

static void
xyz_of (Chromaticity c, double xyz[3])
{
  xyz[0] = c.x / c.y;
  xyz[1] = 1.0;
  xyz[2] = (1.0 - c.x - c.y) / c.y;
}

static void
multiply_vector (ImMatrix3 a, const double in[3], double out[3])
{
  for (int i = 0; i < 3; i++)
    out[i] = a.m[i][0] * in[0] + a.m[i][1] * in[1] + a.m[i][2] * in[2];
}

/* SMPTE RP 177: the columns are the primaries, scaled so that they add up to
 * white. */
static ImMatrix3
xyz_from_primaries (ImPrimaries primaries)
{
  double colour[3][3], white[3], amount[3];
  ImMatrix3 m;

  xyz_of (primary_colours[primaries].red, colour[0]);
  xyz_of (primary_colours[primaries].green, colour[1]);
  xyz_of (primary_colours[primaries].blue, colour[2]);
  xyz_of (primary_colours[primaries].white, white);
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      m.m[i][j] = colour[j][i];
  multiply_vector (im_matrix3_invert (m), white, amount);
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      m.m[i][j] *= amount[j];
  return m;
}

static ImMatrix3
adapt_white (Chromaticity from, Chromaticity to)
{
  static const ImMatrix3 bradford = { {
      { 0.8951, 0.2664, -0.1614 },
      { -0.7502, 1.7135, 0.0367 },
      { 0.0389, -0.0685, 1.0296 },
  } };
  double xyz[3], cone_from[3], cone_to[3];
  ImMatrix3 scale = { { { 0 } } };

  xyz_of (from, xyz);
  multiply_vector (bradford, xyz, cone_from);
  xyz_of (to, xyz);
  multiply_vector (bradford, xyz, cone_to);
  for (int i = 0; i < 3; i++)
    scale.m[i][i] = cone_to[i] / cone_from[i];
  return im_matrix3_multiply (im_matrix3_invert (bradford),
      im_matrix3_multiply (scale, bradford));
}

ImMatrix3
im_colour_bt709_from_primaries (ImPrimaries primaries)
{
  ImMatrix3 to_xyz = xyz_from_primaries (primaries);
  ImMatrix3 adapt = adapt_white (primary_colours[primaries].white,
      primary_colours[IM_PRIMARIES_BT709].white);
  ImMatrix3 from_xyz =
      im_matrix3_invert (xyz_from_primaries (IM_PRIMARIES_BT709));

  return im_matrix3_multiply (from_xyz, im_matrix3_multiply (adapt, to_xyz));
}

/* SMPTE ST 2084, equation 4.1. */
static double
decode_pq (double code)
{
  const double m1 = 2610.0 / 16384, m2 = 2523.0 / 4096 * 128;
  const double c1 = 3424.0 / 4096, c2 = 2413.0 / 4096 * 32;
  const double c3 = 2392.0 / 4096 * 32;
  double p = im_pow (code, 1.0 / m2);

  return im_pow (fmax (p - c1, 0.0) / (c2 - c3 * p), 1.0 / m1);
}

/* BT.2100-2, table 5. */
static double
decode_hlg (double code)
{
  const double a = 0.17883277, b = 1.0 - 4.0 * a,
               c = 0.5 - a * im_log (4.0 * a);

  return code <= 0.5 ? code * code / 3.0 : (im_exp ((code - c) / a) + b) / 12.0;
}

static double
decode_srgb (double code)
{
  return code <= 0.04045 ? code / 12.92 : im_pow ((code + 0.055) / 1.055, 2.4);
}

double
im_colour_decode (ImTransfer transfer, double code)
{
  if (code <= 0.0)
    return 0.0;
  switch (transfer) {
    case IM_TRANSFER_LINEAR:
      return code;
    case IM_TRANSFER_GAMMA18:
      return im_pow (code, 1.8);
    case IM_TRANSFER_GAMMA20:
      return code * code;
    case IM_TRANSFER_LOG100:
      return im_pow (10.0, 2.0 * (code - 1.0));
    case IM_TRANSFER_LOG316:
      return im_pow (10.0, 2.5 * (code - 1.0));
    case IM_TRANSFER_ADOBE_RGB:
      return im_pow (code, 2.19921875);
    case IM_TRANSFER_PQ:
      return decode_pq (code) * PQ_PEAK / REFERENCE_WHITE;
    case IM_TRANSFER_HLG:
      return decode_hlg (code);
    case IM_TRANSFER_SDR:
      break;
  }
  return decode_srgb (code);
}

double
im_colour_encode_srgb (double light)
{
  if (light <= 0.0)
    return 0.0;
  if (light >= 1.0)
    return 1.0;
  return light <= 0.0031308 ? light * 12.92
                            : 1.055 * im_pow (light, 1.0 / 2.4) - 0.055;
}

double
im_colour_hlg_gain (double luminance)
{
  const double system_gamma = 1.2;

  return HLG_PEAK / REFERENCE_WHITE
      * im_pow (fmax (luminance, 0.0), system_gamma - 1.0);
}

#define ROOM_ABOVE_KNEE (1.0 - IM_TONE_KNEE)
#define LIGHT_ABOVE_KNEE (PQ_PEAK / REFERENCE_WHITE - IM_TONE_KNEE)

double
im_colour_tone_bend (void)
{
  return 1.0 / ROOM_ABOVE_KNEE - 1.0 / LIGHT_ABOVE_KNEE;
}

double
im_colour_tone (double light)
{
  double above = light - IM_TONE_KNEE;

  if (above <= 0.0)
    return light;
  if (above >= LIGHT_ABOVE_KNEE)
    return 1.0;
  return IM_TONE_KNEE + above / (1.0 + above * im_colour_tone_bend ());
}
