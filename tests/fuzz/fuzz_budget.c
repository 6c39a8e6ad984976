/* imbytes fuzzing: pictures whose sizes go with the quality in any way, and
 * budgets for them. Each ends within IM_BUDGET_MAX_TRIES codings, at a quality
 * that was asked for, and what is said to fit does; where nothing is said to fit,
 * the least quality was tried.
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
code_picture (ImBudget *budget, const size_t sizes[QUALITIES], size_t max_bytes,
    int min, int max)
{
  bool tried[QUALITIES] = { false };
  int quality = im_budget_begin (budget, max_bytes, min, max), n = 0;
  ImBudgetVerdict verdict;

  if (min > max)
    min = max;
  do {
    if (quality < min || quality > max)
      broken ("quality %d of %d to %d", quality, min, max);
    tried[quality] = true;
    if (++n > IM_BUDGET_MAX_TRIES)
      broken ("%d codings and more to come", n);
    verdict = im_budget_next (budget, sizes[quality], &quality);
  } while (verdict == IM_BUDGET_TRY_AGAIN);
  if (quality < min || quality > max || !tried[quality])
    broken ("quality %d in the end, never tried or not asked for", quality);
  if (verdict == IM_BUDGET_FITS && sizes[quality] > max_bytes)
    broken ("%zu bytes at quality %d, %zu allowed", sizes[quality], quality,
        max_bytes);
  if (verdict == IM_BUDGET_TOO_LARGE
      && (!tried[min] || sizes[min] <= max_bytes))
    broken ("given up without the least quality, %d", min);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  FuzzBytes bytes = { data, size };
  ImBudget budget = { 0 };
  size_t sizes[QUALITIES], max_bytes = 0;
  int min = 0, max = 100;

  for (int i = 0; i < MOST_PICTURES && bytes.left > 0; i++) {
    if (i == 0 || fuzz_take (&bytes, 4) == 0) {
      max_bytes = 1 + take_size (&bytes);
      min = (int) fuzz_take (&bytes, QUALITIES);
      max = (int) fuzz_take (&bytes, QUALITIES);
    }
    if (i == 0 || fuzz_take (&bytes, 3) == 0)
      take_sizes (sizes, &bytes);
    code_picture (&budget, sizes, max_bytes, min, max);
  }
  return 0;
}
