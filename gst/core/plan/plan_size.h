/* imbytes: how large the image is, and what part of the frame it shows.
 *
 * The first part of im_plan_make (), and for nobody else.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "plan.h"

/* Sets the source, the canvas, the picture in it and the shape of its pixels, of
 * a plan that has its input, codec and orientation. False as im_plan_make (). */
bool im_plan_size (ImPlan *plan, const ImRequest *request, ImError *error);
