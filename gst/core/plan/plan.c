/* imbytes: what was asked for -> what is to be done.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "plan.h"

#include <math.h>
#include <string.h>

#include "colourspace.h"
#include "plan_size.h"

/* A strip is worth coding on a thread of its own from about this many pixels
 * on. */
#define STRIP_PIXELS 32768
#define MAX_STRIPS 32
/* PNG's highest levels are for the smallest files: a strip finds nothing in those
 * before it, which costs 1 to 4 % in 32 strips and a quarter of that in 8. */
#define SMALLEST_LEVEL 7
#define MAX_LARGE_STRIPS 8
/* Transposed, rows are columns of the frame: few of them are slow to read, and
 * formats that are unpacked by whole rows are unpacked for each strip anew. */
#define TRANSPOSED_STRIP_ROWS 128
#define TRANSPOSED_STRIP_ROWS_UNPACKED 512
/* Reading a pixel costs about this part of coding one. */
#define READ_COST 8

static bool
has_borders (const ImPlan *plan)
{
  return plan->picture.width < plan->width
      || plan->picture.height < plan->height;
}

/* Each line takes its chroma from rows of its own field, which alternate: a file that
 * has less chroma along this axis would mix the two. Lines that are resized are mixed
 * already. */
static bool
has_fields_apart (const ImPlan *plan)
{
  int lines = plan->orientation.transpose ? plan->picture.width
                                          : plan->picture.height;

  return plan->input.interlaced && plan->input.format.component[1].h_shift == 1
      && plan->src_height == lines && plan->src_y == floor (plan->src_y);
}

/* 4:2:2 that is transposed has its chroma's resolution across: 4:2:0 keeps as
 * much of it as 4:2:2 would. */
static ImSubsampling
own_subsampling (const ImPlan *plan)
{
  const ImFormat *format = &plan->input.format;
  const ImComponent *chroma = &format->component[1];
  bool transpose = plan->orientation.transpose;

  if (format->model == IM_MODEL_GRAY)
    return IM_SUBSAMPLING_GRAY;
  if (format->model == IM_MODEL_YCBCR && has_fields_apart (plan))
    return transpose ? IM_SUBSAMPLING_444 : IM_SUBSAMPLING_422;
  if (format->model == IM_MODEL_RGB
      || (transpose ? chroma->w_shift : chroma->h_shift) > 0)
    return IM_SUBSAMPLING_420;
  return (transpose ? chroma->h_shift : chroma->w_shift) > 0
      ? IM_SUBSAMPLING_422
      : IM_SUBSAMPLING_444;
}

static void
plan_jpeg (ImPlan *plan, const ImRequest *request)
{
  ImSubsampling subsampling = request->jpeg.subsampling;

  if (subsampling == IM_SUBSAMPLING_AUTO)
    subsampling = own_subsampling (plan);
  plan->jpeg.subsampling = subsampling;
  plan->bit_depth = 8;
  plan->model = subsampling == IM_SUBSAMPLING_GRAY ? IM_MODEL_GRAY
                                                   : IM_MODEL_YCBCR;
  plan->n_components = subsampling == IM_SUBSAMPLING_GRAY ? 1 : 3;
  plan->w_shift = subsampling == IM_SUBSAMPLING_420
      || subsampling == IM_SUBSAMPLING_422;
  plan->h_shift = subsampling == IM_SUBSAMPLING_420;
}

static void
plan_png (ImPlan *plan, const ImRequest *request)
{
  const ImFormat *format = &plan->input.format;

  plan->bit_depth = request->png.bit_depth;
  if (plan->bit_depth == 0)
    plan->bit_depth =
        format->model != IM_MODEL_YCBCR && format->component[0].depth == 16 ? 16
                                                                            : 8;
  plan->png.bit_depth = plan->bit_depth;
  plan->model = format->model == IM_MODEL_GRAY ? IM_MODEL_GRAY : IM_MODEL_RGB;
  plan->has_alpha = format->has_alpha
      || (has_borders (plan) && request->background >> 24 < 255);
  plan->n_components = (plan->model == IM_MODEL_GRAY ? 1 : 3) + plan->has_alpha;
}

/* Samples of one byte that do not fill it are rare enough for the float path. */
static bool
has_odd_depth (const ImFormat *format)
{
  for (int c = 0; c < format->n_components; c++)
    if (format->sample_bytes == 1 && format->component[c].depth != 8)
      return true;
  return false;
}

/* Flattening commutes with resampling and with matrices, but not with a change
 * of transfer function. */
static void
plan_flatten (ImPlan *plan)
{
  const ImFormat *format = &plan->input.format;

  plan->flatten = format->has_alpha && !plan->has_alpha
      && !has_odd_depth (format) && !plan->linear_light;
  if (plan->flatten) {
    ImImageInfo info = plan->input;

    /* Of gray, what is behind the picture is as bright as what is around it. */
    if (plan->luma_only)
      info.colour.matrix = IM_MATRIX_BT601;
    im_colour_code (&info, plan->background, plan->flat_code);
  }
}

