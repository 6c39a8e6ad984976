/* imbytes tests: downstream's allocators, which may say anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <string.h>

#include "common.h"

#define INPUT "video/x-raw,format=I420,width=64,height=48,framerate=30/1"

/* Gives less than it is asked for, or more, or what cannot be written. */
typedef struct
{
  GstAllocator parent;
  gssize more;
  gboolean readonly, none;
} LyingAllocator;
typedef GstAllocatorClass LyingAllocatorClass;

static GType lying_allocator_get_type (void);
G_DEFINE_TYPE (LyingAllocator, lying_allocator, GST_TYPE_ALLOCATOR)

static GstMemory *
lying_alloc (GstAllocator *allocator, gsize size, GstAllocationParams *params)
{
  LyingAllocator *self = (LyingAllocator *) allocator;
  GstMemory *memory;

  (void) params;
  if (self->none)
    return NULL;
  memory = memory_fenced ((gsize) MAX ((gssize) size + self->more, 1), TRUE, 0);
  if (self->readonly)
    GST_MINI_OBJECT_FLAG_SET (memory, GST_MEMORY_FLAG_READONLY);
  return memory;
}

static void
lying_allocator_class_init (LyingAllocatorClass *klass)
{
  klass->alloc = lying_alloc;
}

static void
lying_allocator_init (LyingAllocator *self)
{
  GST_ALLOCATOR (self)->mem_type = "Lying";
}

GST_START_TEST (test_allocators)
{
  static const struct
  {
    gssize more;
    gboolean readonly, none;
    const gchar *error; /* NULL: an image of just its size */
  } cases[] = { { 0, FALSE, FALSE, NULL }, { 4096, FALSE, FALSE, NULL },
    { -1, FALSE, FALSE, "were asked for" },
    { -100000, FALSE, FALSE, "were asked for" }, { 0, TRUE, FALSE, NULL },
    { 0, FALSE, TRUE, "memory" } };
  static const gchar *const launches[] = { "imbytes", "imbytes format=png",
    "imbytes roi=crop", "imbytes optimize=true" };

  for (guint l = 0; l < G_N_ELEMENTS (launches); l++)
    for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
      Bench bench = bench_new (launches[l], NULL, INPUT);
      LyingAllocator *allocator =
          g_object_new (lying_allocator_get_type (), NULL);
      GstBuffer *frame = frame_new_for_caps (INPUT);
      Picture picture;

      gst_object_ref_sink (allocator);
      allocator->more = cases[i].more;
      allocator->readonly = cases[i].readonly;
      allocator->none = cases[i].none;
      gst_buffer_add_video_region_of_interest_meta (frame, "face", 4, 4, 40,
          40);
      gst_harness_set_propose_allocator (bench.harness,
          gst_object_ref (allocator), NULL);
      /* Downstream is asked for its allocator with new caps. */
      gst_harness_set_sink_caps_str (bench.harness,
          strstr (launches[l], "png") ? "image/png" : "image/jpeg");
      if (cases[i].error == NULL) {
        GstBuffer *image = bench_push (&bench, frame);

        picture = picture_decode (image);
        picture_clear (&picture);
        gst_buffer_unref (image);
      } else {
        fail_unless_equals_int (gst_harness_push (bench.harness, frame),
            GST_FLOW_ERROR);
        bench_expect_error (&bench, cases[i].error);
      }
      bench_clear (&bench);
      gst_object_unref (allocator);
    }
}

GST_END_TEST;

GST_START_TEST (test_allocation_params)
{
  static const struct
  {
    gsize align, prefix, padding;
    gboolean possible;
  } cases[] = { { 63, 0, 0, TRUE }, { 4095, 100, 100, TRUE },
    { 0, 0, 1 << 20, TRUE }, { 46, 0, 0, FALSE }, { G_MAXSIZE, 0, 0, FALSE },
    { 0, G_MAXSIZE - 10, 0, FALSE }, { 0, 0, G_MAXSIZE / 2, FALSE },
    { 0, G_MAXSIZE / 2, G_MAXSIZE / 2, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    Bench bench = bench_new ("imbytes", NULL, INPUT);
    GstAllocationParams params = { 0, cases[i].align, cases[i].prefix,
      cases[i].padding, { NULL } };

    gst_harness_set_propose_allocator (bench.harness, NULL, &params);
    gst_harness_set_sink_caps_str (bench.harness, "image/jpeg");
    if (cases[i].possible) {
      gst_buffer_unref (bench_push (&bench, frame_new_for_caps (INPUT)));
    } else {
      fail_unless_equals_int (gst_harness_push (bench.harness,
                                  frame_new_for_caps (INPUT)),
          GST_FLOW_ERROR);
      bench_expect_error (&bench, "allocation query");
    }
    bench_clear (&bench);
  }
}

GST_END_TEST;

static Suite *
allocators_suite (void)
{
  Suite *suite = suite_create ("allocators");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_allocators);
  tcase_add_test (tcase, test_allocation_params);
  return suite;
}

GST_CHECK_MAIN (allocators);
