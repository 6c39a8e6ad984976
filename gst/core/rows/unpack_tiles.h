/* imbytes: rows of planes that lie in tiles, or whose samples of 10 bits are packed.
 *
 * Each is an ImUnpackRow of NV12 or NV16: plane 0 is luma, plane 1 has pairs of Cb and Cr,
 * half as many as luma has columns. Samples become bytes, or words of the machine's own
 * order whose upper 10 bits they are. No byte is read that is not in a tile, or of a
 * group of samples, with one that was asked for.
 *
 * A plane in tiles has whole ones, each of them rows of bytes one below the other. Its
 * stride is how many tiles it has across, and in the 16 bits above, down (as GStreamer's
 * GST_VIDEO_TILE_MAKE_STRIDE has it).
 *
 * Thread-safety: pure functions, but for what they write to.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/base/image.h"

/* Tiles of bytes x rows, one row of tiles after the other: 4x4 (Verisilicon), 32x32
 * (Allwinner), 8x128 (Hantro), and of 16x32 with chroma of 16x16 (MediaTek). */
void im_unpack_4l4 (const ImImage *image, int plane, int y, int first, int last,
    void *dest);
void im_unpack_32l32 (const ImImage *image, int plane, int y, int first,
    int last, void *dest);
void im_unpack_8l128 (const ImImage *image, int plane, int y, int first,
    int last, void *dest);
void im_unpack_16l32s (const ImImage *image, int plane, int y, int first,
    int last, void *dest);

/* Tiles of 64x32, in pairs of rows that are gone through two by two: a Z of 2x2, then
 * one that is turned over, and so on; the last row, where their number is odd, as it is.
 * (V4L2_PIX_FMT_NV12MT of the Linux kernel's documentation.) They have to be an even number
 * across. */
void im_unpack_64z32 (const ImImage *image, int plane, int y, int first,
    int last, void *dest);

/* Four samples in five bytes, the first in the upper bits; the bytes of rows in tiles of
 * 8x128. */
void im_unpack_10be_8l128 (const ImImage *image, int plane, int y, int first,
    int last, void *dest);

/* Three samples in a little-endian word of 32 bits, the first in the lower ones; also of
 * one plane of gray. */
void im_unpack_10le32 (const ImImage *image, int plane, int y, int first,
    int last, void *dest);
/* Four samples in five bytes, the first in the lower bits of the first. */
void im_unpack_10le40 (const ImImage *image, int plane, int y, int first,
    int last, void *dest);
