/* imbytes examples: numbers on the command line, each with its range.
 *
 * GOption's own number types accept values that overflow, nan and hexadecimal numbers,
 * and their errors do not name the range.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

/* A table has one for each option, and ends with one whose name is NULL. */
typedef struct
{
  const gchar *name; /* "port" of --port */
  gchar letter;      /* of its short form, or 0 */
  gdouble min, max;
  /* Where the value is stored: one of the two is not NULL. */
  gint *integer;
  gdouble *real;
} Number;

/* The entry of such an option in a table of GOptionEntry. */
#define NUMBER_ENTRY(name, letter, description, unit) \
  { \
    name, letter, 0, G_OPTION_ARG_CALLBACK, (gpointer) numbers_take, \
        description, unit \
  }

/* The GOptionArgFunc of NUMBER_ENTRY (). Its data is the table of Number, which
 * program_start () hands to GOption. */
gboolean numbers_take (const gchar *option, const gchar *value,
    gpointer numbers, GError **error);

/* Stores the value of @text. FALSE with a sentence in @error if @text is no number or is
 * out of range; the sentence has the range and @text. */
gboolean number_parse (const Number *number, const gchar *text, GError **error);
