/* imbytes: a frame -> images of the whole of it, or of its regions.
 *
 * A frame is a list of rectangles. Rectangles that come out with the same caps
 * are encoded together, on all threads, and sent in order.
 *
 * Thread-safety: the streaming thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstimbytesprivate.h"

G_BEGIN_DECLS

/* @n_threads: at most so many at once; 0: one for each processor. NULL when out
 * of memory. */
GstImBytesImages *gst_im_bytes_images_new (guint n_threads);
void gst_im_bytes_images_free (GstImBytesImages *images);

/* GstVideoEncoderClass.handle_frame: what becomes of a frame that
 * gst_im_bytes_input_chain () has let through. */
GstFlowReturn gst_im_bytes_images_handle_frame (GstVideoEncoder *encoder,
    GstVideoCodecFrame *frame);

G_END_DECLS
