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
  select->begin = GST_CLOCK_TIME_NONE;
  select->previous = GST_CLOCK_TIME_NONE;
  select->half = 0;
  select->no_clean = GST_CLOCK_TIME_NONE;
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
is_asked_for (const GstImBytesSelect *select, GstClockTime time)
{
  if (select->requested)
    return TRUE;
  for (guint i = 0; select->times != NULL && GST_CLOCK_TIME_IS_VALID (time)
       && i < select->times->len;
       i++)
    if (g_array_index (select->times, GstClockTime, i) <= time)
      return TRUE;
  return FALSE;
}

static void
answer_requests (GstImBytesSelect *select, GstClockTime time)
{
  select->requested = FALSE;
  if (select->times == NULL || !GST_CLOCK_TIME_IS_VALID (time))
    return;
  for (guint i = select->times->len; i > 0; i--)
    if (g_array_index (select->times, GstClockTime, i - 1) <= time)
      g_array_remove_index_fast (select->times, i - 1);
}

/* Measures how far it is from the frame before. */
static void
see_frame (GstImBytesSelect *select, GstClockTime interval, GstClockTime time)
{
  GstClockTime previous = select->previous;

  if (!GST_CLOCK_TIME_IS_VALID (time))
    return;
  if (!GST_CLOCK_TIME_IS_VALID (select->begin) || time < select->begin)
    select->begin = time;
  select->half = GST_CLOCK_TIME_IS_VALID (previous) && time > previous
      ? MIN (time - previous, interval) / 2
      : 0;
  select->previous = time;
}

/* Where a frame lies on the grid of intervals: half a frame later than it is, so
 * that one that is early by less than that counts for the interval which is about
 * to begin. */
static GstClockTime
place (const GstImBytesSelect *select, GstClockTime time)
{
  return time < GST_CLOCK_TIME_NONE - 1 - select->half ? time + select->half
                                                       : time;
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
  slot = place (select, time) / interval;
  last = select->last / interval;
  return slot > last || slot + 1 < last;
}

static gboolean
is_warm (const GstImBytesSelect *select, GstClockTime warm_up,
    GstClockTime time)
{
  return !GST_CLOCK_TIME_IS_VALID (time)
      || !GST_CLOCK_TIME_IS_VALID (select->begin)
      || time - select->begin >= warm_up;
}

/* Whether not every frame is wanted, so that a better one can be waited for. */
static gboolean
is_choosy (const GstImBytesRules *rules)
{
  return rules->interval > 0 || rules->on_request || rules->snapshot
      || rules->min_change > 0.0 || rules->min_detail > 0.0;
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
    const GstImBytesRules *rules, const GstImBytesMoment *moment)
{
  GstClockTime time = moment->time;
  gboolean asked = is_asked_for (select, time);

  see_frame (select, rules->interval, time);
  if (!is_warm (select, rules->warm_up, time)
      || (!asked
          && (rules->on_request || !is_due (select, rules->interval, time))))
    return GST_IM_BYTES_SKIP;
  if (moment->is_corrupted) {
    if (!GST_CLOCK_TIME_IS_VALID (select->no_clean))
      select->no_clean = time;
    return is_choosy (rules) ? GST_IM_BYTES_SKIP_CORRUPTED : GST_IM_BYTES_TAKE;
  }
  select->no_clean = GST_CLOCK_TIME_NONE;
  if (asked)
    return GST_IM_BYTES_TAKE_AS_ASKED;
  if (rules->min_change > 0.0
      && !has_waited (select, rules->max_interval, time))
    return GST_IM_BYTES_TAKE_IF_CHANGED;
  return GST_IM_BYTES_TAKE;
}

GstImBytesVerdict
gst_im_bytes_select_take (GstImBytesSelect *select,
    const GstImBytesMoment *moment, GstImBytesVerdict verdict)
{
  if (!moment->is_corrupted && is_asked_for (select, moment->time)) {
    answer_requests (select, moment->time);
    verdict = GST_IM_BYTES_TAKE_AS_ASKED;
  }
  if (GST_CLOCK_TIME_IS_VALID (moment->time))
    select->last = place (select, moment->time);
  return verdict;
}

GstClockTime
gst_im_bytes_select_waiting (const GstImBytesSelect *select, GstClockTime time)
{
  return GST_CLOCK_TIME_IS_VALID (select->no_clean)
          && GST_CLOCK_TIME_IS_VALID (time) && time > select->no_clean
      ? time - select->no_clean
      : 0;
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
