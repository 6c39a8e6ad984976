/* imbytes fuzzing: tags, those first that EXIF has a place for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/tag/tag.h>
#include <math.h>

#include "element.h"

static void
add_orientation (GstTagList *list, FuzzBytes *bytes)
{
  static const gchar *const known[] = { "rotate-0", "rotate-90", "rotate-180",
    "rotate-270", "flip-rotate-0", "flip-rotate-90", "flip-rotate-180",
    "flip-rotate-270", "rotate-45", "" };

  gst_tag_list_add (list, GST_TAG_MERGE_APPEND, GST_TAG_IMAGE_ORIENTATION,
      known[fuzz_take (bytes, G_N_ELEMENTS (known))], NULL);
}

static void
add_date (GstTagList *list, FuzzBytes *bytes)
{
  gint year = fuzz_one_in (bytes, 8) ? 1 + (gint) fuzz_take (bytes, 9999)
                                     : 1900 + (gint) fuzz_take (bytes, 200);
  gint month = 1 + (gint) fuzz_take (bytes, 12);
  gint day = 1 + (gint) fuzz_take (bytes, 28);
  gfloat zone = (gfloat) fuzz_take (bytes, 57) / 2.0f - 14.0f;
  guint known = fuzz_take (bytes, 5);
  GstDateTime *time;

  if (fuzz_one_in (bytes, 4)) {
    GDate *date =
        g_date_new_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year);

    gst_tag_list_add (list, GST_TAG_MERGE_REPLACE, GST_TAG_DATE, date, NULL);
    g_date_free (date);
    return;
  }
  time = gst_date_time_new (zone, year, known > 0 ? month : -1,
      known > 1 ? day : -1, known > 2 ? (gint) fuzz_take (bytes, 24) : -1,
      known > 2 ? (gint) fuzz_take (bytes, 60) : -1,
      known > 3 ? fuzz_take (bytes, 60000000) / 1e6 : -1.0);
  if (time == NULL)
    return;
  gst_tag_list_add (list, GST_TAG_MERGE_REPLACE, GST_TAG_DATE_TIME, time, NULL);
  gst_date_time_unref (time);
}

static gdouble
take_double (FuzzBytes *bytes)
{
  static const gdouble odd[] = { NAN, INFINITY, -INFINITY, -0.0, 1e300, -1e300,
    1e-300, 90.0, -90.0, 180.0, -180.0, 360.0, 4294967296.0, 0.99999999 };

  if (fuzz_one_in (bytes, 2))
    return odd[fuzz_take (bytes, G_N_ELEMENTS (odd))];
  return ((gdouble) fuzz_take_bits (bytes, 24) - (1 << 23)) / (1 << 15);
}

static void
add_bytes (GstTagList *list, const gchar *tag, FuzzBytes *bytes)
{
  gsize size = fuzz_take (bytes, 40);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  GstCaps *caps = gst_caps_new_empty_simple ("image/jpeg");
  GstSample *sample;

  gst_buffer_memset (buffer, 0, (guint8) fuzz_take (bytes, 256), size);
  sample = gst_sample_new (buffer, caps, NULL, NULL);
  gst_tag_list_add (list, GST_TAG_MERGE_APPEND, tag, sample, NULL);
  gst_sample_unref (sample);
  gst_caps_unref (caps);
  gst_buffer_unref (buffer);
}

/* Of any type that the tag has. */
static void
add_tag (GstTagList *list, const gchar *tag, FuzzBytes *bytes)
{
  GType type = gst_tag_get_type (tag);
  GValue value = G_VALUE_INIT;

  if (type == GST_TYPE_SAMPLE) {
    add_bytes (list, tag, bytes);
    return;
  }
  g_value_init (&value, type);
  if (type == G_TYPE_STRING)
    g_value_take_string (&value, fuzz_take_text (bytes));
  else if (type == G_TYPE_DOUBLE)
    g_value_set_double (&value, take_double (bytes));
  else if (type == G_TYPE_UINT)
    g_value_set_uint (&value, (guint) fuzz_take_odd (bytes));
  else if (type == G_TYPE_INT)
    g_value_set_int (&value, (gint) fuzz_take_odd (bytes));
  else if (type == GST_TYPE_FRACTION)
    gst_value_set_fraction (&value, (gint) fuzz_take_bits (bytes, 31),
        1 + (gint) fuzz_take (bytes, G_MAXINT));
  else
    return;
  /* Tags that are no text may not be empty ones. */
  if (type != G_TYPE_STRING || g_value_get_string (&value)[0] != 0)
    gst_tag_list_add_value (list, GST_TAG_MERGE_APPEND, tag, &value);
  g_value_unset (&value);
}

GstTagList *
fuzz_take_tags (FuzzBytes *bytes)
{
  static const gchar *const tags[] = { GST_TAG_GEO_LOCATION_LATITUDE,
    GST_TAG_GEO_LOCATION_LONGITUDE, GST_TAG_GEO_LOCATION_ELEVATION,
    GST_TAG_GEO_LOCATION_MOVEMENT_SPEED,
    GST_TAG_GEO_LOCATION_MOVEMENT_DIRECTION,
    GST_TAG_GEO_LOCATION_CAPTURE_DIRECTION,
    GST_TAG_GEO_LOCATION_HORIZONTAL_ERROR, GST_TAG_TITLE, GST_TAG_DESCRIPTION,
    GST_TAG_COMMENT, GST_TAG_ARTIST, GST_TAG_COPYRIGHT,
    GST_TAG_DEVICE_MANUFACTURER, GST_TAG_DEVICE_MODEL, GST_TAG_APPLICATION_NAME,
    GST_TAG_CAPTURING_SHUTTER_SPEED, GST_TAG_CAPTURING_FOCAL_RATIO,
    GST_TAG_CAPTURING_ISO_SPEED, GST_TAG_CAPTURING_EXPOSURE_PROGRAM,
    GST_TAG_CAPTURING_EXPOSURE_MODE, GST_TAG_CAPTURING_SCENE_CAPTURE_TYPE,
    GST_TAG_CAPTURING_GAIN_ADJUSTMENT, GST_TAG_CAPTURING_WHITE_BALANCE,
    GST_TAG_CAPTURING_CONTRAST, GST_TAG_CAPTURING_FLASH_FIRED,
    GST_TAG_CAPTURING_METERING_MODE, GST_TAG_CAPTURING_SOURCE,
    GST_TAG_IMAGE_HORIZONTAL_PPI, GST_TAG_IMAGE_VERTICAL_PPI,
    GST_TAG_APPLICATION_DATA, GST_TAG_IMAGE, GST_TAG_USER_RATING,
    GST_TAG_CAPTURING_EXPOSURE_COMPENSATION,
    GST_TAG_CAPTURING_DIGITAL_ZOOM_RATIO, GST_TAG_CAPTURING_FOCAL_LENGTH,
    GST_TAG_CAPTURING_SATURATION, GST_TAG_CAPTURING_SHARPNESS,
    GST_TAG_CAPTURING_FLASH_MODE };
  GstTagList *list = gst_tag_list_new_empty ();

  if (fuzz_one_in (bytes, 3))
    gst_tag_list_set_scope (list, GST_TAG_SCOPE_GLOBAL);
  do {
    switch (fuzz_take (bytes, 4)) {
      case 0:
        add_orientation (list, bytes);
        break;
      case 1:
        add_date (list, bytes);
        break;
      default:
        add_tag (list, tags[fuzz_take (bytes, G_N_ELEMENTS (tags))], bytes);
        break;
    }
  } while (!fuzz_one_in (bytes, 3) && bytes->left > 0);
  return list;
}
