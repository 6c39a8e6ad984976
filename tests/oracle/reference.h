/* imbytes tests: what an image has to look like, in double precision.
 *
 * Slow and plain, and written from docs/reference.md and from the standards that
 * it names. Nothing of gst/core is included or linked; of GStreamer, only the
 * formats' own unpack functions are used.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

typedef enum
{
  REF_JPEG,
  REF_PNG
} RefCodec;

/* The values of the element's enums. */
typedef enum
{
  REF_FILL,
  REF_CONTAIN,
  REF_COVER,
  REF_INSIDE
} RefFit;

typedef enum
{
  REF_NEAREST,
  REF_BILINEAR,
  REF_BICUBIC,
  REF_AREA,
  REF_LANCZOS,
  REF_SPLINE36
} RefMethod;

typedef enum
{
  REF_AUTO,
  REF_420,
  REF_422,
  REF_444,
  REF_GRAY
} RefSubsampling;

typedef struct
{
  gint x, y, width, height;
} RefRect;

/* A frame in memory, and what its caps say. Unpack functions read a few bytes
 * beyond a frame: there have to be 64 behind each plane. */
typedef struct
{
  const GstVideoFormatInfo *finfo;
  gint width, height; /* of the frame in memory, luma samples */
  const guint8 *data[GST_VIDEO_MAX_PLANES];
  gint stride[GST_VIDEO_MAX_PLANES];
  GstVideoColorimetry colorimetry; /* nothing unknown */
  GstVideoChromaSite site;
  gboolean interlaced; /* chroma rows of 4:2:0 alternate between the fields */
  gboolean always;     /* those of all frames of the stream */
  gint par_n, par_d;
  RefRect crop; /* the whole frame where there is none */
} RefFrame;

typedef struct
{
  RefCodec codec;
  gint width, height; /* 0: not asked for */
  RefFit fit;
  gboolean enlarge, square_pixels;
  guint32 background; /* 0xAARRGGBB */
  RefMethod method;
  GstVideoOrientationMethod direction;
  RefSubsampling subsampling; /* JPEG */
  gint bit_depth;             /* PNG: 0 (auto), 8, 16 */
  /* Added to where each output sample lies in the source, across and down in the
   * frame. Boxes, and the sample that is nearest, jump where a sample lies just on
   * an edge; there, what is right for a little more and what is right for a little
   * less are both right. */
  gdouble nudge_across, nudge_down;
} RefRequest;

/* The file's samples, unrounded, within 0 and @most. */
typedef struct
{
  gint width, height;
  gint n_planes; /* gray, R'G'B' or Y'CbCr, then alpha */
  gboolean has_alpha;
  /* Colours were weighed by alpha: the less of it, the less they say. */
  gboolean weighed;
  gint w_shift, h_shift; /* log2 of the subsampling of planes 1 and 2 */
  gint bits;
  gdouble most; /* 255 or 65535 */
  gint plane_width[4], plane_height[4];
  gdouble *plane[4];
} RefPicture;

/* What counts as alpha: see docs/reference.md, Input. */
gboolean ref_has_alpha (const GstVideoFormatInfo *finfo);
/* Transfer function or primaries have to be converted. */
gboolean ref_needs_light (const RefFrame *frame);
/* FALSE where nothing of the frame is left to be shown. */
gboolean ref_make (RefPicture *picture, const RefFrame *frame,
    const RefRequest *request);
void ref_clear (RefPicture *picture);

/* reference_geometry.c */
typedef struct
{
  gdouble begin, size; /* of the source, luma samples */
  gint crop, crop_size;
} RefSpan;

typedef struct
{
  gint width, height;   /* canvas */
  RefRect picture;      /* within it */
  RefSpan across, down; /* of the frame in memory */
  gboolean transpose, flip_x, flip_y;
} RefGeometry;

gboolean ref_geometry (RefGeometry *geometry, const RefFrame *frame,
    const RefRequest *request);

/* reference_resample.c */
typedef struct
{
  gint width, height;
  gdouble *value;
} RefPlane;

/* How the samples of a component lie: log2 of its subsampling, and sites. */
typedef struct
{
  gint w_shift, h_shift;
  gboolean h_cosited, v_cosited;
  gboolean fields;
} RefGrid;

/* The picture at the resolution of the file's component, which has the
 * subsampling @out_w_shift, @out_h_shift. @widest: raised to the largest number
 * of samples that one sample is made of. */
RefPlane ref_resample (const RefPlane *source, const RefGrid *grid,
    const RefGeometry *geometry, const RefRequest *request, gint out_w_shift,
    gint out_h_shift, gint *widest);

/* reference_colour.c */
void ref_kr_kb (GstVideoColorMatrix matrix, gdouble *kr, gdouble *kb);
void ref_rgb_from_ycbcr (const gdouble ycbcr[3], GstVideoColorMatrix matrix,
    gdouble rgb[3]);
void ref_ycbcr_from_rgb (const gdouble rgb[3], GstVideoColorMatrix matrix,
    gdouble ycbcr[3]);
/* R'G'B' as @colorimetry has them -> sRGB, in place. */
void ref_light (gdouble rgb[3], const GstVideoColorimetry *colorimetry);
gboolean ref_transfer_is_plain (GstVideoTransferFunction transfer);
gboolean ref_primaries_are_plain (GstVideoColorPrimaries primaries);

G_END_DECLS
