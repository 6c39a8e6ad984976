/* imbytes tests: from a case to a frame, in memory that is exactly as large as it
 * has to be.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cases.h"

#include <math.h>
#include <string.h>

/* What is behind each plane of the reference's copy, for unpack functions that
 * read more than there is. */
#define SLACK 4096

RefRequest
case_request (const Case *c)
{
  return (RefRequest){ .codec = (RefCodec) c->v[CASE_CODEC],
    .width = (gint) c->v[CASE_OUT_W],
    .height = (gint) c->v[CASE_OUT_H],
    .fit = (RefFit) c->v[CASE_FIT],
    .enlarge = c->v[CASE_ENLARGE] != 0,
    .square_pixels = c->v[CASE_SQUARE] != 0,
    .background = (guint32) c->v[CASE_BACKGROUND],
    .method = (RefMethod) c->v[CASE_METHOD],
    .direction = (GstVideoOrientationMethod) c->v[CASE_DIRECTION],
    .subsampling = (RefSubsampling) c->v[CASE_SUBSAMPLING],
    .bit_depth = (gint) c->v[CASE_DEPTH] };
}

RefFrame
case_frame_shape (const Case *c)
{
  gint width = (gint) c->v[CASE_WIDTH], height = (gint) c->v[CASE_HEIGHT];
  RefFrame frame = { .finfo = gst_video_format_get_info (c->v[CASE_FORMAT]),
    .width = width,
    .height = height,
    .par_n = (gint) c->v[CASE_PAR_N],
    .par_d = (gint) c->v[CASE_PAR_D],
    .crop = { 0, 0, width, height } };

  if (c->v[CASE_CROP] != CROP_NONE)
    frame.crop = (RefRect){ (gint) c->v[CASE_CROP_X], (gint) c->v[CASE_CROP_Y],
      (gint) c->v[CASE_CROP_W], (gint) c->v[CASE_CROP_H] };
  frame.interlaced = c->v[CASE_INTERLACE] == INTERLACE_INTERLEAVED
      || c->v[CASE_INTERLACE] == INTERLACE_MIXED_FIELDS;
  frame.always = c->v[CASE_INTERLACE] == INTERLACE_INTERLEAVED;
  return frame;
}

static GstVideoInfo
info_of (const Case *c, gint width, gint height)
{
  GstVideoInterlaceMode mode = GST_VIDEO_INTERLACE_MODE_PROGRESSIVE;
  GstVideoInfo info;

  if (c->v[CASE_INTERLACE] == INTERLACE_INTERLEAVED)
    mode = GST_VIDEO_INTERLACE_MODE_INTERLEAVED;
  else if (c->v[CASE_INTERLACE] != INTERLACE_NONE)
    mode = GST_VIDEO_INTERLACE_MODE_MIXED;
  if (!gst_video_info_set_interlaced_format (&info, c->v[CASE_FORMAT], mode,
          (guint) width, (guint) height))
    g_error ("GStreamer has no frames of %s",
        gst_video_format_to_string (c->v[CASE_FORMAT]));
  info.par_n = (gint) c->v[CASE_PAR_N];
  info.par_d = (gint) c->v[CASE_PAR_D];
  if (c->v[CASE_COLOUR]) {
    info.colorimetry.range = c->v[CASE_RANGE];
    if (GST_VIDEO_INFO_IS_YUV (&info))
      info.colorimetry.matrix = c->v[CASE_MATRIX];
    info.colorimetry.transfer = c->v[CASE_TRANSFER];
    info.colorimetry.primaries = c->v[CASE_PRIMARIES];
  }
  if (c->v[CASE_SITE] != 0 && GST_VIDEO_INFO_IS_YUV (&info))
    info.chroma_site = (GstVideoChromaSite) c->v[CASE_SITE];
  return info;
}

/* Planes as they lie in memory. */
typedef struct
{
  gint stride[GST_VIDEO_MAX_PLANES];
  gsize offset[GST_VIDEO_MAX_PLANES]; /* of the first row */
  gsize size;                         /* of all */
} Layout;

static gsize
plane_size (const GstVideoInfo *info, guint p)
{
  gsize end = p + 1 < GST_VIDEO_INFO_N_PLANES (info)
      ? GST_VIDEO_INFO_PLANE_OFFSET (info, p + 1)
      : GST_VIDEO_INFO_SIZE (info);

  return end - GST_VIDEO_INFO_PLANE_OFFSET (info, p);
}

