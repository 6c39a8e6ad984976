/* imbytes tests: kernels of the vertical pass, and of what splits rows.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "kernel_cases.h"

#include <math.h>

#include "testing.h"

#define MAX_TAPS 400

/* Weights that add up to 1, some below 0, and a zero after them. */
static void
random_weights (int16_t *weight, float *weight_f, int taps)
{
  int sum = 0;

  for (int t = 0; t < taps; t++) {
    weight[t] =
        (int16_t) ((int) (testing_random (&seed) % 3000) / taps - 600 / taps);
    sum += weight[t];
  }
  weight[taps / 2] = (int16_t) (weight[taps / 2] + IM_WEIGHT_ONE - sum);
  weight[taps] = 0;
  for (int t = 0; t < taps; t++)
    weight_f[t] = (float) weight[t] / (float) IM_WEIGHT_ONE;
}

static void
vertical_q6_case (const int16_t *weight, int n, int taps)
{
  Guarded words[MAX_TAPS];
  const int16_t *rows[MAX_TAPS];

  for (int t = 0; t < taps; t++) {
    words[t] = guarded ((size_t) n * 2);
    randomise_q6 (words[t].data, (size_t) n);
    rows[t] = (const int16_t *) words[t].data;
  }
  outputs_poison ((size_t) n * 2);
  for (int k = 0; k < n_tables; k++)
    tables[k]->vertical_q6 ((int16_t *) outputs[k], rows, weight, taps, n);
  CHECK (outputs_agree ("vertical_q6", n, taps, (size_t) n * 2));
  for (int t = 0; t < taps; t++)
    unguard (&words[t]);
}

static void
vertical_case (int n, int taps)
{
  Guarded bytes[MAX_TAPS], floats[MAX_TAPS];
  const uint8_t *rows[MAX_TAPS];
  const float *rows_f[MAX_TAPS];
  int16_t weight[MAX_TAPS + 1] = { 0 };
  float weight_f[MAX_TAPS];

  for (int t = 0; t < taps; t++) {
    bytes[t] = guarded ((size_t) n);
    floats[t] = guarded ((size_t) n * sizeof (float));
    randomise (bytes[t].data, (size_t) n);
    randomise_f32 (floats[t].data, (size_t) n);
    rows[t] = bytes[t].data;
    rows_f[t] = (const float *) floats[t].data;
  }
  random_weights (weight, weight_f, taps);
  outputs_poison ((size_t) n * 2);
  for (int k = 0; k < n_tables; k++)
    tables[k]->vertical_u8 ((int16_t *) outputs[k], rows, weight, taps, n,
        &nothing_ahead);
  CHECK (outputs_agree ("vertical_u8", n, taps, (size_t) n * 2));
  vertical_q6_case (weight, n, taps);
  outputs_poison ((size_t) n * 4);
  for (int k = 0; k < n_tables; k++)
    tables[k]->vertical_f32 ((float *) outputs[k], rows_f, weight_f, taps, n);
  CHECK (outputs_agree ("vertical_f32", n, taps, (size_t) n * 4));
  for (int t = 0; t < taps; t++) {
    unguard (&bytes[t]);
    unguard (&floats[t]);
  }
}

static void
test_vertical (void)
{
  for (int n = 1; n <= KERNEL_MAX_N; n = next_width (n))
    for (int taps = 1; taps <= 24; taps += 1 + taps / 3)
      vertical_case (n, taps);
  for (int n = 1; n <= 70; n += 13)
    vertical_case (n, MAX_TAPS);
  vertical_case (600, 60);
}

/* A word's sample by its depth and shift, on the scale of Q6. */
static int
sample_of_word (uint16_t word, int depth, int shift)
{
  int sample = word >> shift & ((1 << depth) - 1);

  return (int) floor (ldexp (sample, 8 + IM_Q - depth));
}

