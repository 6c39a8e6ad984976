/* imbytes tests: engine.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/engine.h"


#include "core/base/workers.h"
#include "failing.h"
#include "pictures.h"
#include "testing.h"

typedef struct
{
  uint8_t *data;
  size_t size;
} File;

static bool
encode (ImEngine *engine, const Picture *picture, const ImRequest *request,
    File *file, ImError *error)
{
  *file = (File){ NULL, 0 };
  if (!im_engine_configure (engine, &picture->image.info, request, error)
      || !im_engine_encode (engine, &picture->image, &file->size, error))
    return false;
  file->data = __real_malloc (file->size + 8);
  memset (file->data, 0xc3, file->size + 8);
  im_engine_write (engine, file->data);
  /* Not a byte more than was announced. */
  for (int i = 0; i < 8; i++)
    CHECK_EQUAL (file->data[file->size + (size_t) i], 0xc3);
  return true;
}

static File
encode_fresh (const Picture *picture, const ImRequest *request)
{
  ImEngine *engine = im_engine_new ();
  ImError error = { 0 };
  File file;

  if (!CHECK (encode (engine, picture, request, &file, &error)))
    printf ("  %s\n", error.message);
  im_engine_free (engine);
  return file;
}

static bool
same (File a, File b)
{
  return a.size == b.size && a.size > 0 && memcmp (a.data, b.data, a.size) == 0;
}

static ImRequest
request_of (ImCodecId codec, int width, int height, ImFit fit, ImMethod method)
{
  ImRequest request = request_plain (codec);

  request.width = width;
  request.height = height;
  request.fit = fit;
  request.method = method;
  request.jpeg.quality = 85;
  return request;
}

/* Same bytes each time, whatever lay in memory before. */
static void
test_same_bytes (void)
{
  static const int widths[] = { 1, 17, 33, 321, 426 };

  for (const PictureLayout *l = picture_layouts; l->name; l++)
    for (int w = 0; w < 5; w++)
      for (int kind = 0; kind < 6; kind++) {
        ImRequest request = request_of (kind & 1, kind < 2 ? 0 : widths[4 - w],
            kind < 4 ? 0 : 37, kind == 4 ? IM_FIT_CONTAIN : IM_FIT_COVER,
            IM_METHOD_BICUBIC);
        Picture picture;
        File a, b;

        if (testing_left_out ())
          continue;
        picture_init (&picture, l->name, widths[w], 1 + 3 * widths[w] / 4,
            false);
        picture_random (&picture, 11);
        testing_poison (0x11);
        a = encode_fresh (&picture, &request);
        testing_poison (0xfe);
        b = encode_fresh (&picture, &request);
        if (!CHECK (same (a, b)))
          printf ("  %s %d wide, kind %d\n", l->name, widths[w], kind);
        free (a.data);
        free (b.data);
        picture_clear (&picture);
      }
  testing_poison (0);
}

/* Rows in the other order, and a frame elsewhere, are the same picture. */
static void
test_strides (void)
{
  for (const PictureLayout *l = picture_layouts; l->name; l++) {
    ImRequest request =
        request_of (IM_CODEC_PNG, 21, 0, IM_FIT_FILL, IM_METHOD_LANCZOS);
    Picture up, down;
    File a, b;

    picture_init (&up, l->name, 33, 47, false);
    picture_init (&down, l->name, 33, 47, true);
    picture_random (&up, 5);
    picture_random (&down, 5);
    a = encode_fresh (&up, &request);
    b = encode_fresh (&down, &request);
    if (!CHECK (same (a, b)))
      printf ("  %s\n", l->name);
    free (a.data);
    free (b.data);
    picture_clear (&up);
    picture_clear (&down);
  }
}

