/* imbytes: tags of the stream and times of frames -> what files say of them.
 *
 * GStreamer's tag library writes the EXIF data; what it does not know of the
 * capture time is added here.
 *
 * Thread-safety: the streaming thread alone.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

#include "core/bytes.h"
#include "core/codec.h"

G_BEGIN_DECLS

/* All zero at the start. */
typedef struct
{
  GstTagList *list; /* all tags of the stream so far; or NULL */

  /* What was made of it last, and for what time and orientation. */
  gboolean is_made;
  gint64
      time; /* microseconds since 1970; G_MININT64: none of the frame's own */
  const gchar *orientation;
  ImBytes exif;
  gchar *comment;
  ImMetadata metadata;

  gboolean was_too_long; /* and the user has been told */
} GstImBytesTags;

void gst_im_bytes_tags_clear (GstImBytesTags *tags);

/* Another stream. */
void gst_im_bytes_tags_restart (GstImBytesTags *tags);

/* What @list says counts from now on. */
void gst_im_bytes_tags_merge (GstImBytesTags *tags, const GstTagList *list);

/* What an image of the frame in @buffer is to say. @orientation is what the
 * viewer still has to do, as GST_TAG_IMAGE_ORIENTATION names it, static; or NULL. The
 * capture time is that of a GstReferenceTimestampMeta with a UNIX or NTP clock,
 * else what the tags say, else left out. Valid until the next call; *@too_long
 * is set when something did not fit and was left out for the first time. */
const ImMetadata *gst_im_bytes_tags_get (GstImBytesTags *tags,
    GstBuffer *buffer, const gchar *orientation, gboolean *too_long);

G_END_DECLS
