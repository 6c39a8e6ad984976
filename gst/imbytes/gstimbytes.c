/* imbytes: the element.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-imbytes
 * @title: imbytes
 * @short_description: raw video frames to JPEG or PNG images in memory
 *
 * Makes of each raw video frame a JPEG or PNG image in a buffer of its own,
 * resized and in the right colours. It does what resizing and encoding an image
 * into memory do in a script (`cv2.resize` and `cv2.imencode`, or Pillow's
 * `resize` and `save` into a `BytesIO`), as one element.
 *
 * The codec and the size are whatever downstream caps fix or, in the same way,
 * what #GstImBytes:format, #GstImBytes:width and #GstImBytes:height say. With
 * only one of width and height the picture keeps its aspect ratio; with both,
 * #GstImBytes:fit says what happens. Any raw format goes in, of any size,
 * colorimetry and pixel aspect ratio; no converter or scaler is needed.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=1 ! imbytes width=640 ! filesink location=test.jpg
 * ]| One JPEG of 640 pixels across.
 * |[
 * gst-launch-1.0 uridecodebin uri=file:///tmp/video.mp4 ! imbytes snapshot=true ! image/png,width=500,height=500 ! filesink location=test.png
 * ]| The first frame of a video as a square PNG.
 * |[
 * gst-launch-1.0 v4l2src ! imbytes width=640 interval=5000000000 ! image/jpeg ! multifilesink location=%05d.jpg
 * ]| An image of a camera every five seconds.
 *
 * Since: 0.1
 */
#include "gstimbytesprivate.h"

#include <string.h>

#include "gstimbytesimages.h"
#include "gstimbytesinput.h"
#include "gstimbytesnegotiate.h"
#include "gstimbytesoutput.h"
#include "gstimbytespool.h"

GST_DEBUG_CATEGORY (gst_im_bytes_debug);

#define SRC_CAPS \
  "image/jpeg, width = (int) [ 1, 65500 ], height = (int) [ 1, 65500 ], " \
  "framerate = " GST_VIDEO_FPS_RANGE "; " \
  "image/png, width = (int) [ 1, 1000000 ], height = (int) [ 1, 1000000 ], " \
  "framerate = " GST_VIDEO_FPS_RANGE

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (SRC_CAPS));

