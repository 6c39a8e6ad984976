/* imbytes tests: the public surface that is seen while it runs.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "surface.h"

#include <string.h>

#define INPUT "video/x-raw,format=I420,width=64,height=48,framerate=30/1"

/* In words of our own: GStreamer's serialisation is not the same in every
 * version. */
static void
add_value (GString *text, const GValue *value)
{
  if (G_VALUE_HOLDS_INT (value))
    g_string_append_printf (text, "%d", g_value_get_int (value));
  else if (G_VALUE_HOLDS_BOOLEAN (value))
    g_string_append (text, g_value_get_boolean (value) ? "true" : "false");
  else if (G_VALUE_HOLDS_STRING (value))
    g_string_append (text, g_value_get_string (value));
  else if (GST_VALUE_HOLDS_FRACTION (value))
    g_string_append_printf (text, "%d/%d",
        gst_value_get_fraction_numerator (value),
        gst_value_get_fraction_denominator (value));
  else if (GST_VALUE_HOLDS_INT_RANGE (value))
    g_string_append_printf (text, "%d..%d", gst_value_get_int_range_min (value),
        gst_value_get_int_range_max (value));
  else if (GST_VALUE_HOLDS_FRACTION_RANGE (value)) {
    add_value (text, gst_value_get_fraction_range_min (value));
    g_string_append (text, "..");
    add_value (text, gst_value_get_fraction_range_max (value));
  } else if (GST_VALUE_HOLDS_LIST (value)) {
    for (guint i = 0; i < gst_value_list_get_size (value); i++) {
      g_string_append (text, i > 0 ? ", " : "");
      add_value (text, gst_value_list_get_value (value, i));
    }
  } else {
    fail ("a value of a type that the list does not know: %s",
        G_VALUE_TYPE_NAME (value));
  }
}

static gint
compare_fields (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar *const *) a, *(const gchar *const *) b);
}

void
surface_add_structure (GString *text, const gchar *where,
    const GstStructure *structure, gboolean values)
{
  gint n = gst_structure_n_fields (structure);
  const gchar **names = g_new (const gchar *, n);

  for (gint i = 0; i < n; i++)
    names[i] = gst_structure_nth_field_name (structure, i);
  qsort (names, n, sizeof (*names), compare_fields);
  for (gint i = 0; i < n; i++) {
    const GValue *value = gst_structure_get_value (structure, names[i]);

    g_string_append_printf (text, "%s: %s", where, names[i]);
    if (values) {
      g_string_append_c (text, '=');
      add_value (text, value);
    } else {
      g_string_append_printf (text, " (%s)", G_VALUE_TYPE_NAME (value));
    }
    g_string_append_c (text, '\n');
  }
  g_free (names);
}

/* The caps of images. */
static void
add_images (GString *text)
{
  static const struct
  {
    const gchar *what, *launch, *caps;
  } cases[] = { { "JPEG", "imbytes", INPUT },
    { "JPEG, gray", "imbytes",
        "video/x-raw,format=GRAY8,width=64,height=48,framerate=30/1" },
    { "JPEG, 4:2:2", "imbytes subsampling=4:2:2", INPUT },
    { "JPEG, 4:4:4", "imbytes subsampling=4:4:4", INPUT },
    { "JPEG, progressive", "imbytes progressive=true", INPUT },
    { "JPEG, pixels not square", "imbytes square-pixels=false",
        INPUT ",pixel-aspect-ratio=16/11" },
    { "JPEG, variable frame rate", "imbytes",
        "video/x-raw,format=I420,width=64,height=48,framerate=0/1,"
        "max-framerate=30/1" },
    { "PNG", "imbytes format=png", INPUT },
    { "PNG, pixels not square", "imbytes format=png square-pixels=false",
        INPUT ",pixel-aspect-ratio=16/11" },
    { "PNG, 16 bits", "imbytes format=png bit-depth=16", INPUT } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    Bench bench = bench_new (cases[i].launch, NULL, cases[i].caps);
    gchar *where = g_strdup_printf ("images %s", cases[i].what);
    GstCaps *caps;

    gst_buffer_unref (bench_push (&bench, frame_new_for_caps (cases[i].caps)));
    caps = gst_pad_get_current_caps (bench.harness->sinkpad);
    surface_add_structure (text, where, gst_caps_get_structure (caps, 0), TRUE);
    gst_caps_unref (caps);
    g_free (where);
    bench_clear (&bench);
  }
}

static void
add_stats_and_message (GString *text)
{
  Bench bench = bench_new ("imbytes post-messages=true", NULL, INPUT);
  GstStructure *stats;
  GstMessage *message;

  gst_buffer_unref (bench_push (&bench, frame_new_for_caps (INPUT)));
  g_object_get (bench.element, "stats", &stats, NULL);
  surface_add_structure (text, "stats", stats, FALSE);
  gst_structure_free (stats);
  message = bench_message (&bench, GST_MESSAGE_ELEMENT);
  fail_unless (message != NULL);
  g_string_append_printf (text, "message: %s\n",
      gst_structure_get_name (gst_message_get_structure (message)));
  surface_add_structure (text, "message", gst_message_get_structure (message),
      FALSE);
  gst_message_unref (message);
  bench_clear (&bench);
}

