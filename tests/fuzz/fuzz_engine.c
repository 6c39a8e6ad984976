/* imbytes fuzzing: any picture, asked for in any way, becomes a file that decodes
 * without a warning, to the size that was planned and to the same bytes with any
 * number of threads and whatever the engine did before; or it is refused in
 * words.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "core/change.h"
#include "core/engine.h"
#include "input.h"

#define MOST_PICTURES 2

typedef struct
{
  uint8_t *data;
  size_t size;
} File;

/* As max-bytes codes a picture: of rows that are kept, after an estimate. */
static bool
encode_by_rows (ImEngine *engine, const ImImage *image, size_t *size,
    ImError *error)
{
  size_t estimate;

  return im_engine_make_rows (engine, image, error)
      && (!im_engine_can_estimate (engine)
          || im_engine_estimate (engine, &estimate, error))
      && im_engine_code_rows (engine, size, error);
}

/* No data where it was refused. */
static File
encode (ImEngine *engine, const FuzzInput *input, bool by_rows)
{
  const ImImage *image = &input->picture.image;
  ImError error = { IM_ERROR_NONE, "" };
  File file = { NULL, 0 };

  im_engine_set_metadata (engine, &input->metadata);
  if (!im_engine_configure (engine, &image->info, &input->request, &error)
      || !(by_rows ? encode_by_rows (engine, image, &file.size, &error)
                   : im_engine_encode (engine, image, &file.size, &error))) {
    if (error.code != IM_ERROR_INVALID && error.code != IM_ERROR_TOO_LARGE)
      fuzz_fail (input, "error %d: %s", (int) error.code, error.message);
    if (error.message[0] == 0)
      fuzz_fail (input, "refused without a word");
    return file;
  }
  file.data = malloc (file.size);
  im_engine_write (engine, file.data);
  return file;
}

static void
check_file (const FuzzInput *input, const ImPlan *plan, File file)
{
  Decoded decoded;
  bool clean = plan->codec == IM_CODEC_PNG
      ? decode_png (&decoded, file.data, file.size)
      : decode_jpeg (&decoded, file.data, file.size);

  if (!clean)
    fuzz_fail (input, "a decoder complains");
  if (decoded.width != plan->width || decoded.height != plan->height
      || (!im_plan_looks_first (plan)
          && (decoded.channels != plan->n_components
              || decoded.bits != plan->bit_depth)))
    fuzz_fail (input, "%dx%d, %d channels of %d bits; %dx%d, %d, %d planned",
        decoded.width, decoded.height, decoded.channels, decoded.bits,
        plan->width, plan->height, plan->n_components, plan->bit_depth);
  if (decoded.restart_interval != 0)
    fuzz_fail (input, "restart markers");
  decoded_clear (&decoded);
}

static void
check_same (const FuzzInput *input, File file)
{
  ImEngine *alone = im_engine_new ();
  File same;

  im_engine_set_threads (alone, 1);
  same = encode (alone, input, true);
  if (file.size != same.size
      || (file.data && memcmp (file.data, same.data, file.size) != 0))
    fuzz_fail (input, "%zu bytes, and others, %zu, of a new engine", file.size,
        same.size);
  free (same.data);
  im_engine_free (alone);
}

/* @compare: with a new engine, which takes the other way to the file, and as long as
 * all the rest. */
static void
check_picture (ImEngine *engine, const FuzzInput *input, bool compare)
{
  File file;

  im_engine_set_threads (engine, input->n_threads);
  file = encode (engine, input, false);
  if (compare)
    check_same (input, file);
  if (file.data)
    check_file (input, im_engine_plan (engine), file);
  free (file.data);
}

/* A picture does not differ from itself. */
static void
check_change (ImChange *change, const FuzzInput *input)
{
  const ImImage *image = &input->picture.image;
  ImError error = { IM_ERROR_NONE, "" };
  double difference;

  im_change_forget (change);
  if (!im_change_look (change, image, input->request.crop, &difference,
          &error)) {
    if (error.code != IM_ERROR_INVALID)
      fuzz_fail (input, "not looked at: %s", error.message);
    return;
  }
  im_change_keep (change);
  if (difference != 1.0
      || !im_change_look (change, image, input->request.crop, &difference,
          &error)
      || difference != 0.0)
    fuzz_fail (input, "differs by %f from itself", difference);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  FuzzBytes bytes = { data, size };
  int n_pictures = 1 + (int) fuzz_take (&bytes, MOST_PICTURES);
  ImEngine *engine = im_engine_new ();
  ImChange *change = im_change_new ();

  for (int i = 0; i < n_pictures; i++) {
    bool compare = fuzz_take (&bytes, 4) == 3;
    FuzzInput input;

    if (fuzz_input_init (&input, &bytes)) {
      check_picture (engine, &input, compare);
      check_change (change, &input);
    }
    fuzz_input_clear (&input);
  }
  im_change_free (change);
  im_engine_free (engine);
  return 0;
}
