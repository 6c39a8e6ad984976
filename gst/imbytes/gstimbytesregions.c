/* imbytes: images of the regions of a frame instead of the whole of it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytesregions.h"

#include "core/workers.h"

typedef struct
{
  const GstVideoRegionOfInterestMeta *meta;
  GstImBytesPicture picture;
  ImRequest request;
  ImBudget *budget;
  GstImBytesOutcome outcome;
  GstBuffer *buffer; /* NULL with neither an error nor an excess: not coded */
  ImError error;
} Region;

struct _GstImBytesRegions
{
  ImEngine *engines[IM_MAX_LANES]; /* made when a lane is first used */
  GArray *list;                    /* Region: those of the frame under way */
  GArray *budgets;                 /* ImBudget: the first region's, and so on */

  /* While a batch is coded. */
  const ImImage *image;
  const ImMetadata *metadata;
  const GstImBytesLimits *limits;
  GstAllocator *allocator;
  GstAllocationParams params;
  guint first;
};

GstImBytesRegions *
gst_im_bytes_regions_new (void)
{
  GstImBytesRegions *regions = g_new0 (GstImBytesRegions, 1);

  regions->list = g_array_new (FALSE, TRUE, sizeof (Region));
  regions->budgets = g_array_new (FALSE, TRUE, sizeof (ImBudget));
  return regions;
}

void
gst_im_bytes_regions_free (GstImBytesRegions *regions)
{
  if (regions == NULL)
    return;
  for (guint i = 0; i < IM_MAX_LANES; i++)
    im_engine_free (regions->engines[i]);
  g_array_unref (regions->list);
  g_array_unref (regions->budgets);
  g_free (regions);
}

static const GstVideoRegionOfInterestMeta *
next_region (GstBuffer *buffer, gpointer *state, GQuark type)
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

  return next_region (buffer, &state, type) != NULL;
}

/* What lies within both; empty where nothing does. */
static ImRect
clip (const GstVideoRegionOfInterestMeta *meta, const ImRect *frame)
{
  gint64 left = MAX ((gint64) meta->x, frame->x);
  gint64 top = MAX ((gint64) meta->y, frame->y);
  gint64 right = MIN ((gint64) meta->x + meta->w, frame->x + frame->width);
  gint64 bottom = MIN ((gint64) meta->y + meta->h, frame->y + frame->height);

  if (right <= left || bottom <= top)
    return (ImRect){ 0 };
  return (ImRect){ (int) left, (int) top, (int) (right - left),
    (int) (bottom - top) };
}

static void
drop_region (GstImBytes *self, const GstVideoRegionOfInterestMeta *meta,
    const ImRect *frame)
{
  const gchar *type = g_quark_to_string (meta->roi_type);

  if (!self->state.was_outside)
    GST_ELEMENT_WARNING (self, STREAM, ENCODE,
        ("A region (%s, %ux%u at %u,%u) has nothing in common with the %dx%d "
         "frame and was left out; see what makes the regions.",
            type != NULL ? type : "no type", meta->w, meta->h, meta->x, meta->y,
            frame->width, frame->height),
        (NULL));
  self->state.was_outside = TRUE;
  GST_OBJECT_LOCK (self);
  self->stats.images_dropped++;
  GST_OBJECT_UNLOCK (self);
}

/* Fills the list. */
static void
collect (GstImBytes *self, GstBuffer *buffer, const GstImBytesPicture *picture,
    GQuark type)
{
  GstImBytesRegions *regions = self->state.regions;
  const GstVideoRegionOfInterestMeta *meta;
  gpointer state = NULL;
  ImRect frame = picture->crop;
  gboolean outside = FALSE;

  if (frame.width == 0)
    frame = (ImRect){ 0, 0, picture->info.width, picture->info.height };
  g_array_set_size (regions->list, 0);
  while ((meta = next_region (buffer, &state, type)) != NULL) {
    Region region = { .meta = meta, .picture = *picture };

    region.picture.crop = clip (meta, &frame);
    if (region.picture.crop.width > 0) {
      g_array_append_val (regions->list, region);
    } else {
      drop_region (self, meta, &frame);
      outside = TRUE;
    }
  }
  self->state.was_outside = outside;
  if (regions->budgets->len < regions->list->len)
    g_array_set_size (regions->budgets, regions->list->len);
}

static void
encode_region (GstImBytesRegions *regions, ImEngine *engine, Region *region)
{
  im_engine_set_metadata (engine, regions->metadata);
  if (!gst_im_bytes_image_encode (engine, region->budget, regions->limits,
          regions->image, &region->request, &region->outcome, &region->error))
    return;
  region->buffer = gst_im_bytes_buffer_new (engine, region->outcome.size,
      regions->allocator, &regions->params, &region->error);
}

