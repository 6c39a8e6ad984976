/* imbytes farm: who has which job, and what came of it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <string.h>

#include "store_private.h"
#include "text.h"

/* Whether the entry is still this worker's. keep() makes it its own for a whole
 * lease again. KEYS[1]: jobs; ARGV[1], ARGV[2]: entry, worker. */
#define OWNED \
  "local p = redis.call('XPENDING', KEYS[1], 'workers', ARGV[1], ARGV[1], 1)\n" \
  "if #p == 0 or p[1][2] ~= ARGV[2] then return 'lost' end\n" \
  "local function keep(...)\n" \
  "  redis.call('XCLAIM', KEYS[1], 'workers', ARGV[2], 0, ARGV[1], 'JUSTID', ...)\n" \
  "end\n"
#define MINE OWNED "keep()\n"

/* Milliseconds. */
#define NOW \
  "local t = redis.call('TIME')\n" \
  "local now = t[1] * 1000 + math.floor(t[2] / 1000)\n"

/* A farm that has nothing left to do starts anew, or its rate and ETA would count
 * the time between. */
static const gchar submit_script[] =
    "if redis.call('SADD', KEYS[2], ARGV[1]) == 0 then return 'nothing' end\n"
    "if redis.call('XLEN', KEYS[1]) == 0 then\n" NOW
    "  local s = redis.call('HMGET', KEYS[3], 'images', 'done', 'failed')\n"
    "  redis.call('HSET', KEYS[3], 'started', now,\n"
    "    'images-before', s[1] or 0, 'over-before', (s[2] or 0) + (s[3] or 0))\n"
    "end\n"
    "redis.call('HINCRBY', KEYS[3], 'jobs', 1)\n"
    "local entry = {'XADD', KEYS[1], '*'}\n"
    "for i = 2, #ARGV do entry[#entry + 1] = ARGV[i] end\n"
    "redis.call(unpack(entry))\n"
    "return 'ok'\n";

static const gchar beat_script[] = MINE "return 'ok'\n";

/* Images are stored in their order, each once: number i when there are i. */
#define WANTED \
  "local function answer(word) keep() return word end\n" \
  "local n = tonumber(redis.call('HGET', KEYS[3], 'n') or 0)\n" \
  "local i = tonumber(ARGV[3])\n" \
  "if i < n then return answer('nothing') end\n" \
  "if i > n then return answer('gap') end\n" \
  "if redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[4]) then\n" \
  "  return answer('full')\n" \
  "end\n"

static const gchar wants_script[] = OWNED WANTED "return answer('ok')\n";

/* Only what is written first is refused for want of memory. A try that gets
 * further than those before it does not count. */
static const gchar put_script[] = OWNED WANTED
    "local set = redis.pcall('HSET', KEYS[3], 'n', i + 1, 'time', ARGV[12],\n"
    "  'sum', ARGV[13])\n"
    "if type(set) == 'table' then\n"
    "  return answer(string.find(set.err, 'OOM', 1, true) and 'full' or set)\n"
    "end\n"
    "keep('RETRYCOUNT', 1)\n"
    "redis.call('XADD', KEYS[2], '*', 'job', ARGV[5], 'time', ARGV[12],\n"
    "  'format', ARGV[6], 'width', ARGV[7], 'height', ARGV[8],\n"
    "  'bytes', ARGV[9], ARGV[10], ARGV[11])\n"
    "redis.call('HINCRBY', KEYS[4], 'images', 1)\n"
    "redis.call('HINCRBY', KEYS[4], 'bytes', ARGV[9])\n"
    "return 'ok'\n";

static const gchar finish_script[] = MINE
    "if tonumber(redis.call('HGET', KEYS[2], 'n') or 0) < tonumber(ARGV[3]) then\n"
    "  return 'nothing'\n"
    "end\n"
    "redis.call('XACK', KEYS[1], 'workers', ARGV[1])\n"
    "redis.call('XDEL', KEYS[1], ARGV[1])\n"
    "redis.call('DEL', KEYS[2])\n"
    "redis.call('HINCRBY', KEYS[3], 'done', 1)\n" NOW
    "redis.call('HSET', KEYS[3], 'ended', now)\n"
    "return 'ok'\n";

