/* imbytes fuzzing: the element between an upstream and a downstream that do what
 * the fuzzer's bytes say.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include "input.h"

G_BEGIN_DECLS

/* What the sink pad behind the element does. */
typedef struct
{
  GstCaps *caps;       /* that it takes */
  gboolean takes_all;  /* whatever the caps are */
  GstFlowReturn flow;  /* of its chain function */
  guint interferences; /* things to do from within it; bits of DOWNSTREAM_... */
  gboolean refuses_events;
  /* Of allocation queries. */
  gboolean answers_allocation;
  GstAllocator *allocator;
  GstAllocationParams params;
} Downstream;

enum
{
  DOWNSTREAM_REQUESTS = 1 << 0,
  DOWNSTREAM_RECONFIGURES = 1 << 1,
  DOWNSTREAM_SETS_PROPERTY = 1 << 2,
  DOWNSTREAM_READS = 1 << 3,
  DOWNSTREAM_FLUSHES = 1 << 4
};

typedef struct
{
  FuzzBytes bytes;
  GstHarness *harness;
  GstElement *element;
  GstBus *bus;
  Downstream downstream;

  /* What upstream has sent so far, so that it keeps to the order of a stream. */
  gboolean started, has_caps, has_segment, flushing, ended;
  GstVideoInfo info; /* of the caps; GST_VIDEO_FORMAT_UNKNOWN: not known */
  GstClockTime time;

  /* For the sums. */
  guint64 images, image_bytes;
  gboolean all_counted; /* nothing was pushed that no promise holds for */
  gboolean all_taken;
  gboolean has_had_regions;
  /* Something else than frames has come since the last image: what follows may
   * end the stream with good reason. */
  gboolean settled;
  guint images_of_frame;
} Fuzz;

/* TRUE once in @n. */
gboolean fuzz_one_in (FuzzBytes *bytes, guint n);
/* Small, or around a limit, or anything. */
guint64 fuzz_take_odd (FuzzBytes *bytes);
guint64 fuzz_take_bits (FuzzBytes *bytes, guint n);
GstClockTime fuzz_take_time (FuzzBytes *bytes);
/* A text, most of them short: any characters. To be freed. */
gchar *fuzz_take_text (FuzzBytes *bytes);
/* Fields of any kind, some of them of those that somebody looks for. */
void fuzz_take_fields (GstStructure *structure, FuzzBytes *bytes);

/* Says what is wrong and ends the process. */
void fuzz_broken (const gchar *format, ...)
    G_GNUC_PRINTF (1, 2) G_GNUC_NORETURN;

/* element_caps.c: caps of frames, and a GstVideoInfo of them if they are any. */
GstCaps *fuzz_take_sink_caps (FuzzBytes *bytes, GstVideoInfo *info);
/* Caps that a downstream takes. */
GstCaps *fuzz_take_src_caps (FuzzBytes *bytes);

/* element_frames.c. Each memory of a frame is a block of its own on the heap with
 * not a byte to spare. @broken: it surely does not hold the picture that it
 * claims to. */
GstBuffer *fuzz_take_frame (Fuzz *fuzz, gboolean *broken);
void fuzz_describe_frame (GstBuffer *frame, const GstVideoInfo *info);

/* element_events.c: what comes from upstream besides frames, from downstream, and
 * questions of both. */
void fuzz_push_event (Fuzz *fuzz);
void fuzz_push_upstream_event (Fuzz *fuzz);
void fuzz_ask (Fuzz *fuzz);
void fuzz_push_caps (Fuzz *fuzz);
/* What has to come in front of a frame. */
void fuzz_begin_stream (Fuzz *fuzz);
void fuzz_flush (Fuzz *fuzz);

/* element_tags.c */
GstTagList *fuzz_take_tags (FuzzBytes *bytes);

/* element_downstream.c */
void fuzz_downstream_init (Fuzz *fuzz);
void fuzz_downstream_change (Fuzz *fuzz);
void fuzz_downstream_clear (Fuzz *fuzz);

/* element_properties.c */
void fuzz_set_property (Fuzz *fuzz);
void fuzz_read_properties (Fuzz *fuzz);

G_END_DECLS
