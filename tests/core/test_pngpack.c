/* imbytes tests: parts of a PNG's stream, put together, inflated by zlib and
 * unfiltered by the PNG specification's own words.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/png/pngfilter.h"
#include "core/png/pngpack.h"
#include "testing.h"

#include <zlib.h>

#include "core/base/rows.h"

#define WIDTH 67
#define HEIGHT 83

typedef enum
{
  SMOOTH, /* photographs: ramps with some noise */
  DRAWN,
  NOISE,
  GRAY, /* every sample of a pixel the same */
  DITHERED,
  MIXED, /* drawn above, smooth below */
  N_KINDS
} Kind;

static uint8_t
sample (Kind kind, int x, int y, int c, unsigned *seed)
{
  unsigned random = testing_random (seed);

  switch (kind) {
    case SMOOTH:
      return (uint8_t) (x * 2 + y * (c + 1) + (int) (random >> 13 & 7));
    case DRAWN:
      return (x / 9 + y / 11) % 3 == 0 ? (uint8_t) (40 * c) : 255;
    case NOISE:
      return (uint8_t) random;
    case GRAY:
      return (uint8_t) (x * x / 16 + y * 3);
    case DITHERED:
      return (x + y) % 2 != 0 && (x * 5 + y * 3) % 7 != 0 ? 255 : 0;
    default:
      return sample (y < HEIGHT / 2 ? DRAWN : SMOOTH, x, y, c, seed);
  }
}

static uint8_t *
make_picture (Kind kind, int bpp)
{
  uint8_t *picture = malloc ((size_t) WIDTH * HEIGHT * (size_t) bpp);
  unsigned seed = 5;
  size_t i = 0;

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      for (int c = 0; c < bpp; c++)
        picture[i++] = sample (kind, x, y, c, &seed);
  return picture;
}

