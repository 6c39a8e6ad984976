/* imbytes: whether a buffer holds the frame that its caps and metas claim.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytescheck.h"

#define PALETTE_BYTES (256 * 4)

/* No format has more bytes in a pixel of one plane. */
#define MAX_PIXEL_BYTES 8

/* A tiled plane's stride holds both numbers of its tiles, in 16 bits each, the
 * upper of them signed. */
#define MAX_TILES_ACROSS 0xffff
#define MAX_TILES_DOWN 0x7fff

static void
get_tile_size (const GstVideoFormatInfo *finfo, guint *width, guint *height)
{
#if GST_CHECK_VERSION(1, 22, 0)
  *width = finfo->tile_info[0].width;
  *height = finfo->tile_info[0].height;
#else
  *width = 1 << finfo->tile_ws;
  *height = 1 << finfo->tile_hs;
#endif
  *width = MAX (*width, 1);
  *height = MAX (*height, 1);
}

gboolean
gst_im_bytes_check_size (GstVideoFormat format, guint width, guint height,
    ImError *error)
{
  const GstVideoFormatInfo *finfo = gst_video_format_get_info (format);
  guint64 max_width = G_MAXINT / MAX_PIXEL_BYTES, max_height = G_MAXINT;

  if (GST_VIDEO_FORMAT_INFO_IS_TILED (finfo)) {
    guint tile_width, tile_height;

    get_tile_size (finfo, &tile_width, &tile_height);
    max_width = MIN (max_width, (guint64) tile_width * MAX_TILES_ACROSS);
    /* Chroma may have as many rows of tiles as luma. */
    max_height = MIN (max_height, (guint64) tile_height * MAX_TILES_DOWN / 2);
  }
  if (width > 0 && height > 0 && width <= max_width && height <= max_height)
    return TRUE;
  return im_error_set (error, IM_ERROR_TOO_LARGE,
      "%s frames can be 1x1 to %" G_GUINT64_FORMAT "x%" G_GUINT64_FORMAT
      " pixels, and this one would be %ux%u; see what makes the frames.",
      GST_VIDEO_FORMAT_INFO_NAME (finfo), max_width, max_height, width, height);
}

static gboolean
check_crop (const GstVideoCropMeta *crop, guint width, guint height,
    ImError *error)
{
  if (crop->width > 0 && crop->height > 0 && crop->x < width
      && crop->y < height)
    return TRUE;
  return im_error_set (error, IM_ERROR_INVALID,
      "has a GstVideoCropMeta (%ux%u at %u,%u) that shows nothing of its %ux%u "
      "pixels",
      crop->width, crop->height, crop->x, crop->y, width, height);
}

static gboolean
check_video_meta (const GstVideoMeta *meta, const GstVideoInfo *info,
    gsize size, ImError *error)
{
  if (meta->format != GST_VIDEO_INFO_FORMAT (info)
      || meta->n_planes != GST_VIDEO_INFO_N_PLANES (info)
      || meta->width < (guint) GST_VIDEO_INFO_WIDTH (info)
      || meta->height < (guint) GST_VIDEO_INFO_HEIGHT (info))
    return im_error_set (error, IM_ERROR_INVALID,
        "has a GstVideoMeta (%s, %ux%u, %u planes) that contradicts its caps "
        "(%s, %dx%d, %u planes)",
        meta->format != GST_VIDEO_FORMAT_UNKNOWN
            ? gst_video_format_to_string (meta->format)
            : "no format",
        meta->width, meta->height, meta->n_planes, GST_VIDEO_INFO_NAME (info),
        GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info),
        GST_VIDEO_INFO_N_PLANES (info));
  if (!gst_im_bytes_check_size (meta->format, meta->width, meta->height, NULL))
    return im_error_set (error, IM_ERROR_TOO_LARGE,
        "has a GstVideoMeta of %ux%u pixels, which is more than a frame can be",
        meta->width, meta->height);
  for (guint p = 0; p < meta->n_planes; p++) {
    if (meta->offset[p] >= size)
      return im_error_set (error, IM_ERROR_INVALID,
          "has %" G_GSIZE_FORMAT " bytes, and its GstVideoMeta lets plane %u "
          "begin at byte %" G_GSIZE_FORMAT,
          size, p, meta->offset[p]);
  }
  return TRUE;
}

gboolean
gst_im_bytes_check_metas (GstBuffer *buffer, const GstVideoInfo *info,
    ImError *error)
{
  const GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  const GstVideoCropMeta *crop = gst_buffer_get_video_crop_meta (buffer);
  gsize size = gst_buffer_get_size (buffer);
  guint width = GST_VIDEO_INFO_WIDTH (info);
  guint height = GST_VIDEO_INFO_HEIGHT (info);

  if (meta != NULL) {
    if (!check_video_meta (meta, info, size, error))
      return FALSE;
    width = meta->width;
    height = meta->height;
  } else if (size < GST_VIDEO_INFO_SIZE (info)) {
    return im_error_set (error, IM_ERROR_INVALID,
        "has %" G_GSIZE_FORMAT " bytes, fewer than the %" G_GSIZE_FORMAT
        " that its caps (%s, %ux%u, rows of %d bytes) take",
        size, GST_VIDEO_INFO_SIZE (info), GST_VIDEO_INFO_NAME (info), width,
        height, GST_VIDEO_INFO_PLANE_STRIDE (info, 0));
  }
  return crop == NULL || check_crop (crop, width, height, error);
}

