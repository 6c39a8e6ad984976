/* imbytes examples: one HTTP PUT, tried until it is done.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "put.h"

#include <curl/curl.h>
#include <string.h>

#include "retry_after.h"
#include "text.h"

#define CONNECT_SECONDS 5
/* No status, but nothing that would be otherwise in a while. */
#define HOPELESS (-1)
#define FIRST_PAUSE 0.5
#define LONGEST_PAUSE 30.0

struct _Put
{
  PutOptions options;
  CURL *curl;
  struct curl_slist *headers;
  guint64 retries;
  gboolean was_failing;
  long failure; /* the status that was said last */
};

/* What is left to be sent. */
typedef struct
{
  const guint8 *data;
  gsize size;
} Body;

static size_t
read_body (char *to, size_t size, size_t n, void *user_data)
{
  Body *body = user_data;
  gsize part = MIN (size * n, body->size);

  memcpy (to, body->data, part);
  body->data += part;
  body->size -= part;
  return part;
}

static size_t
ignore (char *data, size_t size, size_t n, void *user_data)
{
  (void) data, (void) user_data;
  return size * n;
}

static gboolean
may_go_on (const Put *put)
{
  return !g_atomic_int_get (put->options.stop)
      && (put->options.on_wait == NULL
          || put->options.on_wait (put->options.data));
}

static int
on_progress (void *user_data, curl_off_t a, curl_off_t b, curl_off_t c,
    curl_off_t d)
{
  (void) a, (void) b, (void) c, (void) d;
  return !may_go_on (user_data);
}

Put *
put_new (const PutOptions *options)
{
  Put *put = g_new0 (Put, 1);
  gchar *type = g_strconcat ("Content-Type: ", options->content_type, NULL);

  curl_global_init (CURL_GLOBAL_DEFAULT);
  put->options = *options;
  put->curl = curl_easy_init ();
  put->headers = curl_slist_append (NULL, type);
  /* Servers that wait to be asked whether they would take it are rare; a round
   * trip for each image is not. */
  put->headers = curl_slist_append (put->headers, "Expect:");
  for (gchar **header = options->headers; header != NULL && *header != NULL;
       header++)
    put->headers = curl_slist_append (put->headers, *header);
  g_free (type);
  return put;
}

void
put_free (Put *put)
{
  if (put == NULL)
    return;
  curl_slist_free_all (put->headers);
  curl_easy_cleanup (put->curl);
  curl_global_cleanup ();
  g_free (put);
}

guint64
put_retries (const Put *put)
{
  return put->retries;
}

static gboolean
is_hopeless (CURLcode code)
{
  return code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL
      || code == CURLE_PEER_FAILED_VERIFICATION
      || code == CURLE_SSL_CACERT_BADFILE;
}

/* How long a transfer may last: one that gets a byte now and then never stalls. */
static long
count_ms (gint64 until)
{
  gint64 left = PUT_MAX_SECONDS * G_USEC_PER_SEC;

  if (until > 0)
    left = MIN (left, until - g_get_monotonic_time ());
  return (long) MAX (left / 1000, 1);
}

