/* imbytes tests: the whole way of a frame, slow and plain.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "reference.h"

#include <math.h>
#include <string.h>

#include "reference_parts.h"

/* What a frame is on its way to a file. */
typedef struct
{
  const RefFrame *frame;
  const RefRequest *request;
  RefGeometry geometry;
  Parts parts;
  RefPicture *picture;
  gdouble background[3]; /* sRGB, 0..1 */
} Way;

static RefPlane
resample (const Way *way, gint c, gint w_shift, gint h_shift, gint *widest)
{
  return ref_resample (&way->parts.plane[c], &way->parts.grid[c],
      &way->geometry, way->request, w_shift, h_shift, widest);
}

/* All components, as finely as luma. Where samples are only picked, colours are
 * left as they are; else they are weighed by alpha. */
static void
resample_pixels (Way *way, RefPlane out[4], gboolean *weighed)
{
  Parts *parts = &way->parts;
  gint widest = 1;

  *weighed = FALSE;
  for (gint c = 0; c < 4; c++)
    if (parts_have (parts, c))
      out[c] = resample (way, c, 0, 0, &widest);
  if (!parts->has_alpha || widest == 1)
    return;
  *weighed = TRUE;
  for (gint c = 0; c < parts->n_colours; c++) {
    static const gdouble nothing[3] = { 0, 0, 0 };
    RefPlane alpha = parts_alpha_for (parts, c), share;

    share = ref_resample (&alpha, &parts->grid[c], &way->geometry, way->request,
        0, 0, &widest);
    g_free (out[c].value);
    g_free (alpha.value);
    if (c == 0)
      parts_lay_upon (parts, nothing);
    out[c] = resample (way, c, 0, 0, &widest);
    for (gint i = 0; i < share.width * share.height; i++)
      out[c].value[i] = share.value[i] > 1e-5 ? out[c].value[i] / share.value[i]
                                              : 0;
    g_free (share.value);
  }
}

/* @rgb: what was resampled -> sRGB. */
static void
finish_pixel (const Way *way, gdouble rgb[3])
{
  const Parts *parts = &way->parts;

  if (parts->is_yuv) {
    gdouble ycbcr[3] = { rgb[0], rgb[1], rgb[2] };

    ref_rgb_from_ycbcr (ycbcr, way->frame->colorimetry.matrix, rgb);
  } else if (!parts->is_rgb) {
    rgb[1] = rgb[2] = rgb[0];
  }
  if (ref_needs_light (way->frame))
    ref_light (rgb, &way->frame->colorimetry);
}

static gdouble *
file_sample (const RefPicture *picture, gint plane, gint x, gint y)
{
  return &picture->plane[plane][(gsize) y * picture->plane_width[plane] + x];
}

static void
open_picture (Way *way, gint n_planes, gint w_shift, gint h_shift)
{
  RefPicture *picture = way->picture;

  picture->width = way->geometry.width;
  picture->height = way->geometry.height;
  picture->n_planes = n_planes;
  picture->w_shift = w_shift;
  picture->h_shift = h_shift;
  picture->most = (1 << picture->bits) - 1;
  for (gint p = 0; p < n_planes; p++) {
    gboolean chroma = p == 1 || p == 2;
    gint w = chroma ? w_shift : 0, h = chroma ? h_shift : 0;

    picture->plane_width[p] = (picture->width + (1 << w) - 1) >> w;
    picture->plane_height[p] = (picture->height + (1 << h) - 1) >> h;
    picture->plane[p] = g_new0 (gdouble,
        (gsize) picture->plane_width[p] * (gsize) picture->plane_height[p]);
  }
}

/* The whole canvas, @value for each plane, 0..1 (chroma around 0.5). */
static void
paint (const RefPicture *picture, const gdouble value[4])
{
  for (gint p = 0; p < picture->n_planes; p++)
    for (gint i = 0; i < picture->plane_width[p] * picture->plane_height[p];
         i++)
      picture->plane[p][i] = floor (value[p] * picture->most + 0.5);
}

static gdouble
stored (const RefPicture *picture, gdouble value)
{
  return CLAMP (value, 0, 1) * picture->most;
}

/* Chroma of JFIF: 128 is none. */
static gdouble
stored_chroma (gdouble value)
{
  return CLAMP (value * 255 + 128, 0, 255);
}