/* Alpha of bytes goes through fixed point where it comes to bytes beside colours,
 * but not where chroma is coarser. */
static bool
needs_floats (const ImPlan *plan)
{
  const ImFormat *format = &plan->input.format;
  bool alpha = format->has_alpha && !plan->flatten;
  bool coarse = format->component[1].w_shift > 0
      || format->component[1].h_shift > 0;

  return plan->linear_light || plan->bit_depth > 8 || has_odd_depth (format)
      || (alpha && (format->sample_bytes > 1 || coarse))
      || (plan->has_alpha && plan->model == IM_MODEL_GRAY);
}

static void
plan_arithmetic (ImPlan *plan)
{
  const ImFormat *format = &plan->input.format;
  const ImColour *colour = &plan->input.colour;
  bool alpha;

  plan->linear_light = colour->transfer != IM_TRANSFER_SDR
      || (colour->primaries != IM_PRIMARIES_BT709
          && format->model != IM_MODEL_GRAY);
  plan->luma_only = plan->model == IM_MODEL_GRAY
      && format->model == IM_MODEL_YCBCR && !plan->linear_light;
  plan_flatten (plan);
  alpha = format->has_alpha && !plan->flatten;
  if (needs_floats (plan))
    plan->samples = IM_SAMPLES_F32;
  else if (format->has_alpha || format->sample_bytes == 2)
    plan->samples = IM_SAMPLES_Q6;
  else
    plan->samples = IM_SAMPLES_U8;
  plan->keeps_chroma = plan->model == IM_MODEL_YCBCR
      && format->model == IM_MODEL_YCBCR && !plan->linear_light && !alpha;
  plan->chroma_w_shift = plan->keeps_chroma ? plan->w_shift : 0;
  plan->chroma_h_shift = plan->keeps_chroma ? plan->h_shift : 0;
}

static void
plan_components (ImPlan *plan)
{
  const ImFormat *format = &plan->input.format;

  for (int c = 0; c < format->n_components; c++) {
    ImPlanComponent *component = &plan->component[c];

    component->is_alpha = format->has_alpha && c == format->n_components - 1;
    component->is_chroma = format->model == IM_MODEL_YCBCR
        && !component->is_alpha && c > 0;
    component->is_needed = !(plan->luma_only && component->is_chroma)
        && !(plan->flatten && component->is_alpha);
    if (component->is_chroma) {
      component->w_shift = plan->chroma_w_shift;
      component->h_shift = plan->chroma_h_shift;
    }
  }
}

void
im_plan_lay_out_rows (ImPlan *plan)
{
  ImRowLayout *layout = &plan->layout;
  /* JPEG is coded in whole MCUs, each with one 8x8 block of either chroma. */
  size_t mcus = (size_t) im_subsampled (plan->width, 3 + plan->w_shift);

  memset (layout, 0, sizeof (*layout));
  if (plan->codec == IM_CODEC_PNG) {
    layout->interleaved = true;
    layout->n_planes = 1;
    layout->plane[0].pixel_size = plan->n_components * plan->bit_depth / 8;
    layout->plane[0].row_size =
        (size_t) plan->width * (size_t) layout->plane[0].pixel_size;
    return;
  }
  layout->n_planes = plan->n_components;
  for (int c = 0; c < layout->n_planes; c++) {
    layout->plane[c].pixel_size = 1;
    layout->plane[c].w_shift = c > 0 ? plan->w_shift : 0;
    layout->plane[c].h_shift = c > 0 ? plan->h_shift : 0;
    layout->plane[c].row_size = mcus * (c > 0 ? 8u : 8u << plan->w_shift);
  }
}

/* What has to see the whole picture to do what it is for, or is left to a library
 * that does. */
static bool
codes_whole (const ImPlan *plan)
{
  if (plan->codec == IM_CODEC_JPEG)
    return plan->jpeg.progressive || plan->jpeg.optimize
        || plan->jpeg.dct != IM_DCT_ISLOW;
  return plan->png.level == 9;
}

static int
least_strip_rows (const ImPlan *plan)
{
  if (!plan->orientation.transpose)
    return 1;
  return plan->input.format.unpacks_whole_rows ? TRANSPOSED_STRIP_ROWS_UNPACKED
                                               : TRANSPOSED_STRIP_ROWS;
}

static int
most_strips (const ImPlan *plan)
{
  return plan->codec == IM_CODEC_PNG && plan->png.level >= SMALLEST_LEVEL
      ? MAX_LARGE_STRIPS
      : MAX_STRIPS;
}

