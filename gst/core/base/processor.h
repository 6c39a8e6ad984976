/* imbytes: what the processor can do, looked at once for the process.
 *
 * Thread-safety: safe from any thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "system.h"

/* Instruction sets that have kernels of their own. */
typedef enum
{
  IM_PROCESSOR_C, /* any processor */
  IM_PROCESSOR_AVX2,
  IM_PROCESSOR_AVX512, /* with VNNI */
  IM_PROCESSOR_NEON
} ImProcessor;

#define IM_N_PROCESSORS 4

/* As IMBYTES_KERNELS has it: "C", "AVX2", "AVX-512", "NEON". */
const char *im_processor_name (ImProcessor set);

/* Whether this processor has the instructions of @set, and this build has
 * kernels for them. */
bool im_processor_has (ImProcessor set);

/* The best that there is, or the one called @asked, where that can be had; NULL:
 * none in particular. */
ImProcessor im_processor_choose (const char *asked);

/* The one that the environment variable IMBYTES_KERNELS asks for, which is read
 * once. */
ImProcessor im_processor_get (void);

/* Something for each instruction set, made when it is first asked for; then it is had
 * without a lock. */
typedef struct
{
  ImMutex lock; /* IM_MUTEX_INIT */
  void *tables; /* IM_N_PROCESSORS of @size bytes */
  size_t size;
  void (*fill) (void *table, ImProcessor set);
  atomic_bool is_filled[IM_N_PROCESSORS];
} ImProcessorTables;

/* The one of @set; NULL where im_processor_has () it not. */
const void *im_processor_table (ImProcessorTables *self, ImProcessor set);

/* Clears the upper halves of vector registers, which slow down all that follows
 * where a library leaves them dirty. Does nothing where there are none. */
void im_processor_clear_upper (void);
