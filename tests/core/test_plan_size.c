/* imbytes tests: plan: sizes, crops and what is too large.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/plan/plan.h"

#include <math.h>

#include "pictures.h"
#include "testing.h"

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
    ImImageInfo info =
        picture_info ("I420", t->in_w, t->in_h, t->par_n, t->par_d);
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
    ImImageInfo as_shown =
        picture_info ("I420", t->in_w, t->in_h, t->par_n, t->par_d);
    ImImageInfo info =
        picture_info ("I420", t->in_h, t->in_w, t->par_d, t->par_n);
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

static bool
make_cropped (ImPlan *plan, ImRect crop, ImError *error)
{
  ImImageInfo info = picture_info ("I420", 100, 80, 1, 1);
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
  ImImageInfo info = picture_info ("GRAY8", 10, 1, 1, 1);
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

static const Test tests[] = { TEST (test_sizes), TEST (test_transposed_sizes),
  TEST (test_crop), TEST (test_limits) };

int
main (void)
{
  return TESTS_RUN (tests);
}