static guint
first_component (const GstVideoFormatInfo *finfo, guint plane)
{
  guint c = 0;

  while (c + 1 < finfo->n_components && finfo->plane[c] != plane)
    c++;
  return c;
}

/* Bytes from a row's start to the end of its last sample. */
static guint64
row_bytes (const ImImageInfo *info, const GstVideoInfo *usual, guint plane)
{
  const ImFormat *format = &info->format;
  guint64 bytes = 0;

  if (format->unpack != NULL)
    return (guint64) GST_VIDEO_INFO_PLANE_STRIDE (usual, plane);
  for (guint c = 0; c < format->n_components; c++) {
    const ImComponent *component = &format->component[c];
    guint64 columns = (guint64) im_subsampled (info->width, component->w_shift);

    if (component->plane == plane)
      bytes = MAX (bytes,
          component->offset + (columns - 1) * component->step
              + format->sample_bytes);
  }
  return bytes;
}

/* Bytes of one tile of plane @plane, from a frame so small that no size of it
 * can wrap. */
static guint64
tile_bytes (GstVideoFormat format, guint plane)
{
  GstVideoInfo small;
  gsize end;
  gint stride;

  gst_video_info_set_format (&small, format, 256, 256);
  stride = GST_VIDEO_INFO_PLANE_STRIDE (&small, plane);
  end = plane + 1 < GST_VIDEO_INFO_N_PLANES (&small)
      ? GST_VIDEO_INFO_PLANE_OFFSET (&small, plane + 1)
      : GST_VIDEO_INFO_SIZE (&small);
  return (end - GST_VIDEO_INFO_PLANE_OFFSET (&small, plane))
      / (guint64) GST_VIDEO_TILE_X_TILES (stride)
      / (guint64) GST_VIDEO_TILE_Y_TILES (stride);
}

/* A tiled plane's stride is its number of tiles both ways. Those that are gone through
 * two by two come in pairs. */
static guint64
tiled_plane_size (const GstVideoInfo *usual, guint plane, gint stride)
{
  gint usual_stride = GST_VIDEO_INFO_PLANE_STRIDE (usual, plane);
  gint x = GST_VIDEO_TILE_X_TILES (stride);
  gint y = GST_VIDEO_TILE_Y_TILES (stride);

  if (stride <= 0 || x < GST_VIDEO_TILE_X_TILES (usual_stride)
      || y < GST_VIDEO_TILE_Y_TILES (usual_stride)
      || (GST_VIDEO_INFO_FORMAT (usual) == GST_VIDEO_FORMAT_NV12_64Z32
          && x % 2 != 0))
    return G_MAXUINT64;
  return tile_bytes (GST_VIDEO_INFO_FORMAT (usual), plane) * (guint64) x
      * (guint64) y;
}

/* Of the bytes that are read for plane @plane: how many lie before its first
 * row, and how many from there on. */
static void
find_extent (const GstVideoFrame *frame, const ImImageInfo *info,
    const GstVideoInfo *usual, guint plane, guint64 *before, guint64 *after)
{
  const GstVideoFormatInfo *finfo = frame->info.finfo;
  gint64 stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, plane);
  guint64 rows = GST_VIDEO_FORMAT_INFO_SCALE_HEIGHT (finfo,
      first_component (finfo, plane), info->height);

  *before = 0;
  if (GST_VIDEO_FORMAT_INFO_HAS_PALETTE (finfo) && plane == 1) {
    *after = PALETTE_BYTES;
  } else if (GST_VIDEO_FORMAT_INFO_IS_TILED (finfo)) {
    *after = tiled_plane_size (usual, plane, (gint) stride);
  } else {
    *after = row_bytes (info, usual, plane);
    if (stride < 0)
      *before = (guint64) -stride * (rows - 1);
    else
      *after += (guint64) stride * (rows - 1);
  }
}

static gboolean
check_plane (const GstVideoFrame *frame, const ImImageInfo *info,
    const GstVideoInfo *usual, guint plane, ImError *error)
{
  const GstMapInfo *map = &frame->map[frame->meta != NULL ? plane : 0];
  const guint8 *data = frame->data[plane];
  guint64 before, after, there = data - map->data;

  find_extent (frame, info, usual, plane, &before, &after);
  if (data >= map->data && there <= map->size && before <= there
      && after <= map->size - there)
    return TRUE;
  return im_error_set (error, IM_ERROR_INVALID,
      "has too few bytes for plane %u of %s, %dx%d pixels with a stride of %d: "
      "%" G_GUINT64_FORMAT " are needed, %" G_GUINT64_FORMAT " are there",
      plane, GST_VIDEO_INFO_NAME (&frame->info), info->width, info->height,
      GST_VIDEO_FRAME_PLANE_STRIDE (frame, plane), before + after,
      (guint64) map->size - MIN (there, map->size)
          + MIN (before, MIN (there, map->size)));
}

gboolean
gst_im_bytes_check_mapping (const GstVideoFrame *frame, const ImImageInfo *info,
    ImError *error)
{
  GstVideoInfo usual;

  if (!gst_im_bytes_check_size (GST_VIDEO_FRAME_FORMAT (frame), info->width,
          info->height, NULL)
      || !gst_video_info_set_format (&usual, GST_VIDEO_FRAME_FORMAT (frame),
          info->width, info->height))
    return im_error_set (error, IM_ERROR_TOO_LARGE,
        "claims %dx%d pixels, which is more than a frame can be", info->width,
        info->height);
  for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES (frame); p++) {
    if (!check_plane (frame, info, &usual, p, error))
      return FALSE;
  }
  return TRUE;
}
