/* imbytes tests: random cases against the reference.
 *
 *   oracle [--cases N] [--seed S] [--first I]   N cases from the I-th on
 *   oracle --case 'format=I420 width=8 ...'     one case, as a failure names it
 *   oracle --figures                            how far apart samples were, too
 *
 * Formats take turns, all that GStreamer has; the rest of a case depends on the
 * seed and on its number alone.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "check.h"

#define MOST_REPORTS 20

typedef struct
{
  gint cases, first;
  gint64 seed;
  gchar *text; /* of one case */
  gboolean figures;
} Options;

static gboolean
read_options (Options *options, int *argc, char ***argv)
{
  GOptionEntry entries[] = {
    { "cases", 0, 0, G_OPTION_ARG_INT, &options->cases, "How many", "N" },
    { "first", 0, 0, G_OPTION_ARG_INT, &options->first, "From this one on",
        "I" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &options->seed, "0: of the time", "S" },
    { "case", 0, 0, G_OPTION_ARG_STRING, &options->text, "This one alone",
        "CASE" },
    { "figures", 0, 0, G_OPTION_ARG_NONE, &options->figures,
        "How far apart samples were", NULL },
    { 0 },
  };
  GOptionContext *context = g_option_context_new (NULL);
  gboolean known;

  g_option_context_add_main_entries (context, entries, NULL);
  known = g_option_context_parse (context, argc, argv, NULL);
  g_option_context_free (context);
  return known;
}

static void
collect (GHashTable *figures, const Case *c, const Apart *apart)
{
  gchar *name = case_class (c);
  Apart *sum = g_hash_table_lookup (figures, name);

  if (sum == NULL) {
    sum = g_new0 (Apart, 1);
    g_hash_table_insert (figures, g_strdup (name), sum);
  }
  sum->most = MAX (sum->most, apart->most);
  sum->sum += apart->sum;
  sum->n += apart->n;
  g_free (name);
}

static void
print_figures (GHashTable *figures)
{
  GList *names =
      g_list_sort (g_hash_table_get_keys (figures), (GCompareFunc) strcmp);

  printf ("%-42s %8s %8s %10s\n", "", "largest", "mean", "samples");
  for (GList *name = names; name != NULL; name = name->next) {
    const Apart *apart = g_hash_table_lookup (figures, name->data);

    printf ("%-42s %8.3f %8.4f %10" G_GUINT64_FORMAT "\n",
        (const gchar *) name->data, apart->most,
        apart->n > 0 ? apart->sum / (gdouble) apart->n : 0.0, apart->n);
  }
  g_list_free (names);
}

static gint
run_one (Checker *checker, const gchar *text)
{
  Verdict verdict;
  Case c;
  gint failed;

  if (!case_from_string (&c, text)) {
    printf ("this is no case: %s\n", text);
    return 1;
  }
  verdict = checker_run (checker, &c);
  failed = verdict.complaint != NULL;
  printf ("%s: largest %.3f, mean %.4f\n",
      failed ? verdict.complaint : "as it should be", verdict.apart.most,
      verdict.apart.n > 0 ? verdict.apart.sum / (gdouble) verdict.apart.n
                          : 0.0);
  verdict_clear (&verdict);
  return failed;
}

static gint
run_many (Checker *checker, const Options *options, GHashTable *figures)
{
  guint n_formats;
  const GstVideoFormat *formats = gst_video_formats_raw (&n_formats);
  gint failed = 0;

  for (gint i = options->first; i < options->first + options->cases; i++) {
    guint64 seed = (guint64) options->seed * 1000000007u + (guint64) i;
    Case c = case_draw (seed, formats[(guint) i % n_formats]);
    Verdict verdict = checker_run (checker, &c);

    collect (figures, &c, &verdict.apart);
    if (verdict.complaint != NULL && failed++ < MOST_REPORTS)
      checker_report (checker, &c, "oracle", verdict.complaint);
    verdict_clear (&verdict);
  }
  printf ("%d cases of %u formats from seed %" G_GINT64_FORMAT
          ", first %d: %d failed\n",
      options->cases, n_formats, options->seed, options->first, failed);
  return failed;
}

int
main (int argc, char **argv)
{
  Options options = { 500, 0, 1, NULL, FALSE };
  GHashTable *figures =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  Checker *checker;
  gint failed;

  if (!read_options (&options, &argc, &argv)) {
    fprintf (stderr, "usage: see oracle --help\n");
    return 2;
  }
  if (options.seed == 0)
    options.seed = (gint64) time (NULL);
  checker_init (&argc, &argv);
  checker = checker_new ();
  if (options.text != NULL) {
    failed = run_one (checker, options.text);
  } else {
    printf ("seed %" G_GINT64_FORMAT "\n", options.seed);
    failed = run_many (checker, &options, figures);
  }
  if (options.figures)
    print_figures (figures);
  printf ("%d passed, %d failed, 0 skipped\n",
      (options.text != NULL ? 1 : options.cases) - failed, failed);
  checker_free (checker);
  g_hash_table_unref (figures);
  g_free (options.text);
  return failed > 0;
}
