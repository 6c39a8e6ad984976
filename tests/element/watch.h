/* imbytes tests: looks at all that an element takes and gives, as it flows.
 *
 * What holds for every element of GStreamer is the oracle: a buffer comes after
 * stream-start, caps and segment, in this order, and never after the end of the
 * stream; and libjpeg and libpng find in it a picture as large as the caps say.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "common.h"

G_BEGIN_DECLS

typedef struct _Watch Watch;

/* From now on; @element is imbytes. A failure fails the test from whichever
 * thread it happens in. */
Watch *watch_new (GstElement *element);
/* Nothing may flow. */
void watch_free (Watch *watch);

/* Images since the element was started. */
guint watch_images (Watch *watch);

/* Fails the test unless each frame that came in was counted once: as an image, as
 * skipped or as dropped. Nothing may be on its way. */
void watch_check_stats (Watch *watch);

G_END_DECLS
