/* imbytes: one HTTP PUT for each image.
 *
 *   imbytes-upload --url TEMPLATE [OPTIONS] SOURCE
 *   imbytes-upload --urls FILE [OPTIONS] SOURCE
 *
 * The server has WebDAV, or is like S3 and signs URLs in advance. The program retries
 * an upload that fails temporarily, with a pause that grows. Meanwhile a file waits;
 * of a camera the newest images wait in a queue and the oldest are dropped. The
 * program counts the images that it did not upload, by reason.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdio.h>
#include <string.h>

#include "camera.h"
#include "program.h"
#include "put.h"
#include "text.h"

#define WAIT_US 100000
#define STATUS_US (5 * G_USEC_PER_SEC)
#define MAX_SECONDS 86400
#define MAX_URL 8192

typedef struct
{
  CameraOptions camera;
  PutOptions put;
  gchar *url, *urls, *format;
  gint count;
} Options;

typedef struct
{
  Options options;
  Put *put;
  FILE *urls; /* a presigned URL in each line */
  guint64 n, sent, bytes, refused, given_up;
  gboolean out_of_urls;
} Uploader;

static gboolean
is_stopped (const Uploader *uploader)
{
  return g_atomic_int_get (uploader->options.put.stop);
}

static const gchar *const fields[4] = { "{n}", "{time}", "{ms}", "{uuid}" };
#define FIELDS "{n}, {time}, {ms} and {uuid}"

/* Whether all that stands in braces is one of the fields. */
static gboolean
is_template (const gchar *template)
{
  for (; *template != '\0'; template ++) {
    gboolean known = *template != '{';

    for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
      known |= g_str_has_prefix (template, fields[i]);
    if (!known)
      return FALSE;
  }
  return TRUE;
}

/* Replaces the fields in the template. */
static gchar *
fill_template (const gchar *template, guint64 n, gint64 taken)
{
  GDateTime *time = g_date_time_new_from_unix_utc (taken / G_USEC_PER_SEC);
  gchar *seconds = g_date_time_format (time, "%Y%m%dT%H%M%S");
  gchar *uuid = g_uuid_string_random ();
  GString *url = g_string_new (template);
  gchar *values[4] = { g_strdup_printf ("%06" G_GUINT64_FORMAT, n),
    g_strdup_printf ("%s.%03dZ", seconds, (gint) (taken / 1000 % 1000)),
    g_strdup_printf ("%" G_GINT64_FORMAT, taken / 1000), uuid };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    g_string_replace (url, fields[i], values[i], 0);
    g_free (values[i]);
  }
  g_free (seconds);
  g_date_time_unref (time);
  return g_string_free (url, FALSE);
}

/* The next presigned URL; NULL if there is none left, or if a line is too long for a
 * URL: what follows in the file might be the rest of that line. Free it. */
static gchar *
read_url (Uploader *uploader)
{
  gchar *line = g_malloc (MAX_URL), *url = NULL;

  while (url == NULL && fgets (line, MAX_URL, uploader->urls) != NULL) {
    if (strlen (line) == MAX_URL - 1 && line[MAX_URL - 2] != '\n') {
      g_printerr ("imbytes-upload: a line of %s is longer than the %d "
                  "characters that a URL may have\n",
          uploader->options.urls, MAX_URL - 2);
      break;
    }
    if (g_strstrip (line)[0] != '\0')
      url = g_strdup (line);
  }
  g_free (line);
  if (url == NULL) {
    uploader->out_of_urls = TRUE;
    if (!is_stopped (uploader))
      g_printerr ("imbytes-upload: no URLs are left in %s\n",
          uploader->options.urls);
  }
  return url;
}

static gchar *
next_url (Uploader *uploader, const CameraImage *image)
{
  return uploader->urls != NULL
      ? read_url (uploader)
      : fill_template (uploader->options.url, uploader->n, image->taken);
}

