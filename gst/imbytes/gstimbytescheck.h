/* imbytes: whether a buffer holds the frame that its caps and metas claim.
 *
 * Caps, metas and sizes come from other elements and are not trusted: a frame
 * that passes is read within its memory, whatever they say. All arithmetic is in
 * 64 bits and bounded, so that nothing wraps on any machine.
 *
 * Thread-safety: functions on their arguments alone.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstimbytesframe.h"

G_BEGIN_DECLS

/* Whether frames of @format can be @width x @height: GStreamer counts the bytes
 * and tiles of a row in an int, and larger frames would wrap. FALSE with a
 * sentence in @error. */
gboolean gst_im_bytes_check_size (GstVideoFormat format, guint width,
    guint height, ImError *error);

/* Whether the GstVideoMeta and GstVideoCropMeta of @buffer, where it has them,
 * agree with @info, the caps, and with each other. Reads no memory of the frame.
 * FALSE with a sentence in @error. */
gboolean gst_im_bytes_check_metas (GstBuffer *buffer, const GstVideoInfo *info,
    ImError *error);

/* Whether every byte that is read for a picture of @info lies in the mappings of
 * @frame. FALSE with a sentence in @error. */
gboolean gst_im_bytes_check_mapping (const GstVideoFrame *frame,
    const ImImageInfo *info, ImError *error);

G_END_DECLS
