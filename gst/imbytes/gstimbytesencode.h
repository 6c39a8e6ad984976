/* imbytes: one picture -> one image, within its budget.
 *
 * Thread-safety: one thread at a time for each engine.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/budget.h"
#include "gstimbytesframe.h"

G_BEGIN_DECLS

/* What an image has to keep to; a plain value. */
typedef struct
{
  guint max_bytes; /* 0: any size */
  gint min_quality;
} GstImBytesLimits;

/* What became of a picture. */
typedef struct
{
  gsize size;   /* bytes; too many where there is no image */
  gint quality; /* of JPEG; else -1 */
  guint encodings;
  GstClockTime time;  /* that it took; for the caller's use */
  gboolean too_large; /* for the limits: no image, and no error */
} GstImBytesOutcome;

/* A picture is coded until it keeps to @limits; im_engine_write () gives the
 * bytes then. Quality begins at that of @request and may give way. FALSE with
 * @error set, or with @outcome saying that it is too large. */
gboolean gst_im_bytes_encode (ImEngine *engine, ImBudget *budget,
    const GstImBytesLimits *limits, const ImImage *image,
    const ImRequest *request, GstImBytesOutcome *outcome, ImError *error);

/* A sentence about an image that was too large. */
gchar *gst_im_bytes_encode_describe_excess (const GstImBytesOutcome *outcome,
    const GstImBytesLimits *limits);

G_END_DECLS
