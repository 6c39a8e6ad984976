/* imbytes examples: what each program does when it starts and when it stops.
 *
 *   static const GOptionEntry entries[] = { ... };
 *   const gchar *source;
 *   GError *error = NULL;
 *   const Program program = { .name = "imbytes-grab", .entries = entries,
 *     .source = &source };
 *
 *   if (!program_start (&program, argc, argv, &error))
 *     return program_fail (error);
 *
 * A program either calls program_catch_signals () before that, and looks at the flag
 * now and then; or it spends its life in program_run_until_signal ().
 *
 * Thread-safety: call these functions from the main thread, except
 * program_find_imbytes () and program_describe_message (), which any thread may
 * call.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

#include "numbers.h"

G_BEGIN_DECLS

/* The summary of a program that takes the SOURCE of camera_describe_source (). */
#define PROGRAM_SOURCE \
  "SOURCE is a file, a URI, a camera (/dev/video0) or `test`."

typedef struct
{
  const gchar *name;       /* of the program; its messages begin with it */
  const gchar *parameters; /* --help shows this after [OPTION...]; or NULL */
  const gchar *summary;    /* --help shows this above the options */
  const GOptionEntry *entries;
  Number *numbers; /* the ranges of the entries that are a NUMBER_ENTRY () */
  /* The program takes exactly one argument besides the options, and stores it
   * here; it points into argv. NULL: `entries` say which arguments there are. */
  const gchar **source;
} Program;

/* Sets the user's locale, parses the command line and initialises GStreamer.
 * Options have their values after this. --help and --version print what they say
 * and end the process with status 0. FALSE with a sentence in @error if the command line is wrong. */
gboolean program_start (const Program *program, int argc, char **argv,
    GError **error);

/* Sets @error to a sentence about the command line. Always FALSE, so that a check
 * can return it. */
gboolean program_refuse (GError **error, const gchar *format, ...)
    G_GNUC_PRINTF (2, 3);

/* Whether @path is a file that can be read. FALSE with a sentence in @error that
 * says what it is instead. */
gboolean program_find_file (const gchar *path, GError **error);

/* Whether GStreamer has the element. FALSE with a sentence in @error if it has
 * not: the sentence says how to make GStreamer find it. */
gboolean program_find_imbytes (GError **error);

/* Catches SIGINT and SIGTERM. The first of them sets the flag that is returned, and
 * interrupts a system call that waits (EINTR); read the flag with
 * g_atomic_int_get (). A second signal of the same kind kills the process, so that
 * the user need not wait for one that is slow to stop. SIGPIPE is ignored: a write
 * to a connection that the peer has closed returns an error instead. */
const gint *program_catch_signals (void);

/* Runs the default main context until SIGINT or SIGTERM arrives. */
void program_run_until_signal (void);
/* Ends program_run_until_signal (), if it runs. */
void program_quit (void);

/* What an error or a warning on a bus tells the user: its sentence and, where that
 * is a connection or a file that could not be opened, what was wrong with it. Free
 * it. */
gchar *program_describe_message (GstMessage *message);

/* Whether what the error in @message says will be the same however often a source that
 * never gave a frame is started: its password is wrong, no plugin here can decode it, or
 * it is a file (@is_file) and no video. A camera or a server that is away may come. */
gboolean program_is_pointless (GstMessage *message, gboolean is_file);

/* Prints "NAME: sentence" to stderr and frees @error. Returns the exit status of a
 * program that failed: 2 where its command line was wrong, else 1. */
gint program_fail (GError *error);

G_END_DECLS