static void
plan_strips (ImPlan *plan)
{
  int64_t out = (int64_t) plan->width * plan->height;
  int64_t in = (int64_t) plan->crop.width * plan->crop.height / READ_COST;
  int64_t n = (out > in ? out : in) / STRIP_PIXELS, most = most_strips (plan);
  int64_t least = least_strip_rows (plan), rows;
  int64_t blocks = (plan->height + IM_BLOCK_ROWS - 1) / IM_BLOCK_ROWS;

  if (n > most)
    n = most;
  if (n < 1)
    n = 1;
  /* As few as the largest of them needs, but an even number, for two threads or
   * four to have the same. */
  rows = (plan->height + n - 1) / n;
  if (rows < least)
    rows = least;
  rows = (rows + IM_BLOCK_ROWS - 1) / IM_BLOCK_ROWS;
  n = (blocks + rows - 1) / rows;
  if (n > 1 && n % 2 != 0 && n < blocks
      && blocks / (n + 1) * IM_BLOCK_ROWS >= least)
    n++;
  rows = (blocks + n - 1) / n * IM_BLOCK_ROWS;
  plan->band_rows = rows < plan->height ? (int) rows : plan->height;
  plan->n_bands = (int) n;
  plan->strip_rows = codes_whole (plan) ? plan->height : plan->band_rows;
  plan->n_strips = codes_whole (plan) ? 1 : plan->n_bands;
}

bool
im_plan_make (ImPlan *plan, const ImImageInfo *input, const ImRequest *request,
    ImError *error)
{
  memset (plan, 0, sizeof (*plan));
  plan->input = *input;
  plan->codec = request->codec;
  plan->method = request->method;
  plan->orientation = request->orientation;
  plan->background = request->background;
  plan->jpeg = request->jpeg;
  plan->png = request->png;

  if (!im_plan_size (plan, request, error))
    return false;
  if (request->codec == IM_CODEC_PNG)
    plan_png (plan, request);
  else
    plan_jpeg (plan, request);
  im_plan_lay_out_rows (plan);
  plan_arithmetic (plan);
  plan_components (plan);
  plan_strips (plan);
  return true;
}

static bool
format_equal (const ImFormat *a, const ImFormat *b)
{
  /* Bytes all of them. */
  return memcmp (a->component, b->component, sizeof (a->component)) == 0
      && a->model == b->model && a->has_alpha == b->has_alpha
      && a->n_components == b->n_components
      && a->sample_bytes == b->sample_bytes && a->big_endian == b->big_endian
      && a->unpacks_whole_rows == b->unpacks_whole_rows
      && a->unpack == b->unpack;
}

static bool
colour_equal (const ImColour *a, const ImColour *b)
{
  return a->matrix == b->matrix && a->range == b->range
      && a->transfer == b->transfer && a->primaries == b->primaries
      && a->h_cosited == b->h_cosited && a->v_cosited == b->v_cosited;
}

bool
im_image_info_equal (const ImImageInfo *a, const ImImageInfo *b)
{
  return format_equal (&a->format, &b->format)
      && colour_equal (&a->colour, &b->colour) && a->width == b->width
      && a->height == b->height && a->par_n == b->par_n && a->par_d == b->par_d
      && a->interlaced == b->interlaced && a->slow == b->slow;
}

static bool
orientation_equal (const ImOrientation *a, const ImOrientation *b)
{
  return a->transpose == b->transpose && a->flip_x == b->flip_x
      && a->flip_y == b->flip_y;
}

static bool
rect_equal (const ImRect *a, const ImRect *b)
{
  return a->x == b->x && a->y == b->y && a->width == b->width
      && a->height == b->height;
}

bool
im_plan_equal_but_options (const ImPlan *a, const ImPlan *b)
{
  return im_image_info_equal (&a->input, &b->input) && a->codec == b->codec
      && a->method == b->method && a->background == b->background
      && orientation_equal (&a->orientation, &b->orientation)
      && rect_equal (&a->crop, &b->crop)
      && rect_equal (&a->picture, &b->picture) && a->src_x == b->src_x
      && a->src_y == b->src_y && a->src_width == b->src_width
      && a->src_height == b->src_height && a->width == b->width
      && a->height == b->height && a->par_n == b->par_n && a->par_d == b->par_d
      && a->model == b->model && a->has_alpha == b->has_alpha
      && a->bit_depth == b->bit_depth && a->w_shift == b->w_shift
      && a->h_shift == b->h_shift && a->strip_rows == b->strip_rows;
}

static bool
jpeg_equal (const ImJpegOptions *a, const ImJpegOptions *b)
{
  return a->quality == b->quality && a->subsampling == b->subsampling
      && a->progressive == b->progressive && a->optimize == b->optimize
      && a->dct == b->dct;
}

bool
im_plan_equal (const ImPlan *a, const ImPlan *b)
{
  return im_plan_equal_but_options (a, b) && jpeg_equal (&a->jpeg, &b->jpeg)
      && a->png.level == b->png.level && a->png.filter == b->png.filter
      && a->png.bit_depth == b->png.bit_depth && a->png.reduce == b->png.reduce;
}
