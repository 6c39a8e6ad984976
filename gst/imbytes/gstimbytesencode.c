/* imbytes: from a frame that is wanted to the image that is pushed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytesprivate.h"

#include "gstimbytesregions.h"

/* The file that the engine just made, in a buffer; NULL with @error set. */
static GstBuffer *
new_buffer (GstImBytes *self, gsize size, ImError *error)
{
  GstVideoEncoder *encoder = GST_VIDEO_ENCODER (self);
  GstAllocationParams params;
  GstAllocator *allocator;
  GstBuffer *buffer;

  gst_video_encoder_get_allocator (encoder, &allocator, &params);
  buffer = gst_im_bytes_buffer_new (self->state.engine, size, allocator,
      &params, error);
  if (allocator != NULL)
    gst_object_unref (allocator);
  return buffer;
}

GstFlowReturn
gst_im_bytes_finish_without_image (GstImBytes *self, GstVideoCodecFrame *frame)
{
  GstImBytesState *state = &self->state;
  GstBuffer *buffer = gst_buffer_ref (frame->input_buffer);
  GstFlowReturn ret;
  gboolean gap;

  state->events_waiting = FALSE;
  ret = gst_video_encoder_finish_frame (GST_VIDEO_ENCODER (self), frame);
  GST_OBJECT_LOCK (self);
  gap = ret == GST_FLOW_OK && state->verdict != GST_IM_BYTES_SKIP
      && GST_CLOCK_TIME_IS_VALID (state->time)
      && gst_im_bytes_select_gap (&self->select, state->time);
  GST_OBJECT_UNLOCK (self);
  if (gap)
    gst_im_bytes_push_gap (self, buffer);
  gst_buffer_unref (buffer);
  return ret;
}

static GstFlowReturn
drop_broken_frame (GstImBytes *self, GstVideoCodecFrame *frame,
    const ImError *why)
{
  if (!self->state.was_broken)
    GST_ELEMENT_WARNING (self, STREAM, ENCODE,
        ("A frame %s, and was left out; see what makes the frames.",
            why->message),
        (NULL));
  self->state.was_broken = TRUE;
  if (self->state.verdict == GST_IM_BYTES_TAKE_AS_ASKED)
    gst_im_bytes_request_again (self);
  GST_OBJECT_LOCK (self);
  self->stats.images_dropped++;
  GST_OBJECT_UNLOCK (self);
  return gst_im_bytes_finish_without_image (self, frame);
}

static GstFlowReturn
skip_late_frame (GstImBytes *self, GstVideoCodecFrame *frame)
{
  GST_OBJECT_LOCK (self);
  self->stats.frames_skipped++;
  GST_OBJECT_UNLOCK (self);
  return gst_im_bytes_finish_without_image (self, frame);
}

GstFlowReturn
gst_im_bytes_abandon_frame (GstImBytes *self, GstVideoCodecFrame *frame,
    GstFlowReturn ret)
{
  GstVideoEncoder *encoder = GST_VIDEO_ENCODER (self);

  GST_OBJECT_LOCK (self);
  self->stats.images_dropped++;
  GST_OBJECT_UNLOCK (self);
  /* Where caps were never agreed on, the base class would take finishing it for
   * another error. */
  if (gst_pad_has_current_caps (GST_VIDEO_ENCODER_SRC_PAD (encoder)))
    gst_video_encoder_finish_frame (encoder, frame);
  else
    gst_video_codec_frame_unref (frame);
  return ret;
}