/* PNG (third edition), 9.2 and 9.4. */
static uint8_t
predict (int filter, int a, int b, int c)
{
  int p = a + b - c, pa = abs (p - a), pb = abs (p - b), pc = abs (p - c);

  switch (filter) {
    case 1:
      return (uint8_t) a;
    case 2:
      return (uint8_t) b;
    case 3:
      return (uint8_t) ((a + b) / 2);
    case 4:
      return (uint8_t) (pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
    default:
      return 0;
  }
}

/* Whether @filtered, row after row with its filter byte, is @picture. */
static bool
unfilters (const uint8_t *filtered, const uint8_t *picture, int bpp,
    unsigned *used)
{
  int size = WIDTH * bpp;

  for (int y = 0; y < HEIGHT; y++) {
    const uint8_t *row = picture + (size_t) y * (size_t) size;
    int filter = *filtered++;

    *used |= 1u << filter;
    for (int x = 0; x < size; x++) {
      int a = x < bpp ? 0 : row[x - bpp], b = y == 0 ? 0 : row[x - size];
      int c = x < bpp || y == 0 ? 0 : row[x - size - bpp];

      if (filter > 4
          || (uint8_t) (*filtered++ + predict (filter, a, b, c)) != row[x])
        return false;
    }
  }
  return true;
}

/* Rows [@y, @end) as one part; false where its checksum is missing. */
static bool
pack (ImPngPack *self, const uint8_t *picture, size_t row_size, int y, int end,
    ImBytes *stream, uint32_t *checksum)
{
  size_t raw = (size_t) (end - y) * (row_size + 1);
  bool first = y == 0;
  uint32_t part;
  ImBytes *bytes;

  if (!CHECK (im_png_pack_begin (self, first)))
    return false;
  for (; y < end; y += IM_BLOCK_ROWS)
    CHECK (im_png_pack_rows (self, picture + (size_t) y * row_size,
        (ptrdiff_t) row_size,
        end - y < IM_BLOCK_ROWS ? end - y : IM_BLOCK_ROWS));
  bytes = im_png_pack_end (self, end == HEIGHT, &part);
  if (!CHECK (bytes != NULL))
    return false;
  *checksum = first
      ? part
      : (uint32_t) adler32_combine (*checksum, part, (z_off_t) raw);
  return CHECK (im_bytes_append (stream, bytes->data, bytes->size));
}

/* The whole picture in @n_parts, by one or more that are used in turn. */
static ImBytes
pack_picture (ImPngPack *const *packs, int n_packs, const uint8_t *picture,
    int bpp, int n_parts)
{
  size_t row_size = (size_t) (WIDTH * bpp);
  int part_rows =
      (HEIGHT / n_parts + IM_BLOCK_ROWS - 1) / IM_BLOCK_ROWS * IM_BLOCK_ROWS;
  ImBytes stream = { 0 };
  uint32_t checksum = 0;
  uint8_t tail[4];
  int i = 0;

  for (int y = 0; y < HEIGHT; y += part_rows)
    if (!pack (packs[i++ % n_packs], picture, row_size, y,
            y + part_rows < HEIGHT ? y + part_rows : HEIGHT, &stream,
            &checksum))
      break;
  for (int k = 0; k < 4; k++)
    tail[k] = (uint8_t) (checksum >> (24 - 8 * k));
  CHECK (im_bytes_append (&stream, tail, 4));
  return stream;
}

/* By a pack that has done nothing before. */
static ImBytes
pack_afresh (const ImPngOptions *options, const uint8_t *picture, int bpp,
    int n_parts)
{
  ImPngPack *pack =
      im_png_pack_new (options, (size_t) (WIDTH * bpp), bpp, false);
  ImBytes stream = pack_picture (&pack, 1, picture, bpp, n_parts);

  im_png_pack_free (pack);
  return stream;
}

static unsigned
check_stream (const ImBytes *stream, const uint8_t *picture, int bpp)
{
  uLongf raw = (uLongf) HEIGHT * (uLongf) (WIDTH * bpp + 1);
  uint8_t *filtered = malloc (raw + 1);
  uLongf size = raw + 1;
  unsigned used = 0;

  /* zlib looks at the Adler-32 too. */
  if (CHECK_EQUAL (uncompress (filtered, &size, stream->data,
                       (uLong) stream->size),
          Z_OK)
      && CHECK_EQUAL (size, raw))
    CHECK (unfilters (filtered, picture, bpp, &used));
  free (filtered);
  return used;
}

static bool
same_stream (const ImBytes *a, const ImBytes *b)
{
  return a->size == b->size && memcmp (a->data, b->data, a->size) == 0;
}

static void
check_picture (ImPngPack *const packs[2], const uint8_t *picture, int bpp)
{
  ImBytes whole = pack_picture (packs, 1, picture, bpp, 1);
  ImBytes parts = pack_picture (packs, 1, picture, bpp, 3);
  ImBytes turns = pack_picture (packs, 2, picture, bpp, 3);

  check_stream (&whole, picture, bpp);
  check_stream (&parts, picture, bpp);
  CHECK (same_stream (&parts, &turns));
  im_bytes_clear (&whole);
  im_bytes_clear (&parts);
  im_bytes_clear (&turns);
}

/* All kinds by the same packs; of the last, one that is new gives the same bytes. */
static void
check_options (const ImPngOptions *options, int bpp)
{
  size_t row_size = (size_t) (WIDTH * bpp);
  ImPngPack *packs[2] = { im_png_pack_new (options, row_size, bpp, false),
    im_png_pack_new (options, row_size, bpp, false) };
  ImBytes used, fresh;
  uint8_t *picture;

  CHECK (packs[0] != NULL && packs[1] != NULL);
  for (int kind = 0; kind < N_KINDS; kind++) {
    picture = make_picture ((Kind) kind, bpp);
    check_picture (packs, picture, bpp);
    free (picture);
  }
  picture = make_picture (MIXED, bpp);
  used = pack_picture (packs, 1, picture, bpp, 2);
  fresh = pack_afresh (options, picture, bpp, 2);
  CHECK (same_stream (&used, &fresh));
  im_bytes_clear (&used);
  im_bytes_clear (&fresh);
  free (picture);
  im_png_pack_free (packs[0]);
  im_png_pack_free (packs[1]);
}

/* Every kind of picture at every level and filter, in one part and in three; two
 * that take turns give the bytes of one. */
static void
test_round_trip (void)
{
  static const int bpps[] = { 1, 2, 3, 4, 6, 8 };

  for (size_t b = 0; b < sizeof (bpps) / sizeof (bpps[0]); b++)
    for (int level = 0; level <= 9; level++)
      for (int filter = IM_PNG_FILTER_AUTO; filter <= IM_PNG_FILTER_ADAPTIVE;
           filter++) {
        ImPngOptions options = { .level = level,
          .filter = (ImPngFilter) filter };

        if (!testing_left_out ())
          check_options (&options, bpps[b]);
      }
}

/* A filter that was asked for is the only one, but where there is no row above:
 * a part's first row then has one that needs none. */
static void
test_filters (void)
{
  uint8_t *picture = make_picture (SMOOTH, 3);

  for (int row_filter = IM_ROW_NONE; row_filter < IM_N_ROW_FILTERS;
       row_filter++) {
    ImPngOptions options = { .level = 1,
      .filter = (ImPngFilter) (IM_PNG_FILTER_NONE + row_filter) };
    ImBytes stream = pack_afresh (&options, picture, 3, 2);
    unsigned used = check_stream (&stream, picture, 3);

    CHECK ((used & 1u << row_filter) != 0);
    CHECK ((used & ~(1u << row_filter | 1u << IM_ROW_NONE | 1u << IM_ROW_SUB))
        == 0);
    if (row_filter <= IM_ROW_SUB)
      CHECK_EQUAL (used, 1u << row_filter);
    im_bytes_clear (&stream);
  }
  free (picture);
}

/* What makes it worth its while: no choice of our own is much worse than the
 * best of the filters that can be asked for. */
static void
test_auto (void)
{
  for (int kind = 0; kind < N_KINDS; kind++)
    for (int level = 1; level <= 9; level += 4) {
      uint8_t *picture = make_picture ((Kind) kind, 3);
      size_t least = SIZE_MAX, chosen = 0;

      for (int filter = IM_PNG_FILTER_AUTO; filter <= IM_PNG_FILTER_ADAPTIVE;
           filter++) {
        ImPngOptions options = { .level = level,
          .filter = (ImPngFilter) filter };
        ImBytes stream = pack_afresh (&options, picture, 3, 1);

        if (filter == IM_PNG_FILTER_AUTO)
          chosen = stream.size;
        else if (stream.size < least)
          least = stream.size;
        im_bytes_clear (&stream);
      }
      if (!CHECK (chosen <= least + least / 4 + 300))
        printf ("  kind %d, level %d: %zu bytes, not %zu\n", kind, level,
            chosen, least);
      free (picture);
    }
}

static const Test tests[] = { TEST (test_round_trip), TEST (test_filters),
  TEST (test_auto) };

int
main (void)
{
  return TESTS_RUN (tests);
}
