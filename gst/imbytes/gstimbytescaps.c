/* imbytes: the caps of both pads.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytescaps.h"

#include <string.h>

static const gchar *const sampling_names[] = { [IM_SUBSAMPLING_420] =
                                                   "YCbCr-4:2:0",
  [IM_SUBSAMPLING_422] = "YCbCr-4:2:2",
  [IM_SUBSAMPLING_444] = "YCbCr-4:4:4",
  [IM_SUBSAMPLING_GRAY] = "GRAYSCALE" };

gboolean
gst_im_bytes_caps_format_is_allowed (GstImBytesFormat format, ImCodecId codec)
{
  return format == GST_IM_BYTES_FORMAT_AUTO
      || (format == GST_IM_BYTES_FORMAT_JPEG && codec == IM_CODEC_JPEG)
      || (format == GST_IM_BYTES_FORMAT_PNG && codec == IM_CODEC_PNG);
}

void
gst_im_bytes_caps_set_output_info (GstVideoInfo *output,
    const GstImBytesChoice *choice, const GstVideoInfo *info)
{
  const ImPlan *plan = &choice->plan;

  GST_VIDEO_INFO_WIDTH (output) = plan->width;
  GST_VIDEO_INFO_HEIGHT (output) = plan->height;
  GST_VIDEO_INFO_PAR_N (output) = plan->par_n;
  GST_VIDEO_INFO_PAR_D (output) = plan->par_d;
  GST_VIDEO_INFO_FPS_N (output) = GST_VIDEO_INFO_FPS_N (info);
  GST_VIDEO_INFO_FPS_D (output) = GST_VIDEO_INFO_FPS_D (info);
  GST_VIDEO_INFO_FLAGS (output) = GST_VIDEO_INFO_FLAGS (info)
      & GST_VIDEO_FLAG_VARIABLE_FPS;
  GST_VIDEO_INFO_INTERLACE_MODE (output) = GST_VIDEO_INTERLACE_MODE_PROGRESSIVE;
  memset (&output->colorimetry, 0, sizeof (output->colorimetry));
  if (plan->codec == IM_CODEC_JPEG)
    gst_video_colorimetry_from_string (&output->colorimetry,
        choice->colorimetry);
}

static void
set_framerate (GstCaps *caps, const GstVideoInfo *info)
{
  gint fps_n = GST_VIDEO_INFO_FPS_N (info), fps_d = GST_VIDEO_INFO_FPS_D (info);

  if ((GST_VIDEO_INFO_FLAGS (info) & GST_VIDEO_FLAG_VARIABLE_FPS) && fps_n != 0)
    gst_caps_set_simple (caps, "framerate", GST_TYPE_FRACTION, 0, 1,
        "max-framerate", GST_TYPE_FRACTION, fps_n, fps_d, NULL);
  else
    gst_caps_set_simple (caps, "framerate", GST_TYPE_FRACTION, fps_n, fps_d,
        NULL);
}

GstCaps *
gst_im_bytes_caps_new (const GstImBytesChoice *choice, const GstVideoInfo *info)
{
  const ImPlan *plan = &choice->plan;
  GstCaps *caps = gst_caps_new_simple (im_codec_get (plan->codec)->media_type,
      "width", G_TYPE_INT, plan->width, "height", G_TYPE_INT, plan->height,
      "pixel-aspect-ratio", GST_TYPE_FRACTION, plan->par_n, plan->par_d,
      "interlace-mode", G_TYPE_STRING, "progressive", NULL);

  set_framerate (caps, info);
  if (plan->codec == IM_CODEC_JPEG)
    gst_caps_set_simple (caps, "parsed", G_TYPE_BOOLEAN, TRUE, "sof-marker",
        G_TYPE_INT, plan->jpeg.progressive ? 2 : 0, "colorspace", G_TYPE_STRING,
        plan->model == IM_MODEL_GRAY ? "GRAY" : "sYUV", "sampling",
        G_TYPE_STRING, sampling_names[plan->jpeg.subsampling], "colorimetry",
        G_TYPE_STRING, choice->colorimetry, NULL);
  return caps;
}

static void
append_format (GValue *list, GstVideoFormat format)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, gst_video_format_to_string (format));
  gst_value_list_append_and_take_value (list, &value);
}

GstCaps *
gst_im_bytes_caps_new_sink_template (void)
{
  static const GstVideoFormat preferred[] = { GST_VIDEO_FORMAT_I420,
    GST_VIDEO_FORMAT_YV12, GST_VIDEO_FORMAT_NV12, GST_VIDEO_FORMAT_NV21,
    GST_VIDEO_FORMAT_Y42B, GST_VIDEO_FORMAT_YUY2, GST_VIDEO_FORMAT_UYVY,
    GST_VIDEO_FORMAT_Y444, GST_VIDEO_FORMAT_RGB, GST_VIDEO_FORMAT_BGR,
    GST_VIDEO_FORMAT_RGBx, GST_VIDEO_FORMAT_BGRx };
  GstCaps *caps = gst_caps_from_string ("video/x-raw, "
                                        "format = " GST_VIDEO_FORMATS_ALL ", "
                                        "width = " GST_VIDEO_SIZE_RANGE ", "
                                        "height = " GST_VIDEO_SIZE_RANGE);
  const GValue *all =
      gst_structure_get_value (gst_caps_get_structure (caps, 0), "format");
  GValue sorted = G_VALUE_INIT;

  g_value_init (&sorted, GST_TYPE_LIST);
  for (guint i = 0; i < G_N_ELEMENTS (preferred); i++)
    append_format (&sorted, preferred[i]);
  for (guint i = 0; i < gst_value_list_get_size (all); i++) {
    GstVideoFormat format = gst_video_format_from_string (
        g_value_get_string (gst_value_list_get_value (all, i)));
    guint p = 0;

    while (p < G_N_ELEMENTS (preferred) && preferred[p] != format)
      p++;
    if (p == G_N_ELEMENTS (preferred))
      append_format (&sorted, format);
  }
  gst_caps_set_value (caps, "format", &sorted);
  g_value_unset (&sorted);
  return caps;
}

static GstCaps *
with_framerate (GstCaps *templ, const GValue *framerate)
{
  GstCaps *caps = gst_caps_copy (templ);

  gst_caps_set_value (caps, "framerate", framerate);
  return caps;
}

/* What the structures of @downstream that are ours ask of the framerate. */
static GstCaps *
limit_framerate (GstCaps *templ, const GstCaps *downstream,
    GstImBytesFormat format)
{
  GstCaps *result = gst_caps_new_empty ();

  for (guint i = 0;
       !gst_caps_is_any (downstream) && i < gst_caps_get_size (downstream);
       i++) {
    const GstStructure *structure = gst_caps_get_structure (downstream, i);
    const GValue *framerate = gst_structure_get_value (structure, "framerate");
    gboolean ours =
        (gst_structure_has_name (structure, "image/jpeg")
            && gst_im_bytes_caps_format_is_allowed (format, IM_CODEC_JPEG))
        || (gst_structure_has_name (structure, "image/png")
            && gst_im_bytes_caps_format_is_allowed (format, IM_CODEC_PNG));

    if (ours && framerate == NULL) {
      gst_caps_unref (result);
      return gst_caps_ref (templ);
    }
    if (ours)
      result = gst_caps_merge (result, with_framerate (templ, framerate));
  }
  return result;
}

GstCaps *
gst_im_bytes_caps_for_sink (GstCaps *templ, const GstCaps *downstream,
    const GstCaps *filter, GstImBytesFormat format)
{
  GstCaps *caps = limit_framerate (templ, downstream, format), *filtered;

  if (filter != NULL) {
    filtered = gst_caps_intersect_full (caps, (GstCaps *) filter,
        GST_CAPS_INTERSECT_FIRST);
    gst_caps_unref (caps);
    caps = filtered;
  }
  if (!gst_caps_is_empty (caps))
    return caps;
  gst_caps_unref (caps);
  return filter != NULL ? gst_caps_intersect_full (templ, (GstCaps *) filter,
             GST_CAPS_INTERSECT_FIRST)
                        : gst_caps_ref (templ);
}
