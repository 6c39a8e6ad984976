/* imbytes tests: matrices, transfer functions and primaries; docs/reference.md,
 * Colour.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>

#include "reference.h"

/* ITU-R BT.601-7, BT.709-6, BT.2020-2, SMPTE 240M, 47 CFR 73.682. */
void
ref_kr_kb (GstVideoColorMatrix matrix, gdouble *kr, gdouble *kb)
{
  switch (matrix) {
    case GST_VIDEO_COLOR_MATRIX_BT709:
      *kr = 0.2126, *kb = 0.0722;
      break;
    case GST_VIDEO_COLOR_MATRIX_BT2020:
      *kr = 0.2627, *kb = 0.0593;
      break;
    case GST_VIDEO_COLOR_MATRIX_SMPTE240M:
      *kr = 0.212, *kb = 0.087;
      break;
    case GST_VIDEO_COLOR_MATRIX_FCC:
      *kr = 0.30, *kb = 0.11;
      break;
    default:
      *kr = 0.299, *kb = 0.114;
      break;
  }
}

void
ref_rgb_from_ycbcr (const gdouble ycbcr[3], GstVideoColorMatrix matrix,
    gdouble rgb[3])
{
  gdouble kr, kb, y = ycbcr[0], cb = ycbcr[1], cr = ycbcr[2];

  ref_kr_kb (matrix, &kr, &kb);
  rgb[0] = y + 2 * (1 - kr) * cr;
  rgb[2] = y + 2 * (1 - kb) * cb;
  rgb[1] = (y - kr * rgb[0] - kb * rgb[2]) / (1 - kr - kb);
}

void
ref_ycbcr_from_rgb (const gdouble rgb[3], GstVideoColorMatrix matrix,
    gdouble ycbcr[3])
{
  gdouble kr, kb, y;

  ref_kr_kb (matrix, &kr, &kb);
  y = kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2];
  ycbcr[1] = (rgb[2] - y) / (2 * (1 - kb));
  ycbcr[2] = (rgb[0] - y) / (2 * (1 - kr));
  ycbcr[0] = y;
}

gboolean
ref_transfer_is_plain (GstVideoTransferFunction transfer)
{
  switch (transfer) {
    case GST_VIDEO_TRANSFER_GAMMA10:
    case GST_VIDEO_TRANSFER_GAMMA18:
    case GST_VIDEO_TRANSFER_GAMMA20:
    case GST_VIDEO_TRANSFER_LOG100:
    case GST_VIDEO_TRANSFER_LOG316:
    case GST_VIDEO_TRANSFER_ADOBERGB:
    case GST_VIDEO_TRANSFER_SMPTE2084:
    case GST_VIDEO_TRANSFER_ARIB_STD_B67:
      return FALSE;
    default:
      return TRUE;
  }
}

gboolean
ref_primaries_are_plain (GstVideoColorPrimaries primaries)
{
  switch (primaries) {
    case GST_VIDEO_COLOR_PRIMARIES_BT2020:
    case GST_VIDEO_COLOR_PRIMARIES_SMPTERP431:
    case GST_VIDEO_COLOR_PRIMARIES_SMPTEEG432:
    case GST_VIDEO_COLOR_PRIMARIES_ADOBERGB:
    case GST_VIDEO_COLOR_PRIMARIES_FILM:
      return FALSE;
    default:
      return TRUE;
  }
}

/* cd/m2 (BT.2408). */
#define REFERENCE_WHITE 203.0
#define PQ_PEAK 10000.0
#define HLG_PEAK 1000.0

