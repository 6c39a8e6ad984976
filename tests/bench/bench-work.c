/* imbytes bench: how the formats of the benchmark lie in memory.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench-core.h"

#include <stdlib.h>
#include <string.h>

struct _BenchLayout
{
  const char *name;
  ImFormat format;
  int n_planes;
  /* Bytes of a row of each plane for each 2 luma samples, and rows of it for
   * each 2 luma rows. Widths are multiples of 4, so that GStreamer's strides
   * have no padding. */
  int row_bytes[3], rows[3];
};

static const BenchLayout layouts[] = {
  { "I420",
      { IM_MODEL_YCBCR, false, 3, 1, false,
          { { 0, 0, 1, 8, 0, 0, 0 }, { 1, 0, 1, 8, 0, 1, 1 },
              { 2, 0, 1, 8, 0, 1, 1 } },
          false, NULL },
      3, { 2, 1, 1 }, { 2, 1, 1 } },
  { "NV12",
      { IM_MODEL_YCBCR, false, 3, 1, false,
          { { 0, 0, 1, 8, 0, 0, 0 }, { 1, 0, 2, 8, 0, 1, 1 },
              { 1, 1, 2, 8, 0, 1, 1 } },
          false, NULL },
      2, { 2, 2 }, { 2, 1 } },
  { "YUY2",
      { IM_MODEL_YCBCR, false, 3, 1, false,
          { { 0, 0, 2, 8, 0, 0, 0 }, { 0, 1, 4, 8, 0, 1, 0 },
              { 0, 3, 4, 8, 0, 1, 0 } },
          false, NULL },
      1, { 4 }, { 2 } },
  { "RGB",
      { IM_MODEL_RGB, false, 3, 1, false,
          { { 0, 0, 3, 8, 0, 0, 0 }, { 0, 1, 3, 8, 0, 0, 0 },
              { 0, 2, 3, 8, 0, 0, 0 } },
          false, NULL },
      1, { 6 }, { 2 } },
  { "P010_10LE",
      { IM_MODEL_YCBCR, false, 3, 2, false,
          { { 0, 0, 2, 10, 6, 0, 0 }, { 1, 0, 4, 10, 6, 1, 1 },
              { 1, 2, 4, 10, 6, 1, 1 } },
          false, NULL },
      2, { 4, 4 }, { 2, 1 } },
};

static const BenchLayout *
find_layout (const char *name)
{
  for (size_t i = 0; i < sizeof (layouts) / sizeof (layouts[0]); i++) {
    if (strcmp (layouts[i].name, name) == 0)
      return &layouts[i];
  }
  bench_die ("format %s is not one of the benchmark's", name);
}

static size_t
plane_size (const BenchLayout *layout, int plane, int width, int height)
{
  return (size_t) width / 2 * (size_t) layout->row_bytes[plane]
      * (size_t) (height / 2 * layout->rows[plane]);
}

static void
parse_input (BenchWork *work, int argc, char **argv)
{
  const BenchLayout *layout =
      find_layout (bench_arg (argc, argv, "format", NULL));
  const char *matrix = bench_arg (argc, argv, "matrix", "bt709");
  size_t size = 0;

  work->layout = layout;
  memset (&work->info, 0, sizeof (work->info));
  work->info.format = layout->format;
  work->info.colour.matrix = strcmp (matrix, "bt601") == 0 ? IM_MATRIX_BT601
                                                           : IM_MATRIX_BT709;
  work->info.colour.range =
      layout->format.model == IM_MODEL_RGB ? IM_RANGE_FULL : IM_RANGE_LIMITED;
  work->info.colour.h_cosited = true;
  work->info.par_n = work->info.par_d = 1;
  /* As of a device's memory (ImImageInfo). */
  work->info.slow = atoi (bench_arg (argc, argv, "slow", "0")) != 0;
  bench_arg_size (argc, argv, "in", &work->info.width, &work->info.height);
  if (work->info.width % 4 != 0 || work->info.height % 2 != 0)
    bench_die ("the width has to be a multiple of 4 and the height of 2");
  for (int i = 0; i < layout->n_planes; i++)
    size += plane_size (layout, i, work->info.width, work->info.height);
  bench_frames_load (&work->frames, bench_arg (argc, argv, "frames", NULL),
      size);
}

/* What the names of GstVideoOrientationMethod mean. */
static ImOrientation
parse_orientation (const char *name)
{
  static const struct
  {
    const char *name;
    ImOrientation orientation;
  } all[] = { { "identity", { false, false, false } },
    { "90r", { true, true, false } }, { "180", { false, true, true } },
    { "90l", { true, false, true } }, { "horiz", { false, true, false } },
    { "vert", { false, false, true } }, { "ul-lr", { true, false, false } },
    { "ur-ll", { true, true, true } } };

  for (size_t i = 0; i < sizeof (all) / sizeof (all[0]); i++) {
    if (strcmp (all[i].name, name) == 0)
      return all[i].orientation;
  }
  bench_die ("orientation %s is not known", name);
}

void
bench_work_parse (BenchWork *work, int argc, char **argv)
{
  ImRequest *request = &work->request;

  memset (request, 0, sizeof (*request));
  request->codec = strcmp (bench_arg (argc, argv, "codec", "jpeg"), "png") == 0
      ? IM_CODEC_PNG
      : IM_CODEC_JPEG;
  bench_arg_size (argc, argv, "out", &request->width, &request->height);
  request->enlarge = true;
  request->background = 0xff000000;
  request->method = IM_METHOD_BILINEAR;
  request->orientation =
      parse_orientation (bench_arg (argc, argv, "orientation", "identity"));
  request->jpeg.quality = atoi (bench_arg (argc, argv, "quality", "85"));
  request->png.level = atoi (bench_arg (argc, argv, "level", "1"));
  work->n_threads = atoi (bench_arg (argc, argv, "threads", "1"));
  parse_input (work, argc, argv);
}

ImEngine *
bench_engine_new (const BenchWork *work, const ImRequest *request)
{
  ImEngine *engine = im_engine_new ();
  ImError error;

  if (engine == NULL)
    bench_die ("out of memory");
  im_engine_set_threads (engine, work->n_threads);
  if (!im_engine_configure (engine, &work->info, request, &error))
    bench_die ("%s", error.message);
  return engine;
}

ImImage
bench_work_image (const BenchWork *work, uint64_t index)
{
  const uint8_t *data = bench_frame (&work->frames, index);
  int width = work->info.width, height = work->info.height;
  ImImage image = { .info = work->info };

  for (int plane = 0; plane < work->layout->n_planes; plane++) {
    image.data[plane] = data;
    image.stride[plane] = width / 2 * work->layout->row_bytes[plane];
    data += plane_size (work->layout, plane, width, height);
  }
  return image;
}
