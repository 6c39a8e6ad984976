/* imbytes bench: the limit. libjpeg-turbo alone on planes that are ready, at
 * the size of the output, and (read=1) one read of each input frame.
 *
 * The planes are those that imbytes itself makes: its JPEG at quality 100,
 * decoded. So both code the same picture.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench-core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

/* With read=1 the planes are few enough to stay in a cache, as a strip does
 * between resizing and coding; else they come from memory, as frames do. */
#define CACHED_PLANES 4

typedef struct
{
  JSAMPLE *data[3];
  int stride[3];
} Planes;

typedef struct
{
  BenchWork work;
  bool read;
  Planes *planes;
  int n_planes;
  int n_components, h_samp[3], v_samp[3];
  int rows[3]; /* of a component, whole MCUs */

  struct jpeg_compress_struct compress;
  struct jpeg_error_mgr errors;
  unsigned char *out;
  unsigned long out_size;
  uint64_t next;
} Limit;

static volatile uint64_t sink;

static void
read_frame (const uint8_t *data, size_t size)
{
  const uint64_t *words = (const uint64_t *) (const void *) data;
  uint64_t sum = 0;

  for (size_t i = 0; i < size / sizeof (*words); i++)
    sum += words[i];
  sink = sum;
}

static void
planes_new (Limit *self, Planes *planes,
    const struct jpeg_decompress_struct *decompress)
{
  self->n_components = decompress->num_components;
  for (int c = 0; c < self->n_components; c++) {
    const jpeg_component_info *info = &decompress->comp_info[c];
    int mcus = (int) (decompress->output_width
                   + (JDIMENSION) decompress->max_h_samp_factor * DCTSIZE - 1)
        / (decompress->max_h_samp_factor * DCTSIZE);

    self->h_samp[c] = info->h_samp_factor;
    self->v_samp[c] = info->v_samp_factor;
    self->rows[c] =
        (int) decompress->total_iMCU_rows * info->v_samp_factor * DCTSIZE;
    planes->stride[c] = mcus * info->h_samp_factor * DCTSIZE;
    planes->data[c] = aligned_alloc (64,
        ((size_t) planes->stride[c] * (size_t) self->rows[c] + 63)
            & ~(size_t) 63);
    if (planes->data[c] == NULL)
      bench_die ("out of memory");
  }
}

/* Pointers to the rows of the MCU row whose first luma row is @luma_row. */
static void
set_rows (const Limit *self, const Planes *planes, unsigned luma_row,
    JSAMPROW rows[3][4 * DCTSIZE], JSAMPARRAY arrays[3])
{
  for (int c = 0; c < self->n_components; c++) {
    int first = (int) luma_row * self->v_samp[c] / self->v_samp[0];

    for (int i = 0; i < self->v_samp[c] * DCTSIZE; i++)
      rows[c][i] =
          planes->data[c] + (size_t) planes->stride[c] * (size_t) (first + i);
    arrays[c] = rows[c];
  }
}

static void
decode_planes (Limit *self, Planes *planes, const uint8_t *jpeg, size_t size)
{
  struct jpeg_decompress_struct decompress;
  struct jpeg_error_mgr errors;
  JSAMPROW rows[3][4 * DCTSIZE];
  JSAMPARRAY arrays[3] = { rows[0], rows[1], rows[2] };

  decompress.err = jpeg_std_error (&errors);
  jpeg_create_decompress (&decompress);
  jpeg_mem_src (&decompress, jpeg, size);
  jpeg_read_header (&decompress, TRUE);
  decompress.raw_data_out = TRUE;
  jpeg_start_decompress (&decompress);
  planes_new (self, planes, &decompress);
  while (decompress.output_scanline < decompress.output_height) {
    set_rows (self, planes, decompress.output_scanline, rows, arrays);
    jpeg_read_raw_data (&decompress, arrays,
        (JDIMENSION) self->v_samp[0] * DCTSIZE);
  }
  jpeg_finish_decompress (&decompress);
  jpeg_destroy_decompress (&decompress);
}

