/* imbytes tests: frames in every format, and what they should look like.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "common.h"

#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

gboolean
frame_has_alpha (const GstVideoInfo *info)
{
  return GST_VIDEO_INFO_HAS_ALPHA (info)
      || GST_VIDEO_INFO_FORMAT (info) == GST_VIDEO_FORMAT_AV12;
}

GstVideoInfo
video_info (GstVideoFormat format, gint width, gint height)
{
  GstVideoInfo info;

  fail_unless (gst_video_info_set_format (&info, format, width, height));
  return info;
}

GstBuffer *
frame_new (const GstVideoInfo *info)
{
  GstBuffer *frame = gst_buffer_new_allocate (NULL, info->size, NULL);

  gst_buffer_memset (frame, 0, 0, info->size);
  return frame;
}

GstBuffer *
frame_new_for_caps (const gchar *string)
{
  GstCaps *caps = gst_caps_from_string (string);
  GstVideoInfo info;
  GstBuffer *frame;

  fail_unless (gst_video_info_from_caps (&info, caps), "%s", string);
  gst_caps_unref (caps);
  frame = frame_new (&info);
  frame_fill_slope (frame, &info);
  return frame;
}

typedef struct
{
  guint8 *map;
  gsize size;
} Fenced;

static void
fenced_free (gpointer data)
{
  Fenced *fenced = data;

  munmap (fenced->map, fenced->size);
  g_free (fenced);
}

GstMemory *
memory_fenced (gsize size, gboolean at_end, guint8 value)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);
  gsize used = (size + page - 1) / page * page;
  Fenced *fenced = g_new (Fenced, 1);
  guint8 *map;

  fenced->size = used + 2 * page;
  fenced->map = map = mmap (NULL, fenced->size, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  fail_unless (map != MAP_FAILED);
  memset (map, value, fenced->size);
  fail_unless (mprotect (map, page, PROT_NONE) == 0);
  fail_unless (mprotect (map + page + used, page, PROT_NONE) == 0);
  return gst_memory_new_wrapped (GST_MEMORY_FLAG_READONLY,
      map + page + (at_end ? used - size : 0), size, 0, size, fenced,
      fenced_free);
}

typedef void (*PixelFunc) (guint16 words[4], gint x, gint y, gpointer user);

static gboolean
unpacks_to_words (const GstVideoFormatInfo *finfo)
{
  return gst_video_format_get_info (finfo->unpack_format)->depth[0] == 16;
}

static void
put_row (guint8 *row, gboolean words, gint width, gint y, PixelFunc pixel,
    gpointer user)
{
  for (gint x = 0; x < width; x++) {
    guint16 values[4];

    pixel (values, x, y, user);
    for (gint c = 0; c < 4; c++) {
      if (words)
        ((guint16 *) row)[x * 4 + c] = values[c];
      else
        row[x * 4 + c] = values[c] >> 8;
    }
  }
}

/* Of less, some of GStreamer's packers and unpackers write nothing. */
static gint
whole_tiles (const GstVideoFormatInfo *finfo, gint width)
{
#if GST_CHECK_VERSION(1, 22, 0)
  gint tile = (gint) finfo->tile_info[0].width;
#else
  gint tile = 1 << finfo->tile_ws;
#endif

  if (!GST_VIDEO_FORMAT_INFO_IS_TILED (finfo) || tile < 1)
    return width;
  return (width + tile - 1) / tile * tile;
}

static void
fill (GstBuffer *frame, const GstVideoInfo *info, PixelFunc pixel,
    gpointer user)
{
  const GstVideoFormatInfo *finfo = info->finfo;
  gint width = whole_tiles (finfo, info->width);
  GstVideoFrame mapped;
  /* Packers may read some pixels more than they write. */
  guint8 *row = g_malloc0 ((gsize) (width + 64) * 8);

  fail_unless (gst_video_frame_map (&mapped, info, frame, GST_MAP_WRITE));
  for (gint y = 0; y < info->height; y++) {
    put_row (row, unpacks_to_words (finfo), width, y, pixel, user);
    finfo->pack_func (finfo, GST_VIDEO_PACK_FLAG_NONE, row, 0, mapped.data,
        mapped.info.stride, GST_VIDEO_CHROMA_SITE_NONE, y, width);
  }
  gst_video_frame_unmap (&mapped);
  g_free (row);
}

static void
flat_pixel (guint16 words[4], gint x, gint y, gpointer user)
{
  (void) x;
  (void) y;
  memcpy (words, user, 4 * sizeof (guint16));
}

void
frame_fill (GstBuffer *frame, const GstVideoInfo *info, const guint16 words[4])
{
  fill (frame, info, flat_pixel, (gpointer) words);
}

static guint16
next_random (guint32 *seed)
{
  *seed = *seed * 1664525u + 1013904223u;
  return *seed >> 16;
}

typedef struct
{
  guint32 seed;
  gboolean is_yuv, is_subsampled;
} Noise;

/* Chroma is flat, since it would be interpolated where it is subsampled, and
 * alpha too there, since it weighs in that. */
static void
noise_pixel (guint16 words[4], gint x, gint y, gpointer user)
{
  Noise *noise = user;

  (void) x;
  (void) y;
  words[0] = noise->is_subsampled ? 0xd0d0
                                  : 0xc000 | next_random (&noise->seed);
  for (gint c = 1; c < 4; c++)
    words[c] = noise->is_yuv && c > 1 ? 0x6000 + 0x1800 * c
                                      : next_random (&noise->seed);
}

