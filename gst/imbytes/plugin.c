/* imbytes: the plugin, and the one element in it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:plugin-imbytes
 *
 * Raw video frames in, JPEG or PNG images out, as bytes in memory.
 *
 * Since: 0.1
 */
#include "gstimbytes.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (imbytes, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, imbytes,
    "Video frames to JPEG and PNG images in memory, resized and in the right "
    "colours",
    plugin_init, VERSION, "LGPL", PACKAGE_NAME, PACKAGE_ORIGIN)
