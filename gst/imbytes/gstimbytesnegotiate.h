/* imbytes: codec and size, as settings, frames and downstream allow them.
 *
 * Thread-safety: the streaming thread, but for gst_im_bytes_getcaps ().
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstimbytesprivate.h"

G_BEGIN_DECLS

/* Negotiates images of @picture where settings, downstream or crops have changed
 * since the last time. Anything but GST_FLOW_OK was posted as an error, unless
 * the pad is flushing. */
GstFlowReturn gst_im_bytes_negotiate (GstImBytes *self,
    const GstImBytesSettings *settings, const GstImBytesPicture *picture);

/* The same where no frame says what the picture is: before the end of a stream,
 * or a gap, that comes without any. */
GstFlowReturn gst_im_bytes_negotiate_without_frame (GstImBytes *self);

/* Whether images of @picture need nothing but what was negotiated last. */
gboolean gst_im_bytes_is_negotiated (GstImBytes *self,
    const GstImBytesPicture *picture);

/* GstVideoEncoderClass.set_format, and .getcaps, which any thread may call. */
gboolean gst_im_bytes_set_format (GstVideoEncoder *encoder,
    GstVideoCodecState *input);
/* Says why frames in memory that processors cannot read are refused. */
gboolean gst_im_bytes_sink_query (GstVideoEncoder *encoder, GstQuery *query);

GstCaps *gst_im_bytes_getcaps (GstVideoEncoder *encoder, GstCaps *filter);

G_END_DECLS
