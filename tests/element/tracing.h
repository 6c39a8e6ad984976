/* imbytes tests: what the element sends while a script is played to it, as text.
 *
 * A script is a word for each step:
 *
 *   f<n>    a frame at n * 40 ms, of a picture of its own for each n
 *   s<n>    the same picture for every n, at that time
 *   b<n>    a frame that is too short
 *   c<n>    a frame with a GstVideoCropMeta of 32x24
 *   x<n>    a frame whose GstVideoCropMeta lies outside
 *   R<n>    a frame with three regions: "face" 16x16, "car" 20x10, "face" outside
 *   k<n>    a frame that is flagged as corrupted
 *   -       a frame without a timestamp
 *   r       the signal request-image
 *   u / u<n>  GstForceKeyUnit from downstream, for the next frame / at n * 40 ms
 *   d       GstForceKeyUnit from upstream
 *   F       flush and segment again
 *   S<n>    a segment that starts at n * 40 ms
 *   N       stream-start and segment
 *   G       a gap event
 *   E       end of stream
 *   C<w>x<h>  caps of another size
 *   D<caps>   other caps downstream
 *   t<tags>   a tag event
 *   p<name>=<value>  a property
 *   L       what last-image is
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "common.h"

G_BEGIN_DECLS

/* All that comes of it: events and buffers in order, messages after the step that
 * they came with, and the stats at the end. */
gchar *trace_run (const gchar *launch, const gchar *downstream,
    const gchar *script);

G_END_DECLS
