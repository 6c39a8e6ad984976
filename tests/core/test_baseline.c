/* imbytes tests: the baseline JPEG coder against libjpeg-turbo, which codes the
 * same planes whole: every file has to be the same, byte for byte.
 *
 *   test_baseline [CASES [SEED]]
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "codecs.h"

#include <math.h>
#include <jpeglib.h>

#include "core/jpeg/baseline.h"
#include "core/jpeg/jpeg_library.h"

#define QUICK_CASES 200
#define USUAL_CASES 2000

static unsigned n_cases = USUAL_CASES, first_seed = 1;

static const ImSubsampling subsamplings[] = { IM_SUBSAMPLING_420,
  IM_SUBSAMPLING_422, IM_SUBSAMPLING_444, IM_SUBSAMPLING_GRAY };

static ImPlan
make_plan (ImSubsampling subsampling, int width, int height, int quality,
    int strip_rows)
{
  ImPlan plan = { .codec = IM_CODEC_JPEG,
    .width = width,
    .height = height,
    .par_n = 1,
    .par_d = 1,
    .bit_depth = 8,
    .jpeg = { .quality = quality, .subsampling = subsampling } };

  plan.n_components = subsampling == IM_SUBSAMPLING_GRAY ? 1 : 3;
  plan.model = plan.n_components == 1 ? IM_MODEL_GRAY : IM_MODEL_YCBCR;
  plan.w_shift = subsampling == IM_SUBSAMPLING_420
      || subsampling == IM_SUBSAMPLING_422;
  plan.h_shift = subsampling == IM_SUBSAMPLING_420;
  set_strips (&plan, strip_rows);
  return plan;
}

/* One MCU row; what lies outside the picture is its edge. */
static void
write_mcu_row (struct jpeg_compress_struct *jpeg, const ImPlan *plan,
    const Picture *picture, int y, uint8_t *padded[3][16])
{
  JSAMPARRAY planes[3];

  for (int c = 0; c < plan->n_components; c++) {
    int h_shift = c > 0 ? plan->h_shift : 0;
    size_t width =
        (size_t) im_subsampled (plan->width, c > 0 ? plan->w_shift : 0);

    for (int i = 0; i < (8 << plan->h_shift) >> h_shift; i++) {
      int row = (y >> h_shift) + i < picture->n_rows[c]
          ? (y >> h_shift) + i
          : picture->n_rows[c] - 1;
      const uint8_t *src =
          picture->plane[c] + (size_t) row * picture->row_size[c];

      memcpy (padded[c][i], src, width);
      memset (padded[c][i] + width, src[width - 1],
          picture->row_size[c] - width);
    }
    planes[c] = padded[c];
  }
  jpeg_write_raw_data (jpeg, planes, 8u << plan->h_shift);
}

static ImBytes
code_by_libjpeg (const ImPlan *plan, const Picture *picture)
{
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  uint8_t *padded[3][16] = { { NULL } };
  unsigned char *data = NULL;
  unsigned long size = 0;

  jpeg.err = jpeg_std_error (&errors);
  jpeg_create_compress (&jpeg);
  jpeg_mem_dest (&jpeg, &data, &size);
  jpeg.image_width = (JDIMENSION) plan->width;
  jpeg.image_height = (JDIMENSION) plan->height;
  jpeg.input_components = plan->n_components;
  jpeg.in_color_space = plan->n_components == 1 ? JCS_GRAYSCALE : JCS_YCbCr;
  jpeg_set_defaults (&jpeg);
  jpeg_set_quality (&jpeg, plan->jpeg.quality, TRUE);
  jpeg.raw_data_in = TRUE;
  jpeg.dct_method = JDCT_ISLOW;
  jpeg.comp_info[0].h_samp_factor = 1 << plan->w_shift;
  jpeg.comp_info[0].v_samp_factor = 1 << plan->h_shift;
  for (int c = 0; c < plan->n_components; c++)
    for (int i = 0; i < 16; i++)
      padded[c][i] = malloc (picture->row_size[c]);
  jpeg_start_compress (&jpeg, TRUE);
  for (int y = 0; y < plan->height; y += 8 << plan->h_shift)
    write_mcu_row (&jpeg, plan, picture, y, padded);
  jpeg_finish_compress (&jpeg);
  jpeg_destroy_compress (&jpeg);
  for (int c = 0; c < plan->n_components; c++)
    for (int i = 0; i < 16; i++)
      free (padded[c][i]);
  return (ImBytes){ data, size, size };
}

