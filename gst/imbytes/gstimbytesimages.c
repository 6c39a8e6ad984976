/* imbytes: a frame -> images of the whole of it, or of its regions.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytesimages.h"

#include "core/base/workers.h"
#include "gstimbytesnegotiate.h"
#include "gstimbytesoutput.h"
#include "gstimbytesregions.h"
#include "gstimbyteswallclock.h"

/* One rectangle of the frame under way, and the image that is made of it. */
typedef struct
{
  gboolean is_region; /* else the whole frame */
  GstImBytesRegion region;
  GstImBytesPicture picture;
  ImRequest request;
  ImBudget *budget;

  GstImBytesOutcome outcome;
  GstBuffer *buffer; /* NULL: too large, or an error, or not encoded */
  ImError error;
} Image;

/* Whole frames have a budget of their own, and so has the first region of each
 * frame, the second, and so on. */
#define WHOLE_FRAME 0
#define FIRST_REGION 1

struct _GstImBytesImages
{
  gint n_threads;   /* at most */
  ImEngine *engine; /* of an image alone: all threads share its strips */
  /* Of images that are made at the same time: each on one thread. Made when
   * first used. */
  ImEngine *engines[IM_MAX_SLOTS];
  GArray *list;    /* Image: those of the frame under way */
  GArray *budgets; /* ImBudget */

  /* The batch that is being encoded. */
  const ImImage *frame;
  const ImMetadata *metadata;
  const GstImBytesLimits *limits;
  GstAllocator *allocator;
  GstAllocationParams params;
  guint first;
};

GstImBytesImages *
gst_im_bytes_images_new (guint n_threads)
{
  GstImBytesImages *images = g_new0 (GstImBytesImages, 1);

  images->list = g_array_new (FALSE, TRUE, sizeof (Image));
  images->budgets = g_array_new (FALSE, TRUE, sizeof (ImBudget));
  images->n_threads = n_threads > 0 ? (gint) n_threads
                                    : im_workers_processors ();
  images->engine = im_engine_new ();
  if (images->engine == NULL) {
    gst_im_bytes_images_free (images);
    return NULL;
  }
  im_engine_set_threads (images->engine, images->n_threads);
  return images;
}

void
gst_im_bytes_images_free (GstImBytesImages *images)
{
  if (images == NULL)
    return;
  im_engine_free (images->engine);
  for (guint i = 0; i < IM_MAX_SLOTS; i++)
    im_engine_free (images->engines[i]);
  g_array_unref (images->list);
  g_array_unref (images->budgets);
  g_free (images);
}

/* Lists the regions of the frame in @buffer; those outside are dropped. */
static void
list_regions (GstImBytes *self, GstBuffer *buffer,
    const GstImBytesPicture *picture, GQuark type)
{
  GArray *list = self->state.images->list;
  GstImBytesRegionsWalk walk;
  GstImBytesRegion region;
  ImRect frame = picture->crop;
  gboolean outside = FALSE;

  if (frame.width == 0)
    frame = (ImRect){ 0, 0, picture->info.width, picture->info.height };
  gst_im_bytes_regions_start (&walk, buffer, type);
  while (gst_im_bytes_regions_next (&walk, &region)) {
    Image image = { .is_region = TRUE, .region = region, .picture = *picture };

    image.picture.crop = gst_im_bytes_regions_clip (&region, &frame);
    if (image.picture.crop.width > 0) {
      g_array_append_val (list, image);
    } else {
      gst_im_bytes_output_drop_region (self, &region, &frame);
      outside = TRUE;
    }
  }
  if (!outside)
    gst_im_bytes_output_end_warning (self, GST_IM_BYTES_WARNING_REGION_OUTSIDE);
}

/* What is to be made of the frame in @buffer. */
static void
list_images (GstImBytes *self, GstBuffer *buffer,
    const GstImBytesPicture *picture, const GstImBytesSettings *settings)
{
  GstImBytesImages *images = self->state.images;
  guint first = WHOLE_FRAME;

  g_array_set_size (images->list, 0);
  if (settings->roi == GST_IM_BYTES_ROI_NONE) {
    Image whole = { .picture = *picture };

    g_array_append_val (images->list, whole);
  } else {
    list_regions (self, buffer, picture, settings->region_type);
    first = FIRST_REGION;
  }
  if (images->budgets->len < first + images->list->len)
    g_array_set_size (images->budgets, first + images->list->len);
  for (guint i = 0; i < images->list->len; i++)
    g_array_index (images->list, Image, i).budget =
        &g_array_index (images->budgets, ImBudget, first + i);
}

/* On any thread. */
static void
encode_image (GstImBytesImages *images, ImEngine *engine, Image *image)
{
  GstClockTime start = gst_util_get_timestamp ();

  im_engine_set_metadata (engine, images->metadata);
  if (gst_im_bytes_encode (engine, image->budget, images->limits, images->frame,
          &image->request, &image->outcome, &image->error))
    image->buffer = gst_im_bytes_buffer_new (engine, image->outcome.size,
        images->allocator, &images->params, &image->error);
  image->outcome.time = gst_util_get_timestamp () - start;
}

