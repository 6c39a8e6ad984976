/* imbytes: the regions of interest of a frame.
 *
 * Thread-safety: functions on their arguments alone.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstimbytessettings.h"

G_BEGIN_DECLS

/* The next region of @type, which is what
 * gst_im_bytes_settings_get_region_type () gives, in the order of the metas;
 * @state as for gst_buffer_iterate_meta (). NULL after the last. */
const GstVideoRegionOfInterestMeta *gst_im_bytes_regions_next (GstBuffer
                                                                   *buffer,
    gpointer *state, GQuark type);

/* Whether there is any. */
gboolean gst_im_bytes_regions_are_in (GstBuffer *buffer, GQuark type);

/* What @region and @frame have in common; empty where that is nothing. */
ImRect gst_im_bytes_regions_clip (const GstVideoRegionOfInterestMeta *region,
    const ImRect *frame);

/* Copies @region to @image, so that one knows what the image shows. */
void gst_im_bytes_regions_describe (GstBuffer *image,
    const GstVideoRegionOfInterestMeta *region);

G_END_DECLS
