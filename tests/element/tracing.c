/* imbytes tests: what the element sends while a script is played to it, as text.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "tracing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_TIME (40 * GST_MSECOND)

typedef struct
{
  Bench bench;
  GString *text;
  gint width, height; /* of the caps */
} Trace;

static void
print_time (GString *text, const gchar *name, GstClockTime time)
{
  if (GST_CLOCK_TIME_IS_VALID (time))
    g_string_append_printf (text, " %s=%" G_GUINT64_FORMAT "ms", name,
        time / GST_MSECOND);
}

/* Of the bytes, so that another image shows. */
static guint32
hash_buffer (GstBuffer *buffer)
{
  guint32 hash = 2166136261u;
  GstMapInfo map;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  for (gsize i = 0; i < map.size; i++)
    hash = (hash ^ map.data[i]) * 16777619u;
  gst_buffer_unmap (buffer, &map);
  return hash;
}

static void
print_buffer (GString *text, GstBuffer *buffer)
{
  gpointer state = NULL;
  GstMeta *meta;

  g_string_append_printf (text, "  buffer %" G_GSIZE_FORMAT " %08x",
      gst_buffer_get_size (buffer), hash_buffer (buffer));
  print_time (text, "pts", GST_BUFFER_PTS (buffer));
  print_time (text, "dts", GST_BUFFER_DTS (buffer));
  print_time (text, "duration", GST_BUFFER_DURATION (buffer));
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT))
    g_string_append (text, " discont");
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT))
    g_string_append (text, " delta-unit");
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_CORRUPTED))
    g_string_append (text, " corrupted");
  while ((meta = gst_buffer_iterate_meta (buffer, &state)) != NULL)
    g_string_append_printf (text, " %s", g_type_name (meta->info->type));
  g_string_append_c (text, '\n');
}

static void
print_structure (GString *text, const gchar *what,
    const GstStructure *structure)
{
  gchar *printed = structure != NULL ? gst_structure_to_string (structure)
                                     : g_strdup ("");

  g_string_append_printf (text, "  %s %s\n", what, printed);
  g_free (printed);
}

static void
print_event (GString *text, GstEvent *event)
{
  GstClockTime time, duration;
  const GstSegment *segment;
  GstTagList *tags;
  GstCaps *caps;
  gchar *printed = NULL;

  g_string_append_printf (text, "  event %s", GST_EVENT_TYPE_NAME (event));
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      printed = gst_caps_to_string (caps);
      break;
    case GST_EVENT_TAG:
      gst_event_parse_tag (event, &tags);
      printed = gst_tag_list_to_string (tags);
      break;
    case GST_EVENT_SEGMENT:
      gst_event_parse_segment (event, &segment);
      print_time (text, "start", segment->start);
      break;
    case GST_EVENT_GAP:
      gst_event_parse_gap (event, &time, &duration);
      print_time (text, "at", time);
      print_time (text, "duration", duration);
      break;
    case GST_EVENT_CUSTOM_DOWNSTREAM:
      g_string_append_printf (text, " %s",
          gst_structure_get_name (gst_event_get_structure (event)));
      break;
    default:
      break;
  }
  g_string_append_printf (text, " %s\n", printed != NULL ? printed : "");
  g_free (printed);
}

static GstPadProbeReturn
on_sent (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GString *text = data;

  (void) pad;
  if (GST_IS_BUFFER (info->data))
    print_buffer (text, info->data);
  else
    print_event (text, info->data);
  return GST_PAD_PROBE_OK;
}

/* Times that were measured are no part of what is compared. */
static void
print_without_times (GString *text, const gchar *what,
    const GstStructure *structure)
{
  GstStructure *copy = gst_structure_copy (structure);

  gst_structure_remove_fields (copy, "encode-time", "last-encode-time",
      "average-encode-time", NULL);
  print_structure (text, what, copy);
  gst_structure_free (copy);
}

static void
print_messages (Trace *trace)
{
  GstMessage *message;

  while ((message = gst_bus_pop (trace->bench.bus)) != NULL) {
    GError *error = NULL;

    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
      gst_message_parse_error (message, &error, NULL);
    else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
      gst_message_parse_warning (message, &error, NULL);
    if (error != NULL)
      g_string_append_printf (trace->text, "  %s %s: %s\n",
          GST_MESSAGE_TYPE_NAME (message), g_quark_to_string (error->domain),
          error->message);
    else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT)
      print_without_times (trace->text, "message",
          gst_message_get_structure (message));
    else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_QOS)
      g_string_append (trace->text, "  qos\n");
    g_clear_error (&error);
    gst_message_unref (message);
  }
}

static void
add_crop (GstBuffer *frame, guint x, guint y, guint width, guint height)
{
  GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (frame);

  crop->x = x;
  crop->y = y;
  crop->width = width;
  crop->height = height;
}

static void
push_frame (Trace *trace, gchar kind, gint n)
{
  GstVideoInfo info =
      video_info (GST_VIDEO_FORMAT_I420, trace->width, trace->height);
  GstBuffer *frame = frame_new (&info);
  GstFlowReturn ret;

  frame_fill_noise (frame, &info, kind == 's' ? 7 : (guint32) n + 100);
  if (kind != '-')
    GST_BUFFER_PTS (frame) = (guint) n * FRAME_TIME;
  GST_BUFFER_DURATION (frame) = FRAME_TIME;
  if (kind == 'b')
    gst_buffer_set_size (frame, 10);
  if (kind == 'c')
    add_crop (frame, 4, 2, 32, 24);
  if (kind == 'x')
    add_crop (frame, 4000, 2, 32, 24);
  if (kind == 'k')
    GST_BUFFER_FLAG_SET (frame, GST_BUFFER_FLAG_CORRUPTED);
  if (kind == 'R') {
    gst_buffer_add_video_region_of_interest_meta (frame, "face", 4, 4, 16, 16);
    gst_buffer_add_video_region_of_interest_meta (frame, "car", 30, 20, 20, 10);
    gst_buffer_add_video_region_of_interest_meta (frame, "face", 4000, 4, 16,
        16);
  }
  ret = gst_harness_push (trace->bench.harness, frame);
  if (ret != GST_FLOW_OK)
    g_string_append_printf (trace->text, "  returned %s\n",
        gst_flow_get_name (ret));
}

