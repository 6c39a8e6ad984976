/* imbytes: codec and size, as settings, frames and downstream allow them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytesnegotiate.h"

#include "gstimbytescheck.h"
#include "gstimbytesformat.h"
#include "gstimbytesoutput.h"

/* Puts what was chosen on the source pad. */
static GstFlowReturn
set_output (GstImBytes *self, const GstVideoInfo *info)
{
  GstVideoEncoder *encoder = GST_VIDEO_ENCODER (self);
  const ImPlan *plan = &self->state.choice.plan;
  GstCaps *caps = gst_im_bytes_caps_new (plan, info);
  GstVideoCodecState *output;
  ImError error;

  GST_DEBUG_OBJECT (self, "output %" GST_PTR_FORMAT, caps);
  output = gst_video_encoder_set_output_state (encoder, caps, NULL);
  gst_im_bytes_caps_set_output_info (&output->info, plan, info);
  gst_video_codec_state_unref (output);
  if (gst_video_encoder_negotiate (encoder))
    return GST_FLOW_OK;
  if (GST_PAD_IS_FLUSHING (GST_VIDEO_ENCODER_SRC_PAD (encoder)))
    return GST_FLOW_FLUSHING;
  im_error_set (&error, IM_ERROR_INVALID,
      "Downstream refuses %s images of %dx%d pixels; ask for another size or "
      "format.",
      im_codec_get (plan->codec)->name, plan->width, plan->height);
  gst_im_bytes_output_error (self, &error);
  return GST_FLOW_NOT_NEGOTIATED;
}

static GstFlowReturn
negotiate_anew (GstImBytes *self, const GstImBytesSettings *settings,
    const GstImBytesPicture *picture, const GstVideoInfo *info)
{
  GstImBytesState *state = &self->state;
  GstPad *pad = GST_VIDEO_ENCODER_SRC_PAD (self);
  GstImBytesInput input = { *picture, info };
  GstCaps *downstream = gst_pad_peer_query_caps (pad, NULL);
  ImError error;
  gboolean chosen = gst_im_bytes_caps_choose (&state->choice, settings, &input,
      downstream, &error);
  GstFlowReturn ret;

  gst_caps_unref (downstream);
  state->negotiated = FALSE;
  if (!chosen) {
    if (GST_PAD_IS_FLUSHING (pad))
      return GST_FLOW_FLUSHING;
    gst_im_bytes_output_error (self, &error);
    return GST_FLOW_NOT_NEGOTIATED;
  }
  ret = set_output (self, info);
  if (ret != GST_FLOW_OK)
    return ret;
  state->negotiated = TRUE;
  state->postponed = FALSE;
  state->picture = *picture;
  state->serial = settings->serial;
  g_clear_pointer (&state->last_error, g_free);
  return GST_FLOW_OK;
}

/* Where the request names both sizes, a crop of another size mostly comes out as
 * the same image from outside, and downstream need not be asked. */
static gboolean
gives_same_caps (const GstImBytesState *state, const GstImBytesPicture *picture)
{
  const ImPlan *last = &state->choice.plan;
  ImRequest request = gst_im_bytes_caps_request (&state->choice, picture);
  ImPlan plan;

  return request.width > 0 && request.height > 0
      && im_plan_make (&plan, &picture->info, &request, NULL)
      && plan.width == last->width && plan.height == last->height
      && plan.par_n == last->par_n && plan.par_d == last->par_d;
}

gboolean
gst_im_bytes_is_negotiated (GstImBytes *self, const GstImBytesPicture *picture)
{
  const GstImBytesState *state = &self->state;

  return state->negotiated
      && (gst_im_bytes_picture_is_alike (picture, &state->picture)
          || gives_same_caps (state, picture));
}

GstFlowReturn
gst_im_bytes_negotiate (GstImBytes *self, const GstImBytesSettings *settings,
    const GstImBytesPicture *picture)
{
  GstImBytesState *state = &self->state;

  if (!gst_pad_check_reconfigure (GST_VIDEO_ENCODER_SRC_PAD (self))
      && state->serial == settings->serial
      && gst_im_bytes_is_negotiated (self, picture))
    return GST_FLOW_OK;
  return negotiate_anew (self, settings, picture, &state->info);
}

GstFlowReturn
gst_im_bytes_negotiate_without_frame (GstImBytes *self)
{
  GstImBytesSettings settings = gst_im_bytes_get_settings (self);
  GstImBytesPicture picture = self->state.base;

  picture.orientation =
      gst_im_bytes_orient_get (&self->state.orient, settings.direction);
  return gst_im_bytes_negotiate (self, &settings, &picture);
}

gboolean
gst_im_bytes_set_format (GstVideoEncoder *encoder, GstVideoCodecState *input)
{
  GstImBytes *self = GST_IM_BYTES (encoder);
  GstImBytesState *state = &self->state;
  GstImBytesSettings settings = gst_im_bytes_get_settings (self);
  ImError error;

  if (!gst_im_bytes_check_size (GST_VIDEO_INFO_FORMAT (&input->info),
          (guint) GST_VIDEO_INFO_WIDTH (&input->info),
          (guint) GST_VIDEO_INFO_HEIGHT (&input->info), &error)) {
    gst_im_bytes_output_error (self, &error);
    return FALSE;
  }
  state->info = input->info;
  gst_im_bytes_take_chroma_site (&state->info, input->caps);
  gst_im_bytes_picture_init (&state->base, &state->info);
  state->base.orientation =
      gst_im_bytes_orient_get (&state->orient, settings.direction);
  gst_pad_check_reconfigure (GST_VIDEO_ENCODER_SRC_PAD (self));
  /* Tags come after caps, and some elements take only the first caps that they
   * get. */
  state->negotiated = FALSE;
  state->postponed = settings.direction == GST_VIDEO_ORIENTATION_AUTO
      && !gst_pad_has_current_caps (GST_VIDEO_ENCODER_SRC_PAD (self));
  /* After a snapshot, downstream takes no caps any more until a stream or a flush
   * begins anew; then the first frame negotiates them. */
  if (state->postponed || state->snapshot_done)
    return TRUE;
  return negotiate_anew (self, &settings, &state->base, &state->info)
      == GST_FLOW_OK;
}

GstCaps *
gst_im_bytes_getcaps (GstVideoEncoder *encoder, GstCaps *filter)
{
  GstImBytesSettings settings =
      gst_im_bytes_get_settings (GST_IM_BYTES (encoder));
  GstCaps *templ =
      gst_pad_get_pad_template_caps (GST_VIDEO_ENCODER_SINK_PAD (encoder));
  GstCaps *downstream =
      gst_pad_peer_query_caps (GST_VIDEO_ENCODER_SRC_PAD (encoder), NULL);
  GstCaps *caps =
      gst_im_bytes_caps_for_sink (templ, downstream, settings.format);

  if (filter != NULL) {
    GstCaps *filtered =
        gst_caps_intersect_full (caps, filter, GST_CAPS_INTERSECT_FIRST);

    gst_caps_unref (caps);
    caps = filtered;
  }
  gst_caps_unref (downstream);
  gst_caps_unref (templ);
  return caps;
}
