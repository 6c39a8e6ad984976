/* imbytes tests: the PNG codec, read back by libpng and by zlib.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "codecs.h"

#include <png.h>
#include <setjmp.h>
#include <zlib.h>

typedef struct
{
  png_structp png;
  png_infop info;
  const ImBytes *file;
  size_t position;
  int n_warnings;
  jmp_buf escape;
  uint8_t *pixels; /* rows without gaps */
} Decoded;

static ImPlan
make_plan (ImModel model, bool has_alpha, int bit_depth, int width, int height)
{
  ImPlan plan = {
    .codec = IM_CODEC_PNG,
    .width = width,
    .height = height,
    .par_n = 1,
    .par_d = 1,
    .model = model,
    .has_alpha = has_alpha,
    .n_components = (model == IM_MODEL_GRAY ? 1 : 3) + has_alpha,
    .bit_depth = bit_depth,
    .png = { .level = 1, .filter = IM_PNG_FILTER_AUTO, .bit_depth = bit_depth }
  };

  set_strips (&plan, height);
  return plan;
}

static void
on_error (png_structp png, png_const_charp message)
{
  Decoded *decoded = png_get_error_ptr (png);

  printf ("libpng: %s\n", message);
  longjmp (decoded->escape, 1);
}

static void
on_warning (png_structp png, png_const_charp message)
{
  Decoded *decoded = png_get_error_ptr (png);

  printf ("libpng warns: %s\n", message);
  decoded->n_warnings++;
}

static void
on_read (png_structp png, png_bytep data, size_t size)
{
  Decoded *decoded = png_get_io_ptr (png);

  if (size > decoded->file->size - decoded->position)
    png_error (png, "the file ends too early");
  memcpy (data, decoded->file->data + decoded->position, size);
  decoded->position += size;
}

static void
read_rows (Decoded *decoded)
{
  png_structp png = decoded->png;
  size_t row_size = png_get_rowbytes (png, decoded->info);
  png_uint_32 height = png_get_image_height (png, decoded->info);

  decoded->pixels = malloc (row_size * height);
  for (png_uint_32 y = 0; y < height; y++)
    png_read_row (png, decoded->pixels + y * row_size, NULL);
  png_read_end (png, NULL);
}

static Decoded *
decode (const ImBytes *file)
{
  Decoded *decoded = calloc (1, sizeof (*decoded));

  decoded->file = file;
  decoded->png = png_create_read_struct (PNG_LIBPNG_VER_STRING, decoded,
      on_error, on_warning);
  decoded->info = png_create_info_struct (decoded->png);
  if (setjmp (decoded->escape) != 0) {
    CHECK (!"libpng could not decode this");
    return decoded;
  }
  png_set_read_fn (decoded->png, decoded, on_read);
  png_read_info (decoded->png, decoded->info);
  read_rows (decoded);
  CHECK_EQUAL (decoded->n_warnings, 0);
  CHECK_EQUAL (decoded->position, file->size);
  return decoded;
}

static void
decoded_free (Decoded *decoded)
{
  png_destroy_read_struct (&decoded->png, &decoded->info, NULL);
  free (decoded->pixels);
  free (decoded);
}

