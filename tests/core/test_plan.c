/* imbytes tests: plan.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/plan/plan.h"

#include <math.h>

#include "pictures.h"
#include "testing.h"

static ImImageInfo
input (const char *layout, int width, int height, int par_n, int par_d)
{
  ImImageInfo info;

  memset (&info, 0, sizeof (info));
  info.format = picture_layout (layout)->format;
  info.width = width;
  info.height = height;
  info.par_n = par_n;
  info.par_d = par_d;
  return info;
}

typedef struct
{
  int in_w, in_h, par_n, par_d;
  int width, height;
  ImFit fit;
  bool enlarge, square;
  /* What has to come out. */
  int canvas_w, canvas_h;
  ImRect picture;
  double src_x, src_y, src_w, src_h;
  int out_n, out_d;
} SizeCase;

#define FILL IM_FIT_FILL
#define CONTAIN IM_FIT_CONTAIN
#define COVER IM_FIT_COVER
#define INSIDE IM_FIT_INSIDE
#define T true
#define F false
static const SizeCase size_cases[] = {
  /* Nothing asked for. */
  { 640, 480, 1, 1, 0, 0, FILL, T, T, 640, 480, { 0, 0, 640, 480 }, 0, 0, 640,
      480, 1, 1 },
  { 720, 576, 16, 15, 0, 0, FILL, T, T, 768, 576, { 0, 0, 768, 576 }, 0, 0, 720,
      576, 1, 1 },
  { 720, 480, 8, 9, 0, 0, FILL, T, T, 640, 480, { 0, 0, 640, 480 }, 0, 0, 720,
      480, 1, 1 },
  { 720, 576, 16, 15, 0, 0, FILL, T, F, 720, 576, { 0, 0, 720, 576 }, 0, 0, 720,
      576, 16, 15 },
  /* 720 x 64/45 is 1024; without enlarging, too: that is its own size. */
  { 720, 576, 64, 45, 0, 0, FILL, F, T, 1024, 576, { 0, 0, 1024, 576 }, 0, 0,
      720, 576, 1, 1 },
  /* 1 x 1/9 rounds to nothing, and stays 1. */
  { 1, 5, 1, 9, 0, 0, FILL, T, T, 1, 5, { 0, 0, 1, 5 }, 0, 0, 1, 5, 1, 1 },
  /* One size: 1080 * 100 / 1920 = 56.25; 101 -> 56.8125. */
  { 1920, 1080, 1, 1, 100, 0, FILL, T, T, 100, 56, { 0, 0, 100, 56 }, 0, 0,
      1920, 1080, 1, 1 },
  { 1920, 1080, 1, 1, 101, 0, COVER, T, T, 101, 57, { 0, 0, 101, 57 }, 0, 0,
      1920, 1080, 1, 1 },
  /* 1920 * 100 / 1080 = 177.8. */
  { 1920, 1080, 1, 1, 0, 100, CONTAIN, T, T, 178, 100, { 0, 0, 178, 100 }, 0, 0,
      1920, 1080, 1, 1 },
  /* An exact half goes up: 3 x 2 at width 4.. 2 * 5 / 4 = 2.5. */
  { 4, 2, 1, 1, 5, 0, FILL, T, T, 5, 3, { 0, 0, 5, 3 }, 0, 0, 4, 2, 1, 1 },
  { 4, 2, 1, 1, 5, 0, FILL, F, T, 4, 2, { 0, 0, 4, 2 }, 0, 0, 4, 2, 1, 1 },
  { 4, 2, 1, 1, 0, 9, FILL, F, T, 4, 2, { 0, 0, 4, 2 }, 0, 0, 4, 2, 1, 1 },
  { 720, 576, 16, 15, 384, 0, FILL, T, T, 384, 288, { 0, 0, 384, 288 }, 0, 0,
      720, 576, 1, 1 },
  { 720, 576, 16, 15, 360, 0, FILL, T, F, 360, 288, { 0, 0, 360, 288 }, 0, 0,
      720, 576, 16, 15 },
  /* 720 pixels are 768 to be seen, so that 750 is no enlargement. */
  { 720, 576, 16, 15, 750, 0, FILL, F, T, 750, 563, { 0, 0, 750, 563 }, 0, 0,
      720, 576, 1, 1 },
  { 1, 65500, 1, 1, 0, 100, FILL, T, T, 1, 100, { 0, 0, 1, 100 }, 0, 0, 1,
      65500, 1, 1 },
  /* Fill. */
  { 640, 480, 1, 1, 100, 300, FILL, T, T, 100, 300, { 0, 0, 100, 300 }, 0, 0,
      640, 480, 1, 1 },
  /* The pixels are 6.4 wide and 1.6 high: 4 to 1. */
  { 640, 480, 1, 1, 100, 300, FILL, T, F, 100, 300, { 0, 0, 100, 300 }, 0, 0,
      640, 480, 4, 1 },
  { 640, 480, 1, 1, 1000, 300, FILL, F, T, 640, 300, { 0, 0, 640, 300 }, 0, 0,
      640, 480, 1, 1 },
  { 720, 480, 8, 9, 1000, 1000, FILL, F, T, 640, 480, { 0, 0, 640, 480 }, 0, 0,
      720, 480, 1, 1 },
  /* Contain: 640 x 480 in 500 x 500 is 500 x 375, 62 above and 63 below. */
  { 640, 480, 1, 1, 500, 500, CONTAIN, T, T, 500, 500, { 0, 62, 500, 375 }, 0,
      0, 640, 480, 1, 1 },
  { 480, 640, 1, 1, 500, 500, CONTAIN, T, T, 500, 500, { 62, 0, 375, 500 }, 0,
      0, 480, 640, 1, 1 },
  { 100, 50, 1, 1, 333, 200, CONTAIN, F, T, 333, 200, { 116, 75, 100, 50 }, 0,
      0, 100, 50, 1, 1 },
  { 100, 50, 1, 1, 300, 200, CONTAIN, T, T, 300, 200, { 0, 25, 300, 150 }, 0, 0,
      100, 50, 1, 1 },
  { 720, 576, 16, 15, 512, 512, CONTAIN, T, T, 512, 512, { 0, 64, 512, 384 }, 0,
      0, 720, 576, 1, 1 },
  /* Kept as pixels: 512 x 409.6. */
  { 720, 576, 16, 15, 512, 512, CONTAIN, T, F, 512, 512, { 0, 51, 512, 410 }, 0,
      0, 720, 576, 16, 15 },
  { 1, 65500, 1, 1, 100, 100, CONTAIN, T, T, 100, 100, { 49, 0, 1, 100 }, 0, 0,
      1, 65500, 1, 1 },
  /* Inside. */
  { 640, 480, 1, 1, 500, 500, INSIDE, T, T, 500, 375, { 0, 0, 500, 375 }, 0, 0,
      640, 480, 1, 1 },
  { 100, 50, 1, 1, 333, 200, INSIDE, T, T, 333, 167, { 0, 0, 333, 167 }, 0, 0,
      100, 50, 1, 1 },
  { 100, 50, 1, 1, 333, 200, INSIDE, F, T, 100, 50, { 0, 0, 100, 50 }, 0, 0,
      100, 50, 1, 1 },
  { 720, 480, 8, 9, 320, 320, INSIDE, T, T, 320, 240, { 0, 0, 320, 240 }, 0, 0,
      720, 480, 1, 1 },
  { 65500, 1, 1, 1, 100, 100, INSIDE, T, T, 100, 1, { 0, 0, 100, 1 }, 0, 0,
      65500, 1, 1, 1 },
  /* Cover: 500 / 480 of 640 is 666.7, of which 500, so 480 of 640. */
  { 640, 480, 1, 1, 500, 500, COVER, T, T, 500, 500, { 0, 0, 500, 500 }, 80, 0,
      480, 480, 1, 1 },
  /* 100 / 3 a sample; the height of 200 is 6 of 10. */
  { 3, 10, 1, 1, 100, 200, COVER, T, T, 100, 200, { 0, 0, 100, 200 }, 0, 2, 3,
      6, 1, 1 },
  /* 1920 of 1080 x 1 : 1 for 333 x 321: 1080 * 333 / 321 = 1120.373.. wide. */
  { 1920, 1080, 1, 1, 333, 321, COVER, T, T, 333, 321, { 0, 0, 333, 321 },
      (1920 - 1080 * 333 / 321.) / 2, 0, 1080 * 333 / 321., 1080, 1, 1 },
  /* 720 seen as 768: a square of 576 is 540 of its samples. */
  { 720, 576, 16, 15, 288, 288, COVER, T, T, 288, 288, { 0, 0, 288, 288 }, 90,
      0, 540, 576, 1, 1 },
  { 720, 576, 16, 15, 288, 288, COVER, T, F, 288, 288, { 0, 0, 288, 288 }, 72,
      0, 576, 576, 16, 15 },
  /* Not enlarged: what of the canvas the picture covers. */
  { 100, 50, 1, 1, 300, 20, COVER, F, T, 100, 20, { 0, 0, 100, 20 }, 0, 15, 100,
      20, 1, 1 },
  { 100, 50, 1, 1, 300, 200, COVER, F, T, 100, 50, { 0, 0, 100, 50 }, 0, 0, 100,
      50, 1, 1 },
  { 1, 1, 1, 1, 0, 0, COVER, T, T, 1, 1, { 0, 0, 1, 1 }, 0, 0, 1, 1, 1, 1 },
  { 1, 1, 1, 1, 7, 3, COVER, T, T, 7, 3, { 0, 0, 7, 3 }, 0, 2 / 7., 1, 3 / 7.,
      1, 1 },
};

