/* imbytes: GstVideoInfo -> how samples lie in memory and what they mean.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytesformat.h"

#include <string.h>

#include "core/rows/unpack.h"
#include "core/rows/unpack_tiles.h"

/* Of tiles, whole ones: the unpackers of MT2110T and MT2110R write nothing of what
 * is left of a row behind its last whole tile. Frames have it, and the reader's
 * rows have room for it. */
static gint
columns_to_unpack (const ImImage *image, const GstVideoFormatInfo *finfo)
{
#if GST_CHECK_VERSION(1, 22, 0)
  gint tile = (gint) finfo->tile_info[0].width;
#else
  gint tile = 1 << finfo->tile_ws;
#endif

  if (!GST_VIDEO_FORMAT_INFO_IS_TILED (finfo) || tile < 1)
    return image->info.width;
  return (image->info.width + tile - 1) / tile * tile;
}

/* GStreamer's unpackers make pixels, and whole rows of them. */
static void
unpack_row (const ImImage *image, gint y, void *dest, GstVideoPackFlags flags)
{
  const GstVideoFrame *frame = image->user;
  const GstVideoFormatInfo *finfo = frame->info.finfo;

  finfo->unpack_func (finfo, flags, dest, frame->data, frame->info.stride, 0, y,
      columns_to_unpack (image, finfo));
}

/* Low bits that a format does not have stay zero, so that the words are exactly
 * what ImComponent says: depth bits above shift. */
static void
unpack_words (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  (void) plane;
  (void) first;
  (void) last;
  unpack_row (image, y, dest, GST_VIDEO_PACK_FLAG_TRUNCATE_RANGE);
}

/* Samples of 5 and 6 bits come out stretched to the whole of 8 bits. */
static void
unpack_bytes (const ImImage *image, int plane, int y, int first, int last,
    void *dest)
{
  (void) plane;
  (void) first;
  (void) last;
  unpack_row (image, y, dest, GST_VIDEO_PACK_FLAG_NONE);
}

/* Formats of bit fields give every component the same place. */
static gboolean
components_are_apart (const GstVideoFormatInfo *finfo)
{
  for (guint a = 0; a < finfo->n_components; a++) {
    for (guint b = 0; b < a; b++) {
      if (finfo->plane[a] == finfo->plane[b]
          && finfo->poffset[a] == finfo->poffset[b])
        return FALSE;
    }
  }
  return TRUE;
}

/* Words of which GStreamer's infos do not say where each component lies, or say it wrongly:
 * of two pixels side by side or of one, in this order. Bits are the upper ones. */
static const struct
{
  GstVideoFormat format;
  gboolean big_endian;
  guint depth, step[3], offset[3];
} words[] = {
  { GST_VIDEO_FORMAT_v216, FALSE, 16, { 4, 8, 8 }, { 2, 0, 4 } },
  { GST_VIDEO_FORMAT_Y210, FALSE, 10, { 4, 8, 8 }, { 0, 2, 6 } },
  { GST_VIDEO_FORMAT_Y212_LE, FALSE, 12, { 4, 8, 8 }, { 0, 2, 6 } },
  { GST_VIDEO_FORMAT_Y212_BE, TRUE, 12, { 4, 8, 8 }, { 0, 2, 6 } },
  { GST_VIDEO_FORMAT_Y412_LE, FALSE, 12, { 8, 8, 8 }, { 2, 0, 4 } },
  { GST_VIDEO_FORMAT_Y412_BE, TRUE, 12, { 8, 8, 8 }, { 2, 0, 4 } },
};

/* How the rows lie that an unpacker makes. */
typedef enum
{
  PIXELS, /* alpha, and the model's three */
  PAIRS,  /* of pixels: Y U Y V */
  PLANES  /* NV12's and NV16's, or gray */
} UnpackedRows;

/* Those whose samples are bits of words or lie in tiles, and who unpacks them: GStreamer
 * does it pixel by pixel. */
