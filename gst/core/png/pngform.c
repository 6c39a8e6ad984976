/* imbytes: the form in which a PNG keeps its pixels, and the smallest that loses none.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "pngform.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/compiler.h"

/* Of PLTE and tRNS beside their colours: length, name and CRC. */
#define CHUNK_BYTES 12

/* The samples of a pixel in 16 bits each, R lowest; gray is all three. A byte stands for
 * itself twice, which is the same fraction of the largest. */
typedef uint64_t Pixel;

#define OPAQUE 0xffff

static inline unsigned
sample_of (Pixel pixel, int i)
{
  return (unsigned) (pixel >> (16 * i)) & 0xffff;
}

/* How the rows of a plan lie. */
typedef struct
{
  int n_samples, sample_bytes;
} Layout;

static Layout
layout_of (const ImPlan *plan)
{
  return (Layout){ plan->n_components, plan->bit_depth / 8 };
}

static inline unsigned
load_sample (const uint8_t *at, int bytes)
{
  return bytes == 2 ? (unsigned) at[0] << 8 | at[1] : at[0] * 257u;
}

static inline Pixel
load_pixel (const uint8_t *at, Layout layout)
{
  const bool gray = layout.n_samples < 3;
  const bool alpha = layout.n_samples % 2 == 0;
  const uint8_t *last = at + (layout.n_samples - 1) * layout.sample_bytes;
  Pixel pixel = 0;

  for (int i = 0; i < 3; i++)
    pixel |= (Pixel) load_sample (at + (gray ? 0 : i * layout.sample_bytes),
                 layout.sample_bytes)
        << (16 * i);
  return pixel
      | (Pixel) (alpha ? load_sample (last, layout.sample_bytes) : OPAQUE)
      << 48;
}

/* Whether the pixel of @size bytes before @at has the same. */
static inline bool
is_as_before (const uint8_t *at, int size)
{
  unsigned differs = 0;

  for (int i = 0; i < size; i++)
    differs |= at[i] ^ at[i - size];
  return differs == 0;
}

/* Its bytes, where 8 bits hold it. */
static inline uint32_t
rgba_of (Pixel pixel)
{
  uint32_t rgba = 0;

  for (int i = 0; i < 4; i++)
    rgba |= (uint32_t) (sample_of (pixel, i) >> 8) << (8 * i);
  return rgba;
}

/* What all pixels seen so far have in common. */
typedef struct
{
  bool is_deep;        /* 8 bits do not hold one */
  bool is_coloured;    /* R, G and B of one differ */
  bool is_translucent; /* one is neither opaque nor transparent */
  bool is_opaque;      /* all are */
  bool has_key;        /* transparent ones are of one colour, */
  Pixel key;           /* this one */
  int gray_bits;       /* that a sample takes, if it is gray */
  int n_colours;       /* more than IM_PNG_MOST_COLOURS: too many */
} Tally;

/* Which slot @rgba is in, or would be. */
static inline uint32_t
find_slot (const ImPngColourSlot *slots, uint32_t rgba)
{
  uint32_t at = rgba * UINT32_C (0x9e3779b1) >> (32 - IM_PNG_COLOUR_TABLE_BITS);

  while (slots[at].index >= 0 && slots[at].rgba != rgba)
    at = (at + 1) % (1 << IM_PNG_COLOUR_TABLE_BITS);
  return at;
}

static void
clear_slots (ImPngForm *form)
{
  for (int i = 0; i < 1 << IM_PNG_COLOUR_TABLE_BITS; i++)
    form->slots[i] = (ImPngColourSlot){ 0, -1 };
}

/* Whether 8 bits do not hold it. */
static inline bool
is_deep (Pixel pixel)
{
  return ((pixel >> 8 ^ pixel) & UINT64_C (0x00ff00ff00ff00ff)) != 0;
}

