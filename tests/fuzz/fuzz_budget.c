/* imbytes fuzzing: pictures whose sizes go with the quality in any way, and
 * budgets for them, with estimates that have nothing to do with them and without.
 * Each ends within IM_BUDGET_MAX_CODINGS codings, at the quality of the last one,
 * and what is said to fit does; where nothing is said to fit, the least quality was
 * tried.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/budget.h"
#include "input.h"

#define QUALITIES 101
#define MOST_PICTURES 40

static void __attribute__ ((format (printf, 1, 2), noreturn))
broken (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
  abort ();
}

static size_t
take_size (FuzzBytes *bytes)
{
  size_t size = fuzz_take (bytes, 1u << 16);

  switch (fuzz_take (bytes, 8)) {
    case 0:
      return size << (sizeof (size) * 8 - 16) | size;
    case 1:
      return size << 12;
    case 2:
      return fuzz_take (bytes, 3);
    default:
      return size;
  }
}

/* As photographs do, more or less, or without any order. */
static void
take_sizes (size_t sizes[QUALITIES], FuzzBytes *bytes)
{
  unsigned kind = fuzz_take (bytes, 4);
  size_t base = take_size (bytes);
  unsigned noise = 1 + fuzz_take (bytes, 64);

  for (int q = 0; q < QUALITIES; q++) {
    if (kind == 0)
      sizes[q] = take_size (bytes);
    else if (kind == 1)
      sizes[q] = base;
    else
      sizes[q] = base / (size_t) (102 - q) + fuzz_take (bytes, noise);
  }
}

static void
code_picture (ImBudget *budget, const size_t sizes[QUALITIES],
    const size_t estimates[QUALITIES], size_t max_bytes, int min, int max)
{
  int quality, coded = -1, n_codings = 0, n_estimates = 0;
  ImBudgetStep step;

  im_budget_begin (budget, max_bytes, min, max, estimates != NULL);
  if (min > max)
    min = max;
  while ((step = im_budget_step (budget, &quality)) == IM_BUDGET_CODE
      || step == IM_BUDGET_ESTIMATE) {
    if (quality < min || quality > max)
      broken ("quality %d of %d to %d", quality, min, max);
    if (step == IM_BUDGET_ESTIMATE) {
      if (estimates == NULL || ++n_estimates > IM_BUDGET_MAX_ESTIMATES)
        broken ("%d estimates and more to come", n_estimates);
      im_budget_estimated (budget, estimates[quality]);
    } else {
      if (++n_codings > IM_BUDGET_MAX_CODINGS)
        broken ("%d codings and more to come", n_codings);
      im_budget_coded (budget, sizes[quality]);
      coded = quality;
    }
  }
  if (quality != coded)
    broken ("quality %d in the end, and %d coded last", quality, coded);
  if (step == IM_BUDGET_FITS && sizes[quality] > max_bytes)
    broken ("%zu bytes at quality %d, %zu allowed", sizes[quality], quality,
        max_bytes);
  if (step == IM_BUDGET_TOO_LARGE
      && (quality != min || sizes[min] <= max_bytes))
    broken ("given up without the least quality, %d", min);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  FuzzBytes bytes = { data, size };
  ImBudget budget = { 0 };
  size_t sizes[QUALITIES], estimates[QUALITIES], max_bytes = 0;
  bool with_estimates = false;
  int min = 0, max = 100;

  for (int i = 0; i < MOST_PICTURES && bytes.left > 0; i++) {
    if (i == 0 || fuzz_take (&bytes, 4) == 0) {
      max_bytes = 1 + take_size (&bytes);
      min = (int) fuzz_take (&bytes, QUALITIES);
      max = (int) fuzz_take (&bytes, QUALITIES);
    }
    if (i == 0 || fuzz_take (&bytes, 3) == 0)
      take_sizes (sizes, &bytes);
    if (i == 0 || fuzz_take (&bytes, 3) == 0) {
      with_estimates = fuzz_take (&bytes, 3) > 0;
      take_sizes (estimates, &bytes);
    }
    code_picture (&budget, sizes, with_estimates ? estimates : NULL, max_bytes,
        min, max);
  }
  return 0;
}
