/* imbytes tests: what the samples of a frame mean, by GStreamer's unpacking.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "reference_parts.h"

#include <math.h>
#include <string.h>

/* GStreamer's flag, but AV12 has alpha all along: 1.20 and 1.22 do not say so. Of
 * the other formats with a fourth component, Y410 and Y412 are documented to
 * count as having none. */
gboolean
ref_has_alpha (const GstVideoFormatInfo *finfo)
{
  return GST_VIDEO_FORMAT_INFO_HAS_ALPHA (finfo)
      || strcmp (finfo->name, "AV12") == 0;
}

gboolean
ref_needs_light (const RefFrame *frame)
{
  return !ref_transfer_is_plain (frame->colorimetry.transfer)
      || (!ref_primaries_are_plain (frame->colorimetry.primaries)
          && !GST_VIDEO_FORMAT_INFO_IS_GRAY (frame->finfo));
}

/* Of less than whole tiles, some of GStreamer's unpackers write nothing. */
static gint
columns_to_unpack (const RefFrame *frame)
{
#if GST_CHECK_VERSION(1, 22, 0)
  gint tile = (gint) frame->finfo->tile_info[0].width;
#else
  gint tile = 1 << frame->finfo->tile_ws;
#endif

  if (!GST_VIDEO_FORMAT_INFO_IS_TILED (frame->finfo) || tile < 1)
    return frame->width;
  return (frame->width + tile - 1) / tile * tile;
}

typedef struct
{
  gint slot, depth; /* of four in an unpacked pixel; bits */
  gboolean words;
  gdouble range, zero; /* code value = meaning * range + zero */
} Code;

static Code
code_of (const RefFrame *frame, gint c)
{
  const GstVideoFormatInfo *finfo = frame->finfo;
  gboolean full = frame->colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255;
  gboolean chroma = GST_VIDEO_FORMAT_INFO_IS_YUV (finfo) && (c == 1 || c == 2);
  gdouble unit;
  Code code = { c == 3 ? 0 : c + 1, 8, FALSE, 0, 0 };

  code.words = gst_video_format_get_info (finfo->unpack_format)->depth[0] > 8;
  if (code.words)
    code.depth = (gint) finfo->depth[c];
  unit = (1 << code.depth) / 256.0;
  if (chroma)
    code.zero = 128 * unit;
  else if (!full && c < 3)
    code.zero = 16 * unit;
  if (full || c == 3)
    code.range = (1 << code.depth) - 1;
  else
    code.range = (chroma ? 224 : 219) * unit;
  return code;
}

/* Unpacking repeats coarse chroma: each sample is taken where it begins. */
static void
take_row (RefPlane *plane, const RefGrid *grid, Code code, const guint8 *row,
    gint y)
{
  if (y % (1 << grid->h_shift) != 0)
    return;
  for (gint x = 0; x < plane->width; x++) {
    gint at = (x << grid->w_shift) * 4 + code.slot;
    gint sample = code.words ? ((const guint16 *) row)[at] >> (16 - code.depth)
                             : row[at];

    plane->value[(y >> grid->h_shift) * plane->width + x] =
        (sample - code.zero) / code.range;
  }
}

static RefGrid
grid_of (const RefFrame *frame, gint c)
{
  const GstVideoFormatInfo *finfo = frame->finfo;
  RefGrid grid = { 0 };

  if (GST_VIDEO_FORMAT_INFO_IS_YUV (finfo) && (c == 1 || c == 2)) {
    grid.w_shift = (gint) finfo->w_sub[c];
    grid.h_shift = (gint) finfo->h_sub[c];
    grid.h_cosited = (frame->site & GST_VIDEO_CHROMA_SITE_H_COSITED) != 0;
    grid.v_cosited = (frame->site & GST_VIDEO_CHROMA_SITE_V_COSITED) != 0;
    grid.fields = frame->interlaced && grid.h_shift == 1;
  }
  return grid;
}

gboolean
parts_have (const Parts *parts, gint c)
{
  return c < parts->n_colours || (c == 3 && parts->has_alpha);
}

void
parts_take (Parts *parts, const RefFrame *frame)
{
  const GstVideoFormatInfo *finfo = frame->finfo;
  gint columns = columns_to_unpack (frame);
  gboolean gray = GST_VIDEO_FORMAT_INFO_IS_GRAY (finfo);
  GstVideoPackFlags flags;
  guint8 *row = g_malloc0 (((gsize) columns + 64) * 8);

  *parts = (Parts){ .n_colours = gray ? 1 : 3,
    .is_rgb = GST_VIDEO_FORMAT_INFO_IS_RGB (finfo),
    .is_yuv = GST_VIDEO_FORMAT_INFO_IS_YUV (finfo),
    .has_alpha = ref_has_alpha (finfo) };
  for (gint c = 0; c < 4; c++) {
    RefGrid grid = parts->grid[c] = grid_of (frame, c);
    RefPlane *plane = &parts->plane[c];

    plane->width = (frame->width + (1 << grid.w_shift) - 1) >> grid.w_shift;
    plane->height = (frame->height + (1 << grid.h_shift) - 1) >> grid.h_shift;
    plane->value =
        g_new0 (gdouble, (gsize) plane->width * (gsize) plane->height);
  }
  /* Words keep the bits they have; samples of less than 8 are stretched. */
  flags = code_of (frame, 0).words ? GST_VIDEO_PACK_FLAG_TRUNCATE_RANGE
                                   : GST_VIDEO_PACK_FLAG_NONE;
  for (gint y = 0; y < frame->height; y++) {
    finfo->unpack_func (finfo, flags, row, (gpointer *) frame->data,
        frame->stride, 0, y, columns);
    for (gint c = 0; c < 4; c++)
      if (parts_have (parts, c))
        take_row (&parts->plane[c], &parts->grid[c], code_of (frame, c), row,
            y);
  }
  g_free (row);
}

void
parts_clear (Parts *parts)
{
  for (gint c = 0; c < 4; c++)
    g_free (parts->plane[c].value);
}

RefPlane
parts_alpha_for (const Parts *parts, gint c)
{
  const RefPlane *alpha = &parts->plane[3], *like = &parts->plane[c];
  gint across = 1 << parts->grid[c].w_shift, down = 1 << parts->grid[c].h_shift;
  RefPlane mean = *like;

  mean.value = g_new0 (gdouble, (gsize) mean.width * (gsize) mean.height);
  for (gint y = 0; y < mean.height * down; y++)
    for (gint x = 0; x < mean.width * across; x++)
      mean.value[y / down * mean.width + x / across] +=
          alpha->value[MIN (y, alpha->height - 1) * alpha->width
              + MIN (x, alpha->width - 1)]
          / (across * down);
  return mean;
}

void
parts_lay_upon (Parts *parts, const gdouble behind[3])
{
  for (gint c = 0; c < parts->n_colours; c++) {
    RefPlane *plane = &parts->plane[c], alpha = parts_alpha_for (parts, c);

    for (gint i = 0; i < plane->width * plane->height; i++)
      plane->value[i] =
          plane->value[i] * alpha.value[i] + behind[c] * (1 - alpha.value[i]);
    g_free (alpha.value);
  }
}
