/* imbytes tests: resample, against plain sums in double precision.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/rows/resample.h"

#include <math.h>

#include "pictures.h"
#include "testing.h"

typedef struct
{
  const Picture *picture;
  int c, y;
  bool deep;
} Row;

/* Deep: what is meant, times 255; else on the scale of 8 bits. */
static double
row_sample (const void *user, int x)
{
  const Row *row = user;
  const ImImageInfo *info = &row->picture->image.info;
  unsigned code = picture_get (row->picture, row->c, x, row->y);

  return row->deep ? picture_meaning (info, row->c, code) * 255
                   : picture_in_8_bits (info, row->c, code);
}

typedef struct
{
  const double *intermediate;
  int width, x;
} Column;

static double
column_sample (const void *user, int y)
{
  const Column *column = user;

  return column->intermediate[y * column->width + column->x];
}

typedef struct
{
  double offset, step; /* of the first output sample's edge; its size */
  int n, min, max;
  ImMethod method;
  bool mirrored; /* the first is where the last would be */
  double last;
} Axis;

static double
axis_centre (const Axis *axis, int i)
{
  double place = axis->mirrored ? axis->last - i : i;

  return axis->offset + (place + 0.5) * axis->step;
}

/* Where the outputs of component @c lie along an axis of the source: from the
 * meaning of size, crop, siting and orientation alone. */
static Axis
axis_of (const ImPlan *plan, int c, bool across)
{
  const ImOrientation *turn = &plan->orientation;
  bool out_across = across != turn->transpose;
  const ImComponent *component = &plan->input.format.component[c];
  bool chroma = plan->input.format.model == IM_MODEL_YCBCR && c > 0;
  int in = 1 << (across ? component->w_shift : component->h_shift);
  int out = !chroma
      ? 1
      : 1 << (out_across ? plan->chroma_w_shift : plan->chroma_h_shift);
  int size = out_across ? plan->picture.width : plan->picture.height;
  int crop = across ? plan->crop.x : plan->crop.y;
  int crop_size = across ? plan->crop.width : plan->crop.height;
  double src = across ? plan->src_x : plan->src_y;
  double scale = (across ? plan->src_width : plan->src_height) / size;
  bool cosited = across ? plan->input.colour.h_cosited
                        : plan->input.colour.v_cosited;
  double own = in > 1 && cosited ? 0.5 : in / 2.0;
  Axis axis;

  axis.n = (size + out - 1) / out;
  axis.step = scale * out / in;
  /* Boxes are for shrinking, and chroma is not to show them. */
  axis.method = plan->method == IM_METHOD_AREA && in > 1 && axis.step < 1
      ? IM_METHOD_BILINEAR
      : plan->method;
  axis.offset = (src - own) / in + 0.5;
  axis.mirrored = out_across ? turn->flip_x : turn->flip_y;
  axis.last = (double) size / out - 1;
  axis.min = crop / in;
  axis.max = (crop + crop_size + in - 1) / in;
  return axis;
}

static double *
reference_plane (const Picture *picture, const ImPlan *plan, int c)
{
  Axis h = axis_of (plan, c, true), v = axis_of (plan, c, false);
  int rows = picture_height (picture, c);
  double *intermediate = calloc ((size_t) rows * (size_t) h.n, sizeof (double));
  double *out = calloc ((size_t) v.n * (size_t) h.n, sizeof (double));

  for (int y = v.min; y < v.max; y++)
    for (int x = 0; x < h.n; x++) {
      Row row = { picture, c, y, plan->samples == IM_SAMPLES_F32 };

      intermediate[y * h.n + x] = reference_sample (h.method,
          axis_centre (&h, x), h.step, h.min, h.max, row_sample, &row);
    }
  for (int y = 0; y < v.n; y++)
    for (int x = 0; x < h.n; x++) {
      Column column = { intermediate, h.n, x };

      out[plan->orientation.transpose ? x * v.n + y : y * h.n + x] =
          reference_sample (v.method, axis_centre (&v, y), v.step, v.min, v.max,
              column_sample, &column);
    }
  free (intermediate);
  return out;
}