static const struct
{
  GstVideoFormat format;
  ImUnpackRow unpack;
  guint sample_bytes;
  UnpackedRows rows;
} fields[] = {
  { GST_VIDEO_FORMAT_v210, im_unpack_v210, 2, PAIRS },
  { GST_VIDEO_FORMAT_UYVP, im_unpack_uyvp, 2, PAIRS },
  { GST_VIDEO_FORMAT_Y410, im_unpack_y410, 2, PIXELS },
  { GST_VIDEO_FORMAT_r210, im_unpack_r210, 2, PIXELS },
  { GST_VIDEO_FORMAT_RGB10A2_LE, im_unpack_rgb10a2, 2, PIXELS },
  { GST_VIDEO_FORMAT_BGR10A2_LE, im_unpack_bgr10a2, 2, PIXELS },
  { GST_VIDEO_FORMAT_RGB16, im_unpack_rgb16, 1, PIXELS },
  { GST_VIDEO_FORMAT_BGR16, im_unpack_bgr16, 1, PIXELS },
  { GST_VIDEO_FORMAT_GRAY10_LE32, im_unpack_10le32, 2, PLANES },
  { GST_VIDEO_FORMAT_NV12_10LE32, im_unpack_10le32, 2, PLANES },
  { GST_VIDEO_FORMAT_NV16_10LE32, im_unpack_10le32, 2, PLANES },
  { GST_VIDEO_FORMAT_NV12_10LE40, im_unpack_10le40, 2, PLANES },
  { GST_VIDEO_FORMAT_NV12_4L4, im_unpack_4l4, 1, PLANES },
  { GST_VIDEO_FORMAT_NV12_32L32, im_unpack_32l32, 1, PLANES },
  { GST_VIDEO_FORMAT_NV12_64Z32, im_unpack_64z32, 1, PLANES },
#if GST_CHECK_VERSION(1, 22, 0)
  { GST_VIDEO_FORMAT_NV12_16L32S, im_unpack_16l32s, 1, PLANES },
  { GST_VIDEO_FORMAT_NV12_8L128, im_unpack_8l128, 1, PLANES },
  { GST_VIDEO_FORMAT_NV12_10BE_8L128, im_unpack_10be_8l128, 2, PLANES },
#endif
};

/* Of an odd number of columns, the last pair of pixels can reach into the next row: those
 * are left to GStreamer, here and of UYVP. */
static gboolean
init_words (ImFormat *format, const GstVideoFormatInfo *finfo, gint width)
{
  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    if (words[i].format != finfo->format || width % 2 != 0)
      continue;
    format->sample_bytes = 2;
    format->big_endian = words[i].big_endian;
    for (guint c = 0; c < 3; c++)
      format->component[c] = (ImComponent){ .offset = words[i].offset[c],
        .step = words[i].step[c],
        .depth = words[i].depth,
        .shift = 16 - words[i].depth,
        .w_shift = finfo->w_sub[c] };
    return format->n_components == 3;
  }
  return FALSE;
}

/* 1 or 2 bytes; 0 where a format has to be unpacked. */
static guint
sample_bytes_in_place (const GstVideoFormatInfo *finfo)
{
  guint bytes = finfo->depth[0] > 8 ? 2 : 1;

  if (GST_VIDEO_FORMAT_INFO_IS_COMPLEX (finfo)
      || GST_VIDEO_FORMAT_INFO_IS_TILED (finfo)
      || GST_VIDEO_FORMAT_INFO_HAS_PALETTE (finfo)
      || !components_are_apart (finfo))
    return 0;
  /* Their infos are wrong: v216 is little-endian on every machine, and in VYUY
   * Cr comes first. */
  if (finfo->format == GST_VIDEO_FORMAT_v216
      || finfo->format == GST_VIDEO_FORMAT_VYUY)
    return 0;
  for (guint c = 0; c < finfo->n_components; c++) {
    guint bits = finfo->depth[c] + finfo->shift[c];

    if (finfo->pixel_stride[c] < (gint) bytes || bits > bytes * 8)
      return 0;
    if (bytes == 1 ? bits != 8 || finfo->depth[c] != 8
                   : finfo->depth[c] < 9 || finfo->pixel_stride[c] % 2 != 0)
      return 0;
  }
  return bytes;
}

