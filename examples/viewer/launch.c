/* imbytes viewer: the pipeline that frames come from.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "launch.h"

#include <string.h>

#include "program.h"

#define SINK \
  " ! appsink name=out caps=video/x-raw max-buffers=1 sync=true qos=false " \
  "enable-last-sample=false"

static gchar *
make_description (ViewerSourceKind kind, const gchar *what)
{
  switch (kind) {
    case VIEWER_URI:
      /* Sound is not even decoded. */
      return g_strdup ("uridecodebin name=source caps=video/x-raw(ANY) "
                       "expose-all-streams=false" SINK);
    case VIEWER_CAMERA:
      return g_strdup ("v4l2src name=source ! decodebin" SINK);
    case VIEWER_PIPELINE:
      return g_strconcat (what, SINK, NULL);
    case VIEWER_TEST_PATTERN:
    default:
      return g_strdup ("videotestsrc name=source is-live=true ! "
                       "video/x-raw,format=I420,width=1280,height=720,"
                       "framerate=25/1" SINK);
  }
}

/* As a property, so that no character in it has a meaning for the parser. */
static gboolean
set_source (GstElement *pipeline, ViewerSourceKind kind, const gchar *what,
    GError **error)
{
  static const gchar *const properties[] = { [VIEWER_TEST_PATTERN] = "pattern",
    [VIEWER_URI] = "uri",
    [VIEWER_CAMERA] = "device" };
  GstElement *source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (source),
      properties[kind]);
  GValue value = G_VALUE_INIT;
  gboolean set;

  g_value_init (&value, pspec->value_type);
  set = gst_value_deserialize (&value, what);
  if (set)
    g_object_set_property (G_OBJECT (source), properties[kind], &value);
  else
    program_refuse (error,
        "There is no %s '%s'; gst-inspect-1.0 %s lists them.", properties[kind],
        what, GST_OBJECT_NAME (gst_element_get_factory (source)));
  g_value_unset (&value);
  gst_object_unref (source);
  return set;
}

GstElement *
viewer_launch_source (ViewerSourceKind kind, const gchar *what, GError **error)
{
  gchar *description = make_description (kind, what);
  GstElement *pipeline = gst_parse_launch_full (description, NULL,
      GST_PARSE_FLAG_FATAL_ERRORS, error);

  g_free (description);
  if (pipeline != NULL && kind != VIEWER_PIPELINE
      && !set_source (pipeline, kind, what, error))
    gst_clear_object (&pipeline);
  return pipeline;
}

static gchar *
describe_uri (const gchar *uri)
{
  const gchar *authority = strstr (uri, "://");
  int length = (int) strcspn (uri, "?#");
  const gchar *host;

  if (authority == NULL)
    return g_strndup (uri, (gsize) length);
  authority += 3;
  host = g_strrstr_len (authority, (gssize) strcspn (authority, "/?#"), "@");
  if (host == NULL)
    return g_strndup (uri, (gsize) length);
  host++;
  return g_strdup_printf ("%.*s%.*s", (int) (authority - uri), uri,
      length - (int) (host - uri), host);
}

gchar *
viewer_describe_source (ViewerSourceKind kind, const gchar *what)
{
  if (kind == VIEWER_TEST_PATTERN)
    return g_strdup_printf ("test pattern %s", what);
  if (kind == VIEWER_PIPELINE)
    return g_strdup ("a pipeline");
  if (kind == VIEWER_CAMERA)
    return g_strdup (what);
  if (g_str_has_prefix (what, "file:"))
    return g_path_get_basename (what);
  return describe_uri (what);
}
