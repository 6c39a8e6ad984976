/* imbytes: the rows of a frame, one component at a time.
 *
 * Rows that can be read where they lie are handed out so. All others are unpacked
 * one by one into a ring of few rows that stays in cache, as
 *
 *   u8    bytes
 *   q6    int16 in Q6 on the scale of 8 bits (kernels.h): from samples of two
 *         bytes, or of one beside alpha
 *   f32   floats that mean the same whatever the format: luma, R'G'B', gray and
 *         alpha from 0 to 1, chroma from -0.5 to 0.5
 *
 * Where alpha has to be filtered along, colours are multiplied by it: f32 what
 * they mean, q6 their distance from the code value that means no colour, 0 or 16
 * or, of chroma, 128. So neither moves what is opaque.
 *
 * Which of them a reader makes depends on its plan: f32 where the plan says
 * IM_SAMPLES_F32, q6 where IM_SAMPLES_Q6, else u8.
 *
 * Thread-safety: one thread at a time for each reader; readers of the same
 * frame are independent.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/plan/plan.h"
#include "kernels.h"

/* Which rows and columns of a component are going to be asked for. */
typedef struct
{
  int first, last; /* columns [first, last) */
  int rows;        /* so many consecutive rows at a time */
  bool in_place;   /* as they lie in the frame, perhaps between others */
} ImReaderSpan;

typedef struct _ImReader ImReader;

/* @spans: one for each component of the plan's input; those with no rows are
 * never asked for. @premultiply: multiply by alpha. NULL when out of
 * memory. */
ImReader *im_reader_new (const ImPlan *plan, const ImReaderSpan *spans,
    bool premultiply);
void im_reader_free (ImReader *reader);

/* Begins with @frame, which has to stay until the last row was used. */
void im_reader_start (ImReader *reader, const ImImage *frame);

/* From now on only columns [first, last) of @spans are asked for, which lie in
 * those that the reader was made with. Rows handed out before are gone. */
void im_reader_set_columns (ImReader *reader, const ImReaderSpan *spans);

/* Of rows [@y, @y + @n) of component @c, which are going to be asked for later:
 * where they lie, in @rows, and how many there are. Where rows are unpacked it
 * fetches their memory into the cache itself, and gives 0. Rows outside the
 * frame are left out. */
int im_reader_ahead (const ImReader *reader, int c, int y, int n,
    const uint8_t **rows);

/* Row @y of component @c, which is in place: its first sample, each other one
 * component->step bytes after the one before. */
const uint8_t *im_reader_row_in_place (ImReader *reader, int c, int y);
/* How its words become samples in Q6; for components that are in place. */
ImWords im_reader_words (const ImReader *reader, int c);

/* Row @y of component @c, which is not; index it with absolute columns, within the
 * span. Valid until more than `rows` other rows of @c were asked for. */
const uint8_t *im_reader_row_u8 (ImReader *reader, int c, int y);
const int16_t *im_reader_row_q6 (ImReader *reader, int c, int y);
const float *im_reader_row_f32 (ImReader *reader, int c, int y);

/* The alpha that row @y of component @c was multiplied by; only with
 * premultiply. */
const float *im_reader_alpha_f32 (ImReader *reader, int c, int y);
