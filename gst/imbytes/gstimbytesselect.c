/* imbytes: which frames become images.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytesselect.h"

/* Sinks preroll on the first gap, and mixers wait for each input as far as gaps
 * tell them; queues in front of these hold a second or so. An event for every
 * frame would cost more than leaving the frame out does. */
#define GAP_INTERVAL (100 * GST_MSECOND)

/* Requests for times to come that are kept; the next frame answers further ones,
 * so that a flood of events takes neither memory nor time. */
#define MAX_TIMES 1024

void
gst_im_bytes_select_init (GstImBytesSelect *select)
{
  select->closed = GST_IM_BYTES_OPEN;
  select->requested = FALSE;
  select->times = NULL;
  gst_im_bytes_select_restart (select);
}

void
gst_im_bytes_select_clear (GstImBytesSelect *select)
{
  g_clear_pointer (&select->times, g_array_unref);
  gst_im_bytes_select_init (select);
}

void
gst_im_bytes_select_restart (GstImBytesSelect *select)
{
  select->closed = GST_IM_BYTES_OPEN;
  select->last = GST_CLOCK_TIME_NONE;
  select->last_image = GST_CLOCK_TIME_NONE;
  select->last_gap = GST_CLOCK_TIME_NONE;
}

void
gst_im_bytes_select_close (GstImBytesSelect *select, GstImBytesClosed why)
{
  if (select->closed == GST_IM_BYTES_OPEN)
    select->closed = why;
}

gboolean
gst_im_bytes_select_request (GstImBytesSelect *select, GstClockTime time)
{
  if (select->closed != GST_IM_BYTES_OPEN)
    return FALSE;
  if (!GST_CLOCK_TIME_IS_VALID (time)
      || (select->times != NULL && select->times->len >= MAX_TIMES)) {
    select->requested = TRUE;
    return TRUE;
  }
  if (select->times == NULL)
    select->times = g_array_new (FALSE, FALSE, sizeof (GstClockTime));
  g_array_append_val (select->times, time);
  return TRUE;
}

static gboolean
answers_request (GstImBytesSelect *select, GstClockTime time)
{
  gboolean answers = select->requested;

  select->requested = FALSE;
  if (select->times == NULL || !GST_CLOCK_TIME_IS_VALID (time))
    return answers;
  for (guint i = select->times->len; i > 0; i--) {
    if (g_array_index (select->times, GstClockTime, i - 1) <= time) {
      g_array_remove_index_fast (select->times, i - 1);
      answers = TRUE;
    }
  }
  return answers;
}

/* Intervals are slots of a grid that begins at running time 0, so that the phase
 * stays whatever is left out in between. Time that went back by more than jitter
 * (a new base, say) begins anew. */
static gboolean
is_due (const GstImBytesSelect *select, GstClockTime interval,
    GstClockTime time)
{
  GstClockTime slot, last;

  if (interval == 0 || !GST_CLOCK_TIME_IS_VALID (time)
      || !GST_CLOCK_TIME_IS_VALID (select->last))
    return TRUE;
  slot = time / interval;
  last = select->last / interval;
  return slot > last || slot + 1 < last;
}

static gboolean
has_waited (const GstImBytesSelect *select, GstClockTime max_interval,
    GstClockTime time)
{
  return !GST_CLOCK_TIME_IS_VALID (select->last_image)
      || !GST_CLOCK_TIME_IS_VALID (time) || time < select->last_image
      || (max_interval > 0 && time - select->last_image >= max_interval);
}

GstImBytesVerdict
gst_im_bytes_select_frame (GstImBytesSelect *select,
    const GstImBytesRules *rules, GstClockTime time)
{
  gboolean asked = answers_request (select, time);

  if (!asked && (rules->on_request || !is_due (select, rules->interval, time)))
    return GST_IM_BYTES_SKIP;
  if (GST_CLOCK_TIME_IS_VALID (time))
    select->last = time;
  if (asked)
    return GST_IM_BYTES_TAKE_AS_ASKED;
  if (rules->min_change > 0.0
      && !has_waited (select, rules->max_interval, time))
    return GST_IM_BYTES_TAKE_IF_CHANGED;
  return GST_IM_BYTES_TAKE;
}

void
gst_im_bytes_select_sent (GstImBytesSelect *select, GstClockTime time)
{
  select->last_image = time;
}

gboolean
gst_im_bytes_select_gap (GstImBytesSelect *select, GstClockTime time)
{
  if (GST_CLOCK_TIME_IS_VALID (select->last_gap) && time >= select->last_gap
      && time - select->last_gap < GAP_INTERVAL)
    return FALSE;
  select->last_gap = time;
  return TRUE;
}
