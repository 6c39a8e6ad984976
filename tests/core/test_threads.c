/* imbytes tests: the same bytes with any number of threads.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <pthread.h>

#include "core/engine.h"
#include "core/base/workers.h"
#include "pictures.h"
#include "testing.h"

static const int thread_counts[] = { 1, 2, 3, 8 };
#define N_COUNTS 4

/* One for each number of threads, which does everything one after another. */
static ImEngine *engines[N_COUNTS];

static void
engines_new (void)
{
  for (int i = 0; i < N_COUNTS; i++) {
    engines[i] = im_engine_new ();
    im_engine_set_threads (engines[i], thread_counts[i]);
  }
}

static void
engines_free (void)
{
  for (int i = 0; i < N_COUNTS; i++)
    im_engine_free (engines[i]);
  CHECK_EQUAL (im_workers_threads (), 0);
}

typedef struct
{
  uint8_t *data;
  size_t size;
} File;

static File
encode (ImEngine *engine, const ImImage *image, const ImRequest *request)
{
  File file = { NULL, 0 };
  ImError error = { 0 };

  if (!CHECK (im_engine_configure (engine, &image->info, request, &error)
          && im_engine_encode (engine, image, &file.size, &error))) {
    printf ("  %s\n", error.message);
    return file;
  }
  file.data = malloc (file.size);
  im_engine_write (engine, file.data);
  return file;
}

static bool
same (File a, File b)
{
  return a.size == b.size && a.size > 0 && memcmp (a.data, b.data, a.size) == 0;
}

/* True when every engine makes the same of it. */
static bool
check_same (const Picture *picture, const ImRequest *request)
{
  File first = encode (engines[0], &picture->image, request);
  bool held = true;

  for (int i = 1; i < N_COUNTS; i++) {
    File file = encode (engines[i], &picture->image, request);

    if (!CHECK (same (first, file))) {
      printf ("  %d threads\n", thread_counts[i]);
      held = false;
    }
    free (file.data);
  }
  free (first.data);
  return held;
}

/* Slopes under noise, so that there is something to compress. */
static void
fill (Picture *picture, unsigned seed)
{
  const ImFormat *format = &picture->image.info.format;

  for (int c = 0; c < format->n_components; c++) {
    unsigned full = (1u << format->component[c].depth) - 1;

    for (int y = 0; y < picture_height (picture, c); y++)
      for (int x = 0; x < picture_width (picture, c); x++)
        picture_set (picture, c, x, y,
            ((unsigned) (x + 2 * y) * full / 1500
                + testing_random (&seed) % 16 * full / 255)
                & full);
  }
}

typedef struct
{
  const char *name;
  ImCodecId codec;
  bool progressive, optimize;
  int level;
  bool whole; /* coded as one strip */
} Kind;

static const Kind kinds[] = { { "JPEG", IM_CODEC_JPEG, false, false, 0, false },
  { "progressive JPEG", IM_CODEC_JPEG, true, false, 0, true },
  { "optimized JPEG", IM_CODEC_JPEG, false, true, 0, true },
  { "PNG 1", IM_CODEC_PNG, false, false, 1, false },
  { "PNG 3", IM_CODEC_PNG, false, false, 3, false },
  { "PNG 6", IM_CODEC_PNG, false, false, 6, false },
  { "PNG 9", IM_CODEC_PNG, false, false, 9, true } };
#define N_KINDS (int) (sizeof (kinds) / sizeof (kinds[0]))

static ImRequest
request_of (const Kind *kind)
{
  ImRequest request = request_plain (kind->codec);

  request.jpeg.quality = 85;
  request.jpeg.progressive = kind->progressive;
  request.jpeg.optimize = kind->optimize;
  request.png.level = kind->level;
  request.fit = IM_FIT_CONTAIN;
  request.background = 0xff336699;
  return request;
}

static void
check_kinds (const char *layout, int width, int height, int n_kinds)
{
  Picture picture;

  picture_init (&picture, layout, 270, 350, false);
  fill (&picture, 17);
  for (int k = 0; k < n_kinds; k++) {
    ImRequest request = request_of (&kinds[k]);

    if (testing_left_out ())
      continue;
    request.width = width;
    request.height = height;
    if (!check_same (&picture, &request))
      printf ("  %s, %s, %d wide\n", layout, kinds[k].name, width);
    if (!CHECK ((im_engine_plan (engines[0])->n_strips == 1) == kinds[k].whole))
      printf ("  %s\n", kinds[k].name);
  }
  picture_clear (&picture);
}

