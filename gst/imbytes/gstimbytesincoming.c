/* imbytes: frames, events and requests as they come in.
 *
 * A frame that is not wanted never gets as far as the base class, which would
 * make a codec frame of it; it costs well under a microsecond.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytesprivate.h"

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
  if (GST_BUFFER_DURATION_IS_VALID (buffer))
    stop = start + GST_BUFFER_DURATION (buffer);
  if (!gst_segment_clip (segment, GST_FORMAT_TIME, start, stop, &start, &stop))
    return FALSE;
  /* Backwards, a frame is shown from its end on. */
  if (segment->rate < 0.0 && GST_CLOCK_TIME_IS_VALID (stop))
    start = stop;
  *time = gst_segment_to_running_time (segment, GST_FORMAT_TIME, start);
  return TRUE;
}

static GstImBytesVerdict
judge (GstImBytes *self, GstBuffer *buffer, GstClockTime *time, gboolean *gap)
{
  gboolean shown = find_running_time (self, buffer, time);
  GstImBytesVerdict verdict = GST_IM_BYTES_SKIP;

  GST_OBJECT_LOCK (self);
  self->stats.frames_in++;
  if (shown && !self->state.snapshot_done)
    verdict =
        gst_im_bytes_select_frame (&self->select, &self->settings.rules, *time);
  if (verdict == GST_IM_BYTES_SKIP)
    self->stats.frames_skipped++;
  *gap = verdict == GST_IM_BYTES_SKIP && GST_CLOCK_TIME_IS_VALID (*time)
      && !self->state.snapshot_done
      && gst_im_bytes_select_gap (&self->select, *time);
  GST_OBJECT_UNLOCK (self);
  return verdict;
}

void
gst_im_bytes_push_gap (GstImBytes *self, GstBuffer *buffer)
{
  gst_pad_push_event (GST_VIDEO_ENCODER_SRC_PAD (self),
      gst_event_new_gap (GST_BUFFER_PTS (buffer),
          GST_BUFFER_DURATION (buffer)));
}

GstFlowReturn
gst_im_bytes_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstImBytes *self = GST_IM_BYTES (parent);
  GstImBytesState *state = &self->state;
  gboolean gap;

  state->verdict = judge (self, buffer, &state->time, &gap);
  /* The base class holds events back until the next frame. */
  if (state->verdict != GST_IM_BYTES_SKIP
      || (state->events_waiting && !state->snapshot_done)) {
    GstFlowReturn ret;

    if (state->verdict == GST_IM_BYTES_SKIP)
      gst_buffer_ref (buffer);
    ret = self->base_chain (pad, parent, buffer);
    if (state->verdict != GST_IM_BYTES_SKIP)
      return ret;
    if (ret != GST_FLOW_OK)
      gap = FALSE;
  }
  if (gap)
    gst_im_bytes_push_gap (self, buffer);
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static gboolean
is_held_back (GstEvent *event)
{
  return GST_EVENT_IS_SERIALIZED (event)
      && GST_EVENT_TYPE (event) != GST_EVENT_EOS
      && GST_EVENT_TYPE (event) != GST_EVENT_GAP
      && GST_EVENT_TYPE (event) != GST_EVENT_FLUSH_STOP;
}

/* With TIME not valid it is for the next frame. */
static gboolean
request (GstImBytes *self, GstClockTime time)
{
  gboolean accepted;

  GST_OBJECT_LOCK (self);
  accepted = gst_im_bytes_select_request (&self->select, time);
  GST_OBJECT_UNLOCK (self);
  return accepted;
}

gboolean
gst_im_bytes_request_image (GstImBytes *self)
{
  GstImBytesClosed closed;

  if (request (self, GST_CLOCK_TIME_NONE))
    return TRUE;
  GST_OBJECT_LOCK (self);
  closed = self->select.closed;
  GST_OBJECT_UNLOCK (self);
  if (closed == GST_IM_BYTES_CLOSED_BY_SNAPSHOT)
    GST_ELEMENT_WARNING (self, STREAM, ENCODE,
        ("No further image: the snapshot was made. Set snapshot=false, or use "
         "on-request=true instead, for more than one."),
        (NULL));
  else
    GST_ELEMENT_WARNING (self, STREAM, ENCODE,
        ("No further image: the stream has ended. The last one is still in "
         "last-image."),
        (NULL));
  return FALSE;
}

void
gst_im_bytes_request_again (GstImBytes *self)
{
  request (self, GST_CLOCK_TIME_NONE);
}

void
gst_im_bytes_close (GstImBytes *self, GstImBytesClosed why)
{
  GST_OBJECT_LOCK (self);
  if (self->select.closed == GST_IM_BYTES_OPEN)
    self->select.closed = why;
  GST_OBJECT_UNLOCK (self);
}

static void
restart (GstImBytes *self)
{
  self->state.snapshot_done = FALSE;
  if (self->state.change != NULL)
    im_change_forget (self->state.change);
  GST_OBJECT_LOCK (self);
  gst_im_bytes_select_restart (&self->select);
  GST_OBJECT_UNLOCK (self);
}

gboolean
gst_im_bytes_flush (GstVideoEncoder *encoder)
{
  restart (GST_IM_BYTES (encoder));
  return TRUE;
}

gboolean
gst_im_bytes_sink_event (GstVideoEncoder *encoder, GstEvent *event)
{
  GstImBytes *self = GST_IM_BYTES (encoder);
  gboolean held_back = is_held_back (event);
  GstClockTime time;
  gboolean ret;

  if (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START)
    /* Another stream, another snapshot. */
    restart (self);
  else if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    gst_im_bytes_close (self, GST_IM_BYTES_CLOSED_BY_EOS);
  else if (gst_video_event_is_force_key_unit (event)
      && gst_video_event_parse_downstream_force_key_unit (event, NULL, NULL,
          &time, NULL, NULL))
    request (self, time);
  ret = GST_VIDEO_ENCODER_CLASS (gst_im_bytes_parent ())
            ->sink_event (encoder, event);
  self->state.events_waiting |= held_back;
  return ret;
}

/* The base class answers it with an event downstream, in front of the image. */
gboolean
gst_im_bytes_src_event (GstVideoEncoder *encoder, GstEvent *event)
{
  GstClockTime time;

  if (gst_video_event_is_force_key_unit (event)
      && gst_video_event_parse_upstream_force_key_unit (event, &time, NULL,
          NULL))
    request (GST_IM_BYTES (encoder), time);
  return GST_VIDEO_ENCODER_CLASS (gst_im_bytes_parent ())
      ->src_event (encoder, event);
}