static void
count (Uploader *uploader, PutResult result, gsize size)
{
  switch (result) {
    case PUT_DONE:
      uploader->sent++;
      uploader->bytes += size;
      break;
    case PUT_REFUSED:
      uploader->refused++;
      break;
    case PUT_GIVEN_UP:
      uploader->given_up++;
      break;
  }
}

static void
upload (Uploader *uploader, const CameraImage *image)
{
  gchar *url = next_url (uploader, image);
  GstMapInfo map;

  if (url != NULL && gst_buffer_map (image->buffer, &map, GST_MAP_READ)) {
    uploader->n++;
    count (uploader, put_send (uploader->put, url, map.data, map.size),
        map.size);
    gst_buffer_unmap (image->buffer, &map);
  }
  g_free (url);
}

static void
say_status (const Uploader *uploader, Camera *camera)
{
  g_print ("%" G_GUINT64_FORMAT " uploaded, %" G_GUINT64_FORMAT
           " bytes; not uploaded: %" G_GUINT64_FORMAT
           " too many, %" G_GUINT64_FORMAT " refused, %" G_GUINT64_FORMAT
           " given up; %" G_GUINT64_FORMAT " retries\n",
      uploader->sent, uploader->bytes, camera_dropped (camera),
      uploader->refused, uploader->given_up, put_retries (uploader->put));
}

static gboolean
is_finished (const Uploader *uploader, Camera *camera)
{
  gint most = uploader->options.count;

  return is_stopped (uploader) || uploader->out_of_urls
      || camera_is_over (camera) || (most > 0 && uploader->n >= (guint64) most);
}

static gint
run (Uploader *uploader, Camera *camera)
{
  gint64 next_status = g_get_monotonic_time () + STATUS_US;

  while (!is_finished (uploader, camera)) {
    CameraImage image;

    if (camera_pull (camera, WAIT_US, &image)) {
      upload (uploader, &image);
      camera_image_clear (&image);
    }
    if (g_get_monotonic_time () >= next_status) {
      say_status (uploader, camera);
      next_status = g_get_monotonic_time () + STATUS_US;
    }
  }
  say_status (uploader, camera);
  return camera_failure (camera) != NULL || uploader->refused > 0
          || uploader->given_up > 0 || uploader->sent == 0
      ? 1
      : 0;
}

static gint
upload_all (Options *options, GError **error)
{
  Uploader uploader = { .options = *options };
  Camera *camera = NULL;
  gint status = 1;

  if (options->urls != NULL) {
    uploader.urls =
        g_str_equal (options->urls, "-") ? stdin : fopen (options->urls, "r");
    if (uploader.urls == NULL) {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
          "cannot read the URLs in %s", options->urls);
      return 1;
    }
  }
  uploader.put = put_new (&options->put);
  camera = camera_new (&options->camera, error);
  if (camera != NULL)
    status = run (&uploader, camera);
  camera_free (camera);
  put_free (uploader.put);
  if (uploader.urls != NULL && uploader.urls != stdin)
    fclose (uploader.urls);
  return status;
}

static gboolean
are_headers (gchar **headers)
{
  for (; headers != NULL && *headers != NULL; headers++)
    if (!text_is_header (*headers))
      return FALSE;
  return TRUE;
}

static gboolean
check_options (const Options *options, GError **error)
{
  const gchar *wrong = NULL;

  if ((options->url == NULL) == (options->urls == NULL))
    wrong = "either --url or --urls says where images go";
  else if (options->url != NULL && !g_str_has_prefix (options->url, "http://")
      && !g_str_has_prefix (options->url, "https://"))
    wrong = "--url begins with http:// or https://";
  else if (options->url != NULL && !text_is_line (options->url))
    wrong = "--url is UTF-8 without control characters";
  else if (options->url != NULL && !is_template (options->url))
    wrong = "--url knows " FIELDS " in braces, and nothing else; write %7B for "
            "a brace";
  else if (!are_headers (options->put.headers))
    wrong = "--header is NAME: VALUE, on one line";
  else if (!g_str_equal (options->format, "jpeg")
      && !g_str_equal (options->format, "png"))
    wrong = "--format is jpeg or png";
  else if (options->put.ca_file != NULL
      && !g_file_test (options->put.ca_file, G_FILE_TEST_IS_REGULAR))
    wrong = "the file of --ca-file is not there";
  return wrong == NULL || program_refuse (error, "%s", wrong);
}

