/* imbytes viewer: the connections there are, of which nobody can take all.
 *
 * Each has a time to ask, another to take its answer, and is cut off at the end of
 * either, whatever it sends or takes meanwhile. Streams and snapshots, which are
 * counted elsewhere, have times of their own. Where there are too many, the oldest that
 * is none of these makes room: who asks at once is answered, and who drips is not.
 *
 * Thread-safety: belongs to the main thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _ViewerConnections ViewerConnections;

/* @most at a time, and @seconds for each to ask and as many to take its answer. */
ViewerConnections *viewer_connections_new (guint most, guint seconds);
/* Those that are still there go on. */
void viewer_connections_free (ViewerConnections *self);

/* One that has just come, for a first request. */
void viewer_connections_add (ViewerConnections *self,
    SoupServerMessage *message);

/* It has asked: its time begins anew. */
void viewer_connections_asked (ViewerConnections *self,
    SoupServerMessage *message);

/* Its answer is a stream or a snapshot. */
void viewer_connections_is_client (ViewerConnections *self,
    SoupServerMessage *message);

/* Cuts off those whose time is over. To be called now and then. */
void viewer_connections_sweep (ViewerConnections *self);

G_END_DECLS
