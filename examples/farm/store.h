/* imbytes farm: the jobs and results that all machines share, in Redis.
 *
 * FARM:jobs     stream, group `workers`: what is to be done; an entry goes when
 *               its job has
 * FARM:results  stream, group `collectors`: an entry for each image, with the image
 *               or the URL where it is
 * FARM:failed   stream: jobs that cannot be done, with the reason
 * FARM:mark:ID  hash: how far a job is: the number of its images that are stored, the
 *               time of the last and a checksum of it
 * FARM:known    set: ids of all jobs submitted, but those that failed
 * FARM:stats    hash: jobs, done, failed, images, bytes of all time; when the first
 *               job after there was none was submitted, with the images and the
 *               jobs over before that; when the last job was over
 *
 * A worker owns a job as long as the pending entry of the group names it. All that
 * it writes goes through scripts that look whether it still does, so that an image
 * is stored by one worker and once, whoever dies or is cut off when.
 *
 * Needs Redis 6.2. A password is taken from REDISCLI_AUTH in the environment, as
 * redis-cli does.
 *
 * Every call waits for a Redis that is away and tries again, until *stop is set. One
 * that has not answered after STORE_REPLY_SECONDS, whatever it sends meanwhile, is away.
 *
 * What Redis says is what anybody has written into it: ids, URLs and numbers are
 * checked here, and an answer of another shape than the command has is one without
 * anything in it.
 *
 * Thread-safety: one thread for each Store.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "images.h"
#include "result.h"

#define STORE_REPLY_SECONDS 60

typedef struct _Store Store;

typedef struct
{
  const gchar *server; /* host, host:port, or the path of a socket */
  const gchar *farm;   /* the name that all keys begin with */
  const gchar *me;     /* the worker's or collector's own name */
  guint lease_ms;      /* a worker that is silent for so long has died */
  guint max_results;   /* that nobody has collected; workers wait then */
  guint max_tries;     /* of a job, without getting any further */
  const gint *stop;
  gboolean
      once; /* tries nothing twice: a call that fails gives STORE_STOPPED */
} StoreOptions;

typedef enum
{
  STORE_OK,
  STORE_NOTHING, /* there is none; or it is not needed */
  STORE_FULL,    /* try again later */
  STORE_LOST,    /* the job is somebody else's by now */
  STORE_GAP,     /* images before this one are missing: the server lost them */
  STORE_STOPPED
} StoreResult;

/* A job that this worker has. */
typedef struct
{
  gchar *entry;
  Job job;
  guint tries; /* in vain, this one counted */
  ImagesMark mark;
} Claim;
void claim_clear (Claim *claim);

typedef struct
{
  gint64 jobs, done, failed, images, bytes; /* of all time */
  gint64 left, running, uncollected;
  /* Since there was last nothing left; seconds up to now, or the last job's end. */
  gint64 images_lately, over_lately;
  gdouble seconds;
} StoreStatus;

/* NULL with @error set where the server cannot be reached. */
Store *store_new (const StoreOptions *options, GError **error);
void store_free (Store *store);

/* STORE_NOTHING: it is known already. */
StoreResult store_submit (Store *store, const Job *job);

/* Waits half a second for a job at most. One that is broken is put with the
 * failed, and STORE_NOTHING given. */
StoreResult store_take (Store *store, Claim *claim);
/* STORE_NOTHING: the image was stored before. */
StoreResult store_wants (Store *store, const Claim *claim, guint64 index);
/* With the URL of an image that is somewhere else already, or NULL. STORE_NOTHING:
 * it was stored before. */
StoreResult store_put (Store *store, const Claim *claim, const Image *image,
    const gchar *url);
/* Still at it. */
StoreResult store_beat (Store *store, const Claim *claim);
/* The job has @n_images in all. STORE_NOTHING: some of them are missing, because
 * the server lost them; the job has to run again. */
StoreResult store_finish (Store *store, const Claim *claim, guint64 n_images);
/* It has failed, and is not tried again. */
StoreResult store_refuse (Store *store, const Claim *claim,
    const gchar *reason);
/* STORE_NOTHING: it will be tried again. */
StoreResult store_fail (Store *store, const Claim *claim, const gchar *reason);
/* For others to take at once. */
StoreResult store_release (Store *store, const Claim *claim);

typedef struct
{
  gboolean (*save) (gpointer data, const Result *result);
  /* What was saved is there after a power cut, too. */
  gboolean (*settle) (gpointer data);
  gpointer data;
} StoreFunctions;

/* Saves results, some at a time, until there is none for @patience_ms, not even one
 * that another collector has, or a function gives FALSE. Those that were saved and
 * settled are deleted. */
StoreResult store_collect (Store *store, guint patience_ms,
    const StoreFunctions *functions, guint *n_saved);

/* This worker or collector ends, and its name will not be used again.
 * STORE_NOTHING: something is pending for it still. */
StoreResult store_leave (Store *store);

StoreResult store_get_status (Store *store, StoreStatus *status);
