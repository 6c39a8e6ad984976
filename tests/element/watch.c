/* imbytes tests: looks at all that an element takes and gives, as it flows.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "watch.h"

struct _Watch
{
  GstElement *element;
  GstPad *sink, *src;
  gulong on_sink, on_src;

  GMutex lock;
  guint n_frames, n_images;
  /* What has gone downstream since the pad was activated or flushed. */
  gboolean stream_start, caps, segment, eos;
};

/* A pad that is activated anew has no sticky events. */
static void
forget_events (Watch *watch)
{
  watch->stream_start = watch->caps = watch->segment = watch->eos = FALSE;
}

static void
look_at_event (Watch *watch, GstEvent *event)
{
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      watch->stream_start = TRUE;
      watch->eos = FALSE;
      break;
    case GST_EVENT_CAPS:
      fail_unless (watch->stream_start, "caps come before stream-start");
      watch->caps = TRUE;
      break;
    case GST_EVENT_SEGMENT:
      fail_unless (watch->stream_start, "a segment comes before stream-start");
      /* A stream without any frame has no caps where these wait for it. */
      watch->segment = watch->caps;
      break;
    case GST_EVENT_EOS:
      watch->eos = TRUE;
      break;
    case GST_EVENT_FLUSH_STOP:
      watch->segment = watch->eos = FALSE;
      break;
    default:
      break;
  }
}

static void
look_at_image (Watch *watch, GstBuffer *buffer)
{
  GstCaps *caps = gst_pad_get_current_caps (watch->src);
  GstStructure *structure;
  Picture picture;
  gint width, height;

  fail_unless (watch->stream_start, "an image comes before stream-start");
  fail_unless (watch->caps, "an image comes before caps");
  fail_unless (watch->segment, "an image comes before a segment behind caps");
  fail_if (watch->eos, "an image comes after the end of the stream");
  fail_unless (caps != NULL);
  structure = gst_caps_get_structure (caps, 0);
  fail_unless (gst_structure_get_int (structure, "width", &width)
      && gst_structure_get_int (structure, "height", &height));
  picture = picture_decode (buffer);
  fail_unless_equals_int (picture.width, width);
  fail_unless_equals_int (picture.height, height);
  picture_clear (&picture);
  gst_caps_unref (caps);
  watch->n_images++;
}

static GstPadProbeReturn
on_src (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Watch *watch = user_data;

  (void) pad;
  g_mutex_lock (&watch->lock);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    look_at_image (watch, GST_PAD_PROBE_INFO_BUFFER (info));
  else
    look_at_event (watch, GST_PAD_PROBE_INFO_EVENT (info));
  g_mutex_unlock (&watch->lock);
  return GST_PAD_PROBE_OK;
}

static gboolean
was_sent (Watch *watch, GstEventType type)
{
  GstEvent *event = gst_pad_get_sticky_event (watch->src, type, 0);
  gboolean found = event != NULL;

  g_clear_pointer (&event, gst_event_unref);
  return found;
}

/* Where nothing was sent yet, the element was started anew. */
static GstPadProbeReturn
on_sink (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Watch *watch = user_data;

  (void) pad;
  g_mutex_lock (&watch->lock);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    watch->n_frames++;
  else if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info))
          == GST_EVENT_STREAM_START
      && !was_sent (watch, GST_EVENT_STREAM_START)) {
    forget_events (watch);
    watch->n_frames = watch->n_images = 0;
  }
  g_mutex_unlock (&watch->lock);
  return GST_PAD_PROBE_OK;
}

Watch *
watch_new (GstElement *element)
{
  Watch *watch = g_new0 (Watch, 1);

  g_mutex_init (&watch->lock);
  watch->element = gst_object_ref (element);
  watch->sink = gst_element_get_static_pad (element, "sink");
  watch->src = gst_element_get_static_pad (element, "src");
  watch->stream_start = was_sent (watch, GST_EVENT_STREAM_START);
  watch->caps = was_sent (watch, GST_EVENT_CAPS);
  watch->segment = was_sent (watch, GST_EVENT_SEGMENT);
  watch->eos = was_sent (watch, GST_EVENT_EOS);
  watch->on_sink = gst_pad_add_probe (watch->sink,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_sink,
      watch, NULL);
  watch->on_src = gst_pad_add_probe (watch->src,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM
          | GST_PAD_PROBE_TYPE_EVENT_FLUSH,
      on_src, watch, NULL);
  return watch;
}

void
watch_free (Watch *watch)
{
  gst_pad_remove_probe (watch->sink, watch->on_sink);
  gst_pad_remove_probe (watch->src, watch->on_src);
  gst_object_unref (watch->sink);
  gst_object_unref (watch->src);
  gst_object_unref (watch->element);
  g_mutex_clear (&watch->lock);
  g_free (watch);
}

guint
watch_images (Watch *watch)
{
  guint n;

  g_mutex_lock (&watch->lock);
  n = watch->n_images;
  g_mutex_unlock (&watch->lock);
  return n;
}

void
watch_check_stats (Watch *watch)
{
  GstStructure *stats;
  guint64 in, out, skipped, dropped;

  g_object_get (watch->element, "stats", &stats, NULL);
  fail_unless (gst_structure_get (stats, "frames-in", G_TYPE_UINT64, &in,
      "images-out", G_TYPE_UINT64, &out, "frames-skipped", G_TYPE_UINT64,
      &skipped, "images-dropped", G_TYPE_UINT64, &dropped, NULL));
  g_mutex_lock (&watch->lock);
  fail_unless_equals_uint64 (in, watch->n_frames);
  fail_unless_equals_uint64 (in, out + skipped + dropped);
  /* Downstream may have been gone, or flushing, when one was sent. */
  fail_unless (out >= watch->n_images);
  g_mutex_unlock (&watch->lock);
  gst_structure_free (stats);
}
