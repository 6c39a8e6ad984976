/* imbytes tests: filter.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/plan/filter.h"

#include <math.h>

#include "pictures.h"
#include "testing.h"

static const struct
{
  int in, out;
} sizes[] = { { 1, 1 }, { 1, 2 }, { 2, 1 }, { 1, 17 }, { 17, 1 }, { 7, 7 },
  { 640, 640 }, { 100, 99 }, { 99, 100 }, { 100, 33 }, { 33, 100 },
  { 1920, 640 }, { 1920, 333 }, { 426, 321 }, { 1080, 1 }, { 2000, 1 },
  { 1, 10000 }, { 3, 1000 }, { 40000, 7 } };

static ImFilterSpec
whole (ImMethod method, int in, int out)
{
  return (ImFilterSpec){ .method = method,
    .n_out = out,
    .scale = (double) in / out,
    .max = in };
}

/* Everything that holds for every table, whatever its method. */
static bool
check_table (const ImFilter *filter, const ImFilterSpec *spec)
{
  bool held = CHECK_EQUAL (filter->n_out, spec->n_out);

  held &= CHECK (filter->first >= spec->min && filter->last <= spec->max);
  for (int i = 0; held && i < spec->n_out; i++) {
    const int16_t *w = filter->weight + (size_t) i * (size_t) filter->stride;
    const float *f = filter->weight_f + (size_t) i * (size_t) filter->stride;
    int taps = filter->taps[i], sum = 0;
    double sum_f = 0;

    held &= CHECK (taps >= 1 && taps <= filter->max_taps);
    held &= CHECK (filter->max_taps <= filter->stride);
    held &= CHECK (filter->stride % 2 == 0);
    for (int t = taps; t < filter->stride; t++)
      held &= CHECK_EQUAL (w[t], 0);
    held &= CHECK (filter->start[i] >= 0);
    held &= CHECK (filter->first + filter->start[i] + taps <= filter->last);
    for (int t = 0; t < taps; t++) {
      sum += w[t];
      sum_f += (double) f[t];
    }
    held &= CHECK_EQUAL (sum, IM_WEIGHT_ONE);
    held &= CHECK (fabs (sum_f - 1) < 2e-6);
  }
  return held;
}

/* How far a table is from the definition, over all output samples: the worst
 * single weight, and the worst sum of the first few weights. The latter is what
 * shows in a picture: of a long filter each weight may be less than a unit of
 * Q14, so that each is rounded by nearly all of itself, and only their sums are
 * near. Weights of less than half a unit at the ends may be left out (of a long
 * filter, half a unit shared by as many as it has more of them); what that
 * allows is taken off. */
typedef struct
{
  double weight, sum;     /* in units of Q14 */
  double weight_f, sum_f; /* parts of 1 */
} Distance;

static void
take_worst (double *worst, double difference, double allowed)
{
  *worst = fmax (*worst, fabs (difference) - allowed);
}

static Distance
distance (const ImFilter *filter, const ImFilterSpec *spec)
{
  double *weight =
      calloc ((size_t) (spec->max - spec->min) + 1, sizeof (double));
  Distance worst = { 0 };
  double least = 0.5 / fmax (spec->scale, 1);

  for (int i = 0; i < spec->n_out; i++) {
    double sum = 0, sum_f = 0, q_left_out, left_out;
    int start, taps, own = filter->first + filter->start[i];

    reference_weights (spec->method, spec->offset + (i + 0.5) * spec->scale,
        spec->scale, spec->min, spec->max, &start, &taps, weight);
    q_left_out = least * (taps - filter->taps[i]);
    left_out = q_left_out / IM_WEIGHT_ONE;
    for (int t = 0; t < taps; t++) {
      int k = start + t - own;
      bool has = k >= 0 && k < filter->taps[i];
      size_t at = (size_t) i * (size_t) filter->stride + (size_t) (has ? k : 0);
      double q = (has ? filter->weight[at] : 0) - weight[t] * IM_WEIGHT_ONE;
      double f = (has ? (double) filter->weight_f[at] : 0) - weight[t];

      sum += q;
      sum_f += f;
      take_worst (&worst.weight, q, q_left_out);
      take_worst (&worst.sum, sum, q_left_out);
      take_worst (&worst.weight_f, f, left_out);
      take_worst (&worst.sum_f, sum_f, left_out);
    }
    /* None lies outside of what the definition has. */
    CHECK (own >= start && own + filter->taps[i] <= start + taps);
  }
  free (weight);
  return worst;
}

/* Each sum is rounded once, so that it is off by half a unit, and a weight,
 * which lies between two sums, by one; floats are off in their last bits. */
