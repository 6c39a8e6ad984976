/* imbytes: the portable kernels, which say what all others compute.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "kernels_alpha_loops.h"

void
im_kernels_init_c (ImKernels *kernels)
{
  kernels->vertical_u8 = vertical_u8;
  kernels->vertical_q6 = vertical_q6;
  kernels->vertical_words = vertical_words;
  kernels->vertical_f32 = vertical_f32;
  kernels->split2 = split2;
  kernels->split2_q6 = split2_q6;
  kernels->split4_words = split4_words;
  kernels->split_tens = split_tens;
  kernels->split_565 = split_565;
  kernels->split_fields = split_fields;
  kernels->words_q6 = words_q6;
  kernels->lay_upon = lay_upon;
  kernels->lay_bytes = lay_bytes;
  kernels->lay_pixels = lay_pixels;
  kernels->invert_alpha = invert_alpha;
  kernels->mix_q6 = mix_q6;
  kernels->lift = lift;
  kernels->split3 = split3;
  kernels->split4 = split4;
  kernels->columns_from_rows = columns_from_rows;
  kernels->rows_from_columns = rows_from_columns;
  kernels->horizontal_q6 = horizontal_q6;
  kernels->horizontal_row_q6 = horizontal_row_q6;
  kernels->row_steps = 0;
  kernels->horizontal_f32 = horizontal_f32;
  kernels->mean_2x2 = mean_2x2;
  kernels->mix1 = mix1;
  kernels->mix3 = mix3;
  kernels->mix_rgb = mix_rgb;
  kernels->mix_rgba = mix_rgba;
}
