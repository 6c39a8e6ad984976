/* imbytes: what was asked for -> what is to be done.
 *
 * Pure arithmetic on values: no memory, no state, no pixels. The same request
 * and input always give the same plan, on every machine and with any number of
 * threads.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/base/error.h"
#include "core/base/image.h"
#include "core/base/rows.h"
#include "method.h"

typedef enum
{
  IM_CODEC_JPEG,
  IM_CODEC_PNG
} ImCodecId;

typedef enum
{
  IM_FIT_FILL,    /* stretch */
  IM_FIT_CONTAIN, /* whole picture, borders */
  IM_FIT_COVER,   /* whole canvas, picture cropped */
  IM_FIT_INSIDE   /* largest that fits, no border */
} ImFit;

typedef enum
{
  IM_SUBSAMPLING_AUTO,
  IM_SUBSAMPLING_420,
  IM_SUBSAMPLING_422,
  IM_SUBSAMPLING_444,
  IM_SUBSAMPLING_GRAY
} ImSubsampling;

typedef enum
{
  IM_DCT_ISLOW,
  IM_DCT_IFAST,
  IM_DCT_FLOAT
} ImDct;

typedef enum
{
  IM_PNG_FILTER_AUTO,
  IM_PNG_FILTER_NONE,
  IM_PNG_FILTER_SUB,
  IM_PNG_FILTER_UP,
  IM_PNG_FILTER_AVERAGE,
  IM_PNG_FILTER_PAETH,
  IM_PNG_FILTER_ADAPTIVE
} ImPngFilter;

/* What makes a frame upright, in this order: its rows become columns, what is
 * left and right changes places, what is above and below does. A quarter turn
 * clockwise is transpose and flip_x. */
typedef struct
{
  bool transpose, flip_x, flip_y;
} ImOrientation;

/* What libjpeg is told. */
typedef struct
{
  int quality; /* 0 to 100, libjpeg's scale */
  ImSubsampling subsampling;
  bool progressive, optimize;
  ImDct dct;
} ImJpegOptions;

typedef struct
{
  int level; /* 0 to 9 */
  ImPngFilter filter;
  int bit_depth; /* 0: as the input has it; 8; 16 */
  bool reduce;   /* the fewest bits that hold all pixels */
} ImPngOptions;

/* What the user asked for. */
typedef struct
{
  ImCodecId codec;
  int width, height; /* pixels; 0: not asked for */
  ImFit fit;
  bool enlarge;
  bool square_pixels;
  uint32_t background; /* 0xAARRGGBB, sRGB */
  ImMethod method;
  ImRect
      crop; /* of the input as it lies in memory; all zero: the whole of it */
  /* Sizes, fit and the shape of pixels are about the picture that is upright. */
  ImOrientation orientation;
  ImJpegOptions jpeg;
  ImPngOptions png;
} ImRequest;

/* What the reader gives and the resampler works on. */
typedef enum
{
  /* Bytes as they lie in the frame; int16_t in Q6 from the resampler on. */
  IM_SAMPLES_U8,
  /* int16_t in Q6 from the start: samples of two bytes, or beside alpha. */
  IM_SAMPLES_Q6,
  /* Floats: 16 bits in the file, alpha of more than 8 bits, or a change of
   * transfer function or primaries. */
  IM_SAMPLES_F32
} ImSamples;

/* Bytes of a sample that the reader makes. */
static inline size_t
im_samples_size (ImSamples samples)
{
  static const size_t size[] = { sizeof (uint8_t), sizeof (int16_t),
    sizeof (float) };

  return size[samples];
}

/* What the plan has to do with one component of the input. */
typedef struct
{
  bool is_needed; /* the output depends on it */
  bool is_chroma, is_alpha;
  /* Of its rows behind the resampler, against the canvas. */
  int w_shift, h_shift;
} ImPlanComponent;

/* What is to be done. Everything is in samples of the input or of the output
 * file; a `canvas` is the whole output, the `picture` the part of it that is
 * not border. */
typedef struct
{
  ImImageInfo input;
  ImCodecId codec;
  ImMethod method;

  /* The part of the input that is shown, in luma samples as they lie in memory.
   * Cover crops to fractions of a sample. */
  double src_x, src_y, src_width, src_height;
  ImRect crop; /* no sample outside it is ever read */
  ImOrientation orientation;

  int width, height; /* canvas, pixels */
  ImRect picture;    /* within the canvas */
  int par_n, par_d;  /* of the output's pixels; 1/1 if square */
  uint32_t background;

  /* What the codec gets. JPEG: gray or Y'CbCr in planes, full-range BT.601;
   * PNG: gray or R'G'B', with alpha or not, interleaved, big-endian. */
  ImModel model;
  bool has_alpha;
  int n_components;     /* with alpha */
  int bit_depth;        /* 8 or 16 */
  int w_shift, h_shift; /* log2 of the chroma subsampling */
  ImRowLayout layout;   /* of the rows that the codec takes */

  /* Y'CbCr goes from the input to the file without passing through R'G'B'. */
  bool keeps_chroma;
  /* Of the chroma that leaves the resampler: the file's own where chroma is
   * kept, else none, because the colour stage then has to see whole pixels. */
  int chroma_w_shift, chroma_h_shift;

  ImSamples samples;
  bool linear_light;            /* a change of transfer function or primaries */
  bool luma_only;               /* gray output is the luma of Y'CbCr */
  ImPlanComponent component[4]; /* of the input */
  /* Alpha is flattened as rows are read: every component becomes itself over
   * this code value (on the scale of 8 bits), and alpha goes no further. */
  bool flatten;
  double flat_code[3];

  /* Bands of rows, each coded alone: im_plan_band_begin () says which. The
   * largest has strip_rows. */
  int strip_rows, n_strips;
  /* Where the codec has to see the whole picture, n_strips is 1, and rows are
   * made in these bands before it sees them. Else the bands are the strips. */
  int band_rows, n_bands;

  ImJpegOptions jpeg; /* subsampling is never AUTO here */
  ImPngOptions png;   /* bit_depth is never 0 here */
} ImPlan;

/* False, with a sentence in @error, where the request contradicts itself or the
 * result would not fit the file format. */
bool im_plan_make (ImPlan *plan, const ImImageInfo *input,
    const ImRequest *request, ImError *error);

bool im_plan_equal (const ImPlan *a, const ImPlan *b);
/* The same but for what only the codec reads: quality and the like. */
bool im_plan_equal_but_options (const ImPlan *a, const ImPlan *b);
bool im_image_info_equal (const ImImageInfo *a, const ImImageInfo *b);

/* The codec has to see all rows before it codes the first. */
static inline bool
im_plan_looks_first (const ImPlan *plan)
{
  return plan->codec == IM_CODEC_PNG && plan->png.reduce;
}

/* The first row of band @i of @n that share @height rows, and for @i = @n, @height:
 * evenly, in blocks of IM_BLOCK_ROWS, so that threads end together. */
static inline int
im_plan_band_begin (int height, int n, int i)
{
  int64_t blocks = ((int64_t) height + IM_BLOCK_ROWS - 1) / IM_BLOCK_ROWS;
  int64_t y = blocks * i / n * IM_BLOCK_ROWS;

  return y < height ? (int) y : height;
}

/* Sets plan->layout from the codec, the size and the components. Plans that come
 * from im_plan_make () have it. */
void im_plan_lay_out_rows (ImPlan *plan);

/* Largest width or height that files of @codec may have, in pixels. */
int im_plan_max_size (ImCodecId codec);
