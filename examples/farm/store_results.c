/* imbytes farm: what came out, and how far it is.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <string.h>

#include "store_private.h"
#include "text.h"

/* A collector that has died leaves its results to the others after so long, if not
 * sooner: saving a few files never takes as long as making them may. */
#define LONGEST_LEASE_MS 10000
#define MAX_AT_ONCE 20
#define MAX_FIGURE (G_MAXINT64 / 4)
#define MAX_AT_ONCE_TEXT G_STRINGIFY (MAX_AT_ONCE)

/* Acknowledged and deleted at once, after they were saved. */
static StoreResult
forget_results (Store *store, const gchar *const *entries, guint n)
{
  static const gchar script[] =
      "redis.call('XACK', KEYS[1], 'collectors', unpack(ARGV))\n"
      "redis.call('XDEL', KEYS[1], unpack(ARGV))\n"
      "return 'ok'\n";
  const gchar *words[4 + MAX_AT_ONCE] = { "EVAL", script, "1", store->results };

  for (guint i = 0; i < n; i++)
    words[4 + i] = entries[i];
  return store_said (store_command (store, (int) (4 + n), words, NULL));
}

/* What nobody here wrote is not waited for, and not saved either. */
static gboolean
save_entry (const redisReply *entry, const StoreFunctions *functions)
{
  const redisReply *fields = store_element (entry, 1);
  Text *texts = store_texts (fields);
  GError *error = NULL;
  gboolean saved = TRUE;
  Result result;

  if (result_read (&result, texts, fields->elements, &error)) {
    saved = functions->save (functions->data, &result);
  } else {
    gchar *line = text_to_line (error->message);

    g_printerr ("imbytes-farm: a result is left out: %s\n", line);
    g_free (line);
    g_error_free (error);
  }
  g_free (texts);
  return saved;
}

/* '0' asks for what this collector has and has not saved yet, '>' for new ones. */
static redisReply *
next_results (Store *store, const gchar *which)
{
  return store_call (store, "XREADGROUP", "GROUP", "collectors",
      store->options.me, "COUNT", MAX_AT_ONCE_TEXT, "BLOCK", "200", "STREAMS",
      store->results, which, NULL);
}

static gboolean
adopt_results (Store *store)
{
  gchar *lease =
      g_strdup_printf ("%u", MIN (store->options.lease_ms, LONGEST_LEASE_MS));
  redisReply *reply = store_call (store, "XAUTOCLAIM", store->results,
      "collectors", store->options.me, lease, "0-0", "JUSTID", NULL);

  g_free (lease);
  if (reply != NULL)
    freeReplyObject (reply);
  return reply != NULL;
}

/* FALSE when it is time to end. */
static gboolean
save_results (Store *store, const redisReply *reply,
    const StoreFunctions *functions, guint *n)
{
  const redisReply *entries = store_element (store_element (reply, 0), 1);
  const gchar *saved[MAX_AT_ONCE];
  gboolean go_on = TRUE;

  *n = 0;
  for (gsize i = 0; go_on && i < entries->elements && *n < MAX_AT_ONCE; i++) {
    const redisReply *entry = store_element (entries, i);
    const gchar *id = store_element (entry, 0)->str;

    if (id == NULL || store_element (entry, 1)->elements == 0)
      continue;
    go_on = save_entry (entry, functions);
    if (go_on)
      saved[(*n)++] = id;
  }
  if (*n == 0)
    return go_on;
  return functions->settle (functions->data)
      && forget_results (store, saved, *n) == STORE_OK && go_on;
}

static gint64
length_of (Store *store, const gchar *key)
{
  redisReply *reply = store_call (store, "XLEN", key, NULL);
  gint64 n = reply != NULL ? CLAMP (store_integer (reply), 0, MAX_FIGURE) : 0;

  if (reply != NULL)
    freeReplyObject (reply);
  return n;
}

StoreResult
store_collect (Store *store, guint patience_ms, const StoreFunctions *functions,
    guint *n_saved)
{
  gint64 until = g_get_monotonic_time () + (gint64) patience_ms * 1000;

  *n_saved = 0;
  /* First what one that has died had taken and not saved. */
  while (!store_is_stopped (store) && adopt_results (store)) {
    guint n = 0;

    for (guint i = 0; i < 2; i++) {
      redisReply *reply = next_results (store, i == 0 ? "0" : ">");
      gboolean go_on;
      guint saved;

      if (reply == NULL)
        return STORE_STOPPED;
      go_on = save_results (store, reply, functions, &saved);
      freeReplyObject (reply);
      n += saved;
      *n_saved += saved;
      if (!go_on)
        return STORE_STOPPED;
    }
    if (n > 0)
      until = g_get_monotonic_time () + (gint64) patience_ms * 1000;
    else if (g_get_monotonic_time () > until
        && length_of (store, store->results) == 0)
      return STORE_OK;
  }
  return STORE_STOPPED;
}

/* A consumer that is deleted takes what is pending for it along. */
StoreResult
store_leave (Store *store)
{
  static const gchar script[] =
      "for i, group in ipairs({'workers', 'collectors'}) do\n"
      "  local pending = redis.call('XPENDING', KEYS[i], group, '-', '+', 1,\n"
      "    ARGV[1])\n"
      "  if #pending > 0 then return 'nothing' end\n"
      "  redis.call('XGROUP', 'DELCONSUMER', KEYS[i], group, ARGV[1])\n"
      "end\n"
      "return 'ok'\n";

  return store_said (store_call (store, "EVAL", script, "2", store->jobs,
      store->results, store->options.me, NULL));
}

static gint64
count_running (Store *store)
{
  redisReply *reply =
      store_call (store, "XPENDING", store->jobs, "workers", NULL);
  gint64 n = CLAMP (store_integer (store_element (reply, 0)), 0, MAX_FIGURE);

  if (reply != NULL)
    freeReplyObject (reply);
  return n;
}

static gdouble
now_there (Store *store)
{
  redisReply *reply = store_call (store, "TIME", NULL);
  gdouble now = 0.0;

  if (reply != NULL) {
    now = (gdouble) store_integer (store_element (reply, 0))
        + (gdouble) store_integer (store_element (reply, 1)) * 1e-6;
    freeReplyObject (reply);
  }
  return now;
}

StoreResult
store_get_status (Store *store, StoreStatus *status)
{
  redisReply *reply = store_call (store, "HMGET", store->stats, "jobs", "done",
      "failed", "images", "bytes", "started", "ended", "images-before",
      "over-before", NULL);
  gint64 values[9];

  memset (status, 0, sizeof (*status));
  if (reply == NULL)
    return STORE_STOPPED;
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    /* No difference or sum of them overflows. */
    values[i] = CLAMP (store_integer (store_element (reply, i)), 0, MAX_FIGURE);
  freeReplyObject (reply);
  status->jobs = values[0];
  status->done = values[1];
  status->failed = values[2];
  status->images = values[3];
  status->bytes = values[4];
  status->images_lately = status->images - values[7];
  status->over_lately = status->done + status->failed - values[8];
  status->left = length_of (store, store->jobs);
  status->running = count_running (store);
  status->uncollected = length_of (store, store->results);
  if (values[5] > 0)
    status->seconds =
        (status->left > 0 ? now_there (store) : (gdouble) values[6] * 1e-3)
        - (gdouble) values[5] * 1e-3;
  return STORE_OK;
}
