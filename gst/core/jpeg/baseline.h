/* imbytes: baseline JPEG, coded by strips to the bytes that libjpeg-turbo writes
 * of the whole picture (its islow DCT, the standard Huffman tables).
 *
 * Two things tie the strips of a scan together: each DC is coded as its
 * difference from the one before, and bits are not aligned to bytes. So a
 * strip is coded to bits, all but its first MCU, which stays as coefficients.
 * Joining codes that MCU with the DC before it in the picture, and shifts the
 * strip's bits to behind it. Bytes 0xff get their 0 as the file is written.
 *
 * Thread-safety: one thread at a time for each ImJpegBaseline. Any of them that
 * was made for the same plan codes any strip.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/plan/codec.h"
#include "jpeg_kernels.h"

typedef struct _ImJpegBaseline ImJpegBaseline;

/* Whether pictures of @plan are coded here. */
bool im_jpeg_baseline_does (const ImPlan *plan);

/* @quantisation: of each component, what its coefficients are divided by, row by
 * row. NULL with @error set when out of memory. */
ImJpegBaseline *im_jpeg_baseline_new (const ImPlan *plan,
    const uint16_t *const quantisation[3], const ImJpegKernels *kernels,
    ImError *error);
void im_jpeg_baseline_free (ImJpegBaseline *self);

/* As the functions of ImCodec; rows are padded to whole MCUs across. */
bool im_jpeg_baseline_begin (ImJpegBaseline *self, int index, ImCodedStrip *out,
    ImError *error);
bool im_jpeg_baseline_rows (ImJpegBaseline *self, const ImRows *rows,
    ImError *error);
bool im_jpeg_baseline_end (ImJpegBaseline *self, ImError *error);

/* The entropy-coded data of the picture: how many bytes, and then just these,
 * which im_jpeg_baseline_write () says the end of. */
bool im_jpeg_baseline_size (ImJpegBaseline *self, const ImCodedStrip *strips,
    int n_strips, size_t *size, ImError *error);
uint8_t *im_jpeg_baseline_write (const ImJpegBaseline *self, uint8_t *out);
