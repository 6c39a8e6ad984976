/* imbytes: the element.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/video/video.h>
#include <gst/video/gstvideoencoder.h>

G_BEGIN_DECLS

#define GST_TYPE_IM_BYTES (gst_im_bytes_get_type ())
G_DECLARE_FINAL_TYPE (GstImBytes, gst_im_bytes, GST, IM_BYTES, GstVideoEncoder)

GST_ELEMENT_REGISTER_DECLARE (imbytes)

G_END_DECLS
