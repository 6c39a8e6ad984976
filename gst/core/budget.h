/* imbytes: the quality that keeps JPEG pictures within so many bytes.
 *
 * It sees numbers only. The caller does what im_budget_step () asks for, says how
 * many bytes that took, and asks again until the picture fits or cannot:
 *
 *   im_budget_begin (budget, ...);
 *   while ((step = im_budget_step (budget, &quality)) is ESTIMATE or CODE)
 *     ESTIMATE: im_budget_estimated (budget, size of a sample, scaled up)
 *     CODE:     im_budget_coded (budget, size of the file)
 *
 * Estimates are cheap and wrong by some percent. How far they have been off, on
 * average and from one picture to the next, is remembered, and decides how near to
 * the limit a picture is aimed. The largest quality that fits is looked for in
 * every picture. Where a scene stays as it is, so does the quality: one that could
 * be larger by 1 is no reason to change it.
 *
 * Thread-safety: none of its own.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Never more codings and estimates of one picture. */
#define IM_BUDGET_MAX_CODINGS 7
#define IM_BUDGET_MAX_ESTIMATES 5

typedef enum
{
  IM_BUDGET_ESTIMATE,
  IM_BUDGET_CODE,
  IM_BUDGET_FITS,     /* the last coding does */
  IM_BUDGET_TOO_LARGE /* even at the least quality, which is the last coding */
} ImBudgetStep;

typedef struct
{
  int quality; /* -1: none */
  double size;
} ImBudgetPoint;

/* All zero at the start, and after anything that makes pictures of another kind. */
typedef struct
{
  double max_bytes;
  int min_quality, max_quality;
  bool can_estimate;

  /* Of the pictures before. */
  bool is_warm;
  int settled;     /* quality of the last one */
  double estimate; /* of the last one, at that quality */
  double ratio;    /* of sizes to their estimates */
  double doubt;    /* how far single ones are from it, as a part */
  double slope;    /* of log size against log scale of the quantisers */

  /* Of the picture under way. */
  int n_codings, n_estimates;
  int quality; /* of the last step */
  double ratio_here;
  ImBudgetPoint point[IM_BUDGET_MAX_ESTIMATES + IM_BUDGET_MAX_CODINGS];
  int n_points; /* estimates, or codings where there are none; by quality */
  ImBudgetPoint fits, too_large; /* the best one and the least */
} ImBudget;

/* Qualities are libjpeg's, 0 to 100; where @min_quality is above @max_quality, it
 * counts as that. @can_estimate: else only IM_BUDGET_CODE is asked for. */
void im_budget_begin (ImBudget *budget, size_t max_bytes, int min_quality,
    int max_quality, bool can_estimate);

/* Which quality the first step of the next picture is likely to ask for. */
int im_budget_guess (const ImBudget *budget, int max_quality);

/* What to do next; with ESTIMATE and CODE, at which quality, and else, which
 * quality the last coding had. */
ImBudgetStep im_budget_step (ImBudget *budget, int *quality);

/* What came of it. */
void im_budget_estimated (ImBudget *budget, size_t size);
void im_budget_coded (ImBudget *budget, size_t size);
