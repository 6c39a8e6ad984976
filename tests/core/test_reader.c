/* imbytes tests: reader.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/rows/reader.h"

#include <math.h>

#include "pictures.h"
#include "testing.h"

static ImPlan
plan_for (const Picture *picture)
{
  ImRequest request = request_plain (IM_CODEC_PNG);
  ImPlan plan;

  CHECK (im_plan_make (&plan, &picture->image.info, &request, NULL));
  return plan;
}

static ImReader *
reader_for (const Picture *picture, const ImPlan *plan, int rows, int left,
    bool premultiply)
{
  ImReaderSpan spans[4] = { { 0 } };

  for (int c = 0; c < picture->image.info.format.n_components; c++) {
    int width = picture_width (picture, c);

    spans[c] =
        (ImReaderSpan){ left < width ? left : width - 1, width, rows, false };
  }
  return im_reader_new (plan, spans, premultiply);
}

static const void *
read_row (ImReader *reader, const ImPlan *plan, int c, int y)
{
  if (plan->samples == IM_SAMPLES_F32)
    return im_reader_row_f32 (reader, c, y);
  if (plan->samples == IM_SAMPLES_Q6)
    return im_reader_row_q6 (reader, c, y);
  return im_reader_row_u8 (reader, c, y);
}

/* Columns [@first, @last) of row @y. */
static bool
part_is_right (ImReader *reader, const Picture *picture, const ImPlan *plan,
    int c, int y, int first, int last)
{
  const ImImageInfo *info = &picture->image.info;
  const void *row = read_row (reader, plan, c, y);

  for (int x = first; x < last; x++) {
    unsigned code = picture_get (picture, c, x, y);
    bool right = plan->samples == IM_SAMPLES_F32
        ? fabs ((double) ((const float *) row)[x]
              - picture_meaning (info, c, code))
            < 1e-6
        : plan->samples == IM_SAMPLES_Q6
        ? fabs (((const int16_t *) row)[x]
              - 64 * picture_in_8_bits (info, c, code))
            < 1
        : ((const uint8_t *) row)[x] == code;

    if (!right)
      return false;
  }
  return true;
}

static bool
row_is_right (ImReader *reader, const Picture *picture, const ImPlan *plan,
    int c, int y, int left)
{
  int width = picture_width (picture, c);

  return part_is_right (reader, picture, plan, c, y,
      left < width ? left : width - 1, width);
}

/* Every row of every component, in order, backwards and again: the ring has no
 * memory of another row or another frame. */
static void
check_rows (const PictureLayout *layout, int width, int height, int rows,
    int left, bool negative, bool slow)
{
  Picture picture, second;
  ImReader *reader;
  bool right = true;
  ImPlan plan;

  picture_init (&picture, layout->name, width, height, negative);
  picture_init (&second, layout->name, width, height, !negative);
  picture_random (&picture, 1);
  picture_random (&second, 2);
  picture.image.info.slow = second.image.info.slow = slow;
  plan = plan_for (&picture);
  reader = reader_for (&picture, &plan, rows, left, false);
  if (CHECK (reader != NULL))
    for (int pass = 0; pass < 3; pass++) {
      const Picture *frame = pass == 2 ? &second : &picture;

      im_reader_start (reader, &frame->image);
      for (int k = 0; k < height; k++)
        for (int c = 0; c < layout->format.n_components; c++) {
          int y = pass == 1 ? picture_height (frame, c) - 1 - k : k;

          if (y >= 0 && y < picture_height (frame, c))
            right &= row_is_right (reader, frame, &plan, c, y, left);
        }
    }
  if (!CHECK (right))
    printf ("  %s %dx%d, %d rows, from %d\n", layout->name, width, height, rows,
        left);
  im_reader_free (reader);
  picture_clear (&picture);
  picture_clear (&second);
}

