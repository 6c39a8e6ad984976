/* imbytes farm: how commands reach Redis.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <hiredis/hiredis.h>

#include "store.h"

struct _Store
{
  StoreOptions options;
  gchar *jobs, *results, *failed, *known, *stats, *mark; /* keys */
  gchar *host; /* NULL: the server is a socket's path */
  gint port;
  redisContext *redis;
  gchar *complaint; /* what Redis said last, if that was an error */
};

/* The reply to a command of @n words; NULL when it is time to stop. A Redis that is
 * away is waited for; an error that it reports ends up on stderr, and the command
 * is tried again. */
redisReply *store_command (Store *store, int n, const gchar *const *words,
    const gsize *sizes);

/* The same of words that are strings, up to a NULL. */
redisReply *store_words (Store *store, const gchar *const *words);
#define store_call(store, ...) \
  store_words (store, (const gchar *const[]){ __VA_ARGS__ })

gboolean store_is_stopped (const Store *store);

/* What a script said: a word. */
StoreResult store_said (redisReply *reply);

gint64 store_integer (const redisReply *reply);

/* Element @i of an array; an empty reply where there is none. */
const redisReply *store_element (const redisReply *reply, gsize i);

/* The strings of an array, in an array of their own of as many. Free it. */
Text *store_texts (const redisReply *fields);