static void
encode_job (void *data, int index, int slot)
{
  GstImBytesImages *images = data;
  Image *image =
      &g_array_index (images->list, Image, images->first + (guint) index);
  ImEngine **engine = &images->engines[slot];

  if (*engine == NULL && (*engine = im_engine_new ()) != NULL)
    im_engine_set_threads (*engine, 1);
  if (*engine != NULL)
    encode_image (images, *engine, image);
  else
    im_error_no_memory (&image->error, "an image");
}

/* What images of @frame are to say of it; NULL: nothing. */
static const ImMetadata *
get_metadata (GstImBytes *self, GstVideoCodecFrame *frame,
    const GstImBytesContext *context)
{
  const GstImBytesSettings *settings = &context->settings;
  const ImPlan *plan = &self->state.choice.plan;
  GstImBytesTagsPicture picture = { plan->codec == IM_CODEC_JPEG,
    plan->model == IM_MODEL_GRAY, plan->width, plan->height,
    gst_im_bytes_orient_left_over (&self->state.orient, settings->direction) };
  const ImMetadata *metadata;
  GstImBytesTagsResult result;

  if (!settings->metadata)
    return NULL;
  metadata = gst_im_bytes_tags_get (&self->state.tags, frame->input_buffer,
      settings->wall_clock ? gst_im_bytes_wall_clock (self, context->time)
                           : GST_IM_BYTES_TAGS_NO_TIME,
      &picture, &result);
  if (result == GST_IM_BYTES_TAGS_TOO_LONG)
    gst_im_bytes_output_warn (self, GST_IM_BYTES_WARNING_TAGS_TOO_LONG,
        "The tags of the stream are longer than a picture can say, %d bytes; "
        "they are left out. Shorten them.",
        IM_MAX_EXIF);
  else if (result == GST_IM_BYTES_TAGS_NOT_WRITTEN)
    gst_im_bytes_output_warn (self, GST_IM_BYTES_WARNING_TAGS_NOT_WRITTEN,
        "The tags of the stream and the capture time could not be written as "
        "EXIF; the images come without.");
  else
    gst_im_bytes_output_end_warning (self,
        GST_IM_BYTES_WARNING_TAGS_TOO_LONG
            | GST_IM_BYTES_WARNING_TAGS_NOT_WRITTEN);
  return metadata;
}

/* Encodes images [@first, @end), which have the caps that were negotiated. */
static void
encode_batch (GstImBytes *self, GstVideoCodecFrame *frame,
    const GstImBytesContext *context, guint first, guint end)
{
  GstImBytesImages *images = self->state.images;

  for (guint i = first; i < end; i++) {
    Image *image = &g_array_index (images->list, Image, i);

    image->request =
        gst_im_bytes_choice_request (&self->state.choice, &image->picture);
  }
  images->metadata = get_metadata (self, frame, context);
  images->limits = &context->settings.limits;
  images->first = first;
  gst_video_encoder_get_allocator (GST_VIDEO_ENCODER (self), &images->allocator,
      &images->params);
  if (end - first > 1)
    im_workers_run (encode_job, images, (int) (end - first), images->n_threads);
  else
    encode_image (images, images->engine,
        &g_array_index (images->list, Image, first));
  g_clear_pointer (&images->allocator, gst_object_unref);
}

/* Sends images [@first, @end), and counts them in *@n_sent. The frame's last
 * image takes @frame over: *@finished. */
static GstFlowReturn
send_batch (GstImBytes *self, GstVideoCodecFrame *frame,
    const GstImBytesContext *context, guint first, guint end, guint *n_sent,
    gboolean *finished)
{
  GArray *list = self->state.images->list;
  GstFlowReturn ret = GST_FLOW_OK;

  for (guint i = first; i < end; i++) {
    Image *image = &g_array_index (list, Image, i);

    if (ret != GST_FLOW_OK) {
      gst_clear_buffer (&image->buffer);
    } else if (image->buffer != NULL) {
      *finished = i + 1 == list->len;
      *n_sent += 1;
      if (image->is_region)
        gst_im_bytes_regions_describe (image->buffer, &image->region);
      ret = gst_im_bytes_output_send (self, frame, context,
          g_steal_pointer (&image->buffer), &image->outcome, *finished);
    } else if (image->outcome.too_large) {
      gst_im_bytes_output_drop_large_image (self, &image->outcome,
          &context->settings.limits);
    } else {
      gst_im_bytes_output_error (self, &image->error);
      ret = GST_FLOW_ERROR;
    }
  }
  return ret;
}

/* Encodes and sends all that is listed. @mapped is unmapped before the last
 * image is sent. */
