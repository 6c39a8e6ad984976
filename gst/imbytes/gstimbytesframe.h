/* imbytes: GStreamer's frames -> the core's images, finished bytes -> buffers.
 *
 * Thread-safety: one thread at a time for each GstImBytesFrame.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/video/video.h>

#include "core/engine.h"

G_BEGIN_DECLS

/* What a frame shows, before anything of it was read. A plain value. */
typedef struct
{
  ImImageInfo info;
  ImRect crop; /* of info; all zero: the whole of it */
  ImOrientation orientation;
} GstImBytesPicture;

/* What frames of @info show where their buffers say nothing else. */
void gst_im_bytes_picture_init (GstImBytesPicture *picture,
    const GstVideoInfo *info);

/* What the frame in @buffer shows: its crop, and whether it is interlaced.
 * @base is what gst_im_bytes_picture_init () made of @info. FALSE where the
 * metas of @buffer contradict @info or each other: @picture is then @base, and
 * @error goes on after "A frame ". */
gboolean gst_im_bytes_picture_from_buffer (GstImBytesPicture *picture,
    const GstImBytesPicture *base, const GstVideoInfo *info, GstBuffer *buffer,
    ImError *error);

/* The same size, shape and format, so that the images made of them look alike
 * from outside. */
gboolean gst_im_bytes_picture_is_alike (const GstImBytesPicture *a,
    const GstImBytesPicture *b);

/* A frame that is mapped for reading. */
typedef struct
{
  gboolean is_mapped;
  GstVideoFrame frame;
  ImImage image;
  guint8
      *copy[GST_VIDEO_MAX_PLANES]; /* where a plane could not stay, or NULL */
} GstImBytesFrame;

/* Maps the frame in @buffer, of which gst_im_bytes_picture_from_buffer () made
 * @picture. FALSE where the buffer is shorter than @info and its metas say, or
 * cannot be mapped; @error then goes on after "A frame ". @mapped must stay where
 * it is until it is unmapped. */
gboolean gst_im_bytes_frame_map (GstImBytesFrame *mapped,
    const GstVideoInfo *info, const GstImBytesPicture *picture,
    GstBuffer *buffer, ImError *error);
/* Does nothing where it is unmapped already. */
void gst_im_bytes_frame_unmap (GstImBytesFrame *mapped);

/* The file that @engine just made, in one memory of exactly @size bytes.
 * @allocator and @params are what downstream asked for. NULL with @error set when
 * out of memory, or where downstream's allocator gives less than it was asked
 * for. */
GstBuffer *gst_im_bytes_buffer_new (const ImEngine *engine, gsize size,
    GstAllocator *allocator, GstAllocationParams *params, ImError *error);

/* Whether @meta still holds for an image that was made of the frame it was
 * on. */
gboolean gst_im_bytes_meta_is_kept (const GstMeta *meta);

/* Another buffer of the same memory as @image, with those metas of @frame that
 * still hold. */
GstBuffer *gst_im_bytes_buffer_share (GstBuffer *image, GstBuffer *frame);

G_END_DECLS
