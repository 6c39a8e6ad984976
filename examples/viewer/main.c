/* imbytes viewer: a video in the browser, and as motion JPEG and snapshots.
 *
 *   imbytes-viewer [OPTIONS] [FILE, URI or camera]
 *
 * source.c delivers frames to hub.c. The hub passes each frame to its branches: one
 * imbytes for each different picture that clients request. client.c and snapshot.c
 * send the images to the clients.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "program.h"
#include "server.h"

static void
serve (ViewerServer *server, const ViewerOptions *options)
{
  gchar *address = viewer_server_get_address (server);

  g_print ("Open %s in a browser; Ctrl-C ends.\n", address);
  if (!viewer_options_is_local (options))
    g_print ("Everybody who reaches %s can watch: there is no password.\n",
        options->address);
  program_run_until_signal ();
  g_free (address);
}

static gint
run (const ViewerOptions *options)
{
  GError *error = NULL;
  ViewerServer *server = NULL;
  gint status;

  if (program_find_imbytes (&error))
    server = viewer_server_new (options, &error);
  if (server == NULL)
    return program_fail (error);
  serve (server, options);
  status = viewer_server_is_hopeless (server) ? 1 : 0;
  viewer_server_free (server);
  return status;
}

int
main (int argc, char **argv)
{
  ViewerOptions options;
  GError *error = NULL;
  gint status = viewer_options_parse (&options, argc, argv, &error)
      ? run (&options)
      : program_fail (error);

  viewer_options_clear (&options);
  gst_deinit ();
  return status;
}
