/* imbytes: where upstream may put frames so that reading them is quick.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytespool.h"

#include <gst/video/gstvideopool.h>
#include <gst/video/video.h>

/* A mask: memory starts on multiples of 64 bytes. */
#define MEMORY_ALIGN 63

/* Rows lie as GStreamer has them everywhere: dozens of its effects write frames
 * without a look at the strides that the pool has given them. */
static GstBufferPool *
propose_pool (GstCaps *caps, guint size, const GstAllocationParams *params)
{
  GstBufferPool *pool = gst_video_buffer_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);

  gst_buffer_pool_config_set_params (config, caps, size, 0, 0);
  gst_buffer_pool_config_set_allocator (config, NULL, params);
  gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  if (!gst_buffer_pool_set_config (pool, config))
    gst_clear_object (&pool);
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

  gst_query_parse_allocation (query, &caps, &need_pool);
  if (caps == NULL || !gst_video_info_from_caps (&info, caps))
    return FALSE;
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  gst_query_add_allocation_meta (query, GST_VIDEO_CROP_META_API_TYPE, NULL);
  gst_allocation_params_init (&params);
  params.align = MEMORY_ALIGN;
  gst_query_add_allocation_param (query, NULL, &params);
  if (!need_pool)
    return TRUE;
  pool = propose_pool (caps, GST_VIDEO_INFO_SIZE (&info), &params);
  if (pool != NULL) {
    gst_query_add_allocation_pool (query, pool, GST_VIDEO_INFO_SIZE (&info), 0,
        0);
    gst_object_unref (pool);
  }
  return TRUE;
}
