/* imbytes viewer: what was said on the command line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  VIEWER_TEST_PATTERN, /* what: a pattern of videotestsrc */
  VIEWER_URI,          /* what: a URI; files begin again at their end */
  VIEWER_CAMERA,       /* what: a device */
  VIEWER_PIPELINE      /* what: a launch description that ends in raw video */
} ViewerSourceKind;

typedef struct
{
  ViewerSourceKind kind;
  gchar *what;
  gint timeout; /* seconds without a frame after which it is dead; 0: never */

  gchar *address;
  gint port; /* 0: any that is free */
  gint max_clients;
  gint max_pictures;
  gint max_side;      /* pixels */
  gint stall_timeout; /* seconds in which a client has to take something */
} ViewerOptions;

/* Initialises GStreamer too. FALSE with a sentence in @error. */
gboolean viewer_options_parse (ViewerOptions *options, int *argc, char ***argv,
    GError **error);
void viewer_options_clear (ViewerOptions *options);

G_END_DECLS
