/* imbytes: how much a frame differs from another.
 *
 * A frame is brought down to a thumbnail of IM_CHANGE_COLUMNS by IM_CHANGE_ROWS
 * cells of mean luma, coarse enough that the noise of a sensor and the flicker
 * of compression are averaged away and fine enough that a person far off covers
 * a good part of one. Two frames differ by the largest difference of any cell, as
 * a fraction of full scale.
 *
 * Thread-safety: one thread at a time for each ImChange.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/base/error.h"
#include "core/plan/plan.h"

#define IM_CHANGE_COLUMNS 32
#define IM_CHANGE_ROWS 18

typedef struct _ImChange ImChange;

/* NULL when out of memory. */
ImChange *im_change_new (void);
void im_change_free (ImChange *change);

/* Looks at @frame, or at @crop of it where that is not all zero. *@difference is
 * from 0 to 1 and says how far it is from the frame that was kept; 1 where none
 * was kept. False with @error set when out of memory or where the crop lies
 * outside. */
bool im_change_look (ImChange *change, const ImImage *frame, ImRect crop,
    double *difference, ImError *error);

/* How much there is to see on the frame last looked at: the standard deviation of
 * its cells, as a fraction of full scale, 0 for one colour to 0.5. */
double im_change_detail (const ImChange *change);

/* Frames to come are compared with the one last looked at, if there is one. */
void im_change_keep (ImChange *change);

/* With none. */
void im_change_forget (ImChange *change);
