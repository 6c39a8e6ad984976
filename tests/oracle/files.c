/* imbytes tests: JPEG and PNG files read, and planes coded, by the libraries.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "files.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>

static gint
shifted_up (gint value, gint shift)
{
  return (value + (1 << shift) - 1) >> shift;
}

void
file_alloc (File *file)
{
  for (gint p = 0; p < file->n_planes; p++) {
    gboolean chroma = !file->is_png && (p == 1 || p == 2);

    file->plane_width[p] = shifted_up (file->width, chroma ? file->w_shift : 0);
    file->plane_height[p] =
        shifted_up (file->height, chroma ? file->h_shift : 0);
    file->plane[p] = g_new0 (guint16,
        (gsize) file->plane_width[p] * (gsize) file->plane_height[p]);
  }
}

void
file_clear (File *file)
{
  for (gint p = 0; p < 4; p++)
    g_clear_pointer (&file->plane[p], g_free);
}

static void
on_jpeg_error (j_common_ptr jpeg)
{
  longjmp (*(jmp_buf *) jpeg->client_data, 1);
}

/* Rows of one iMCU row, padded to whole blocks, for each component. */
typedef struct
{
  JSAMPROW row[3][DCTSIZE * 2];
  JSAMPARRAY planes[3];
  guint8 *memory;
} Rows;

static void
rows_new (Rows *rows, gint width)
{
  gsize stride = ((gsize) width + 63) / 16 * 16;

  rows->memory = g_malloc0 (stride * 3 * DCTSIZE * 2);
  for (gint c = 0; c < 3; c++) {
    rows->planes[c] = rows->row[c];
    for (gint y = 0; y < DCTSIZE * 2; y++)
      rows->row[c][y] = rows->memory + stride * (gsize) (c * DCTSIZE * 2 + y);
  }
}

static const gchar *
jpeg_shape (File *file, const struct jpeg_decompress_struct *jpeg)
{
  const jpeg_component_info *luma = &jpeg->comp_info[0];

  file->width = (gint) jpeg->image_width;
  file->height = (gint) jpeg->image_height;
  file->bits = 8;
  file->n_planes = jpeg->num_components;
  if (file->n_planes != 1 && file->n_planes != 3)
    return "neither 1 nor 3 components";
  if (jpeg->jpeg_color_space
      != (file->n_planes == 1 ? JCS_GRAYSCALE : JCS_YCbCr))
    return "not gray or Y'CbCr as JFIF has it";
  if (file->n_planes == 3) {
    file->w_shift = luma->h_samp_factor - 1;
    file->h_shift = luma->v_samp_factor - 1;
  }
  return NULL;
}

static void
read_planes (File *file, struct jpeg_decompress_struct *jpeg, Rows *rows)
{
  while (jpeg->output_scanline < jpeg->output_height) {
    gint y0 = (gint) jpeg->output_scanline;

    jpeg_read_raw_data (jpeg, rows->planes, DCTSIZE * 2);
    for (gint p = 0; p < file->n_planes; p++) {
      gint top = p > 0 ? y0 >> file->h_shift : y0;
      gint n = jpeg->comp_info[p].v_samp_factor * DCTSIZE;

      for (gint y = 0; y < n && top + y < file->plane_height[p]; y++)
        for (gint x = 0; x < file->plane_width[p]; x++)
          file->plane[p][(gsize) (top + y) * file->plane_width[p] + x] =
              rows->row[p][y][x];
    }
  }
}

static const gchar *
read_jpeg (File *file, const guint8 *data, gsize size)
{
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  const gchar *wrong = NULL;
  Rows rows = { 0 };
  jmp_buf jump;

  jpeg.err = jpeg_std_error (&errors);
  errors.error_exit = on_jpeg_error;
  jpeg.client_data = &jump;
  if (setjmp (jump)) {
    jpeg_destroy_decompress (&jpeg);
    g_free (rows.memory);
    return "libjpeg does not read it";
  }
  jpeg_create_decompress (&jpeg);
  jpeg_mem_src (&jpeg, data, size);
  jpeg_read_header (&jpeg, TRUE);
  wrong = jpeg_shape (file, &jpeg);
  if (wrong == NULL) {
    file_alloc (file);
    jpeg.raw_data_out = TRUE;
    jpeg.dct_method = JDCT_ISLOW;
    jpeg.do_fancy_upsampling = FALSE;
    jpeg_start_decompress (&jpeg);
    rows_new (&rows, file->width);
    read_planes (file, &jpeg, &rows);
    jpeg_finish_decompress (&jpeg);
    if (errors.num_warnings > 0)
      wrong = "libjpeg warns of it";
  }
  jpeg_destroy_decompress (&jpeg);
  g_free (rows.memory);
  return wrong;
}