/* The status, or 0 or HOPELESS with a sentence in @error where there is none. */
static long
try_once (Put *put, const gchar *url, const guint8 *data, gsize size,
    gint64 until, char error[CURL_ERROR_SIZE])
{
  Body body = { data, size };
  CURL *curl = put->curl;
  long status = 0;
  CURLcode code;

  curl_easy_reset (curl);
  curl_easy_setopt (curl, CURLOPT_URL, url);
  curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt (curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt (curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t) size);
  curl_easy_setopt (curl, CURLOPT_READFUNCTION, read_body);
  curl_easy_setopt (curl, CURLOPT_READDATA, &body);
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, ignore);
  curl_easy_setopt (curl, CURLOPT_HTTPHEADER, put->headers);
  curl_easy_setopt (curl, CURLOPT_CONNECTTIMEOUT, (long) CONNECT_SECONDS);
  curl_easy_setopt (curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt (curl, CURLOPT_LOW_SPEED_TIME,
      (long) put->options.stall_seconds);
  curl_easy_setopt (curl, CURLOPT_TIMEOUT_MS, count_ms (until));
  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt (curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt (curl, CURLOPT_XFERINFODATA, put);
  curl_easy_setopt (curl, CURLOPT_ERRORBUFFER, error);
  if (put->options.user != NULL)
    curl_easy_setopt (curl, CURLOPT_USERPWD, put->options.user);
  if (put->options.ca_file != NULL)
    curl_easy_setopt (curl, CURLOPT_CAINFO, put->options.ca_file);
  error[0] = '\0';
  code = curl_easy_perform (curl);
  if (code == CURLE_OK) {
    curl_easy_getinfo (curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
  }
  if (error[0] == '\0')
    g_strlcpy (error, curl_easy_strerror (code), CURL_ERROR_SIZE);
  return is_hopeless (code) ? HOPELESS : 0;
}

static gboolean
may_pass (long status)
{
  return status == 0 || status == 408 || status == 429 || status >= 500;
}

static gdouble
find_pause (Put *put, guint tries)
{
  struct curl_header *header;
  gdouble pause = FIRST_PAUSE;
  int seconds = 0;

  if (curl_easy_header (put->curl, "Retry-After", 0, CURLH_HEADER, -1, &header)
      == CURLHE_OK)
    seconds =
        retry_after_read (header->value, g_get_real_time () / G_USEC_PER_SEC);
  if (seconds > 0)
    return seconds;
  while (tries-- > 1 && pause < LONGEST_PAUSE)
    pause *= 2;
  /* Many cameras that lost one server do not come back all at once. */
  return MIN (pause, LONGEST_PAUSE) * g_random_double_range (0.75, 1.25);
}

/* FALSE where it is time to stop, or @until comes first. Then it was waited for, too,
 * so that the next image does not come sooner. */
static gboolean
wait_for (const Put *put, gdouble seconds, gint64 until)
{
  gint64 end = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);
  gboolean in_time = until == 0 || end <= until, go_on = TRUE;

  while (go_on && g_get_monotonic_time () < (in_time ? end : until)) {
    g_usleep (20000);
    go_on = may_go_on (put);
  }
  return go_on && in_time;
}

static void
say (const Put *put, const gchar *url, long status, const char *error)
{
  gchar *shown = text_without_secrets (url);
  const gchar *more = may_pass (status) ? "; trying again" : "";

  if (status > 0)
    g_printerr ("%s: %s answers %ld%s\n", put->options.program, shown, status,
        more);
  else
    g_printerr ("%s: %s: %s%s\n", put->options.program, shown, error, more);
  g_free (shown);
}

PutResult
put_send (Put *put, const gchar *url, const guint8 *data, gsize size)
{
  gint64 until = put->options.give_up_seconds > 0 ? g_get_monotonic_time ()
          + put->options.give_up_seconds * (gint64) G_USEC_PER_SEC
                                                  : 0;
  char error[CURL_ERROR_SIZE];

  for (guint tries = 1;; tries++) {
    long status = try_once (put, url, data, size, until, error);

    if (status >= 200 && status < 300) {
      if (put->was_failing)
        g_printerr ("%s: uploads work again\n", put->options.program);
      put->was_failing = FALSE;
      return PUT_DONE;
    }
    if ((!put->was_failing || status != put->failure)
        && !g_atomic_int_get (put->options.stop))
      say (put, url, status, error);
    put->was_failing = TRUE;
    put->failure = status;
    if (!may_pass (status))
      return PUT_REFUSED;
    if (!wait_for (put, find_pause (put, tries), until))
      return PUT_GIVEN_UP;
    put->retries++;
  }
}
