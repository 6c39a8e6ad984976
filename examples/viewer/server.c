/* imbytes viewer: what is served where.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "server.h"

#include <sys/resource.h>

#include "answer.h"
#include "connections.h"
#include "guard.h"
#include "http.h"
#include "program.h"
#include "snapshot.h"
#include "stats.h"

#define SWEEP_INTERVAL 250 /* milliseconds */
#define LAST_WORDS (G_USEC_PER_SEC / 5)

/* Pages, figures and refusals need connections too, and the source files. */
#define SPARE_CONNECTIONS 64
#define SPARE_FILES 64
/* That wait to be accepted. */
#define BACKLOG 256

#define STOPPING "The server is being stopped."

struct _ViewerServer
{
  const ViewerOptions *options;
  SoupServer *soup;
  ViewerHub *hub;
  ViewerSource *source;
  GPtrArray *clients;   /* of ViewerClient */
  GPtrArray *snapshots; /* not yet sent in full */
  ViewerSent finished;  /* by clients that have gone */
  guint64 snapshots_asked;
  guint sweep;
  ViewerConnections *connections;
  gboolean stopping;
};

static void
on_frame (GstSample *frame, gpointer user_data)
{
  ViewerServer *self = user_data;

  viewer_hub_push (self->hub, frame);
}

/* What is wrong with @query is answered here. */
static gboolean
parse (ViewerServer *self, SoupServerMessage *message, GHashTable *query,
    ViewerPurpose purpose, ViewerRequest *request)
{
  GError *error = NULL;

  if (viewer_request_parse (request, query, purpose,
          (guint) self->options->max_side, &error))
    return TRUE;
  viewer_answer_error (message, error);
  return FALSE;
}

static gboolean
has_room (ViewerServer *self, SoupServerMessage *message)
{
  gchar *sentence;

  if (self->clients->len + self->snapshots->len
      < (guint) self->options->max_clients)
    return TRUE;
  sentence = g_strdup_printf ("%d clients are connected, as many as this "
                              "server allows; try again later.",
      self->options->max_clients);
  viewer_answer_text (message, SOUP_STATUS_SERVICE_UNAVAILABLE, sentence);
  g_free (sentence);
  return FALSE;
}

