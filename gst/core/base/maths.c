/* imbytes: exp, log, pow and sin whose bits are the same on every machine.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "maths.h"

#include <math.h>

#define PI 3.14159265358979323846
#define SQRT_HALF 0.70710678118654752440

/* ln 2 in two: the first has so few bits that its product with an exponent is
 * exact. */
#define LN2_HIGH 6.93147180369123816490e-01
#define LN2_LOW 1.90821492927058770002e-10

/* exp () of more is infinite, of less than its negative 0. */
#define PAST_DOUBLES 1000.0

/* Terms of the series, each enough for 53 bits where it is used. */
#define EXP_TERMS 15
#define LOG_TERMS 12
#define SIN_TERMS 12

/* exp (x) = 2^n * exp (rest), |rest| <= ln 2 / 2. */
double
im_exp (double x)
{
  double n, rest, sum = 1.0;

  x = fmin (fmax (x, -PAST_DOUBLES), PAST_DOUBLES);
  n = floor (x / (LN2_HIGH + LN2_LOW) + 0.5);
  rest = x - n * LN2_HIGH - n * LN2_LOW;
  for (int i = EXP_TERMS; i > 0; i--)
    sum = 1.0 + rest * (1.0 / i) * sum;
  return ldexp (sum, (int) n);
}

/* x = 2^n * m, and log (m) = 2 * artanh ((m - 1) / (m + 1)), |..| < 0.172. */
double
im_log (double x)
{
  int n;
  double m = frexp (x, &n), z, square, sum = 0.0;

  if (m < SQRT_HALF) {
    m *= 2.0;
    n--;
  }
  z = (m - 1.0) / (m + 1.0);
  square = z * z;
  for (int i = LOG_TERMS; i > 0; i--)
    sum = (sum + 1.0 / (2 * i + 1)) * square;
  return n * LN2_HIGH + (n * LN2_LOW + (2.0 * z + 2.0 * z * sum));
}

double
im_pow (double x, double y)
{
  return x <= 0.0 ? 0.0 : im_exp (y * im_log (x));
}

/* sin (pi * x) = (-1)^n * sin (pi * rest), |rest| <= 1/2. */
double
im_sin_pi (double x)
{
  double n = floor (x + 0.5), t = PI * (x - n), sum = 1.0;

  for (int i = SIN_TERMS; i > 0; i--)
    sum = 1.0 - t * t * (1.0 / ((2 * i) * (2 * i + 1))) * sum;
  return n == 2.0 * floor (n / 2.0) ? t * sum : -t * sum;
}
