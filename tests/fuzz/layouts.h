/* imbytes fuzzing: every way that GStreamer's raw formats lie in memory.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/pictures.h"

extern const PictureLayout fuzz_layouts[];
extern const unsigned fuzz_n_layouts;