/* It may be submitted again when what was wrong has been mended. */
static const gchar fail_script[] = MINE
    "if p[1][4] < tonumber(ARGV[6]) then return 'nothing' end\n"
    "redis.call('XADD', KEYS[2], '*', 'job', ARGV[3], 'uri', ARGV[4],\n"
    "  'reason', ARGV[5])\n"
    "redis.call('XACK', KEYS[1], 'workers', ARGV[1])\n"
    "redis.call('XDEL', KEYS[1], ARGV[1])\n"
    "redis.call('DEL', KEYS[4])\n"
    "redis.call('SREM', KEYS[5], ARGV[3])\n"
    "redis.call('HINCRBY', KEYS[3], 'failed', 1)\n" NOW
    "redis.call('HSET', KEYS[3], 'ended', now)\n"
    "return 'ok'\n";

/* To nobody, who has been silent for longer than any lease; and it is no try that
 * somebody died of. */
static const gchar release_script[] = OWNED
    "redis.call('XCLAIM', KEYS[1], 'workers', 'nobody', 0, ARGV[1], 'JUSTID',\n"
    "  'IDLE', '864000000', 'RETRYCOUNT', p[1][4] - 1)\n"
    "return 'ok'\n";

/* Of all that are pending, not of the first few, as XAUTOCLAIM would. An entry that
 * somebody has deleted is nobody's job any more. ARGV: worker, lease. */
static const gchar take_over_script[] =
    "local p = redis.call('XPENDING', KEYS[1], 'workers', 'IDLE', ARGV[2],\n"
    "  '-', '+', 1)\n"
    "if #p == 0 then return {} end\n"
    "local taken = redis.call('XCLAIM', KEYS[1], 'workers', ARGV[1], ARGV[2],\n"
    "  p[1][1])\n"
    "if taken[1] then return taken end\n"
    "redis.call('XACK', KEYS[1], 'workers', p[1][1])\n"
    "return {}\n";

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
  const redisReply *fields = store_element (entry, 1);
  Text *texts = store_texts (fields);
  gboolean fine;

  memset (claim, 0, sizeof (*claim));
  claim->entry = g_strdup (store_element (entry, 0)->str);
  fine = job_read (&claim->job, texts, fields->elements, error);
  g_free (texts);
  return fine;
}

static guint
count_tries (Store *store, const gchar *entry)
{
  redisReply *reply = store_call (store, "XPENDING", store->jobs, "workers",
      entry, entry, "1", NULL);
  const redisReply *pending = store_element (reply, 0);
  gint64 tries =
      pending->elements == 4 ? store_integer (store_element (pending, 3)) : 1;

  if (reply != NULL)
    freeReplyObject (reply);
  return (guint) CLAMP (tries, 0, G_MAXINT);
}

/* STORE_NOTHING where there were fewer tries than @max. */
static StoreResult
give_up (Store *store, const Claim *claim, const gchar *reason, guint max)
{
  /* Of a broken job, too, whose id may be anything. */
  const gchar *id = claim->job.id != NULL && text_is_name (claim->job.id)
      ? claim->job.id
      : "";
  gchar *mark = g_strconcat (store->mark, id, NULL);
  gchar *tries = g_strdup_printf ("%u", max);
  StoreResult result = store_said (
      store_call (store, "EVAL", fail_script, "5", store->jobs, store->failed,
          store->stats, mark, store->known, claim->entry, store->options.me, id,
          claim->job.uri != NULL ? claim->job.uri : "", reason, tries, NULL));

  g_free (mark);
  g_free (tries);
  return result;
}

static void
read_mark (Store *store, Claim *claim)
{
  gchar *key = g_strconcat (store->mark, claim->job.id, NULL);
  redisReply *reply =
      store_call (store, "HMGET", key, "n", "time", "sum", NULL);

  gint64 n = store_integer (store_element (reply, 0));
  gint64 time = store_integer (store_element (reply, 1));
  const gchar *sum = store_element (reply, 2)->str;

  if (sum != NULL && n >= 0 && time >= 0) {
    claim->mark.n = (guint64) n;
    claim->mark.time = (GstClockTime) time;
    claim->mark.sum = g_strdup (sum);
  }
  if (reply != NULL)
    freeReplyObject (reply);
  g_free (key);
}

/* A job that is broken, or that too many workers have died of, is nobody's. */
static StoreResult
accept_entry (Store *store, const redisReply *entry, Claim *claim)
{
  GError *error = NULL;
  gboolean fine = read_entry (entry, claim, &error);

  if (fine) {
    claim->tries = count_tries (store, claim->entry);
    read_mark (store, claim);
    if (claim->tries <= store->options.max_tries)
      return STORE_OK;
    g_set_error (&error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
        "%u workers have died of it, or could not do it",
        store->options.max_tries);
  }
  give_up (store, claim, error->message, 0);
  g_error_free (error);
  claim_clear (claim);
  return STORE_NOTHING;
}

