/* imbytes: input, settings and downstream caps -> a request.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbyteschoose.h"

/* How one structure of downstream's caps was received. */
typedef enum
{
  CHOICE_MADE,
  CHOICE_REFUSED,   /* by downstream: another structure may do */
  CHOICE_IMPOSSIBLE /* whatever downstream says */
} ChoiceResult;

/* JFIF is full-range BT.601, and says nothing of transfer and primaries; shown,
 * they are those of sRGB. V4L2 calls the range of JPEG limited where a driver does
 * not know better, which changes nothing in the file. */
#define JPEG_COLORIMETRY "1:4:0:0"

static gboolean
describes_jpeg (const gchar *text)
{
  GstVideoColorimetry colorimetry;

  return text != NULL && gst_video_colorimetry_from_string (&colorimetry, text)
      && (colorimetry.matrix == GST_VIDEO_COLOR_MATRIX_BT601
          || colorimetry.matrix == GST_VIDEO_COLOR_MATRIX_UNKNOWN)
      && (colorimetry.transfer == GST_VIDEO_TRANSFER_SRGB
          || colorimetry.transfer == GST_VIDEO_TRANSFER_UNKNOWN)
      && (colorimetry.primaries == GST_VIDEO_COLOR_PRIMARIES_BT709
          || colorimetry.primaries == GST_VIDEO_COLOR_PRIMARIES_UNKNOWN);
}

/* The first that @downstream names and that describes the file. */
static const gchar *
choose_colorimetry (const GstStructure *downstream)
{
  const GValue *wanted = gst_structure_get_value (downstream, "colorimetry");

  if (wanted == NULL)
    return JPEG_COLORIMETRY;
  if (G_VALUE_HOLDS_STRING (wanted)
      && describes_jpeg (g_value_get_string (wanted)))
    return g_intern_string (g_value_get_string (wanted));
  for (guint i = 0;
       GST_VALUE_HOLDS_LIST (wanted) && i < gst_value_list_get_size (wanted);
       i++) {
    const GValue *value = gst_value_list_get_value (wanted, i);

    if (G_VALUE_HOLDS_STRING (value)
        && describes_jpeg (g_value_get_string (value)))
      return g_intern_string (g_value_get_string (value));
  }
  return JPEG_COLORIMETRY;
}

static gboolean
plan_picture (GstImBytesChoice *choice, const GstImBytesInput *input,
    ImError *error)
{
  ImImageInfo info = input->picture.info;

  /* Of a mixed stream's frames, some are woven: caps are about all of them. */
  info.interlaced = GST_VIDEO_INFO_INTERLACE_MODE (input->info)
      == GST_VIDEO_INTERLACE_MODE_INTERLEAVED;
  return im_plan_make (&choice->plan, &info, &choice->request, error);
}

static gboolean
size_is_taken (const GstStructure *downstream, const gchar *field, int size)
{
  const GValue *wanted = gst_structure_get_value (downstream, field);
  GValue value = G_VALUE_INIT;
  gboolean taken;

  if (wanted == NULL)
    return TRUE;
  g_value_init (&value, G_TYPE_INT);
  g_value_set_int (&value, size);
  taken = gst_value_intersect (NULL, &value, wanted);
  g_value_unset (&value);
  return taken;
}

static gboolean
sizes_are_taken (const GstStructure *downstream, const ImPlan *plan)
{
  return size_is_taken (downstream, "width", plan->width)
      && size_is_taken (downstream, "height", plan->height);
}

static int
nearest_size (const GstStructure *downstream, const gchar *field, int size)
{
  GstStructure *copy = gst_structure_copy (downstream);

  if (gst_structure_has_field (copy, field)) {
    gst_structure_fixate_field_nearest_int (copy, field, size);
    gst_structure_get_int (copy, field, &size);
  }
  gst_structure_free (copy);
  return size;
}

/* The picture is outside of a range or list: the nearest size within it, first
 * such as keep the aspect ratio. */
static gboolean
move_into_range (GstImBytesChoice *choice, const GstImBytesInput *input,
    const GstStructure *downstream)
{
  static const gboolean attempts[3][2] = { { TRUE, FALSE }, { FALSE, TRUE },
    { TRUE, TRUE } };
  GstImBytesChoice first = *choice;

  for (guint i = 0; i < G_N_ELEMENTS (attempts); i++) {
    *choice = first;
    if (attempts[i][0] && first.request.width == 0)
      choice->request.width =
          nearest_size (downstream, "width", first.plan.width);
    if (attempts[i][1] && first.request.height == 0)
      choice->request.height =
          nearest_size (downstream, "height", first.plan.height);
    if (plan_picture (choice, input, NULL)
        && sizes_are_taken (downstream, &choice->plan))
      return TRUE;
  }
  *choice = first;
  return FALSE;
}

