/* imbytes: the kernels for AVX2 that wider instruction sets do not better.
 *
 * Each is what kernels.h says of the member that has its name.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "kernels.h"

extern const ImKernels im_kernels_avx2;

/* Needs no more than AVX. */
void im_clear_upper_avx (void);

void im_vertical_u8_avx2 (int16_t *dst, const uint8_t *const *rows,
    const int16_t *weight, int taps, int n, const ImAhead *ahead);
void im_vertical_q6_avx2 (int16_t *dst, const int16_t *const *rows,
    const int16_t *weight, int taps, int n);
void im_horizontal_q6_avx2 (int16_t *dst, const int16_t *src,
    const ImFilter *filter, int step);
void im_split3_avx2 (uint8_t *const *rows, const uint8_t *src, int n);
void im_columns_from_rows_avx2 (int16_t *dst, const int16_t *const *rows,
    int n);
void im_rows_from_columns_avx2 (int16_t *const *rows, const int16_t *src,
    int n);
void im_mix1_avx2 (uint8_t *dst, const int16_t *a, const ImMix *mix, int n);
void im_mix3_avx2 (uint8_t *dst, const int16_t *a, const int16_t *b,
    const int16_t *c, int shift, int phase, const ImMix *mix, int n);
void im_mix_rgb_avx2 (uint8_t *dst, const int16_t *a, const int16_t *b,
    const int16_t *c, const ImMix *mix, int n);
