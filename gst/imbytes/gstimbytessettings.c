/* imbytes: the properties that say what the user wants.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytessettings.h"

#include <string.h>

void
gst_im_bytes_settings_init (GstImBytesSettings *settings)
{
  ImRequest *request = &settings->request;

  memset (settings, 0, sizeof (*settings));
  settings->format = GST_IM_BYTES_FORMAT_AUTO;
  settings->direction = GST_VIDEO_ORIENTATION_IDENTITY;
  request->fit = IM_FIT_FILL;
  request->enlarge = true;
  request->square_pixels = true;
  request->background = 0xff000000;
  request->method = IM_METHOD_BILINEAR;
  request->jpeg.quality = 85;
  request->jpeg.subsampling = IM_SUBSAMPLING_AUTO;
  request->jpeg.dct = IM_DCT_ISLOW;
  settings->limits.min_quality = 10;
  settings->rules.skip_corrupted = TRUE;
  request->png.level = 1;
  request->png.filter = IM_PNG_FILTER_AUTO;
}

void
gst_im_bytes_settings_clear (GstImBytesSettings *settings)
{
  g_clear_pointer (&settings->roi_type, g_free);
}

GQuark
gst_im_bytes_settings_get_region_type (const GstImBytesSettings *settings)
{
  GQuark type;

  if (settings->roi_type == NULL)
    return GST_IM_BYTES_ANY_REGION;
  type = g_quark_try_string (settings->roi_type);
  return type != 0 ? type : GST_IM_BYTES_NO_REGION;
}

/* How a property lies in the settings. C's bool is smaller than GLib's. */
typedef enum
{
  KIND_NONE,
  KIND_ENUM,
  KIND_INT,
  KIND_UINT,
  KIND_BOOL,
  KIND_GBOOLEAN,
  KIND_UINT64,
  KIND_DOUBLE,
  KIND_STRING
} Kind;

typedef struct
{
  Kind kind;
  gsize offset;
  gboolean
      negotiated; /* with downstream, or what was negotiated depends on it */
} Setting;

#define NEGOTIATED(kind, field) \
  { \
    kind, G_STRUCT_OFFSET (GstImBytesSettings, field), TRUE \
  }
#define OWN(kind, field) \
  { \
    kind, G_STRUCT_OFFSET (GstImBytesSettings, field), FALSE \
  }

static const Setting table[PROP_LAST_SETTING + 1] = {
  [PROP_FORMAT] = NEGOTIATED (KIND_ENUM, format),
  [PROP_WIDTH] = NEGOTIATED (KIND_UINT, request.width),
  [PROP_HEIGHT] = NEGOTIATED (KIND_UINT, request.height),
  [PROP_FIT] = NEGOTIATED (KIND_ENUM, request.fit),
  [PROP_ENLARGE] = NEGOTIATED (KIND_BOOL, request.enlarge),
  [PROP_SQUARE_PIXELS] = NEGOTIATED (KIND_BOOL, request.square_pixels),
  [PROP_BACKGROUND] = NEGOTIATED (KIND_UINT, request.background),
  [PROP_METHOD] = NEGOTIATED (KIND_ENUM, request.method),
  [PROP_VIDEO_DIRECTION] = NEGOTIATED (KIND_ENUM, direction),
  [PROP_QUALITY] = NEGOTIATED (KIND_INT, request.jpeg.quality),
  [PROP_SUBSAMPLING] = NEGOTIATED (KIND_ENUM, request.jpeg.subsampling),
  [PROP_PROGRESSIVE] = NEGOTIATED (KIND_BOOL, request.jpeg.progressive),
  [PROP_OPTIMIZE] = NEGOTIATED (KIND_BOOL, request.jpeg.optimize),
  [PROP_DCT_METHOD] = NEGOTIATED (KIND_ENUM, request.jpeg.dct),
  [PROP_COMPRESSION_LEVEL] = NEGOTIATED (KIND_UINT, request.png.level),
  [PROP_PNG_FILTER] = NEGOTIATED (KIND_ENUM, request.png.filter),
  [PROP_BIT_DEPTH] = NEGOTIATED (KIND_ENUM, request.png.bit_depth),
  [PROP_PNG_REDUCE] = NEGOTIATED (KIND_BOOL, request.png.reduce),
  [PROP_INTERVAL] = OWN (KIND_UINT64, rules.interval),
  [PROP_ON_REQUEST] = OWN (KIND_GBOOLEAN, rules.on_request),
  [PROP_MIN_CHANGE] = OWN (KIND_DOUBLE, rules.min_change),
  [PROP_MAX_INTERVAL] = OWN (KIND_UINT64, rules.max_interval),
  [PROP_SKIP_CORRUPTED] = OWN (KIND_GBOOLEAN, rules.skip_corrupted),
  [PROP_WARM_UP] = OWN (KIND_UINT64, rules.warm_up),
  [PROP_MIN_DETAIL] = OWN (KIND_DOUBLE, rules.min_detail),
  [PROP_SNAPSHOT] = OWN (KIND_GBOOLEAN, rules.snapshot),
  [PROP_ROI] = OWN (KIND_ENUM, roi),
  [PROP_ROI_TYPE] = OWN (KIND_STRING, roi_type),
  [PROP_MAX_BYTES] = OWN (KIND_UINT, limits.max_bytes),
  [PROP_MIN_QUALITY] = OWN (KIND_INT, limits.min_quality),
  [PROP_METADATA] = OWN (KIND_GBOOLEAN, metadata),
  [PROP_WALL_CLOCK] = OWN (KIND_GBOOLEAN, wall_clock),
  [PROP_POST_MESSAGES] = OWN (KIND_GBOOLEAN, post_messages),
  [PROP_N_THREADS] = OWN (KIND_UINT, n_threads),
};

