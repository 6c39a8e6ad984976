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
 * Options have their values after this. --help prints the help and ends the process
 * with status 0. FALSE with a sentence in @error if the command line is wrong. */
gboolean program_start (const Program *program, int argc, char **argv,
    GError **error);

/* Sets @error to a sentence about the command line. Always FALSE, so that a check
 * can return it. */
gboolean program_refuse (GError **error, const gchar *format, ...)
    G_GNUC_PRINTF (2, 3);

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

/* What an error or a warning on a bus tells the user. Free it. */
gchar *program_describe_message (GstMessage *message);

/* Prints "NAME: sentence" to stderr and frees @error. Returns 1, the exit status of
 * a program that failed. */
gint program_fail (GError *error);

G_END_DECLS
