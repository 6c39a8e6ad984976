/* imbytes: the numbers of the forward DCT, which the kernels of every
 * instruction set have in common.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

/* The constants of Loeffler, Ligtenberg and Moschytz, times 8192, as libjpeg
 * rounds them. */
#define F_0_298 2446
#define F_0_390 3196
#define F_0_541 4433
#define F_0_765 6270
#define F_0_899 7373
#define F_1_175 9633
#define F_1_501 12299
#define F_1_847 15137
#define F_1_961 16069
#define F_2_053 16819
#define F_2_562 20995
#define F_3_072 25172
#define CONSTANT_BITS 13

/* Bits that samples have below their unit between the passes. */
#define PASS_BITS 2
