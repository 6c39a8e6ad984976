/* imbytes tests: kernels that have to do with alpha.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "kernel_cases.h"

#include <math.h>

#include "testing.h"

/* Within three quarters of a unit, and exact where nothing shines through or all
 * does. */
static bool
is_laid (int laid, int byte, int alpha, int behind)
{
  double exact = 64.0 * (byte * alpha + behind * (255 - alpha)) / 255.0;

  return fabs (laid - exact) <= (alpha == 0 || alpha == 255 ? 0.0 : 0.76);
}

/* Every byte and alpha over every code value. */
static void
test_lay_bytes (void)
{
  uint8_t bytes[256], alpha[256];
  int16_t out[256];

  for (int x = 0; x < 256; x++)
    bytes[x] = (uint8_t) x;
  for (int behind = 0; behind < 256; behind++)
    for (int a = 0; a < 256; a++) {
      bool right = true;

      memset (alpha, a, sizeof (alpha));
      for (int k = 0; k < n_tables; k++) {
        tables[k]->lay_bytes (out, bytes, alpha, behind, 256);
        for (int x = 0; x < 256; x++)
          right &= is_laid (out[x], x, a, behind);
      }
      CHECK (right);
    }
}

static void
lay_pixels_case (int n, int alpha, int left_out)
{
  static const uint8_t behind[4] = { 16, 128, 0, 255 };
  Guarded src = guarded ((size_t) n * 4);
  size_t row = (size_t) n * 2;

  randomise (src.data, (size_t) n * 4);
  outputs_poison (row * 4);
  for (int k = 0; k < n_tables; k++) {
    int16_t *rows[4];

    for (int i = 0; i < 4; i++)
      rows[i] = i == left_out ? NULL : (int16_t *) outputs[k] + i * n;
    tables[k]->lay_pixels (rows, src.data, alpha, behind, n);
  }
  CHECK (outputs_agree ("lay_pixels", n, alpha, row * 4));
  for (int i = 0; i < 4; i++)
    for (int x = 0; x < n && i != left_out; x++) {
      int byte = src.data[4 * x + i], out = ((int16_t *) outputs[0])[i * n + x];

      CHECK (i == alpha
              ? out == 64 * byte
              : is_laid (out, byte, src.data[4 * x + alpha], behind[i]));
    }
  unguard (&src);
}

static void
test_lay_pixels (void)
{
  for (int n = 1; n <= KERNEL_MAX_N; n = next_width (n))
    for (int alpha = 0; alpha < 4; alpha++)
      for (int left_out = 0; left_out < 5; left_out++)
        lay_pixels_case (n, alpha, left_out);
}

/* What was opaque is what it was; the rest is the quotient, and clamped. */
static void
lift_case (int n, int behind)
{
  Guarded alpha = guarded ((size_t) n * 2), samples = guarded ((size_t) n * 2);
  Guarded inverse = guarded ((size_t) n * 4);
  const int16_t *a = (const int16_t *) alpha.data;
  const int16_t *v = (const int16_t *) samples.data;

  randomise_q6 (alpha.data, (size_t) n);
  randomise_q6 (samples.data, (size_t) n);
  for (int x = 0; x < n; x += 3)
    ((int16_t *) alpha.data)[x] = 255 << IM_Q;
  outputs_poison ((size_t) n * 4);
  for (int k = 0; k < n_tables; k++)
    tables[k]->invert_alpha ((float *) outputs[k], a, n);
  CHECK (outputs_agree ("invert_alpha", n, 0, (size_t) n * 4));
  memcpy (inverse.data, outputs[0], (size_t) n * 4);
  outputs_poison ((size_t) n * 2);
  for (int k = 0; k < n_tables; k++) {
    memcpy (outputs[k], v, (size_t) n * 2);
    tables[k]->lift ((int16_t *) outputs[k], (const float *) inverse.data,
        behind, n);
  }
  CHECK (outputs_agree ("lift", n, behind, (size_t) n * 2));
  for (int x = 0; x < n; x++) {
    double zero = behind * 64.0;
    double want = a[x] < 32 ? zero : (v[x] - zero) * 16320 / a[x] + zero;

    want = fmin (fmax (want, INT16_MIN), INT16_MAX);
    CHECK (fabs (((int16_t *) outputs[0])[x] - want)
        <= (a[x] == 16320 ? 0 : 0.51));
  }
  unguard (&alpha);
  unguard (&samples);
  unguard (&inverse);
}

