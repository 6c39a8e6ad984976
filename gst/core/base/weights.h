/* imbytes: a table of weights: what a resampling pass does along one axis.
 *
 * Each output sample is a weighted sum of neighbouring source samples. The plan
 * makes the table (plan/filter.h), the kernels apply it (rows/kernels.h).
 *
 * Thread-safety: a table never changes once built; share it freely.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Weights are in Q14: this stands for 1. Those of sharp kernels can be a little
 * above it at the edges of the picture, where the rest of the kernel is cut
 * off. */
#define IM_WEIGHT_SHIFT 14
#define IM_WEIGHT_ONE (1 << IM_WEIGHT_SHIFT)

typedef struct
{
  int n_out;       /* output samples */
  int first, last; /* source samples used: [first, last) */
  int max_taps;
  int stride; /* weights from one output sample to the next,
                                 * an even number; unused ones are 0 */
  /* Output sample i is source sample first + i, for every i. */
  bool identity;
  bool reversed; /* it is source sample last - 1 - i, for every i */
  /* Output samples [even_begin, even_end) have the same weights, each `step` source
   * samples after the one before it. */
  int step, even_begin, even_end;
  int32_t *start;  /* first source sample, counted from `first` */
  int32_t *taps;   /* how many */
  int16_t *weight; /* Q14, sums to IM_WEIGHT_ONE */
  float *weight_f; /* sums to 1 */
} ImFilter;
