/* imbytes: the caps of both pads.
 *
 * Thread-safety: functions on their arguments alone.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstimbytesframe.h"
#include "gstimbytessettings.h"

G_BEGIN_DECLS

/* What was negotiated with downstream. */
typedef struct
{
  /* Complete but for the crop's position and mirroring, which may change with
   * every frame. */
  ImRequest request;
  ImPlan plan;
  /* Of JPEG: as downstream writes it, an interned string. */
  const gchar *colorimetry;
} GstImBytesChoice;

/* Whether the format property allows images of @codec. */
gboolean gst_im_bytes_caps_format_is_allowed (GstImBytesFormat format,
    ImCodecId codec);

/* Caps of the images, complete. */
GstCaps *gst_im_bytes_caps_new (const GstImBytesChoice *choice,
    const GstVideoInfo *info);

/* What the base class writes into the caps by itself. */
void gst_im_bytes_caps_set_output_info (GstVideoInfo *output,
    const GstImBytesChoice *choice, const GstVideoInfo *info);

/* Caps of the sink pad's template: every raw format, and first among them those
 * that sources with a choice should take, small and quick to read. They name only
 * what every source names: a field that a source leaves out and the template limits
 * would leave caps that are not fixed. */
GstCaps *gst_im_bytes_caps_new_sink_template (void);

/* Sink caps: @templ with what @downstream asks of the framerate, and nothing of
 * its sizes, because frames are resized; of that, what @filter, which may be NULL,
 * allows. If @filter allows nothing of it, the framerate is left open: the element
 * can then say in words what does not meet. */
GstCaps *gst_im_bytes_caps_for_sink (GstCaps *templ, const GstCaps *downstream,
    const GstCaps *filter, GstImBytesFormat format);

G_END_DECLS
