/* imbytes: rows on their way from the resampler to the colour stage.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/base/rows.h"

/* What the resampler makes and the colour stage takes: rows of the picture, for
 * each component that the output needs. row[c][i] is row first[c] + i of that
 * component, i < n[c] <= IM_BLOCK_ROWS. Elements are int16_t in Q6, or float on
 * the float path. Further blocks up to row end[c] are going to be asked for. */
typedef struct
{
  void *row[4][IM_BLOCK_ROWS];
  int first[4], n[4], end[4];
} ImBlock;
