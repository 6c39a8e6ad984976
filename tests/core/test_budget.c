/* imbytes tests: budget, on curves of size against quality.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/budget.h"

#include <math.h>
#include <stdlib.h>

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

/* libjpeg's scale of the quantisers; sizes are a power of it, more or less. */
static double
scale_of (int quality)
{
  if (quality < 50)
    return 5000.0 / (quality < 1 ? 1 : quality);
  return quality < 100 ? 200.0 - 2.0 * quality : 1.0;
}

static size_t
size_at (const double *curve, int quality)
{
  int i = quality < 100 ? quality / 10 : 9;
  double below = scale_of (10 * i), above = scale_of (10 * i + 10);
  double part = log (scale_of (quality) / below) / log (above / below);

  return (size_t) (curve[i] * pow (curve[i + 1] / curve[i], part));
}

typedef struct
{
  int quality, codings, estimates;
  size_t size;
  bool fits;
} Result;

/* How pictures of a stream come out: sizes are the curve's times @noise, and
 * estimates of them are off by the factor @off. */
typedef struct
{
  const double *curve;
  double noise, off; /* off 0: nothing can be estimated */
} Scene;

/* One picture, as a caller makes it. */
static Result
make (ImBudget *budget, Scene scene, size_t max, int min_quality,
    int max_quality)
{
  Result result = { 0 };
  ImBudgetStep step;

  im_budget_begin (budget, max, min_quality, max_quality, scene.off > 0);
  for (;;) {
    int quality;
    size_t size;

    step = im_budget_step (budget, &quality);
    CHECK (quality >= (min_quality < max_quality ? min_quality : max_quality)
        && quality <= max_quality);
    if (step != IM_BUDGET_ESTIMATE && step != IM_BUDGET_CODE) {
      CHECK_EQUAL (quality, result.quality);
      break;
    }
    size = (size_t) (scene.noise * (double) size_at (scene.curve, quality));
    if (step == IM_BUDGET_ESTIMATE) {
      CHECK (scene.off > 0 && result.codings == 0);
      result.estimates++;
      im_budget_estimated (budget, (size_t) (scene.off * (double) size));
    } else {
      result.codings++;
      result.quality = quality;
      result.size = size;
      im_budget_coded (budget, size);
    }
    if (!CHECK (result.codings <= IM_BUDGET_MAX_CODINGS
            && result.estimates <= IM_BUDGET_MAX_ESTIMATES))
      break;
  }
  result.fits = step == IM_BUDGET_FITS;
  return result;
}

/* The largest quality that fits; below @min_quality where none does. */
static int
best_of (Scene scene, size_t max, int min_quality, int max_quality)
{
  int quality = max_quality;

  while (quality >= min_quality
      && (size_t) (scene.noise * (double) size_at (scene.curve, quality)) > max)
    quality--;
  return quality;
}

static void
test_never_larger (void)
{
  for (int c = 0; c < N_CURVES; c++)
    for (int off = 0; off < 3; off++)
      for (size_t max = 50; max < 1000000; max = max * 5 / 4) {
        ImBudget budget = { 0 };

        for (int i = 0; i < 100; i++) {
          Scene scene = { curves[c], 0.5 + i % 17 * 0.1, 0.8 * off };
          Result result = make (&budget, scene, max, 5, 95);
          size_t least =
              (size_t) (scene.noise * (double) size_at (curves[c], 5));

          if (result.fits)
            CHECK (result.size <= max);
          else
            CHECK (least > max && result.quality == 5);
        }
      }
}

/* Streams of all kinds, estimates that are off by a constant factor and 3 % more or
 * less: on average within 2 of the best, in few codings; within 3 where nothing can
 * be estimated. */
static void
check_stream (const char *name, const Scene *scenes, int n, size_t max,
    double most_codings)
{
  ImBudget budget = { 0 };
  int lost = 0, codings = 0, pictures = 0;

  for (int i = 0; i < n; i++) {
    int best = best_of (scenes[i], max, 10, 92);
    Result result = make (&budget, scenes[i], max, 10, 92);

    if (!CHECK (result.fits == (best >= 10)) || !result.fits)
      continue;
    lost += best - result.quality;
    codings += result.codings;
    pictures++;
  }
  if (!CHECK (lost <= (scenes[0].off > 0 ? 2 : 3) * pictures
          && codings <= most_codings * pictures))
    printf ("  %s, %zu bytes: %d lost in %d pictures, %d codings\n", name, max,
        lost, pictures, codings);
}

