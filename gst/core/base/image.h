/* imbytes: borrowed views of pictures, and what their samples mean.
 *
 * Everything here is a plain value: copy it, compare it, share it between
 * threads. An image owns nothing; its caller keeps the memory alive.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum
{
  IM_MODEL_GRAY,  /* one component, then alpha if any */
  IM_MODEL_YCBCR, /* Y', Cb, Cr, then alpha if any */
  IM_MODEL_RGB    /* R', G', B', then alpha if any */
} ImModel;

/* Where the samples of one component lie. */
typedef struct
{
  uint8_t plane;  /* index into ImImage.data */
  uint8_t offset; /* bytes from the start of a row to its first sample */
  uint8_t step;   /* bytes from one sample to the next */
  uint8_t depth;  /* significant bits, 1 to 16 */
  uint8_t shift;  /* bits below them in the word */
  uint8_t w_shift, h_shift; /* log2 of the subsampling against luma */
} ImComponent;

typedef struct _ImImage ImImage;

/* Unpacks columns [@first, @last) of row @y of plane @plane, and writes them where
 * they belong in @dest, which is a whole row; it may write the others too. Rows and
 * columns are those of the plane's finest component. Pure: any number of threads may
 * call it at once. */
typedef void (*ImUnpackRow) (const ImImage *image, int plane, int y, int first,
    int last, void *dest);

/* How a picture lies in memory. Formats that are not rows of whole bytes or
 * words (tiles, bit packing, palettes) bring @unpack, and then the components
 * describe what it writes. */
typedef struct
{
  ImModel model;
  bool has_alpha;
  uint8_t n_components; /* 1 to 4, with alpha, which comes last */
  uint8_t sample_bytes; /* 1 or 2 */
  bool big_endian;      /* of 2-byte samples, those that @unpack writes too */
  ImComponent component[4];
  bool unpacks_whole_rows; /* whichever columns are asked for */
  ImUnpackRow
      unpack; /* NULL: the frame's own rows are what components describe */
} ImFormat;

/* Y'CbCr matrices by their Kr and Kb; see im_colour_kr_kb (). */
typedef enum
{
  IM_MATRIX_BT601,
  IM_MATRIX_BT709,
  IM_MATRIX_BT2020,
  IM_MATRIX_SMPTE240M,
  IM_MATRIX_FCC
} ImMatrix;

typedef enum
{
  IM_RANGE_LIMITED, /* 16..235 and 16..240 in 8 bits */
  IM_RANGE_FULL
} ImRange;

/* How code values stand for light. All SDR video curves (BT.601, 709, 2020,
 * SMPTE 240M, gamma 2.2 and 2.8) are shown alike by every player and viewer,
 * as sRGB is, so they are one here. */
typedef enum
{
  IM_TRANSFER_SDR,
  IM_TRANSFER_LINEAR,
  IM_TRANSFER_GAMMA18,
  IM_TRANSFER_GAMMA20,
  IM_TRANSFER_LOG100,
  IM_TRANSFER_LOG316,
  IM_TRANSFER_ADOBE_RGB,
  IM_TRANSFER_PQ, /* SMPTE ST 2084 */
  IM_TRANSFER_HLG /* ARIB STD-B67 */
} ImTransfer;

/* The SD primaries (BT.470, SMPTE 170M and 240M, EBU) are near enough to
 * BT.709's that they are shown as those, by everyone and here. */
typedef enum
{
  IM_PRIMARIES_BT709,
  IM_PRIMARIES_BT2020,
  IM_PRIMARIES_ADOBE_RGB,
  IM_PRIMARIES_DCI_P3,     /* SMPTE RP 431, DCI white */
  IM_PRIMARIES_DISPLAY_P3, /* SMPTE EG 432, D65 */
  IM_PRIMARIES_FILM
} ImPrimaries;

typedef struct
{
  ImMatrix matrix; /* unused for RGB and gray */
  ImRange range;
  ImTransfer transfer;
  ImPrimaries primaries;
  /* Chroma samples lie on luma samples, not between them. */
  bool h_cosited, v_cosited;
} ImColour;

/* All that planning needs to know of a picture. */
typedef struct
{
  ImFormat format;
  ImColour colour;
  int width, height; /* luma samples, > 0 */
  int par_n, par_d;  /* pixel aspect ratio, > 0 */
  /* Two fields woven into one picture: each chroma row belongs to one field. */
  bool interlaced;
  /* Memory that is slow to read, such as a device's without a cache: each row is
   * copied once, and read from the copy. */
  bool slow;
} ImImageInfo;

/* A borrowed view. */
struct _ImImage
{
  ImImageInfo info;
  const uint8_t *data[4];
  ptrdiff_t stride[4]; /* bytes from row to row; may be negative */
  const void *user;    /* for ImFormat.unpack alone */
};

typedef struct
{
  int x, y, width, height;
} ImRect;

/* Samples of a component that covers @size luma samples: rounded up. */
static inline int
im_subsampled (int size, int shift)
{
  return (int) (((int64_t) size + (1 << shift) - 1) >> shift);
}
