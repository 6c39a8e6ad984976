/* imbytes tests: a hash of each file that many formats and options give.
 *
 *   hashes STEP    about one in STEP of a product of all formats and options, and
 *                  more of smaller products
 *
 * Prints a line for each file: what it is, its size and its hash. The lines are
 * the same on every machine and with every instruction set, and run compares
 * them.
 *
 * Frames are made by integers alone and packed by GStreamer. Lines that begin
 * with "frame" have the hash of what GStreamer unpacks from them, by values, not
 * by bytes: should those differ between machines, the files may.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gst/check/gstharness.h>
#include <gst/video/video.h>

/* The values of one option; each sets the same properties, or extends caps. */
#define MAX_VALUES 24
typedef struct
{
  const gchar *values[MAX_VALUES + 1];
} Option;

/* A product of options: those of the caps first, which change least often. */
typedef struct
{
  const gchar *name;
  guint weight; /* how many cases, against what STEP says */
  gint width, height;
  const Option *formats; /* NULL: all that GStreamer has */
  const Option *caps;
  const Option *codecs;
  const Option *options[6];
} Product;

static const Option nothing = { { "" } };
static const Option jpeg = { { "jpeg" } };
static const Option png = { { "png" } };
static const Option both = { { "jpeg", "png" } };
static const Option some_formats = { { "I420", "NV12", "YUY2", "Y42B", "AYUV",
    "BGRA", "RGB", "GRAY8", "GRAY16_LE", "GRAY16_BE", "P010_10LE", "I422_10BE",
    "v210", "ARGB64", "RGB16", "A420_10LE" } };
static const Option few_formats = { { "I420", "BGRx", "GRAY8", "Y444_12LE",
    "GRAY16_LE", "RGBA64_BE" } };
static const Option two_formats = { { "I420", "RGB" } };

static const Option samples = { { "subsampling=auto bit-depth=auto",
    "subsampling=4:2:0 bit-depth=8", "subsampling=4:2:2 bit-depth=16",
    "subsampling=4:4:4 bit-depth=8", "subsampling=gray bit-depth=16" } };
static const Option methods = { { "method=nearest", "method=bilinear",
    "method=bicubic", "method=area", "method=lanczos", "method=spline36" } };
static const Option sizes = { { "width=0 height=0 fit=fill",
    "width=31 height=20 fit=fill", "width=97 height=71 fit=fill",
    "width=40 height=50 fit=contain", "width=50 height=25 fit=cover",
    "width=7 height=90 fit=inside" } };
static const Option directions = { { "video-direction=identity",
    "video-direction=90r", "video-direction=180", "video-direction=90l",
    "video-direction=horiz", "video-direction=vert", "video-direction=ul-lr",
    "video-direction=ur-ll" } };
static const Option backgrounds = { { "background=0xff000000",
    "background=0xffffffff", "background=0x80c03070" } };

/* Range, matrix, transfer and primaries as GStreamer numbers them. */
static const Option colours = { { "", "colorimetry=bt601", "colorimetry=bt709",
    "colorimetry=smpte240m", "colorimetry=sRGB", "colorimetry=bt2020",
    "colorimetry=bt2020-10", "colorimetry=bt2100-pq", "colorimetry=bt2100-hlg",
    "colorimetry=1:3:1:1", "colorimetry=2:4:2:1", "colorimetry=1:4:3:2",
    "colorimetry=2:2:4:7", "colorimetry=1:3:9:1", "colorimetry=2:3:10:1",
    "colorimetry=1:3:12:8", "colorimetry=1:6:14:10", "colorimetry=2:6:15:9",
    "colorimetry=1:6:14:7", "chroma-site=jpeg,colorimetry=bt601",
    "chroma-site=cosited", "interlace-mode=interleaved", "interlace-mode=mixed",
    "pixel-aspect-ratio=16/15" } };

static const Option qualities = { { "quality=0", "quality=1", "quality=24",
    "quality=50", "quality=85", "quality=92", "quality=100" } };
