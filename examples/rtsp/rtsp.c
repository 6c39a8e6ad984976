/* imbytes: a video as motion JPEG over RTSP.
 *
 *   imbytes-rtsp [OPTIONS] SOURCE
 *
 * SOURCE is a file, a URI, a camera (/dev/video0) or `test`. All clients share one
 * pipeline, so each frame is encoded once. The pipeline starts with the first client
 * and stops with the last.
 *
 * RFC 2435 has baseline JPEG with 4:2:0 or 4:2:2, and widths and heights in steps of 8
 * pixels up to 2040. The caps filter after imbytes enforces these sizes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/rtsp-server/rtsp-server.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "camera.h"
#include "program.h"
#include "text.h"

#define STEP 8
#define MAX_SIZE 2040

/* The kernel closes a TCP connection whose peer acknowledges nothing for so long.
 * gst-rtsp-server itself would queue ten seconds of video for that client. */
#define STALLED_SECONDS 4
/* From the end of the source until the sessions are closed: the last packets need time
 * to arrive. */
#define GOODBYE_SECONDS 1

#define MIN_RATE 1e-6  /* pictures a second */
#define MAX_BODY 65536 /* bytes of a request */
/* The server closes a connection that has set up no session by then. */
#define REQUEST_SECONDS 10
/* Connections beyond --max-clients: those that have no session yet. */
#define SPARE_CONNECTIONS 32

typedef struct
{
  gchar *address, *path;
  const gchar *source;
  gint port, width, height, quality, max_clients;
  gdouble rate;
} Options;

typedef struct
{
  Options options;
  GstRTSPServer *rtsp;
  GMutex lock;    /* for `clients`: each is closed in a thread of its own */
  GQueue clients; /* of Connection, the oldest first */
} Server;

typedef struct
{
  GstRTSPClient *client; /* not owned */
  gint64 began;
  gboolean is_cut_off;
} Connection;

static gchar *
describe_pipeline (const Server *server, GError **error)
{
  const Options *options = &server->options;
  gchar *frames = camera_describe_source (options->source, error), *description;
  guint64 interval = options->rate > 0 ? (guint64) (GST_SECOND / options->rate)
                                       : 0;

  if (frames == NULL)
    return NULL;
  /* If the user sets no size, negotiation picks the nearest that RTP supports. */
  description = g_strdup_printf (
      "( %s ! imbytes format=jpeg subsampling=4:2:0 progressive=false "
      "optimize=false fit=contain width=%d height=%d quality=%d "
      "interval=%" G_GUINT64_FORMAT
      " ! image/jpeg,width=(int)[%d,%d,%d],height=(int)[%d,%d,%d] "
      "! rtpjpegpay name=pay0 pt=26 )",
      frames, options->width, options->height, options->quality, interval, STEP,
      MAX_SIZE, STEP, STEP, MAX_SIZE, STEP);
  g_free (frames);
  return description;
}

/* Rounds @size to one that RTP supports, and tells the user if that changes it. */
static void
round_size (gint *size, const gchar *name)
{
  gint rounded = MIN (*size, MAX_SIZE) / STEP * STEP;

  if (*size > 0 && rounded < STEP)
    rounded = STEP;
  if (rounded != *size)
    g_printerr ("imbytes-rtsp: RTP's JPEG has sizes in steps of %d up to %d; "
                "--%s %d becomes %d\n",
        STEP, MAX_SIZE, name, *size, rounded);
  *size = rounded;
}

static GstRTSPFilterResult
remove_session (GstRTSPSessionPool *pool, GstRTSPSession *session,
    gpointer user_data)
{
  (void) pool, (void) session, (void) user_data;
  return GST_RTSP_FILTER_REMOVE;
}

static gboolean
end_sessions (gpointer user_data)
{
  Server *server = user_data;
  GstRTSPSessionPool *pool = gst_rtsp_server_get_session_pool (server->rtsp);

  gst_rtsp_session_pool_filter (pool, remove_session, NULL);
  g_object_unref (pool);
  return G_SOURCE_REMOVE;
}

static gboolean
on_media_message (GstRTSPMedia *media, GstMessage *message, gpointer server)
{
  (void) media, (void) server;
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gchar *sentence = program_describe_message (message);

    g_printerr ("imbytes-rtsp: %s\n", sentence);
    g_free (sentence);
  }
  return FALSE;
}

/* A client that stays connected at the end of a file would keep the shared pipeline
 * alive, and the file would not start again for others. The pipeline does not always
 * post an EOS message, so the end is detected by the event. */
static GstPadProbeReturn
on_event (GstPad *pad, GstPadProbeInfo *info, gpointer server)
{
  (void) pad;
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS)
    g_timeout_add_seconds (GOODBYE_SECONDS, end_sessions, server);
  return GST_PAD_PROBE_OK;
}

/* By default a sink that waits for the clock adds 20 ms of latency, in case elements are
 * slow. Here that is not needed. */