static int16_t
weighed (const uint8_t *const *rows, const int16_t *weight, int taps, int x,
    int depth, int shift)
{
  double sum = 0;

  for (int t = 0; t < taps; t++) {
    uint16_t word;

    memcpy (&word, rows[t] + 2 * (size_t) x, sizeof (word));
    sum += (double) sample_of_word (word, depth, shift) * weight[t];
  }
  sum = floor (sum / IM_WEIGHT_ONE + 0.5);
  return (int16_t) (sum < INT16_MIN ? INT16_MIN
          : sum > INT16_MAX         ? INT16_MAX
                                    : sum);
}

static ImWords
words_of (int depth, int shift)
{
  int up = 8 + IM_Q - depth - shift;
  unsigned mask = ((1u << depth) - 1) << shift;

  return (ImWords){ up < 0 ? -up : 0, up > 0 ? up : 0,
    (uint16_t) (up < 0 ? mask >> -up : mask << up) };
}

/* @odd: rows begin at odd addresses, and a byte is left behind them. */
static void
words_case (int n, int taps, int depth, int shift, bool odd)
{
  Guarded bytes[MAX_TAPS];
  const uint8_t *rows[MAX_TAPS];
  int16_t weight[MAX_TAPS + 1] = { 0 };
  float weight_f[MAX_TAPS];
  ImWords words = words_of (depth, shift);

  for (int t = 0; t < taps; t++) {
    bytes[t] = guarded ((size_t) n * 2 + odd);
    randomise (bytes[t].data, bytes[t].size);
    rows[t] = bytes[t].data;
  }
  random_weights (weight, weight_f, taps);
  outputs_poison ((size_t) n * 2);
  for (int k = 0; k < n_tables; k++)
    tables[k]->vertical_words ((int16_t *) outputs[k], rows, &words, weight,
        taps, n, &nothing_ahead);
  CHECK (outputs_agree ("vertical_words", n, taps, (size_t) n * 2));
  for (int x = 0; x < n; x++)
    CHECK_EQUAL (((int16_t *) outputs[0])[x],
        weighed (rows, weight, taps, x, depth, shift));
  for (int t = 0; t < taps; t++)
    unguard (&bytes[t]);
}

static uint16_t
word_at (const uint8_t *at, bool big_endian)
{
  return (uint16_t) (big_endian ? at[0] << 8 | at[1] : at[1] << 8 | at[0]);
}

/* Nothing is read behind the last word. */
static void
words_q6_case (int n, int step, bool big_endian, int depth, int shift)
{
  Guarded in = guarded ((size_t) (n - 1) * (size_t) step + 2);
  ImWords words = words_of (depth, shift);

  randomise (in.data, in.size);
  outputs_poison ((size_t) n * 2);
  for (int k = 0; k < n_tables; k++)
    tables[k]->words_q6 ((int16_t *) outputs[k], in.data, step, big_endian,
        &words, n);
  CHECK (outputs_agree ("words_q6", n, step, (size_t) n * 2));
  for (int x = 0; x < n; x++)
    CHECK_EQUAL (((int16_t *) outputs[0])[x],
        sample_of_word (word_at (in.data + x * step, big_endian), depth,
            shift));
  unguard (&in);
}

static void
split_fields_case (int n, bool big_endian)
{
  static const int orders[3][3] = { { 0, 10, 20 }, { 20, 10, 0 },
    { 10, 0, 20 } };
  Guarded in = guarded ((size_t) n * 4);

  randomise (in.data, (size_t) n * 4);
  for (int i = 0; i < 3; i++) {
    outputs_poison ((size_t) n * 8);
    for (int k = 0; k < n_tables; k++)
      tables[k]->split_fields (outputs[k], in.data, big_endian, orders[i], n);
    CHECK (outputs_agree ("split_fields", n, i, (size_t) n * 8));
    for (int x = 0; x < n; x++) {
      const uint8_t *byte = in.data + 4 * x;
      const uint16_t *words = (const uint16_t *) outputs[0] + 4 * x;
      uint32_t word = 0;

      for (int j = 0; j < 4; j++)
        word |= (uint32_t) byte[j] << 8 * (big_endian ? 3 - j : j);
      CHECK_EQUAL (words[0], word >> 30 << 14);
      for (int j = 0; j < 3; j++)
        CHECK_EQUAL (words[j + 1], (word >> orders[i][j] & 1023) << 6);
    }
  }
  unguard (&in);
}