static bool
near (double a, double b)
{
  return fabs (a - b) < 1e-9 * fmax (1, fabs (b));
}

static void
test_sizes (void)
{
  for (size_t i = 0; i < sizeof (size_cases) / sizeof (size_cases[0]); i++) {
    const SizeCase *t = &size_cases[i];
    ImImageInfo info = input ("I420", t->in_w, t->in_h, t->par_n, t->par_d);
    ImRequest request = request_plain (IM_CODEC_PNG);
    int before = testing_failed_checks;
    ImError error = { 0 };
    ImPlan p;

    request.width = t->width;
    request.height = t->height;
    request.fit = t->fit;
    request.enlarge = t->enlarge;
    request.square_pixels = t->square;
    if (!CHECK (im_plan_make (&p, &info, &request, &error)))
      continue;
    CHECK_EQUAL (p.width, t->canvas_w);
    CHECK_EQUAL (p.height, t->canvas_h);
    CHECK_EQUAL (p.picture.x, t->picture.x);
    CHECK_EQUAL (p.picture.y, t->picture.y);
    CHECK_EQUAL (p.picture.width, t->picture.width);
    CHECK_EQUAL (p.picture.height, t->picture.height);
    CHECK (near (p.src_x, t->src_x) && near (p.src_y, t->src_y));
    CHECK (near (p.src_width, t->src_w) && near (p.src_height, t->src_h));
    CHECK_EQUAL (p.par_n, t->out_n);
    CHECK_EQUAL (p.par_d, t->out_d);
    if (testing_failed_checks > before)
      printf ("  in size case %zu: %dx%d -> %dx%d fit %d\n", i, t->in_w,
          t->in_h, t->width, t->height, (int) t->fit);
  }
}

