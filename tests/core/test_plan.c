/* imbytes tests: plan.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/plan/plan.h"

#include "pictures.h"
#include "testing.h"

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
    ImImageInfo info = picture_info (cases[i].layout, 64, 48, 1, 1);
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

static void
check_strips (const ImPlan *p)
{
  bool held = CHECK (p->n_strips >= 1 && p->strip_rows >= 1);

  int y = 0, most = 0;

  for (int i = 0; i < p->n_strips; i++) {
    int begin = im_plan_band_begin (p->height, p->n_strips, i);
    int end = im_plan_band_begin (p->height, p->n_strips, i + 1);

    held &= CHECK_EQUAL (begin, y) && CHECK (end > begin);
    held &= CHECK_EQUAL (begin % IM_BLOCK_ROWS, 0);
    /* Of one size, but for a block and what the last block lacks. */
    held &= CHECK (end - begin <= p->strip_rows);
    held &= CHECK (
        end == p->height || end - begin >= p->strip_rows - IM_BLOCK_ROWS);
    held &= CHECK (end - begin > p->strip_rows - 2 * IM_BLOCK_ROWS);
    most = end - begin > most ? end - begin : most;
    y = end;
  }
  held &= CHECK_EQUAL (y, p->height);
  held &= CHECK (p->strip_rows - most < IM_BLOCK_ROWS);
  held &= CHECK (p->n_strips <= 32);
  if (p->n_strips == 1)
    held &= CHECK_EQUAL (p->strip_rows, p->height);
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
          ImImageInfo info = picture_info ("I420", sizes[w], sizes[h], 1, 1);
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
          request.jpeg.optimize = false;
          request.jpeg.dct = sizes[w] & 1 ? IM_DCT_IFAST : IM_DCT_FLOAT;
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
  ImImageInfo info = picture_info (layout, 64, 48, 1, 1);
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
          ImImageInfo info = picture_info (layouts[i], 8, 8, 1, 1);
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
  ImImageInfo info = picture_info ("GRAY8", 8, 8, 1, 1);
  ImRequest request = request_plain (IM_CODEC_PNG);
  ImPlan p;

  info.format.component[0].depth = 4;
  CHECK (im_plan_make (&p, &info, &request, NULL));
  CHECK (p.samples == IM_SAMPLES_F32);
}

static void
test_borders_and_alpha (void)
{
  ImImageInfo info = picture_info ("RGB", 64, 48, 1, 1);
  ImRequest request = request_plain (IM_CODEC_PNG);
  ImPlan p;

  request.width = request.height = 50;
  request.fit = IM_FIT_CONTAIN;
  request.background = 0x80ff0000;
  CHECK (im_plan_make (&p, &info, &request, NULL));
  CHECK (p.has_alpha && p.n_components == 4 && p.samples == IM_SAMPLES_U8);
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
  ImImageInfo info = picture_info ("I420", 64, 48, 1, 1);
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
  ImImageInfo info = picture_info ("I420", 64, 48, 1, 1);
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

static const Test tests[] = { TEST (test_transposed_subsampling),
  TEST (test_strips), TEST (test_subsampling), TEST (test_bit_depth),
  TEST (test_row_layout), TEST (test_few_bits_are_deep),
  TEST (test_borders_and_alpha), TEST (test_light), TEST (test_equal) };

int
main (void)
{
  return TESTS_RUN (tests);
}
