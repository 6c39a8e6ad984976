/* imbytes: frames, events and requests as they come in, and which frames become
 * images.
 *
 * A frame that is not wanted never gets as far as the base class, which would
 * make a codec frame of it; it costs well under a microsecond.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytesinput.h"

#include "gstimbytesnegotiate.h"
#include "gstimbytesoutput.h"
#include "gstimbytesregions.h"

/* The running time at which @buffer is shown; FALSE where it lies outside the
 * segment and is not shown at all. */
static gboolean
find_running_time (GstImBytes *self, GstBuffer *buffer, GstClockTime *time)
{
  const GstSegment *segment = &GST_VIDEO_ENCODER (self)->input_segment;
  guint64 start = GST_BUFFER_PTS (buffer), stop = GST_CLOCK_TIME_NONE;

  *time = GST_CLOCK_TIME_NONE;
  if (!GST_CLOCK_TIME_IS_VALID (start) || segment->format != GST_FORMAT_TIME)
    return TRUE;
  if (GST_BUFFER_DURATION_IS_VALID (buffer)
      && GST_BUFFER_DURATION (buffer) < GST_CLOCK_TIME_NONE - start)
    stop = start + GST_BUFFER_DURATION (buffer);
  if (!gst_segment_clip (segment, GST_FORMAT_TIME, start, stop, &start, &stop))
    return FALSE;
  /* Backwards, a frame is shown from its end on. */
  if (segment->rate < 0.0 && GST_CLOCK_TIME_IS_VALID (stop))
    start = stop;
  *time = gst_segment_to_running_time (segment, GST_FORMAT_TIME, start);
  return TRUE;
}

/* With roi=crop, frames without regions are skipped, and requests stay
 * pending. */
static gboolean
has_what_is_shown (const GstImBytesSettings *settings, GstBuffer *buffer)
{
  return settings->roi == GST_IM_BYTES_ROI_NONE
      || gst_im_bytes_regions_are_in (buffer, settings->region_type);
}

/* What times, flags, requests and regions say; not yet what the frame shows. */
static GstImBytesVerdict
select_frame (GstImBytes *self, GstBuffer *buffer,
    const GstImBytesMoment *moment, gboolean is_shown)
{
  const GstImBytesSettings *settings = &self->state.context.settings;
  GstImBytesVerdict verdict = GST_IM_BYTES_SKIP;

  GST_OBJECT_LOCK (self);
  self->stats.frames_in++;
  if (is_shown && !self->state.snapshot_done
      && has_what_is_shown (settings, buffer))
    verdict =
        gst_im_bytes_select_frame (&self->select, &settings->rules, moment);
  self->stats.frames_corrupted += verdict == GST_IM_BYTES_SKIP_CORRUPTED;
  GST_OBJECT_UNLOCK (self);
  return verdict;
}

/* It is too much for a stream that only begins in mid-group. */
#define LONG_WITHOUT_CLEAN (10 * GST_SECOND)

/* Says why nothing comes. */
static void
warn_of_corruption (GstImBytes *self)
{
  GstClockTime waiting;

  GST_OBJECT_LOCK (self);
  waiting =
      gst_im_bytes_select_waiting (&self->select, self->state.context.time);
  GST_OBJECT_UNLOCK (self);
  if (waiting >= LONG_WITHOUT_CLEAN)
    gst_im_bytes_output_warn (self, GST_IM_BYTES_WARNING_CORRUPTED,
        "No image for %u s: the decoder has flagged each frame since then as "
        "corrupted, as it does until the first key frame and after lost packets. "
        "Look at the source, or set skip-corrupted=false to have images of such "
        "frames.",
        (guint) (waiting / GST_SECOND));
}

/* Every frame that may become an image is looked at, so that the next can be
 * compared with it. One that cannot be read counts as changed, and as full of
 * detail: what is wrong with it is said where it is encoded. */
