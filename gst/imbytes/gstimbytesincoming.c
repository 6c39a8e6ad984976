/* imbytes: frames, events and requests as they come in.
 *
 * A frame that is not wanted never gets as far as the base class, which would
 * make a codec frame of it; it costs well under a microsecond.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytesprivate.h"

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
      || gst_im_bytes_regions_are_in (buffer,
          gst_im_bytes_settings_get_region_type (settings));
}

static GstImBytesVerdict
judge (GstImBytes *self, GstBuffer *buffer, gdouble *min_change)
{
  GstImBytesState *state = &self->state;
  gboolean shown = find_running_time (self, buffer, &state->time);
  GstImBytesVerdict verdict = GST_IM_BYTES_SKIP;

  GST_OBJECT_LOCK (self);
  self->stats.frames_in++;
  if (shown && !state->snapshot_done
      && has_what_is_shown (&self->settings, buffer))
    verdict = gst_im_bytes_select_frame (&self->select, &self->settings.rules,
        state->time);
  *min_change = self->settings.rules.min_change;
  GST_OBJECT_UNLOCK (self);
  return verdict;
}

/* Every frame that may become an image is looked at, so that the next can be
 * compared with it. One that cannot be read counts as changed: what is wrong
 * with it is said where it is encoded. */
static gdouble
find_change (GstImBytes *self, GstBuffer *buffer)
{
  GstImBytesState *state = &self->state;
  GstImBytesPicture picture;
  GstImBytesFrame mapped;
  gdouble difference = 1.0;
  ImError error;

  if (GST_VIDEO_INFO_FORMAT (&state->info) == GST_VIDEO_FORMAT_UNKNOWN
      || !gst_im_bytes_picture_from_buffer (&picture, &state->base,
          &state->info, buffer, NULL)
      || !gst_im_bytes_frame_map (&mapped, &state->info, &picture, buffer,
          NULL))
    return difference;
  if (!im_change_look (state->change, &mapped.image, picture.crop, &difference,
          &error))
    GST_WARNING_OBJECT (self, "taken as changed: %s", error.message);
  gst_im_bytes_frame_unmap (&mapped);
  return difference;
}

/* FALSE where it is skipped; *@gap then says whether downstream is to hear of
 * it. */
static gboolean
is_wanted (GstImBytes *self, GstBuffer *buffer, gboolean *gap)
{
  GstImBytesState *state = &self->state;
  gdouble min_change;

  state->verdict = judge (self, buffer, &min_change);
  if (min_change <= 0.0)
    im_change_forget (state->change);
  else if (state->verdict != GST_IM_BYTES_SKIP
      && find_change (self, buffer) < min_change
      && state->verdict == GST_IM_BYTES_TAKE_IF_CHANGED)
    state->verdict = GST_IM_BYTES_SKIP;
  if (state->verdict != GST_IM_BYTES_SKIP)
    return TRUE;
  GST_OBJECT_LOCK (self);
  self->stats.frames_skipped++;
  *gap = GST_CLOCK_TIME_IS_VALID (state->time) && !state->snapshot_done
      && gst_im_bytes_select_gap (&self->select, state->time);
  GST_OBJECT_UNLOCK (self);
  return FALSE;
}

void
gst_im_bytes_push_gap (GstImBytes *self, GstBuffer *buffer)
{
  gst_pad_push_event (GST_VIDEO_ENCODER_SRC_PAD (self),
      gst_event_new_gap (GST_BUFFER_PTS (buffer),
          GST_BUFFER_DURATION (buffer)));
}

static GstVideoOrientationMethod
get_direction (GstImBytes *self)
{
  GstVideoOrientationMethod direction;

  GST_OBJECT_LOCK (self);
  direction = self->settings.direction;
  GST_OBJECT_UNLOCK (self);
  return direction;
}

/* Whoever follows the orientation tag has to hear where it begins or ceases to
 * hold. */
