/* imbytes tests: a frame taken apart into components.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "reference.h"

G_BEGIN_DECLS

/* A frame taken apart. Gray and Y' are 0..1, Cb and Cr -0.5..0.5, R'G'B' and
 * alpha 0..1; a limited range goes beyond. */
typedef struct
{
  gint n_colours; /* 1 or 3 */
  gboolean is_rgb, is_yuv, has_alpha;
  RefPlane plane[4]; /* alpha is 3 */
  RefGrid grid[4];
} Parts;

/* @parts have to be cleared. */
void parts_take (Parts *parts, const RefFrame *frame);
void parts_clear (Parts *parts);
/* Component @c is there; alpha is 3, whatever the number of colours. */
gboolean parts_have (const Parts *parts, gint c);
/* The mean alpha of the pixels under each sample of component @c. */
RefPlane parts_alpha_for (const Parts *parts, gint c);
/* Colours become themselves times alpha, plus @behind times what is left. */
void parts_lay_upon (Parts *parts, const gdouble behind[3]);

G_END_DECLS