static void
answer_page (ViewerServer *self, SoupServerMessage *message, GHashTable *query)
{
  GBytes *page = g_resources_lookup_data ("/imbytes/viewer/page.html",
      G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  (void) self;
  (void) query;
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_replace (soup_server_message_get_response_headers (
                                    message),
      "Content-Type", "text/html; charset=utf-8");
  soup_message_body_append_bytes (soup_server_message_get_response_body (
                                      message),
      page);
  g_bytes_unref (page);
}

static const gchar *
get_id (GHashTable *query)
{
  return query != NULL ? g_hash_table_lookup (query, "id") : NULL;
}

/* The latest where several use the same: a page that connects anew may be here
 * before it is known that its old connection has gone. */
static ViewerClient *
find_client (ViewerServer *self, const gchar *id)
{
  for (guint i = self->clients->len; id != NULL && i > 0; i--) {
    ViewerClient *client = g_ptr_array_index (self->clients, i - 1);

    if (g_strcmp0 (viewer_client_get_id (client), id) == 0)
      return client;
  }
  return NULL;
}

static void
on_client_gone (ViewerClient *client, gpointer user_data)
{
  ViewerServer *self = user_data;
  const ViewerSent *sent = viewer_client_get_sent (client);

  self->finished.images += sent->images;
  self->finished.bytes += sent->bytes;
  self->finished.skipped += sent->skipped;
  g_ptr_array_remove (self->clients, client);
}

static void
answer_stream (ViewerServer *self, SoupServerMessage *message,
    GHashTable *query)
{
  ViewerRequest request;
  ViewerClient *client;
  GError *error = NULL;

  if (!parse (self, message, query, VIEWER_FOR_STREAM, &request))
    return;
  if (soup_server_message_get_method (message) == SOUP_METHOD_HEAD) {
    viewer_client_describe (message);
    return;
  }
  if (!has_room (self, message))
    return;
  client = viewer_client_new (message, self->hub, &request, get_id (query),
      on_client_gone, self, &error);
  if (client == NULL) {
    viewer_answer_error (message, error);
    return;
  }
  viewer_connections_is_client (self->connections, message);
  g_ptr_array_add (self->clients, client);
}

static void
answer_control (ViewerServer *self, SoupServerMessage *message,
    GHashTable *query)
{
  ViewerClient *client;
  ViewerRequest request;
  GError *error = NULL;

  if (!viewer_guard_check_origin (self->options, message)
      || !parse (self, message, query, VIEWER_FOR_STREAM, &request))
    return;
  client = find_client (self, get_id (query));
  if (client == NULL)
    viewer_answer_text (message, SOUP_STATUS_NOT_FOUND,
        "There is no stream with this id; it is the one that was given to "
        "/stream.mjpg, and lives as long as that.");
  else if (!viewer_client_move (client, &request, &error))
    viewer_answer_error (message, error);
  else
    viewer_answer_text (message, SOUP_STATUS_OK, "Done.");
}

static void
on_snapshot_done (gpointer snapshot, gpointer user_data)
{
  ViewerServer *self = user_data;

  g_ptr_array_remove (self->snapshots, snapshot);
}

static void
serve_snapshot (ViewerServer *self, SoupServerMessage *message,
    GHashTable *query, ViewerPurpose purpose)
{
  ViewerRequest request;
  GError *error = NULL;
  gpointer snapshot;

  if (!parse (self, message, query, purpose, &request)
      || !has_room (self, message))
    return;
  request.interval = 0;
  snapshot = viewer_snapshot_start (message, self->hub, &request,
      (gint64) self->options->timeout * G_USEC_PER_SEC, on_snapshot_done, self,
      &error);
  if (snapshot == NULL) {
    viewer_answer_error (message, error);
    return;
  }
  viewer_connections_is_client (self->connections, message);
  self->snapshots_asked++;
  g_ptr_array_add (self->snapshots, snapshot);
}

static void
answer_snapshot_jpg (ViewerServer *self, SoupServerMessage *message,
    GHashTable *query)
{
  serve_snapshot (self, message, query, VIEWER_FOR_JPEG);
}

static void
answer_snapshot_png (ViewerServer *self, SoupServerMessage *message,
    GHashTable *query)
{
  serve_snapshot (self, message, query, VIEWER_FOR_PNG);
}

static void
answer_stats (ViewerServer *self, SoupServerMessage *message, GHashTable *query)
{
  ViewerState state = { .source = self->source,
    .hub = self->hub,
    .clients = self->clients,
    .snapshots = self->snapshots->len,
    .finished = &self->finished,
    .snapshots_asked = self->snapshots_asked,
    .options = self->options };
  gchar *json =
      viewer_stats_to_json (&state, find_client (self, get_id (query)));

  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "application/json",
      SOUP_MEMORY_TAKE, json, strlen (json));
}

static const struct
{
  const gchar *path, *method;
  void (*answer) (ViewerServer *self, SoupServerMessage *message,
      GHashTable *query);
} addresses[] = {
  { "/", "GET", answer_page },
  { "/stream.mjpg", "GET", answer_stream },
  { "/snapshot.jpg", "GET", answer_snapshot_jpg },
  { "/snapshot.png", "GET", answer_snapshot_png },
  { "/stats.json", "GET", answer_stats },
  { "/control", "POST", answer_control },
};

static void
route (ViewerServer *self, SoupServerMessage *message, const gchar *path,
    GHashTable *query)
{
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++) {
    if (g_str_equal (path, addresses[i].path)) {
      if (viewer_answer_check_method (message, path, addresses[i].method))
        addresses[i].answer (self, message, query);
      return;
    }
  }
  viewer_answer_text (message, SOUP_STATUS_NOT_FOUND,
      "There is nothing here; / is the page, and /stream.mjpg, /snapshot.jpg, "
      "/snapshot.png and /stats.json are what it uses.");
}

