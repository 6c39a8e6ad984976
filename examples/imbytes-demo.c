/* imbytes: a video as JPEG and PNG bytes of several sizes at once.
 *
 *   imbytes-demo CONTACT-SHEET.png [FILE or URI]
 *
 * One source, a tee, and an imbytes with an appsink for each kind of picture
 * wanted. The last picture of each goes onto a contact sheet, which is decoded,
 * laid out and coded by a second pipeline.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <stdio.h>
#include <unistd.h>

/* Enough to see, and a long film still ends soon. */
#define MAX_FRAMES 300
#define PROGRESS_EVERY (GST_SECOND / 5)

#define SHEET_WIDTH 1008
#define SHEET_GAP 16

typedef struct
{
  const char *caps;
  const char *properties;

  GstElement *encoder;
  GstSample *last;
  guint64 bytes;
  gint images; /* atomic: counted in one thread, shown in another */
} Wanted;

static Wanted wanted[] = {
  { .caps = "image/jpeg", .properties = "width=640" },
  { .caps = "image/png", .properties = "width=320" },
  { .caps = "image/jpeg", .properties = "width=320 quality=20" },
  { .caps = "image/jpeg", .properties = "width=320 subsampling=gray" },
  { .caps = "image/jpeg",
      .properties = "width=200 height=180 fit=cover method=lanczos" },
  { .caps = "image/png",
      .properties = "width=200 height=180 fit=contain background=0xff336699" },
  { .caps = "image/jpeg",
      .properties = "width=208 height=180 fit=fill method=nearest" },
};

static GstFlowReturn
on_sample (GstAppSink *sink, gpointer user_data)
{
  Wanted *self = user_data;
  GstSample *sample = gst_app_sink_pull_sample (sink);

  if (sample == NULL)
    return GST_FLOW_EOS;
  if (self->last != NULL)
    gst_sample_unref (self->last);
  self->last = sample;
  self->bytes += gst_buffer_get_size (gst_sample_get_buffer (sample));
  g_atomic_int_inc (&self->images);
  return GST_FLOW_OK;
}

/* What stands before the tee. */
static gchar *
describe_source (const char *what)
{
  gchar *uri, *source;

  if (what == NULL)
    return g_strdup ("videotestsrc num-buffers=100 ! "
                     "video/x-raw,format=I420,width=1920,height=1080");
  uri = gst_uri_is_valid (what) ? g_strdup (what)
                                : gst_filename_to_uri (what, NULL);
  if (uri == NULL)
    return NULL;
  source = g_strdup_printf ("uridecodebin uri=\"%s\" ! video/x-raw", uri);
  g_free (uri);
  return source;
}

static GstElement *
make_pipeline (const char *what, GError **error)
{
  gchar *source = describe_source (what);
  GString *launch;
  GstElement *pipeline;

  if (source == NULL) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        "%s is neither a file nor a URI", what);
    return NULL;
  }
  launch = g_string_new (NULL);
  g_string_printf (launch, "%s ! identity eos-after=%d ! tee name=tee", source,
      MAX_FRAMES + 1);
  /* Without queues one thread makes all the pictures, one after the other, so
   * that each time shown is that of one imbytes alone. */
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    g_string_append_printf (launch,
        " tee. ! imbytes name=encoder%u %s ! %s ! appsink name=sink%u "
        "emit-signals=true sync=false async=false",
        i, wanted[i].properties, wanted[i].caps, i);
  pipeline = gst_parse_launch (launch->str, error);
  g_string_free (launch, TRUE);
  g_free (source);
  return pipeline;
}

static GstElement *
get_numbered (GstElement *pipeline, const char *name, guint i)
{
  gchar *full = g_strdup_printf ("%s%u", name, i);
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), full);

  g_free (full);
  return element;
}

static void
watch (GstElement *pipeline)
{
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++) {
    GstElement *sink = get_numbered (pipeline, "sink", i);

    wanted[i].encoder = get_numbered (pipeline, "encoder", i);
    g_signal_connect (sink, "new-sample", G_CALLBACK (on_sample), &wanted[i]);
    gst_object_unref (sink);
  }
}

