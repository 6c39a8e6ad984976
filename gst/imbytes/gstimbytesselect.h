/* imbytes: which frames become images.
 *
 * A small state machine on running times: it sees no buffers and no pixels.
 *
 * Thread-safety: functions that say so may be called from any thread under the
 * element's object lock, which is also held for all others; `last` and what
 * follows it belong to the streaming thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Why no image can be asked for any more. */
typedef enum
{
  GST_IM_BYTES_OPEN,
  GST_IM_BYTES_CLOSED_BY_EOS,
  GST_IM_BYTES_CLOSED_BY_SNAPSHOT
} GstImBytesClosed;

/* The properties that choose; a plain value. */
typedef struct
{
  GstClockTime interval; /* 0: every frame */
  gboolean on_request;
  gdouble min_change;        /* 0 to 1; 0: off */
  GstClockTime max_interval; /* 0: for ever */
} GstImBytesRules;

typedef enum
{
  GST_IM_BYTES_SKIP,
  GST_IM_BYTES_TAKE,
  GST_IM_BYTES_TAKE_IF_CHANGED,
  GST_IM_BYTES_TAKE_AS_ASKED
} GstImBytesVerdict;

typedef struct
{
  GstImBytesClosed closed;
  gboolean requested; /* the next frame */
  GArray *times;      /* GstClockTime: the first frame from then on; or NULL */

  GstClockTime last;       /* frame that was taken, or was due and unchanged */
  GstClockTime last_image; /* frame that became an image */
  GstClockTime last_gap;
} GstImBytesSelect;

/* @select is all zero, or was cleared. */
void gst_im_bytes_select_init (GstImBytesSelect *select);
void gst_im_bytes_select_clear (GstImBytesSelect *select);

/* Time begins anew: after a flush, or with another stream. Requests stay. */
void gst_im_bytes_select_restart (GstImBytesSelect *select);

/* No further image is going to be made, unless it was closed before. Any
 * thread. */
void gst_im_bytes_select_close (GstImBytesSelect *select, GstImBytesClosed why);

/* Asks for the first frame with a running time of @time or later, or with
 * GST_CLOCK_TIME_NONE for the next, whatever its time; where very many wait, too.
 * Any thread. FALSE when closed. */
gboolean gst_im_bytes_select_request (GstImBytesSelect *select,
    GstClockTime time);

/* What is to become of a frame of running time @time, which may be
 * GST_CLOCK_TIME_NONE: such a frame is always due. Requests that it answers are
 * gone then. */
GstImBytesVerdict gst_im_bytes_select_frame (GstImBytesSelect *select,
    const GstImBytesRules *rules, GstClockTime time);

/* An image was made of a frame that was taken. */
void gst_im_bytes_select_sent (GstImBytesSelect *select, GstClockTime time);

/* Whether downstream is to hear that there is nothing at @time: at once where
 * it has heard of nothing yet, then some times a second. TRUE means that it
 * will be told. */
gboolean gst_im_bytes_select_gap (GstImBytesSelect *select, GstClockTime time);

G_END_DECLS
