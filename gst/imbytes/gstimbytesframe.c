/* imbytes: GStreamer's frames -> the core's images, finished bytes -> buffers.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytesframe.h"

#include <stdlib.h>
#include <string.h>

#include <gst/allocators/gstdmabuf.h>

#include "gstimbytescheck.h"
#include "gstimbytesformat.h"

void
gst_im_bytes_picture_init (GstImBytesPicture *picture, const GstVideoInfo *info)
{
  memset (picture, 0, sizeof (*picture));
  gst_im_bytes_image_info_init (&picture->info, info);
}

/* Memory of a device, which the processor may see without its cache: whether it
 * does, no allocator says. Where there is a cache, the copies cost a fifth of the
 * time; where there is none, reading each row twice costs as much again. Dumb buffers of DRM have names of their own, those of kmssink and those of
 * GStreamer 1.24. */
static gboolean
is_slow (GstBuffer *buffer)
{
  for (guint i = 0; i < gst_buffer_n_memory (buffer); i++) {
    GstMemory *memory = gst_buffer_peek_memory (buffer, i);

    if (gst_is_dmabuf_memory (memory)
        || gst_memory_is_type (memory, "KMSMemory")
        || gst_memory_is_type (memory, "DRMDumbMemory"))
      return TRUE;
  }
  return FALSE;
}

gboolean
gst_im_bytes_picture_from_buffer (GstImBytesPicture *picture,
    const GstImBytesPicture *base, const GstVideoInfo *info, GstBuffer *buffer,
    ImError *error)
{
  const GstVideoCropMeta *crop = gst_buffer_get_video_crop_meta (buffer);
  const GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);

  *picture = *base;
  if (!gst_im_bytes_check_metas (buffer, info, error))
    return FALSE;
  if (GST_VIDEO_INFO_INTERLACE_MODE (info) == GST_VIDEO_INTERLACE_MODE_MIXED)
    picture->info.interlaced =
        GST_BUFFER_FLAG_IS_SET (buffer, GST_VIDEO_BUFFER_FLAG_INTERLACED);
  picture->info.slow = is_slow (buffer);
  if (crop == NULL)
    return TRUE;
  /* Caps then have the size of the crop, and the meta that of the frame. */
  if (meta != NULL) {
    picture->info.width = (gint) meta->width;
    picture->info.height = (gint) meta->height;
  }
  picture->crop = (ImRect){ (gint) crop->x, (gint) crop->y,
    (gint) MIN (crop->width, (guint) picture->info.width - crop->x),
    (gint) MIN (crop->height, (guint) picture->info.height - crop->y) };
  return TRUE;
}

gboolean
gst_im_bytes_picture_is_alike (const GstImBytesPicture *a,
    const GstImBytesPicture *b)
{
  gboolean a_cropped = a->crop.width > 0, b_cropped = b->crop.width > 0;

  return a->orientation.transpose == b->orientation.transpose
      && (a_cropped ? a->crop.width : a->info.width)
      == (b_cropped ? b->crop.width : b->info.width)
      && (a_cropped ? a->crop.height : a->info.height)
      == (b_cropped ? b->crop.height : b->info.height);
}

/* With zeros behind them. FALSE when out of memory. */
static gboolean
copy_planes (GstImBytesFrame *mapped, gsize overrun)
{
  GstVideoFrame *frame = &mapped->frame;

  for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES (frame); p++) {
    const GstMapInfo *map = &frame->map[frame->meta != NULL ? p : 0];
    guint8 *copy = g_try_malloc (map->size + overrun);

    if (copy == NULL)
      return FALSE;
    memcpy (copy, map->data, map->size);
    memset (copy + map->size, 0, overrun);
    frame->data[p] = copy + ((guint8 *) frame->data[p] - map->data);
    mapped->copy[p] = copy;
  }
  return TRUE;
}

/* All memories of @buffer in one, with its GstVideoMeta, which GStreamer leaves
 * out where memories are merged, as if it said something of them. */