static void
make_planes (Limit *self)
{
  ImRequest request = self->work.request;
  ImEngine *engine;

  request.codec = IM_CODEC_JPEG;
  request.jpeg.quality = 100;
  engine = bench_engine_new (&self->work, &request);
  self->n_planes = self->work.frames.n_frames;
  if (self->read && self->n_planes > CACHED_PLANES)
    self->n_planes = CACHED_PLANES;
  self->planes = calloc ((size_t) self->n_planes, sizeof (Planes));
  if (self->planes == NULL)
    bench_die ("out of memory");
  for (int i = 0; i < self->n_planes; i++) {
    ImImage frame = bench_work_image (&self->work, (uint64_t) i);
    ImError error;
    size_t size;
    uint8_t *jpeg;

    if (!im_engine_encode (engine, &frame, &size, &error))
      bench_die ("%s", error.message);
    jpeg = malloc (size);
    if (jpeg == NULL)
      bench_die ("out of memory");
    im_engine_write (engine, jpeg);
    decode_planes (self, &self->planes[i], jpeg, size);
    free (jpeg);
  }
  im_engine_free (engine);
}

static void
set_up_compress (Limit *self)
{
  struct jpeg_compress_struct *compress = &self->compress;

  compress->err = jpeg_std_error (&self->errors);
  jpeg_create_compress (compress);
  compress->image_width = (JDIMENSION) self->work.request.width;
  compress->image_height = (JDIMENSION) self->work.request.height;
  compress->input_components = self->n_components;
  compress->in_color_space = self->n_components == 1 ? JCS_GRAYSCALE
                                                     : JCS_YCbCr;
  jpeg_set_defaults (compress);
  jpeg_set_quality (compress, self->work.request.jpeg.quality, TRUE);
  compress->raw_data_in = TRUE;
  for (int c = 0; c < self->n_components; c++) {
    compress->comp_info[c].h_samp_factor = self->h_samp[c];
    compress->comp_info[c].v_samp_factor = self->v_samp[c];
  }
  /* Larger than any image, so that libjpeg never enlarges it. */
  self->out_size = 1u << 20;
  self->out_size +=
      (unsigned long) compress->image_width * compress->image_height * 3;
  self->out = malloc (self->out_size);
  if (self->out == NULL)
    bench_die ("out of memory");
}

static size_t
compress_planes (Limit *self, const Planes *planes)
{
  struct jpeg_compress_struct *compress = &self->compress;
  JSAMPROW rows[3][4 * DCTSIZE];
  JSAMPARRAY arrays[3] = { rows[0], rows[1], rows[2] };
  unsigned char *out = self->out;
  unsigned long size = self->out_size;

  jpeg_mem_dest (compress, &out, &size);
  jpeg_start_compress (compress, TRUE);
  while (compress->next_scanline < compress->image_height) {
    set_rows (self, planes, compress->next_scanline, rows, arrays);
    jpeg_write_raw_data (compress, arrays,
        (JDIMENSION) self->v_samp[0] * DCTSIZE);
  }
  jpeg_finish_compress (compress);
  if (out != self->out)
    bench_die ("an image outgrew its buffer");
  return size;
}

static bool
limit_run (void *data, BenchJob *job)
{
  Limit *self = data;

  for (int i = 0; i < job->n_frames; i++, self->next++) {
    double before = bench_seconds ();

    if (self->read)
      read_frame (bench_frame (&self->work.frames, self->next),
          self->work.frames.frame_size);
    job->bytes += compress_planes (self,
        &self->planes[self->next % (uint64_t) self->n_planes]);
    if (job->latency_us != NULL)
      job->latency_us[i] = (bench_seconds () - before) * 1e6;
  }
  return true;
}

int
main (int argc, char **argv)
{
  static const BenchContestant contestant = { limit_run, NULL };
  Limit self;
  int status;

  memset (&self, 0, sizeof (self));
  bench_work_parse (&self.work, argc, argv);
  self.read = atoi (bench_arg (argc, argv, "read", "1")) != 0;
  make_planes (&self);
  set_up_compress (&self);
  status = bench_serve (&contestant, &self);
  jpeg_destroy_compress (&self.compress);
  for (int i = 0; i < self.n_planes; i++) {
    for (int c = 0; c < self.n_components; c++)
      free (self.planes[i].data[c]);
  }
  free (self.planes);
  free (self.out);
  free (self.work.frames.data);
  return status;
}