/* Entries, one at most, of what others have left. */
static redisReply *
take_over (Store *store)
{
  gchar *lease = g_strdup_printf ("%u", store->options.lease_ms);
  redisReply *reply = store_call (store, "EVAL", take_over_script, "1",
      store->jobs, store->options.me, lease, NULL);

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
  const redisReply *entries = reply;
  StoreResult result = STORE_NOTHING;

  if (reply == NULL)
    return STORE_STOPPED;
  if (entries->elements == 0) {
    freeReplyObject (reply);
    reply = take_new (store);
    if (reply == NULL)
      return STORE_STOPPED;
    /* Nothing came, or one stream with its entries. */
    entries = store_element (store_element (reply, 0), 1);
  }
  if (store_element (entries, 0)->elements == 2
      && store_element (store_element (entries, 0), 0)->str != NULL)
    result = accept_entry (store, store_element (entries, 0), claim);
  freeReplyObject (reply);
  return result;
}

StoreResult
store_wants (Store *store, const Claim *claim, guint64 index)
{
  gchar *mark = g_strconcat (store->mark, claim->job.id, NULL);
  gchar *number = g_strdup_printf ("%" G_GUINT64_FORMAT, index);
  gchar *max = g_strdup_printf ("%u", store->options.max_results);
  StoreResult result = store_said (
      store_call (store, "EVAL", wants_script, "3", store->jobs, store->results,
          mark, claim->entry, store->options.me, number, max, NULL));

  g_free (mark);
  g_free (number);
  g_free (max);
  return result;
}

StoreResult
store_put (Store *store, const Claim *claim, const Image *image,
    const gchar *url)
{
  const gchar *data = url != NULL ? url : (const gchar *) image->data;
  gsize size = url != NULL ? strlen (url) : image->size;
  gchar *mark = g_strconcat (store->mark, claim->job.id, NULL);
  gchar *sum = images_sum (image->data, image->size);
  gchar *numbers[] = { g_strdup_printf ("%" G_GUINT64_FORMAT, image->index),
    g_strdup_printf ("%u", store->options.max_results),
    g_strdup_printf ("%d", image->width), g_strdup_printf ("%d", image->height),
    g_strdup_printf ("%" G_GSIZE_FORMAT, image->size),
    g_strdup_printf ("%" G_GUINT64_FORMAT, image->time), NULL };
  const gchar *words[] = { "EVAL", put_script, "4", store->jobs, store->results,
    mark, store->stats, claim->entry, store->options.me, numbers[0], numbers[1],
    claim->job.id, claim->job.format, numbers[2], numbers[3], numbers[4],
    url != NULL ? "url" : "image", data, numbers[5], sum };
  gsize sizes[G_N_ELEMENTS (words)];
  StoreResult result;

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    sizes[i] = words[i] == data ? size : strlen (words[i]);
  result =
      store_said (store_command (store, G_N_ELEMENTS (words), words, sizes));
  g_free (mark);
  g_free (sum);
  for (gchar **number = numbers; *number != NULL; number++)
    g_free (*number);
  return result;
}

StoreResult
store_beat (Store *store, const Claim *claim)
{
  return store_said (store_call (store, "EVAL", beat_script, "1", store->jobs,
      claim->entry, store->options.me, NULL));
}

StoreResult
store_finish (Store *store, const Claim *claim, guint64 n_images)
{
  gchar *mark = g_strconcat (store->mark, claim->job.id, NULL);
  gchar *n = g_strdup_printf ("%" G_GUINT64_FORMAT, n_images);
  StoreResult result =
      store_said (store_call (store, "EVAL", finish_script, "3", store->jobs,
          mark, store->stats, claim->entry, store->options.me, n, NULL));

  g_free (mark);
  g_free (n);
  return result;
}

StoreResult
store_fail (Store *store, const Claim *claim, const gchar *reason)
{
  /* Else it comes back when the lease is over. */
  return give_up (store, claim, reason, store->options.max_tries);
}

StoreResult
store_refuse (Store *store, const Claim *claim, const gchar *reason)
{
  return give_up (store, claim, reason, 0);
}

StoreResult
store_release (Store *store, const Claim *claim)
{
  return store_said (store_call (store, "EVAL", release_script, "1",
      store->jobs, claim->entry, store->options.me, NULL));
}
