/* imbytes: where upstream may put frames so that reading them is quick.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

/* Answers an allocation query: a pool whose memory starts on cache lines, and
 * the metas that are heeded. FALSE where the caps of @query are not video. */
gboolean gst_im_bytes_pool_propose (GstQuery *query);

G_END_DECLS
