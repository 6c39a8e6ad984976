/* imbytes farm: the connection to Redis.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <string.h>

#include "store_private.h"
#include "text.h"

#define DEFAULT_PORT 6379
#define TIMEOUT_SECONDS 5
#define FIRST_PAUSE_MS 100
#define LONGEST_PAUSE_MS 5000

/* HOST, HOST:PORT, [ADDRESS]:PORT of IPv6. FALSE where it is none of them. */
static gboolean
read_address (Store *store, const gchar *server)
{
  const gchar *colon = strrchr (server, ':');
  const gchar *end = colon;
  guint64 port = DEFAULT_PORT;

  if (server[0] == '[') {
    end = strchr (server, ']');
    if (end == NULL || (end[1] != ':' && end[1] != '\0'))
      return FALSE;
    colon = end[1] == ':' ? end + 1 : NULL;
    server++;
  } else if (colon != strchr (server, ':')) {
    colon = end = NULL; /* an address of IPv6 alone */
  }
  store->host = end != NULL ? g_strndup (server, (gsize) (end - server))
                            : g_strdup (server);
  if (colon != NULL
      && !g_ascii_string_to_unsigned (colon + 1, 10, 1, 65535, &port, NULL))
    return FALSE;
  store->port = (gint) port;
  return store->host[0] != '\0';
}

static redisContext *
connect_to (const Store *store)
{
  struct timeval timeout = { TIMEOUT_SECONDS, 0 };
  redisContext *redis = store->host != NULL
      ? redisConnectWithTimeout (store->host, store->port, timeout)
      : redisConnectUnixWithTimeout (store->options.server, timeout);

  if (redis != NULL && redis->err == 0) {
    redisSetTimeout (redis, timeout);
    redisEnableKeepAlive (redis);
  }
  return redis;
}

gboolean
store_is_stopped (const Store *store)
{
  return store->options.stop != NULL && g_atomic_int_get (store->options.stop);
}

static gboolean
is_connected (const Store *store)
{
  return store->redis != NULL && store->redis->err == 0;
}

static void
disconnect (Store *store)
{
  g_clear_pointer (&store->redis, redisFree);
}

/* As redisCommandArgv (), whose limit is of the time between two bytes. */
static redisReply *
ask (redisContext *redis, int n, const gchar *const *words, const gsize *sizes)
{
  gint64 end = g_get_monotonic_time () + STORE_REPLY_SECONDS * G_USEC_PER_SEC;
  void *reply = NULL;
  int done = 0;

  if (redisAppendCommandArgv (redis, n, (const char **) words, sizes)
      != REDIS_OK)
    return NULL;
  while (!done && g_get_monotonic_time () < end)
    if (redisBufferWrite (redis, &done) != REDIS_OK)
      return NULL;
  while (redisGetReplyFromReader (redis, &reply) == REDIS_OK && reply == NULL
      && g_get_monotonic_time () < end)
    if (redisBufferRead (redis) != REDIS_OK)
      return NULL;
  return reply;
}

/* Whether a reply is none that a connection cannot begin with. A group that is there
 * already is fine; so is one that may be, if only there were memory to make it. */
static gboolean
is_fine (const Store *store, redisReply *reply, gchar **why)
{
  gboolean fine = reply != NULL
      && (reply->type != REDIS_REPLY_ERROR
          || g_str_has_prefix (reply->str, "BUSYGROUP")
          || g_str_has_prefix (reply->str, "OOM"));

  if (!fine)
    *why = g_strdup (reply != NULL   ? reply->str
            : store->redis->err != 0 ? store->redis->errstr
                                     : "it does not come to an end");
  if (reply != NULL)
    freeReplyObject (reply);
  return fine;
}

/* Connected, and the groups are there, after this; again does no harm. Else
 * *@why. */
static gboolean
connect_and_begin (Store *store, gchar **why)
{
  const gchar *const password[] = { "AUTH", g_getenv ("REDISCLI_AUTH") };
  const gchar *const jobs[] = { "XGROUP", "CREATE", store->jobs, "workers", "0",
    "MKSTREAM" };
  const gchar *const results[] = { "XGROUP", "CREATE", store->results,
    "collectors", "0", "MKSTREAM" };

  disconnect (store);
  store->redis = connect_to (store);
  if (!is_connected (store)) {
    *why = g_strdup (store->redis != NULL ? store->redis->errstr : "no memory");
    return FALSE;
  }
  return (password[1] == NULL
             || is_fine (store, ask (store->redis, 2, password, NULL), why))
      && is_fine (store, ask (store->redis, 6, jobs, NULL), why)
      && is_fine (store, ask (store->redis, 6, results, NULL), why);
}

/* Waits longer each time, and looks often whether it is time to stop. */
static void
pause_for (const Store *store, guint ms)
{
  for (; ms > 0 && !store_is_stopped (store); ms -= MIN (ms, 50))
    g_usleep (MIN (ms, 50) * 1000);
}

