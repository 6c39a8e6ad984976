/* imbytes tests: colour, from code values to decoded files.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/plan/colourspace.h"

#include <math.h>

#include "pictures.h"
#include "testing.h"

static const double patches[][3] = { { 0, 0, 0 }, { 1, 1, 1 },
  { 0.5, 0.5, 0.5 }, { 0.1, 0.1, 0.1 }, { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 },
  { 1, 1, 0 }, { 0, 1, 1 }, { 1, 0, 1 }, { 0.8, 0.6, 0.2 } };
#define N_PATCHES ((int) (sizeof (patches) / sizeof (patches[0])))

static double
unit (double v)
{
  return fmin (fmax (v, 0), 1);
}

static bool
is_gray (const double rgb[3])
{
  return rgb[0] == rgb[1] && rgb[0] == rgb[2];
}

/* How far the area of @decoded is from @rgba, in units of 255: the worst. */
static double
distance (const Decoded *decoded, ImRect area, const double rgba[4])
{
  double full = decoded->bits == 16 ? 65535 : 255, worst = 0;
  bool alpha = decoded->channels == 2 || decoded->channels == 4;

  for (int y = area.y; y < area.y + area.height; y++)
    for (int x = area.x; x < area.x + area.width; x++)
      for (int c = 0; c < decoded->channels; c++) {
        bool a = alpha && c == decoded->channels - 1;
        double v = decoded_get (decoded, x, y, c) / full;

        worst = fmax (worst, fabs (v - unit (rgba[a ? 3 : c])));
      }
  return worst * 255;
}

/* What a flat picture has to become in a file. */
static void
flat_expected (const Picture *picture, const ImRequest *request, double rgba[4])
{
  picture_rgb (picture, 0, 0, rgba);
  for (int i = 0; i < 3; i++) {
    double background = (request->background >> (16 - 8 * i) & 255) / 255.0;

    rgba[i] = unit (rgba[i]);
    if (request->codec == IM_CODEC_JPEG)
      rgba[i] = rgba[i] * rgba[3] + background * (1 - rgba[3]);
  }
}

static double
flat_distance (const Picture *picture, const ImRequest *request)
{
  double rgba[4], worst;
  Decoded decoded;

  flat_expected (picture, request, rgba);
  if (!CHECK (picture_encode (picture, request, &decoded)))
    return 0;
  worst = distance (&decoded, (ImRect){ 0, 0, decoded.width, decoded.height },
      rgba);
  decoded_clear (&decoded);
  return worst;
}

/* 1 in PNG, 2 in JPEG. */
static void
check_flat (const Picture *picture, const ImRequest *request)
{
  const ImImageInfo *info = &picture->image.info;
  double worst = flat_distance (picture, request), limit = 1;

  if (request->codec == IM_CODEC_JPEG)
    limit = 2;
  if (!CHECK (worst <= limit + 1e-6))
    printf ("  %s %dx%d matrix %d range %d -> %s %dx%d subsampling %d: off by "
            "%.2f\n",
        picture->layout->name, info->width, info->height,
        (int) info->colour.matrix, (int) info->colour.range,
        request->codec == IM_CODEC_PNG ? "PNG" : "JPEG", request->width,
        request->height, (int) request->jpeg.subsampling, worst);
}

static void
flat_case (const PictureLayout *layout, int width, int height, ImMatrix matrix,
    ImRange range)
{
  for (int p = 0; p < N_PATCHES; p++) {
    Picture picture;

    if ((layout->format.model == IM_MODEL_GRAY && !is_gray (patches[p]))
        || testing_left_out ())
      continue;
    picture_init (&picture, layout->name, width, height, p & 1);
    picture.image.info.colour.matrix = matrix;
    picture.image.info.colour.range = range;
    picture_fill_rgb (&picture, patches[p], p % 3 == 0 ? 0.6 : 1.0);
    for (int codec = 0; codec < 2; codec++) {
      ImRequest request = request_plain ((ImCodecId) codec);

      request.background = 0xff208040;
      check_flat (&picture, &request);
      request.width = 21;
      request.height = 13;
      check_flat (&picture, &request);
    }
    picture_clear (&picture);
  }
}

