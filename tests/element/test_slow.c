/* imbytes tests: frames in the memory of a device.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <sys/mman.h>
#include <unistd.h>

#include <gst/allocators/gstdmabuf.h>

#include "common.h"

/* The same bytes in a memory that says it is a DMABuf; NULL where the system has no
 * such files. */
static GstBuffer *
as_dmabuf (GstBuffer *frame)
{
  GstAllocator *allocator = gst_dmabuf_allocator_new ();
  gsize size = gst_buffer_get_size (frame);
  gint fd = memfd_create ("frame", MFD_CLOEXEC);
  GstBuffer *buffer = gst_buffer_new ();
  GstMapInfo map;

  if (fd < 0 || ftruncate (fd, (off_t) size) != 0) {
    gst_object_unref (allocator);
    gst_buffer_unref (buffer);
    return NULL;
  }
  fail_unless (gst_buffer_map (frame, &map, GST_MAP_READ));
  fail_unless_equals_int64 (write (fd, map.data, size), size);
  gst_buffer_unmap (frame, &map);
  /* It closes the file. */
  gst_buffer_append_memory (buffer,
      gst_dmabuf_allocator_alloc (allocator, fd, size));
  gst_object_unref (allocator);
  return buffer;
}

static GstBuffer *
encode (GstBuffer *frame, const GstVideoInfo *info, const gchar *launch)
{
  GstCaps *caps = gst_video_info_to_caps ((GstVideoInfo *) info);
  gchar *text = gst_caps_to_string (caps);
  Bench bench = bench_new (launch, NULL, text);
  GstBuffer *image = bench_push (&bench, gst_buffer_ref (frame));

  bench_clear (&bench);
  gst_caps_unref (caps);
  g_free (text);
  return image;
}

static const gchar *const launches[] = { "imbytes width=31 height=23",
  "imbytes format=png", "imbytes format=png width=60 video-direction=90r",
  "imbytes width=20 video-direction=horiz background=0xff336699" };

/* Every format: the files are those of frames in the system's memory. */
GST_START_TEST (test_dmabuf)
{
  guint n;
  const GstVideoFormat *formats = gst_video_formats_raw (&n);

  for (guint f = 0; f < n; f++) {
    GstVideoInfo info = video_info (formats[f], 47, 33);
    GstBuffer *frame, *device;

    if (gst_video_format_get_info (formats[f])->pack_func == NULL)
      continue;
    frame = frame_new (&info);
    frame_fill_noise (frame, &info, 5);
    device = as_dmabuf (frame);
    if (device == NULL) {
      GST_WARNING ("skipped: there is no memfd_create here");
      gst_buffer_unref (frame);
      return;
    }
    for (guint i = 0; i < G_N_ELEMENTS (launches); i++) {
      GstBuffer *expected = encode (frame, &info, launches[i]);
      GstBuffer *image = encode (device, &info, launches[i]);

      fail_unless (buffers_are_equal (expected, image), "%s, %s",
          gst_video_format_to_string (formats[f]), launches[i]);
      gst_buffer_unref (expected);
      gst_buffer_unref (image);
    }
    gst_buffer_unref (frame);
    gst_buffer_unref (device);
  }
}

GST_END_TEST;

/* A source may go from one memory to the other. */
GST_START_TEST (test_memories_take_turns)
{
  GstVideoInfo info = video_info (GST_VIDEO_FORMAT_NV12, 64, 48);
  Bench bench = bench_new ("imbytes width=32", NULL,
      "video/x-raw,format=NV12,width=64,height=48,framerate=30/1");
  GstBuffer *frame = frame_new (&info), *device, *first = NULL;

  frame_fill_noise (frame, &info, 6);
  device = as_dmabuf (frame);
  for (guint i = 0; i < 6 && device != NULL; i++) {
    GstBuffer *image =
        bench_push (&bench, gst_buffer_ref (i % 2 ? device : frame));

    if (first == NULL)
      first = gst_buffer_ref (image);
    fail_unless (buffers_are_equal (first, image));
    gst_buffer_unref (image);
  }
  gst_clear_buffer (&first);
  gst_clear_buffer (&device);
  gst_buffer_unref (frame);
  bench_clear (&bench);
}

GST_END_TEST;

static Suite *
slow_suite (void)
{
  Suite *suite = suite_create ("slow");
  TCase *tcase = tcase_create ("memory");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_dmabuf);
  tcase_add_test (tcase, test_memories_take_turns);
  return suite;
}

GST_CHECK_MAIN (slow);
