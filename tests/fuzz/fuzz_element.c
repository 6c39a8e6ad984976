/* imbytes fuzzing: the element with any upstream, downstream and settings.
 *
 * No input makes it read or write where it should not, GStreamer or GLib
 * complain, an image that a decoder complains of or that is not as its caps say,
 * or sums that do not add up; and a broken frame never ends the stream.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/tag/tag.h>
#include <stdlib.h>
#include <string.h>

#include "core/plan/plan.h"
#include "element.h"
#include "imbytes/gstimbytes.h"

#define MOST_STEPS 12

/* More than these would take longer than many small ones, and find less. */
#define MOST_PIXELS_IN (1 << 20)
#define MOST_PIXELS_OUT 40000

bool __real_im_plan_make (ImPlan *plan, const ImImageInfo *input,
    const ImRequest *request, ImError *error);
bool __wrap_im_plan_make (ImPlan *plan, const ImImageInfo *input,
    const ImRequest *request, ImError *error);

/* The linker puts it in the place of im_plan_make (): as if no file format held
 * large images. */
bool
__wrap_im_plan_make (ImPlan *plan, const ImImageInfo *input,
    const ImRequest *request, ImError *error)
{
  if (!__real_im_plan_make (plan, input, request, error))
    return false;
  if ((gint64) plan->width * plan->height <= MOST_PIXELS_OUT
      && plan->src_width * plan->src_height <= MOST_PIXELS_IN)
    return true;
  return im_error_set (error, IM_ERROR_TOO_LARGE,
      "This is too large to be looked at; make it smaller.");
}

/* What GStreamer and GLib say where upstream, downstream or the application does
 * what it may not, as some do here. */
static gboolean
is_of_others (const gchar *message)
{
  static const gchar *const known[] = { "got data flow before",
    "Invalid multiview info" };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (strstr (message, known[i]) != NULL)
      return TRUE;
  return FALSE;
}

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields,
    gpointer user_data)
{
  const gchar *message = "";

  (void) user_data;
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE"))
      message = fields[i].value;
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING)
      && !is_of_others (message))
    fuzz_broken ("said: %s", message);
  return G_LOG_WRITER_HANDLED;
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_log_set_writer_func (write_log, NULL, NULL);
  /* The element is in this program, and no other is needed. */
  g_setenv ("GST_REGISTRY_DISABLE", "yes", TRUE);
  g_setenv ("G_SLICE", "always-malloc", TRUE);
  gst_init (argc, argv);
  gst_debug_set_active (FALSE);
  GST_ELEMENT_REGISTER (imbytes, NULL);
  gst_tag_register_musicbrainz_tags ();
  return 0;
}

static void
start (Fuzz *fuzz, const uint8_t *data, size_t size)
{
  memset (fuzz, 0, sizeof (*fuzz));
  fuzz->bytes = (FuzzBytes){ data, size };
  fuzz->all_counted = fuzz->all_taken = TRUE;
  gst_video_info_init (&fuzz->info);
  fuzz->element = gst_element_factory_make ("imbytes", NULL);
  gst_object_ref_sink (fuzz->element);
  fuzz->bus = gst_bus_new ();
  gst_element_set_bus (fuzz->element, fuzz->bus);
  fuzz->harness = gst_harness_new_with_element (fuzz->element, "sink", "src");
  fuzz_downstream_init (fuzz);
}

static void
stop (Fuzz *fuzz)
{
  gst_element_set_bus (fuzz->element, NULL);
  gst_harness_teardown (fuzz->harness);
  gst_object_unref (fuzz->bus);
  gst_object_unref (fuzz->element);
  fuzz_downstream_clear (fuzz);
}

/* Errors since the last time; each says something. */
static guint
take_messages (Fuzz *fuzz)
{
  GstMessage *message;
  guint n_errors = 0;

  while ((message = gst_bus_pop (fuzz->bus)) != NULL) {
    GError *error = NULL;

    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
      gst_message_parse_error (message, &error, NULL);
      n_errors++;
    } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING) {
      gst_message_parse_warning (message, &error, NULL);
    }
    if (error != NULL && !g_utf8_validate (error->message, -1, NULL))
      fuzz_broken ("a message that is no text");
    if (error != NULL && error->message[0] == 0)
      fuzz_broken ("a message without words");
    g_clear_error (&error);
    gst_message_unref (message);
  }
  return n_errors;
}

/* What became of a frame; @frame is NULL where it is gone. */
static void
check_flow (Fuzz *fuzz, GstBuffer *frame, GstFlowReturn flow, gboolean broken)
{
  const gchar *what = NULL;

  if (take_messages (fuzz) > 0 && flow == GST_FLOW_OK)
    what = "an error, and the stream goes on";
  if (broken && fuzz->images_of_frame > 0)
    what = "an image of a broken frame";
  if (broken && fuzz->settled && flow != GST_FLOW_OK)
    what = "a broken frame ends the stream";
  if (what == NULL)
    return;
  if (frame != NULL)
    fuzz_describe_frame (frame, &fuzz->info);
  fuzz_broken ("%s: %s", what, gst_flow_get_name (flow));
}