static void
make_png (Way *way)
{
  const Parts *parts = &way->parts;
  const RefRect *rect = &way->geometry.picture;
  RefPicture *picture = way->picture;
  guint32 background = way->request->background;
  gint n_colours = parts->n_colours, alpha;
  gboolean borders = rect->width < way->geometry.width
      || rect->height < way->geometry.height;
  RefPlane pixels[4] = { { 0 } };
  gdouble border[4];

  picture->bits = way->request->bit_depth;
  if (picture->bits == 0)
    picture->bits = !parts->is_yuv && way->frame->finfo->depth[0] == 16 ? 16
                                                                        : 8;
  picture->has_alpha = parts->has_alpha || (borders && background >> 24 < 0xff);
  open_picture (way, n_colours + picture->has_alpha, 0, 0);
  alpha = picture->has_alpha ? n_colours : -1;

  memcpy (border, way->background, sizeof (way->background));
  if (n_colours == 1) {
    gdouble ycbcr[3];

    ref_ycbcr_from_rgb (way->background, GST_VIDEO_COLOR_MATRIX_BT601, ycbcr);
    /* 8 bits in any case: those of the property. */
    border[0] = floor (ycbcr[0] * 255 + 0.5) / 255;
  }
  if (alpha >= 0)
    border[alpha] = (background >> 24) / 255.0;
  paint (picture, border);

  resample_pixels (way, pixels, &picture->weighed);
  for (gint y = 0; y < rect->height; y++)
    for (gint x = 0; x < rect->width; x++) {
      gint at = y * rect->width + x;
      gdouble rgb[3] = { pixels[0].value[at], 0, 0 };

      for (gint c = 1; c < n_colours; c++)
        rgb[c] = pixels[c].value[at];
      finish_pixel (way, rgb);
      for (gint c = 0; c < n_colours; c++)
        *file_sample (picture, c, rect->x + x, rect->y + y) =
            stored (picture, rgb[c]);
      if (alpha >= 0)
        *file_sample (picture, alpha, rect->x + x, rect->y + y) =
            stored (picture, parts->has_alpha ? pixels[3].value[at] : 1);
    }
  for (gint c = 0; c < 4; c++)
    g_free (pixels[c].value);
}

/* The input's own subsampling, or the nearest to it that JPEG files have here. */
static RefSubsampling
own_subsampling (const Way *way)
{
  const RefGrid *chroma = &way->parts.grid[1];
  const RefSpan *lines = &way->geometry.down;
  const RefRect *picture = &way->geometry.picture;
  gboolean turned = way->geometry.transpose;
  gint across = turned ? chroma->h_shift : chroma->w_shift;
  gint down = turned ? chroma->w_shift : chroma->h_shift;

  if (way->parts.n_colours == 1)
    return REF_GRAY;
  /* Lines that stay what they are keep the chroma of their own field. */
  if (way->frame->always && chroma->fields
      && lines->size == (turned ? picture->width : picture->height)
      && lines->begin == floor (lines->begin))
    return turned ? REF_444 : REF_422;
  if (way->parts.is_rgb || down > 0)
    return REF_420;
  return across > 0 ? REF_422 : REF_444;
}

/* Y'CbCr stays Y'CbCr, at the file's own subsampling: luma takes the chroma of
 * the sample that it lies under. */
static void
jpeg_from_ycbcr (Way *way)
{
  const RefRect *rect = &way->geometry.picture;
  RefPicture *picture = way->picture;
  GstVideoColorMatrix matrix = way->frame->colorimetry.matrix;
  gint w_shift = picture->w_shift, h_shift = picture->h_shift, widest = 1;
  gint first_x = rect->x >> w_shift, first_y = rect->y >> h_shift;
  RefPlane in[3] = { { 0 } };

  for (gint c = 0; c < picture->n_planes; c++)
    in[c] =
        resample (way, c, c > 0 ? w_shift : 0, c > 0 ? h_shift : 0, &widest);
  for (gint p = 0; p < picture->n_planes; p++)
    for (gint y = 0; y < in[p].height; y++)
      for (gint x = 0; x < in[p].width; x++) {
        gdouble own = in[p].value[y * in[p].width + x];
        gdouble ycbcr[3] = { own, 0, 0 }, rgb[3];

        if (picture->n_planes == 1) {
          *file_sample (picture, 0, rect->x + x, rect->y + y) =
              stored (picture, own);
          continue;
        }
        for (gint c = 1; c < 3; c++) {
          gint k = p > 0 ? x : ((rect->x + x) >> w_shift) - first_x;
          gint row = p > 0 ? y : ((rect->y + y) >> h_shift) - first_y;

          ycbcr[c] = in[c].value[row * in[c].width + k];
        }
        ref_rgb_from_ycbcr (ycbcr, matrix, rgb);
        ref_ycbcr_from_rgb (rgb, GST_VIDEO_COLOR_MATRIX_BT601, ycbcr);
        if (p == 0)
          *file_sample (picture, 0, rect->x + x, rect->y + y) =
              stored (picture, ycbcr[0]);
        else
          *file_sample (picture, p, first_x + x, first_y + y) =
              stored_chroma (ycbcr[p]);
      }
  for (gint c = 0; c < 3; c++)
    g_free (in[c].value);
}

/* The picture's pixels alone under the sample of chroma at @x, @y. */
static void
mean_pixel (const Way *way, const RefPlane pixels[3], gint x, gint y,
    gdouble mean[3])
{
  const RefRect *rect = &way->geometry.picture;
  gint n = 0;

  memset (mean, 0, 3 * sizeof (*mean));
  for (gint j = y << way->picture->h_shift;
       j < (y + 1) << way->picture->h_shift; j++)
    for (gint i = x << way->picture->w_shift;
         i < (x + 1) << way->picture->w_shift; i++) {
      if (i < rect->x || j < rect->y || i >= rect->x + rect->width
          || j >= rect->y + rect->height)
        continue;
      n++;
      for (gint c = 0; c < 3; c++)
        mean[c] += pixels[c].value[(j - rect->y) * rect->width + (i - rect->x)];
    }
  for (gint c = 0; c < 3; c++)
    mean[c] /= n;
}

