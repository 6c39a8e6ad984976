/* imbytes farm: images of any number of videos, by any number of machines.
 *
 *   imbytes-farm submit [OPTIONS] FILE or URI...
 *   imbytes-farm work [OPTIONS]
 *   imbytes-farm collect --output FOLDER [OPTIONS]
 *   imbytes-farm status [OPTIONS]
 *   imbytes-farm local --output FOLDER [OPTIONS] FILE or URI...   (or --local)
 *
 * Jobs and results are in Redis; see store.h. `local` needs none.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <string.h>

#include "commands.h"
#include "program.h"
#include "text.h"
#include "uri.h"

#define MAX_SECONDS JOB_MAX_SECONDS
#define MAX_SLOTS 1024
#define MAX_RESULTS 1000000000
#define MAX_TRIES 1000000

typedef struct
{
  const gchar *name;
  gint (*run) (const Command *command);
  gboolean takes_sources;
} Verb;

static const Verb verbs[] = { { "submit", command_submit, TRUE },
  { "work", command_work, FALSE }, { "collect", command_collect, FALSE },
  { "status", command_status, FALSE }, { "local", command_local, TRUE } };

/* The options whose values a Command has in other units. */
typedef struct
{
  gchar *redis, *farm, *format;
  gdouble every, lease, patience, stall;
  gint max_results, max_tries, slots;
} Given;

static const Verb *
find_verb (const gchar *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (name, verbs[i].name)
        || (g_str_has_prefix (name, "--")
            && g_str_equal (name + 2, verbs[i].name)))
      return &verbs[i];
  return NULL;
}

/* Finds the command and removes it from @argv. The command is the first argument; with
 * -- before it (`--local`) it may be any. NULL if there is none. */
static const Verb *
take_verb (int *argc, char **argv)
{
  for (int i = 1; i < *argc; i++) {
    const Verb *verb = NULL;

    if (i == 1 || g_str_has_prefix (argv[i], "--"))
      verb = find_verb (argv[i]);
    if (verb != NULL) {
      memmove (argv + i, argv + i + 1, (gsize) (*argc - i) * sizeof (argv[0]));
      --*argc;
      return verb;
    }
  }
  return NULL;
}

/* A template without {job} and {time} would give two images the same URL. */
static gboolean
is_template (const gchar *url)
{
  return (g_str_has_prefix (url, "http://")
             || g_str_has_prefix (url, "https://"))
      && strstr (url, "{job}") != NULL && strstr (url, "{time}") != NULL
      && uri_is_valid (url);
}

static gboolean
are_allowed (gchar **allowed, GError **error)
{
  for (; allowed != NULL && *allowed != NULL; allowed++) {
    const gchar *wrong = uri_find_wrong (*allowed);

    if (wrong != NULL)
      return program_refuse (error, "--allow %s, not %.80s", wrong, *allowed);
  }
  return TRUE;
}

static gboolean
are_headers (const Command *command, GError **error)
{
  gchar **headers = command->put.headers;

  for (; headers != NULL && *headers != NULL; headers++) {
    if (!text_is_header (*headers))
      return program_refuse (error, "--header is NAME: VALUE, on one line");
  }
  return TRUE;
}

static gboolean
check (const Given *given, const Verb *verb, const Command *command,
    GError **error)
{
  gboolean has_sources = command->sources != NULL
      && command->sources[0] != NULL;
  const gchar *wrong = NULL;

  if (!are_allowed (command->allowed, error) || !are_headers (command, error))
    return FALSE;
  if (verb->takes_sources && !has_sources)
    wrong = "which files or URIs?";
  else if (!verb->takes_sources && has_sources)
    wrong = "this command takes no files; submit and local do";
  else if (!text_is_name (given->farm))
    wrong = "--farm has up to 64 letters, digits, - and _";
  else if (!g_str_equal (given->format, "jpeg")
      && !g_str_equal (given->format, "png"))
    wrong = "--format is jpeg or png";
  else if (command->url != NULL && !is_template (command->url))
    wrong = "--url begins with http:// or https:// and has {job} and {time}";
  return wrong == NULL || program_refuse (error, "%s", wrong);
}

static const gchar summary[] =
    "submit, work, collect, status or local comes first:\n"
    "  submit FILES   puts jobs into Redis\n"
    "  work           does jobs, as many at once as there are processors\n"
    "  collect        takes the results out of Redis into a folder\n"
    "  status         says how far it is, on one line\n"
    "  local FILES    does jobs here, without Redis (or --local)\n\n"
    "REDISCLI_AUTH in the environment is the password of Redis.";

