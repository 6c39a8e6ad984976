/* imbytes tests: what the element sends, in order, in every kind of situation.
 *
 * traces.txt holds what it sent when somebody last looked at it; a change of it
 * has to be meant. `IMBYTES_UPDATE=1 meson test traces` writes it anew. GStreamer's
 * base class has a part in it, so it holds for the version that it was written with.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdlib.h>

#include "tracing.h"

#define FRAMES "f0 f1 f2 f3 f4 f5 f6 f7"
#define SAME "s0 s1 f2 s3 s4 s5 f6 f7"

/* What chooses, and what each is played. */
static const gchar *const launches[] = { "imbytes", "imbytes interval=80000000",
  "imbytes interval=100000000", "imbytes on-request=true",
  "imbytes min-change=0.1", "imbytes min-change=0.1 max-interval=80000000",
  "imbytes snapshot=true", "imbytes snapshot=true on-request=true",
  "imbytes snapshot=true min-change=0.1", "imbytes roi=crop",
  "imbytes roi=crop roi-type=face", "imbytes roi=crop snapshot=true",
  "imbytes roi=crop on-request=true width=24 height=24",
  "imbytes max-bytes=1500", "imbytes max-bytes=10",
  "imbytes post-messages=true", "imbytes video-direction=auto",
  "imbytes video-direction=90r", "imbytes metadata=true", "imbytes width=32",
  "imbytes format=png",
  "imbytes interval=80000000 on-request=true post-messages=true",
  "imbytes video-direction=auto on-request=true",
  "imbytes roi=crop max-bytes=600 post-messages=true" };

static const gchar *const scripts[] = { FRAMES " L E", SAME " E r r L",
  "r r f0 f1 r f2 f3 f4 u5 f5 f6 u f7 d f8 f9 E r",
  "f0 F f0 f1 S10 f10 f11 N f0 f1 E F f0 E",
  "f0 b1 b2 f3 x4 f5 c6 c7 f8 r b9 f10 E", "R0 R1 f2 R3 r f4 R5 s6 R7 E",
  "f0 C32x16 f1 C64x48 f2 C65504x8 f3 E",
  "f0 Dimage/png f1 Dimage/jpeg,width=20 f2 Dimage/png,width=30,height=9 f3 "
  "Dvideo/x-raw f4 Dimage/jpeg f5 E",
  "ttaglist,title=a f0 ttaglist,image-orientation=rotate-90 f1 f2 "
  "pvideo-direction=180 f3 pvideo-direction=auto f4 E",
  "f0 G f1 - - f2 k3 k4 f5 G E",
  "pinterval=120000000 f0 f1 f2 f3 pinterval=0 f4 f5 pquality=20 f6 "
  "pformat=png f7 pwidth=10 f8 E",
  "psnapshot=true f0 f1 psnapshot=false f2 N f0 f1 E", "E r f0 N f0",
  "f5 f4 f3 f9 f0 f1 S3 f2 f3 f4 E" };

static gchar *
get_version (void)
{
  guint major, minor, micro, nano;

  gst_version (&major, &minor, &micro, &nano);
  return g_strdup_printf ("# GStreamer %u.%u\n", major, minor);
}

static gchar *
trace_all (const gchar *version)
{
  GString *all = g_string_new (version);

  for (guint l = 0; l < G_N_ELEMENTS (launches); l++)
    for (guint s = 0; s < G_N_ELEMENTS (scripts); s++) {
      gchar *trace = trace_run (launches[l], NULL, scripts[s]);

      g_string_append_printf (all, "== %s: %s\n%s\n", launches[l], scripts[s],
          trace);
      g_free (trace);
    }
  return g_string_free (all, FALSE);
}

/* The first line that differs, with the name of its trace. */
static void
compare (const gchar *known, const gchar *found)
{
  gchar **a = g_strsplit (known, "\n", -1), **b = g_strsplit (found, "\n", -1);
  const gchar *trace = "";

  for (guint i = 0; a[i] != NULL || b[i] != NULL; i++) {
    if (a[i] != NULL && g_str_has_prefix (a[i], "== "))
      trace = a[i];
    fail_unless (g_strcmp0 (a[i], b[i]) == 0,
        "%s, line %u:\n  was: %s\n  is:  %s\nIf that is meant, write "
        "tests/element/traces.txt anew with IMBYTES_UPDATE=1.",
        trace, i + 1, a[i] != NULL ? a[i] : "(nothing)",
        b[i] != NULL ? b[i] : "(nothing)");
  }
  g_strfreev (a);
  g_strfreev (b);
}

GST_START_TEST (test_traces)
{
  const gchar *file = g_getenv ("IMBYTES_TRACES");
  gchar *version = get_version (), *found = trace_all (version), *known;

  fail_unless (file != NULL,
      "IMBYTES_TRACES is to be tests/element/traces.txt");
  if (g_getenv ("IMBYTES_UPDATE") != NULL)
    fail_unless (g_file_set_contents (file, found, -1, NULL));
  fail_unless (g_file_get_contents (file, &known, NULL, NULL));
  if (g_str_has_prefix (known, version))
    compare (known, found);
  else
    g_print ("not compared: the traces were not written with this %s", version);
  g_free (version);
  g_free (known);
  g_free (found);
}

GST_END_TEST;

static Suite *
traces_suite (void)
{
  Suite *suite = suite_create ("traces");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_traces);
  return suite;
}

GST_CHECK_MAIN (traces);