#define LENGTH 300

static void
test_streams (void)
{
  unsigned seed = 5;
  Scene steady[LENGTH], slow[LENGTH], wild[LENGTH], hard[LENGTH];

  for (int c = 0; c < 2; c++)
    for (int with = 0; with < 2; with++)
      for (size_t max = 6000; max < 60000; max = max * 6 / 5) {
        for (int i = 0; i < LENGTH; i++) {
          double off =
              with * 1.07 * (0.97 + testing_random (&seed) % 1000 * 6e-5);
          double part = testing_random (&seed) % 1000 * 1e-3;

          steady[i] = (Scene){ curves[c], 0.995 + 0.01 * part, with * 1.07 };
          slow[i] = (Scene){ curves[c], 0.6 + 0.8 * i / LENGTH, off };
          wild[i] = (Scene){ curves[c], 0.5 + part, off };
          hard[i] = (Scene){ curves[c], i % 20 < 3 ? 4.0 : 1.0, off };
        }
        check_stream ("steady", steady, LENGTH, max, 1.1);
        check_stream ("slow", slow, LENGTH, max, with ? 1.3 : 1.6);
        check_stream ("wild", wild, LENGTH, max, with ? 1.5 : 3.5);
        check_stream ("hard", hard, LENGTH, max, with ? 1.4 : 1.8);
      }
}

/* A scene whose sizes wander by half a percent keeps its quality, or nearly. */
static void
test_no_flicker (void)
{
  unsigned seed = 5;

  for (int c = 0; c < 2; c++)
    for (int with = 0; with < 2; with++)
      for (size_t max = 6000; max < 60000; max = max * 6 / 5) {
        ImBudget budget = { 0 };
        int before = -1;

        for (int i = 0; i < 300; i++) {
          double noise = 0.995 + testing_random (&seed) % 1000 * 1e-5;
          Scene scene = { curves[c], noise, with * 1.07 };
          Result result = make (&budget, scene, max, 10, 85);

          if (before >= 0 && i > 3
              && !CHECK (abs (result.quality - before) <= 2))
            printf ("  curve %d, %zu bytes: %d after %d\n", c, max,
                result.quality, before);
          before = result.quality;
        }
      }
}

/* Three frames of snow, then what was there before: back at once. */
static void
test_comes_back (void)
{
  Scene easy = { curves[0], 1.0, 1.07 }, snow = { curves[0], 4.0, 1.07 };
  ImBudget budget = { 0 };
  Result before, after;

  for (int i = 0; i < 9; i++)
    before = make (&budget, easy, 30000, 10, 85);
  for (int i = 0; i < 3; i++)
    make (&budget, snow, 30000, 10, 85);
  after = make (&budget, easy, 30000, 10, 85);
  CHECK (
      before.fits && after.fits && abs (after.quality - before.quality) <= 2);
}

static void
test_limits (void)
{
  ImBudget budget = { 0 };
  Scene scene = { curves[0], 1.0, 0 }, nothing = { curves[0], 0.0, 0 };
  Result result = make (&budget, scene, 10, 10, 85);

  CHECK (!result.fits);
  CHECK_EQUAL (result.quality, 10);
  CHECK (result.size > 10);
  /* From then on it begins where it ended. */
  result = make (&budget, scene, 10, 10, 85);
  CHECK_EQUAL (result.codings, 1);
  /* A budget that is never reached. */
  result = make (&budget, scene, 1 << 20, 10, 85);
  CHECK_EQUAL (result.quality, 85);
  CHECK_EQUAL (result.codings, 1);
  /* The least above the most counts as it. */
  result = make (&budget, scene, 1 << 20, 90, 40);
  CHECK_EQUAL (result.quality, 40);
  /* Quality 0 and nothing at all. */
  result = make (&budget, scene, 4079, 0, 0);
  CHECK (result.fits && result.quality == 0);
  result = make (&budget, nothing, 1, 0, 100);
  CHECK (result.fits && result.quality == 100);
  /* What is guessed is what is asked for first. */
  CHECK_EQUAL (im_budget_guess (&budget, 100), 100);
  CHECK_EQUAL (im_budget_guess (&budget, 60), 60);
}

static const Test tests[] = { TEST (test_never_larger), TEST (test_streams),
  TEST (test_no_flicker), TEST (test_comes_back), TEST (test_limits) };

int
main (void)
{
  return TESTS_RUN (tests);
}
