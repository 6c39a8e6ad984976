/* imbytes tests: images over RTP, to a receiver that takes what RFC 2435 says and
 * nothing else, and to GStreamer's own.
 *
 * Types 64 to 127 of RFC 2435 have restart markers. MediaMTX refuses them, and go2rtc
 * shows their first strip alone; both take types 0 and 1.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "common.h"

#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#define RTP_HEADER 12
#define JPEG_HEADER 8
#define TABLES_HEADER 4

/* What all packets of a picture have in common, and what they have brought. */
typedef struct
{
  guint8 type, q, width, height; /* in blocks */
  guint32 timestamp;
  guint8 tables[128];
  GByteArray *data;
} Received;

static guint
read_be (const guint8 *data, guint n_bytes)
{
  guint value = 0;

  for (guint i = 0; i < n_bytes; i++)
    value = value << 8 | data[i];
  return value;
}

/* The quantisation tables come in the first packet (3.1.8). */
static gsize
take_tables (Received *received, const guint8 *data, gsize size)
{
  fail_unless (size >= TABLES_HEADER + sizeof (received->tables));
  fail_unless_equals_int (data[0], 0); /* must be zero */
  fail_unless_equals_int (data[1], 0); /* precision: 8 bits */
  fail_unless_equals_int (read_be (data + 2, 2), sizeof (received->tables));
  memcpy (received->tables, data + TABLES_HEADER, sizeof (received->tables));
  return TABLES_HEADER + sizeof (received->tables);
}

/* RFC 3550, 5.1 and RFC 2435, 3.1. TRUE with the last packet of a picture. */
static gboolean
take_packet (Received *received, const guint8 *data, gsize size)
{
  const guint8 *jpeg = data + RTP_HEADER;
  gboolean begins = received->data->len == 0;
  gsize header = RTP_HEADER + JPEG_HEADER;

  fail_unless (size > header);
  fail_unless_equals_int (data[0], 2 << 6); /* version; nothing else */
  fail_unless_equals_int (data[1] & 127, 26);
  fail_unless_equals_int (jpeg[0], 0); /* progressively scanned */
  fail_unless_equals_int (read_be (jpeg + 1, 3), received->data->len);
  fail_unless (jpeg[4] <= 1, "a packet of type %d", jpeg[4]);
  fail_unless (jpeg[5] >= 128, "tables that are not the picture's own");
  if (begins) {
    received->type = jpeg[4];
    received->q = jpeg[5];
    received->width = jpeg[6];
    received->height = jpeg[7];
    received->timestamp = read_be (data + 4, 4);
    header += take_tables (received, data + header, size - header);
  }
  fail_unless (received->type == jpeg[4] && received->q == jpeg[5]
      && received->width == jpeg[6] && received->height == jpeg[7]
      && received->timestamp == read_be (data + 4, 4));
  g_byte_array_append (received->data, data + header, (guint) (size - header));
  return data[1] >> 7;
}

static void
append (GByteArray *file, const void *data, gsize size)
{
  g_byte_array_append (file, data, (guint) size);
}

/* libjpeg's standard tables, which RFC 2435 means (appendix B). */
static void
append_huffman (GByteArray *file, int id, const JHUFF_TBL *table)
{
  guint8 n = 0, head[5] = { 0xff, 0xc4, 0, 0, (guint8) id };

  for (int i = 1; i <= 16; i++)
    n = (guint8) (n + table->bits[i]);
  head[3] = (guint8) (3 + 16 + n);
  append (file, head, sizeof (head));
  append (file, table->bits + 1, 16);
  append (file, table->huffval, n);
}

static void
append_all_huffman (GByteArray *file)
{
  struct jpeg_compress_struct compress;
  struct jpeg_error_mgr errors;

  compress.err = jpeg_std_error (&errors);
  jpeg_create_compress (&compress);
  compress.in_color_space = JCS_YCbCr;
  compress.input_components = 3;
  jpeg_set_defaults (&compress);
  for (int i = 0; i < 2; i++) {
    append_huffman (file, i, compress.dc_huff_tbl_ptrs[i]);
    append_huffman (file, 0x10 | i, compress.ac_huff_tbl_ptrs[i]);
  }
  jpeg_destroy_compress (&compress);
}

/* The file that the headers stand for (appendix B). */
static GstBuffer *
make_file (const Received *received)
{
  GByteArray *file = g_byte_array_new ();
  guint height = 8u * received->height, width = 8u * received->width;
  const guint8 sof[] = { 0xff, 0xc0, 0, 17, 8, (guint8) (height >> 8),
    (guint8) height, (guint8) (width >> 8), (guint8) width, 3, 0,
    received->type == 1 ? 0x22 : 0x21, 0, 1, 0x11, 1, 2, 0x11, 1 };
  static const guint8 soi[] = { 0xff, 0xd8 }, eoi[] = { 0xff, 0xd9 };
  static const guint8 sos[] = { 0xff, 0xda, 0, 12, 3, 0, 0x00, 1, 0x11, 2, 0x11,
    0, 63, 0 };
  gsize size;

  append (file, soi, sizeof (soi));
  for (guint i = 0; i < 2; i++) {
    const guint8 dqt[] = { 0xff, 0xdb, 0, 67, (guint8) i };

    append (file, dqt, sizeof (dqt));
    append (file, received->tables + 64 * i, 64);
  }
  append (file, sof, sizeof (sof));
  append_all_huffman (file);
  append (file, sos, sizeof (sos));
  append (file, received->data->data, received->data->len);
  if (memcmp (file->data + file->len - 2, eoi, 2) != 0)
    append (file, eoi, sizeof (eoi));
  size = file->len;
  return gst_buffer_new_wrapped (g_byte_array_free (file, FALSE), size);
}

