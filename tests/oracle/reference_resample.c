/* imbytes tests: Pillow's resampling in double precision, with crops, mirroring,
 * quarter turns, the sites of chroma and the fields of interlaced frames.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <string.h>

#include "reference.h"

static gdouble
sinc (gdouble x)
{
  return x == 0 ? 1 : sin (G_PI * x) / (G_PI * x);
}

/* Pieces between whole numbers, as zimg has them: 1 at 0, 0 at the others, and
 * slopes that agree where they meet. */
static gdouble
spline36 (gdouble x)
{
  if (x < 1)
    return ((13. / 11 * x - 453. / 209) * x - 3. / 209) * x + 1;
  if (x < 2)
    return ((-6. / 11 * (x - 1) + 270. / 209) * (x - 1) - 156. / 209) * (x - 1);
  return ((1. / 11 * (x - 2) - 45. / 209) * (x - 2) + 26. / 209) * (x - 2);
}

static const gdouble support[] = { [REF_NEAREST] = 0.5,
  [REF_BILINEAR] = 1,
  [REF_BICUBIC] = 2,
  [REF_AREA] = 0.5,
  [REF_LANCZOS] = 3,
  [REF_SPLINE36] = 3 };

static gdouble
kernel (RefMethod method, gdouble at)
{
  gdouble x = fabs (at);

  if (method == REF_AREA)
    return at > -0.5 && at <= 0.5;
  if (x >= support[method])
    return 0;
  switch (method) {
    case REF_BILINEAR:
      return 1 - x;
    case REF_BICUBIC: /* Keys, a = -1/2 */
      return x < 1 ? 1.5 * x * x * x - 2.5 * x * x + 1
                   : -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2;
    case REF_LANCZOS:
      return sinc (x) * sinc (x / 3);
    default:
      return spline36 (x);
  }
}

/* What one output sample is made of: @n source samples from @start on, every
 * @step-th. */
typedef struct
{
  gint start, step, n;
  gdouble *weight;
} Taps;

/* One axis of the image, and which one of the frame's it is. */
typedef struct
{
  RefSpan span;     /* luma samples */
  gint begin, size; /* of the picture in the canvas */
  gboolean mirrored;
  gint in_shift, out_shift;
  gboolean cosited, fields;
  gdouble nudge;
} Axis;

static void
alone (Taps *taps, gint sample, gint min, gint max)
{
  taps->start = CLAMP (sample, min, max - 1);
  taps->n = 1;
  taps->step = 1;
  taps->weight[0] = 1;
}

/* Source samples are at k + 0.5; @scale of them make one. */
static void
weigh (Taps *taps, RefMethod method, gdouble centre, gdouble scale, gint min,
    gint max)
{
  gdouble wide = MAX (scale, 1), reach = support[method] * wide, sum = 0;
  gint from, to;

  if (method == REF_NEAREST) {
    alone (taps, (gint) floor (centre), min, max);
    return;
  }
  from = (gint) floor (centre - reach + 0.5);
  to = (gint) floor (centre + reach + 0.5);
  from = CLAMP (from, min, max - 1);
  to = CLAMP (to, from + 1, max);
  taps->start = from;
  taps->step = 1;
  taps->n = to - from;
  for (gint i = 0; i < taps->n; i++)
    sum += taps->weight[i] = kernel (method, (from + i + 0.5 - centre) / wide);
  for (gint i = 0; i < taps->n; i++)
    taps->weight[i] = sum == 0 ? 1.0 / taps->n : taps->weight[i] / sum;
}

static gint
shifted_up (gint value, gint shift)
{
  return (value + (1 << shift) - 1) >> shift;
}

static gint
floor_shift (gint value, gint shift)
{
  return (gint) floor ((gdouble) value / (1 << shift));
}

/* Chroma that is neither resized nor resubsampled stays as it is, sample by
 * sample. FALSE where a mirrored picture has it between two samples. */
static gboolean
in_place (Taps *taps, const Axis *axis, gint index, gint min, gint max)
{
  gint shift = axis->in_shift, src = (gint) axis->span.begin;
  gint first = (index << shift) - axis->begin; /* luma, in the picture */

  if (!axis->mirrored) {
    alone (taps, floor_shift (src + first, shift), min, max);
    return TRUE;
  }
  if (axis->cosited && shift > 0) {
    /* The last luma sample of the picture that this one lies upon. */
    alone (taps, floor_shift (src + axis->size - 1 - first, shift), min, max);
    return TRUE;
  }
  if ((src + axis->size - first) % (1 << shift) != 0)
    return FALSE;
  alone (taps, floor_shift (src + axis->size - first, shift) - 1, min, max);
  return TRUE;
}

/* ISO/IEC 13818-2, 6.1.1.8: of a frame of two fields, every second chroma row
 * belongs to the top field. Among the lines of its own field, row m of the top
 * one lies at 2m + 1/4, of the bottom one at 2m + 3/4. */
