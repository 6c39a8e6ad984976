/* imbytes: method, sizes and siting -> tables of weights.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "filter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"

static int
clamp (double x, int min, int max)
{
  return x < min ? min : x > max ? max : (int) x;
}

/* Samples that are as far apart as the output's are taken as they are, one for
 * one. Mirrored in a picture of an odd size, coarser samples can lie as far from
 * one output sample as from the next, and then those between are made. */
static void
leave_in_place (ImFilterSpec *spec, bool cosited)
{
  double at = spec->offset + spec->last;

  if (!spec->mirrored)
    spec->offset = floor (spec->offset);
  else if (at == floor (at) || cosited)
    spec->offset = ceil (at) - spec->last;
  else
    return;
  /* Picked: at the edge of a picture there can be none, and nothing of what a
   * wide kernel has there adds up to one. */
  spec->method = IM_METHOD_NEAREST;
}

ImFilterSpec
im_filter_spec (const ImPlan *plan, int c, ImAxis axis)
{
  const ImComponent *component = &plan->input.format.component[c];
  const ImColour *colour = &plan->input.colour;
  const ImOrientation *orientation = &plan->orientation;
  bool across = axis == IM_AXIS_HORIZONTAL;
  bool out_across = across != orientation->transpose;
  const ImPlanComponent *planned = &plan->component[c];
  int in_shift = across ? component->w_shift : component->h_shift;
  int out_shift = out_across ? planned->w_shift : planned->h_shift;
  int begin = out_across ? plan->picture.x : plan->picture.y;
  int size = out_across ? plan->picture.width : plan->picture.height;
  int crop = across ? plan->crop.x : plan->crop.y;
  int crop_size = across ? plan->crop.width : plan->crop.height;
  double src = across ? plan->src_x : plan->src_y;
  double src_size = across ? plan->src_width : plan->src_height;
  bool cosited = across ? colour->h_cosited : colour->v_cosited;
  double in_step = 1 << in_shift, out_step = 1 << out_shift;
  int first = begin >> out_shift;
  ImFilterSpec spec;

  spec.n_out = im_subsampled (begin + size, out_shift) - first;
  spec.scale = src_size / size * (out_step / in_step);
  /* Boxes are for shrinking: chroma that is enlarged only because the format
   * has less of it is not to show its samples. */
  spec.method = plan->method == IM_METHOD_AREA && in_shift > 0
          && spec.scale < 1.0
      ? IM_METHOD_BILINEAR
      : plan->method;
  spec.offset = (src + (first * out_step - begin) * src_size / size) / in_step;
  spec.mirrored = out_across ? orientation->flip_x : orientation->flip_y;
  spec.last = (size + 2.0 * begin) / out_step - 2.0 * first - 1.0;
  if (src_size == size && in_shift == out_shift && src == floor (src))
    leave_in_place (&spec, in_shift > 0 && cosited);
  else if (in_shift > 0 && cosited)
    spec.offset += 0.5 - 0.5 / in_step;
  spec.min = crop >> in_shift;
  spec.max = im_subsampled (crop + crop_size, in_shift);
  spec.first_line = (int) src;
  spec.fields = !across && plan->input.interlaced && in_shift == 1
      && out_shift == 0 && src_size == size && src == floor (src)
      && spec.max - spec.min > 1;
  return spec;
}

static double
filter_centre (const ImFilterSpec *spec, int i)
{
  double place = spec->mirrored ? spec->last - i : i;

  return spec->offset + (place + 0.5) * spec->scale;
}

/* The first of @spec's samples for output sample @i, and how many. */
static void
filter_window (const ImFilterSpec *spec, int i, int *start, int *taps)
{
  double centre = filter_centre (spec, i);
  double support = im_methods[spec->method].support * fmax (spec->scale, 1.0);

  if (spec->method == IM_METHOD_NEAREST) {
    *start = clamp (floor (centre), spec->min, spec->max - 1);
    *taps = 1;
    return;
  }
  *start = clamp (floor (centre - support + 0.5), spec->min, spec->max - 1);
  *taps =
      clamp (floor (centre + support + 0.5), *start + 1, spec->max) - *start;
}

