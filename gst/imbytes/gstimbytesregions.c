/* imbytes: the regions of interest of a frame.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytesregions.h"

#ifdef GST_IM_BYTES_HAVE_ANALYTICS
#include <gst/analytics/analytics.h>
#endif

static gboolean
is_of_type (GQuark type, GQuark wanted)
{
  return wanted == GST_IM_BYTES_ANY_REGION || type == wanted;
}

static gboolean
next_meta (GstBuffer *buffer, gpointer *state, GstImBytesRegion *region)
{
  const GstVideoRegionOfInterestMeta *meta =
      (gconstpointer) gst_buffer_iterate_meta_filtered (buffer, state,
          GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE);

  if (meta == NULL)
    return FALSE;
  *region = (GstImBytesRegion){
    .type = meta->roi_type,
    .x = meta->x,
    .y = meta->y,
    .width = meta->w,
    .height = meta->h,
    .meta = meta,
  };
  return TRUE;
}

#ifdef GST_IM_BYTES_HAVE_ANALYTICS

/* Whether a meta of @buffer says what @detection does. */
static gboolean
is_in_a_meta (GstBuffer *buffer, const GstImBytesRegion *detection)
{
  GstImBytesRegion region;
  gpointer state = NULL;

  while (next_meta (buffer, &state, &region)) {
    if (region.type == detection->type && region.x == detection->x
        && region.y == detection->y && region.width == detection->width
        && region.height == detection->height)
      return TRUE;
  }
  return FALSE;
}

static gboolean
read_detection (const GstAnalyticsMtd *detection, GstImBytesRegion *region)
{
  gint x, y, width, height;
  gfloat confidence = 0;

  if (!gst_analytics_od_mtd_get_location (detection, &x, &y, &width, &height,
          &confidence))
    return FALSE;
  *region = (GstImBytesRegion){
    .type = gst_analytics_od_mtd_get_obj_type (detection),
    .x = x,
    .y = y,
    .width = width,
    .height = height,
    .id = detection->id,
    .confidence = confidence,
  };
  return TRUE;
}

static gboolean
next_detection (GstImBytesRegionsWalk *walk, GstImBytesRegion *region)
{
  GstAnalyticsMtd detection;

  do {
    while (walk->relations != NULL
        && gst_analytics_relation_meta_iterate (walk->relations,
            &walk->detection, gst_analytics_od_mtd_get_mtd_type (),
            &detection)) {
      if (read_detection (&detection, region)
          && is_of_type (region->type, walk->type)
          && !is_in_a_meta (walk->buffer, region))
        return TRUE;
    }
    walk->detection = NULL;
    walk->relations = gst_buffer_iterate_meta_filtered (walk->buffer,
        &walk->detections, GST_ANALYTICS_RELATION_META_API_TYPE);
  } while (walk->relations != NULL);
  return FALSE;
}

#else

static gboolean
next_detection (G_GNUC_UNUSED GstImBytesRegionsWalk *walk,
    G_GNUC_UNUSED GstImBytesRegion *region)
{
  return FALSE;
}

#endif

void
gst_im_bytes_regions_start (GstImBytesRegionsWalk *walk, GstBuffer *buffer,
    GQuark type)
{
  *walk = (GstImBytesRegionsWalk){ .buffer = buffer, .type = type };
}

gboolean
gst_im_bytes_regions_next (GstImBytesRegionsWalk *walk,
    GstImBytesRegion *region)
{
  while (!walk->metas_end && next_meta (walk->buffer, &walk->meta, region)) {
    if (is_of_type (region->type, walk->type))
      return TRUE;
  }
  walk->metas_end = TRUE;
  return next_detection (walk, region);
}

gboolean
gst_im_bytes_regions_are_in (GstBuffer *buffer, GQuark type)
{
  GstImBytesRegionsWalk walk;
  GstImBytesRegion region;

  gst_im_bytes_regions_start (&walk, buffer, type);
  return gst_im_bytes_regions_next (&walk, &region);
}

ImRect
gst_im_bytes_regions_clip (const GstImBytesRegion *region, const ImRect *frame)
{
  gint64 left = MAX (region->x, frame->x);
  gint64 top = MAX (region->y, frame->y);
  gint64 right = MIN (region->x + region->width, frame->x + frame->width);
  gint64 bottom = MIN (region->y + region->height, frame->y + frame->height);

  if (right <= left || bottom <= top)
    return (ImRect){ 0 };
  return (ImRect){ (int) left, (int) top, (int) (right - left),
    (int) (bottom - top) };
}

static void
describe_meta (GstBuffer *image, const GstVideoRegionOfInterestMeta *meta)
{
  GstVideoRegionOfInterestMeta *copy =
      gst_buffer_add_video_region_of_interest_meta_id (image, meta->roi_type,
          meta->x, meta->y, meta->w, meta->h);

  copy->id = meta->id;
  copy->parent_id = meta->parent_id;
  for (const GList *param = meta->params; param != NULL; param = param->next)
    gst_video_region_of_interest_meta_add_param (copy,
        gst_structure_copy (param->data));
}

static void
describe_detection (GstBuffer *image, const GstImBytesRegion *region)
{
  gint64 x = MAX (region->x, 0), y = MAX (region->y, 0);
  GstVideoRegionOfInterestMeta *meta =
      gst_buffer_add_video_region_of_interest_meta_id (image, region->type,
          (guint) x, (guint) y, (guint) (region->x + region->width - x),
          (guint) (region->y + region->height - y));

  meta->id = (gint) region->id;
  gst_video_region_of_interest_meta_add_param (meta,
      gst_structure_new ("detection", "confidence", G_TYPE_DOUBLE,
          (gdouble) region->confidence, NULL));
}

void
gst_im_bytes_regions_describe (GstBuffer *image, const GstImBytesRegion *region)
{
  if (region->meta != NULL)
    describe_meta (image, region->meta);
  else
    describe_detection (image, region);
}
