/* imbytes viewer: one image, shared by all who send it.
 *
 * Thread-safety: never written after it was made; may be referenced anywhere.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define VIEWER_BOUNDARY "imbytes"

typedef struct
{
  GstClockTime pts;   /* since the server started */
  gchar *timestamp;   /* when the frame came: seconds since 1970, "%d.%06d" */
  const gchar *type;  /* media type, static */
  gint width, height; /* pixels */
  GBytes *head;       /* of its part in a multipart stream */
  GBytes *image;      /* the file; the memory is that of the GstBuffer */
} ViewerPicture;

/* Of an image with its caps, whose PTS counts from @epoch, a time of
 * g_get_monotonic_time (). NULL where the memory cannot be read. */
ViewerPicture *viewer_picture_new (GstSample *sample, gint64 epoch);
/* Microseconds since its frame came. */
gint64 viewer_picture_get_age (const ViewerPicture *self, gint64 epoch);
ViewerPicture *viewer_picture_ref (ViewerPicture *self);
/* Takes NULL. */
void viewer_picture_unref (ViewerPicture *self);

G_END_DECLS
