/* imbytes farm: a job -> its images, on this machine.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "images.h"

#include <gst/app/gstappsink.h>
#include <string.h>

/* As many wait for the store at most; the decoder then waits too. */
#define MAX_WAITING 4
/* Before that a video is as quickly decoded from its beginning. */
#define RESUME_AFTER (5 * GST_SECOND)
/* Decoded again before the image that has to come out the same. */
#define RUN_UP GST_SECOND
/* Sound often goes on after the pictures; more than that is missing. */
#define MISSING (3 * GST_SECOND)

typedef struct
{
  const Job *job;
  const ImagesMark *mark;
  const ImagesFunctions *functions;
  GstElement *pipeline;
  GstAppSink *sink;
  guint64 index;     /* of the next image */
  GstClockTime last; /* of the image before, or none */
  gint64 next_wait;
  gint frames; /* that have come, atomic */
  ImagesResult result;
  gchar *reason;
} Making;

static GstPadProbeReturn
on_frame (GstPad *pad, GstPadProbeInfo *info, gpointer frames)
{
  (void) pad, (void) info;
  g_atomic_int_inc ((gint *) frames);
  return GST_PAD_PROBE_OK;
}

static void
count_frames (Making *making, GstElement *images)
{
  GstPad *pad = gst_element_get_static_pad (images, "sink");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_frame, &making->frames,
      NULL);
  gst_object_unref (pad);
}

static gboolean
build (Making *making)
{
  const Job *job = making->job;
  /* Only video is decoded. The processors are busy with other jobs already. */
  gchar *description = g_strdup_printf (
      "uridecodebin name=source caps=video/x-raw(ANY) expose-all-streams=false "
      "! queue max-size-buffers=8 ! imbytes name=images n-threads=1 ! image/%s "
      "! appsink name=sink sync=false max-buffers=%d",
      job->format, MAX_WAITING);
  GError *error = NULL;
  GstElement *source, *images;

  making->index = 0;
  making->last = GST_CLOCK_TIME_NONE;
  making->result = IMAGES_FAILED;
  making->pipeline = gst_parse_launch_full (description, NULL,
      GST_PARSE_FLAG_FATAL_ERRORS, &error);
  g_free (description);
  if (making->pipeline == NULL) {
    making->reason = g_strdup (error->message);
    g_error_free (error);
    return FALSE;
  }
  g_clear_error (&error);
  source = gst_bin_get_by_name (GST_BIN (making->pipeline), "source");
  images = gst_bin_get_by_name (GST_BIN (making->pipeline), "images");
  making->sink =
      GST_APP_SINK (gst_bin_get_by_name (GST_BIN (making->pipeline), "sink"));
  g_object_set (source, "uri", job->uri, NULL);
  g_object_set (images, "interval", job->every, "width", job->width, "height",
      job->height, "quality", job->quality, NULL);
  count_frames (making, images);
  gst_object_unref (source);
  gst_object_unref (images);
  return TRUE;
}

static void
tear_down (Making *making)
{
  if (making->pipeline == NULL)
    return;
  gst_element_set_state (making->pipeline, GST_STATE_NULL);
  g_clear_pointer (&making->sink, gst_object_unref);
  g_clear_pointer (&making->pipeline, gst_object_unref);
}

/* GStreamer's own sentences do not say which part of the job was in vain. */
static gchar *
describe (GstMessage *message)
{
  GError *error = NULL;
  gchar *debug = NULL, *reason;

  gst_message_parse_error (message, &error, &debug);
  if (debug == NULL)
    debug = g_strdup ("");
  if (g_error_matches (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN)) {
    const gchar *what = strrchr (debug, '\n');

    if (strstr (debug, "(audio/") != NULL && strstr (debug, "(video/") == NULL)
      reason = g_strdup ("there is sound in it, and no video");
    else if (what != NULL && strstr (what, "Missing decoder") != NULL)
      reason = g_strdup_printf ("no video in it that can be decoded here. %s",
          what + 1);
    else
      reason = g_strdup (error->message);
  } else if (GST_OBJECT_FLAG_IS_SET (GST_MESSAGE_SRC (message),
                 GST_ELEMENT_FLAG_SOURCE)) {
    reason = g_strdup_printf ("it cannot be read: %s", error->message);
  } else {
    reason = g_strdup (error->message);
  }
  g_error_free (error);
  g_free (debug);
  return reason;
}

static gboolean
has_failed (Making *making)
{
  GstBus *bus = gst_element_get_bus (making->pipeline);
  GstMessage *message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);

  gst_object_unref (bus);
  if (message == NULL)
    return FALSE;
  making->result = IMAGES_FAILED;
  making->reason = describe (message);
  gst_message_unref (message);
  return TRUE;
}

