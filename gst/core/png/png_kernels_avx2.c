/* imbytes: the inner loops of the PNG coder for AVX2.
 *
 * Filters are the portable loops. Codes are looked up for 32 bytes at once, joined
 * in pairs up to 64 bits, and written from there.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <immintrin.h>

#include "png_loops.h"

/* Bits that fit behind what is left of a byte, and of a word that is shifted. */
#define MAX_AT_ONCE 56

/* The tables of ImLiteralCodes in registers. */
typedef struct
{
  __m256i own_bits[2], own_code[2][2];
  __m256i group_bits, group_first, group_prefix[2][2], group_place[2];
} Tables;

/* Eight bytes of codes in each half: 16 bits for a byte. */
typedef struct
{
  __m256i code, bits;
} Codes;

static inline __m256i
twice (const uint8_t *table)
{
  return _mm256_broadcastsi128_si256 (
      _mm_loadu_si128 ((const __m128i *) table));
}

static inline void
load_tables (Tables *tables, const ImLiteralCodes *codes)
{
  for (int i = 0; i < 2; i++) {
    tables->own_bits[i] = twice (codes->own_bits[i]);
    tables->group_place[i] = twice (codes->group_place[i]);
    for (int j = 0; j < 2; j++) {
      tables->own_code[i][j] = twice (codes->own_code[i][j]);
      tables->group_prefix[i][j] = twice (codes->group_prefix[i][j]);
    }
  }
  tables->group_bits = twice (codes->group_bits);
  tables->group_first = twice (codes->group_first);
}

static inline __m256i
look_up (__m256i table, __m256i index)
{
  return _mm256_shuffle_epi8 (table, index);
}

static inline __m256i
both (__m256i a, __m256i b)
{
  return _mm256_or_si256 (a, b);
}

/* What is looked up for bytes of 0 to 15 and 240 to 255; @low and @high are these
 * bytes' low halves, all others have their highest bit set and give 0. */
static inline __m256i
look_up_own (const __m256i table[2], __m256i low, __m256i high)
{
  return both (look_up (table[0], low), look_up (table[1], high));
}

/* The codes of 32 bytes: of the lower eight of each half, and of the upper. */
static inline void
look_up_codes (const Tables *tables, __m256i bytes, Codes *lower, Codes *upper)
{
  const __m256i zero = _mm256_setzero_si256 ();
  const __m256i fifteen = _mm256_set1_epi8 (15);
  const __m256i reverse = _mm256_broadcastsi128_si256 (
      _mm_setr_epi8 (0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15));
  __m256i in_group = _mm256_and_si256 (bytes, fifteen);
  __m256i group = _mm256_and_si256 (_mm256_srli_epi16 (bytes, 4), fifteen);
  __m256i low =
      both (in_group, _mm256_cmpgt_epi8 (group, zero)); /* 0xff: none */
  __m256i high = both (in_group, _mm256_cmpgt_epi8 (fifteen, group));
  __m256i sum =
      _mm256_add_epi8 (in_group, look_up (tables->group_first, group));
  __m256i carry = _mm256_cmpgt_epi8 (sum, fifteen);
  __m256i last = look_up (reverse, _mm256_and_si256 (sum, fifteen));
  const __m256i own_0[2] = { tables->own_code[0][0], tables->own_code[1][0] };
  const __m256i own_1[2] = { tables->own_code[0][1], tables->own_code[1][1] };
  __m256i code[2], bits, is_group;

  /* Bytes with codes of their own have groups of zeros but for the place. */
  code[0] = _mm256_blendv_epi8 (look_up (tables->group_prefix[0][0], group),
      look_up (tables->group_prefix[1][0], group), carry);
  code[1] = _mm256_blendv_epi8 (look_up (tables->group_prefix[0][1], group),
      look_up (tables->group_prefix[1][1], group), carry);
  code[0] = both (code[0], look_up_own (own_0, low, high));
  code[1] = both (code[1], look_up_own (own_1, low, high));
  bits = both (look_up (tables->group_bits, group),
      look_up_own (tables->own_bits, low, high));
  is_group = look_up (tables->group_place[0], group);
  {
    __m256i place = look_up (tables->group_place[1], group);

    lower->code = both (_mm256_unpacklo_epi8 (code[0], code[1]),
        _mm256_mullo_epi16 (_mm256_unpacklo_epi8 (last, zero),
            _mm256_unpacklo_epi8 (is_group, place)));
    upper->code = both (_mm256_unpackhi_epi8 (code[0], code[1]),
        _mm256_mullo_epi16 (_mm256_unpackhi_epi8 (last, zero),
            _mm256_unpackhi_epi8 (is_group, place)));
  }
  lower->bits = _mm256_unpacklo_epi8 (bits, zero);
  upper->bits = _mm256_unpackhi_epi8 (bits, zero);
}

