/* imbytes tests: any number of threads, and many elements in one process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "common.h"

#define N_ELEMENTS 16

static GstBuffer *
encode (const gchar *launch, guint n_threads, GstBuffer *frame,
    const gchar *caps)
{
  gchar *with_threads = g_strdup_printf ("%s n-threads=%u", launch, n_threads);
  Bench bench = bench_new (with_threads, NULL, caps);
  GstBuffer *image;

  /* The second frame finds the threads there. */
  gst_buffer_unref (bench_push (&bench, gst_buffer_ref (frame)));
  image = bench_push (&bench, gst_buffer_ref (frame));
  bench_clear (&bench);
  g_free (with_threads);
  return image;
}

/* Large enough for several strips. */
GST_START_TEST (test_same_bytes)
{
  static const gchar *const launches[] = { "imbytes", "imbytes optimize=true",
    "imbytes width=300 height=350 fit=contain", "imbytes format=png",
    "imbytes format=png compression-level=6 width=290" };
  static const gchar *const formats[] = { "I420", "NV12", "YUY2", "RGB", "BGRA",
    "GRAY8", "P010_10LE", "AYUV", "v210", "NV12_4L4", "GRAY16_LE" };
  static const guint threads[] = { 2, 3, 8, 0 };

  for (guint f = 0; f < G_N_ELEMENTS (formats); f++) {
    gchar *caps = g_strdup_printf ("video/x-raw,format=%s,width=320,"
                                   "height=340,framerate=30/1",
        formats[f]);
    GstVideoInfo info =
        video_info (gst_video_format_from_string (formats[f]), 320, 340);
    GstBuffer *frame = frame_new (&info);

    frame_fill_noise (frame, &info, 7 + f);
    for (guint l = 0; l < G_N_ELEMENTS (launches); l++) {
      GstBuffer *alone = encode (launches[l], 1, frame, caps);

      for (guint t = 0; t < G_N_ELEMENTS (threads); t++) {
        GstBuffer *image = encode (launches[l], threads[t], frame, caps);

        fail_unless (buffers_are_equal (alone, image), "%s, %s, %u threads",
            launches[l], formats[f], threads[t]);
        gst_buffer_unref (image);
      }
      gst_buffer_unref (alone);
    }
    gst_buffer_unref (frame);
    g_free (caps);
  }
}

GST_END_TEST;

static guint
count_caps (Bench *bench)
{
  guint n = 0;
  GstEvent *event;

  while ((event = gst_harness_try_pull_event (bench->harness)) != NULL) {
    n += GST_EVENT_TYPE (event) == GST_EVENT_CAPS;
    gst_event_unref (event);
  }
  return n;
}

#define SMALL "video/x-raw,format=I420,width=64,height=48,framerate=30/1"

/* What the images look like does not depend on it, so nobody is asked. */
GST_START_TEST (test_renegotiates_nothing)
{
  Bench bench = bench_new ("imbytes", NULL, SMALL);

  gst_buffer_unref (bench_push (&bench, frame_new_for_caps (SMALL)));
  fail_unless_equals_int (count_caps (&bench), 1);
  g_object_set (bench.element, "n-threads", 3, NULL);
  gst_buffer_unref (bench_push (&bench, frame_new_for_caps (SMALL)));
  fail_unless_equals_int (count_caps (&bench), 0);
  bench_clear (&bench);
}

GST_END_TEST;

/* Threads of this process that are the pool's, by their name. */
static guint
count_workers (void)
{
  GDir *dir = g_dir_open ("/proc/self/task", 0, NULL);
  const gchar *task;
  guint n = 0;

  while (dir != NULL && (task = g_dir_read_name (dir)) != NULL) {
    gchar *path = g_strdup_printf ("/proc/self/task/%s/comm", task);
    gchar *name = NULL;

    /* It may have ended since. */
    if (g_file_get_contents (path, &name, NULL, NULL))
      n += g_str_equal (name, "imbytes\n");
    g_free (name);
    g_free (path);
  }
  g_clear_pointer (&dir, g_dir_close);
  return n;
}

static gboolean
workers_become (guint n)
{
  return BECOMES (count_workers () == n);
}

#define LARGE "video/x-raw,format=I420,width=640,height=480,framerate=30/1"

/* None for small images, the same for two elements as for one, none when both
 * have stopped. */
