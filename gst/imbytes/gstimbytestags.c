/* imbytes: tags of the stream and times of frames -> what files say of them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytestags.h"

#include <gst/tag/tag.h>
#include <math.h>
#include <string.h>

#include "core/jpeg/exif.h"

#define NO_TIME GST_IM_BYTES_TAGS_NO_TIME

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

/* CIPA DC-008, 4.6.4 and 4.6.6: tags of the first directory, and of the Exif
 * directory. */
enum
{
  TAG_IMAGE_DESCRIPTION = 0x010e,
  TAG_MAKE = 0x010f,
  TAG_MODEL = 0x0110,
  TAG_X_RESOLUTION = 0x011a,
  TAG_Y_RESOLUTION = 0x011b,
  TAG_RESOLUTION_UNIT = 0x0128,
  TAG_SOFTWARE = 0x0131,
  TAG_ARTIST = 0x013b,
  TAG_YCBCR_POSITIONING = 0x0213,
  TAG_COPYRIGHT = 0x8298,

  TAG_EXIF_VERSION = 0x9000,
  TAG_DATE_TIME_ORIGINAL = 0x9003,
  TAG_OFFSET_TIME_ORIGINAL = 0x9011,
  TAG_COMPONENTS_CONFIGURATION = 0x9101,
  TAG_SUBSEC_TIME_ORIGINAL = 0x9291,
  TAG_FLASHPIX_VERSION = 0xa000,
  TAG_COLOR_SPACE = 0xa001,
  TAG_PIXEL_X_DIMENSION = 0xa002,
  TAG_PIXEL_Y_DIMENSION = 0xa003,

  TAG_GPS_VERSION_ID = 0x0000
};

/* The library writes text in Latin-1, and leaves out what that does not have. */
static const struct
{
  const gchar *name;
  guint tag;
} texts[] = { { GST_TAG_DESCRIPTION, TAG_IMAGE_DESCRIPTION },
  { GST_TAG_DEVICE_MANUFACTURER, TAG_MAKE },
  { GST_TAG_DEVICE_MODEL, TAG_MODEL },
  { GST_TAG_APPLICATION_NAME, TAG_SOFTWARE }, { GST_TAG_ARTIST, TAG_ARTIST },
  { GST_TAG_COPYRIGHT, TAG_COPYRIGHT } };

/* Takes them out of @list. */
static gboolean
add_texts (ImBytes *exif, GstTagList *list)
{
  ImExifEntry entries[G_N_ELEMENTS (texts)];
  gchar *values[G_N_ELEMENTS (texts)];
  gboolean added;
  gint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    if (!gst_tag_list_get_string (list, texts[i].name, &values[n]))
      continue;
    entries[n] = im_exif_text (IM_EXIF_IMAGE, texts[i].tag, values[n]);
    n++;
  }
  added = n == 0 || im_exif_add (exif, entries, n);
  while (n > 0)
    g_free (values[--n]);
  return added;
}

static void
remove_texts (GstTagList *list)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    gst_tag_list_remove_tag (list, texts[i].name);
}

/* What the tag library leaves out of the time. */
static gboolean
add_time (ImBytes *exif, const GstDateTime *time)
{
  gchar date[20], offset[8], fraction[8];
  ImExifEntry entries[3];
  gint n = 0;

  if (!gst_date_time_has_day (time))
    return TRUE;
  format_date (date, time);
  entries[n++] = im_exif_text (IM_EXIF_PHOTO, TAG_DATE_TIME_ORIGINAL, date);
  if (gst_date_time_has_time (time)) {
    gint minutes =
        (gint) lrint (60.0 * gst_date_time_get_time_zone_offset (time));

    g_snprintf (offset, sizeof (offset), "%c%02d:%02d", minutes < 0 ? '-' : '+',
        ABS (minutes) / 60 % 24, ABS (minutes) % 60);
    entries[n++] =
        im_exif_text (IM_EXIF_PHOTO, TAG_OFFSET_TIME_ORIGINAL, offset);
  }
  if (gst_date_time_has_second (time)) {
    g_snprintf (fraction, sizeof (fraction), "%06d",
        gst_date_time_get_microsecond (time));
    entries[n++] =
        im_exif_text (IM_EXIF_PHOTO, TAG_SUBSEC_TIME_ORIGINAL, fraction);
  }
  return im_exif_add (exif, entries, n);
}

/* CIPA DC-008, 4.6.8: what every file has to have. Sizes change with every
 * picture; the rest stands where tags say nothing else. */
