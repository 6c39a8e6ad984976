/* imbytes: the alpha under samples of chroma, which stand for several pixels.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "reader_private.h"

#define MOST_ROWS 4
/* Columns that are added up at a time. */
#define BLOCK 256

/* Rows of alpha, and how many of their samples are under one of chroma. */
typedef struct
{
  const uint8_t *row[MOST_ROWS];
  int bytes, step; /* of a sample; to the next */
  bool big_endian;
  int shift; /* what is below a sample's bits */
  unsigned mask;
  int w_shift, h_shift; /* log2 of the samples, across and down */
  int width;            /* of the rows, in samples */
} Alpha;

static inline unsigned
alpha_at (const Alpha *alpha, int row, int x)
{
  const uint8_t *src = alpha->row[row] + (ptrdiff_t) x * alpha->step;
  unsigned v = alpha->bytes == 1 ? *src
                                 : im_reader_load_u16 (src, alpha->big_endian);

  return v >> alpha->shift & alpha->mask;
}

/* Sums under @n samples from @x on; none of their pixels is missing. */
static inline void
add_up (uint32_t *restrict sum, const Alpha *alpha, int x, int n)
{
  for (int k = 0; k < n; k++) {
    sum[k] = 0;
    for (int i = 0; i < 1 << alpha->h_shift; i++)
      for (int j = 0; j < 1 << alpha->w_shift; j++)
        sum[k] += alpha_at (alpha, i, ((x + k) << alpha->w_shift) + j);
  }
}

/* Numbers that the compiler knows make loops that it can vectorise. */
static inline void
add_up_as (uint32_t *sum, const Alpha *alpha, int x, int n, int bytes,
    bool big_endian, int h_shift)
{
  Alpha known = *alpha;

  known.bytes = known.step = bytes;
  known.big_endian = big_endian;
  known.w_shift = 1;
  known.h_shift = h_shift;
  if (bytes == 1) {
    known.shift = 0;
    known.mask = 255;
  }
  add_up (sum, &known, x, n);
}

static void
add_up_usual (uint32_t *sum, const Alpha *alpha, int x, int n)
{
  if (alpha->bytes == 1 && alpha->h_shift == 0)
    add_up_as (sum, alpha, x, n, 1, false, 0);
  else if (alpha->bytes == 1)
    add_up_as (sum, alpha, x, n, 1, false, 1);
  else if (alpha->h_shift == 0 && !alpha->big_endian)
    add_up_as (sum, alpha, x, n, 2, false, 0);
  else if (!alpha->big_endian)
    add_up_as (sum, alpha, x, n, 2, false, 1);
  else if (alpha->h_shift == 0)
    add_up_as (sum, alpha, x, n, 2, true, 0);
  else
    add_up_as (sum, alpha, x, n, 2, true, 1);
}

/* Planes of whole samples, two across, one or two down. */
static bool
is_usual (const Alpha *alpha)
{
  return alpha->step == alpha->bytes && alpha->w_shift == 1
      && alpha->h_shift <= 1
      && (alpha->bytes == 2 || (alpha->shift == 0 && alpha->mask == 255));
}

/* At the right edge, where pixels are missing, the last one stands for them. */
static uint32_t
add_up_at_edge (const Alpha *alpha, int x)
{
  uint32_t sum = 0;

  for (int i = 0; i < 1 << alpha->h_shift; i++)
    for (int j = 0; j < 1 << alpha->w_shift; j++) {
      int column = (x << alpha->w_shift) + j;

      sum += alpha_at (alpha, i,
          column < alpha->width ? column : alpha->width - 1);
    }
  return sum;
}

static void
add_up_block (uint32_t sum[BLOCK], const Alpha *alpha, int x, int n)
{
  int whole = (alpha->width >> alpha->w_shift) - x;

  if (whole > n)
    whole = n;
  if (is_usual (alpha))
    add_up_usual (sum, alpha, x, whole);
  else
    add_up (sum, alpha, x, whole);
  for (int k = whole > 0 ? whole : 0; k < n; k++)
    sum[k] = add_up_at_edge (alpha, x + k);
}

static Alpha
alpha_under (ImReader *reader, int c, int y)
{
  const ImFormat *format = &reader->input.format;
  const ImComponent *component = &format->component[c];
  const int a = format->n_components - 1;
  const ImComponent *own = &format->component[a];
  Alpha alpha = { .bytes = format->sample_bytes,
    .step = own->step,
    .big_endian = format->big_endian,
    .shift = own->shift,
    .mask = (1u << own->depth) - 1,
    .w_shift = component->w_shift,
    .h_shift = component->h_shift,
    .width = reader->input.width };

  for (int i = 0; i < 1 << alpha.h_shift; i++) {
    int row = (y << alpha.h_shift) + i;

    alpha.row[i] = im_reader_samples (reader, a,
        row < reader->input.height ? row : reader->input.height - 1);
  }
  return alpha;
}

static int
block_at (const ImReaderSpan *span, int x)
{
  return span->last - x < BLOCK ? span->last - x : BLOCK;
}

void
im_reader_mean_alpha_u8 (ImReader *reader, int c, int y, uint8_t *dst)
{
  const ImReaderSpan *span = &reader->span[c];
  const Alpha alpha = alpha_under (reader, c, y);
  const int shift = alpha.w_shift + alpha.h_shift;
  uint32_t sum[BLOCK];

  for (int x = span->first; x < span->last; x += BLOCK) {
    int n = block_at (span, x);

    add_up_block (sum, &alpha, x, n);
    for (int k = 0; k < n; k++)
      dst[x + k] = (uint8_t) ((sum[k] + (1u << shift >> 1)) >> shift);
  }
}

/* Sums of 16 samples of 16 bits are exact in a float. */
void
im_reader_mean_alpha_f32 (ImReader *reader, int c, int y, float *dst)
{
  const ImReaderSpan *span = &reader->span[c];
  const Alpha alpha = alpha_under (reader, c, y);
  const float scale = reader->scale[reader->input.format.n_components - 1]
      / (float) (1 << (alpha.w_shift + alpha.h_shift));
  uint32_t sum[BLOCK];

  for (int x = span->first; x < span->last; x += BLOCK) {
    int n = block_at (span, x);

    add_up_block (sum, &alpha, x, n);
    for (int k = 0; k < n; k++)
      dst[x + k] = (float) (int32_t) sum[k] * scale;
  }
}
