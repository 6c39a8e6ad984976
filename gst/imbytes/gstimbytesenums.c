/* imbytes: the enumerations that properties take.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytesenums.h"

static GType
register_once (gsize *once, const gchar *name, const GEnumValue *values)
{
  if (g_once_init_enter (once))
    g_once_init_leave (once, g_enum_register_static (name, values));
  return (GType) *once;
}

GType
gst_im_bytes_format_get_type (void)
{
  static gsize once = 0;
  static const GEnumValue values[] = {
    { GST_IM_BYTES_FORMAT_AUTO, "What downstream accepts, JPEG first", "auto" },
    { GST_IM_BYTES_FORMAT_JPEG, "JPEG", "jpeg" },
    { GST_IM_BYTES_FORMAT_PNG, "PNG", "png" }, { 0, NULL, NULL }
  };

  return register_once (&once, "GstImBytesFormat", values);
}

GType
gst_im_bytes_roi_get_type (void)
{
  static gsize once = 0;
  static const GEnumValue values[] = { { GST_IM_BYTES_ROI_NONE,
                                           "Images of whole frames", "none" },
    { GST_IM_BYTES_ROI_CROP, "An image of each region of interest", "crop" },
    { 0, NULL, NULL } };

  return register_once (&once, "GstImBytesRoi", values);
}

GType
gst_im_bytes_fit_get_type (void)
{
  static gsize once = 0;
  static const GEnumValue values[] = {
    { IM_FIT_FILL, "Stretch to width and height", "fill" },
    { IM_FIT_CONTAIN, "Whole picture within width and height, with borders",
        "contain" },
    { IM_FIT_COVER, "Fill width and height, and crop what is over", "cover" },
    { IM_FIT_INSIDE, "Largest picture within width and height, no borders",
        "inside" },
    { 0, NULL, NULL }
  };

  return register_once (&once, "GstImBytesFit", values);
}

GType
gst_im_bytes_method_get_type (void)
{
  static gsize once = 0;
  static GEnumValue values[IM_N_METHODS + 1];

  if (g_once_init_enter (&once)) {
    for (gint i = 0; i < IM_N_METHODS; i++)
      values[i] =
          (GEnumValue){ i, im_methods[i].description, im_methods[i].name };
    g_once_init_leave (&once,
        g_enum_register_static ("GstImBytesMethod", values));
  }
  return once;
}

GType
gst_im_bytes_subsampling_get_type (void)
{
  static gsize once = 0;
  static const GEnumValue values[] = {
    { IM_SUBSAMPLING_AUTO, "The input's own, 4:2:0 for RGB", "auto" },
    { IM_SUBSAMPLING_420, "Chroma halved both ways", "4:2:0" },
    { IM_SUBSAMPLING_422, "Chroma halved horizontally", "4:2:2" },
    { IM_SUBSAMPLING_444, "Chroma as fine as luma", "4:4:4" },
    { IM_SUBSAMPLING_GRAY, "No chroma, a file of one component", "gray" },
    { 0, NULL, NULL }
  };

  return register_once (&once, "GstImBytesSubsampling", values);
}

GType
gst_im_bytes_dct_method_get_type (void)
{
  static gsize once = 0;
  static const GEnumValue values[] = { { IM_DCT_ISLOW, "Accurate integer",
                                           "islow" },
    { IM_DCT_IFAST, "Less accurate integer", "ifast" },
    { IM_DCT_FLOAT, "Floating point", "float" }, { 0, NULL, NULL } };

  return register_once (&once, "GstImBytesDctMethod", values);
}

GType
gst_im_bytes_png_filter_get_type (void)
{
  static gsize once = 0;
  static const GEnumValue values[] = {
    { IM_PNG_FILTER_AUTO, "Whichever suits the compression level", "auto" },
    { IM_PNG_FILTER_NONE, "No filter", "none" },
    { IM_PNG_FILTER_SUB, "Difference to the pixel on the left", "sub" },
    { IM_PNG_FILTER_UP, "Difference to the pixel above", "up" },
    { IM_PNG_FILTER_AVERAGE, "Difference to the mean of both", "average" },
    { IM_PNG_FILTER_PAETH, "Difference to the Paeth predictor", "paeth" },
    { IM_PNG_FILTER_ADAPTIVE, "The best of them for each row", "adaptive" },
    { 0, NULL, NULL }
  };

  return register_once (&once, "GstImBytesPngFilter", values);
}

GType
gst_im_bytes_bit_depth_get_type (void)
{
  static gsize once = 0;
  static const GEnumValue values[] = {
    { 0, "16 for 16-bit gray and RGB input, else 8", "auto" },
    { 8, "8 bits for each sample", "8" },
    { 16, "16 bits for each sample", "16" }, { 0, NULL, NULL }
  };

  return register_once (&once, "GstImBytesBitDepth", values);
}

void
gst_im_bytes_enums_mark_as_api (void)
{
  gst_type_mark_as_plugin_api (GST_TYPE_IM_BYTES_FORMAT, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_IM_BYTES_ROI, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_IM_BYTES_FIT, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_IM_BYTES_METHOD, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_IM_BYTES_SUBSAMPLING, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_IM_BYTES_DCT_METHOD, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_IM_BYTES_PNG_FILTER, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_IM_BYTES_BIT_DEPTH, 0);
}
