/* imbytes tests: Huffman codes against what theory says of them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/png/huffman.h"
#include "testing.h"

#define N 286

/* The places that these lengths take, of 2^15. */
static uint32_t
kraft (const uint8_t *lengths, int n)
{
  uint32_t sum = 0;

  for (int i = 0; i < n; i++)
    if (lengths[i] > 0)
      sum += 1u << (15 - lengths[i]);
  return sum;
}

static uint64_t
total_bits (const uint32_t *frequency, const uint8_t *lengths, int n)
{
  uint64_t sum = 0;

  for (int i = 0; i < n; i++)
    sum += (uint64_t) frequency[i] * lengths[i];
  return sum;
}

/* Joins the two least again and again; the sum of all joints is the least
 * number of bits that there can be. */
static uint64_t
least_bits (const uint32_t *frequency, int n)
{
  uint64_t weight[N], sum = 0;
  int left = 0;

  for (int i = 0; i < n; i++)
    if (frequency[i] > 0)
      weight[left++] = frequency[i];
  for (; left > 1; left--) {
    for (int k = 0; k < 2; k++)
      for (int i = k + 1; i < left; i++)
        if (weight[i] < weight[k]) {
          uint64_t swap = weight[i];

          weight[i] = weight[k];
          weight[k] = swap;
        }
    weight[0] += weight[1];
    sum += weight[0];
    weight[1] = weight[left - 1];
  }
  return sum;
}

/* Frequencies for which the limit does not matter. */
static void
test_least_bits (void)
{
  unsigned seed = 1;

  for (int round = 0; round < 200; round++) {
    uint32_t frequency[N];
    uint8_t lengths[N];
    int n = 2 + (int) (testing_random (&seed) % (N - 1));

    for (int i = 0; i < n; i++)
      frequency[i] = 100 + testing_random (&seed) % 900;
    im_huffman_lengths (frequency, n, 15, lengths);
    CHECK_EQUAL (kraft (lengths, n), 1u << 15);
    CHECK_EQUAL (total_bits (frequency, lengths, n), least_bits (frequency, n));
  }
}

/* Fibonacci's numbers make the deepest trees. */
static void
test_limit (void)
{
  for (int max_bits = 9; max_bits <= 15; max_bits++) {
    uint32_t frequency[40] = { 1, 1 };
    uint8_t lengths[40];

    for (int i = 2; i < 40; i++)
      frequency[i] = frequency[i - 1] + frequency[i - 2];
    im_huffman_lengths (frequency, 40, max_bits, lengths);
    CHECK_EQUAL (kraft (lengths, 40), 1u << 15);
    CHECK_EQUAL (lengths[39], 1);
    for (int i = 0; i < 40; i++) {
      CHECK (lengths[i] >= 1 && lengths[i] <= max_bits);
      CHECK (i == 0 || lengths[i] <= lengths[i - 1]);
    }
  }
}

/* As many symbols as there are codes. */
static void
test_full (void)
{
  uint32_t frequency[128];
  uint8_t lengths[128];

  for (int i = 0; i < 128; i++)
    frequency[i] = 1u << (i / 8);
  im_huffman_lengths (frequency, 128, 7, lengths);
  for (int i = 0; i < 128; i++)
    CHECK_EQUAL (lengths[i], 7);
}

static void
test_few_symbols (void)
{
  uint32_t frequency[5] = { 0, 0, 0, 7, 0 };
  uint8_t lengths[5];

  im_huffman_lengths (frequency, 5, 15, lengths);
  CHECK_EQUAL (lengths[3], 1);
  CHECK_EQUAL (lengths[0] + lengths[1] + lengths[2] + lengths[4], 0);
  frequency[3] = 0;
  im_huffman_lengths (frequency, 5, 15, lengths);
  CHECK_EQUAL (lengths[3], 0);
}

/* The example of RFC 1951, 3.2.2: A..H with 3, 3, 3, 3, 3, 2, 4, 4 bits. */
static void
test_codes (void)
{
  static const uint8_t lengths[8] = { 3, 3, 3, 3, 3, 2, 4, 4 };
  static const uint16_t expected[8] = { 2, 6, 1, 5, 3, 0, 7, 15 };
  ImHuffmanCode codes[8];

  im_huffman_codes (lengths, 8, codes);
  for (int i = 0; i < 8; i++) {
    CHECK_EQUAL (codes[i].code, expected[i]);
    CHECK_EQUAL (codes[i].bits, lengths[i]);
  }
}

int
main (void)
{
  static const Test tests[] = {
    TEST (test_least_bits),
    TEST (test_limit),
    TEST (test_full),
    TEST (test_few_symbols),
    TEST (test_codes),
  };

  return TESTS_RUN (tests);
}