/* False where it was there before. */
static bool
add_colour (Tally *tally, ImPngForm *form, Pixel pixel)
{
  uint32_t rgba = rgba_of (pixel);
  ImPngColourSlot *slot = &form->slots[find_slot (form->slots, rgba)];

  if (slot->index >= 0)
    return false;
  if (tally->n_colours < IM_PNG_MOST_COLOURS) {
    *slot = (ImPngColourSlot){ rgba, (int16_t) tally->n_colours };
    for (int i = 0; i < 4; i++)
      form->palette[tally->n_colours][i] = (uint8_t) (rgba >> (8 * i));
  }
  tally->n_colours++;
  return true;
}

static void
add_alpha (Tally *tally, Pixel pixel)
{
  unsigned alpha = sample_of (pixel, 3);

  if (alpha == OPAQUE)
    return;
  if (tally->is_opaque)
    tally->key = pixel;
  tally->has_key &= pixel == tally->key;
  tally->is_opaque = false;
  tally->is_translucent |= alpha != 0;
}

/* Bits of a sample of gray, which stand for 0 to 1 as well as 8 do. */
static int
gray_bits_of (unsigned sample)
{
  return sample % 0xffff == 0 ? 1
      : sample % 0x5555 == 0  ? 2
      : sample % 0x1111 == 0  ? 4
                              : 8;
}

static inline void
add_pixel (Tally *tally, ImPngForm *form, Pixel pixel)
{
  unsigned red = sample_of (pixel, 0);
  int gray_bits;

  /* A colour that is known has been added with all that follows. */
  if (is_deep (pixel))
    tally->is_deep = true;
  else if (tally->n_colours <= IM_PNG_MOST_COLOURS
      && !add_colour (tally, form, pixel))
    return;
  gray_bits = gray_bits_of (red);
  tally->is_coloured |= red != sample_of (pixel, 1)
      || red != sample_of (pixel, 2);
  if (gray_bits > tally->gray_bits)
    tally->gray_bits = gray_bits;
  add_alpha (tally, pixel);
}

/* Whether pixels to come cannot change anything. */
static bool
is_decided (const Tally *tally, Layout layout)
{
  return (tally->is_coloured || layout.n_samples < 3)
      && (tally->gray_bits == 8 || tally->is_coloured)
      && (tally->is_deep || layout.sample_bytes == 1)
      && (tally->is_deep || tally->n_colours > IM_PNG_MOST_COLOURS)
      && ((!tally->is_opaque && (tally->is_translucent || !tally->has_key))
          || layout.n_samples % 2 != 0);
}

/* Compiled for each layout. Most pixels of what can be reduced are as the one before. */
static inline void
add_row_of (Tally *tally, ImPngForm *form, const uint8_t *row, int width,
    Layout layout)
{
  const int size = layout.n_samples * layout.sample_bytes;

  for (int x = 0; x < width; x++, row += size)
    if (x == 0 || !is_as_before (row, size))
      add_pixel (tally, form, load_pixel (row, layout));
}

/* Calls @with with the layout as a constant where it is usual. */
#define WITH_USUAL_LAYOUT(layout, with, ...) \
  do { \
    if ((layout).sample_bytes == 1 && (layout).n_samples == 1) \
      with (__VA_ARGS__, (Layout){ 1, 1 }); \
    else if ((layout).sample_bytes == 1 && (layout).n_samples == 3) \
      with (__VA_ARGS__, (Layout){ 3, 1 }); \
    else if ((layout).sample_bytes == 1 && (layout).n_samples == 4) \
      with (__VA_ARGS__, (Layout){ 4, 1 }); \
    else \
      with (__VA_ARGS__, layout); \
  } while (0)

static void
add_row (Tally *tally, ImPngForm *form, const uint8_t *row, int width,
    Layout layout)
{
  WITH_USUAL_LAYOUT (layout, add_row_of, tally, form, row, width);
}

/* Whether an opaque pixel has the key's colour, which then cannot be the key. */
static bool
is_key_used (const Tally *tally, const ImPlan *plan, const ImRows *whole)
{
  const Layout layout = layout_of (plan);
  const Pixel used = tally->key | (Pixel) OPAQUE << 48;

  for (int y = 0; y < plan->height; y++) {
    const uint8_t *row = whole->data[0] + y * whole->stride[0];

    for (int x = 0; x < plan->width; x++)
      if (load_pixel (row + x * layout.n_samples * layout.sample_bytes, layout)
          == used)
        return true;
  }
  return false;
}

