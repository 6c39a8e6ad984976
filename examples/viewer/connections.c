/* imbytes viewer: the connections there are, of which nobody can take all.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "connections.h"

#include "answer.h"

#define KEY "viewer-connection"

struct _ViewerConnections
{
  GQueue all;   /* of Connection, the oldest first */
  guint n_open; /* of them that are not cut off */
  guint most, seconds;
};

typedef struct
{
  ViewerConnections *connections; /* a reference */
  SoupServerMessage *message;     /* whose data this is */
  gint64 end;                     /* monotonic; not of a client */
  gboolean is_client, is_cut_off;
} Connection;

static void
clear (gpointer connections)
{
  g_queue_clear (&((ViewerConnections *) connections)->all);
}

ViewerConnections *
viewer_connections_new (guint most, guint seconds)
{
  ViewerConnections *self = g_rc_box_new0 (ViewerConnections);

  g_queue_init (&self->all);
  self->most = most;
  self->seconds = seconds;
  return self;
}

void
viewer_connections_free (ViewerConnections *self)
{
  g_rc_box_release_full (self, clear);
}

static gint64
in_seconds (guint seconds)
{
  return g_get_monotonic_time () + seconds * (gint64) G_USEC_PER_SEC;
}

static void
cut_off (Connection *connection)
{
  if (connection->is_cut_off)
    return;
  connection->is_cut_off = TRUE;
  connection->connections->n_open--;
  viewer_answer_cut_off (connection->message);
}

static void
on_message_gone (gpointer data)
{
  Connection *connection = data;
  ViewerConnections *self = connection->connections;

  self->n_open -= !connection->is_cut_off;
  g_queue_remove (&self->all, connection);
  viewer_connections_free (self);
  g_free (connection);
}

static void
make_room (ViewerConnections *self)
{
  for (GList *link = self->all.head; link != NULL && self->n_open > self->most;
       link = link->next) {
    Connection *connection = link->data;

    if (!connection->is_client)
      cut_off (connection);
  }
}

void
viewer_connections_add (ViewerConnections *self, SoupServerMessage *message)
{
  Connection *connection = g_new0 (Connection, 1);

  connection->connections = g_rc_box_acquire (self);
  connection->message = message;
  connection->end = in_seconds (self->seconds);
  g_queue_push_tail (&self->all, connection);
  self->n_open++;
  g_object_set_data_full (G_OBJECT (message), KEY, connection, on_message_gone);
  make_room (self);
}

void
viewer_connections_asked (ViewerConnections *self, SoupServerMessage *message)
{
  Connection *connection = g_object_get_data (G_OBJECT (message), KEY);

  connection->end = in_seconds (self->seconds);
}

void
viewer_connections_is_client (ViewerConnections *self,
    SoupServerMessage *message)
{
  Connection *connection = g_object_get_data (G_OBJECT (message), KEY);

  (void) self;
  connection->is_client = TRUE;
}

void
viewer_connections_sweep (ViewerConnections *self)
{
  gint64 now = g_get_monotonic_time ();

  for (GList *link = self->all.head; link != NULL; link = link->next) {
    Connection *connection = link->data;

    if (!connection->is_client && now > connection->end)
      cut_off (connection);
  }
}
