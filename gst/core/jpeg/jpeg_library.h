/* imbytes: libjpeg-turbo: the headers of every JPEG, and pictures that it codes
 * whole.
 *
 * Thread-safety: one thread at a time for each ImJpegLibrary.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/plan/codec.h"

typedef struct _ImJpegLibrary ImJpegLibrary;

/* NULL with @error set when out of memory, or where the library is another than
 * libjpeg-turbo. */
ImJpegLibrary *im_jpeg_library_new (const ImPlan *plan, ImError *error);
void im_jpeg_library_free (ImJpegLibrary *self);

/* What component @c is divided by, row by row; until im_jpeg_library_free (). */
const uint16_t *im_jpeg_library_quantisation (const ImJpegLibrary *self, int c);

/* Appends all that comes before the entropy-coded data, from SOI to the end of
 * SOS. */
bool im_jpeg_library_header (ImJpegLibrary *self, ImBytes *out, ImError *error);

/* A whole file: as the functions of ImCodec. */
bool im_jpeg_library_begin (ImJpegLibrary *self, ImBytes *out, ImError *error);
bool im_jpeg_library_rows (ImJpegLibrary *self, const ImRows *rows,
    ImError *error);
bool im_jpeg_library_end (ImJpegLibrary *self, ImError *error);
