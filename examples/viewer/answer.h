/* imbytes viewer: answers that every address gives alike.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Whether @method is what it was asked with, or HEAD for GET; if not, that is
 * answered here. */
gboolean viewer_answer_check_method (SoupServerMessage *message,
    const gchar *path, const gchar *method);

/* A text of one line as the answer. */
void viewer_answer_text (SoupServerMessage *message, guint status,
    const gchar *sentence);

/* Disconnects a client that does not read. */
void viewer_answer_cut_off (SoupServerMessage *message);

/* 400 for G_IO_ERROR_INVALID_ARGUMENT, 503 for G_IO_ERROR_BUSY, else 500.
 * Frees @error. */
void viewer_answer_error (SoupServerMessage *message, GError *error);

G_END_DECLS
