/* imbytes: PNG; every chunk is written by libpng.
 *
 * The image data is one zlib stream. Each strip is a part of it that refers to
 * no other, in IDAT chunks of its own; the checksum over all strips is the last,
 * small IDAT.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "png_codec.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "deflate.h"
#include "pngform.h"
#include "pngpack.h"

/* The largest chunk that the format knows, rounded down. */
#define MAX_CHUNK ((size_t) 1 << 30)

/* Rendering intent in the sRGB chunk. */
#define INTENT_PERCEPTUAL 0

typedef struct
{
  const char *name;
  const uint8_t *data;
  size_t size;
} Chunk;

struct _ImCoder
{
  ImPlan plan;
  ImPngForm form;  /* of the picture under way */
  size_t row_size; /* in that form */
  ImPngPack *pack;
  uint8_t *converted; /* rows in it; NULL: they are made in it */

  int index; /* of the strip under way */
  ImCodedStrip *out;
  uint64_t rows_seen;

  png_structp png;
  jmp_buf escape;
  bool out_of_memory;
  char message[128];  /* libpng's own */
  ImBytes *file;      /* where libpng writes */
  ImBytes head, tail; /* around the strips, from size () to write () */
  const Chunk *chunk; /* what it writes; NULL: the signature */
};

typedef void (*Step) (ImCoder *coder);

static void
on_error (png_structp png, png_const_charp message)
{
  ImCoder *coder = png_get_error_ptr (png);

  strncpy (coder->message, message, sizeof (coder->message) - 1);
  longjmp (coder->escape, 1);
}

static void
on_warning (png_structp png, png_const_charp message)
{
  (void) png, (void) message;
}

static void
on_write (png_structp png, png_bytep data, size_t size)
{
  ImCoder *coder = png_get_io_ptr (png);

  coder->out_of_memory = !im_bytes_append (coder->file, data, size);
  if (coder->out_of_memory)
    png_error (png, "out of memory");
}

static void
on_flush (png_structp png)
{
  (void) png;
}

/* All calls that may end in on_error () go through here, and nothing that they
 * change lives on the stack. */
static bool
guarded (ImCoder *coder, Step step, ImError *error)
{
  coder->out_of_memory = false;
  if (setjmp (coder->escape) == 0) {
    step (coder);
    return true;
  }
  if (coder->out_of_memory)
    return im_error_no_memory (error, "the PNG picture");
  return im_error_set (error, IM_ERROR_CODEC, "libpng refused: %s.",
      coder->message);
}

static void
create (ImCoder *coder)
{
  coder->png = png_create_write_struct (PNG_LIBPNG_VER_STRING, coder, on_error,
      on_warning);
  if (coder->png != NULL)
    png_set_write_fn (coder->png, coder, on_write, on_flush);
}

static void
write_now (ImCoder *coder)
{
  const Chunk *chunk = coder->chunk;

  if (chunk == NULL)
    png_write_sig (coder->png);
  else
    png_write_chunk (coder->png, (png_const_bytep) chunk->name, chunk->data,
        chunk->size);
}

static bool
write_chunk (ImCoder *coder, const char *name, const void *data, size_t size,
    ImError *error)
{
  Chunk chunk = { name, data, size };

  coder->chunk = &chunk;
  return guarded (coder, write_now, error);
}

static bool
write_signature (ImCoder *coder, ImError *error)
{
  coder->chunk = NULL;
  return guarded (coder, write_now, error);
}

static void
put_u32 (uint8_t *to, uint32_t value)
{
  for (int i = 0; i < 4; i++)
    to[i] = (uint8_t) (value >> (24 - 8 * i));
}

static bool
write_ihdr (ImCoder *coder, ImError *error)
{
  const ImPlan *plan = &coder->plan;
  const ImPngForm *form = &coder->form;
  uint8_t data[13] = { 0 };

  put_u32 (data, (uint32_t) plan->width);
  put_u32 (data + 4, (uint32_t) plan->height);
  data[8] = (uint8_t) form->bit_depth;
  data[9] = (uint8_t) (form->n_colours > 0
          ? PNG_COLOR_TYPE_PALETTE
          : (form->is_gray ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB)
              | (form->has_alpha ? PNG_COLOR_MASK_ALPHA : 0));
  return write_chunk (coder, "IHDR", data, sizeof (data), error);
}

static bool
write_srgb (ImCoder *coder, ImError *error)
{
  static const uint8_t intent = INTENT_PERCEPTUAL;

  return write_chunk (coder, "sRGB", &intent, 1, error);
}

static bool
write_phys (ImCoder *coder, ImError *error)
{
  const ImPlan *plan = &coder->plan;
  uint8_t data[9] = { 0 };

  if (plan->par_n == plan->par_d)
    return true;
  /* Pixels per unit: the wider a pixel, the fewer. */
  put_u32 (data, (uint32_t) plan->par_d);
  put_u32 (data + 4, (uint32_t) plan->par_n);
  data[8] = PNG_RESOLUTION_UNKNOWN;
  return write_chunk (coder, "pHYs", data, sizeof (data), error);
}

