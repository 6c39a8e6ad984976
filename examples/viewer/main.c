/* imbytes viewer: a video in the browser, and as motion JPEG and snapshots.
 *
 *   imbytes-viewer [OPTIONS] [FILE, URI or camera]
 *
 * source.c gives frames to hub.c, which hands each to the branches there are:
 * one imbytes for each different picture that is asked for. client.c and
 * snapshot.c send what they make.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <glib-unix.h>
#include <gst/gst.h>
#include <signal.h>

#include "server.h"

static gboolean
on_signal (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

static void
serve (ViewerServer *server, const ViewerOptions *options)
{
  GMainLoop *loop = g_main_loop_new (NULL, FALSE);
  guint interrupt = g_unix_signal_add (SIGINT, on_signal, loop);
  guint terminate = g_unix_signal_add (SIGTERM, on_signal, loop);
  gchar *address = viewer_server_get_address (server);

  g_print ("Open %s in a browser; Ctrl-C ends.\n", address);
  if (!viewer_options_is_local (options))
    g_print ("Everybody who reaches %s can watch: there is no password.\n",
        options->address);
  g_main_loop_run (loop);
  g_source_remove (interrupt);
  g_source_remove (terminate);
  g_free (address);
  g_main_loop_unref (loop);
}

static int
run (const ViewerOptions *options)
{
  GError *error = NULL;
  GstElementFactory *imbytes = gst_element_factory_find ("imbytes");
  ViewerServer *server;

  if (imbytes == NULL) {
    g_printerr ("error: GStreamer does not find imbytes; start with "
                "examples/run viewer, or set GST_PLUGIN_PATH.\n");
    return 1;
  }
  gst_object_unref (imbytes);
  server = viewer_server_new (options, &error);
  if (server == NULL) {
    g_printerr ("error: %s\n", error->message);
    g_error_free (error);
    return 1;
  }
  serve (server, options);
  viewer_server_free (server);
  return 0;
}

int
main (int argc, char **argv)
{
  ViewerOptions options;
  GError *error = NULL;
  int status = 2;

  if (viewer_options_parse (&options, &argc, &argv, &error)) {
    status = run (&options);
  } else {
    g_printerr ("error: %s\n", error->message);
    g_error_free (error);
  }
  viewer_options_clear (&options);
  gst_deinit ();
  return status;
}