static void
on_element (GstBin *pipeline, GstBin *bin, GstElement *element, gpointer server)
{
  (void) pipeline, (void) bin, (void) server;
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element),
          "processing-deadline")
      != NULL)
    g_object_set (element, "processing-deadline", (guint64) 0, NULL);
}

/* A client learns only the status code of an error in the pipeline; the program prints
 * the message. */
static void
on_media_configure (GstRTSPMediaFactory *factory, GstRTSPMedia *media,
    gpointer server)
{
  GstElement *frames = gst_rtsp_media_get_element (media);
  GstObject *pipeline = gst_object_get_parent (GST_OBJECT (frames));
  GstElement *pay = gst_bin_get_by_name (GST_BIN (frames), "pay0");
  GstPad *pad = gst_element_get_static_pad (pay, "src");

  (void) factory;
  g_signal_connect (media, "handle-message", G_CALLBACK (on_media_message),
      server);
  g_signal_connect (pipeline, "deep-element-added", G_CALLBACK (on_element),
      server);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_event, server,
      NULL);
  gst_object_unref (pad);
  gst_object_unref (pay);
  gst_object_unref (pipeline);
  gst_object_unref (frames);
}

static gint
has_client (gconstpointer connection, gconstpointer client)
{
  return ((const Connection *) connection)->client != client;
}

static void
on_closed (GstRTSPClient *client, gpointer user_data)
{
  Server *server = user_data;
  GList *link;
  guint n;

  g_mutex_lock (&server->lock);
  link = g_queue_find_custom (&server->clients, client, has_client);
  if (link != NULL) {
    g_free (link->data);
    g_queue_delete_link (&server->clients, link);
  }
  n = server->clients.length;
  g_mutex_unlock (&server->lock);
  g_print ("%u clients\n", n);
}

static gboolean
has_session (GstRTSPClient *client)
{
  GList *sessions = gst_rtsp_client_session_filter (client, NULL, NULL);
  gboolean has = sessions != NULL;

  g_list_free_full (sessions, g_object_unref);
  return has;
}

/* Shuts the socket down. The client's own thread notices, and frees the client. */
static void
cut_off (Connection *connection)
{
  GSocket *socket = gst_rtsp_connection_get_read_socket (
      gst_rtsp_client_get_connection (connection->client));

  connection->is_cut_off = TRUE;
  if (socket != NULL)
    g_socket_shutdown (socket, TRUE, TRUE, NULL);
}

/* Closes connections that have had no session for @seconds; only the oldest if @one. */
static void
cut_off_idle (Server *server, gint seconds, gboolean one)
{
  gint64 before = g_get_monotonic_time () - seconds * G_USEC_PER_SEC;
  gboolean go_on = TRUE;

  g_mutex_lock (&server->lock);
  for (GList *link = server->clients.head; link != NULL && go_on;
       link = link->next) {
    Connection *connection = link->data;

    if (connection->is_cut_off || connection->began > before
        || has_session (connection->client))
      continue;
    cut_off (connection);
    go_on = !one;
  }
  g_mutex_unlock (&server->lock);
}

/* See STALLED_SECONDS. */
static void
limit_stall (GstRTSPClient *client)
{
#ifdef TCP_USER_TIMEOUT
  GSocket *socket = gst_rtsp_connection_get_write_socket (
      gst_rtsp_client_get_connection (client));

  g_socket_set_option (socket, IPPROTO_TCP, TCP_USER_TIMEOUT,
      STALLED_SECONDS * 1000, NULL);
#else
  (void) client;
#endif
}

static void
on_client (GstRTSPServer *rtsp, GstRTSPClient *client, gpointer user_data)
{
  Server *server = user_data;
  Connection *connection = g_new (Connection, 1);
  guint n;

  (void) rtsp;
  *connection =
      (Connection){ .client = client, .began = g_get_monotonic_time () };
  limit_stall (client);
  g_signal_connect (client, "closed", G_CALLBACK (on_closed), server);
  g_mutex_lock (&server->lock);
  g_queue_push_tail (&server->clients, connection);
  n = server->clients.length;
  g_mutex_unlock (&server->lock);
  g_print ("%u clients\n", n);
  /* Connections without a session must not use up the limit. */
  if (n > (guint) server->options.max_clients + SPARE_CONNECTIONS)
    cut_off_idle (server, 0, TRUE);
}

/* Once a second: closes connections that requested nothing in time, and sessions whose
 * client vanished without TEARDOWN. */
static gboolean
expire_sessions (gpointer user_data)
{
  Server *server = user_data;
  GstRTSPSessionPool *pool = gst_rtsp_server_get_session_pool (server->rtsp);

  cut_off_idle (server, REQUEST_SECONDS, FALSE);
  gst_rtsp_session_pool_cleanup (pool);
  g_object_unref (pool);
  return G_SOURCE_CONTINUE;
}