GST_START_TEST (test_threads_come_and_go)
{
  Bench small = bench_new ("imbytes n-threads=4", NULL, SMALL);
  Bench alone = bench_new ("imbytes n-threads=1", NULL, LARGE);
  Bench one = bench_new ("imbytes n-threads=3", NULL, LARGE);
  Bench two = bench_new ("imbytes n-threads=4", NULL, LARGE);

  gst_buffer_unref (bench_push (&small, frame_new_for_caps (SMALL)));
  gst_buffer_unref (bench_push (&alone, frame_new_for_caps (LARGE)));
  fail_unless_equals_int (count_workers (), 0);
  gst_buffer_unref (bench_push (&one, frame_new_for_caps (LARGE)));
  fail_unless (workers_become (2));
  gst_buffer_unref (bench_push (&two, frame_new_for_caps (LARGE)));
  fail_unless (workers_become (3));
  bench_clear (&one);
  bench_clear (&two);
  bench_clear (&alone);
  bench_clear (&small);
  fail_unless (workers_become (0));
}

GST_END_TEST;

/* What one element gets in its thread, while another changes its properties. */
typedef struct
{
  GThread *thread;
  GstElement *element;
  guint number;
  guint n_images;
  gint running;
} User;

static const gchar *const caps_in_turn[] = {
  "video/x-raw,format=I420,width=320,height=240,framerate=30/1",
  "video/x-raw,format=NV12,width=400,height=300,framerate=30/1",
  "video/x-raw,format=RGB,width=320,height=240,framerate=30/1",
  "video/x-raw,format=I420,width=640,height=360,framerate=30/1",
  "video/x-raw,format=P010_10LE,width=320,height=240,framerate=30/1"
};

static void
check_image (Bench *bench, GstBuffer *image)
{
  Picture picture = picture_decode (image);

  fail_unless_equals_int (picture.width, bench_out_int (bench, "width"));
  fail_unless_equals_int (picture.height, bench_out_int (bench, "height"));
  picture_clear (&picture);
  gst_buffer_unref (image);
}

static gpointer
use_element (gpointer data)
{
  User *user = data;
  Bench bench = bench_new (user->number % 4 == 3
          ? "imbytes n-threads=8 format=png"
          : "imbytes n-threads=8",
      NULL, NULL);

  g_atomic_pointer_set (&user->element, bench.element);
  for (guint i = 0; i < 10; i++) {
    const gchar *caps =
        caps_in_turn[(user->number + i / 2) % G_N_ELEMENTS (caps_in_turn)];

    if (i % 2 == 0)
      gst_harness_set_src_caps_str (bench.harness, caps);
    check_image (&bench, bench_push (&bench, frame_new_for_caps (caps)));
    user->n_images++;
  }
  fail_unless_equals_int (bench_stat (&bench, "images-out"), user->n_images);
  /* The properties are no longer changed when the element goes. */
  g_atomic_int_set (&user->running, FALSE);
  while (g_atomic_pointer_get (&user->element) != NULL)
    g_usleep (100);
  bench_clear (&bench);
  return NULL;
}

static gboolean
change_properties (User *user, guint turn)
{
  GstElement *element = g_atomic_pointer_get (&user->element);
  GstSample *sample = NULL;

  if (element == NULL)
    return g_atomic_int_get (&user->running);
  if (!g_atomic_int_get (&user->running)) {
    g_atomic_pointer_set (&user->element, NULL);
    return FALSE;
  }
  g_object_set (element, "width", turn % 3 * 200, "quality", turn % 100, "fit",
      turn % 4, "method", turn % 6, "progressive", turn % 5 == 0, "n-threads",
      turn % 9, NULL);
  g_object_get (element, "last-image", &sample, NULL);
  if (sample != NULL)
    gst_sample_unref (sample);
  return TRUE;
}

GST_START_TEST (test_many_elements)
{
  User users[N_ELEMENTS];
  gboolean running = TRUE;

  for (guint i = 0; i < N_ELEMENTS; i++) {
    users[i] = (User){ .number = i, .running = TRUE };
    users[i].thread = g_thread_new ("user", use_element, &users[i]);
  }
  for (guint turn = 0; running; turn++) {
    running = FALSE;
    for (guint i = 0; i < N_ELEMENTS; i++)
      running |= change_properties (&users[i], turn + i);
    g_usleep (500);
  }
  for (guint i = 0; i < N_ELEMENTS; i++) {
    g_thread_join (users[i].thread);
    fail_unless_equals_int (users[i].n_images, 10);
  }
  fail_unless (workers_become (0));
}

GST_END_TEST;

static Suite *
threads_suite (void)
{
  Suite *suite = suite_create ("threads");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_same_bytes);
  tcase_add_test (tcase, test_renegotiates_nothing);
  tcase_add_test (tcase, test_threads_come_and_go);
  tcase_add_test (tcase, test_many_elements);
  return suite;
}

GST_CHECK_MAIN (threads);