static gboolean
add_required (ImBytes *exif, const GstImBytesTagsPicture *picture)
{
  static const guint8 inch[2] = { 2, 0 }, one[2] = { 1, 0 };
  static const guint8 dots[8] = { 72, 0, 0, 0, 1, 0, 0, 0 };
  static const guint8 colour[4] = { 1, 2, 3, 0 }, gray[4] = { 1, 0, 0, 0 };
  static const guint8 gps_version[4] = { 2, 3, 0, 0 };
  guint32 width = GUINT32_TO_LE ((guint32) picture->width);
  guint32 height = GUINT32_TO_LE ((guint32) picture->height);
  ImExifEntry entries[] = {
    { IM_EXIF_IMAGE, TAG_X_RESOLUTION, IM_EXIF_RATIONAL, 1, dots, true },
    { IM_EXIF_IMAGE, TAG_Y_RESOLUTION, IM_EXIF_RATIONAL, 1, dots, true },
    { IM_EXIF_IMAGE, TAG_RESOLUTION_UNIT, IM_EXIF_SHORT, 1, inch, true },
    { IM_EXIF_PHOTO, TAG_EXIF_VERSION, IM_EXIF_UNDEFINED, 4, "0232", false },
    { IM_EXIF_PHOTO, TAG_FLASHPIX_VERSION, IM_EXIF_UNDEFINED, 4, "0100", true },
    { IM_EXIF_PHOTO, TAG_COLOR_SPACE, IM_EXIF_SHORT, 1, one, true },
    { IM_EXIF_PHOTO, TAG_PIXEL_X_DIMENSION, IM_EXIF_LONG, 1, &width, false },
    { IM_EXIF_PHOTO, TAG_PIXEL_Y_DIMENSION, IM_EXIF_LONG, 1, &height, false },
    /* Chroma lies between the luma samples (ITU-T T.871, 7). */
    { IM_EXIF_IMAGE, TAG_YCBCR_POSITIONING, IM_EXIF_SHORT, 1, one, false },
    { IM_EXIF_PHOTO, TAG_COMPONENTS_CONFIGURATION, IM_EXIF_UNDEFINED, 4,
        picture->is_gray ? gray : colour, false },
  };
  const ImExifEntry version = { IM_EXIF_GPS, TAG_GPS_VERSION_ID, IM_EXIF_BYTE,
    4, gps_version, true };
  gint n = (gint) G_N_ELEMENTS (entries);

  if (!picture->is_jpeg)
    n -= 2;
  return im_exif_add (exif, entries, n)
      && (!im_exif_has (exif, IM_EXIF_GPS) || im_exif_add (exif, &version, 1));
}

/* The tags as they are to be written; without any, an empty list. */
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

/* Little-endian on every machine. The library gives nothing where it knows none
 * of the tags. */
static gboolean
write_list (ImBytes *exif, const GstTagList *list)
{
  static const guint8 header[8] = { 'I', 'I', '*', 0, sizeof (header) };
  GstBuffer *buffer =
      gst_tag_list_to_exif_buffer (list, G_LITTLE_ENDIAN, sizeof (header));
  gboolean written = FALSE;
  GstMapInfo map;

  if (buffer == NULL)
    return TRUE;
  if (gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    written = map.size == 0
        || (im_bytes_append (exif, header, sizeof (header))
            && im_bytes_append (exif, map.data, map.size));
    gst_buffer_unmap (buffer, &map);
  }
  gst_buffer_unref (buffer);
  return written;
}

static gboolean
write_entries (ImBytes *exif, GstTagList *list, const GstDateTime *time,
    const GstImBytesTagsPicture *picture)
{
  GstTagList *others = gst_tag_list_copy (list);
  gboolean written;

  remove_texts (others);
  written = write_list (exif, others) && add_texts (exif, list)
      && (time == NULL || add_time (exif, time));
  gst_tag_list_unref (others);
  /* Nothing to say is no EXIF. */
  return written && (exif->size == 0 || add_required (exif, picture));
}

static gboolean
write_exif (GstImBytesTags *tags, gint64 frame_time,
    const GstImBytesTagsPicture *picture)
{
  GstTagList *empty = gst_tag_list_new_empty ();
  GstDateTime *time =
      find_date_time (tags->list != NULL ? tags->list : empty, frame_time);
  GstTagList *list = prepare_list (tags, time, picture->orientation);
  gboolean written = write_entries (&tags->exif, list, time, picture);

  if (!written)
    im_bytes_clear (&tags->exif);
  gst_tag_list_unref (list);
  gst_tag_list_unref (empty);
  g_clear_pointer (&time, gst_date_time_unref);
  return written;
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

static GstImBytesTagsResult
make_metadata (GstImBytesTags *tags, gint64 time,
    const GstImBytesTagsPicture *picture)
{
  gboolean written;

  forget_metadata (tags);
  written = write_exif (tags, time, picture);
  if (tags->list != NULL)
    gst_tag_list_get_string (tags->list, GST_TAG_COMMENT, &tags->comment);
  tags->metadata.comment = tags->comment;
  if (tags->exif.size > 0) {
    tags->metadata.exif = tags->exif.data;
    tags->metadata.exif_size = tags->exif.size;
  }
  tags->is_made = TRUE;
  tags->time = time;
  tags->picture = *picture;
  if (leave_out_what_is_too_long (&tags->metadata))
    return GST_IM_BYTES_TAGS_TOO_LONG;
  return written ? GST_IM_BYTES_TAGS_WRITTEN : GST_IM_BYTES_TAGS_NOT_WRITTEN;
}

static gboolean
is_made_for (const GstImBytesTags *tags, gint64 time,
    const GstImBytesTagsPicture *picture)
{
  const GstImBytesTagsPicture *made = &tags->picture;

  return tags->is_made && tags->time == time
      && made->is_jpeg == picture->is_jpeg && made->is_gray == picture->is_gray
      && made->width == picture->width && made->height == picture->height
      && g_strcmp0 (made->orientation, picture->orientation) == 0;
}

const ImMetadata *
gst_im_bytes_tags_get (GstImBytesTags *tags, GstBuffer *buffer,
    gint64 wall_time, const GstImBytesTagsPicture *picture,
    GstImBytesTagsResult *result)
{
  gint64 time = capture_time (buffer);

  if (time == NO_TIME)
    time = wall_time;
  if (!is_made_for (tags, time, picture))
    tags->result = make_metadata (tags, time, picture);
  *result = tags->result;
  return &tags->metadata;
}
