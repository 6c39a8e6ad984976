/* imbytes tests: maths, beside libm's long double.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/base/maths.h"

#include <math.h>
#include <stdint.h>

#include "testing.h"

/* The series' own rounding; the most that any of these was seen to be off. */
#define NEAR 1e-15

static bool
near (double got, long double wanted, double allowed, double x)
{
  double off = (double) fabsl ((long double) got - wanted);

  return testing_check (off <= allowed, __FILE__, __LINE__,
      "at %.17g: %.17g is off by %g", x, got, off);
}

static void
test_exp (void)
{
  for (int i = -70000; i <= 70000; i++) {
    double x = i / 100.0 + i * 1e-9;
    long double wanted = expl ((long double) x);

    if (!near (im_exp (x), wanted, NEAR * (double) wanted, x))
      return;
  }
  CHECK (im_exp (0.0) == 1.0);
  CHECK (im_exp (-1e9) == 0.0);
  CHECK (isinf (im_exp (1e9)));
}

static void
test_log (void)
{
  for (int exponent = -1021; exponent <= 1023; exponent++)
    for (int i = 0; i < 100; i++) {
      double x = ldexp (1.0 + i / 100.0, exponent);
      long double wanted = logl ((long double) x);

      if (!near (im_log (x), wanted, NEAR * (double) fabsl (wanted), x))
        return;
    }
  CHECK (im_log (1.0) == 0.0);
}

/* What is wrong with the logarithm is multiplied. */
static void
test_pow (void)
{
  static const double powers[] = { 1.0 / 2.4, 2.4, 1.8, 2.19921875, 0.2,
    4096.0 / (2523.0 * 128), 16384.0 / 2610.0, -1.0, -20.0, 0.02 };

  for (size_t p = 0; p < sizeof (powers) / sizeof (powers[0]); p++) {
    for (int i = 1; i <= 40000; i++) {
      double x = i / 4096.0, y = powers[p];
      long double wanted = powl ((long double) x, (long double) y);
      double exponent = fabs (y * log (x));

      if (!near (im_pow (x, y), wanted,
              NEAR * (1.0 + exponent) * (double) wanted, x))
        return;
    }
    CHECK (im_pow (0.0, powers[p]) == 0.0);
    CHECK (im_pow (1.0, powers[p]) == 1.0);
  }
}

static void
test_sin_pi (void)
{
  const long double pi = acosl (-1.0L);

  for (int i = -40000; i <= 40000; i++) {
    double x = i / 4096.0;

    if (!near (im_sin_pi (x), sinl (pi * (long double) x), NEAR, x))
      return;
  }
  for (int i = -10; i <= 10; i++)
    CHECK (im_sin_pi (i) == 0.0);
}

/* Bits that every machine has to find: a checksum of many values. */
static uint64_t
hash_bits (uint64_t hash, double value)
{
  uint64_t bits;

  memcpy (&bits, &value, sizeof (bits));
  return (hash ^ bits) * UINT64_C (0x100000001b3);
}

static void
test_bits (void)
{
  uint64_t hash = UINT64_C (0xcbf29ce484222325);

  for (int i = 1; i <= 4096; i++) {
    double x = i / 4096.0;

    hash = hash_bits (hash, im_exp (-x));
    hash = hash_bits (hash, im_log (x));
    hash = hash_bits (hash, im_pow (x, 2.4));
    hash = hash_bits (hash, im_sin_pi (3.0 * x));
  }
  CHECK_EQUAL (hash, INT64_C (-7406732193251943389));
}

int
main (void)
{
  static const Test tests[] = {
    TEST (test_exp),
    TEST (test_log),
    TEST (test_pow),
    TEST (test_sin_pi),
    TEST (test_bits),
  };

  return TESTS_RUN (tests);
}
