/* imbytes tests: a frame and a request in some forty numbers, which can be drawn,
 * written down, read again and made simpler.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "reference.h"

G_BEGIN_DECLS

/* name, what it is unless it is said. */
#define CASE_FIELDS(X) \
  X (FORMAT, "format", 0) /* GstVideoFormat */ \
  X (WIDTH, "width", 8)   /* of the frame in memory */ \
  X (HEIGHT, "height", 8) \
  X (CONTENT, "content", 0) /* CaseContent */ \
  X (FILL, "fill", 1)       /* seed of the content */ \
  X (CROP, "crop", 0)       /* CaseCrop */ \
  X (CROP_X, "crop-x", 0) \
  X (CROP_Y, "crop-y", 0) \
  X (CROP_W, "crop-w", 0) \
  X (CROP_H, "crop-h", 0) \
  X (META, "meta", 0) /* with a GstVideoMeta */ \
  X (PAD, "pad", 0)   /* bytes, or 16 of them, more a row; with meta */ \
  X (GAP, "gap", 0)   /* bytes before each plane; with meta */ \
  X (NEGATIVE, "negative", 0) /* rows from below; with meta */ \
  X (PAR_N, "par-n", 1) \
  X (PAR_D, "par-d", 1) \
  X (INTERLACE, "interlace", 0) /* CaseInterlace */ \
  X (COLOUR, "colour", 0)       /* the next four are said in caps */ \
  X (RANGE, "range", 1) \
  X (MATRIX, "matrix", 4) \
  X (TRANSFER, "transfer", 5) \
  X (PRIMARIES, "primaries", 1) \
  X (SITE, "site", 0)   /* GstVideoChromaSite; 0: not said */ \
  X (CODEC, "codec", 0) /* RefCodec */ \
  X (OUT_W, "out-w", 0) \
  X (OUT_H, "out-h", 0) \
  X (FIT, "fit", 0) \
  X (ENLARGE, "enlarge", 1) \
  X (SQUARE, "square", 1) \
  X (BACKGROUND, "background", 0xff000000) \
  X (METHOD, "method", 1) \
  X (DIRECTION, "direction", 0) \
  X (SUBSAMPLING, "subsampling", 0) \
  X (DEPTH, "depth", 0) \
  X (PROGRESSIVE, "progressive", 0) \
  X (OPTIMIZE, "optimize", 0) \
  X (LEVEL, "level", 1) \
  X (FILTER, "filter", 0) \
  X (THREADS, "threads", 1)

typedef enum
{
#define CASE_ID(id, name, usual) CASE_##id,
  CASE_FIELDS (CASE_ID)
#undef CASE_ID
      CASE_N_FIELDS
} CaseField;

typedef enum
{
  CONTENT_NOISE,  /* all bytes at random */
  CONTENT_SMOOTH, /* waves in each component */
  CONTENT_FLAT,
  CONTENT_EDGES, /* all bytes 0 or 255 */
  N_CONTENTS
} CaseContent;

typedef enum
{
  CROP_NONE,
  CROP_OF_FRAME, /* caps have the size of the frame */
  CROP_IN_CAPS   /* caps have the size of the crop, as those of videocrop */
} CaseCrop;

typedef enum
{
  INTERLACE_NONE,
  INTERLACE_INTERLEAVED,
  INTERLACE_MIXED_FRAME,  /* mixed caps, and this frame is progressive */
  INTERLACE_MIXED_FIELDS, /* mixed caps, and this frame is not */
  N_INTERLACES
} CaseInterlace;

typedef struct
{
  gint64 v[CASE_N_FIELDS];
} Case;

Case case_usual (void);
/* Every part of the case but the format depends on @seed alone. */
Case case_draw (guint64 seed, GstVideoFormat format);
gchar *case_to_string (const Case *c);
/* FALSE where @text is no case. */
gboolean case_from_string (Case *c, const gchar *text);
/* The @attempt-th way to make @c simpler; FALSE where there are no more. */
gboolean case_simplify (Case *c, guint attempt);

guint32 case_random (guint64 *state);

/* A frame as the element gets it, and as the reference sees it. */
typedef struct
{
  GstBuffer *buffer;
  GstCaps *caps;
  RefFrame frame;
  RefRequest request;
  guint8 *copy; /* what frame.data points into */
} CaseFrame;

void case_frame_make (CaseFrame *made, const Case *c);
void case_frame_clear (CaseFrame *made);
RefRequest case_request (const Case *c);
/* What the reference has to know of sizes; no samples. */
RefFrame case_frame_shape (const Case *c);

G_END_DECLS