static int
luma (const uint8_t colour[4])
{
  return 299 * colour[0] + 587 * colour[1] + 114 * colour[2];
}

/* Those that are not opaque come first, so that tRNS can end with them; then by
 * brightness, so that what is alike has numbers that are. */
static int
compare_colours (const void *first, const void *second)
{
  const uint8_t *a = first, *b = second;

  if ((a[3] == 255) != (b[3] == 255))
    return a[3] == 255 ? 1 : -1;
  if (luma (a) != luma (b))
    return luma (a) < luma (b) ? -1 : 1;
  return memcmp (a, b, 4);
}

static void
sort_palette (ImPngForm *form)
{
  qsort (form->palette, (size_t) form->n_colours, sizeof (form->palette[0]),
      compare_colours);
  clear_slots (form);
  form->n_not_opaque = 0;
  for (int i = 0; i < form->n_colours; i++) {
    const uint8_t *colour = form->palette[i];
    uint32_t rgba = (uint32_t) colour[0] | (uint32_t) colour[1] << 8
        | (uint32_t) colour[2] << 16 | (uint32_t) colour[3] << 24;

    form->slots[find_slot (form->slots, rgba)] =
        (ImPngColourSlot){ rgba, (int16_t) i };
    form->n_not_opaque += colour[3] != 255;
  }
}

static int
n_samples (const ImPngForm *form)
{
  return form->n_colours > 0
      ? 1
      : (form->is_gray ? 1 : 3) + (form->has_alpha ? 1 : 0);
}

static int
pixel_bits (const ImPngForm *form)
{
  return n_samples (form) * form->bit_depth;
}

static uint64_t
bytes_of (const ImPngForm *form, const ImPlan *plan)
{
  uint64_t bytes =
      im_png_form_row_size (form, plan->width) * (uint64_t) plan->height;

  if (form->n_colours > 0)
    bytes += CHUNK_BYTES + 3 * (uint64_t) form->n_colours;
  if (form->n_not_opaque > 0)
    bytes += CHUNK_BYTES + (uint64_t) form->n_not_opaque;
  return bytes;
}

static int
index_bits (int n_colours)
{
  return n_colours <= 2 ? 1 : n_colours <= 4 ? 2 : n_colours <= 16 ? 4 : 8;
}

/* Without a palette. */
static void
set_direct (const Tally *tally, const ImPlan *plan, const ImRows *whole,
    ImPngForm *form)
{
  form->n_colours = form->n_not_opaque = 0;
  form->is_gray = !tally->is_coloured;
  form->has_key = !tally->is_opaque && tally->has_key && !tally->is_translucent
      && !is_key_used (tally, plan, whole);
  form->has_alpha = !tally->is_opaque && !form->has_key;
  form->bit_depth = tally->is_deep        ? 16
      : form->is_gray && !form->has_alpha ? tally->gray_bits
                                          : 8;
  for (int i = 0; i < 3 && form->has_key; i++)
    form->key[i] =
        (uint16_t) (sample_of (tally->key, i) >> (16 - form->bit_depth));
}

void
im_png_form_plain (const ImPlan *plan, ImPngForm *form)
{
  memset (form, 0, sizeof (*form));
  form->is_gray = plan->model == IM_MODEL_GRAY;
  form->has_alpha = plan->has_alpha;
  form->bit_depth = plan->bit_depth;
}

void
im_png_form_least (const ImPlan *plan, const ImRows *whole, ImPngForm *form)
{
  const Layout layout = layout_of (plan);
  Tally tally = { .is_opaque = true, .has_key = true, .gray_bits = 1 };
  ImPngForm palette;

  memset (form, 0, sizeof (*form));
  clear_slots (form);
  for (int y = 0; y < plan->height && !is_decided (&tally, layout); y++)
    add_row (&tally, form, whole->data[0] + y * whole->stride[0], plan->width,
        layout);
  palette = *form;
  set_direct (&tally, plan, whole, form);
  if (tally.is_deep || tally.n_colours > IM_PNG_MOST_COLOURS)
    return;
  palette.n_colours = tally.n_colours;
  palette.bit_depth = index_bits (tally.n_colours);
  sort_palette (&palette);
  if (bytes_of (&palette, plan) < bytes_of (form, plan))
    *form = palette;
}

