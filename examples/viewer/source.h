/* imbytes viewer: where frames come from, kept alive.
 *
 * A source that fails, ends or falls silent is started anew, at first soon and
 * then less often; a file is played again from its beginning.
 *
 * Thread-safety: belongs to the main thread; frames are handed on in GStreamer's.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

#include "options.h"

G_BEGIN_DECLS

typedef struct _ViewerSource ViewerSource;

/* A frame, in a thread of GStreamer's. Its PTS counts from the epoch and never
 * goes back, whatever the source does. Where the source has an
 * image-orientation, the sample's info has a string of that name. */
typedef void (*ViewerFrameFunc) (GstSample *frame, gpointer user_data);

typedef enum
{
  VIEWER_STARTING, /* no frame has come yet */
  VIEWER_PLAYING,
  VIEWER_WAITING /* it died, and is started again in a moment */
} ViewerSourceState;

typedef struct
{
  ViewerSourceState state;
  const gchar *name;    /* for people */
  const gchar *message; /* what went wrong last; "" where nothing did */
  gint64 retry_in;      /* milliseconds, while waiting */
  gboolean is_file;     /* which begins again where it ends; not live */
  guint64 frames, loops, restarts;
  gint width, height;  /* of frames; 0 before the first */
  const gchar *format; /* GStreamer's name; NULL before the first */
  gdouble framerate;   /* frames a second; 0: it varies, or is not known */
} ViewerSourceStatus;

/* Starts it. NULL with @error where it cannot even be built. */
ViewerSource *viewer_source_new (const ViewerOptions *options, gint64 epoch,
    ViewerFrameFunc func, gpointer user_data, GError **error);
/* No frames come after this. */
void viewer_source_free (ViewerSource *self);

/* Whether it has given up: trying again is pointless, see program_is_pointless (). */
gboolean viewer_source_is_hopeless (const ViewerSource *self);

/* Strings in @status are good until the main loop runs again. */
void viewer_source_get_status (ViewerSource *self, ViewerSourceStatus *status);

G_END_DECLS