/* What is transposed is planned as if it had come that way; only that pixels are
 * made square before it is transposed, by scaling along the frame's rows. */
static void
test_transposed_sizes (void)
{
  for (size_t i = 0; i < sizeof (size_cases) / sizeof (size_cases[0]); i++) {
    const SizeCase *t = &size_cases[i];
    ImImageInfo as_shown = input ("I420", t->in_w, t->in_h, t->par_n, t->par_d);
    ImImageInfo info = input ("I420", t->in_h, t->in_w, t->par_d, t->par_n);
    ImRequest request = request_plain (IM_CODEC_PNG);
    ImPlan a, b;

    if (t->square && t->par_n != t->par_d)
      continue;
    request.width = t->width;
    request.height = t->height;
    request.fit = t->fit;
    request.enlarge = t->enlarge;
    request.square_pixels = t->square;
    CHECK (im_plan_make (&a, &as_shown, &request, NULL));
    request.orientation.transpose = true;
    CHECK (im_plan_make (&b, &info, &request, NULL));
    CHECK (a.width == b.width && a.height == b.height);
    CHECK (memcmp (&a.picture, &b.picture, sizeof (a.picture)) == 0);
    CHECK (near (b.src_x, a.src_y) && near (b.src_y, a.src_x));
    CHECK (
        near (b.src_width, a.src_height) && near (b.src_height, a.src_width));
    CHECK (a.par_n == b.par_n && a.par_d == b.par_d);
    CHECK (!im_plan_equal (&a, &b));
  }
}

