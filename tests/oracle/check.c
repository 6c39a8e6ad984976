/* imbytes tests: the element and the reference side by side.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "check.h"

#include <gst/check/gstharness.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "compare.h"

/* Directions and methods by the names of the element's enums. */
static const gchar *const fits[] = { "fill", "contain", "cover", "inside" };
static const gchar *const methods[] = { "nearest", "bilinear", "bicubic",
  "area", "lanczos", "spline36" };
static const gchar *const subsamplings[] = { "auto", "4:2:0", "4:2:2", "4:4:4",
  "gray" };
static const gchar *const filters[] = { "auto", "none", "sub", "up", "average",
  "paeth", "adaptive" };

#define N_THREADS 4

/* One element for each codec and number of threads, which cannot change while it
 * runs; all else changes with every frame. */
struct _Checker
{
  GstHarness *harness[2][N_THREADS];
  GstBus *bus;
};

/* Of the case that is running. */
static gchar running[1024];
static gint n_complaints; /* of GLib and GStreamer */

static void
write_running (void)
{
  ssize_t n = write (STDERR_FILENO, running, strlen (running));

  (void) n;
}

static void
on_signal (int number)
{
  write_running ();
  signal (number, SIG_DFL);
  raise (number);
}

void __sanitizer_set_death_callback (void (*callback) (void))
    __attribute__ ((weak));

static void
on_log (const gchar *domain, GLogLevelFlags level, const gchar *message,
    gpointer user)
{
  (void) user;
  if (level
      & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_LEVEL_ERROR)) {
    g_atomic_int_inc (&n_complaints);
    fprintf (stderr, "%s: %s\n", domain, message);
  }
}