/* Tiled planes and palettes only move: their strides count tiles, or nothing. */
static gboolean
is_rows (const GstVideoFormatInfo *finfo, guint plane)
{
  return !GST_VIDEO_FORMAT_INFO_IS_TILED (finfo)
      && !(GST_VIDEO_FORMAT_INFO_HAS_PALETTE (finfo) && plane == 1);
}

static gsize
plane_rows (const GstVideoInfo *info, guint p)
{
  gsize stride = (gsize) GST_VIDEO_INFO_PLANE_STRIDE (info, p);

  return is_rows (info->finfo, p) ? (plane_size (info, p) + stride - 1) / stride
                                  : 1;
}

/* Groups of pixels that end behind a row end in what is behind it. */
static gsize
pad_unit (const GstVideoFormatInfo *finfo)
{
  return GST_VIDEO_FORMAT_INFO_IS_COMPLEX (finfo) ? 16 : 1;
}

/* GStreamer's own layout, or, with a GstVideoMeta, one of the case's. */
static Layout
layout_of (const Case *c, const GstVideoInfo *info)
{
  Layout layout = { { 0 }, { 0 }, 0 };

  for (guint p = 0; p < GST_VIDEO_INFO_N_PLANES (info); p++) {
    gsize stride = (gsize) GST_VIDEO_INFO_PLANE_STRIDE (info, p);
    gsize rows = plane_rows (info, p);

    layout.stride[p] = (gint) stride;
    layout.size += c->v[CASE_META] ? (gsize) c->v[CASE_GAP] : 0;
    layout.offset[p] = layout.size;
    if (!is_rows (info->finfo, p) || !c->v[CASE_META]) {
      layout.size += plane_size (info, p);
      continue;
    }
    stride += (gsize) c->v[CASE_PAD] * pad_unit (info->finfo);
    layout.stride[p] = (gint) stride;
    if (c->v[CASE_NEGATIVE]) {
      layout.offset[p] += stride * (rows - 1);
      layout.stride[p] = -(gint) stride;
    }
    layout.size += stride * rows;
  }
  return layout;
}

/* The element's frame, of the reference's in GStreamer's usual layout: packers
 * and unpackers are not made for any other alignment. Behind a row lies what lies
 * behind it there: of some widths, NV12_10LE32 has its last chroma in it. */
static GstBuffer *
lay_out (const guint8 *usual, const GstVideoInfo *info, const Layout *layout)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, layout->size, NULL);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  memset (map.data, 0x5a, map.size);
  for (guint p = 0; p < GST_VIDEO_INFO_N_PLANES (info); p++) {
    const guint8 *from = usual + GST_VIDEO_INFO_PLANE_OFFSET (info, p);
    gsize stride = (gsize) GST_VIDEO_INFO_PLANE_STRIDE (info, p);
    gsize bytes = (gsize) ABS (layout->stride[p]);
    gsize rows = plane_rows (info, p);

    if (!is_rows (info->finfo, p))
      bytes = plane_size (info, p);
    for (gsize y = 0; y < rows; y++)
      memcpy (map.data + layout->offset[p]
              + (gssize) layout->stride[p] * (gssize) y,
          from + stride * y, bytes);
  }
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

static void
fill_bytes (guint8 *bytes, gsize size, guint64 seed, gboolean edges)
{
  for (gsize i = 0; i < size; i++) {
    guint32 word = case_random (&seed);

    bytes[i] = edges ? (guint8) - (gint) (word & 1) : (guint8) word;
  }
}

/* Waves, or one value; alpha too, and in places it is none and all. */
static guint16
wave (const Case *c, gint component, gint x, gint y)
{
  guint64 state = (guint64) c->v[CASE_FILL] * 4 + (guint64) component;
  gdouble across, down, phase, value;

  case_random (&state);
  across = case_random (&state) % 1000 / 2500.0;
  down = case_random (&state) % 1000 / 2500.0;
  phase = case_random (&state) % 1000 / 100.0;
  if (c->v[CASE_CONTENT] == CONTENT_FLAT)
    across = down = 0;
  value =
      0.5 + (component == 0 ? 0.7 : 0.48) * sin (across * x + down * y + phase);
  return (guint16) (CLAMP (value, 0, 1) * 65535);
}

