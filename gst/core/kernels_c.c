/* imbytes: the portable kernels, and which table this processor gets.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "kernels_loops.h"

static const ImKernels kernels_c = { "C", vertical_u8, vertical_q6,
  vertical_f32, split2, split3, split4, columns_from_rows, rows_from_columns,
  horizontal_q6, horizontal_f32, mean_1x2, mean_2x2, mix1, mix3, mix_rgb };

#ifdef HAVE_AVX2
#include "kernels_avx2.h"
#endif
#ifdef HAVE_AVX512
extern const ImKernels im_kernels_avx512;
#endif
#ifdef HAVE_NEON
extern const ImKernels im_kernels_neon;
#endif

int
im_kernels_all (const ImKernels **all, int max)
{
  int n = 0;

  if (n < max)
    all[n++] = &kernels_c;
#ifdef HAVE_AVX2
  if (n < max && __builtin_cpu_supports ("avx2"))
    all[n++] = &im_kernels_avx2;
#endif
#ifdef HAVE_AVX512
  if (n < max && __builtin_cpu_supports ("avx512bw")
      && __builtin_cpu_supports ("avx512vl")
      && __builtin_cpu_supports ("avx512vnni"))
    all[n++] = &im_kernels_avx512;
#endif
#ifdef HAVE_NEON
  if (n < max)
    all[n++] = &im_kernels_neon;
#endif
  return n;
}

void
im_kernels_clear_upper (void)
{
#ifdef HAVE_AVX2
  if (__builtin_cpu_supports ("avx"))
    im_clear_upper_avx ();
#endif
}

const ImKernels *
im_kernels_get (void)
{
  const ImKernels *all[4];
  const char *asked = getenv ("IMBYTES_KERNELS");
  int n = im_kernels_all (all, 4);

  for (int i = 0; i < n && asked != NULL; i++)
    if (strcmp (all[i]->name, asked) == 0)
      return all[i];
  return all[n - 1];
}