/* Behind each row, where nothing is to be written. */
#define SLACK 64
#define UNTOUCHED 0x77

/* Rows [@y, @y + @n) of every component, one block. */
static void
block_make (ImBlock *block, uint8_t *data, const ImPlan *plan,
    const ImResampleTables *tables, int y, int n)
{
  memset (block, 0, sizeof (*block));
  for (int c = 0; c < plan->input.format.n_components; c++) {
    int shift = plan->input.format.model == IM_MODEL_YCBCR && c > 0
        ? plan->chroma_h_shift
        : 0;

    block->first[c] = y >> shift;
    block->n[c] = ((y + n + (1 << shift) - 1) >> shift) - (y >> shift);
    block->end[c] = (plan->picture.height + (1 << shift) - 1) >> shift;
    for (int i = 0; i < IM_BLOCK_ROWS; i++) {
      block->row[c][i] = data;
      data += im_resample_row_size (plan, tables, c) + SLACK;
    }
  }
}

static bool
block_is_within (const ImBlock *block, const ImPlan *plan,
    const ImResampleTables *tables)
{
  for (int c = 0; c < plan->input.format.n_components; c++)
    for (int i = 0; i < IM_BLOCK_ROWS; i++) {
      const uint8_t *slack = (const uint8_t *) block->row[c][i]
          + im_resample_row_size (plan, tables, c);

      for (int k = 0; k < SLACK; k++)
        if (slack[k] != UNTOUCHED)
          return false;
    }
  return true;
}

static double
block_distance (const ImBlock *block, const ImPlan *plan,
    double *const *reference, int c)
{
  Axis h = axis_of (plan, c, !plan->orientation.transpose);
  double worst = 0;

  for (int i = 0; i < block->n[c]; i++)
    for (int x = 0; x < h.n; x++) {
      double v = plan->samples == IM_SAMPLES_F32
          ? (double) ((float *) block->row[c][i])[x] * 255
          : ((int16_t *) block->row[c][i])[x] / 64.0;

      double off = fabs (v - reference[c][(block->first[c] + i) * h.n + x]);

      if (off > worst)
        worst = off;
    }
  return worst;
}

/* The worst distance in units of 255, block after block in a shuffled order. */
static double
whole_distance (const Picture *picture, const ImRequest *request)
{
  int n = picture->image.info.format.n_components;
  ImResampleTables tables = { 0 };
  ImResampler *resampler;
  double *reference[4] = { NULL }, worst = 0;
  size_t size = 0;
  uint8_t *data;
  ImPlan plan;

  CHECK (im_plan_make (&plan, &picture->image.info, request, NULL));
  CHECK (im_resample_tables_build (&tables, &plan));
  resampler = im_resampler_new (&plan, &tables);
  for (int c = 0; c < n; c++) {
    reference[c] = reference_plane (picture, &plan, c);
    size += (im_resample_row_size (&plan, &tables, c) + SLACK) * IM_BLOCK_ROWS;
  }
  data = aligned_alloc (64, size);
  for (int pass = 0; pass < 2; pass++)
    for (int k = 0; k < plan.picture.height; k += IM_BLOCK_ROWS) {
      int last = (plan.picture.height - 1) / IM_BLOCK_ROWS * IM_BLOCK_ROWS;
      int y = pass ? last - k : k, left = plan.picture.height - y;
      ImBlock block;

      memset (data, UNTOUCHED, size);
      block_make (&block, data, &plan, &tables, y,
          left < IM_BLOCK_ROWS ? left : IM_BLOCK_ROWS);
      im_resampler_start (resampler, &picture->image);
      im_resampler_block (resampler, &block);
      CHECK (block_is_within (&block, &plan, &tables));
      for (int c = 0; c < n; c++)
        worst = fmax (worst, block_distance (&block, &plan, reference, c));
    }
  for (int c = 0; c < n; c++)
    free (reference[c]);
  free (data);
  im_resampler_free (resampler);
  im_resample_tables_clear (&tables);
  return worst;
}

