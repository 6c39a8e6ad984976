/* imbytes: what goes downstream and to the bus: images, gaps, the end, errors and
 * warnings.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytesoutput.h"

void
gst_im_bytes_output_warn (GstImBytes *self, GstImBytesWarning warning,
    const gchar *format, ...)
{
  gboolean is_setting = warning == GST_IM_BYTES_WARNING_DIRECTION;
  gboolean was_said;
  va_list args;
  gchar *text;

  GST_OBJECT_LOCK (self);
  was_said = (self->warned & warning) != 0;
  self->warned |= warning;
  GST_OBJECT_UNLOCK (self);
  if (was_said)
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  if (is_setting)
    GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS, ("%s", text), (NULL));
  else
    GST_ELEMENT_WARNING (self, STREAM, ENCODE, ("%s", text), (NULL));
  g_free (text);
}

void
gst_im_bytes_output_end_warning (GstImBytes *self, guint warnings)
{
  GST_OBJECT_LOCK (self);
  self->warned &= ~warnings;
  GST_OBJECT_UNLOCK (self);
}

void
gst_im_bytes_output_error (GstImBytes *self, const ImError *error)
{
  GstImBytesState *state = &self->state;

  if (g_strcmp0 (state->last_error, error->message) == 0)
    return;
  g_free (state->last_error);
  state->last_error = g_strdup (error->message);
  switch (error->code) {
    case IM_ERROR_NO_MEMORY:
      GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT, ("%s", error->message),
          (NULL));
      break;
    case IM_ERROR_CODEC:
      GST_ELEMENT_ERROR (self, STREAM, ENCODE, ("%s", error->message), (NULL));
      break;
    default:
      GST_ELEMENT_ERROR (self, CORE, NEGOTIATION, ("%s", error->message),
          ("input: %dx%d %s", GST_VIDEO_INFO_WIDTH (&state->info),
              GST_VIDEO_INFO_HEIGHT (&state->info),
              GST_VIDEO_INFO_NAME (&state->info)));
      break;
  }
}

/* Some elements, muxers among them, say yes to caps and refuse the images. */
void
gst_im_bytes_output_refused (GstImBytes *self)
{
  const ImPlan *plan = &self->state.choice.plan;
  const GstVideoInfo *info = &self->state.info;
  ImError error;

  if (GST_VIDEO_INFO_FPS_N (info) == 0)
    im_error_set (&error, IM_ERROR_INVALID,
        "Downstream refuses %s images of %dx%d pixels at no fixed rate "
        "(framerate=0/1); if it needs a rate, as muxers do, put \"videorate ! "
        "video/x-raw,framerate=25/1\" before imbytes.",
        im_codec_get (plan->codec)->name, plan->width, plan->height);
  else
    im_error_set (&error, IM_ERROR_INVALID,
        "Downstream refuses %s images of %dx%d pixels at framerate=%d/%d; ask for "
        "another size, format or rate.",
        im_codec_get (plan->codec)->name, plan->width, plan->height,
        GST_VIDEO_INFO_FPS_N (info), GST_VIDEO_INFO_FPS_D (info));
  gst_im_bytes_output_error (self, &error);
}

static void
count_image (GstImBytes *self, const GstImBytesContext *context,
    const GstImBytesOutcome *outcome)
{
  self->state.events_waiting = FALSE;
  im_change_keep (self->state.change);
  GST_OBJECT_LOCK (self);
  self->warned &= ~(guint) GST_IM_BYTES_WARNING_TOO_LARGE;
  gst_im_bytes_select_sent (&self->select, context->time);
  gst_im_bytes_stats_add_image (&self->stats, outcome);
  GST_OBJECT_UNLOCK (self);
}

