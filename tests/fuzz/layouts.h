/* imbytes fuzzing: every way that GStreamer's raw formats lie in memory.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/pictures.h"

extern const PictureLayout fuzz_layouts[];
extern const unsigned fuzz_n_layouts;

/* Of what has to be unpacked: columns of plane @plane, up to the end of the last
 * sample of chroma, how many bytes each has, and how many rows there are. */
size_t fuzz_unpacked_columns (const ImImageInfo *info, int plane, size_t *size,
    int *rows);
