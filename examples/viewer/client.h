/* imbytes viewer: one client that streams.
 *
 * It has one image on its way at most. When the socket has taken that, it gets
 * the newest there is, or waits for the next: a slow client sees fewer pictures,
 * none of them old, and holds no more memory than a fast one.
 *
 * Thread-safety: belongs to the main thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <libsoup/soup.h>

#include "hub.h"

G_BEGIN_DECLS

typedef struct _ViewerClient ViewerClient;

/* The response is over and the client freed after this. */
typedef void (*ViewerClientGone) (ViewerClient *client, gpointer user_data);

typedef struct
{
  guint64 images, bytes; /* that were sent */
  guint64 skipped;       /* images that newer ones overtook */
} ViewerSent;

/* Answers @message with a stream of what @request asks for. @id may be NULL. NULL
 * with @error, and nothing answered, where that is not possible. */
ViewerClient *viewer_client_new (SoupServerMessage *message, ViewerHub *hub,
    const ViewerRequest *request, const gchar *id, ViewerClientGone gone,
    gpointer user_data, GError **error);

/* Status and headers of a stream, and nothing more. */
void viewer_client_describe (SoupServerMessage *message);

/* Ends the response. */
void viewer_client_end (ViewerClient *self);
/* The same for one that does not read. */
void viewer_client_cut_off (ViewerClient *self);

/* From now on it gets what @request asks for, in the same response. */
gboolean viewer_client_move (ViewerClient *self, const ViewerRequest *request,
    GError **error);

/* Ends it where the other side has gone, or has not taken an image for @seconds. To be
 * called now and then. */
void viewer_client_check (ViewerClient *self, guint seconds);

const gchar *viewer_client_get_id (const ViewerClient *self);
ViewerBranch *viewer_client_get_branch (const ViewerClient *self);
const ViewerSent *viewer_client_get_sent (const ViewerClient *self);

G_END_DECLS