static bool
write_palette (ImCoder *coder, ImError *error)
{
  const ImPngForm *form = &coder->form;
  uint8_t colours[3 * IM_PNG_MOST_COLOURS], alphas[IM_PNG_MOST_COLOURS];

  if (form->n_colours == 0)
    return true;
  for (int i = 0; i < form->n_colours; i++) {
    memcpy (colours + 3 * i, form->palette[i], 3);
    alphas[i] = form->palette[i][3];
  }
  return write_chunk (coder, "PLTE", colours, 3 * (size_t) form->n_colours,
             error)
      && (form->n_not_opaque == 0
          || write_chunk (coder, "tRNS", alphas, (size_t) form->n_not_opaque,
              error));
}

static bool
write_key (ImCoder *coder, ImError *error)
{
  const ImPngForm *form = &coder->form;
  const size_t n = form->is_gray ? 1 : 3;
  uint8_t data[6];

  if (!form->has_key)
    return true;
  for (size_t i = 0; i < n; i++) {
    data[2 * i] = (uint8_t) (form->key[i] >> 8);
    data[2 * i + 1] = (uint8_t) form->key[i];
  }
  return write_chunk (coder, "tRNS", data, 2 * n, error);
}

/* PNG third edition, 11.3.3.4: keyword, two bytes that say it is not compressed,
 * no language and no translated keyword. */
static bool
write_comment (ImCoder *coder, const char *comment, ImError *error)
{
  static const char start[] = "Comment\0\0\0\0";
  ImBytes chunk = { 0 };
  bool fine;

  if (!im_bytes_append (&chunk, start, sizeof (start))
      || !im_bytes_append (&chunk, comment, strlen (comment)))
    fine = im_error_no_memory (error, "the PNG picture");
  else
    fine = write_chunk (coder, "iTXt", chunk.data, chunk.size, error);
  im_bytes_clear (&chunk);
  return fine;
}

static bool
write_metadata (ImCoder *coder, const ImMetadata *metadata, ImError *error)
{
  return (metadata->exif == NULL
             || write_chunk (coder, "eXIf", metadata->exif, metadata->exif_size,
                 error))
      && (metadata->comment == NULL
          || write_comment (coder, metadata->comment, error));
}

static bool
write_image_data (ImCoder *coder, const ImBytes *data, ImError *error)
{
  for (size_t done = 0; done < data->size;) {
    size_t left = data->size - done;
    size_t part = left < MAX_CHUNK ? left : MAX_CHUNK;

    if (!write_chunk (coder, "IDAT", data->data + done, part, error))
      return false;
    done += part;
  }
  return true;
}

static void
png_coder_free (ImCoder *coder)
{
  if (coder == NULL)
    return;
  png_destroy_write_struct (&coder->png, NULL);
  im_png_pack_free (coder->pack);
  free (coder->converted);
  im_bytes_clear (&coder->head);
  im_bytes_clear (&coder->tail);
  free (coder);
}

/* What goes with the form. */
static bool
open_pack (ImCoder *coder, ImError *error)
{
  const ImPngForm *form = &coder->form;
  ImPngForm plain;

  im_png_form_plain (&coder->plan, &plain);
  coder->row_size = im_png_form_row_size (form, coder->plan.width);
  coder->pack = im_png_pack_new (&coder->plan.png, coder->row_size,
      im_png_form_pixel_size (form),
      form->n_colours > 0 || form->bit_depth < 8);
  if (!im_png_form_equal (form, &plain))
    coder->converted = im_alloc_array (coder->row_size, IM_BLOCK_ROWS);
  if (coder->pack != NULL
      && (coder->converted != NULL || im_png_form_equal (form, &plain)))
    return true;
  return im_error_no_memory (error, "the PNG coder");
}

static void
close_pack (ImCoder *coder)
{
  im_png_pack_free (coder->pack);
  free (coder->converted);
  coder->pack = NULL;
  coder->converted = NULL;
}

static ImCoder *
png_coder_new (const ImPlan *plan, ImError *error)
{
  ImCoder *coder = im_alloc_array (1, sizeof (ImCoder));

  if (coder == NULL) {
    im_error_no_memory (error, "the PNG coder");
    return NULL;
  }
  memset (coder, 0, sizeof (*coder));
  coder->plan = *plan;
  im_png_form_plain (plan, &coder->form);
  if (open_pack (coder, error) && guarded (coder, create, error)) {
    if (coder->png != NULL)
      return coder;
    im_error_no_memory (error, "libpng");
  }
  png_coder_free (coder);
  return NULL;
}