static void
tell_tags_again (GstImBytes *self)
{
  static const GstTagScope scopes[] = { GST_TAG_SCOPE_GLOBAL,
    GST_TAG_SCOPE_STREAM };
  GstVideoOrientationMethod direction = get_direction (self);
  GstImBytesOrient *orient = &self->state.orient;

  for (guint i = 0; i < G_N_ELEMENTS (scopes); i++) {
    GstEvent *event =
        gst_im_bytes_orient_tell_again (orient, direction, scopes[i]);

    if (event == NULL)
      continue;
    GST_VIDEO_ENCODER_CLASS (gst_im_bytes_parent ())
        ->sink_event (GST_VIDEO_ENCODER (self), event);
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
  if (state->verdict == GST_IM_BYTES_TAKE_AS_ASKED)
    gst_im_bytes_request_again (self);
  GST_OBJECT_LOCK (self);
  if (ret == GST_FLOW_OK)
    self->stats.frames_skipped++;
  else
    self->stats.images_dropped++;
  GST_OBJECT_UNLOCK (self);
  return ret;
}

GstFlowReturn
gst_im_bytes_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstImBytes *self = GST_IM_BYTES (parent);
  GstFlowReturn ret = GST_FLOW_OK;
  gboolean gap;

  sync_properties (self, buffer);
  tell_tags_again (self);
  if (is_wanted (self, buffer, &gap))
    return pass_on (self, pad, buffer);
  /* The base class holds events back until the next frame. */
  if (self->state.events_waiting && !self->state.snapshot_done)
    ret = self->base_chain (pad, parent, gst_buffer_ref (buffer));
  if (gap && ret == GST_FLOW_OK)
    gst_im_bytes_push_gap (self, buffer);
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
  gboolean was_refused;

  GST_OBJECT_LOCK (self);
  gst_im_bytes_select_request (&self->select, GST_CLOCK_TIME_NONE);
  closed = self->select.closed;
  was_refused = self->select.was_refused;
  self->select.was_refused = closed != GST_IM_BYTES_OPEN;
  GST_OBJECT_UNLOCK (self);
  if (closed == GST_IM_BYTES_OPEN)
    return TRUE;
  if (was_refused)
    GST_DEBUG_OBJECT (self, "refused another request");
  else if (closed == GST_IM_BYTES_CLOSED_BY_SNAPSHOT)
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

static GstEvent *
take_tags (GstImBytes *self, GstEvent *event)
{
  GstVideoOrientationMethod direction = get_direction (self);
  GstImBytesState *state = &self->state;
  ImOrientation before = gst_im_bytes_orient_get (&state->orient, direction);
  ImOrientation after;
  GstTagList *list;

  gst_event_parse_tag (event, &list);
  gst_im_bytes_tags_merge (&state->tags, list);
  tell_tags_again (self);
  event = gst_im_bytes_orient_take_tags (&state->orient, direction, event);
  after = gst_im_bytes_orient_get (&state->orient, direction);
  /* Another way up is another picture. */
  if (state->change != NULL
      && (before.transpose != after.transpose || before.flip_x != after.flip_x
          || before.flip_y != after.flip_y))
    im_change_forget (state->change);
  return event;
}

/* Negotiation that waits for the first frame does not come to it where none
 * comes: what goes downstream now has to have caps before it. */
static void
agree_without_frame (GstImBytes *self)
{
  GstImBytesSettings settings = gst_im_bytes_get_settings (self);
  GstImBytesPicture picture = self->state.base;

  picture.orientation =
      gst_im_bytes_orient_get (&self->state.orient, settings.direction);
  if (gst_im_bytes_agree (self, &settings, &picture) != GST_FLOW_OK)
    GST_DEBUG_OBJECT (self, "the end, or a gap, comes without caps");
}

gboolean
gst_im_bytes_sink_event (GstVideoEncoder *encoder, GstEvent *event)
{
  GstImBytes *self = GST_IM_BYTES (encoder);
  gboolean held_back = is_held_back (event);
  GstClockTime time;
  gboolean ret;

  if (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START) {
    /* Another stream, another snapshot. */
    restart (self);
    gst_im_bytes_tags_restart (&self->state.tags);
    gst_im_bytes_orient_clear (&self->state.orient);
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_TAG) {
    event = take_tags (self, event);
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_EOS) {
    gst_im_bytes_close (self, GST_IM_BYTES_CLOSED_BY_EOS);
  } else if (gst_video_event_is_force_key_unit (event)
      && gst_video_event_parse_downstream_force_key_unit (event, NULL, NULL,
          &time, NULL, NULL)) {
    request (self, time);
  }
  if (self->state.postponed
      && (GST_EVENT_TYPE (event) == GST_EVENT_EOS
          || GST_EVENT_TYPE (event) == GST_EVENT_GAP))
    agree_without_frame (self);
  ret = GST_VIDEO_ENCODER_CLASS (gst_im_bytes_parent ())
            ->sink_event (encoder, event);
  /* Events that are not serialized come from any thread. */
  if (held_back)
    self->state.events_waiting = TRUE;
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
