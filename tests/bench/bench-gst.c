/* imbytes bench: GStreamer elements, in this process and on this thread.
 *
 *   frames=FILE caps=CAPS pipeline=DESCRIPTION
 *   elements=N   N of the pipelines at once, each with a thread that feeds it
 *   skips=1      images do not come for every frame
 *   regions=N    frames come with N regions of interest: 1, the largest square in
 *                the middle; more, squares of other sizes in every frame
 *
 * Frames are pushed from a pad into the elements and their output is taken by
 * another, so that nothing is measured but the elements: no clock, no queue, no
 * source, no sink. Frames are read-only memory that is not copied.
 *
 *   bench-gst --exists ELEMENT [PROPERTY]   status 0 where it is so
 *   bench-gst --version
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench.h"

#include <gst/gst.h>
#include <gst/video/video.h>
#include <stdlib.h>
#include <string.h>

/* An element that still has frames to give after so long has lost them. */
#define PATIENCE (30 * G_USEC_PER_SEC)

typedef struct
{
  const BenchFrames *frames;
  GstElement *bin;
  GstBus *bus;
  GstPad *source, *sink;
  bool skips;
  guint n_regions, width, height;

  guint64 first, pushed; /* frame that it starts with; how many since */
  GstClockTime frame_duration;

  GMutex lock;
  GCond arrived;
  guint64 received, bytes; /* under the lock, as all below */
  double last_arrival;
  GstBuffer *last;
} Stream;

typedef struct
{
  BenchFrames frames;
  Stream *streams;
  int n_streams;
} Bench;

typedef struct
{
  Stream *stream;
  BenchJob job;
  bool good;
} Feed;

static GstFlowReturn
take_image (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  Stream *stream = gst_pad_get_element_private (pad);

  (void) parent;
  g_mutex_lock (&stream->lock);
  stream->received++;
  stream->bytes += gst_buffer_get_size (buffer);
  stream->last_arrival = bench_seconds ();
  gst_buffer_replace (&stream->last, buffer);
  g_cond_signal (&stream->arrived);
  g_mutex_unlock (&stream->lock);
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static gboolean
take_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  (void) pad;
  (void) parent;
  gst_event_unref (event);
  return TRUE;
}

/* What the elements said went wrong, to stderr. */
static void
print_errors (Stream *stream)
{
  GstMessage *message;

  while ((message = gst_bus_pop_filtered (stream->bus, GST_MESSAGE_ERROR))) {
    GError *error = NULL;
    gchar *debug = NULL;

    gst_message_parse_error (message, &error, &debug);
    g_printerr ("%s (%s)\n", error->message, debug != NULL ? debug : "");
    g_clear_error (&error);
    g_free (debug);
    gst_message_unref (message);
  }
}

/* From an eighth to five eighths of the height. */
static void
add_regions (Stream *stream, GstBuffer *buffer)
{
  guint width = stream->width, height = stream->height;

  if (stream->n_regions == 1)
    gst_buffer_add_video_region_of_interest_meta (buffer, "middle",
        (width - height) / 2, 0, height, height);
  for (guint i = 0; i < stream->n_regions && stream->n_regions > 1; i++) {
    guint seed = (guint) stream->pushed * 31 + i * 17;
    guint size = height / 8 + seed * 7 % (height / 2);

    gst_buffer_add_video_region_of_interest_meta (buffer, "thing",
        seed * 13 % (width - size), seed * 5 % (height - size), size, size);
  }
}

static GstBuffer *
next_buffer (Stream *stream)
{
  const uint8_t *data =
      bench_frame (stream->frames, stream->first + stream->pushed);
  gsize size = stream->frames->frame_size;
  GstBuffer *buffer = gst_buffer_new_wrapped_full (GST_MEMORY_FLAG_READONLY,
      (gpointer) data, size, 0, size, NULL, NULL);

  GST_BUFFER_PTS (buffer) = stream->pushed * stream->frame_duration;
  GST_BUFFER_DURATION (buffer) = stream->frame_duration;
  add_regions (stream, buffer);
  stream->pushed++;
  return buffer;
}

static bool
push_one (Stream *stream)
{
  GstFlowReturn flow = gst_pad_push (stream->source, next_buffer (stream));

  if (flow == GST_FLOW_OK)
    return true;
  g_printerr ("a frame was refused: %s\n", gst_flow_get_name (flow));
  print_errors (stream);
  return false;
}

