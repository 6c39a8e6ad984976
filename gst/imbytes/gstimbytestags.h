/* imbytes: tags of the stream and times of frames -> what files say of them.
 *
 * GStreamer's tag library writes the EXIF data; what it does not know is added
 * here: the capture time in full, text in UTF-8, and what CIPA DC-008 wants in
 * every file.
 *
 * Thread-safety: the streaming thread alone.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

#include "core/base/bytes.h"
#include "core/plan/codec.h"

G_BEGIN_DECLS

/* The picture that metadata is for. A plain value. */
typedef struct
{
  gboolean is_jpeg, is_gray;
  gint width, height;
  /* What the viewer still has to do, as GST_TAG_IMAGE_ORIENTATION names it,
   * static; or NULL. */
  const gchar *orientation;
} GstImBytesTagsPicture;

typedef enum
{
  GST_IM_BYTES_TAGS_WRITTEN,
  GST_IM_BYTES_TAGS_TOO_LONG,   /* something does not fit into a picture */
  GST_IM_BYTES_TAGS_NOT_WRITTEN /* EXIF could not be made */
} GstImBytesTagsResult;

/* Where no time is known, in place of microseconds since 1970. */
#define GST_IM_BYTES_TAGS_NO_TIME G_MININT64

/* All zero at the start. */
typedef struct
{
  GstTagList *list; /* all tags of the stream so far; or NULL */

  /* What was made of it last, and for what time and picture. */
  gboolean is_made;
  GstImBytesTagsResult result;
  gint64 time; /* or GST_IM_BYTES_TAGS_NO_TIME: none of the frame's own */
  GstImBytesTagsPicture picture;
  ImBytes exif;
  gchar *comment;
  ImMetadata metadata;
} GstImBytesTags;

void gst_im_bytes_tags_clear (GstImBytesTags *tags);

/* Another stream. */
void gst_im_bytes_tags_restart (GstImBytesTags *tags);

/* What @list says counts from now on. */
void gst_im_bytes_tags_merge (GstImBytesTags *tags, const GstTagList *list);

/* What an image of the frame in @buffer is to say, which comes out as @picture.
 * The capture time is that of a GstReferenceTimestampMeta with a UNIX or NTP
 * clock, else @wall_time, else what the tags say, else left out. Valid until the next call.
 * *@result says what was left out. */
const ImMetadata *gst_im_bytes_tags_get (GstImBytesTags *tags,
    GstBuffer *buffer, gint64 wall_time, const GstImBytesTagsPicture *picture,
    GstImBytesTagsResult *result);

G_END_DECLS
