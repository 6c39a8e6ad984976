/* imbytes farm: a job -> its images, on this machine.
 *
 * The same job gives the same images with the same timestamps and bytes wherever
 * it runs and however often.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

#include "job.h"

typedef struct
{
  GstClockTime
      time; /* in the stream, nanoseconds; names the image in its job */
  const guint8 *data;
  gsize size;
  gint width, height;
} Image;

typedef enum
{
  IMAGES_DONE,   /* all of them */
  IMAGES_FAILED, /* the job cannot be done; says why */
  IMAGES_STOPPED /* one of the functions said so */
} ImagesResult;

typedef struct
{
  /* FALSE stops. */
  gboolean (*on_image) (gpointer data, const Image *image);
  /* Called at least each @patience while no image comes; FALSE stops. */
  gboolean (*on_wait) (gpointer data);
  GstClockTime patience;
  gpointer data;
} ImagesFunctions;

/* In the calling thread. *@reason is a sentence after IMAGES_FAILED; free it. */
ImagesResult images_make (const Job *job, const ImagesFunctions *functions,
    gchar **reason);
