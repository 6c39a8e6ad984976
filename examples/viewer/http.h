/* imbytes viewer: texts of an HTTP request, read.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define VIEWER_MAX_QUERY 2048    /* bytes */
#define VIEWER_MAX_PARAMETERS 32 /* of a query */
#define VIEWER_MAX_HOST 255      /* bytes */

/* @query as it stands behind the ? of a URL, decoded: name to value. NULL with a
 * sentence for the client in @error where a % is followed by no two digits, it is no
 * UTF-8, or there is too much of it. Of a name that comes twice the last value counts. */
GHashTable *viewer_http_read_query (const gchar *query, GError **error);

/* The name or address that a Host header, NAME or NAME:PORT, calls the server by,
 * without the brackets of IPv6; NULL where it is none. Free it. */
gchar *viewer_http_read_host (const gchar *host);

/* Whether the page whose Origin header this is came from the server that @host, a Host
 * header, names, or from one of @names (up to a NULL, or NULL) at its usual port. */
gboolean viewer_http_is_own_origin (const gchar *origin, const gchar *host,
    const gchar *const *names);

G_END_DECLS
