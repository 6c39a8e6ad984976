/* imbytes: the resampling methods, in one table that the tables of weights, the
 * element's property and the tests read.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

typedef enum
{
  IM_METHOD_NEAREST,
  IM_METHOD_BILINEAR,
  IM_METHOD_BICUBIC,
  IM_METHOD_AREA,
  IM_METHOD_LANCZOS,
  IM_METHOD_SPLINE36
} ImMethod;

#define IM_N_METHODS (IM_METHOD_SPLINE36 + 1)

typedef struct
{
  const char *name; /* as users write it */
  const char *description;
  /* The kernel, of a distance in samples, and how far it reaches. */
  double (*weight) (double x);
  double support;
} ImMethodInfo;

extern const ImMethodInfo im_methods[IM_N_METHODS];
