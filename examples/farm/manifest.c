/* imbytes farm: images.json, which says what has been made of a video.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "manifest.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "folder.h"

/* A longer file is none of ours: four million images. */
#define MAX_FILE (G_GUINT64_CONSTANT (1) << 30)
/* Of what is nested; ours has 4. */
#define MAX_DEPTH 16

static void
clear_image (gpointer data)
{
  ManifestImage *image = data;

  g_free (image->name);
  g_free (image->sum);
}

/* Size and time of change of a local file; of anything else nobody knows. */
static gchar *
find_state (const gchar *uri)
{
  gchar *path = g_filename_from_uri (uri, NULL, NULL);
  gchar *state = NULL;
  GStatBuf status;

  if (path != NULL && g_stat (path, &status) == 0)
    state = g_strdup_printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld",
        (gint64) status.st_size, (gint64) status.st_mtim.tv_sec,
        (long) status.st_mtim.tv_nsec);
  g_free (path);
  return state != NULL ? state : g_strdup ("");
}

/* NULL where it is none. */
static const gchar *
get_string (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
          && json_node_get_value_type (node) == G_TYPE_STRING
      ? json_node_get_string (node)
      : NULL;
}

static gboolean
get_number (JsonObject *object, const gchar *name, guint64 most,
    guint64 *number)
{
  JsonNode *node = json_object_get_member (object, name);
  gint64 value;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  value = json_node_get_int (node);
  *number = (guint64) value;
  return value >= 0 && *number <= most;
}

/* Seconds as they are written, in nanoseconds. */
static gboolean
get_time (JsonObject *object, const gchar *name, guint64 *time)
{
  const gchar *text = get_string (object, name);
  guint64 seconds, nanoseconds;
  gchar **parts;
  gboolean fine;

  if (text == NULL)
    return FALSE;
  parts = g_strsplit (text, ".", 3);
  fine = g_strv_length (parts) == 2 && strlen (parts[1]) == 9
      && g_ascii_string_to_unsigned (parts[0], 10, 0, G_MAXUINT32, &seconds,
          NULL)
      && g_ascii_string_to_unsigned (parts[1], 10, 0, GST_SECOND - 1,
          &nanoseconds, NULL);
  if (fine)
    *time = seconds * GST_SECOND + nanoseconds;
  g_strfreev (parts);
  return fine;
}

static gchar *
time_to_text (guint64 time)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT ".%09" G_GUINT64_FORMAT,
      time / GST_SECOND, time % GST_SECOND);
}

/* Of the same video, unchanged, and the same request. */
static gboolean
is_of_job (const Manifest *self, JsonObject *root)
{
  const Job *job = self->job;
  JsonNode *node = json_object_get_member (root, "request");
  guint64 every, width, height, quality;
  JsonObject *request;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node)
      || g_strcmp0 (get_string (root, "video"), job->uri) != 0
      || g_strcmp0 (get_string (root, "state"), self->state) != 0)
    return FALSE;
  request = json_node_get_object (node);
  return get_time (request, "every", &every) && every == job->every
      && get_number (request, "width", JOB_MAX_SIZE, &width)
      && (gint) width == job->width
      && get_number (request, "height", JOB_MAX_SIZE, &height)
      && (gint) height == job->height
      && get_number (request, "quality", 100, &quality)
      && (gint) quality == job->quality
      && g_strcmp0 (get_string (request, "format"), job->format) == 0;
}

/* Called as an image of its time is, and a file of its size where it is one. */
static gboolean
is_there (const Manifest *self, const ManifestImage *image)
{
  gchar *name = job_make_name (self->job, image->time);
  gboolean there = g_str_equal (name, image->name);
  gchar *path;
  GStatBuf status;

  g_free (name);
  if (!there || self->job->url != NULL)
    return there;
  path = g_build_filename (self->folder, image->name, NULL);
  there = g_lstat (path, &status) == 0 && S_ISREG (status.st_mode)
      && (guint64) status.st_size == image->size;
  g_free (path);
  return there;
}

static gboolean
read_image (Manifest *self, JsonNode *node)
{
  ManifestImage image = { .name = NULL };
  guint64 width, height;
  JsonObject *object;
  const gchar *name, *sum;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  object = json_node_get_object (node);
  name = get_string (object, "name");
  sum = get_string (object, "sha256");
  if (name == NULL || sum == NULL || !get_time (object, "time", &image.time)
      || !get_number (object, "width", JOB_MAX_SIZE, &width)
      || !get_number (object, "height", JOB_MAX_SIZE, &height)
      || !get_number (object, "bytes", G_MAXINT64, &image.size))
    return FALSE;
  if (self->images->len > 0
      && image.time
          <= g_array_index (self->images, ManifestImage, self->images->len - 1)
                 .time)
    return FALSE;
  image.name = g_strdup (name);
  image.sum = g_strdup (sum);
  image.width = (gint) width;
  image.height = (gint) height;
  if (!is_there (self, &image)) {
    clear_image (&image);
    return FALSE;
  }
  g_array_append_val (self->images, image);
  return TRUE;
}

static gboolean
is_last_the_same (const Manifest *self)
{
  const ManifestImage *last =
      &g_array_index (self->images, ManifestImage, self->images->len - 1);
  gchar *path = g_build_filename (self->folder, last->name, NULL);
  gchar *data = NULL, *sum = NULL;
  gboolean same;
  gsize size;

  if (g_file_get_contents (path, &data, &size, NULL))
    sum = job_sum_image ((const guint8 *) data, size);
  same = g_strcmp0 (sum, last->sum) == 0;
  g_free (sum);
  g_free (data);
  g_free (path);
  return same;
}

