/* imbytes: the codecs that there are.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/jpeg/jpeg.h"
#include "core/png/png_codec.h"

static inline const ImCodec *
im_codec_get (ImCodecId id)
{
  return id == IM_CODEC_PNG ? &im_codec_png : &im_codec_jpeg;
}
