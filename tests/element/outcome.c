/* imbytes tests: what comes of a pipeline that somebody wrote.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "outcome.h"

#include <string.h>

gchar *
outcome_text (GstMessage *message)
{
  GError *error;
  gchar *text;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  else
    gst_message_parse_warning (message, &error, NULL);
  text = g_strdup (error->message);
  g_error_free (error);
  return text;
}

static void
count (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  Outcome *outcome = user_data;
  GstCaps *caps = gst_pad_get_current_caps (pad);

  (void) sink;
  if (outcome->n_images++ == 0 && gst_buffer_get_size (buffer) > 0) {
    outcome->first = picture_decode (buffer);
    outcome->caps = gst_caps_to_string (caps);
  }
  outcome->last = GST_BUFFER_PTS (buffer);
  gst_caps_unref (caps);
}

Outcome
outcome_run (const gchar *file, const gchar *launch)
{
  gchar **parts = g_strsplit (launch, "FILE", -1);
  gchar *whole = g_strjoinv (file, parts);
  GstElement *pipeline = gst_parse_launch (whole, NULL), *sink;
  GstBus *bus = gst_element_get_bus (pipeline);
  Outcome outcome = { 0 };
  GstMessage *message;

  fail_unless (pipeline != NULL, "%s", whole);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  if (sink != NULL) {
    g_object_set (sink, "signal-handoffs", TRUE, "sync", FALSE, NULL);
    g_signal_connect (sink, "handoff", G_CALLBACK (count), &outcome);
  }
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (outcome.error == NULL
      && (message = gst_bus_timed_pop_filtered (bus, PATIENCE,
              GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING))
          != NULL) {
    gboolean end = GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;

    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
      outcome.error = outcome_text (message);
    else if (!end && outcome.warning == NULL)
      outcome.warning = outcome_text (message);
    gst_message_unref (message);
    if (end)
      break;
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_clear_object (&sink);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
  g_free (whole);
  g_strfreev (parts);
  return outcome;
}

void
outcome_clear (Outcome *outcome)
{
  if (outcome->n_images > 0)
    picture_clear (&outcome->first);
  g_free (outcome->error);
  g_free (outcome->warning);
  g_free (outcome->caps);
}

void
outcome_expect_images (const gchar *file, const gchar *launch, guint n,
    gint width, gint height)
{
  Outcome outcome = outcome_run (file, launch);

  fail_unless (outcome.error == NULL, "%s: %s", launch, outcome.error);
  fail_unless (outcome.warning == NULL, "%s: %s", launch, outcome.warning);
  fail_unless (n == OUTCOME_SOME ? outcome.n_images > 0 : outcome.n_images == n,
      "%s: %u images", launch, outcome.n_images);
  fail_unless (outcome.first.width == width && outcome.first.height == height,
      "%s: %dx%d", launch, outcome.first.width, outcome.first.height);
  outcome_clear (&outcome);
}

void
outcome_expect_message (const gchar *file, const gchar *launch,
    gboolean is_error, const gchar *words)
{
  Outcome outcome = outcome_run (file, launch);
  gchar **parts = g_strsplit (words, "|", -1);
  const gchar *at = is_error ? outcome.error : outcome.warning;

  fail_unless (at != NULL, "%s: no message", launch);
  for (gchar **part = parts; *part != NULL; part++) {
    const gchar *found = strstr (at, *part);

    fail_unless (found != NULL, "%s: not \"%s\" in: %s", launch, *part,
        is_error ? outcome.error : outcome.warning);
    at = found + strlen (*part);
  }
  g_strfreev (parts);
  outcome_clear (&outcome);
}
