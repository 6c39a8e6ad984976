/* imbytes viewer: requests that are refused before they are looked at.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <libsoup/soup.h>

#include "options.h"

G_BEGIN_DECLS

#define VIEWER_MAX_HEADERS 100        /* lines */
#define VIEWER_MAX_HEADER_BYTES 16384 /* all of them */
#define VIEWER_MAX_PATH 4096          /* bytes, with the query */
#define VIEWER_MAX_BODY 65536         /* bytes */

/* Counts the body of @message as it comes, keeps none of it and cuts off who sends
 * far more than is allowed. To be called before any of it is read. */
void viewer_guard_watch (SoupServerMessage *message);

/* FALSE, and answered, where a request has two hosts or none, calls the server by a
 * name that is not its own, or is too large. */
gboolean viewer_guard_check (const ViewerOptions *options,
    SoupServerMessage *message);

/* FALSE, and answered, where a page of another origin has sent @message. A request
 * without an Origin is from no page: browsers put one into each POST. */
gboolean viewer_guard_check_origin (const ViewerOptions *options,
    SoupServerMessage *message);

G_END_DECLS
