/* imbytes farm: which URIs a worker opens.
 *
 * A queue can name any URI: files of the worker's machine, its devices, servers of its
 * network. A worker opens what its operator has allowed, and nothing else.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

#define URI_MAX 4096

/* What is allowed where nobody says so: files. */
#define URI_DEFAULT "file:///"

/* SCHEME:SOMETHING in up to URI_MAX printing characters of ASCII, with no space and no
 * backslash, which some take for the end of a host and others do not. */
gboolean uri_is_valid (const gchar *uri);

/* NULL, or what is wrong with @allowed as a value of --allow: SCHEME:// for all of a
 * scheme, SCHEME://HOST/ for all of a host, SCHEME://HOST/FOLDER/ or file:///FOLDER/
 * for what is below a folder, or a whole URI. */
const gchar *uri_find_wrong (const gchar *allowed);

/* Whether @uri is one of those that @allowed, up to a NULL, names. Paths are compared
 * as they are when all % are decoded, and .. in one is allowed nowhere. A user in @uri
 * has to be in what is allowed, too. */
gboolean uri_is_allowed (const gchar *uri, const gchar *const *allowed);