static void
push_segment (Trace *trace, GstClockTime start)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = start;
  gst_harness_push_event (trace->bench.harness,
      gst_event_new_segment (&segment));
}

static void
push_caps (Trace *trace, const gchar *size)
{
  GstCaps *caps;

  fail_unless_equals_int (sscanf (size, "%dx%d", &trace->width, &trace->height),
      2);
  caps = gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, "I420",
      "width", G_TYPE_INT, trace->width, "height", G_TYPE_INT, trace->height,
      "framerate", GST_TYPE_FRACTION, 25, 1, NULL);
  gst_harness_push_event (trace->bench.harness, gst_event_new_caps (caps));
  gst_caps_unref (caps);
}

static void
set_property (Trace *trace, const gchar *word)
{
  gchar **parts = g_strsplit (word, "=", 2);

  gst_util_set_object_arg (G_OBJECT (trace->bench.element), parts[0], parts[1]);
  g_strfreev (parts);
}

static void
request_image (Trace *trace)
{
  gboolean accepted;

  g_signal_emit_by_name (trace->bench.element, "request-image", &accepted);
  g_string_append_printf (trace->text, "  %s\n",
      accepted ? "accepted" : "refused");
}

static void
print_last_image (Trace *trace)
{
  GstSample *sample;

  g_object_get (trace->bench.element, "last-image", &sample, NULL);
  if (sample != NULL)
    print_buffer (trace->text, gst_sample_get_buffer (sample));
  else
    g_string_append (trace->text, "  none\n");
  if (sample != NULL)
    gst_sample_unref (sample);
}

static void
push_event_step (Trace *trace, const gchar *word)
{
  GstHarness *harness = trace->bench.harness;
  GstTagList *tags;

  switch (word[0]) {
    case 'u':
      gst_harness_push_upstream_event (harness,
          gst_video_event_new_upstream_force_key_unit (word[1] != '\0'
                  ? (guint) atoi (word + 1) * FRAME_TIME
                  : GST_CLOCK_TIME_NONE,
              TRUE, 1));
      break;
    case 'd':
      gst_harness_push_event (harness,
          gst_video_event_new_downstream_force_key_unit (GST_CLOCK_TIME_NONE,
              GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE, TRUE, 1));
      break;
    case 'F':
      gst_harness_push_event (harness, gst_event_new_flush_start ());
      gst_harness_push_event (harness, gst_event_new_flush_stop (TRUE));
      push_segment (trace, 0);
      break;
    case 'S':
      push_segment (trace, (guint) atoi (word + 1) * FRAME_TIME);
      break;
    case 'N':
      gst_harness_push_event (harness, gst_event_new_stream_start ("again"));
      push_segment (trace, 0);
      break;
    case 'G':
      gst_harness_push_event (harness,
          gst_event_new_gap (50 * FRAME_TIME, FRAME_TIME));
      break;
    case 'E':
      gst_harness_push_event (harness, gst_event_new_eos ());
      break;
    case 't':
      tags = gst_tag_list_new_from_string (word + 1);
      fail_unless (tags != NULL, "%s", word);
      gst_harness_push_event (harness, gst_event_new_tag (tags));
      break;
    default:
      fail ("no step is called %s", word);
  }
}

static void
play (Trace *trace, const gchar *word)
{
  g_string_append_printf (trace->text, "%s\n", word);
  if (strchr ("fsbcxkR-", word[0]) != NULL)
    push_frame (trace, word[0], atoi (word + 1));
  else if (word[0] == 'r')
    request_image (trace);
  else if (word[0] == 'p')
    set_property (trace, word + 1);
  else if (word[0] == 'C')
    push_caps (trace, word + 1);
  else if (word[0] == 'D')
    gst_harness_set_sink_caps_str (trace->bench.harness, word + 1);
  else if (word[0] == 'L')
    print_last_image (trace);
  else
    push_event_step (trace, word);
  print_messages (trace);
}

gchar *
trace_run (const gchar *launch, const gchar *downstream, const gchar *script)
{
  gchar **words = g_strsplit (script, " ", -1);
  Trace trace = { .text = g_string_new (NULL) };
  GstStructure *stats;
  GstPad *pad;

  trace.bench = bench_new (launch, downstream, NULL);
  pad = gst_element_get_static_pad (trace.bench.element, "src");
  gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM
          | GST_PAD_PROBE_TYPE_EVENT_FLUSH,
      on_sent, trace.text, NULL);
  gst_harness_push_event (trace.bench.harness,
      gst_event_new_stream_start ("first"));
  push_caps (&trace, "64x48");
  push_segment (&trace, 0);
  print_messages (&trace);
  for (guint i = 0; words[i] != NULL; i++)
    play (&trace, words[i]);
  g_object_get (trace.bench.element, "stats", &stats, NULL);
  print_without_times (trace.text, "stats", stats);
  gst_structure_free (stats);
  gst_object_unref (pad);
  bench_clear (&trace.bench);
  g_strfreev (words);
  return g_string_free (trace.text, FALSE);
}