static const Option scans = { { "progressive=false optimize=false",
    "progressive=false optimize=true", "progressive=true optimize=true" } };
static const Option dcts = { { "dct-method=islow", "dct-method=ifast" } };
static const Option limits = { { "max-bytes=0 min-quality=10",
    "max-bytes=2500 min-quality=1" } };
static const Option levels = { { "compression-level=0", "compression-level=1",
    "compression-level=2", "compression-level=3", "compression-level=4",
    "compression-level=6", "compression-level=9" } };
static const Option filters = { { "png-filter=auto", "png-filter=none",
    "png-filter=sub", "png-filter=up", "png-filter=average", "png-filter=paeth",
    "png-filter=adaptive" } };
static const Option depths = { { "bit-depth=auto", "bit-depth=8",
    "bit-depth=16", "bit-depth=auto png-reduce=true" } };
static const Option metadata = { { "metadata=false", "metadata=true" } };

static const Product products[] = {
  { "formats", 1, 61, 43, NULL, &nothing, &both,
      { &samples, &methods, &sizes, &directions, &backgrounds } },
  { "colours", 2, 62, 46, &some_formats, &colours, &both,
      { &samples, &methods, &sizes } },
  { "jpeg", 16, 93, 75, &few_formats, &nothing, &jpeg,
      { &qualities, &scans, &dcts, &samples, &limits, &metadata } },
  { "png", 32, 93, 75, &few_formats, &nothing, &png,
      { &levels, &filters, &depths, &metadata } },
  { "large", 4, 707, 503, &two_formats, &nothing, &both,
      { &methods, &levels, &scans, &directions } },
};

#define HASH_BEGIN G_GUINT64_CONSTANT (0xcbf29ce484222325)

/* FNV-1a. */
static guint64
hash_byte (guint64 hash, guint byte)
{
  return (hash ^ (byte & 255)) * G_GUINT64_CONSTANT (0x100000001b3);
}

static gboolean
unpacks_to_words (const GstVideoFormatInfo *finfo)
{
  return gst_video_format_get_info (finfo->unpack_format)->depth[0] == 16;
}

/* Of less than a tile, some packers and unpackers write nothing. */
static gint
whole_tiles (const GstVideoInfo *info)
{
  return (info->width + 63) / 64 * 64;
}

/* Waves that are broad in one place and narrow in another, and some noise. */
static guint
sample (gint x, gint y, gint c, guint32 *seed)
{
  gint wave = (x * (c + 3) * 97 + y * (5 - c) * 71 + x * y) % 2048 - 1024;

  *seed = *seed * 1664525u + 1013904223u;
  return 1024 + ABS (wave) * 56 + (*seed >> 20);
}

static void
fill (GstBuffer *buffer, const GstVideoInfo *info)
{
  const GstVideoFormatInfo *finfo = info->finfo;
  gboolean wide = unpacks_to_words (finfo),
           tiled = GST_VIDEO_FORMAT_INFO_IS_TILED (finfo);
  gint width = tiled ? whole_tiles (info) : info->width;
  guint16 *row = g_malloc0 ((gsize) (info->width + 512) * 8);
  guint32 seed = 1;
  GstVideoFrame frame;

  gst_video_frame_map (&frame, info, buffer, GST_MAP_WRITE);
  for (gint y = 0; y < info->height; y++) {
    for (gint i = 0; i < width * 4; i++) {
      guint value = sample (i / 4, y, i % 4, &seed);

      if (wide)
        row[i] = value;
      else
        ((guint8 *) row)[i] = value >> 8;
    }
    finfo->pack_func (finfo, GST_VIDEO_PACK_FLAG_NONE, row, 0, frame.data,
        frame.info.stride, GST_VIDEO_CHROMA_SITE_NONE, y, width);
  }
  gst_video_frame_unmap (&frame);
  g_free (row);
}

