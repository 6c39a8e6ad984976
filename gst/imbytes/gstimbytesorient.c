/* imbytes: which way is up.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytesorient.h"

static const struct
{
  ImOrientation orientation;
  const gchar *tag;
} methods[] = {
  [GST_VIDEO_ORIENTATION_IDENTITY] = { { false, false, false }, NULL },
  [GST_VIDEO_ORIENTATION_90R] = { { true, true, false }, "rotate-90" },
  [GST_VIDEO_ORIENTATION_180] = { { false, true, true }, "rotate-180" },
  [GST_VIDEO_ORIENTATION_90L] = { { true, false, true }, "rotate-270" },
  [GST_VIDEO_ORIENTATION_HORIZ] = { { false, true, false }, "flip-rotate-0" },
  [GST_VIDEO_ORIENTATION_VERT] = { { false, false, true }, "flip-rotate-180" },
  [GST_VIDEO_ORIENTATION_UL_LR] = { { true, false, false }, "flip-rotate-270" },
  [GST_VIDEO_ORIENTATION_UR_LL] = { { true, true, true }, "flip-rotate-90" },
};

/* FALSE where @event is NULL or names none. */
static gboolean
tagged_method (GstEvent *event, GstVideoOrientationMethod *method)
{
  GstTagList *tags;

  if (event == NULL)
    return FALSE;
  gst_event_parse_tag (event, &tags);
  return gst_video_orientation_from_tag (tags, method);
}

static GstVideoOrientationMethod
tagged (const GstImBytesOrient *orient)
{
  GstVideoOrientationMethod method;

  if (tagged_method (orient->tags[GST_TAG_SCOPE_STREAM], &method)
      || tagged_method (orient->tags[GST_TAG_SCOPE_GLOBAL], &method))
    return method;
  return GST_VIDEO_ORIENTATION_IDENTITY;
}

/* The event may be shared, and so may its list. */
static GstEvent *
hide_orientation (GstEvent *event)
{
  GstTagList *tags;
  GstEvent *hidden;

  gst_event_parse_tag (event, &tags);
  tags = gst_tag_list_copy (tags);
  gst_tag_list_add (tags, GST_TAG_MERGE_REPLACE, GST_TAG_IMAGE_ORIENTATION,
      "rotate-0", NULL);
  hidden = gst_event_new_tag (tags);
  gst_event_set_seqnum (hidden, gst_event_get_seqnum (event));
  return hidden;
}

void
gst_im_bytes_orient_clear (GstImBytesOrient *orient)
{
  gst_clear_event (&orient->tags[GST_TAG_SCOPE_STREAM]);
  gst_clear_event (&orient->tags[GST_TAG_SCOPE_GLOBAL]);
}

/* A list of tags takes the place of that which came before it, orientation and
 * all. */
GstEvent *
gst_im_bytes_orient_take_tags (GstImBytesOrient *orient,
    GstVideoOrientationMethod direction, GstEvent *event)
{
  GstVideoOrientationMethod method;
  GstEvent *hidden;
  GstTagList *tags;

  gst_event_parse_tag (event, &tags);
  gst_event_replace (&orient->tags[gst_tag_list_get_scope (tags)], event);
  if (direction != GST_VIDEO_ORIENTATION_AUTO
      || !tagged_method (event, &method))
    return event;
  hidden = hide_orientation (event);
  gst_event_unref (event);
  return hidden;
}

GstEvent *
gst_im_bytes_orient_tell_again (const GstImBytesOrient *orient,
    GstVideoOrientationMethod direction, GstTagScope scope)
{
  gboolean hide = direction == GST_VIDEO_ORIENTATION_AUTO;
  GstVideoOrientationMethod method;
  GstEvent *event = orient->tags[scope];

  if (hide == orient->hidden || !tagged_method (event, &method))
    return NULL;
  return hide ? hide_orientation (event) : gst_event_ref (event);
}

void
gst_im_bytes_orient_told (GstImBytesOrient *orient,
    GstVideoOrientationMethod direction)
{
  orient->hidden = direction == GST_VIDEO_ORIENTATION_AUTO;
}

ImOrientation
gst_im_bytes_orient_get (const GstImBytesOrient *orient,
    GstVideoOrientationMethod direction)
{
  if (direction == GST_VIDEO_ORIENTATION_AUTO)
    direction = tagged (orient);
  if ((gsize) direction >= G_N_ELEMENTS (methods))
    direction = GST_VIDEO_ORIENTATION_IDENTITY;
  return methods[direction].orientation;
}

const gchar *
gst_im_bytes_orient_left_over (const GstImBytesOrient *orient,
    GstVideoOrientationMethod direction)
{
  /* Custom is an identity by another name. */
  if (direction == GST_VIDEO_ORIENTATION_IDENTITY
      || direction == GST_VIDEO_ORIENTATION_CUSTOM)
    return methods[tagged (orient)].tag;
  return NULL;
}