static void
component_in_place (ImComponent *component, const GstVideoFormatInfo *finfo,
    guint c, guint sample_bytes)
{
  guint offset = finfo->poffset[c];

  /* P010 and its kin count in components here. */
  if (sample_bytes == 2 && offset % 2 != 0)
    offset *= 2;
  component->plane = finfo->plane[c];
  component->offset = offset;
  component->step = finfo->pixel_stride[c];
  component->depth = finfo->depth[c];
  component->shift = finfo->shift[c];
  component->w_shift = finfo->w_sub[c];
  component->h_shift = finfo->h_sub[c];
}

/* Unpacked pixels are alpha and then the three of the model, each word filled
 * from the top. */
static void
component_unpacked (ImComponent *component, const GstVideoFormatInfo *finfo,
    guint c, guint sample_bytes)
{
  gboolean palette = GST_VIDEO_FORMAT_INFO_HAS_PALETTE (finfo);
  guint slot = c == 3 ? 0 : c + 1;

  component->plane = 0;
  component->offset = slot * sample_bytes;
  component->depth = sample_bytes == 1 ? 8 : finfo->depth[c];
  component->shift = sample_bytes * 8 - component->depth;
  component->w_shift = palette ? 0 : finfo->w_sub[c];
  component->h_shift = palette ? 0 : finfo->h_sub[c];
  component->step = (4 * sample_bytes) << component->w_shift;
}

/* Luma, or pairs of Cb and Cr. */
static void
component_of_planes (ImComponent *component, const GstVideoFormatInfo *finfo,
    guint c, guint sample_bytes)
{
  component->plane = c > 0;
  component->offset = c == 2 ? sample_bytes : 0;
  component->step = c > 0 ? sample_bytes * 2 : sample_bytes;
  component->depth = sample_bytes == 1 ? 8 : finfo->depth[c];
  component->shift = sample_bytes * 8 - component->depth;
  component->w_shift = finfo->w_sub[c];
  component->h_shift = finfo->h_sub[c];
}

static void
component_of_pairs (ImComponent *component, const GstVideoFormatInfo *finfo,
    guint c, guint sample_bytes)
{
  static const guint8 offset[3] = { 0, 2, 6 };

  component_unpacked (component, finfo, c, sample_bytes);
  component->offset = offset[c % G_N_ELEMENTS (offset)];
  component->step = c == 0 ? 4 : 8;
}

static gboolean
init_fields (ImFormat *format, const GstVideoFormatInfo *finfo, gint width)
{
  static void (*const describe[]) (ImComponent *, const GstVideoFormatInfo *,
      guint,
      guint) = { component_unpacked, component_of_pairs, component_of_planes };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    if (fields[i].format != finfo->format
        || (finfo->format == GST_VIDEO_FORMAT_UYVP && width % 2 != 0))
      continue;
    format->sample_bytes = fields[i].sample_bytes;
    format->big_endian = format->sample_bytes == 2
        && G_BYTE_ORDER == G_BIG_ENDIAN;
    format->unpack = fields[i].unpack;
    for (guint c = 0; c < format->n_components; c++)
      describe[fields[i].rows](&format->component[c], finfo, c,
          format->sample_bytes);
    return TRUE;
  }
  return FALSE;
}

/* The flags of AV12 lack alpha before GStreamer 1.24, though it has a plane of
 * it. */