static uint32_t
get_u32 (const uint8_t *p)
{
  return (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16 | (uint32_t) p[2] << 8
      | p[3];
}

/* Inflates all IDAT at once: zlib checks the stream's header and checksum,
 * which libpng takes lightly. Gives the filter bytes of all rows in @filters. */
static void
check_stream (const ImBytes *file, const ImPlan *plan, uint8_t *filters)
{
  size_t row_size = plan->layout.plane[0].row_size + 1;
  uLongf raw_size = (uLongf) (row_size * (size_t) plan->height);
  uint8_t *raw = malloc (raw_size);
  ImBytes data = { 0 };

  for (size_t at = 8; at + 12 <= file->size;
       at += 12 + get_u32 (file->data + at))
    if (memcmp (file->data + at + 4, "IDAT", 4) == 0)
      CHECK (im_bytes_append (&data, file->data + at + 8,
          get_u32 (file->data + at)));
  CHECK_EQUAL (uncompress (raw, &raw_size, data.data, data.size), Z_OK);
  CHECK_EQUAL (raw_size, row_size * (size_t) plan->height);
  for (int y = 0; y < plan->height && filters != NULL; y++)
    filters[y] = raw[(size_t) y * row_size];
  free (raw);
  im_bytes_clear (&data);
}

static void
check_file (const ImBytes *file, const ImPlan *plan, const Picture *picture)
{
  static const int types[2][2] = { { PNG_COLOR_TYPE_RGB,
                                       PNG_COLOR_TYPE_RGB_ALPHA },
    { PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA } };
  Decoded *decoded = decode (file);
  int intent = -1;

  CHECK_EQUAL (png_get_image_width (decoded->png, decoded->info), plan->width);
  CHECK_EQUAL (png_get_image_height (decoded->png, decoded->info),
      plan->height);
  CHECK_EQUAL (png_get_bit_depth (decoded->png, decoded->info),
      plan->bit_depth);
  CHECK_EQUAL (png_get_color_type (decoded->png, decoded->info),
      types[plan->model == IM_MODEL_GRAY][plan->has_alpha]);
  CHECK_EQUAL (png_get_interlace_type (decoded->png, decoded->info), 0);
  CHECK (png_get_sRGB (decoded->png, decoded->info, &intent) != 0);
  CHECK_EQUAL (intent, PNG_sRGB_INTENT_PERCEPTUAL);
  if (decoded->pixels != NULL)
    CHECK (memcmp (decoded->pixels, picture->plane[0],
               picture->row_size[0] * (size_t) plan->height)
        == 0);
  decoded_free (decoded);
  check_stream (file, plan, NULL);
}

static void
check_round_trip (const ImPlan *plan)
{
  Picture picture = picture_new (plan, 1);
  ImBytes file = code_picture (plan, &picture, 1, false);

  check_file (&file, plan, &picture);
  im_bytes_clear (&file);
  picture_clear (&picture);
}

static void
test_kinds_and_sizes (void)
{
  static const int widths[] = { 1, 2, 17, 33, 321 };
  static const int heights[] = { 1, 7, 16, 17, 50 };

  for (int kind = 0; kind < 8; kind++)
    for (int i = 0; i < 25; i++) {
      ImPlan plan = make_plan (kind & 1 ? IM_MODEL_RGB : IM_MODEL_GRAY,
          kind & 2, kind & 4 ? 16 : 8, widths[i % 5], heights[i / 5]);

      check_round_trip (&plan);
      set_strips (&plan, 16);
      check_round_trip (&plan);
    }
}

static void
test_levels_and_filters (void)
{
  for (int level = 0; level <= 9; level++)
    for (int filter = 0; filter <= IM_PNG_FILTER_ADAPTIVE; filter++)
      for (int kind = 0; kind < 2; kind++) {
        ImPlan plan = make_plan (IM_MODEL_RGB, kind, kind ? 16 : 8, 200, 75);

        plan.png.level = level;
        plan.png.filter = (ImPngFilter) filter;
        set_strips (&plan, 32);
        check_round_trip (&plan);
      }
}

/* Only what does not look at the row above begins a strip. */
static void
test_filter_bytes (void)
{
  for (int filter = IM_PNG_FILTER_NONE; filter <= IM_PNG_FILTER_PAETH;
       filter++) {
    ImPlan plan = make_plan (IM_MODEL_RGB, false, 8, 60, 80);
    Picture picture = picture_new (&plan, 2);
    uint8_t filters[80];
    ImBytes file;

    plan.png.filter = (ImPngFilter) filter;
    set_strips (&plan, 32);
    file = code_picture (&plan, &picture, 1, false);
    check_stream (&file, &plan, filters);
    CHECK_EQUAL (plan.n_strips, 3);
    for (int y = 0; y < 80; y++) {
      int expected = filter - IM_PNG_FILTER_NONE;

      if ((y == 0 || y == 16 || y == 48) && expected > 1)
        expected = 1;
      CHECK_EQUAL (filters[y], expected);
    }
    im_bytes_clear (&file);
    picture_clear (&picture);
  }
}

static void
test_any_coder_gives_the_same_bytes (void)
{
  for (int level = 0; level <= 9; level++) {
    ImPlan plan = make_plan (IM_MODEL_RGB, false, 8, 333, 201);
    Picture picture = picture_new (&plan, 7);
    ImBytes a, b, c;

    plan.png.level = level;
    set_strips (&plan, 16);
    /* One strip of one colour among the others. */
    memset (picture.plane[0] + 48 * picture.row_size[0], 9,
        32 * picture.row_size[0]);
    a = code_picture (&plan, &picture, 1, false);
    b = code_picture (&plan, &picture, 3, false);
    c = code_picture (&plan, &picture, 2, true);
    CHECK (same_bytes (&a, &b));
    CHECK (same_bytes (&a, &c));
    check_file (&a, &plan, &picture);
    im_bytes_clear (&a);
    im_bytes_clear (&b);
    im_bytes_clear (&c);
    picture_clear (&picture);
  }
}

/* Blocks that go to different compressors within one strip. */
static void
test_mixed_strip (void)
{
  for (int level = 1; level <= 9; level += 2) {
    ImPlan plan = make_plan (IM_MODEL_RGB, false, 8, 320, 200);
    Picture picture = picture_new (&plan, 7);
    size_t row_size = picture.row_size[0];
    unsigned seed = 1;
    ImBytes file;

    plan.png.level = level;
    for (size_t i = 0; i < 40 * row_size; i++)
      picture.plane[0][60 * row_size + i] = (uint8_t) testing_random (&seed);
    memset (picture.plane[0], 77, 33 * row_size);
    memset (picture.plane[0] + 120 * row_size, 200, 64 * row_size);
    file = code_picture (&plan, &picture, 1, false);
    check_file (&file, &plan, &picture);
    im_bytes_clear (&file);
    picture_clear (&picture);
  }
}

/* Pictures of one colour, of which hardly anything should be left. */
static void
test_flat_is_small (void)
{
  for (int level = 1; level <= 9; level++) {
    ImPlan plan = make_plan (IM_MODEL_RGB, false, 8, 1920, 256);
    Picture picture = picture_new (&plan, 1);
    ImBytes file;

    plan.png.level = level;
    set_strips (&plan, 64);
    memset (picture.plane[0], 128, picture.row_size[0] * 256);
    file = code_picture (&plan, &picture, 1, false);
    check_file (&file, &plan, &picture);
    CHECK (file.size < picture.row_size[0] * 256 / 400);
    im_bytes_clear (&file);
    picture_clear (&picture);
  }
}

/* At the level that tries, no filter by hand makes a smaller file. */
static void
test_smallest_level (void)
{
  for (int drawn = 0; drawn < 2; drawn++) {
    ImPlan plan = make_plan (IM_MODEL_RGB, false, 8, 300, 200);
    Picture picture = picture_new (&plan, 1);
    ImBytes file, unfiltered;

    if (drawn) /* a pattern that any filter breaks up */
      for (size_t i = 0; i < 200 * picture.row_size[0]; i++)
        picture.plane[0][i] = (uint8_t) ((i * i >> 6) % 61 == 0 ? 255 : 0);
    plan.png.level = 9;
    file = code_picture (&plan, &picture, 1, false);
    plan.png.filter = IM_PNG_FILTER_NONE;
    unfiltered = code_picture (&plan, &picture, 1, false);
    CHECK (file.size <= unfiltered.size);
    im_bytes_clear (&file);
    im_bytes_clear (&unfiltered);
    picture_clear (&picture);
  }
}

static void
test_pixel_aspect_ratio (void)
{
  for (int square = 0; square < 2; square++) {
    ImPlan plan = make_plan (IM_MODEL_RGB, false, 8, 16, 16);
    Picture picture = picture_new (&plan, 1);
    png_uint_32 x = 0, y = 0;
    int unit = -1;
    ImBytes file;
    Decoded *decoded;

    plan.par_n = square ? 5 : 16;
    plan.par_d = square ? 5 : 11;
    file = code_picture (&plan, &picture, 1, false);
    decoded = decode (&file);
    CHECK_EQUAL (png_get_pHYs (decoded->png, decoded->info, &x, &y, &unit) != 0,
        !square);
    if (!square) {
      CHECK_EQUAL (x, 11);
      CHECK_EQUAL (y, 16);
      CHECK_EQUAL (unit, PNG_RESOLUTION_UNKNOWN);
    }
    decoded_free (decoded);
    im_bytes_clear (&file);
    picture_clear (&picture);
  }
}

static void
test_widest (void)
{
  ImPlan plan = make_plan (IM_MODEL_RGB, true, 16, 1000000, 3);

  check_round_trip (&plan);
}

static void
test_out_of_memory (void)
{
  ImPlan plan = make_plan (IM_MODEL_RGB, false, 8, 100, 64);
  Picture picture = picture_new (&plan, 1);
  ImCodedStrip strip = { 0 };
  ImError error = { 0 };
  ImCoder *coder = im_codec_png.coder_new (&plan, &error);
  ImRows rows = picture_rows (&picture, &plan, 0, 16);

  CHECK (coder != NULL);
  strip.bytes = full_bytes ();
  CHECK (im_codec_png.begin (coder, 0, &strip, &error));
  CHECK (im_codec_png.rows (coder, &rows, &error));
  CHECK (!im_codec_png.end (coder, &error));
  CHECK_EQUAL (error.code, IM_ERROR_NO_MEMORY);

  strip.bytes = (ImBytes){ 0 };
  CHECK (code_strip (coder, &plan, &picture, 0, &strip, &error));
  CHECK (strip.bytes.size > 100);
  im_codec_png.coder_free (coder);
  im_bytes_clear (&strip.bytes);
  picture_clear (&picture);
}

int
main (void)
{
  static const Test tests[] = {
    TEST (test_kinds_and_sizes),
    TEST (test_levels_and_filters),
    TEST (test_filter_bytes),
    TEST (test_any_coder_gives_the_same_bytes),
    TEST (test_mixed_strip),
    TEST (test_flat_is_small),
    TEST (test_smallest_level),
    TEST (test_pixel_aspect_ratio),
    TEST (test_widest),
    TEST (test_out_of_memory),
  };

  return TESTS_RUN (tests);
}