/* On a terminal one line that changes, else a line now and then. */
static void
show_progress (guint tick)
{
  gint frames = g_atomic_int_get (&wanted[G_N_ELEMENTS (wanted) - 1].images);

  if (frames == 0)
    return;
  if (isatty (STDOUT_FILENO))
    printf ("\r%d frames, %d pictures ", frames,
        frames * (gint) G_N_ELEMENTS (wanted));
  else if (tick % 10 == 0)
    printf ("%d frames\n", frames);
  fflush (stdout);
}

/* Plays to the end; FALSE after an error, which was printed. */
static gboolean
play (GstElement *pipeline, gboolean progress)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message = NULL;
  gboolean ok;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint tick = 0; message == NULL; tick++) {
    message = gst_bus_timed_pop_filtered (bus, PROGRESS_EVERY,
        GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
    if (progress)
      show_progress (tick);
  }
  ok = GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
  if (!ok) {
    GError *error = NULL;

    gst_message_parse_error (message, &error, NULL);
    g_printerr ("\n%s: %s\n", GST_OBJECT_NAME (GST_MESSAGE_SRC (message)),
        error->message);
    g_error_free (error);
  }
  gst_message_unref (message);
  gst_object_unref (bus);
  return ok;
}

static double
average_ms (GstElement *encoder)
{
  GstStructure *stats = NULL;
  guint64 nanoseconds = 0;

  g_object_get (encoder, "stats", &stats, NULL);
  if (stats != NULL) {
    gst_structure_get_uint64 (stats, "average-encode-time", &nanoseconds);
    gst_structure_free (stats);
  }
  return (double) nanoseconds / (double) GST_MSECOND;
}

static void
get_size (GstSample *sample, gint *width, gint *height)
{
  GstStructure *caps = gst_caps_get_structure (gst_sample_get_caps (sample), 0);

  *width = *height = 1;
  gst_structure_get_int (caps, "width", width);
  gst_structure_get_int (caps, "height", height);
}

static void
show_results (void)
{
  printf ("\n%-5s %-11s %7s %12s %10s  %s\n", "", "size", "images",
      "bytes each", "ms each", "imbytes ...");
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++) {
    Wanted *self = &wanted[i];
    gchar size[32];
    gint width, height;

    if (self->last == NULL)
      continue;
    get_size (self->last, &width, &height);
    g_snprintf (size, sizeof (size), "%dx%d", width, height);
    printf ("%-5s %-11s %7d %12" G_GUINT64_FORMAT " %10.2f  %s\n",
        g_str_has_suffix (self->caps, "png") ? "PNG" : "JPEG", size,
        self->images, self->bytes / (guint64) self->images,
        average_ms (self->encoder), self->properties);
  }
}

/* A picture goes below the one before it while the row is high enough, else to
 * the right of them, else onto a new row. */
typedef struct
{
  gint x, y;        /* where the next picture would go */
  gint top, bottom; /* of the row */
  gint right;       /* of the column */
} Layout;

static void
layout_add (Layout *layout, gint width, gint height, gint *x, gint *y)
{
  if (layout->y + height > layout->bottom + SHEET_GAP) {
    layout->x = layout->right;
    layout->y = layout->top;
  }
  if (layout->x > SHEET_GAP && layout->x + width + SHEET_GAP > SHEET_WIDTH) {
    layout->x = SHEET_GAP;
    layout->top = layout->y = layout->bottom + SHEET_GAP;
    layout->right = 0;
  }
  *x = layout->x;
  *y = layout->y;
  layout->right = MAX (layout->right, layout->x + width + SHEET_GAP);
  layout->bottom = MAX (layout->bottom, layout->y + height);
  layout->y += height + SHEET_GAP;
}

