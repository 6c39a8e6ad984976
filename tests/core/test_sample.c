/* imbytes tests: estimates of sizes, against the files themselves; and pictures
 * whose rows are made first and coded several times, against those that are made
 * and coded at once.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/engine.h"
#include "testing.h"

#include "pictures.h"

#include <math.h>

typedef enum
{
  CONTENT_SLOPES,
  CONTENT_DISCS,
  CONTENT_GRAIN,
  CONTENT_HALVES /* grain beside nothing */
} Content;
#define N_CONTENTS 4

static double
luma_at (Content content, int x, int y, int width, double noise)
{
  bool in_disc = (x % 61 - 30) * (x % 61 - 30) + (y % 53 - 26) * (y % 53 - 26)
      < 400 + 300 * (x / 61 % 2);

  switch (content) {
    case CONTENT_SLOPES:
      return 0.2 + 0.3 * sin (x * 0.013) + 0.2 * sin (y * 0.021) + 0.25;
    case CONTENT_DISCS:
      return in_disc ? 0.8 : 0.3 + 0.05 * noise;
    case CONTENT_GRAIN:
      return 0.5 + 0.4 * (noise - 0.5);
    default:
      return x < width / 2 ? 0.5 : 0.5 + 0.6 * (noise - 0.5);
  }
}

static void
draw (Picture *picture, Content content, unsigned seed)
{
  for (int c = 0; c < picture->layout->format.n_components; c++)
    for (int y = 0; y < picture_height (picture, c); y++)
      for (int x = 0; x < picture_width (picture, c); x++) {
        double noise = testing_random (&seed) % 1000 * 1e-3;

        picture_set (picture, c, x, y,
            (unsigned) (235
                * luma_at (content, x, y, picture_width (picture, c), noise)));
      }
}

static ImRequest
request_for (ImSubsampling subsampling, int quality)
{
  ImRequest request = request_plain (IM_CODEC_JPEG);

  request.jpeg.subsampling = subsampling;
  request.jpeg.quality = quality;
  return request;
}

/* Whatever the picture, the estimate is of the right size; and as it is off by
 * nearly the same part at neighbouring qualities, it tells which of them fits. */
static void
check_estimates (ImEngine *engine, const Picture *picture,
    ImSubsampling subsampling, Content content)
{
  double before = 0;

  for (int quality = 10; quality <= 95; quality += 5) {
    ImRequest request = request_for (subsampling, quality);
    ImError error = { 0 };
    size_t estimate, size;
    double off;

    if (!CHECK (
            im_engine_configure (engine, &picture->image.info, &request, &error)
            && im_engine_can_estimate (engine))
        || !CHECK (quality > 10
            || im_engine_make_rows (engine, &picture->image, &error))
        || !CHECK (im_engine_estimate (engine, &estimate, &error)
            && im_engine_code_rows (engine, &size, &error)))
      return;
    off = (double) estimate / (double) size;
    if (!CHECK (off > 0.8 && off < 1.25)
        || !CHECK (before == 0 || fabs (off / before - 1) < 0.06))
      printf ("  %s, content %d, subsampling %d, quality %d: %zu, not %zu\n",
          picture->layout->name, content, subsampling, quality, estimate, size);
    before = off;
  }
}

static void
test_estimates (void)
{
  static const struct
  {
    int width, height;
  } sizes[] = { { 640, 360 }, { 1111, 803 }, { 330, 280 } };
  static const ImSubsampling subsamplings[] = { IM_SUBSAMPLING_420,
    IM_SUBSAMPLING_422, IM_SUBSAMPLING_444 };

  for (size_t s = 0; s < sizeof (sizes) / sizeof (*sizes); s++)
    for (Content content = 0; content < N_CONTENTS; content++)
      for (size_t k = 0; k < 4; k++) {
        Picture picture;
        ImEngine *engine = im_engine_new ();

        picture_init (&picture, k < 3 ? "I420" : "GRAY8", sizes[s].width,
            sizes[s].height, false);
        draw (&picture, content, 7);
        check_estimates (engine, &picture, subsamplings[k % 3], content);
        im_engine_free (engine);
        picture_clear (&picture);
      }
}

