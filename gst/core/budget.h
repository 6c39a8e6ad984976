/* imbytes: the quality that keeps JPEG pictures within so many bytes.
 *
 * It sees numbers only: the caller codes at the quality that it is given, says
 * how many bytes that took, and does so again until it is told that this will do
 * or that nothing does. Where the stream goes on as before, the first quality
 * does: it gives way when a picture is too large, to one that leaves some room,
 * and comes back when several in a row have left more. So neighbouring pictures
 * of a quiet scene have the same quality.
 *
 * Thread-safety: none of its own.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Never more codings of one picture. */
#define IM_BUDGET_MAX_TRIES 7

typedef enum
{
  IM_BUDGET_FITS,
  IM_BUDGET_TRY_AGAIN,
  IM_BUDGET_TOO_LARGE /* even at the least quality */
} ImBudgetVerdict;

typedef struct
{
  int quality;
  size_t size;
} ImBudgetPoint;

/* All zero at the start, and after anything that makes pictures of another kind. */
typedef struct
{
  size_t max_bytes;
  int min_quality, max_quality;

  int settled; /* quality of the last picture; 0: none yet, and then one more */
  int roomy;   /* pictures in a row that left room; below 0: to wait longer */
  bool raised;

  /* Of the picture under way. */
  int tries, quality;
  bool is_cold;
  ImBudgetPoint fits, too_large; /* the largest and the smallest; quality -1 */
} ImBudget;

/* The quality to code the next picture with. Qualities are libjpeg's, 0 to 100;
 * where @min_quality is above @max_quality, it counts as that. */
int im_budget_begin (ImBudget *budget, size_t max_bytes, int min_quality,
    int max_quality);

/* It took @size bytes. With TRY_AGAIN, *@quality is what to code it with again;
 * with FITS, it is the one that the picture has to be of, which is not always the
 * last. */
ImBudgetVerdict im_budget_next (ImBudget *budget, size_t size, int *quality);
