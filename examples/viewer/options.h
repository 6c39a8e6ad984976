/* imbytes viewer: the options of the command line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  VIEWER_TEST_PATTERN, /* what: a pattern of videotestsrc */
  VIEWER_URI,          /* what: a URI; a file is played again and again */
  VIEWER_CAMERA,       /* what: a device */
  VIEWER_PIPELINE      /* what: a launch description that ends in raw video */
} ViewerSourceKind;

typedef struct
{
  ViewerSourceKind kind;
  gchar *what;
  gint timeout; /* restart the source after so many seconds without a frame;
                   0: never */

  gchar *address;
  gchar **hosts; /* further names that a Host header may have, or NULL */
  gint port;     /* 0: any that is free */
  gint max_clients;
  gint max_pictures;
  gint max_side; /* pixels */
  /* The server closes a connection after so many seconds in which the client has
   * not read an image. */
  gint stall_timeout;
  /* It also does so after so many seconds without a whole request, or if the client
   * has not read a response that is no image by then. */
  gint request_timeout;
} ViewerOptions;

/* Starts the program, see program_start (). FALSE with a sentence in @error if the
 * command line is wrong. Call viewer_options_clear () in any case. */
gboolean viewer_options_parse (ViewerOptions *options, int argc, char **argv,
    GError **error);
void viewer_options_clear (ViewerOptions *options);

/* Whether only this machine can reach the server. */
gboolean viewer_options_is_local (const ViewerOptions *options);

/* Whether the server answers a request whose Host header is @host. An attacker can let
 * a domain name of his own point to this machine (DNS rebinding); his page would then
 * have the same origin as this server. He cannot do so with an IP address or with
 * localhost, which are always allowed. */
gboolean viewer_options_answer_to (const ViewerOptions *options,
    const gchar *host);

G_END_DECLS
