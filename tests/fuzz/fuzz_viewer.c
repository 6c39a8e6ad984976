/* imbytes fuzzing: what a request says to examples/viewer.
 *
 * Any bytes are a query, a Host and an Origin, one in a line. What is taken for good
 * has to keep its promises: a request is within its limits and the same when it is
 * asked for again, and an origin of its own has the host that was called.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http.h"
#include "json.h"
#include "request.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define MAX_SIDE 4096u

static void
demand (gboolean held, const gchar *what)
{
  if (held)
    return;
  fprintf (stderr, "%s\n", what);
  abort ();
}

static gboolean
is_side (guint side)
{
  return side == 0 || (side >= VIEWER_MIN_SIDE && side <= MAX_SIDE);
}

/* As text again. */
static void
check_same (const ViewerRequest *request)
{
  gchar *text = g_strdup_printf (
      "format=%s&width=%u&height=%u&fit=%s&method=%s&quality=%u&interval=%u",
      request->png ? "png" : "jpeg", request->width, request->height,
      request->fit, request->method, request->quality, request->interval);
  GHashTable *query = viewer_http_read_query (text, NULL);
  ViewerRequest again;

  demand (query != NULL
          && viewer_request_parse (&again, query, VIEWER_FOR_STREAM, MAX_SIDE,
              NULL)
          && viewer_request_equal (request, &again)
          && viewer_request_same_picture (request, &again),
      "a request that is another one when it is asked for again");
  g_hash_table_unref (query);
  g_free (text);
}

static void
check_query (const gchar *text)
{
  GError *error = NULL;
  GHashTable *query = viewer_http_read_query (text, &error);

  if (query == NULL) {
    demand (error != NULL && error->message[0] != '\0', "no reason");
    g_error_free (error);
    return;
  }
  demand (g_hash_table_size (query) <= VIEWER_MAX_PARAMETERS,
      "too many parameters");
  for (gint purpose = VIEWER_FOR_STREAM; purpose <= VIEWER_FOR_PNG; purpose++) {
    ViewerRequest request;

    if (!viewer_request_parse (&request, query, (ViewerPurpose) purpose,
            MAX_SIDE, &error)) {
      demand (error != NULL && error->message[0] != '\0', "no reason");
      g_clear_error (&error);
      continue;
    }
    demand (is_side (request.width) && is_side (request.height)
            && request.quality >= 1 && request.quality <= 100
            && request.interval <= VIEWER_MAX_INTERVAL,
        "a request beyond its limits");
    check_same (&request);
  }
  g_hash_table_unref (query);
}

static void
check_host (const gchar *host, const gchar *origin)
{
  const gchar *const names[] = { "camera.example", NULL };
  gchar *name = viewer_http_read_host (host);

  demand (name == NULL
          || (name[0] != '\0' && strpbrk (name, "/@\\ \t\r\n[]") == NULL),
      "a host's name with characters that none has");
  g_free (name);
  if (viewer_http_is_own_origin (origin, host, NULL))
    demand (g_ascii_strcasecmp (strstr (origin, "://") + 3, host) == 0,
        "an origin that is not the host");
  if (viewer_http_is_own_origin (origin, NULL, names))
    demand (g_ascii_strcasecmp (strstr (origin, "://") + 3, names[0]) == 0,
        "an origin that is not the proxy");
}

static void
check_json (const gchar *text)
{
  GString *json = g_string_new (NULL);
  gboolean in_string = FALSE;

  json_open (json, NULL, '{');
  json_string (json, text, text);
  json_double (json, "ratio", g_ascii_strtod (text, NULL));
  json_close (json, '{');
  for (gsize i = 0; i < json->len; i++) {
    demand ((guchar) json->str[i] >= 0x20, "a control character in JSON");
    if (in_string && json->str[i] == '\\')
      i++;
    else if (json->str[i] == '"')
      in_string = !in_string;
  }
  demand (!in_string && json->str[json->len - 1] == '}'
          && g_utf8_validate (json->str, (gssize) json->len, NULL),
      "JSON that is not closed");
  g_string_free (json, TRUE);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  gchar *text = g_strndup ((const gchar *) data, size);
  gchar **lines = g_strsplit (text, "\n", 3);
  guint n = g_strv_length (lines);

  for (guint i = 0; i < n; i++) {
    gchar *longer = g_strconcat ("width=64&fit=cover&", lines[i], NULL);

    check_query (lines[i]);
    check_query (longer);
    g_free (longer);
    check_json (lines[i]);
    check_host (lines[i], lines[(i + 1) % n]);
  }
  g_strfreev (lines);
  g_free (text);
  return 0;
}