static GstRTSPServer *
new_rtsp_server (Server *server, const gchar *pipeline)
{
  const Options *options = &server->options;
  GstRTSPServer *rtsp = gst_rtsp_server_new ();
  GstRTSPMountPoints *mounts = gst_rtsp_server_get_mount_points (rtsp);
  GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new ();
  GstRTSPSessionPool *pool = gst_rtsp_server_get_session_pool (rtsp);
  gchar service[8];

  gst_rtsp_server_set_address (rtsp, options->address);
  g_snprintf (service, sizeof (service), "%d", options->port);
  gst_rtsp_server_set_service (rtsp, service);
  gst_rtsp_server_set_content_length_limit (rtsp, MAX_BODY);
  gst_rtsp_session_pool_set_max_sessions (pool, (guint) options->max_clients);
  gst_rtsp_media_factory_set_launch (factory, pipeline);
  gst_rtsp_media_factory_set_shared (factory, TRUE);
  g_signal_connect (factory, "media-configure", G_CALLBACK (on_media_configure),
      server);
  g_signal_connect (rtsp, "client-connected", G_CALLBACK (on_client), server);
  gst_rtsp_mount_points_add_factory (mounts, options->path, factory);
  g_object_unref (pool);
  g_object_unref (mounts);
  return rtsp;
}

static gint
serve (Server *server, const gchar *pipeline)
{
  GstRTSPServer *rtsp = server->rtsp = new_rtsp_server (server, pipeline);
  guint attached = gst_rtsp_server_attach (rtsp, NULL);
  guint expiring;

  if (attached == 0) {
    g_printerr ("imbytes-rtsp: cannot listen on %s:%d; is it taken, or not an "
                "address of this machine? --port and --address choose others\n",
        server->options.address, server->options.port);
    g_object_unref (rtsp);
    return 1;
  }
  expiring = g_timeout_add_seconds (1, expire_sessions, server);
  g_print ("rtsp://%s:%d%s\n", server->options.address,
      gst_rtsp_server_get_bound_port (rtsp), server->options.path);
  program_run_until_signal ();
  g_source_remove (expiring);
  g_source_remove (attached);
  g_object_unref (rtsp);
  return 0;
}

static gboolean
check_options (Options *options, GError **error)
{
  const gchar *wrong = NULL;

  if (options->rate > 0 && options->rate < MIN_RATE)
    wrong = "--rate is 0 (all), or goes from 1e-06 to 1e6";
  else if (options->path[0] != '/' || !text_is_line (options->path)
      || strpbrk (options->path, " ?#") != NULL)
    wrong = "--path begins with a /, and has no space, ?, # or control "
            "character";
  if (wrong != NULL)
    return program_refuse (error, "%s", wrong);
  round_size (&options->width, "width");
  round_size (&options->height, "height");
  return TRUE;
}

static gboolean
parse_options (Options *options, int argc, char **argv, GError **error)
{
  Number numbers[] = { { "port", 'p', 0, 65535, &options->port, NULL },
    { "width", 0, 0, CAMERA_MAX_SIZE, &options->width, NULL },
    { "height", 0, 0, CAMERA_MAX_SIZE, &options->height, NULL },
    { "quality", 'q', 1, 100, &options->quality, NULL },
    { "rate", 'r', 0, 1e6, NULL, &options->rate },
    { "max-clients", 0, 1, 10000, &options->max_clients, NULL },
    { NULL, 0, 0, 0, NULL, NULL } };
  GOptionEntry entries[] = {
    { "address", 'a', 0, G_OPTION_ARG_STRING, &options->address,
        "Where to listen (127.0.0.1); 0.0.0.0 for everybody", "ADDRESS" },
    NUMBER_ENTRY ("port", 'p', "Port (8554); 0 for any that is free", "PORT"),
    { "path", 0, 0, G_OPTION_ARG_STRING, &options->path, "Path (/live)",
        "PATH" },
    NUMBER_ENTRY ("width", 0,
        "Width, the input's if not set; in steps of 8 up to 2040", "PIXELS"),
    NUMBER_ENTRY ("height", 0, "Height", "PIXELS"),
    NUMBER_ENTRY ("quality", 'q', "JPEG quality (75)", "1..100"),
    NUMBER_ENTRY ("rate", 'r', "At most so many pictures a second (0: all)",
        "RATE"),
    NUMBER_ENTRY ("max-clients", 0, "Sessions at most (100)", "N"),
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };
  const Program program = { "imbytes-rtsp",
    "SOURCE - a video as motion JPEG over RTSP", PROGRAM_SOURCE, entries,
    numbers, &options->source };

  return program_start (&program, argc, argv, error)
      && check_options (options, error);
}

int
main (int argc, char **argv)
{
  Server server = {
    .options = { .port = 8554, .quality = 75, .max_clients = 100 }
  };
  gchar *pipeline = NULL;
  GError *error = NULL;
  gint status;

  g_mutex_init (&server.lock);
  server.options.address = g_strdup ("127.0.0.1");
  server.options.path = g_strdup ("/live");
  if (parse_options (&server.options, argc, argv, &error))
    pipeline = describe_pipeline (&server, &error);
  status = error == NULL ? serve (&server, pipeline) : program_fail (error);
  g_free (pipeline);
  g_free (server.options.address);
  g_free (server.options.path);
  return status;
}
