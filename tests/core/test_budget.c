/* imbytes tests: budget, on curves of size against quality.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/budget.h"

#include <math.h>

#include "testing.h"

/* Bytes of 640x360 JPEGs of two photographs, 4:2:0, at qualities 0, 10 ... 100. */
static const double curves[][11] = {
  { 4079, 8200, 12700, 16490, 19900, 23100, 26800, 32000, 40600, 60900,
      166000 },
  { 2600, 3800, 5400, 6800, 8100, 9300, 10800, 13000, 16700, 26300, 92000 },
  /* Nothing is won down to quality 20. */
  { 100, 200, 9000, 9001, 9002, 9003, 9004, 9005, 9006, 9007, 9008 },
  /* All of it above 90. */
  { 5000, 5000, 5000, 5000, 5000, 5000, 5000, 5000, 5000, 5000, 900000 },
  /* Not even in order. */
  { 900, 4000, 3000, 8000, 7000, 9000, 8500, 20000, 19000, 50000, 45000 },
};
#define N_CURVES ((int) (sizeof (curves) / sizeof (*curves)))

static size_t
size_at (const double *curve, int quality)
{
  int i = quality < 100 ? quality / 10 : 9;
  double part = (quality - 10 * i) / 10.0;

  return (size_t) (curve[i] * (1 - part) + curve[i + 1] * part);
}

typedef struct
{
  int quality, codings;
  size_t size;
  ImBudgetVerdict verdict;
} Result;

/* One picture, as a caller makes it. @noise: a factor on its sizes. */
static Result
make (ImBudget *budget, const double *curve, double noise, size_t max,
    int min_quality, int max_quality)
{
  int quality = im_budget_begin (budget, max, min_quality, max_quality);
  Result result = { 0 };

  do {
    CHECK (quality >= (min_quality < max_quality ? min_quality : max_quality)
        && quality <= max_quality);
    result.quality = quality;
    result.size = (size_t) (noise * (double) size_at (curve, quality));
    result.codings++;
    result.verdict = im_budget_next (budget, result.size, &quality);
  } while (result.verdict == IM_BUDGET_TRY_AGAIN
      && CHECK (result.codings < IM_BUDGET_MAX_TRIES));
  if (result.verdict == IM_BUDGET_FITS && quality != result.quality) {
    result.quality = quality;
    result.size = (size_t) (noise * (double) size_at (curve, quality));
    result.codings++;
  }
  return result;
}

static void
test_never_larger (void)
{
  for (int c = 0; c < N_CURVES; c++)
    for (size_t max = 50; max < 1000000; max = max * 5 / 4) {
      ImBudget budget = { 0 };

      for (int i = 0; i < 100; i++) {
        double noise = 0.5 + i % 17 * 0.1;
        Result result = make (&budget, curves[c], noise, max, 5, 95);
        size_t least = (size_t) (noise * (double) size_at (curves[c], 5));

        if (result.verdict == IM_BUDGET_FITS)
          CHECK (result.size <= max);
        else
          CHECK (least > max);
      }
    }
}

/* The first picture: near the best that fits, in few codings. */
static void
test_cold_start (void)
{
  int pictures = 0, codings = 0;

  for (int c = 0; c < 2; c++)
    for (size_t max = 6000; max < 90000; max = max * 6 / 5) {
      ImBudget budget = { 0 };
      Result result = make (&budget, curves[c], 1.0, max, 0, 95);
      int best = 95;

      while (size_at (curves[c], best) > max)
        best--;
      CHECK (result.verdict == IM_BUDGET_FITS);
      pictures++;
      codings += result.codings;
      if (!CHECK (result.quality <= best
              && (result.quality >= best - 8 || result.size >= max * 85 / 100)))
        printf ("  curve %d, %zu bytes: %d, not %d\n", c, max, result.quality,
            best);
    }
  printf ("  %d codings for %d first pictures\n", codings, pictures);
  CHECK (codings <= 4 * pictures);
}

/* Sizes that wander by 2 %: after it has settled, one quality and one coding. */
static void
test_steady (void)
{
  unsigned seed = 5;

  for (int c = 0; c < 2; c++)
    for (size_t max = 6000; max < 90000; max = max * 6 / 5) {
      ImBudget budget = { 0 };
      int changes = 0, codings = 0, before = -1;

      for (int i = 0; i < 400; i++) {
        double noise = 0.98 + testing_random (&seed) % 1000 * 4e-5;
        Result result = make (&budget, curves[c], noise, max, 10, 85);

        if (i >= 100) {
          changes += result.quality != before;
          codings += result.codings;
        }
        before = result.quality;
      }
      if (!CHECK (changes <= 1 && codings <= 303))
        printf ("  curve %d, %zu bytes: %d changes, %d codings\n", c, max,
            changes, codings);
    }
}

/* Another scene: at once small enough, and in time as good as can be. */
static void
test_scenes (void)
{
  ImBudget budget = { 0 };
  Result result = { 0 };
  int codings = 0;

  for (int scene = 0; scene < 10; scene++) {
    const double *curve = curves[scene % 2];

    for (int i = 0; i < 100; i++) {
      result = make (&budget, curve, 1.0, 12000, 10, 85);
      CHECK (result.verdict == IM_BUDGET_FITS && result.size <= 12000);
      codings += result.codings;
    }
    CHECK (result.size > 9500);
  }
  printf ("  %d codings for 1000 pictures\n", codings);
  CHECK (codings < 1100);
}

static void
test_limits (void)
{
  ImBudget budget = { 0 };
  Result result = make (&budget, curves[0], 1.0, 10, 10, 85);

  CHECK (result.verdict == IM_BUDGET_TOO_LARGE);
  CHECK_EQUAL (result.quality, 10);
  CHECK (result.size > 10);
  /* From then on it begins where it ended. */
  result = make (&budget, curves[0], 1.0, 10, 10, 85);
  CHECK_EQUAL (result.codings, 1);
  /* A budget that is never reached. */
  result = make (&budget, curves[0], 1.0, 1 << 20, 10, 85);
  CHECK_EQUAL (result.quality, 85);
  CHECK_EQUAL (result.codings, 1);
  /* The least above the most counts as it. */
  result = make (&budget, curves[0], 1.0, 1 << 20, 90, 40);
  CHECK_EQUAL (result.quality, 40);
  /* Quality 0 and nothing at all. */
  result = make (&budget, curves[0], 1.0, 4079, 0, 0);
  CHECK (result.verdict == IM_BUDGET_FITS && result.quality == 0);
  result = make (&budget, curves[0], 0.0, 1, 0, 100);
  CHECK (result.verdict == IM_BUDGET_FITS && result.quality == 100);
}

static const Test tests[] = { TEST (test_never_larger), TEST (test_cold_start),
  TEST (test_steady), TEST (test_scenes), TEST (test_limits) };

int
main (void)
{
  return TESTS_RUN (tests);
}
