/* imbytes tests: a case goes through the element and through the reference, and
 * both have to come out alike.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "cases.h"

G_BEGIN_DECLS

/* How far apart samples were; of 255, or of 65535 in files of 16 bits. */
typedef struct
{
  gdouble most, sum;
  guint64 n;
} Apart;

typedef struct
{
  Apart apart;
  gchar *complaint; /* NULL: as it should be */
} Verdict;

typedef struct _Checker Checker;

Checker *checker_new (void);
void checker_free (Checker *checker);
/* Names the case should the process end in it. */
Verdict checker_run (Checker *checker, const Case *c);
void verdict_clear (Verdict *verdict);

/* The kind of case that figures are collected for. */
gchar *case_class (const Case *c);

/* A simpler case that fails too; @c itself where there is none. */
Case checker_simplify (Checker *checker, const Case *c);
/* What failed, and how to see it again, on the standard output. */
void checker_report (Checker *checker, const Case *c, const gchar *program,
    const gchar *complaint);

/* Once for the process: GStreamer, names of cases for the dying. */
void checker_init (int *argc, char ***argv);

G_END_DECLS