static void
test_flat_patches (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 17, 33 }, { 33, 17 } };

  for (const PictureLayout *l = picture_layouts; l->name; l++)
    for (int m = 0; m < (l->format.model == IM_MODEL_YCBCR ? 5 : 1); m++)
      for (int range = 0; range < 2; range++)
        for (int s = 0; s < 3; s++)
          flat_case (l, sizes[s][0], sizes[s][1], (ImMatrix) m,
              (ImRange) range);
}

static void
test_flat_large (void)
{
  for (const PictureLayout *l = picture_layouts; l->name; l++) {
    flat_case (l, 321, 426, IM_MATRIX_BT709, IM_RANGE_LIMITED);
    flat_case (l, 426, 33, IM_MATRIX_BT709, IM_RANGE_LIMITED);
  }
}

static void
test_flat_subsamplings (void)
{
  for (const PictureLayout *l = picture_layouts; l->name; l++)
    for (int s = IM_SUBSAMPLING_420; s <= IM_SUBSAMPLING_444; s++)
      for (int p = 0; p < N_PATCHES; p++) {
        ImRequest request = request_plain (IM_CODEC_JPEG);
        Picture picture;

        if ((l->format.model == IM_MODEL_GRAY && !is_gray (patches[p]))
            || testing_left_out ())
          continue;
        picture_init (&picture, l->name, 33, 17, false);
        picture.image.info.colour.matrix = IM_MATRIX_BT2020;
        picture_fill_rgb (&picture, patches[p], 1);
        request.jpeg.subsampling = (ImSubsampling) s;
        check_flat (&picture, &request);
        request.width = 17;
        check_flat (&picture, &request);
        picture_clear (&picture);
      }
}

/* Gray files: luma. */
static void
test_flat_gray (void)
{
  for (const PictureLayout *l = picture_layouts; l->name; l++)
    for (int p = 0; p < N_PATCHES; p++) {
      ImRequest request = request_plain (IM_CODEC_JPEG);
      Picture picture;
      Decoded decoded;
      const double *rgb = patches[p];
      double y = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];

      if (l->format.model == IM_MODEL_GRAY && !is_gray (rgb))
        continue;
      picture_init (&picture, l->name, 17, 17, false);
      picture_fill_rgb (&picture, rgb, 1);
      request.jpeg.subsampling = IM_SUBSAMPLING_GRAY;
      if (CHECK (picture_encode (&picture, &request, &decoded))) {
        CHECK_EQUAL (decoded.channels, 1);
        if (!CHECK (fabs (decoded_get (&decoded, 8, 8, 0) - 255 * y) <= 1.5))
          printf ("  %s patch %d: %d\n", l->name, p,
              decoded_get (&decoded, 8, 8, 0));
        decoded_clear (&decoded);
      }
      picture_clear (&picture);
    }
}

static bool
in_picture (ImRect picture, int x, int y)
{
  return x >= picture.x && x < picture.x + picture.width && y >= picture.y
      && y < picture.y + picture.height;
}

/* Every pixel of the picture has its colour and every pixel of the border the
 * background's, but those that share a chroma sample with the picture. JPEG has
 * 3.5: blocks with an edge in them are not flat. */
