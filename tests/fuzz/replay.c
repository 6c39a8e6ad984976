/* imbytes fuzzing: a fuzz target as an ordinary program.
 *
 *   replay_engine FOLDER 1000   all files of the folder, and the inputs that
 *                               seeds 1 to 1000 give
 *   replay_engine -s 17         that of this seed
 *   replay_engine FILE...       what libFuzzer has left
 *
 * The last one that was begun is named when the process ends before its time.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/testing.h"
#include "input.h"

#define SEED_SIZE 1024
#define PATH_SIZE 4096

static long n_inputs;

/* Said in front of each, because what fails does not come back. */
static void
name_input (const char *name)
{
  printf ("%s\n", name);
  fflush (stdout);
  n_inputs++;
}

static void
try_seed (unsigned long seed)
{
  /* So that neighbours have nothing in common. */
  unsigned state = (unsigned) seed * 2654435761u;
  uint8_t *data = malloc (SEED_SIZE);
  char name[40];

  snprintf (name, sizeof (name), "seed %lu", seed);
  name_input (name);
  for (size_t i = 0; i < SEED_SIZE; i++)
    data[i] = (uint8_t) (testing_random (&state) >> 8);
  LLVMFuzzerTestOneInput (data, SEED_SIZE);
  free (data);
}

static bool
try_file (const char *name)
{
  FILE *file = fopen (name, "rb");
  uint8_t *data;
  long size;

  name_input (name);
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

/* In the order of their names, on every file system. An empty folder is an
 * error: it is not the one that was meant. */
static bool
try_folder (const char *folder)
{
  struct dirent **entries;
  int n = scandir (folder, &entries, NULL, alphasort), n_files = 0;
  bool fine = true;

  for (int i = 0; i < n; i++) {
    char path[PATH_SIZE];

    snprintf (path, sizeof (path), "%s/%s", folder, entries[i]->d_name);
    if (entries[i]->d_name[0] != '.' && fine) {
      fine = try_file (path);
      n_files++;
    }
    free (entries[i]);
  }
  if (n >= 0)
    free (entries);
  if (n_files == 0)
    fprintf (stderr, "%s: no files in it\n", folder);
  return fine && n_files > 0;
}

static bool
try_path (const char *path)
{
  struct stat status;

  if (stat (path, &status) == 0 && S_ISDIR (status.st_mode))
    return try_folder (path);
  return try_file (path);
}

int
main (int argc, char **argv)
{
  bool one_seed = argc == 3 && strcmp (argv[1], "-s") == 0;

#ifdef HAVE_INITIALIZE
  LLVMFuzzerInitialize (&argc, &argv);
#endif
  if (one_seed)
    try_seed (strtoul (argv[2], NULL, 10));
  for (int i = 1; i < argc && !one_seed; i++) {
    char *end;
    unsigned long n = strtoul (argv[i], &end, 10);

    if (*end != 0 || end == argv[i]) {
      if (!try_path (argv[i]))
        return 1;
      continue;
    }
    for (unsigned long seed = 1; seed <= n; seed++)
      try_seed (seed);
  }
  if (n_inputs == 0) {
    fprintf (stderr, "no inputs: name files, a folder or a number of seeds\n");
    return 1;
  }
  printf ("%ld inputs, and none failed\n", n_inputs);
  return 0;
}