/* Small pictures are coded as quickly, and nobody asks for the size of a PNG. */
static void
test_not_worth_it (void)
{
  static const int widths[] = { 1, 15, 64, 65, 200 };

  for (ImCodecId codec = IM_CODEC_JPEG; codec <= IM_CODEC_PNG; codec++)
    for (size_t w = 0; w < sizeof (widths) / sizeof (*widths); w++) {
      int height = codec == IM_CODEC_PNG ? 720 : 50;
      ImRequest request = request_plain (codec);
      ImEngine *engine = im_engine_new ();
      ImError error = { 0 };
      Picture picture;
      size_t size;

      picture_init (&picture, "I420", widths[w], height, false);
      CHECK (!im_engine_can_estimate (engine));
      CHECK (
          im_engine_configure (engine, &picture.image.info, &request, &error));
      CHECK (!im_engine_can_estimate (engine));
      /* Nothing is made yet. */
      CHECK (!im_engine_code_rows (engine, &size, &error));
      CHECK_EQUAL (error.code, IM_ERROR_INVALID);
      im_engine_free (engine);
      picture_clear (&picture);
    }
}

static bool
write_file (const ImEngine *engine, size_t size, ImBytes *file)
{
  im_bytes_reset (file);
  if (!CHECK (im_bytes_reserve (file, size)))
    return false;
  im_engine_write (engine, file->data);
  file->size = size;
  return true;
}

/* Rows that are made first give the same file, at every quality in turn, whatever
 * the codec, its options and the number of threads. */
static void
check_rows_first (const Picture *picture, ImRequest request, int n_threads)
{
  ImEngine *once = im_engine_new (), *twice = im_engine_new ();
  const ImImage *image = &picture->image;
  ImBytes a = { 0 }, b = { 0 };
  ImError error = { 0 };

  im_engine_set_threads (once, n_threads);
  im_engine_set_threads (twice, n_threads);
  for (int turn = 0; turn < 4; turn++) {
    size_t size;

    request.jpeg.quality = 95 - 30 * turn;
    request.png.level = 1 + 2 * turn;
    if (!CHECK (im_engine_configure (once, &image->info, &request, &error)
            && im_engine_encode (once, image, &size, &error)
            && write_file (once, size, &a))
        || !CHECK (im_engine_configure (twice, &image->info, &request, &error)
            && (turn % 2 || im_engine_make_rows (twice, image, &error))
            && im_engine_code_rows (twice, &size, &error)
            && write_file (twice, size, &b)))
      break;
    CHECK (a.size == b.size && memcmp (a.data, b.data, a.size) == 0);
  }
  im_bytes_clear (&a);
  im_bytes_clear (&b);
  im_engine_free (once);
  im_engine_free (twice);
}

static void
test_rows_first (void)
{
  for (int kind = 0; kind < 5; kind++)
    for (int n_threads = 1; n_threads <= 3; n_threads += 2)
      for (int small = 0; small < 2; small++) {
        ImRequest request =
            request_plain (kind == 4 ? IM_CODEC_PNG : IM_CODEC_JPEG);
        Picture picture;

        request.jpeg.progressive = kind == 1;
        request.jpeg.optimize = kind == 2;
        request.jpeg.dct = kind == 3 ? IM_DCT_FLOAT : IM_DCT_ISLOW;
        picture_init (&picture, "I420", small ? 41 : 431, small ? 23 : 367,
            false);
        draw (&picture, CONTENT_DISCS, 3);
        check_rows_first (&picture, request, n_threads);
        picture_clear (&picture);
      }
}

static const Test tests[] = { TEST (test_estimates), TEST (test_not_worth_it),
  TEST (test_rows_first) };

int
main (void)
{
  return TESTS_RUN (tests);
}
