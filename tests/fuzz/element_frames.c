/* imbytes fuzzing: frames in any number of memories, as they should be and not.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "element.h"
#include "element_memory.h"

#define MOST_BYTES 100000

/* Where the planes lie and how many bytes there are. */
typedef struct
{
  GstVideoFormat format;
  guint width, height, n_planes;
  gsize offset[GST_VIDEO_MAX_PLANES];
  gint stride[GST_VIDEO_MAX_PLANES];
  gsize size;
} Layout;

static Layout
layout_from_info (const GstVideoInfo *info)
{
  Layout layout = { GST_VIDEO_INFO_FORMAT (info), GST_VIDEO_INFO_WIDTH (info),
    GST_VIDEO_INFO_HEIGHT (info), GST_VIDEO_INFO_N_PLANES (info), .size = 0 };

  memcpy (layout.offset, info->offset, sizeof (layout.offset));
  memcpy (layout.stride, info->stride, sizeof (layout.stride));
  layout.size = GST_VIDEO_INFO_SIZE (info);
  return layout;
}

/* Only those of whole bytes or words; what a sample of the others takes is known
 * to GStreamer's unpackers alone. */
static gboolean
is_plain (const GstVideoFormatInfo *finfo)
{
  if (GST_VIDEO_FORMAT_INFO_IS_COMPLEX (finfo)
      || GST_VIDEO_FORMAT_INFO_IS_TILED (finfo)
      || GST_VIDEO_FORMAT_INFO_HAS_PALETTE (finfo))
    return FALSE;
  for (guint c = 0; c < finfo->n_components; c++)
    if (finfo->pixel_stride[c] <= 0)
      return FALSE;
  return TRUE;
}

/* The byte behind the sample of component @c at @x, @y, or so far below 0. */
static gint64
sample_end (const GstVideoFormatInfo *finfo, guint c, const gsize *offset,
    const gint *stride, guint x, guint y)
{
  guint plane = finfo->plane[c];

  return (gint64) offset[plane]
      + (gint64) stride[plane] * (y >> finfo->h_sub[c])
      + (gint64) finfo->pixel_stride[c] * (x >> finfo->w_sub[c])
      + finfo->poffset[c] + 1;
}

/* To the last sample, and no byte behind it. */
static void
tighten (Layout *layout)
{
  const GstVideoFormatInfo *finfo = gst_video_format_get_info (layout->format);
  gint64 end = 0;

  if (!is_plain (finfo) || layout->width == 0 || layout->height == 0)
    return;
  for (guint c = 0; c < finfo->n_components; c++) {
    gint64 bytes = finfo->depth[c] > 8 ? 1 : 0;

    end = MAX (end,
        bytes
            + sample_end (finfo, c, layout->offset, layout->stride,
                layout->width - 1, layout->height - 1));
  }
  layout->size = (gsize) MAX (end, 0);
}

/* Another layout of the same frame, or of a larger one that holds it. */
static void
take_layout (Layout *layout, const GstVideoInfo *info, FuzzBytes *bytes)
{
  GstVideoInfo other = *info;
  GstVideoAlignment align;

  if (fuzz_one_in (bytes, 3)
      && !gst_video_info_set_interlaced_format (&other,
          GST_VIDEO_INFO_FORMAT (info), GST_VIDEO_INFO_INTERLACE_MODE (info),
          GST_VIDEO_INFO_WIDTH (info) + fuzz_take (bytes, 20),
          GST_VIDEO_INFO_HEIGHT (info) + fuzz_take (bytes, 20)))
    other = *info;
  if (fuzz_one_in (bytes, 3)) {
    gst_video_alignment_reset (&align);
    align.padding_top = fuzz_take (bytes, 9);
    align.padding_bottom = fuzz_take (bytes, 9);
    align.padding_left = fuzz_take (bytes, 9);
    align.padding_right = fuzz_take (bytes, 9);
    for (guint p = 0; p < GST_VIDEO_MAX_PLANES; p++)
      align.stride_align[p] = (1u << fuzz_take (bytes, 6)) - 1;
    if (!GST_VIDEO_FORMAT_INFO_IS_TILED (other.finfo) && other.width < 10000
        && other.height < 10000)
      gst_video_info_align (&other, &align);
  }
  *layout = layout_from_info (&other);
  layout->width = GST_VIDEO_INFO_WIDTH (&other);
  layout->height = GST_VIDEO_INFO_HEIGHT (&other);
  if (fuzz_one_in (bytes, 2))
    tighten (layout);
}

