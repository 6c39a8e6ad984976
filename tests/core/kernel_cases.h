/* imbytes tests: the same call of every table of kernels, compared.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/plan/filter.h"
#include "core/rows/kernels.h"

#define KERNEL_MAX_TABLES 4
#define KERNEL_MAX_N 1927
#define KERNEL_SPARE 64

/* The tables that this processor has, C's first; cases_init () finds them. */
extern const ImKernels *tables[KERNEL_MAX_TABLES];
extern int n_tables;
extern unsigned seed;
/* What each table wrote: outputs[k] is of tables[k]. */
extern uint8_t outputs[KERNEL_MAX_TABLES]
                      [(KERNEL_MAX_N * IM_LANES + KERNEL_SPARE) * 4];
extern const ImAhead nothing_ahead;

void cases_init (void);

/* @size bytes whose end is the end of what may be touched. */
typedef struct
{
  uint8_t *map, *data;
  size_t map_size, size;
} Guarded;

Guarded guarded (size_t size);
void unguard (Guarded *g);

void randomise (void *data, size_t size);
/* @n samples as the passes make them. */
void randomise_q6 (void *data, size_t n);
void randomise_f32 (void *data, size_t n);

/* The widths to try: all small ones, and two large ones. */
int next_width (int n);

/* Before the calls. */
void outputs_poison (size_t size);
/* After them: whether all tables have written the same @size bytes, and nothing
 * behind. */
bool outputs_agree (const char *what, int n, int taps, size_t size);
