/* imbytes: how large the image is, and what part of the frame it shows.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "plan_size.h"

#include <limits.h>
#include <math.h>

/* libjpeg's own limit, a little below the 65535 of ITU-T T.81. */
#define JPEG_MAX_SIZE 65500
/* What libpng accepts unless it is told otherwise: larger files are written for
 * nobody. */
#define PNG_MAX_SIZE 1000000

int
im_plan_max_size (ImCodecId codec)
{
  return codec == IM_CODEC_PNG ? PNG_MAX_SIZE : JPEG_MAX_SIZE;
}

/* Halves go up: those too that came out of ratios, a little below. */
static int
round_size (double size)
{
  size *= 1.0 + 1e-12;
  if (size < 1.0)
    return 1;
  return size > INT_MAX ? INT_MAX : (int) floor (size + 0.5);
}

static int64_t
greatest_common_divisor (int64_t a, int64_t b)
{
  while (b != 0) {
    int64_t rest = a % b;

    a = b;
    b = rest;
  }
  return a;
}

static void
multiply_ratio (int64_t *n, int64_t *d, int64_t by_n, int64_t by_d)
{
  int64_t g = greatest_common_divisor (by_n, by_d);

  by_n /= g;
  by_d /= g;
  g = greatest_common_divisor (*n, by_d);
  *n /= g;
  by_d /= g;
  g = greatest_common_divisor (*d, by_n);
  *d /= g;
  by_n /= g;
  *n *= by_n;
  *d *= by_d;
  while (*n > INT_MAX || *d > INT_MAX) {
    *n = (*n + 1) / 2;
    *d = (*d + 1) / 2;
  }
}

static bool
plan_crop (ImPlan *plan, const ImRequest *request, ImError *error)
{
  ImRect crop = request->crop;
  int64_t right, bottom;

  if (crop.width == 0 && crop.height == 0)
    crop = (ImRect){ 0, 0, plan->input.width, plan->input.height };
  right = (int64_t) crop.x + crop.width;
  bottom = (int64_t) crop.y + crop.height;
  if (crop.x < 0)
    crop.x = 0;
  if (crop.y < 0)
    crop.y = 0;
  if (right > plan->input.width)
    right = plan->input.width;
  if (bottom > plan->input.height)
    bottom = plan->input.height;
  if (right <= crop.x || bottom <= crop.y)
    return im_error_set (error, IM_ERROR_INVALID,
        "The crop %dx%d at %d,%d lies outside the %dx%d frame.",
        request->crop.width, request->crop.height, request->crop.x,
        request->crop.y, plan->input.width, plan->input.height);
  crop.width = (int) (right - crop.x);
  crop.height = (int) (bottom - crop.y);
  plan->crop = crop;
  plan->src_x = crop.x;
  plan->src_y = crop.y;
  plan->src_width = crop.width;
  plan->src_height = crop.height;
  return true;
}

static void
cut_evenly (double *begin, double *size, double shown)
{
  if (shown >= *size)
    return;
  *begin += (*size - shown) / 2;
  *size = shown;
}

/* The picture covers the canvas, and what does not fit is cut off evenly. Nothing
 * is divided and multiplied again that need not be: of a scale of 1, samples have to
 * come out where they are, or just between two. */
static void
plan_cover (ImPlan *plan, double width, double height, double scale)
{
  bool transpose = plan->orientation.transpose;
  double *across = transpose ? &plan->src_height : &plan->src_width;
  double *down = transpose ? &plan->src_width : &plan->src_height;

  cut_evenly (transpose ? &plan->src_y : &plan->src_x, across,
      plan->width / scale * (*across / width));
  cut_evenly (transpose ? &plan->src_x : &plan->src_y, down,
      plan->height / scale * (*down / height));
}

static int
smaller (int a, int b)
{
  return a < b ? a : b;
}

/* Both sizes were asked for. @width and @height are those of the picture as it
 * is to be seen. */
