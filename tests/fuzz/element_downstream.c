/* imbytes fuzzing: a sink pad that answers as the fuzzer's bytes say, and looks
 * at every image with libjpeg and libpng.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "element.h"
#include "element_memory.h"

static Fuzz *
fuzz_of (GstPad *pad)
{
  return g_object_get_data (G_OBJECT (pad), "fuzz");
}

/* What the caps say of an image is so. */
static void
check_caps (const GstCaps *caps, const Decoded *decoded, gboolean is_png)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  const gchar *sampling = gst_structure_get_string (structure, "sampling");
  gint width = -1, height = -1;

  gst_structure_get_int (structure, "width", &width);
  gst_structure_get_int (structure, "height", &height);
  if (width != decoded->width || height != decoded->height
      || !gst_structure_has_name (structure,
          is_png ? "image/png" : "image/jpeg"))
    fuzz_broken ("a %s of %dx%d, and caps of %s, %dx%d",
        is_png ? "PNG" : "JPEG", decoded->width, decoded->height,
        gst_structure_get_name (structure), width, height);
  if (!is_png
      && (sampling == NULL
          || g_str_equal (sampling, "GRAYSCALE") != (decoded->channels == 1)))
    fuzz_broken ("%d channels, and sampling=%s", decoded->channels, sampling);
}

static void
check_image (GstPad *pad, GstBuffer *image)
{
  GstCaps *caps = gst_pad_get_current_caps (pad);
  Decoded decoded;
  GstMapInfo map;
  gboolean is_png;

  if (caps == NULL)
    fuzz_broken ("an image before any caps");
  if (!gst_buffer_map (image, &map, GST_MAP_READ) || map.size < 4)
    fuzz_broken ("an image that cannot be read");
  is_png = map.data[0] == 0x89;
  if (!(is_png ? decode_png (&decoded, map.data, map.size)
               : decode_jpeg (&decoded, map.data, map.size)))
    fuzz_broken ("a decoder complains");
  check_caps (caps, &decoded, is_png);
  decoded_clear (&decoded);
  gst_buffer_unmap (image, &map);
  gst_caps_unref (caps);
}

/* What a downstream may do while it has an image. */
static void
interfere (Fuzz *fuzz, GstPad *pad)
{
  guint what = fuzz->downstream.interferences;
  gboolean taken;

  if (what & DOWNSTREAM_REQUESTS)
    g_signal_emit_by_name (fuzz->element, "request-image", &taken);
  if (what & DOWNSTREAM_RECONFIGURES)
    gst_pad_push_event (pad, gst_event_new_reconfigure ());
  if (what & DOWNSTREAM_SETS_PROPERTY)
    fuzz_set_property (fuzz);
  if (what & DOWNSTREAM_READS)
    fuzz_read_properties (fuzz);
  if (what & DOWNSTREAM_FLUSHES && !fuzz->flushing) {
    fuzz->flushing = TRUE;
    fuzz->all_counted = fuzz->all_taken = FALSE;
    gst_harness_push_event (fuzz->harness, gst_event_new_flush_start ());
  }
}

static GstFlowReturn
chain (GstPad *pad, GstObject *parent, GstBuffer *image)
{
  Fuzz *fuzz = fuzz_of (pad);

  (void) parent;
  check_image (pad, image);
  fuzz->images++;
  fuzz->images_of_frame++;
  fuzz->image_bytes += gst_buffer_get_size (image);
  gst_buffer_unref (image);
  if (fuzz->downstream.interferences != 0)
    interfere (fuzz, pad);
  return fuzz->flushing ? GST_FLOW_FLUSHING : fuzz->downstream.flow;
}

static gboolean
take_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  gboolean refuses = fuzz_of (pad)->downstream.refuses_events
      && GST_EVENT_TYPE (event) != GST_EVENT_CAPS;

  (void) parent;
  gst_event_unref (event);
  return !refuses;
}