static void
jpeg_from_pixels (Way *way, const RefPlane pixels[3])
{
  const RefRect *rect = &way->geometry.picture;
  RefPicture *picture = way->picture;

  for (gint p = 0; p < picture->n_planes; p++) {
    gint w_shift = p > 0 ? picture->w_shift : 0;
    gint h_shift = p > 0 ? picture->h_shift : 0;

    for (gint y = rect->y >> h_shift;
         y <= (rect->y + rect->height - 1) >> h_shift; y++)
      for (gint x = rect->x >> w_shift;
           x <= (rect->x + rect->width - 1) >> w_shift; x++) {
        gdouble rgb[3], ycbcr[3];

        if (p > 0)
          mean_pixel (way, pixels, x, y, rgb);
        else
          for (gint c = 0; c < 3; c++)
            rgb[c] =
                pixels[c].value[(y - rect->y) * rect->width + (x - rect->x)];
        ref_ycbcr_from_rgb (rgb, GST_VIDEO_COLOR_MATRIX_BT601, ycbcr);
        *file_sample (picture, p, x, y) = p > 0 ? stored_chroma (ycbcr[p])
                                                : stored (picture, ycbcr[0]);
      }
  }
}

/* By way of R'G'B': whole pixels, finished, and then laid upon the background
 * where light keeps that from being done first. */
static void
jpeg_from_rgb (Way *way)
{
  Parts *parts = &way->parts;
  gint n = way->geometry.picture.width * way->geometry.picture.height;
  RefPlane pixels[4] = { { 0 } };
  gboolean weighed;

  resample_pixels (way, pixels, &weighed);
  for (gint c = parts->n_colours; c < 3; c++)
    pixels[c].value = g_new0 (gdouble, n);
  for (gint i = 0; i < n; i++) {
    gdouble rgb[3] = { pixels[0].value[i], pixels[1].value[i],
      pixels[2].value[i] };
    gdouble alpha = parts->has_alpha ? pixels[3].value[i] : 1;

    /* Overshoot leaves less than nothing, which has no colour. */
    if (weighed && alpha <= 1e-5)
      rgb[0] = rgb[1] = rgb[2] = 0;
    finish_pixel (way, rgb);
    for (gint c = 0; c < 3; c++)
      pixels[c].value[i] = rgb[c] * alpha + way->background[c] * (1 - alpha);
  }
  jpeg_from_pixels (way, pixels);
  for (gint c = 0; c < 4; c++)
    g_free (pixels[c].value);
}

static void
make_jpeg (Way *way)
{
  RefSubsampling subsampling = way->request->subsampling;
  Parts *parts = &way->parts;
  gdouble ycbcr[4], behind[3];

  if (subsampling == REF_AUTO)
    subsampling = own_subsampling (way);
  way->picture->bits = 8;
  open_picture (way, subsampling == REF_GRAY ? 1 : 3,
      subsampling == REF_420 || subsampling == REF_422, subsampling == REF_420);
  ref_ycbcr_from_rgb (way->background, GST_VIDEO_COLOR_MATRIX_BT601, ycbcr);
  behind[0] = ycbcr[0];
  ycbcr[1] += 128.0 / 255;
  ycbcr[2] += 128.0 / 255;
  paint (way->picture, ycbcr);

  if (ref_needs_light (way->frame)) {
    jpeg_from_rgb (way);
    return;
  }
  /* Flattening commutes with resampling and with matrices. */
  if (!parts->is_yuv) {
    if (parts->has_alpha)
      parts_lay_upon (parts, way->background);
    parts->has_alpha = FALSE;
    jpeg_from_rgb (way);
    return;
  }
  /* Gray is the luma that there is; its background is that of the borders. */
  if (subsampling != REF_GRAY)
    ref_ycbcr_from_rgb (way->background, way->frame->colorimetry.matrix,
        behind);
  else
    behind[1] = behind[2] = 0;
  if (parts->has_alpha)
    parts_lay_upon (parts, behind);
  jpeg_from_ycbcr (way);
}

gboolean
ref_make (RefPicture *picture, const RefFrame *frame, const RefRequest *request)
{
  Way way = { .frame = frame, .request = request };

  *picture = (RefPicture){ 0 };
  if (!ref_geometry (&way.geometry, frame, request))
    return FALSE;
  way.picture = picture;
  for (gint c = 0; c < 3; c++)
    way.background[c] = (request->background >> (16 - 8 * c) & 0xff) / 255.0;
  parts_take (&way.parts, frame);
  if (request->codec == REF_PNG)
    make_png (&way);
  else
    make_jpeg (&way);
  parts_clear (&way.parts);
  return TRUE;
}

void
ref_clear (RefPicture *picture)
{
  for (gint p = 0; p < 4; p++)
    g_free (picture->plane[p]);
  *picture = (RefPicture){ 0 };
}