/* A frame so large that its size wraps, in rows that all lie at one place. */
static void
claim_much (Layout *layout, FuzzBytes *bytes)
{
  layout->width = (guint) MAX (layout->width, fuzz_take_odd (bytes));
  layout->height = (guint) MAX (layout->height, fuzz_take_odd (bytes));
  for (guint p = 0; p < layout->n_planes; p++) {
    layout->offset[p] = 0;
    layout->stride[p] = (gint) fuzz_take (bytes, 4);
  }
}

/* Numbers that somebody has made up. */
static void
spoil_layout (Layout *layout, FuzzBytes *bytes)
{
  guint plane = fuzz_take (bytes, GST_VIDEO_MAX_PLANES);
  GstVideoFormat format = layout->format;

  switch (fuzz_take (bytes, 6)) {
    case 0:
      layout->width = (guint) fuzz_take_odd (bytes);
      break;
    case 1:
      layout->height = (guint) fuzz_take_odd (bytes);
      break;
    case 2:
      layout->offset[plane] = fuzz_take_odd (bytes);
      break;
    case 3:
      layout->stride[plane] = (gint) fuzz_take_odd (bytes);
      if (fuzz_one_in (bytes, 2))
        layout->stride[plane] = ~layout->stride[plane];
      break;
    case 4:
      layout->n_planes = fuzz_take (bytes, GST_VIDEO_MAX_PLANES + 1);
      break;
    default:
      layout->format = (GstVideoFormat) fuzz_take (bytes, 140);
      /* No format has such a number. */
      if (layout->format >= 125) {
        layout->format = format;
        claim_much (layout, bytes);
      }
      break;
  }
}

/* The meta is written field by field: adding it checks what it is given. */
static void
add_video_meta (GstBuffer *frame, const GstVideoInfo *info,
    const Layout *layout, FuzzBytes *bytes)
{
  GstVideoMeta *meta;

  if (GST_VIDEO_INFO_FORMAT (info) == GST_VIDEO_FORMAT_UNKNOWN)
    return;
  meta = gst_buffer_add_video_meta (frame, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_GRAY8, 1, 1);
  meta->format = layout->format;
  meta->width = layout->width;
  meta->height = layout->height;
  meta->n_planes = layout->n_planes;
  memcpy (meta->offset, layout->offset, sizeof (meta->offset));
  memcpy (meta->stride, layout->stride, sizeof (meta->stride));
  if (fuzz_one_in (bytes, 16))
    meta->alignment.padding_left = (guint) fuzz_take_odd (bytes);
  if (fuzz_one_in (bytes, 16))
    meta->alignment.stride_align[0] = (guint) fuzz_take_odd (bytes);
}

static GstBuffer *
new_frame (gsize size, FuzzBytes *bytes)
{
  GstBuffer *frame = gst_buffer_new ();
  guint n = 1;

  if (fuzz_one_in (bytes, 4))
    n += fuzz_take (bytes, 5);
  for (guint i = 0; i < n; i++) {
    gsize part = size;

    if (i + 1 < n)
      part = fuzz_take (bytes, (guint) size + 1);
    gst_buffer_append_memory (frame, fuzz_take_memory (bytes, part));
    size -= part;
  }
  return frame;
}

/* At the end of what the frame's own size is, or beside it. */
static gsize
take_size (gsize size, FuzzBytes *bytes)
{
  size = MIN (size, MOST_BYTES);
  if (!fuzz_one_in (bytes, 8))
    return size;
  switch (fuzz_take (bytes, 4)) {
    case 0:
      return size - MIN (size, 1 + fuzz_take (bytes, 8));
    case 1:
      return fuzz_take (bytes, (guint) size + 1);
    default:
      return size + fuzz_take (bytes, 40);
  }
}

static GstBuffer *
take_picture (Fuzz *fuzz)
{
  FuzzBytes *bytes = &fuzz->bytes;
  gboolean known = GST_VIDEO_INFO_FORMAT (&fuzz->info)
      != GST_VIDEO_FORMAT_UNKNOWN;
  gboolean has_meta = known && fuzz_one_in (bytes, 2);
  Layout layout = layout_from_info (&fuzz->info);
  GstBuffer *frame;

  if (!known)
    return new_frame (fuzz_take (bytes, 5000), bytes);
  if (has_meta)
    take_layout (&layout, &fuzz->info, bytes);
  frame = new_frame (take_size (layout.size, bytes), bytes);
  while (has_meta && fuzz_one_in (bytes, 3))
    spoil_layout (&layout, bytes);
  if (has_meta)
    add_video_meta (frame, &fuzz->info, &layout, bytes);
  return frame;
}

