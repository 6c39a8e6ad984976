/* imbytes: tags of the stream and times of frames -> what files say of them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytestags.h"

#include <gst/tag/tag.h>
#include <math.h>
#include <string.h>

#include "core/exif.h"

#define NO_TIME G_MININT64

/* NTP counts from 1900 (RFC 5905, 6). */
#define NTP_TO_UNIX 2208988800

static void
forget_metadata (GstImBytesTags *tags)
{
  tags->is_made = FALSE;
  im_bytes_clear (&tags->exif);
  g_clear_pointer (&tags->comment, g_free);
  memset (&tags->metadata, 0, sizeof (tags->metadata));
}

void
gst_im_bytes_tags_clear (GstImBytesTags *tags)
{
  gst_im_bytes_tags_restart (tags);
}

void
gst_im_bytes_tags_restart (GstImBytesTags *tags)
{
  forget_metadata (tags);
  g_clear_pointer (&tags->list, gst_tag_list_unref);
  tags->was_too_long = FALSE;
}

void
gst_im_bytes_tags_merge (GstImBytesTags *tags, const GstTagList *list)
{
  GstTagList *merged =
      gst_tag_list_merge (tags->list, list, GST_TAG_MERGE_REPLACE);

  g_clear_pointer (&tags->list, gst_tag_list_unref);
  tags->list = merged;
  tags->is_made = FALSE;
}

/* Microseconds since 1970; NO_TIME where the frame does not say. */
static gint64
capture_time (GstBuffer *buffer)
{
  gpointer state = NULL;
  GstMeta *meta;

  while ((meta = gst_buffer_iterate_meta_filtered (buffer, &state,
              GST_REFERENCE_TIMESTAMP_META_API_TYPE))
      != NULL) {
    const GstReferenceTimestampMeta *reference = (gconstpointer) meta;
    const GstStructure *clock = gst_caps_get_size (reference->reference) > 0
        ? gst_caps_get_structure (reference->reference, 0)
        : NULL;

    if (clock == NULL || !GST_CLOCK_TIME_IS_VALID (reference->timestamp))
      continue;
    if (gst_structure_has_name (clock, "timestamp/x-unix"))
      return (gint64) (reference->timestamp / 1000);
    if (gst_structure_has_name (clock, "timestamp/x-ntp"))
      return (gint64) (reference->timestamp / 1000)
          - NTP_TO_UNIX * G_USEC_PER_SEC;
  }
  return NO_TIME;
}

/* A place that is none on Earth is left out, as are what is no number. */
static void
check_location (GstTagList *list)
{
  static const struct
  {
    const gchar *tag;
    gdouble most;
  } limits[] = { { GST_TAG_GEO_LOCATION_LATITUDE, 90.0 },
    { GST_TAG_GEO_LOCATION_LONGITUDE, 180.0 },
    { GST_TAG_GEO_LOCATION_ELEVATION, 1e5 },
    { GST_TAG_GEO_LOCATION_MOVEMENT_SPEED, 1e5 },
    { GST_TAG_GEO_LOCATION_MOVEMENT_DIRECTION, 360.0 },
    { GST_TAG_GEO_LOCATION_CAPTURE_DIRECTION, 360.0 },
    { GST_TAG_GEO_LOCATION_HORIZONTAL_ERROR, 1e7 } };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++) {
    gdouble value;

    if (gst_tag_list_get_double (list, limits[i].tag, &value)
        && !(fabs (value) <= limits[i].most))
      gst_tag_list_remove_tag (list, limits[i].tag);
  }
}

/* EXIF has no title; what describes the picture comes nearest. */
static void
describe_by_title (GstTagList *list)
{
  gchar *title = NULL;

  if (gst_tag_list_get_tag_size (list, GST_TAG_DESCRIPTION) == 0
      && gst_tag_list_get_string (list, GST_TAG_TITLE, &title))
    gst_tag_list_add (list, GST_TAG_MERGE_REPLACE, GST_TAG_DESCRIPTION, title,
        NULL);
  g_free (title);
}

static GstDateTime *
find_date_time (const GstTagList *list, gint64 time)
{
  GstDateTime *date_time = NULL;
  GDate *date = NULL;

  if (time != NO_TIME) {
    GDateTime *utc = g_date_time_new_from_unix_utc (time / G_USEC_PER_SEC);
    GDateTime *exact =
        utc != NULL ? g_date_time_add (utc, time % G_USEC_PER_SEC) : NULL;

    g_clear_pointer (&utc, g_date_time_unref);
    return exact != NULL ? gst_date_time_new_from_g_date_time (exact) : NULL;
  }
  if (gst_tag_list_get_date_time (list, GST_TAG_DATE_TIME, &date_time))
    return date_time;
  if (gst_tag_list_get_date (list, GST_TAG_DATE, &date)) {
    if (g_date_valid (date))
      date_time = gst_date_time_new_ymd (g_date_get_year (date),
          (gint) g_date_get_month (date), g_date_get_day (date));
    g_date_free (date);
  }
  return date_time;
}

/* CIPA DC-008, 4.6.6: parts that are not known are blank. */
static void
format_date (gchar text[20], const GstDateTime *time)
{
  if (gst_date_time_has_time (time) && gst_date_time_has_second (time))
    g_snprintf (text, 20, "%04d:%02d:%02d %02d:%02d:%02d",
        gst_date_time_get_year (time), gst_date_time_get_month (time),
        gst_date_time_get_day (time), gst_date_time_get_hour (time),
        gst_date_time_get_minute (time), gst_date_time_get_second (time));
  else
    g_snprintf (text, 20,
        "%04d:%02d:%02d   :  :  ", gst_date_time_get_year (time),
        gst_date_time_get_month (time), gst_date_time_get_day (time));
}

