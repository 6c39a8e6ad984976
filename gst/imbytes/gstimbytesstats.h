/* imbytes: what the element has done so far, in numbers.
 *
 * Thread-safety: none of its own; the element guards it with its object lock.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

#include "gstimbytesencode.h"

G_BEGIN_DECLS

/* All zero at the start. Each frame ends as an image, skipped or dropped. */
typedef struct
{
  guint64 frames_in;
  guint64 images_out;
  guint64 frames_skipped; /* not wanted, or too late */
  /* Of these: flagged by the decoder, and without detail. */
  guint64 frames_corrupted, frames_flat;
  guint64 images_dropped; /* wanted, and could not be made */
  guint64 bytes_out;
  guint64 encodings;
  gint last_quality;        /* -1: PNG */
  GstClockTime encode_time; /* of all images */
  GstClockTime last_encode_time;
} GstImBytesStats;

void gst_im_bytes_stats_add_image (GstImBytesStats *stats,
    const GstImBytesOutcome *outcome);

GstStructure *gst_im_bytes_stats_to_structure (const GstImBytesStats *stats);

/* The message `imbytes-image` about the image that @outcome says has been made
 * of @frame. */
GstMessage *gst_im_bytes_stats_new_message (GstObject *source,
    const GstVideoCodecFrame *frame, const GstSegment *segment,
    const ImPlan *plan, const GstImBytesOutcome *outcome);

G_END_DECLS