static gboolean
parse_options (Options *options, int argc, char **argv, GError **error)
{
  Number numbers[] = { CAMERA_NUMBERS (&options->camera),
    { "stall", 0, 1, MAX_SECONDS, &options->put.stall_seconds, NULL },
    { "give-up", 0, 0, MAX_SECONDS, &options->put.give_up_seconds, NULL },
    { "count", 'c', 0, CAMERA_MAX_COUNT, &options->count, NULL },
    { NULL, 0, 0, 0, NULL, NULL } };
  GOptionEntry entries[] = {
    { "url", 0, 0, G_OPTION_ARG_STRING, &options->url,
        "Where images go; {n}, {time}, {ms} and {uuid} are filled in",
        "TEMPLATE" },
    { "urls", 0, 0, G_OPTION_ARG_FILENAME, &options->urls,
        "A URL for each image, one in a line, such as presigned ones; - is "
        "standard input",
        "FILE" },
    { "user", 'u', 0, G_OPTION_ARG_STRING, &options->put.user,
        "User and password; better in the variable UPLOAD_USER",
        "USER:PASSWORD" },
    { "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &options->put.ca_file,
        "The certificates to trust, in place of the system's", "FILE" },
    { "header", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->put.headers,
        "A header more; may come several times", "NAME: VALUE" },
    NUMBER_ENTRY ("stall", 0,
        "A server that takes nothing for so long has failed (10)", "SECONDS"),
    NUMBER_ENTRY ("give-up", 0, "Try one image for so long (60; 0: for ever)",
        "SECONDS"),
    NUMBER_ENTRY ("every", 'e', "Seconds between images (1)", "SECONDS"),
    NUMBER_ENTRY ("width", 0, "Width", "PIXELS"),
    NUMBER_ENTRY ("height", 0, "Height", "PIXELS"),
    NUMBER_ENTRY ("quality", 'q', "JPEG quality (85)", "0..100"),
    { "format", 'f', 0, G_OPTION_ARG_STRING, &options->format,
        "jpeg or png (jpeg)", "FORMAT" },
    { "loop", 'l', 0, G_OPTION_ARG_NONE, &options->camera.loop,
        "Play a file again and again, as a camera; start a source that fails "
        "again",
        NULL },
    NUMBER_ENTRY ("count", 'c', "End after so many images (0: all)", "N"),
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };
  const Program program = { "imbytes-upload",
    "SOURCE - one HTTP PUT for each image", PROGRAM_SOURCE, entries, numbers,
    &options->camera.source };

  return program_start (&program, argc, argv, error)
      && check_options (options, error);
}

int
main (int argc, char **argv)
{
  Options options = {
    .camera = { .seconds = 1.0, .quality = 85, .max_waiting = 8 },
    .put = { .program = "imbytes-upload",
        .stall_seconds = 10,
        .give_up_seconds = 60 }
  };
  GError *error = NULL;
  gint status = 1;

  options.put.stop = program_catch_signals ();
  options.format = g_strdup ("jpeg");
  options.put.user = g_strdup (g_getenv ("UPLOAD_USER"));
  if (parse_options (&options, argc, argv, &error)) {
    options.camera.format = options.format;
    options.put.content_type =
        g_str_equal (options.format, "png") ? "image/png" : "image/jpeg";
    status = upload_all (&options, &error);
  }
  if (error != NULL)
    status = program_fail (error);
  g_free (options.format);
  g_free (options.url);
  g_free (options.urls);
  g_free (options.put.user);
  g_free (options.put.ca_file);
  g_strfreev (options.put.headers);
  return status;
}