void
frame_fill_noise (GstBuffer *frame, const GstVideoInfo *info, guint32 seed)
{
  Noise noise = { seed, !GST_VIDEO_INFO_IS_RGB (info),
    info->finfo->w_sub[1] > 0 };

  fill (frame, info, noise_pixel, &noise);
}

static void
slope_pixel (guint16 words[4], gint x, gint y, gpointer user)
{
  const GstVideoInfo *info = user;
  guint16 level = 0x2000 + x * 0xc000 / info->width;

  (void) y;
  words[0] = 0xffff;
  words[1] = level;
  words[2] = words[3] = GST_VIDEO_INFO_IS_RGB (info) ? level : 0x8000;
}

void
frame_fill_slope (GstBuffer *frame, const GstVideoInfo *info)
{
  fill (frame, info, slope_pixel, (gpointer) info);
}

static guint8
to_byte (gdouble value)
{
  return (guint8) floor (CLAMP (value, 0.0, 1.0) * 255.0 + 0.5);
}

/* From the definitions in ITU-T H.273. */
static void
yuv_to_rgb (const gdouble yuv[3], const GstVideoInfo *info, guint8 *rgba)
{
  gboolean full = info->colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255;
  gdouble kr, kb, y, cb, cr, r, b;

  y = full ? yuv[0] : (yuv[0] * 256 - 16) / 219;
  cb = full ? yuv[1] : (yuv[1] * 256 - 128) / 224;
  cr = full ? yuv[2] : (yuv[2] * 256 - 128) / 224;
  if (!gst_video_color_matrix_get_Kr_Kb (info->colorimetry.matrix, &kr, &kb))
    kr = kb = 0;
  r = y + 2 * (1 - kr) * cr;
  b = y + 2 * (1 - kb) * cb;
  rgba[0] = to_byte (r);
  rgba[1] = to_byte ((y - kr * r - kb * b) / (1 - kr - kb));
  rgba[2] = to_byte (b);
}

/* Code values of @depth bits: to 0..1 where full range, else to fractions of
 * 256, with chroma around 0.5 of full range. */
static void
expect_pixel (const guint16 codes[4], const guint depth[4],
    const GstVideoInfo *info, guint8 *rgba)
{
  gboolean full = info->colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255;
  gdouble value[3];

  rgba[3] = frame_has_alpha (info)
      ? to_byte (codes[0] / (gdouble) ((1 << depth[0]) - 1))
      : 255;
  for (gint c = 0; c < 3; c++) {
    gdouble most = (1 << depth[c + 1]) - 1, all = 1 << depth[c + 1];

    if (GST_VIDEO_INFO_IS_RGB (info) || (full && c == 0))
      value[c] = codes[c + 1] / most;
    else if (full)
      value[c] = (codes[c + 1] - all / 2) / most;
    else
      value[c] = codes[c + 1] / all;
  }
  if (GST_VIDEO_INFO_IS_RGB (info)) {
    for (gint c = 0; c < 3; c++)
      rgba[c] = to_byte (value[c]);
  } else {
    if (GST_VIDEO_INFO_IS_GRAY (info))
      value[1] = value[2] = full ? 0.0 : 0.5;
    yuv_to_rgb (value, info, rgba);
  }
}

static void
expect_row (const guint8 *row, const GstVideoInfo *info, guint8 *rgba)
{
  const GstVideoFormatInfo *finfo = info->finfo;
  gboolean words = unpacks_to_words (finfo);
  guint depth[4] = { 8, 8, 8, 8 };

  for (guint c = 0; words && c < 4; c++) {
    guint component = c == 0 ? 3 : GST_VIDEO_INFO_IS_GRAY (info) ? 0 : c - 1;

    depth[c] = component < finfo->n_components ? finfo->depth[component] : 16;
  }
  for (gint x = 0; x < info->width; x++) {
    guint16 codes[4];

    for (gint c = 0; c < 4; c++)
      codes[c] = words ? ((const guint16 *) row)[x * 4 + c] >> (16 - depth[c])
                       : row[x * 4 + c];
    expect_pixel (codes, depth, info, rgba + x * 4);
  }
}

Picture
frame_expected (GstBuffer *frame, const GstVideoInfo *info)
{
  const GstVideoFormatInfo *finfo = info->finfo;
  GstVideoPackFlags flags = unpacks_to_words (finfo)
      ? GST_VIDEO_PACK_FLAG_TRUNCATE_RANGE
      : GST_VIDEO_PACK_FLAG_NONE;
  Picture picture = { info->width, info->height, 4, 8, NULL };
  guint8 *row = g_malloc0 ((gsize) (info->width + 64) * 8);
  gint columns = whole_tiles (finfo, info->width);
  GstVideoFrame mapped;

  picture.rgba = g_malloc ((gsize) info->width * info->height * 4);
  fail_unless (gst_video_frame_map (&mapped, info, frame, GST_MAP_READ));
  for (gint y = 0; y < info->height; y++) {
    finfo->unpack_func (finfo, flags, row, mapped.data, mapped.info.stride, 0,
        y, columns);
    expect_row (row, info, picture.rgba + (gsize) y * info->width * 4);
  }
  gst_video_frame_unmap (&mapped);
  g_free (row);
  return picture;
}
