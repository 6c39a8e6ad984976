/* imbytes viewer: the options of the command line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "options.h"

#include <gio/gio.h>

#include "http.h"
#include "program.h"
#include "request.h"

#define MAX_SECONDS 86400
#define MAX_SIDE 65500

#define SUMMARY \
  "Shows a video in the browser, and serves it as motion JPEG and snapshots in\n" \
  "any size: open the address that it prints.\n\n" \
  "SOURCE is a file, which is played again and again, a URI (rtsp://, http://,\n" \
  "...) or a camera (/dev/video0). Without one a test pattern is shown."

static gboolean
take_uri (ViewerOptions *options, const gchar *what, GError **error)
{
  options->kind = VIEWER_URI;
  if (gst_uri_is_valid (what)) {
    options->what = g_strdup (what);
    return TRUE;
  }
  if (!g_file_test (what, G_FILE_TEST_EXISTS)) {
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
        "There is no file %s, and it is not a URI either.", what);
    return FALSE;
  }
  options->what = gst_filename_to_uri (what, error);
  return options->what != NULL;
}

static gboolean
take_source (ViewerOptions *options, const gchar *what, const gchar *camera,
    const gchar *pipeline, const gchar *pattern, GError **error)
{
  if ((what != NULL) + (camera != NULL) + (pipeline != NULL) + (pattern != NULL)
      > 1)
    return program_refuse (error,
        "One source is enough: give SOURCE, --camera, "
        "--pipeline or --test-pattern.");
  if (what != NULL
      && (g_str_has_prefix (what, "/dev/video")
          || g_str_has_prefix (what, "/dev/v4l/")))
    camera = what;
  else if (what != NULL)
    return take_uri (options, what, error);
  if (camera != NULL)
    options->kind = VIEWER_CAMERA;
  else if (pipeline != NULL)
    options->kind = VIEWER_PIPELINE;
  options->what = g_strdup (camera != NULL ? camera
          : pipeline != NULL               ? pipeline
          : pattern != NULL                ? pattern
                                           : "smpte");
  return TRUE;
}

static gboolean
check_hosts (gchar **hosts, GError **error)
{
  for (; hosts != NULL && *hosts != NULL; hosts++) {
    gchar *name = viewer_http_read_host (*hosts);
    gboolean fine = g_strcmp0 (name, *hosts) == 0;

    g_free (name);
    if (!fine)
      return program_refuse (error,
          "--host is a name without a port, such as camera.example, not "
          "'%.80s'.",
          *hosts);
  }
  return TRUE;
}

gboolean
viewer_options_parse (ViewerOptions *options, int argc, char **argv,
    GError **error)
{
  gchar *camera = NULL, *pipeline = NULL, *pattern = NULL, **rest = NULL;
  Number numbers[] = { { "port", 'p', 0, 65535, &options->port, NULL },
    { "max-clients", 0, 1, 100000, &options->max_clients, NULL },
    { "max-pictures", 0, 1, 1000, &options->max_pictures, NULL },
    { "max-side", 0, VIEWER_MIN_SIDE, MAX_SIDE, &options->max_side, NULL },
    { "source-timeout", 0, 0, MAX_SECONDS, &options->timeout, NULL },
    { "stall-timeout", 0, 1, MAX_SECONDS, &options->stall_timeout, NULL },
    { "request-timeout", 0, 1, MAX_SECONDS, &options->request_timeout, NULL },
    { NULL, 0, 0, 0, NULL, NULL } };
  const GOptionEntry entries[] = { { "camera", 'c', 0, G_OPTION_ARG_FILENAME,
                                       &camera, "A camera (/dev/video0)",
                                       "DEVICE" },
    { "pipeline", 0, 0, G_OPTION_ARG_STRING, &pipeline,
        "Elements as for gst-launch-1.0 that end in raw video", "ELEMENTS" },
    { "test-pattern", 0, 0, G_OPTION_ARG_STRING, &pattern,
        "A pattern of videotestsrc (smpte)", "NAME" },
    NUMBER_ENTRY ("port", 'p',
        "Port to listen on; 0 for any that is free (8080)", "PORT"),
    { "address", 'a', 0, G_OPTION_ARG_STRING, &options->address,
        "Address to listen on; 0.0.0.0 or :: for all, which lets everybody "
        "in who can reach it (127.0.0.1)",
        "ADDRESS" },
    { "host", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->hosts,
        "A name that a reverse proxy calls it by; may be given several times",
        "NAME" },
    NUMBER_ENTRY ("max-clients", 0, "Streams and snapshots at a time (100)",
        "N"),
    NUMBER_ENTRY ("max-pictures", 0, "Different pictures made at a time (8)",
        "N"),
    NUMBER_ENTRY ("max-side", 0,
        "Largest width and height that may be asked for (4096)", "PIXELS"),
    NUMBER_ENTRY ("source-timeout", 0,
        "Start the source anew when it sent nothing for so long; 0: never (10)",
        "SECONDS"),
    NUMBER_ENTRY ("stall-timeout", 0,
        "Disconnect a client that has not taken an image for so long (120)",
        "SECONDS"),
    NUMBER_ENTRY ("request-timeout", 0,
        "Disconnect a client that has not asked for anything by then, or not "
        "taken an answer that is no picture (10)",
        "SECONDS"),
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rest, NULL,
        "[SOURCE]" },
    G_OPTION_ENTRY_NULL };
  const Program program = { "imbytes-viewer", NULL, SUMMARY, entries, numbers,
    NULL };
  gboolean done;

  *options = (ViewerOptions){ .kind = VIEWER_TEST_PATTERN,
    .timeout = 10,
    .port = 8080,
    .max_clients = 100,
    .max_pictures = 8,
    .max_side = 4096,
    .stall_timeout = 120,
    .request_timeout = 10 };
  done = program_start (&program, argc, argv, error);
  if (done && rest != NULL && rest[1] != NULL)
    done = program_refuse (error, "One SOURCE is enough.");
  if (done)
    done = check_hosts (options->hosts, error)
        && take_source (options, rest != NULL ? rest[0] : NULL, camera,
            pipeline, pattern, error);
  if (options->address == NULL)
    options->address = g_strdup ("127.0.0.1");
  g_strfreev (rest);
  g_free (camera);
  g_free (pipeline);
  g_free (pattern);
  return done;
}

void
viewer_options_clear (ViewerOptions *options)
{
  g_clear_pointer (&options->what, g_free);
  g_clear_pointer (&options->address, g_free);
  g_clear_pointer (&options->hosts, g_strfreev);
}

gboolean
viewer_options_is_local (const ViewerOptions *options)
{
  GInetAddress *address = g_inet_address_new_from_string (options->address);
  gboolean is_local = address != NULL
      ? g_inet_address_get_is_loopback (address)
      : g_ascii_strcasecmp (options->address, "localhost") == 0;

  g_clear_object (&address);
  return is_local;
}

gboolean
viewer_options_answer_to (const ViewerOptions *options, const gchar *host)
{
  gsize length = host != NULL ? strlen (host) : 0;

  if (!viewer_options_is_local (options) || length == 0
      || g_hostname_is_ip_address (host)
      || g_ascii_strcasecmp (host, "localhost") == 0
      || (length > 10
          && g_ascii_strcasecmp (host + length - 10, ".localhost") == 0))
    return TRUE;
  for (guint i = 0; options->hosts != NULL && options->hosts[i] != NULL; i++) {
    if (g_ascii_strcasecmp (host, options->hosts[i]) == 0)
      return TRUE;
  }
  return FALSE;
}
