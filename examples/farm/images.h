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
  guint64 index; /* in its job, from 0 */
  /* In the stream, nanoseconds; names the image in its job, and is later than
   * that of the one before. */
  GstClockTime time;
  const guint8 *data;
  gsize size;
  gint width, height;
  GstClockTime duration; /* of the video; GST_CLOCK_TIME_NONE: nobody knows */
} Image;

/* How far the job was done before. */
typedef struct
{
  guint64
      n; /* images that are there already; 0: none, and the rest is not set */
  GstClockTime time; /* of the last of them */
  gchar *sum;        /* job_sum_image () of its bytes */
} ImagesMark;

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
  /* The job cannot be done where no frame comes for so long. */
  GstClockTime stall;
  gpointer data;
} ImagesFunctions;

/* In the calling thread. Images up to @mark, which may be NULL, are not handed over.
 * They are not made again either where seeking leads to the same images: to the last
 * of them, with the same time and bytes. *@reason is a sentence after IMAGES_FAILED;
 * after IMAGES_DONE one that the user should know, or NULL. Free it. */
ImagesResult images_make (const Job *job, const ImagesMark *mark,
    const ImagesFunctions *functions, gchar **reason);