/* Whatever an engine did before, it does the same as a new one. */
static void
test_reconfigure (void)
{
  ImEngine *engine = im_engine_new ();
  unsigned seed = 3;
  int n_layouts = 0;

  while (picture_layouts[n_layouts].name)
    n_layouts++;
  for (int i = 0; i < 300; i++) {
    ImRequest request = request_of (testing_random (&seed) % 2,
        (int) (testing_random (&seed) % 3 * 40),
        (int) (testing_random (&seed) % 3 * 30),
        (ImFit) (testing_random (&seed) % 4),
        (ImMethod) (testing_random (&seed) % IM_N_METHODS));
    int layout = (int) (testing_random (&seed) % 3 == 0
            ? testing_random (&seed) % (unsigned) n_layouts
            : 0);
    Picture picture;
    File a, b;
    ImError error = { 0 };

    request.jpeg.quality = (int) (testing_random (&seed) % 3 * 30 + 30);
    request.jpeg.subsampling = (ImSubsampling) (testing_random (&seed) % 5);
    request.jpeg.progressive = testing_random (&seed) % 4 == 0;
    request.png.level = (int) (testing_random (&seed) % 10);
    request.background = testing_random (&seed) % 2 ? 0x80112233 : 0xff445566;
    picture_init (&picture, picture_layouts[layout].name, 64, 50, false);
    picture_random (&picture, (unsigned) i);
    CHECK (encode (engine, &picture, &request, &a, &error));
    b = encode_fresh (&picture, &request);
    if (!CHECK (same (a, b)))
      printf ("  in turn %d\n", i);
    free (a.data);
    free (b.data);
    picture_clear (&picture);
  }
  im_engine_free (engine);
}

/* Options of the coder alone, one after another, and back again. */
static void
test_codec_options (void)
{
  ImEngine *engine = im_engine_new ();
  Picture picture;
  File first, second, third, again;
  ImError error = { 0 };
  ImRequest request = request_of (IM_CODEC_JPEG, 0, 0, IM_FIT_FILL, 1);

  picture_init (&picture, "I420", 640, 480, false);
  picture_random (&picture, 4);
  CHECK (im_engine_plan (engine) == NULL);
  CHECK (encode (engine, &picture, &request, &first, &error));
  CHECK (im_engine_plan (engine)->n_strips > 1);
  request.jpeg.quality = 30;
  CHECK (encode (engine, &picture, &request, &second, &error));
  CHECK (second.size < first.size);
  request.jpeg.optimize = true;
  CHECK (encode (engine, &picture, &request, &third, &error));
  CHECK (third.size < second.size);
  CHECK_EQUAL (im_engine_plan (engine)->n_strips, 1);
  request.jpeg.optimize = false;
  request.jpeg.quality = 85;
  CHECK (encode (engine, &picture, &request, &again, &error));
  CHECK (same (first, again));
  free (first.data);
  free (second.data);
  free (third.data);
  free (again.data);
  picture_clear (&picture);
  im_engine_free (engine);
}

static void
test_refusals (void)
{
  ImEngine *engine = im_engine_new ();
  ImRequest request = request_of (IM_CODEC_JPEG, 70000, 10, IM_FIT_FILL, 1);
  ImError error = { 0 };
  Picture picture;
  File file;

  picture_init (&picture, "GRAY8", 20, 20, false);
  picture_random (&picture, 1);
  CHECK (!encode (engine, &picture, &request, &file, &error));
  CHECK_EQUAL (error.code, IM_ERROR_TOO_LARGE);
  CHECK (im_engine_plan (engine) == NULL);
  request.width = 10;
  CHECK (encode (engine, &picture, &request, &file, &error));
  free (file.data);
  request.width = 70000;
  CHECK (!encode (engine, &picture, &request, &file, &error));
  CHECK (im_engine_plan (engine) == NULL);
  im_engine_free (engine);
  im_engine_free (NULL);
  picture_clear (&picture);
}

/* Allocation after allocation fails: each time that is said, nothing is lost,
 * and the engine works again afterwards. */
static void
fail_each (const char *layout, const ImRequest *request, bool reuse)
{
  Picture picture;
  File expected, file;
  long failures = 0;

  if (testing_left_out ())
    return;
  picture_init (&picture, layout, 200, 400, false);
  picture_random (&picture, 9);
  expected = encode_fresh (&picture, request);
  for (long n = 0; n < 2000; n++) {
    ImRequest other = *request;
    ImEngine *engine;
    ImError error = { 0 };
    bool done;

    failing_at = reuse ? -1 : n;
    engine = im_engine_new ();
    if (engine && reuse) {
      other.jpeg.quality = 20;
      other.png.level = 6;
      other.width = n & 1 ? 0 : 90;
      CHECK (encode (engine, &picture, &other, &file, &error));
      free (file.data);
      failing_at = n;
    }
    done = engine && encode (engine, &picture, request, &file, &error);
    if (done && failing_at >= 0) {
      failing_at = -1;
      free (file.data);
      im_engine_free (engine);
      break;
    }
    failing_at = -1;
    if (engine == NULL) {
      failures++;
      continue;
    }
    if (done) {
      /* It did without, and must not have made another file. */
      if (!CHECK (same (expected, file)))
        printf ("  %s, codec %d, allocation %ld\n", layout,
            (int) request->codec, n);
      free (file.data);
    } else {
      failures++;
      CHECK (error.message[0] != 0);
      if (!CHECK_EQUAL (error.code, IM_ERROR_NO_MEMORY))
        printf ("  %s, allocation %ld: %s\n", layout, n, error.message);
    }
    if (CHECK (encode (engine, &picture, request, &file, &error))) {
      if (!CHECK (same (expected, file)))
        printf ("  %s after allocation %ld failed\n", layout, n);
      free (file.data);
    }
    im_engine_free (engine);
  }
  failing_at = -1;
  CHECK (failures > 5);
  free (expected.data);
  picture_clear (&picture);
}

