/* imbytes farm: many videos -> their images, some videos at a time.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

#include "job.h"
#include "put.h"

typedef struct
{
  Job request;     /* without id, URI and title */
  gchar **sources; /* files and URIs */
  gchar *output;   /* folder */
  PutOptions put;
  gint n_slots;       /* videos at a time; 0: one for each processor */
  GstClockTime stall; /* a video without a frame for so long has failed */
  const gint *stop;   /* set: what is under way is kept, and that is all */
} RunOptions;

typedef enum
{
  RUN_DONE,
  RUN_FAILED = 1,  /* of some video not all images were made; stderr says why */
  RUN_STOPPED = 3, /* before it was done */
} RunStatus;

RunStatus run (const RunOptions *options);