static void
look_at_frame (GstImBytes *self, GstBuffer *buffer, gdouble *change,
    gdouble *detail)
{
  GstImBytesState *state = &self->state;
  GstImBytesPicture picture;
  GstImBytesFrame mapped;
  ImError error;

  *change = *detail = 1.0;
  if (GST_VIDEO_INFO_FORMAT (&state->info) == GST_VIDEO_FORMAT_UNKNOWN
      || !gst_im_bytes_picture_from_buffer (&picture, &state->base,
          &state->info, buffer, NULL)
      || !gst_im_bytes_frame_map (&mapped, &state->info, &picture, buffer,
          NULL))
    return;
  if (im_change_look (state->change, &mapped.image, picture.crop, change,
          &error))
    *detail = im_change_detail (state->change);
  else
    GST_WARNING_OBJECT (self, "taken as changed: %s", error.message);
  gst_im_bytes_frame_unmap (&mapped);
}

static GstImBytesVerdict
take_frame (GstImBytes *self, const GstImBytesMoment *moment,
    GstImBytesVerdict verdict)
{
  GST_OBJECT_LOCK (self);
  verdict = gst_im_bytes_select_take (&self->select, moment, verdict);
  GST_OBJECT_UNLOCK (self);
  if (!moment->is_corrupted)
    gst_im_bytes_output_end_warning (self, GST_IM_BYTES_WARNING_CORRUPTED);
  return verdict;
}

static GstImBytesVerdict
leave_out_flat_frame (GstImBytes *self, gdouble detail)
{
  GST_LOG_OBJECT (self, "a frame of detail %.4f is left out", detail);
  GST_OBJECT_LOCK (self);
  self->stats.frames_flat++;
  GST_OBJECT_UNLOCK (self);
  return GST_IM_BYTES_SKIP;
}

/* The verdict on the frame in @buffer. */
static GstImBytesVerdict
judge_frame (GstImBytes *self, GstBuffer *buffer, gboolean is_shown)
{
  const GstImBytesContext *context = &self->state.context;
  const GstImBytesRules *rules = &context->settings.rules;
  GstImBytesMoment moment = { context->time,
    rules->skip_corrupted
        && GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_CORRUPTED) };
  GstImBytesVerdict verdict = select_frame (self, buffer, &moment, is_shown);
  gdouble change = 1.0, detail = 1.0;

  if (rules->min_change <= 0.0)
    im_change_forget (self->state.change);
  if (verdict == GST_IM_BYTES_SKIP_CORRUPTED)
    warn_of_corruption (self);
  if (verdict == GST_IM_BYTES_SKIP || verdict == GST_IM_BYTES_SKIP_CORRUPTED)
    return GST_IM_BYTES_SKIP;
  if (rules->min_change > 0.0 || rules->min_detail > 0.0)
    look_at_frame (self, buffer, &change, &detail);
  if (detail < rules->min_detail)
    return leave_out_flat_frame (self, detail);
  verdict = take_frame (self, &moment, verdict);
  if (verdict == GST_IM_BYTES_TAKE_IF_CHANGED && change < rules->min_change)
    return GST_IM_BYTES_SKIP;
  return verdict;
}

/* Counts a frame that is skipped. TRUE where downstream is to hear of it. */
static gboolean
skip_frame (GstImBytes *self)
{
  GstClockTime time = self->state.context.time;
  gboolean gap;

  GST_OBJECT_LOCK (self);
  self->stats.frames_skipped++;
  gap = GST_CLOCK_TIME_IS_VALID (time) && !self->state.snapshot_done
      && gst_im_bytes_select_gap (&self->select, time);
  GST_OBJECT_UNLOCK (self);
  return gap;
}

/* Sends the tags again when video-direction enters or leaves auto: elements
 * downstream follow the orientation in them. */
static void
resend_tags (GstImBytes *self, GstVideoOrientationMethod direction)
{
  static const GstTagScope scopes[] = { GST_TAG_SCOPE_GLOBAL,
    GST_TAG_SCOPE_STREAM };
  GstImBytesOrient *orient = &self->state.orient;

  for (guint i = 0; i < G_N_ELEMENTS (scopes); i++) {
    GstEvent *event =
        gst_im_bytes_orient_tell_again (orient, direction, scopes[i]);

    if (event == NULL)
      continue;
    gst_im_bytes_parent ()->sink_event (GST_VIDEO_ENCODER (self), event);
    self->state.events_waiting = TRUE;
  }
  gst_im_bytes_orient_told (orient, direction);
}

