/* imbytes examples: numbers on the command line, each with its range.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "numbers.h"

#include <math.h>
#include <string.h>

static gboolean
refuse (const Number *number, const gchar *text, GError **error)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
      "--%s goes from %.10g to %.10g%s, and cannot be '%.40s'", number->name,
      number->min, number->max,
      number->integer != NULL ? " in whole numbers" : "", text);
  return FALSE;
}

gboolean
number_parse (const Number *number, const gchar *text, GError **error)
{
  gint64 integer;
  gdouble real;
  gchar *end;

  if (number->integer != NULL) {
    if (!g_ascii_string_to_signed (text, 10, (gint64) number->min,
            (gint64) number->max, &integer, NULL))
      return refuse (number, text, error);
    *number->integer = (gint) integer;
    return TRUE;
  }
  /* Accepts the decimal comma of the user's locale, and the point. */
  real = g_strtod (text, &end);
  if (end == text || *end != '\0' || !isfinite (real) || real < number->min
      || real > number->max)
    return refuse (number, text, error);
  *number->real = real;
  return TRUE;
}

gboolean
numbers_take (const gchar *option, const gchar *value, gpointer numbers,
    GError **error)
{
  for (const Number *number = numbers; number->name != NULL; number++) {
    if (g_str_has_prefix (option, "--")
            ? g_str_equal (option + 2, number->name)
            : number->letter != 0 && option[1] == number->letter)
      return number_parse (number, value, error);
  }
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
      "there is no option %s", option);
  return FALSE;
}
