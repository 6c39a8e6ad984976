/* imbytes farm: the connection to Redis.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <string.h>

#include "store_private.h"

#define DEFAULT_PORT 6379
#define TIMEOUT_SECONDS 5
#define FIRST_PAUSE_MS 100
#define LONGEST_PAUSE_MS 5000

static redisContext *
connect_to (const gchar *server)
{
  struct timeval timeout = { TIMEOUT_SECONDS, 0 };
  const gchar *colon = strrchr (server, ':');
  redisContext *redis;

  if (server[0] == '/') {
    redis = redisConnectUnixWithTimeout (server, timeout);
  } else {
    gchar *host = colon != NULL ? g_strndup (server, (gsize) (colon - server))
                                : g_strdup (server);
    int port = colon != NULL ? atoi (colon + 1) : DEFAULT_PORT;

    redis = redisConnectWithTimeout (host, port, timeout);
    g_free (host);
  }
  if (redis != NULL && redis->err == 0) {
    redisSetTimeout (redis, timeout);
    redisEnableKeepAlive (redis);
  }
  return redis;
}

static gboolean
is_stopped (const Store *store)
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

/* The groups are there once this has been done; again does no harm. */
static gboolean
make_groups (Store *store)
{
  const gchar *const groups[2][2] = { { store->jobs, "workers" },
    { store->results, "collectors" } };

  for (guint i = 0; i < G_N_ELEMENTS (groups); i++) {
    redisReply *reply = redisCommand (store->redis,
        "XGROUP CREATE %s %s 0 MKSTREAM", groups[i][0], groups[i][1]);
    gboolean fine = reply != NULL
        && (reply->type != REDIS_REPLY_ERROR
            || g_str_has_prefix (reply->str, "BUSYGROUP"));

    if (reply != NULL)
      freeReplyObject (reply);
    if (!fine)
      return FALSE;
  }
  return TRUE;
}

/* Waits longer each time, and looks often whether it is time to stop. */
static void
pause_for (const Store *store, guint ms)
{
  for (; ms > 0 && !is_stopped (store); ms -= MIN (ms, 50))
    g_usleep (MIN (ms, 50) * 1000);
}

static gboolean
reconnect (Store *store)
{
  guint pause = FIRST_PAUSE_MS;
  gboolean said = FALSE;

  while (!is_stopped (store)) {
    disconnect (store);
    store->redis = connect_to (store->options.server);
    if (is_connected (store) && make_groups (store)) {
      if (said)
        g_printerr ("imbytes-farm: %s is back\n", store->options.server);
      return TRUE;
    }
    if (!said)
      g_printerr ("imbytes-farm: no answer from %s; trying again\n",
          store->options.server);
    said = TRUE;
    pause_for (store, pause + (guint) g_random_int_range (0, (gint) pause));
    pause = MIN (pause * 2, LONGEST_PAUSE_MS);
  }
  return FALSE;
}

redisReply *
store_command (Store *store, int n, const gchar *const *words,
    const gsize *sizes)
{
  while (is_connected (store) || reconnect (store)) {
    redisReply *reply =
        redisCommandArgv (store->redis, n, (const char **) words, sizes);

    if (reply != NULL && reply->type != REDIS_REPLY_ERROR)
      return reply;
    if (reply != NULL) {
      /* Still loading, read-only, out of memory, a group that is gone: all of
       * them may pass. */
      g_printerr ("imbytes-farm: Redis says: %s\n", reply->str);
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

Store *
store_new (const StoreOptions *options, GError **error)
{
  Store *store = g_new0 (Store, 1);

  store->options = *options;
  store->jobs = g_strconcat (options->farm, ":jobs", NULL);
  store->results = g_strconcat (options->farm, ":results", NULL);
  store->failed = g_strconcat (options->farm, ":failed", NULL);
  store->known = g_strconcat (options->farm, ":known", NULL);
  store->stats = g_strconcat (options->farm, ":stats", NULL);
  store->seen = g_strconcat (options->farm, ":seen:", NULL);
  store->redis = connect_to (options->server);
  if (is_connected (store) && make_groups (store))
    return store;
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
      "there is no Redis at %s (%s); start one, or name another with --redis",
      options->server,
      store->redis != NULL && store->redis->err ? store->redis->errstr
                                                : "it refuses");
  store_free (store);
  return NULL;
}

void
store_free (Store *store)
{
  if (store == NULL)
    return;
  disconnect (store);
  g_free (store->jobs);
  g_free (store->results);
  g_free (store->failed);
  g_free (store->known);
  g_free (store->stats);
  g_free (store->seen);
  g_free (store);
}

void
claim_clear (Claim *claim)
{
  g_clear_pointer (&claim->entry, g_free);
  job_clear (&claim->job);
}
