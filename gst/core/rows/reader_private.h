/* imbytes: what the three kinds of rows share.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <string.h>

#include "core/base/compiler.h"
#include "kernels.h"
#include "reader.h"
#include "ring.h"

struct _ImReader
{
  ImImageInfo input;
  ImImage frame;
  ImReaderSpan span[4];
  const ImKernels *kernels;
  ImRing ring[4];
  /* Rows of each plane as ImUnpackRow makes them: columns [unpack_first, unpack_last),
   * rows and columns being those of its finest component. */
  ImRing unpacked[4];
  int unpack_first[4], unpack_last[4];
  uint8_t plane_w_shift[4], plane_h_shift[4];
  /* Of slow memory: bytes [copy_begin, copy_end) of each plane's rows. */
  ImRing copied[4];
  size_t copy_begin[4], copy_end[4];

  /* How many bytes of different components alternate in the component's plane,
   * where they all have the same number of rows and columns; else 0. */
  int n_interleaved[4];
  uint8_t *spare[4]; /* rows of samples for the moment */
  uint8_t *spare_data;

  bool flatten; /* q6, for files without alpha */
  /* q6, of bytes beside alpha: colours are laid over this code value, the
   * background's or what means none of the colour. */
  uint8_t behind[4];
  float flat_q6[3]; /* the background's for samples of two bytes */
  /* Makes row y of component c at dst, and may make that of others with it. */
  void (*make_q6[4]) (ImReader *reader, int c, int y, int16_t *dst);

  bool premultiply;
  float scale[4], offset[4]; /* f32: sample -> meaning */
  /* Floats, of alpha that colours are multiplied by or flattened with: at the
   * resolution of chroma that is coarser, and at its own (q6). */
  ImRing alpha, fine_alpha;
};

/* Rows need not start on even addresses. */
static inline uint16_t
im_reader_load_u16 (const uint8_t *src, bool big_endian)
{
  bool swapped = big_endian != IM_BIG_ENDIAN;
  uint16_t word;

  memcpy (&word, src, sizeof (word));
  return swapped ? (uint16_t) (word >> 8 | word << 8) : word;
}

static inline bool
im_reader_is_coarse (const ImFormat *format, int c)
{
  return format->component[c].w_shift > 0 || format->component[c].h_shift > 0;
}

/* Row @y of the alpha under the samples of component @c, which is coarser: means, as bytes
 * and on a scale of 0 to 1. All rows that it needs are held at once. */
void im_reader_mean_alpha_u8 (ImReader *reader, int c, int y, uint8_t *dst);
void im_reader_mean_alpha_f32 (ImReader *reader, int c, int y, float *dst);

/* Makes rows of bytes beside alpha: of pixels of four bytes all at once. With alpha,
 * colours are laid over reader->behind; else samples stay what they are. */
void im_reader_lay_pixels (ImReader *reader, int c, int y, int16_t *dst);
void im_reader_lay_row (ImReader *reader, int c, int y, int16_t *dst);
void im_reader_widen_pixels (ImReader *reader, int c, int y, int16_t *dst);
void im_reader_widen_row (ImReader *reader, int c, int y, int16_t *dst);

/* Sets make_q6 by the format. */
void im_reader_choose_q6 (ImReader *reader);

/* Where rows come from: the frame, copies of slow memory, or unpackers. False when out
 * of memory. */
bool im_reader_source_init (ImReader *reader);
void im_reader_source_clear (ImReader *reader);
/* The frame is another, or the spans have other columns. */
void im_reader_source_restart (ImReader *reader);

/* Where the samples of row @y of component @c begin, in the frame or as they
 * were unpacked. */
const uint8_t *im_reader_samples (ImReader *reader, int c, int y);

/* Row @y of component @c as bytes: at @dst. */
void im_reader_pick_u8 (const ImReader *reader, int c, const uint8_t *src,
    uint8_t *dst);
/* The first spans of all bytes that alternate in the plane of @c. */
void im_reader_split (const ImReader *reader, int c, const uint8_t *src,
    uint8_t *const *rows);

static inline int
im_reader_alpha (const ImReader *reader)
{
  return reader->input.format.n_components - 1;
}