/* video-direction can be controlled, as GstVideoDirection has it. */
static void
sync_properties (GstImBytes *self, GstBuffer *buffer)
{
  const GstSegment *segment = &GST_VIDEO_ENCODER (self)->input_segment;
  GstClockTime time;

  if (segment->format != GST_FORMAT_TIME || !GST_BUFFER_PTS_IS_VALID (buffer))
    return;
  time = gst_segment_to_stream_time (segment, GST_FORMAT_TIME,
      GST_BUFFER_PTS (buffer));
  if (GST_CLOCK_TIME_IS_VALID (time))
    gst_object_sync_values (GST_OBJECT (self), time);
}

/* A frame that is wanted. The base class may leave it out all the same: its
 * segment begins behind frames without a time, and behind one without duration
 * that lies where it begins. */
static GstFlowReturn
pass_on (GstImBytes *self, GstPad *pad, GstBuffer *buffer)
{
  GstImBytesState *state = &self->state;
  GstFlowReturn ret;

  state->was_handled = FALSE;
  ret = self->base_chain (pad, GST_OBJECT (self), buffer);
  if (state->was_handled)
    return ret;
  GST_OBJECT_LOCK (self);
  /* The request that it was to answer stays pending. */
  if (state->context.verdict == GST_IM_BYTES_TAKE_AS_ASKED)
    gst_im_bytes_select_request (&self->select, GST_CLOCK_TIME_NONE);
  if (ret == GST_FLOW_OK)
    self->stats.frames_skipped++;
  else
    self->stats.images_dropped++;
  GST_OBJECT_UNLOCK (self);
  return ret;
}

GstFlowReturn
gst_im_bytes_input_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstImBytes *self = GST_IM_BYTES (parent);
  GstImBytesContext *context = &self->state.context;
  GstFlowReturn ret = GST_FLOW_OK;
  gboolean is_shown, gap;

  sync_properties (self, buffer);
  context->settings = gst_im_bytes_get_settings (self);
  is_shown = find_running_time (self, buffer, &context->time);
  resend_tags (self, context->settings.direction);
  context->verdict = judge_frame (self, buffer, is_shown);
  if (context->verdict != GST_IM_BYTES_SKIP)
    return pass_on (self, pad, buffer);
  gap = skip_frame (self);
  /* The base class holds events back until the next frame. */
  if (self->state.events_waiting && !self->state.snapshot_done)
    ret = self->base_chain (pad, parent, gst_buffer_ref (buffer));
  if (gap && ret == GST_FLOW_OK)
    gst_im_bytes_output_gap (self, buffer);
  gst_buffer_unref (buffer);
  return ret;
}

static gboolean
is_held_back (GstEvent *event)
{
  return GST_EVENT_IS_SERIALIZED (event)
      && GST_EVENT_TYPE (event) != GST_EVENT_EOS
      && GST_EVENT_TYPE (event) != GST_EVENT_GAP
      && GST_EVENT_TYPE (event) != GST_EVENT_FLUSH_STOP;
}

/* With @time not valid it is for the next frame. */
static void
request_image (GstImBytes *self, GstClockTime time)
{
  GST_OBJECT_LOCK (self);
  gst_im_bytes_select_request (&self->select, time);
  GST_OBJECT_UNLOCK (self);
}

gboolean
gst_im_bytes_input_request_image (GstImBytes *self)
{
  GstImBytesClosed closed;
  gboolean is_playing;

  GST_OBJECT_LOCK (self);
  gst_im_bytes_select_request (&self->select, GST_CLOCK_TIME_NONE);
  closed = self->select.closed;
  is_playing = GST_STATE (self) == GST_STATE_PLAYING
      || GST_STATE_NEXT (self) == GST_STATE_PLAYING;
  GST_OBJECT_UNLOCK (self);
  if (closed == GST_IM_BYTES_OPEN && !is_playing)
    GST_INFO_OBJECT (self,
        "a request in %s: it stays pending until PLAYING, or a flushing seek, "
        "brings the next frame; last-image has the last",
        gst_element_state_get_name (GST_STATE (self)));
  if (closed == GST_IM_BYTES_CLOSED_BY_SNAPSHOT)
    gst_im_bytes_output_warn (self, GST_IM_BYTES_WARNING_REQUEST_REFUSED,
        "No further image: the snapshot was made. Set snapshot=false, or use "
        "on-request=true instead, for more than one.");
  else if (closed == GST_IM_BYTES_CLOSED_BY_EOS)
    gst_im_bytes_output_warn (self, GST_IM_BYTES_WARNING_REQUEST_REFUSED,
        "No further image: the stream has ended. The last one is still in "
        "last-image.");
  return closed == GST_IM_BYTES_OPEN;
}