static void
count_image (GstImBytes *self, const GstImBytesOutcome *outcome)
{
  self->state.events_waiting = FALSE;
  self->state.was_too_large = FALSE;
  im_change_keep (self->state.change);
  GST_OBJECT_LOCK (self);
  gst_im_bytes_select_sent (&self->select, self->state.time);
  gst_im_bytes_stats_add_image (&self->stats, outcome);
  GST_OBJECT_UNLOCK (self);
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

GstFlowReturn
gst_im_bytes_end_snapshot (GstImBytes *self, GstFlowReturn ret)
{
  if (ret == GST_FLOW_OK) {
    /* Not GST_FLOW_EOS: a tee upstream would stop its other branches. */
    self->state.snapshot_done = TRUE;
    gst_im_bytes_close (self, GST_IM_BYTES_CLOSED_BY_SNAPSHOT);
    gst_pad_push_event (GST_VIDEO_ENCODER_SRC_PAD (self), new_eos (self));
  }
  return ret;
}

GstFlowReturn
gst_im_bytes_send_image (GstImBytes *self, GstVideoCodecFrame *frame,
    const GstImBytesSettings *settings, const GstImBytesOutcome *outcome,
    gboolean is_last)
{
  GstVideoEncoder *encoder = GST_VIDEO_ENCODER (self);
  GstMessage *message = NULL;
  GstFlowReturn ret;

  count_image (self, outcome);
  /* The frame is gone after it was sent. */
  if (settings->post_messages)
    message = gst_im_bytes_stats_new_message (GST_OBJECT (self), frame,
        &encoder->input_segment, &self->state.choice.plan, outcome);
  GST_VIDEO_CODEC_FRAME_SET_SYNC_POINT (frame);
  ret = is_last ? gst_video_encoder_finish_frame (encoder, frame)
                : gst_video_encoder_finish_subframe (encoder, frame);
  if (message != NULL)
    gst_element_post_message (GST_ELEMENT (self), message);
  return is_last && settings->snapshot ? gst_im_bytes_end_snapshot (self, ret)
                                       : ret;
}

void
gst_im_bytes_drop_large_image (GstImBytes *self,
    const GstImBytesOutcome *outcome, const GstImBytesLimits *limits)
{
  if (!self->state.was_too_large) {
    gchar *text = gst_im_bytes_image_describe_excess (outcome, limits);

    GST_ELEMENT_WARNING (self, STREAM, ENCODE, ("%s", text), (NULL));
    g_free (text);
  }
  self->state.was_too_large = TRUE;
  GST_OBJECT_LOCK (self);
  self->stats.images_dropped++;
  self->stats.encodings += outcome->encodings;
  GST_OBJECT_UNLOCK (self);
}

const ImMetadata *
gst_im_bytes_get_metadata (GstImBytes *self, GstVideoCodecFrame *frame,
    const GstImBytesSettings *settings)
{
  const ImPlan *plan = &self->state.choice.plan;
  GstImBytesTagsPicture picture = { plan->codec == IM_CODEC_JPEG,
    plan->model == IM_MODEL_GRAY, plan->width, plan->height,
    gst_im_bytes_orient_left_over (&self->state.orient, settings->direction) };
  const ImMetadata *metadata;
  GstImBytesTagsResult result;

  if (!settings->metadata)
    return NULL;
  metadata = gst_im_bytes_tags_get (&self->state.tags, frame->input_buffer,
      &picture, &result);
  if (result == GST_IM_BYTES_TAGS_TOO_LONG)
    GST_ELEMENT_WARNING (self, STREAM, ENCODE,
        ("The tags of the stream are longer than a picture can say, %d bytes; "
         "they are left out. Shorten them.",
            IM_MAX_EXIF),
        (NULL));
  else if (result == GST_IM_BYTES_TAGS_NOT_WRITTEN)
    GST_ELEMENT_WARNING (self, STREAM, ENCODE,
        ("The tags of the stream and the capture time could not be written as "
         "EXIF; the images come without."),
        (NULL));
  return metadata;
}

/* Takes @mapped over. */
static GstFlowReturn
make_image (GstImBytes *self, GstVideoCodecFrame *frame,
    GstImBytesFrame *mapped, const GstImBytesPicture *picture,
    const GstImBytesSettings *settings)
{
  GstImBytesState *state = &self->state;
  ImRequest request = gst_im_bytes_caps_request (&state->choice, picture);
  GstClockTime start = gst_util_get_timestamp ();
  GstImBytesOutcome outcome;
  ImError error;

  im_engine_set_metadata (state->engine,
      gst_im_bytes_get_metadata (self, frame, settings));
  if (gst_im_bytes_image_encode (state->engine, &state->budget,
          &settings->limits, &mapped->image, &request, &outcome, &error))
    frame->output_buffer = new_buffer (self, outcome.size, &error);
  gst_im_bytes_frame_unmap (mapped);
  outcome.time = gst_util_get_timestamp () - start;
  if (frame->output_buffer != NULL)
    return gst_im_bytes_send_image (self, frame, settings, &outcome, TRUE);
  if (!outcome.too_large) {
    gst_im_bytes_post_error (self, &error);
    return gst_im_bytes_abandon_frame (self, frame, GST_FLOW_ERROR);
  }
  gst_im_bytes_drop_large_image (self, &outcome, &settings->limits);
  return gst_im_bytes_finish_without_image (self, frame);
}

static ImOrientation
find_orientation (GstImBytes *self, GstVideoOrientationMethod direction)
{
  GstImBytesOrient *orient = &self->state.orient;

  if (direction == GST_VIDEO_ORIENTATION_CUSTOM && !orient->has_complained)
    GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS,
        ("video-direction=custom is not known here, and pictures stay as they "
         "are; choose another."),
        (NULL));
  orient->has_complained = direction == GST_VIDEO_ORIENTATION_CUSTOM;
  return gst_im_bytes_orient_get (orient, direction);
}

