/* imbytes: libjpeg-turbo: the headers of every JPEG, and pictures that it codes
 * whole. The only user of jpeglib.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "jpeg_library.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* jpeglib.h needs size_t and FILE declared before it. */
#include <jpeglib.h>
#include <jerror.h>

#include "jpeg_codes.h"

struct _ImJpegLibrary
{
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_destination_mgr destination;
  jmp_buf escape;

  ImPlan plan;
  ImBytes *out;
  const ImRows *block;
  int block_row;   /* first luma row of the next MCU row in block */
  bool is_foreign; /* the library: not libjpeg-turbo */
};

typedef void (*Step) (ImJpegLibrary *self);

static void
on_error_exit (j_common_ptr common)
{
  ImJpegLibrary *self = common->client_data;

  longjmp (self->escape, 1);
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
guarded (ImJpegLibrary *self, Step step, ImError *error)
{
  char message[JMSG_LENGTH_MAX];

  if (setjmp (self->escape) == 0) {
    step (self);
    return true;
  }
  self->errors.format_message ((j_common_ptr) &self->jpeg, message);
  jpeg_abort_compress (&self->jpeg);
  if (self->errors.msg_code == JERR_OUT_OF_MEMORY)
    return im_error_no_memory (error, "the JPEG picture");
  return im_error_set (error, IM_ERROR_CODEC, "libjpeg refused: %s.", message);
}

/* Hands all the room there is to libjpeg. */
static void
offer_room (ImJpegLibrary *self)
{
  ImBytes *bytes = self->out;

  if (!im_bytes_reserve (bytes, 1))
    ERREXIT1 (&self->jpeg, JERR_OUT_OF_MEMORY, 0);
  self->destination.next_output_byte = bytes->data + bytes->size;
  self->destination.free_in_buffer = bytes->capacity - bytes->size;
}

static void
init_destination (j_compress_ptr jpeg)
{
  offer_room (jpeg->client_data);
}

static boolean
empty_output_buffer (j_compress_ptr jpeg)
{
  ImJpegLibrary *self = jpeg->client_data;

  self->out->size = self->out->capacity;
  offer_room (self);
  return TRUE;
}

static void
term_destination (j_compress_ptr jpeg)
{
  ImJpegLibrary *self = jpeg->client_data;

  self->out->size = self->out->capacity - self->destination.free_in_buffer;
}

static int
mcu_height (const ImPlan *plan)
{
  return DCTSIZE << plan->h_shift;
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

static bool
is_standard_table (const JHUFF_TBL *table, const ImJpegHuffman *standard)
{
  size_t n = 0;

  if (table == NULL
      || memcmp (table->bits + 1, standard->n_codes, sizeof (standard->n_codes))
          != 0)
    return false;
  for (int i = 0; i < 16; i++)
    n += standard->n_codes[i];
  return memcmp (table->huffval, standard->symbols, n) == 0;
}

static bool
has_standard_tables (const struct jpeg_compress_struct *jpeg)
{
  for (int i = 0; i < 2; i++)
    if (!is_standard_table (jpeg->dc_huff_tbl_ptrs[i], &im_jpeg_huffman[i][0])
        || !is_standard_table (jpeg->ac_huff_tbl_ptrs[i],
            &im_jpeg_huffman[i][1]))
      return false;
  return true;
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
      && jpeg->quant_tbl_ptrs[0]->quantval[63] == 50
      && has_standard_tables (jpeg);
}

static void
setup (ImJpegLibrary *self)
{
  static const J_DCT_METHOD dcts[] = { JDCT_ISLOW, JDCT_IFAST, JDCT_FLOAT };
  struct jpeg_compress_struct *jpeg = &self->jpeg;
  const ImPlan *plan = &self->plan;
  bool gray = plan->n_components == 1;

  jpeg_create_compress (jpeg);
  jpeg->dest = &self->destination;
  jpeg->image_width = (JDIMENSION) plan->width;
  jpeg->image_height = (JDIMENSION) plan->height;
  jpeg->input_components = plan->n_components;
  jpeg->in_color_space = gray ? JCS_GRAYSCALE : JCS_YCbCr;
  jpeg_set_defaults (jpeg);
  self->is_foreign = !has_usual_defaults (jpeg);
  if (self->is_foreign)
    return;
  jpeg_set_quality (jpeg, plan->jpeg.quality, TRUE);
  jpeg->dct_method = dcts[plan->jpeg.dct];
  jpeg->optimize_coding = plan->jpeg.optimize;
  jpeg->comp_info[0].h_samp_factor = 1 << plan->w_shift;
  jpeg->comp_info[0].v_samp_factor = 1 << plan->h_shift;
  set_density (jpeg, plan->par_n, plan->par_d);
  if (plan->jpeg.progressive)
    jpeg_simple_progression (jpeg);
}

void
im_jpeg_library_free (ImJpegLibrary *self)
{
  if (self == NULL)
    return;
  jpeg_destroy_compress (&self->jpeg);
  free (self);
}

ImJpegLibrary *
im_jpeg_library_new (const ImPlan *plan, ImError *error)
{
  ImJpegLibrary *self;

  self = im_alloc_array (1, sizeof (ImJpegLibrary));
  if (self == NULL) {
    im_error_no_memory (error, "libjpeg-turbo");
    return NULL;
  }
  memset (self, 0, sizeof (*self));
  self->plan = *plan;
  self->jpeg.client_data = self;
  self->jpeg.err = jpeg_std_error (&self->errors);
  self->errors.error_exit = on_error_exit;
  self->errors.output_message = on_message;
  self->errors.emit_message = on_message_level;
  self->destination.init_destination = init_destination;
  self->destination.empty_output_buffer = empty_output_buffer;
  self->destination.term_destination = term_destination;
  if (guarded (self, setup, error)) {
    if (!self->is_foreign)
      return self;
    im_error_set (error, IM_ERROR_CODEC,
        "The libjpeg that was loaded is not libjpeg-turbo, and writes other "
        "files than it is asked for; let the libjpeg-turbo that imbytes was "
        "built with come first, or use PNG.");
  }
  im_jpeg_library_free (self);
  return NULL;
}

const uint16_t *
im_jpeg_library_quantisation (const ImJpegLibrary *self, int c)
{
  return self->jpeg.quant_tbl_ptrs[self->jpeg.comp_info[c].quant_tbl_no]
      ->quantval;
}

/* No rows at all make libjpeg write all that comes before their data. It has done
 * so into memory that is ours, all but the last of which it never has to ask
 * for. */
static void
write_header (ImJpegLibrary *self)
{
  self->jpeg.raw_data_in = FALSE;
  jpeg_start_compress (&self->jpeg, TRUE);
  jpeg_write_scanlines (&self->jpeg, NULL, 0);
  term_destination (&self->jpeg);
  jpeg_abort_compress (&self->jpeg);
}

bool
im_jpeg_library_header (ImJpegLibrary *self, ImBytes *out, ImError *error)
{
  self->out = out;
  return guarded (self, write_header, error);
}

static void
start (ImJpegLibrary *self)
{
  self->jpeg.raw_data_in = TRUE;
  jpeg_start_compress (&self->jpeg, TRUE);
}

bool
im_jpeg_library_begin (ImJpegLibrary *self, ImBytes *out, ImError *error)
{
  /* Does nothing unless a picture was left unfinished. */
  jpeg_abort_compress (&self->jpeg);
  self->out = out;
  return guarded (self, start, error);
}

/* One MCU row of the block; below the last row of the picture, that row again. */
static void
write_mcu_row (ImJpegLibrary *self)
{
  const ImPlan *plan = &self->plan;
  const ImRows *block = self->block;
  JSAMPROW lines[3][2 * DCTSIZE];
  JSAMPARRAY planes[3] = { lines[0], lines[1], lines[2] };

  for (int c = 0; c < plan->n_components; c++) {
    int h_shift = c > 0 ? plan->h_shift : 0;
    int first = self->block_row >> h_shift;
    int last = im_subsampled (block->n_rows, h_shift) - 1;
    int n_lines = mcu_height (plan) >> h_shift;

    for (int i = 0; i < n_lines; i++) {
      int y = first + i < last ? first + i : last;

      lines[c][i] = block->data[c] + y * block->stride[c];
    }
  }
  jpeg_write_raw_data (&self->jpeg, planes, (JDIMENSION) mcu_height (plan));
}

static void
write_block (ImJpegLibrary *self)
{
  for (self->block_row = 0; self->block_row < self->block->n_rows;
       self->block_row += mcu_height (&self->plan))
    write_mcu_row (self);
}

bool
im_jpeg_library_rows (ImJpegLibrary *self, const ImRows *rows, ImError *error)
{
  self->block = rows;
  return guarded (self, write_block, error);
}

static void
finish (ImJpegLibrary *self)
{
  jpeg_finish_compress (&self->jpeg);
}

bool
im_jpeg_library_end (ImJpegLibrary *self, ImError *error)
{
  return guarded (self, finish, error);
}
