/* imbytes: images of the regions of a frame instead of the whole of it.
 *
 * Regions are GstVideoRegionOfInterestMeta. Those whose images look alike from
 * outside are coded at once, each on one thread of the pool; the bytes do not
 * depend on which.
 *
 * Thread-safety: the streaming thread alone.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstimbytesprivate.h"

G_BEGIN_DECLS

/* Whether the frame in @buffer has any region of @type, which is what
 * gst_im_bytes_settings_get_region_type () gives. */
gboolean gst_im_bytes_regions_are_in (GstBuffer *buffer, GQuark type);

GstImBytesRegions *gst_im_bytes_regions_new (void);
void gst_im_bytes_regions_free (GstImBytesRegions *regions);

/* Sends an image for each region of @frame, in the order of its metas, and
 * finishes it. @picture is that of the whole frame; @mapped is unmapped. */
GstFlowReturn gst_im_bytes_regions_send (GstImBytes *self,
    GstVideoCodecFrame *frame, GstImBytesFrame *mapped,
    const GstImBytesPicture *picture, const GstImBytesSettings *settings);

G_END_DECLS