GstFlowReturn
gst_im_bytes_output_send (GstImBytes *self, GstVideoCodecFrame *frame,
    const GstImBytesContext *context, GstBuffer *buffer,
    const GstImBytesOutcome *outcome, gboolean is_last)
{
  GstVideoEncoder *encoder = GST_VIDEO_ENCODER (self);
  GstMessage *message = NULL;
  GstFlowReturn ret;

  frame->output_buffer = buffer;
  count_image (self, context, outcome);
  /* The frame is gone after it was sent. */
  if (context->settings.post_messages)
    message = gst_im_bytes_stats_new_message (GST_OBJECT (self), frame,
        &encoder->input_segment, &self->state.choice.plan, outcome);
  GST_VIDEO_CODEC_FRAME_SET_SYNC_POINT (frame);
  ret = is_last ? gst_video_encoder_finish_frame (encoder, frame)
                : gst_video_encoder_finish_subframe (encoder, frame);
  if (message != NULL)
    gst_element_post_message (GST_ELEMENT (self), message);
  /* After a relink the next frame negotiates anew, and sources go on. */
  if (ret == GST_FLOW_NOT_NEGOTIATED
      && !GST_PAD_NEEDS_RECONFIGURE (GST_VIDEO_ENCODER_SRC_PAD (encoder)))
    gst_im_bytes_output_refused (self);
  return ret;
}

/* The image shares its memory with what is pushed, but not the buffer, which
 * stays writable for downstream. */
