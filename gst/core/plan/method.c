/* imbytes: the resampling methods.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "method.h"

#include <math.h>

#include "core/base/maths.h"

#define PI 3.14159265358979323846

static double
bilinear (double x)
{
  x = fabs (x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

/* R. Keys, "Cubic convolution interpolation for digital image processing",
 * 1981, equation 15. */
static double
bicubic (double x)
{
  x = fabs (x);
  if (x < 1.0)
    return (1.5 * x - 2.5) * x * x + 1.0;
  if (x < 2.0)
    return ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0;
  return 0.0;
}

static double
box (double x)
{
  return x > -0.5 && x <= 0.5 ? 1.0 : 0.0;
}

static double
sinc (double x)
{
  return x == 0.0 ? 1.0 : im_sin_pi (x) / (PI * x);
}

static double
lanczos (double x)
{
  return x > -3.0 && x < 3.0 ? sinc (x) * sinc (x / 3.0) : 0.0;
}

/* The natural cubic spline through six samples, in its usual closed form. */
static double
spline36 (double x)
{
  x = fabs (x);
  if (x < 1.0)
    return ((13.0 / 11.0 * x - 453.0 / 209.0) * x - 3.0 / 209.0) * x + 1.0;
  if (x < 2.0) {
    x -= 1.0;
    return ((-6.0 / 11.0 * x + 270.0 / 209.0) * x - 156.0 / 209.0) * x;
  }
  if (x < 3.0) {
    x -= 2.0;
    return ((1.0 / 11.0 * x - 45.0 / 209.0) * x + 26.0 / 209.0) * x;
  }
  return 0.0;
}

const ImMethodInfo im_methods[IM_N_METHODS] = {
  [IM_METHOD_NEAREST] = { "nearest", "Nearest sample, aliases when shrinking",
      box, 0.5 },
  [IM_METHOD_BILINEAR] = { "bilinear", "Triangle, antialiased", bilinear, 1.0 },
  [IM_METHOD_BICUBIC] = { "bicubic", "Cubic with a = -0.5, antialiased",
      bicubic, 2.0 },
  [IM_METHOD_AREA] = { "area", "Mean of the area that a pixel covers", box,
      0.5 },
  [IM_METHOD_LANCZOS] = { "lanczos", "Lanczos with 3 lobes, antialiased",
      lanczos, 3.0 },
  [IM_METHOD_SPLINE36] = { "spline36",
      "Cubic spline through 6 by 6 samples, antialiased", spline36, 3.0 },
};