/* Chroma of the whole height is chroma of the whole width then. */
static void
test_transposed_subsampling (void)
{
  static const struct
  {
    const char *layout;
    ImSubsampling subsampling;
  } cases[] = { { "I420", IM_SUBSAMPLING_420 }, { "Y42B", IM_SUBSAMPLING_420 },
    { "Y444", IM_SUBSAMPLING_444 }, { "RGB", IM_SUBSAMPLING_420 },
    { "GRAY8", IM_SUBSAMPLING_GRAY } };

  for (size_t i = 0; i < sizeof (cases) / sizeof (cases[0]); i++) {
    ImImageInfo info = input (cases[i].layout, 64, 48, 1, 1);
    ImRequest request = request_plain (IM_CODEC_JPEG);
    ImPlan plan;

    request.jpeg.subsampling = IM_SUBSAMPLING_AUTO;
    request.orientation = (ImOrientation){ true, true, false };
    CHECK (im_plan_make (&plan, &info, &request, NULL));
    CHECK_EQUAL (plan.jpeg.subsampling, cases[i].subsampling);
    CHECK (plan.width == 48 && plan.height == 64);
    CHECK (plan.src_width == 64 && plan.src_height == 48);
  }
}

static bool
make_cropped (ImPlan *plan, ImRect crop, ImError *error)
{
  ImImageInfo info = input ("I420", 100, 80, 1, 1);
  ImRequest request = request_plain (IM_CODEC_JPEG);

  request.crop = crop;
  return im_plan_make (plan, &info, &request, error);
}

static void
test_crop (void)
{
  ImPlan p;
  ImError error = { 0 };

  CHECK (make_cropped (&p, (ImRect){ 10, 20, 30, 40 }, &error));
  CHECK (p.width == 30 && p.height == 40);
  CHECK (p.src_x == 10 && p.src_y == 20);
  CHECK (p.src_width == 30 && p.src_height == 40);
  /* What is outside the frame is cut off. */
  CHECK (make_cropped (&p, (ImRect){ -10, 70, 30, 40 }, &error));
  CHECK (p.crop.x == 0 && p.crop.y == 70);
  CHECK (p.crop.width == 20 && p.crop.height == 10);
  CHECK (make_cropped (&p, (ImRect){ -5, -5, 2147483647, 2147483647 }, &error));
  CHECK (p.crop.width == 100 && p.crop.height == 80);
  CHECK (make_cropped (&p, (ImRect){ 99, 79, 1, 1 }, &error));
  for (int i = 0; i < 4; i++) {
    static const ImRect outside[] = { { 100, 0, 5, 5 }, { 0, 80, 5, 5 },
      { -5, 0, 5, 5 }, { 10, 10, 0, 5 } };

    error = (ImError){ 0 };
    CHECK (!make_cropped (&p, outside[i], &error));
    CHECK_EQUAL (error.code, IM_ERROR_INVALID);
    CHECK (strstr (error.message, "100x80") != NULL);
    CHECK (!make_cropped (&p, outside[i], NULL));
  }
}

