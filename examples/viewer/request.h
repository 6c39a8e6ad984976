/* imbytes viewer: what a client asks for, as its URL says it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define VIEWER_MAX_INTERVAL 3600000u
#define VIEWER_MIN_SIDE 16u
#define VIEWER_MAX_ID 64

/* Two requests with the same values are one encode. */
typedef struct
{
  gboolean png;        /* else JPEG */
  guint width;         /* pixels, VIEWER_MIN_SIDE to the limit; 0: not said */
  guint height;        /* as width */
  const gchar *fit;    /* one of the words that imbytes knows, static */
  const gchar *method; /* the same */
  guint quality;       /* 1 to 100 */
  guint interval; /* milliseconds, 0 to VIEWER_MAX_INTERVAL; 0: every frame */
} ViewerRequest;

/* Where parameters stand decides which codec they may name. */
typedef enum
{
  VIEWER_FOR_STREAM, /* `format` chooses, JPEG if it is not there */
  VIEWER_FOR_JPEG,
  VIEWER_FOR_PNG
} ViewerPurpose;

/* Reads @query (name to value, both decoded; NULL is an empty one) into
 * @request. Sides are at most @max_side. FALSE with a sentence for the client in
 * @error where a parameter is not known or out of bounds. */
gboolean viewer_request_parse (ViewerRequest *request, GHashTable *query,
    ViewerPurpose purpose, guint max_side, GError **error);

gboolean viewer_request_equal (const ViewerRequest *a, const ViewerRequest *b);

/* The same picture, however often. */
gboolean viewer_request_same_picture (const ViewerRequest *a,
    const ViewerRequest *b);

G_END_DECLS