static gboolean
has_alpha (const GstVideoFormatInfo *finfo)
{
  if (finfo->format == GST_VIDEO_FORMAT_AV12)
    return TRUE;
  return GST_VIDEO_FORMAT_INFO_HAS_ALPHA (finfo) != 0;
}

static void
init_format (ImFormat *format, const GstVideoFormatInfo *finfo, gint width)
{
  guint bytes = sample_bytes_in_place (finfo), n_colours;

  format->model = GST_VIDEO_FORMAT_INFO_IS_GRAY (finfo) ? IM_MODEL_GRAY
      : GST_VIDEO_FORMAT_INFO_IS_RGB (finfo)            ? IM_MODEL_RGB
                                                        : IM_MODEL_YCBCR;
  format->has_alpha = has_alpha (finfo);
  n_colours = format->model == IM_MODEL_GRAY ? 1 : 3;
  format->n_components = n_colours + format->has_alpha;
  if (init_words (format, finfo, width))
    return;
  if (init_fields (format, finfo, width))
    return;
  if (bytes > 0) {
    format->sample_bytes = bytes;
    format->big_endian = bytes == 2 && !GST_VIDEO_FORMAT_INFO_IS_LE (finfo);
  } else {
    const GstVideoFormatInfo *unpacked =
        gst_video_format_get_info (finfo->unpack_format);

    format->sample_bytes = unpacked->depth[0] > 8 ? 2 : 1;
    format->unpack = format->sample_bytes == 2 ? unpack_words : unpack_bytes;
    format->unpacks_whole_rows = true;
    /* GStreamer unpacks to words of the machine's own order. */
    format->big_endian = format->sample_bytes == 2
        && G_BYTE_ORDER == G_BIG_ENDIAN;
  }
  for (guint i = 0; i < format->n_components; i++) {
    guint c = i < n_colours ? i : 3;

    if (bytes > 0)
      component_in_place (&format->component[i], finfo, c, bytes);
    else
      component_unpacked (&format->component[i], finfo, c,
          format->sample_bytes);
  }
}

gsize
gst_im_bytes_format_overrun (GstVideoFormat format, gint width)
{
  if (width % 2 == 0)
    return 0;
  switch (format) {
    case GST_VIDEO_FORMAT_UYVP:
    case GST_VIDEO_FORMAT_NV12_10LE32:
    case GST_VIDEO_FORMAT_NV16_10LE32:
    case GST_VIDEO_FORMAT_NV12_10LE40:
      return 16;
#if GST_CHECK_VERSION(1, 22, 0)
    case GST_VIDEO_FORMAT_NV12_10BE_8L128:
      /* The tile behind the last one: it has 128 rows of 8 bytes. */
      return 1024 + 16;
#endif
    default:
      return 0;
  }
}

static ImMatrix
matrix_of (GstVideoColorMatrix matrix)
{
  switch (matrix) {
    case GST_VIDEO_COLOR_MATRIX_BT709:
      return IM_MATRIX_BT709;
    case GST_VIDEO_COLOR_MATRIX_BT2020:
      return IM_MATRIX_BT2020;
    case GST_VIDEO_COLOR_MATRIX_SMPTE240M:
      return IM_MATRIX_SMPTE240M;
    case GST_VIDEO_COLOR_MATRIX_FCC:
      return IM_MATRIX_FCC;
    default:
      return IM_MATRIX_BT601;
  }
}

static ImTransfer
transfer_of (GstVideoTransferFunction transfer)
{
  switch (transfer) {
    case GST_VIDEO_TRANSFER_GAMMA10:
      return IM_TRANSFER_LINEAR;
    case GST_VIDEO_TRANSFER_GAMMA18:
      return IM_TRANSFER_GAMMA18;
    case GST_VIDEO_TRANSFER_GAMMA20:
      return IM_TRANSFER_GAMMA20;
    case GST_VIDEO_TRANSFER_LOG100:
      return IM_TRANSFER_LOG100;
    case GST_VIDEO_TRANSFER_LOG316:
      return IM_TRANSFER_LOG316;
    case GST_VIDEO_TRANSFER_ADOBERGB:
      return IM_TRANSFER_ADOBE_RGB;
    case GST_VIDEO_TRANSFER_SMPTE2084:
      return IM_TRANSFER_PQ;
    case GST_VIDEO_TRANSFER_ARIB_STD_B67:
      return IM_TRANSFER_HLG;
    default:
      return IM_TRANSFER_SDR;
  }
}

