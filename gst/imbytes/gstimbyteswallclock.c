/* imbytes: the time of day at which a live source captured a frame.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbyteswallclock.h"

/* Asked once for a stream: what is upstream does not turn live in between. */
static gboolean
is_live (GstImBytes *self)
{
  GstImBytesState *state = &self->state;
  GstPad *pad = GST_VIDEO_ENCODER_SINK_PAD (self);
  GstQuery *query;
  gboolean live;

  if (state->liveness != GST_IM_BYTES_LIVENESS_UNKNOWN)
    return state->liveness == GST_IM_BYTES_LIVENESS_LIVE;
  query = gst_query_new_latency ();
  if (gst_pad_peer_query (pad, query)) {
    gst_query_parse_latency (query, &live, NULL, NULL);
    state->liveness = live ? GST_IM_BYTES_LIVENESS_LIVE
                           : GST_IM_BYTES_LIVENESS_NOT_LIVE;
  }
  gst_query_unref (query);
  return state->liveness == GST_IM_BYTES_LIVENESS_LIVE;
}

gint64
gst_im_bytes_wall_clock (GstImBytes *self, GstClockTime time)
{
  GstElement *element = GST_ELEMENT (self);
  GstClockTime base = gst_element_get_base_time (element);
  GstClock *clock;
  GstClockTimeDiff age;

  if (!GST_CLOCK_TIME_IS_VALID (time) || !GST_CLOCK_TIME_IS_VALID (base)
      || !is_live (self))
    return GST_IM_BYTES_TAGS_NO_TIME;
  clock = gst_element_get_clock (element);
  if (clock == NULL)
    return GST_IM_BYTES_TAGS_NO_TIME;
  age =
      GST_CLOCK_DIFF (time, GST_CLOCK_DIFF (base, gst_clock_get_time (clock)));
  gst_object_unref (clock);
  return g_get_real_time () - age / (gint64) GST_USECOND;
}