/* libsoup takes the query for a part of the path where a request names no host,
 * as those of HTTP/1.0 need not. */
static void
route_with_query (ViewerServer *self, SoupServerMessage *message,
    const gchar *path)
{
  const gchar *text = g_uri_get_query (soup_server_message_get_uri (message));
  gchar **parts = g_strsplit (path, "?", text == NULL ? 2 : 1);
  GHashTable *query;
  GError *error = NULL;

  if (text == NULL)
    text = parts[1] != NULL ? parts[1] : "";
  query = viewer_http_read_query (text, &error);
  if (query != NULL) {
    route (self, message, parts[0], query);
    g_hash_table_unref (query);
  } else {
    viewer_answer_error (message, error);
  }
  g_strfreev (parts);
}

/* In seconds, for each time that something is waited for. */
static void
set_timeout (SoupServerMessage *message, guint timeout)
{
  GSocket *socket = soup_server_message_get_socket (message);

  if (socket != NULL)
    g_socket_set_timeout (socket, timeout);
}

static void
on_request (SoupServer *soup, SoupServerMessage *message, const char *path,
    GHashTable *query, gpointer user_data)
{
  ViewerServer *self = user_data;
  SoupMessageHeaders *headers =
      soup_server_message_get_response_headers (message);

  (void) soup, (void) query;
  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  soup_message_headers_replace (headers, "X-Content-Type-Options", "nosniff");
  set_timeout (message, (guint) self->options->stall_timeout);
  viewer_connections_asked (self->connections, message);
  if (!viewer_guard_check (self->options, message))
    return;
  if (self->stopping)
    viewer_answer_text (message, SOUP_STATUS_SERVICE_UNAVAILABLE, STOPPING);
  else
    route_with_query (self, message, path);
}

static guint
get_max_connections (const ViewerOptions *options)
{
  return (guint) options->max_clients + SPARE_CONNECTIONS;
}

static guint
get_request_time (const ViewerOptions *options)
{
  return (guint) MIN (options->request_timeout, options->stall_timeout);
}

/* Once for each request, as soon as its connection is there.
 *
 * Connections are not kept: libsoup 3.2 never looks again at one that waits for
 * its next request, and holds those that are closed by the other side for good. */
static void
on_started (SoupServer *soup, SoupServerMessage *message, gpointer user_data)
{
  ViewerServer *self = user_data;

  (void) soup;
  viewer_connections_add (self->connections, message);
  set_timeout (message, get_request_time (self->options));
  viewer_guard_watch (message);
  soup_message_headers_replace (soup_server_message_get_response_headers (
                                    message),
      "Connection", "close");
}

static gboolean
on_sweep (gpointer user_data)
{
  ViewerServer *self = user_data;

  for (guint i = self->clients->len; i > 0; i--)
    viewer_client_check (g_ptr_array_index (self->clients, i - 1),
        (guint) self->options->stall_timeout);
  for (guint i = self->snapshots->len; i > 0; i--)
    viewer_snapshot_check (g_ptr_array_index (self->snapshots, i - 1),
        (guint) self->options->stall_timeout);
  viewer_connections_sweep (self->connections);
  viewer_hub_sweep (self->hub);
  return G_SOURCE_CONTINUE;
}