/* Resized, with borders. PNG 6 and 9 take long: a few layouts below
 * have to do. */
static void
test_every_layout (void)
{
  engines_new ();
  for (const PictureLayout *l = picture_layouts; l->name; l++)
    check_kinds (l->name, 290, 340, N_KINDS - 2);
  engines_free ();
}

static void
test_own_size (void)
{
  static const char *const layouts[] = { "I420", "NV12", "YUY2", "RGB", "A420",
    "P010_10LE" };

  engines_new ();
  for (int l = 0; l < 6; l++)
    check_kinds (layouts[l], 0, 0, N_KINDS);
  engines_free ();
}

/* Strips that are a few rows each, of large pictures; and those whose rows are
 * shared by neighbours, because the filters reach far. */
static void
test_sizes_and_methods (void)
{
  static const int sizes[][2] = { { 1201, 97 }, { 64, 2049 }, { 700, 0 },
    { 50, 2000 } };
  Picture picture;

  engines_new ();
  picture_init (&picture, "I420", 641, 483, true);
  fill (&picture, 5);
  for (int s = 0; s < 4; s++)
    for (int method = 0; method < 6; method++)
      for (int k = 0; k < 4; k += 3) {
        ImRequest request = request_of (&kinds[k]);

        if (testing_left_out ())
          continue;
        request.width = sizes[s][0];
        request.height = sizes[s][1];
        request.fit = IM_FIT_FILL;
        request.method = (ImMethod) method;
        if (!check_same (&picture, &request))
          printf ("  %s, %d wide, method %d\n", kinds[k].name, request.width,
              method);
        CHECK (im_engine_plan (engines[0])->n_strips > 1);
      }
  picture_clear (&picture);
  engines_free ();
}

#define N_ENGINES 16
typedef struct
{
  pthread_t thread;
  const Picture *picture;
  File *expected; /* for each kind */
  int first, n_wrong;
} User;

static void *
use_engine (void *data)
{
  User *user = data;
  ImEngine *engine = im_engine_new ();

  im_engine_set_threads (engine, 8);
  for (int i = 0; i < 12; i++) {
    int k = (user->first + i) % 5;
    ImRequest request = request_of (&kinds[k]);
    ImError error = { 0 };
    File file = { NULL, 0 };

    /* CHECK is for one thread alone. */
    if (!im_engine_configure (engine, &user->picture->image.info, &request,
            &error)
        || !im_engine_encode (engine, &user->picture->image, &file.size,
            &error)) {
      user->n_wrong++;
      continue;
    }
    file.data = malloc (file.size);
    im_engine_write (engine, file.data);
    user->n_wrong += !same (file, user->expected[k]);
    free (file.data);
  }
  im_engine_free (engine);
  return NULL;
}

/* Many engines at once, with more threads than there are processors. */
static void
test_many_engines (void)
{
  User users[N_ENGINES];
  File expected[N_KINDS];
  Picture picture;

  picture_init (&picture, "NV12", 320, 260, false);
  fill (&picture, 23);
  engines_new ();
  for (int k = 0; k < N_KINDS; k++) {
    ImRequest request = request_of (&kinds[k]);

    expected[k] = encode (engines[0], &picture.image, &request);
  }
  engines_free ();
  for (int i = 0; i < N_ENGINES; i++) {
    users[i] = (User){ .picture = &picture, .expected = expected, .first = i };
    pthread_create (&users[i].thread, NULL, use_engine, &users[i]);
  }
  for (int i = 0; i < N_ENGINES; i++) {
    pthread_join (users[i].thread, NULL);
    CHECK_EQUAL (users[i].n_wrong, 0);
  }
  CHECK_EQUAL (im_workers_threads (), 0);
  for (int k = 0; k < N_KINDS; k++)
    free (expected[k].data);
  picture_clear (&picture);
}

static const Test tests[] = { TEST (test_every_layout), TEST (test_own_size),
  TEST (test_sizes_and_methods), TEST (test_many_engines) };

int
main (void)
{
  return TESTS_RUN (tests);
}