static const struct
{
  int in_w, in_h, out_w, out_h;
  ImRect crop;
} cases[] = {
  { 40, 30, 40, 30, { 0, 0, 0, 0 } },
  { 41, 31, 41, 31, { 0, 0, 0, 0 } },
  { 60, 45, 20, 15, { 0, 0, 0, 0 } },
  { 61, 47, 23, 19, { 0, 0, 0, 0 } },
  { 17, 13, 50, 40, { 0, 0, 0, 0 } },
  { 33, 21, 34, 20, { 0, 0, 0, 0 } },
  { 200, 300, 7, 5, { 0, 0, 0, 0 } },
  { 1, 1, 9, 5, { 0, 0, 0, 0 } },
  { 50, 50, 1, 1, { 0, 0, 0, 0 } },
  { 64, 48, 21, 17, { 10, 8, 30, 20 } },
  { 64, 48, 21, 17, { 11, 9, 31, 21 } },
  { 64, 48, 62, 42, { 16, 14, 31, 21 } },
};

static void
compare (const char *const *layouts, bool deep, double limit,
    ImOrientation orientation)
{
  double worst = 0;

  for (; *layouts; layouts++)
    for (size_t i = 0; i < sizeof (cases) / sizeof (cases[0]); i++)
      for (int m = 0; m < IM_N_METHODS; m++)
        for (int codec = 0; codec < 2; codec++) {
          ImRequest request = request_plain ((ImCodecId) codec);
          bool unscaled = cases[i].in_w == cases[i].out_w;
          Picture picture;
          double d;

          if (testing_left_out ())
            continue;
          picture_init (&picture, *layouts, cases[i].in_w, cases[i].in_h,
              false);
          picture_random (&picture, 77);
          /* 1:1 chroma is left where it is, whatever its siting. */
          picture.image.info.colour.h_cosited = m % 2 && !unscaled;
          request.png.bit_depth = deep ? 16 : 8;
          if (deep)
            request.codec = IM_CODEC_PNG;
          request.orientation = orientation;
          request.width = orientation.transpose ? cases[i].out_h
                                                : cases[i].out_w;
          request.height = orientation.transpose ? cases[i].out_w
                                                 : cases[i].out_h;
          request.crop = cases[i].crop;
          request.method = (ImMethod) m;
          d = whole_distance (&picture, &request);
          worst = fmax (worst, d);
          if (!CHECK (d <= limit))
            printf ("  %s %dx%d -> %dx%d method %d codec %d turn %d%d%d: "
                    "off by %g\n",
                *layouts, cases[i].in_w, cases[i].in_h, cases[i].out_w,
                cases[i].out_h, m, codec, orientation.transpose,
                orientation.flip_x, orientation.flip_y, d);
          picture_clear (&picture);
        }
  printf ("  off by at most %g of 255\n", worst);
}

static const ImOrientation upright = { false, false, false };

static void
test_fixed_point (void)
{
  static const char *const layouts[] = { "I420", "Y42B", "Y444", "RGB", "NV12",
    "YUY2", "GRAY8", "UNPACK", "I420_10LE", "P010_10LE", "I422_10BE",
    "Y444_16LE", "GRAY16_BE", "GBR_10BE", NULL };

  compare (layouts, false, 0.3, upright);
}

static void
test_float (void)
{
  static const char *const layouts[] = { "I420_10LE", "P010_10LE", "Y444_16LE",
    "GRAY16_BE", "GBR_10BE", "I420", "RGB", NULL };

  compare (layouts, true, 255 * 1e-4, upright);
}

static void
test_orientations (void)
{
  static const char *const fixed[] = { "I420", "Y42B", "RGB", "NV12", "YUY2",
    "GRAY8", "UNPACK", "P010_10LE", NULL };
  static const char *const deep[] = { "I420_10LE", "GRAY16_BE", "RGB", NULL };

  for (int i = 1; i < 8; i++) {
    ImOrientation orientation = { i & 1, i & 2, i & 4 };

    compare (fixed, false, 0.3, orientation);
    compare (deep, true, 255 * 1e-4, orientation);
  }
}

static const Test tests[] = { TEST (test_fixed_point), TEST (test_float),
  TEST (test_orientations) };

int
main (void)
{
  return TESTS_RUN (tests);
}