/* Until there is an image for every frame, for pipelines with queues. */
static bool
wait_for_images (Stream *stream)
{
  gint64 until = g_get_monotonic_time () + PATIENCE;
  bool good = true;

  g_mutex_lock (&stream->lock);
  while (good && !stream->skips && stream->received < stream->pushed)
    good = g_cond_wait_until (&stream->arrived, &stream->lock, until);
  g_mutex_unlock (&stream->lock);
  if (!good) {
    g_printerr ("no image came for some frames\n");
    print_errors (stream);
  }
  return good;
}

/* One frame in flight; how long until its image was there. */
static bool
push_and_time (Stream *stream, double *latency_us)
{
  double before = bench_seconds ();

  if (!push_one (stream) || !wait_for_images (stream))
    return false;
  g_mutex_lock (&stream->lock);
  *latency_us = (stream->last_arrival - before) * 1e6;
  g_mutex_unlock (&stream->lock);
  return true;
}

static bool
stream_run (Stream *stream, BenchJob *job)
{
  double start = bench_seconds ();
  guint64 bytes = stream->bytes;

  for (int i = 0; i < job->n_frames; i++) {
    bool good;

    if (job->period_us > 0)
      bench_sleep_until (start + (double) i * job->period_us * 1e-6);
    good = job->latency_us != NULL ? push_and_time (stream, &job->latency_us[i])
                                   : push_one (stream);
    if (!good)
      return false;
  }
  if (!wait_for_images (stream))
    return false;
  job->bytes = stream->bytes - bytes;
  return true;
}

static gpointer
feed_thread (gpointer data)
{
  Feed *feed = data;

  feed->good = stream_run (feed->stream, &feed->job);
  return NULL;
}

/* All streams at once; the frames are shared out evenly. */
static bool
bench_run_many (Bench *self, BenchJob *job)
{
  Feed *feeds = g_new0 (Feed, self->n_streams);
  GThread **threads = g_new0 (GThread *, self->n_streams);
  bool good = true;

  for (int i = 0; i < self->n_streams; i++) {
    feeds[i].stream = &self->streams[i];
    feeds[i].job.n_frames =
        (job->n_frames + self->n_streams - 1 - i) / self->n_streams;
    threads[i] = g_thread_new ("feed", feed_thread, &feeds[i]);
  }
  for (int i = 0; i < self->n_streams; i++) {
    g_thread_join (threads[i]);
    good = good && feeds[i].good;
    job->bytes += feeds[i].job.bytes;
  }
  g_free (threads);
  g_free (feeds);
  return good;
}

static bool
bench_run (void *data, BenchJob *job)
{
  Bench *self = data;

  if (self->n_streams == 1)
    return stream_run (&self->streams[0], job);
  if (job->latency_us != NULL) {
    g_printerr ("latency is measured with one element\n");
    return false;
  }
  return bench_run_many (self, job);
}

static bool
bench_save (void *data, const char *path)
{
  Bench *self = data;
  GstMapInfo map;
  bool written;

  if (self->streams[0].last == NULL
      || !gst_buffer_map (self->streams[0].last, &map, GST_MAP_READ))
    return false;
  written = bench_write_file (path, map.data, map.size);
  gst_buffer_unmap (self->streams[0].last, &map);
  return written;
}

static void
send_start (Stream *stream, GstCaps *caps)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (stream->source, gst_event_new_stream_start ("bench"));
  gst_pad_push_event (stream->source, gst_event_new_caps (caps));
  gst_pad_push_event (stream->source, gst_event_new_segment (&segment));
}

static void
link_pads (Stream *stream)
{
  GstPad *in = gst_element_get_static_pad (stream->bin, "sink");
  GstPad *out = gst_element_get_static_pad (stream->bin, "src");

  stream->source = gst_pad_new ("source", GST_PAD_SRC);
  stream->sink = gst_pad_new ("sink", GST_PAD_SINK);
  gst_pad_set_element_private (stream->sink, stream);
  gst_pad_set_chain_function (stream->sink, take_image);
  gst_pad_set_event_function (stream->sink, take_event);
  if (in == NULL || out == NULL
      || gst_pad_link (stream->source, in) != GST_PAD_LINK_OK
      || gst_pad_link (out, stream->sink) != GST_PAD_LINK_OK)
    bench_die ("the pipeline has no way in or out");
  gst_object_unref (in);
  gst_object_unref (out);
}