/* Places every picture; gives the sheet's height. */
static gint
place (GstElement *pipeline)
{
  GstElement *sheet = gst_bin_get_by_name (GST_BIN (pipeline), "sheet");
  Layout layout = { SHEET_GAP, SHEET_GAP, SHEET_GAP, SHEET_GAP, SHEET_GAP };

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++) {
    gchar *name = g_strdup_printf ("sink_%u", i);
    GstPad *pad = gst_element_get_static_pad (sheet, name);
    gint width, height, x, y;

    get_size (wanted[i].last, &width, &height);
    layout_add (&layout, width, height, &x, &y);
    g_object_set (pad, "xpos", x, "ypos", y, NULL);
    gst_object_unref (pad);
    g_free (name);
  }
  gst_object_unref (sheet);
  return layout.bottom + SHEET_GAP;
}

/* One frame, at the sheet's only moment. */
static void
feed (GstElement *pipeline, guint i)
{
  GstElement *source = get_numbered (pipeline, "source", i);
  GstCaps *caps = gst_caps_copy (gst_sample_get_caps (wanted[i].last));
  GstBuffer *buffer = gst_buffer_copy (gst_sample_get_buffer (wanted[i].last));

  gst_caps_set_simple (caps, "framerate", GST_TYPE_FRACTION, 1, 1, NULL);
  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = 0;
  GST_BUFFER_DURATION (buffer) = GST_SECOND;
  gst_app_src_set_caps (GST_APP_SRC (source), caps);
  gst_app_src_push_buffer (GST_APP_SRC (source), buffer);
  gst_app_src_end_of_stream (GST_APP_SRC (source));
  gst_caps_unref (caps);
  gst_object_unref (source);
}

static gboolean
write_sheet (const char *path)
{
  GString *launch = g_string_new ("compositor name=sheet background=black ! "
                                  "capsfilter name=size ! imbytes ! image/png "
                                  "! filesink name=file");
  GError *error = NULL;
  GstElement *pipeline, *element;
  gboolean ok;
  gchar *caps;

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    g_string_append_printf (launch,
        " appsrc name=source%u format=time ! %s ! sheet.sink_%u", i,
        g_str_has_suffix (wanted[i].caps, "png") ? "pngdec" : "jpegdec", i);
  pipeline = gst_parse_launch (launch->str, &error);
  g_string_free (launch, TRUE);
  if (error != NULL) {
    g_printerr ("no contact sheet: %s\n", error->message);
    g_clear_error (&error);
    gst_clear_object (&pipeline);
    return FALSE;
  }

  caps = g_strdup_printf ("video/x-raw,width=%d,height=%d", SHEET_WIDTH,
      place (pipeline));
  gst_util_set_object_arg (G_OBJECT (
                               element =
                                   gst_bin_get_by_name (GST_BIN (pipeline),
                                       "size")),
      "caps", caps);
  g_free (caps);
  gst_object_unref (element);
  element = gst_bin_get_by_name (GST_BIN (pipeline), "file");
  g_object_set (element, "location", path, NULL);
  gst_object_unref (element);

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    feed (pipeline, i);
  ok = play (pipeline, FALSE);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  return ok;
}

static gboolean
all_there (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++) {
    if (wanted[i].last == NULL) {
      g_printerr ("no picture came out; is there video in it?\n");
      return FALSE;
    }
  }
  return TRUE;
}

int
main (int argc, char **argv)
{
  GstElement *pipeline;
  GError *error = NULL;
  gboolean ok;

  gst_init (&argc, &argv);
  if (argc < 2 || argc > 3) {
    g_printerr ("usage: imbytes-demo CONTACT-SHEET.png [FILE or URI]\n");
    return 2;
  }
  pipeline = make_pipeline (argv[2], &error);
  if (error != NULL) {
    g_printerr ("%s\n", error->message);
    g_clear_error (&error);
    gst_clear_object (&pipeline);
    return 1;
  }
  watch (pipeline);
  ok = play (pipeline, TRUE) && all_there ();
  if (ok) {
    show_results ();
    ok = write_sheet (argv[1]);
  }
  if (ok)
    printf ("\ncontact sheet: %s\n", argv[1]);

  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++) {
    gst_clear_object (&wanted[i].encoder);
    g_clear_pointer (&wanted[i].last, gst_sample_unref);
  }
  return ok ? 0 : 1;
}
