/* imbytes: the quality that keeps JPEG pictures within so many bytes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "budget.h"

#include <math.h>
#include <string.h>

#include "core/base/maths.h"

/* Photographs grow with the quantisers' scale to about this power. */
#define USUAL_SLOPE -0.65
#define STEEPEST -3.0
#define FLATTEST -0.05

/* How far estimates are off before anything is known, and what is aimed at below
 * the limit, as parts of it. */
#define USUAL_DOUBT 0.03
#define LEAST_DOUBT 0.004
#define MOST_DOUBT 0.06
/* What the picture before last and those before it weigh. */
#define MEMORY 0.6
/* A scene is as it was where its estimate moved by less. */
#define STEADY 0.04
/* Qualities: what a picture may gain before the quality changes, and by how much
 * it rises at once, in a steady scene; and what another coding has to gain, where
 * there were estimates before and where it is all that tells. */
#define KEEP 1
#define MAX_RISE 2
#define WORTH_A_CODING 3
#define WORTH_A_CODING_BLIND 2

/* libjpeg's scale of the quantisers, in percent (jpeg_quality_scaling). */
static double
scale_of (int quality)
{
  if (quality < 1)
    quality = 1;
  if (quality < 50)
    return 5000.0 / quality;
  return quality < 100 ? 200.0 - 2.0 * quality : 1.0;
}

static int
clamp (int value, int low, int high)
{
  return value < low ? low : value > high ? high : value;
}

static double
clamp_part (double value, double low, double high)
{
  return value < low ? low : value > high ? high : value;
}

/* A size that has a logarithm. */
static double
at_least_1 (double size)
{
  return size < 1.0 ? 1.0 : size;
}

static double
slope_between (const ImBudgetPoint *a, const ImBudgetPoint *b)
{
  double scales = im_log (scale_of (b->quality) / scale_of (a->quality));

  /* 0 and 1 are one quality. */
  if (scales == 0.0)
    return USUAL_SLOPE;
  return clamp_part (im_log (at_least_1 (b->size) / at_least_1 (a->size))
          / scales,
      STEEPEST, FLATTEST);
}

/* The first point above @quality; n_points where there is none. */
static int
find_above (const ImBudget *budget, int quality)
{
  int i = 0;

  while (i < budget->n_points && budget->point[i].quality <= quality)
    i++;
  return i;
}

/* Between the two points that enclose @quality, or the two next to it. */
static double
slope_at (const ImBudget *budget, int quality)
{
  int second;

  if (budget->n_points < 2)
    return budget->slope;
  second = clamp (find_above (budget, quality), 1, budget->n_points - 1);
  return slope_between (&budget->point[second - 1], &budget->point[second]);
}

static double
predict (const ImBudget *budget, int quality)
{
  const ImBudgetPoint *point = budget->point;
  int above = find_above (budget, quality), near = above > 0 ? above - 1 : 0;
  double slope = slope_at (budget, quality);

  return budget->ratio_here * at_least_1 (point[near].size)
      * im_pow (scale_of (quality) / scale_of (point[near].quality), slope);
}

/* The largest quality that is predicted to take no more than this part of the
 * limit, among those that can still be the best. */
static int
best (const ImBudget *budget, double part)
{
  int low = budget->fits.quality < 0 ? budget->min_quality
                                     : budget->fits.quality;
  int high = budget->too_large.quality < 0 ? budget->max_quality
                                           : budget->too_large.quality - 1;

  while (low < high) {
    int middle = (low + high + 1) / 2;

    if (predict (budget, middle) <= part * budget->max_bytes)
      low = middle;
    else
      high = middle - 1;
  }
  return low;
}

static void
add_point (ImBudget *budget, double size)
{
  int i = budget->n_points;

  for (int k = 0; k < i; k++)
    if (budget->point[k].quality == budget->quality)
      return;
  for (; i > 0 && budget->point[i - 1].quality > budget->quality; i--)
    budget->point[i] = budget->point[i - 1];
  budget->point[i] = (ImBudgetPoint){ budget->quality, size };
  budget->n_points++;
}

void
im_budget_begin (ImBudget *budget, size_t max_bytes, int min_quality,
    int max_quality, bool can_estimate)
{
  if (min_quality > max_quality)
    min_quality = max_quality;
  if (budget->max_bytes != (double) max_bytes
      || budget->min_quality != min_quality
      || budget->max_quality != max_quality
      || budget->can_estimate != can_estimate)
    memset (budget, 0, sizeof (*budget));
  if (!budget->is_warm) {
    budget->ratio = 1.0;
    budget->doubt = USUAL_DOUBT;
    budget->slope = USUAL_SLOPE;
  }
  budget->max_bytes = (double) max_bytes;
  budget->min_quality = min_quality;
  budget->max_quality = max_quality;
  budget->can_estimate = can_estimate;
  budget->n_codings = budget->n_estimates = budget->n_points = 0;
  budget->ratio_here = budget->ratio;
  budget->fits.quality = budget->too_large.quality = -1;
}

int
im_budget_guess (const ImBudget *budget, int max_quality)
{
  return budget->is_warm && budget->settled < max_quality ? budget->settled
                                                          : max_quality;
}