/* What GStreamer unpacks from it, value by value. */
static guint64
hash_frame (GstBuffer *buffer, const GstVideoInfo *info)
{
  const GstVideoFormatInfo *finfo = info->finfo;
  gboolean wide = unpacks_to_words (finfo);
  guint16 *row = g_malloc0 ((gsize) (info->width + 512) * 8);
  guint64 hash = HASH_BEGIN;
  GstVideoFrame frame;

  gst_video_frame_map (&frame, info, buffer, GST_MAP_READ);
  for (gint y = 0; y < info->height; y++) {
    finfo->unpack_func (finfo, GST_VIDEO_PACK_FLAG_NONE, row, frame.data,
        frame.info.stride, 0, y, info->width);
    for (gint i = 0; i < info->width * 4; i++) {
      guint value = wide ? row[i] : ((guint8 *) row)[i];

      hash = hash_byte (hash_byte (hash, value), value >> 8);
    }
  }
  gst_video_frame_unmap (&frame);
  g_free (row);
  return hash;
}

/* Input, element and codec that the next cases have in common. */
typedef struct
{
  gchar *key;
  GstHarness *harness;
  GstElement *element;
  GstBuffer *frame;
} Setup;

static void
setup_clear (Setup *setup)
{
  if (setup->harness == NULL)
    return;
  gst_buffer_unref (setup->frame);
  gst_object_unref (setup->element);
  gst_harness_teardown (setup->harness);
  g_free (setup->key);
  memset (setup, 0, sizeof (*setup));
}

static void
add_tags (GstHarness *harness)
{
  gst_harness_push_event (harness,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_TITLE, "Title",
          GST_TAG_ARTIST, "Somebody", GST_TAG_GEO_LOCATION_LATITUDE, 47.25,
          GST_TAG_GEO_LOCATION_LONGITUDE, -8.5, GST_TAG_COMMENT, "A comment",
          NULL)));
}

/* FALSE where GStreamer does not know such caps. */
static gboolean
setup_make (Setup *setup, const Product *product, const gchar *format,
    const gchar *more, const gchar *codec)
{
  gchar *string = g_strdup_printf (
      "video/x-raw,format=%s,width=%d,height=%d,framerate=25/1%s%s", format,
      product->width, product->height, *more != 0 ? "," : "", more);
  gchar *key =
      g_strdup_printf ("%s %s %s %s", product->name, format, more, codec);
  GstCaps *caps = gst_caps_from_string (string);
  gboolean known = setup->key != NULL && strcmp (setup->key, key) == 0;
  GstVideoInfo info;

  if (!known && gst_video_info_from_caps (&info, caps)) {
    gchar *launch = g_strdup_printf ("imbytes format=%s", codec);

    setup_clear (setup);
    setup->key = g_strdup (key);
    setup->harness = gst_harness_new_parse (launch);
    setup->element = gst_harness_find_element (setup->harness, "imbytes");
    gst_harness_set_src_caps_str (setup->harness, string);
    add_tags (setup->harness);
    setup->frame = gst_buffer_new_allocate (NULL, info.size, NULL);
    gst_buffer_memset (setup->frame, 0, 0, info.size);
    GST_BUFFER_PTS (setup->frame) = 0;
    fill (setup->frame, &info);
    printf ("frame %s: %016" G_GINT64_MODIFIER "x\n", key,
        hash_frame (setup->frame, &info));
    g_free (launch);
    known = TRUE;
  }
  gst_caps_unref (caps);
  g_free (string);
  g_free (key);
  return known;
}

static void
set (GstElement *element, const gchar *settings)
{
  gchar **words = g_strsplit (settings, " ", 0);

  for (gint i = 0; words[i] != NULL; i++) {
    gchar *value = strchr (words[i], '=');

    *value++ = 0;
    gst_util_set_object_arg (G_OBJECT (element), words[i], value);
  }
  g_strfreev (words);
}

