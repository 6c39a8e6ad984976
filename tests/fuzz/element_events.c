/* imbytes fuzzing: events of upstream and downstream, and questions of both.
 *
 * Upstream keeps to the order of a stream, stream-start, caps, segment, frames;
 * what GStreamer says of one that does not is not looked at.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "element.h"

/* What was agreed on before says nothing of what comes now. */
static void
push (Fuzz *fuzz, GstEvent *event)
{
  fuzz->settled = FALSE;
  gst_harness_push_event (fuzz->harness, event);
}

static void
push_stream_start (Fuzz *fuzz)
{
  push (fuzz, gst_event_new_stream_start ("fuzz"));
  fuzz->started = TRUE;
  fuzz->ended = FALSE;
}

/* Any that gst_segment_to_running_time () does not refuse: from start to stop,
 * and what is left out at one end lies within. */
static void
take_segment (GstSegment *segment, FuzzBytes *bytes)
{
  static const gdouble rates[] = { 1.0, -1.0, 0.5, -2.0, 1000.0, -1e-3, 1e9 };
  guint64 length = fuzz_take_odd (bytes);

  segment->rate = rates[fuzz_take (bytes, G_N_ELEMENTS (rates))];
  segment->applied_rate = rates[fuzz_take (bytes, G_N_ELEMENTS (rates))];
  segment->start = fuzz_take_time (bytes);
  if (!GST_CLOCK_TIME_IS_VALID (segment->start))
    segment->start = 0;
  if (fuzz_one_in (bytes, 3))
    length = fuzz_take (bytes, 64) * 10 * GST_MSECOND;
  if (length < G_MAXUINT64 - 1 - segment->start)
    segment->stop = segment->start + length;
  if (fuzz_one_in (bytes, 4) && length < G_MAXUINT64)
    segment->offset = fuzz_take_odd (bytes) % (length + 1);
  segment->base = fuzz_take_time (bytes);
  if (!GST_CLOCK_TIME_IS_VALID (segment->base))
    segment->base = 0;
  segment->time = fuzz_take_time (bytes);
  segment->position = segment->start;
  segment->flags = (GstSegmentFlags) fuzz_take (bytes, 1024);
}

static void
push_segment (Fuzz *fuzz)
{
  static const GstFormat formats[] = { GST_FORMAT_BYTES, GST_FORMAT_DEFAULT,
    GST_FORMAT_PERCENT, GST_FORMAT_BUFFERS };
  FuzzBytes *bytes = &fuzz->bytes;
  GstSegment segment;

  gst_segment_init (&segment,
      fuzz_one_in (bytes, 32) ? formats[fuzz_take (bytes, 4)]
                              : GST_FORMAT_TIME);
  if (fuzz_one_in (bytes, 8))
    take_segment (&segment, bytes);
  push (fuzz, gst_event_new_segment (&segment));
  fuzz->has_segment = TRUE;
}

static gboolean
has_sticky (GstPad *pad, GstEventType type)
{
  GstEvent *event = gst_pad_get_sticky_event (pad, type, 0);
  gboolean has = event != NULL;

  gst_clear_event (&event);
  return has;
}

void
fuzz_push_caps (Fuzz *fuzz)
{
  GstPad *pad = fuzz->harness->srcpad;
  GstCaps *caps;

  /* After a segment without caps they would be out of order. */
  if (has_sticky (pad, GST_EVENT_SEGMENT) && !has_sticky (pad, GST_EVENT_CAPS))
    return;
  if (!fuzz->started)
    push_stream_start (fuzz);
  caps = fuzz_take_sink_caps (&fuzz->bytes, &fuzz->info);
  push (fuzz, gst_event_new_caps (caps));
  fuzz->has_caps = TRUE;
  gst_caps_unref (caps);
}

void
fuzz_begin_stream (Fuzz *fuzz)
{
  if (!fuzz->started)
    push_stream_start (fuzz);
  if (!fuzz->has_caps && !fuzz_one_in (&fuzz->bytes, 32))
    fuzz_push_caps (fuzz);
  if (!fuzz->has_segment)
    push_segment (fuzz);
}

void
fuzz_flush (Fuzz *fuzz)
{
  if (!fuzz->flushing && !fuzz_one_in (&fuzz->bytes, 16)) {
    push (fuzz, gst_event_new_flush_start ());
    fuzz->flushing = TRUE;
  }
  fuzz->all_counted = fuzz->all_taken = FALSE;
  if (fuzz_one_in (&fuzz->bytes, 4))
    return;
  push (fuzz, gst_event_new_flush_stop (!fuzz_one_in (&fuzz->bytes, 4)));
  fuzz->flushing = FALSE;
  fuzz->has_segment = FALSE;
  fuzz->ended = FALSE;
}

