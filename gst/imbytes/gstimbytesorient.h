/* imbytes: which way is up.
 *
 * The video-direction property and the image-orientation tags of the stream and
 * of its container make the orientation that the core is asked for. A tag that
 * was followed is not passed on as it was: whoever comes next would turn the
 * picture once more.
 *
 * Thread-safety: of its own none; it belongs to the streaming thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/video/video.h>

#include "core/plan.h"

G_BEGIN_DECLS

/* All zero: no tags yet. */
typedef struct
{
  /* The latest as they came, those of the stream (GST_TAG_SCOPE_STREAM) and
   * those of the container (GST_TAG_SCOPE_GLOBAL), or NULL. */
  GstEvent *tags[2];
  gboolean hidden; /* the orientation in them, from downstream */
} GstImBytesOrient;

/* Forgets the tags, as a new stream does. */
void gst_im_bytes_orient_clear (GstImBytesOrient *orient);

/* Takes tag event @event (transfer full); gives what is to be passed on in its
 * stead (transfer full), with orientation rotate-0 where @direction is auto. */
GstEvent *gst_im_bytes_orient_take_tags (GstImBytesOrient *orient,
    GstVideoOrientationMethod direction, GstEvent *event);

/* The property may have become auto, or something else, since the tags were
 * passed on: gives those of @scope anew (transfer full), NULL where nothing has
 * changed for them. Ask for both scopes, and then call
 * gst_im_bytes_orient_told (). */
GstEvent *gst_im_bytes_orient_tell_again (const GstImBytesOrient *orient,
    GstVideoOrientationMethod direction, GstTagScope scope);
void gst_im_bytes_orient_told (GstImBytesOrient *orient,
    GstVideoOrientationMethod direction);

/* What is to be done to the frames. A stream's own tag goes before its
 * container's; custom counts as identity. */
ImOrientation gst_im_bytes_orient_get (const GstImBytesOrient *orient,
    GstVideoOrientationMethod direction);

/* What viewers still have to do to the images that are made, as
 * GST_TAG_IMAGE_ORIENTATION names it: what the tags ask for where @direction is
 * identity; else, and where that is nothing, NULL. Static. */
const gchar *gst_im_bytes_orient_left_over (const GstImBytesOrient *orient,
    GstVideoOrientationMethod direction);

G_END_DECLS
