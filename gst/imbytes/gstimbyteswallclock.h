/* imbytes: the time of day at which a live source captured a frame.
 *
 * Thread-safety: the streaming thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstimbytesprivate.h"

G_BEGIN_DECLS

/* Of the frame of running time @time: microseconds since 1970, or
 * GST_IM_BYTES_TAGS_NO_TIME where the source is not live or has no clock. What a
 * live source stamps on its frames is when it captured them, by the pipeline's
 * clock; that clock is compared with the time of day now. */
gint64 gst_im_bytes_wall_clock (GstImBytes *self, GstClockTime time);

G_END_DECLS
