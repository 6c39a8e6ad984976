/* imbytes tests: frames to put in, pictures to look at, a harness around it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>

G_BEGIN_DECLS

/* Only a guard against hanging: what is waited for takes a few seconds at most,
 * on a machine that has nothing else to do. */
#define PATIENCE (300 * GST_SECOND)

/* Waits for @condition, and gives whether it has come to hold. */
#define BECOMES(condition) \
  ({ \
    gint64 becomes_end = g_get_monotonic_time () + PATIENCE / GST_USECOND; \
    gboolean becomes_held; \
\
    while (!(becomes_held = (condition)) \
        && g_get_monotonic_time () < becomes_end) \
      g_usleep (1000); \
    becomes_held; \
  })

/* A decoded image, 8 bits, always with alpha. */
typedef struct
{
  gint width, height;
  gint channels; /* in the file */
  gint bits;     /* of a sample in the file */
  guint8 *rgba;
} Picture;

/* Fails the test where @buffer is not a whole JPEG or PNG. */
Picture picture_decode (GstBuffer *buffer);
void picture_clear (Picture *picture);
const guint8 *picture_at (const Picture *picture, gint x, gint y);

/* An element alone with its bus. */
typedef struct
{
  GstHarness *harness;
  GstElement *element;
  GstBus *bus;
} Bench;

/* @launch is one element with properties; either caps may be NULL. */
Bench bench_new (const gchar *launch, const gchar *sink_caps,
    const gchar *src_caps);
void bench_clear (Bench *bench);
/* The one image that @frame (transfer full) gives. */
GstBuffer *bench_push (Bench *bench, GstBuffer *frame);
/* The latest message of @type, or NULL; messages before it are gone. */
GstMessage *bench_message (Bench *bench, GstMessageType type);
/* How many there are of @type; they are gone then. */
guint bench_count (Bench *bench, GstMessageType type);
/* Fails the test unless there is exactly one error, and it says @part. */
void bench_expect_error (Bench *bench, const gchar *part);
gint bench_out_int (Bench *bench, const gchar *field);
guint64 bench_stat (Bench *bench, const gchar *field);

/* Frames of GStreamer's usual layout for @info. */
GstBuffer *frame_new (const GstVideoInfo *info);
GstBuffer *frame_new_for_caps (const gchar *caps);
/* Also where GStreamer's flags lack it. */
gboolean frame_has_alpha (const GstVideoInfo *info);
/* Pages that may not be touched lie before and behind it, and right behind it
 * where @at_end, else right before. All bytes are @value. */
GstMemory *memory_fenced (gsize size, gboolean at_end, guint8 value);
/* Every pixel alike; @words are alpha and the format's three, 16 bits each. */
void frame_fill (GstBuffer *frame, const GstVideoInfo *info,
    const guint16 words[4]);
/* Pixels that all differ: noise in luma or R'G'B', and in alpha above 3/4
 * where chroma is not subsampled. */
void frame_fill_noise (GstBuffer *frame, const GstVideoInfo *info,
    guint32 seed);
/* A slope from dark at the left to bright at the right. */
void frame_fill_slope (GstBuffer *frame, const GstVideoInfo *info);

/* The picture that @frame should come out as in PNG of its own size, computed
 * from GStreamer's own unpacking in double precision. */
Picture frame_expected (GstBuffer *frame, const GstVideoInfo *info);

GstVideoInfo video_info (GstVideoFormat format, gint width, gint height);

/* Runs @launch to its end; fails the test on an error, or where it does not end. */
void run_pipeline (const gchar *launch);
/* FALSE, said aloud, where an element of that name is missing. */
gboolean have_element (const gchar *name);

gboolean buffers_are_equal (GstBuffer *a, GstBuffer *b);

G_END_DECLS