static void
check_limit (ImCodecId codec, int limit, const char *says)
{
  ImImageInfo info = input ("GRAY8", 10, 1, 1, 1);
  ImRequest request = request_plain (codec);
  ImError error = { 0 };
  ImPlan p;

  CHECK_EQUAL (im_plan_max_size (codec), limit);
  request.height = 2;
  request.width = limit;
  CHECK (im_plan_make (&p, &info, &request, &error));
  request.width = limit + 1;
  CHECK (!im_plan_make (&p, &info, &request, &error));
  CHECK_EQUAL (error.code, IM_ERROR_TOO_LARGE);
  CHECK (strstr (error.message, says) != NULL);
  request.width = 2;
  request.height = limit;
  CHECK (im_plan_make (&p, &info, &request, &error));
  request.height = limit + 1;
  CHECK (!im_plan_make (&p, &info, &request, &error));
  /* Nothing overflows on the way to that. */
  info.width = 1;
  info.height = 2147483647;
  request.height = 0;
  request.width = 2147483647;
  error = (ImError){ 0 };
  CHECK (!im_plan_make (&p, &info, &request, &error));
  CHECK_EQUAL (error.code, IM_ERROR_TOO_LARGE);
}

static void
test_limits (void)
{
  check_limit (IM_CODEC_JPEG, 65500, "65500");
  check_limit (IM_CODEC_JPEG, 65500, "PNG");
  check_limit (IM_CODEC_PNG, 1000000, "1000000");
}

static void
check_strips (const ImPlan *p)
{
  int64_t across = (p->width + (8 << p->w_shift) - 1) / (8 << p->w_shift);
  int64_t down = (p->strip_rows + (8 << p->h_shift) - 1) / (8 << p->h_shift);
  bool held = CHECK (p->n_strips >= 1 && p->strip_rows >= 1);

  held &= CHECK ((int64_t) p->strip_rows * p->n_strips >= p->height);
  held &= CHECK ((int64_t) p->strip_rows * (p->n_strips - 1) < p->height);
  if (p->n_strips == 1)
    held &= CHECK_EQUAL (p->strip_rows, p->height);
  else
    held &= CHECK_EQUAL (p->strip_rows % IM_BLOCK_ROWS, 0);
  if (p->codec == IM_CODEC_JPEG && p->n_strips > 1)
    held &= CHECK (across * down <= 65535);
  if (!held)
    printf ("  at %dx%d, shifts %d %d: %d strips of %d rows\n", p->width,
        p->height, p->w_shift, p->h_shift, p->n_strips, p->strip_rows);
}

