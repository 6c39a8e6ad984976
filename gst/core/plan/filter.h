/* imbytes: method, sizes and siting -> tables of weights.
 *
 * Along one axis, each output sample is a weighted sum of neighbouring source
 * samples. Which, and with what weights, is all that makes one resampling method
 * differ from another. The weights are Pillow's: the kernel is stretched by the
 * scale when shrinking (so that it antialiases), cut off at the edges of the
 * picture and normalised.
 *
 *   bilinear  1 - |x|                                        |x| < 1
 *   bicubic   Keys' cubic convolution, a = -0.5              |x| < 2
 *   area      1                                              |x| <= 1/2
 *   lanczos   sinc (x) sinc (x / 3)                          |x| < 3
 *   spline36  cubic spline pieces through 6 samples          |x| < 3
 *   nearest   the sample below, whatever the scale
 *
 * Thread-safety: a table never changes once built; share it freely.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/base/weights.h"
#include "plan.h"

/* Output sample i has its centre at offset + (i + 0.5) * scale in the source,
 * where sample k covers [k, k + 1); mirrored, at offset + (last - i + 0.5) *
 * scale. Only samples in [min, max) are used. */
typedef struct
{
  ImMethod method;
  int n_out;
  double scale, offset;
  int min, max;
  bool mirrored;
  double last; /* not whole where coarser samples do not fill the picture */
  /* Two fields woven into one picture that is not resized along this axis:
   * output line i is line first_line + i of the frame, and takes its chroma,
   * which has half as many rows, from those of its own field. */
  bool fields;
  int first_line;
} ImFilterSpec;

typedef enum
{
  IM_AXIS_HORIZONTAL,
  IM_AXIS_VERTICAL
} ImAxis;

/* What component @c of @plan needs along @axis of the frame in memory, which is
 * the image's other one where that is transposed. Chroma siting is nothing but an
 * offset. Chroma that is neither resized nor resubsampled is left where it is:
 * moving it by a quarter of a sample would only blur it. */
ImFilterSpec im_filter_spec (const ImPlan *plan, int c, ImAxis axis);

/* False when out of memory, and then @filter is empty. @filter has to be all
 * zero or built before. */
bool im_filter_build (ImFilter *filter, const ImFilterSpec *spec);
void im_filter_clear (ImFilter *filter);
