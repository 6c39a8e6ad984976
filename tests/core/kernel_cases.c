/* imbytes tests: the same call of every table of kernels, compared.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "kernel_cases.h"

#include <sys/mman.h>
#include <unistd.h>

#include "testing.h"

const ImKernels *tables[KERNEL_MAX_TABLES];
int n_tables;
unsigned seed = 1;
const ImAhead nothing_ahead = { .n = 0 };
uint8_t outputs[KERNEL_MAX_TABLES]
               [(KERNEL_MAX_N * IM_LANES + KERNEL_SPARE) * 4];

void
cases_init (void)
{
  for (int i = 0; i < IM_N_PROCESSORS; i++)
    if (im_kernels_of ((ImProcessor) i) != NULL)
      tables[n_tables++] = im_kernels_of ((ImProcessor) i);
}

Guarded
guarded (size_t size)
{
  size_t page = (size_t) sysconf (_SC_PAGESIZE);
  Guarded g = { .size = size };

  g.map_size = (size + page - 1) / page * page + page;
  g.map = mmap (NULL, g.map_size, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (g.map == MAP_FAILED
      || mprotect (g.map + g.map_size - page, page, PROT_NONE) != 0)
    abort ();
  g.data = g.map + g.map_size - page - size;
  return g;
}

void
unguard (Guarded *g)
{
  munmap (g->map, g->map_size);
}

void
randomise (void *data, size_t size)
{
  uint8_t *out = data;

  for (size_t i = 0; i < size; i++)
    out[i] = (uint8_t) testing_random (&seed);
}

void
randomise_q6 (void *data, size_t n)
{
  int16_t *out = data;

  for (size_t i = 0; i < n; i++)
    out[i] = (int16_t) ((int) (testing_random (&seed) % 55000) - 27500);
}

void
randomise_f32 (void *data, size_t n)
{
  float *out = data;

  for (size_t i = 0; i < n; i++)
    out[i] = (float) (testing_random (&seed) % 65536) / 65536.0f - 0.25f;
}

int
next_width (int n)
{
  return n < 70 ? n + 1 : n < KERNEL_MAX_N ? KERNEL_MAX_N : KERNEL_MAX_N + 1;
}

void
outputs_poison (size_t size)
{
  for (int k = 0; k < n_tables; k++)
    memset (outputs[k], 0x5a, size + KERNEL_SPARE);
}

bool
outputs_agree (const char *what, int n, int taps, size_t size)
{
  bool all = true;

  for (int k = 0; k < n_tables; k++) {
    bool held = memcmp (outputs[k], outputs[0], size) == 0;

    for (int i = 0; i < KERNEL_SPARE; i++)
      held &= outputs[k][size + (size_t) i] == 0x5a;
    if (!held)
      printf ("  %s of %s, n %d, taps %d\n", what, tables[k]->name, n, taps);
    all &= held;
  }
  return all;
}
