/* imbytes: the inner loops, in a table for each instruction set.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "kernels.h"

static void
fill (void *table, ImProcessor set)
{
  ImKernels *kernels = table;

  im_kernels_init_c (kernels);
#ifdef HAVE_AVX2
  if (set == IM_PROCESSOR_AVX2 || set == IM_PROCESSOR_AVX512) {
    im_kernels_init_avx2 (kernels);
    im_kernels_init_avx2_alpha (kernels);
    im_kernels_init_avx2_rows (kernels);
    im_kernels_init_avx2_words (kernels);
  }
#endif
#ifdef HAVE_AVX512
  if (set == IM_PROCESSOR_AVX512)
    im_kernels_init_avx512 (kernels);
#endif
#ifdef HAVE_NEON
  if (set == IM_PROCESSOR_NEON)
    im_kernels_init_neon (kernels);
#endif
  kernels->name = im_processor_name (set);
}

const ImKernels *
im_kernels_of (ImProcessor set)
{
  static ImKernels tables[IM_N_PROCESSORS];
  static ImProcessorTables all = { .lock = IM_MUTEX_INIT,
    .tables = tables,
    .size = sizeof (tables[0]),
    .fill = fill };

  return im_processor_table (&all, set);
}

const ImKernels *
im_kernels_get (void)
{
  return im_kernels_of (im_processor_get ());
}
