/* imbytes examples: one HTTP PUT, tried until it is done.
 *
 * Thread-safety: one thread for each Put.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

typedef struct _Put Put;

/* Of one transfer, whatever the server sends meanwhile. */
#define PUT_MAX_SECONDS 600

typedef struct
{
  const gchar *program; /* that messages begin with */
  const gchar *content_type;
  gchar *user;     /* user:password, or NULL */
  gchar **headers; /* further ones, or NULL */
  gchar *ca_file;  /* certificates to trust in place of the system's, or NULL */
  gint stall_seconds; /* a transfer without a byte for so long has failed */
  /* An image that was not taken for so long is given up, in the middle of a
   * transfer too; 0: never. One transfer lasts PUT_MAX_SECONDS at most. */
  gint give_up_seconds;
  const gint *stop; /* set it, and no call lasts longer than a second */
  /* Called at least each second while it lasts, and FALSE stops; or NULL. */
  gboolean (*on_wait) (gpointer data);
  gpointer data;
} PutOptions;

typedef enum
{
  PUT_DONE,
  PUT_REFUSED, /* the server says that this will never do */
  PUT_GIVEN_UP /* it failed for too long, or it is time to stop */
} PutResult;

Put *put_new (const PutOptions *options);
void put_free (Put *put);

/* A 2xx is done. A 408, 429 or 5xx and whatever goes wrong with the connection is
 * tried again: after half a second, then twice as long each time up to half a minute,
 * give or take some; or after what Retry-After says, RETRY_AFTER_MAX seconds at most.
 * Anything else is refused, as are URLs that are none and certificates that are not
 * trusted. Each first failure is said on stderr. */
PutResult put_send (Put *put, const gchar *url, const guint8 *data, gsize size);

guint64 put_retries (const Put *put);
