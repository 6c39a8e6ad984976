/* imbytes: the quality that keeps JPEG pictures within so many bytes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "budget.h"

#include <math.h>
#include <string.h>

#include "core/base/maths.h"

/* Parts of the budget: what a new quality aims at, below what a picture leaves
 * room for a better one, and from where on a search has come near enough. */
#define AIM 0.92
#define ROOMY 0.85
#define NEAR_ENOUGH 0.85

/* Pictures that have to leave room before the quality rises, and more of them
 * after it rose too far. */
#define ROOMY_PICTURES 8
#define ROOMY_PICTURES_AFTER_FAILURE 64
#define MAX_RISE 10

/* Photographs grow with the quantisers' scale to about this power. */
#define USUAL_SLOPE -0.65

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
quality_of (double scale)
{
  if (scale > 100.0)
    return (int) floor (5000.0 / scale);
  return (int) floor ((200.0 - scale) / 2.0);
}

static int
clamp (int value, int low, int high)
{
  return value < low ? low : value > high ? high : value;
}

/* How size goes with the scale, between the two that are known best. */
static double
find_slope (const ImBudgetPoint *a, const ImBudgetPoint *b)
{
  double slope;

  if (a->quality < 0 || b->quality < 0 || a->size == 0 || b->size <= a->size
      || scale_of (a->quality) <= scale_of (b->quality))
    return USUAL_SLOPE;
  slope = im_log ((double) b->size / (double) a->size)
      / im_log (scale_of (b->quality) / scale_of (a->quality));
  return slope < -3.0 ? -3.0 : slope > -0.05 ? -0.05 : slope;
}

static int
predict (const ImBudget *budget, int quality, size_t size)
{
  double slope = find_slope (&budget->fits, &budget->too_large);
  double ratio = AIM * (double) budget->max_bytes / (double) size;

  return quality_of (scale_of (quality) * im_pow (ratio, 1.0 / slope));
}

int
im_budget_begin (ImBudget *budget, size_t max_bytes, int min_quality,
    int max_quality)
{
  if (min_quality > max_quality)
    min_quality = max_quality;
  if (budget->max_bytes != max_bytes || budget->min_quality != min_quality
      || budget->max_quality != max_quality)
    memset (budget, 0, sizeof (*budget));
  budget->max_bytes = max_bytes;
  budget->min_quality = min_quality;
  budget->max_quality = max_quality;
  budget->is_cold = budget->settled == 0;
  if (budget->is_cold)
    budget->quality = max_quality;
  else
    budget->quality = clamp (budget->settled - 1, min_quality, max_quality);
  budget->tries = 0;
  budget->fits.quality = budget->too_large.quality = -1;
  return budget->quality;
}

/* One that is still worth a try: between those that are known to fit and not to. */
static int
next_quality (const ImBudget *budget, int wanted)
{
  int low = budget->fits.quality < 0 ? budget->min_quality
                                     : budget->fits.quality + 1;
  int high = budget->too_large.quality < 0 ? budget->max_quality
                                           : budget->too_large.quality - 1;

  return clamp (wanted, low, high);
}

static bool
is_found (const ImBudget *budget)
{
  return budget->fits.quality >= budget->max_quality
      || budget->fits.quality + 1 >= budget->too_large.quality
      || (double) budget->fits.size >= NEAR_ENOUGH * (double) budget->max_bytes
      || budget->tries >= IM_BUDGET_MAX_TRIES - 1;
}

/* After a picture that fitted at once: whether the next may be better. */
static void
consider_rising (ImBudget *budget)
{
  int predicted;

  if (budget->fits.quality >= budget->max_quality
      || (double) budget->fits.size >= ROOMY * (double) budget->max_bytes) {
    if (budget->roomy > 0)
      budget->roomy = 0;
    return;
  }
  if (++budget->roomy < ROOMY_PICTURES)
    return;
  budget->roomy = 0;
  predicted = predict (budget, budget->fits.quality, budget->fits.size);
  budget->settled = 1
      + clamp (predicted, budget->fits.quality,
          clamp (budget->fits.quality + MAX_RISE, 0, budget->max_quality));
  budget->raised = budget->settled - 1 > budget->fits.quality;
}

static ImBudgetVerdict
settle (ImBudget *budget, int *quality)
{
  bool at_once = budget->tries == 1;

  budget->settled = budget->fits.quality + 1;
  *quality = budget->fits.quality;
  if (budget->raised && !at_once)
    budget->roomy = -ROOMY_PICTURES_AFTER_FAILURE;
  budget->raised = false;
  if (at_once)
    consider_rising (budget);
  return IM_BUDGET_FITS;
}

static ImBudgetVerdict
try_again (ImBudget *budget, int wanted, int *quality)
{
  *quality = budget->quality = next_quality (budget, wanted);
  return IM_BUDGET_TRY_AGAIN;
}

static ImBudgetVerdict
give_way (ImBudget *budget, size_t size, int *quality)
{
  int wanted = predict (budget, budget->quality, size);

  if (budget->quality <= budget->min_quality) {
    /* The next picture begins where this one ended. */
    budget->settled = budget->min_quality + 1;
    *quality = budget->min_quality;
    return IM_BUDGET_TOO_LARGE;
  }
  if (budget->fits.quality >= 0 && is_found (budget))
    return settle (budget, quality);
  if (wanted >= budget->quality)
    wanted = budget->quality - 1;
  if (budget->fits.quality < 0 && budget->tries >= IM_BUDGET_MAX_TRIES - 2)
    wanted = budget->min_quality;
  return try_again (budget, wanted, quality);
}

ImBudgetVerdict
im_budget_next (ImBudget *budget, size_t size, int *quality)
{
  ImBudgetPoint here = { budget->quality, size };
  int wanted;

  budget->tries++;
  if (size > budget->max_bytes) {
    budget->too_large = here;
    return give_way (budget, size, quality);
  }
  budget->fits = here;
  /* A stream that goes on only has to fit; the first picture, and one whose
   * quality gave way by far, are worth a search. */
  if ((budget->tries == 1 && !budget->is_cold) || is_found (budget))
    return settle (budget, quality);
  wanted = predict (budget, here.quality, size);
  return try_again (budget, wanted > here.quality ? wanted : here.quality + 1,
      quality);
}
