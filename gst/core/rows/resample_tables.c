/* imbytes: what the two passes do, worked out once for a plan.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <string.h>

#include "core/base/bytes.h"
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

/* Whether the vertical pass may leave @c among the bytes of others, for the
 * horizontal pass to find. */
static bool
can_stay_packed (const ImResampleTables *tables, const ImPlan *plan, int c)
{
  const ImFilter *across =
      im_resample_filter (plan, tables, c, IM_AXIS_HORIZONTAL);

  return plan->component[c].is_needed && !across->identity && !across->reversed;
}

/* Whether the rows of @a and @b can be made in one pass over the bytes of the
 * plane that they share. */
static bool
go_together (const ImResampleTables *tables, const ImPlan *plan, int a, int b)
{
  const ImComponent *component = plan->input.format.component;

  return can_stay_packed (tables, plan, a) && can_stay_packed (tables, plan, b)
      && component[a].plane == component[b].plane
      && component[a].h_shift == component[b].h_shift
      && filter_equal (im_resample_filter (plan, tables, a, IM_AXIS_VERTICAL),
          im_resample_filter (plan, tables, b, IM_AXIS_VERTICAL));
}

static int
first_byte (const ImResampleTables *tables, const ImPlan *plan, int c)
{
  const ImComponent *component = &plan->input.format.component[c];

  return im_resample_filter (plan, tables, c, IM_AXIS_HORIZONTAL)->first
      * component->step
      + component->offset;
}

static int
end_byte (const ImResampleTables *tables, const ImPlan *plan, int c)
{
  const ImComponent *component = &plan->input.format.component[c];

  return (im_resample_filter (plan, tables, c, IM_AXIS_HORIZONTAL)->last - 1)
      * component->step
      + component->offset + 1;
}

/* Makes @c the leader of all that go together with it. */
static void
lead (ImResampleTables *tables, const ImPlan *plan, int c)
{
  int first = first_byte (tables, plan, c), end = first;

  for (int i = 0; i < plan->input.format.n_components; i++) {
    if (!go_together (tables, plan, c, i))
      continue;
    tables->intermediate[i] = (ImIntermediate){ .leader = c,
      .column = first_byte (tables, plan, i) - first,
      .step = plan->input.format.component[i].step };
    if (end_byte (tables, plan, i) > end)
      end = end_byte (tables, plan, i);
  }
  tables->intermediate[c].width = end - first;
}

/* Packed components stay packed through the vertical pass, which leaves fewer
 * rows; the horizontal pass then finds each one at a step of some columns, which
 * costs nothing. A block of fewer than 16 rows (chroma of 4:2:0) fills the lanes
 * better when components are split first; transposed blocks are always full. */
static void
tables_intermediate (ImResampleTables *tables, const ImPlan *plan)
{
  const ImFormat *format = &plan->input.format;
  bool packed = plan->samples == IM_SAMPLES_U8 && !format->unpack;

  for (int c = 0; c < format->n_components; c++) {
    tables->intermediate[c] = (ImIntermediate){ .leader = c, .step = 1 };
    if (plan->component[c].is_needed)
      tables->intermediate[c].width = im_filter_span (
          im_resample_filter (plan, tables, c, IM_AXIS_HORIZONTAL));
  }
  for (int c = 0; c < format->n_components && packed; c++) {
    int first = c, n = 0;

    if (im_resample_is_chroma (plan, c) && plan->chroma_h_shift > 0
        && !plan->orientation.transpose)
      continue;
    for (int i = 0; i < format->n_components; i++) {
      if (!go_together (tables, plan, c, i))
        continue;
      n++;
      if (first_byte (tables, plan, i) < first_byte (tables, plan, first))
        first = i;
    }
    if (n > 1)
      lead (tables, plan, first);
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
