/* imbytes tests: pictures, and codecs driven as the engine drives them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/codec_list.h"
#include "testing.h"

/* Planes as the codec gets them, and the bytes it made of them. */
typedef struct
{
  uint8_t *plane[3];
  size_t row_size[3];
  int n_rows[3];
} Picture;

#define MAX_CODERS 3

static inline void
picture_clear (Picture *picture)
{
  for (int c = 0; c < 3; c++)
    free (picture->plane[c]);
}

/* Ramps with noise on them: neither flat nor hopeless. Nothing past the width
 * is written, which lets memory checkers see what is read. */
static inline Picture
picture_new (const ImPlan *plan, unsigned seed)
{
  Picture picture = { 0 };
  const ImRowLayout *layout = &plan->layout;

  for (int c = 0; c < layout->n_planes; c++) {
    size_t used = (size_t) im_subsampled (plan->width, layout->plane[c].w_shift)
        * (size_t) layout->plane[c].pixel_size;

    picture.row_size[c] = layout->plane[c].row_size;
    picture.n_rows[c] = im_subsampled (plan->height, layout->plane[c].h_shift);
    picture.plane[c] =
        malloc (picture.row_size[c] * (size_t) picture.n_rows[c]);
    for (int y = 0; y < picture.n_rows[c]; y++)
      for (size_t x = 0; x < used; x++)
        picture.plane[c][(size_t) y * picture.row_size[c] + x] =
            (uint8_t) ((int) x + y * (c + 1)
                + (int) (testing_random (&seed) & 7));
  }
  return picture;
}

static inline ImRows
picture_rows (const Picture *picture, const ImPlan *plan, int y, int n_rows)
{
  ImRows rows = { .n_rows = n_rows };

  for (int c = 0; c < 3 && picture->plane[c] != NULL; c++) {
    int first = y >> plan->layout.plane[c].h_shift;

    rows.stride[c] = (ptrdiff_t) picture->row_size[c];
    rows.data[c] = picture->plane[c] + (size_t) first * picture->row_size[c];
  }
  return rows;
}

static inline bool
code_strip (ImCoder *coder, const ImPlan *plan, const Picture *picture,
    int index, ImCodedStrip *out, ImError *error)
{
  const ImCodec *codec = im_codec_get (plan->codec);
  int y = im_plan_band_begin (plan->height, plan->n_strips, index);
  int end = im_plan_band_begin (plan->height, plan->n_strips, index + 1);

  im_bytes_reset (&out->bytes);
  if (!codec->begin (coder, index, out, error))
    return false;
  for (; y < end; y += IM_BLOCK_ROWS) {
    int n = end - y < IM_BLOCK_ROWS ? end - y : IM_BLOCK_ROWS;
    ImRows rows = picture_rows (picture, plan, y, n);

    if (!codec->rows (coder, &rows, error))
      return false;
  }
  return codec->end (coder, error);
}

/* Before any strip, where the plan wants it. */
static inline bool
look (ImCoder **coders, int n_coders, const ImPlan *plan,
    const Picture *picture, ImError *error)
{
  const ImCodec *codec = im_codec_get (plan->codec);
  ImRows whole = picture_rows (picture, plan, 0, plan->height);
  bool fine = true;

  if (!im_plan_looks_first (plan))
    return true;
  fine = codec->look (coders[0], &whole, error);
  for (int i = 1; i < n_coders && fine; i++)
    fine = codec->follow (coders[i], coders[0], error);
  return fine;
}

/* The file; strips go to @coders in turn, from the last to the first where
 * @backwards. Empty after a failure, which is a failed check. */
static inline ImBytes
code_by (ImCoder **coders, int n_coders, const ImPlan *plan,
    const Picture *picture, bool backwards)
{
  const ImCodec *codec = im_codec_get (plan->codec);
  ImCodedStrip *strips = calloc ((size_t) plan->n_strips, sizeof (*strips));
  ImBytes file = { 0 };
  const ImMetadata none = { NULL, 0, NULL };
  ImError error = { 0 };
  bool fine = look (coders, n_coders, plan, picture, &error);
  size_t size;

  for (int i = 0; i < plan->n_strips && fine; i++) {
    int index = backwards ? plan->n_strips - 1 - i : i;

    fine = code_strip (coders[i % n_coders], plan, picture, index,
        &strips[index], &error);
  }
  fine = fine
      && codec->size (coders[0], strips, plan->n_strips, &none, &size, &error)
      && im_bytes_reserve (&file, size);
  if (!fine)
    printf ("%s\n", error.message);
  if (CHECK (fine)) {
    codec->write (coders[0], strips, plan->n_strips, file.data);
    file.size = size;
  }
  for (int i = 0; i < plan->n_strips; i++)
    im_bytes_clear (&strips[i].bytes);
  free (strips);
  return file;
}

/* The same by @n_coders new ones. */
static inline ImBytes
code_picture (const ImPlan *plan, const Picture *picture, int n_coders,
    bool backwards)
{
  const ImCodec *codec = im_codec_get (plan->codec);
  ImCoder *coders[MAX_CODERS] = { NULL };
  ImBytes file = { 0 };
  ImError error = { 0 };
  bool fine = true;

  for (int i = 0; i < n_coders; i++)
    fine = fine && (coders[i] = codec->coder_new (plan, &error)) != NULL;
  if (!fine)
    printf ("%s\n", error.message);
  if (CHECK (fine))
    file = code_by (coders, n_coders, plan, picture, backwards);
  for (int i = 0; i < n_coders; i++)
    codec->coder_free (coders[i]);
  return file;
}

static inline bool
same_bytes (const ImBytes *a, const ImBytes *b)
{
  return a->size == b->size && memcmp (a->data, b->data, a->size) == 0;
}

/* What a plan has to say besides the size and the components. */
static inline void
set_strips (ImPlan *plan, int strip_rows)
{
  im_plan_lay_out_rows (plan);
  plan->strip_rows = strip_rows < plan->height ? strip_rows : plan->height;
  plan->n_strips = (plan->height + plan->strip_rows - 1) / plan->strip_rows;
}

/* A destination without room, and no way to make any: as when out of memory. */
static inline ImBytes
full_bytes (void)
{
  return (ImBytes){ .size = SIZE_MAX, .capacity = SIZE_MAX };
}
