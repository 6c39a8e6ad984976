/* imbytes tests: kernels.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "kernel_cases.h"

#include <math.h>

#include "testing.h"

static void
horizontal_case (int in, int out, ImMethod method, int step)
{
  ImFilterSpec spec = { .method = method,
    .n_out = out,
    .scale = (double) in / out,
    .max = in };
  ImFilter filter = { 0 };
  Guarded columns, row, row_q6;
  size_t n, size = (size_t) out * IM_LANES * 2;

  if (!CHECK (im_filter_build (&filter, &spec)))
    return;
  n = (size_t) (filter.last - filter.first);
  columns = guarded (((n - 1) * (size_t) step + 1) * IM_LANES * 2);
  row = guarded (n * sizeof (float));
  randomise_q6 (columns.data, ((n - 1) * (size_t) step + 1) * IM_LANES);
  randomise_f32 (row.data, n);
  outputs_poison (size);
  for (int k = 0; k < n_tables; k++)
    tables[k]->horizontal_q6 ((int16_t *) outputs[k],
        (const int16_t *) columns.data, &filter, step);
  CHECK (outputs_agree ("horizontal_q6", out, filter.max_taps, size));
  row_q6 = guarded (n * 2);
  randomise_q6 (row_q6.data, n);
  outputs_poison ((size_t) out * 2);
  for (int k = 0; k < n_tables; k++)
    tables[k]->horizontal_row_q6 ((int16_t *) outputs[k],
        (const int16_t *) row_q6.data, &filter);
  CHECK (outputs_agree ("horizontal_row_q6", out, filter.max_taps,
      (size_t) out * 2));
  unguard (&row_q6);
  outputs_poison ((size_t) out * 4);
  for (int k = 0; k < n_tables; k++)
    tables[k]->horizontal_f32 ((float *) outputs[k], (const float *) row.data,
        &filter);
  CHECK (
      outputs_agree ("horizontal_f32", out, filter.max_taps, (size_t) out * 4));
  unguard (&columns);
  unguard (&row);
  im_filter_clear (&filter);
}

static void
test_horizontal (void)
{
  for (int m = 0; m < IM_N_METHODS; m++) {
    for (int n = 1; n <= 70; n += 3) {
      horizontal_case (n, n, (ImMethod) m, 1);
      horizontal_case (n, 23, (ImMethod) m, 2);
      horizontal_case (3 * n, n, (ImMethod) m, 1 + n % 4);
      horizontal_case (2 * n, n, (ImMethod) m, 1);
      horizontal_case (4 * n, n, (ImMethod) m, 1);
      horizontal_case (6 * n, n, (ImMethod) m, 1);
    }
    horizontal_case (1920, 640, (ImMethod) m, 1);
    horizontal_case (1920, 960, (ImMethod) m, 1);
    horizontal_case (1920, 480, (ImMethod) m, 1);
    horizontal_case (1920, 320, (ImMethod) m, 1);
    horizontal_case (1920, 640, (ImMethod) m, 3);
    horizontal_case (KERNEL_MAX_N, 5, (ImMethod) m, 1);
    horizontal_case (11, KERNEL_MAX_N, (ImMethod) m, 4);
  }
}

static void
test_transposing (void)
{
  for (int n = 1; n <= KERNEL_MAX_N; n = next_width (n)) {
    size_t size = (size_t) n * IM_LANES * 2;
    Guarded row[IM_LANES], columns = guarded (size);
    int16_t *rows[IM_LANES];

    for (int l = 0; l < IM_LANES; l++) {
      row[l] = guarded ((size_t) n * 2);
      randomise (row[l].data, (size_t) n * 2);
      rows[l] = (int16_t *) row[l].data;
    }
    outputs_poison (size);
    for (int k = 0; k < n_tables; k++)
      tables[k]->columns_from_rows ((int16_t *) outputs[k],
          (const int16_t *const *) rows, n);
    CHECK (outputs_agree ("columns_from_rows", n, 0, size));
    for (int x = 0; x < n; x++)
      for (int l = 0; l < IM_LANES; l++)
        if (((int16_t *) outputs[0])[x * IM_LANES + l] != rows[l][x]) {
          CHECK (false);
          x = n;
          break;
        }
    memcpy (columns.data, outputs[0], size);
    /* The last row ends at its guard page: a write past it does not pass. */
    for (int k = 0; k < n_tables; k++) {
      for (int l = 0; l < IM_LANES; l++)
        memset (rows[l], 0, (size_t) n * 2);
      tables[k]->rows_from_columns (rows, (const int16_t *) columns.data, n);
      tables[0]->columns_from_rows ((int16_t *) outputs[0],
          (const int16_t *const *) rows, n);
      CHECK (memcmp (outputs[0], columns.data, size) == 0);
    }
    for (int l = 0; l < IM_LANES; l++)
      unguard (&row[l]);
    unguard (&columns);
  }
}