/* On any thread. */
static void
encode_job (void *data, int index, int lane)
{
  GstImBytesRegions *regions = data;
  Region *region =
      &g_array_index (regions->list, Region, regions->first + (guint) index);
  ImEngine **engine = &regions->engines[lane];
  GstClockTime start = gst_util_get_timestamp ();

  if (*engine == NULL && (*engine = im_engine_new ()) != NULL)
    im_engine_set_threads (*engine, 1);
  if (*engine == NULL)
    im_error_no_memory (&region->error, "the image of a region");
  else
    encode_region (regions, *engine, region);
  region->outcome.time = gst_util_get_timestamp () - start;
}

/* Regions [@first, @end), whose images look alike from outside. */
static void
encode_batch (GstImBytes *self, GstVideoCodecFrame *frame, const ImImage *image,
    const GstImBytesSettings *settings, guint first, guint end)
{
  GstImBytesState *state = &self->state;
  GstImBytesRegions *regions = state->regions;
  gint n_threads = settings->n_threads > 0 ? (gint) settings->n_threads
                                           : im_workers_processors ();

  for (guint i = first; i < end; i++) {
    Region *region = &g_array_index (regions->list, Region, i);

    region->request =
        gst_im_bytes_caps_request (&state->choice, &region->picture);
    region->budget = &g_array_index (regions->budgets, ImBudget, i);
  }
  regions->image = image;
  regions->metadata = gst_im_bytes_get_metadata (self, frame, settings);
  regions->limits = &settings->limits;
  regions->first = first;
  gst_video_encoder_get_allocator (GST_VIDEO_ENCODER (self),
      &regions->allocator, &regions->params);
  if (end - first > 1) {
    im_workers_run (encode_job, regions, (int) (end - first), n_threads);
  } else {
    /* A single one has all threads for its strips. */
    Region *region = &g_array_index (regions->list, Region, first);
    GstClockTime start = gst_util_get_timestamp ();

    encode_region (regions, state->engine, region);
    region->outcome.time = gst_util_get_timestamp () - start;
  }
  g_clear_pointer (&regions->allocator, gst_object_unref);
}

static void
describe_region (GstBuffer *image, const GstVideoRegionOfInterestMeta *meta)
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

/* Sends what a batch has made. The last region's image finishes the frame. */
static GstFlowReturn
send_batch (GstImBytes *self, GstVideoCodecFrame *frame,
    const GstImBytesSettings *settings, guint first, guint end,
    gboolean *finished)
{
  GArray *list = self->state.regions->list;
  GstFlowReturn ret = GST_FLOW_OK;

  for (guint i = first; i < end; i++) {
    Region *region = &g_array_index (list, Region, i);

    if (ret != GST_FLOW_OK) {
      gst_clear_buffer (&region->buffer);
    } else if (region->buffer != NULL) {
      *finished = i + 1 == list->len;
      describe_region (region->buffer, region->meta);
      frame->output_buffer = region->buffer;
      region->buffer = NULL;
      ret = gst_im_bytes_send_image (self, frame, settings, &region->outcome,
          *finished);
    } else if (region->outcome.too_large) {
      gst_im_bytes_drop_large_image (self, &region->outcome, &settings->limits);
    } else {
      gst_im_bytes_post_error (self, &region->error);
      ret = GST_FLOW_ERROR;
    }
  }
  return ret;
}

static guint64
count_images (GstImBytes *self)
{
  guint64 n;

  GST_OBJECT_LOCK (self);
  n = self->stats.images_out;
  GST_OBJECT_UNLOCK (self);
  return n;
}

static GstFlowReturn
send_all (GstImBytes *self, GstVideoCodecFrame *frame, const ImImage *image,
    const GstImBytesSettings *settings, gboolean *finished)
{
  GArray *list = self->state.regions->list;
  GstFlowReturn ret = GST_FLOW_OK;

  for (guint first = 0, end; first < list->len && ret == GST_FLOW_OK;
       first = end) {
    end = first + 1;
    ret = gst_im_bytes_agree (self, settings,
        &g_array_index (list, Region, first).picture);
    if (ret != GST_FLOW_OK)
      break;
    while (end < list->len
        && gst_im_bytes_is_agreed (self,
            &g_array_index (list, Region, end).picture))
      end++;
    encode_batch (self, frame, image, settings, first, end);
    ret = send_batch (self, frame, settings, first, end, finished);
  }
  return ret;
}

GstFlowReturn
gst_im_bytes_regions_send (GstImBytes *self, GstVideoCodecFrame *frame,
    GstImBytesFrame *mapped, const GstImBytesPicture *picture,
    const GstImBytesSettings *settings)
{
  guint64 images_before = count_images (self);
  gboolean finished = FALSE;
  GstFlowReturn ret;

  collect (self, frame->input_buffer, picture, settings->region_type);
  ret = send_all (self, frame, &mapped->image, settings, &finished);
  gst_im_bytes_frame_unmap (mapped);
  if (finished)
    return ret;
  if (ret != GST_FLOW_OK)
    return gst_im_bytes_abandon_frame (self, frame, ret);
  /* The last of them was dropped. */
  ret = gst_im_bytes_finish_without_image (self, frame);
  if (settings->snapshot && count_images (self) > images_before)
    ret = gst_im_bytes_end_snapshot (self, ret);
  return ret;
}