/* What lround () does, but for halves below 0, and without a call. */
static inline long
round_half_up (double x)
{
  long below = (long) (x + 0.5);

  return (double) below > x + 0.5 ? below - 1 : below;
}

/* Rounds to Q14 so that the sum is exactly 1, and that of any part of them as
 * near as can be: rounding errors are carried on, else thousands of weights
 * below one unit would all vanish. */
static void
quantise (const float *weight_f, int16_t *weight, int taps, int stride)
{
  double exact = 0.0;
  long sum = 0;

  memset (weight, 0, (size_t) stride * sizeof (*weight));
  for (int t = 0; t < taps; t++) {
    exact += (double) weight_f[t];
    weight[t] = (int16_t) ((t + 1 < taps ? round_half_up (exact * IM_WEIGHT_ONE)
                                         : IM_WEIGHT_ONE)
        - sum);
    sum += weight[t];
  }
}

/* Drops weights at either end that are next to nothing, and makes those that
 * stay add up to 1 again. Gives how many came off the front. */
static int
trim_weights (float *weight, int *taps, double least)
{
  int skip = 0, n = *taps;
  double sum = 0.0;

  while (n > 1 && fabs ((double) weight[n - 1]) < least)
    n--;
  while (n > 1 && fabs ((double) weight[skip]) < least)
    skip++, n--;
  if (n == *taps)
    return 0;
  for (int t = 0; t < n; t++)
    sum += (double) weight[skip + t];
  for (int t = 0; t < n; t++)
    weight[t] = (float) ((double) weight[skip + t] / sum);
  *taps = n;
  return skip;
}

/* What makes output sample i: sample `index` of `spec`, whose source samples
 * are every step-th of the picture's, from phase on. */
typedef struct
{
  ImFilterSpec spec;
  int index, step, phase;
} Line;

/* ISO/IEC 13818-2, 6.1.1.8: the chroma rows of a frame are evenly spaced, and
 * every second one is the top field's. In rows and lines of that field, row m
 * lies 1/4 below line 2m; the bottom field's 3/4 below. */
static Line
filter_line (const ImFilterSpec *spec, int i)
{
  Line line = { *spec, i, 1, 0 };
  int y = spec->first_line + (spec->mirrored ? spec->n_out - 1 - i : i);
  int field = y & 1, row = y / 2;

  if (!spec->fields)
    return line;
  line.step = 2;
  line.phase = field;
  line.index = 0;
  line.spec.mirrored = false;
  line.spec.scale = 0.5;
  line.spec.offset = (row - (field ? 0.75 : 0.25)) / 2 + 0.5 - 0.25;
  line.spec.min = (spec->min + 1 - field) / 2;
  line.spec.max = (spec->max + 1 - field) / 2;
  return line;
}

/* Puts zeros between the weights, for the rows of the other field. */
static int
spread_weights (float *weight, int taps)
{
  for (int t = taps - 1; t > 0; t--) {
    weight[2 * t] = weight[t];
    weight[2 * t - 1] = 0.0f;
  }
  return 2 * taps - 1;
}

static void
filter_weights (ImFilter *filter, const ImFilterSpec *whole, int i)
{
  Line line = filter_line (whole, i);
  const ImFilterSpec *spec = &line.spec;
  const ImMethodInfo *method = &im_methods[spec->method];
  float *weight = filter->weight_f + (size_t) i * (size_t) filter->stride;
  double centre = filter_centre (spec, line.index);
  double stretch = 1.0 / fmax (spec->scale, 1.0), sum = 0.0;
  int start, taps;

  filter_window (spec, line.index, &start, &taps);
  for (int t = 0; t < taps && taps > 1; t++) {
    double w = method->weight ((start + t + 0.5 - centre) * stretch);

    weight[t] = (float) w;
    sum += w;
  }
  for (int t = 0; t < taps; t++)
    weight[t] = taps == 1 || sum == 0.0 ? 1.0f / (float) taps
                                        : (float) ((double) weight[t] / sum);

  start += trim_weights (weight, &taps, 0.5 * stretch / IM_WEIGHT_ONE);
  if (line.step == 2)
    taps = spread_weights (weight, taps);
  filter->start[i] = start * line.step + line.phase;
  filter->taps[i] = taps;
  quantise (weight, filter->weight + (size_t) i * (size_t) filter->stride, taps,
      filter->stride);
}

