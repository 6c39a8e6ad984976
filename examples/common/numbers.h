/* imbytes examples: numbers on the command line, each with its range.
 *
 * GOption alone takes what overflows, is not a number (nan) or begins with 0x, and
 * cannot say which values an option has.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

/* One for each option, and one with no name at the end. */
typedef struct
{
  const gchar *name; /* "port" of --port */
  gchar letter;      /* of its short form, or 0 */
  gdouble min, max;
  /* Where it goes: one of the two is set. */
  gint *integer;
  gdouble *real;
} Number;

/* An entry of such an option in a table of GOptionEntry. */
#define NUMBER_ENTRY(name, letter, description, unit) \
  { \
    name, letter, 0, G_OPTION_ARG_CALLBACK, (gpointer) numbers_take, \
        description, unit \
  }

/* A GOptionArgFunc whose data is a table of Number. */
gboolean numbers_take (const gchar *option, const gchar *value,
    gpointer numbers, GError **error);

/* @text as a number of that range; FALSE with a sentence in @error that says what
 * it is and what it may be. */
gboolean number_parse (const Number *number, const gchar *text, GError **error);
