/* imbytes: the properties that say what images are like, as users see them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/base/workers.h"
#include "gstimbytessettings.h"

/* What the larger of the two codecs can hold; see the plan. */
#define MAX_SIZE 1000000

#define FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)

static void
install_output (GObjectClass *klass)
{
  /**
   * GstImBytes:format:
   *
   * Whether images are JPEG or PNG. `auto` takes what downstream accepts,
   * JPEG first: `imbytes ! image/png` makes PNG without further ado.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_FORMAT,
      g_param_spec_enum ("format", "Format", "Codec of the images",
          GST_TYPE_IM_BYTES_FORMAT, GST_IM_BYTES_FORMAT_AUTO,
          FLAGS | GST_PARAM_MUTABLE_READY));
}

static void
install_size (GObjectClass *klass)
{
  /**
   * GstImBytes:width:
   *
   * Width of the images in pixels. With 0 it follows from #GstImBytes:height
   * and the aspect ratio of the picture, or, when that is 0 too, from
   * downstream caps and else from the input.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_WIDTH,
      g_param_spec_uint ("width", "Width",
          "Width of the images in pixels (0 = from height and the aspect "
          "ratio, from downstream caps or as the input)",
          0, MAX_SIZE, 0, FLAGS | GST_PARAM_MUTABLE_PLAYING));

  /**
   * GstImBytes:height:
   *
   * Height of the images in pixels; like #GstImBytes:width.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_HEIGHT,
      g_param_spec_uint ("height", "Height",
          "Height of the images in pixels (0 = from width and the aspect "
          "ratio, from downstream caps or as the input)",
          0, MAX_SIZE, 0, FLAGS | GST_PARAM_MUTABLE_PLAYING));

  /**
   * GstImBytes:fit:
   *
   * How the picture is brought to the size when both width and height are
   * given, by properties or by downstream caps.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_FIT,
      g_param_spec_enum ("fit", "Fit",
          "How the picture fits when both width and height are given",
          GST_TYPE_IM_BYTES_FIT, IM_FIT_FILL,
          FLAGS | GST_PARAM_MUTABLE_PLAYING));

  /**
   * GstImBytes:enlarge:
   *
   * When %FALSE, the picture is never made larger than the input is.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_ENLARGE,
      g_param_spec_boolean ("enlarge", "Enlarge",
          "Whether images may be larger than the input", TRUE,
          FLAGS | GST_PARAM_MUTABLE_PLAYING));
}

static void
install_look (GObjectClass *klass)
{
  /**
   * GstImBytes:square-pixels:
   *
   * Image viewers ignore pixel aspect ratios. When %TRUE, pictures are
   * resized so that they look right there; when %FALSE, the samples are kept
   * as they are and the ratio goes into the caps and the file.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_SQUARE_PIXELS,
      g_param_spec_boolean ("square-pixels", "Square pixels",
          "Bake the pixel aspect ratio of the input into the image", TRUE,
          FLAGS | GST_PARAM_MUTABLE_PLAYING));

  /**
   * GstImBytes:background:
   *
   * Colour of the borders that #GstImBytes:fit `contain` leaves, and what
   * transparent input is flattened onto for JPEG. 0xAARRGGBB in sRGB; JPEG ignores
   * the alpha.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_BACKGROUND,
      g_param_spec_uint ("background", "Background",
          "Colour of borders and beneath transparent input, 0xAARRGGBB", 0,
          G_MAXUINT32, 0xff000000, FLAGS | GST_PARAM_MUTABLE_PLAYING));

  /**
   * GstImBytes:method:
   *
   * The filter that resizes. All but `nearest` are antialiased when shrinking
   * and match the filters of the same name in Pillow; `area` is Pillow's BOX
   * and, at whole ratios, OpenCV's INTER_AREA.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_METHOD,
      g_param_spec_enum ("method", "Method", "How pictures are resized",
          GST_TYPE_IM_BYTES_METHOD, IM_METHOD_BILINEAR,
          FLAGS | GST_PARAM_MUTABLE_PLAYING));
}

static void
install_direction (GObjectClass *klass)
{
  /**
   * GstImBytes:video-direction:
   *
   * How frames are turned and mirrored, which is done while they are resized.
   * `auto` follows the image-orientation tag of the stream, or else that of its
   * container, also where it changes in mid-stream, and says rotate-0 in its
   * place downstream. Size, fit and pixel aspect ratio are about the picture as
   * it is after that: with #GstImBytes:width 640, what is upright is 640 pixels
   * across. `custom` is taken for `identity`, with a warning.
   *
   * Since: 0.1
   */
  g_object_class_override_property (klass, PROP_VIDEO_DIRECTION,
      "video-direction");
}