static void
test_out_of_memory (void)
{
  static const char *const layouts[] = { "I420", "NV12", "BGRA", "A420",
    "UNPACK", "Y444_12LE", "GRAY16_BE" };

  FAILING_OR_SKIP;
  /* The pool's threads stay, which else come and go with each engine. */
  im_workers_ref ();
  for (int reuse = 0; reuse < 2; reuse++)
    for (int l = 0; l < 7; l++)
      for (int codec = 0; codec < 2; codec++) {
        ImRequest request = request_of ((ImCodecId) codec, 95, 195,
            IM_FIT_CONTAIN, IM_METHOD_BILINEAR);

        fail_each (layouts[l], &request, reuse);
        request.jpeg.progressive = true;
        request.png.level = 9;
        fail_each (layouts[l], &request, reuse);
        request = request_of ((ImCodecId) codec, 95, 195, IM_FIT_CONTAIN,
            IM_METHOD_BILINEAR);
        request.orientation = (ImOrientation){ true, true, false };
        if (l < 4)
          fail_each (layouts[l], &request, reuse);
      }
  im_workers_unref ();
}

/* Allocations that one frame takes. */
static long
count_allocations (ImEngine *engine, const Picture *picture,
    const ImRequest *request)
{
  ImError error = { 0 };
  long before = failing_allocations;
  size_t size;

  CHECK (im_engine_configure (engine, &picture->image.info, request, &error));
  CHECK (im_engine_encode (engine, &picture->image, &size, &error));
  return failing_allocations - before;
}

/* With everything in place, coding a frame allocates nothing in the core. */
static void
test_steady_state (void)
{
  for (int codec = 0; codec < 2; codec++) {
    ImRequest request = request_of ((ImCodecId) codec, 320, 0, IM_FIT_FILL, 1);
    ImEngine *engine = im_engine_new ();
    Picture picture;

    im_engine_set_threads (engine, 1);
    picture_init (&picture, "I420", 640, 480, false);
    picture_random (&picture, 2);
    CHECK (count_allocations (engine, &picture, &request) > 0);
    CHECK_EQUAL (count_allocations (engine, &picture, &request), 0);
    im_engine_free (engine);
    picture_clear (&picture);
  }
}

/* A thread's strip coder is made when it first gets a strip, in whichever frame that
 * is, and grows with the largest strip it was given. After that, nothing. */
static void
test_steady_state_of_threads (void)
{
  for (int codec = 0; codec < 2; codec++) {
    ImRequest request = request_of ((ImCodecId) codec, 0, 0, IM_FIT_FILL, 1);
    ImEngine *alone = im_engine_new (), *engine = im_engine_new ();
    Picture picture;
    long for_one, total = 0;
    int quiet = 0;

    im_engine_set_threads (alone, 1);
    im_engine_set_threads (engine, 4);
    picture_init (&picture, "I420", 640, 200, false);
    picture_random (&picture, 2);
    for_one = count_allocations (alone, &picture, &request);
    for (int i = 0; i < 2000 && quiet < 100; i++) {
      long n = count_allocations (engine, &picture, &request);

      total += n;
      quiet = n == 0 ? quiet + 1 : 0;
    }
    CHECK (im_engine_plan (engine)->n_strips > 2);
    CHECK (total >= for_one);
    CHECK (total <= 8 * for_one);
    CHECK_EQUAL (quiet, 100);
    im_engine_free (engine);
    im_engine_free (alone);
    picture_clear (&picture);
  }
}

static const Test tests[] = { TEST (test_same_bytes), TEST (test_strides),
  TEST (test_reconfigure), TEST (test_codec_options), TEST (test_refusals),
  TEST (test_out_of_memory), TEST (test_steady_state),
  TEST (test_steady_state_of_threads) };

int
main (void)
{
  return TESTS_RUN (tests);
}
