/* imbytes farm: what came out, and how far it is.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <string.h>

#include "store_private.h"

/* A collector that has died leaves its results to the others after so long. */
#define COLLECTOR_LEASE_MS "10000"

static const redisReply *
find_field (const redisReply *fields, const gchar *name)
{
  for (gsize i = 0; i + 1 < fields->elements; i += 2)
    if (g_str_equal (fields->element[i]->str, name))
      return fields->element[i + 1];
  return NULL;
}

/* Acknowledged and deleted at once, after it was saved. */
static StoreResult
forget_result (Store *store, const gchar *entry)
{
  static const gchar script[] =
      "redis.call('XACK', KEYS[1], 'collectors', ARGV[1])\n"
      "redis.call('XDEL', KEYS[1], ARGV[1])\n"
      "return 'ok'\n";

  return store_said (
      store_call (store, "EVAL", script, "1", store->results, entry, NULL));
}

static gint64
find_integer (const redisReply *fields, const gchar *name)
{
  const redisReply *field = find_field (fields, name);

  return field != NULL ? store_integer (field) : 0;
}

static gboolean
save_entry (const redisReply *entry, StoreSave save, gpointer data)
{
  const redisReply *fields = entry->element[1];
  const redisReply *job = find_field (fields, "job");
  const redisReply *format = find_field (fields, "format");
  const redisReply *image = find_field (fields, "image");
  const redisReply *url = find_field (fields, "url");
  Stored stored;

  /* What nobody here wrote is not waited for either. */
  if (job == NULL || format == NULL || (image == NULL && url == NULL))
    return TRUE;
  stored = (Stored){ .job = job->str,
    .format = format->str,
    .url = url != NULL ? url->str : NULL,
    .image = { .time = (GstClockTime) find_integer (fields, "time"),
        .data = image != NULL ? (const guint8 *) image->str : NULL,
        .size = image != NULL ? image->len
                              : (gsize) find_integer (fields, "bytes"),
        .width = (gint) find_integer (fields, "width"),
        .height = (gint) find_integer (fields, "height") } };
  return save (data, &stored);
}

/* A collector's own results that it has not saved yet come first: '0' asks for
 * those, '>' for new ones. */
static redisReply *
next_results (Store *store, const gchar *which)
{
  return store_call (store, "XREADGROUP", "GROUP", "collectors",
      store->options.me, "COUNT", "20", "BLOCK", "200", "STREAMS",
      store->results, which, NULL);
}

static gboolean
adopt_results (Store *store)
{
  redisReply *reply = store_call (store, "XAUTOCLAIM", store->results,
      "collectors", store->options.me, COLLECTOR_LEASE_MS, "0-0", "JUSTID",
      NULL);

  if (reply != NULL)
    freeReplyObject (reply);
  return reply != NULL;
}

/* FALSE when it is time to end. */
static gboolean
save_results (Store *store, const redisReply *reply, StoreSave save,
    gpointer data, guint *n)
{
  const redisReply *entries =
      reply->elements == 1 ? reply->element[0]->element[1] : NULL;

  *n = 0;
  for (gsize i = 0; entries != NULL && i < entries->elements; i++) {
    const redisReply *entry = entries->element[i];

    if (entry->elements != 2 || entry->element[1]->elements == 0)
      continue;
    if (!save_entry (entry, save, data)
        || forget_result (store, entry->element[0]->str) == STORE_STOPPED)
      return FALSE;
    ++*n;
  }
  return TRUE;
}

StoreResult
store_collect (Store *store, guint patience_ms, StoreSave save, gpointer data,
    guint *n_saved)
{
  gint64 until = g_get_monotonic_time () + (gint64) patience_ms * 1000;

  *n_saved = 0;
  /* First what this collector, or one that has died, had taken and not saved. */
  while (adopt_results (store)) {
    guint n = 0;

    for (guint i = 0; i < 2; i++) {
      redisReply *reply = next_results (store, i == 0 ? "0" : ">");
      gboolean go_on;
      guint saved;

      if (reply == NULL)
        return STORE_STOPPED;
      go_on = save_results (store, reply, save, data, &saved);
      freeReplyObject (reply);
      n += saved;
      *n_saved += saved;
      if (!go_on)
        return STORE_STOPPED;
    }
    if (n > 0)
      until = g_get_monotonic_time () + (gint64) patience_ms * 1000;
    else if (g_get_monotonic_time () > until)
      return STORE_OK;
  }
  return STORE_STOPPED;
}

static gint64
length_of (Store *store, const gchar *key)
{
  redisReply *reply = store_call (store, "XLEN", key, NULL);
  gint64 n = reply != NULL ? store_integer (reply) : 0;

  if (reply != NULL)
    freeReplyObject (reply);
  return n;
}

static gint64
count_running (Store *store)
{
  redisReply *reply =
      store_call (store, "XPENDING", store->jobs, "workers", NULL);
  gint64 n = reply != NULL && reply->elements > 0
      ? store_integer (reply->element[0])
      : 0;

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
    now = (gdouble) store_integer (reply->element[0])
        + (gdouble) store_integer (reply->element[1]) * 1e-6;
    freeReplyObject (reply);
  }
  return now;
}

StoreResult
store_get_status (Store *store, StoreStatus *status)
{
  redisReply *reply = store_call (store, "HMGET", store->stats, "jobs", "done",
      "failed", "images", "bytes", "started", NULL);
  gint64 values[6];

  memset (status, 0, sizeof (*status));
  if (reply == NULL)
    return STORE_STOPPED;
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    values[i] = store_integer (reply->element[i]);
  freeReplyObject (reply);
  status->jobs = values[0];
  status->done = values[1];
  status->failed = values[2];
  status->images = values[3];
  status->bytes = values[4];
  if (values[5] > 0)
    status->seconds = now_there (store) - (gdouble) values[5];
  status->running = count_running (store);
  status->waiting = length_of (store, store->jobs) - status->running;
  status->uncollected = length_of (store, store->results);
  return STORE_OK;
}
