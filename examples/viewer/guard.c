/* imbytes viewer: requests that are refused before they are looked at.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "guard.h"

#include <string.h>

#include "answer.h"
#include "http.h"

#define KEY "viewer-body"
/* Up to here a body that is too large is read, so that its sender sees the answer. */
#define ENOUGH (16 * VIEWER_MAX_BODY)

static void
on_chunk (SoupServerMessage *message, GBytes *chunk, gpointer body)
{
  gsize *size = body;

  *size = MIN (*size + g_bytes_get_size (chunk), ENOUGH);
  if (*size == ENOUGH)
    viewer_answer_cut_off (message);
}

void
viewer_guard_watch (SoupServerMessage *message)
{
  gsize *size = g_new0 (gsize, 1);

  g_object_set_data_full (G_OBJECT (message), KEY, size, g_free);
  g_signal_connect (message, "got-chunk", G_CALLBACK (on_chunk), size);
  /* Nothing here has a use for a body. */
  soup_message_body_set_accumulate (soup_server_message_get_request_body (
                                        message),
      FALSE);
}

typedef struct
{
  guint n, n_hosts;
  gsize bytes;
  const gchar *host;
} Headers;

static void
count_header (const char *name, const char *value, gpointer data)
{
  Headers *headers = data;

  headers->n++;
  headers->bytes += strlen (name) + strlen (value);
  if (g_ascii_strcasecmp (name, "Host") == 0) {
    headers->n_hosts++;
    headers->host = value;
  }
}

static gboolean
refuse (SoupServerMessage *message, guint status, const gchar *sentence)
{
  viewer_answer_text (message, status, sentence);
  return FALSE;
}

static gboolean
check_size (SoupServerMessage *message, const Headers *headers)
{
  GUri *uri = soup_server_message_get_uri (message);
  const gchar *query = g_uri_get_query (uri);
  gsize *body = g_object_get_data (G_OBJECT (message), KEY);

  if (strlen (g_uri_get_path (uri)) + (query != NULL ? strlen (query) : 0)
      > VIEWER_MAX_PATH)
    return refuse (message, SOUP_STATUS_REQUEST_URI_TOO_LONG,
        "An address has " G_STRINGIFY (VIEWER_MAX_PATH) " bytes at most.");
  if (headers->n > VIEWER_MAX_HEADERS
      || headers->bytes > VIEWER_MAX_HEADER_BYTES)
    return refuse (message, 431,
        "A request has " G_STRINGIFY (VIEWER_MAX_HEADERS) " headers of " G_STRINGIFY (
            VIEWER_MAX_HEADER_BYTES) " bytes in all at most.");
  if (*body > VIEWER_MAX_BODY)
    return refuse (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE,
        "A body has " G_STRINGIFY (VIEWER_MAX_BODY) " bytes at most.");
  return TRUE;
}

static gboolean
check_name (const ViewerOptions *options, SoupServerMessage *message,
    const gchar *name)
{
  gchar *sentence;

  if (viewer_options_answer_to (options, name))
    return TRUE;
  sentence = g_strdup_printf (
      "This server answers to localhost and to addresses, not to %.80s, which "
      "could be anybody's name for it; start it with --host %.80s if it is "
      "yours.",
      name, name);
  viewer_answer_text (message, SOUP_STATUS_FORBIDDEN, sentence);
  g_free (sentence);
  return FALSE;
}

/* By its Host, and by the request line where that names a host, too. */
static gboolean
check_host (const ViewerOptions *options, SoupServerMessage *message,
    const Headers *headers)
{
  gboolean old = soup_server_message_get_http_version (message)
      == SOUP_HTTP_1_0;
  gchar *name;
  gboolean fine;

  if (headers->n_hosts > 1 || (headers->n_hosts == 0 && !old))
    return refuse (message, SOUP_STATUS_BAD_REQUEST,
        "A request has one Host header.");
  name = headers->host != NULL && *headers->host != '\0'
      ? viewer_http_read_host (headers->host)
      : g_strdup ("");
  if (name == NULL)
    return refuse (message, SOUP_STATUS_BAD_REQUEST,
        "A Host header is NAME or NAME:PORT.");
  fine = check_name (options, message, name)
      && check_name (options, message,
          g_uri_get_host (soup_server_message_get_uri (message)));
  g_free (name);
  return fine;
}

gboolean
viewer_guard_check (const ViewerOptions *options, SoupServerMessage *message)
{
  Headers headers = { 0 };

  soup_message_headers_foreach (soup_server_message_get_request_headers (
                                    message),
      count_header, &headers);
  return check_host (options, message, &headers)
      && check_size (message, &headers);
}

gboolean
viewer_guard_check_origin (const ViewerOptions *options,
    SoupServerMessage *message)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_request_headers (message);
  /* Of several, all of them with commas between, which is none. */
  const gchar *origin = soup_message_headers_get_list (headers, "Origin");

  if (origin == NULL
      || viewer_http_is_own_origin (origin,
          soup_message_headers_get_list (headers, "Host"),
          (const gchar *const *) options->hosts))
    return TRUE;
  return refuse (message, SOUP_STATUS_FORBIDDEN,
      "Only the page of this server may do this. Behind a reverse proxy, start "
      "it with --host and the name that the proxy is called by.");
}
