/* imbytes: PNG. libpng writes the chunks; filters and deflate of the quick levels
 * are imbytes' own.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/plan/codec.h"

extern const ImCodec im_codec_png;
