/* imbytes: JPEG, by our own coder where it is the usual case, and by
 * libjpeg-turbo.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "jpeg.h"

#include <stdlib.h>
#include <string.h>

#include "baseline.h"
#include "jpeg_library.h"

/* SOI and the JFIF marker with its name, length and 14 bytes. */
#define JFIF_END (2 + 2 + 2 + 14)

#define MARKER_EOI 0xd9
#define MARKER_APP1 0xe1
#define MARKER_COM 0xfe

struct _ImCoder
{
  ImPlan plan;
  ImJpegLibrary *library;
  ImJpegBaseline *baseline; /* NULL: the library codes the whole picture */
  ImBytes header;           /* baseline: from SOI to the end of SOS */
  ImBytes head;             /* of the file, from size () to write () */
};

static bool
check_plan (const ImPlan *plan, ImError *error)
{
  int most = im_plan_max_size (IM_CODEC_JPEG);

  if (plan->width > most || plan->height > most)
    return im_error_set (error, IM_ERROR_TOO_LARGE,
        "JPEG pictures cannot be larger than %d x %d pixels; this one would "
        "have %d x %d.",
        most, most, plan->width, plan->height);
  return true;
}

static void
jpeg_coder_free (ImCoder *coder)
{
  if (coder == NULL)
    return;
  im_jpeg_baseline_free (coder->baseline);
  im_jpeg_library_free (coder->library);
  im_bytes_clear (&coder->header);
  im_bytes_clear (&coder->head);
  free (coder);
}

static bool
make_coders (ImCoder *coder, ImError *error)
{
  const ImPlan *plan = &coder->plan;
  const uint16_t *quantisation[3] = { NULL, NULL, NULL };

  coder->library = im_jpeg_library_new (plan, error);
  if (coder->library == NULL || !im_jpeg_baseline_does (plan))
    return coder->library != NULL;
  for (int c = 0; c < plan->n_components; c++)
    quantisation[c] = im_jpeg_library_quantisation (coder->library, c);
  coder->baseline =
      im_jpeg_baseline_new (plan, quantisation, im_jpeg_kernels_get (), error);
  return coder->baseline != NULL;
}

static ImCoder *
jpeg_coder_new (const ImPlan *plan, ImError *error)
{
  ImCoder *coder;

  if (!check_plan (plan, error))
    return NULL;
  coder = calloc (1, sizeof (*coder));
  if (coder == NULL) {
    im_error_no_memory (error, "the JPEG coder");
    return NULL;
  }
  coder->plan = *plan;
  if (make_coders (coder, error))
    return coder;
  jpeg_coder_free (coder);
  return NULL;
}

static bool
jpeg_begin (ImCoder *coder, int index, ImCodedStrip *out, ImError *error)
{
  if (coder->baseline)
    return im_jpeg_baseline_begin (coder->baseline, index, out, error);
  return im_jpeg_library_begin (coder->library, &out->bytes, error);
}

/* Coders read whole MCUs: the last sample of each row is repeated up to
 * there. */
static void
pad_rows (const ImPlan *plan, const ImRows *rows)
{
  for (int c = 0; c < plan->n_components; c++) {
    int w_shift = c > 0 ? plan->w_shift : 0;
    int n_rows = im_subsampled (rows->n_rows, c > 0 ? plan->h_shift : 0);
    size_t width = (size_t) im_subsampled (plan->width, w_shift);
    size_t missing = plan->layout.plane[c].row_size - width;

    for (int y = 0; y < n_rows && missing > 0; y++) {
      uint8_t *end = rows->data[c] + y * rows->stride[c] + width;

      memset (end, end[-1], missing);
    }
  }
}

static bool
jpeg_rows (ImCoder *coder, const ImRows *rows, ImError *error)
{
  pad_rows (&coder->plan, rows);
  if (coder->baseline)
    return im_jpeg_baseline_rows (coder->baseline, rows, error);
  return im_jpeg_library_rows (coder->library, rows, error);
}

static bool
jpeg_end (ImCoder *coder, ImError *error)
{
  if (coder->baseline)
    return im_jpeg_baseline_end (coder->baseline, error);
  return im_jpeg_library_end (coder->library, error);
}

/* A segment of @name, length and @size bytes after a @prefix that is not NULL. */
static bool
append_segment (ImBytes *head, int name, const char *prefix, size_t prefix_size,
    const void *data, size_t size)
{
  size_t length = 2 + prefix_size + size;
  uint8_t start[4] = { 0xff, (uint8_t) name, (uint8_t) (length >> 8),
    (uint8_t) length };

  return im_bytes_append (head, start, sizeof (start))
      && im_bytes_append (head, prefix, prefix_size)
      && im_bytes_append (head, data, size);
}

/* SOI and the JFIF marker stand first (ITU-T T.871, 10), then come EXIF
 * (CIPA DC-008, 4.7.2) and the comment. @file begins with what libjpeg wrote. */
static bool
make_head (ImBytes *head, const ImBytes *file, const ImMetadata *metadata)
{
  static const char prefix[6] = "Exif\0";

  im_bytes_reset (head);
  return im_bytes_append (head, file->data, JFIF_END)
      && (metadata->exif == NULL
          || append_segment (head, MARKER_APP1, prefix, sizeof (prefix),
              metadata->exif, metadata->exif_size))
      && (metadata->comment == NULL
          || append_segment (head, MARKER_COM, "", 0, metadata->comment,
              strlen (metadata->comment)));
}

static bool
baseline_size (ImCoder *coder, const ImCodedStrip *strips, int n_strips,
    const ImMetadata *metadata, size_t *size, ImError *error)
{
  const ImBytes *header = &coder->header;

  if (header->size == 0
      && !im_jpeg_library_header (coder->library, &coder->header, error))
    return false;
  if (!make_head (&coder->head, header, metadata)
      || !im_bytes_append (&coder->head, header->data + JFIF_END,
          header->size - JFIF_END))
    return im_error_no_memory (error, "the JPEG picture");
  if (!im_jpeg_baseline_size (coder->baseline, strips, n_strips, size, error))
    return false;
  *size += coder->head.size + 2;
  return true;
}

static bool
jpeg_size (ImCoder *coder, const ImCodedStrip *strips, int n_strips,
    const ImMetadata *metadata, size_t *size, ImError *error)
{
  if (coder->baseline)
    return baseline_size (coder, strips, n_strips, metadata, size, error);
  if (!make_head (&coder->head, &strips[0].bytes, metadata))
    return im_error_no_memory (error, "the JPEG picture");
  *size = coder->head.size + strips[0].bytes.size - JFIF_END;
  return true;
}

static void
jpeg_write (const ImCoder *coder, const ImCodedStrip *strips, int n_strips,
    uint8_t *out)
{
  (void) n_strips;
  memcpy (out, coder->head.data, coder->head.size);
  out += coder->head.size;
  if (coder->baseline) {
    out = im_jpeg_baseline_write (coder->baseline, out);
    out[0] = 0xff;
    out[1] = MARKER_EOI;
  } else {
    memcpy (out, strips[0].bytes.data + JFIF_END,
        strips[0].bytes.size - JFIF_END);
  }
}

const ImCodec im_codec_jpeg = { .name = "JPEG",
  .media_type = "image/jpeg",
  .coder_new = jpeg_coder_new,
  .coder_free = jpeg_coder_free,
  .begin = jpeg_begin,
  .rows = jpeg_rows,
  .end = jpeg_end,
  .size = jpeg_size,
  .write = jpeg_write };
