/* imbytes: the inner loops of the baseline JPEG coder, in a table for each
 * instruction set.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "jpeg_kernels.h"

static void
fill (void *table, ImProcessor set)
{
  ImJpegKernels *kernels = table;

  im_jpeg_kernels_init_c (kernels);
#ifdef HAVE_AVX2
  if (set == IM_PROCESSOR_AVX2 || set == IM_PROCESSOR_AVX512)
    im_jpeg_kernels_init_avx2 (kernels);
#endif
#ifdef HAVE_AVX512
  if (set == IM_PROCESSOR_AVX512)
    im_jpeg_kernels_init_avx512 (kernels);
#endif
#ifdef HAVE_NEON
  if (set == IM_PROCESSOR_NEON)
    im_jpeg_kernels_init_neon (kernels);
#endif
  kernels->name = im_processor_name (set);
}

const ImJpegKernels *
im_jpeg_kernels_of (ImProcessor set)
{
  static ImJpegKernels tables[IM_N_PROCESSORS];
  static ImProcessorTables all = { .lock = IM_MUTEX_INIT,
    .tables = tables,
    .size = sizeof (tables[0]),
    .fill = fill };

  return im_processor_table (&all, set);
}

const ImJpegKernels *
im_jpeg_kernels_get (void)
{
  return im_jpeg_kernels_of (im_processor_get ());
}
