/* imbytes viewer: what is served where.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "server.h"

#include "answer.h"
#include "snapshot.h"
#include "stats.h"

#define SWEEP_INTERVAL 250 /* milliseconds */

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
on_page (SoupServer *soup, SoupServerMessage *message, const char *path,
    GHashTable *query, gpointer user_data)
{
  GBytes *page;

  (void) soup;
  (void) query;
  (void) user_data;
  if (!viewer_answer_begin (message, path, "/", "GET"))
    return;
  page = g_resources_lookup_data ("/imbytes/viewer/page.html",
      G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
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
on_stream (SoupServer *soup, SoupServerMessage *message, const char *path,
    GHashTable *query, gpointer user_data)
{
  ViewerServer *self = user_data;
  ViewerRequest request;
  ViewerClient *client;
  GError *error = NULL;

  (void) soup;
  if (!viewer_answer_begin (message, path, "/stream.mjpg", "GET")
      || !parse (self, message, query, VIEWER_FOR_STREAM, &request))
    return;
  if (soup_server_message_get_method (message) == SOUP_METHOD_HEAD) {
    viewer_client_describe (message);
    return;
  }
  if (!has_room (self, message))
    return;
  client = viewer_client_new (message, self->hub, &request, get_id (query),
      on_client_gone, self, &error);
  if (client != NULL)
    g_ptr_array_add (self->clients, client);
  else
    viewer_answer_error (message, error);
}

static void
on_control (SoupServer *soup, SoupServerMessage *message, const char *path,
    GHashTable *query, gpointer user_data)
{
  ViewerServer *self = user_data;
  ViewerClient *client;
  ViewerRequest request;
  GError *error = NULL;

  (void) soup;
  if (!viewer_answer_begin (message, path, "/control", "POST")
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
      on_snapshot_done, self, &error);
  if (snapshot == NULL) {
    viewer_answer_error (message, error);
    return;
  }
  self->snapshots_asked++;
  g_ptr_array_add (self->snapshots, snapshot);
}

static void
on_snapshot_jpg (SoupServer *soup, SoupServerMessage *message, const char *path,
    GHashTable *query, gpointer user_data)
{
  (void) soup;
  if (viewer_answer_begin (message, path, "/snapshot.jpg", "GET"))
    serve_snapshot (user_data, message, query, VIEWER_FOR_JPEG);
}

static void
on_snapshot_png (SoupServer *soup, SoupServerMessage *message, const char *path,
    GHashTable *query, gpointer user_data)
{
  (void) soup;
  if (viewer_answer_begin (message, path, "/snapshot.png", "GET"))
    serve_snapshot (user_data, message, query, VIEWER_FOR_PNG);
}

static void
on_stats (SoupServer *soup, SoupServerMessage *message, const char *path,
    GHashTable *query, gpointer user_data)
{
  ViewerServer *self = user_data;
  ViewerState state = { .source = self->source,
    .hub = self->hub,
    .clients = self->clients,
    .snapshots = self->snapshots->len,
    .finished = &self->finished,
    .snapshots_asked = self->snapshots_asked,
    .options = self->options };
  gchar *json;

  (void) soup;
  if (!viewer_answer_begin (message, path, "/stats.json", "GET"))
    return;
  json = viewer_stats_to_json (&state, find_client (self, get_id (query)));
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "application/json",
      SOUP_MEMORY_TAKE, json, strlen (json));
}

/* Nothing here has a use for a body, and none is kept. */
static void
on_headers (SoupServer *soup, SoupServerMessage *message, const char *path,
    GHashTable *query, gpointer user_data)
{
  (void) soup;
  (void) path;
  (void) query;
  (void) user_data;
  soup_message_body_set_accumulate (soup_server_message_get_request_body (
                                        message),
      FALSE);
}

static void
check_clients (ViewerServer *self, gint64 stall_timeout)
{
  for (guint i = self->clients->len; i > 0; i--)
    viewer_client_check (g_ptr_array_index (self->clients, i - 1),
        stall_timeout);
  for (guint i = self->snapshots->len; i > 0; i--)
    viewer_snapshot_check (g_ptr_array_index (self->snapshots, i - 1),
        stall_timeout);
}

static gboolean
on_sweep (gpointer user_data)
{
  ViewerServer *self = user_data;

  check_clients (self, (gint64) self->options->stall_timeout * G_USEC_PER_SEC);
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
  gboolean listens;

  if (socket_address == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "--address is an address of this machine, such as 127.0.0.1, "
        "0.0.0.0 or ::, not '%s'.",
        address);
    return FALSE;
  }
  listens = soup_server_listen (soup, socket_address, 0, error);
  if (!listens)
    g_prefix_error (error, "Cannot listen on port %u of %s: ", port, address);
  g_object_unref (socket_address);
  return listens;
}

static void
add_handlers (ViewerServer *self)
{
  soup_server_add_early_handler (self->soup, NULL, on_headers, NULL, NULL);
  soup_server_add_handler (self->soup, NULL, on_page, self, NULL);
  soup_server_add_handler (self->soup, "/stream.mjpg", on_stream, self, NULL);
  soup_server_add_handler (self->soup, "/control", on_control, self, NULL);
  soup_server_add_handler (self->soup, "/snapshot.jpg", on_snapshot_jpg, self,
      NULL);
  soup_server_add_handler (self->soup, "/snapshot.png", on_snapshot_png, self,
      NULL);
  soup_server_add_handler (self->soup, "/stats.json", on_stats, self, NULL);
}

ViewerServer *
viewer_server_new (const ViewerOptions *options, GError **error)
{
  ViewerServer *self = g_new0 (ViewerServer, 1);

  self->options = options;
  self->clients = g_ptr_array_new ();
  self->snapshots = g_ptr_array_new ();
  self->hub = viewer_hub_new ((guint) options->max_pictures);
  self->soup = soup_server_new ("server-header", "imbytes-viewer", NULL);
  add_handlers (self);
  self->sweep = g_timeout_add (SWEEP_INTERVAL, on_sweep, self);
  if (listen_on (self->soup, options->address, (guint) options->port, error))
    self->source = viewer_source_new (options, viewer_hub_get_epoch (self->hub),
        on_frame, self, error);
  if (self->source == NULL)
    g_clear_pointer (&self, viewer_server_free);
  return self;
}

void
viewer_server_free (ViewerServer *self)
{
  g_source_remove (self->sweep);
  g_clear_pointer (&self->source, viewer_source_free);
  for (guint i = self->snapshots->len; i > 0; i--)
    viewer_snapshot_refuse (g_ptr_array_index (self->snapshots, i - 1),
        "The server is being stopped.");
  for (guint i = self->clients->len; i > 0; i--)
    viewer_client_end (g_ptr_array_index (self->clients, i - 1));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  /* Who takes nothing is not waited for. */
  check_clients (self, -1);
  while ((self->clients->len > 0 || self->snapshots->len > 0)
      && g_main_context_iteration (NULL, TRUE))
    ;
  soup_server_disconnect (self->soup);
  g_object_unref (self->soup);
  viewer_hub_free (self->hub);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_ptr_array_unref (self->clients);
  g_ptr_array_unref (self->snapshots);
  g_free (self);
}

gchar *
viewer_server_get_address (ViewerServer *self)
{
  GSList *uris = soup_server_get_uris (self->soup);
  gchar *address = g_uri_to_string (uris->data);

  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return address;
}
