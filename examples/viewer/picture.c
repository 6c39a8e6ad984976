/* imbytes viewer: one image, shared by all who send it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "picture.h"

typedef struct
{
  GstBuffer *buffer;
  GstMapInfo map;
} Mapped;

static void
mapped_free (gpointer data)
{
  Mapped *self = data;

  gst_buffer_unmap (self->buffer, &self->map);
  gst_buffer_unref (self->buffer);
  g_free (self);
}

static GBytes *
share_buffer (GstBuffer *buffer)
{
  Mapped *self = g_new0 (Mapped, 1);

  if (!gst_buffer_map (buffer, &self->map, GST_MAP_READ)) {
    g_free (self);
    return NULL;
  }
  self->buffer = gst_buffer_ref (buffer);
  return g_bytes_new_with_free_func (self->map.data, self->map.size,
      mapped_free, self);
}

/* The clock on the wall may be set while the server runs, so that what it said
 * is reckoned back from now each time. */
static gchar *
describe_time (gint64 age)
{
  gint64 wall = g_get_real_time () - age;

  return g_strdup_printf ("%" G_GINT64_FORMAT ".%06d", wall / G_USEC_PER_SEC,
      (gint) (wall % G_USEC_PER_SEC));
}

static GBytes *
make_head (const ViewerPicture *self)
{
  gchar *text = g_strdup_printf ("Content-Type: %s\r\n"
                                 "Content-Length: %" G_GSIZE_FORMAT "\r\n"
                                 "X-Timestamp: %s\r\n\r\n",
      self->type, g_bytes_get_size (self->image), self->timestamp);

  return g_bytes_new_take (text, strlen (text));
}

ViewerPicture *
viewer_picture_new (GstSample *sample, gint64 epoch)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  GstStructure *caps = gst_caps_get_structure (gst_sample_get_caps (sample), 0);
  GBytes *image = share_buffer (buffer);
  ViewerPicture *self;

  if (image == NULL)
    return NULL;
  self = g_atomic_rc_box_new0 (ViewerPicture);
  self->image = image;
  self->pts = GST_BUFFER_PTS (buffer);
  self->type = g_intern_string (gst_structure_get_name (caps));
  gst_structure_get_int (caps, "width", &self->width);
  gst_structure_get_int (caps, "height", &self->height);
  self->timestamp = describe_time (viewer_picture_get_age (self, epoch));
  self->head = make_head (self);
  return self;
}

gint64
viewer_picture_get_age (const ViewerPicture *self, gint64 epoch)
{
  return g_get_monotonic_time () - epoch - (gint64) (self->pts / 1000);
}

ViewerPicture *
viewer_picture_ref (ViewerPicture *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
picture_clear (gpointer data)
{
  ViewerPicture *self = data;

  g_free (self->timestamp);
  g_bytes_unref (self->head);
  g_bytes_unref (self->image);
}

void
viewer_picture_unref (ViewerPicture *self)
{
  if (self != NULL)
    g_atomic_rc_box_release_full (self, picture_clear);
}
