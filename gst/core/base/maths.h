/* imbytes: exp, log, pow and sin whose bits are the same on every machine.
 *
 * C says of its own only that they are near enough, and libraries, and one
 * library on different processors, differ in the last bits. These are made of
 * what IEEE 754 defines to the bit: additions, multiplications and divisions.
 * (So are sqrt (), floor (), ceil (), frexp () and ldexp (), which may be used.)
 * For tables; good to about 1e-15 of the value.
 *
 * Pure functions; any number of threads may call them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

/* 0 or infinity where the value is past what a double holds. */
double im_exp (double x);
/* @x > 0, and not denormal. */
double im_log (double x);
/* @x >= 0, @y != 0: x to the power of y; 0 where @x is 0. */
double im_pow (double x, double y);
/* The sine of pi times @x, which is within [-1e6, 1e6]. */
double im_sin_pi (double x);