/* The entropy-coded data, by the kernels of one table. */
static ImBytes
code_by_table (const ImPlan *plan, const Picture *picture,
    const ImJpegKernels *kernels)
{
  ImError error = { 0 };
  ImJpegLibrary *library = im_jpeg_library_new (plan, &error);
  const uint16_t *quantisation[3] = { NULL, NULL, NULL };
  ImCodedStrip *strips = calloc ((size_t) plan->n_strips, sizeof (*strips));
  ImJpegBaseline *coder;
  ImBytes data = { 0 };
  size_t size = 0;
  bool fine = true;

  for (int c = 0; c < plan->n_components; c++)
    quantisation[c] = im_jpeg_library_quantisation (library, c);
  coder = im_jpeg_baseline_new (plan, quantisation, kernels, &error);
  for (int i = 0; i < plan->n_strips; i++) {
    int y = im_plan_band_begin (plan->height, plan->n_strips, i);
    int end = im_plan_band_begin (plan->height, plan->n_strips, i + 1);

    fine = fine && im_jpeg_baseline_begin (coder, i, &strips[i], &error);
    for (; y < end && fine; y += IM_BLOCK_ROWS) {
      ImRows rows = picture_rows (picture, plan, y,
          end - y < IM_BLOCK_ROWS ? end - y : IM_BLOCK_ROWS);

      fine = im_jpeg_baseline_rows (coder, &rows, &error);
    }
    fine = fine && im_jpeg_baseline_end (coder, &error);
  }
  fine = fine
      && im_jpeg_baseline_size (coder, strips, plan->n_strips, &size, &error);
  if (CHECK (fine) && CHECK (im_bytes_reserve (&data, size))) {
    CHECK (im_jpeg_baseline_write (coder, data.data) == data.data + size);
    data.size = size;
  }
  for (int i = 0; i < plan->n_strips; i++)
    im_bytes_clear (&strips[i].bytes);
  free (strips);
  im_jpeg_baseline_free (coder);
  im_jpeg_library_free (library);
  return data;
}

/* By the codec, and then by each table; those need the rows padded, which the
 * codec has just done. */
static bool
check_picture (const ImPlan *plan, const Picture *picture)
{
  ImBytes expected = code_by_libjpeg (plan, picture);
  ImBytes file = code_picture (plan, picture, 1, false);
  bool held = CHECK (same_bytes (&expected, &file));

  for (int set = 0; set < IM_N_PROCESSORS; set++) {
    const ImJpegKernels *kernels = im_jpeg_kernels_of ((ImProcessor) set);
    ImBytes data;

    if (kernels == NULL)
      continue;
    data = code_by_table (plan, picture, kernels);
    /* Between the headers and EOI. */
    if (!CHECK (data.size + 2 < expected.size
            && memcmp (expected.data + expected.size - 2 - data.size, data.data,
                   data.size)
                == 0)) {
      printf ("  by %s\n", kernels->name);
      held = false;
    }
    im_bytes_clear (&data);
  }
  im_bytes_clear (&expected);
  im_bytes_clear (&file);
  return held;
}

typedef enum
{
  NOISE,     /* any samples */
  EXTREMES,  /* 0 and 255 */
  CHECKERED, /* the same, in turn */
  SIGNS,     /* 0 and 255, where one basis function is below and above 0: the
              * largest coefficients that there are */
  WAVE,      /* one basis function: runs of zeros */
  FLAT,      /* of any level: large differences of DC */
  GRADIENT,
  GRAIN, /* a little noise: no zeros at quality 100 */
  N_KINDS
} Kind;

