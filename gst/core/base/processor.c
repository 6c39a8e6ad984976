/* imbytes: what the processor can do, looked at once for the process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "processor.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_AVX2
#include <immintrin.h>
#endif

const char *
im_processor_name (ImProcessor set)
{
  static const char *const names[IM_N_PROCESSORS] = { "C", "AVX2", "AVX-512",
    "NEON" };

  return names[set];
}

bool
im_processor_has (ImProcessor set)
{
  switch (set) {
    case IM_PROCESSOR_C:
      return true;
    case IM_PROCESSOR_AVX2:
#ifdef HAVE_AVX2
      /* All that have the first have the others, but for emulators. */
      return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("bmi")
          && __builtin_cpu_supports ("bmi2");
#else
      return false;
#endif
    case IM_PROCESSOR_AVX512:
#ifdef HAVE_AVX512
      return __builtin_cpu_supports ("avx512bw")
          && __builtin_cpu_supports ("avx512vl")
          && __builtin_cpu_supports ("avx512vnni");
#else
      return false;
#endif
    case IM_PROCESSOR_NEON:
#ifdef HAVE_NEON
      return true;
#else
      return false;
#endif
  }
  return false;
}

ImProcessor
im_processor_choose (const char *asked)
{
  ImProcessor best = IM_PROCESSOR_C;

  for (int i = 0; i < IM_N_PROCESSORS; i++) {
    ImProcessor set = (ImProcessor) i;

    if (!im_processor_has (set))
      continue;
    if (asked != NULL && strcmp (asked, im_processor_name (set)) == 0)
      return set;
    best = set;
  }
  return best;
}

ImProcessor
im_processor_get (void)
{
  /* One more than the set; two threads that come first find the same. */
  static atomic_int found;
  int set = atomic_load (&found);

  if (set == 0) {
    set = (int) im_processor_choose (getenv ("IMBYTES_KERNELS")) + 1;
    atomic_store (&found, set);
  }
  return (ImProcessor) (set - 1);
}

const void *
im_processor_table (ImProcessorTables *self, ImProcessor set)
{
  void *table = (char *) self->tables + self->size * (size_t) set;

  if (!im_processor_has (set))
    return NULL;
  if (atomic_load (&self->is_filled[set]))
    return table;
  im_mutex_lock (&self->lock);
  if (!atomic_load (&self->is_filled[set]))
    self->fill (table, set);
  atomic_store (&self->is_filled[set], true);
  im_mutex_unlock (&self->lock);
  return table;
}

#ifdef HAVE_AVX2
__attribute__ ((target ("avx"))) static void
clear_upper (void)
{
  _mm256_zeroupper ();
}
#endif

void
im_processor_clear_upper (void)
{
#ifdef HAVE_AVX2
  if (__builtin_cpu_supports ("avx"))
    clear_upper ();
#endif
}
