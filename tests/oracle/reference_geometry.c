/* imbytes tests: which part of a frame is shown, and how large; docs/reference.md,
 * Size and Direction.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>

#include "reference.h"

/* A size that need not be whole: n / d. */
typedef struct
{
  gint64 n, d;
} Ratio;

static gint
rounded (Ratio size)
{
  return (gint) MAX ((2 * size.n + size.d) / (2 * size.d), 1);
}

static gdouble
value (Ratio ratio)
{
  return (gdouble) ratio.n / (gdouble) ratio.d;
}

static Ratio
times (Ratio a, Ratio b)
{
  return (Ratio){ a.n * b.n, a.d * b.d };
}

/* How often @size goes into @wanted. */
static Ratio
scale_to (gint wanted, Ratio size)
{
  return (Ratio){ wanted * size.d, size.n };
}

static gboolean
is_less (Ratio a, Ratio b)
{
  return a.n * b.d < b.n * a.d;
}

static gboolean
clip_crop (RefGeometry *geometry, const RefFrame *frame)
{
  gint left = MAX (frame->crop.x, 0), top = MAX (frame->crop.y, 0);
  gint right = MIN (frame->crop.x + frame->crop.width, frame->width);
  gint bottom = MIN (frame->crop.y + frame->crop.height, frame->height);

  if (right <= left || bottom <= top)
    return FALSE;
  geometry->across = (RefSpan){ left, right - left, left, right - left };
  geometry->down = (RefSpan){ top, bottom - top, top, bottom - top };
  return TRUE;
}

static void
orient (RefGeometry *geometry, GstVideoOrientationMethod direction)
{
  switch (direction) {
    case GST_VIDEO_ORIENTATION_90R:
      geometry->transpose = geometry->flip_x = TRUE;
      break;
    case GST_VIDEO_ORIENTATION_180:
      geometry->flip_x = geometry->flip_y = TRUE;
      break;
    case GST_VIDEO_ORIENTATION_90L:
      geometry->transpose = geometry->flip_y = TRUE;
      break;
    case GST_VIDEO_ORIENTATION_HORIZ:
      geometry->flip_x = TRUE;
      break;
    case GST_VIDEO_ORIENTATION_VERT:
      geometry->flip_y = TRUE;
      break;
    case GST_VIDEO_ORIENTATION_UL_LR:
      geometry->transpose = TRUE;
      break;
    case GST_VIDEO_ORIENTATION_UR_LL:
      geometry->transpose = geometry->flip_x = geometry->flip_y = TRUE;
      break;
    default:
      break;
  }
}

/* Takes what is over off both ends of @span, which has to show @shown, in image
 * pixels at @scale, of @whole. */
static void
cut (RefSpan *span, gint shown, Ratio scale, Ratio whole)
{
  gdouble part = shown / value (scale) / value (whole);

  if (part < 1) {
    span->begin += span->size * (1 - part) / 2;
    span->size *= part;
  }
}

static void
fit_both (RefGeometry *geometry, const RefRequest *request, Ratio width,
    Ratio height)
{
  Ratio across = scale_to (request->width, width);
  Ratio down = scale_to (request->height, height);
  gboolean cover = request->fit == REF_COVER;
  Ratio scale = is_less (across, down) == cover ? down : across;
  gint w, h;

  if (!request->enlarge && scale.n > scale.d)
    scale = (Ratio){ 1, 1 };
  w = MIN (rounded (times (width, scale)), request->width);
  h = MIN (rounded (times (height, scale)), request->height);
  geometry->width = request->width;
  geometry->height = request->height;
  if (request->fit == REF_CONTAIN) {
    geometry->picture =
        (RefRect){ (request->width - w) / 2, (request->height - h) / 2, w, h };
    return;
  }
  if (request->fit == REF_FILL && !request->enlarge) {
    geometry->width = MIN (request->width, rounded (width));
    geometry->height = MIN (request->height, rounded (height));
  } else if (request->fit != REF_FILL) {
    geometry->width = w;
    geometry->height = h;
  }
  if (cover) {
    cut (geometry->transpose ? &geometry->down : &geometry->across,
        geometry->width, scale, width);
    cut (geometry->transpose ? &geometry->across : &geometry->down,
        geometry->height, scale, height);
  }
  geometry->picture = (RefRect){ 0, 0, geometry->width, geometry->height };
}

gboolean
ref_geometry (RefGeometry *geometry, const RefFrame *frame,
    const RefRequest *request)
{
  Ratio width, height;

  *geometry = (RefGeometry){ 0 };
  if (!clip_crop (geometry, frame))
    return FALSE;
  orient (geometry, request->direction);
  width = (Ratio){ geometry->across.crop_size, 1 };
  height = (Ratio){ geometry->down.crop_size, 1 };
  /* Pixels that are not square are wider or narrower, never taller. */
  if (request->square_pixels)
    width = times (width, (Ratio){ frame->par_n, frame->par_d });
  if (geometry->transpose) {
    Ratio other = width;

    width = height;
    height = other;
  }
  if (request->width > 0 && request->height > 0) {
    fit_both (geometry, request, width, height);
    return TRUE;
  }
  geometry->width = rounded (width);
  geometry->height = rounded (height);
  if (request->width > 0) {
    Ratio scale = scale_to (request->width, width);

    if (request->enlarge || scale.n < scale.d) {
      geometry->width = request->width;
      geometry->height = rounded (times (height, scale));
    }
  } else if (request->height > 0) {
    Ratio scale = scale_to (request->height, height);

    if (request->enlarge || scale.n < scale.d) {
      geometry->height = request->height;
      geometry->width = rounded (times (width, scale));
    }
  }
  geometry->picture = (RefRect){ 0, 0, geometry->width, geometry->height };
  return TRUE;
}