/* A frame that is whole: agrees with downstream on its images, and makes them. */
static GstFlowReturn
encode_frame (GstImBytes *self, GstVideoCodecFrame *frame,
    GstImBytesFrame *mapped, const GstImBytesPicture *picture,
    const GstImBytesSettings *settings)
{
  GstFlowReturn ret;

  self->state.was_broken = FALSE;
  if (settings->roi != GST_IM_BYTES_ROI_NONE)
    return gst_im_bytes_regions_send (self, frame, mapped, picture, settings);
  ret = gst_im_bytes_agree (self, settings, picture);
  if (ret == GST_FLOW_OK)
    return make_image (self, frame, mapped, picture, settings);
  gst_im_bytes_frame_unmap (mapped);
  return gst_im_bytes_abandon_frame (self, frame, ret);
}

/* What becomes of a frame, which is in @mapped unless @why says what is wrong
 * with it. */
static GstFlowReturn
judge_frame (GstImBytes *self, GstVideoCodecFrame *frame,
    GstImBytesFrame *mapped, const GstImBytesPicture *picture,
    const GstImBytesSettings *settings, const ImError *why)
{
  GstImBytesState *state = &self->state;
  GstFlowReturn ret = GST_FLOW_OK;

  /* Frames that are skipped are finished, too, for which there have to be caps. */
  if (state->postponed)
    ret = gst_im_bytes_agree (self, settings, picture);
  if (ret == GST_FLOW_OK && state->verdict != GST_IM_BYTES_SKIP) {
    if (why->code != IM_ERROR_NONE)
      return drop_broken_frame (self, frame, why);
    if (state->verdict == GST_IM_BYTES_TAKE_AS_ASKED
        || gst_video_encoder_get_max_encode_time (GST_VIDEO_ENCODER (self),
               frame)
            >= 0)
      return encode_frame (self, frame, mapped, picture, settings);
  }
  if (why->code == IM_ERROR_NONE)
    gst_im_bytes_frame_unmap (mapped);
  if (ret != GST_FLOW_OK)
    return gst_im_bytes_abandon_frame (self, frame, ret);
  if (state->verdict != GST_IM_BYTES_SKIP)
    return skip_late_frame (self, frame);
  return gst_im_bytes_finish_without_image (self, frame);
}

GstFlowReturn
gst_im_bytes_handle_frame (GstVideoEncoder *encoder, GstVideoCodecFrame *frame)
{
  GstImBytes *self = GST_IM_BYTES (encoder);
  GstImBytesState *state = &self->state;
  GstImBytesSettings settings = gst_im_bytes_get_settings (self);
  ImError why = { IM_ERROR_NONE, "" };
  GstImBytesPicture picture;
  GstImBytesFrame mapped;

  state->was_handled = TRUE;
  if (state->verdict == GST_IM_BYTES_SKIP && !state->postponed)
    return gst_im_bytes_finish_without_image (self, frame);
  if (!gst_im_bytes_picture_from_buffer (&picture, &state->base, &state->info,
          frame->input_buffer, &why)
      || !gst_im_bytes_frame_map (&mapped, &state->info, &picture,
          frame->input_buffer, &why))
    /* Whatever a broken frame claims, it is not put to downstream. */
    picture = state->base;
  else
    why.code = IM_ERROR_NONE;
  picture.orientation = find_orientation (self, settings.direction);
  return judge_frame (self, frame, &mapped, &picture, &settings, &why);
}
