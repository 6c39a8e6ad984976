/* imbytes: where a reader's rows come from: the frame, copies of slow memory, or
 * unpackers.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "reader_private.h"

/* Unpackers write whole groups of pixels: this many more than the width are
 * enough for every format of GStreamer. */
#define UNPACK_SLACK 64

/* The resolution of a plane is that of its finest component. */
static void
reader_planes (ImReader *reader)
{
  const ImFormat *format = &reader->input.format;

  memset (reader->plane_w_shift, UINT8_MAX, sizeof (reader->plane_w_shift));
  memset (reader->plane_h_shift, UINT8_MAX, sizeof (reader->plane_h_shift));
  for (int c = 0; c < format->n_components; c++) {
    const ImComponent *component = &format->component[c];
    uint8_t *w_shift = &reader->plane_w_shift[component->plane];
    uint8_t *h_shift = &reader->plane_h_shift[component->plane];

    if (component->w_shift < *w_shift)
      *w_shift = component->w_shift;
    if (component->h_shift < *h_shift)
      *h_shift = component->h_shift;
  }
}

/* Which columns are going to be unpacked. Alpha below coarser chroma is whole rows. */
static void
reader_set_unpacked (ImReader *reader)
{
  const ImFormat *format = &reader->input.format;
  bool whole = format->has_alpha && format->n_components == 4
      && im_reader_is_coarse (format, 1);

  memset (reader->unpack_last, 0, sizeof (reader->unpack_last));
  for (int c = 0; c < format->n_components; c++) {
    const ImComponent *component = &format->component[c];
    const ImReaderSpan *span = &reader->span[c];
    int plane = component->plane;
    int shift = component->w_shift - reader->plane_w_shift[plane];
    int width =
        im_subsampled (reader->input.width, reader->plane_w_shift[plane]);
    int first = whole ? 0 : span->first << shift;
    int last = whole ? width : span->last << shift;
    int *begin = &reader->unpack_first[plane];
    int *end = &reader->unpack_last[plane];

    if (span->rows == 0 && !whole)
      continue;
    if (*end == 0 || first < *begin)
      *begin = first;
    if (last > *end)
      *end = last < width ? last : width;
  }
}

/* Room for the rows that a component's own need, and a few more so that those of
 * neighbouring rows share them; for the largest pixel of the plane. */
static bool
reader_alloc_unpacked (ImReader *reader)
{
  const ImFormat *format = &reader->input.format;

  if (!format->unpack)
    return true;
  for (int p = 0; p < 4; p++) {
    int rows = 0, step = 0;

    for (int c = 0; c < format->n_components; c++) {
      const ImComponent *component = &format->component[c];
      int shift = component->h_shift - reader->plane_h_shift[p];

      if (component->plane != p)
        continue;
      if (reader->span[c].rows << shift > rows)
        rows = reader->span[c].rows << shift;
      if (component->step > step)
        step = component->step;
    }
    if (step > 0
        && !im_ring_init (&reader->unpacked[p], rows + 8,
            ((size_t) im_subsampled (reader->input.width,
                 reader->plane_w_shift[p])
                + UNPACK_SLACK)
                * (size_t) step))
      return false;
  }
  return true;
}

/* Where the samples end that are read with one of component @c, in bytes from where
 * its pixel begins: bytes that are taken apart together are read together. */
static size_t
pixel_end (const ImReader *reader, int c)
{
  const ImFormat *format = &reader->input.format;
  size_t end = (size_t) format->component[c].offset + format->sample_bytes;

  for (int i = 0; i < format->n_components && reader->n_interleaved[c] > 0; i++)
    if (format->component[i].plane == format->component[c].plane
        && format->component[i].offset >= end)
      end = (size_t) format->component[i].offset + 1;
  return end;
}

/* Which bytes of the rows of each plane are going to be read. Alpha is also read where it
 * lies below chroma that is coarser: then it is whole rows. */
static void
reader_set_copied (ImReader *reader)
{
  const ImFormat *format = &reader->input.format;

  memset (reader->copy_begin, 0, sizeof (reader->copy_begin));
  memset (reader->copy_end, 0, sizeof (reader->copy_end));
  for (int c = 0; c < format->n_components; c++) {
    const ImComponent *component = &format->component[c];
    const ImReaderSpan *span = &reader->span[c];
    bool whole = format->has_alpha;
    size_t width =
        (size_t) im_subsampled (reader->input.width, component->w_shift);
    size_t first = whole ? 0 : (size_t) span->first * component->step;
    size_t last = whole ? width : (size_t) span->last;
    size_t *begin = &reader->copy_begin[component->plane];
    size_t *end = &reader->copy_end[component->plane];

    if (span->rows == 0 && !whole)
      continue;
    last = (last - 1) * component->step + pixel_end (reader, c);
    if (*end == 0 || first < *begin)
      *begin = first;
    if (last > *end)
      *end = last;
  }
}

static bool
reader_alloc_copied (ImReader *reader)
{
  const ImFormat *format = &reader->input.format;
  int most_rows = 1;

  if (!reader->input.slow || format->unpack)
    return true;
  reader_set_copied (reader);
  for (int c = 0; c < format->n_components; c++) {
    /* Of alpha those below a row of chroma are looked at together. */
    int rows = format->has_alpha ? 1 << format->component[c].h_shift : 1;

    if (reader->span[c].rows > rows)
      rows = reader->span[c].rows;
    if (rows > most_rows)
      most_rows = rows;
  }
  for (int p = 0; p < 4; p++)
    if (reader->copy_end[p] > 0
        && !im_ring_init (&reader->copied[p], most_rows, reader->copy_end[p]))
      return false;
  return true;
}

/* Row @y of plane @p: in the frame, or a copy of what is going to be read of it. */
static const uint8_t *
plane_row (ImReader *reader, int p, int y)
{
  const uint8_t *row = reader->frame.data[p] + y * reader->frame.stride[p];
  size_t begin = reader->copy_begin[p];
  bool held;
  uint8_t *copy;

  if (!reader->input.slow)
    return row;
  copy = im_ring_slot (&reader->copied[p], y, &held);
  if (!held)
    memcpy (copy + begin, row + begin, reader->copy_end[p] - begin);
  return copy;
}

const uint8_t *
im_reader_samples (ImReader *reader, int c, int y)
{
  const ImComponent *component = &reader->input.format.component[c];
  int p = component->plane;
  bool held;
  uint8_t *row;

  if (!reader->input.format.unpack)
    return plane_row (reader, p, y) + component->offset;
  y <<= component->h_shift - reader->plane_h_shift[p];
  row = im_ring_slot (&reader->unpacked[p], y, &held);
  if (!held)
    reader->input.format.unpack (&reader->frame, p, y, reader->unpack_first[p],
        reader->unpack_last[p], row);
  return row + component->offset;
}

bool
im_reader_source_init (ImReader *reader)
{
  reader_planes (reader);
  reader_set_unpacked (reader);
  return reader_alloc_unpacked (reader) && reader_alloc_copied (reader);
}

void
im_reader_source_clear (ImReader *reader)
{
  for (int p = 0; p < 4; p++) {
    im_ring_clear (&reader->copied[p]);
    im_ring_clear (&reader->unpacked[p]);
  }
}

void
im_reader_source_restart (ImReader *reader)
{
  reader_set_copied (reader);
  reader_set_unpacked (reader);
  for (int p = 0; p < 4; p++) {
    im_ring_forget (&reader->copied[p]);
    im_ring_forget (&reader->unpacked[p]);
  }
}
