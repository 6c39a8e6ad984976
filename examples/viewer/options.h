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
  gchar **hosts; /* by which names it may be called besides; NULL: none */
  gint port;     /* 0: any that is free */
  gint max_clients;
  gint max_pictures;
  gint max_side; /* pixels */
  /* Seconds in which a client has to take an image. */
  gint stall_timeout;
  gint request_timeout; /* seconds in which a request has to be there */
} ViewerOptions;

/* Starts the program, see program_start (). FALSE with a sentence in @error if the
 * command line is wrong. Call viewer_options_clear () in any case. */
gboolean viewer_options_parse (ViewerOptions *options, int argc, char **argv,
    GError **error);
void viewer_options_clear (ViewerOptions *options);

/* Whether only this machine can reach it. */
gboolean viewer_options_is_local (const ViewerOptions *options);

/* Whether who calls it @host may have what it serves. The page of a stranger can
 * let a name of its own point to this machine, and would then be of the same
 * origin as this server's. It cannot do so with an address, or with localhost. */
gboolean viewer_options_answer_to (const ViewerOptions *options,
    const gchar *host);

G_END_DECLS
