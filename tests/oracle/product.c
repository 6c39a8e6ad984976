/* imbytes tests: every format x every kind of file x every direction x its own
 * size, smaller and larger, against the reference. All of them, none at random.
 *
 *   product [--every N]    every N-th case alone, where each takes long
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdio.h>

#include "check.h"

#define MOST_REPORTS 20

/* What the file is: JPEG of each subsampling, PNG of each depth. */
static const struct
{
  RefCodec codec;
  gint subsampling, depth;
} files[] = { { REF_JPEG, REF_420, 0 }, { REF_JPEG, REF_422, 0 },
  { REF_JPEG, REF_444, 0 }, { REF_JPEG, REF_GRAY, 0 }, { REF_PNG, 0, 8 },
  { REF_PNG, 0, 16 } };

/* Odd and even, less and more than groups, blocks and tiles of pixels. */
static const gint sizes[][2] = { { 21, 13 }, { 34, 18 }, { 7, 35 }, { 48, 5 },
  { 17, 17 } };

typedef enum
{
  SCALE_OWN,
  SCALE_SMALLER,
  SCALE_LARGER,
  N_SCALES
} Scale;

static gint
scaled (gint size, Scale scale)
{
  if (scale == SCALE_OWN)
    return 0;
  return scale == SCALE_SMALLER ? size * 5 / 9 : size * 8 / 5;
}

/* What chroma and its codes mean, which most formats have. */
static void
take_turns_in_meaning (Case *c, guint number)
{
  static const gint sites[] = { 0, GST_VIDEO_CHROMA_SITE_NONE,
    GST_VIDEO_CHROMA_SITE_H_COSITED, GST_VIDEO_CHROMA_SITE_V_COSITED,
    GST_VIDEO_CHROMA_SITE_COSITED };

  c->v[CASE_SITE] = sites[number / 13 % G_N_ELEMENTS (sites)];
  c->v[CASE_INTERLACE] = number / 17 % N_INTERLACES;
  c->v[CASE_COLOUR] = number / 19 % 2;
  c->v[CASE_RANGE] = 1 + number / 23 % 2;
  c->v[CASE_MATRIX] = GST_VIDEO_COLOR_MATRIX_FCC + number / 5 % 5;
}

/* What is not multiplied takes turns: by the number of the case, in steps of other
 * lengths than the factors of the product have. */
static Case
make_case (GstVideoFormat format, guint file, gint direction, Scale scale,
    guint number)
{
  const gint *size = sizes[number % G_N_ELEMENTS (sizes)];
  Case c = case_usual ();

  c.v[CASE_FORMAT] = format;
  c.v[CASE_WIDTH] = size[0];
  c.v[CASE_HEIGHT] = size[1];
  c.v[CASE_CONTENT] = number / 7 % N_CONTENTS;
  c.v[CASE_FILL] = number;
  c.v[CASE_CODEC] = files[file].codec;
  c.v[CASE_SUBSAMPLING] = files[file].subsampling;
  c.v[CASE_DEPTH] = files[file].depth;
  c.v[CASE_DIRECTION] = direction;
  c.v[CASE_OUT_W] = scaled (size[0], scale);
  c.v[CASE_OUT_H] = scaled (size[1], scale);
  c.v[CASE_METHOD] = number % 2 == 0 ? REF_BILINEAR
                                     : number / 11 % (REF_SPLINE36 + 1);
  take_turns_in_meaning (&c, number);
  return c;
}

static gboolean
fails (Checker *checker, const Case *c, gboolean report, gdouble *most)
{
  Verdict verdict = checker_run (checker, c);
  gboolean failed = verdict.complaint != NULL;

  if (failed && report)
    checker_report (checker, c, "oracle", verdict.complaint);
  *most = MAX (*most, verdict.apart.most);
  verdict_clear (&verdict);
  return failed;
}

/* All cases of a format; how many of them failed. */
static gint
run_format (Checker *checker, GstVideoFormat format, guint index, gint every,
    guint *n_run, gboolean report)
{
  guint number = index * G_N_ELEMENTS (files) * 8 * N_SCALES;
  gint failed = 0;
  gdouble most[G_N_ELEMENTS (files)] = { 0 };

  for (guint file = 0; file < G_N_ELEMENTS (files); file++)
    for (gint direction = 0; direction < 8; direction++)
      for (gint scale = 0; scale < N_SCALES; scale++, number++) {
        Case c;

        if (number % (guint) every != 0)
          continue;
        c = make_case (format, file, direction, (Scale) scale, number);
        failed +=
            fails (checker, &c, report && failed < MOST_REPORTS, &most[file]);
        (*n_run)++;
      }
  printf ("%-18s", gst_video_format_to_string (format));
  for (guint file = 0; file < G_N_ELEMENTS (files); file++)
    printf (" %8.3f", most[file]);
  printf (failed > 0 ? "  %d failed\n" : "\n", failed);
  return failed;
}

int
main (int argc, char **argv)
{
  gint every = 1, failed = 0;
  GOptionEntry entries[] = { { "every", 0, 0, G_OPTION_ARG_INT, &every,
                                 "Every N-th case alone", "N" },
    { 0 } };
  GOptionContext *context = g_option_context_new (NULL);
  Checker *checker;
  guint n_formats, n_run = 0;
  const GstVideoFormat *formats;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, NULL) || every < 1) {
    fprintf (stderr, "usage: see product --help\n");
    return 2;
  }
  g_option_context_free (context);
  checker_init (&argc, &argv);
  checker = checker_new ();
  formats = gst_video_formats_raw (&n_formats);
  printf ("%-18s %8s %8s %8s %8s %8s %8s\n", "farthest apart", "4:2:0", "4:2:2",
      "4:4:4", "gray", "PNG 8", "PNG 16");
  for (guint i = 0; i < n_formats; i++)
    failed += run_format (checker, formats[i], i, every, &n_run,
        failed < MOST_REPORTS);
  printf ("%u cases of %u formats: %d failed\n", n_run, n_formats, failed);
  checker_free (checker);
  return failed > 0;
}