static void
check_distance (const ImFilter *filter, const ImFilterSpec *spec)
{
  Distance worst = distance (filter, spec);
  bool held = CHECK (worst.weight <= 1.0 + 0.001);

  held &= CHECK (worst.sum <= 0.5 + 0.001);
  held &= CHECK (worst.weight_f <= 1e-6);
  held &= CHECK (worst.sum_f <= 1e-6);
  if (!held)
    printf ("  method %d, %d -> %d: weights off by %g units and %g, sums by %g "
            "units and %g\n",
        (int) spec->method, spec->max, spec->n_out, worst.weight,
        worst.weight_f, worst.sum, worst.sum_f);
}

static void
check_size (ImMethod method, int in, int out)
{
  ImFilterSpec spec = whole (method, in, out);
  ImFilter filter = { 0 };

  if (!CHECK (im_filter_build (&filter, &spec)))
    return;
  if (check_table (&filter, &spec))
    check_distance (&filter, &spec);
  else
    printf ("  method %d, %d -> %d\n", (int) method, in, out);
  im_filter_clear (&filter);
}

static void
test_weights (void)
{
  for (size_t s = 0; s < sizeof (sizes) / sizeof (sizes[0]); s++)
    for (int m = 0; m < IM_N_METHODS; m++)
      check_size ((ImMethod) m, sizes[s].in, sizes[s].out);
}

/* Nothing that rounding left over is piled onto one sample. */
static void
test_long_filters (void)
{
  static const int ins[] = { 1080, 2000, 5000, 65536, 100000, 1000000 };

  for (size_t s = 0; s < sizeof (ins) / sizeof (ins[0]); s++)
    for (int m = IM_METHOD_BILINEAR; m < IM_N_METHODS; m++)
      check_size ((ImMethod) m, ins[s], 1);
}

static void
test_identity (void)
{
  for (int m = 0; m < IM_N_METHODS; m++)
    for (int n = 1; n < 2000; n += 1 + n / 3) {
      ImFilterSpec spec = whole ((ImMethod) m, n, n);
      ImFilter filter = { 0 };

      CHECK (im_filter_build (&filter, &spec));
      CHECK (filter.identity && filter.max_taps == 1);
      CHECK (filter.first == 0 && filter.last == n);
      /* A part of it, too, and from there on. */
      spec.min = 0;
      spec.max = n + 10;
      spec.offset = 10;
      CHECK (im_filter_build (&filter, &spec));
      CHECK (filter.identity && filter.first == 10 && filter.last == n + 10);
      if (n > 1) {
        spec = whole ((ImMethod) m, n, n + 1);
        CHECK (im_filter_build (&filter, &spec));
        CHECK (!filter.identity);
      }
      im_filter_clear (&filter);
      CHECK (filter.weight == NULL && filter.n_out == 0);
    }
}

static void
test_nearest (void)
{
  ImFilterSpec spec = whole (IM_METHOD_NEAREST, 10, 4);
  static const int expected[] = { 1, 3, 6, 8 };
  ImFilter filter = { 0 };

  CHECK (im_filter_build (&filter, &spec));
  CHECK_EQUAL (filter.max_taps, 1);
  for (int i = 0; i < 4; i++)
    CHECK_EQUAL (filter.first + filter.start[i], expected[i]);
  im_filter_clear (&filter);
}

/* No sample outside [min, max) is used, wherever the centres lie. */
static void
test_limits (void)
{
  unsigned seed = 7;

  for (int i = 0; i < 3000; i++) {
    ImFilterSpec spec = { 0 };
    ImFilter filter = { 0 };
    int before = testing_failed_checks;

    spec.method = (ImMethod) (testing_random (&seed) % IM_N_METHODS);
    spec.min = (int) (testing_random (&seed) % 50);
    spec.max = spec.min + 1 + (int) (testing_random (&seed) % 50);
    spec.n_out = 1 + (int) (testing_random (&seed) % 60);
    /* Centres lie within, and chroma's up to half a sample beyond. */
    spec.scale = (spec.max - spec.min) / (double) spec.n_out
        * (testing_random (&seed) % 100 / 100.0);
    spec.offset = spec.min - 0.5
        + (spec.max - spec.min + 1 - spec.scale * spec.n_out)
            * (testing_random (&seed) % 101 / 100.0);
    CHECK (im_filter_build (&filter, &spec));
    check_table (&filter, &spec);
    im_filter_clear (&filter);
    if (testing_failed_checks > before)
      printf ("  method %d, [%d, %d), %d from %g by %g\n", (int) spec.method,
          spec.min, spec.max, spec.n_out, spec.offset, spec.scale);
  }
}

