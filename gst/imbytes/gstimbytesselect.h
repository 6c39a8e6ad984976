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
  GstClockTime warm_up;
  gdouble min_detail; /* 0 to 1; 0: off */
  gboolean skip_corrupted;
  gboolean snapshot;
} GstImBytesRules;

/* What is known of a frame before its pixels are looked at. */
typedef struct
{
  GstClockTime time;     /* running time, or GST_CLOCK_TIME_NONE */
  gboolean is_corrupted; /* the decoder says so, and it matters */
} GstImBytesMoment;

typedef enum
{
  GST_IM_BYTES_SKIP,
  GST_IM_BYTES_SKIP_CORRUPTED, /* it would have been taken */
  GST_IM_BYTES_TAKE,
  GST_IM_BYTES_TAKE_IF_CHANGED,
  GST_IM_BYTES_TAKE_AS_ASKED
} GstImBytesVerdict;

typedef struct
{
  GstImBytesClosed closed;
  gboolean requested; /* the next frame */
  GArray *times;      /* GstClockTime: the first frame from then on; or NULL */

  GstClockTime begin;    /* the first frame */
  GstClockTime previous; /* the frame before this one, whatever became of it */
  GstClockTime half;     /* half the distance to it */
  GstClockTime last;     /* frame that was taken, or was due and unchanged, and
                             * half of the distance then: within its interval */
  GstClockTime last_image; /* frame that became an image */
  GstClockTime last_gap;
  GstClockTime no_clean; /* corrupted frames have been skipped since then */
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

/* What is to become of a frame, going by its time and flags; one without a time is
 * always due. Requests that it would answer stay, and its interval is not used up,
 * before gst_im_bytes_select_take (). */
GstImBytesVerdict gst_im_bytes_select_frame (GstImBytesSelect *select,
    const GstImBytesRules *rules, const GstImBytesMoment *moment);

/* The frame is taken, as gst_im_bytes_select_frame () said just before: requests
 * that it answers are gone. Gives the verdict once more, since requests may have
 * come meanwhile. */
GstImBytesVerdict gst_im_bytes_select_take (GstImBytesSelect *select,
    const GstImBytesMoment *moment, GstImBytesVerdict verdict);

/* For how long every frame that would have been taken has been corrupted; 0 where
 * that is not known. */
GstClockTime gst_im_bytes_select_waiting (const GstImBytesSelect *select,
    GstClockTime time);

/* An image was made of a frame that was taken. */
void gst_im_bytes_select_sent (GstImBytesSelect *select, GstClockTime time);

/* Whether downstream is to hear that there is nothing at @time: at once where
 * it has heard of nothing yet, then some times a second. TRUE means that it
 * will be told. */
gboolean gst_im_bytes_select_gap (GstImBytesSelect *select, GstClockTime time);

G_END_DECLS