static ImPrimaries
primaries_of (GstVideoColorPrimaries primaries)
{
  switch (primaries) {
    case GST_VIDEO_COLOR_PRIMARIES_BT2020:
      return IM_PRIMARIES_BT2020;
    case GST_VIDEO_COLOR_PRIMARIES_ADOBERGB:
      return IM_PRIMARIES_ADOBE_RGB;
    case GST_VIDEO_COLOR_PRIMARIES_SMPTERP431:
      return IM_PRIMARIES_DCI_P3;
    case GST_VIDEO_COLOR_PRIMARIES_SMPTEEG432:
      return IM_PRIMARIES_DISPLAY_P3;
    case GST_VIDEO_COLOR_PRIMARIES_FILM:
      return IM_PRIMARIES_FILM;
    default:
      return IM_PRIMARIES_BT709;
  }
}

/* What caps leave open is what GStreamer assumes for frames of that format and
 * size. */
static void
init_colour (ImColour *colour, const GstVideoInfo *info)
{
  GstVideoColorimetry wanted = info->colorimetry;
  GstVideoChromaSite site = info->chroma_site;
  GstVideoInfo usual;

  gst_video_info_set_format (&usual, GST_VIDEO_INFO_FORMAT (info),
      GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info));
  if (wanted.matrix == GST_VIDEO_COLOR_MATRIX_UNKNOWN)
    wanted.matrix = usual.colorimetry.matrix;
  if (wanted.range == GST_VIDEO_COLOR_RANGE_UNKNOWN)
    wanted.range = usual.colorimetry.range;
  if (site == GST_VIDEO_CHROMA_SITE_UNKNOWN)
    site = usual.chroma_site;

  colour->matrix = matrix_of (wanted.matrix);
  colour->range = wanted.range == GST_VIDEO_COLOR_RANGE_0_255
      ? IM_RANGE_FULL
      : IM_RANGE_LIMITED;
  colour->transfer = transfer_of (wanted.transfer);
  colour->primaries = primaries_of (wanted.primaries);
  colour->h_cosited = (site & GST_VIDEO_CHROMA_SITE_H_COSITED) != 0;
  colour->v_cosited = (site & GST_VIDEO_CHROMA_SITE_V_COSITED) != 0;
}

void
gst_im_bytes_take_chroma_site (GstVideoInfo *info, const GstCaps *caps)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  const gchar *site = gst_structure_get_string (structure, "chroma-site");

  if (site != NULL)
    info->chroma_site = gst_video_chroma_site_from_string (site);
}

void
gst_im_bytes_image_info_init (ImImageInfo *image, const GstVideoInfo *info)
{
  /* Whole, with padding, so that equal infos are equal bytes too. */
  memset (image, 0, sizeof (*image));
  init_format (&image->format, info->finfo, GST_VIDEO_INFO_WIDTH (info));
  init_colour (&image->colour, info);
  image->width = GST_VIDEO_INFO_WIDTH (info);
  image->height = GST_VIDEO_INFO_HEIGHT (info);
  image->par_n = MAX (GST_VIDEO_INFO_PAR_N (info), 1);
  image->par_d = MAX (GST_VIDEO_INFO_PAR_D (info), 1);
  image->interlaced = GST_VIDEO_INFO_INTERLACE_MODE (info)
      == GST_VIDEO_INTERLACE_MODE_INTERLEAVED;
}