static void
mean_case (int n)
{
  Guarded a = guarded ((size_t) n * 4), b = guarded ((size_t) n * 4);
  const int16_t *top = (int16_t *) a.data, *bottom = (int16_t *) b.data;
  const int16_t *out = (int16_t *) outputs[0];

  randomise_q6 (a.data, (size_t) n * 2);
  randomise_q6 (b.data, (size_t) n * 2);
  outputs_poison ((size_t) n * 2);
  for (int k = 0; k < n_tables; k++)
    tables[k]->mean_2x2 ((int16_t *) outputs[k], top, bottom, n);
  CHECK (outputs_agree ("mean_2x2", n, 0, (size_t) n * 2));
  for (int x = 0; x < n; x++) {
    double mean =
        (top[2 * x] + top[2 * x + 1] + bottom[2 * x] + bottom[2 * x + 1]) / 4.0;

    CHECK (fabs (out[x] - mean) <= 0.5);
  }
}

static void
test_means (void)
{
  for (int n = 1; n <= KERNEL_MAX_N; n = next_width (n))
    mean_case (n);
}

static uint8_t
mixed (const ImMix *mix, int a, int b, int c)
{
  double v = floor (((double) a * mix->weight[0] + (double) b * mix->weight[1]
                        + (double) c * mix->weight[2] + mix->bias)
      / (1 << IM_MIX_SHIFT));

  return (uint8_t) (v < 0 ? 0 : v > 255 ? 255 : v);
}

static const ImMix mixes[3] = { { { 9539, 14686, -1234 }, -(20 << 19) },
  { { 9539, -1746, -4366 }, 77 << 19 }, { { 8192, 17304, 31000 }, 1 << 18 } };

static void
mix_case (int n)
{
  Guarded in[3], half[2];
  const int16_t *a, *b, *c;

  for (int i = 0; i < 3; i++) {
    in[i] = guarded ((size_t) n * 2);
    randomise_q6 (in[i].data, (size_t) n);
  }
  a = (const int16_t *) in[0].data;
  b = (const int16_t *) in[1].data;
  c = (const int16_t *) in[2].data;
  outputs_poison ((size_t) n);
  for (int k = 0; k < n_tables; k++)
    tables[k]->mix1 (outputs[k], a, &mixes[0], n);
  CHECK (outputs_agree ("mix1", n, 0, (size_t) n));
  for (int x = 0; x < n; x++)
    CHECK_EQUAL (outputs[0][x], mixed (&mixes[0], a[x], 0, 0));
  outputs_poison ((size_t) n * 3);
  for (int k = 0; k < n_tables; k++)
    tables[k]->mix_rgb (outputs[k], a, b, c, mixes, n);
  CHECK (outputs_agree ("mix_rgb", n, 0, (size_t) n * 3));
  for (int x = 0; x < 3 * n; x++)
    CHECK_EQUAL (outputs[0][x],
        mixed (&mixes[x % 3], a[x / 3], b[x / 3], c[x / 3]));
  /* Halved: as many samples as phase and width need, and none after. */
  for (int phase = 0; phase < 3; phase++) {
    int shift = phase < 2, from = shift ? phase : 0;
    int m = shift ? (n + from + 1) / 2 : n;

    for (int i = 0; i < 2; i++) {
      half[i] = guarded ((size_t) m * 2);
      randomise_q6 (half[i].data, (size_t) m);
    }
    b = (const int16_t *) half[0].data;
    c = (const int16_t *) half[1].data;
    outputs_poison ((size_t) n);
    for (int k = 0; k < n_tables; k++)
      tables[k]->mix3 (outputs[k], a, b, c, shift, from, &mixes[1], n);
    CHECK (outputs_agree ("mix3", n, phase, (size_t) n));
    for (int x = 0; x < n; x++)
      CHECK_EQUAL (outputs[0][x],
          mixed (&mixes[1], a[x], b[(x + from) >> shift],
              c[(x + from) >> shift]));
    unguard (&half[0]);
    unguard (&half[1]);
  }
  for (int i = 0; i < 3; i++)
    unguard (&in[i]);
}

