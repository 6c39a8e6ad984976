/* imbytes: JPEG, by libjpeg-turbo.
 *
 * Every strip is coded as a picture of its own, and is one restart interval of
 * the file: strip 0 brings the header, which announces the height of the whole
 * canvas; of the others only the entropy-coded data is kept; where libjpeg ends
 * a picture with EOI, all but the last strip end with RSTn, which is as long.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "jpeg.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* jpeglib.h needs size_t and FILE declared before it. */
#include <jpeglib.h>
#include <jerror.h>

/* Room for the header of a strip whose tables and JFIF marker are left out:
 * SOI, SOF and SOS. */
#define MAX_SHORT_HEADER 64

/* SOI and the JFIF marker with its name, length and 14 bytes. */
#define JFIF_END (2 + 2 + 2 + 14)

/* A restart interval is counted in 16 bits. */
#define MAX_RESTART_INTERVAL 65535

struct _ImCoder
{
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_destination_mgr destination;
  jmp_buf escape;

  ImPlan plan;
  int index; /* of the strip under way */
  ImCodedStrip *out;
  const ImRows *block;
  int block_row; /* first luma row of the next MCU row in block */
  /* Where the header of all strips but the first goes. */
  JOCTET short_header[MAX_SHORT_HEADER];
  bool in_header;
  bool is_foreign; /* the library: not libjpeg-turbo */
  ImBytes head;    /* of the file, from size () to write () */
};

typedef void (*Step) (ImCoder *coder);

static void
on_error_exit (j_common_ptr common)
{
  ImCoder *coder = common->client_data;

  longjmp (coder->escape, 1);
}

/* libjpeg's warnings are about data that it reads; when writing there is
 * nothing to tell. */
static void
on_message (j_common_ptr common)
{
  (void) common;
}

static void
on_message_level (j_common_ptr common, int level)
{
  (void) common, (void) level;
}

/* All calls that may end in on_error_exit () go through here, and nothing that
 * they change lives on the stack. */
static bool
guarded (ImCoder *coder, Step step, ImError *error)
{
  char message[JMSG_LENGTH_MAX];

  if (setjmp (coder->escape) == 0) {
    step (coder);
    return true;
  }
  coder->errors.format_message ((j_common_ptr) &coder->jpeg, message);
  jpeg_abort_compress (&coder->jpeg);
  if (coder->errors.msg_code == JERR_OUT_OF_MEMORY)
    return im_error_no_memory (error, "the JPEG picture");
  return im_error_set (error, IM_ERROR_CODEC, "libjpeg refused: %s.", message);
}

/* Hands all the room there is to libjpeg. */
static void
offer_room (ImCoder *coder)
{
  ImBytes *bytes = &coder->out->bytes;

  if (!im_bytes_reserve (bytes, 1))
    ERREXIT1 (&coder->jpeg, JERR_OUT_OF_MEMORY, 0);
  coder->destination.next_output_byte = bytes->data + bytes->size;
  coder->destination.free_in_buffer = bytes->capacity - bytes->size;
}

static size_t
short_header_size (const ImPlan *plan)
{
  size_t n = (size_t) plan->n_components;

  return 2 + (2 + 8 + 3 * n) + (2 + 6 + 2 * n);
}

static void
init_destination (j_compress_ptr jpeg)
{
  ImCoder *coder = jpeg->client_data;

  coder->in_header = coder->index > 0;
  if (coder->in_header) {
    coder->destination.next_output_byte = coder->short_header;
    coder->destination.free_in_buffer = short_header_size (&coder->plan);
  } else {
    offer_room (coder);
  }
}

static boolean
empty_output_buffer (j_compress_ptr jpeg)
{
  ImCoder *coder = jpeg->client_data;

  if (!coder->in_header)
    coder->out->bytes.size = coder->out->bytes.capacity;
  coder->in_header = false;
  offer_room (coder);
  return TRUE;
}

static void
term_destination (j_compress_ptr jpeg)
{
  ImCoder *coder = jpeg->client_data;
  ImBytes *bytes = &coder->out->bytes;

  bytes->size = bytes->capacity - coder->destination.free_in_buffer;
}

static int
mcu_height (const ImPlan *plan)
{
  return DCTSIZE << plan->h_shift;
}

static int
strip_height (const ImPlan *plan, int index)
{
  int above = index * plan->strip_rows;

  return index < plan->n_strips - 1 ? plan->strip_rows : plan->height - above;
}

/* MCUs of all strips but the last. */
static int64_t
mcus_per_strip (const ImPlan *plan)
{
  return (int64_t) im_subsampled (plan->width, 3 + plan->w_shift)
      * (plan->strip_rows / mcu_height (plan));
}

static void
set_density (struct jpeg_compress_struct *jpeg, int par_n, int par_d)
{
  /* Both are counted in 16 bits; a pixel is as wide as the vertical density
   * is to the horizontal. */
  while (par_n > UINT16_MAX || par_d > UINT16_MAX) {
    par_n /= 2;
    par_d /= 2;
  }
  jpeg->JFIF_major_version = 1;
  jpeg->JFIF_minor_version = 1;
  jpeg->density_unit = 0;
  jpeg->X_density = (UINT16) (par_d > 0 ? par_d : 1);
  jpeg->Y_density = (UINT16) (par_n > 0 ? par_n : 1);
}

