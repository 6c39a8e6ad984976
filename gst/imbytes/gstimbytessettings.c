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
  request->png.level = 1;
  request->png.filter = IM_PNG_FILTER_AUTO;
}

gboolean
gst_im_bytes_settings_set (GstImBytesSettings *settings, guint id,
    const GValue *value)
{
  ImRequest *request = &settings->request;

  /* Those that return at once change nothing that was agreed on with anyone. */
  switch (id) {
    case PROP_FORMAT:
      settings->format = g_value_get_enum (value);
      break;
    case PROP_WIDTH:
      request->width = (int) g_value_get_uint (value);
      break;
    case PROP_HEIGHT:
      request->height = (int) g_value_get_uint (value);
      break;
    case PROP_FIT:
      request->fit = g_value_get_enum (value);
      break;
    case PROP_ENLARGE:
      request->enlarge = g_value_get_boolean (value);
      break;
    case PROP_SQUARE_PIXELS:
      request->square_pixels = g_value_get_boolean (value);
      break;
    case PROP_BACKGROUND:
      request->background = g_value_get_uint (value);
      break;
    case PROP_METHOD:
      request->method = g_value_get_enum (value);
      break;
    case PROP_VIDEO_DIRECTION:
      settings->direction = g_value_get_enum (value);
      break;
    case PROP_QUALITY:
      request->jpeg.quality = g_value_get_int (value);
      break;
    case PROP_SUBSAMPLING:
      request->jpeg.subsampling = g_value_get_enum (value);
      break;
    case PROP_PROGRESSIVE:
      request->jpeg.progressive = g_value_get_boolean (value);
      break;
    case PROP_OPTIMIZE:
      request->jpeg.optimize = g_value_get_boolean (value);
      break;
    case PROP_DCT_METHOD:
      request->jpeg.dct = g_value_get_enum (value);
      break;
    case PROP_COMPRESSION_LEVEL:
      request->png.level = (int) g_value_get_uint (value);
      break;
    case PROP_PNG_FILTER:
      request->png.filter = g_value_get_enum (value);
      break;
    case PROP_BIT_DEPTH:
      request->png.bit_depth = g_value_get_enum (value);
      break;
    case PROP_INTERVAL:
      settings->rules.interval = g_value_get_uint64 (value);
      return TRUE;
    case PROP_ON_REQUEST:
      settings->rules.on_request = g_value_get_boolean (value);
      return TRUE;
    case PROP_MIN_CHANGE:
      settings->rules.min_change = g_value_get_double (value);
      return TRUE;
    case PROP_MAX_INTERVAL:
      settings->rules.max_interval = g_value_get_uint64 (value);
      return TRUE;
    case PROP_SNAPSHOT:
      settings->snapshot = g_value_get_boolean (value);
      return TRUE;
    case PROP_ROI:
      settings->roi = g_value_get_enum (value);
      return TRUE;
    case PROP_ROI_TYPE:
      /* Regions name their types by quarks, too. */
      settings->roi_type = g_quark_from_string (g_value_get_string (value));
      return TRUE;
    case PROP_MAX_BYTES:
      settings->limits.max_bytes = g_value_get_uint (value);
      return TRUE;
    case PROP_MIN_QUALITY:
      settings->limits.min_quality = g_value_get_int (value);
      return TRUE;
    case PROP_METADATA:
      settings->metadata = g_value_get_boolean (value);
      return TRUE;
    case PROP_POST_MESSAGES:
      settings->post_messages = g_value_get_boolean (value);
      return TRUE;
    case PROP_N_THREADS:
      settings->n_threads = g_value_get_uint (value);
      return TRUE;
    default:
      return FALSE;
  }
  settings->serial++;
  return TRUE;
}

gboolean
gst_im_bytes_settings_get (const GstImBytesSettings *settings, guint id,
    GValue *value)
{
  const ImRequest *request = &settings->request;

  switch (id) {
    case PROP_FORMAT:
      g_value_set_enum (value, settings->format);
      break;
    case PROP_WIDTH:
      g_value_set_uint (value, (guint) request->width);
      break;
    case PROP_HEIGHT:
      g_value_set_uint (value, (guint) request->height);
      break;
    case PROP_FIT:
      g_value_set_enum (value, request->fit);
      break;
    case PROP_ENLARGE:
      g_value_set_boolean (value, request->enlarge);
      break;
    case PROP_SQUARE_PIXELS:
      g_value_set_boolean (value, request->square_pixels);
      break;
    case PROP_BACKGROUND:
      g_value_set_uint (value, request->background);
      break;
    case PROP_METHOD:
      g_value_set_enum (value, request->method);
      break;
    case PROP_VIDEO_DIRECTION:
      g_value_set_enum (value, settings->direction);
      break;
    case PROP_QUALITY:
      g_value_set_int (value, request->jpeg.quality);
      break;
    case PROP_SUBSAMPLING:
      g_value_set_enum (value, request->jpeg.subsampling);
      break;
    case PROP_PROGRESSIVE:
      g_value_set_boolean (value, request->jpeg.progressive);
      break;
    case PROP_OPTIMIZE:
      g_value_set_boolean (value, request->jpeg.optimize);
      break;
    case PROP_DCT_METHOD:
      g_value_set_enum (value, request->jpeg.dct);
      break;
    case PROP_COMPRESSION_LEVEL:
      g_value_set_uint (value, (guint) request->png.level);
      break;
    case PROP_PNG_FILTER:
      g_value_set_enum (value, request->png.filter);
      break;
    case PROP_BIT_DEPTH:
      g_value_set_enum (value, request->png.bit_depth);
      break;
    case PROP_INTERVAL:
      g_value_set_uint64 (value, settings->rules.interval);
      break;
    case PROP_ON_REQUEST:
      g_value_set_boolean (value, settings->rules.on_request);
      break;
    case PROP_MIN_CHANGE:
      g_value_set_double (value, settings->rules.min_change);
      break;
    case PROP_MAX_INTERVAL:
      g_value_set_uint64 (value, settings->rules.max_interval);
      break;
    case PROP_SNAPSHOT:
      g_value_set_boolean (value, settings->snapshot);
      break;
    case PROP_ROI:
      g_value_set_enum (value, settings->roi);
      break;
    case PROP_ROI_TYPE:
      g_value_set_string (value, g_quark_to_string (settings->roi_type));
      break;
    case PROP_MAX_BYTES:
      g_value_set_uint (value, settings->limits.max_bytes);
      break;
    case PROP_MIN_QUALITY:
      g_value_set_int (value, settings->limits.min_quality);
      break;
    case PROP_METADATA:
      g_value_set_boolean (value, settings->metadata);
      break;
    case PROP_POST_MESSAGES:
      g_value_set_boolean (value, settings->post_messages);
      break;
    case PROP_N_THREADS:
      g_value_set_uint (value, settings->n_threads);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}
