/* imbytes: rows of formats whose samples are bits of words, as words of 16 bits or bytes.
 *
 * Each is an ImUnpackRow: row y of plane 0 of the image, whole. Words are of the machine's
 * own order, and their upper bits are the sample. No byte is read that is not a pixel's.
 *
 * Thread-safety: pure functions, but for what they write to.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/base/image.h"

/* 4:2:2 of 10 bits to Y U Y V, two pixels of four words. v210 (Apple, "Uncompressed
 * Y'CbCr Video in QuickTime Files"): six pixels in four little-endian words of 32 bits;
 * it writes six, whatever the width. UYVP (SMPTE ST 2110-20): two pixels in five bytes;
 * of an even width. */
void im_unpack_v210 (const ImImage *image, int plane, int y, int first,
    int last, void *dest);
void im_unpack_uyvp (const ImImage *image, int plane, int y, int first,
    int last, void *dest);

/* Three samples of 10 bits and 2 of alpha in a word of 32 to A and the others, four words
 * a pixel. By the field in the lowest bits of a little-endian word, then upwards:
 * RGB10A2 has R, G, B, A; BGR10A2 has B, G, R, A; Y410 has U, Y, V, A. r210 is big-endian
 * and has B, G, R and two bits that mean nothing, as does what is written of them. */
void im_unpack_rgb10a2 (const ImImage *image, int plane, int y, int first,
    int last, void *dest);
void im_unpack_bgr10a2 (const ImImage *image, int plane, int y, int first,
    int last, void *dest);
void im_unpack_y410 (const ImImage *image, int plane, int y, int first,
    int last, void *dest);
void im_unpack_r210 (const ImImage *image, int plane, int y, int first,
    int last, void *dest);

/* 5, 6 and 5 bits of a word of the machine's order to four bytes, 255 and R, G and B: the
 * upper bits come again below, so that black and white stay. RGB16 has R in its upper bits,
 * BGR16 has B. */
void im_unpack_rgb16 (const ImImage *image, int plane, int y, int first,
    int last, void *dest);
void im_unpack_bgr16 (const ImImage *image, int plane, int y, int first,
    int last, void *dest);