/* Edges are repeated: what is beyond the picture is in no one's way. */
static void
write_planes (const File *file, struct jpeg_compress_struct *jpeg, Rows *rows)
{
  while (jpeg->next_scanline < jpeg->image_height) {
    gint y0 = (gint) jpeg->next_scanline;

    for (gint p = 0; p < file->n_planes; p++) {
      gint top = p > 0 ? y0 >> file->h_shift : y0;
      gint width = file->plane_width[p], height = file->plane_height[p];

      for (gint y = 0; y < DCTSIZE * 2; y++)
        for (gint x = 0; x < (width + 31) / 16 * 16; x++)
          rows->row[p][y][x] =
              (JSAMPLE) file->plane[p][(gsize) MIN (top + y, height - 1) * width
                  + MIN (x, width - 1)];
    }
    jpeg_write_raw_data (jpeg, rows->planes, DCTSIZE * 2);
  }
}

const gchar *
file_through_jpeg (const File *file, File *coded)
{
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  unsigned char *data = NULL;
  unsigned long size = 0;
  const gchar *wrong;
  Rows rows;

  jpeg.err = jpeg_std_error (&errors);
  jpeg_create_compress (&jpeg);
  jpeg_mem_dest (&jpeg, &data, &size);
  jpeg.image_width = (JDIMENSION) file->width;
  jpeg.image_height = (JDIMENSION) file->height;
  jpeg.input_components = file->n_planes;
  jpeg.in_color_space = file->n_planes == 1 ? JCS_GRAYSCALE : JCS_YCbCr;
  jpeg_set_defaults (&jpeg);
  jpeg_set_quality (&jpeg, 100, TRUE);
  jpeg.dct_method = JDCT_ISLOW;
  jpeg.raw_data_in = TRUE;
  for (gint p = 0; p < file->n_planes; p++) {
    jpeg.comp_info[p].h_samp_factor = p == 0 ? 1 << file->w_shift : 1;
    jpeg.comp_info[p].v_samp_factor = p == 0 ? 1 << file->h_shift : 1;
  }
  jpeg_start_compress (&jpeg, TRUE);
  rows_new (&rows, file->width);
  write_planes (file, &jpeg, &rows);
  jpeg_finish_compress (&jpeg);
  jpeg_destroy_compress (&jpeg);
  g_free (rows.memory);
  wrong = read_jpeg (coded, data, size);
  free (data);
  return wrong;
}

typedef struct
{
  const guint8 *data;
  gsize left;
} Source;

static void
read_source (png_structp png, png_bytep data, png_size_t size)
{
  Source *source = png_get_io_ptr (png);

  if (size > source->left)
    png_error (png, "the file ends early");
  memcpy (data, source->data, size);
  source->data += size;
  source->left -= size;
}

static void
on_png_warning (png_structp png, png_const_charp text)
{
  png_error (png, text);
}

static void
on_png_error (png_structp png, png_const_charp text)
{
  (void) text;
  png_longjmp (png, 1);
}

static void
take_row (File *file, const guint8 *row, gint y)
{
  for (gint x = 0; x < file->width; x++)
    for (gint p = 0; p < file->n_planes; p++) {
      gsize at = (gsize) x * (gsize) file->n_planes + (gsize) p;

      file->plane[p][(gsize) y * (gsize) file->width + (gsize) x] =
          file->bits == 16 ? (guint16) (row[2 * at] << 8 | row[2 * at + 1])
                           : row[at];
    }
}

static const gchar *
read_png (File *file, const guint8 *data, gsize size)
{
  Source source = { data, size };
  png_structp png = png_create_read_struct (PNG_LIBPNG_VER_STRING, NULL,
      on_png_error, on_png_warning);
  png_infop info = png_create_info_struct (png);
  guint8 *volatile row = NULL;

  if (setjmp (png_jmpbuf (png))) {
    png_destroy_read_struct (&png, &info, NULL);
    g_free (row);
    return "libpng does not read it";
  }
  png_set_read_fn (png, &source, read_source);
  png_read_info (png, info);
  /* What png-reduce makes of a picture: back to what it was made of. */
  if (png_get_bit_depth (png, info) < 8
      || png_get_color_type (png, info) == PNG_COLOR_TYPE_PALETTE)
    png_set_expand (png);
  png_read_update_info (png, info);
  file->width = (gint) png_get_image_width (png, info);
  file->height = (gint) png_get_image_height (png, info);
  file->n_planes = png_get_channels (png, info);
  file->bits = png_get_bit_depth (png, info);
  file_alloc (file);
  row = g_malloc (png_get_rowbytes (png, info));
  for (gint y = 0; y < file->height; y++) {
    png_read_row (png, row, NULL);
    take_row (file, row, y);
  }
  png_read_end (png, NULL);
  png_destroy_read_struct (&png, &info, NULL);
  g_free (row);
  return source.left == 0 ? NULL : "there is something behind the PNG";
}

const gchar *
file_read (File *file, const guint8 *data, gsize size)
{
  *file = (File){ 0 };
  if (size > 8 && memcmp (data, "\x89PNG\r\n\x1a\n", 8) == 0) {
    file->is_png = TRUE;
    return read_png (file, data, size);
  }
  if (size > 4 && data[0] == 0xff && data[1] == 0xd8 && data[size - 2] == 0xff
      && data[size - 1] == 0xd9)
    return read_jpeg (file, data, size);
  return "neither JPEG nor PNG";
}
