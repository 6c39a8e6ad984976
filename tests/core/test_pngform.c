/* imbytes tests: PNG in the fewest bits, read back by libpng, and beside all forms that
 * the format has.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "codecs.h"

#include <png.h>
#include <setjmp.h>

/* How many colours there are, and which. */
typedef enum
{
  ONE,
  BLACK_AND_WHITE,
  TWO,
  FOUR_EVEN, /* 0, 85, 170, 255 */
  FOUR,
  SIXTEEN_EVEN,
  SIXTEEN,
  SEVENTEEN,
  TWO_HUNDRED,
  AS_MANY_AS_FIT,
  ONE_TOO_MANY,
  ANY,
  N_COLOUR_SETS
} ColourSet;

typedef enum
{
  OPAQUE,
  ONE_CLEAR,    /* all transparent pixels are of one colour */
  CLEAR_AS_ANY, /* which opaque ones have, too */
  TWO_CLEAR,
  TRANSLUCENT,
  N_ALPHAS
} Alpha;

/* Everything that a picture of this test is made of. */
typedef struct
{
  ColourSet set;
  Alpha alpha;
  bool gray, deep; /* R = G = B; samples of 16 bits that 8 do not hold */
  unsigned seed;
} Making;

#define MOST_COLOURS 400

/* R, G, B, A in 16 bits. */
typedef uint16_t Colour[4];

static const int n_colours_of[N_COLOUR_SETS] = { 1, 2, 2, 4, 4, 16, 16, 17, 200,
  256, 257, MOST_COLOURS };

static unsigned
even_value (ColourSet set, int i)
{
  return set == BLACK_AND_WHITE ? (unsigned) i * 255
      : set == FOUR_EVEN        ? (unsigned) i * 85
                                : (unsigned) i * 17;
}

static void
make_colour (Making *making, int i, Colour colour)
{
  bool even = making->set == BLACK_AND_WHITE || making->set == FOUR_EVEN
      || making->set == SIXTEEN_EVEN;

  for (int s = 0; s < 3; s++) {
    unsigned value = even ? even_value (making->set, i)
        : making->gray    ? (unsigned) i & 255
                          : testing_random (&making->seed) & 255;

    colour[s] = making->gray && s > 0 ? colour[0] : (uint16_t) (value * 257);
    if (!making->gray && s == 1)
      colour[s] ^= 0x0101;
    if (making->deep && (!making->gray || s == 0))
      colour[s] ^= (uint16_t) (testing_random (&making->seed) & 15);
  }
  colour[3] = 0xffff;
}

static void
make_alpha (const Making *making, Colour *colours, int n)
{
  int clear = n / 2;

  if (making->alpha == OPAQUE)
    return;
  colours[clear][3] = 0;
  if (making->alpha == CLEAR_AS_ANY && n > 1)
    memcpy (colours[0], colours[clear], 3 * sizeof (colours[0][0]));
  if (making->alpha == TWO_CLEAR)
    colours[0][3] = 0;
  if (making->alpha == TRANSLUCENT)
    colours[0][3] = 0x8080;
}

/* Pixels in the plan's samples; all colours come at least once if they can. */
static void
make_pixels (const ImPlan *plan, Making making, Picture *picture)
{
  const int n = n_colours_of[making.set], bytes = plan->bit_depth / 8;
  Colour colours[MOST_COLOURS];
  uint8_t *at = picture->plane[0];
  int colour = 0;

  for (int i = 0; i < n; i++)
    make_colour (&making, i, colours[i]);
  make_alpha (&making, colours, n);
  for (int i = 0; i < plan->width * plan->height; i++) {
    colour = i < n ? i
        : testing_random (&making.seed) % 3
        ? colour
        : (int) (testing_random (&making.seed) % (unsigned) n);
    for (int s = 0; s < plan->n_components; s++) {
      bool alpha = plan->has_alpha && s == plan->n_components - 1;
      uint16_t value = colours[colour][alpha ? 3 : s];

      *at++ = (uint8_t) (value >> 8);
      if (bytes == 2)
        *at++ = (uint8_t) value;
    }
  }
}

/* What libpng reads, R, G, B and A in 16 bits, a byte standing for itself twice. */
typedef struct
{
  const ImBytes *file;
  size_t position;
  int type, depth, n_colours;
  uint16_t *pixels;
  jmp_buf escape;
} Read;

static void
on_error (png_structp png, png_const_charp message)
{
  Read *read = png_get_error_ptr (png);

  printf ("libpng: %s\n", message);
  longjmp (read->escape, 1);
}

static void
on_read (png_structp png, png_bytep data, size_t size)
{
  Read *read = png_get_io_ptr (png);

  if (size > read->file->size - read->position)
    png_error (png, "the file ends too early");
  memcpy (data, read->file->data + read->position, size);
  read->position += size;
}