static gboolean
reconnect (Store *store)
{
  guint pause = FIRST_PAUSE_MS;
  gboolean said = FALSE;

  while (!store_is_stopped (store)) {
    gchar *why = NULL;

    if (connect_and_begin (store, &why)) {
      if (said)
        g_printerr ("imbytes-farm: %s is back\n", store->options.server);
      return TRUE;
    }
    if (!said)
      g_printerr ("imbytes-farm: no answer from %s (%s); trying again\n",
          store->options.server, why);
    said = TRUE;
    g_free (why);
    pause_for (store, pause + (guint) g_random_int_range (0, (gint) pause));
    pause = MIN (pause * 2, LONGEST_PAUSE_MS);
  }
  return FALSE;
}

/* Still loading, read-only, out of memory, a group that is gone: all of them may
 * pass, and are said once. */
static void
complain (Store *store, const gchar *complaint)
{
  gchar *line = text_to_line (complaint);

  if (g_strcmp0 (store->complaint, complaint) != 0)
    g_printerr ("imbytes-farm: Redis says: %s; trying again\n", line);
  g_free (line);
  g_free (store->complaint);
  store->complaint = g_strdup (complaint);
}

redisReply *
store_command (Store *store, int n, const gchar *const *words,
    const gsize *sizes)
{
  while (is_connected (store) || (!store->options.once && reconnect (store))) {
    redisReply *reply = ask (store->redis, n, words, sizes);

    if (reply != NULL && reply->type != REDIS_REPLY_ERROR) {
      g_clear_pointer (&store->complaint, g_free);
      return reply;
    }
    if (reply != NULL) {
      complain (store, reply->str);
      freeReplyObject (reply);
      pause_for (store, 10 * FIRST_PAUSE_MS);
    }
    disconnect (store);
  }
  return NULL;
}

redisReply *
store_words (Store *store, const gchar *const *words)
{
  int n = 0;

  while (words[n] != NULL)
    n++;
  return store_command (store, n, words, NULL);
}

StoreResult
store_said (redisReply *reply)
{
  StoreResult result = STORE_OK;

  if (reply == NULL)
    return STORE_STOPPED;
  if (reply->str == NULL || g_str_equal (reply->str, "nothing"))
    result = STORE_NOTHING;
  else if (g_str_equal (reply->str, "lost"))
    result = STORE_LOST;
  else if (g_str_equal (reply->str, "gap"))
    result = STORE_GAP;
  else if (g_str_equal (reply->str, "full"))
    result = STORE_FULL;
  freeReplyObject (reply);
  return result;
}

gint64
store_integer (const redisReply *reply)
{
  if (reply->type == REDIS_REPLY_INTEGER)
    return reply->integer;
  return reply->str != NULL ? g_ascii_strtoll (reply->str, NULL, 10) : 0;
}

const redisReply *
store_element (const redisReply *reply, gsize i)
{
  static const redisReply nothing = { .type = REDIS_REPLY_NIL };

  return reply != NULL && reply->type == REDIS_REPLY_ARRAY
          && i < reply->elements
      ? reply->element[i]
      : &nothing;
}

Text *
store_texts (const redisReply *fields)
{
  Text *texts = g_new0 (Text, fields->elements + 1);

  for (gsize i = 0; i < fields->elements; i++) {
    const redisReply *field = store_element (fields, i);

    texts[i] = (Text){ field->str, field->str != NULL ? field->len : 0 };
  }
  return texts;
}

static void
explain (const Store *store, const gchar *why, GError **error)
{
  const gchar *hint = "";

  if (!is_connected (store)) {
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
        "there is no Redis at %s (%s); start one, or name another with --redis",
        store->options.server, why);
    return;
  }
  if (g_str_has_prefix (why, "NOAUTH") || g_str_has_prefix (why, "WRONGPASS"))
    hint = "; set REDISCLI_AUTH in the environment to its password";
  else if (g_str_has_prefix (why, "WRONGTYPE"))
    hint = "; keys of that name are somebody else's, choose another --farm";
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
      "the Redis at %s says: %s%s", store->options.server, why, hint);
}

Store *
store_new (const StoreOptions *options, GError **error)
{
  Store *store = g_new0 (Store, 1);
  gchar *why = NULL;

  store->options = *options;
  store->jobs = g_strconcat (options->farm, ":jobs", NULL);
  store->results = g_strconcat (options->farm, ":results", NULL);
  store->failed = g_strconcat (options->farm, ":failed", NULL);
  store->known = g_strconcat (options->farm, ":known", NULL);
  store->stats = g_strconcat (options->farm, ":stats", NULL);
  store->mark = g_strconcat (options->farm, ":mark:", NULL);
  if (options->server[0] != '/' && !read_address (store, options->server)) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "--redis is HOST, HOST:PORT with a port from 1 to 65535, or "
        "/PATH/OF/SOCKET, not %s",
        options->server);
  } else if (connect_and_begin (store, &why)) {
    return store;
  } else {
    explain (store, why, error);
  }
  g_free (why);
  store_free (store);
  return NULL;
}

void
store_free (Store *store)
{
  if (store == NULL)
    return;
  disconnect (store);
  g_free (store->host);
  g_free (store->complaint);
  g_free (store->jobs);
  g_free (store->results);
  g_free (store->failed);
  g_free (store->known);
  g_free (store->stats);
  g_free (store->mark);
  g_free (store);
}

void
claim_clear (Claim *claim)
{
  g_clear_pointer (&claim->entry, g_free);
  g_clear_pointer (&claim->mark.sum, g_free);
  job_clear (&claim->job);
}