/* The scene is the one of the last picture. */
static bool
is_steady (const ImBudget *budget)
{
  double here;

  if (!budget->is_warm || !budget->can_estimate || budget->n_points == 0)
    return false;
  here = predict (budget, budget->settled) / budget->ratio_here;
  return fabs (here / at_least_1 (budget->estimate) - 1.0) < STEADY;
}

/* What to code first, all estimates being considered. */
static int
first_choice (const ImBudget *budget)
{
  int choice = best (budget, 1.0 - budget->doubt);

  if (!is_steady (budget))
    return choice;
  if (choice >= budget->settled && choice <= budget->settled + KEEP)
    return budget->settled;
  return choice > budget->settled + MAX_RISE ? budget->settled + MAX_RISE
                                             : choice;
}

/* Whether what is known says enough about @quality. */
static bool
is_known_well (const ImBudget *budget, int quality)
{
  int below = 100, above = 100;

  for (int i = 0; i < budget->n_points; i++) {
    int distance = budget->point[i].quality - quality;

    if (distance <= 0 && -distance < below)
      below = -distance;
    if (distance >= 0 && distance < above)
      above = distance;
  }
  return below <= 1 || above <= 1 || below + above <= 5;
}

static ImBudgetStep
ask (ImBudget *budget, ImBudgetStep step, int wanted, int *quality)
{
  *quality = budget->quality = wanted;
  return step;
}

static ImBudgetStep
first_step (ImBudget *budget, int *quality)
{
  int start = budget->is_warm ? budget->settled : budget->max_quality;
  int choice;

  start = clamp (start, budget->min_quality, budget->max_quality);
  if (!budget->can_estimate)
    return ask (budget, IM_BUDGET_CODE, start, quality);
  if (budget->n_estimates == 0)
    return ask (budget, IM_BUDGET_ESTIMATE, start, quality);
  choice = first_choice (budget);
  if (budget->n_estimates == IM_BUDGET_MAX_ESTIMATES
      || is_known_well (budget, choice))
    return ask (budget, IM_BUDGET_CODE, choice, quality);
  return ask (budget, IM_BUDGET_ESTIMATE, choice, quality);
}

/* @better: what could be coded in place of what fits. */
static bool
is_good_enough (const ImBudget *budget, int better)
{
  int worth = budget->can_estimate ? WORTH_A_CODING : WORTH_A_CODING_BLIND;

  return budget->n_codings >= IM_BUDGET_MAX_CODINGS - 1
      || better < budget->fits.quality + worth || is_steady (budget);
}

/* The next picture begins where this one ended. */
static void
settle (ImBudget *budget, int quality)
{
  double off = fabs (im_log (budget->ratio_here / budget->ratio));
  double memory = budget->is_warm ? MEMORY : 0.0;

  budget->settled = quality;
  budget->estimate = predict (budget, quality) / budget->ratio_here;
  if (budget->n_points > 1)
    budget->slope =
        slope_between (&budget->point[0], &budget->point[budget->n_points - 1]);
  if (budget->can_estimate) {
    budget->doubt = clamp_part (budget->is_warm
            ? memory * budget->doubt + (1.0 - memory) * off
            : USUAL_DOUBT,
        LEAST_DOUBT, MOST_DOUBT);
    budget->ratio =
        memory * budget->ratio + (1.0 - memory) * budget->ratio_here;
  }
  budget->is_warm = true;
}

ImBudgetStep
im_budget_step (ImBudget *budget, int *quality)
{
  int next;

  if (budget->n_codings == 0)
    return first_step (budget, quality);
  if (budget->too_large.quality == budget->min_quality) {
    settle (budget, budget->min_quality);
    return ask (budget, IM_BUDGET_TOO_LARGE, budget->min_quality, quality);
  }
  /* Sizes are known well now, those nearby at least. */
  next = best (budget, 1.0 - LEAST_DOUBT);
  if (budget->fits.quality < 0) {
    if (budget->n_codings >= IM_BUDGET_MAX_CODINGS - 2)
      next = budget->min_quality;
    return ask (budget, IM_BUDGET_CODE, next, quality);
  }
  if (!is_good_enough (budget, next))
    return ask (budget, IM_BUDGET_CODE, next, quality);
  if (budget->quality != budget->fits.quality)
    return ask (budget, IM_BUDGET_CODE, budget->fits.quality, quality);
  settle (budget, budget->quality);
  return ask (budget, IM_BUDGET_FITS, budget->quality, quality);
}

void
im_budget_estimated (ImBudget *budget, size_t size)
{
  budget->n_estimates++;
  add_point (budget, (double) size);
}

void
im_budget_coded (ImBudget *budget, size_t size)
{
  ImBudgetPoint here = { budget->quality, (double) size };

  budget->n_codings++;
  if (budget->can_estimate)
    budget->ratio_here *=
        at_least_1 (here.size) / at_least_1 (predict (budget, here.quality));
  else
    add_point (budget, here.size);
  if (here.size > budget->max_bytes)
    budget->too_large = here;
  else
    budget->fits = here;
}
