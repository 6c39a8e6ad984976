/* imbytes: the enumerations that properties take.
 *
 * The values are those of the core's own enumerations (plan.h), so that a
 * property is handed on as it is.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

#include "core/plan/plan.h"

G_BEGIN_DECLS

typedef enum
{
  GST_IM_BYTES_FORMAT_AUTO,
  GST_IM_BYTES_FORMAT_JPEG,
  GST_IM_BYTES_FORMAT_PNG
} GstImBytesFormat;

typedef enum
{
  GST_IM_BYTES_ROI_NONE,
  GST_IM_BYTES_ROI_CROP
} GstImBytesRoi;

#define GST_TYPE_IM_BYTES_ROI (gst_im_bytes_roi_get_type ())
GType gst_im_bytes_roi_get_type (void);

#define GST_TYPE_IM_BYTES_FORMAT (gst_im_bytes_format_get_type ())
GType gst_im_bytes_format_get_type (void);

#define GST_TYPE_IM_BYTES_FIT (gst_im_bytes_fit_get_type ())
GType gst_im_bytes_fit_get_type (void);

#define GST_TYPE_IM_BYTES_METHOD (gst_im_bytes_method_get_type ())
GType gst_im_bytes_method_get_type (void);

#define GST_TYPE_IM_BYTES_SUBSAMPLING (gst_im_bytes_subsampling_get_type ())
GType gst_im_bytes_subsampling_get_type (void);

#define GST_TYPE_IM_BYTES_DCT_METHOD (gst_im_bytes_dct_method_get_type ())
GType gst_im_bytes_dct_method_get_type (void);

#define GST_TYPE_IM_BYTES_PNG_FILTER (gst_im_bytes_png_filter_get_type ())
GType gst_im_bytes_png_filter_get_type (void);

#define GST_TYPE_IM_BYTES_BIT_DEPTH (gst_im_bytes_bit_depth_get_type ())
GType gst_im_bytes_bit_depth_get_type (void);

/* For the documentation: types that properties of the element have. */
void gst_im_bytes_enums_mark_as_api (void);

G_END_DECLS
