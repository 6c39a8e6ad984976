/* imbytes: the element's struct, which its own files share and nobody else sees.
 *
 * The way of a frame: gstimbytesinput.c decides whether it becomes an image,
 * gstimbytesimages.c makes its images, gstimbytesoutput.c sends them.
 * gstimbytesnegotiate.c settles codec and size with downstream.
 *
 * Thread-safety: settings, stats, select, warned and last_image under the object
 * lock; state belongs to the streaming thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/change.h"
#include "gstimbytes.h"
#include "gstimbyteschoose.h"
#include "gstimbytesorient.h"
#include "gstimbytesselect.h"
#include "gstimbytesstats.h"
#include "gstimbytestags.h"

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN (gst_im_bytes_debug);
#define GST_CAT_DEFAULT gst_im_bytes_debug

typedef struct _GstImBytesImages GstImBytesImages;

/* One frame on its way: what the user wanted when it came in, and what it is to
 * become. Made in the chain function and handed to all that follows. */
typedef struct
{
  GstImBytesSettings settings;
  GstImBytesVerdict verdict;
  GstClockTime time; /* running time, or GST_CLOCK_TIME_NONE */
} GstImBytesContext;

/* Whether the source upstream is live. */
typedef enum
{
  GST_IM_BYTES_LIVENESS_UNKNOWN,
  GST_IM_BYTES_LIVENESS_NOT_LIVE,
  GST_IM_BYTES_LIVENESS_LIVE
} GstImBytesLiveness;

/* What is running. Owned by the streaming thread. */
typedef struct
{
  GstVideoInfo info;      /* of the input */
  GstImBytesPicture base; /* what info alone says */
  GstImBytesContext context;

  ImChange *change;         /* what the last image looked like */
  GstImBytesImages *images; /* engines and budgets */
  GstImBytesOrient orient;
  GstImBytesTags tags;

  /* What was negotiated with downstream, and for what. */
  gboolean negotiated;
  gboolean postponed; /* until tags have said how large images are */
  GstImBytesChoice choice;
  GstImBytesPicture picture;
  guint serial; /* of the settings */

  GstImBytesLiveness liveness;
  gboolean events_waiting; /* in the base class, for a frame */
  gboolean was_handled;    /* the frame that was given to the base class */
  gboolean snapshot_done;
  gchar *last_error; /* the message last posted */
} GstImBytesState;

struct _GstImBytes
{
  GstVideoEncoder parent;
  GstPadChainFunction base_chain;

  /* OBJECT_LOCK */
  GstImBytesSettings settings;
  GstImBytesStats stats;
  GstImBytesSelect select;
  guint warned; /* bits of GstImBytesWarning that hold, and were said */
  GstSample *last_image;

  GstImBytesState state;
};

/* A copy. Any thread. */
GstImBytesSettings gst_im_bytes_get_settings (GstImBytes *self);

/* The class of GstVideoEncoder. */
GstVideoEncoderClass *gst_im_bytes_parent (void);

G_END_DECLS
