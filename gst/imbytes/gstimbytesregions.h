/* imbytes: the regions of interest of a frame.
 *
 * A region is said by a GstVideoRegionOfInterestMeta or, where imbytes was built
 * with GStreamer's analytics library (1.24), by an object detection in a
 * GstAnalyticsRelationMeta.
 *
 * Thread-safety: functions on their arguments alone.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstimbytessettings.h"

G_BEGIN_DECLS

/* A rectangle of the frame, in its pixels, which may reach over the edges or
 * have no size; and what it shows. */
typedef struct
{
  GQuark type; /* 0: none is said */
  gint64 x, y, width, height;
  /* The meta that says so, which belongs to the frame's buffer; NULL: a
   * detection does, with the two below. */
  const GstVideoRegionOfInterestMeta *meta;
  guint id;          /* of the detection, in its frame */
  gfloat confidence; /* 0 to 1, as the detector says it */
} GstImBytesRegion;

/* Where one is in a frame's regions. */
typedef struct
{
  GstBuffer *buffer;
  GQuark type;
  gpointer meta;      /* gst_buffer_iterate_meta ()'s state */
  gboolean metas_end; /* detections follow */
  gpointer relations; /* the same, of metas with detections */
  gpointer detections;
  gpointer detection;
} GstImBytesRegionsWalk;

/* Starts before the first region of @buffer of @type, which is what
 * gst_im_bytes_settings_get_region_type () gives. @buffer has to stay. */
void gst_im_bytes_regions_start (GstImBytesRegionsWalk *walk, GstBuffer *buffer,
    GQuark type);

/* The next region: metas in their order, then detections in theirs, but for
 * those whose type and rectangle a meta has said already. FALSE after the last. */
gboolean gst_im_bytes_regions_next (GstImBytesRegionsWalk *walk,
    GstImBytesRegion *region);

/* Whether there is any. */
gboolean gst_im_bytes_regions_are_in (GstBuffer *buffer, GQuark type);

/* What @region and @frame have in common; empty where that is nothing. */
ImRect gst_im_bytes_regions_clip (const GstImBytesRegion *region,
    const ImRect *frame);

/* Gives @image a GstVideoRegionOfInterestMeta that says which region it shows:
 * a copy of the region's own, or of a detection its id, type, rectangle, as far
 * as it does not lie left of or above the frame, and its confidence, a gdouble
 * in a parameter named "detection". */
void gst_im_bytes_regions_describe (GstBuffer *image,
    const GstImBytesRegion *region);

G_END_DECLS
