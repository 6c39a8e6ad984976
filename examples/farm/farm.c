/* imbytes farm: images of any number of videos, on all processors of this machine.
 *
 *   imbytes-farm --output FOLDER [OPTIONS] FILE or URI...
 *
 * Whatever was made before is not made again, so that it can be started as often as
 * one likes, by hand or by an engine that spreads videos over machines.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <string.h>

#include "program.h"
#include "run.h"
#include "text.h"

#define MAX_SLOTS 1024
#define PUT_STALL_SECONDS 10

/* The options whose values a RunOptions has in other units. */
typedef struct
{
  gchar *format;
  gdouble every, stall;
} Given;

static const gchar summary[] =
    "Makes images of videos, as many videos at once as there are processors. Of each "
    "video\nFOLDER gets a folder with the images and images.json, which says what they "
    "are. What it\nhas is not made again.\n\n"
    "Exit status: 0 all were made; 1 of some video not, and why is said; 2 the command\n"
    "line is wrong; 3 stopped by a signal, and what was made is kept.";

static gboolean
are_headers (gchar **headers)
{
  for (; headers != NULL && *headers != NULL; headers++)
    if (!text_is_header (*headers))
      return FALSE;
  return TRUE;
}

static gboolean
check (const Given *given, const RunOptions *options, GError **error)
{
  const gchar *wrong = NULL;

  if (options->sources == NULL || options->sources[0] == NULL)
    wrong = "which files or URIs? --help says more";
  else if (options->output == NULL)
    wrong = "--output says which folder images go to";
  else if (!g_str_equal (given->format, "jpeg")
      && !g_str_equal (given->format, "png"))
    wrong = "--format is jpeg or png";
  else if (options->request.url != NULL
      && !job_is_template (options->request.url))
    wrong = "--url begins with http:// or https:// and has {job} and {time}";
  else if (!are_headers (options->put.headers))
    wrong = "--header is NAME: VALUE, on one line";
  return wrong == NULL || program_refuse (error, "%s", wrong);
}

static gboolean
parse (Given *given, RunOptions *options, int argc, char **argv, GError **error)
{
  Job *request = &options->request;
  Number numbers[] = { { "every", 'e', 0, JOB_MAX_SECONDS, NULL,
                           &given->every },
    { "width", 0, 0, JOB_MAX_SIZE, &request->width, NULL },
    { "height", 0, 0, JOB_MAX_SIZE, &request->height, NULL },
    { "quality", 'q', 0, 100, &request->quality, NULL },
    { "slots", 's', 0, MAX_SLOTS, &options->n_slots, NULL },
    { "stall", 0, 0.5, JOB_MAX_SECONDS, NULL, &given->stall },
    { "give-up", 0, 0, JOB_MAX_SECONDS, &options->put.give_up_seconds, NULL },
    { NULL, 0, 0, 0, NULL, NULL } };
  GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output,
        "Folder for the images, and for what is known of them", "FOLDER" },
    NUMBER_ENTRY ("every", 'e', "Seconds between images, 0 for every frame (1)",
        "SECONDS"),
    NUMBER_ENTRY ("width", 0, "Width of the images", "PIXELS"),
    NUMBER_ENTRY ("height", 0, "Height of the images", "PIXELS"),
    { "format", 0, 0, G_OPTION_ARG_STRING, &given->format, "jpeg or png (jpeg)",
        "FORMAT" },
    NUMBER_ENTRY ("quality", 'q', "JPEG quality (85)", "0..100"),
    { "url", 'u', 0, G_OPTION_ARG_STRING, &request->url,
        "Put images there, and only images.json into FOLDER; {job}, {video}, {time} "
        "and {ext} are filled in",
        "TEMPLATE" },
    { "user", 0, 0, G_OPTION_ARG_STRING, &options->put.user,
        "User and password for --url", "USER:PASSWORD" },
    { "header", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->put.headers,
        "A header for --url; may come several times", "NAME: VALUE" },
    NUMBER_ENTRY ("give-up", 0,
        "A server of --url that takes no image for so long ends the video (0: "
        "never)",
        "SECONDS"),
    NUMBER_ENTRY ("slots", 's', "Videos at once (0: one for each processor)",
        "N"),
    NUMBER_ENTRY ("stall", 0,
        "A video that gives no frame for so long cannot be done (60)",
        "SECONDS"),
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->sources,
        NULL, "FILE or URI..." },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };
  const Program program = { "imbytes-farm", NULL, summary, entries, numbers,
    NULL };

  if (!program_start (&program, argc, argv, error)
      || !check (given, options, error))
    return FALSE;
  request->format = given->format;
  request->every = (guint64) (given->every * GST_SECOND);
  options->stall = (GstClockTime) (given->stall * GST_SECOND);
  return TRUE;
}

int
main (int argc, char **argv)
{
  Given given = { .every = 1.0, .stall = 60 };
  RunOptions options = { .request = { .quality = 85 },
    .put = { .program = "imbytes-farm", .stall_seconds = PUT_STALL_SECONDS } };
  GError *error = NULL;
  int status;

  options.stop = program_catch_signals ();
  given.format = g_strdup ("jpeg");
  if (parse (&given, &options, argc, argv, &error)
      && program_find_imbytes (&error))
    status = (int) run (&options);
  else
    status = program_fail (error);
  g_free (given.format);
  g_free (options.output);
  g_free (options.request.url);
  g_free (options.put.user);
  g_strfreev (options.put.headers);
  g_strfreev (options.sources);
  return status;
}
