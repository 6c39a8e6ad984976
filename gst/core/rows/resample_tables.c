/* imbytes: what the two passes do, worked out once for a plan.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/compiler.h"
#include "resample_private.h"

static bool
filter_equal (const ImFilter *a, const ImFilter *b)
{
  size_t n = (size_t) a->n_out;

  return a == b
      || (a->n_out == b->n_out && a->first == b->first && a->last == b->last
          && a->stride == b->stride
          && memcmp (a->start, b->start, n * sizeof (*a->start)) == 0
          && memcmp (a->taps, b->taps, n * sizeof (*a->taps)) == 0
          && memcmp (a->weight, b->weight,
                 n * (size_t) a->stride * sizeof (*a->weight))
              == 0);
}

/* Whether the vertical pass can read rows of the frame as they lie there, or as they
 * were unpacked. Only then do components stay packed. */
static bool
reads_in_place (const ImPlan *plan)
{
  const ImFormat *format = &plan->input.format;

  for (int c = 0; c < format->n_components; c++)
    if (format->component[c].step % format->sample_bytes != 0
        || format->component[c].offset % format->sample_bytes != 0)
      return false;
  return !plan->flatten
      && (plan->samples == IM_SAMPLES_U8
          || (plan->samples == IM_SAMPLES_Q6 && format->sample_bytes == 2
              && format->big_endian == IM_BIG_ENDIAN));
}

/* Chroma that is coarser has blocks of fewer than 16 rows. */
static bool
is_split (const ImPlan *plan, int c)
{
  return im_resample_is_chroma (plan, c) && plan->chroma_h_shift > 0
      && !plan->orientation.transpose;
}

/* Whether the horizontal pass, or what splits the rows before it, finds @c among
 * the samples of others. */
static bool
can_stay_packed (const ImResampleTables *tables, const ImPlan *plan, int c)
{
  const ImFilter *across =
      im_resample_filter (plan, tables, c, IM_AXIS_HORIZONTAL);

  return plan->component[c].is_needed
      && (is_split (plan, c) || (!across->identity && !across->reversed));
}

/* Whether the rows of @a and @b can be made in one pass over the samples of the
 * plane that they share. */
static bool
go_together (const ImResampleTables *tables, const ImPlan *plan, int a, int b)
{
  const ImComponent *component = plan->input.format.component;

  return can_stay_packed (tables, plan, a) && can_stay_packed (tables, plan, b)
      && is_split (plan, a) == is_split (plan, b)
      && component[a].plane == component[b].plane
      && component[a].h_shift == component[b].h_shift
      && component[a].shift == component[b].shift
      && component[a].depth == component[b].depth
      && filter_equal (im_resample_filter (plan, tables, a, IM_AXIS_VERTICAL),
          im_resample_filter (plan, tables, b, IM_AXIS_VERTICAL));
}

/* Where the samples of @c that are used begin in a row of the frame, and end. */
static int
first_sample (const ImResampleTables *tables, const ImPlan *plan, int c)
{
  return im_resample_filter (plan, tables, c, IM_AXIS_HORIZONTAL)->first
      * im_resample_step (plan, c)
      + im_resample_offset (plan, c);
}

static int
end_sample (const ImResampleTables *tables, const ImPlan *plan, int c)
{
  return (im_resample_filter (plan, tables, c, IM_AXIS_HORIZONTAL)->last - 1)
      * im_resample_step (plan, c)
      + im_resample_offset (plan, c) + 1;
}

/* Makes one group of @c and of all that are packed with it. */
static void
make_group (ImResampleTables *tables, const ImPlan *plan, int c)
{
  int first = first_sample (tables, plan, c), end = first;

  for (int i = 0; i < plan->input.format.n_components; i++) {
    if (!go_together (tables, plan, c, i))
      continue;
    tables->intermediate[i] = (ImIntermediate){ .in_place = true,
      .group = c,
      .column = first_sample (tables, plan, i) - first,
      .step = im_resample_step (plan, i),
      .split = is_split (plan, i) };
    if (end_sample (tables, plan, i) > end)
      end = end_sample (tables, plan, i);
  }
  tables->intermediate[c].width = end - first;
}

/* The component whose samples come first of those that are packed with @c; -1
 * where there are no others. Those that are split are two that alternate. */
static int
first_of_group (const ImResampleTables *tables, const ImPlan *plan, int c)
{
  int first = c, n = 0;

  for (int i = 0; i < plan->input.format.n_components; i++) {
    if (!go_together (tables, plan, c, i))
      continue;
    if (is_split (plan, i) && im_resample_step (plan, i) != 2)
      return -1;
    n++;
    if (first_sample (tables, plan, i) < first_sample (tables, plan, first))
      first = i;
  }
  return n > 1 ? first : -1;
}

/* Packed components stay packed through the vertical pass, which leaves fewer
 * rows; the horizontal pass then finds each one at a step of some columns, which
 * costs nothing. A block of fewer than 16 rows (chroma of 4:2:0) fills the lanes
 * better when the rows are split between the passes; transposed blocks are always
 * full. */
static void
tables_intermediate (ImResampleTables *tables, const ImPlan *plan)
{
  bool in_place = reads_in_place (plan);
  int n = plan->input.format.n_components;

  for (int c = 0; c < n; c++) {
    tables->intermediate[c] = (ImIntermediate){ .group = c,
      .step = 1,
      .in_place = in_place && im_resample_step (plan, c) == 1 };
    if (plan->component[c].is_needed)
      tables->intermediate[c].width = im_filter_span (
          im_resample_filter (plan, tables, c, IM_AXIS_HORIZONTAL));
  }
  for (int c = 0; c < n && in_place; c++) {
    int first = first_of_group (tables, plan, c);

    if (first >= 0)
      make_group (tables, plan, first);
  }
}

static bool
tables_filters (ImResampleTables *tables, const ImPlan *plan)
{
  const ImFormat *format = &plan->input.format;
  bool chroma = format->model == IM_MODEL_YCBCR;
  bool resized = false;

  for (int kind = 0; kind < 1 + chroma; kind++)
    for (int axis = 0; axis < 2; axis++) {
      ImFilterSpec spec = im_filter_spec (plan, kind, (ImAxis) axis);

      if (!im_filter_build (&tables->filter[kind][axis], &spec))
        return false;
      resized |= tables->filter[kind][axis].max_taps > 1;
    }
  /* Samples that are only picked keep their colour even where they are
   * transparent. */
  tables->premultiply = format->has_alpha && !plan->flatten && resized;
  return true;
}

bool
im_resample_tables_build (ImResampleTables *tables, const ImPlan *plan)
{
  if (!tables_filters (tables, plan)) {
    im_resample_tables_clear (tables);
    return false;
  }
  tables_intermediate (tables, plan);
  return true;
}

void
im_resample_tables_clear (ImResampleTables *tables)
{
  for (int kind = 0; kind < 2; kind++)
    for (int axis = 0; axis < 2; axis++)
      im_filter_clear (&tables->filter[kind][axis]);
  memset (tables, 0, sizeof (*tables));
}

size_t
im_resample_row_size (const ImPlan *plan, const ImResampleTables *tables, int c)
{
  ImAxis axis = plan->orientation.transpose ? IM_AXIS_VERTICAL
                                            : IM_AXIS_HORIZONTAL;
  size_t n = (size_t) im_resample_filter (plan, tables, c, axis)->n_out;

  return im_align (n
      * (plan->samples == IM_SAMPLES_F32 ? sizeof (float) : sizeof (int16_t)));
}
