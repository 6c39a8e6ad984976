/* imbytes: input, settings and downstream caps -> a request.
 *
 * Thread-safety: functions on their arguments alone.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstimbytescaps.h"

G_BEGIN_DECLS

/* What frames of the stream come as and how often. */
typedef struct
{
  GstImBytesPicture picture;
  const GstVideoInfo *info;
} GstImBytesInput;

/* Finds the first image that @settings allow and @downstream takes, in the
 * order of @downstream and JPEG before PNG. FALSE where there is none, with a
 * sentence in @error that says why. */
gboolean gst_im_bytes_choose (GstImBytesChoice *choice,
    const GstImBytesSettings *settings, const GstImBytesInput *input,
    const GstCaps *downstream, ImError *error);

/* The settings and the picture have changed in nothing that shows from outside:
 * the request for the next frame. */
ImRequest gst_im_bytes_choice_request (const GstImBytesChoice *choice,
    const GstImBytesPicture *picture);

G_END_DECLS
