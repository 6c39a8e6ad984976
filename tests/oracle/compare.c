/* imbytes tests: how far a file is from the reference, and whether that is too far.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "compare.h"

#include <math.h>

/* How far samples may be from the reference's, unrounded: half of one is the
 * rounding, the rest what 16-bit fixed point, floats and weights that are left out
 * because they are next to nothing lose on the way. */
#define PNG8_MOST 0.65
#define PNG16_MOST 8.0
/* Light goes through tables, and its curves are steep at the dark end. */
#define LIGHT16_MOST 48.0
/* Both coded: where one sample of a block was rounded the other way, all of its
 * samples are coded a little differently. */
#define JPEG_MOST 4.0
#define JPEG_MEAN 0.35
/* A flat picture just between two values may be either; then it is half of one
 * from where it should be. */
#define JPEG_MEAN_UNCODED 0.65
/* The background that 8-bit samples are laid upon is rounded to their codes. */
#define JPEG_MEAN_UNCODED_FLAT 1.25

static gchar *
compare_shapes (const File *file, const RefPicture *picture)
{
  if (file->width != picture->width || file->height != picture->height)
    return g_strdup_printf ("%dx%d, not %dx%d", file->width, file->height,
        picture->width, picture->height);
  if (file->n_planes != picture->n_planes || file->bits != picture->bits)
    return g_strdup_printf ("%d components of %d bits, not %d of %d",
        file->n_planes, file->bits, picture->n_planes, picture->bits);
  if (file->w_shift != picture->w_shift || file->h_shift != picture->h_shift)
    return g_strdup_printf ("chroma of %dx%d luma samples, not of %dx%d",
        1 << file->w_shift, 1 << file->h_shift, 1 << picture->w_shift,
        1 << picture->h_shift);
  return NULL;
}

/* The reference's samples as a file without any loss but rounding. */
static File
round_picture (const RefPicture *picture)
{
  File file = { .width = picture->width,
    .height = picture->height,
    .n_planes = picture->n_planes,
    .bits = picture->bits,
    .w_shift = picture->w_shift,
    .h_shift = picture->h_shift };

  file_alloc (&file);
  for (gint p = 0; p < file.n_planes; p++)
    for (gint i = 0; i < file.plane_width[p] * file.plane_height[p]; i++)
      file.plane[p][i] = (guint16) floor (picture->plane[p][i] + 0.5);
  return file;
}

/* The place where samples are farthest apart. */
typedef struct
{
  Apart apart;
  gint plane, x, y;
  gdouble have, want;
  gdouble uncoded; /* JPEG: mean distance from samples that were not coded */
} Comparison;

static void
compare_sample (Comparison *compared, gdouble difference, gint p, gint at,
    gint width, gdouble have, gdouble want)
{
  compared->apart.sum += difference;
  compared->apart.n++;
  if (difference <= compared->apart.most)
    return;
  compared->apart.most = difference;
  compared->plane = p;
  compared->x = at % width;
  compared->y = at / width;
  compared->have = have;
  compared->want = want;
}

/* The curves of LOG100 and LOG316 jump from no light to 0.01 and 0.003 of it, which
 * are 26 and 10 of 255: below that, anything goes. */
static gdouble
jump_at_black (const RefFrame *frame)
{
  switch (frame->colorimetry.transfer) {
    case GST_VIDEO_TRANSFER_LOG100:
      return 26.0 / 255;
    case GST_VIDEO_TRANSFER_LOG316:
      return 10.5 / 255;
    default:
      return 0;
  }
}

/* Colours that were weighed by alpha count as much as there is of it. */
static Comparison
compare_png (const File *file, const RefPicture *picture, const RefFrame *frame)
{
  gdouble black = jump_at_black (frame) * picture->most;
  gint alpha = picture->has_alpha ? picture->n_planes - 1 : -1;
  Comparison compared = { 0 };

  for (gint p = 0; p < picture->n_planes; p++)
    for (gint i = 0; i < picture->width * picture->height; i++) {
      gdouble have = file->plane[p][i], want = picture->plane[p][i];
      gdouble difference = fabs (have - want);

      if (have < black && want < black && p != alpha)
        difference = 0;
      if (picture->weighed && p != alpha)
        difference *= picture->plane[alpha][i] / picture->most;
      compare_sample (&compared, difference, p, i, picture->width, have, want);
    }
  return compared;
}