static void
test_lift (void)
{
  for (int n = 1; n <= KERNEL_MAX_N; n = next_width (n))
    for (int behind = 0; behind <= 128; behind += 16)
      lift_case (n, behind);
}

static void
mix_case (int n)
{
  static const ImMix mixes[3] = { { { 9539, 14686, -1234 }, -(20 << 19) },
    { { 9539, -1746, -4366 }, 77 << 19 }, { { 8192, 17304, 31000 }, 1 << 18 } };
  int16_t *row[4];
  Guarded in[4];

  for (int i = 0; i < 4; i++) {
    in[i] = guarded ((size_t) n * 2);
    randomise_q6 (in[i].data, (size_t) n);
    row[i] = (int16_t *) in[i].data;
  }
  row[3][0] = INT16_MAX;
  outputs_poison ((size_t) n * 4);
  for (int k = 0; k < n_tables; k++)
    tables[k]->mix_rgba (outputs[k], row[0], row[1], row[2], row[3], mixes, n);
  CHECK (outputs_agree ("mix_rgba", n, 0, (size_t) n * 4));
  /* Colours are those of mix_rgb (). */
  for (int x = 0; x < n; x++) {
    uint8_t rgb[3];
    int alpha = (int) floor (row[3][x] / 64.0 + 0.5);

    tables[0]->mix_rgb (rgb, row[0] + x, row[1] + x, row[2] + x, mixes, 1);
    CHECK (memcmp (rgb, outputs[0] + 4 * x, 3) == 0);
    CHECK_EQUAL (outputs[0][4 * x + 3],
        alpha < 0         ? 0
            : alpha > 255 ? 255
                          : alpha);
  }
  for (int i = 0; i < 4; i++)
    unguard (&in[i]);
}

/* The sum in floating point, rounded and saturated. */
static void
mix_q6_case (int n)
{
  static const ImMix mixes[3] = { { { 9539, 14686, -1234 },
                                      -(20 << 19) + (1 << 18) },
    { { 9539, -1746, -4366 }, (77 << 19) + (1 << 18) },
    { { 8192, 17304, 0 }, 1 << 18 } };
  Guarded in = guarded ((size_t) n * 6);
  const int16_t *samples = (const int16_t *) in.data;

  randomise_q6 (in.data, (size_t) n * 3);
  outputs_poison ((size_t) n * 6);
  for (int k = 0; k < n_tables; k++) {
    int16_t *out = (int16_t *) outputs[k];

    memcpy (out, samples, (size_t) n * 6);
    tables[k]->mix_q6 (out, out + n, out + 2 * n, mixes, n);
  }
  CHECK (outputs_agree ("mix_q6", n, 0, (size_t) n * 6));
  for (int x = 0; x < n; x++)
    for (int i = 0; i < 3; i++) {
      double sum = (mixes[i].bias - (1 << 18)) / 8192.0;

      for (int c = 0; c < 3; c++)
        sum += samples[c * n + x] * (mixes[i].weight[c] / 8192.0);
      sum = fmin (fmax (sum, INT16_MIN), INT16_MAX);
      CHECK (fabs (((int16_t *) outputs[0])[i * n + x] - sum) <= 0.5);
    }
  unguard (&in);
}

static void
test_mix (void)
{
  for (int n = 1; n <= KERNEL_MAX_N; n = next_width (n)) {
    mix_case (n);
    mix_q6_case (n);
  }
}

static const Test tests[] = { TEST (test_lay_bytes), TEST (test_lay_pixels),
  TEST (test_lift), TEST (test_mix) };

int
main (void)
{
  cases_init ();
  return TESTS_RUN (tests);
}
