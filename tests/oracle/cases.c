/* imbytes tests: cases drawn, written down, read again and made simpler.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cases.h"

#include <string.h>

static const struct
{
  const gchar *name;
  gint64 usual;
} fields[] = {
#define CASE_ROW(id, name, usual) { name, usual },
  CASE_FIELDS (CASE_ROW)
#undef CASE_ROW
};

Case
case_usual (void)
{
  Case c;

  for (guint i = 0; i < CASE_N_FIELDS; i++)
    c.v[i] = fields[i].usual;
  c.v[CASE_FORMAT] = GST_VIDEO_FORMAT_I420;
  return c;
}

gchar *
case_to_string (const Case *c)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text, "format=%s",
      gst_video_format_to_string ((GstVideoFormat) c->v[CASE_FORMAT]));
  for (guint i = CASE_WIDTH; i < CASE_N_FIELDS; i++) {
    if (i == CASE_BACKGROUND && c->v[i] != fields[i].usual)
      g_string_append_printf (text, " %s=0x%08x", fields[i].name,
          (guint32) c->v[i]);
    else if (c->v[i] != fields[i].usual || i <= CASE_HEIGHT)
      g_string_append_printf (text, " %s=%" G_GINT64_FORMAT, fields[i].name,
          c->v[i]);
  }
  return g_string_free (text, FALSE);
}

static gboolean
read_field (Case *c, const gchar *word)
{
  const gchar *value = strchr (word, '=');
  gchar *end;

  if (value == NULL)
    return FALSE;
  for (guint i = 0; i < CASE_N_FIELDS; i++) {
    if (strlen (fields[i].name) != (gsize) (value - word)
        || strncmp (fields[i].name, word, (gsize) (value - word)) != 0)
      continue;
    if (i == CASE_FORMAT) {
      c->v[i] = gst_video_format_from_string (value + 1);
      return c->v[i] != GST_VIDEO_FORMAT_UNKNOWN;
    }
    c->v[i] = g_ascii_strtoll (value + 1, &end, 0);
    return end > value + 1 && *end == '\0';
  }
  return FALSE;
}

gboolean
case_from_string (Case *c, const gchar *text)
{
  gchar **words = g_strsplit (text, " ", -1);
  gboolean known = TRUE;

  *c = case_usual ();
  for (gchar **word = words; *word != NULL; word++)
    known = known && (**word == '\0' || read_field (c, *word));
  g_strfreev (words);
  return known;
}

/* S. Vigna, SplitMix64. */
guint32
case_random (guint64 *state)
{
  guint64 z = *state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  z = (z ^ z >> 30) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return (guint32) ((z ^ z >> 31) >> 32);
}

static gint64
below (guint64 *state, guint n)
{
  return case_random (state) % n;
}

static gboolean
one_in (guint64 *state, guint n)
{
  return below (state, n) == 0;
}

static gint64
draw_size (guint64 *state, gboolean large)
{
  if (large)
    return 1 + below (state, 500);
  return 1 + below (state, one_in (state, 6) ? 6 : 70);
}

static void
draw_crop (Case *c, guint64 *state)
{
  gint64 width = c->v[CASE_WIDTH], height = c->v[CASE_HEIGHT];

  c->v[CASE_CROP] = 1 + below (state, 2);
  c->v[CASE_CROP_X] = below (state, (guint) width);
  c->v[CASE_CROP_Y] = below (state, (guint) height);
  c->v[CASE_CROP_W] = 1 + below (state, (guint) (width - c->v[CASE_CROP_X]));
  c->v[CASE_CROP_H] = 1 + below (state, (guint) (height - c->v[CASE_CROP_Y]));
  if (c->v[CASE_CROP] == CROP_IN_CAPS) {
    c->v[CASE_META] = 1;
    return;
  }
  if (one_in (state, 4)) /* cut off at the frame's edge */
    c->v[CASE_CROP_W] += below (state, 100);
  if (one_in (state, 20)) /* wholly outside */
    c->v[one_in (state, 2) ? CASE_CROP_X : CASE_CROP_Y] +=
        MAX (width, height) + below (state, 3);
}

/* 0 is no light, and what is next to it is 0.01 or 0.003: what becomes of black is
 * compared apart from the rest. */
