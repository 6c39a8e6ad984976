/* imbytes fuzzing: a fuzz target as an ordinary program.
 *
 *   replay_engine            the inputs that seeds 1 to 1000 give
 *   replay_engine 17 18      those of these seeds
 *   replay_engine FILE...    what libFuzzer has left
 *
 * Each is named before it is tried: the last one named is the one that failed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/testing.h"
#include "input.h"

#define LAST_SEED 1000
#define INPUT_SIZE 4096

static void
try_seed (unsigned long seed)
{
  /* So that neighbours have nothing in common. */
  unsigned state = (unsigned) seed * 2654435761u;
  uint8_t *data = malloc (INPUT_SIZE);

  printf ("seed %lu\n", seed);
  fflush (stdout);
  for (size_t i = 0; i < INPUT_SIZE; i++)
    data[i] = (uint8_t) (testing_random (&state) >> 8);
  LLVMFuzzerTestOneInput (data, INPUT_SIZE);
  free (data);
}

static bool
try_file (const char *name)
{
  FILE *file = fopen (name, "rb");
  uint8_t *data;
  long size;

  printf ("%s\n", name);
  fflush (stdout);
  if (file == NULL || fseek (file, 0, SEEK_END) != 0
      || (size = ftell (file)) < 0) {
    perror (name);
    return false;
  }
  rewind (file);
  data = malloc ((size_t) size);
  size = (long) fread (data, 1, (size_t) size, file);
  fclose (file);
  LLVMFuzzerTestOneInput (data, (size_t) size);
  free (data);
  return true;
}

int
main (int argc, char **argv)
{
  int n = argc > 1 ? argc - 1 : LAST_SEED;

  for (int i = 1; i <= n; i++) {
    const char *name = argc > 1 ? argv[i] : "";
    char *end;
    unsigned long seed = argc > 1 ? strtoul (name, &end, 10)
                                  : (unsigned long) i;

    if (argc > 1 && (*end != 0 || end == name)) {
      if (!try_file (name))
        return 1;
    } else {
      try_seed (seed);
    }
  }
  printf ("%d inputs, and none failed\n", n);
  return 0;
}