static void
split4_words_case (int n)
{
  Guarded in = guarded ((size_t) n * 8);

  randomise (in.data, in.size);
  outputs_poison ((size_t) n * 8);
  for (int k = 0; k < n_tables; k++) {
    uint16_t *rows[4];

    for (int i = 0; i < 4; i++)
      rows[i] = (uint16_t *) outputs[k] + i * n;
    tables[k]->split4_words (rows, in.data, n);
  }
  CHECK (outputs_agree ("split4_words", n, 0, (size_t) n * 8));
  for (int x = 0; x < n; x++)
    for (int i = 0; i < 4; i++)
      CHECK (memcmp (outputs[0] + 2 * (i * n + x), in.data + 8 * x + 2 * i, 2)
          == 0);
  unguard (&in);
}

/* Ten bits one after the other, from the lowest of the first byte or the highest. */
static void
split_tens_case (int n, bool big_endian)
{
  ImTens tens = { .bytes = 10, .samples = 8, .big_endian = big_endian };
  Guarded in = guarded ((size_t) n * 10);

  for (int i = 0; i < 8; i++) {
    tens.byte[i] = (uint8_t) (i * 10 / 8);
    tens.shift[i] = (uint8_t) (big_endian ? i * 10 % 8 : 6 - i * 10 % 8);
  }
  randomise (in.data, in.size);
  outputs_poison ((size_t) n * 16);
  for (int k = 0; k < n_tables; k++)
    tables[k]->split_tens (outputs[k], in.data, &tens, n);
  CHECK (outputs_agree ("split_tens", n, big_endian, (size_t) n * 16));
  for (int i = 0; i < 8 * n; i++) {
    unsigned sample = 0;

    for (int j = 0; j < 10; j++) {
      int bit = i * 10 + j;

      if (big_endian)
        sample |= (in.data[bit / 8] >> (7 - bit % 8) & 1u) << (9 - j);
      else
        sample |= (in.data[bit / 8] >> bit % 8 & 1u) << j;
    }
    CHECK_EQUAL (((const uint16_t *) outputs[0])[i], sample << 6);
  }
  unguard (&in);
}

/* Three of each little-endian word of 32 bits. */
static void
split_threes_case (int n)
{
  ImTens tens = { .bytes = 16, .samples = 12 };
  Guarded in = guarded ((size_t) n * 16);

  for (int i = 0; i < 12; i++) {
    tens.byte[i] = (uint8_t) (i / 3 * 4 + i % 3);
    tens.shift[i] = (uint8_t) (6 - i % 3 * 2);
  }
  randomise (in.data, in.size);
  outputs_poison ((size_t) n * 24);
  for (int k = 0; k < n_tables; k++)
    tables[k]->split_tens (outputs[k], in.data, &tens, n);
  CHECK (outputs_agree ("split_tens", n, 12, (size_t) n * 24));
  for (int i = 0; i < 12 * n; i++) {
    const uint8_t *word = in.data + i / 3 * 4;
    uint32_t bits = word[0] | (uint32_t) word[1] << 8 | (uint32_t) word[2] << 16
        | (uint32_t) word[3] << 24;

    CHECK_EQUAL (((const uint16_t *) outputs[0])[i],
        (bits >> i % 3 * 10 & 1023) << 6);
  }
  unguard (&in);
}

static void
split_565_case (int n, bool upper_first)
{
  Guarded in = guarded ((size_t) n * 2);

  randomise (in.data, in.size);
  outputs_poison ((size_t) n * 4);
  for (int k = 0; k < n_tables; k++)
    tables[k]->split_565 (outputs[k], in.data, upper_first, n);
  CHECK (outputs_agree ("split_565", n, upper_first, (size_t) n * 4));
  for (int x = 0; x < n; x++) {
    const uint8_t *pixel = outputs[0] + 4 * x;
    uint16_t word;

    memcpy (&word, in.data + 2 * x, sizeof (word));
    CHECK_EQUAL (pixel[0], 255);
    CHECK_EQUAL (pixel[upper_first ? 1 : 3], (word >> 11) * 33 >> 2);
    CHECK_EQUAL (pixel[2], (word >> 5 & 63) * 65 >> 4);
    CHECK_EQUAL (pixel[upper_first ? 3 : 1], (word & 31) * 33 >> 2);
  }
  unguard (&in);
}