/* Never fewer than any sample's window has. */
static size_t
most_taps (const ImFilterSpec *spec)
{
  int step = spec->fields ? 2 : 1;
  double scale = spec->fields ? 1.0 : fmax (spec->scale, 1.0);
  double most = floor (2.0 * im_methods[spec->method].support * scale) + 2.0;

  if (spec->method == IM_METHOD_NEAREST)
    return (size_t) step;
  return (size_t) step * (size_t) clamp (most, 1, spec->max - spec->min);
}

static bool
filter_alloc (ImFilter *filter, const ImFilterSpec *spec)
{
  size_t n = (size_t) spec->n_out, stride = most_taps (spec);

  stride += stride & 1;
  im_filter_clear (filter);
  filter->n_out = spec->n_out;
  filter->stride = (int) stride;
  filter->start = im_alloc_array (n, sizeof (*filter->start));
  filter->taps = im_alloc_array (n, sizeof (*filter->taps));
  if (n > SIZE_MAX / stride)
    return false;
  filter->weight = im_alloc_array (n * stride, sizeof (*filter->weight));
  filter->weight_f = im_alloc_array (n * stride, sizeof (*filter->weight_f));
  return filter->start && filter->taps && filter->weight && filter->weight_f;
}

/* Whether output sample @i is as the one before it, @step source samples on. */
static bool
is_step (const ImFilter *filter, int i, int step)
{
  size_t at = (size_t) i * (size_t) filter->stride;

  return filter->start[i] - filter->start[i - 1] == step
      && filter->taps[i] == filter->taps[i - 1]
      && memcmp (filter->weight + at, filter->weight + at - filter->stride,
             (size_t) filter->stride * sizeof (*filter->weight))
      == 0;
}

/* Around the middle: what the edges cut off has weights of its own. */
static void
find_steps (ImFilter *filter)
{
  int middle = filter->n_out / 2;

  filter->even_begin = filter->even_end = middle;
  filter->even_end++;
  if (middle == 0)
    return;
  filter->step = filter->start[middle] - filter->start[middle - 1];
  while (filter->even_begin > 0
      && is_step (filter, filter->even_begin, filter->step))
    filter->even_begin--;
  while (filter->even_end < filter->n_out
      && is_step (filter, filter->even_end, filter->step))
    filter->even_end++;
}

bool
im_filter_build (ImFilter *filter, const ImFilterSpec *spec)
{
  if (!filter_alloc (filter, spec)) {
    im_filter_clear (filter);
    return false;
  }
  filter->first = spec->max;
  filter->last = spec->min;
  filter->max_taps = 1;
  for (int i = 0; i < spec->n_out; i++) {
    int end;

    filter_weights (filter, spec, i);
    end = filter->start[i] + filter->taps[i];
    if (filter->start[i] < filter->first)
      filter->first = filter->start[i];
    if (end > filter->last)
      filter->last = end;
    if (filter->taps[i] > filter->max_taps)
      filter->max_taps = filter->taps[i];
  }
  filter->identity = filter->max_taps == 1;
  filter->reversed = filter->max_taps == 1
      && filter->last - filter->first == filter->n_out;
  for (int i = 0; i < spec->n_out; i++) {
    filter->start[i] -= filter->first;
    filter->identity &= filter->start[i] == i;
    filter->reversed &= filter->start[i] == filter->n_out - 1 - i;
  }
  find_steps (filter);
  return true;
}

void
im_filter_clear (ImFilter *filter)
{
  free (filter->start);
  free (filter->taps);
  free (filter->weight);
  free (filter->weight_f);
  memset (filter, 0, sizeof (*filter));
}
