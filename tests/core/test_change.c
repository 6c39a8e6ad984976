/* imbytes tests: change, against means computed here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/change.h"

#include <math.h>

#include "pictures.h"
#include "testing.h"

#define WIDTH 640
#define HEIGHT 360

static double
look (ImChange *change, const Picture *picture)
{
  double difference = -1.0;

  CHECK (im_change_look (change, &picture->image, (ImRect){ 0 }, &difference,
      NULL));
  return difference;
}

/* Luma, or all of R'G'B', of a rectangle. */
static void
fill (Picture *picture, int x0, int y0, int width, int height, unsigned code)
{
  int n = picture->image.info.format.model == IM_MODEL_RGB ? 3 : 1;

  for (int c = 0; c < n; c++)
    for (int y = y0; y < y0 + height; y++)
      for (int x = x0; x < x0 + width; x++)
        picture_set (picture, c, x, y, code);
}

static void
test_same (void)
{
  for (const PictureLayout *layout = picture_layouts; layout->name; layout++) {
    ImChange *change = im_change_new ();
    Picture picture;

    picture_init (&picture, layout->name, 100, 75, false);
    picture_random (&picture, 7);
    CHECK (look (change, &picture) == 1.0);
    CHECK (look (change, &picture) == 1.0);
    im_change_keep (change);
    CHECK (look (change, &picture) == 0.0);
    im_change_forget (change);
    CHECK (look (change, &picture) == 1.0);
    picture_clear (&picture);
    im_change_free (change);
  }
}

/* A cell of 20x20 pixels, covered in part by something 64 codes brighter. */
static void
test_cells (void)
{
  static const char *const layouts[] = { "GRAY8", "RGB", "GRAY16_LE" };

  for (int l = 0; l < 3; l++) {
    for (int part = 1; part <= 20; part++) {
      ImChange *change = im_change_new ();
      unsigned unit;
      Picture picture;
      double expected = 64.0 / 255 * part / 20, difference;

      if (picture_layout (layouts[l]) == NULL) {
        im_change_free (change);
        continue;
      }
      picture_init (&picture, layouts[l], WIDTH, HEIGHT, false);
      picture.image.info.colour.range = IM_RANGE_FULL;
      unit = picture.image.info.format.component[0].depth == 16 ? 257 : 1;
      fill (&picture, 0, 0, WIDTH, HEIGHT, 100 * unit);
      look (change, &picture);
      im_change_keep (change);
      fill (&picture, 7 * 20, 11 * 20, part, 20, 164 * unit);
      difference = look (change, &picture);
      if (!CHECK (fabs (difference - expected) <= 1.0 / 255))
        printf ("  %s, %d of 20: %g, not %g\n", layouts[l], part, difference,
            expected);
      picture_clear (&picture);
      im_change_free (change);
    }
  }
}

/* What lies outside the crop does not count; another crop is another picture. */
static void
test_crop (void)
{
  ImRect crop = { 100, 60, 320, 180 };
  ImChange *change = im_change_new ();
  double difference;
  Picture picture;
  ImError error;

  picture_init (&picture, "I420", WIDTH, HEIGHT, false);
  fill (&picture, 0, 0, WIDTH, HEIGHT, 100);
  CHECK (im_change_look (change, &picture.image, crop, &difference, NULL));
  im_change_keep (change);
  fill (&picture, 0, 0, WIDTH, 56, 200);
  fill (&picture, 424, 0, WIDTH - 424, HEIGHT, 200);
  CHECK (im_change_look (change, &picture.image, crop, &difference, NULL));
  CHECK (difference == 0.0);
  fill (&picture, 200, 120, 10, 10, 200);
  CHECK (im_change_look (change, &picture.image, crop, &difference, NULL));
  CHECK (difference > 0.3);
  crop.x = WIDTH;
  CHECK (!im_change_look (change, &picture.image, crop, &difference, &error));
  CHECK (error.code == IM_ERROR_INVALID);
  picture_clear (&picture);
  im_change_free (change);
}

/* Noise as strong as that of a sensor at night. */
static void
test_noise (void)
{
  ImChange *change = im_change_new ();
  unsigned seed = 1;
  double largest = 0.0;
  Picture picture;

  picture_init (&picture, "I420", WIDTH, HEIGHT, false);
  for (int i = 0; i < 20; i++) {
    for (int y = 0; y < HEIGHT; y++)
      for (int x = 0; x < WIDTH; x++) {
        seed = seed * 1664525u + 1013904223u;
        picture_set (&picture, 0, x, y, 80 + (seed >> 24) % 25);
      }
    if (i > 0)
      largest = fmax (largest, look (change, &picture));
    else
      look (change, &picture), im_change_keep (change);
  }
  printf ("  noise of +-12 comes to %g\n", largest);
  CHECK (largest < 0.02);
  picture_clear (&picture);
  im_change_free (change);
}

static void
test_sizes (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 1, 300 }, { 3, 2 }, { 33, 19 },
    { 640, 144 }, { 641, 289 }, { 16, 4321 } };

  for (size_t i = 0; i < sizeof (sizes) / sizeof (*sizes); i++)
    for (const PictureLayout *layout = picture_layouts; layout->name;
         layout++) {
      ImChange *change = im_change_new ();
      Picture picture;

      picture_init (&picture, layout->name, sizes[i][0], sizes[i][1],
          i % 2 == 1);
      picture_random (&picture, 3);
      look (change, &picture);
      im_change_keep (change);
      CHECK (look (change, &picture) == 0.0);
      picture_clear (&picture);
      im_change_free (change);
    }
}

static const Test tests[] = { TEST (test_same), TEST (test_cells),
  TEST (test_crop), TEST (test_noise), TEST (test_sizes) };

int
main (void)
{
  return TESTS_RUN (tests);
}