static void
read_pixels (Read *read, png_structp png, png_infop info)
{
  size_t width, height, bytes;
  uint8_t *row;
  png_colorp colours = NULL;

  png_read_info (png, info);
  width = png_get_image_width (png, info);
  height = png_get_image_height (png, info);
  read->type = png_get_color_type (png, info);
  read->depth = png_get_bit_depth (png, info);
  png_get_PLTE (png, info, &colours, &read->n_colours);
  png_set_expand (png);
  png_set_gray_to_rgb (png);
  png_set_add_alpha (png, 0xffff, PNG_FILLER_AFTER);
  png_read_update_info (png, info);
  bytes = read->depth == 16 ? 2 : 1;
  CHECK_EQUAL (png_get_rowbytes (png, info), width * 4 * bytes);
  row = malloc (width * 4 * bytes);
  read->pixels = malloc (width * height * 8);
  for (size_t y = 0; y < height; y++) {
    png_read_row (png, row, NULL);
    for (size_t i = 0; i < width * 4; i++)
      read->pixels[y * width * 4 + i] = bytes == 2
          ? (uint16_t) (row[2 * i] << 8 | row[2 * i + 1])
          : (uint16_t) (row[i] * 257);
  }
  free (row);
  png_read_end (png, NULL);
}

static Read *
read_file (const ImBytes *file)
{
  Read *read = calloc (1, sizeof (*read));
  png_structp png =
      png_create_read_struct (PNG_LIBPNG_VER_STRING, read, on_error, on_error);
  png_infop info = png_create_info_struct (png);

  read->file = file;
  png_set_read_fn (png, read, on_read);
  if (setjmp (read->escape) == 0)
    read_pixels (read, png, info);
  else
    CHECK (!"libpng could not read this");
  CHECK_EQUAL (read->position, file->size);
  png_destroy_read_struct (&png, &info, NULL);
  return read;
}

static void
read_free (Read *read)
{
  free (read->pixels);
  free (read);
}

/* Which forms hold all @n pixels, by comparing each pixel with each before. */
typedef struct
{
  bool deep, coloured, key, opaque;
  int gray_bits, n_colours,
      n_clear; /* colours; and those that are not opaque */
} Facts;

static bool
same_colour (const uint16_t *a, const uint16_t *b)
{
  return memcmp (a, b, 3 * sizeof (*a)) == 0;
}

static bool
key_is_free (const uint16_t *pixels, size_t n, const uint16_t *key)
{
  for (size_t i = 0; i < n; i++) {
    const uint16_t *p = pixels + 4 * i;

    if (p[3] == 0 ? !same_colour (p, key)
                  : p[3] != 0xffff || same_colour (p, key))
      return false;
  }
  return true;
}

static Facts
find_facts (const uint16_t *pixels, size_t n)
{
  static uint16_t seen[257][4];
  Facts facts = { .opaque = true, .gray_bits = 1 };

  for (size_t i = 0; i < n; i++) {
    const uint16_t *p = pixels + 4 * i;
    int known = 0;

    for (int s = 0; s < 4; s++)
      facts.deep |= p[s] >> 8 != (p[s] & 255);
    facts.coloured |= p[0] != p[1] || p[0] != p[2];
    facts.opaque &= p[3] == 0xffff;
    while (p[0] % (0xffff / ((1 << facts.gray_bits) - 1)) != 0
        && facts.gray_bits < 8)
      facts.gray_bits *= 2;
    while (known < facts.n_colours && memcmp (seen[known], p, 8) != 0)
      known++;
    if (known == facts.n_colours && known < 257) {
      memcpy (seen[facts.n_colours++], p, 8);
      facts.n_clear += p[3] != 0xffff;
    }
    if (p[3] == 0 && !facts.key)
      facts.key = key_is_free (pixels, n, p);
  }
  return facts;
}

static size_t
raw_size (size_t width, size_t height, int bits)
{
  return (width * (size_t) bits + 7) / 8 * height;
}

/* Bytes before they are compressed, of the smallest form and of the file's. */
static size_t
least_size (const Facts *facts, size_t width, size_t height)
{
  bool alpha = !facts->opaque && !facts->key;
  int samples = (facts->coloured ? 3 : 1) + alpha;
  int depth = facts->deep        ? 16
      : facts->coloured || alpha ? 8
                                 : facts->gray_bits;
  size_t least = raw_size (width, height, samples * depth), size;
  int n = facts->n_colours;

  if (facts->deep || n > 256)
    return least;
  size = raw_size (width, height,
             n <= 2        ? 1
                 : n <= 4  ? 2
                 : n <= 16 ? 4
                           : 8)
      + 12 + 3 * (size_t) n
      + (facts->n_clear > 0 ? 12 + (size_t) facts->n_clear : 0);
  return size < least ? size : least;
}