static void
plan_fit (ImPlan *plan, const ImRequest *request, double width, double height)
{
  double scale_x = request->width / width, scale_y = request->height / height;
  double scale = request->fit == IM_FIT_COVER ? fmax (scale_x, scale_y)
                                              : fmin (scale_x, scale_y);
  int fitted_width, fitted_height;

  if (!request->enlarge)
    scale = fmin (scale, 1.0);
  fitted_width = round_size (width * scale);
  fitted_height = round_size (height * scale);
  plan->width = request->width;
  plan->height = request->height;

  switch (request->fit) {
    case IM_FIT_FILL:
      if (!request->enlarge) {
        plan->width = smaller (plan->width, round_size (width));
        plan->height = smaller (plan->height, round_size (height));
      }
      break;
    case IM_FIT_COVER:
      plan->width = smaller (plan->width, fitted_width);
      plan->height = smaller (plan->height, fitted_height);
      plan_cover (plan, width, height, scale);
      break;
    case IM_FIT_INSIDE:
      plan->width = smaller (plan->width, fitted_width);
      plan->height = smaller (plan->height, fitted_height);
      break;
    case IM_FIT_CONTAIN:
      fitted_width = smaller (plan->width, fitted_width);
      fitted_height = smaller (plan->height, fitted_height);
      plan->picture = (ImRect){ (plan->width - fitted_width) / 2,
        (plan->height - fitted_height) / 2, fitted_width, fitted_height };
      return;
  }
  plan->picture = (ImRect){ 0, 0, plan->width, plan->height };
}

static void
plan_canvas (ImPlan *plan, const ImRequest *request)
{
  const ImImageInfo *input = &plan->input;
  double width = plan->crop.width, height = plan->crop.height;

  if (request->square_pixels)
    width = width * input->par_n / input->par_d;
  if (plan->orientation.transpose) {
    double across = width;

    width = height;
    height = across;
  }

  if (request->width > 0 && request->height > 0) {
    plan_fit (plan, request, width, height);
    return;
  }
  plan->width = round_size (width);
  plan->height = round_size (height);
  if (request->width > 0 && (request->enlarge || request->width < width)) {
    plan->width = request->width;
    plan->height = round_size (request->width * height / width);
  } else if (request->height > 0
      && (request->enlarge || request->height < height)) {
    plan->height = request->height;
    plan->width = round_size (request->height * width / height);
  }
  plan->picture = (ImRect){ 0, 0, plan->width, plan->height };
}

static void
plan_pixel_aspect (ImPlan *plan, const ImRequest *request)
{
  const ImImageInfo *input = &plan->input;
  bool transpose = plan->orientation.transpose;
  int64_t n = 1, d = 1;

  if (!request->square_pixels) {
    multiply_ratio (&n, &d, transpose ? input->par_d : input->par_n,
        transpose ? input->par_n : input->par_d);
    /* Stretching changes the shape of the pixels, and only that. */
    if (request->fit == IM_FIT_FILL && request->width > 0
        && request->height > 0) {
      multiply_ratio (&n, &d, transpose ? plan->crop.height : plan->crop.width,
          plan->width);
      multiply_ratio (&n, &d, plan->height,
          transpose ? plan->crop.width : plan->crop.height);
    }
  }
  plan->par_n = (int) (n > 0 ? n : 1);
  plan->par_d = (int) (d > 0 ? d : 1);
}

static bool
check_size (const ImPlan *plan, ImError *error)
{
  int max_size = im_plan_max_size (plan->codec);
  bool png = plan->codec == IM_CODEC_PNG;

  if (plan->width <= max_size && plan->height <= max_size)
    return true;
  return im_error_set (error, IM_ERROR_TOO_LARGE,
      "%s images end at %d pixels each way, and this one would be %dx%d; "
      "set width and height to something smaller%s.",
      png ? "PNG" : "JPEG", max_size, plan->width, plan->height,
      png ? "" : " or use PNG");
}

bool
im_plan_size (ImPlan *plan, const ImRequest *request, ImError *error)
{
  if (!plan_crop (plan, request, error))
    return false;
  plan_canvas (plan, request);
  if (!check_size (plan, error))
    return false;
  plan_pixel_aspect (plan, request);
  return true;
}