/* Other libraries of the same name have defaults of their own, which say what
 * else they do: mozjpeg's are progressive scans and optimised tables, and behind
 * them trellis quantisation, which its interface does not show. */
static bool
has_usual_defaults (const struct jpeg_compress_struct *jpeg)
{
  return jpeg->scan_info == NULL && jpeg->num_scans == 0
      && !jpeg->optimize_coding && !jpeg->arith_code
      && jpeg->smoothing_factor == 0 && jpeg->restart_interval == 0
      && jpeg->restart_in_rows == 0
      && jpeg->data_precision == 8
      /* ITU-T T.81, table K.1, at quality 75. */
      && jpeg->quant_tbl_ptrs[0] != NULL
      && jpeg->quant_tbl_ptrs[0]->quantval[0] == 8
      && jpeg->quant_tbl_ptrs[0]->quantval[63] == 50;
}

static void
setup (ImCoder *coder)
{
  static const J_DCT_METHOD dcts[] = { JDCT_ISLOW, JDCT_IFAST, JDCT_FLOAT };
  struct jpeg_compress_struct *jpeg = &coder->jpeg;
  const ImPlan *plan = &coder->plan;
  bool gray = plan->n_components == 1;

  jpeg_create_compress (jpeg);
  jpeg->dest = &coder->destination;
  jpeg->image_width = (JDIMENSION) plan->width;
  jpeg->image_height = (JDIMENSION) plan->height;
  jpeg->input_components = plan->n_components;
  jpeg->in_color_space = gray ? JCS_GRAYSCALE : JCS_YCbCr;
  jpeg_set_defaults (jpeg);
  coder->is_foreign = !has_usual_defaults (jpeg);
  if (coder->is_foreign)
    return;
  jpeg_set_quality (jpeg, plan->jpeg.quality, TRUE);
  jpeg->raw_data_in = TRUE;
  jpeg->dct_method = dcts[plan->jpeg.dct];
  jpeg->optimize_coding = plan->jpeg.optimize;
  jpeg->comp_info[0].h_samp_factor = 1 << plan->w_shift;
  jpeg->comp_info[0].v_samp_factor = 1 << plan->h_shift;
  set_density (jpeg, plan->par_n, plan->par_d);
  if (plan->jpeg.progressive)
    jpeg_simple_progression (jpeg);
}

static bool
check_plan (const ImPlan *plan, ImError *error)
{
  if (plan->width > JPEG_MAX_DIMENSION || plan->height > JPEG_MAX_DIMENSION)
    return im_error_set (error, IM_ERROR_TOO_LARGE,
        "JPEG pictures cannot be larger than %d x %d pixels; this one would "
        "have %d x %d.",
        (int) JPEG_MAX_DIMENSION, (int) JPEG_MAX_DIMENSION, plan->width,
        plan->height);
  if (plan->n_strips > 1 && mcus_per_strip (plan) > MAX_RESTART_INTERVAL)
    return im_error_set (error, IM_ERROR_TOO_LARGE,
        "A JPEG strip of %d x %d pixels is more than a restart interval holds.",
        plan->width, plan->strip_rows);
  return true;
}

static void
jpeg_coder_free (ImCoder *coder)
{
  if (coder == NULL)
    return;
  jpeg_destroy_compress (&coder->jpeg);
  im_bytes_clear (&coder->head);
  free (coder);
}

static ImCoder *
jpeg_coder_new (const ImPlan *plan, ImError *error)
{
  ImCoder *coder;

  if (!check_plan (plan, error))
    return NULL;
  coder = im_alloc_array (1, sizeof (ImCoder));
  if (coder == NULL) {
    im_error_no_memory (error, "the JPEG coder");
    return NULL;
  }
  memset (coder, 0, sizeof (*coder));
  coder->plan = *plan;
  coder->jpeg.client_data = coder;
  coder->jpeg.err = jpeg_std_error (&coder->errors);
  coder->errors.error_exit = on_error_exit;
  coder->errors.output_message = on_message;
  coder->errors.emit_message = on_message_level;
  coder->destination.init_destination = init_destination;
  coder->destination.empty_output_buffer = empty_output_buffer;
  coder->destination.term_destination = term_destination;
  if (guarded (coder, setup, error)) {
    if (!coder->is_foreign)
      return coder;
    im_error_set (error, IM_ERROR_CODEC,
        "The libjpeg that was loaded is not libjpeg-turbo, and writes other "
        "files than it is asked for; let the libjpeg-turbo that imbytes was "
        "built with come first, or use PNG.");
  }
  jpeg_coder_free (coder);
  return NULL;
}

