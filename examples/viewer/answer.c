/* imbytes viewer: answers that every address gives alike.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "answer.h"

#include <string.h>

void
viewer_answer_text (SoupServerMessage *message, guint status,
    const gchar *sentence)
{
  gchar *line = g_strconcat (sentence, "\n", NULL);

  if (status == SOUP_STATUS_SERVICE_UNAVAILABLE)
    soup_message_headers_replace (soup_server_message_get_response_headers (
                                      message),
        "Retry-After", "2");
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "text/plain; charset=utf-8",
      SOUP_MEMORY_TAKE, line, strlen (line));
}

void
viewer_answer_error (SoupServerMessage *message, GError *error)
{
  guint status = SOUP_STATUS_INTERNAL_SERVER_ERROR;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT))
    status = SOUP_STATUS_BAD_REQUEST;
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY))
    status = SOUP_STATUS_SERVICE_UNAVAILABLE;
  viewer_answer_text (message, status, error->message);
  g_error_free (error);
}

gboolean
viewer_answer_check_method (SoupServerMessage *message, const gchar *path,
    const gchar *method)
{
  const gchar *used = soup_server_message_get_method (message);
  gboolean is_get = g_str_equal (method, "GET");
  gchar *sentence;

  if (g_str_equal (used, method) || (is_get && g_str_equal (used, "HEAD")))
    return TRUE;
  sentence = g_strdup_printf ("%s takes %s.", path, method);
  soup_message_headers_replace (soup_server_message_get_response_headers (
                                    message),
      "Allow", is_get ? "GET, HEAD" : method);
  viewer_answer_text (message, SOUP_STATUS_METHOD_NOT_ALLOWED, sentence);
  g_free (sentence);
  return FALSE;
}

void
viewer_answer_cut_off (SoupServerMessage *message)
{
  GSocket *socket = soup_server_message_get_socket (message);

  if (socket != NULL)
    g_socket_shutdown (socket, TRUE, TRUE, NULL);
}
