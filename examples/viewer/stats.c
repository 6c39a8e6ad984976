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
  viewer_json_open (json, "source", '{');
  viewer_json_string (json, "name", status.name);
  viewer_json_string (json, "state", states[status.state]);
  viewer_json_string (json, "message", status.message);
  viewer_json_uint (json, "retry-in-ms", (guint64) status.retry_in);
  viewer_json_uint (json, "width", (guint64) status.width);
  viewer_json_uint (json, "height", (guint64) status.height);
  viewer_json_string (json, "format", status.format);
  viewer_json_double (json, "framerate", status.framerate);
  viewer_json_uint (json, "frames", status.frames);
  viewer_json_uint (json, "loops", status.loops);
  viewer_json_uint (json, "restarts", status.restarts);
  viewer_json_close (json, '{');
}

static gboolean
add_field (GQuark field, const GValue *value, gpointer user_data)
{
  GString *json = user_data;

  if (G_VALUE_HOLDS_UINT64 (value)) {
    viewer_json_uint (json, g_quark_to_string (field),
        g_value_get_uint64 (value));
  }
  return TRUE;
}

static void
add_request (GString *json, const ViewerRequest *request)
{
  viewer_json_string (json, "format", request->png ? "png" : "jpeg");
  viewer_json_uint (json, "width", request->width);
  viewer_json_uint (json, "height", request->height);
  viewer_json_string (json, "fit", request->fit);
  viewer_json_string (json, "method", request->method);
  viewer_json_uint (json, "quality", request->quality);
  viewer_json_uint (json, "interval", request->interval);
}

static void
add_branch (GString *json, ViewerBranch *branch)
{
  ViewerPicture *newest = viewer_branch_get_newest (branch);
  guint64 late = 0;
  GstStructure *stats = viewer_branch_get_stats (branch, &late);

  viewer_json_open (json, NULL, '{');
  viewer_json_uint (json, "number", viewer_branch_get_number (branch));
  viewer_json_uint (json, "streams", viewer_branch_count_streams (branch));
  viewer_json_open (json, "request", '{');
  add_request (json, viewer_branch_get_request (branch));
  viewer_json_close (json, '{');
  viewer_json_open (json, "picture", '{');
  if (newest != NULL) {
    viewer_json_uint (json, "width", (guint64) newest->width);
    viewer_json_uint (json, "height", (guint64) newest->height);
    viewer_json_uint (json, "bytes", g_bytes_get_size (newest->image));
    viewer_json_string (json, "timestamp", newest->timestamp);
  }
  viewer_json_close (json, '{');
  viewer_json_open (json, "imbytes", '{');
  gst_structure_foreach (stats, add_field, json);
  viewer_json_uint (json, "frames-late", late);
  viewer_json_close (json, '{');
  viewer_json_close (json, '{');
  viewer_picture_unref (newest);
  gst_structure_free (stats);
}

static void
add_sent (GString *json, const ViewerSent *sent)
{
  viewer_json_uint (json, "images-sent", sent->images);
  viewer_json_uint (json, "bytes-sent", sent->bytes);
  viewer_json_uint (json, "images-skipped", sent->skipped);
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
  viewer_json_uint (json, "clients", state->clients->len);
  viewer_json_uint (json, "snapshots-open", state->snapshots);
  add_sent (json, &sum);
  viewer_json_uint (json, "snapshots-asked", state->snapshots_asked);
  viewer_json_uint (json, "max-clients", (guint64) state->options->max_clients);
  viewer_json_uint (json, "max-pictures",
      (guint64) state->options->max_pictures);
  viewer_json_uint (json, "max-side", (guint64) state->options->max_side);
}

gchar *
viewer_stats_to_json (const ViewerState *state, const ViewerClient *client)
{
  GString *json = g_string_new (NULL);
  const GPtrArray *branches = viewer_hub_get_branches (state->hub);

  viewer_json_open (json, NULL, '{');
  viewer_json_double (json, "uptime",
      (gdouble) (g_get_monotonic_time () - viewer_hub_get_epoch (state->hub))
          / G_USEC_PER_SEC);
  add_source (json, state->source);
  add_totals (json, state);
  viewer_json_open (json, "pictures", '[');
  for (guint i = 0; i < branches->len; i++)
    add_branch (json, g_ptr_array_index (branches, i));
  viewer_json_close (json, '[');
  if (client != NULL) {
    viewer_json_open (json, "stream", '{');
    viewer_json_string (json, "id", viewer_client_get_id (client));
    viewer_json_uint (json, "picture",
        viewer_branch_get_number (viewer_client_get_branch (client)));
    add_sent (json, viewer_client_get_sent (client));
    viewer_json_close (json, '{');
  }
  viewer_json_close (json, '{');
  g_string_append_c (json, '\n');
  return g_string_free (json, FALSE);
}