static GstFlowReturn
make_and_send (GstImBytes *self, GstVideoCodecFrame *frame,
    const GstImBytesContext *context, GstImBytesFrame *mapped, guint *n_sent,
    gboolean *finished)
{
  GstImBytesImages *images = self->state.images;
  GstFlowReturn ret = GST_FLOW_OK;

  images->frame = &mapped->image;
  for (guint first = 0, end; first < images->list->len && ret == GST_FLOW_OK;
       first = end) {
    end = first + 1;
    ret = gst_im_bytes_negotiate (self, &context->settings,
        &g_array_index (images->list, Image, first).picture);
    if (ret != GST_FLOW_OK)
      break;
    while (end < images->list->len
        && gst_im_bytes_is_negotiated (self,
            &g_array_index (images->list, Image, end).picture))
      end++;
    encode_batch (self, frame, context, first, end);
    if (end == images->list->len)
      gst_im_bytes_frame_unmap (mapped);
    ret = send_batch (self, frame, context, first, end, n_sent, finished);
  }
  gst_im_bytes_frame_unmap (mapped);
  return ret;
}

/* A frame that is whole, and wanted. Takes @frame over. */
static GstFlowReturn
encode_frame (GstImBytes *self, GstVideoCodecFrame *frame,
    const GstImBytesContext *context, GstImBytesFrame *mapped,
    const GstImBytesPicture *picture)
{
  gboolean finished = FALSE;
  GstFlowReturn ret;
  guint n_sent = 0;

  gst_im_bytes_output_end_warning (self, GST_IM_BYTES_WARNING_BROKEN_FRAME);
  list_images (self, frame->input_buffer, picture, &context->settings);
  ret = make_and_send (self, frame, context, mapped, &n_sent, &finished);
  if (!finished)
    ret = ret == GST_FLOW_OK
        ? gst_im_bytes_output_finish_frame (self, frame, context)
        : gst_im_bytes_output_abandon_frame (self, frame, ret);
  if (ret == GST_FLOW_OK && n_sent > 0 && context->settings.rules.snapshot)
    gst_im_bytes_output_end (self);
  return ret;
}

static ImOrientation
find_orientation (GstImBytes *self, GstVideoOrientationMethod direction)
{
  if (direction == GST_VIDEO_ORIENTATION_CUSTOM)
    gst_im_bytes_output_warn (self, GST_IM_BYTES_WARNING_DIRECTION,
        "video-direction=custom is not known here, and pictures stay as they "
        "are; choose another.");
  else
    gst_im_bytes_output_end_warning (self, GST_IM_BYTES_WARNING_DIRECTION);
  return gst_im_bytes_orient_get (&self->state.orient, direction);
}

/* What @frame shows, mapped. Where it cannot be read, @why says why, and
 * @picture is what caps alone say: whatever a broken frame claims is not put to
 * downstream. */
static void
map_frame (GstImBytes *self, GstVideoCodecFrame *frame,
    const GstImBytesContext *context, GstImBytesFrame *mapped,
    GstImBytesPicture *picture, ImError *why)
{
  GstImBytesState *state = &self->state;

  if (gst_im_bytes_picture_from_buffer (picture, &state->base, &state->info,
          frame->input_buffer, why)
      && gst_im_bytes_frame_map (mapped, &state->info, picture,
          frame->input_buffer, why))
    why->code = IM_ERROR_NONE;
  else
    *picture = state->base;
  picture->orientation = find_orientation (self, context->settings.direction);
}

static gboolean
is_too_late (GstImBytes *self, GstVideoCodecFrame *frame,
    const GstImBytesContext *context)
{
  return context->verdict != GST_IM_BYTES_TAKE_AS_ASKED
      && gst_video_encoder_get_max_encode_time (GST_VIDEO_ENCODER (self), frame)
      < 0;
}

GstFlowReturn
gst_im_bytes_images_handle_frame (GstVideoEncoder *encoder,
    GstVideoCodecFrame *frame)
{
  GstImBytes *self = GST_IM_BYTES (encoder);
  const GstImBytesContext *context = &self->state.context;
  gboolean is_skipped = context->verdict == GST_IM_BYTES_SKIP;
  GstFlowReturn ret = GST_FLOW_OK;
  GstImBytesPicture picture;
  GstImBytesFrame mapped;
  ImError why;

  self->state.was_handled = TRUE;
  if (is_skipped && !self->state.postponed)
    return gst_im_bytes_output_finish_frame (self, frame, context);
  map_frame (self, frame, context, &mapped, &picture, &why);
  /* Frames that are skipped are finished, too, for which there have to be caps. */
  if (self->state.postponed)
    ret = gst_im_bytes_negotiate (self, &context->settings, &picture);
  if (ret == GST_FLOW_OK && !is_skipped && why.code != IM_ERROR_NONE)
    return gst_im_bytes_output_drop_frame (self, frame, context, &why);
  if (ret == GST_FLOW_OK && !is_skipped && !is_too_late (self, frame, context))
    return encode_frame (self, frame, context, &mapped, &picture);
  if (why.code == IM_ERROR_NONE)
    gst_im_bytes_frame_unmap (&mapped);
  if (ret != GST_FLOW_OK)
    return gst_im_bytes_output_abandon_frame (self, frame, ret);
  if (is_skipped)
    return gst_im_bytes_output_finish_frame (self, frame, context);
  return gst_im_bytes_output_skip_frame (self, frame, context);
}