static void
check_borders (const Picture *picture, const ImRequest *request, int w_shift,
    int h_shift)
{
  double rgba[4], border[4], limit = request->codec == IM_CODEC_PNG ? 1 : 3.5;
  double worst = 0, worst_border = 0;
  bool held;
  Decoded d;
  ImPlan plan;

  flat_expected (picture, request, rgba);
  for (int i = 0; i < 3; i++)
    border[i] = (request->background >> (16 - 8 * i) & 255) / 255.0;
  border[3] = (request->background >> 24) / 255.0;
  CHECK (im_plan_make (&plan, &picture->image.info, request, NULL));
  if (!CHECK (picture_encode (picture, request, &d)))
    return;
  for (int y = 0; y < d.height; y++)
    for (int x = 0; x < d.width; x++) {
      ImRect at = { x, y, 1, 1 };
      int left = x >> w_shift << w_shift, top = y >> h_shift << h_shift;

      if (in_picture (plan.picture, x, y))
        worst = fmax (worst, distance (&d, at, rgba));
      else if (!in_picture (plan.picture, left, top)
          && !in_picture (plan.picture, left + w_shift, top + h_shift)
          && !in_picture (plan.picture, left + w_shift, top)
          && !in_picture (plan.picture, left, top + h_shift))
        worst_border = fmax (worst_border, distance (&d, at, border));
    }
  held = CHECK (worst <= limit);
  held &= CHECK (worst_border <= limit);
  if (!held)
    printf ("  %s -> %s %dx%d at %d,%d subsampling %d: picture off by %.2f, "
            "border by %.2f\n",
        picture->layout->name, request->codec == IM_CODEC_PNG ? "PNG" : "JPEG",
        d.width, d.height, plan.picture.x, plan.picture.y,
        (int) request->jpeg.subsampling, worst, worst_border);
  decoded_clear (&d);
}

static void
test_borders (void)
{
  static const char *const layouts[] = { "I420", "Y444", "RGB", "I420_10LE",
    "BGRA", "NV12", "A420" };
  static const int sizes[][2] = { { 20, 33 }, { 33, 21 }, { 64, 20 },
    { 21, 64 }, { 17, 47 } };

  for (size_t l = 0; l < sizeof (layouts) / sizeof (layouts[0]); l++)
    for (int s = 0; s < 5; s++)
      for (int sub = IM_SUBSAMPLING_AUTO; sub <= IM_SUBSAMPLING_444; sub++)
        for (int kind = 0; kind < 3; kind++) {
          ImRequest request = request_plain (kind > 0);
          int w_shift = kind == 0 && sub != IM_SUBSAMPLING_444;
          int h_shift = w_shift && sub != IM_SUBSAMPLING_422;
          Picture picture;

          if (testing_left_out ())
            continue;
          picture_init (&picture, layouts[l], 14, 14, false);
          picture.image.info.colour.matrix = IM_MATRIX_BT709;
          picture_fill_rgb (&picture, (const double[]){ 0.8, 0.6, 0.2 }, 1);
          request.fit = IM_FIT_CONTAIN;
          request.width = sizes[s][0];
          request.height = sizes[s][1];
          request.background = kind == 2 ? 0x40302010 : 0xff305070;
          request.jpeg.subsampling = (ImSubsampling) sub;
          /* A border this near in colour rings little when it is coded. */
          check_borders (&picture, &request, w_shift, h_shift);
          request.enlarge = false;
          check_borders (&picture, &request, w_shift, h_shift);
          picture_clear (&picture);
        }
}

/* 16 bits in, the same 16 bits out. */
static void
test_exact_16 (void)
{
  static const char *const layouts[] = { "GRAY16_LE", "GRAY16_BE", "RGBA64_LE",
    "ARGB64_BE" };

  for (int l = 0; l < 4; l++) {
    ImRequest request = request_plain (IM_CODEC_PNG);
    Picture picture;
    Decoded d;
    int wrong = 0;

    picture_init (&picture, layouts[l], 33, 29, l & 1);
    picture.image.info.colour.range = IM_RANGE_FULL;
    picture_random (&picture, 3);
    if (CHECK (picture_encode (&picture, &request, &d))) {
      CHECK_EQUAL (d.bits, 16);
      for (int y = 0; y < d.height; y++)
        for (int x = 0; x < d.width; x++)
          for (int c = 0; c < d.channels; c++)
            wrong += decoded_get (&d, x, y, c)
                != (int) picture_get (&picture, c, x, y);
      CHECK_EQUAL (wrong, 0);
      decoded_clear (&d);
    }
    picture_clear (&picture);
  }
}

