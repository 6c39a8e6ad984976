/* imbytes tests: what is inside files, by the libraries' own decoders.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>

#include "core/engine.h"
#include "pictures.h"

typedef struct
{
  struct jpeg_error_mgr manager;
  jmp_buf jump;
} JpegErrors;

static void
jpeg_failed (j_common_ptr info)
{
  info->err->output_message (info);
  longjmp (((JpegErrors *) info->err)->jump, 1);
}

static void
read_jpeg (struct jpeg_decompress_struct *info, Decoded *decoded)
{
  int channels = decoded->channels = info->num_components;
  size_t row = (size_t) decoded->width * (size_t) channels;
  JSAMPLE *line = malloc (row);

  decoded->sample = malloc (row * (size_t) decoded->height * 2);
  while (info->output_scanline < info->output_height) {
    uint16_t *out = decoded->sample + info->output_scanline * row;

    jpeg_read_scanlines (info, &line, 1);
    for (size_t i = 0; i < row; i++)
      out[i] = line[i];
  }
  free (line);
}

bool
decode_jpeg (Decoded *decoded, const uint8_t *data, size_t size)
{
  struct jpeg_decompress_struct info;
  JpegErrors errors;
  bool clean;

  memset (decoded, 0, sizeof (*decoded));
  info.err = jpeg_std_error (&errors.manager);
  errors.manager.error_exit = jpeg_failed;
  jpeg_create_decompress (&info);
  if (setjmp (errors.jump)) {
    jpeg_destroy_decompress (&info);
    return false;
  }
  jpeg_mem_src (&info, data, size);
  jpeg_read_header (&info, TRUE);
  info.do_fancy_upsampling = FALSE;
  decoded->h_sampling = info.comp_info[0].h_samp_factor;
  decoded->v_sampling = info.comp_info[0].v_samp_factor;
  jpeg_start_decompress (&info);
  decoded->width = (int) info.output_width;
  decoded->height = (int) info.output_height;
  decoded->bits = 8;
  decoded->restart_interval = (int) info.restart_interval;
  read_jpeg (&info, decoded);
  jpeg_finish_decompress (&info);
  clean = errors.manager.num_warnings == 0;
  jpeg_destroy_decompress (&info);
  return clean;
}

typedef struct
{
  const uint8_t *at;
  size_t left;
} PngSource;

static void
png_take (png_structp png, png_bytep out, size_t size)
{
  PngSource *source = png_get_io_ptr (png);

  if (size > source->left)
    png_error (png, "the file ends too early");
  memcpy (out, source->at, size);
  source->at += size;
  source->left -= size;
}

static void
png_warned (png_structp png, png_const_charp message)
{
  *(bool *) png_get_error_ptr (png) = true;
  fprintf (stderr, "libpng: %s\n", message);
}

static void
read_png (png_structp png, png_infop info, Decoded *decoded)
{
  size_t row = (size_t) decoded->width * (size_t) decoded->channels;
  uint8_t *line = malloc (row * 2);

  decoded->sample = malloc (row * (size_t) decoded->height * 2);
  for (int y = 0; y < decoded->height; y++) {
    uint16_t *out = decoded->sample + (size_t) y * row;

    png_read_row (png, line, NULL);
    for (size_t i = 0; i < row; i++)
      out[i] = decoded->bits == 16
          ? (uint16_t) (line[2 * i] << 8 | line[2 * i + 1])
          : line[i];
  }
  free (line);
  png_read_end (png, info);
}

bool
decode_png (Decoded *decoded, const uint8_t *data, size_t size)
{
  PngSource source = { data, size };
  bool warned = false;
  png_structp png =
      png_create_read_struct (PNG_LIBPNG_VER_STRING, &warned, NULL, png_warned);
  png_infop info = png_create_info_struct (png);

  memset (decoded, 0, sizeof (*decoded));
  if (setjmp (png_jmpbuf (png))) {
    png_destroy_read_struct (&png, &info, NULL);
    return false;
  }
  png_set_read_fn (png, &source, png_take);
  png_read_info (png, info);
  /* Colours of a palette, bits and one transparent colour as samples. */
  png_set_expand (png);
  png_read_update_info (png, info);
  decoded->width = (int) png_get_image_width (png, info);
  decoded->height = (int) png_get_image_height (png, info);
  decoded->channels = png_get_channels (png, info);
  decoded->bits = png_get_bit_depth (png, info);
  read_png (png, info, decoded);
  png_destroy_read_struct (&png, &info, NULL);
  return source.left == 0 && !warned;
}

void
decoded_clear (Decoded *decoded)
{
  free (decoded->sample);
  decoded->sample = NULL;
}

int
decoded_get (const Decoded *decoded, int x, int y, int channel)
{
  return decoded->sample[((size_t) y * (size_t) decoded->width + (size_t) x)
          * (size_t) decoded->channels
      + (size_t) channel];
}

bool
picture_encode (const Picture *picture, const ImRequest *request,
    Decoded *decoded)
{
  ImEngine *engine = im_engine_new ();
  ImError error = { 0 };
  uint8_t *file = NULL;
  size_t size = 0;
  bool done = false;

  memset (decoded, 0, sizeof (*decoded));
  if (im_engine_configure (engine, &picture->image.info, request, &error)
      && im_engine_encode (engine, &picture->image, &size, &error)
      && (file = malloc (size)) != NULL) {
    im_engine_write (engine, file);
    done = request->codec == IM_CODEC_PNG ? decode_png (decoded, file, size)
                                          : decode_jpeg (decoded, file, size);
  }
  if (!done)
    printf ("not coded or not decoded: %s\n", error.message);
  free (file);
  im_engine_free (engine);
  return done;
}
