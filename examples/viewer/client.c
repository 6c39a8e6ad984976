/* imbytes viewer: one client that streams.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "client.h"

#include <errno.h>
#include <gio/gnetworking.h>

#include "answer.h"

/* How much of what was written may wait in the kernel. Without a limit it keeps
 * megabytes for a slow client, which are seconds of pictures. */
#define MAX_UNSENT 32768

/* Milliseconds after which a picture is sent once more, where no other came. */
#define REPEAT_MS 300

struct _ViewerClient
{
  SoupServerMessage *message;
  ViewerHub *hub;
  ViewerBranch *branch;
  gchar *id;
  ViewerClientGone gone;
  gpointer user_data;

  GBytes *boundary;
  guint pending;     /* chunks on their way */
  gint64 began;      /* the first of them, monotonic */
  gboolean sending;  /* an image is among them */
  GstClockTime sent; /* PTS of the image sent last */
  guint64 seen;      /* pictures that came since then */
  gboolean is_browser;
  ViewerPicture *last; /* that image, where it may have to be sent again */
  guint repeat;        /* the timer for that; 0: none */
  gboolean ending;
  ViewerSent totals;
};

static void
append (ViewerClient *self, GBytes *chunk)
{
  soup_message_body_append_bytes (soup_server_message_get_response_body (
                                      self->message),
      chunk);
  if (self->pending++ == 0)
    self->began = g_get_monotonic_time ();
}

static void
forget_last (ViewerClient *self)
{
  g_clear_pointer (&self->last, viewer_picture_unref);
  g_clear_handle_id (&self->repeat, g_source_remove);
}

static void
append_picture (ViewerClient *self, const ViewerPicture *picture)
{
  append (self, picture->head);
  append (self, picture->image);
  append (self, self->boundary);
}

/* Browsers show an image only when the next one begins, which at an image a
 * minute would be a minute late. */
static gboolean
on_repeat (gpointer user_data)
{
  ViewerClient *self = user_data;

  self->repeat = 0;
  if (self->pending == 0 && !self->ending) {
    append_picture (self, self->last);
    soup_server_message_unpause (self->message);
  }
  forget_last (self);
  return G_SOURCE_REMOVE;
}

/* The boundary comes right behind the image: most browsers show an image when they
 * have seen what follows it. */
static void
send_picture (ViewerClient *self, ViewerPicture *picture)
{
  forget_last (self);
  self->last = viewer_picture_ref (picture);
  append_picture (self, picture);
  self->sending = TRUE;
  self->sent = picture->pts;
  self->totals.skipped += self->seen > 1 ? self->seen - 1 : 0;
  self->seen = 0;
}

/* Whether there was something to send. */
static gboolean
send_newest (ViewerClient *self)
{
  ViewerPicture *picture = viewer_branch_get_newest (self->branch);
  gboolean is_new = picture != NULL
      && (self->sent == GST_CLOCK_TIME_NONE || picture->pts > self->sent);

  if (is_new)
    send_picture (self, picture);
  viewer_picture_unref (picture);
  return is_new;
}

static void
on_picture (ViewerPicture *picture, const gchar *error, gpointer user_data)
{
  ViewerClient *self = user_data;

  if (picture == NULL) {
    g_printerr ("A stream ends: %s\n", error);
    viewer_client_end (self);
    return;
  }
  self->seen++;
  if (self->pending == 0 && !self->ending && send_newest (self))
    soup_server_message_unpause (self->message);
}

static void
on_wrote_chunk (SoupServerMessage *message, gpointer user_data)
{
  ViewerClient *self = user_data;

  (void) message;
  if (self->pending > 0)
    self->pending--;
  if (self->pending > 0)
    return;
  self->totals.images += self->sending ? 1 : 0;
  self->sending = FALSE;
  if (!self->ending && !send_newest (self) && self->is_browser
      && self->last != NULL && self->repeat == 0)
    self->repeat = g_timeout_add (REPEAT_MS, on_repeat, self);
}

static void
on_wrote_data (SoupServerMessage *message, guint size, gpointer user_data)
{
  ViewerClient *self = user_data;

  (void) message;
  self->totals.bytes += size;
}

static void
on_finished (SoupServerMessage *message, gpointer user_data)
{
  ViewerClient *self = user_data;

  g_signal_handlers_disconnect_by_data (message, self);
  forget_last (self);
  viewer_hub_leave (self->hub, self->branch, self);
  self->gone (self, self->user_data);
  g_bytes_unref (self->boundary);
  g_free (self->id);
  g_object_unref (self->message);
  g_free (self);
}

static void
limit_backlog (SoupServerMessage *message)
{
  GSocket *socket = soup_server_message_get_socket (message);

  if (socket == NULL)
    return;
#ifdef TCP_NOTSENT_LOWAT
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, MAX_UNSENT,
      NULL);
