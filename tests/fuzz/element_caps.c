/* imbytes fuzzing: caps of frames, and caps that a downstream takes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "element.h"

/* Most pictures are small: many of them find more than a large one does. What
 * is huge is so in numbers alone. */
static gint
take_size (FuzzBytes *bytes)
{
  if (fuzz_one_in (bytes, 32))
    return (gint) fuzz_take_odd (bytes);
  return 1 + (gint) fuzz_take (bytes, fuzz_one_in (bytes, 4) ? 70 : 18);
}

static const gchar *
take_format (FuzzBytes *bytes)
{
  static const gchar *const strange[] = { "ENCODED", "UNKNOWN", "I420_10",
    "i420", "DMA_DRM", "" };
  guint n;
  const GstVideoFormat *formats = gst_video_formats_raw (&n);

  if (fuzz_one_in (bytes, 64))
    return strange[fuzz_take (bytes, G_N_ELEMENTS (strange))];
  return gst_video_format_to_string (formats[fuzz_take (bytes, n)]);
}

static void
take_colour (GstStructure *structure, FuzzBytes *bytes)
{
  static const gchar *const known[] = { "bt601", "bt709", "bt2020", "sRGB",
    "smpte240m", "bt2100-pq", "bt2100-hlg", "bt2020-10" };
  static const gchar *const sites[] = { "jpeg", "mpeg2", "dv", "cosited",
    "none", "alt-line", "v-cosited", "unknown" };
  gchar *text = NULL;

  if (fuzz_one_in (bytes, 3))
    text = g_strdup (known[fuzz_take (bytes, G_N_ELEMENTS (known))]);
  else if (fuzz_one_in (bytes, 4))
    text = g_strdup_printf ("%u:%u:%u:%u", fuzz_take (bytes, 4),
        fuzz_take (bytes, 8), fuzz_take (bytes, 18), fuzz_take (bytes, 12));
  else if (fuzz_one_in (bytes, 24))
    text = fuzz_take_text (bytes);
  if (text != NULL)
    gst_structure_set (structure, "colorimetry", G_TYPE_STRING, text, NULL);
  if (fuzz_one_in (bytes, 4))
    gst_structure_set (structure, "chroma-site", G_TYPE_STRING,
        sites[fuzz_take (bytes, G_N_ELEMENTS (sites))], NULL);
  g_free (text);
}

static void
take_fraction (GstStructure *structure, const gchar *field, FuzzBytes *bytes)
{
  gint most = fuzz_one_in (bytes, 8) ? G_MAXINT : 50;

  gst_structure_set (structure, field, GST_TYPE_FRACTION,
      (gint) fuzz_take (bytes, (guint) most),
      1 + (gint) fuzz_take (bytes, (guint) most), NULL);
}

GstCaps *
fuzz_take_sink_caps (FuzzBytes *bytes, GstVideoInfo *info)
{
  static const gchar *const modes[] = { "progressive", "interleaved", "mixed",
    "fields", "alternate", "woven" };
  static const gchar *const features[] = { "memory:SystemMemory",
    "memory:DMABuf", "meta:GstVideoOverlayComposition" };
  GstStructure *structure = gst_structure_new_empty (
      fuzz_one_in (bytes, 64) ? "image/jpeg" : "video/x-raw");
  GstCaps *caps = gst_caps_new_empty ();

  if (!fuzz_one_in (bytes, 64))
    gst_structure_set (structure, "format", G_TYPE_STRING, take_format (bytes),
        NULL);
  if (!fuzz_one_in (bytes, 64))
    gst_structure_set (structure, "width", G_TYPE_INT, take_size (bytes),
        "height", G_TYPE_INT, take_size (bytes), NULL);
  if (!fuzz_one_in (bytes, 4))
    take_fraction (structure, "framerate", bytes);
  if (fuzz_one_in (bytes, 4))
    take_fraction (structure, "pixel-aspect-ratio", bytes);
  if (fuzz_one_in (bytes, 3))
    gst_structure_set (structure, "interlace-mode", G_TYPE_STRING,
        modes[fuzz_take (bytes, G_N_ELEMENTS (modes))], NULL);
  take_colour (structure, bytes);
  if (fuzz_one_in (bytes, 16))
    fuzz_take_fields (structure, bytes);
  gst_caps_append_structure (caps, structure);
  if (fuzz_one_in (bytes, 32))
    gst_caps_set_features (caps, 0,
        gst_caps_features_new (features[fuzz_take (bytes,
                                   G_N_ELEMENTS (features))],
            NULL));
  if (!gst_video_info_from_caps (info, caps))
    gst_video_info_init (info);
  return caps;
}