/* Packers may read some pixels more than they write, and write whole tiles. */
static void
pack (const Case *c, const RefFrame *frame)
{
  const GstVideoFormatInfo *finfo = frame->finfo;
  gboolean words = gst_video_format_get_info (finfo->unpack_format)->depth[0]
      > 8;
  gint width = (frame->width + 63) / 64 * 64;
  guint8 *row = g_malloc0 ((gsize) width * 8);

  for (gint y = 0; y < frame->height; y++) {
    for (gint x = 0; x < width; x++)
      for (gint i = 0; i < 4; i++) {
        guint16 value = wave (c, i, x, y);

        if (words)
          ((guint16 *) row)[x * 4 + i] = value;
        else
          row[x * 4 + i] = (guint8) (value >> 8);
      }
    finfo->pack_func (finfo, GST_VIDEO_PACK_FLAG_NONE, row, 0,
        (gpointer *) frame->data, frame->stride, GST_VIDEO_CHROMA_SITE_NONE, y,
        GST_VIDEO_FORMAT_INFO_IS_TILED (finfo) ? MIN (width, frame->width)
                                               : frame->width);
  }
  g_free (row);
}

static void
fill (const Case *c, CaseFrame *made, gsize size)
{
  gint64 content = c->v[CASE_CONTENT];

  fill_bytes (made->copy, size, (guint64) c->v[CASE_FILL],
      content == CONTENT_EDGES);
  if ((content == CONTENT_SMOOTH || content == CONTENT_FLAT)
      && made->frame.finfo->pack_func != NULL)
    pack (c, &made->frame);
  /* What packers write behind the frame is not in it. */
  memset (made->copy + size, 0, SLACK);
}

static void
add_metas (const Case *c, CaseFrame *made, const GstVideoInfo *info,
    Layout *layout)
{
  if (c->v[CASE_META])
    gst_buffer_add_video_meta_full (made->buffer, GST_VIDEO_FRAME_FLAG_NONE,
        GST_VIDEO_INFO_FORMAT (info), (guint) GST_VIDEO_INFO_WIDTH (info),
        (guint) GST_VIDEO_INFO_HEIGHT (info), GST_VIDEO_INFO_N_PLANES (info),
        layout->offset, layout->stride);
  if (c->v[CASE_CROP] != CROP_NONE) {
    GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (made->buffer);

    crop->x = (guint) c->v[CASE_CROP_X];
    crop->y = (guint) c->v[CASE_CROP_Y];
    crop->width = (guint) c->v[CASE_CROP_W];
    crop->height = (guint) c->v[CASE_CROP_H];
  }
  if (c->v[CASE_INTERLACE] == INTERLACE_MIXED_FIELDS
      || c->v[CASE_INTERLACE] == INTERLACE_INTERLEAVED)
    GST_BUFFER_FLAG_SET (made->buffer, GST_VIDEO_BUFFER_FLAG_INTERLACED);
}

void
case_frame_make (CaseFrame *made, const Case *c)
{
  gboolean crop_in_caps = c->v[CASE_CROP] == CROP_IN_CAPS;
  GstVideoInfo memory, caps;
  Layout layout;

  made->frame = case_frame_shape (c);
  made->request = case_request (c);
  memory = info_of (c, made->frame.width, made->frame.height);
  caps = info_of (c,
      crop_in_caps ? (gint) c->v[CASE_CROP_W] : made->frame.width,
      crop_in_caps ? (gint) c->v[CASE_CROP_H] : made->frame.height);
  layout = layout_of (c, &memory);
  made->copy = g_malloc0 (memory.size + SLACK);
  for (guint p = 0; p < GST_VIDEO_INFO_N_PLANES (&memory); p++) {
    made->frame.data[p] = made->copy + GST_VIDEO_INFO_PLANE_OFFSET (&memory, p);
    made->frame.stride[p] = GST_VIDEO_INFO_PLANE_STRIDE (&memory, p);
  }
  made->frame.colorimetry = caps.colorimetry;
  made->frame.site = caps.chroma_site;
  fill (c, made, memory.size);
  made->buffer = lay_out (made->copy, &memory, &layout);
  add_metas (c, made, &memory, &layout);
  made->caps = gst_video_info_to_caps (&caps);
}

void
case_frame_clear (CaseFrame *made)
{
  gst_clear_buffer (&made->buffer);
  gst_clear_caps (&made->caps);
  g_clear_pointer (&made->copy, g_free);
}
