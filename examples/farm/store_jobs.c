/* imbytes farm: who has which job, and what came of it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <string.h>

#include "store_private.h"

/* Whether the entry is still this worker's; it is its own again for a whole lease
 * then. KEYS[1]: jobs; ARGV[1], ARGV[2]: entry, worker. */
#define MINE \
  "local p = redis.call('XPENDING', KEYS[1], 'workers', ARGV[1], ARGV[1], 1)\n" \
  "if #p == 0 or p[1][2] ~= ARGV[2] then return 'lost' end\n" \
  "redis.call('XCLAIM', KEYS[1], 'workers', ARGV[2], 0, ARGV[1], 'JUSTID')\n"

static const gchar submit_script[] =
    "if redis.call('SADD', KEYS[2], ARGV[1]) == 0 then return 'nothing' end\n"
    "redis.call('HSETNX', KEYS[3], 'started', redis.call('TIME')[1])\n"
    "redis.call('HINCRBY', KEYS[3], 'jobs', 1)\n"
    "local entry = {'XADD', KEYS[1], '*'}\n"
    "for i = 2, #ARGV do entry[#entry + 1] = ARGV[i] end\n"
    "redis.call(unpack(entry))\n"
    "return 'ok'\n";

static const gchar beat_script[] = MINE "return 'ok'\n";

/* An image that was stored is stored once. */
#define WANTED \
  "if redis.call('SISMEMBER', KEYS[3], ARGV[3]) == 1 then return 'nothing' end\n" \
  "if redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[4]) then return 'full' end\n"

static const gchar wants_script[] = MINE WANTED "return 'ok'\n";

static const gchar put_script[] = MINE WANTED
    "redis.call('SADD', KEYS[3], ARGV[3])\n"
    "redis.call('XADD', KEYS[2], '*', 'job', ARGV[5], 'time', ARGV[3],\n"
    "  'format', ARGV[6], 'width', ARGV[7], 'height', ARGV[8],\n"
    "  'bytes', ARGV[9], ARGV[10], ARGV[11])\n"
    "redis.call('HINCRBY', KEYS[4], 'images', 1)\n"
    "redis.call('HINCRBY', KEYS[4], 'bytes', ARGV[9])\n"
    "return 'ok'\n";

static const gchar finish_script[] = MINE
    "if redis.call('SCARD', KEYS[2]) < tonumber(ARGV[3]) then return 'nothing' end\n"
    "redis.call('XACK', KEYS[1], 'workers', ARGV[1])\n"
    "redis.call('XDEL', KEYS[1], ARGV[1])\n"
    "redis.call('DEL', KEYS[2])\n"
    "redis.call('HINCRBY', KEYS[3], 'done', 1)\n"
    "return 'ok'\n";

static const gchar fail_script[] = MINE
    "redis.call('XADD', KEYS[2], '*', 'job', ARGV[3], 'uri', ARGV[4],\n"
    "  'reason', ARGV[5])\n"
    "redis.call('XACK', KEYS[1], 'workers', ARGV[1])\n"
    "redis.call('XDEL', KEYS[1], ARGV[1])\n"
    "redis.call('DEL', KEYS[4])\n"
    "redis.call('HINCRBY', KEYS[3], 'failed', 1)\n"
    "return 'ok'\n";

/* As if it had been silent for longer than any lease. */
static const gchar release_script[] = MINE
    "redis.call('XCLAIM', KEYS[1], 'workers', ARGV[2], 0, ARGV[1], 'IDLE',\n"
    "  '864000000', 'JUSTID')\n"
    "return 'ok'\n";

StoreResult
store_submit (Store *store, const Job *job)
{
  const gchar *words[7 + 2 * JOB_N_FIELDS] = { "EVAL", submit_script, "3",
    store->jobs, store->known, store->stats, job->id };
  gchar *values[JOB_N_FIELDS];
  StoreResult result;

  for (guint i = 0; i < JOB_N_FIELDS; i++) {
    values[i] = job_get (job, i, &words[7 + 2 * i]);
    words[8 + 2 * i] = values[i];
  }
  result =
      store_said (store_command (store, G_N_ELEMENTS (words), words, NULL));
  for (guint i = 0; i < JOB_N_FIELDS; i++)
    g_free (values[i]);
  return result;
}

/* One entry: its id and a list of names and values. An entry that was deleted
 * has no list. */
static gboolean
read_entry (const redisReply *entry, Claim *claim, GError **error)
{
  const redisReply *fields;

  memset (claim, 0, sizeof (*claim));
  claim->entry = g_strdup (entry->element[0]->str);
  fields = entry->element[1];
  for (gsize i = 0; i + 1 < fields->elements; i += 2)
    if (!job_set (&claim->job, fields->element[i]->str,
            fields->element[i + 1]->str, error))
      return FALSE;
  return job_check (&claim->job, error);
}

static guint
count_tries (Store *store, const gchar *entry)
{
  redisReply *reply = store_call (store, "XPENDING", store->jobs, "workers",
      entry, entry, "1", NULL);
  guint tries = 1;

  if (reply != NULL && reply->elements == 1 && reply->element[0]->elements == 4)
    tries = (guint) store_integer (reply->element[0]->element[3]);
  if (reply != NULL)
    freeReplyObject (reply);
  return tries;
}

