/* imbytes: what the files of the colour stage share.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "colour.h"
#include "core/plan/colourspace.h"
#include "kernels.h"

/* Looked up with linear interpolation between entries. */
#define IM_LUT_SIZE 4096
typedef struct
{
  float value[IM_LUT_SIZE + 2];
} ImLut;

/* Only where light itself has to be worked on. */
typedef struct
{
  ImLut decode; /* code value -> light */
  ImLut gain;   /* HLG: sqrt (luminance) -> gain */
  ImLut encode; /* sqrt (light) -> sRGB code value */
  float primaries[3][3];
  float luminance[3]; /* of the source's primaries */
  bool convert_primaries;
  float tone_bend;
} ImLight;

/* The whole block's samples, of all components or of some. */
typedef void (*ImColourStep) (ImColourStage *stage, const ImBlock *block, int y,
    const ImRows *rows);

#define IM_COLOUR_STEPS 3

struct _ImColourStage
{
  const ImPlan *plan;
  const ImKernels *kernels;
  bool premultiplied;
  /* The block's rows are luma, R'G'B' or Y'CbCr whatever comes beside them. */
  bool gray_in;
  int alpha; /* its component; -1: none */
  /* What is done with a block, in this order; NULL ends it. Chosen when the stage
   * is made. */
  ImColourStep step[IM_COLOUR_STEPS];

  /* One pixel of background as the file has it, all components of it. */
  uint8_t border[8];

  /* Fixed point. */
  ImMix luma, chroma[2]; /* in -> Y'CbCr of JPEG */
  ImMix rgb[3];          /* in -> R'G'B' of PNG */
  int16_t *mean[3];      /* one row of R'G'B' under chroma samples */
  ImMix same[3];         /* R'G'B' that is that of PNG */
  float *inverse;        /* of one row of alpha */
  int16_t *opaque;       /* a row of alpha for files that have it for borders */

  /* Floating point. */
  float to_rgb[3][3];   /* in -> R'G'B' */
  float to_ycbcr[3][3]; /* in -> Y'CbCr, or R'G'B' -> Y'CbCr */
  float background[4];  /* R'G'B' and luma, 0..1 */
  float *mean_f[3];
  /* Samples of one component to their places in interleaved pixels. */
  void (*store) (uint8_t *dst, int pixel_size, const float *v, int n);
  ImLight *light;
};

/* Where a component's rows of a block belong. */
typedef struct
{
  int row;    /* of the canvas block */
  int column; /* of the canvas */
  int n;      /* samples in a row */
} ImPlace;

ImPlace im_colour_place (const ImColourStage *stage, const ImBlock *block,
    int c, int y);

/* Where the chroma of a JPEG belongs whose input has none of the file's own
 * resolution: rows [first_row, end_row) of the block, columns [first,
 * first + n) of the canvas. */
typedef struct
{
  int first_row, end_row, first, n;
} ImChromaArea;

ImChromaArea im_colour_chroma_area (const ImPlan *plan, ImPlace luma,
    int n_rows);

/* The first and last of the @n_rows rows of luma that chroma row @row of the
 * block covers. */
typedef struct
{
  int top, bottom;
} ImRowsUnder;

ImRowsUnder im_colour_rows_under (const ImPlan *plan, ImPlace luma, int n_rows,
    int row);

/* A gray picture in a file of three components. */
void im_colour_neutral_chroma (ImColourStage *stage, const ImBlock *block,
    int y, const ImRows *rows);

/* Choose the steps and make what they need. False when out of memory. */
bool im_colour_fixed_init (ImColourStage *stage);
bool im_colour_float_init (ImColourStage *stage);