static void
explain_size (const GstImBytesChoice *choice, const ImRequest *asked,
    const GstStructure *downstream, const gchar *field, ImError *error)
{
  gboolean is_width = g_str_equal (field, "width");
  int property = is_width ? asked->width : asked->height;
  gchar *wanted =
      gst_value_serialize (gst_structure_get_value (downstream, field));

  if (property > 0
      && property == (is_width ? choice->plan.width : choice->plan.height))
    im_error_set (error, IM_ERROR_INVALID,
        "The %s property asks for %d pixels, but downstream caps ask for "
        "%s=%s; make them agree or leave one of them out.",
        field, property, field, wanted);
  else
    im_error_set (error, IM_ERROR_INVALID,
        "With these settings the image would be %dx%d, but downstream caps ask "
        "for %s=%s; change width, height, fit and enlarge, or the caps.",
        choice->plan.width, choice->plan.height, field, wanted);
  g_free (wanted);
}

static gboolean
choose_size (GstImBytesChoice *choice, const GstImBytesInput *input,
    const ImRequest *asked, const GstStructure *downstream, ImError *error)
{
  if (sizes_are_taken (downstream, &choice->plan)
      || move_into_range (choice, input, downstream))
    return TRUE;
  explain_size (choice, asked, downstream,
      size_is_taken (downstream, "width", choice->plan.width) ? "height"
                                                              : "width",
      error);
  return FALSE;
}

static gboolean
caps_are_taken (const GstImBytesChoice *choice, const GstVideoInfo *info,
    const GstStructure *downstream)
{
  GstCaps *caps = gst_im_bytes_caps_new (choice, info);
  gboolean taken =
      gst_structure_can_intersect (gst_caps_get_structure (caps, 0),
          downstream);

  gst_caps_unref (caps);
  return taken;
}

static void
explain_caps (const GstImBytesChoice *choice, const GstVideoInfo *info,
    const GstStructure *downstream, ImError *error)
{
  GstCaps *caps = gst_im_bytes_caps_new (choice, info);
  const GstStructure *ours = gst_caps_get_structure (caps, 0);

  for (gint i = 0; i < gst_structure_n_fields (ours); i++) {
    const gchar *field = gst_structure_nth_field_name (ours, i);
    const GValue *theirs = gst_structure_get_value (downstream, field);
    const GValue *value = gst_structure_get_value (ours, field);

    if (theirs != NULL && !gst_value_intersect (NULL, value, theirs)) {
      gchar *have = gst_value_serialize (value);
      gchar *want = gst_value_serialize (theirs);

      if (g_str_equal (field, "framerate"))
        im_error_set (error, IM_ERROR_INVALID,
            "Frames come with framerate=%s, and so do the images, but downstream "
            "caps ask for framerate=%s; put videorate before imbytes, or take "
            "framerate out of the caps and set interval, which leaves out frames.",
            have, want);
      else
        im_error_set (error, IM_ERROR_INVALID,
            "The images have %s=%s, but downstream caps ask for %s=%s; change "
            "the properties or the caps.",
            field, have, field, want);
      g_free (have);
      g_free (want);
      break;
    }
  }
  gst_caps_unref (caps);
}

/* Where the user leaves the subsampling open, downstream may name it. */
static gboolean
choose_sampling (GstImBytesChoice *choice, const GstImBytesInput *input,
    const GstStructure *downstream, ImError *error)
{
  ImSubsampling *subsampling = &choice->request.jpeg.subsampling;
  gboolean open = choice->request.codec == IM_CODEC_JPEG
      && *subsampling == IM_SUBSAMPLING_AUTO;
  GstImBytesChoice first = *choice;

  if (caps_are_taken (choice, input->info, downstream))
    return TRUE;
  for (int i = IM_SUBSAMPLING_420; open && i <= IM_SUBSAMPLING_GRAY; i++) {
    *subsampling = (ImSubsampling) i;
    if (plan_picture (choice, input, NULL)
        && caps_are_taken (choice, input->info, downstream))
      return TRUE;
  }
  *choice = first;
  explain_caps (choice, input->info, downstream, error);
  return FALSE;
}

