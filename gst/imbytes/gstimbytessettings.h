/* imbytes: the properties that say what the user wants.
 *
 * Thread-safety: none of its own; the element guards its settings with its
 * object lock and copies them for each frame.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstimbytesenums.h"
#include "gstimbytesencode.h"
#include "gstimbytesselect.h"

G_BEGIN_DECLS

/* Types of regions that are none: every one will do, or none can. */
#define GST_IM_BYTES_ANY_REGION ((GQuark) 0)
#define GST_IM_BYTES_NO_REGION ((GQuark) G_MAXUINT32)

/* A plain value, but for roi_type. */
typedef struct
{
  GstImBytesFormat format;
  GstVideoOrientationMethod direction;
  GstImBytesRules rules;
  GstImBytesRoi roi;
  gchar *roi_type;    /* the element's own; NULL in copies for a frame */
  GQuark region_type; /* in copies for a frame: what roi_type comes to */
  GstImBytesLimits limits;
  gboolean metadata, wall_clock;
  gboolean post_messages;
  guint n_threads; /* read when the element starts; 0: one for each processor */
  /* codec, crop and orientation are unused: they are found out for each frame. */
  ImRequest request;
  /* Counts the changes of what is negotiated with downstream: in that, two copies
   * are the same if this is. */
  guint serial;
} GstImBytesSettings;

/* Ids of the properties, which gst_im_bytes_settings_install () installs. */
enum
{
  PROP_FORMAT = 1,
  PROP_WIDTH,
  PROP_HEIGHT,
  PROP_FIT,
  PROP_ENLARGE,
  PROP_SQUARE_PIXELS,
  PROP_BACKGROUND,
  PROP_METHOD,
  PROP_VIDEO_DIRECTION,
  PROP_QUALITY,
  PROP_SUBSAMPLING,
  PROP_PROGRESSIVE,
  PROP_OPTIMIZE,
  PROP_DCT_METHOD,
  PROP_COMPRESSION_LEVEL,
  PROP_PNG_FILTER,
  PROP_BIT_DEPTH,
  PROP_PNG_REDUCE,
  PROP_INTERVAL,
  PROP_ON_REQUEST,
  PROP_MIN_CHANGE,
  PROP_MAX_INTERVAL,
  PROP_SKIP_CORRUPTED,
  PROP_WARM_UP,
  PROP_MIN_DETAIL,
  PROP_SNAPSHOT,
  PROP_ROI,
  PROP_ROI_TYPE,
  PROP_MAX_BYTES,
  PROP_MIN_QUALITY,
  PROP_METADATA,
  PROP_WALL_CLOCK,
  PROP_POST_MESSAGES,
  PROP_N_THREADS,
  PROP_LAST_SETTING = PROP_N_THREADS
};

void gst_im_bytes_settings_install (GObjectClass *klass);
/* Of these: which frames become images, and what is told of them. */
void gst_im_bytes_settings_install_frames (GObjectClass *klass);

void gst_im_bytes_settings_init (GstImBytesSettings *settings);
void gst_im_bytes_settings_clear (GstImBytesSettings *settings);

/* The type that regions of roi-type have. A name becomes a quark, which is for
 * ever, where metas have it, and not because somebody sets it: one that no meta
 * has had so far is GST_IM_BYTES_NO_REGION. */
GQuark gst_im_bytes_settings_get_region_type (
    const GstImBytesSettings *settings);

/* FALSE when @id is none of theirs. */
gboolean gst_im_bytes_settings_set (GstImBytesSettings *settings, guint id,
    const GValue *value);
gboolean gst_im_bytes_settings_get (const GstImBytesSettings *settings,
    guint id, GValue *value);

G_END_DECLS