static void
add_crop (GstBuffer *frame, const GstVideoInfo *info, FuzzBytes *bytes)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (frame);
  GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (frame);
  guint width = meta != NULL ? meta->width : (guint) info->width;
  guint height = meta != NULL ? meta->height : (guint) info->height;

  crop->x = fuzz_take (bytes, MIN (width, 10000) + 1);
  crop->y = fuzz_take (bytes, MIN (height, 10000) + 1);
  crop->width = fuzz_take (bytes, MIN (width - crop->x, 200) + 1);
  crop->height = fuzz_take (bytes, MIN (height - crop->y, 200) + 1);
  if (fuzz_one_in (bytes, 4))
    crop->x = (guint) fuzz_take_odd (bytes);
  if (fuzz_one_in (bytes, 4))
    crop->width = (guint) fuzz_take_odd (bytes);
  if (fuzz_one_in (bytes, 8))
    crop->y = (guint) fuzz_take_odd (bytes);
  if (fuzz_one_in (bytes, 8))
    crop->height = (guint) fuzz_take_odd (bytes);
}

static guint
take_coordinate (FuzzBytes *bytes)
{
  return fuzz_one_in (bytes, 8) ? (guint) fuzz_take_odd (bytes)
                                : fuzz_take (bytes, 40);
}

static void
add_regions (GstBuffer *frame, FuzzBytes *bytes)
{
  static const gchar *const types[] = { "face", "car", "", "a;b" };

  do {
    guint x = take_coordinate (bytes), y = take_coordinate (bytes);
    guint width = take_coordinate (bytes), height = take_coordinate (bytes);
    GstVideoRegionOfInterestMeta *region =
        gst_buffer_add_video_region_of_interest_meta (frame,
            types[fuzz_take (bytes, 4)], x, y, width, height);

    if (fuzz_one_in (bytes, 8))
      region->roi_type = 0;
    if (fuzz_one_in (bytes, 4)) {
      GstStructure *param = gst_structure_new_empty ("detection");

      fuzz_take_fields (param, bytes);
      gst_video_region_of_interest_meta_add_param (region, param);
    }
  } while (fuzz_one_in (bytes, 2));
}

static void
add_other_meta (GstBuffer *frame, FuzzBytes *bytes)
{
  static const gchar *const clocks[] = { "timestamp/x-unix", "timestamp/x-ntp",
    "timestamp/x-drone" };
  static const guint8 caption[3] = { 0xfc, 0x80, 0x80 };
  GstCaps *reference;
  GstBuffer *parent;

  switch (fuzz_take (bytes, 6)) {
    case 0:
      gst_buffer_add_video_caption_meta (frame,
          GST_VIDEO_CAPTION_TYPE_CEA708_RAW, caption, sizeof (caption));
      break;
    case 1:
      gst_buffer_add_video_affine_transformation_meta (frame);
      break;
    case 2:
      parent = gst_buffer_new ();
      gst_buffer_add_parent_buffer_meta (frame, parent);
      gst_buffer_unref (parent);
      break;
    default:
      reference = fuzz_one_in (bytes, 16)
          ? gst_caps_new_empty ()
          : gst_caps_new_empty_simple (clocks[fuzz_take (bytes, 3)]);
      gst_buffer_add_reference_timestamp_meta (frame, reference,
          fuzz_one_in (bytes, 2) ? fuzz_take_bits (bytes, 63)
                                 : fuzz_take_bits (bytes, 16) * GST_SECOND,
          GST_CLOCK_TIME_NONE);
      gst_caps_unref (reference);
      break;
  }
}