static GstBuffer *
merge_memories (GstBuffer *buffer)
{
  GstBuffer *merged = gst_buffer_copy_region (buffer,
      GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_MEMORY | GST_BUFFER_COPY_MERGE, 0,
      -1);
  const GstVideoMeta *from = gst_buffer_get_video_meta (buffer);
  GstVideoMeta *meta;

  if (merged == NULL || from == NULL)
    return merged;
  /* Checked already, but not by rules that GStreamer would put up with. */
  meta = gst_buffer_add_video_meta (merged, from->flags, from->format, 1, 1);
  meta->id = from->id;
  meta->width = from->width;
  meta->height = from->height;
  meta->n_planes = from->n_planes;
  memcpy (meta->offset, from->offset, sizeof (meta->offset));
  memcpy (meta->stride, from->stride, sizeof (meta->stride));
  meta->alignment = from->alignment;
  return merged;
}

/* Planes that reach from one memory into the next are not whole in a mapping of
 * their own; of all memories together they are. */
static gboolean
map_planes (GstVideoFrame *frame, const GstVideoInfo *info,
    const ImImageInfo *shown, GstBuffer *buffer, ImError *error)
{
  GstBuffer *merged;
  gboolean mapped;

  im_error_set (error, IM_ERROR_INVALID, "cannot be mapped for reading");
  if (!gst_video_frame_map (frame, info, buffer, GST_MAP_READ))
    return FALSE;
  if (gst_im_bytes_check_mapping (frame, shown, error))
    return TRUE;
  gst_video_frame_unmap (frame);
  if (gst_buffer_n_memory (buffer) < 2)
    return FALSE;
  merged = merge_memories (buffer);
  mapped = merged != NULL
      && gst_video_frame_map (frame, info, merged, GST_MAP_READ);
  gst_clear_buffer (&merged);
  if (mapped && gst_im_bytes_check_mapping (frame, shown, error))
    return TRUE;
  if (mapped)
    gst_video_frame_unmap (frame);
  return FALSE;
}

gboolean
gst_im_bytes_frame_map (GstImBytesFrame *mapped, const GstVideoInfo *info,
    const GstImBytesPicture *picture, GstBuffer *buffer, ImError *error)
{
  gsize overrun = gst_im_bytes_format_overrun (GST_VIDEO_INFO_FORMAT (info),
      picture->info.width);
  ImImage *image = &mapped->image;

  memset (mapped->copy, 0, sizeof (mapped->copy));
  mapped->is_mapped =
      map_planes (&mapped->frame, info, &picture->info, buffer, error);
  if (!mapped->is_mapped)
    return FALSE;
  if (overrun > 0 && !copy_planes (mapped, overrun)) {
    gst_im_bytes_frame_unmap (mapped);
    return im_error_set (error, IM_ERROR_NO_MEMORY,
        "is too large for the memory that is left");
  }
  memset (image, 0, sizeof (*image));
  image->info = picture->info;
  image->user = &mapped->frame;
  for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES (&mapped->frame); p++) {
    image->data[p] = GST_VIDEO_FRAME_PLANE_DATA (&mapped->frame, p);
    image->stride[p] = GST_VIDEO_FRAME_PLANE_STRIDE (&mapped->frame, p);
  }
  return TRUE;
}

void
gst_im_bytes_frame_unmap (GstImBytesFrame *mapped)
{
  if (!mapped->is_mapped)
    return;
  gst_video_frame_unmap (&mapped->frame);
  for (guint p = 0; p < G_N_ELEMENTS (mapped->copy); p++)
    g_free (mapped->copy[p]);
  mapped->is_mapped = FALSE;
}

/* GLib ends the process where memory runs out; malloc does not, and gives just
 * the size that was asked for. */
static GstBuffer *
buffer_from_malloc (const ImEngine *engine, gsize size)
{
  guint8 *data = malloc (size);

  if (data == NULL)
    return NULL;
  im_engine_write (engine, data);
  return gst_buffer_new_wrapped_full (0, data, size, 0, size, data, free);
}

/* More than any sink asks for. GStreamer ends the process where it cannot have
 * them, and takes a mask that is none for a programming error. */
#define MAX_ROOM_AROUND (1u << 24)