static void
restart (GstImBytes *self)
{
  self->state.snapshot_done = FALSE;
  self->state.liveness = GST_IM_BYTES_LIVENESS_UNKNOWN;
  if (self->state.change != NULL)
    im_change_forget (self->state.change);
  GST_OBJECT_LOCK (self);
  gst_im_bytes_select_restart (&self->select);
  self->warned &= ~(guint) GST_IM_BYTES_WARNING_REQUEST_REFUSED;
  GST_OBJECT_UNLOCK (self);
}

gboolean
gst_im_bytes_input_flush (GstVideoEncoder *encoder)
{
  restart (GST_IM_BYTES (encoder));
  return TRUE;
}

static GstEvent *
take_tags (GstImBytes *self, GstEvent *event)
{
  GstVideoOrientationMethod direction =
      gst_im_bytes_get_settings (self).direction;
  GstImBytesState *state = &self->state;
  ImOrientation before = gst_im_bytes_orient_get (&state->orient, direction);
  ImOrientation after;
  GstTagList *list;

  gst_event_parse_tag (event, &list);
  gst_im_bytes_tags_merge (&state->tags, list);
  resend_tags (self, direction);
  event = gst_im_bytes_orient_take_tags (&state->orient, direction, event);
  after = gst_im_bytes_orient_get (&state->orient, direction);
  /* Another way up is another picture. */
  if (state->change != NULL
      && (before.transpose != after.transpose || before.flip_x != after.flip_x
          || before.flip_y != after.flip_y))
    im_change_forget (state->change);
  return event;
}

static GstEvent *
take_event (GstImBytes *self, GstEvent *event)
{
  GstClockTime time;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      /* Another stream, another snapshot. */
      restart (self);
      gst_im_bytes_tags_restart (&self->state.tags);
      gst_im_bytes_orient_clear (&self->state.orient);
      gst_im_bytes_output_end_warning (self,
          GST_IM_BYTES_WARNING_TAGS_TOO_LONG
              | GST_IM_BYTES_WARNING_TAGS_NOT_WRITTEN);
      return event;
    case GST_EVENT_TAG:
      return take_tags (self, event);
    case GST_EVENT_EOS:
      GST_OBJECT_LOCK (self);
      gst_im_bytes_select_close (&self->select, GST_IM_BYTES_CLOSED_BY_EOS);
      GST_OBJECT_UNLOCK (self);
      return event;
    default:
      if (gst_video_event_is_force_key_unit (event)
          && gst_video_event_parse_downstream_force_key_unit (event, NULL, NULL,
              &time, NULL, NULL))
        request_image (self, time);
      return event;
  }
}

gboolean
gst_im_bytes_input_sink_event (GstVideoEncoder *encoder, GstEvent *event)
{
  GstImBytes *self = GST_IM_BYTES (encoder);
  gboolean held_back = is_held_back (event);
  gboolean ret;

  event = take_event (self, event);
  /* Negotiation that waits for the first frame does not come to it where none
   * comes, and these have to have caps before them. */
  if ((GST_EVENT_TYPE (event) == GST_EVENT_EOS
          || GST_EVENT_TYPE (event) == GST_EVENT_GAP)
      && self->state.postponed
      && gst_im_bytes_negotiate_without_frame (self) != GST_FLOW_OK)
    GST_DEBUG_OBJECT (self, "%" GST_PTR_FORMAT " comes without caps", event);
  ret = gst_im_bytes_parent ()->sink_event (encoder, event);
  /* Events that are not serialized come from any thread. */
  if (held_back)
    self->state.events_waiting = TRUE;
  return ret;
}

/* The base class answers it with an event downstream, in front of the image. */
gboolean
gst_im_bytes_input_src_event (GstVideoEncoder *encoder, GstEvent *event)
{
  GstClockTime time;

  if (gst_video_event_is_force_key_unit (event)
      && gst_video_event_parse_upstream_force_key_unit (event, &time, NULL,
          NULL))
    request_image (GST_IM_BYTES (encoder), time);
  return gst_im_bytes_parent ()->src_event (encoder, event);
}
