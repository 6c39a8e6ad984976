/* imbytes viewer: the pipeline that frames come from.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

#include "options.h"

G_BEGIN_DECLS

/* A pipeline with an appsink named "out" that takes raw video at the speed at
 * which it is to be shown. NULL with @error where it cannot be built. */
GstElement *viewer_launch_source (ViewerSourceKind kind, const gchar *what,
    GError **error);

/* What to call it in a page: without what may be secret, which is what stands
 * between // and @, or behind a question mark. */
gchar *viewer_describe_source (ViewerSourceKind kind, const gchar *what);

G_END_DECLS
