/* imbytes viewer: how everything is, as /stats.json says it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "client.h"
#include "source.h"

G_BEGIN_DECLS

typedef struct
{
  ViewerSource *source;
  ViewerHub *hub;
  const GPtrArray *clients;   /* of ViewerClient */
  guint snapshots;            /* not yet sent in full */
  const ViewerSent *finished; /* by clients that have gone */
  guint64 snapshots_asked;
  const ViewerOptions *options;
} ViewerState;

/* With @client, which may be NULL, also how that one is. The caller frees it. */
gchar *viewer_stats_to_json (const ViewerState *state,
    const ViewerClient *client);

G_END_DECLS