static void
test_strips (void)
{
  static const int sizes[] = { 1, 2, 15, 16, 17, 33, 321, 640, 1080, 2200, 4096,
    30000, 58248, 58249, 65500 };
  int n = (int) (sizeof (sizes) / sizeof (sizes[0])), most = 0;

  for (int w = 0; w < n; w++)
    for (int h = 0; h < n; h++)
      for (int s = IM_SUBSAMPLING_420; s <= IM_SUBSAMPLING_GRAY; s++)
        for (int codec = 0; codec < 2; codec++) {
          ImImageInfo info = input ("I420", sizes[w], sizes[h], 1, 1);
          ImRequest request = request_plain ((ImCodecId) codec);
          ImPlan p;

          request.jpeg.subsampling = (ImSubsampling) s;
          if (!CHECK (im_plan_make (&p, &info, &request, NULL)))
            continue;
          check_strips (&p);
          if (p.n_strips > most)
            most = p.n_strips;
          request.jpeg.progressive = true;
          CHECK (im_plan_make (&p, &info, &request, NULL));
          if (codec == IM_CODEC_JPEG)
            CHECK_EQUAL (p.n_strips, 1);
          request.jpeg.progressive = false;
          request.jpeg.optimize = true;
          CHECK (im_plan_make (&p, &info, &request, NULL));
          if (codec == IM_CODEC_JPEG)
            CHECK (p.n_strips == 1 && p.strip_rows == p.height);
        }
  CHECK (most > 4);
}

static ImPlan
plan_of (const char *layout, ImCodecId codec, ImSubsampling subsampling,
    int bit_depth)
{
  ImImageInfo info = input (layout, 64, 48, 1, 1);
  ImRequest request = request_plain (codec);
  ImPlan plan;

  request.jpeg.subsampling = subsampling;
  request.png.bit_depth = bit_depth;
  CHECK (im_plan_make (&plan, &info, &request, NULL));
  return plan;
}

static void
test_subsampling (void)
{
  static const struct
  {
    const char *layout;
    ImSubsampling subsampling;
    bool bytes; /* as they are */
  } own[] = {
    { "I420", IM_SUBSAMPLING_420, true },
    { "YUV9", IM_SUBSAMPLING_420, true },
    { "Y42B", IM_SUBSAMPLING_422, true },
    { "Y41B", IM_SUBSAMPLING_422, true },
    { "YUY2", IM_SUBSAMPLING_422, true },
    { "Y444", IM_SUBSAMPLING_444, true },
    { "GRAY8", IM_SUBSAMPLING_GRAY, true },
    { "RGB", IM_SUBSAMPLING_420, true },
    { "A420", IM_SUBSAMPLING_420, false },
    { "AYUV", IM_SUBSAMPLING_444, false },
    { "I422_10BE", IM_SUBSAMPLING_422, false },
    { "BGRA", IM_SUBSAMPLING_420, false },
    { "GRAY16_LE", IM_SUBSAMPLING_GRAY, false },
  };

  for (size_t i = 0; i < sizeof (own) / sizeof (own[0]); i++) {
    ImPlan p = plan_of (own[i].layout, IM_CODEC_JPEG, IM_SUBSAMPLING_AUTO, 0);

    CHECK_EQUAL (p.jpeg.subsampling, own[i].subsampling);
    CHECK_EQUAL (p.samples != IM_SAMPLES_U8 || p.flatten, !own[i].bytes);
    CHECK_EQUAL (p.bit_depth, 8);
    CHECK (!p.has_alpha);
    for (int s = IM_SUBSAMPLING_420; s <= IM_SUBSAMPLING_GRAY; s++) {
      p = plan_of (own[i].layout, IM_CODEC_JPEG, (ImSubsampling) s, 0);
      CHECK_EQUAL (p.jpeg.subsampling, s);
      CHECK_EQUAL (p.n_components, s == IM_SUBSAMPLING_GRAY ? 1 : 3);
      CHECK_EQUAL (p.model,
          s == IM_SUBSAMPLING_GRAY ? IM_MODEL_GRAY : IM_MODEL_YCBCR);
      CHECK_EQUAL (p.w_shift,
          s == IM_SUBSAMPLING_420 || s == IM_SUBSAMPLING_422);
      CHECK_EQUAL (p.h_shift, s == IM_SUBSAMPLING_420);
    }
  }
}