/* 8-bit R'G'B' and gray at their own size are what they were. */
static void
test_exact_8 (void)
{
  static const char *const layouts[] = { "RGB", "BGRA", "GBR", "GRAY8" };

  for (int l = 0; l < 4; l++)
    for (int depth = 8; depth <= 16; depth += 8) {
      ImRequest request = request_plain (IM_CODEC_PNG);
      Picture picture;
      Decoded d;
      int wrong = 0;

      picture_init (&picture, layouts[l], 321, 17, l & 1);
      picture.image.info.colour.range = IM_RANGE_FULL;
      picture_random (&picture, 5);
      request.png.bit_depth = depth;
      if (CHECK (picture_encode (&picture, &request, &d))) {
        for (int y = 0; y < d.height; y++)
          for (int x = 0; x < d.width; x++)
            for (int c = 0; c < d.channels; c++)
              wrong += decoded_get (&d, x, y, c)
                  != (int) picture_get (&picture, c, x, y)
                      * (depth == 16 ? 257 : 1);
        CHECK_EQUAL (wrong, 0);
        decoded_clear (&d);
      }
      picture_clear (&picture);
    }
}

/* A red disc on transparent black: red all the way to its edge. */
static void
check_fringe (const char *layout, int size, double tolerance)
{
  static const double red[] = { 0.9, 0.2, 0.1 }, black[] = { 0, 0, 0 };
  ImRequest request = request_plain (IM_CODEC_PNG);
  double worst = 0;
  Picture a, b;
  Decoded d;

  picture_init (&a, layout, 40, 40, false);
  picture_init (&b, layout, 40, 40, false);
  picture_fill_rgb (&a, red, 1);
  picture_fill_rgb (&b, black, 0);
  for (int c = 0; c < a.image.info.format.n_components; c++)
    for (int y = 0; y < picture_height (&a, c); y++)
      for (int x = 0; x < picture_width (&a, c); x++) {
        int w = 40 / picture_width (&a, c), u = x * w - 20, v = y * w - 20;
        int radius = w > 1 ? 18 : 15; /* whatever a pixel takes part in */

        if (u * u + v * v > radius * radius)
          picture_set (&a, c, x, y, picture_get (&b, c, x, y));
      }
  request.width = request.height = size;
  if (CHECK (picture_encode (&a, &request, &d))) {
    for (int y = 0; y < d.height; y++)
      for (int x = 0; x < d.width; x++)
        for (int c = 0; c < 3 && decoded_get (&d, x, y, 3) > 20; c++)
          worst = fmax (worst, fabs (decoded_get (&d, x, y, c) - red[c] * 255));
    if (!CHECK (worst <= tolerance))
      printf ("  %s at %d: off by %.1f\n", layout, size, worst);
    decoded_clear (&d);
  }
  picture_clear (&a);
  picture_clear (&b);
}

static void
test_no_fringe (void)
{
  static const int sizes[] = { 13, 17, 40, 57 };

  for (int i = 0; i < 4; i++) {
    check_fringe ("BGRA", sizes[i], 2);
    check_fringe ("AYUV", sizes[i], 2);
    check_fringe ("A420", sizes[i], 2);
  }
}

/* Gray of code value @code, BT.2020 and the like; the file's R'G'B'. */
static void
light_of (const ImColour *colour, const char *layout, const double rgb[3],
    int out[3])
{
  ImRequest request = request_plain (IM_CODEC_PNG);
  Picture picture;
  Decoded d;

  picture_init (&picture, layout, 16, 16, false);
  picture.image.info.colour = *colour;
  picture_fill_rgb (&picture, rgb, 1);
  if (CHECK (picture_encode (&picture, &request, &d))) {
    for (int c = 0; c < 3; c++)
      out[c] = decoded_get (&d, 8, 8, d.channels == 1 ? 0 : c);
    decoded_clear (&d);
  }
  picture_clear (&picture);
}