static void
test_mixes (void)
{
  for (int n = 1; n <= KERNEL_MAX_N; n = next_width (n))
    mix_case (n);
}

/* A flat area stays exactly what it is, whatever the method and the sizes. */
static void
test_flat (void)
{
  static const int ins[] = { 7, 20, 37, 96, 100, 331, 640, 1900 };
  uint8_t row[1];
  const uint8_t *rows[KERNEL_MAX_N];

  for (int v = 0; v < 256; v++)
    for (size_t s = 0; s < sizeof (ins) / sizeof (ins[0]); s++)
      for (int m = 0; m < IM_N_METHODS; m++) {
        int n = 10;
        ImFilterSpec spec = { .method = (ImMethod) m,
          .n_out = n,
          .scale = ins[s] / (double) n,
          .max = ins[s] };
        ImFilter filter = { 0 };
        int16_t out;

        if (v % 51 != 0 && ins[s] > 96)
          continue;
        CHECK (im_filter_build (&filter, &spec));
        row[0] = (uint8_t) v;
        for (int t = 0; t < filter.max_taps; t++)
          rows[t] = row;
        for (int i = 0; i < n; i++)
          for (int k = 0; k < n_tables; k++) {
            tables[k]->vertical_u8 (&out, rows,
                filter.weight + i * filter.stride, filter.taps[i], 1,
                &nothing_ahead);
            CHECK_EQUAL (out, v << IM_Q);
          }
        im_filter_clear (&filter);
      }
}

/* Sums that no picture reaches are clamped, and not wrapped around. */
static void
test_saturation (void)
{
  enum
  {
    N = 45
  };
  static const int16_t weight[4] = { 24000, -7616, 24000, 0 };
  static uint8_t bytes[2][N];
  static int16_t words[2][N], columns[3 * IM_LANES], out[N];

  memset (bytes[1], 255, N);
  for (int x = 0; x < N; x++) {
    words[0][x] = INT16_MIN;
    words[1][x] = INT16_MAX;
  }
  for (int sign = 0; sign < 2; sign++) {
    const int16_t *high = words[sign], *low = words[!sign];
    const uint8_t *up = bytes[sign], *down = bytes[!sign];
    int16_t limit = sign ? INT16_MAX : INT16_MIN;
    int32_t start = 0, taps = 3;
    ImFilter filter = { .n_out = 1,
      .last = 3,
      .max_taps = 3,
      .stride = 4,
      .start = &start,
      .taps = &taps,
      .weight = (int16_t *) weight };

    for (int l = 0; l < IM_LANES; l++) {
      columns[l] = columns[2 * IM_LANES + l] = high[l];
      columns[IM_LANES + l] = low[l];
    }
    for (int k = 0; k < n_tables; k++) {
      tables[k]->vertical_u8 (out, (const uint8_t *const[]){ up, down, up },
          weight, 3, N, &nothing_ahead);
      for (int x = 0; x < N; x++)
        CHECK_EQUAL (out[x], sign ? INT16_MAX : (-7616 * 255 + 128) >> 8);
      tables[k]->vertical_q6 (out, (const int16_t *const[]){ high, low, high },
          weight, 3, N);
      for (int x = 0; x < N; x++)
        CHECK_EQUAL (out[x], limit);
      tables[k]->horizontal_q6 (out, columns, &filter, 1);
      for (int l = 0; l < IM_LANES; l++)
        CHECK_EQUAL (out[l], limit);
    }
  }
}

static void
test_tables (void)
{
  ImProcessor best = im_processor_choose (NULL);

  CHECK (n_tables >= 1);
  CHECK (tables[n_tables - 1] == im_kernels_of (best));
  CHECK (im_processor_choose ("abacus") == best);
  CHECK (im_kernels_get () == im_kernels_of (im_processor_get ()));
  for (int i = 0; i < IM_N_PROCESSORS; i++) {
    ImProcessor set = (ImProcessor) i;
    const ImKernels *kernels = im_kernels_of (set);

    CHECK ((kernels != NULL) == im_processor_has (set));
    if (kernels == NULL)
      continue;
    CHECK (im_processor_choose (im_processor_name (set)) == set);
    CHECK (strcmp (kernels->name, im_processor_name (set)) == 0);
    printf ("  %s\n", kernels->name);
  }
}

static const Test tests[] = { TEST (test_tables), TEST (test_horizontal),
  TEST (test_transposing), TEST (test_means), TEST (test_mixes),
  TEST (test_flat), TEST (test_saturation) };

int
main (void)
{
  cases_init ();
  return TESTS_RUN (tests);
}
