/* imbytes: one picture -> one image, within its budget.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytesencode.h"

static gboolean
encode_once (ImEngine *engine, const ImImage *image, const ImRequest *request,
    GstImBytesOutcome *outcome, ImError *error)
{
  gsize size;

  if (!im_engine_configure (engine, &image->info, request, error)
      || !im_engine_encode (engine, image, &size, error))
    return FALSE;
  outcome->size = size;
  outcome->encodings++;
  return TRUE;
}

/* What @step asks for, of rows that are made. */
static gboolean
take_step (ImEngine *engine, ImBudget *budget, ImBudgetStep step,
    GstImBytesOutcome *outcome, ImError *error)
{
  gsize size;

  if (step == IM_BUDGET_ESTIMATE) {
    if (!im_engine_estimate (engine, &size, error))
      return FALSE;
    im_budget_estimated (budget, size);
    return TRUE;
  }
  if (!im_engine_code_rows (engine, &size, error))
    return FALSE;
  im_budget_coded (budget, size);
  outcome->size = size;
  outcome->encodings++;
  return TRUE;
}

/* Makes the rows once, and looks for the quality that they may have. */
static gboolean
encode_within (ImEngine *engine, ImBudget *budget,
    const GstImBytesLimits *limits, const ImImage *image,
    const ImRequest *request, GstImBytesOutcome *outcome, ImError *error)
{
  ImRequest attempt = *request;
  ImBudgetStep step;

  attempt.jpeg.quality = im_budget_guess (budget, request->jpeg.quality);
  if (!im_engine_configure (engine, &image->info, &attempt, error)
      || !im_engine_make_rows (engine, image, error))
    return FALSE;
  im_budget_begin (budget, limits->max_bytes, limits->min_quality,
      request->jpeg.quality, im_engine_can_estimate (engine));
  step = im_budget_step (budget, &attempt.jpeg.quality);
  while (step == IM_BUDGET_ESTIMATE || step == IM_BUDGET_CODE) {
    if (!im_engine_configure (engine, &image->info, &attempt, error)
        || !take_step (engine, budget, step, outcome, error))
      return FALSE;
    step = im_budget_step (budget, &attempt.jpeg.quality);
  }
  outcome->quality = attempt.jpeg.quality;
  outcome->too_large = step == IM_BUDGET_TOO_LARGE;
  return !outcome->too_large;
}

gboolean
gst_im_bytes_encode (ImEngine *engine, ImBudget *budget,
    const GstImBytesLimits *limits, const ImImage *image,
    const ImRequest *request, GstImBytesOutcome *outcome, ImError *error)
{
  *outcome = (GstImBytesOutcome){ .quality = -1 };
  error->code = IM_ERROR_NONE;
  if (request->codec == IM_CODEC_JPEG && limits->max_bytes > 0)
    return encode_within (engine, budget, limits, image, request, outcome,
        error);
  if (!encode_once (engine, image, request, outcome, error))
    return FALSE;
  if (request->codec == IM_CODEC_JPEG)
    outcome->quality = request->jpeg.quality;
  outcome->too_large = limits->max_bytes > 0
      && outcome->size > limits->max_bytes;
  return !outcome->too_large;
}

gchar *
gst_im_bytes_encode_describe_excess (const GstImBytesOutcome *outcome,
    const GstImBytesLimits *limits)
{
  if (outcome->quality < 0)
    return g_strdup_printf (
        "A PNG of %" G_GSIZE_FORMAT " bytes is more than max-bytes=%u allows, "
        "and was dropped; make it smaller (width, height) or use JPEG, whose "
        "quality can give way.",
        outcome->size, limits->max_bytes);
  return g_strdup_printf (
      "Even at quality %d a JPEG has %" G_GSIZE_FORMAT " bytes, more than "
      "max-bytes=%u allows, and was dropped; make it smaller (width, height), "
      "or lower min-quality.",
      outcome->quality, outcome->size, limits->max_bytes);
}