/* Enumerations are as large as an int, which the compiler may not choose
 * otherwise. */
G_STATIC_ASSERT (sizeof (ImFit) == sizeof (gint));
G_STATIC_ASSERT (sizeof (GstImBytesFormat) == sizeof (gint));

gboolean
gst_im_bytes_settings_set (GstImBytesSettings *settings, guint id,
    const GValue *value)
{
  const Setting *setting = &table[id <= PROP_LAST_SETTING ? id : 0];
  gpointer field = (guint8 *) settings + setting->offset;

  switch (setting->kind) {
    case KIND_ENUM:
      *(gint *) field = g_value_get_enum (value);
      break;
    case KIND_INT:
      *(gint *) field = g_value_get_int (value);
      break;
    case KIND_UINT:
      *(guint *) field = g_value_get_uint (value);
      break;
    case KIND_BOOL:
      *(bool *) field = g_value_get_boolean (value);
      break;
    case KIND_GBOOLEAN:
      *(gboolean *) field = g_value_get_boolean (value);
      break;
    case KIND_UINT64:
      *(guint64 *) field = g_value_get_uint64 (value);
      break;
    case KIND_DOUBLE:
      *(gdouble *) field = g_value_get_double (value);
      break;
    case KIND_STRING:
      g_free (*(gchar **) field);
      *(gchar **) field = g_value_dup_string (value);
      break;
    default:
      return FALSE;
  }
  settings->serial += setting->negotiated ? 1 : 0;
  return TRUE;
}

gboolean
gst_im_bytes_settings_get (const GstImBytesSettings *settings, guint id,
    GValue *value)
{
  const Setting *setting = &table[id <= PROP_LAST_SETTING ? id : 0];
  gconstpointer field = (const guint8 *) settings + setting->offset;

  switch (setting->kind) {
    case KIND_ENUM:
      g_value_set_enum (value, *(const gint *) field);
      break;
    case KIND_INT:
      g_value_set_int (value, *(const gint *) field);
      break;
    case KIND_UINT:
      g_value_set_uint (value, *(const guint *) field);
      break;
    case KIND_BOOL:
      g_value_set_boolean (value, *(const bool *) field);
      break;
    case KIND_GBOOLEAN:
      g_value_set_boolean (value, *(const gboolean *) field);
      break;
    case KIND_UINT64:
      g_value_set_uint64 (value, *(const guint64 *) field);
      break;
    case KIND_DOUBLE:
      g_value_set_double (value, *(const gdouble *) field);
      break;
    case KIND_STRING:
      g_value_set_string (value, *(gchar *const *) field);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}
