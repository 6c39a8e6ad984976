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
  GstCaps *caps = gst_im_bytes_caps_new (&self->state.choice, info);
  GstVideoCodecState *output;

  GST_DEBUG_OBJECT (self, "output %" GST_PTR_FORMAT, caps);
  output = gst_video_encoder_set_output_state (encoder, caps, NULL);
  gst_im_bytes_caps_set_output_info (&output->info, &self->state.choice, info);
  gst_video_codec_state_unref (output);
  if (gst_video_encoder_negotiate (encoder))
    return GST_FLOW_OK;
  if (GST_PAD_IS_FLUSHING (GST_VIDEO_ENCODER_SRC_PAD (encoder)))
    return GST_FLOW_FLUSHING;
  gst_im_bytes_output_refused (self);
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
  gboolean chosen = gst_im_bytes_choose (&state->choice, settings, &input,
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
  ImRequest request = gst_im_bytes_choice_request (&state->choice, picture);
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
      gst_im_bytes_caps_for_sink (templ, downstream, filter, settings.format);

  gst_caps_unref (downstream);
  gst_caps_unref (templ);
  return caps;
}

/* Which element brings frames from memory of this kind. */
static const struct
{
  const gchar *feature, *advice;
} memories[] = { { "memory:GLMemory", "gldownload" },
  { "memory:VAMemory", "vapostproc" }, { "memory:VASurface", "vapostproc" },
  { "memory:DMABuf", "vapostproc, or \"glupload ! gldownload\"" },
  { "memory:CUDAMemory", "cudadownload" }, { "memory:NVMM", "nvvideoconvert" },
  { "memory:D3D11Memory", "d3d11download" },
  { "memory:D3D12Memory", "d3d12download" },
  { "memory:VulkanImage", "vulkandownload" }, { "memory:MFXSurface", "vpp" },
  { GST_CAPS_FEATURE_FORMAT_INTERLACED, "deinterlace" } };

static void
explain_features (GstImBytes *self, const GstCapsFeatures *features)
{
  gchar *text = gst_caps_features_to_string (features);
  const gchar *advice = "an element that puts frames into system memory";

  for (guint i = 0; i < G_N_ELEMENTS (memories); i++)
    if (gst_caps_features_contains (features, memories[i].feature))
      advice = memories[i].advice;
  gst_im_bytes_output_warn (self, GST_IM_BYTES_WARNING_MEMORY,
      "Frames come as video/x-raw(%s), which imbytes cannot read; put %s before "
      "it.",
      text, advice);
  g_free (text);
}

/* Fields that come in buffers of their own are half a picture each. The template
 * does not name the modes that can be read: caps that say nothing of it would not
 * be fixed then. */
static gboolean
has_whole_frames (const GstCaps *caps)
{
  const gchar *mode =
      gst_structure_get_string (gst_caps_get_structure (caps, 0),
          "interlace-mode");

  return g_strcmp0 (mode, "fields") != 0 && g_strcmp0 (mode, "alternate") != 0;
}

static void
explain_refusal (GstImBytes *self, const GstCaps *caps)
{
  GstCapsFeatures *features = gst_caps_get_features (caps, 0);

  if (!gst_structure_has_name (gst_caps_get_structure (caps, 0), "video/x-raw"))
    return;
  if (!gst_caps_features_is_equal (features,
          GST_CAPS_FEATURES_MEMORY_SYSTEM_MEMORY))
    explain_features (self, features);
  else if (!has_whole_frames (caps))
    gst_im_bytes_output_warn (self, GST_IM_BYTES_WARNING_MEMORY,
        "Frames come as single fields, which imbytes cannot read; put deinterlace "
        "before it.");
}

gboolean
gst_im_bytes_sink_query (GstVideoEncoder *encoder, GstQuery *query)
{
  gboolean done = gst_im_bytes_parent ()->sink_query (encoder, query);
  gboolean accepted;
  GstCaps *caps;

  if (!done || GST_QUERY_TYPE (query) != GST_QUERY_ACCEPT_CAPS)
    return done;
  gst_query_parse_accept_caps_result (query, &accepted);
  gst_query_parse_accept_caps (query, &caps);
  if (!gst_caps_is_fixed (caps))
    return done;
  accepted = accepted && has_whole_frames (caps);
  gst_query_set_accept_caps_result (query, accepted);
  if (!accepted)
    explain_refusal (GST_IM_BYTES (encoder), caps);
  return done;
}