static void
own_field (Taps *taps, const Axis *axis, RefMethod method, gint index, gint min,
    gint max)
{
  gint along = axis->mirrored ? axis->size - 1 - (index - axis->begin)
                              : index - axis->begin;
  gint line = (gint) axis->span.begin + along, field = line & 1;
  gdouble row = (line / 2 - (field ? 0.75 : 0.25)) / 2;

  weigh (taps, method, row + 0.5, 0.5, (min + 1 - field) / 2,
      (max + 1 - field) / 2);
  taps->start = taps->start * 2 + field;
  taps->step = 2;
}

static void
make_taps (Taps *taps, const Axis *axis, const RefRequest *request, gint index)
{
  gint min = axis->span.crop >> axis->in_shift;
  gint max =
      shifted_up (axis->span.crop + axis->span.crop_size, axis->in_shift);
  gdouble in_step = 1 << axis->in_shift, out_step = 1 << axis->out_shift;
  gdouble ratio = axis->span.size / axis->size;
  gdouble scale = ratio * out_step / in_step, along, centre;
  gboolean whole = axis->span.size == axis->size
      && axis->span.begin == floor (axis->span.begin);
  RefMethod method = request->method;

  /* Boxes are for shrinking: coarse chroma is not to show its samples. */
  if (method == REF_AREA && axis->in_shift > 0 && scale < 1)
    method = REF_BILINEAR;
  if (whole && axis->in_shift == axis->out_shift
      && in_place (taps, axis, index, min, max))
    return;
  if (axis->fields && whole && axis->in_shift == 1 && axis->out_shift == 0
      && max - min > 1) {
    own_field (taps, axis, method, index, min, max);
    return;
  }
  along = (index + 0.5) * out_step - axis->begin;
  if (axis->mirrored)
    along = axis->size - along;
  centre = (axis->span.begin + along * ratio) / in_step;
  if (axis->cosited && !(whole && axis->in_shift == axis->out_shift))
    centre += 0.5 - 0.5 / in_step;
  weigh (taps, method, centre + axis->nudge, scale, min, max);
}

/* @first and @n: the file's samples that the picture lies under. */
static Taps *
axis_taps (const Axis *axis, const RefRequest *request, gint *n, gint *widest)
{
  gint first = axis->begin >> axis->out_shift;
  gint end = shifted_up (axis->begin + axis->size, axis->out_shift);
  gint most = axis->span.crop_size + 2;
  Taps *taps = g_new0 (Taps, end - first);

  *n = end - first;
  for (gint i = 0; i < *n; i++) {
    gint used = 0;

    taps[i].weight = g_new0 (gdouble, most);
    make_taps (&taps[i], axis, request, first + i);
    for (gint t = 0; t < taps[i].n; t++)
      used += fabs (taps[i].weight[t]) > 1e-4;
    *widest = MAX (*widest, used);
  }
  return taps;
}

static void
free_taps (Taps *taps, gint n)
{
  for (gint i = 0; i < n; i++)
    g_free (taps[i].weight);
  g_free (taps);
}

static RefPlane
new_plane (gint width, gint height)
{
  return (RefPlane){ width, height,
    g_new0 (gdouble, (gsize) width * (gsize) height) };
}

static gdouble
weighted (const Taps *taps, const gdouble *source, gint stride)
{
  gdouble sum = 0;

  for (gint t = 0; t < taps->n; t++)
    sum += taps->weight[t]
        * source[(gssize) (taps->start + t * taps->step) * stride];
  return sum;
}

RefPlane
ref_resample (const RefPlane *source, const RefGrid *grid,
    const RefGeometry *geometry, const RefRequest *request, gint out_w_shift,
    gint out_h_shift, gint *widest)
{
  const RefRect *picture = &geometry->picture;
  gboolean turned = geometry->transpose;
  /* Of the frame in memory: what lies across in it is down in an image that is
   * turned by a quarter. */
  Axis across = { geometry->across, turned ? picture->y : picture->x,
    turned ? picture->height : picture->width,
    turned ? geometry->flip_y : geometry->flip_x, grid->w_shift,
    turned ? out_h_shift : out_w_shift, grid->h_cosited && grid->w_shift > 0,
    FALSE, request->nudge_across };
  Axis down = { geometry->down, turned ? picture->x : picture->y,
    turned ? picture->width : picture->height,
    turned ? geometry->flip_x : geometry->flip_y, grid->h_shift,
    turned ? out_w_shift : out_h_shift, grid->v_cosited && grid->h_shift > 0,
    grid->fields, request->nudge_down };
  gint n_across, n_down;
  Taps *h = axis_taps (&across, request, &n_across, widest);
  Taps *v = axis_taps (&down, request, &n_down, widest);
  RefPlane tall = new_plane (source->width, n_down);
  RefPlane out = turned ? new_plane (n_down, n_across)
                        : new_plane (n_across, n_down);

  for (gint y = 0; y < n_down; y++)
    for (gint x = 0; x < source->width; x++)
      tall.value[y * tall.width + x] =
          weighted (&v[y], source->value + x, source->width);
  for (gint y = 0; y < n_down; y++)
    for (gint x = 0; x < n_across; x++)
      out.value[turned ? x * out.width + y : y * out.width + x] =
          weighted (&h[x], tall.value + (gsize) y * tall.width, 1);
  g_free (tall.value);
  free_taps (h, n_across);
  free_taps (v, n_down);
  return out;
}
