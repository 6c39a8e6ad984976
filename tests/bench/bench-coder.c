/* imbytes bench: the JPEG coder against libjpeg-turbo on the same ready planes.
 *
 *   bench-coder frames=FILE size=640x360 subsampling=420|444 quality=85 rounds=9
 *
 * FILE has planes in a row, Y Cb Cr, picture after picture. The two code each
 * picture in turns, on one thread, and have to write the same bytes. One line
 * of JSON: the time of both in milliseconds and their ratio, medians and least.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench.h"
#include "core/jpeg/jpeg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#define MAX_STRIPS 64

typedef struct
{
  ImPlan plan;
  BenchFrames frames;
  size_t stride[3], offset[3]; /* of planes, in a frame */

  ImCoder *coder;
  ImCodedStrip strips[MAX_STRIPS];
  uint8_t *file;
  size_t file_size;

  struct jpeg_compress_struct compress;
  struct jpeg_error_mgr errors;
  unsigned char *out;
  unsigned long out_room, out_size;
} Bench;

static void
check (bool done, const ImError *error)
{
  if (!done)
    bench_die ("%s", error->message);
}

static void
set_up (Bench *self, int argc, char **argv)
{
  bool subsampled = strcmp (bench_arg (argc, argv, "subsampling", "420"), "420")
      == 0;
  ImImageInfo info = { .par_n = 1, .par_d = 1 };
  ImRequest request = { .codec = IM_CODEC_JPEG, .enlarge = true };
  ImError error;
  size_t size = 0;

  info.format = (ImFormat){ IM_MODEL_YCBCR, false, 3, 1, false,
    { { 0, 0, 1, 8, 0, 0, 0 }, { 1, 0, 1, 8, 0, subsampled, subsampled },
        { 2, 0, 1, 8, 0, subsampled, subsampled } },
    false, NULL };
  bench_arg_size (argc, argv, "size", &info.width, &info.height);
  if (info.width % 16 != 0 || info.height % 2 != 0)
    bench_die ("the width has to be a multiple of 16 and the height of 2");
  request.jpeg.quality = atoi (bench_arg (argc, argv, "quality", "85"));
  check (im_plan_make (&self->plan, &info, &request, &error), &error);
  if (self->plan.n_strips > MAX_STRIPS)
    bench_die ("%d strips are too many", self->plan.n_strips);
  for (int c = 0; c < 3; c++) {
    int shift = c > 0 && subsampled;

    self->offset[c] = size;
    self->stride[c] = (size_t) info.width >> shift;
    size += self->stride[c] * ((size_t) info.height >> shift);
  }
  bench_frames_load (&self->frames, bench_arg (argc, argv, "frames", NULL),
      size);
  self->coder = im_codec_jpeg.coder_new (&self->plan, &error);
  check (self->coder != NULL, &error);
}

static void
set_up_libjpeg (Bench *self)
{
  struct jpeg_compress_struct *compress = &self->compress;
  const ImPlan *plan = &self->plan;

  compress->err = jpeg_std_error (&self->errors);
  jpeg_create_compress (compress);
  compress->image_width = (JDIMENSION) plan->width;
  compress->image_height = (JDIMENSION) plan->height;
  compress->input_components = 3;
  compress->in_color_space = JCS_YCbCr;
  jpeg_set_defaults (compress);
  jpeg_set_quality (compress, plan->jpeg.quality, TRUE);
  compress->raw_data_in = TRUE;
  compress->dct_method = JDCT_ISLOW;
  compress->comp_info[0].h_samp_factor = 1 << plan->w_shift;
  compress->comp_info[0].v_samp_factor = 1 << plan->h_shift;
  self->out_room = (1ul << 20)
      + (unsigned long) plan->width * (unsigned long) plan->height * 3;
  self->out = malloc (self->out_room);
  self->file = malloc (self->out_room);
  if (self->out == NULL || self->file == NULL)
    bench_die ("out of memory");
}

static void
code_by_libjpeg (Bench *self, const uint8_t *frame)
{
  struct jpeg_compress_struct *compress = &self->compress;
  const ImPlan *plan = &self->plan;
  JSAMPROW rows[3][16];
  JSAMPARRAY arrays[3] = { rows[0], rows[1], rows[2] };
  unsigned char *out = self->out;

  self->out_size = self->out_room;
  jpeg_mem_dest (compress, &out, &self->out_size);
  jpeg_start_compress (compress, TRUE);
  for (int y = 0; y < plan->height; y += 8 << plan->h_shift) {
    for (int c = 0; c < 3; c++) {
      int shift = c > 0 ? plan->h_shift : 0, last = (plan->height >> shift) - 1;

      for (int i = 0; i < 8 << plan->h_shift >> shift; i++) {
        int row = (y >> shift) + i < last ? (y >> shift) + i : last;

        rows[c][i] =
            (JSAMPROW) frame + self->offset[c] + (size_t) row * self->stride[c];
      }
    }
    jpeg_write_raw_data (compress, arrays, 8u << plan->h_shift);
  }
  jpeg_finish_compress (compress);
}