static int
draw (Kind kind, int x, int y, unsigned r, unsigned *seed)
{
  double wave = cos ((2 * x + 1) * (int) (r & 7) * acos (-1.0) / 16)
      * cos ((2 * y + 1) * (int) (r >> 3 & 7) * acos (-1.0) / 16);
  int level = (int) (r >> 6 & 255);

  switch (kind) {
    case NOISE:
      return (int) (testing_random (seed) & 255);
    case EXTREMES:
      return testing_random (seed) & 1 ? 255 : 0;
    case CHECKERED:
      return (x + y) & 1 ? 255 : 0;
    case SIGNS:
      return (wave > 0) == (level & 1) ? 255 : 0;
    case WAVE:
      return (int) (128 + wave * (level - 128));
    case FLAT:
      return level;
    case GRADIENT:
      return (level + x * (int) (r & 7) + y * (int) (r >> 3 & 7)) & 255;
    default:
      return 100 + (int) (testing_random (seed) % (2 + (r & 15)));
  }
}

/* Every block of one kind, or each of a kind of its own. */
static void
fill (const ImPlan *plan, Picture *picture, unsigned *seed)
{
  bool mixed = testing_random (seed) % 3 == 0;
  Kind kind = (Kind) (testing_random (seed) % N_KINDS);

  for (int c = 0; c < plan->n_components; c++) {
    int width = im_subsampled (plan->width, c > 0 ? plan->w_shift : 0);

    for (int y = 0; y < picture->n_rows[c]; y += 8)
      for (int x = 0; x < width; x += 8) {
        unsigned r = testing_random (seed);

        if (mixed)
          kind = (Kind) (testing_random (seed) % N_KINDS);
        for (int j = y; j < y + 8 && j < picture->n_rows[c]; j++)
          for (int i = x; i < x + 8 && i < width; i++)
            picture->plane[c][(size_t) j * picture->row_size[c] + (size_t) i] =
                (uint8_t) draw (kind, i - x, j - y, r, seed);
      }
  }
}

static void
check_case (const ImPlan *plan, unsigned seed)
{
  Picture picture = picture_new (plan, seed);
  unsigned first = seed;

  /* One in nine stays as it is: ramps. */
  if (seed % 9 != 0)
    fill (plan, &picture, &seed);
  if (!check_picture (plan, &picture))
    printf ("  seed %u: %dx%d, quality %d, subsampling %d, %d strips\n", first,
        plan->width, plan->height, plan->jpeg.quality,
        (int) plan->jpeg.subsampling, plan->n_strips);
  picture_clear (&picture);
}

static void
test_random (void)
{
  for (unsigned i = 0; i < n_cases; i++) {
    unsigned seed = first_seed + i, r = seed * 747796405u;
    int most = 1 << (3 + testing_random (&r) % 6), width, height, quality;
    bool best = testing_random (&r) % 4 == 0;
    ImPlan plan;

    width = 1 + (int) testing_random (&r) % (most + 44);
    height = 1 + (int) testing_random (&r) % (most + 44);
    if (testing_random (&r) % 16 == 0)
      width = 1 + width % 40, height = 512 - height % 16;
    quality = (int) testing_random (&r) % 101;
    plan = make_plan (subsamplings[testing_random (&r) % 4], width, height,
        best ? 90 + quality % 11 : quality,
        16 * (1 + (int) testing_random (&r) % 4));
    if (testing_random (&r) % 4 == 0)
      set_strips (&plan, height);
    check_case (&plan, seed);
  }
}

/* Every place of the picture's edges within an MCU. */
static void
test_edges (void)
{
  for (int s = 0; s < 4; s++)
    for (int width = 1; width <= 33; width++)
      for (int height = 1; height <= 33; height += 1 + (width > 18)) {
        ImPlan plan = make_plan (subsamplings[s], width, height,
            width * 3 + height % 2, 16);

        if (!testing_left_out ())
          check_case (&plan, (unsigned) (width * 64 + height));
      }
}

static void
test_qualities (void)
{
  for (int quality = 0; quality <= 100; quality++) {
    ImPlan plan = make_plan (subsamplings[quality % 4], 61, 47, quality, 16);

    if (!testing_left_out ())
      for (unsigned seed = 1; seed <= 3; seed++)
        check_case (&plan, seed);
  }
}

static void
test_large (void)
{
  static const int sizes[][3] = { { 65500, 9, 16 }, { 9, 65500, 2048 },
    { 65500, 40, 16 }, { 1283, 725, 32 } };

  for (int i = 0; i < 4; i++)
    for (int s = 0; s < 4; s++) {
      ImPlan plan = make_plan (subsamplings[s], sizes[i][0], sizes[i][1],
          i & 1 ? 85 : 100, sizes[i][2]);

      if (!testing_left_out ())
        check_case (&plan, (unsigned) (100 * i + s));
    }
}

