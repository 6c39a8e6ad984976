/* imbytes tests: frames of which some become images.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "choosing.h"

GstBuffer *
frame_at (GstClockTime pts)
{
  GstBuffer *frame = frame_new_for_caps (INPUT);

  GST_BUFFER_PTS (frame) = pts;
  GST_BUFFER_DURATION (frame) = pts == NONE ? NONE : GST_SECOND / 30;
  return frame;
}

gboolean
gives (Bench *bench, GstClockTime pts)
{
  GstBuffer *image;

  fail_unless_equals_int (gst_harness_push (bench->harness, frame_at (pts)),
      GST_FLOW_OK);
  image = gst_harness_try_pull (bench->harness);
  if (image == NULL)
    return FALSE;
  fail_unless_equals_uint64 (GST_BUFFER_PTS (image), pts);
  gst_buffer_unref (image);
  fail_unless (gst_harness_try_pull (bench->harness) == NULL);
  return TRUE;
}

gboolean
request (Bench *bench)
{
  gboolean accepted = FALSE;

  g_signal_emit_by_name (bench->element, "request-image", &accepted);
  return accepted;
}

void
push_segment (Bench *bench, gdouble rate, GstClockTime start, GstClockTime stop,
    GstClockTime base)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.rate = rate;
  segment.start = start;
  segment.stop = stop;
  segment.time = start;
  segment.position = start;
  segment.base = base;
  fail_unless (gst_harness_push_event (bench->harness,
      gst_event_new_segment (&segment)));
}

guint
count_answers (Bench *bench, guint *gaps)
{
  GstEvent *event;
  guint n = 0;

  *gaps = 0;
  while ((event = gst_harness_try_pull_event (bench->harness)) != NULL) {
    n += GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_DOWNSTREAM
        && gst_video_event_is_force_key_unit (event);
    *gaps += GST_EVENT_TYPE (event) == GST_EVENT_GAP;
    gst_event_unref (event);
  }
  return n;
}
