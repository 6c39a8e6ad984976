/* imbytes examples: what each program does when it starts and when it stops.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

gboolean
program_start (const Program *program, int argc, char **argv, GError **error)
{
  GOptionContext *context = g_option_context_new (program->parameters);
  GOptionGroup *own =
      g_option_group_new ("main", "", "", program->numbers, NULL);
  gboolean parsed, version = FALSE;
  const GOptionEntry common[] = { { "version", 0, 0, G_OPTION_ARG_NONE,
                                      &version, "Print the version", NULL },
    G_OPTION_ENTRY_NULL };

  setlocale (LC_ALL, "");
  g_set_prgname (program->name);
  g_option_group_add_entries (own, program->entries);
  g_option_group_add_entries (own, common);
  g_option_context_set_main_group (context, own);
  g_option_context_set_summary (context, program->summary);
  /* When these are parsed, GStreamer initialises itself. */
  g_option_context_add_group (context, gst_init_get_option_group ());
  parsed = g_option_context_parse (context, &argc, &argv, error);
  g_option_context_free (context);
  if (parsed && version) {
    g_print ("%s %s\n", program->name, VERSION);
    exit (0);
  }
  if (!parsed || program->source == NULL)
    return parsed;
  if (argc != 2)
    return program_refuse (error, "one SOURCE is needed; --help says more");
  *program->source = argv[1];
  return TRUE;
}

gboolean
program_refuse (GError **error, const gchar *format, ...)
{
  va_list values;

  va_start (values, format);
  g_propagate_error (error,
      g_error_new_valist (G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, format,
          values));
  va_end (values);
  return FALSE;
}

gboolean
program_find_file (const gchar *path, GError **error)
{
  gint file;

  if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_ISDIR,
        "%s is a folder, not a file", path);
    return FALSE;
  }
  file = g_open (path, O_RDONLY | O_NONBLOCK, 0);
  if (file < 0) {
    gint code = errno;

    g_set_error (error, G_FILE_ERROR, (gint) g_file_error_from_errno (code),
        code == ENOENT ? "there is no file %s" : "cannot read %s: %s", path,
        g_strerror (code));
    return FALSE;
  }
  close (file);
  return TRUE;
}

gboolean
program_find_imbytes (GError **error)
{
  GstElementFactory *factory = gst_element_factory_find ("imbytes");

  if (factory == NULL) {
    g_set_error_literal (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
        "GStreamer does not find imbytes; start the program with examples/run, "
        "or set GST_PLUGIN_PATH to the folder of libgstimbytes.so");
    return FALSE;
  }
  gst_object_unref (factory);
  return TRUE;
}

static gint stop;

static void
on_signal (int number)
{
  (void) number;
  g_atomic_int_set (&stop, 1);
}

const gint *
program_catch_signals (void)
{
  /* No SA_RESTART: a call that waits, as for a line of stdin, has to return. */
  struct sigaction action = { .sa_handler = on_signal,
    .sa_flags = (int) SA_RESETHAND };

  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
  signal (SIGPIPE, SIG_IGN);
  return &stop;
}

static GMainLoop *running;

void
program_quit (void)
{
  if (running != NULL)
    g_main_loop_quit (running);
}

static gboolean
on_quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

void
program_run_until_signal (void)
{
  GMainLoop *loop = g_main_loop_new (NULL, FALSE);
  guint interrupt = g_unix_signal_add (SIGINT, on_quit, loop);
  guint terminate = g_unix_signal_add (SIGTERM, on_quit, loop);

  running = loop;
  g_main_loop_run (loop);
  running = NULL;
  g_source_remove (interrupt);
  g_source_remove (terminate);
  g_main_loop_unref (loop);
}

/* What GStreamer says where sound finds nobody who takes it, or nobody decodes what
 * there is, does not name what is missed. */
static gboolean
has_no_video (const GError *error, const gchar *debug)
{
  return g_error_matches (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN)
      || g_error_matches (error, GST_STREAM_ERROR,
          GST_STREAM_ERROR_CODEC_NOT_FOUND)
      || (error->domain == GST_STREAM_ERROR && debug != NULL
          && strstr (debug, "not-linked") != NULL);
}

gchar *
program_describe_message (GstMessage *message)
{
  GError *error = NULL;
  gchar *sentence, *debug = NULL;
  const gchar *cause = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, &debug);
  else
    gst_message_parse_warning (message, &error, &debug);
  /* The last line, behind the place in the code. One with an address may have a
   * password in it. */
  if (error->domain == GST_RESOURCE_ERROR && debug != NULL)
    cause = strrchr (debug, '\n');
  if (has_no_video (error, debug))
    sentence = g_strdup ("There is no video in it that can be decoded here; "
                         "gstreamer1.0-libav, where it is missing, decodes "
                         "most.");
  else if (cause != NULL && cause[1] != '\0' && strstr (cause, "://") == NULL)
    sentence = g_strdup_printf ("%s (%s)", error->message, cause + 1);
  else
    sentence = g_strdup (error->message);
  g_free (debug);
  g_error_free (error);
  return sentence;
}

gboolean
program_is_pointless (GstMessage *message, gboolean is_file)
{
  GError *error = NULL;
  gboolean pointless;

  gst_message_parse_error (message, &error, NULL);
  pointless = g_error_matches (error, GST_RESOURCE_ERROR,
                  GST_RESOURCE_ERROR_NOT_AUTHORIZED)
      || g_error_matches (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN)
      || g_error_matches (error, GST_STREAM_ERROR,
          GST_STREAM_ERROR_CODEC_NOT_FOUND)
      || (is_file && error->domain == GST_STREAM_ERROR);
  g_error_free (error);
  return pointless;
}

gint
program_fail (GError *error)
{
  gint status = error->domain == G_OPTION_ERROR ? 2 : 1;

  g_printerr ("%s: %s\n", g_get_prgname (), error->message);
  g_error_free (error);
  return status;
}
