/* imbytes: the form in which a PNG keeps its pixels, and the smallest that loses none.
 *
 * Thread-safety: pure functions, but for what they write to.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/plan/plan.h"

#define IM_PNG_MOST_COLOURS 256
#define IM_PNG_COLOUR_TABLE_BITS 10

/* Where a colour of the palette is found by its hash. */
typedef struct
{
  uint32_t rgba; /* R lowest */
  int16_t index; /* -1: nothing is here */
} ImPngColourSlot;

/* As IHDR, PLTE and tRNS have it (PNG third edition, 11.2.1, 11.2.2, 11.3.1.1). */
typedef struct
{
  bool is_gray, has_alpha;
  int bit_depth;    /* of a sample, or of an index */
  int n_colours;    /* of the palette; 0: there is none */
  int n_not_opaque; /* of the palette, which begins with them */
  uint8_t palette[IM_PNG_MOST_COLOURS][4]; /* R, G, B, A */
  bool has_key;    /* all pixels of one colour are transparent, */
  uint16_t key[3]; /* this one, in samples of the file; gray is key[0] */
  ImPngColourSlot slots[1 << IM_PNG_COLOUR_TABLE_BITS];
} ImPngForm;

/* As rows of @plan are made. */
void im_png_form_plain (const ImPlan *plan, ImPngForm *form);

/* The form that takes the fewest bits of those that have the same pixels, those that
 * cannot be seen included: gray where R = G = B, 1, 2, 4 or 8 bits of it, a palette, no
 * alpha where all is opaque, one transparent colour, 8 bits where 16 say no more.
 * @whole: all rows of @plan. */
void im_png_form_least (const ImPlan *plan, const ImRows *whole,
    ImPngForm *form);

bool im_png_form_equal (const ImPngForm *a, const ImPngForm *b);

/* Of a row of @width pixels, without the filter byte; and of a pixel, at least 1. */
size_t im_png_form_row_size (const ImPngForm *form, int width);
int im_png_form_pixel_size (const ImPngForm *form);

/* @row of @plan in @form, whose colours are all in it. */
void im_png_form_convert (const ImPngForm *form, const ImPlan *plan,
    const uint8_t *row, uint8_t *out);
