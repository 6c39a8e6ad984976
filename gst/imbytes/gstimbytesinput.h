/* imbytes: frames, events and requests as they come in, and which frames become
 * images.
 *
 * Thread-safety: each function says from which thread it is called.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstimbytesprivate.h"

G_BEGIN_DECLS

/* The sink pad's chain function. Decides whether @buffer (transfer full) becomes
 * an image: fills the state's context, and hands the buffer to the base class,
 * which calls gst_im_bytes_images_handle_frame (), or drops it. The streaming
 * thread. */
GstFlowReturn gst_im_bytes_input_chain (GstPad *pad, GstObject *parent,
    GstBuffer *buffer);

/* GstVideoEncoderClass.sink_event and .src_event. Events that are not serialized
 * come from any thread. */
gboolean gst_im_bytes_input_sink_event (GstVideoEncoder *encoder,
    GstEvent *event);
gboolean gst_im_bytes_input_src_event (GstVideoEncoder *encoder,
    GstEvent *event);

/* GstVideoEncoderClass.flush. The streaming thread. */
gboolean gst_im_bytes_input_flush (GstVideoEncoder *encoder);

/* The action signal: asks for an image of the next frame. FALSE, after a warning,
 * where there will be none. Any thread. */
gboolean gst_im_bytes_input_request_image (GstImBytes *self);

G_END_DECLS
