/* imbytes: the properties that say which frames become images and what is told of
 * them, as users see them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytessettings.h"

#define FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)

static void
install_interval (GObjectClass *klass)
{
  /**
   * GstImBytes:interval:
   *
   * At most one image in each interval of running time. Intervals begin at running
   * time 0 and follow one another whatever was left out, so that the phase stays
   * and nothing drifts. A frame that is early by less than half of its distance to
   * the frame before counts for the interval that is about to begin: a camera's
   * jitter costs no image. A flushing seek begins anew. Frames without timestamps
   * are always due.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_INTERVAL,
      g_param_spec_uint64 ("interval", "Interval",
          "At most one image in each interval of so many nanoseconds of running "
          "time (0 = every frame)",
          0, G_MAXUINT64, 0, FLAGS | GST_PARAM_MUTABLE_PLAYING));

  /**
   * GstImBytes:on-request:
   *
   * Make only images that were asked for, with #GstImBytes::request-image or
   * with a force-key-unit event from downstream.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_ON_REQUEST,
      g_param_spec_boolean ("on-request", "On request",
          "Make only images that were asked for", FALSE,
          FLAGS | GST_PARAM_MUTABLE_PLAYING));
}

static void
install_change (GObjectClass *klass)
{
  /**
   * GstImBytes:min-change:
   *
   * Leave out frames that differ by less than this from the last one that became
   * an image. The difference is the largest one of any cell of 32 by 18 that the
   * picture is divided into, between their mean luma, as a fraction of full
   * scale. Images that were asked for are always made.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_MIN_CHANGE,
      g_param_spec_double ("min-change", "Minimum change",
          "Leave out frames that differ by less than this from the last image "
          "(0 = none)",
          0.0, 1.0, 0.0, FLAGS | GST_PARAM_MUTABLE_PLAYING));

  /**
   * GstImBytes:max-interval:
   *
   * With #GstImBytes:min-change: make an image at least this often, changed or
   * not, in nanoseconds of running time.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_MAX_INTERVAL,
      g_param_spec_uint64 ("max-interval", "Maximum interval",
          "With min-change: make an image after so many nanoseconds of running "
          "time all the same (0 = never)",
          0, G_MAXUINT64, 0, FLAGS | GST_PARAM_MUTABLE_PLAYING));
}

static void
install_fitness (GObjectClass *klass)
{
  /**
   * GstImBytes:skip-corrupted:
   *
   * Where not every frame is wanted (#GstImBytes:interval,
   * #GstImBytes:on-request, #GstImBytes:snapshot, #GstImBytes:min-change,
   * #GstImBytes:min-detail): leave out frames that the decoder has flagged with
   * %GST_BUFFER_FLAG_CORRUPTED. They answer no request and use up no interval; the
   * next clean frame does. Where nothing else comes for ten seconds, a warning
   * says so. Where every frame is wanted, each becomes an image.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_SKIP_CORRUPTED,
      g_param_spec_boolean ("skip-corrupted", "Skip corrupted",
          "Wait for a frame that the decoder did not flag as corrupted", TRUE,
          FLAGS | GST_PARAM_MUTABLE_PLAYING));

  /**
   * GstImBytes:warm-up:
   *
   * No image before so many nanoseconds of running time after the first frame, and
   * after the first frame behind a flush: cameras adjust their exposure meanwhile.
   * Requests stay pending.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_WARM_UP,
      g_param_spec_uint64 ("warm-up", "Warm-up",
          "No image before so many nanoseconds after the first frame", 0,
          G_MAXUINT64, 0, FLAGS | GST_PARAM_MUTABLE_PLAYING));

  /**
   * GstImBytes:min-detail:
   *
   * Leave out frames that are flatter than this, such as black ones. The detail is
   * the standard deviation of the mean luma of the cells that
   * #GstImBytes:min-change compares, as a fraction of full scale: 0 for one
   * colour, 0.5 at most. Requests stay pending until a frame has enough.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_MIN_DETAIL,
      g_param_spec_double ("min-detail", "Minimum detail",
          "Leave out frames whose standard deviation of luma is below this, as a "
          "fraction of full scale (0 = none)",
          0.0, 1.0, 0.0, FLAGS | GST_PARAM_MUTABLE_PLAYING));
}

static void
install_snapshot (GObjectClass *klass)
{
  /**
   * GstImBytes:snapshot:
   *
   * Make one image, then send end of stream downstream. Frames that still
   * come are swallowed, so that other branches of a tee play on.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_SNAPSHOT,
      g_param_spec_boolean ("snapshot", "Snapshot",
          "One image, then end of stream downstream", FALSE,
          FLAGS | GST_PARAM_MUTABLE_PLAYING));
}

static void
install_regions (GObjectClass *klass)
{
  /**
   * GstImBytes:roi:
   *
   * With `crop`, an image is made of each #GstVideoRegionOfInterestMeta of a
   * frame instead of the whole of it, and, if built with GStreamer's analytics
   * library, of each object detection in a #GstAnalyticsRelationMeta that no
   * region says already. The region is cut off at the edges of the frame and
   * resized as a whole picture would be. Images come in the order of the metas,
   * each with the timestamp of the frame and a #GstVideoRegionOfInterestMeta that
   * says which region it is. A frame without regions gives nothing.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_ROI,
      g_param_spec_enum ("roi", "Regions of interest",
          "Images of the regions of interest instead of the whole frame",
          GST_TYPE_IM_BYTES_ROI, GST_IM_BYTES_ROI_NONE,
          FLAGS | GST_PARAM_MUTABLE_PLAYING));

  /**
   * GstImBytes:roi-type:
   *
   * With #GstImBytes:roi: only regions of this type, such as `face`. %NULL is
   * every type.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_ROI_TYPE,
      g_param_spec_string ("roi-type", "Region type",
          "Only regions of interest of this type (NULL = all)", NULL,
          FLAGS | GST_PARAM_MUTABLE_PLAYING));
}

static void
install_messages (GObjectClass *klass)
{
  /**
   * GstImBytes:metadata:
   *
   * Write the tags of the stream, the capture time and an orientation that was
   * not applied into each file, as EXIF. The time is that of a
   * #GstReferenceTimestampMeta with a UNIX or NTP clock, else that of the tags,
   * else left out. The `comment` tag becomes the comment of a JPEG and a text of
   * a PNG.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_METADATA,
      g_param_spec_boolean ("metadata", "Metadata",
          "Write tags and the capture time into the files", FALSE,
          FLAGS | GST_PARAM_MUTABLE_PLAYING));

  /**
   * GstImBytes:wall-clock:
   *
   * With #GstImBytes:metadata: where a frame of a live source says no time of day
   * itself, its capture time is worked out from the pipeline's clock and the time
   * of day now. Never for a source that is not live.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_WALL_CLOCK,
      g_param_spec_boolean ("wall-clock", "Wall clock",
          "With metadata: the capture time of live sources by this machine's time "
          "of day",
          FALSE, FLAGS | GST_PARAM_MUTABLE_PLAYING));

  /**
   * GstImBytes:post-messages:
   *
   * Post an element message `imbytes-image` for each image, when it has been
   * pushed. Its structure has `timestamp`, `stream-time`, `running-time` and
   * `duration` (guint64, nanoseconds), `size` (guint64, bytes), `width`, `height`
   * and `quality` (gint; quality -1 for PNG), `format` (string, the media type)
   * and `encode-time` (guint64, nanoseconds).
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_POST_MESSAGES,
      g_param_spec_boolean ("post-messages", "Post messages",
          "Post an element message for each image", FALSE,
          FLAGS | GST_PARAM_MUTABLE_PLAYING));
}

void
gst_im_bytes_settings_install_frames (GObjectClass *klass)
{
  install_interval (klass);
  install_change (klass);
  install_fitness (klass);
  install_snapshot (klass);
  install_regions (klass);
  install_messages (klass);
}