static gboolean
jumps_at_black (gint64 transfer)
{
  return transfer == GST_VIDEO_TRANSFER_LOG100
      || transfer == GST_VIDEO_TRANSFER_LOG316;
}

static void
draw_colour (Case *c, guint64 *state)
{
  static const gint sdr[] = { GST_VIDEO_TRANSFER_BT709,
    GST_VIDEO_TRANSFER_GAMMA22, GST_VIDEO_TRANSFER_SRGB,
    GST_VIDEO_TRANSFER_GAMMA28, GST_VIDEO_TRANSFER_SMPTE240M,
    GST_VIDEO_TRANSFER_BT2020_12, GST_VIDEO_TRANSFER_BT2020_10,
    GST_VIDEO_TRANSFER_BT601 };
  static const gint other[] = { GST_VIDEO_TRANSFER_GAMMA10,
    GST_VIDEO_TRANSFER_GAMMA18, GST_VIDEO_TRANSFER_GAMMA20,
    GST_VIDEO_TRANSFER_LOG100, GST_VIDEO_TRANSFER_LOG316,
    GST_VIDEO_TRANSFER_ADOBERGB, GST_VIDEO_TRANSFER_SMPTE2084,
    GST_VIDEO_TRANSFER_ARIB_STD_B67 };
  static const gint primaries[] = { GST_VIDEO_COLOR_PRIMARIES_BT470M,
    GST_VIDEO_COLOR_PRIMARIES_BT470BG, GST_VIDEO_COLOR_PRIMARIES_SMPTE170M,
    GST_VIDEO_COLOR_PRIMARIES_SMPTE240M, GST_VIDEO_COLOR_PRIMARIES_FILM,
    GST_VIDEO_COLOR_PRIMARIES_BT2020, GST_VIDEO_COLOR_PRIMARIES_ADOBERGB,
    GST_VIDEO_COLOR_PRIMARIES_SMPTERP431, GST_VIDEO_COLOR_PRIMARIES_SMPTEEG432,
    GST_VIDEO_COLOR_PRIMARIES_EBU3213 };

  c->v[CASE_COLOUR] = 1;
  c->v[CASE_RANGE] = 1 + below (state, 2);
  c->v[CASE_MATRIX] = GST_VIDEO_COLOR_MATRIX_FCC + below (state, 5);
  c->v[CASE_TRANSFER] = sdr[below (state, G_N_ELEMENTS (sdr))];
  c->v[CASE_PRIMARIES] = GST_VIDEO_COLOR_PRIMARIES_BT709;
  if (one_in (state, 5))
    c->v[CASE_TRANSFER] = other[below (state, G_N_ELEMENTS (other))];
  if (one_in (state, 5) && !jumps_at_black (c->v[CASE_TRANSFER]))
    c->v[CASE_PRIMARIES] = primaries[below (state, G_N_ELEMENTS (primaries))];
}

static void
draw_frame (Case *c, guint64 *state)
{
  static const gint pars[][2] = { { 16, 11 }, { 12, 11 }, { 2, 1 }, { 1, 2 },
    { 4, 3 }, { 10, 11 }, { 59, 54 } };
  static const gint sites[] = { GST_VIDEO_CHROMA_SITE_NONE,
    GST_VIDEO_CHROMA_SITE_H_COSITED, GST_VIDEO_CHROMA_SITE_V_COSITED,
    GST_VIDEO_CHROMA_SITE_COSITED };
  gboolean large = one_in (state, 60);

  c->v[CASE_WIDTH] = draw_size (state, large);
  c->v[CASE_HEIGHT] = draw_size (state, large);
  c->v[CASE_CONTENT] = below (state, N_CONTENTS);
  c->v[CASE_FILL] = below (state, 1000000);
  if (one_in (state, 3)) {
    c->v[CASE_META] = 1;
    c->v[CASE_PAD] = below (state, 12);
    c->v[CASE_GAP] = below (state, 12);
    c->v[CASE_NEGATIVE] = one_in (state, 5);
  }
  if (one_in (state, 3))
    draw_crop (c, state);
  if (one_in (state, 4)) {
    const gint *par = pars[below (state, G_N_ELEMENTS (pars))];

    c->v[CASE_PAR_N] = par[0];
    c->v[CASE_PAR_D] = par[1];
  }
  if (one_in (state, 5))
    c->v[CASE_INTERLACE] = below (state, N_INTERLACES);
  if (one_in (state, 2))
    draw_colour (c, state);
  if (one_in (state, 3))
    c->v[CASE_SITE] = sites[below (state, G_N_ELEMENTS (sites))];
}

