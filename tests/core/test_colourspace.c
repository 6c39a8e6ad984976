/* imbytes tests: colourspace.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/plan/colourspace.h"

#include <math.h>

#include "testing.h"

static bool
near (double a, double b, double tolerance)
{
  if (fabs (a - b) <= tolerance)
    return true;
  printf ("  %.9g is not %.9g\n", a, b);
  return false;
}

static void
check_matrix (ImMatrix3 a, const double m[3][3], double tolerance)
{
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      CHECK (near (a.m[i][j], m[i][j], tolerance));
}

static const double identity[3][3] = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } };

static void
test_ycbcr (void)
{
  const double bt709[3][3] = { { 1, 0, 1.5748 }, { 1, -0.187324, -0.468124 },
    { 1, 1.8556, 0 } };
  const double bt601[3][3] = { { 1, 0, 1.402 }, { 1, -0.344136, -0.714136 },
    { 1, 1.772, 0 } };
  const double bt2020[3][3] = { { 1, 0, 1.4746 }, { 1, -0.164553, -0.571353 },
    { 1, 1.8814, 0 } };

  check_matrix (im_colour_rgb_from_ycbcr (IM_MATRIX_BT709), bt709, 1e-6);
  check_matrix (im_colour_rgb_from_ycbcr (IM_MATRIX_BT601), bt601, 1e-6);
  check_matrix (im_colour_rgb_from_ycbcr (IM_MATRIX_BT2020), bt2020, 1e-6);
  for (int m = 0; m <= IM_MATRIX_FCC; m++) {
    ImMatrix3 back = im_matrix3_multiply (im_colour_rgb_from_ycbcr (m),
        im_colour_ycbcr_from_rgb (m));

    check_matrix (back, identity, 1e-12);
    for (int i = 0; i < 3; i++)
      CHECK (near (im_colour_rgb_from_ycbcr (m).m[i][0], 1, 1e-12));
  }
}

static void
test_invert (void)
{
  const ImMatrix3 a = { { { 2, 1, 0 }, { 0, 3, 1 }, { 1, 0, 4 } } };

  check_matrix (im_matrix3_multiply (a, im_matrix3_invert (a)), identity,
      1e-12);
  check_matrix (im_matrix3_multiply (im_matrix3_invert (a), a), identity,
      1e-12);
}

static void
test_primaries (void)
{
  /* ITU-R BT.2407-0, 2. */
  const double bt2020[3][3] = { { 1.6605, -0.5876, -0.0728 },
    { -0.1246, 1.1329, -0.0083 }, { -0.0182, -0.1006, 1.1187 } };
  const double display_p3[3][3] = { { 1.2249, -0.2247, 0 },
    { -0.0421, 1.0421, 0 }, { -0.0196, -0.0786, 1.0983 } };

  check_matrix (im_colour_bt709_from_primaries (IM_PRIMARIES_BT709), identity,
      1e-12);
  check_matrix (im_colour_bt709_from_primaries (IM_PRIMARIES_BT2020), bt2020,
      2e-4);
  check_matrix (im_colour_bt709_from_primaries (IM_PRIMARIES_DISPLAY_P3),
      display_p3, 3e-4);
  /* White is white, whichever white it was. */
  for (int p = 0; p <= IM_PRIMARIES_FILM; p++) {
    ImMatrix3 m = im_colour_bt709_from_primaries ((ImPrimaries) p);

    for (int i = 0; i < 3; i++)
      CHECK (near (m.m[i][0] + m.m[i][1] + m.m[i][2], 1, 1e-9));
  }
}

static void
test_transfers (void)
{
  /* BT.2408-7, table 1: 203 cd/m2 is 58 % PQ and 75 % HLG; ST 2084: 100 cd/m2
   * is 0.5081, 1000 is 0.7518. */
  CHECK (near (im_colour_decode (IM_TRANSFER_PQ, 0.5807), 1, 3e-3));
  CHECK (near (im_colour_decode (IM_TRANSFER_PQ, 0.508078), 100 / 203., 1e-4));
  CHECK (near (im_colour_decode (IM_TRANSFER_PQ, 0.751827), 1000 / 203., 1e-3));
  CHECK (near (im_colour_decode (IM_TRANSFER_PQ, 1), 10000 / 203., 1e-9));
  CHECK (near (im_colour_decode (IM_TRANSFER_HLG, 0.5), 1 / 12., 1e-9));
  CHECK (near (im_colour_decode (IM_TRANSFER_HLG, 1), 1, 1e-6));
  CHECK (near (im_colour_decode (IM_TRANSFER_HLG, 0.75)
          * im_colour_hlg_gain (im_colour_decode (IM_TRANSFER_HLG, 0.75)),
      1, 0.01));
  CHECK (near (im_colour_hlg_gain (1), 1000 / 203., 1e-9));
  CHECK (near (im_colour_decode (IM_TRANSFER_SDR, 0.5), 0.21404114, 1e-7));
  CHECK (near (im_colour_decode (IM_TRANSFER_SDR, 0.04045), 0.0031308, 1e-7));
  CHECK (near (im_colour_decode (IM_TRANSFER_GAMMA20, 0.5), 0.25, 1e-12));
  CHECK (near (im_colour_decode (IM_TRANSFER_LOG100, 0.5), 0.1, 1e-12));
  CHECK (near (im_colour_decode (IM_TRANSFER_LOG316, 0.6), 0.1, 1e-12));
  for (int t = 0; t <= IM_TRANSFER_HLG; t++) {
    double last = -1;

    CHECK_EQUAL (im_colour_decode (t, 0) * 1e9, 0);
    CHECK_EQUAL (im_colour_decode (t, -1) * 1e9, 0);
    for (int i = 0; i <= 1000; i++) {
      double light = im_colour_decode (t, i / 1000.);

      CHECK (light > last || i == 0);
      last = light;
    }
    if (t != IM_TRANSFER_PQ)
      CHECK (near (last, 1, 1e-6));
  }
}

static void
test_srgb_round_trip (void)
{
  for (int i = 0; i <= 65535; i++) {
    double code = i / 65535.;

    if (!CHECK (near (im_colour_encode_srgb (
                          im_colour_decode (IM_TRANSFER_SDR, code)),
            code, 2e-6)))
      break;
  }
  CHECK (im_colour_encode_srgb (-1) == 0 && im_colour_encode_srgb (2) == 1);
}

static void
test_tone (void)
{
  double last = -1;

  CHECK (im_colour_tone (0) == 0 && im_colour_tone (0.5) == 0.5);
  CHECK (near (im_colour_tone (IM_TONE_KNEE), IM_TONE_KNEE, 1e-12));
  CHECK (near (im_colour_tone (1), 0.87, 0.01));
  CHECK (near (im_colour_tone (1000 / 203.), 0.98, 0.01));
  CHECK (near (im_colour_tone (10000 / 203.), 1, 1e-9));
  CHECK (im_colour_tone (1000) == 1);
  for (int i = 0; i < 50000; i++) {
    double out = im_colour_tone (i / 1000.);

    CHECK (out >= last && out <= 1);
    last = out;
  }
  /* Slope 1 where it begins to bend. */
  CHECK (near ((im_colour_tone (IM_TONE_KNEE + 1e-6) - IM_TONE_KNEE) / 1e-6, 1,
      1e-4));
}

static const Test tests[] = { TEST (test_ycbcr), TEST (test_invert),
  TEST (test_primaries), TEST (test_transfers), TEST (test_srgb_round_trip),
  TEST (test_tone) };

int
main (void)
{
  return TESTS_RUN (tests);
}