static StoreResult
give_up (Store *store, const Claim *claim, const gchar *reason)
{
  const gchar *id = claim->job.id != NULL ? claim->job.id : "";
  gchar *seen = g_strconcat (store->seen, id, NULL);
  StoreResult result =
      store_said (store_call (store, "EVAL", fail_script, "4", store->jobs,
          store->failed, store->stats, seen, claim->entry, store->options.me,
          id, claim->job.uri != NULL ? claim->job.uri : "", reason, NULL));

  g_free (seen);
  return result;
}

/* A job that is broken, or that too many workers have died of, is nobody's. */
static StoreResult
accept_entry (Store *store, const redisReply *entry, Claim *claim)
{
  GError *error = NULL;
  gboolean fine = read_entry (entry, claim, &error);

  if (fine) {
    claim->tries = count_tries (store, claim->entry);
    if (claim->tries <= store->options.max_tries)
      return STORE_OK;
    g_set_error (&error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
        "%u workers have died of it, or could not do it",
        store->options.max_tries);
  }
  give_up (store, claim, error->message);
  g_error_free (error);
  claim_clear (claim);
  return STORE_NOTHING;
}

/* Of what others have left. */
static redisReply *
take_over (Store *store)
{
  gchar *lease = g_strdup_printf ("%u", store->options.lease_ms);
  redisReply *reply = store_call (store, "XAUTOCLAIM", store->jobs, "workers",
      store->options.me, lease, "0-0", "COUNT", "1", NULL);

  g_free (lease);
  return reply;
}

static redisReply *
take_new (Store *store)
{
  return store_call (store, "XREADGROUP", "GROUP", "workers", store->options.me,
      "COUNT", "1", "BLOCK", "500", "STREAMS", store->jobs, ">", NULL);
}

StoreResult
store_take (Store *store, Claim *claim)
{
  redisReply *reply = take_over (store);
  const redisReply *entries;
  StoreResult result = STORE_NOTHING;

  if (reply == NULL)
    return STORE_STOPPED;
  entries = reply->elements >= 2 ? reply->element[1] : NULL;
  if (entries == NULL || entries->elements == 0) {
    freeReplyObject (reply);
    reply = take_new (store);
    if (reply == NULL)
      return STORE_STOPPED;
    /* Nothing came, or one stream with its entries. */
    entries = reply->elements == 1 ? reply->element[0]->element[1] : NULL;
  }
  if (entries != NULL && entries->elements > 0
      && entries->element[0]->elements == 2)
    result = accept_entry (store, entries->element[0], claim);
  freeReplyObject (reply);
  return result;
}

StoreResult
store_wants (Store *store, const Claim *claim, GstClockTime time)
{
  gchar *seen = g_strconcat (store->seen, claim->job.id, NULL);
  gchar *when = g_strdup_printf ("%" G_GUINT64_FORMAT, time);
  gchar *max = g_strdup_printf ("%u", store->options.max_results);
  StoreResult result = store_said (
      store_call (store, "EVAL", wants_script, "3", store->jobs, store->results,
          seen, claim->entry, store->options.me, when, max, NULL));

  g_free (seen);
  g_free (when);
  g_free (max);
  return result;
}

StoreResult
store_put (Store *store, const Claim *claim, const Image *image,
    const gchar *url)
{
  gchar *seen = g_strconcat (store->seen, claim->job.id, NULL);
  gchar *time = g_strdup_printf ("%" G_GUINT64_FORMAT, image->time);
  gchar *width = g_strdup_printf ("%d", image->width);
  gchar *height = g_strdup_printf ("%d", image->height);
  gchar *bytes = g_strdup_printf ("%" G_GSIZE_FORMAT, image->size);
  gchar *max = g_strdup_printf ("%u", store->options.max_results);
  const gchar *words[] = { "EVAL", put_script, "4", store->jobs, store->results,
    seen, store->stats, claim->entry, store->options.me, time, max,
    claim->job.id, claim->job.format, width, height, bytes,
    url != NULL ? "url" : "image",
    url != NULL ? url : (const gchar *) image->data };
  gsize sizes[G_N_ELEMENTS (words)];
  StoreResult result;

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    sizes[i] = words[i] == (const gchar *) image->data ? image->size
                                                       : strlen (words[i]);
  result =
      store_said (store_command (store, G_N_ELEMENTS (words), words, sizes));
  g_free (seen);
  g_free (time);
  g_free (width);
  g_free (height);
  g_free (bytes);
  g_free (max);
  return result;
}

StoreResult
store_beat (Store *store, const Claim *claim)
{
  return store_said (store_call (store, "EVAL", beat_script, "1", store->jobs,
      claim->entry, store->options.me, NULL));
}

StoreResult
store_finish (Store *store, const Claim *claim, guint n_images)
{
  gchar *seen = g_strconcat (store->seen, claim->job.id, NULL);
  gchar *n = g_strdup_printf ("%u", n_images);
  StoreResult result =
      store_said (store_call (store, "EVAL", finish_script, "3", store->jobs,
          seen, store->stats, claim->entry, store->options.me, n, NULL));

  g_free (seen);
  g_free (n);
  return result;
}

StoreResult
store_fail (Store *store, const Claim *claim, const gchar *reason)
{
  if (claim->tries >= store->options.max_tries)
    return give_up (store, claim, reason);
  /* It comes back when the lease is over. */
  return STORE_NOTHING;
}

StoreResult
store_release (Store *store, const Claim *claim)
{
  return store_said (store_call (store, "EVAL", release_script, "1",
      store->jobs, claim->entry, store->options.me, NULL));
}
