/* imbytes: GStreamer's frames -> the core's images, finished bytes -> buffers.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytesframe.h"

#include <stdlib.h>
#include <string.h>

#include "gstimbytesformat.h"

#define PALETTE_BYTES (256 * 4)

void
gst_im_bytes_picture_init (GstImBytesPicture *picture, const GstVideoInfo *info)
{
  memset (picture, 0, sizeof (*picture));
  gst_im_bytes_image_info_init (&picture->info, info);
}

static ImRect
clip_crop (const GstVideoCropMeta *crop, guint width, guint height)
{
  guint x = MIN (crop->x, width), y = MIN (crop->y, height);

  return (ImRect){ x, y, MIN (crop->width, width - x),
    MIN (crop->height, height - y) };
}

void
gst_im_bytes_picture_from_buffer (GstImBytesPicture *picture,
    const GstImBytesPicture *base, const GstVideoInfo *info, GstBuffer *buffer)
{
  GstVideoCropMeta *crop = gst_buffer_get_video_crop_meta (buffer);

  *picture = *base;
  if (GST_VIDEO_INFO_INTERLACE_MODE (info) == GST_VIDEO_INTERLACE_MODE_MIXED)
    picture->info.interlaced =
        GST_BUFFER_FLAG_IS_SET (buffer, GST_VIDEO_BUFFER_FLAG_INTERLACED);
  if (crop != NULL) {
    /* Caps then have the size of the crop, and the meta that of the frame. */
    GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
    guint width = meta != NULL ? (gint) meta->width : base->info.width;
    guint height = meta != NULL ? (gint) meta->height : base->info.height;
    ImRect rect = clip_crop (crop, width, height);

    if (rect.width > 0 && rect.height > 0) {
      picture->info.width = width;
      picture->info.height = height;
      picture->crop = rect;
    }
  }
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

/* gst_video_frame_map () takes broken frames for programming errors. */
static gboolean
check_buffer (GstBuffer *buffer, const GstVideoInfo *info, const gchar **why)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  gsize size = gst_buffer_get_size (buffer);

  *why = "is shorter than its caps say";
  if (meta == NULL)
    return size >= GST_VIDEO_INFO_SIZE (info);
  for (guint p = 0; p < meta->n_planes; p++) {
    if (meta->offset[p] >= size)
      return FALSE;
  }
  *why = "has a GstVideoMeta that contradicts its caps";
  return meta->format == GST_VIDEO_INFO_FORMAT (info)
      && meta->n_planes == GST_VIDEO_INFO_N_PLANES (info)
      && meta->width >= (guint) GST_VIDEO_INFO_WIDTH (info)
      && meta->height >= (guint) GST_VIDEO_INFO_HEIGHT (info)
      && meta->width <= G_MAXINT && meta->height <= G_MAXINT;
}

static gint
first_component (const GstVideoFormatInfo *finfo, guint plane)
{
  guint c = 0;

  while (c + 1 < finfo->n_components && finfo->plane[c] != plane)
    c++;
  return c;
}

/* Bytes from a row's start to the end of its last sample. */
static gsize
row_bytes (const ImImageInfo *info, const GstVideoInfo *usual, guint plane)
{
  const ImFormat *format = &info->format;
  gsize bytes = 0;

  if (format->unpack != NULL)
    return GST_VIDEO_INFO_PLANE_STRIDE (usual, plane);
  for (guint c = 0; c < format->n_components; c++) {
    const ImComponent *component = &format->component[c];
    gsize columns = im_subsampled (info->width, component->w_shift);

    if (component->plane == plane)
      bytes = MAX (bytes,
          component->offset + (columns - 1) * component->step
              + format->sample_bytes);
  }
  return bytes;
}

static gsize
plane_size (const GstVideoInfo *info, guint plane)
{
  gsize end = plane + 1 < GST_VIDEO_INFO_N_PLANES (info)
      ? GST_VIDEO_INFO_PLANE_OFFSET (info, plane + 1)
      : GST_VIDEO_INFO_SIZE (info);

  return end - GST_VIDEO_INFO_PLANE_OFFSET (info, plane);
}