static GstEvent *
new_custom (GstEventType type, FuzzBytes *bytes)
{
  static const gchar *const names[] = { "GstForceKeyUnit", "nonsense",
    "GstNavigation", "still-frame" };
  GstStructure *structure =
      gst_structure_new_empty (names[fuzz_take (bytes, G_N_ELEMENTS (names))]);

  fuzz_take_fields (structure, bytes);
  return gst_event_new_custom (type, structure);
}

void
fuzz_push_event (Fuzz *fuzz)
{
  FuzzBytes *bytes = &fuzz->bytes;
  guint kind = fuzz_take (bytes, 12);

  if (kind == 0) {
    push_stream_start (fuzz);
    return;
  }
  if (!fuzz->started)
    push_stream_start (fuzz);
  if (kind != 1)
    fuzz_begin_stream (fuzz);
  switch (kind) {
    case 1:
    case 2:
      push_segment (fuzz);
      break;
    case 3:
      push (fuzz,
          gst_event_new_gap (fuzz_take (bytes, 100) * GST_MSECOND,
              fuzz_take_time (bytes)));
      break;
    case 4:
      push (fuzz, gst_event_new_eos ());
      fuzz->ended = TRUE;
      break;
    case 5:
      push (fuzz,
          gst_video_event_new_downstream_force_key_unit (fuzz_take_time (bytes),
              fuzz_take_time (bytes), fuzz_take_time (bytes),
              fuzz_one_in (bytes, 2), fuzz_take (bytes, 5)));
      break;
    case 6:
      push (fuzz, new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, bytes));
      break;
    case 7:
      push (fuzz, new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_STICKY, bytes));
      break;
    case 8:
      push (fuzz, new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_OOB, bytes));
      break;
    case 9:
      push (fuzz, gst_event_new_segment_done (GST_FORMAT_TIME, 0));
      break;
    default:
      push (fuzz, gst_event_new_tag (fuzz_take_tags (bytes)));
      break;
  }
}

void
fuzz_push_upstream_event (Fuzz *fuzz)
{
  FuzzBytes *bytes = &fuzz->bytes;
  GstEvent *event;

  fuzz->settled = FALSE;
  switch (fuzz_take (bytes, 6)) {
    case 0:
      event = gst_event_new_reconfigure ();
      break;
    case 1:
      event = gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW,
          fuzz_take (bytes, 300) / 100.0,
          (GstClockTimeDiff) fuzz_take_bits (bytes, 30),
          fuzz_take (bytes, 100) * 20 * GST_MSECOND);
      break;
    case 2:
      event = new_custom (GST_EVENT_CUSTOM_UPSTREAM, bytes);
      break;
    case 3:
      event = gst_event_new_seek (1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
          GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, 0);
      break;
    default:
      event =
          gst_video_event_new_upstream_force_key_unit (fuzz_take_time (bytes),
              fuzz_one_in (bytes, 2), fuzz_take (bytes, 5));
      break;
  }
  gst_harness_push_upstream_event (fuzz->harness, event);
}

static void
ask_caps (Fuzz *fuzz)
{
  GstPad *pad = fuzz->harness->srcpad;
  GstVideoInfo ignored;
  GstCaps *caps = fuzz_take_sink_caps (&fuzz->bytes, &ignored), *answer;

  if (fuzz_one_in (&fuzz->bytes, 2)) {
    gst_pad_peer_query_accept_caps (pad, caps);
  } else {
    answer = gst_pad_peer_query_caps (pad,
        fuzz_one_in (&fuzz->bytes, 2) ? caps : NULL);
    gst_clear_caps (&answer);
  }
  gst_caps_unref (caps);
}

/* With caps of any kind, and a pool of what is proposed. */
static void
ask_allocation (Fuzz *fuzz)
{
  GstVideoInfo info;
  GstCaps *caps = fuzz_one_in (&fuzz->bytes, 16)
      ? NULL
      : fuzz_take_sink_caps (&fuzz->bytes, &info);
  GstQuery *query =
      gst_query_new_allocation (caps, fuzz_one_in (&fuzz->bytes, 2));

  gst_pad_peer_query (fuzz->harness->srcpad, query);
  gst_query_unref (query);
  gst_clear_caps (&caps);
}

void
fuzz_ask (Fuzz *fuzz)
{
  GstPad *pad = fuzz->harness->sinkpad;
  GstQuery *query = NULL;

  switch (fuzz_take (&fuzz->bytes, 8)) {
    case 0:
      query = gst_query_new_latency ();
      break;
    case 1:
      query = gst_query_new_position (GST_FORMAT_TIME);
      break;
    case 2:
      query = gst_query_new_convert (GST_FORMAT_BYTES, 1000, GST_FORMAT_TIME);
      break;
    case 3:
      query = gst_query_new_duration (GST_FORMAT_TIME);
      break;
    case 4:
      query = gst_query_new_custom (GST_QUERY_CUSTOM,
          gst_structure_new_empty ("nonsense"));
      break;
    case 5:
      ask_allocation (fuzz);
      return;
    default:
      ask_caps (fuzz);
      return;
  }
  gst_pad_peer_query (pad, query);
  gst_query_unref (query);
}