static void
test_splitting_words (void)
{
  for (int n = 1; n <= KERNEL_MAX_N; n = next_width (n)) {
    split_fields_case (n, false);
    split_fields_case (n, true);
    split4_words_case (n);
    split_565_case (n, false);
    split_565_case (n, true);
  }
  for (int n = 1; n <= 40; n++) {
    split_tens_case (n, false);
    split_tens_case (n, true);
    split_threes_case (n);
  }
}

static void
test_words_q6 (void)
{
  static const int steps[] = { 2, 4, 6, 8 };

  for (int depth = 9; depth <= 16; depth++)
    for (int shift = 0; shift <= 16 - depth; shift++)
      for (int i = 0; i < 8; i++)
        for (int n = 1; n <= 150; n += 7)
          words_q6_case (n, steps[i / 2], i % 2, depth, shift);
}

static void
lay_upon_case (int n)
{
  Guarded alpha = guarded ((size_t) n * sizeof (float));
  float *value = (float *) alpha.data, behind = (float) (seed % 16321);
  int16_t *samples = malloc ((size_t) n * sizeof (int16_t));

  randomise_q6 (samples, (size_t) n);
  for (int x = 0; x < n; x++) {
    unsigned random = testing_random (&seed) % 4;

    samples[x] &= 16383;
    value[x] = random == 0 ? 0.0f
        : random == 1      ? 1.0f
                           : (float) (testing_random (&seed) % 1024) / 1023.0f;
  }
  outputs_poison ((size_t) n * 2);
  for (int k = 0; k < n_tables; k++) {
    memcpy (outputs[k], samples, (size_t) n * 2);
    tables[k]->lay_upon ((int16_t *) outputs[k], value, behind, n);
  }
  CHECK (outputs_agree ("lay_upon", n, 1, (size_t) n * 2));
  for (int x = 0; x < n; x++) {
    double exact = behind + (samples[x] - (double) behind) * value[x];

    CHECK (fabs (((int16_t *) outputs[0])[x] - exact) < 0.51);
  }
  free (samples);
  unguard (&alpha);
}

static void
test_lay_upon (void)
{
  for (int n = 1; n <= 300; n = next_width (n))
    lay_upon_case (n);
}

static void
test_words (void)
{
  for (int depth = 9; depth <= 16; depth++)
    for (int shift = 0; shift <= 16 - depth; shift++)
      for (int n = 1; n <= 100; n += 9)
        words_case (n, 1 + (n + shift) % 7, depth, shift, n % 2);
  for (int n = 1; n <= KERNEL_MAX_N; n = next_width (n))
    words_case (n, 1 + n % 6, 10, 6, n % 2);
  words_case (333, MAX_TAPS, 12, 4, false);
}

static void
test_splitting (void)
{
  for (int n = 1; n <= KERNEL_MAX_N; n = next_width (n)) {
    Guarded in = guarded ((size_t) n * 4);
    const int16_t *src = (const int16_t *) in.data;

    randomise (in.data, (size_t) n * 4);
    for (int k = 0; k < n_tables; k++) {
      Guarded even = guarded ((size_t) n * 2), odd = guarded ((size_t) n * 2);
      int16_t *rows[2] = { (int16_t *) even.data, (int16_t *) odd.data };

      tables[k]->split2_q6 (rows, src, n);
      for (int x = 0; x < n; x++) {
        CHECK_EQUAL (rows[0][x], src[2 * x]);
        CHECK_EQUAL (rows[1][x], src[2 * x + 1]);
      }
      unguard (&even);
      unguard (&odd);
    }
    unguard (&in);
  }
}

int
main (void)
{
  static const Test tests[] = { TEST (test_vertical), TEST (test_words),
    TEST (test_words_q6), TEST (test_splitting_words), TEST (test_lay_upon),
    TEST (test_splitting) };

  cases_init ();
  return TESTS_RUN (tests);
}