/* A pack is made anew for another form; most pictures of a stream have the same. */
static bool
set_form (ImCoder *coder, const ImPngForm *form, ImError *error)
{
  if (coder->pack != NULL && im_png_form_equal (form, &coder->form))
    return true;
  close_pack (coder);
  coder->form = *form;
  if (open_pack (coder, error))
    return true;
  close_pack (coder);
  return false;
}

static bool
png_look (ImCoder *coder, const ImRows *whole, ImError *error)
{
  ImPngForm form;

  im_png_form_least (&coder->plan, whole, &form);
  return set_form (coder, &form, error);
}

static bool
png_follow (ImCoder *coder, const ImCoder *looked, ImError *error)
{
  return set_form (coder, &looked->form, error);
}

static bool
png_begin (ImCoder *coder, int index, ImCodedStrip *out, ImError *error)
{
  coder->index = index;
  coder->out = out;
  coder->rows_seen = 0;
  if (im_png_pack_begin (coder->pack, index == 0))
    return true;
  return im_error_no_memory (error, "the PNG picture");
}

static bool
png_rows (ImCoder *coder, const ImRows *rows, ImError *error)
{
  const uint8_t *data = rows->data[0];
  ptrdiff_t stride = rows->stride[0];

  coder->rows_seen += (uint64_t) rows->n_rows;
  if (coder->converted != NULL) {
    for (int y = 0; y < rows->n_rows; y++)
      im_png_form_convert (&coder->form, &coder->plan, data + y * stride,
          coder->converted + (size_t) y * coder->row_size);
    data = coder->converted;
    stride = (ptrdiff_t) coder->row_size;
  }
  if (im_png_pack_rows (coder->pack, data, stride, rows->n_rows))
    return true;
  return im_error_no_memory (error, "the PNG picture");
}

/* A single strip has the checksum with it. */
static bool
is_single (const ImCoder *coder)
{
  return coder->plan.n_strips == 1;
}

static bool
png_end (ImCoder *coder, ImError *error)
{
  bool last = coder->index == coder->plan.n_strips - 1;
  ImCodedStrip *out = coder->out;
  ImBytes *packed = im_png_pack_end (coder->pack, last, &out->checksum);
  uint8_t checksum[4];

  put_u32 (checksum, out->checksum);
  if (packed == NULL
      || (is_single (coder)
          && !im_bytes_append (packed, checksum, sizeof (checksum))))
    return im_error_no_memory (error, "the PNG picture");
  out->raw_size = coder->rows_seen * (coder->row_size + 1);
  coder->file = &out->bytes;
  return write_image_data (coder, packed, error);
}

static bool
write_head (ImCoder *coder, ImError *error)
{
  return write_signature (coder, error) && write_ihdr (coder, error)
      && write_srgb (coder, error) && write_phys (coder, error)
      && write_palette (coder, error) && write_key (coder, error);
}

static bool
write_tail (ImCoder *coder, uint32_t checksum, ImError *error)
{
  uint8_t data[4];

  put_u32 (data, checksum);
  return (is_single (coder)
             || write_chunk (coder, "IDAT", data, sizeof (data), error))
      && write_chunk (coder, "IEND", NULL, 0, error);
}

static bool
png_size (ImCoder *coder, const ImCodedStrip *strips, int n_strips,
    const ImMetadata *metadata, size_t *size, ImError *error)
{
  uint32_t checksum = IM_DEFLATE_EMPTY_CHECKSUM;

  for (int i = 0; i < n_strips; i++)
    checksum = im_deflate_join_checksums (checksum, strips[i].checksum,
        strips[i].raw_size);
  im_bytes_reset (&coder->head);
  coder->file = &coder->head;
  if (!write_head (coder, error) || !write_metadata (coder, metadata, error))
    return false;
  im_bytes_reset (&coder->tail);
  coder->file = &coder->tail;
  if (!write_tail (coder, checksum, error))
    return false;
  *size = coder->head.size + coder->tail.size;
  for (int i = 0; i < n_strips; i++)
    *size += strips[i].bytes.size;
  return true;
}

static uint8_t *
put_bytes (uint8_t *out, const ImBytes *bytes)
{
  memcpy (out, bytes->data, bytes->size);
  return out + bytes->size;
}

static void
png_write (const ImCoder *coder, const ImCodedStrip *strips, int n_strips,
    uint8_t *out)
{
  out = put_bytes (out, &coder->head);
  for (int i = 0; i < n_strips; i++)
    out = put_bytes (out, &strips[i].bytes);
  put_bytes (out, &coder->tail);
}

const ImCodec im_codec_png = { .name = "PNG",
  .media_type = "image/png",
  .coder_new = png_coder_new,
  .coder_free = png_coder_free,
  .look = png_look,
  .follow = png_follow,
  .begin = png_begin,
  .rows = png_rows,
  .end = png_end,
  .size = png_size,
  .write = png_write };
