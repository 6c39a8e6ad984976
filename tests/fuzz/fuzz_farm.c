/* imbytes fuzzing: what a manifest, a server and a command line say to examples/farm.
 *
 * Any bytes are images.json, a source, and text. What is taken for good has to keep its
 * promises: names stay in their folder, times go up, and a manifest is read as it was
 * written.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"
#include "manifest.h"
#include "numbers.h"
#include "retry_after.h"
#include "text.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define FOLDER "/nowhere"
#define URL "http://s/{job}/{time}"
/* What stands for these, so that the fuzzer need not guess it. */
#define MARK '@'
#define BEGINNING \
  "{\"video\":\"file:///v.mp4\",\"state\":\"\",\"request\":{\"every\":" \
  "\"1.000000000\",\"width\":64,\"height\":48,\"format\":\"jpeg\"," \
  "\"quality\":85},\"complete\":true,\"images\":["

static void
demand (gboolean held, const gchar *what)
{
  if (held)
    return;
  fprintf (stderr, "%s\n", what);
  abort ();
}

static void
check_order (const Manifest *manifest)
{
  for (guint i = 1; i < manifest->images->len; i++)
    demand (g_array_index (manifest->images, ManifestImage, i - 1).time
            < g_array_index (manifest->images, ManifestImage, i).time,
        "times that do not go up");
  demand (!manifest->complete || manifest->images->len > 0,
      "complete without an image");
}

/* As it was read, written, and read again. */
static void
check_same (const Manifest *manifest)
{
  Manifest *again = manifest_open (FOLDER, manifest->job);
  gsize size;
  gchar *text = manifest_to_text (manifest, &size);

  manifest_read (again, text, size);
  demand (again->complete == manifest->complete
          && again->images->len == manifest->images->len,
      "a manifest that is another one after it was written");
  for (guint i = 0; i < again->images->len; i++) {
    const ManifestImage *a = &g_array_index (again->images, ManifestImage, i);
    const ManifestImage *b =
        &g_array_index (manifest->images, ManifestImage, i);

    demand (g_str_equal (a->name, b->name) && g_str_equal (a->sum, b->sum)
            && a->time == b->time && a->size == b->size && a->width == b->width
            && a->height == b->height,
        "an image that is another one after it was written");
  }
  g_free (text);
  manifest_free (again);
}

static void
check_manifest (const gchar *text, gsize size, const gchar *url)
{
  Job request = { .format = (gchar *) "jpeg",
    .url = (gchar *) url,
    .every = GST_SECOND,
    .width = 64,
    .height = 48,
    .quality = 85 };
  Manifest *manifest;
  Job job;

  demand (job_make (&job, "file:///v.mp4", &request, NULL), "a job is none");
  manifest = manifest_open (FOLDER, &job);
  manifest_read (manifest, text, size);
  check_order (manifest);
  check_same (manifest);
  /* There is no such folder, and so no such file. */
  demand (url != NULL || manifest->images->len == 0,
      "an image that is not there");
  manifest_free (manifest);
  job_clear (&job);
}

static void
check_source (const gchar *source)
{
  Job request = { .format = (gchar *) "png" }, job;
  GError *error = NULL;
  gchar *name;

  if (!job_make (&job, source, &request, &error)) {
    demand (error != NULL && error->message[0] != '\0', "no reason");
    g_clear_error (&error);
    return;
  }
  name = job_make_name (&job, (guint64) strlen (source));
  demand (text_is_name (job.title) && job.title[0] != '-'
          && text_is_name (job.id) && g_str_has_prefix (name, job.title)
          && strchr (name, '/') == NULL,
      "a name that leads out of its folder");
  g_free (name);
  job_clear (&job);
}

static void
check_text (const gchar *text)
{
  gchar *line = text_to_line (text), *quoted = text_quote (text);
  gint integer = 7;
  gdouble real = 0.5;
  const Number whole = { "port", 'p', 0, 65535, &integer, NULL };
  const Number any = { "every", 'e', 0, 1e6, NULL, &real };
  gint64 now = text[0] == '1' ? 0 : G_GINT64_CONSTANT (1800000000);
  int seconds = retry_after_read (text, now);

  demand (text_is_line (line), "a line that is none");
  demand (seconds >= 0 && seconds <= RETRY_AFTER_MAX,
      "a wait that is too long");
  number_parse (&whole, text, NULL);
  number_parse (&any, text, NULL);
  demand (integer >= 0 && integer <= 65535 && real >= 0 && real <= 1e6,
      "a number beyond its range");
  text_is_header (text);
  g_free (line);
  g_free (quoted);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  GString *text = g_string_new (NULL);

  if (size > 0 && data[0] == MARK)
    g_string_append (text, BEGINNING);
  g_string_append_len (text, (const gchar *) data + (text->len > 0),
      (gssize) (size - (text->len > 0)));
  check_manifest (text->str, text->len, NULL);
  check_manifest (text->str, text->len, URL);
  check_source (text->str);
  check_text (text->str);
  g_string_free (text, TRUE);
  return 0;
}