bool
im_png_form_equal (const ImPngForm *a, const ImPngForm *b)
{
  return a->is_gray == b->is_gray && a->has_alpha == b->has_alpha
      && a->bit_depth == b->bit_depth && a->n_colours == b->n_colours
      && memcmp (a->palette, b->palette,
             sizeof (a->palette[0]) * (size_t) a->n_colours)
      == 0
      && a->has_key == b->has_key
      && memcmp (a->key, b->key, sizeof (a->key)) == 0;
}

size_t
im_png_form_row_size (const ImPngForm *form, int width)
{
  return ((size_t) width * (size_t) pixel_bits (form) + 7) / 8;
}

int
im_png_form_pixel_size (const ImPngForm *form)
{
  return (pixel_bits (form) + 7) / 8;
}

/* Of a pixel that takes a byte or less. */
static inline unsigned
value_of (const ImPngForm *form, Pixel pixel)
{
  if (form->n_colours == 0)
    return sample_of (pixel, 0) >> (16 - form->bit_depth);
  return (unsigned) form->slots[find_slot (form->slots, rgba_of (pixel))].index;
}

/* Indices and gray, the first pixel in the highest bits. Compiled for each layout. */
static inline void
convert_to_values (const ImPngForm *form, const uint8_t *restrict row,
    uint8_t *restrict out, int width, Layout layout)
{
  const int size = layout.n_samples * layout.sample_bytes;
  const int bits = form->bit_depth;
  unsigned value = 0, byte = 0;
  int n_bits = 0;

  for (int x = 0; x < width; x++, row += size) {
    if (x == 0 || !is_as_before (row, size))
      value = value_of (form, load_pixel (row, layout));
    byte = byte << bits | value;
    n_bits += bits;
    if (n_bits == 8) {
      *out++ = (uint8_t) byte;
      byte = 0;
      n_bits = 0;
    }
  }
  if (n_bits > 0)
    *out = (uint8_t) (byte << (8 - n_bits));
}

/* Gray of 8 bits: the first byte of each pixel. */
static inline void
convert_to_gray (const uint8_t *restrict row, uint8_t *restrict out, int width,
    Layout layout)
{
  for (int x = 0; x < width; x++)
    out[x] = row[(ptrdiff_t) x * layout.n_samples * layout.sample_bytes];
}

/* Some samples of each pixel, or the high bytes of them. */
static void
convert_to_samples (const ImPngForm *form, const ImPlan *plan,
    const uint8_t *row, uint8_t *out)
{
  const Layout layout = layout_of (plan);
  const int n = n_samples (form), bytes = form->bit_depth / 8;
  int from[4];

  for (int i = 0; i < n; i++)
    from[i] = layout.sample_bytes
        * (form->has_alpha && i == n - 1 ? layout.n_samples - 1 : i);
  for (int x = 0; x < plan->width; x++) {
    for (int i = 0; i < n; i++)
      for (int k = 0; k < bytes; k++)
        *out++ = row[from[i] + k];
    row += layout.n_samples * layout.sample_bytes;
  }
}

void
im_png_form_convert (const ImPngForm *form, const ImPlan *plan,
    const uint8_t *row, uint8_t *out)
{
  const Layout layout = layout_of (plan);

  if (pixel_bits (form) > 8)
    convert_to_samples (form, plan, row, out);
  else if (form->n_colours == 0 && form->bit_depth == 8)
    WITH_USUAL_LAYOUT (layout, convert_to_gray, row, out, plan->width);
  else
    WITH_USUAL_LAYOUT (layout, convert_to_values, form, row, out, plan->width);
}
