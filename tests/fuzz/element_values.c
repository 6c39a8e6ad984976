/* imbytes fuzzing: numbers, times, texts and fields out of the fuzzer's bytes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "element.h"

gboolean
fuzz_one_in (FuzzBytes *bytes, guint n)
{
  return fuzz_take (bytes, n) == n - 1;
}

guint64
fuzz_take_bits (FuzzBytes *bytes, guint n)
{
  guint64 value = 0;

  for (; n >= 8; n -= 8)
    value = value << 8 | fuzz_take (bytes, 256);
  return n > 0 ? value << n | fuzz_take (bytes, 1u << n) : value;
}

guint64
fuzz_take_odd (FuzzBytes *bytes)
{
  static const guint64 limits[] = { 0, G_MAXINT, G_MAXUINT, G_MAXINT64,
    G_MAXUINT64, 65500, 65501, 65536, 1000000, 1000001, 1 << 29, 1 << 30,
    G_MAXINT - 1, (guint64) 1 << 32, 200000, 32768 };

  switch (fuzz_take (bytes, 8)) {
    case 0:
      return limits[fuzz_take (bytes, G_N_ELEMENTS (limits))];
    case 1:
      return ((guint64) 1 << fuzz_take (bytes, 64)) - 1 + fuzz_take (bytes, 3);
    case 2:
      return fuzz_take_bits (bytes, 64);
    case 3:
      return fuzz_take_bits (bytes, 32);
    case 4:
      return fuzz_take_bits (bytes, 16);
    default:
      return fuzz_take (bytes, 70);
  }
}

GstClockTime
fuzz_take_time (FuzzBytes *bytes)
{
  switch (fuzz_take (bytes, 4)) {
    case 0:
      return GST_CLOCK_TIME_NONE;
    case 1:
      return fuzz_take_odd (bytes);
    default:
      return fuzz_take (bytes, 64) * 20 * GST_MSECOND;
  }
}

/* Any but surrogates, which are no characters. */
static gunichar
take_character (FuzzBytes *bytes)
{
  static const gunichar odd[] = { 1, 7, '\n', 0x7f, 0xe4, 0x20ac, 0xfeff,
    0xfffe, 0x1f600, 0x10ffff, 0x202e, '"', '\\', ';', '{', '=' };

  if (fuzz_one_in (bytes, 3))
    return odd[fuzz_take (bytes, G_N_ELEMENTS (odd))];
  return 32 + fuzz_take (bytes, 95);
}

gchar *
fuzz_take_text (FuzzBytes *bytes)
{
  guint n = fuzz_one_in (bytes, 32) ? fuzz_take (bytes, 70000)
                                    : fuzz_take (bytes, 12);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_unichar (text,
        bytes->left > 0 ? take_character (bytes) : 'x');
  return g_string_free (text, FALSE);
}

/* A value of any of the types that caps and events have. */
static void
take_value (GValue *value, FuzzBytes *bytes)
{
  switch (fuzz_take (bytes, 8)) {
    case 0:
      g_value_set_int (g_value_init (value, G_TYPE_INT),
          (gint) fuzz_take_odd (bytes));
      break;
    case 1:
      g_value_take_string (g_value_init (value, G_TYPE_STRING),
          fuzz_take_text (bytes));
      break;
    case 2:
      gst_value_set_fraction (g_value_init (value, GST_TYPE_FRACTION),
          (gint) fuzz_take (bytes, 70000), 1 + (gint) fuzz_take (bytes, 70000));
      break;
    case 3:
      g_value_set_boolean (g_value_init (value, G_TYPE_BOOLEAN),
          fuzz_one_in (bytes, 2));
      break;
    case 4:
      g_value_set_double (g_value_init (value, G_TYPE_DOUBLE),
          (gdouble) fuzz_take_odd (bytes) - 100.0);
      break;
    case 5:
      g_value_set_uint64 (g_value_init (value, G_TYPE_UINT64),
          fuzz_take_odd (bytes));
      break;
    case 6:
      g_value_set_uint (g_value_init (value, G_TYPE_UINT),
          (guint) fuzz_take_odd (bytes));
      break;
    default:
      g_value_set_string (g_value_init (value, G_TYPE_STRING), NULL);
      break;
  }
}

void
fuzz_take_fields (GstStructure *structure, FuzzBytes *bytes)
{
  static const gchar *const names[] = { "nonsense", "width", "height", "format",
    "framerate", "pixel-aspect-ratio", "interlace-mode", "colorimetry",
    "chroma-site", "multiview-mode", "multiview-flags", "field-order", "views",
    "max-framerate", "running-time", "all-headers", "count", "timestamp",
    "stream-time", "sampling", "parsed", "sof-marker", "colorspace" };

  while (fuzz_one_in (bytes, 3)) {
    GValue value = G_VALUE_INIT;

    take_value (&value, bytes);
    gst_structure_take_value (structure,
        names[fuzz_take (bytes, G_N_ELEMENTS (names))], &value);
  }
}

void
fuzz_broken (const gchar *format, ...)
{
  va_list args;

  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
  abort ();
}