static gboolean
check_params (const GstAllocationParams *params, ImError *error)
{
  if (params->prefix <= MAX_ROOM_AROUND && params->padding <= MAX_ROOM_AROUND
      && params->align < MAX_ROOM_AROUND
      && (params->align & (params->align + 1)) == 0)
    return TRUE;
  return im_error_set (error, IM_ERROR_INVALID,
      "Downstream asks for memory with a prefix of %" G_GSIZE_FORMAT
      " bytes, a padding of %" G_GSIZE_FORMAT
      " and an alignment mask of %#" G_GSIZE_MODIFIER
      "x, which no image can have; see its allocation query.",
      params->prefix, params->padding, params->align);
}

/* What comes back is not trusted to be what was asked for. */
static GstBuffer *
buffer_from_allocator (const ImEngine *engine, gsize size,
    GstAllocator *allocator, GstAllocationParams *params, ImError *error)
{
  GstBuffer *buffer = gst_buffer_new_allocate (allocator, size, params);
  const gchar *name = allocator != NULL ? GST_OBJECT_NAME (allocator)
                                        : "system";
  GstMapInfo map;

  if (buffer == NULL) {
    im_error_no_memory (error, "the image");
    return NULL;
  }
  if (!gst_buffer_map (buffer, &map, GST_MAP_WRITE)) {
    im_error_set (error, IM_ERROR_INVALID,
        "The allocator %s of downstream gave memory that cannot be written.",
        name);
    gst_buffer_unref (buffer);
    return NULL;
  }
  if (map.size < size)
    im_error_set (error, IM_ERROR_INVALID,
        "The allocator %s of downstream gave %" G_GSIZE_FORMAT
        " bytes where %" G_GSIZE_FORMAT " were asked for.",
        name, map.size, size);
  else
    im_engine_write (engine, map.data);
  gst_buffer_unmap (buffer, &map);
  if (map.size < size)
    gst_clear_buffer (&buffer);
  else
    gst_buffer_set_size (buffer, (gssize) size);
  return buffer;
}

GstBuffer *
gst_im_bytes_buffer_new (const ImEngine *engine, gsize size,
    GstAllocator *allocator, GstAllocationParams *params, ImError *error)
{
  GstBuffer *buffer;

  if (allocator != NULL || params->prefix > 0 || params->padding > 0
      || params->align >= sizeof (gpointer) * 2)
    return check_params (params, error)
        ? buffer_from_allocator (engine, size, allocator, params, error)
        : NULL;
  buffer = buffer_from_malloc (engine, size);
  if (buffer == NULL)
    im_error_no_memory (error, "the image");
  return buffer;
}

gboolean
gst_im_bytes_meta_is_kept (const GstMeta *meta)
{
  const gchar *const *tags = gst_meta_api_type_get_tags (meta->info->api);

  /* Crops, regions and overlays are given in pixels of the frame without saying
   * so in a tag. */
  if (meta->info->api == GST_VIDEO_META_API_TYPE
      || meta->info->api == GST_VIDEO_CROP_META_API_TYPE
      || meta->info->api == GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE
      || meta->info->api == GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE)
    return FALSE;
  for (; tags != NULL && *tags != NULL; tags++) {
    if (!g_str_equal (*tags, GST_META_TAG_VIDEO_STR))
      return FALSE;
  }
  return TRUE;
}

static gboolean
copy_meta (GstBuffer *frame, GstMeta **meta, gpointer user_data)
{
  const GstMetaInfo *info = (*meta)->info;
  GstMetaTransformCopy copy = { FALSE, 0, (gsize) -1 };

  if (info->transform_func != NULL && gst_im_bytes_meta_is_kept (*meta))
    info->transform_func (user_data, *meta, frame, _gst_meta_transform_copy,
        &copy);
  return TRUE;
}

GstBuffer *
gst_im_bytes_buffer_share (GstBuffer *image, GstBuffer *frame)
{
  GstBuffer *buffer = gst_buffer_copy (image);

  gst_buffer_foreach_meta (frame, copy_meta, buffer);
  return buffer;
}