static void
test_bit_depth (void)
{
  static const struct
  {
    const char *layout;
    int depth, components;
    ImModel model;
    bool alpha;
  } png[] = {
    { "I420", 8, 3, IM_MODEL_RGB, false },
    { "GRAY8", 8, 1, IM_MODEL_GRAY, false },
    { "BGRA", 8, 4, IM_MODEL_RGB, true },
    { "A420", 8, 4, IM_MODEL_RGB, true },
    { "I420_10LE", 8, 3, IM_MODEL_RGB, false },
    { "GBR_10BE", 8, 3, IM_MODEL_RGB, false },
    { "Y444_16LE", 8, 3, IM_MODEL_RGB, false },
    { "GRAY16_LE", 16, 1, IM_MODEL_GRAY, false },
    { "RGBA64_LE", 16, 4, IM_MODEL_RGB, true },
  };

  for (size_t i = 0; i < sizeof (png) / sizeof (png[0]); i++) {
    ImPlan p = plan_of (png[i].layout, IM_CODEC_PNG, IM_SUBSAMPLING_AUTO, 0);

    CHECK_EQUAL (p.bit_depth, png[i].depth);
    CHECK_EQUAL (p.png.bit_depth, png[i].depth);
    CHECK_EQUAL (p.n_components, png[i].components);
    CHECK_EQUAL (p.model, png[i].model);
    CHECK_EQUAL (p.has_alpha, png[i].alpha);
    CHECK_EQUAL (plan_of (png[i].layout, IM_CODEC_PNG, 0, 8).bit_depth, 8);
    p = plan_of (png[i].layout, IM_CODEC_PNG, 0, 16);
    CHECK (p.bit_depth == 16 && p.samples == IM_SAMPLES_F32);
  }
}

/* ITU-T T.81, A.2: an MCU of several components has one 8x8 block of the coarsest
 * of them. PNG, 7.2: pixels follow each other without gaps. */
static void
check_layout (const ImPlan *p)
{
  const ImRowLayout *layout = &p->layout;
  int mcu = p->w_shift > 0 ? 16 : 8, padded = 0;
  bool png = p->codec == IM_CODEC_PNG;

  while (padded < p->width)
    padded += mcu;
  CHECK_EQUAL (layout->interleaved, png);
  CHECK_EQUAL (layout->n_planes, png ? 1 : p->n_components);
  for (int c = 0; c < layout->n_planes; c++) {
    bool coarse_w = c > 0 && p->w_shift > 0, coarse_h = c > 0 && p->h_shift > 0;
    int pixel = png ? p->n_components * (p->bit_depth == 16 ? 2 : 1) : 1;

    CHECK_EQUAL (layout->plane[c].pixel_size, pixel);
    CHECK_EQUAL (layout->plane[c].w_shift, coarse_w);
    CHECK_EQUAL (layout->plane[c].h_shift, coarse_h);
    CHECK_EQUAL (layout->plane[c].row_size,
        png            ? p->width * pixel
            : coarse_w ? padded / 2
                       : padded);
  }
}

static void
test_row_layout (void)
{
  static const char *const layouts[] = { "I420", "AYUV", "RGB", "BGRA", "GRAY8",
    "GRAY16_LE" };

  for (size_t i = 0; i < sizeof (layouts) / sizeof (layouts[0]); i++)
    for (int width = 1; width < 40; width++)
      for (int sub = IM_SUBSAMPLING_AUTO; sub <= IM_SUBSAMPLING_GRAY; sub++)
        for (int codec = 0; codec <= IM_CODEC_PNG; codec++) {
          ImImageInfo info = input (layouts[i], 8, 8, 1, 1);
          ImRequest request = request_plain ((ImCodecId) codec);
          ImPlan p;

          request.width = width;
          request.jpeg.subsampling = (ImSubsampling) sub;
          request.png.bit_depth = sub % 3 * 8;
          if (CHECK (im_plan_make (&p, &info, &request, NULL)))
            check_layout (&p);
        }
}

