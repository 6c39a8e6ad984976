/* imbytes: how upstream may lay out frames so that reading them is quick.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytespool.h"

#include "gstimbytesformat.h"

/* A mask: memory and rows start on multiples of 64 bytes. */
#define STRIDE_ALIGN 63

/* Rows that start on cache lines, where the format is read in place. */
static GstBufferPool *
propose_pool (GstCaps *caps, const GstVideoInfo *info,
    const GstAllocationParams *params, guint *size)
{
  GstBufferPool *pool = gst_video_buffer_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstVideoAlignment align;
  ImImageInfo image;

  *size = GST_VIDEO_INFO_SIZE (info);
  gst_buffer_pool_config_set_params (config, caps, *size, 0, 0);
  gst_buffer_pool_config_set_allocator (config, NULL, params);
  gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_im_bytes_image_info_init (&image, info);
  if (image.format.unpack == NULL) {
    gst_video_alignment_reset (&align);
    for (guint p = 0; p < GST_VIDEO_INFO_N_PLANES (info); p++)
      align.stride_align[p] = STRIDE_ALIGN;
    gst_buffer_pool_config_add_option (config,
        GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
    gst_buffer_pool_config_set_video_alignment (config, &align);
  }
  if (!gst_buffer_pool_set_config (pool, config)) {
    gst_clear_object (&pool);
    return NULL;
  }
  config = gst_buffer_pool_get_config (pool);
  gst_buffer_pool_config_get_params (config, NULL, size, NULL, NULL);
  gst_structure_free (config);
  return pool;
}

gboolean
gst_im_bytes_pool_propose (GstQuery *query)
{
  GstAllocationParams params;
  GstBufferPool *pool;
  GstVideoInfo info;
  gboolean need_pool;
  GstCaps *caps;
  guint size;

  gst_query_parse_allocation (query, &caps, &need_pool);
  if (caps == NULL || !gst_video_info_from_caps (&info, caps))
    return FALSE;
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  gst_query_add_allocation_meta (query, GST_VIDEO_CROP_META_API_TYPE, NULL);
  gst_allocation_params_init (&params);
  params.align = STRIDE_ALIGN;
  gst_query_add_allocation_param (query, NULL, &params);
  if (!need_pool)
    return TRUE;
  pool = propose_pool (caps, &info, &params, &size);
  if (pool != NULL) {
    gst_query_add_allocation_pool (query, pool, size, 0, 0);
    gst_object_unref (pool);
  }
  return TRUE;
}
