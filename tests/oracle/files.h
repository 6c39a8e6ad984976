/* imbytes tests: the samples of JPEG and PNG files, as they stand in them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gboolean is_png;
  gint width, height;
  gint n_planes, bits;
  gint w_shift, h_shift; /* log2 of the subsampling of planes 1 and 2 */
  gint plane_width[4], plane_height[4];
  guint16 *plane[4];
} File;

/* NULL, or what is wrong with the file. PNG: pixels taken apart. JPEG: planes as
 * they were coded, without any upsampling or change of colours. */
const gchar *file_read (File *file, const guint8 *data, gsize size);
/* What becomes of @file's planes in libjpeg-turbo: coded at quality 100 and read
 * again. */
const gchar *file_through_jpeg (const File *file, File *coded);
void file_alloc (File *file);
void file_clear (File *file);

G_END_DECLS