static void
stamp (Fuzz *fuzz, GstBuffer *frame)
{
  static const guint flags[] = { GST_BUFFER_FLAG_CORRUPTED,
    GST_BUFFER_FLAG_DISCONT, GST_BUFFER_FLAG_GAP, GST_BUFFER_FLAG_HEADER,
    GST_BUFFER_FLAG_DELTA_UNIT, GST_BUFFER_FLAG_DROPPABLE,
    GST_BUFFER_FLAG_DECODE_ONLY, GST_BUFFER_FLAG_MARKER,
    GST_VIDEO_BUFFER_FLAG_INTERLACED, GST_VIDEO_BUFFER_FLAG_TFF,
    GST_VIDEO_BUFFER_FLAG_RFF, GST_VIDEO_BUFFER_FLAG_ONEFIELD,
    GST_BUFFER_FLAG_LIVE, GST_BUFFER_FLAG_RESYNC };
  FuzzBytes *bytes = &fuzz->bytes;

  GST_BUFFER_PTS (frame) = fuzz->time;
  GST_BUFFER_DURATION (frame) = 20 * GST_MSECOND;
  fuzz->time += 20 * GST_MSECOND;
  if (fuzz_one_in (bytes, 8))
    GST_BUFFER_PTS (frame) = fuzz_take_time (bytes);
  if (fuzz_one_in (bytes, 8))
    GST_BUFFER_DURATION (frame) = fuzz_take_time (bytes);
  if (fuzz_one_in (bytes, 8))
    GST_BUFFER_DTS (frame) = fuzz_take_time (bytes);
  while (fuzz_one_in (bytes, 6))
    GST_BUFFER_FLAG_SET (frame, flags[fuzz_take (bytes, G_N_ELEMENTS (flags))]);
}

/* As its metas have it, the last sample that is shown lies outside of the
 * buffer, or nothing is shown at all. */
static gboolean
is_surely_broken (GstBuffer *frame, const GstVideoInfo *info)
{
  const GstVideoFormatInfo *finfo = info->finfo;
  GstVideoMeta *meta = gst_buffer_get_video_meta (frame);
  GstVideoCropMeta *crop = gst_buffer_get_video_crop_meta (frame);
  gsize size = gst_buffer_get_size (frame);
  guint width = meta != NULL ? meta->width : (guint) info->width;
  guint height = meta != NULL ? meta->height : (guint) info->height;
  guint last_x = (guint) info->width - 1, last_y = (guint) info->height - 1;

  if (meta == NULL && size < GST_VIDEO_INFO_SIZE (info))
    return TRUE;
  if (meta != NULL
      && (meta->format != GST_VIDEO_INFO_FORMAT (info)
          || meta->n_planes != GST_VIDEO_INFO_N_PLANES (info)))
    return TRUE;
  if (crop != NULL) {
    if (crop->width == 0 || crop->height == 0 || crop->x >= width
        || crop->y >= height)
      return TRUE;
    last_x = crop->x + MIN (crop->width, width - crop->x) - 1;
    last_y = crop->y + MIN (crop->height, height - crop->y) - 1;
  }
  if (meta == NULL || !is_plain (finfo))
    return FALSE;
  for (guint c = 0; c < finfo->n_components; c++) {
    gsize offset = meta->offset[finfo->plane[c]];
    gint64 end;

    if (offset >= size)
      return TRUE;
    end = sample_end (finfo, c, meta->offset, meta->stride, last_x, last_y);
    if (end <= 0 || (guint64) end > size)
      return TRUE;
  }
  return FALSE;
}

GstBuffer *
fuzz_take_frame (Fuzz *fuzz, gboolean *broken)
{
  FuzzBytes *bytes = &fuzz->bytes;
  GstBuffer *frame = take_picture (fuzz);

  if (fuzz_one_in (bytes, 4))
    add_crop (frame, &fuzz->info, bytes);
  if (fuzz_one_in (bytes, 4))
    add_regions (frame, bytes);
  while (fuzz_one_in (bytes, 6))
    add_other_meta (frame, bytes);
  stamp (fuzz, frame);
  *broken = GST_VIDEO_INFO_FORMAT (&fuzz->info) != GST_VIDEO_FORMAT_UNKNOWN
      && is_surely_broken (frame, &fuzz->info);
  return frame;
}

void
fuzz_describe_frame (GstBuffer *frame, const GstVideoInfo *info)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (frame);
  GstVideoCropMeta *crop = gst_buffer_get_video_crop_meta (frame);

  g_printerr ("%s, %dx%d, of %" G_GSIZE_FORMAT " bytes, with %" G_GSIZE_FORMAT
              "\n",
      gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (info)), info->width,
      info->height, info->size, gst_buffer_get_size (frame));
  if (crop != NULL)
    g_printerr ("crop %ux%u at %u,%u\n", crop->width, crop->height, crop->x,
        crop->y);
  if (meta == NULL)
    return;
  g_printerr ("meta of format %d, %ux%u, %u planes\n", (int) meta->format,
      meta->width, meta->height, meta->n_planes);
  for (guint p = 0; p < GST_VIDEO_MAX_PLANES; p++)
    g_printerr ("plane at %" G_GSIZE_FORMAT ", stride %d\n", meta->offset[p],
        meta->stride[p]);
}