GstFlowReturn
gst_im_bytes_output_pre_push (GstVideoEncoder *encoder,
    GstVideoCodecFrame *frame)
{
  GstImBytes *self = GST_IM_BYTES (encoder);
  GstCaps *caps =
      gst_pad_get_current_caps (GST_VIDEO_ENCODER_SRC_PAD (encoder));
  GstSample *sample, *old;
  GstBuffer *buffer;

  /* Every image stands alone, also the second that is made of one frame, which
   * the base class takes for a part of the first. */
  GST_BUFFER_FLAG_UNSET (frame->output_buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  buffer =
      gst_im_bytes_buffer_share (frame->output_buffer, frame->input_buffer);
  sample = gst_sample_new (buffer, caps, &encoder->output_segment, NULL);
  gst_buffer_unref (buffer);
  gst_clear_caps (&caps);
  GST_OBJECT_LOCK (self);
  old = self->last_image;
  self->last_image = sample;
  GST_OBJECT_UNLOCK (self);
  if (old != NULL)
    gst_sample_unref (old);
  return GST_FLOW_OK;
}

void
gst_im_bytes_output_drop_large_image (GstImBytes *self,
    const GstImBytesOutcome *outcome, const GstImBytesLimits *limits)
{
  gchar *text = gst_im_bytes_encode_describe_excess (outcome, limits);

  gst_im_bytes_output_warn (self, GST_IM_BYTES_WARNING_TOO_LARGE, "%s", text);
  g_free (text);
  GST_OBJECT_LOCK (self);
  self->stats.images_dropped++;
  self->stats.encodings += outcome->encodings;
  GST_OBJECT_UNLOCK (self);
}

static void
count_dropped (GstImBytes *self)
{
  GST_OBJECT_LOCK (self);
  self->stats.images_dropped++;
  GST_OBJECT_UNLOCK (self);
}

void
gst_im_bytes_output_drop_region (GstImBytes *self,
    const GstImBytesRegion *region, const ImRect *frame)
{
  const gchar *type = g_quark_to_string (region->type);

  gst_im_bytes_output_warn (self, GST_IM_BYTES_WARNING_REGION_OUTSIDE,
      "A region (%s, %" G_GINT64_FORMAT "x%" G_GINT64_FORMAT
      " at %" G_GINT64_FORMAT ",%" G_GINT64_FORMAT
      ") has nothing in common with the %dx%d "
      "frame and was left out; see what makes the regions.",
      type != NULL ? type : "no type", region->width, region->height, region->x,
      region->y, frame->width, frame->height);
  count_dropped (self);
}

GstFlowReturn
gst_im_bytes_output_finish_frame (GstImBytes *self, GstVideoCodecFrame *frame,
    const GstImBytesContext *context)
{
  GstBuffer *buffer = gst_buffer_ref (frame->input_buffer);
  GstFlowReturn ret;
  gboolean gap;

  self->state.events_waiting = FALSE;
  ret = gst_video_encoder_finish_frame (GST_VIDEO_ENCODER (self), frame);
  GST_OBJECT_LOCK (self);
  gap = ret == GST_FLOW_OK && context->verdict != GST_IM_BYTES_SKIP
      && GST_CLOCK_TIME_IS_VALID (context->time)
      && gst_im_bytes_select_gap (&self->select, context->time);
  GST_OBJECT_UNLOCK (self);
  if (gap)
    gst_im_bytes_output_gap (self, buffer);
  gst_buffer_unref (buffer);
  return ret;
}

GstFlowReturn
gst_im_bytes_output_skip_frame (GstImBytes *self, GstVideoCodecFrame *frame,
    const GstImBytesContext *context)
{
  GST_OBJECT_LOCK (self);
  self->stats.frames_skipped++;
  GST_OBJECT_UNLOCK (self);
  return gst_im_bytes_output_finish_frame (self, frame, context);
}

GstFlowReturn
gst_im_bytes_output_drop_frame (GstImBytes *self, GstVideoCodecFrame *frame,
    const GstImBytesContext *context, const ImError *why)
{
  gst_im_bytes_output_warn (self, GST_IM_BYTES_WARNING_BROKEN_FRAME,
      "A frame %s, and was left out; see what makes the frames, or say how their "
      "rows lie, by a GstVideoMeta or with rawvideoparse before imbytes.",
      why->message);
  GST_OBJECT_LOCK (self);
  /* The request that it was to answer stays pending. */
  if (context->verdict == GST_IM_BYTES_TAKE_AS_ASKED)
    gst_im_bytes_select_request (&self->select, GST_CLOCK_TIME_NONE);
  self->stats.images_dropped++;
  GST_OBJECT_UNLOCK (self);
  return gst_im_bytes_output_finish_frame (self, frame, context);
}

GstFlowReturn
gst_im_bytes_output_abandon_frame (GstImBytes *self, GstVideoCodecFrame *frame,
    GstFlowReturn ret)
{
  GstVideoEncoder *encoder = GST_VIDEO_ENCODER (self);

  count_dropped (self);
  /* Where caps were never negotiated, the base class would take finishing it for
   * another error. */
  if (gst_pad_has_current_caps (GST_VIDEO_ENCODER_SRC_PAD (encoder)))
    gst_video_encoder_finish_frame (encoder, frame);
  else
    gst_video_codec_frame_unref (frame);
  return ret;
}

void
gst_im_bytes_output_gap (GstImBytes *self, GstBuffer *buffer)
{
  gst_pad_push_event (GST_VIDEO_ENCODER_SRC_PAD (self),
      gst_event_new_gap (GST_BUFFER_PTS (buffer),
          GST_BUFFER_DURATION (buffer)));
}

/* With the number of the seek that the stream came from, if it did: by that,
 * applications tell the ends of streams apart. */
static GstEvent *
new_eos (GstImBytes *self)
{
  GstPad *pad = GST_VIDEO_ENCODER_SINK_PAD (self);
  GstEvent *segment = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  GstEvent *eos = gst_event_new_eos ();

  if (segment != NULL) {
    gst_event_set_seqnum (eos, gst_event_get_seqnum (segment));
    gst_event_unref (segment);
  }
  return eos;
}

void
gst_im_bytes_output_end (GstImBytes *self)
{
  self->state.snapshot_done = TRUE;
  GST_OBJECT_LOCK (self);
  gst_im_bytes_select_close (&self->select, GST_IM_BYTES_CLOSED_BY_SNAPSHOT);
  GST_OBJECT_UNLOCK (self);
  gst_pad_push_event (GST_VIDEO_ENCODER_SRC_PAD (self), new_eos (self));
}
