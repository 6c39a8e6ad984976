/* imbytes: JPEG (ITU-T T.81, JFIF of ITU-T T.871), by libjpeg-turbo.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/plan/codec.h"

extern const ImCodec im_codec_jpeg;
