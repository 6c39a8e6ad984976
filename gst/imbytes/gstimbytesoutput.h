/* imbytes: what goes downstream and to the bus: images, gaps, the end, errors and
 * warnings. Everything that is sent, skipped or dropped is counted here.
 *
 * Thread-safety: the streaming thread, but for warnings, which any thread may
 * post.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstimbytesprivate.h"
#include "gstimbytesregions.h"

G_BEGIN_DECLS

/* What can be wrong for a while, one bit each. */
typedef enum
{
  GST_IM_BYTES_WARNING_BROKEN_FRAME = 1 << 0,
  GST_IM_BYTES_WARNING_TOO_LARGE = 1 << 1,
  GST_IM_BYTES_WARNING_REGION_OUTSIDE = 1 << 2,
  GST_IM_BYTES_WARNING_TAGS_TOO_LONG = 1 << 3,
  GST_IM_BYTES_WARNING_TAGS_NOT_WRITTEN = 1 << 4,
  GST_IM_BYTES_WARNING_DIRECTION = 1 << 5,
  GST_IM_BYTES_WARNING_REQUEST_REFUSED = 1 << 6,
  GST_IM_BYTES_WARNING_MEMORY = 1 << 7,
  GST_IM_BYTES_WARNING_CORRUPTED = 1 << 8
} GstImBytesWarning;

/* Posts a warning; once, until gst_im_bytes_output_end_warning () says that it no
 * longer holds. Any thread. */
void gst_im_bytes_output_warn (GstImBytes *self, GstImBytesWarning warning,
    const gchar *format, ...) G_GNUC_PRINTF (3, 4);
/* @warnings: one or more of them. Any thread. */
void gst_im_bytes_output_end_warning (GstImBytes *self, guint warnings);

/* Posts @error, once however often the same thing fails: caps that were refused
 * are sent again with the next frame. */
void gst_im_bytes_output_error (GstImBytes *self, const ImError *error);

/* The same, where downstream has refused images of the kind that was chosen. */
void gst_im_bytes_output_refused (GstImBytes *self);

/* Sends @buffer (transfer full), an image of @frame. The last image of a frame
 * takes the frame over. */
GstFlowReturn gst_im_bytes_output_send (GstImBytes *self,
    GstVideoCodecFrame *frame, const GstImBytesContext *context,
    GstBuffer *buffer, const GstImBytesOutcome *outcome, gboolean is_last);

/* GstVideoEncoderClass.pre_push: keeps what is sent as last-image. */
GstFlowReturn gst_im_bytes_output_pre_push (GstVideoEncoder *encoder,
    GstVideoCodecFrame *frame);

/* Counts and warns of an image that was not made: too large for its limits, or of
 * a region outside @frame. */
void gst_im_bytes_output_drop_large_image (GstImBytes *self,
    const GstImBytesOutcome *outcome, const GstImBytesLimits *limits);
void gst_im_bytes_output_drop_region (GstImBytes *self,
    const GstImBytesRegion *region, const ImRect *frame);

/* What becomes of a frame without an image, or after its last; each takes the
 * frame over. Finished: events that came with it go downstream, and where it was
 * wanted, a gap, because a sink may be waiting for its first image. */
GstFlowReturn gst_im_bytes_output_finish_frame (GstImBytes *self,
    GstVideoCodecFrame *frame, const GstImBytesContext *context);
/* Too late. */
GstFlowReturn gst_im_bytes_output_skip_frame (GstImBytes *self,
    GstVideoCodecFrame *frame, const GstImBytesContext *context);
/* It cannot be read, and the stream goes on; @why goes on after "A frame". */
GstFlowReturn gst_im_bytes_output_drop_frame (GstImBytes *self,
    GstVideoCodecFrame *frame, const GstImBytesContext *context,
    const ImError *why);
/* An error was posted. Gives @ret. */
GstFlowReturn gst_im_bytes_output_abandon_frame (GstImBytes *self,
    GstVideoCodecFrame *frame, GstFlowReturn ret);

/* Tells downstream that nothing comes of the frame in @buffer. */
void gst_im_bytes_output_gap (GstImBytes *self, GstBuffer *buffer);

/* The snapshot was sent: ends the stream downstream, and not upstream, where a
 * tee would stop its other branches. */
void gst_im_bytes_output_end (GstImBytes *self);

G_END_DECLS