static gboolean
listen_on (SoupServer *soup, const gchar *address, guint port, GError **error)
{
  gboolean is_name = g_strcmp0 (address, "localhost") == 0;
  GSocketAddress *socket_address =
      g_inet_socket_address_new_from_string (is_name ? "127.0.0.1" : address,
          port);
  GSocket *socket;
  gboolean listens;

  if (socket_address == NULL)
    return program_refuse (error,
        "--address is an address of this machine, such as 127.0.0.1, "
        "0.0.0.0 or ::, not '%s'.",
        address);
  socket = g_socket_new (g_socket_address_get_family (socket_address),
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  /* Else it is 10, and who connects besides these waits for a second. */
  if (socket != NULL)
    g_socket_set_listen_backlog (socket, BACKLOG);
  listens = socket != NULL
      && g_socket_bind (socket, socket_address, TRUE, error)
      && g_socket_listen (socket, error)
      && soup_server_listen_socket (soup, socket, 0, error);
  g_clear_object (&socket);
  if (!listens)
    g_prefix_error (error, "Cannot listen on port %u of %s: ", port, address);
  g_object_unref (socket_address);
  return listens;
}

/* libsoup stops listening, without a word, when there is no file left for one
 * more connection. */
static gboolean
allow_files (const ViewerOptions *options, GError **error)
{
  rlim_t wanted = get_max_connections (options) + SPARE_FILES;
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
    return TRUE;
  limit.rlim_cur = wanted;
  if (wanted <= limit.rlim_max && setrlimit (RLIMIT_NOFILE, &limit) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES,
      "%d clients need %lu open files, and this process may have %lu: ask for "
      "fewer by --max-clients, or see ulimit -Hn.",
      options->max_clients, (gulong) wanted, (gulong) limit.rlim_max);
  return FALSE;
}

ViewerServer *
viewer_server_new (const ViewerOptions *options, GError **error)
{
  ViewerServer *self = g_new0 (ViewerServer, 1);

  self->options = options;
  self->connections = viewer_connections_new (get_max_connections (options),
      get_request_time (options));
  self->clients = g_ptr_array_new ();
  self->snapshots = g_ptr_array_new ();
  self->hub = viewer_hub_new ((guint) options->max_pictures);
  self->soup = soup_server_new ("server-header", "imbytes-viewer", NULL);
  g_signal_connect (self->soup, "request-started", G_CALLBACK (on_started),
      self);
  soup_server_add_handler (self->soup, NULL, on_request, self, NULL);
  self->sweep = g_timeout_add (SWEEP_INTERVAL, on_sweep, self);
  if (allow_files (options, error)
      && listen_on (self->soup, options->address, (guint) options->port, error))
    self->source = viewer_source_new (options, viewer_hub_get_epoch (self->hub),
        on_frame, self, error);
  if (self->source == NULL)
    g_clear_pointer (&self, viewer_server_free);
  return self;
}

static void
end_answers (ViewerServer *self)
{
  gint64 end = g_get_monotonic_time () + LAST_WORDS;

  for (guint i = self->snapshots->len; i > 0; i--)
    viewer_snapshot_refuse (g_ptr_array_index (self->snapshots, i - 1),
        STOPPING);
  for (guint i = self->clients->len; i > 0; i--)
    viewer_client_end (g_ptr_array_index (self->clients, i - 1));
  while (
      g_get_monotonic_time () < end && g_main_context_iteration (NULL, FALSE))
    ;
  /* Who takes nothing is not waited for. */
  for (guint i = self->snapshots->len; i > 0; i--)
    viewer_snapshot_cut_off (g_ptr_array_index (self->snapshots, i - 1));
  for (guint i = self->clients->len; i > 0; i--)
    viewer_client_cut_off (g_ptr_array_index (self->clients, i - 1));
  while ((self->clients->len > 0 || self->snapshots->len > 0)
      && g_main_context_iteration (NULL, TRUE))
    ;
}

void
viewer_server_free (ViewerServer *self)
{
  self->stopping = TRUE;
  g_source_remove (self->sweep);
  g_clear_pointer (&self->source, viewer_source_free);
  end_answers (self);
  soup_server_disconnect (self->soup);
  g_object_unref (self->soup);
  viewer_hub_free (self->hub);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_ptr_array_unref (self->clients);
  g_ptr_array_unref (self->snapshots);
  viewer_connections_free (self->connections);
  g_free (self);
}

gboolean
viewer_server_is_hopeless (const ViewerServer *self)
{
  return viewer_source_is_hopeless (self->source);
}

gchar *
viewer_server_get_address (ViewerServer *self)
{
  GSList *uris = soup_server_get_uris (self->soup);
  gchar *address = g_uri_to_string (uris->data);

  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return address;
}