static ChoiceResult
choose_structure (GstImBytesChoice *choice, const ImRequest *asked,
    const GstImBytesInput *input, const GstStructure *downstream,
    ImError *error)
{
  gint size;

  choice->request = *asked;
  choice->colorimetry = choose_colorimetry (downstream);
  if (asked->width == 0 && gst_structure_get_int (downstream, "width", &size))
    choice->request.width = size;
  if (asked->height == 0 && gst_structure_get_int (downstream, "height", &size))
    choice->request.height = size;
  if (choice->request.width < 0 || choice->request.height < 0) {
    im_error_set (error, IM_ERROR_INVALID,
        "Downstream caps ask for a negative size; correct them.");
    return CHOICE_REFUSED;
  }
  if (!plan_picture (choice, input, error))
    return CHOICE_IMPOSSIBLE;
  if (!choose_size (choice, input, asked, downstream, error)
      || !choose_sampling (choice, input, downstream, error))
    return CHOICE_REFUSED;
  /* Caps name it, so that it stays, whatever frames come. */
  if (choice->request.codec == IM_CODEC_JPEG)
    choice->request.jpeg.subsampling = choice->plan.jpeg.subsampling;
  return CHOICE_MADE;
}

static ChoiceResult
choose_codec (GstImBytesChoice *choice, ImRequest *asked,
    const GstImBytesInput *input, const GstCaps *downstream, ImError *error)
{
  const gchar *media_type = im_codec_get (asked->codec)->media_type;

  for (guint i = 0; i < gst_caps_get_size (downstream); i++) {
    const GstStructure *structure = gst_caps_get_structure (downstream, i);
    ImError reason = { IM_ERROR_NONE, "" };
    ChoiceResult result;

    if (!gst_structure_has_name (structure, media_type))
      continue;
    result = choose_structure (choice, asked, input, structure, &reason);
    if (result == CHOICE_MADE)
      return CHOICE_MADE;
    /* The first reason is about what the user most likely meant. */
    if (error->code == IM_ERROR_NONE || result == CHOICE_IMPOSSIBLE)
      *error = reason;
    if (result == CHOICE_IMPOSSIBLE)
      return result;
  }
  return CHOICE_REFUSED;
}

static gboolean
choose_among (GstImBytesChoice *choice, const GstImBytesSettings *settings,
    const GstImBytesInput *input, const GstCaps *downstream, ImError *error)
{
  static const ImCodecId codecs[] = { IM_CODEC_JPEG, IM_CODEC_PNG };
  ImRequest asked = settings->request;

  asked.crop = input->picture.crop;
  asked.orientation = input->picture.orientation;
  *error = (ImError){ IM_ERROR_NONE, "" };
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++) {
    ChoiceResult result;

    if (!gst_im_bytes_caps_format_is_allowed (settings->format, codecs[i]))
      continue;
    asked.codec = codecs[i];
    result = choose_codec (choice, &asked, input, downstream, error);
    if (result != CHOICE_REFUSED)
      return result == CHOICE_MADE;
  }
  if (error->code == IM_ERROR_NONE) {
    gchar *taken = gst_caps_to_string (downstream);

    im_error_set (error, IM_ERROR_INVALID,
        "Downstream does not take %s images, only: %s",
        settings->format == GST_IM_BYTES_FORMAT_JPEG      ? "JPEG"
            : settings->format == GST_IM_BYTES_FORMAT_PNG ? "PNG"
                                                          : "JPEG or PNG",
        taken);
    g_free (taken);
  }
  return FALSE;
}

gboolean
gst_im_bytes_choose (GstImBytesChoice *choice,
    const GstImBytesSettings *settings, const GstImBytesInput *input,
    const GstCaps *downstream, ImError *error)
{
  GstCaps *any;
  gboolean chosen;

  if (!gst_caps_is_any (downstream))
    return choose_among (choice, settings, input, downstream, error);
  any = gst_caps_from_string ("image/jpeg; image/png");
  chosen = choose_among (choice, settings, input, any, error);
  gst_caps_unref (any);
  return chosen;
}

ImRequest
gst_im_bytes_choice_request (const GstImBytesChoice *choice,
    const GstImBytesPicture *picture)
{
  ImRequest request = choice->request;

  request.crop = picture->crop;
  request.orientation = picture->orientation;
  return request;
}