static void
run_case (Setup *setup, gchar *const *settings)
{
  GstBuffer *image = NULL;
  guint64 hash = HASH_BEGIN;
  GstFlowReturn flow;
  GstMapInfo map;

  printf ("%s", setup->key);
  for (gint i = 0; settings[i] != NULL; i++) {
    set (setup->element, settings[i]);
    printf (" %s", settings[i]);
  }
  flow = gst_harness_push (setup->harness, gst_buffer_copy (setup->frame));
  if (flow == GST_FLOW_OK)
    image = gst_harness_try_pull (setup->harness);
  if (image == NULL) {
    printf (": %s\n", gst_flow_get_name (flow));
    setup_clear (setup);
    return;
  }
  gst_buffer_map (image, &map, GST_MAP_READ);
  for (gsize i = 0; i < map.size; i++)
    hash = hash_byte (hash, map.data[i]);
  printf (": %" G_GSIZE_FORMAT " %016" G_GINT64_MODIFIER "x\n", map.size, hash);
  gst_buffer_unmap (image, &map);
  gst_buffer_unref (image);
}

static guint
count (const Option *option)
{
  guint n = 0;

  while (n < MAX_VALUES && option->values[n] != NULL)
    n++;
  return n;
}

/* The value of @option that @index stands for, which then stands for the rest. */
static const gchar *
take (const Option *option, guint *index)
{
  guint n = count (option);
  const gchar *value = option->values[*index % n];

  *index /= n;
  return value;
}

static gint
compare_formats (gconstpointer a, gconstpointer b)
{
  return *(const GstVideoFormat *) a - *(const GstVideoFormat *) b;
}

/* By number: GStreamer's own order begins with those of the machine's words. */
static GArray *
list_formats (void)
{
  GArray *formats = g_array_new (FALSE, FALSE, sizeof (GstVideoFormat));
  guint n;
  const GstVideoFormat *raw = gst_video_formats_raw (&n);

  g_array_append_vals (formats, raw, n);
  g_array_sort (formats, compare_formats);
  return formats;
}

static const gchar *
take_format (const Product *product, const GArray *all, guint *index)
{
  return product->formats != NULL
      ? take (product->formats, index)
      : gst_video_format_to_string (
          g_array_index (all, GstVideoFormat, *index % all->len));
}

static guint
count_cases (const Product *product, const GArray *all)
{
  guint n = product->formats != NULL ? count (product->formats) : all->len;

  n *= count (product->caps) * count (product->codecs);
  for (gint i = 0; i < 6 && product->options[i] != NULL; i++)
    n *= count (product->options[i]);
  return n;
}

/* Pseudo-random, since every n-th would always meet the same values of an option
 * that has n. */
static gboolean
is_chosen (guint index, guint step)
{
  return (index * 2654435761u >> 7) % step == 0;
}

static void
run_product (const Product *product, const GArray *all, guint step)
{
  guint n = count_cases (product, all);
  Setup setup = { NULL, NULL, NULL, NULL };

  for (guint at = 0; at < n; at++) {
    gchar *settings[7] = { NULL };
    const gchar *codec, *caps;
    guint index = at;

    if (!is_chosen (at, MAX (step / product->weight, 1)))
      continue;
    for (gint i = 0; i < 6 && product->options[i] != NULL; i++)
      settings[i] = (gchar *) take (product->options[i], &index);
    codec = take (product->codecs, &index);
    caps = take (product->caps, &index);
    if (setup_make (&setup, product, take_format (product, all, &index), caps,
            codec))
      run_case (&setup, settings);
  }
  setup_clear (&setup);
}

int
main (int argc, char **argv)
{
  guint step = argc > 1 ? (guint) atoi (argv[1]) : 1;
  GArray *all;

  gst_init (NULL, NULL);
  all = list_formats ();
  for (guint i = 0; i < G_N_ELEMENTS (products); i++)
    run_product (&products[i], all, step);
  g_array_free (all, TRUE);
  gst_deinit ();
  return 0;
}
