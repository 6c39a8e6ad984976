/* imbytes: the regions of interest of a frame.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytesregions.h"

const GstVideoRegionOfInterestMeta *
gst_im_bytes_regions_next (GstBuffer *buffer, gpointer *state, GQuark type)
{
  GstMeta *meta;

  while ((meta = gst_buffer_iterate_meta_filtered (buffer, state,
              GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))
      != NULL) {
    const GstVideoRegionOfInterestMeta *region = (gconstpointer) meta;

    if (type == GST_IM_BYTES_ANY_REGION || region->roi_type == type)
      return region;
  }
  return NULL;
}

gboolean
gst_im_bytes_regions_are_in (GstBuffer *buffer, GQuark type)
{
  gpointer state = NULL;

  return gst_im_bytes_regions_next (buffer, &state, type) != NULL;
}

ImRect
gst_im_bytes_regions_clip (const GstVideoRegionOfInterestMeta *region,
    const ImRect *frame)
{
  gint64 left = MAX ((gint64) region->x, frame->x);
  gint64 top = MAX ((gint64) region->y, frame->y);
  gint64 right = MIN ((gint64) region->x + region->w, frame->x + frame->width);
  gint64 bottom =
      MIN ((gint64) region->y + region->h, frame->y + frame->height);

  if (right <= left || bottom <= top)
    return (ImRect){ 0 };
  return (ImRect){ (int) left, (int) top, (int) (right - left),
    (int) (bottom - top) };
}

void
gst_im_bytes_regions_describe (GstBuffer *image,
    const GstVideoRegionOfInterestMeta *region)
{
  GstVideoRegionOfInterestMeta *copy =
      gst_buffer_add_video_region_of_interest_meta_id (image, region->roi_type,
          region->x, region->y, region->w, region->h);

  copy->id = region->id;
  copy->parent_id = region->parent_id;
  for (const GList *param = region->params; param != NULL; param = param->next)
    gst_video_region_of_interest_meta_add_param (copy,
        gst_structure_copy (param->data));
}