/* Codes of 16 bits -> of four bytes in 64 bits. */
static inline Codes
join (Codes codes)
{
  const __m256i low_16 = _mm256_set1_epi32 (0xffff);
  const __m256i low_32 = _mm256_set1_epi64x (0xffffffff);
  __m256i code = both (_mm256_and_si256 (codes.code, low_16),
      _mm256_sllv_epi32 (_mm256_srli_epi32 (codes.code, 16),
          _mm256_and_si256 (codes.bits, low_16)));
  __m256i bits = _mm256_madd_epi16 (codes.bits, _mm256_set1_epi16 (1));
  __m256i first = _mm256_and_si256 (bits, low_32);

  codes.code = both (_mm256_and_si256 (code, low_32),
      _mm256_sllv_epi64 (_mm256_srli_epi64 (code, 32), first));
  codes.bits = _mm256_add_epi64 (first, _mm256_srli_epi64 (bits, 32));
  return codes;
}

static inline void
put (ImBits *writer, uint64_t code, uint64_t bits)
{
  writer->bits |= code << writer->n_bits;
  writer->n_bits += (int) bits;
  im_bits_flush (writer);
}

/* Four bytes' codes, and those of the next four. */
static inline void
put_pair (ImBits *writer, const uint64_t *code, const uint64_t *bits)
{
  uint64_t n = bits[0] + bits[1];

  if (n <= MAX_AT_ONCE) {
    put (writer, code[0] | code[1] << bits[0], n);
  } else {
    put (writer, code[0], bits[0]);
    put (writer, code[1], bits[1]);
  }
}

static void
put_literals (ImBits *to, const ImLiteralCodes *codes, const uint8_t *at,
    size_t n)
{
  ImBits writer = *to;
  Tables tables;
  size_t i = 0;

  load_tables (&tables, codes);
  for (; i + 32 <= n; i += 32) {
    uint64_t code[2][4], bits[2][4];
    Codes lower, upper;

    look_up_codes (&tables, _mm256_loadu_si256 ((const __m256i *) (at + i)),
        &lower, &upper);
    lower = join (lower);
    upper = join (upper);
    _mm256_storeu_si256 ((__m256i *) code[0], lower.code);
    _mm256_storeu_si256 ((__m256i *) code[1], upper.code);
    _mm256_storeu_si256 ((__m256i *) bits[0], lower.bits);
    _mm256_storeu_si256 ((__m256i *) bits[1], upper.bits);
    put_pair (&writer, code[0], bits[0]);
    put_pair (&writer, code[1], bits[1]);
    put_pair (&writer, code[0] + 2, bits[0] + 2);
    put_pair (&writer, code[1] + 2, bits[1] + 2);
  }
  for (; i < n; i++) {
    ImHuffmanCode code = codes->code[at[i]];

    put (&writer, code.code, code.bits);
  }
  *to = writer;
}

void
im_png_kernels_init_avx2 (ImPngKernels *kernels)
{
  init_loops (kernels);
  kernels->put_literals = put_literals;
}