/* CIPA DC-008, 4.6.6: what the tag library leaves out of the time. */
static void
add_time (ImBytes *exif, const GstDateTime *time)
{
  gchar date[20], offset[8], fraction[8];
  ImExifEntry entries[4] = { { IM_EXIF_VERSION, "0232" },
    { IM_EXIF_DATE_TIME_ORIGINAL, date } };
  gint n = 2;

  if (!gst_date_time_has_day (time))
    return;
  format_date (date, time);
  if (gst_date_time_has_time (time)) {
    gint minutes =
        (gint) lrint (60.0 * gst_date_time_get_time_zone_offset (time));

    g_snprintf (offset, sizeof (offset), "%c%02d:%02d", minutes < 0 ? '-' : '+',
        ABS (minutes) / 60 % 24, ABS (minutes) % 60);
    entries[n++] = (ImExifEntry){ IM_EXIF_OFFSET_TIME_ORIGINAL, offset };
  }
  if (gst_date_time_has_second (time)) {
    g_snprintf (fraction, sizeof (fraction), "%06d",
        gst_date_time_get_microsecond (time));
    entries[n++] = (ImExifEntry){ IM_EXIF_SUBSEC_TIME_ORIGINAL, fraction };
  }
  im_exif_add (exif, entries, n);
}

/* The tags as the library is to write them. */
static GstTagList *
prepare_list (const GstImBytesTags *tags, const GstDateTime *time,
    const gchar *orientation)
{
  GstTagList *list = tags->list != NULL ? gst_tag_list_copy (tags->list)
                                        : gst_tag_list_new_empty ();

  gst_tag_list_remove_tag (list, GST_TAG_IMAGE_ORIENTATION);
  gst_tag_list_remove_tag (list, GST_TAG_DATE_TIME);
  if (orientation != NULL)
    gst_tag_list_add (list, GST_TAG_MERGE_REPLACE, GST_TAG_IMAGE_ORIENTATION,
        orientation, NULL);
  if (time != NULL && gst_date_time_has_second (time))
    gst_tag_list_add (list, GST_TAG_MERGE_REPLACE, GST_TAG_DATE_TIME, time,
        NULL);
  check_location (list);
  describe_by_title (list);
  return list;
}

/* The library gives nothing where it knows none of the tags. */
static gboolean
write_list (ImBytes *exif, const GstTagList *list)
{
  static const guint8 empty[14] = { 'I', 'I', '*', 0, 8 };
  GstBuffer *buffer = gst_tag_list_to_exif_buffer_with_tiff_header (list);
  gboolean written = FALSE;
  GstMapInfo map;

  if (buffer == NULL)
    return im_bytes_append (exif, empty, sizeof (empty));
  if (gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    written = im_bytes_append (exif, map.data, map.size);
    gst_buffer_unmap (buffer, &map);
  }
  gst_buffer_unref (buffer);
  return written;
}

static void
write_exif (GstImBytesTags *tags, gint64 frame_time, const gchar *orientation)
{
  GstTagList *empty = gst_tag_list_new_empty ();
  GstDateTime *time =
      find_date_time (tags->list != NULL ? tags->list : empty, frame_time);
  GstTagList *list = prepare_list (tags, time, orientation);

  if ((!gst_tag_list_is_empty (list) || time != NULL)
      && write_list (&tags->exif, list) && time != NULL)
    add_time (&tags->exif, time);
  gst_tag_list_unref (list);
  gst_tag_list_unref (empty);
  g_clear_pointer (&time, gst_date_time_unref);
}

static void
make_metadata (GstImBytesTags *tags, gint64 time, const gchar *orientation)
{
  forget_metadata (tags);
  write_exif (tags, time, orientation);
  if (tags->list != NULL)
    gst_tag_list_get_string (tags->list, GST_TAG_COMMENT, &tags->comment);
  tags->metadata.comment = tags->comment;
  if (tags->exif.size > 0) {
    tags->metadata.exif = tags->exif.data;
    tags->metadata.exif_size = tags->exif.size;
  }
  tags->is_made = TRUE;
  tags->time = time;
  tags->orientation = orientation;
}

/* Whether something does not fit into a picture; it is left out then. */
static gboolean
leave_out_what_is_too_long (ImMetadata *metadata)
{
  gboolean too_long = FALSE;

  if (metadata->exif_size > IM_MAX_EXIF) {
    metadata->exif = NULL;
    metadata->exif_size = 0;
    too_long = TRUE;
  }
  if (metadata->comment != NULL
      && strlen (metadata->comment) > IM_MAX_COMMENT) {
    metadata->comment = NULL;
    too_long = TRUE;
  }
  return too_long;
}

const ImMetadata *
gst_im_bytes_tags_get (GstImBytesTags *tags, GstBuffer *buffer,
    const gchar *orientation, gboolean *too_long)
{
  gint64 time = capture_time (buffer);

  *too_long = FALSE;
  if (tags->is_made && tags->time == time
      && g_strcmp0 (tags->orientation, orientation) == 0)
    return &tags->metadata;
  make_metadata (tags, time, orientation);
  if (leave_out_what_is_too_long (&tags->metadata)) {
    *too_long = !tags->was_too_long;
    tags->was_too_long = TRUE;
  } else {
    tags->was_too_long = FALSE;
  }
  return &tags->metadata;
}
