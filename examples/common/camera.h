/* imbytes examples: images of a source, handed to a thread that may be slow.
 *
 * A bounded queue stands between: when it is full the oldest image goes, and is
 * counted. Sources that end or fail are started again, after a while that grows.
 *
 * Thread-safety: camera_pull () from one thread.
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
  guint max_waiting;   /* images in the queue */
  /* Begin anew at the end of a file, for ever. */
  gboolean loop;
} CameraOptions;

#define CAMERA_MAX_SECONDS 1e9
#define CAMERA_MAX_SIZE 65500
#define CAMERA_MAX_COUNT 1000000000

/* Rows of a table of Number for the options --every, --width, --height and
 * --quality, and the entries of those. */
#define CAMERA_NUMBERS(camera) \
  { "every", 'e', 0, CAMERA_MAX_SECONDS, NULL, &(camera)->seconds }, \
      { "width", 0, 0, CAMERA_MAX_SIZE, &(camera)->width, NULL }, \
      { "height", 0, 0, CAMERA_MAX_SIZE, &(camera)->height, NULL }, \
  { \
    "quality", 'q', 0, 100, &(camera)->quality, NULL \
  }

typedef struct
{
  GstBuffer *buffer; /* one file; owned */
  GstClockTime time; /* running time */
  gint64 taken;      /* microseconds since 1970 */
} CameraImage;

/* What gives frames of @source, as gst-launch-1.0 would have it; NULL with @error
 * set where there is no such file, or no imbytes. Free it. */
gchar *camera_describe_source (const gchar *source, GError **error);

/* NULL with @error set where the source is none. */
Camera *camera_new (const CameraOptions *options, GError **error);
void camera_free (Camera *camera);

/* The oldest image that waits; FALSE where none has come for @timeout_us, or the
 * source has ended and all of it was taken. */
gboolean camera_pull (Camera *camera, gint64 timeout_us, CameraImage *image);
void camera_image_clear (CameraImage *image);

/* TRUE once a source that does not loop has ended or failed, and nothing waits. */
gboolean camera_is_over (Camera *camera);

/* Images that went because nobody took them. */
guint64 camera_dropped (Camera *camera);

/* Why it is over, or gives no images for the time being, where it failed; else
 * NULL. */
const gchar *camera_failure (Camera *camera);
