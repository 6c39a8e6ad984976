/* imbytes tests: what the examples read from a server's answer, without a server.
 *
 * Dates are written by the C library and read by retry_after.c.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <glib.h>
#include <string.h>
#include <time.h>

#include "retry_after.h"
#include "text.h"

static const char *const formats[] = { "%a, %d %b %Y %H:%M:%S GMT",
  "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y" };

/* Around leap days, turns of years and centuries, and as far as the forms go. */
static const gint64 moments[] = { 0, 951782399, 951782400, 951868800, 978307199,
  1709164800, 1709251199, 1709251200, 1735689599, 1795654800, 2145916799,
  4107542400, 253402300799 };

static const gint64 waits[] = { -86400, -300, -1, 0, 1, 2, 59, 299, 300, 301,
  3600, 86400, 4000000000 };

static gint64
expected (gint64 wait)
{
  return CLAMP (wait, 0, RETRY_AFTER_MAX);
}

static void
test_dates (void)
{
  guint n = 0;

  for (guint m = 0; m < G_N_ELEMENTS (moments); m++) {
    for (guint f = 0; f < G_N_ELEMENTS (formats); f++) {
      time_t when = (time_t) moments[m];
      struct tm parts;
      char text[64];

      gmtime_r (&when, &parts);
      /* Two digits of a year are of 1970 to 2069. */
      if (f == 1 && parts.tm_year >= 170)
        continue;
      strftime (text, sizeof (text), formats[f], &parts);
      for (guint w = 0; w < G_N_ELEMENTS (waits); w++, n++) {
        gint64 got = retry_after_read (text, moments[m] - waits[w]);

        if (got != expected (waits[w]))
          g_error ("%s, in %" G_GINT64_FORMAT " s: %" G_GINT64_FORMAT, text,
              waits[w], got);
      }
    }
  }
  g_assert_cmpuint (n, >, 400);
}

static void
test_seconds (void)
{
  for (gint64 seconds = 0; seconds < 1000; seconds++) {
    gchar *text = g_strdup_printf ("%" G_GINT64_FORMAT, seconds);

    g_assert_cmpint (retry_after_read (text, 1795654800), ==,
        expected (seconds));
    g_free (text);
  }
  g_assert_cmpint (retry_after_read ("99999999999999999999999", 0), ==,
      RETRY_AFTER_MAX);
  g_assert_cmpint (retry_after_read ("18446744073709551617", 0), ==,
      RETRY_AFTER_MAX);
}

static void
test_nonsense (void)
{
  static const char *const texts[] = { "", " ", "-1", "+5", "1.5", "0x10", "5 ",
    "nan", "soon", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
    "Sun, 00 Nov 2030 08:49:37 GMT", "Sun, 32 Nov 2030 08:49:37 GMT",
    "Sun, 06 Nov -999 08:49:37 GMT", "Sun, 06 Non 2030 08:49:37 GMT",
    "Sun, 06 Nov 2030 24:49:37 GMT", "Sun, 06 Nov 2030 -1:49:37 GMT",
    "Sun, 06 Nov 2030 08:61:37 GMT", "Sun, 06 Nov 2030 08:49:99 GMT",
    "Sun, 06 Nov 99999 08:49:37 GMT", "Sun, 06 Nov 2030 08:49:37 GMT, again",
    "Sun, 06 Nov 1969 08:49:37 GMT" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (retry_after_read (texts[i], 0) != 0)
      g_error ("%s is taken for a time", texts[i]);
}

/* Whole products of what an address has before its host and behind it. */
static void
test_secrets (void)
{
  static const gchar *const users[] = { "", "me@", "me:secret@", "me:sec@ret@",
    ":secret@" };
  static const gchar *const tails[] = { "", "/", "/a/b", "/a@b", "?secret",
    "/a?secret=1@x", "/a#secret", ":80/x?secret" };
  static const gchar *const shown[] = { "", "/", "/a/b", "/a@b", "", "/a", "/a",
    ":80/x" };

  for (guint u = 0; u < G_N_ELEMENTS (users); u++)
    for (guint t = 0; t < G_N_ELEMENTS (tails); t++) {
      gchar *url = g_strconcat ("rtsp://", users[u], "host", tails[t], NULL);
      gchar *expected = g_strconcat ("rtsp://host", shown[t], NULL);
      gchar *line = text_without_secrets (url);

      g_assert_cmpstr (line, ==, expected);
      g_free (line);
      g_free (expected);
      g_free (url);
    }
  {
    gchar *line = text_without_secrets ("a?b@c\n.mp4");

    g_assert_cmpstr (line, ==, "a?b@c?.mp4");
    g_free (line);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/retry-after/dates", test_dates);
  g_test_add_func ("/retry-after/seconds", test_seconds);
  g_test_add_func ("/retry-after/nonsense", test_nonsense);
  g_test_add_func ("/text/secrets", test_secrets);
  return g_test_run ();
}
