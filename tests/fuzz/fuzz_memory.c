/* imbytes fuzzing: allocations fail, one or all from one on, while an engine
 * codes a picture. That is said in words, nothing is lost, and once there is
 * memory again the engine makes the same file as a new one.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "core/engine.h"
#include "core/failing.h"
#include "input.h"

#define MOST_ALLOCATIONS 300

typedef struct
{
  uint8_t *data;
  size_t size;
} File;

/* No data where it was refused. */
static File
encode (ImEngine *engine, const FuzzInput *input, ImError *error)
{
  const ImImage *image = &input->picture.image;
  File file = { NULL, 0 };

  *error = (ImError){ IM_ERROR_NONE, "" };
  im_engine_set_threads (engine, input->n_threads);
  im_engine_set_metadata (engine, &input->metadata);
  if (im_engine_configure (engine, &image->info, &input->request, error)
      && im_engine_encode (engine, image, &file.size, error)) {
    file.data = __real_malloc (file.size);
    im_engine_write (engine, file.data);
  }
  return file;
}

static void
check_same (const FuzzInput *input, File file, File expected)
{
  if ((file.data == NULL) != (expected.data == NULL)
      || (file.data
          && (file.size != expected.size
              || memcmp (file.data, expected.data, file.size) != 0)))
    fuzz_fail (input, "%zu bytes, and others, %zu, with memory", file.size,
        expected.size);
}

static void
check_picture (ImEngine *engine, const FuzzInput *input, long fail_at, bool all)
{
  ImEngine *fresh = im_engine_new ();
  ImError refused, error;
  File expected = encode (fresh, input, &refused), file;

  failing_all = all;
  failing_at = fail_at;
  file = encode (engine, input, &error);
  failing_at = -1;
  if (file.data)
    check_same (input, file, expected);
  else if (error.message[0] == 0
      || (error.code != IM_ERROR_NO_MEMORY && error.code != refused.code))
    fuzz_fail (input, "error %d: %s", (int) error.code, error.message);
  free (file.data);
  file = encode (engine, input, &error);
  check_same (input, file, expected);
  free (file.data);
  free (expected.data);
  im_engine_free (fresh);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  FuzzBytes bytes = { data, size };
  ImEngine *engine;

  failing_all = false;
  failing_at = fuzz_take (&bytes, 4) - 1;
  engine = im_engine_new ();
  failing_at = -1;
  for (int i = 0; i < 2 && engine; i++) {
    long fail_at = fuzz_take (&bytes, MOST_ALLOCATIONS);
    bool all = fuzz_take (&bytes, 2);
    FuzzInput input;

    if (fuzz_input_init (&input, &bytes))
      check_picture (engine, &input, fail_at, all);
    fuzz_input_clear (&input);
  }
  im_engine_free (engine);
  return 0;
}