/* Bytes many of which are 0xff. */
static void
fill_with_ff (uint8_t *data, size_t n, unsigned *seed)
{
  unsigned share = 1u << testing_random (seed) % 8;

  for (size_t i = 0; i < n; i++)
    data[i] = testing_random (seed) % share == 0
        ? 0xff
        : (uint8_t) testing_random (seed);
}

/* Each at every length, bit and place against the definition; memory ends where
 * the bytes do. */
static void
check_bytes (const ImJpegKernels *kernels, size_t n, unsigned *seed)
{
  uint8_t *src = malloc (n + 1), *expected = malloc (2 * n + 1), *out;
  size_t n_expected = 0, n_ff = 0;
  unsigned shift = testing_random (seed) % 8, pending = testing_random (seed);
  ImJpegWriter writer = { pending, shift, NULL };

  fill_with_ff (src, n, seed);
  for (size_t i = 0; i < n; i++) {
    expected[n_expected++] = src[i];
    if (src[i] == 0xff)
      n_ff++, expected[n_expected++] = 0;
  }
  CHECK_EQUAL (kernels->count_ff (src, n), n_ff);
  out = malloc (n_expected + 1);
  CHECK_EQUAL (kernels->stuff (out, src, n) - out, n_expected);
  CHECK (memcmp (out, expected, n_expected) == 0);
  free (out);
  writer.next = out = malloc (n + 1);
  for (size_t i = 0; i < n; i++) {
    expected[i] = (uint8_t) (((pending << 8 | src[i]) >> shift));
    pending = src[i];
  }
  kernels->append (&writer, src, n);
  CHECK (memcmp (out, expected, n) == 0 && writer.next == out + n);
  CHECK_EQUAL (writer.n_bits, shift);
  CHECK_EQUAL (writer.bits & ((1u << shift) - 1),
      pending & ((1u << shift) - 1));
  free (out);
  free (expected);
  free (src);
}

static void
test_bytes (void)
{
  unsigned seed = 3;

  for (int set = 0; set < IM_N_PROCESSORS; set++) {
    const ImJpegKernels *kernels = im_jpeg_kernels_of ((ImProcessor) set);

    for (size_t n = 0; n < 600 && kernels != NULL; n++)
      for (int i = 0; i < 8; i++)
        check_bytes (kernels, n, &seed);
  }
}

/* Rows too many, and too few. */
static void
test_wrong_rows (void)
{
  ImPlan plan = make_plan (IM_SUBSAMPLING_420, 40, 64, 50, 32);
  Picture picture = picture_new (&plan, 1);
  ImCodedStrip strip = { 0 };
  ImError error = { 0 };
  ImCoder *coder = im_codec_jpeg.coder_new (&plan, &error);
  ImRows rows = picture_rows (&picture, &plan, 0, 16);

  CHECK (im_codec_jpeg.begin (coder, 0, &strip, &error));
  CHECK (im_codec_jpeg.rows (coder, &rows, &error));
  CHECK (!im_codec_jpeg.end (coder, &error));
  CHECK_EQUAL (error.code, IM_ERROR_CODEC);
  CHECK (im_codec_jpeg.rows (coder, &rows, &error));
  error.code = IM_ERROR_NONE;
  CHECK (!im_codec_jpeg.rows (coder, &rows, &error));
  CHECK_EQUAL (error.code, IM_ERROR_CODEC);
  CHECK (im_codec_jpeg.end (coder, &error));
  im_codec_jpeg.coder_free (coder);
  im_bytes_clear (&strip.bytes);
  picture_clear (&picture);
}

int
main (int argc, char **argv)
{
  static const Test tests[] = {
    TEST (test_bytes),
    TEST (test_edges),
    TEST (test_qualities),
    TEST (test_large),
    TEST (test_wrong_rows),
    TEST (test_random),
  };

  if (getenv ("IMBYTES_TEST_QUICK") != NULL)
    n_cases = QUICK_CASES;
  if (argc > 1)
    n_cases = (unsigned) strtoul (argv[1], NULL, 10);
  if (argc > 2)
    first_seed = (unsigned) strtoul (argv[2], NULL, 10);
  return TESTS_RUN (tests);
}