/* Two passes stay within int16: what kernels.h promises. */
static void
test_overshoot (void)
{
  double most = 0;

  for (int m = IM_METHOD_BILINEAR; m < IM_N_METHODS; m++)
    for (int n = 1; n < 300; n += 1 + n / 8) {
      ImFilterSpec spec = whole ((ImMethod) m, 100, n);
      ImFilter filter = { 0 };

      CHECK (im_filter_build (&filter, &spec));
      for (int i = 0; i < n; i++) {
        double up = 0, down = 0;

        for (int t = 0; t < filter.taps[i]; t++) {
          double w =
              filter.weight[i * filter.stride + t] / (double) IM_WEIGHT_ONE;

          up += w > 0 ? w : 0;
          down += w < 0 ? -w : 0;
        }
        most = fmax (most, fmax (up * up + down * down, 2 * up * down));
      }
      im_filter_clear (&filter);
    }
  printf ("  the largest overshoot of two passes is %.2f\n", most);
  CHECK (most * 255 * 64 + 64 < 32767);
}

static ImFilterSpec
spec_of (const char *layout, ImCodecId codec, int in, int out, bool cosited,
    ImRect crop, int c)
{
  ImImageInfo info;
  ImRequest request = request_plain (codec);
  ImPlan plan;

  memset (&info, 0, sizeof (info));
  info.format = picture_layout (layout)->format;
  info.width = info.height = in;
  info.par_n = info.par_d = 1;
  info.colour.h_cosited = info.colour.v_cosited = cosited;
  request.width = request.height = out;
  request.crop = crop;
  CHECK (im_plan_make (&plan, &info, &request, NULL));
  return im_filter_spec (&plan, c, IM_AXIS_HORIZONTAL);
}

/* Where luma position L of the source lies among chroma samples: the first of
 * them is centred on the luma samples it covers, or on the first of these. */
static void
check_siting (const char *layout, int shift, ImCodecId codec, bool cosited)
{
  const ImRect none = { 0, 0, 0, 0 };
  ImFilterSpec spec = spec_of (layout, codec, 64, 32, cosited, none, 1);
  int step = 1 << shift;
  /* Chroma is subsampled alike in JPEG, and not at all in PNG. */
  int out_step = codec == IM_CODEC_JPEG && shift > 0 ? 2 : 1;
  double shown = cosited ? 0.5 : step / 2.0; /* luma place of sample 0 */

  CHECK_EQUAL (spec.n_out, 32 / out_step);
  CHECK_EQUAL (spec.max, 64 / step);
  for (int i = 0; i < spec.n_out; i++) {
    double luma = (i + 0.5) * out_step * 2;
    double expected = (luma - shown) / step + 0.5;

    CHECK (fabs (spec.offset + (i + 0.5) * spec.scale - expected) < 1e-9);
  }
}

static void
test_siting (void)
{
  for (int codec = 0; codec < 2; codec++)
    for (int cosited = 0; cosited < 2; cosited++) {
      check_siting ("I420", 1, (ImCodecId) codec, cosited);
      check_siting ("Y42B", 1, (ImCodecId) codec, cosited);
      check_siting ("Y41B", 2, (ImCodecId) codec, cosited);
      check_siting ("Y444", 0, (ImCodecId) codec, cosited);
    }
}

static void
test_spec_of_crop (void)
{
  const ImRect crop = { 11, 11, 21, 21 };
  ImFilterSpec spec = spec_of ("I420", IM_CODEC_PNG, 64, 42, false, crop, 0);

  CHECK (spec.n_out == 42 && spec.min == 11 && spec.max == 32);
  CHECK (fabs (spec.scale - 0.5) < 1e-12 && fabs (spec.offset - 11) < 1e-12);
  spec = spec_of ("I420", IM_CODEC_PNG, 64, 42, false, crop, 1);
  /* Chroma samples 5..15 cover luma 10..31. */
  CHECK (spec.n_out == 42 && spec.min == 5 && spec.max == 16);
  CHECK (fabs (spec.offset - 5.5) < 1e-12);
  /* 1:1 chroma that stays chroma is not blurred by a fraction. */
  spec = spec_of ("I420", IM_CODEC_JPEG, 64, 21, true, crop, 1);
  CHECK (spec.offset == 5 && spec.scale == 1 && spec.n_out == 11);
}

