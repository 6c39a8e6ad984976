/* imbytes examples: JSON, written one member after the other.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* All take the text so far and add to it. @name is NULL within an array.
 * @bracket is '{' or '['; what was opened has to be closed. */
void json_open (GString *json, const gchar *name, gchar bracket);
void json_close (GString *json, gchar bracket);
void json_uint (GString *json, const gchar *name, guint64 value);
void json_double (GString *json, const gchar *name, gdouble value);
/* NULL is written as null. */
void json_string (GString *json, const gchar *name, const gchar *value);

G_END_DECLS
