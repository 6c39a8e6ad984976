/* imbytes: what the element has done so far, in numbers.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstimbytesstats.h"

void
gst_im_bytes_stats_add_image (GstImBytesStats *stats,
    const GstImBytesOutcome *outcome)
{
  stats->images_out++;
  stats->bytes_out += outcome->size;
  stats->encodings += outcome->encodings;
  stats->last_quality = outcome->quality;
  stats->encode_time += outcome->time;
  stats->last_encode_time = outcome->time;
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
      "last-encode-time", G_TYPE_UINT64, stats->last_encode_time, "encodings",
      G_TYPE_UINT64, stats->encodings, "last-quality", G_TYPE_INT,
      stats->last_quality, "frames-corrupted", G_TYPE_UINT64,
      stats->frames_corrupted, "frames-flat", G_TYPE_UINT64, stats->frames_flat,
      NULL);
}

GstMessage *
gst_im_bytes_stats_new_message (GstObject *source,
    const GstVideoCodecFrame *frame, const GstSegment *segment,
    const ImPlan *plan, const GstImBytesOutcome *outcome)
{
  GstStructure *structure = gst_structure_new ("imbytes-image", "timestamp",
      G_TYPE_UINT64, frame->pts, "stream-time", G_TYPE_UINT64,
      gst_segment_to_stream_time (segment, GST_FORMAT_TIME, frame->pts),
      "running-time", G_TYPE_UINT64,
      gst_segment_to_running_time (segment, GST_FORMAT_TIME, frame->pts),
      "duration", G_TYPE_UINT64, frame->duration, "size", G_TYPE_UINT64,
      (guint64) outcome->size, "format", G_TYPE_STRING,
      im_codec_get (plan->codec)->media_type, "width", G_TYPE_INT, plan->width,
      "height", G_TYPE_INT, plan->height, "quality", G_TYPE_INT,
      outcome->quality, "encode-time", G_TYPE_UINT64, outcome->time, NULL);

  return gst_message_new_element (source, structure);
}