static void
test_light_is_monotonic (void)
{
  for (int transfer = 0; transfer <= IM_TRANSFER_HLG; transfer++)
    for (int primaries = 0; primaries <= IM_PRIMARIES_FILM; primaries++) {
      ImColour colour = { IM_MATRIX_BT2020, IM_RANGE_LIMITED,
        (ImTransfer) transfer, (ImPrimaries) primaries, false, false };
      int last = -1, v[3] = { 0 }, before = testing_failed_checks;

      if (testing_left_out ())
        continue;
      for (int i = 0; i <= 64; i++) {
        const double gray[] = { i / 64.0, i / 64.0, i / 64.0 };

        light_of (&colour, "Y444_12LE", gray, v);
        CHECK (v[0] >= last);
        CHECK (abs (v[0] - v[1]) <= 1 && abs (v[0] - v[2]) <= 1);
        if (i == 0)
          CHECK (v[0] == 0);
        last = v[0];
      }
      CHECK (last >= 252);
      if (testing_failed_checks > before)
        printf ("  transfer %d, primaries %d\n", transfer, primaries);
    }
}

static double
srgb (double light)
{
  return 255
      * (light <= 0.0031308 ? 12.92 * light
                            : 1.055 * pow (light, 1 / 2.4) - 0.055);
}

static void
test_known_light (void)
{
  ImColour colour = { IM_MATRIX_BT2020, IM_RANGE_LIMITED, IM_TRANSFER_LINEAR,
    IM_PRIMARIES_BT709, false, false };
  int v[3] = { 0 };

  light_of (&colour, "Y444_16LE", (const double[]){ 0.5, 0.5, 0.5 }, v);
  CHECK (fabs (v[0] - srgb (0.5)) <= 1);
  light_of (&colour, "RGB", (const double[]){ 0.25, 1, 0.01 }, v);
  /* 0.25 and 0.01 are not code values of 8 bits. */
  CHECK (fabs (v[0] - srgb (0.25)) <= 2 && v[1] == 255);
  /* Reference white, 203 cd/m2, becomes what im_colour_tone () says. */
  colour.transfer = IM_TRANSFER_PQ;
  colour.primaries = IM_PRIMARIES_BT2020;
  light_of (&colour, "Y444_16LE", (const double[]){ 0.5807, 0.5807, 0.5807 },
      v);
  CHECK (fabs (v[0] - srgb (im_colour_tone (1))) <= 1);
  CHECK (v[0] > 230 && v[0] < 250);
  /* 75 % HLG is the same reference white. */
  colour.transfer = IM_TRANSFER_HLG;
  light_of (&colour, "Y444_16LE", (const double[]){ 0.75, 0.75, 0.75 }, v);
  CHECK (fabs (v[0] - srgb (im_colour_tone (1))) <= 1);
}

/* A colour that both gamuts have: BT.2020's idea of BT.709's green. */
static void
test_known_primaries (void)
{
  const double m[3][3] = { { 0.6274, 0.3293, 0.0433 },
    { 0.0691, 0.9195, 0.0114 }, { 0.0164, 0.0880, 0.8956 } };
  ImColour colour = { IM_MATRIX_BT2020, IM_RANGE_FULL, IM_TRANSFER_SDR,
    IM_PRIMARIES_BT2020, false, false };

  /* ITU-R BT.2087, table 1, forwards; imbytes has to go back. */
  for (int p = 0; p < N_PATCHES; p++) {
    double wide[3];
    int v[3] = { 0 };

    for (int i = 0; i < 3; i++) {
      double light = 0;

      for (int j = 0; j < 3; j++)
        light += m[i][j] * im_colour_decode (IM_TRANSFER_SDR, patches[p][j]);
      wide[i] = im_colour_encode_srgb (light);
    }
    light_of (&colour, "Y444_16LE", wide, v);
    for (int i = 0; i < 3; i++)
      if (!CHECK (fabs (v[i] - 255 * patches[p][i]) <= 2))
        printf ("  patch %d, %d: %d\n", p, i, v[i]);
  }
}

static const Test tests[] = { TEST (test_flat_patches), TEST (test_flat_large),
  TEST (test_flat_subsamplings), TEST (test_flat_gray), TEST (test_borders),
  TEST (test_exact_16), TEST (test_exact_8), TEST (test_no_fringe),
  TEST (test_light_is_monotonic), TEST (test_known_light),
  TEST (test_known_primaries) };

int
main (void)
{
  testing_poison (0x5a);
  return TESTS_RUN (tests);
}
