/* imbytes viewer: what is served where.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "options.h"

G_BEGIN_DECLS

typedef struct _ViewerServer ViewerServer;

/* Listens, and starts the source. @options have to outlive it. */
ViewerServer *viewer_server_new (const ViewerOptions *options, GError **error);

/* Ends all streams and stops. */
void viewer_server_free (ViewerServer *self);

/* Whether its source has given up. */
gboolean viewer_server_is_hopeless (const ViewerServer *self);

/* For the user to open; the caller frees it. */
gchar *viewer_server_get_address (ViewerServer *self);

G_END_DECLS