static GstBuffer *
pull (GstElement *sink)
{
  GstSample *sample;
  GstBuffer *buffer = NULL;

  g_signal_emit_by_name (sink, "try-pull-sample", PATIENCE, &sample);
  if (sample != NULL) {
    buffer = gst_buffer_ref (gst_sample_get_buffer (sample));
    gst_sample_unref (sample);
  }
  return buffer;
}

static GstBuffer *
receive (GstElement *sink, const gchar *launch, guint8 expected_type)
{
  Received received = { .data = g_byte_array_new () };
  gboolean last = FALSE;
  GstBuffer *file;

  while (!last) {
    GstBuffer *packet = pull (sink);
    GstMapInfo map;

    fail_unless (packet != NULL, "%s: packets end before the picture", launch);
    fail_unless (gst_buffer_map (packet, &map, GST_MAP_READ));
    last = take_packet (&received, map.data, map.size);
    gst_buffer_unmap (packet, &map);
    gst_buffer_unref (packet);
  }
  fail_unless_equals_int (received.type, expected_type);
  file = make_file (&received);
  g_byte_array_free (received.data, TRUE);
  return file;
}

static void
expect_same (GstBuffer *a, GstBuffer *b, const gchar *launch)
{
  Picture one = picture_decode (a), other = picture_decode (b);

  fail_unless (one.width == other.width && one.height == other.height,
      "%s: %dx%d became %dx%d", launch, one.width, one.height, other.width,
      other.height);
  fail_unless (memcmp (one.rgba, other.rgba,
                   4 * (gsize) one.width * (gsize) one.height)
          == 0,
      "%s: another picture arrives", launch);
  picture_clear (&one);
  picture_clear (&other);
}

/* Three pictures: as they are, as the strict receiver has them, and as
 * rtpjpegdepay has them. */
static void
check_stream (guint width, guint height, gboolean halved, guint quality,
    guint n_threads, guint mtu)
{
  gchar *launch = g_strdup_printf (
      "videotestsrc num-buffers=3 pattern=%s ! "
      "video/x-raw,format=I420,width=%u,height=%u ! imbytes subsampling=%s "
      "quality=%u n-threads=%u ! image/jpeg ! tee name=t ! queue ! appsink "
      "name=images sync=false t. ! queue ! rtpjpegpay mtu=%u ! tee name=u ! queue "
      "max-size-buffers=0 max-size-bytes=0 ! appsink name=packets sync=false u. ! "
      "queue max-size-buffers=0 max-size-bytes=0 ! rtpjpegdepay ! appsink "
      "name=depayed sync=false",
      quality > 95 ? "snow" : "smpte", width, height,
      halved ? "4:2:0" : "4:2:2", quality, n_threads, mtu);
  GstElement *pipeline = gst_parse_launch (launch, NULL);
  static const gchar *const names[] = { "images", "packets", "depayed" };
  GstElement *sink[3];

  fail_unless (pipeline != NULL, "%s", launch);
  for (guint i = 0; i < 3; i++)
    sink[i] = gst_bin_get_by_name (GST_BIN (pipeline), names[i]);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < 3; i++) {
    GstBuffer *image = pull (sink[0]);
    GstBuffer *received = receive (sink[1], launch, halved ? 1 : 0);
    GstBuffer *depayed = pull (sink[2]);

    fail_unless (image != NULL && depayed != NULL, "%s", launch);
    expect_same (image, received, launch);
    expect_same (image, depayed, launch);
    gst_buffer_unref (image);
    gst_buffer_unref (received);
    gst_buffer_unref (depayed);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  for (guint i = 0; i < 3; i++)
    gst_object_unref (sink[i]);
  gst_object_unref (pipeline);
  g_free (launch);
}

GST_START_TEST (test_strict_receiver)
{
  static const guint sizes[][2] = { { 8, 8 }, { 16, 16 }, { 40, 24 },
    { 328, 8 }, { 640, 360 }, { 1288, 728 }, { 1920, 1080 }, { 2040, 2040 } };
  static const guint threads[] = { 1, 2, 3, 8 };
  static const guint qualities[] = { 1, 85, 100 };

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (guint halved = 0; halved < 2; halved++)
      for (guint t = 0; t < G_N_ELEMENTS (threads); t++)
        check_stream (sizes[s][0], sizes[s][1], halved,
            qualities[(s + halved + t) % G_N_ELEMENTS (qualities)], threads[t],
            t % 2 ? 1400 : 500);
}

GST_END_TEST;

static Suite *
rtp_suite (void)
{
  Suite *suite = suite_create ("rtp");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_strict_receiver);
  return suite;
}

GST_CHECK_MAIN (rtp);