static gdouble
decode (gdouble code, GstVideoTransferFunction transfer)
{
  gdouble p;

  if (code <= 0)
    return 0;
  code = MIN (code, 1);
  switch (transfer) {
    case GST_VIDEO_TRANSFER_GAMMA10:
      return code;
    case GST_VIDEO_TRANSFER_GAMMA18:
      return pow (code, 1.8);
    case GST_VIDEO_TRANSFER_GAMMA20:
      return pow (code, 2);
    case GST_VIDEO_TRANSFER_LOG100: /* ITU-T H.273, table 3, 9 and 10 */
      return pow (10, (code - 1) * 2);
    case GST_VIDEO_TRANSFER_LOG316:
      return pow (10, (code - 1) * 2.5);
    case GST_VIDEO_TRANSFER_ADOBERGB: /* Adobe RGB (1998), 4.3.1.2 */
      return pow (code, 563. / 256);
    case GST_VIDEO_TRANSFER_SMPTE2084:
      p = pow (code, 1 / 78.84375);
      return PQ_PEAK / REFERENCE_WHITE
          * pow (MAX (p - 0.8359375, 0) / (18.8515625 - 18.6875 * p),
              1 / 0.1593017578125);
    case GST_VIDEO_TRANSFER_ARIB_STD_B67: /* BT.2100-2, table 5 */
      return code <= 0.5
          ? code * code / 3
          : (exp ((code - 0.55991073) / 0.17883277) + 0.28466892) / 12;
    default: /* IEC 61966-2-1 */
      return code <= 0.04045 ? code / 12.92 : pow ((code + 0.055) / 1.055, 2.4);
  }
}

static gdouble
encode (gdouble light)
{
  light = CLAMP (light, 0, 1);
  return light <= 0.0031308 ? 12.92 * light
                            : 1.055 * pow (light, 1 / 2.4) - 0.055;
}

/* x, y of red, green, blue and white. */
static const gdouble *
chromaticities (GstVideoColorPrimaries primaries)
{
  static const gdouble bt709[] = { 0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127,
    0.3290 };
  static const gdouble bt2020[] = { 0.708, 0.292, 0.170, 0.797, 0.131, 0.046,
    0.3127, 0.3290 };
  static const gdouble dci[] = { 0.680, 0.320, 0.265, 0.690, 0.150, 0.060,
    0.314, 0.351 };
  static const gdouble display[] = { 0.680, 0.320, 0.265, 0.690, 0.150, 0.060,
    0.3127, 0.3290 };
  static const gdouble adobe[] = { 0.64, 0.33, 0.21, 0.71, 0.15, 0.06, 0.3127,
    0.3290 };
  static const gdouble film[] = { 0.681, 0.319, 0.243, 0.692, 0.145, 0.049,
    0.310, 0.316 };

  switch (primaries) {
    case GST_VIDEO_COLOR_PRIMARIES_BT2020:
      return bt2020;
    case GST_VIDEO_COLOR_PRIMARIES_SMPTERP431:
      return dci;
    case GST_VIDEO_COLOR_PRIMARIES_SMPTEEG432:
      return display;
    case GST_VIDEO_COLOR_PRIMARIES_ADOBERGB:
      return adobe;
    case GST_VIDEO_COLOR_PRIMARIES_FILM:
      return film;
    default:
      return bt709;
  }
}

static void
apply (gdouble m[3][3], const gdouble in[3], gdouble out[3])
{
  for (gint i = 0; i < 3; i++)
    out[i] = m[i][0] * in[0] + m[i][1] * in[1] + m[i][2] * in[2];
}

/* x of m x = b, by Cramer's rule. */
static void
solve (gdouble m[3][3], const gdouble b[3], gdouble x[3])
{
  gdouble whole = 0;

  for (gint c = -1; c < 3; c++) {
    gdouble n[3][3], determinant = 0;

    for (gint i = 0; i < 3; i++)
      for (gint j = 0; j < 3; j++)
        n[i][j] = j == c ? b[i] : m[i][j];
    for (gint j = 0; j < 3; j++)
      determinant += n[0][j]
          * (n[1][(j + 1) % 3] * n[2][(j + 2) % 3]
              - n[1][(j + 2) % 3] * n[2][(j + 1) % 3]);
    if (c < 0)
      whole = determinant;
    else
      x[c] = determinant / whole;
  }
}

static void
xyz_of (gdouble x, gdouble y, gdouble xyz[3])
{
  xyz[0] = x / y;
  xyz[1] = 1;
  xyz[2] = (1 - x - y) / y;
}

