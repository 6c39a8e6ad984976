/* imbytes tests: what comes of a pipeline that somebody wrote.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "common.h"

G_BEGIN_DECLS

/* How many images, when the last of them came, and the first error and warning. */
typedef struct
{
  guint n_images;
  GstClockTime last; /* its timestamp */
  Picture first;
  gchar *error, *warning, *caps;
} Outcome;

/* @launch, with FILE replaced by @file, to its end or first error. Images are counted
 * at a fakesink "s", where there is one. */
Outcome outcome_run (const gchar *file, const gchar *launch);
void outcome_clear (Outcome *outcome);

/* The sentence of an error or a warning. Free it. */
gchar *outcome_text (GstMessage *message);

/* At least one image. */
#define OUTCOME_SOME 0

/* @n images, and the first of this size, without a message. */
void outcome_expect_images (const gchar *file, const gchar *launch, guint n,
    gint width, gint height);
/* The first message has all @words, separated by "|", in this order. */
void outcome_expect_message (const gchar *file, const gchar *launch,
    gboolean is_error, const gchar *words);

G_END_DECLS
