/* imbytes: a small picture made of pieces of a large one, coded in its place to
 * see how many bytes the large one would take.
 *
 * The pieces are whole MCUs, four in a row, spread evenly over the picture; about
 * one of eight is taken. The estimate is right to some percent, and wrong in the
 * same way for pictures that look alike.
 *
 * Thread-safety: one thread at a time for each sample.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "codec_list.h"

typedef struct _ImSample ImSample;

/* Whether a sample of pictures of @plan costs much less than coding them: not of
 * small ones, and not of PNG, whose size nobody asks for. */
bool im_sample_is_worth_it (const ImPlan *plan);

/* NULL with @error set on failure. */
ImSample *im_sample_new (const ImPlan *plan, ImError *error);
void im_sample_free (ImSample *self);

/* Copies the pieces of @whole, which has all rows of the picture. */
void im_sample_take (ImSample *self, const ImRows *whole);

/* *@size is what the picture would take, coded with the options of @plan, which
 * is the one of im_sample_new () in all else; without metadata. */
bool im_sample_code (ImSample *self, const ImPlan *plan, size_t *size,
    ImError *error);
