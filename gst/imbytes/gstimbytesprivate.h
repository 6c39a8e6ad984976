/* imbytes: what the files of the element share, and nobody else sees.
 *
 * Thread-safety: settings, stats, select and last_image under the object lock; state
 * belongs to the streaming thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/change.h"
#include "gstimbytes.h"
#include "gstimbytescaps.h"
#include "gstimbytesorient.h"
#include "gstimbytesselect.h"
#include "gstimbytesstats.h"
#include "gstimbytestags.h"

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN (gst_im_bytes_debug);
#define GST_CAT_DEFAULT gst_im_bytes_debug

typedef struct _GstImBytesRegions GstImBytesRegions;

/* What is running. Owned by the streaming thread. */
typedef struct
{
  ImEngine *engine;
  ImChange *change;
  GstVideoInfo info;      /* of the input */
  GstImBytesPicture base; /* what info alone says */

  /* What was agreed on with downstream, and for what. */
  gboolean agreed;
  gboolean postponed; /* until tags have said how large images are */
  GstImBytesChoice choice;
  GstImBytesPicture picture;
  guint serial; /* of the settings */

  /* The frame that is on its way. */
  GstImBytesVerdict verdict;
  GstClockTime time; /* running time, or GST_CLOCK_TIME_NONE */

  GstImBytesOrient orient;
  gboolean events_waiting; /* in the base class, for a frame */
  gboolean snapshot_done;
  gboolean was_handled;   /* the frame that was passed to the base class */
  gboolean was_broken;    /* the frame before this one */
  gboolean was_too_large; /* the image before this one */
  gboolean was_outside;   /* a region of the frame before this one */
  ImBudget budget;
  GstImBytesTags tags;
  GstImBytesRegions *regions;
  gchar *complaint; /* the error last posted */
} GstImBytesState;

struct _GstImBytes
{
  GstVideoEncoder parent;
  GstPadChainFunction base_chain;

  /* OBJECT_LOCK */
  GstImBytesSettings settings;
  GstImBytesStats stats;
  GstImBytesSelect select;
  GstSample *last_image;

  GstImBytesState state;
};

/* A copy, for the time that one frame takes. */
GstImBytesSettings gst_im_bytes_get_settings (GstImBytes *self);

/* Posts @error, once however often the same thing fails: caps that were refused
 * are sent again with the next frame. */
void gst_im_bytes_post_error (GstImBytes *self, const ImError *error);

/* Comes to terms with downstream about images of @picture where settings,
 * downstream or crops have changed since the last time. Anything but GST_FLOW_OK
 * was posted as an error, unless the pad is flushing. */
GstFlowReturn gst_im_bytes_agree (GstImBytes *self,
    const GstImBytesSettings *settings, const GstImBytesPicture *picture);

/* GstVideoEncoderClass.set_format and .getcaps. */
gboolean gst_im_bytes_set_format (GstVideoEncoder *encoder,
    GstVideoCodecState *input);
GstCaps *gst_im_bytes_getcaps (GstVideoEncoder *encoder, GstCaps *filter);

/* The class of GstVideoEncoder. */
gpointer gst_im_bytes_parent (void);

/* Frames and events as they come in. */
GstFlowReturn gst_im_bytes_chain (GstPad *pad, GstObject *parent,
    GstBuffer *buffer);
gboolean gst_im_bytes_sink_event (GstVideoEncoder *encoder, GstEvent *event);
gboolean gst_im_bytes_src_event (GstVideoEncoder *encoder, GstEvent *event);
gboolean gst_im_bytes_flush (GstVideoEncoder *encoder);

/* Tells downstream that nothing comes of the frame in @buffer. */
void gst_im_bytes_push_gap (GstImBytes *self, GstBuffer *buffer);

/* Asks for an image of the next frame; any thread. FALSE, after a warning, where
 * there will be none. */
gboolean gst_im_bytes_request_image (GstImBytes *self);
/* The frame that was to answer a request could not. */
void gst_im_bytes_request_again (GstImBytes *self);
/* No further image is going to be made. */
void gst_im_bytes_close (GstImBytes *self, GstImBytesClosed why);

/* Whether images of @picture need nothing but what has been agreed on. */
gboolean gst_im_bytes_is_agreed (GstImBytes *self,
    const GstImBytesPicture *picture);

/* What becomes of a frame; each takes it over. After an error was posted: */
GstFlowReturn gst_im_bytes_abandon_frame (GstImBytes *self,
    GstVideoCodecFrame *frame, GstFlowReturn ret);
/* The events that came with it go downstream, and where it was wanted, that
 * nothing comes of it: a sink may be waiting for the first image. */
GstFlowReturn gst_im_bytes_finish_without_image (GstImBytes *self,
    GstVideoCodecFrame *frame);

/* What images of @frame are to say of it; NULL: nothing. */
const ImMetadata *gst_im_bytes_get_metadata (GstImBytes *self,
    GstVideoCodecFrame *frame, const GstImBytesSettings *settings);

/* Sends frame->output_buffer, and where it is the frame's last takes the frame
 * over. */
GstFlowReturn gst_im_bytes_send_image (GstImBytes *self,
    GstVideoCodecFrame *frame, const GstImBytesSettings *settings,
    const GstImBytesOutcome *outcome, gboolean is_last);
/* The end of the stream after a snapshot, where @ret is GST_FLOW_OK. Gives it. */
GstFlowReturn gst_im_bytes_end_snapshot (GstImBytes *self, GstFlowReturn ret);
/* Counts it, and warns once for each run of them. */
void gst_im_bytes_drop_large_image (GstImBytes *self,
    const GstImBytesOutcome *outcome, const GstImBytesLimits *limits);

/* GstVideoEncoderClass.handle_frame. */
GstFlowReturn gst_im_bytes_handle_frame (GstVideoEncoder *encoder,
    GstVideoCodecFrame *frame);

G_END_DECLS
