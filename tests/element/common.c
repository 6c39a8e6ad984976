/* imbytes tests: frames to put in, pictures to look at, a harness around it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "common.h"

#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>

static Picture
decode_jpeg (const guint8 *data, gsize size)
{
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  Picture picture = {
    0,
  };

  jpeg.err = jpeg_std_error (&errors);
  jpeg_create_decompress (&jpeg);
  jpeg_mem_src (&jpeg, data, size);
  fail_unless_equals_int (jpeg_read_header (&jpeg, TRUE), JPEG_HEADER_OK);
  picture.channels = jpeg.num_components;
  picture.bits = 8;
  jpeg.out_color_space = JCS_EXT_RGBA;
  jpeg_start_decompress (&jpeg);
  picture.width = jpeg.output_width;
  picture.height = jpeg.output_height;
  picture.rgba = g_malloc ((gsize) picture.width * picture.height * 4);
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW row =
        picture.rgba + (gsize) jpeg.output_scanline * picture.width * 4;

    jpeg_read_scanlines (&jpeg, &row, 1);
  }
  jpeg_finish_decompress (&jpeg);
  fail_unless_equals_int (errors.num_warnings, 0);
  jpeg_destroy_decompress (&jpeg);
  return picture;
}

typedef struct
{
  const guint8 *data;
  gsize left;
} PngSource;

static void
read_png (png_structp png, png_bytep data, png_size_t size)
{
  PngSource *source = png_get_io_ptr (png);

  if (size > source->left)
    fail ("the PNG ends early");
  memcpy (data, source->data, size);
  source->data += size;
  source->left -= size;
}

static Picture
decode_png (const guint8 *data, gsize size)
{
  png_structp png =
      png_create_read_struct (PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct (png);
  PngSource source = { data, size };
  Picture picture = {
    0,
  };

  png_set_read_fn (png, &source, read_png);
  png_read_info (png, info);
  picture.width = png_get_image_width (png, info);
  picture.height = png_get_image_height (png, info);
  picture.channels = png_get_channels (png, info);
  picture.bits = png_get_bit_depth (png, info);
  png_set_scale_16 (png);
  png_set_gray_to_rgb (png);
  png_set_add_alpha (png, 255, PNG_FILLER_AFTER);
  picture.rgba = g_malloc ((gsize) picture.width * picture.height * 4);
  for (gint y = 0; y < picture.height; y++)
    png_read_row (png, picture.rgba + (gsize) y * picture.width * 4, NULL);
  png_read_end (png, info);
  fail_unless_equals_int (source.left, 0);
  png_destroy_read_struct (&png, &info, NULL);
  return picture;
}

Picture
picture_decode (GstBuffer *buffer)
{
  Picture picture;
  GstMapInfo map;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  fail_unless (map.size > 16);
  if (map.data[0] == 0xff) {
    fail_unless (map.data[map.size - 2] == 0xff);
    fail_unless (map.data[map.size - 1] == 0xd9);
    picture = decode_jpeg (map.data, map.size);
  } else {
    fail_unless (memcmp (map.data, "\x89PNG\r\n\x1a\n", 8) == 0);
    picture = decode_png (map.data, map.size);
  }
  gst_buffer_unmap (buffer, &map);
  return picture;
}

void
picture_clear (Picture *picture)
{
  g_clear_pointer (&picture->rgba, g_free);
}

const guint8 *
picture_at (const Picture *picture, gint x, gint y)
{
  return picture->rgba + ((gsize) y * picture->width + x) * 4;
}

Bench
bench_new (const gchar *launch, const gchar *sink_caps, const gchar *src_caps)
{
  Bench bench;

  bench.harness = gst_harness_new_parse (launch);
  bench.element = gst_harness_find_element (bench.harness, "imbytes");
  fail_unless (bench.element != NULL);
  bench.bus = gst_bus_new ();
  gst_element_set_bus (bench.harness->element, bench.bus);
  if (sink_caps != NULL)
    gst_harness_set_sink_caps_str (bench.harness, sink_caps);
  if (src_caps != NULL)
    gst_harness_set_src_caps_str (bench.harness, src_caps);
  return bench;
}

void
bench_clear (Bench *bench)
{
  gst_element_set_bus (bench->harness->element, NULL);
  gst_object_unref (bench->bus);
  gst_object_unref (bench->element);
  gst_harness_teardown (bench->harness);
}

GstBuffer *
bench_push (Bench *bench, GstBuffer *frame)
{
  fail_unless_equals_int (gst_harness_push (bench->harness, frame),
      GST_FLOW_OK);
  return gst_harness_pull (bench->harness);
}

GstMessage *
bench_message (Bench *bench, GstMessageType type)
{
  return gst_bus_pop_filtered (bench->bus, type);
}

guint
bench_count (Bench *bench, GstMessageType type)
{
  GstMessage *message;
  guint count = 0;

  while ((message = bench_message (bench, type)) != NULL) {
    gst_message_unref (message);
    count++;
  }
  return count;
}

void
bench_expect_error (Bench *bench, const gchar *part)
{
  GstMessage *message = bench_message (bench, GST_MESSAGE_ERROR);
  GError *error = NULL;

  fail_unless (message != NULL, "no error on the bus");
  gst_message_parse_error (message, &error, NULL);
  fail_unless (strstr (error->message, part) != NULL, "'%s' does not say '%s'",
      error->message, part);
  g_error_free (error);
  gst_message_unref (message);
  fail_unless_equals_int (bench_count (bench, GST_MESSAGE_ERROR), 0);
}

gint
bench_out_int (Bench *bench, const gchar *field)
{
  GstCaps *caps = gst_pad_get_current_caps (bench->harness->sinkpad);
  gint value = -1;

  fail_unless (caps != NULL);
  gst_structure_get_int (gst_caps_get_structure (caps, 0), field, &value);
  gst_caps_unref (caps);
  return value;
}

guint64
bench_stat (Bench *bench, const gchar *field)
{
  GstStructure *stats;
  guint64 value = 0;

  g_object_get (bench->element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, field, &value));
  gst_structure_free (stats);
  return value;
}

void
run_pipeline (const gchar *launch)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (launch, &error);
  GstMessage *message;
  GstBus *bus;

  fail_unless (pipeline != NULL && error == NULL, "%s: %s", launch,
      error != NULL ? error->message : "");
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, PATIENCE,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL, "%s: did not end", launch);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  fail_unless (error == NULL, "%s: %s", launch, error ? error->message : "");
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}

gboolean
have_element (const gchar *name)
{
  GstElementFactory *factory = gst_element_factory_find (name);

  if (factory == NULL) {
    printf ("skipped: there is no element %s\n", name);
    return FALSE;
  }
  gst_object_unref (factory);
  return TRUE;
}

gboolean
buffers_are_equal (GstBuffer *a, GstBuffer *b)
{
  GstMapInfo map;
  gboolean equal;

  gst_buffer_map (b, &map, GST_MAP_READ);
  equal = gst_buffer_get_size (a) == map.size
      && gst_buffer_memcmp (a, 0, map.data, map.size) == 0;
  gst_buffer_unmap (b, &map);
  return equal;
}
