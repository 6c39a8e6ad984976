/* imbytes examples: images of a source, handed to a thread that may be slow.
 *
 * Images wait in a bounded queue. When it is full, a live source or one that loops drops
 * and counts the oldest image; a file that is played once waits. With `loop`, a source
 * that ends or fails starts again, after a failure with a pause that grows; but not one that
 * never gave an image and never will, see program_is_pointless ().
 *
 * Thread-safety: call camera_pull () and camera_failure () from one thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

#include "numbers.h"

typedef struct _Camera Camera;

typedef struct
{
  const gchar *source; /* file, URI, /dev/video0 or `test` */
  gdouble seconds;     /* between images; 0: every frame */
  gint width, height, quality;
  const gchar *format; /* jpeg or png */
  guint max_waiting;   /* the most images in the queue */
  /* Start again after an end or a failure, for ever. */
  gboolean loop;
} CameraOptions;

#define CAMERA_MAX_SECONDS 1e9
#define CAMERA_MAX_SIZE 65500
#define CAMERA_MAX_COUNT 1000000000

/* Rows of a table of Number for the options --every, --width, --height and
 * --quality. */
#define CAMERA_NUMBERS(camera) \
  { "every", 'e', 0, CAMERA_MAX_SECONDS, NULL, &(camera)->seconds }, \
      { "width", 0, 0, CAMERA_MAX_SIZE, &(camera)->width, NULL }, \
      { "height", 0, 0, CAMERA_MAX_SIZE, &(camera)->height, NULL }, \
  { \
    "quality", 'q', 0, 100, &(camera)->quality, NULL \
  }

typedef struct
{
  GstBuffer *buffer; /* one JPEG or PNG file; owned */
  GstClockTime time; /* running time */
  gint64 taken;      /* microseconds since 1970 */
} CameraImage;

/* The elements that produce the frames of @source, in the syntax of gst-launch-1.0.
 * NULL with @error set if there is no such file, or if GStreamer does not find imbytes.
 * Free it. */
gchar *camera_describe_source (const gchar *source, GError **error);

/* Starts the source. NULL with @error set if its pipeline cannot be built. */
Camera *camera_new (const CameraOptions *options, GError **error);
void camera_free (Camera *camera);

/* Takes the oldest image out of the queue; clear it. FALSE if no image came within
 * @timeout_us, or if the source is over. A source that failed starts again only inside
 * this function, so call it often. */
gboolean camera_pull (Camera *camera, gint64 timeout_us, CameraImage *image);
void camera_image_clear (CameraImage *image);

/* TRUE once a source without `loop` has ended or failed, and the queue is empty. */
gboolean camera_is_over (Camera *camera);

/* Images that were dropped because the queue was full. */
guint64 camera_dropped (Camera *camera);

/* The message of the failure that ended the source, or that it has not recovered from
 * yet; NULL if there is none. Valid until the next camera_pull (). */
const gchar *camera_failure (Camera *camera);