/* SMPTE RP 177: columns are the primaries, as bright as white makes them. */
static void
xyz_matrix (const gdouble *primaries, gdouble m[3][3])
{
  gdouble white[3], amount[3];

  for (gint j = 0; j < 3; j++) {
    gdouble xyz[3];

    xyz_of (primaries[2 * j], primaries[2 * j + 1], xyz);
    for (gint i = 0; i < 3; i++)
      m[i][j] = xyz[i];
  }
  xyz_of (primaries[6], primaries[7], white);
  solve (m, white, amount);
  for (gint i = 0; i < 3; i++)
    for (gint j = 0; j < 3; j++)
      m[i][j] *= amount[j];
}

/* Bradford's adaptation of whites. */
static void
adapt (const gdouble *from, const gdouble *to, gdouble xyz[3])
{
  static gdouble bradford[3][3] = { { 0.8951, 0.2664, -0.1614 },
    { -0.7502, 1.7135, 0.0367 }, { 0.0389, -0.0685, 1.0296 } };
  gdouble white[3], a[3], b[3], cone[3];

  xyz_of (from[6], from[7], white);
  apply (bradford, white, a);
  xyz_of (to[6], to[7], white);
  apply (bradford, white, b);
  apply (bradford, xyz, cone);
  for (gint i = 0; i < 3; i++)
    cone[i] *= b[i] / a[i];
  solve (bradford, cone, xyz);
}

static void
to_bt709 (gdouble light[3], GstVideoColorPrimaries primaries)
{
  const gdouble *from = chromaticities (primaries);
  const gdouble *to = chromaticities (GST_VIDEO_COLOR_PRIMARIES_BT709);
  gdouble m[3][3], xyz[3];

  xyz_matrix (from, m);
  apply (m, light, xyz);
  adapt (from, to, xyz);
  xyz_matrix (to, m);
  solve (m, xyz, light);
}

/* By the largest of the three: 1 to 1 up to 0.75, then a hyperbola with the same
 * slope there that is 1 at 10000 cd/m2. */
static void
roll_off (gdouble light[3])
{
  gdouble most = MAX (MAX (light[0], light[1]), light[2]);
  gdouble peak = PQ_PEAK / REFERENCE_WHITE, knee = 0.75, above = most - knee;
  gdouble bend = 1 / (1 - knee) - 1 / (peak - knee);

  if (above <= 0)
    return;
  for (gint i = 0; i < 3; i++)
    light[i] *= MIN (knee + above / (1 + above * bend), 1) / most;
}

void
ref_light (gdouble rgb[3], const GstVideoColorimetry *colorimetry)
{
  GstVideoTransferFunction transfer = colorimetry->transfer;
  gdouble kr, kb;

  for (gint i = 0; i < 3; i++)
    rgb[i] = decode (rgb[i], transfer);
  if (transfer == GST_VIDEO_TRANSFER_ARIB_STD_B67) {
    gdouble luminance;

    ref_kr_kb (colorimetry->primaries == GST_VIDEO_COLOR_PRIMARIES_BT2020
            ? GST_VIDEO_COLOR_MATRIX_BT2020
            : GST_VIDEO_COLOR_MATRIX_BT709,
        &kr, &kb);
    luminance = kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2];
    for (gint i = 0; i < 3; i++)
      rgb[i] *= HLG_PEAK / REFERENCE_WHITE * pow (MAX (luminance, 0), 0.2);
  }
  if (!ref_primaries_are_plain (colorimetry->primaries))
    to_bt709 (rgb, colorimetry->primaries);
  for (gint i = 0; i < 3; i++)
    rgb[i] = MAX (rgb[i], 0);
  if (transfer == GST_VIDEO_TRANSFER_SMPTE2084
      || transfer == GST_VIDEO_TRANSFER_ARIB_STD_B67)
    roll_off (rgb);
  for (gint i = 0; i < 3; i++)
    rgb[i] = encode (rgb[i]);
}