void
checker_init (int *argc, char ***argv)
{
  static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

  gst_init (argc, argv);
  g_log_set_default_handler (on_log, NULL);
  setvbuf (stdout, NULL, _IOLBF, 0);
  if (__sanitizer_set_death_callback != NULL) {
    __sanitizer_set_death_callback (write_running);
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    signal (signals[i], on_signal);
}

Checker *
checker_new (void)
{
  Checker *checker = g_new0 (Checker, 1);

  checker->bus = gst_bus_new ();
  return checker;
}

static void
close_harness (Checker *checker, gint codec, gint threads)
{
  GstHarness *harness = checker->harness[codec][threads];

  if (harness == NULL)
    return;
  gst_element_set_bus (harness->element, NULL);
  gst_harness_teardown (harness);
  checker->harness[codec][threads] = NULL;
}

void
checker_free (Checker *checker)
{
  for (gint codec = 0; codec < 2; codec++)
    for (gint threads = 0; threads < N_THREADS; threads++)
      close_harness (checker, codec, threads);
  gst_object_unref (checker->bus);
  g_free (checker);
  running[0] = '\0';
}

static GstHarness *
get_harness (Checker *checker, const Case *c)
{
  gint codec = c->v[CASE_CODEC] == REF_PNG;
  gint threads = (gint) c->v[CASE_THREADS] % N_THREADS;
  GstHarness **harness = &checker->harness[codec][threads];

  if (*harness == NULL) {
    GstElement *element = gst_element_factory_make ("imbytes", NULL);

    if (element == NULL)
      g_error ("there is no element imbytes; see GST_PLUGIN_PATH");
    gst_util_set_object_arg (G_OBJECT (element), "format",
        codec == REF_PNG ? "png" : "jpeg");
    g_object_set (element, "n-threads", (guint) threads, "quality", 100, NULL);
    *harness = gst_harness_new_with_element (element, "sink", "src");
    gst_element_set_bus (element, checker->bus);
    gst_object_unref (element);
  }
  return *harness;
}

static void
set_properties (GstElement *element, const Case *c)
{
  static const gchar *const depths[] = { "auto", "8", "16" };
  GObject *object = G_OBJECT (element);

  gst_util_set_object_arg (object, "fit", fits[c->v[CASE_FIT]]);
  gst_util_set_object_arg (object, "method", methods[c->v[CASE_METHOD]]);
  gst_util_set_object_arg (object, "subsampling",
      subsamplings[c->v[CASE_SUBSAMPLING]]);
  gst_util_set_object_arg (object, "png-filter", filters[c->v[CASE_FILTER]]);
  gst_util_set_object_arg (object, "bit-depth", depths[c->v[CASE_DEPTH] / 8]);
  g_object_set (object, "width", (guint) c->v[CASE_OUT_W], "height",
      (guint) c->v[CASE_OUT_H], "enlarge", c->v[CASE_ENLARGE] != 0,
      "square-pixels", c->v[CASE_SQUARE] != 0, "background",
      (guint) c->v[CASE_BACKGROUND], "video-direction",
      (gint) c->v[CASE_DIRECTION], "progressive", c->v[CASE_PROGRESSIVE] != 0,
      "optimize", c->v[CASE_OPTIMIZE] != 0, "compression-level",
      (guint) c->v[CASE_LEVEL], NULL);
}

/* All messages are gone then. */
static gchar *
first_complaint (Checker *checker, GstMessageType types)
{
  gchar *text = NULL;
  GstMessage *message;

  while ((message = gst_bus_pop (checker->bus)) != NULL) {
    GError *error = NULL;

    if (text == NULL && (GST_MESSAGE_TYPE (message) & types)) {
      if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
        gst_message_parse_error (message, &error, NULL);
      else
        gst_message_parse_warning (message, &error, NULL);
      text = g_strdup (error->message);
      g_error_free (error);
    }
    gst_message_unref (message);
  }
  return text;
}

/* The image that the element makes of the case; NULL with @complaint set. */
static GstBuffer *
push (Checker *checker, const Case *c, const CaseFrame *made, gchar **complaint)
{
  GstHarness *harness = get_harness (checker, c);
  gint before = g_atomic_int_get (&n_complaints);
  GstBuffer *image;
  GstFlowReturn ret;
  gchar *said;

  set_properties (harness->element, c);
  gst_harness_set_src_caps (harness, gst_caps_ref (made->caps));
  ret = gst_harness_push (harness, gst_buffer_ref (made->buffer));
  image = gst_harness_try_pull (harness);
  said = first_complaint (checker, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
  if (ret != GST_FLOW_OK)
    *complaint = g_strdup_printf ("refused as %s: %s", gst_flow_get_name (ret),
        said != NULL ? said : "without a word");
  else if (image == NULL)
    *complaint = g_strdup_printf ("no image: %s",
        said != NULL ? said : "without a word");
  else if (said != NULL)
    *complaint = g_strdup_printf ("an image, but: %s", said);
  else if (g_atomic_int_get (&n_complaints) != before)
    *complaint = g_strdup ("a programming error, by GLib or GStreamer");
  g_free (said);
  if (*complaint != NULL) {
    gst_clear_buffer (&image);
    close_harness (checker, c->v[CASE_CODEC] == REF_PNG,
        (gint) c->v[CASE_THREADS] % N_THREADS);
    g_free (first_complaint (checker, 0));
  }
  return image;
}

static gboolean
shows_nothing (const CaseFrame *made)
{
  RefGeometry geometry;

  return !ref_geometry (&geometry, &made->frame, &made->request);
}

Verdict
checker_run (Checker *checker, const Case *c)
{
  Verdict verdict = { 0 };
  gchar *text = case_to_string (c);
  CaseFrame made;
  GstBuffer *image;
  GstMapInfo map;
  File file = { 0 };

  g_snprintf (running, sizeof (running), "\nDIED in --case '%s'\n", text);
  g_free (text);
  case_frame_make (&made, c);
  image = push (checker, c, &made, &verdict.complaint);
  if (image == NULL && shows_nothing (&made)
      && g_str_has_prefix (verdict.complaint, "no image: A frame")) {
    verdict_clear (&verdict);
  } else if (image != NULL) {
    const gchar *wrong;

    gst_buffer_map (image, &map, GST_MAP_READ);
    wrong = file_read (&file, map.data, map.size);
    gst_buffer_unmap (image, &map);
    if (wrong != NULL)
      verdict.complaint = g_strdup (wrong);
    else
      compare_file (&verdict, &file, &made);
    gst_buffer_unref (image);
  }
  file_clear (&file);
  case_frame_clear (&made);
  return verdict;
}

void
verdict_clear (Verdict *verdict)
{
  g_clear_pointer (&verdict->complaint, g_free);
}

static gboolean
still_fails (Checker *checker, const Case *c)
{
  Verdict verdict = checker_run (checker, c);
  gboolean fails = verdict.complaint != NULL;

  verdict_clear (&verdict);
  return fails;
}

static gboolean
makes_sense (const Case *c)
{
  return c->v[CASE_CROP] != CROP_IN_CAPS
      || (c->v[CASE_META] && c->v[CASE_CROP_W] > 0 && c->v[CASE_CROP_H] > 0
          && c->v[CASE_CROP_W] <= c->v[CASE_WIDTH]
          && c->v[CASE_CROP_H] <= c->v[CASE_HEIGHT]);
}

Case
checker_simplify (Checker *checker, const Case *c)
{
  Case best = *c, next = *c;
  gboolean simpler = TRUE;

  for (guint round = 0; simpler && round < 8; round++) {
    simpler = FALSE;
    for (guint attempt = 0; case_simplify (&next, attempt); attempt++) {
      if (memcmp (&next, &best, sizeof (next)) != 0 && makes_sense (&next)
          && still_fails (checker, &next)) {
        best = next;
        simpler = TRUE;
      }
      next = best;
    }
  }
  return best;
}

void
checker_report (Checker *checker, const Case *c, const gchar *program,
    const gchar *complaint)
{
  gchar *text = case_to_string (c);
  Case simple;
  Verdict verdict;

  printf ("FAILED: %s\n  %s --case '%s'\n", complaint, program, text);
  g_free (text);
  simple = checker_simplify (checker, c);
  verdict = checker_run (checker, &simple);
  text = case_to_string (&simple);
  printf ("  simpler: %s\n  %s --case '%s'\n", verdict.complaint, program,
      text);
  g_free (text);
  verdict_clear (&verdict);
}

gchar *
case_class (const Case *c)
{
  RefFrame frame = case_frame_shape (c);
  const GstVideoFormatInfo *finfo = frame.finfo;
  gboolean light;

  frame.colorimetry.transfer = (GstVideoTransferFunction) c->v[CASE_TRANSFER];
  frame.colorimetry.primaries = (GstVideoColorPrimaries) c->v[CASE_PRIMARIES];
  light = c->v[CASE_COLOUR] && ref_needs_light (&frame);
  return g_strdup_printf ("%-6s %-5s%s%-6s %-7s %s",
      c->v[CASE_CODEC] == REF_JPEG ? "JPEG"
          : c->v[CASE_DEPTH] == 16 ? "PNG16"
          : c->v[CASE_DEPTH] == 8  ? "PNG8"
                                   : "PNG",
      GST_VIDEO_FORMAT_INFO_IS_GRAY (finfo)      ? "gray"
          : GST_VIDEO_FORMAT_INFO_IS_RGB (finfo) ? "RGB"
                                                 : "YCbCr",
      ref_has_alpha (finfo) ? "A" : " ", finfo->depth[0] > 8 ? "deep" : "8 bit",
      light ? "light" : "plain", methods[c->v[CASE_METHOD]]);
}
