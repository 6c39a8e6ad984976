/* imbytes: what the element has done so far, in numbers.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytesstats.h"

void
gst_im_bytes_stats_add_image (GstImBytesStats *stats, gsize size,
    GstClockTime encode_time)
{
  stats->images_out++;
  stats->bytes_out += size;
  stats->encode_time += encode_time;
  stats->last_encode_time = encode_time;
}

GstStructure *
gst_im_bytes_stats_to_structure (const GstImBytesStats *stats)
{
  GstClockTime average =
      stats->images_out > 0 ? stats->encode_time / stats->images_out : 0;

  return gst_structure_new ("imbytes-stats", "frames-in", G_TYPE_UINT64,
      stats->frames_in, "images-out", G_TYPE_UINT64, stats->images_out,
      "frames-skipped", G_TYPE_UINT64, stats->frames_skipped, "images-dropped",
      G_TYPE_UINT64, stats->images_dropped, "bytes-out", G_TYPE_UINT64,
      stats->bytes_out, "average-encode-time", G_TYPE_UINT64, average,
      "last-encode-time", G_TYPE_UINT64, stats->last_encode_time, NULL);
}