/* A tiled plane's stride is its number of tiles both ways. */
static gsize
tiled_plane_size (const GstVideoInfo *usual, guint plane, gint stride)
{
  gint usual_stride = GST_VIDEO_INFO_PLANE_STRIDE (usual, plane);
  gsize x = GST_VIDEO_TILE_X_TILES (stride);
  gsize y = GST_VIDEO_TILE_Y_TILES (stride);
  gsize usual_x = GST_VIDEO_TILE_X_TILES (usual_stride);
  gsize usual_y = GST_VIDEO_TILE_Y_TILES (usual_stride);

  if (x < usual_x || y < usual_y)
    return G_MAXSSIZE;
  return plane_size (usual, plane) / (usual_x * usual_y) * (x * y);
}

/* Every byte that reading the plane touches lies in its mapping. */
static gboolean
plane_is_whole (const GstVideoFrame *frame, const ImImageInfo *info,
    const GstVideoInfo *usual, guint plane)
{
  const GstVideoFormatInfo *finfo = frame->info.finfo;
  const GstMapInfo *map = &frame->map[frame->meta != NULL ? plane : 0];
  const guint8 *data = frame->data[plane];
  gint stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, plane);
  gsize before = data - map->data, after = map->size - before, needed;
  gsize rows = GST_VIDEO_FORMAT_INFO_SCALE_HEIGHT (finfo,
      first_component (finfo, plane), info->height);

  if (data < map->data || before > map->size)
    return FALSE;
  if (GST_VIDEO_FORMAT_INFO_HAS_PALETTE (finfo) && plane == 1)
    return after >= PALETTE_BYTES;
  if (GST_VIDEO_FORMAT_INFO_IS_TILED (finfo))
    return after >= tiled_plane_size (usual, plane, stride);
  needed = row_bytes (info, usual, plane);
  if (stride < 0)
    return before >= (gsize) (-(gssize) stride) * (rows - 1) && after >= needed;
  return after >= (gsize) stride * (rows - 1) + needed;
}

static gboolean
frame_is_whole (const GstVideoFrame *frame, const ImImageInfo *info)
{
  GstVideoInfo usual;

  gst_video_info_set_format (&usual, GST_VIDEO_FRAME_FORMAT (frame),
      info->width, info->height);
  for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES (frame); p++) {
    if (!plane_is_whole (frame, info, &usual, p))
      return FALSE;
  }
  return TRUE;
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

gboolean
gst_im_bytes_frame_map (GstImBytesFrame *mapped, const GstVideoInfo *info,
    const GstImBytesPicture *picture, GstBuffer *buffer, const gchar **why)
{
  gsize overrun = gst_im_bytes_format_overrun (GST_VIDEO_INFO_FORMAT (info));
  ImImage *image = &mapped->image;

  memset (mapped->copy, 0, sizeof (mapped->copy));
  if (!check_buffer (buffer, info, why))
    return FALSE;
  *why = "cannot be mapped for reading";
  if (!gst_video_frame_map (&mapped->frame, info, buffer, GST_MAP_READ))
    return FALSE;
  *why = "is shorter than its caps and GstVideoMeta say";
  if (!frame_is_whole (&mapped->frame, &picture->info)) {
    gst_im_bytes_frame_unmap (mapped);
    return FALSE;
  }
  *why = "is too large for the memory that is left";
  if (overrun > 0 && !copy_planes (mapped, overrun)) {
    gst_im_bytes_frame_unmap (mapped);
    return FALSE;
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
  gst_video_frame_unmap (&mapped->frame);
  for (guint p = 0; p < G_N_ELEMENTS (mapped->copy); p++)
    g_free (mapped->copy[p]);
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

GstBuffer *
gst_im_bytes_buffer_new (const ImEngine *engine, gsize size,
    GstAllocator *allocator, GstAllocationParams *params)
{
  GstBuffer *buffer;
  GstMapInfo map;

  if (allocator == NULL && params->prefix == 0 && params->padding == 0
      && params->align < sizeof (gpointer) * 2)
    return buffer_from_malloc (engine, size);
  buffer = gst_buffer_new_allocate (allocator, size, params);
  if (buffer == NULL || !gst_buffer_map (buffer, &map, GST_MAP_WRITE)) {
    gst_clear_buffer (&buffer);
    return NULL;
  }
  im_engine_write (engine, map.data);
  gst_buffer_unmap (buffer, &map);
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
