/* imbytes: GstVideoInfo -> how samples lie in memory and what they mean.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/video/video.h>

#include "core/base/image.h"

G_BEGIN_DECLS

/* All that planning needs to know of frames of @info. Formats that the core
 * cannot read in place bring an unpack that expects the GstVideoFrame as the
 * image's user. */
void gst_im_bytes_image_info_init (ImImageInfo *image,
    const GstVideoInfo *info);

/* gst_video_info_from_caps () puts its own default for the siting that caps give
 * when they give no colorimetry beside it; this puts it right. */
void gst_im_bytes_take_chroma_site (GstVideoInfo *info, const GstCaps *caps);

/* How many bytes behind the last row of a frame of odd @width are read as its last
 * sample of chroma, or pair of pixels, for which GStreamer's own layout of @format need
 * not have room. */
gsize gst_im_bytes_format_overrun (GstVideoFormat format, gint width);

G_END_DECLS