static size_t
size_of_form (const Read *read, const Facts *facts, size_t width, size_t height)
{
  static const int samples[] = { [PNG_COLOR_TYPE_GRAY] = 1,
    [PNG_COLOR_TYPE_RGB] = 3,
    [PNG_COLOR_TYPE_PALETTE] = 1,
    [PNG_COLOR_TYPE_GRAY_ALPHA] = 2,
    [PNG_COLOR_TYPE_RGB_ALPHA] = 4 };
  size_t size = raw_size (width, height, samples[read->type] * read->depth);

  if (read->type == PNG_COLOR_TYPE_PALETTE)
    size += 12 + 3 * (size_t) read->n_colours
        + (facts->n_clear > 0 ? 12 + (size_t) facts->n_clear : 0);
  return size;
}

static ImPlan
make_plan (int kind, int width, int height)
{
  bool gray = (kind & 1) == 0, alpha = kind & 2;
  ImPlan plan = { .codec = IM_CODEC_PNG,
    .width = width,
    .height = height,
    .par_n = 1,
    .par_d = 1,
    .model = gray ? IM_MODEL_GRAY : IM_MODEL_RGB,
    .has_alpha = alpha,
    .n_components = (gray ? 1 : 3) + alpha,
    .bit_depth = kind & 4 ? 16 : 8,
    .png = { .level = 1, .reduce = true } };

  plan.png.bit_depth = plan.bit_depth;
  set_strips (&plan, 16);
  return plan;
}

static void
check_making (const ImPlan *plan, Making making)
{
  const size_t width = (size_t) plan->width, height = (size_t) plan->height;
  Picture picture = picture_new (plan, 1);
  ImPlan plain = *plan;
  ImBytes file, whole;
  Read *reduced, *all;
  Facts facts;
  bool fine;

  make_pixels (plan, making, &picture);
  plain.png.reduce = false;
  file = code_picture (plan, &picture, 2, making.seed & 1);
  whole = code_picture (&plain, &picture, 1, false);
  reduced = read_file (&file);
  all = read_file (&whole);
  facts = find_facts (all->pixels, width * height);
  fine = CHECK (memcmp (reduced->pixels, all->pixels, width * height * 8) == 0);
  fine &= CHECK_EQUAL (size_of_form (reduced, &facts, width, height),
      least_size (&facts, width, height));
  if (!fine)
    printf (
        "  %dx%d, %d samples of %d bits, colours %d, alpha %d, gray %d, deep "
        "%d: type %d of %d bits\n",
        plan->width, plan->height, plan->n_components, plan->bit_depth,
        making.set, making.alpha, making.gray, making.deep, reduced->type,
        reduced->depth);
  read_free (reduced);
  read_free (all);
  im_bytes_clear (&file);
  im_bytes_clear (&whole);
  picture_clear (&picture);
}

static void
test_all_forms (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 5, 3 }, { 33, 18 }, { 61, 50 } };
  unsigned seed = 1;

  for (int kind = 0; kind < 8; kind++)
    for (int set = 0; set < N_COLOUR_SETS; set++)
      for (int alpha = 0; alpha < N_ALPHAS; alpha++)
        for (int i = 0; i < 16; i++) {
          const int *size = sizes[i / 4];
          ImPlan plan = make_plan (kind, size[0], size[1]);

          /* Nothing that the samples cannot say. */
          if ((!plan.has_alpha && alpha != OPAQUE)
              || (plan.bit_depth == 8 && (i & 2)) || testing_left_out ())
            continue;
          plan.png.level = seed % 8 == 0 ? (int) (seed / 8 % 10) : 1;
          check_making (&plan,
              (Making){ (ColourSet) set, (Alpha) alpha, i & 1, i & 2, seed++ });
        }
}

/* A coder goes on with pictures of other forms. */
static void
test_one_after_the_other (void)
{
  const ImCodec *codec = &im_codec_png;
  ImPlan plan = make_plan (7, 40, 30);
  ImError error = { 0 };
  ImCoder *used = codec->coder_new (&plan, &error);

  for (unsigned i = 0; i < 40; i++) {
    Making making = { (ColourSet) (i * 7 % N_COLOUR_SETS),
      (Alpha) (i % N_ALPHAS), i & 1, i % 4 == 3, i };
    Picture picture = picture_new (&plan, 1);
    ImBytes a, b;

    make_pixels (&plan, making, &picture);
    a = code_picture (&plan, &picture, 1, false);
    b = code_by (&used, 1, &plan, &picture, false);
    CHECK (same_bytes (&a, &b));
    im_bytes_clear (&a);
    im_bytes_clear (&b);
    picture_clear (&picture);
  }
  codec->coder_free (used);
}

int
main (void)
{
  static const Test tests[] = { TEST (test_all_forms),
    TEST (test_one_after_the_other) };

  return TESTS_RUN (tests);
}