static const gchar *
name_of_code (const GError *error)
{
  static const struct
  {
    GQuark (*domain) (void);
    gint code;
    const gchar *name;
  } codes[] = {
    { gst_core_error_quark, GST_CORE_ERROR_NEGOTIATION, "CORE/NEGOTIATION" },
    { gst_library_error_quark, GST_LIBRARY_ERROR_SETTINGS, "LIBRARY/SETTINGS" },
    { gst_resource_error_quark, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
        "RESOURCE/NO_SPACE_LEFT" },
    { gst_stream_error_quark, GST_STREAM_ERROR_ENCODE, "STREAM/ENCODE" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (error->domain == codes[i].domain () && error->code == codes[i].code)
      return codes[i].name;
  fail ("%s is of a domain or code that the list does not know",
      error->message);
  return NULL;
}

static void
push_frame (Bench *bench)
{
  gst_harness_push (bench->harness, frame_new_for_caps (INPUT));
}

static void
push_short_frame (Bench *bench)
{
  GstBuffer *frame = frame_new_for_caps (INPUT);

  gst_buffer_set_size (frame, 10);
  gst_harness_push (bench->harness, frame);
}

static void
push_outside_region (Bench *bench)
{
  GstBuffer *frame = frame_new_for_caps (INPUT);

  gst_buffer_add_video_region_of_interest_meta (frame, "face", 1000, 0, 10, 10);
  gst_harness_push (bench->harness, frame);
}

static void
push_long_tags (Bench *bench)
{
  gchar *title = g_strnfill (70000, 'a');

  gst_harness_push_event (bench->harness,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_TITLE, title, NULL)));
  push_frame (bench);
  g_free (title);
}

static void
request_image (Bench *bench)
{
  gboolean accepted;

  g_signal_emit_by_name (bench->element, "request-image", &accepted);
  fail_if (accepted);
}

static void
request_after_snapshot (Bench *bench)
{
  push_frame (bench);
  request_image (bench);
}

static void
request_after_end (Bench *bench)
{
  push_frame (bench);
  gst_harness_push_event (bench->harness, gst_event_new_eos ());
  request_image (bench);
}

/* What each mishap is called; the words may change. */
static void
add_mishaps (GString *text)
{
  static const struct
  {
    GstMessageType type;
    const gchar *what, *launch, *downstream;
    void (*happen) (Bench *bench);
  } mishaps[] = {
    { GST_MESSAGE_ERROR, "larger than JPEG can be", "imbytes width=65501", NULL,
        push_frame },
    { GST_MESSAGE_ERROR, "properties and caps contradict", "imbytes width=100",
        "image/jpeg,width=50", push_frame },
    { GST_MESSAGE_ERROR, "no format that downstream takes",
        "imbytes format=png", "image/jpeg", push_frame },
    { GST_MESSAGE_WARNING, "short frame", "imbytes", NULL, push_short_frame },
    { GST_MESSAGE_WARNING, "larger than max-bytes", "imbytes max-bytes=1", NULL,
        push_frame },
    { GST_MESSAGE_WARNING, "region outside", "imbytes roi=crop", NULL,
        push_outside_region },
    { GST_MESSAGE_WARNING, "tags too long", "imbytes metadata=true", NULL,
        push_long_tags },
    { GST_MESSAGE_WARNING, "direction not known",
        "imbytes video-direction=custom", NULL, push_frame },
    { GST_MESSAGE_WARNING, "asked after a snapshot", "imbytes snapshot=true",
        NULL, request_after_snapshot },
    { GST_MESSAGE_WARNING, "asked after the end", "imbytes", NULL,
        request_after_end },
  };

  for (guint i = 0; i < G_N_ELEMENTS (mishaps); i++) {
    Bench bench = bench_new (mishaps[i].launch, mishaps[i].downstream, INPUT);
    GstMessage *message;
    GError *error = NULL;

    mishaps[i].happen (&bench);
    message = bench_message (&bench, mishaps[i].type);
    fail_unless (message != NULL, "%s", mishaps[i].what);
    if (mishaps[i].type == GST_MESSAGE_ERROR)
      gst_message_parse_error (message, &error, NULL);
    else
      gst_message_parse_warning (message, &error, NULL);
    g_string_append_printf (text, "%s, %s: %s\n",
        mishaps[i].type == GST_MESSAGE_ERROR ? "error" : "warning",
        mishaps[i].what, name_of_code (error));
    g_error_free (error);
    gst_message_unref (message);
    bench_clear (&bench);
  }
}

void
surface_add_running (GString *text)
{
  add_images (text);
  add_stats_and_message (text);
  add_mishaps (text);
}