/* Nobody's picture of one column is to become a tower of a million rows. */
static void
keep_small (Case *c)
{
  RefFrame frame = case_frame_shape (c);
  RefRequest request = case_request (c);
  RefGeometry geometry;

  if (!ref_geometry (&geometry, &frame, &request)
      || (gint64) geometry.width * geometry.height <= 300000)
    return;
  c->v[CASE_FIT] = REF_FILL;
  c->v[CASE_OUT_W] = MIN (MAX (c->v[CASE_OUT_W], 1), 500);
  c->v[CASE_OUT_H] = MIN (MAX (c->v[CASE_OUT_H], 1), 500);
}

static void
draw_request (Case *c, guint64 *state)
{
  gboolean large = one_in (state, 60);
  guint sizes = (guint) below (state, 8);

  /* Chroma of fields stands apart in pictures of their own size alone. */
  if (c->v[CASE_INTERLACE] != INTERLACE_NONE && one_in (state, 2))
    sizes = 0;

  if (sizes > 1) /* else its own */
    c->v[CASE_OUT_W] = sizes == 2 ? 0 : draw_size (state, large);
  if (sizes > 1 && sizes != 3)
    c->v[CASE_OUT_H] = draw_size (state, large);
  c->v[CASE_FIT] = below (state, 4);
  c->v[CASE_ENLARGE] = !one_in (state, 4);
  c->v[CASE_SQUARE] = !one_in (state, 4);
  c->v[CASE_BACKGROUND] =
      (gint64) (case_random (state) | (one_in (state, 3) ? 0 : 0xff000000));
  c->v[CASE_METHOD] = below (state, 6);
  c->v[CASE_DIRECTION] = one_in (state, 2) ? 0 : below (state, 8);
  c->v[CASE_CODEC] = below (state, 2);
  if (jumps_at_black (c->v[CASE_TRANSFER]))
    c->v[CASE_CODEC] = REF_PNG;
  if (c->v[CASE_CODEC] == REF_JPEG) {
    c->v[CASE_SUBSAMPLING] = below (state, 5);
    c->v[CASE_PROGRESSIVE] = one_in (state, 12);
    c->v[CASE_OPTIMIZE] = one_in (state, 12);
  } else {
    c->v[CASE_DEPTH] = 8 * below (state, 3);
    c->v[CASE_LEVEL] = one_in (state, 4) ? below (state, 10) : 1;
    c->v[CASE_FILTER] = one_in (state, 4) ? below (state, 7) : 0;
  }
  c->v[CASE_THREADS] = one_in (state, 8) ? 3 : 1;
}

Case
case_draw (guint64 seed, GstVideoFormat format)
{
  guint64 state = seed;
  Case c = case_usual ();

  c.v[CASE_FORMAT] = format;
  draw_frame (&c, &state);
  draw_request (&c, &state);
  keep_small (&c);
  return c;
}

gboolean
case_simplify (Case *c, guint attempt)
{
  static const CaseField sizes[] = { CASE_WIDTH, CASE_HEIGHT, CASE_CROP_W,
    CASE_CROP_H, CASE_OUT_W, CASE_OUT_H, CASE_CROP_X, CASE_CROP_Y };
  guint n_usual = CASE_N_FIELDS - CASE_CONTENT, way;
  gint64 *size;

  if (attempt < n_usual) {
    CaseField field = CASE_CONTENT + attempt;

    c->v[field] = fields[field].usual;
    if (field == CASE_CROP)
      c->v[CASE_CROP_X] = c->v[CASE_CROP_Y] = c->v[CASE_CROP_W] =
          c->v[CASE_CROP_H] = 0;
    return TRUE;
  }
  attempt -= n_usual;
  if (attempt >= 3 * G_N_ELEMENTS (sizes))
    return FALSE;
  way = attempt % 3;
  size = &c->v[sizes[attempt / 3]];
  if (*size > 1)
    *size = MAX (way == 0 ? *size / 2 : *size - (gint64) (3 - way), 1);
  return TRUE;
}
