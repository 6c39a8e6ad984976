/* imbytes examples: what each program does when it starts and when it stops.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "program.h"

#include <glib-unix.h>
#include <locale.h>
#include <signal.h>

gboolean
program_start (const Program *program, int argc, char **argv, GError **error)
{
  GOptionContext *context = g_option_context_new (program->parameters);
  GOptionGroup *own =
      g_option_group_new ("main", "", "", program->numbers, NULL);
  gboolean parsed;

  setlocale (LC_ALL, "");
  g_set_prgname (program->name);
  g_option_group_add_entries (own, program->entries);
  g_option_context_set_main_group (context, own);
  g_option_context_set_summary (context, program->summary);
  /* When these are parsed, GStreamer initialises itself. */
  g_option_context_add_group (context, gst_init_get_option_group ());
  parsed = g_option_context_parse (context, &argc, &argv, error);
  g_option_context_free (context);
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

  g_main_loop_run (loop);
  g_source_remove (interrupt);
  g_source_remove (terminate);
  g_main_loop_unref (loop);
}

gchar *
program_describe_message (GstMessage *message)
{
  GError *error = NULL;
  gchar *sentence;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  else
    gst_message_parse_warning (message, &error, NULL);
  sentence = g_strdup (error->message);
  g_error_free (error);
  return sentence;
}

gint
program_fail (GError *error)
{
  g_printerr ("%s: %s\n", g_get_prgname (), error->message);
  g_error_free (error);
  return 1;
}