static void
code_strip (Bench *self, const uint8_t *frame, int index)
{
  const ImPlan *plan = &self->plan;
  int y = im_plan_band_begin (plan->height, plan->n_strips, index);
  int end = im_plan_band_begin (plan->height, plan->n_strips, index + 1);
  ImError error;

  im_bytes_reset (&self->strips[index].bytes);
  check (im_codec_jpeg.begin (self->coder, index, &self->strips[index], &error),
      &error);
  for (; y < end; y += IM_BLOCK_ROWS) {
    ImRows rows = { .n_rows = end - y < IM_BLOCK_ROWS ? end - y
                                                      : IM_BLOCK_ROWS };

    for (int c = 0; c < 3; c++) {
      rows.stride[c] = (ptrdiff_t) self->stride[c];
      rows.data[c] = (uint8_t *) frame + self->offset[c]
          + (size_t) (y >> (c > 0 ? plan->h_shift : 0)) * self->stride[c];
    }
    check (im_codec_jpeg.rows (self->coder, &rows, &error), &error);
  }
  check (im_codec_jpeg.end (self->coder, &error), &error);
}

static void
code_by_imbytes (Bench *self, const uint8_t *frame)
{
  static const ImMetadata none = { NULL, 0, NULL };
  ImError error;

  for (int i = 0; i < self->plan.n_strips; i++)
    code_strip (self, frame, i);
  check (im_codec_jpeg.size (self->coder, self->strips, self->plan.n_strips,
             &none, &self->file_size, &error),
      &error);
  if (self->file_size > self->out_room)
    bench_die ("an image outgrew its buffer");
  im_codec_jpeg.write (self->coder, self->strips, self->plan.n_strips,
      self->file);
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (double *values, int n)
{
  qsort (values, (size_t) n, sizeof (*values), compare_doubles);
  return values[n / 2];
}

/* All pictures by one of the two; milliseconds for each. */
static double
time_round (Bench *self, void (*code) (Bench *self, const uint8_t *frame))
{
  double start = bench_seconds ();

  for (int i = 0; i < self->frames.n_frames; i++)
    code (self, bench_frame (&self->frames, (uint64_t) i));
  return (bench_seconds () - start) * 1e3 / self->frames.n_frames;
}

static void
check_bytes (Bench *self)
{
  for (int i = 0; i < self->frames.n_frames; i++) {
    const uint8_t *frame = bench_frame (&self->frames, (uint64_t) i);

    code_by_imbytes (self, frame);
    code_by_libjpeg (self, frame);
    if (self->file_size != self->out_size
        || memcmp (self->file, self->out, self->file_size) != 0)
      bench_die ("picture %d: %zu bytes are not libjpeg-turbo's %lu", i,
          self->file_size, self->out_size);
  }
}

int
main (int argc, char **argv)
{
  int rounds = atoi (bench_arg (argc, argv, "rounds", "9"));
  double *ours = calloc ((size_t) rounds + 1, sizeof (double));
  double *theirs = calloc ((size_t) rounds + 1, sizeof (double));
  double *ratios = calloc ((size_t) rounds + 1, sizeof (double)), ratio;
  Bench self = { 0 };

  set_up (&self, argc, argv);
  set_up_libjpeg (&self);
  check_bytes (&self);
  for (int i = 0; i < rounds; i++) {
    bool first = i & 1;

    if (first)
      ours[i] = time_round (&self, code_by_imbytes);
    theirs[i] = time_round (&self, code_by_libjpeg);
    if (!first)
      ours[i] = time_round (&self, code_by_imbytes);
    ratios[i] = ours[i] / theirs[i];
  }
  ratio = median (ratios, rounds);
  printf ("{\"imbytes_ms\": %.4f, \"libjpeg_ms\": %.4f, \"ratio\": %.3f, ",
      median (ours, rounds), median (theirs, rounds), ratio);
  printf ("\"least_ratio\": %.3f, \"bytes\": %zu}\n", ours[0] / theirs[0],
      self.file_size);
  im_codec_jpeg.coder_free (self.coder);
  jpeg_destroy_compress (&self.compress);
  for (int i = 0; i < self.plan.n_strips; i++)
    im_bytes_clear (&self.strips[i].bytes);
  free (self.file);
  free (self.out);
  free (self.frames.data);
  free (ours), free (theirs), free (ratios);
  return 0;
}
