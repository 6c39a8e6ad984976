/* imbytes fuzzing: what a queue, a server and a command line say to examples/farm.
 *
 * Any bytes are texts, taken for the fields of a job and of a result, for URIs and for
 * what is allowed. What is taken for good has to keep its promises: a file's name stays
 * in its folder, JSON is one line with balanced quotes, and a job comes out as it went
 * in.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"
#include "numbers.h"
#include "result.h"
#include "retry_after.h"
#include "text.h"
#include "uri.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define MAX_TEXTS 24

/* Each on the heap, with its zero byte and nothing behind it. */
typedef struct
{
  Text texts[MAX_TEXTS];
  gsize n;
} Texts;

static void
demand (gboolean held, const gchar *what)
{
  if (held)
    return;
  fprintf (stderr, "%s\n", what);
  abort ();
}

/* Names that have a meaning, so that the fuzzer need not guess them. */
static const gchar *const names[] = { "job", "uri", "format", "every", "width",
  "height", "quality", "time", "bytes", "url", "image" };

static Text
make_text (const void *data, gsize size)
{
  gchar *copy = g_malloc (size + 1);

  if (size > 0)
    memcpy (copy, data, size);
  copy[size] = '\0';
  return (Text){ copy, size };
}

/* Up to 255 bytes with their number in front; 0 to 10 as a number is a name. */
static void
take_texts (Texts *texts, const uint8_t *data, size_t size)
{
  texts->n = 0;
  while (size > 0 && texts->n < MAX_TEXTS) {
    gsize n = data[0];

    data++, size--;
    if (n < G_N_ELEMENTS (names) && texts->n % 2 == 0) {
      texts->texts[texts->n++] = make_text (names[n], strlen (names[n]));
      continue;
    }
    n = MIN (n, size);
    texts->texts[texts->n++] = make_text (data, n);
    data += n, size -= n;
  }
}

static void
free_texts (Texts *texts)
{
  for (gsize i = 0; i < texts->n; i++)
    g_free ((gchar *) texts->texts[i].data);
}

static void
check_name (const gchar *id, guint64 time)
{
  gchar *name = result_make_name (id, time, "jpg");

  demand (strchr (name, '/') == NULL && name[0] != '.' && strlen (name) < 255,
      "a name that leads out of its folder");
  g_free (name);
}

static void
check_json (const Result *result)
{
  gchar *json = result_to_json (result);
  gboolean in_string = FALSE;
  gsize size = strlen (json);

  for (gsize i = 0; i + 1 < size; i++) {
    demand ((guchar) json[i] >= 0x20, "a control character in JSON");
    if (in_string && json[i] == '\\')
      i++;
    else if (json[i] == '"')
      in_string = !in_string;
  }
  demand (!in_string && g_str_has_suffix (json, "}\n")
          && g_utf8_validate (json, -1, NULL),
      "JSON that is not closed");
  g_free (json);
}

/* A job is the same after it went through a queue. */
static void
check_same (const Job *job)
{
  Text texts[2 * JOB_N_FIELDS];
  Job again;

  for (guint i = 0; i < JOB_N_FIELDS; i++) {
    const gchar *name;
    gchar *value = job_get (job, i, &name);

    texts[2 * i] = (Text){ name, strlen (name) };
    texts[2 * i + 1] = (Text){ value, strlen (value) };
  }
  demand (job_read (&again, texts, G_N_ELEMENTS (texts), NULL)
          && g_str_equal (again.id, job->id)
          && g_str_equal (again.uri, job->uri)
          && g_str_equal (again.format, job->format)
          && again.every == job->every && again.width == job->width
          && again.height == job->height && again.quality == job->quality,
      "a job that is another one after it was submitted");
  job_clear (&again);
  for (guint i = 0; i < JOB_N_FIELDS; i++)
    g_free ((gchar *) texts[2 * i + 1].data);
}

static void
check_entry (const Texts *texts)
{
  GError *error = NULL;
  Result result;
  Job job;

  if (job_read (&job, texts->texts, texts->n, &error)) {
    gchar *id = job_make_id (&job);

    demand (text_is_name (id), "an id that is no name");
    g_free (id);
    check_name (job.id, job.every);
    check_same (&job);
  } else {
    demand (error != NULL && error->message[0] != '\0', "no reason");
    g_clear_error (&error);
  }
  job_clear (&job);
  if (result_read (&result, texts->texts, texts->n, &error)) {
    check_name (result.job, result.time);
    check_json (&result);
  } else {
    demand (error != NULL && error->message[0] != '\0', "no reason");
    g_clear_error (&error);
  }
}

/* An entry that is fine but for the value of one field. */
static void
check_one_field (const Text *text, guint field)
{
  static const gchar *const values[G_N_ELEMENTS (names)] = { "a-1",
    "file:///videos/a.mp4", "jpeg", "1000", "64", "48", "85", "7", "100",
    "http://store/a.jpg", "image" };
  Texts texts = { .n = 2 * G_N_ELEMENTS (names) };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    texts.texts[2 * i] = (Text){ names[i], strlen (names[i]) };
    texts.texts[2 * i + 1] =
        i == field ? *text : (Text){ values[i], strlen (values[i]) };
  }
  check_entry (&texts);
}

static void
check_uri (const gchar *uri, const gchar *allowed)
{
  static const gchar *const files[] = { "file:///videos/", NULL };
  const gchar *const given[] = { allowed, NULL };
  gchar *path;

  demand (!uri_is_allowed (uri, NULL), "nothing is allowed, and this is");
  if (uri_find_wrong (allowed) == NULL)
    uri_is_allowed (uri, given);
  if (!uri_is_allowed (uri, files))
    return;
  /* What GLib makes of it, that is. */
  path = g_filename_from_uri (uri, NULL, NULL);
  if (path != NULL) {
    gchar *canonical = g_canonicalize_filename (path, "/");

    demand (g_str_has_prefix (canonical, "/videos")
            && (canonical[7] == '/' || canonical[7] == '\0'),
        "a file that is not in the folder");
    g_free (canonical);
  }
  g_free (path);
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
  Texts texts;

  take_texts (&texts, data, size);
  check_entry (&texts);
  for (gsize i = 0; i < texts.n; i++) {
    check_text (texts.texts[i].data);
    check_one_field (&texts.texts[i], size % G_N_ELEMENTS (names));
    check_uri (texts.texts[i].data, texts.texts[(i + 1) % texts.n].data);
  }
  free_texts (&texts);
  return 0;
}
