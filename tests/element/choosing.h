/* imbytes tests: frames of which some become images.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "common.h"

G_BEGIN_DECLS

#define INPUT "video/x-raw,format=GRAY8,width=64,height=36,framerate=30/1"
#define NONE GST_CLOCK_TIME_NONE

GstBuffer *frame_at (GstClockTime pts);

/* Whether an image comes of a frame at @pts, and that it has that time. */
gboolean gives (Bench *bench, GstClockTime pts);

/* Whether the element takes a request. */
gboolean request (Bench *bench);

void push_segment (Bench *bench, gdouble rate, GstClockTime start,
    GstClockTime stop, GstClockTime base);

/* How many key-unit events have come downstream, and in @gaps, how many gaps. */
guint count_answers (Bench *bench, guint *gaps);

G_END_DECLS
