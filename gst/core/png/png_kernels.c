/* imbytes: the inner loops of the PNG coder, in a table for each instruction set.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "png_kernels.h"

static void
fill (void *table, ImProcessor set)
{
  ImPngKernels *kernels = table;

  im_png_kernels_init_c (kernels);
#ifdef HAVE_AVX2
  if (set == IM_PROCESSOR_AVX2 || set == IM_PROCESSOR_AVX512)
    im_png_kernels_init_avx2 (kernels);
#endif
  kernels->name = im_processor_name (set);
}

const ImPngKernels *
im_png_kernels_of (ImProcessor set)
{
  static ImPngKernels tables[IM_N_PROCESSORS];
  static ImProcessorTables all = { .lock = IM_MUTEX_INIT,
    .tables = tables,
    .size = sizeof (tables[0]),
    .fill = fill };

  return im_processor_table (&all, set);
}

const ImPngKernels *
im_png_kernels_get (void)
{
  return im_png_kernels_of (im_processor_get ());
}