enum
{
  SIGNAL_REQUEST_IMAGE,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

enum
{
  PROP_LAST_IMAGE = PROP_LAST_SETTING + 1,
  PROP_STATS
};

#define gst_im_bytes_parent_class parent_class
G_DEFINE_TYPE_WITH_CODE (GstImBytes, gst_im_bytes, GST_TYPE_VIDEO_ENCODER,
    G_IMPLEMENT_INTERFACE (GST_TYPE_PRESET, NULL)
        G_IMPLEMENT_INTERFACE (GST_TYPE_VIDEO_DIRECTION, NULL))
GST_ELEMENT_REGISTER_DEFINE (imbytes, "imbytes", GST_RANK_NONE,
    GST_TYPE_IM_BYTES)

GstVideoEncoderClass *
gst_im_bytes_parent (void)
{
  return GST_VIDEO_ENCODER_CLASS (parent_class);
}

GstImBytesSettings
gst_im_bytes_get_settings (GstImBytes *self)
{
  GstImBytesSettings settings;

  GST_OBJECT_LOCK (self);
  settings = self->settings;
  settings.region_type =
      gst_im_bytes_settings_get_region_type (&self->settings);
  GST_OBJECT_UNLOCK (self);
  settings.roi_type = NULL;
  return settings;
}

/* The base class comes here by itself where downstream wants to be asked again
 * while a frame is on its way; the next frame negotiates anew. */
static gboolean
gst_im_bytes_renegotiate (GstVideoEncoder *encoder)
{
  GST_IM_BYTES (encoder)->state.negotiated = FALSE;
  return GST_VIDEO_ENCODER_CLASS (parent_class)->negotiate (encoder);
}

static gboolean
gst_im_bytes_transform_meta (GstVideoEncoder *encoder,
    GstVideoCodecFrame *frame, GstMeta *meta)
{
  (void) encoder;
  (void) frame;
  return gst_im_bytes_meta_is_kept (meta);
}

static void
clear_state (GstImBytesState *state)
{
  im_change_free (state->change);
  gst_im_bytes_images_free (state->images);
  gst_im_bytes_tags_clear (&state->tags);
  gst_im_bytes_orient_clear (&state->orient);
  g_free (state->last_error);
  memset (state, 0, sizeof (*state));
  gst_video_info_init (&state->info);
}

static gboolean
gst_im_bytes_start (GstVideoEncoder *encoder)
{
  GstImBytes *self = GST_IM_BYTES (encoder);
  GstImBytesSettings settings = gst_im_bytes_get_settings (self);
  GstSample *old;

  clear_state (&self->state);
  self->state.change = im_change_new ();
  self->state.images = gst_im_bytes_images_new (settings.n_threads);
  GST_OBJECT_LOCK (self);
  memset (&self->stats, 0, sizeof (self->stats));
  gst_im_bytes_select_restart (&self->select);
  self->warned = 0;
  old = self->last_image;
  self->last_image = NULL;
  GST_OBJECT_UNLOCK (self);
  if (old != NULL)
    gst_sample_unref (old);
  return self->state.images != NULL && self->state.change != NULL;
}

static gboolean
gst_im_bytes_stop (GstVideoEncoder *encoder)
{
  GstImBytes *self = GST_IM_BYTES (encoder);

  clear_state (&self->state);
  GST_OBJECT_LOCK (self);
  gst_im_bytes_select_clear (&self->select);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_im_bytes_propose_allocation (GstVideoEncoder *encoder, GstQuery *query)
{
  (void) encoder;
  return gst_im_bytes_pool_propose (query);
}

static void
gst_im_bytes_set_property (GObject *object, guint id, const GValue *value,
    GParamSpec *pspec)
{
  GstImBytes *self = GST_IM_BYTES (object);
  gboolean known;

  GST_OBJECT_LOCK (self);
  known = gst_im_bytes_settings_set (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gst_im_bytes_get_property (GObject *object, guint id, GValue *value,
    GParamSpec *pspec)
{
  GstImBytes *self = GST_IM_BYTES (object);
  gboolean known = TRUE;

  GST_OBJECT_LOCK (self);
  if (id == PROP_LAST_IMAGE)
    g_value_set_boxed (value, self->last_image);
  else if (id == PROP_STATS)
    g_value_take_boxed (value, gst_im_bytes_stats_to_structure (&self->stats));
  else
    known = gst_im_bytes_settings_get (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gst_im_bytes_finalize (GObject *object)
{
  GstImBytes *self = GST_IM_BYTES (object);

  clear_state (&self->state);
  gst_im_bytes_select_clear (&self->select);
  gst_im_bytes_settings_clear (&self->settings);
  if (self->last_image != NULL)
    gst_sample_unref (self->last_image);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_im_bytes_init (GstImBytes *self)
{
  GstPad *pad = GST_VIDEO_ENCODER_SINK_PAD (self);

  gst_im_bytes_settings_init (&self->settings);
  gst_im_bytes_select_init (&self->select);
  self->base_chain = GST_PAD_CHAINFUNC (pad);
  gst_pad_set_chain_function (pad,
      GST_DEBUG_FUNCPTR (gst_im_bytes_input_chain));
  /* Caps need not say anything of interlacing. */
  GST_PAD_SET_ACCEPT_INTERSECT (pad);
}

static void
install_outcomes (GObjectClass *klass)
{
  /**
   * GstImBytes:last-image:
   *
   * The latest image with its caps and segment, %NULL before the first. May be
   * read at any time and from any thread, also after the stream has stopped.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_LAST_IMAGE,
      g_param_spec_boxed ("last-image", "Last image",
          "The latest image, at any time and from any thread", GST_TYPE_SAMPLE,
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  /**
   * GstImBytes:stats:
   *
   * What was done since the element was started: `frames-in`, `images-out`,
   * `frames-skipped` (not wanted or too late), `images-dropped` (could not be
   * made), `bytes-out`, `encodings` (more than `images-out` where
   * #GstImBytes:max-bytes made the quality give way), and in nanoseconds
   * `average-encode-time` and `last-encode-time`, all of them guint64; and
   * `last-quality`, a gint, -1 for PNG.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Counts of frames and images, bytes and times in nanoseconds",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
install_signals (GstImBytesClass *klass)
{
  /**
   * GstImBytes::request-image:
   * @self: the element
   *
   * Asks for an image of the next frame, whatever #GstImBytes:interval,
   * #GstImBytes:min-change and #GstImBytes:on-request say. Requests that come
   * before that frame are answered together, with one image. May be emitted from
   * any thread, also before the first frame.
   *
   * Returns: %FALSE, after a warning on the bus, where no further image is going
   * to be made: after the end of the stream, or after a snapshot.
   *
   * Since: 0.1
   */
  signals[SIGNAL_REQUEST_IMAGE] = g_signal_new_class_handler ("request-image",
      G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
      G_CALLBACK (gst_im_bytes_input_request_image), NULL, NULL, NULL,
      G_TYPE_BOOLEAN, 0);
}

static void
gst_im_bytes_class_init (GstImBytesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstVideoEncoderClass *encoder_class = GST_VIDEO_ENCODER_CLASS (klass);
  GstCaps *sink_caps = gst_im_bytes_caps_new_sink_template ();

  GST_DEBUG_CATEGORY_INIT (gst_im_bytes_debug, "imbytes", 0,
      "video frames to image bytes");
  object_class->set_property = gst_im_bytes_set_property;
  object_class->get_property = gst_im_bytes_get_property;
  object_class->finalize = gst_im_bytes_finalize;
  gst_im_bytes_settings_install (object_class);
  install_outcomes (object_class);
  install_signals (klass);

  encoder_class->start = gst_im_bytes_start;
  encoder_class->stop = gst_im_bytes_stop;
  encoder_class->flush = gst_im_bytes_input_flush;
  encoder_class->getcaps = gst_im_bytes_getcaps;
  encoder_class->set_format = gst_im_bytes_set_format;
  encoder_class->sink_query = gst_im_bytes_sink_query;
  encoder_class->negotiate = gst_im_bytes_renegotiate;
  encoder_class->propose_allocation = gst_im_bytes_propose_allocation;
  encoder_class->sink_event = gst_im_bytes_input_sink_event;
  encoder_class->src_event = gst_im_bytes_input_src_event;
  encoder_class->handle_frame = gst_im_bytes_images_handle_frame;
  encoder_class->pre_push = gst_im_bytes_output_pre_push;
  encoder_class->transform_meta = gst_im_bytes_transform_meta;

  gst_element_class_add_pad_template (element_class,
      gst_pad_template_new ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, sink_caps));
  gst_caps_unref (sink_caps);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "Video frames to image bytes", "Codec/Encoder/Image",
      "Makes JPEG or PNG images in memory of raw video frames, resized and in "
      "the right colours",
      "The imbytes developers");
  gst_im_bytes_enums_mark_as_api ();
}