static gboolean
set_state (Making *making, GstState state)
{
  if (gst_element_set_state (making->pipeline, state)
      != GST_STATE_CHANGE_FAILURE)
    return TRUE;
  if (!has_failed (making)) {
    making->result = IMAGES_FAILED;
    making->reason = g_strdup ("the pipeline does not start");
  }
  return FALSE;
}

static gboolean
wait_on (Making *making)
{
  const ImagesFunctions *functions = making->functions;

  making->next_wait =
      g_get_monotonic_time () + (gint64) (functions->patience / 1000);
  if (functions->on_wait (functions->data))
    return TRUE;
  making->result = IMAGES_STOPPED;
  return FALSE;
}

/* Since when nothing has come, as far as it is looked at; sources and decoders may
 * stand still without a word. */
typedef struct
{
  gint frames;
  gint64 since;
} Silence;

static gboolean
is_stuck (Making *making, Silence *silence)
{
  gint frames = g_atomic_int_get (&making->frames);
  gint64 now = g_get_monotonic_time ();

  if (silence->since == 0 || frames != silence->frames) {
    *silence = (Silence){ frames, now };
    return FALSE;
  }
  if (now - silence->since < (gint64) (making->functions->stall / 1000))
    return FALSE;
  making->result = IMAGES_FAILED;
  making->reason = g_strdup_printf ("no frame has come of it for %.1f s",
      (gdouble) making->functions->stall / GST_SECOND);
  return TRUE;
}

/* NULL at the end, whose kind is in the result then. */
static GstSample *
pull (Making *making, gboolean preroll)
{
  Silence silence = { 0 };

  for (;;) {
    GstClockTime patience = making->functions->patience;
    GstSample *sample = preroll
        ? gst_app_sink_try_pull_preroll (making->sink, patience)
        : gst_app_sink_try_pull_sample (making->sink, patience);

    if (sample != NULL)
      return sample;
    if (has_failed (making))
      return NULL;
    if (gst_app_sink_is_eos (making->sink)) {
      making->result = IMAGES_DONE;
      return NULL;
    }
    if (is_stuck (making, &silence) || !wait_on (making))
      return NULL;
  }
}

/* Times name images, and there are streams with two of the same time, or none. */
static GstClockTime
take_time (Making *making, GstSample *sample)
{
  GstClockTime time =
      gst_segment_to_stream_time (gst_sample_get_segment (sample),
          GST_FORMAT_TIME, GST_BUFFER_PTS (gst_sample_get_buffer (sample)));

  if (making->last != GST_CLOCK_TIME_NONE
      && (time == GST_CLOCK_TIME_NONE || time <= making->last))
    time = making->last + 1;
  else if (time == GST_CLOCK_TIME_NONE)
    time = 0;
  making->last = time;
  return time;
}

static GstClockTime
find_duration (Making *making)
{
  gint64 duration;

  return gst_element_query_duration (making->pipeline, GST_FORMAT_TIME,
             &duration)
      ? (GstClockTime) duration
      : GST_CLOCK_TIME_NONE;
}

static gboolean
hand_over (Making *making, GstSample *sample, const Image *base)
{
  const ImagesFunctions *functions = making->functions;
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  const GstStructure *caps =
      gst_caps_get_structure (gst_sample_get_caps (sample), 0);
  Image image = *base;
  gboolean go_on;
  GstMapInfo map;

  gst_structure_get_int (caps, "width", &image.width);
  gst_structure_get_int (caps, "height", &image.height);
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return FALSE;
  image.data = map.data;
  image.size = map.size;
  image.duration = find_duration (making);
  go_on = functions->on_image (functions->data, &image);
  gst_buffer_unmap (buffer, &map);
  return go_on;
}

/* The beginning of an interval that lies before that of the last image, where
 * intervals counted from there are the same as counted from 0. */
static GstClockTime
find_start (const Making *making)
{
  guint64 every = making->job->every;
  GstClockTime time = making->mark->time, back;

  if (making->mark->n == 0 || time < RESUME_AFTER)
    return GST_CLOCK_TIME_NONE;
  if (every == 0)
    return time - RUN_UP;
  back = MAX (RUN_UP / every * every, every);
  return time / every * every >= back ? time / every * every - back
                                      : GST_CLOCK_TIME_NONE;
}