static void
push_frame (Fuzz *fuzz)
{
  GstBuffer *frame, *kept = NULL;
  GstFlowReturn flow;
  gboolean broken;

  fuzz_begin_stream (fuzz);
  frame = fuzz_take_frame (fuzz, &broken);
  if (fuzz_one_in (&fuzz->bytes, 2))
    kept = gst_buffer_ref (frame);
  fuzz->images_of_frame = 0;
  take_messages (fuzz);
  flow = gst_harness_push (fuzz->harness, frame);
  check_flow (fuzz, kept, flow, broken);
  gst_clear_buffer (&kept);
  fuzz->settled = flow == GST_FLOW_OK && !fuzz->ended
      && fuzz->downstream.flow == GST_FLOW_OK
      && fuzz->downstream.interferences == 0
      && (fuzz->settled || fuzz->images_of_frame > 0);
  if (flow != GST_FLOW_OK)
    fuzz->all_counted = fuzz->all_taken = FALSE;
}

/* To READY and back: another stream, and counts from 0. */
static void
restart (Fuzz *fuzz)
{
  gst_element_set_state (fuzz->element, GST_STATE_READY);
  gst_element_set_state (fuzz->element, GST_STATE_PLAYING);
  fuzz->started = fuzz->has_caps = fuzz->has_segment = FALSE;
  fuzz->flushing = fuzz->ended = fuzz->settled = FALSE;
  fuzz->images = fuzz->image_bytes = 0;
  fuzz->all_counted = fuzz->all_taken = TRUE;
  gst_video_info_init (&fuzz->info);
}

static void
take_step (Fuzz *fuzz)
{
  gboolean taken;

  switch (fuzz_take (&fuzz->bytes, 16)) {
    case 0:
    case 1:
      fuzz->settled = FALSE;
      fuzz_set_property (fuzz);
      break;
    case 2:
      fuzz_push_caps (fuzz);
      break;
    case 3:
      fuzz_push_event (fuzz);
      break;
    case 4:
      fuzz_push_upstream_event (fuzz);
      break;
    case 5:
      fuzz_ask (fuzz);
      break;
    case 6:
      fuzz->settled = FALSE;
      fuzz_downstream_change (fuzz);
      break;
    case 7:
      g_signal_emit_by_name (fuzz->element, "request-image", &taken);
      break;
    case 8:
      if (fuzz_one_in (&fuzz->bytes, 3))
        restart (fuzz);
      else
        fuzz_flush (fuzz);
      break;
    default:
      push_frame (fuzz);
      break;
  }
}

static guint64
get_count (const GstStructure *stats, const gchar *field)
{
  guint64 value;

  if (!gst_structure_get_uint64 (stats, field, &value))
    fuzz_broken ("stats without %s", field);
  return value;
}

/* Each frame is an image, skipped or dropped; of regions one frame gives many. */
static void
check_stats (Fuzz *fuzz)
{
  guint64 frames, images, skipped, dropped, image_bytes;
  GstStructure *stats;

  g_object_get (fuzz->element, "stats", &stats, NULL);
  frames = get_count (stats, "frames-in");
  images = get_count (stats, "images-out");
  skipped = get_count (stats, "frames-skipped");
  dropped = get_count (stats, "images-dropped");
  image_bytes = get_count (stats, "bytes-out");
  gst_structure_free (stats);
  if (fuzz->all_taken
      && (images != fuzz->images || image_bytes != fuzz->image_bytes))
    fuzz_broken ("%" G_GUINT64_FORMAT
                 " images have come, and stats say %" G_GUINT64_FORMAT,
        fuzz->images, images);
  if (images < fuzz->images)
    fuzz_broken ("more images have come than stats say");
  if (fuzz->all_counted && !fuzz->has_had_regions
      && frames != images + skipped + dropped)
    fuzz_broken ("%" G_GUINT64_FORMAT " frames, and %" G_GUINT64_FORMAT
                 " images, %" G_GUINT64_FORMAT " skipped, %" G_GUINT64_FORMAT
                 " dropped",
        frames, images, skipped, dropped);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Fuzz fuzz;

  start (&fuzz, data, size);
  for (guint n = fuzz_take (&fuzz.bytes, 4); n > 0; n--)
    fuzz_set_property (&fuzz);
  for (guint n = 0; n < MOST_STEPS && fuzz.bytes.left > 0; n++)
    take_step (&fuzz);
  fuzz_read_properties (&fuzz);
  check_stats (&fuzz);
  stop (&fuzz);
  return 0;
}