#endif
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
}

void
viewer_client_describe (SoupServerMessage *message)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_response_headers (message);

  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  /* The end of the connection is the end of the stream, for clients of HTTP/1.0
   * too, of which there are many among cameras' viewers. */
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_EOF);
  soup_message_headers_replace (headers, "Connection", "close");
  soup_message_headers_replace (headers, "Content-Type",
      "multipart/x-mixed-replace; boundary=" VIEWER_BOUNDARY);
}

/* What browsers call themselves; programs that read streams do not. */
static gboolean
is_browser (SoupServerMessage *message)
{
  const gchar *agent =
      soup_message_headers_get_one (soup_server_message_get_request_headers (
                                        message),
          "User-Agent");

  return agent != NULL && g_str_has_prefix (agent, "Mozilla/");
}

static void
begin_response (ViewerClient *self)
{
  static const gchar boundary[] = "--" VIEWER_BOUNDARY "\r\n";
  GBytes *first = g_bytes_new_static (boundary, sizeof (boundary) - 1);

  viewer_client_describe (self->message);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (
                                        self->message),
      FALSE);
  append (self, first);
  g_bytes_unref (first);
}

ViewerClient *
viewer_client_new (SoupServerMessage *message, ViewerHub *hub,
    const ViewerRequest *request, const gchar *id, ViewerClientGone gone,
    gpointer user_data, GError **error)
{
  static const gchar boundary[] = "\r\n--" VIEWER_BOUNDARY "\r\n";
  ViewerClient *self = g_new0 (ViewerClient, 1);

  self->branch = viewer_hub_join (hub, request, TRUE, on_picture, self, error);
  if (self->branch == NULL) {
    g_free (self);
    return NULL;
  }
  self->message = g_object_ref (message);
  self->hub = hub;
  self->id = g_strdup (id);
  self->is_browser = is_browser (message);
  self->gone = gone;
  self->user_data = user_data;
  self->boundary = g_bytes_new_static (boundary, sizeof (boundary) - 1);
  self->sent = GST_CLOCK_TIME_NONE;
  g_signal_connect (message, "wrote-chunk", G_CALLBACK (on_wrote_chunk), self);
  g_signal_connect (message, "wrote-body-data", G_CALLBACK (on_wrote_data),
      self);
  g_signal_connect (message, "finished", G_CALLBACK (on_finished), self);
  limit_backlog (message);
  begin_response (self);
  return self;
}

void
viewer_client_end (ViewerClient *self)
{
  if (self->ending)
    return;
  self->ending = TRUE;
  soup_message_body_complete (
      soup_server_message_get_response_body (self->message));
  soup_server_message_unpause (self->message);
}

void
viewer_client_cut_off (ViewerClient *self)
{
  viewer_answer_cut_off (self->message);
  viewer_client_end (self);
}

/* libsoup does not look at the socket while there is nothing to write. What
 * comes behind the request is thrown away: it would hide the end behind it. */
static gboolean
has_hung_up (ViewerClient *self)
{
  GSocket *socket = soup_server_message_get_socket (self->message);
  gchar rest[4096];
  gssize got;

  if (socket == NULL)
    return TRUE;
  got = recv (g_socket_get_fd (socket), rest, sizeof (rest), MSG_DONTWAIT);
  return got == 0
      || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

/* One that takes a byte now and then is never without progress. */
static gboolean
is_stalled (const ViewerClient *self, guint seconds)
{
  return self->pending > 0
      && g_get_monotonic_time () - self->began
      > seconds * (gint64) G_USEC_PER_SEC;
}

void
viewer_client_check (ViewerClient *self, guint seconds)
{
  if (is_stalled (self, seconds) || has_hung_up (self))
    viewer_client_cut_off (self);
}

gboolean
viewer_client_move (ViewerClient *self, const ViewerRequest *request,
    GError **error)
{
  ViewerBranch *branch = viewer_hub_move (self->hub, self->branch, request,
      on_picture, self, error);

  if (branch == NULL)
    return FALSE;
  /* The newest picture of another branch counts, even if it is older. */
  if (branch != self->branch) {
    self->branch = branch;
    self->sent = GST_CLOCK_TIME_NONE;
    if (self->pending == 0 && !self->ending && send_newest (self))
      soup_server_message_unpause (self->message);
  }
  return TRUE;
}

const gchar *
viewer_client_get_id (const ViewerClient *self)
{
  return self->id;
}

ViewerBranch *
viewer_client_get_branch (const ViewerClient *self)
{
  return self->branch;
}

const ViewerSent *
viewer_client_get_sent (const ViewerClient *self)
{
  return &self->totals;
}