static void
stream_open (Stream *stream, const BenchFrames *frames, GstCaps *caps,
    const char *description, bool skips)
{
  GError *error = NULL;

  g_mutex_init (&stream->lock);
  g_cond_init (&stream->arrived);
  stream->frames = frames;
  stream->skips = skips;
  stream->frame_duration = GST_SECOND / 30;
  stream->bin = gst_parse_bin_from_description (description, TRUE, &error);
  if (error != NULL)
    bench_die ("%s: %s", description, error->message);
  gst_object_ref_sink (stream->bin);
  stream->bus = gst_bus_new ();
  gst_element_set_bus (stream->bin, stream->bus);
  link_pads (stream);
  gst_pad_set_active (stream->sink, TRUE);
  if (gst_element_set_state (stream->bin, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE)
    bench_die ("%s does not start", description);
  gst_pad_set_active (stream->source, TRUE);
  send_start (stream, caps);
}

static void
stream_close (Stream *stream)
{
  gst_pad_set_active (stream->source, FALSE);
  gst_element_set_state (stream->bin, GST_STATE_NULL);
  gst_pad_set_active (stream->sink, FALSE);
  gst_buffer_replace (&stream->last, NULL);
  gst_element_set_bus (stream->bin, NULL);
  gst_object_unref (stream->bus);
  gst_object_unref (stream->source);
  gst_object_unref (stream->sink);
  gst_object_unref (stream->bin);
  g_mutex_clear (&stream->lock);
  g_cond_clear (&stream->arrived);
}

static int
print_exists (int argc, char **argv)
{
  GstElement *element = gst_element_factory_make (argv[2], NULL);
  bool exists = element != NULL;

  if (exists && argc > 3)
    exists =
        g_object_class_find_property (G_OBJECT_GET_CLASS (element), argv[3])
        != NULL;
  gst_clear_object (&element);
  return exists ? 0 : 1;
}

static int
serve (int argc, char **argv)
{
  static const BenchContestant contestant = { bench_run, bench_save };
  GstCaps *caps = gst_caps_from_string (bench_arg (argc, argv, "caps", NULL));
  const char *pipeline = bench_arg (argc, argv, "pipeline", NULL);
  Bench self = { .n_streams = atoi (bench_arg (argc, argv, "elements", "1")) };
  GstVideoInfo info;
  int status;

  if (caps == NULL || !gst_video_info_from_caps (&info, caps))
    bench_die ("these are no caps of raw video");
  if (self.n_streams < 1)
    bench_die ("elements has to be at least 1");
  bench_frames_load (&self.frames, bench_arg (argc, argv, "frames", NULL),
      GST_VIDEO_INFO_SIZE (&info));
  self.streams = g_new0 (Stream, self.n_streams);
  for (int i = 0; i < self.n_streams; i++) {
    /* Each somewhere else, so that none reads what another just did. */
    self.streams[i].first =
        (guint64) i * (guint64) self.frames.n_frames / (guint64) self.n_streams;
    self.streams[i].n_regions =
        (guint) atoi (bench_arg (argc, argv, "regions", "0"));
    self.streams[i].width = (guint) GST_VIDEO_INFO_WIDTH (&info);
    self.streams[i].height = (guint) GST_VIDEO_INFO_HEIGHT (&info);
    stream_open (&self.streams[i], &self.frames, caps, pipeline,
        atoi (bench_arg (argc, argv, "skips", "0")) != 0);
  }
  status = bench_serve (&contestant, &self);
  for (int i = 0; i < self.n_streams; i++)
    stream_close (&self.streams[i]);
  g_free (self.streams);
  gst_caps_unref (caps);
  free (self.frames.data);
  return status;
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  if (argc > 2 && strcmp (argv[1], "--exists") == 0)
    return print_exists (argc, argv);
  if (argc > 1 && strcmp (argv[1], "--version") == 0) {
    gchar *version = gst_version_string ();

    g_print ("%s\n", version);
    g_free (version);
    return 0;
  }
  return serve (argc, argv);
}