static void
test_rows (void)
{
  static const int sizes[] = { 1, 2, 5, 16, 33, 67 };

  for (const PictureLayout *l = picture_layouts; l->name; l++)
    for (int w = 0; w < 6; w++)
      for (int rows = 1; rows <= 9; rows += 4)
        for (int negative = 0; negative < 2; negative++) {
          check_rows (l, sizes[w], sizes[5 - w], rows, 0, negative, false);
          check_rows (l, sizes[w], sizes[5 - w], rows, 7, negative, w % 2 == 0);
        }
}

/* Rows that were asked for stay while no more than `rows` others are. */
static void
test_rows_stay (void)
{
  for (const PictureLayout *l = picture_layouts; l->name; l++) {
    const void *held[5], *again[5];
    Picture picture;
    ImReader *reader;
    ImPlan plan;

    picture_init (&picture, l->name, 20, 40, false);
    picture_random (&picture, 3);
    plan = plan_for (&picture);
    reader = reader_for (&picture, &plan, 5, 0, false);
    im_reader_start (reader, &picture.image);
    for (int first = 0; first + 5 <= picture_height (&picture, 0); first++) {
      for (int i = 0; i < 5; i++)
        held[i] = read_row (reader, &plan, 0, first + i);
      for (int i = 0; i < 5; i++) {
        again[i] = read_row (reader, &plan, 0, first + i);
        CHECK (again[i] == held[i]);
        for (int k = 0; k < i; k++)
          CHECK (held[k] != held[i]);
      }
    }
    im_reader_free (reader);
    picture_clear (&picture);
  }
}

static double
mean_alpha (const Picture *picture, int c, int x, int y)
{
  const ImComponent *component = &picture->image.info.format.component[c];
  int a = picture->image.info.format.n_components - 1;
  double sum = 0;

  for (int v = 0; v < 1 << component->h_shift; v++)
    for (int u = 0; u < 1 << component->w_shift; u++) {
      int px = (x << component->w_shift) + u,
          py = (y << component->h_shift) + v;

      px = px < picture->image.info.width ? px : picture->image.info.width - 1;
      py = py < picture->image.info.height ? py
                                           : picture->image.info.height - 1;
      sum += picture_meaning (&picture->image.info, a,
          picture_get (picture, a, px, py));
    }
  return sum / (1 << (component->h_shift + component->w_shift));
}

/* How far sample @x is from what it means times alpha; in Q6, three
 * quarters of a unit aside, from its distance from zero times alpha. */
static double
premultiplied_error (const Picture *picture, const ImPlan *plan, int c, int x,
    int y, const void *row)
{
  const ImImageInfo *info = &picture->image.info;
  unsigned code = picture_get (picture, c, x, y);
  double alpha =
      c < info->format.n_components - 1 ? mean_alpha (picture, c, x, y) : 1;
  double zero = plan->component[c].is_chroma ? 128
      : info->colour.range == IM_RANGE_LIMITED && !plan->component[c].is_alpha
      ? 16
      : 0;

  if (plan->samples == IM_SAMPLES_F32)
    return fabs ((double) ((const float *) row)[x]
        - picture_meaning (info, c, code) * alpha);
  return fmax (0,
      fabs (((const int16_t *) row)[x] - 64 * (zero + (code - zero) * alpha))
          - 0.76);
}

static void
check_premultiplied (const char *layout, int width, int height, int rows,
    bool slow)
{
  Picture picture;
  ImReader *reader;
  double worst = 0;
  ImPlan plan;
  int a;

  picture_init (&picture, layout, width, height, false);
  picture_random (&picture, 4);
  picture.image.info.slow = slow;
  a = picture.image.info.format.n_components - 1;
  plan = plan_for (&picture);
  reader = reader_for (&picture, &plan, rows, 0, true);
  im_reader_start (reader, &picture.image);
  for (int c = 0; c <= a; c++)
    for (int y = 0; y < picture_height (&picture, c); y++) {
      const void *row = read_row (reader, &plan, c, y);

      for (int x = 0; x < picture_width (&picture, c); x++)
        worst =
            fmax (worst, premultiplied_error (&picture, &plan, c, x, y, row));
    }
  if (!CHECK (worst < 1e-6))
    printf ("  %s %dx%d: off by %g\n", layout, width, height, worst);
  im_reader_free (reader);
  picture_clear (&picture);
}