static Comparison
compare_jpeg (const File *file, const RefPicture *picture)
{
  File rounded = round_picture (picture), coded = { 0 };
  const gchar *wrong = file_through_jpeg (&rounded, &coded);
  Comparison compared = { 0 };

  if (wrong != NULL)
    g_error ("libjpeg on its own: %s", wrong);
  for (gint p = 0; p < picture->n_planes; p++)
    for (gint i = 0; i < picture->plane_width[p] * picture->plane_height[p];
         i++) {
      gdouble have = file->plane[p][i], want = coded.plane[p][i];

      compared.uncoded += fabs (have - picture->plane[p][i]);
      compare_sample (&compared, fabs (have - want), p, i,
          picture->plane_width[p], have, want);
    }
  compared.uncoded /= (gdouble) compared.apart.n;
  file_clear (&coded);
  file_clear (&rounded);
  return compared;
}

static gchar *
judge (const Comparison *compared, const RefPicture *picture,
    const RefFrame *frame, gboolean png)
{
  gdouble most = JPEG_MOST, mean = 0;

  if (png && picture->bits == 8)
    most = PNG8_MOST;
  else if (png)
    most = ref_needs_light (frame) ? LIGHT16_MOST : PNG16_MOST;
  if (compared->apart.n > 0)
    mean = compared->apart.sum / (gdouble) compared->apart.n;
  if (compared->apart.most > most)
    return g_strdup_printf ("component %d at %d,%d is %g, not %.3f (%dx%d, "
                            "mean %.3f)",
        compared->plane, compared->x, compared->y, compared->have,
        compared->want, picture->width, picture->height, mean);
  if (!png && mean > JPEG_MEAN
      && compared->uncoded
          > (ref_has_alpha (frame->finfo) && frame->finfo->depth[0] == 8
                  ? JPEG_MEAN_UNCODED_FLAT
                  : JPEG_MEAN_UNCODED))
    return g_strdup_printf ("on average %.3f apart, and %.3f from samples that "
                            "were not coded",
        mean, compared->uncoded);
  return NULL;
}

static void
take_limits (RefPicture *low, RefPicture *high, const RefPicture *other)
{
  for (gint p = 0; p < low->n_planes; p++)
    for (gint i = 0; i < low->plane_width[p] * low->plane_height[p]; i++) {
      low->plane[p][i] = MIN (low->plane[p][i], other->plane[p][i]);
      high->plane[p][i] = MAX (high->plane[p][i], other->plane[p][i]);
    }
}

/* Where a picture is picked or boxed, what lies just on an edge may fall to
 * either side, each sample for itself, and chroma is the mean of several: what
 * is between is right. */
static void
allow_either_side (RefPicture *picture, const File *file, const CaseFrame *made)
{
  RefPicture high, other;

  ref_make (&high, &made->frame, &made->request);
  for (gint side = 0; side < 4; side++) {
    RefRequest request = made->request;

    request.nudge_across = side & 1 ? 1e-7 : -1e-7;
    request.nudge_down = side & 2 ? 1e-7 : -1e-7;
    ref_make (&other, &made->frame, &request);
    take_limits (picture, &high, &other);
    ref_clear (&other);
  }
  for (gint p = 0; p < picture->n_planes; p++)
    for (gint i = 0; i < picture->plane_width[p] * picture->plane_height[p];
         i++)
      picture->plane[p][i] = CLAMP ((gdouble) file->plane[p][i],
          picture->plane[p][i], high.plane[p][i]);
  ref_clear (&high);
}

static void
judge_file (Verdict *verdict, const File *file, const CaseFrame *made,
    const RefPicture *picture)
{
  Comparison compared;

  verdict_clear (verdict);
  verdict->complaint = compare_shapes (file, picture);
  if (verdict->complaint != NULL)
    return;
  compared = file->is_png ? compare_png (file, picture, &made->frame)
                          : compare_jpeg (file, picture);
  verdict->apart = compared.apart;
  verdict->complaint = judge (&compared, picture, &made->frame, file->is_png);
}

void
compare_file (Verdict *verdict, const File *file, const CaseFrame *made)
{
  gboolean jumps = made->request.method == REF_NEAREST
      || made->request.method == REF_AREA;
  RefPicture picture;

  if (!ref_make (&picture, &made->frame, &made->request)) {
    verdict->complaint = g_strdup ("an image of nothing");
    return;
  }
  judge_file (verdict, file, made, &picture);
  /* Where shapes differ, no sample was compared. */
  if (verdict->complaint != NULL && jumps && verdict->apart.n > 0) {
    allow_either_side (&picture, file, made);
    judge_file (verdict, file, made, &picture);
  }
  ref_clear (&picture);
}
