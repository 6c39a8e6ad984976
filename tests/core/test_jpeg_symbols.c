/* imbytes tests: the symbols of the baseline JPEG coder: coefficients drawn as
 * hardly any picture has them, against libjpeg-turbo, which is given the same.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "testing.h"

#include <jpeglib.h>

#include "core/jpeg/jpeg_kernels.h"

#define N_BLOCKS 40
#define USUAL_CASES 2000

/* Bits of magnitudes, at most. */
#define AC_BITS 10
#define DC_BITS 10

static int
draw_value (unsigned *seed, unsigned bits)
{
  int value = (int) (testing_random (seed) & ((1u << bits) - 1));

  return testing_random (seed) & 1 ? -value : value;
}

/* How far from one coefficient to the next: the lengths of runs around which
 * codes change are as frequent as all others. */
static int
draw_distance (unsigned *seed, unsigned r)
{
  static const int edges[] = { 1, 2, 15, 16, 17, 31, 32, 33, 47, 48, 49, 62,
    63 };

  if (r % 3 == 0)
    return 1;
  if (r % 3 == 1)
    return edges[testing_random (seed) % 13];
  return 1 + (int) (testing_random (seed) % (2 + (r >> 8) % 30));
}

/* In the file's order. */
static void
draw_block (int16_t values[64], unsigned *seed)
{
  unsigned r = testing_random (seed), bits = 1 + (r >> 4) % AC_BITS;

  memset (values, 0, 64 * sizeof (*values));
  values[0] = (int16_t) draw_value (seed, 1 + testing_random (seed) % DC_BITS);
  for (int i = draw_distance (seed, r); i < 64; i += draw_distance (seed, r)) {
    if ((r >> 12) % 4 == 0)
      bits = 1 + testing_random (seed) % AC_BITS;
    values[i] = (int16_t) draw_value (seed, bits);
    if ((r >> 14) % 2 == 0 && values[i] == 0)
      values[i] = 1;
  }
}

static void
make_block (ImJpegBlock *block, const int16_t values[64])
{
  memset (block, 0, sizeof (*block));
  for (int i = 0; i < 64; i++) {
    int small = values[i] > IM_JPEG_MOST_SMALL ? IM_JPEG_MOST_SMALL : values[i];

    small = small < -IM_JPEG_MOST_SMALL ? -IM_JPEG_MOST_SMALL : small;
    block->coefficient[im_jpeg_natural_order[i]] = values[i];
    block->small[i] = (uint8_t) (small + IM_JPEG_SMALL_ORIGIN);
    if (i > 0 && values[i] != 0)
      block->mask |= UINT64_C (1) << i;
  }
  block->small[64] = values[63] != 0 ? IM_JPEG_NOTHING : IM_JPEG_END;
}

/* The file of a gray picture, one block high, by the tables of luma or chroma. */
static unsigned char *
code_by_libjpeg (int16_t values[N_BLOCKS][64], int table, unsigned long *size)
{
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  jvirt_barray_ptr array;
  JBLOCKARRAY row;
  unsigned char *data = NULL;

  jpeg.err = jpeg_std_error (&errors);
  jpeg_create_compress (&jpeg);
  jpeg_mem_dest (&jpeg, &data, size);
  jpeg.image_width = 8 * N_BLOCKS;
  jpeg.image_height = 8;
  jpeg.input_components = 1;
  jpeg.in_color_space = JCS_GRAYSCALE;
  jpeg_set_defaults (&jpeg);
  jpeg.comp_info[0].dc_tbl_no = table;
  jpeg.comp_info[0].ac_tbl_no = table;
  array = jpeg.mem->request_virt_barray ((j_common_ptr) &jpeg, JPOOL_IMAGE,
      TRUE, N_BLOCKS, 1, 1);
  jpeg_write_coefficients (&jpeg, &array);
  row = jpeg.mem->access_virt_barray ((j_common_ptr) &jpeg, array, 0, 1, TRUE);
  for (int b = 0; b < N_BLOCKS; b++)
    for (int i = 0; i < 64; i++)
      row[0][b][im_jpeg_natural_order[i]] = values[b][i];
  jpeg_finish_compress (&jpeg);
  jpeg_destroy_compress (&jpeg);
  return data;
}

/* The entropy-coded data, without EOI; the number of bytes. */
static size_t
code_by_table (const ImJpegKernels *kernels, const ImJpegBlock *blocks,
    int table, uint8_t *out)
{
  static uint8_t
      bits[(N_BLOCKS + 1) * IM_JPEG_MAX_BLOCK_BYTES + IM_JPEG_WRITER_SPARE];
  ImJpegWriter writer = { 0, 0, bits };
  ImJpegUnit unit = { blocks, 1, table };
  int dc[3] = { 0, 0, 0 };
  unsigned missing;

  kernels->code (&writer, dc, &unit, 1, N_BLOCKS, im_jpeg_codes_get ());
  missing = (8 - writer.n_bits) % 8;
  im_jpeg_put_bits (&writer, (1u << missing) - 1, missing);
  return (
      size_t) (kernels->stuff (out, bits, (size_t) (writer.next - bits)) - out);
}

static void
check_case (unsigned seed)
{
  static int16_t values[N_BLOCKS][64];
  static ImJpegBlock blocks[N_BLOCKS];
  static uint8_t out[2 * (N_BLOCKS + 1) * IM_JPEG_MAX_BLOCK_BYTES];
  /* Ss, Se, Ah and Al of a baseline scan, T.81 B.2.3. */
  static const uint8_t header_end[] = { 0, 63, 0 };
  unsigned first = seed;
  unsigned long size = 0;
  int table = (int) (seed & 1);
  unsigned char *expected;
  size_t n;

  for (int b = 0; b < N_BLOCKS; b++) {
    draw_block (values[b], &seed);
    make_block (&blocks[b], values[b]);
  }
  expected = code_by_libjpeg (values, table, &size);
  for (int set = 0; set < IM_N_PROCESSORS; set++) {
    const ImJpegKernels *kernels = im_jpeg_kernels_of ((ImProcessor) set);

    if (kernels == NULL)
      continue;
    n = code_by_table (kernels, blocks, table, out);
    /* All between the last bytes of the scan's header and EOI. */
    if (!CHECK (n + 2 + sizeof (header_end) < size
            && memcmp (expected + size - 2 - n - sizeof (header_end),
                   header_end, sizeof (header_end))
                == 0
            && memcmp (expected + size - 2 - n, out, n) == 0))
      printf ("  seed %u, by %s\n", first, kernels->name);
  }
  free (expected);
}

static void
test_random (void)
{
  for (unsigned seed = 1; seed <= USUAL_CASES; seed++)
    if (!testing_left_out ())
      check_case (seed);
}

int
main (void)
{
  static const Test tests[] = {
    TEST (test_random),
  };

  return TESTS_RUN (tests);
}
