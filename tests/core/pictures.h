/* imbytes tests: input pictures in many layouts, and what is inside files.
 *
 * Each plane of a picture ends right before a page that may not be touched,
 * and is filled with 0xa5 where no sample lies.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/base/image.h"
#include "core/plan/plan.h"

typedef struct
{
  const char *name;
  ImFormat format;
  int n_planes;
} PictureLayout;

/* Ends with one whose name is NULL. */
extern const PictureLayout picture_layouts[];
const PictureLayout *picture_layout (const char *name);

typedef struct
{
  ImImage image;
  const PictureLayout *layout;
  void *map[4];
  size_t map_size[4];
} Picture;

/* Progressive BT.601 limited (RGB: full) SDR. @negative: the last row lies
 * first in memory. */
void picture_init (Picture *picture, const char *layout, int width, int height,
    bool negative);
void picture_clear (Picture *picture);

/* Bytes from the start of a row of @plane to the end of its last sample, and how
 * many rows there are. */
void picture_plane_size (const Picture *picture, int plane, size_t *row,
    int *rows);
int picture_width (const Picture *picture, int c);
int picture_height (const Picture *picture, int c);
void picture_set (Picture *picture, int c, int x, int y, unsigned code);
unsigned picture_get (const Picture *picture, int c, int x, int y);
void picture_fill (Picture *picture, int c, unsigned code);
/* Any code values. */
void picture_random (Picture *picture, unsigned seed);

/* The nearest code values to R'G'B' and alpha, all 0..1, in every sample. */
void picture_fill_rgb (Picture *picture, const double rgb[3], double alpha);
/* What the picture's sample at luma position @x, @y means: R'G'B', alpha. In
 * double precision; gray gives three times the same. */
void picture_rgb (const Picture *picture, int x, int y, double rgba[4]);
/* The meaning of one code value: 0..1, chroma -0.5..0.5. */
double picture_meaning (const ImImageInfo *info, int c, unsigned code);
/* A code value on the scale of 8 bits: less 8 bits of depth. */
double picture_in_8_bits (const ImImageInfo *info, int c, unsigned code);

/* A decoded file. */
typedef struct
{
  int width, height, channels;
  int bits;                   /* 8 or 16 */
  uint16_t *sample;           /* interleaved */
  int h_sampling, v_sampling; /* JPEG: of the first component */
  int restart_interval;
} Decoded;

/* To R'G'B' or gray, PNG with alpha. False where the library complains. */
bool decode_jpeg (Decoded *decoded, const uint8_t *data, size_t size);
bool decode_png (Decoded *decoded, const uint8_t *data, size_t size);
void decoded_clear (Decoded *decoded);
int decoded_get (const Decoded *decoded, int x, int y, int channel);

/* @picture through an engine of its own, decoded. False where that failed. */
bool picture_encode (const Picture *picture, const ImRequest *request,
    Decoded *decoded);

/* What a plan needs to know of a picture; matrix, range and the like are the first
 * of their enums. */
ImImageInfo picture_info (const char *layout, int width, int height, int par_n,
    int par_d);

/* A request for the input's own size, best quality, no surprises. */
ImRequest request_plain (ImCodecId codec);

/* Independent of filter.c: value at output sample @i of an axis, Pillow's
 * definition in double precision; @get gives source sample k. */
typedef double (*PictureSample) (const void *user, int k);
double reference_sample (ImMethod method, double centre, double scale, int min,
    int max, PictureSample get, const void *user);
/* The weights of the same: @weight[k - *start] for *taps samples. */
void reference_weights (ImMethod method, double centre, double scale, int min,
    int max, int *start, int *taps, double *weight);
