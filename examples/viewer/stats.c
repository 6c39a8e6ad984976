/* imbytes viewer: how everything is, as /stats.json says it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "stats.h"

#include "json.h"

static void
add_source (GString *json, ViewerSource *source)
{
  static const gchar *const states[] = { "starting", "playing", "waiting" };
  ViewerSourceStatus status;

  viewer_source_get_status (source, &status);
  json_open (json, "source", '{');
  json_string (json, "name", status.name);
  json_string (json, "state", states[status.state]);
  json_string (json, "message", status.message);
  json_uint (json, "retry-in-ms", (guint64) status.retry_in);
  json_uint (json, "width", (guint64) status.width);
  json_uint (json, "height", (guint64) status.height);
  json_string (json, "format", status.format);
  json_double (json, "framerate", status.framerate);
  json_uint (json, "is-file", status.is_file ? 1 : 0);
  json_uint (json, "frames", status.frames);
  json_uint (json, "loops", status.loops);
  json_uint (json, "restarts", status.restarts);
  json_close (json, '{');
}

static gboolean
add_field (GQuark field, const GValue *value, gpointer user_data)
{
  GString *json = user_data;

  if (G_VALUE_HOLDS_UINT64 (value)) {
    json_uint (json, g_quark_to_string (field), g_value_get_uint64 (value));
  }
  return TRUE;
}

static void
add_request (GString *json, const ViewerRequest *request)
{
  json_string (json, "format", request->png ? "png" : "jpeg");
  json_uint (json, "width", request->width);
  json_uint (json, "height", request->height);
  json_string (json, "fit", request->fit);
  json_string (json, "method", request->method);
  json_uint (json, "quality", request->quality);
  json_uint (json, "interval", request->interval);
}

static void
add_branch (GString *json, ViewerBranch *branch)
{
  ViewerPicture *newest = viewer_branch_get_newest (branch);
  guint64 late = 0;
  GstStructure *stats = viewer_branch_get_stats (branch, &late);

  json_open (json, NULL, '{');
  json_uint (json, "number", viewer_branch_get_number (branch));
  json_uint (json, "streams", viewer_branch_count_streams (branch));
  json_open (json, "request", '{');
  add_request (json, viewer_branch_get_request (branch));
  json_close (json, '{');
  json_open (json, "picture", '{');
  if (newest != NULL) {
    json_uint (json, "width", (guint64) newest->width);
    json_uint (json, "height", (guint64) newest->height);
    json_uint (json, "bytes", g_bytes_get_size (newest->image));
    json_string (json, "timestamp", newest->timestamp);
  }
  json_close (json, '{');
  json_open (json, "imbytes", '{');
  gst_structure_foreach (stats, add_field, json);
  json_uint (json, "frames-late", late);
  json_close (json, '{');
  json_close (json, '{');
  viewer_picture_unref (newest);
  gst_structure_free (stats);
}

static void
add_sent (GString *json, const ViewerSent *sent)
{
  json_uint (json, "images-sent", sent->images);
  json_uint (json, "bytes-sent", sent->bytes);
  json_uint (json, "images-skipped", sent->skipped);
}

static void
add_totals (GString *json, const ViewerState *state)
{
  ViewerSent sum = *state->finished;

  for (guint i = 0; i < state->clients->len; i++) {
    const ViewerSent *sent =
        viewer_client_get_sent (g_ptr_array_index (state->clients, i));

    sum.images += sent->images;
    sum.bytes += sent->bytes;
    sum.skipped += sent->skipped;
  }
  json_uint (json, "clients", state->clients->len);
  json_uint (json, "snapshots-open", state->snapshots);
  add_sent (json, &sum);
  json_uint (json, "snapshots-asked", state->snapshots_asked);
  json_uint (json, "max-clients", (guint64) state->options->max_clients);
  json_uint (json, "max-pictures", (guint64) state->options->max_pictures);
  json_uint (json, "max-side", (guint64) state->options->max_side);
}

gchar *
viewer_stats_to_json (const ViewerState *state, const ViewerClient *client)
{
  GString *json = g_string_new (NULL);
  const GPtrArray *branches = viewer_hub_get_branches (state->hub);

  json_open (json, NULL, '{');
  json_double (json, "uptime",
      (gdouble) (g_get_monotonic_time () - viewer_hub_get_epoch (state->hub))
          / G_USEC_PER_SEC);
  add_source (json, state->source);
  add_totals (json, state);
  json_open (json, "pictures", '[');
  for (guint i = 0; i < branches->len; i++)
    add_branch (json, g_ptr_array_index (branches, i));
  json_close (json, '[');
  if (client != NULL) {
    json_open (json, "stream", '{');
    json_string (json, "id", viewer_client_get_id (client));
    json_uint (json, "picture",
        viewer_branch_get_number (viewer_client_get_branch (client)));
    add_sent (json, viewer_client_get_sent (client));
    json_close (json, '{');
  }
  json_close (json, '{');
  g_string_append_c (json, '\n');
  return g_string_free (json, FALSE);
}