static gboolean
parse (const Verb *verb, Given *given, Command *command, int argc, char **argv,
    GError **error)
{
  Number numbers[] = { { "every", 'e', 0, MAX_SECONDS, NULL, &given->every },
    { "width", 0, 0, JOB_MAX_SIZE, &command->request.width, NULL },
    { "height", 0, 0, JOB_MAX_SIZE, &command->request.height, NULL },
    { "quality", 'q', 0, 100, &command->request.quality, NULL },
    { "slots", 's', 0, MAX_SLOTS, &given->slots, NULL },
    { "lease", 0, 0.5, MAX_SECONDS, NULL, &given->lease },
    { "stall", 0, 0.5, MAX_SECONDS, NULL, &given->stall },
    { "max-tries", 0, 1, MAX_TRIES, &given->max_tries, NULL },
    { "max-results", 0, 1, MAX_RESULTS, &given->max_results, NULL },
    { "patience", 0, 0, MAX_SECONDS, NULL, &given->patience },
    { NULL, 0, 0, 0, NULL, NULL } };
  GOptionEntry entries[] = {
    { "redis", 'r', 0, G_OPTION_ARG_STRING, &given->redis,
        "Redis 6.2 or later (127.0.0.1:6379), or the path of its socket",
        "HOST:PORT" },
    { "farm", 'f', 0, G_OPTION_ARG_STRING, &given->farm,
        "Name of the farm; all its keys begin with it (farm)", "NAME" },
    NUMBER_ENTRY ("every", 'e', "Seconds between images, 0 for every frame (1)",
        "SECONDS"),
    NUMBER_ENTRY ("width", 0, "Width of the images", "PIXELS"),
    NUMBER_ENTRY ("height", 0, "Height of the images", "PIXELS"),
    { "format", 0, 0, G_OPTION_ARG_STRING, &given->format, "jpeg or png (jpeg)",
        "FORMAT" },
    NUMBER_ENTRY ("quality", 'q', "JPEG quality (85)", "0..100"),
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &command->output,
        "Folder for the images", "FOLDER" },
    { "url", 'u', 0, G_OPTION_ARG_STRING, &command->url,
        "work: put images there, and only say where in Redis; {job}, {time} and "
        "{ext} are filled in",
        "TEMPLATE" },
    { "user", 0, 0, G_OPTION_ARG_STRING, &command->put.user,
        "User and password for --url", "USER:PASSWORD" },
    { "header", 0, 0, G_OPTION_ARG_STRING_ARRAY, &command->put.headers,
        "A header for --url; may come several times", "NAME: VALUE" },
    { "allow", 0, 0, G_OPTION_ARG_STRING_ARRAY, &command->allowed,
        "work: do jobs whose URIs begin so, such as file:///videos/ or "
        "https://host/, and no others; may come several times (file:///)",
        "URI" },
    NUMBER_ENTRY ("slots", 's', "Jobs at once (0: one for each processor)",
        "N"),
    NUMBER_ENTRY ("lease", 0,
        "A worker that is silent for so long has died (30); a collector, too, "
        "but after 10 at most",
        "SECONDS"),
    NUMBER_ENTRY ("stall", 0,
        "A video that gives no frame for so long cannot be done (60)",
        "SECONDS"),
    NUMBER_ENTRY ("max-tries", 0,
        "Tries without a new image before a job has failed (3)", "N"),
    NUMBER_ENTRY ("max-results", 0,
        "Images that may wait to be collected (1000)", "N"),
    { "until-done", 0, 0, G_OPTION_ARG_NONE, &command->is_idle_the_end,
        "work: end when all jobs are over", NULL },
    { "once", 0, 0, G_OPTION_ARG_NONE, &command->once,
        "status: say it once and end", NULL },
    NUMBER_ENTRY ("patience", 0,
        "collect: end when nothing comes for so long (0: never)", "SECONDS"),
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &command->sources,
        NULL, "[FILE or URI...]" },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };
  const Program program = { "imbytes-farm", NULL, summary, entries, numbers,
    NULL };

  if (!program_start (&program, argc, argv, error))
    return FALSE;
  if (verb == NULL)
    return program_refuse (error,
        "submit, work, collect, status or local? --help says more");
  return check (given, verb, command, error);
}

static void
take_over (Command *command, const Given *given)
{
  static const gchar *const files[] = { URI_DEFAULT, NULL };

  if (command->allowed == NULL)
    command->allowed = g_strdupv ((gchar **) files);
  command->request.format = given->format;
  command->request.every = (guint64) (given->every * GST_SECOND);
  command->n_slots = (guint) given->slots;
  command->stall = (GstClockTime) (given->stall * GST_SECOND);
  command->patience_ms = (guint) (given->patience * 1000);
  command->store = (StoreOptions){ .server = given->redis,
    .farm = given->farm,
    .lease_ms = (guint) (given->lease * 1000),
    .max_results = (guint) given->max_results,
    .max_tries = (guint) given->max_tries,
    .stop = command->store.stop };
}

int
main (int argc, char **argv)
{
  Given given = { .every = 1.0,
    .lease = 30,
    .stall = 60,
    .max_results = 1000,
    .max_tries = 3 };
  Command command = { .request = { .quality = 85 },
    .put = { .program = "imbytes-farm", .stall_seconds = 10 } };
  const Verb *verb = take_verb (&argc, argv);
  GError *error = NULL;
  gint status;

  command.store.stop = program_catch_signals ();
  given.redis = g_strdup ("127.0.0.1:6379");
  given.farm = g_strdup ("farm");
  given.format = g_strdup ("jpeg");
  if (parse (verb, &given, &command, argc, argv, &error)) {
    take_over (&command, &given);
    status = verb->run (&command);
  } else {
    status = program_fail (error);
  }
  g_free (given.redis);
  g_free (given.farm);
  g_free (given.format);
  g_free (command.output);
  g_free (command.url);
  g_free (command.put.user);
  g_strfreev (command.put.headers);
  g_strfreev (command.allowed);
  g_strfreev (command.sources);
  return status;
}