static void
start (ImCoder *coder)
{
  struct jpeg_compress_struct *jpeg = &coder->jpeg;
  const ImPlan *plan = &coder->plan;
  bool first = coder->index == 0;

  jpeg->image_height = (JDIMENSION) strip_height (plan, coder->index);
  jpeg->write_JFIF_header = first;
  jpeg->restart_interval =
      first && plan->n_strips > 1 ? (unsigned) mcus_per_strip (plan) : 0;
  jpeg_suppress_tables (jpeg, !first);
  jpeg_start_compress (jpeg, first);
}

static bool
jpeg_begin (ImCoder *coder, int index, ImCodedStrip *out, ImError *error)
{
  /* Does nothing unless a strip was left unfinished. */
  jpeg_abort_compress (&coder->jpeg);
  coder->index = index;
  coder->out = out;
  return guarded (coder, start, error);
}

/* libjpeg reads whole MCUs: the last sample of each row is repeated up to
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

/* One MCU row of the block; below the last row of the strip, that row again. */
static void
write_mcu_row (ImCoder *coder)
{
  const ImPlan *plan = &coder->plan;
  const ImRows *block = coder->block;
  JSAMPROW lines[3][2 * DCTSIZE];
  JSAMPARRAY planes[3] = { lines[0], lines[1], lines[2] };

  for (int c = 0; c < plan->n_components; c++) {
    int h_shift = c > 0 ? plan->h_shift : 0;
    int first = coder->block_row >> h_shift;
    int last = im_subsampled (block->n_rows, h_shift) - 1;
    int n_lines = mcu_height (plan) >> h_shift;

    for (int i = 0; i < n_lines; i++) {
      int y = first + i < last ? first + i : last;

      lines[c][i] = block->data[c] + y * block->stride[c];
    }
  }
  jpeg_write_raw_data (&coder->jpeg, planes, (JDIMENSION) mcu_height (plan));
}

static void
write_block (ImCoder *coder)
{
  for (coder->block_row = 0; coder->block_row < coder->block->n_rows;
       coder->block_row += mcu_height (&coder->plan))
    write_mcu_row (coder);
}

static bool
jpeg_rows (ImCoder *coder, const ImRows *rows, ImError *error)
{
  pad_rows (&coder->plan, rows);
  coder->block = rows;
  return guarded (coder, write_block, error);
}

static void
finish (ImCoder *coder)
{
  jpeg_finish_compress (&coder->jpeg);
}

/* Writes the height of the whole canvas into the frame header (SOF0 or SOF2):
 * marker, length, precision, height. */
static void
announce_height (ImBytes *bytes, int height)
{
  uint8_t *marker = bytes->data + 2;

  while (marker[1] != 0xc0 && marker[1] != 0xc1 && marker[1] != 0xc2)
    marker += 2 + marker[2] * 256 + marker[3];
  marker[5] = (uint8_t) (height >> 8);
  marker[6] = (uint8_t) height;
}

static bool
jpeg_end (ImCoder *coder, ImError *error)
{
  const ImPlan *plan = &coder->plan;
  ImBytes *bytes = &coder->out->bytes;

  if (!guarded (coder, finish, error))
    return false;
  if (coder->index == 0)
    announce_height (bytes, plan->height);
  if (coder->index < plan->n_strips - 1)
    bytes->data[bytes->size - 1] = (uint8_t) (JPEG_RST0 + coder->index % 8);
  return true;
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
 * (CIPA DC-008, 4.7.2) and the comment. The rest is the strips. */
static bool
make_head (ImCoder *coder, const ImCodedStrip *strips,
    const ImMetadata *metadata)
{
  static const char prefix[6] = "Exif\0";
  ImBytes *head = &coder->head;

  im_bytes_reset (head);
  return im_bytes_append (head, strips[0].bytes.data, JFIF_END)
      && (metadata->exif == NULL
          || append_segment (head, JPEG_APP0 + 1, prefix, sizeof (prefix),
              metadata->exif, metadata->exif_size))
      && (metadata->comment == NULL
          || append_segment (head, JPEG_COM, "", 0, metadata->comment,
              strlen (metadata->comment)));
}

static bool
jpeg_size (ImCoder *coder, const ImCodedStrip *strips, int n_strips,
    const ImMetadata *metadata, size_t *size, ImError *error)
{
  if (!make_head (coder, strips, metadata))
    return im_error_no_memory (error, "the JPEG picture");
  *size = coder->head.size - JFIF_END;
  for (int i = 0; i < n_strips; i++)
    *size += strips[i].bytes.size;
  return true;
}

static void
jpeg_write (const ImCoder *coder, const ImCodedStrip *strips, int n_strips,
    uint8_t *out)
{
  memcpy (out, coder->head.data, coder->head.size);
  out += coder->head.size;
  for (int i = 0; i < n_strips; i++) {
    /* The head has the beginning of the first. */
    size_t skipped = i == 0 ? JFIF_END : 0;

    memcpy (out, strips[i].bytes.data + skipped,
        strips[i].bytes.size - skipped);
    out += strips[i].bytes.size - skipped;
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