/* The same weights on the same samples, the last first. */
static void
test_mirrored (void)
{
  static const int cases[][2] = { { 9, 9 }, { 90, 31 }, { 7, 50 }, { 1, 5 },
    { 1000, 3 } };

  for (int m = 0; m < IM_N_METHODS; m++)
    for (size_t s = 0; s < sizeof (cases) / sizeof (cases[0]); s++) {
      ImFilterSpec spec = whole ((ImMethod) m, cases[s][0], cases[s][1]);
      ImFilter upright = { 0 }, mirrored = { 0 };
      int n = spec.n_out;

      CHECK (im_filter_build (&upright, &spec));
      spec.mirrored = true;
      spec.last = n - 1;
      CHECK (im_filter_build (&mirrored, &spec));
      CHECK_EQUAL (mirrored.first, upright.first);
      CHECK_EQUAL (mirrored.last, upright.last);
      CHECK (mirrored.reversed == upright.identity);
      CHECK (mirrored.identity == (upright.identity && n == 1));
      for (int i = 0; i < n; i++) {
        int k = n - 1 - i;

        CHECK_EQUAL (mirrored.start[i], upright.start[k]);
        CHECK_EQUAL (mirrored.taps[i], upright.taps[k]);
        CHECK (memcmp (mirrored.weight + i * mirrored.stride,
                   upright.weight + k * upright.stride,
                   (size_t) upright.stride * sizeof (*upright.weight))
            == 0);
      }
      im_filter_clear (&upright);
      im_filter_clear (&mirrored);
    }
}

/* Nine chroma samples of 17 pixels that stay as they are, seen from behind: on
 * luma samples they lie on every second one, the last included; between two, the
 * last is cut in half, and all others lie where two of the image's meet. */
static void
test_mirrored_chroma (void)
{
  for (int cosited = 0; cosited < 2; cosited++) {
    ImImageInfo info = { .format = picture_layout ("I420")->format,
      .width = 17,
      .height = 17,
      .par_n = 1,
      .par_d = 1,
      .colour.h_cosited = cosited };
    ImRequest request = request_plain (IM_CODEC_JPEG);
    ImFilter filter = { 0 };
    ImFilterSpec spec;
    ImPlan plan;

    request.orientation.flip_x = true;
    CHECK (im_plan_make (&plan, &info, &request, NULL));
    spec = im_filter_spec (&plan, 1, IM_AXIS_HORIZONTAL);
    CHECK (im_filter_build (&filter, &spec));
    CHECK_EQUAL (filter.n_out, 9);
    for (int i = 0; i < 8; i++) {
      CHECK_EQUAL (filter.taps[i], cosited ? 1 : 2);
      CHECK_EQUAL (filter.first + filter.start[i], cosited ? 8 - i : 7 - i);
      CHECK_EQUAL (filter.weight[i * filter.stride],
          cosited ? IM_WEIGHT_ONE : IM_WEIGHT_ONE / 2);
    }
    CHECK_EQUAL (filter.start[8], 0);
    CHECK_EQUAL (filter.taps[8], 1);
    im_filter_clear (&filter);
  }
}

/* Lines of interlaced frames take chroma from their own field, from whichever
 * end they are counted, and as columns too. */
static void
test_turned_fields (void)
{
  ImImageInfo info = { .format = picture_layout ("I420")->format,
    .width = 32,
    .height = 24,
    .par_n = 1,
    .par_d = 1,
    .interlaced = true };
  ImFilter upright = { 0 }, transposed = { 0 };

  for (int transpose = 0; transpose < 2; transpose++)
    for (int flip = 0; flip < 2; flip++) {
      ImRequest request = request_plain (IM_CODEC_PNG);
      ImFilterSpec spec;
      ImPlan plan;

      CHECK (im_plan_make (&plan, &info, &request, NULL));
      spec = im_filter_spec (&plan, 1, IM_AXIS_VERTICAL);
      CHECK (spec.fields && im_filter_build (&upright, &spec));
      request.orientation = (ImOrientation){ transpose, flip, flip };
      CHECK (im_plan_make (&plan, &info, &request, NULL));
      spec = im_filter_spec (&plan, 1, IM_AXIS_VERTICAL);
      CHECK (spec.fields && im_filter_build (&transposed, &spec));
      for (int i = 0; i < 24; i++) {
        int k = flip ? 23 - i : i;

        CHECK_EQUAL (transposed.first + transposed.start[i],
            upright.first + upright.start[k]);
        CHECK_EQUAL (transposed.taps[i], upright.taps[k]);
      }
    }
  im_filter_clear (&upright);
  im_filter_clear (&transposed);
}

static const Test tests[] = { TEST (test_weights), TEST (test_long_filters),
  TEST (test_identity), TEST (test_nearest), TEST (test_limits),
  TEST (test_overshoot), TEST (test_siting), TEST (test_spec_of_crop),
  TEST (test_mirrored), TEST (test_mirrored_chroma),
  TEST (test_turned_fields) };

int
main (void)
{
  return TESTS_RUN (tests);
}