static void
test_few_bits_are_deep (void)
{
  ImImageInfo info = input ("GRAY8", 8, 8, 1, 1);
  ImRequest request = request_plain (IM_CODEC_PNG);
  ImPlan p;

  info.format.component[0].depth = 4;
  CHECK (im_plan_make (&p, &info, &request, NULL));
  CHECK (p.samples == IM_SAMPLES_F32);
}

static void
test_borders_and_alpha (void)
{
  ImImageInfo info = input ("RGB", 64, 48, 1, 1);
  ImRequest request = request_plain (IM_CODEC_PNG);
  ImPlan p;

  request.width = request.height = 50;
  request.fit = IM_FIT_CONTAIN;
  request.background = 0x80ff0000;
  CHECK (im_plan_make (&p, &info, &request, NULL));
  CHECK (p.has_alpha && p.n_components == 4 && p.samples == IM_SAMPLES_F32);
  request.background = 0xffff0000;
  CHECK (im_plan_make (&p, &info, &request, NULL));
  CHECK (!p.has_alpha && p.n_components == 3 && p.samples != IM_SAMPLES_F32);
  /* No borders, no alpha. */
  request.background = 0;
  request.height = 0;
  CHECK (im_plan_make (&p, &info, &request, NULL));
  CHECK (!p.has_alpha);
  request.codec = IM_CODEC_JPEG;
  request.height = 50;
  CHECK (im_plan_make (&p, &info, &request, NULL));
  CHECK (!p.has_alpha && p.n_components == 3);
}

static void
test_light (void)
{
  ImImageInfo info = input ("I420", 64, 48, 1, 1);
  ImRequest request = request_plain (IM_CODEC_JPEG);
  ImPlan p;

  CHECK (im_plan_make (&p, &info, &request, NULL));
  CHECK (!p.linear_light && p.samples != IM_SAMPLES_F32);
  CHECK (p.keeps_chroma && p.chroma_w_shift == 1 && p.chroma_h_shift == 1);
  info.colour.primaries = IM_PRIMARIES_BT2020;
  CHECK (im_plan_make (&p, &info, &request, NULL));
  CHECK (p.linear_light && p.samples == IM_SAMPLES_F32);
  CHECK (!p.keeps_chroma && p.chroma_w_shift == 0 && p.chroma_h_shift == 0);
  info.format = picture_layout ("GRAY8")->format;
  CHECK (im_plan_make (&p, &info, &request, NULL));
  CHECK (!p.linear_light);
  info.colour.transfer = IM_TRANSFER_PQ;
  CHECK (im_plan_make (&p, &info, &request, NULL));
  CHECK (p.linear_light);
}

static void
test_equal (void)
{
  ImImageInfo info = input ("I420", 64, 48, 1, 1);
  ImRequest request = request_plain (IM_CODEC_JPEG);
  ImPlan a, b;

  memset (&a, 0x11, sizeof (a));
  memset (&b, 0xee, sizeof (b));
  CHECK (im_plan_make (&a, &info, &request, NULL));
  CHECK (im_plan_make (&b, &info, &request, NULL));
  CHECK (im_plan_equal (&a, &b));
  request.jpeg.quality--;
  CHECK (im_plan_make (&b, &info, &request, NULL));
  CHECK (!im_plan_equal (&a, &b));
  request.jpeg.quality++;
  info.colour.h_cosited = true;
  CHECK (im_plan_make (&b, &info, &request, NULL));
  CHECK (!im_plan_equal (&a, &b));
}

static const Test tests[] = { TEST (test_sizes), TEST (test_transposed_sizes),
  TEST (test_transposed_subsampling), TEST (test_crop), TEST (test_limits),
  TEST (test_strips), TEST (test_subsampling), TEST (test_bit_depth),
  TEST (test_row_layout), TEST (test_few_bits_are_deep),
  TEST (test_borders_and_alpha), TEST (test_light), TEST (test_equal) };

int
main (void)
{
  return TESTS_RUN (tests);
}