static void
answer_caps (const Downstream *downstream, GstQuery *query)
{
  GstCaps *filter, *caps;

  gst_query_parse_caps (query, &filter);
  caps = filter != NULL ? gst_caps_intersect_full (filter, downstream->caps,
             GST_CAPS_INTERSECT_FIRST)
                        : gst_caps_ref (downstream->caps);
  gst_query_set_caps_result (query, caps);
  gst_caps_unref (caps);
}

static gboolean
answer (GstPad *pad, GstObject *parent, GstQuery *query)
{
  Downstream *downstream = &fuzz_of (pad)->downstream;
  GstCaps *caps;

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_CAPS:
      answer_caps (downstream, query);
      return TRUE;
    case GST_QUERY_ACCEPT_CAPS:
      gst_query_parse_accept_caps (query, &caps);
      gst_query_set_accept_caps_result (query,
          downstream->takes_all
              || gst_caps_can_intersect (caps, downstream->caps));
      return TRUE;
    case GST_QUERY_ALLOCATION:
      if (downstream->answers_allocation)
        gst_query_add_allocation_param (query, downstream->allocator,
            &downstream->params);
      return downstream->answers_allocation;
    default:
      return gst_pad_query_default (pad, parent, query);
  }
}

static void
take_allocation (Downstream *downstream, FuzzBytes *bytes)
{
  gst_clear_object (&downstream->allocator);
  gst_allocation_params_init (&downstream->params);
  downstream->answers_allocation = fuzz_one_in (bytes, 2);
  if (!downstream->answers_allocation)
    return;
  if (fuzz_one_in (bytes, 2))
    downstream->allocator = fuzz_allocator_new (
        (FuzzAllocatorKind) fuzz_take (bytes, FUZZ_N_ALLOCATORS));
  if (fuzz_one_in (bytes, 3)) {
    downstream->params.align = (1u << fuzz_take (bytes, 9)) - 1;
    downstream->params.prefix = fuzz_take (bytes, 90);
    downstream->params.padding = fuzz_take (bytes, 90);
    downstream->params.flags = fuzz_one_in (bytes, 2)
        ? GST_MEMORY_FLAG_ZERO_PREFIXED | GST_MEMORY_FLAG_ZERO_PADDED
        : 0;
  }
}

void
fuzz_downstream_change (Fuzz *fuzz)
{
  static const GstFlowReturn flows[] = { GST_FLOW_ERROR, GST_FLOW_EOS,
    GST_FLOW_FLUSHING, GST_FLOW_NOT_LINKED, GST_FLOW_NOT_NEGOTIATED,
    GST_FLOW_CUSTOM_SUCCESS, GST_FLOW_CUSTOM_ERROR };
  Downstream *downstream = &fuzz->downstream;
  FuzzBytes *bytes = &fuzz->bytes;

  if (downstream->caps == NULL || fuzz_one_in (bytes, 2)) {
    gst_clear_caps (&downstream->caps);
    downstream->caps = fuzz_take_src_caps (bytes);
    downstream->takes_all = fuzz_one_in (bytes, 16);
  }
  if (fuzz_one_in (bytes, 3))
    take_allocation (downstream, bytes);
  downstream->flow = fuzz_one_in (bytes, 8)
      ? flows[fuzz_take (bytes, G_N_ELEMENTS (flows))]
      : GST_FLOW_OK;
  downstream->interferences =
      fuzz_one_in (bytes, 4) ? 1u << fuzz_take (bytes, 5) : 0;
  downstream->refuses_events = fuzz_one_in (bytes, 8);
}

void
fuzz_downstream_init (Fuzz *fuzz)
{
  GstPad *pad = fuzz->harness->sinkpad;

  g_object_set_data (G_OBJECT (pad), "fuzz", fuzz);
  gst_pad_set_chain_function (pad, chain);
  gst_pad_set_event_function (pad, take_event);
  gst_pad_set_query_function (pad, answer);
  gst_allocation_params_init (&fuzz->downstream.params);
  fuzz_downstream_change (fuzz);
}

void
fuzz_downstream_clear (Fuzz *fuzz)
{
  gst_clear_caps (&fuzz->downstream.caps);
  gst_clear_object (&fuzz->downstream.allocator);
}