/* Intervals are of running time, images are named by stream time. */
static gboolean
is_in_step (GstSample *sample, GstClockTime start)
{
  const GstSegment *segment = gst_sample_get_segment (sample);
  GstClockTime pts = GST_BUFFER_PTS (gst_sample_get_buffer (sample));

  return gst_segment_to_running_time (segment, GST_FORMAT_TIME, pts) + start
      == gst_segment_to_stream_time (segment, GST_FORMAT_TIME, pts);
}

static gboolean
is_marked (const Making *making, GstSample *sample)
{
  gboolean same = FALSE;
  GstMapInfo map;

  if (gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ)) {
    gchar *sum = job_sum_image (map.data, map.size);

    same = g_strcmp0 (sum, making->mark->sum) == 0;
    g_free (sum);
    gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
  }
  return same;
}

static gboolean
seek (Making *making, GstClockTime start)
{
  GstSample *sample;
  gboolean in_step;

  if (!set_state (making, GST_STATE_PAUSED))
    return FALSE;
  sample = pull (making, TRUE);
  if (sample == NULL)
    return FALSE;
  in_step = is_in_step (sample, 0);
  gst_sample_unref (sample);
  return in_step
      && gst_element_seek_simple (making->pipeline, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, start)
      && set_state (making, GST_STATE_PLAYING);
}

/* FALSE where the last image that is there does not come out again, to the byte: not
 * every container and decoder can be sought in that well. */
static gboolean
resume (Making *making)
{
  const ImagesMark *mark = making->mark;
  GstClockTime start = find_start (making);
  GstSample *sample;

  if (start == GST_CLOCK_TIME_NONE || !build (making) || !seek (making, start))
    return FALSE;
  while ((sample = pull (making, FALSE)) != NULL) {
    GstClockTime time = take_time (making, sample);
    gboolean found = time == mark->time && is_in_step (sample, start)
        && is_marked (making, sample);

    gst_sample_unref (sample);
    making->index = mark->n;
    if (time >= mark->time)
      return found;
  }
  return FALSE;
}

static gboolean
go_on_with (Making *making, GstSample *sample)
{
  Image image = { .index = making->index++,
    .time = take_time (making, sample) };

  if (image.index < making->mark->n)
    return g_get_monotonic_time () < making->next_wait || wait_on (making);
  if (hand_over (making, sample, &image))
    return TRUE;
  making->result = IMAGES_STOPPED;
  return FALSE;
}

static void
pull_all (Making *making)
{
  gboolean go_on = TRUE;

  while (go_on) {
    GstSample *sample = pull (making, FALSE);

    if (sample == NULL)
      return;
    go_on = go_on_with (making, sample);
    gst_sample_unref (sample);
  }
}

/* A demuxer takes a file that was cut off for one that has ended. */
static void
look_for_end (Making *making)
{
  GstClockTime end = making->last + making->job->every + MISSING;
  GstClockTime duration = find_duration (making);

  if (making->index == 0) {
    making->result = IMAGES_FAILED;
    making->reason = g_strdup ("there is no picture in it");
  } else if (duration != GST_CLOCK_TIME_NONE && duration > end) {
    making->reason = g_strdup_printf (
        "the last image is at %.1f s of %.1f; has it been cut off?",
        (gdouble) making->last / GST_SECOND, (gdouble) duration / GST_SECOND);
  }
}

/* Opening a pipe waits for somebody who writes to it, and a device is no video that
 * ends. What is not there is said by the source. */
static gboolean
is_odd_file (const gchar *uri)
{
  gchar *path = g_filename_from_uri (uri, NULL, NULL);
  gboolean odd = path != NULL && g_file_test (path, G_FILE_TEST_EXISTS)
      && !g_file_test (path, G_FILE_TEST_IS_REGULAR);

  g_free (path);
  return odd;
}

ImagesResult
images_make (const Job *job, const ImagesMark *mark,
    const ImagesFunctions *functions, gchar **reason)
{
  static const ImagesMark nothing;
  Making making = { .job = job,
    .mark = mark != NULL ? mark : &nothing,
    .functions = functions };
  gboolean ready;

  if (is_odd_file (job->uri)) {
    *reason = g_strdup ("it is no regular file");
    return IMAGES_FAILED;
  }
  ready = resume (&making);

  if (!ready && making.result != IMAGES_STOPPED) {
    tear_down (&making);
    g_clear_pointer (&making.reason, g_free);
    ready = build (&making) && set_state (&making, GST_STATE_PLAYING);
  }
  if (ready)
    pull_all (&making);
  if (ready && making.result == IMAGES_DONE)
    look_for_end (&making);
  tear_down (&making);
  *reason = making.reason;
  return making.result;
}
