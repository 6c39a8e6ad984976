/* imbytes examples: names from outside, before they become part of anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

#define TEXT_MAX_NAME 64
#define TEXT_MAX_URI 4096

/* One to TEXT_MAX_NAME letters, digits, - and _: may be part of a file's name, of a
 * key or of a topic. */
gboolean text_is_name (const gchar *text);

/* UTF-8 without control characters: may be part of a line that is printed, of a
 * header or of a URL. */
gboolean text_is_line (const gchar *text);

/* "NAME: VALUE" as a header of HTTP has it, and not two of them. */
gboolean text_is_header (const gchar *text);

/* @text with what text_is_line () does not allow replaced by ?. Free it. */
gchar *text_to_line (const gchar *text);

/* SCHEME:SOMETHING in up to TEXT_MAX_URI printing characters of ASCII, with no space and
 * no backslash, which some take for the end of a host and others do not. */
gboolean text_is_uri (const gchar *text);

/* @url, or anything else, for a line that is printed: without what may be a
 * password, before an @, or a signature, after a question mark. Free it. */
gchar *text_without_secrets (const gchar *url);

/* @text with \ before each " and \, as gst-launch-1.0 wants what stands between
 * quotes. Free it. */
gchar *text_quote (const gchar *text);