/* The last one is what the rest begins with. */
static void
leave_out_wrong (Manifest *self)
{
  while (self->images->len > 0 && !is_last_the_same (self)) {
    g_array_set_size (self->images, self->images->len - 1);
    self->complete = FALSE;
  }
}

static void
read_images (Manifest *self, JsonObject *root)
{
  JsonNode *node = json_object_get_member (root, "images");
  JsonNode *complete = json_object_get_member (root, "complete");
  JsonArray *array;
  guint i = 0, n;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return;
  array = json_node_get_array (node);
  n = json_array_get_length (array);
  while (i < n && read_image (self, json_array_get_element (array, i)))
    i++;
  self->complete = i == n && n > 0 && complete != NULL
      && JSON_NODE_HOLDS_VALUE (complete)
      && json_node_get_value_type (complete) == G_TYPE_BOOLEAN
      && json_node_get_boolean (complete);
  if (self->job->url == NULL)
    leave_out_wrong (self);
}

/* The parser calls itself for what is nested, to any depth. */
static gboolean
is_shallow (const gchar *text, gsize size)
{
  gboolean in_string = FALSE;
  gint depth = 0;

  for (gsize i = 0; i < size && depth <= MAX_DEPTH; i++) {
    if (text[i] == '"')
      in_string = !in_string;
    else if (in_string)
      i += text[i] == '\\';
    else
      depth += (text[i] == '[' || text[i] == '{')
          - (text[i] == ']' || text[i] == '}');
  }
  return depth <= MAX_DEPTH;
}

void
manifest_read (Manifest *self, const gchar *text, gsize size)
{
  JsonParser *parser = json_parser_new_immutable ();

  if (is_shallow (text, size) && g_utf8_validate (text, (gssize) size, NULL)
      && json_parser_load_from_data (parser, text, (gssize) size, NULL)) {
    JsonNode *root = json_parser_get_root (parser);

    if (root != NULL && JSON_NODE_HOLDS_OBJECT (root)
        && is_of_job (self, json_node_get_object (root)))
      read_images (self, json_node_get_object (root));
  }
  g_object_unref (parser);
}

static void
read_file (Manifest *self)
{
  gchar *path = g_build_filename (self->folder, MANIFEST_NAME, NULL);
  gchar *text = NULL;
  GStatBuf status;
  gsize size = 0;

  if (g_stat (path, &status) == 0 && S_ISREG (status.st_mode)
      && (guint64) status.st_size <= MAX_FILE
      && g_file_get_contents (path, &text, &size, NULL))
    manifest_read (self, text, size);
  g_free (text);
  g_free (path);
}

Manifest *
manifest_open (const gchar *folder, const Job *job)
{
  Manifest *self = g_new0 (Manifest, 1);

  self->job = job;
  self->folder = g_strdup (folder);
  self->state = find_state (job->uri);
  self->images = g_array_new (FALSE, FALSE, sizeof (ManifestImage));
  g_array_set_clear_func (self->images, clear_image);
  read_file (self);
  return self;
}

void
manifest_free (Manifest *self)
{
  g_array_unref (self->images);
  g_free (self->folder);
  g_free (self->state);
  g_free (self);
}

void
manifest_add (Manifest *self, const Image *image, gchar *name)
{
  ManifestImage added = { name, job_sum_image (image->data, image->size),
    image->time, image->width, image->height, image->size };

  g_array_append_val (self->images, added);
}

static void
add_string (JsonBuilder *builder, const gchar *name, const gchar *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_number (JsonBuilder *builder, const gchar *name, guint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64) value);
}

static void
add_time (JsonBuilder *builder, const gchar *name, guint64 time)
{
  gchar *text = time_to_text (time);

  add_string (builder, name, text);
  g_free (text);
}

static void
add_request (JsonBuilder *builder, const Job *job)
{
  json_builder_set_member_name (builder, "request");
  json_builder_begin_object (builder);
  add_time (builder, "every", job->every);
  add_number (builder, "width", (guint64) job->width);
  add_number (builder, "height", (guint64) job->height);
  add_string (builder, "format", job->format);
  add_number (builder, "quality", (guint64) job->quality);
  json_builder_end_object (builder);
}

static void
add_images (JsonBuilder *builder, const GArray *images)
{
  json_builder_set_member_name (builder, "images");
  json_builder_begin_array (builder);
  for (guint i = 0; i < images->len; i++) {
    const ManifestImage *image = &g_array_index (images, ManifestImage, i);

    json_builder_begin_object (builder);
    add_string (builder, "name", image->name);
    add_time (builder, "time", image->time);
    add_number (builder, "width", (guint64) image->width);
    add_number (builder, "height", (guint64) image->height);
    add_number (builder, "bytes", image->size);
    add_string (builder, "sha256", image->sum);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

gchar *
manifest_to_text (const Manifest *self, gsize *size)
{
  JsonBuilder *builder = json_builder_new_immutable ();
  JsonGenerator *generator = json_generator_new ();
  JsonNode *root;
  gchar *text;

  json_builder_begin_object (builder);
  add_string (builder, "video", self->job->uri);
  add_string (builder, "state", self->state);
  add_request (builder, self->job);
  json_builder_set_member_name (builder, "complete");
  json_builder_add_boolean_value (builder, self->complete);
  add_images (builder, self->images);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, size);
  json_node_unref (root);
  g_object_unref (generator);
  g_object_unref (builder);
  return text;
}

gboolean
manifest_save (const Manifest *self, GError **error)
{
  gsize size;
  gchar *text = manifest_to_text (self, &size);
  /* What it names is on the disk before it is. */
  gboolean saved = folder_settle (self->folder, error)
      && folder_save (self->folder, MANIFEST_NAME, text, size, error);

  g_free (text);
  return saved;
}