/* A number, a range or a list of them. */
static gchar *
take_wanted_size (FuzzBytes *bytes)
{
  guint a = 1 + fuzz_take (bytes, 90), b = a + fuzz_take (bytes, 60);

  switch (fuzz_take (bytes, 8)) {
    case 0:
      return g_strdup_printf ("[ %u, %u ]", a, b + 1);
    case 1:
      return g_strdup_printf ("{ %u, %u }", a, b);
    case 2:
      return g_strdup_printf ("[ %u, %u, %u ]", a,
          a + a * (1 + fuzz_take (bytes, 9)), a);
    case 3:
      return g_strdup_printf ("%d", (gint) fuzz_take_odd (bytes));
    default:
      return g_strdup_printf ("%u", a);
  }
}

static void
append_wanted_sizes (GString *caps, FuzzBytes *bytes)
{
  static const gchar *const fields[] = { "width", "height" };

  for (guint i = 0; i < 2; i++)
    if (fuzz_one_in (bytes, 3)) {
      gchar *size = take_wanted_size (bytes);

      g_string_append_printf (caps, ", %s=(int)%s", fields[i], size);
      g_free (size);
    }
}

static void
append_structure (GString *caps, FuzzBytes *bytes)
{
  static const gchar *const types[] = { "image/jpeg", "image/png", "image/jpeg",
    "image/png", "video/x-raw", "image/jpeg(memory:DMABuf)" };
  static const gchar *const extra[] = { "sampling=YCbCr-4:2:0",
    "sampling=YCbCr-4:2:2", "sampling=YCbCr-4:4:4", "sampling=GRAYSCALE",
    "sampling=YCbCr-4:1:1", "sampling={YCbCr-4:2:2,YCbCr-4:4:4}",
    "colorspace=sYUV", "colorspace=GRAY", "parsed=true", "parsed=false",
    "sof-marker=0", "sof-marker={1,2}", "framerate=30/1", "framerate=[0/1,9/1]",
    "pixel-aspect-ratio=1/1", "pixel-aspect-ratio=2/1", "colorimetry=1:4:0:0",
    "interlace-mode=progressive", "width=intermediate", "nonsense=1" };

  if (caps->len > 0)
    g_string_append (caps, "; ");
  g_string_append (caps, types[fuzz_take (bytes, G_N_ELEMENTS (types))]);
  append_wanted_sizes (caps, bytes);
  while (fuzz_one_in (bytes, 4))
    g_string_append_printf (caps, ", %s",
        extra[fuzz_take (bytes, G_N_ELEMENTS (extra))]);
}

GstCaps *
fuzz_take_src_caps (FuzzBytes *bytes)
{
  GString *text;
  GstCaps *caps;

  if (!fuzz_one_in (bytes, 2))
    return gst_caps_new_any ();
  text = g_string_new (NULL);
  while (text->len == 0 || fuzz_one_in (bytes, 3))
    append_structure (text, bytes);
  caps = fuzz_one_in (bytes, 32) ? gst_caps_new_empty ()
                                 : gst_caps_from_string (text->str);
  g_string_free (text, TRUE);
  return caps != NULL ? caps : gst_caps_new_any ();
}