static void
test_premultiply (void)
{
  static const char *const layouts[] = { "BGRA", "AYUV", "A420", "RGBA64_LE",
    "ARGB64_BE" };

  for (int l = 0; l < 5; l++)
    for (int n = 1; n < 20; n += 3)
      for (int i = 0; i < 4; i++)
        check_premultiplied (layouts[l], n, 20 - n, i & 1 ? 1 : 3, i & 2);
}

/* Columns that move on from pass to pass are those of whole rows, and nothing of
 * the pass before is left in them. */
static void
check_columns (const PictureLayout *l, bool slow)
{
  bool right = true;
  Picture picture;
  ImReader *reader;
  ImPlan plan;

  picture_init (&picture, l->name, 67, 21, false);
  picture_random (&picture, 6);
  picture.image.info.slow = slow;
  plan = plan_for (&picture);
  reader = reader_for (&picture, &plan, 3, 0, false);
  im_reader_start (reader, &picture.image);
  for (int first = 0; first < 67; first += 16) {
    ImReaderSpan spans[4] = { { 0 } };

    for (int c = 0; c < l->format.n_components; c++) {
      int width = picture_width (&picture, c);
      int begin = first * width / 67, end = (first + 20) * width / 67 + 1;

      spans[c].first = begin;
      spans[c].last = end < width ? end : width;
    }
    im_reader_set_columns (reader, spans);
    for (int y = 0; y < 21; y++)
      for (int c = 0; c < l->format.n_components; c++) {
        ImReaderSpan *span = &spans[c];

        if (y < picture_height (&picture, c))
          right &= part_is_right (reader, &picture, &plan, c, y, span->first,
              span->last);
      }
  }
  if (!CHECK (right))
    printf ("  %s\n", l->name);
  im_reader_free (reader);
  picture_clear (&picture);
}

static void
test_columns (void)
{
  for (const PictureLayout *l = picture_layouts; l->name; l++) {
    check_columns (l, false);
    check_columns (l, true);
  }
}

/* Of slow memory, a row is read once: what the frame has later does not show while
 * the row is held. */
static void
test_slow (void)
{
  for (const PictureLayout *l = picture_layouts; l->name; l++) {
    const ImComponent *component = &l->format.component[0];
    ImReaderSpan spans[4] = { { 3, 18, 5, true } };
    const uint8_t *held[5];
    uint8_t before[5][18];
    Picture picture;
    ImReader *reader;
    ImPlan plan;

    picture_init (&picture, l->name, 20, 40, false);
    picture_random (&picture, 3);
    picture.image.info.slow = true;
    plan = plan_for (&picture);
    reader = im_reader_new (&plan, spans, false);
    im_reader_start (reader, &picture.image);
    for (int y = 0; y < 5 && l->format.unpack == NULL; y++) {
      held[y] = im_reader_row_in_place (reader, 0, y);
      for (int x = 3; x < 18; x++)
        before[y][x] = held[y][x * component->step];
    }
    picture_random (&picture, 4);
    for (int y = 0; y < 5 && l->format.unpack == NULL; y++) {
      CHECK (im_reader_row_in_place (reader, 0, y) == held[y]);
      for (int x = 3; x < 18; x++)
        CHECK_EQUAL (held[y][x * component->step], before[y][x]);
    }
    im_reader_free (reader);
    picture_clear (&picture);
  }
}

static const Test tests[] = { TEST (test_rows), TEST (test_rows_stay),
  TEST (test_columns), TEST (test_slow), TEST (test_premultiply) };

int
main (void)
{
  return TESTS_RUN (tests);
}