static void
install_jpeg (GObjectClass *klass)
{
  /**
   * GstImBytes:quality:
   *
   * JPEG quality on the scale of libjpeg, as in jpegenc.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_QUALITY,
      g_param_spec_int ("quality", "Quality", "JPEG quality", 0, 100, 85,
          FLAGS | GST_PARAM_MUTABLE_PLAYING));

  /**
   * GstImBytes:subsampling:
   *
   * Chroma subsampling of JPEG. `auto` takes the input's own, 4:2:0 for RGB,
   * and one component for gray; where downstream caps allow that only
   * another, it is that one.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_SUBSAMPLING,
      g_param_spec_enum ("subsampling", "Subsampling",
          "JPEG chroma subsampling", GST_TYPE_IM_BYTES_SUBSAMPLING,
          IM_SUBSAMPLING_AUTO, FLAGS | GST_PARAM_MUTABLE_PLAYING));
}

static void
install_jpeg_coding (GObjectClass *klass)
{
  /**
   * GstImBytes:progressive:
   *
   * JPEG that shows in several scans: smaller, and slower to make.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_PROGRESSIVE,
      g_param_spec_boolean ("progressive", "Progressive",
          "Progressive JPEG, smaller and slower", FALSE,
          FLAGS | GST_PARAM_MUTABLE_PLAYING));

  /**
   * GstImBytes:optimize:
   *
   * Huffman tables made for each JPEG: smaller, and slower to make.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_OPTIMIZE,
      g_param_spec_boolean ("optimize", "Optimize",
          "Optimal Huffman tables for JPEG, smaller and slower", FALSE,
          FLAGS | GST_PARAM_MUTABLE_PLAYING));

  /**
   * GstImBytes:dct-method:
   *
   * How libjpeg computes the DCT.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_DCT_METHOD,
      g_param_spec_enum ("dct-method", "DCT method",
          "JPEG DCT method, as libjpeg has them", GST_TYPE_IM_BYTES_DCT_METHOD,
          IM_DCT_ISLOW, FLAGS | GST_PARAM_MUTABLE_PLAYING));
}

static void
install_png (GObjectClass *klass)
{
  /**
   * GstImBytes:compression-level:
   *
   * PNG compression from 0 (none) to 9 (smallest and slowest), as in pngenc.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_COMPRESSION_LEVEL,
      g_param_spec_uint ("compression-level", "Compression level",
          "PNG compression level", 0, 9, 1, FLAGS | GST_PARAM_MUTABLE_PLAYING));

  /**
   * GstImBytes:png-filter:
   *
   * How PNG rows are filtered before they are compressed.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_PNG_FILTER,
      g_param_spec_enum ("png-filter", "PNG filter", "PNG row filter",
          GST_TYPE_IM_BYTES_PNG_FILTER, IM_PNG_FILTER_AUTO,
          FLAGS | GST_PARAM_MUTABLE_PLAYING));

  /**
   * GstImBytes:bit-depth:
   *
   * Bits for each sample of PNG. `auto` is 16 for 16-bit gray and 16-bit RGB
   * input and 8 for everything else; video of 10 and 12 bits is rounded, not
   * cut off.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_BIT_DEPTH,
      g_param_spec_enum ("bit-depth", "Bit depth",
          "Bits for each sample of PNG", GST_TYPE_IM_BYTES_BIT_DEPTH, 0,
          FLAGS | GST_PARAM_MUTABLE_PLAYING));
}

static void
install_png_reduce (GObjectClass *klass)
{
  /**
   * GstImBytes:png-reduce:
   *
   * PNG in the fewest bits that hold all pixels as they are: gray, 1, 2 or 4 bits of
   * it, a palette of up to 256 colours, no alpha where all pixels are opaque, one
   * transparent colour, 8 bits where 16 hold no more. Each image has what suits it, so
   * readers see pixels of another format than the frame's; the colours are the same.
   * All rows are made before the first is compressed.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_PNG_REDUCE,
      g_param_spec_boolean ("png-reduce", "PNG reduce",
          "PNG in the fewest bits that hold all pixels", FALSE,
          FLAGS | GST_PARAM_MUTABLE_PLAYING));
}

static void
install_limits (GObjectClass *klass)
{
  /**
   * GstImBytes:max-bytes:
   *
   * No image is ever larger. The quality of JPEG gives way, from
   * #GstImBytes:quality down to #GstImBytes:min-quality. Where that is not
   * enough, and for PNG, the image is dropped, counted, and a warning says how
   * large it would have been.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_MAX_BYTES,
      g_param_spec_uint ("max-bytes", "Maximum bytes",
          "No image is larger than this; quality gives way (0 = any size)", 0,
          G_MAXUINT, 0, FLAGS | GST_PARAM_MUTABLE_PLAYING));

  /**
   * GstImBytes:min-quality:
   *
   * How far the quality of JPEG may give way to #GstImBytes:max-bytes. Above
   * #GstImBytes:quality it counts as that.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_MIN_QUALITY,
      g_param_spec_int ("min-quality", "Minimum quality",
          "Least JPEG quality that max-bytes may lead to", 0, 100, 10,
          FLAGS | GST_PARAM_MUTABLE_PLAYING));
}

static void
install_threads (GObjectClass *klass)
{
  /**
   * GstImBytes:n-threads:
   *
   * How many threads one element uses at most, the streaming thread among
   * them. Threads are shared by all elements of the process: they start with
   * the first image that is large enough to need them and end with the last
   * element. The images are the same to the byte with any number.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_N_THREADS,
      g_param_spec_uint ("n-threads", "Threads",
          "Threads to use at most, the streaming thread among them "
          "(0 = one for each processor)",
          0, IM_MAX_SLOTS, 0, FLAGS | GST_PARAM_MUTABLE_READY));
}

void
gst_im_bytes_settings_install (GObjectClass *klass)
{
  install_output (klass);
  install_size (klass);
  install_look (klass);
  install_direction (klass);
  install_jpeg (klass);
  install_jpeg_coding (klass);
  install_png (klass);
  install_png_reduce (klass);
  gst_im_bytes_settings_install_frames (klass);
  install_limits (klass);
  install_threads (klass);
}
